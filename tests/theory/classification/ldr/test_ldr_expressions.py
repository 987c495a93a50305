import numpy as np
import pytest
import sympy

from theory.classification.ldr import ldr_expressions as expressions
from theory.classification.ldr import ldr_kl, symmetric_losses

F = sympy.symbols("f1:4", real=True)
AT = {F[0]: sympy.Rational(3, 2), F[1]: sympy.Rational(-1, 4), F[2]: sympy.Rational(1, 2)}
SCORES = np.array([1.5, -0.25, 0.5])
OPTIONS = {"lam": sympy.Rational(1, 2), "margin": sympy.Rational(3, 4)}
SLIPS = [name for name in expressions.__all__ if name.startswith("ldr_kl_")]


def value(expression):
    return float(sympy.sympify(expression).subs(AT).evalf(30))


@pytest.mark.parametrize("label", [0, 1, 2])
def test_expressions_agree_with_the_numeric_functions(label):
    assert value(expressions.ldr_kl(F, label, **OPTIONS)) == pytest.approx(
        ldr_kl.ldr_kl(SCORES, label, lam=0.5, margin=0.75)
    )
    for name, lam in (("ldr_max", 0), ("ldr_mean", np.inf)):
        expression = getattr(expressions, name)(F, label, margin=OPTIONS["margin"])
        assert value(expression) == pytest.approx(float(ldr_kl.ldr_kl(SCORES, label, lam=lam, margin=0.75)))
    for name, loss in (("normalised_score", "normalised_score_loss"), ("pairwise_sigmoid", "pairwise_sigmoid_loss")):
        expected = float(getattr(symmetric_losses, loss)(SCORES, label))
        assert value(getattr(expressions, name)(F, label)) == pytest.approx(expected)


@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_gives_another_number_and_says_so(name):
    slip = getattr(expressions, name)
    assert slip.__doc__.startswith("Slip: ")
    assert abs(value(slip(F, 1, **OPTIONS)) - value(expressions.ldr_kl(F, 1, **OPTIONS))) > 1e-3


def test_slips_of_the_other_losses():
    right = value(expressions.normalised_score(F, 1))
    for name in ("normalised_score_by_standard_deviation", "normalised_score_by_unbiased_deviation"):
        assert abs(value(getattr(expressions, name)(F, 1)) - right) > 1e-3


def test_the_temperature_of_aldr_and_its_slips():
    options = {"lam": sympy.Rational(3, 2), "lam0": sympy.Rational(3, 4), "alpha": 2, "margin": sympy.Rational(3, 4)}
    right = value(expressions.aldr_temperature(F, 1, **options))
    assert right == pytest.approx(float(ldr_kl.temperature_update(SCORES, 1, 1.5, lam0=0.75, margin=0.75)))
    for name in expressions.__all__:
        if name.startswith("aldr_temperature_"):
            slip = getattr(expressions, name)
            assert slip.__doc__.startswith("Slip: ")
            assert abs(value(slip(F, 1, **options)) - right) > 1e-3


def test_stated_invariances():
    loss = expressions.ldr_kl(F, 1, **OPTIONS)
    shifted = expressions.ldr_kl([f + 7 for f in F], 1, **OPTIONS)
    assert sympy.simplify(loss - shifted) == 0
    scaled = expressions.ldr_kl([3 * f for f in F], 1, **{key: 3 * item for key, item in OPTIONS.items()})
    assert value(scaled) == pytest.approx(3 * value(loss))


def test_a_label_outside_is_named():
    with pytest.raises(ValueError, match="label is 3 of 3 scores"):
        expressions.ldr_kl(F, 3)
