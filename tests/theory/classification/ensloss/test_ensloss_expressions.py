import itertools

import pytest
import sympy

from theory.classification.ensloss import ensloss_expressions as losses

S = sympy.Symbol("s", real=True)
CORRECT = [losses.log_hinge, losses.inverse_hinge, losses.exponential_hinge, losses.inverse_log_hinge]
WRONG = [
    losses.log_hinge_base_two,
    losses.log_hinge_label_as_sign,
    losses.log_hinge_missing_margin,
    losses.log_hinge_of_shifted_margin,
    losses.log_hinge_wrong_sign,
]


def value(loss, score, label):
    return float(loss((sympy.Rational(score),), label).evalf(60))


@pytest.mark.parametrize("loss", CORRECT)
def test_hinge_up_to_one_then_smooth_convex_and_falling(loss):
    assert value(loss, "1/2", 1) == 0.5
    assert value(loss, -3, 1) == 4
    assert abs(value(loss, 1, 1)) < 1e-50
    points = [value(loss, sympy.Rational(k, 8), 1) for k in range(-16, 65)]
    steps = [b - a for a, b in itertools.pairwise(points)]
    assert all(step < 0 for step in steps)
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(steps))
    tiny = sympy.Rational(1, 10**6)
    assert (value(loss, 1 + tiny, 1) - value(loss, 1, 1)) * 1e6 == pytest.approx(-1, abs=1e-5)


@pytest.mark.parametrize("loss", CORRECT)
def test_flipping_score_and_label_changes_nothing(loss):
    assert sympy.simplify(loss((S,), 1) - loss((-S,), 0)) == 0


@pytest.mark.parametrize("eta", [sympy.Rational(3, 5), sympy.Rational(9, 10)])
@pytest.mark.parametrize(
    ("loss", "score", "least"),
    [
        (losses.log_hinge, lambda odds: odds, lambda eta, L: 1 - eta * L),
        (losses.inverse_hinge, sympy.sqrt, lambda eta, L: 2 * sympy.sqrt(eta * (1 - eta)) + 1 - 2 * eta),
        (losses.exponential_hinge, lambda odds: 1 + sympy.log(odds), lambda eta, L: (1 - eta) * (3 + L) - eta),
    ],
)
def test_least_conditional_risk(loss, score, least, eta):
    odds = eta / (1 - eta)

    def risk(s):
        return float((eta * loss((s,), 1) + (1 - eta) * loss((s,), 0)).evalf(30))

    best = score(odds)
    expected = float(least(eta, sympy.log(odds)))
    assert risk(best) == pytest.approx(expected, abs=1e-14)
    for other in [best + step for step in (-2, sympy.Rational(-1, 100), sympy.Rational(1, 100), 2)]:
        assert risk(other) > expected


@pytest.mark.parametrize("slip", WRONG)
def test_slips_differ_somewhere_and_have_a_name(slip):
    pairs = [(score, label) for score in (-3, "1/2", 3) for label in (0, 1)]
    assert any(abs(value(slip, *pair) - value(losses.log_hinge, *pair)) > 0.01 for pair in pairs)
    assert len(slip.__doc__.splitlines()) == 1


def test_bad_input():
    with pytest.raises(ValueError, match="one score"):
        losses.log_hinge((S, S), 1)
    with pytest.raises(ValueError, match="0 and 1"):
        losses.log_hinge((S,), -1)


def test_every_public_name_exists():
    assert all(callable(getattr(losses, name)) for name in losses.__all__)
