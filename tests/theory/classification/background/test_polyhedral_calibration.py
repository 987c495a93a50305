from fractions import Fraction

import pytest

from theory.classification.background.claims_max_losses import crammer_singer, weston_watkins
from theory.classification.background.polyhedral_calibration import calibration_at
from theory.engine.checker import Rejected, check


def tenths(*numbers):
    return tuple(Fraction(number, 10) for number in numbers)


def constrained_hinge(scores, label):
    """The loss of Lee, Lin and Wahba; subtracting the mean imposes the sum zero."""
    import sympy

    mean = sum(scores) / sympy.Integer(len(scores))
    return sum(sympy.Max(0, 1 + s - mean) for other, s in enumerate(scores) if other != label)


@pytest.mark.parametrize(
    ("loss", "p", "least", "least_wrong"),
    [
        (crammer_singer, tenths(6, 3, 1), "4/5", "1"),
        (crammer_singer, tenths(1, 3, 6), "4/5", "1"),
        (crammer_singer, tenths(4, 3, 3), "1", "1"),
        (weston_watkins, tenths(6, 3, 1), "11/10", "13/10"),
        (weston_watkins, tenths(4, 3, 3), "9/5", "19/10"),
    ],
)
def test_known_minima(loss, p, least, least_wrong):
    found = calibration_at(loss, p)
    assert (found.least, found.least_wrong) == (Fraction(least), Fraction(least_wrong))
    assert found.calibrated == (found.gap > 0)


def test_ties_for_the_most_probable_class_are_no_mistakes():
    found = calibration_at(crammer_singer, tenths(4, 4, 2))
    assert found.wrong_scores[2] == max(found.wrong_scores)


@pytest.mark.parametrize("p", [tenths(5, 3, 2), tenths(4, 3, 3), tenths(4, 3, 2, 1), tenths(3, 2, 3, 2)])
def test_constrained_hinge_is_calibrated_with_regret_at_least_the_gap(p):
    found = calibration_at(constrained_hinge, p)
    order = sorted(set(p), reverse=True)
    assert found.least == len(p) * (1 - max(p))
    assert found.gap >= order[0] - order[1] > 0


def test_certificate_is_the_checkers():
    from theory.classification.background.claims_max_losses import conditional_programs
    from theory.engine.statements.linear import LinearMinimum

    found = calibration_at(crammer_singer, tenths(6, 3, 1))
    free, _ = conditional_programs(crammer_singer, tenths(6, 3, 1))
    other = LinearMinimum(free, "==", Fraction(9, 10))
    with pytest.raises(Rejected):
        check(other.to_json(), found.certificate.to_json())


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (tenths(5, 5), "not all equal"),
        (tenths(5, 4), "of sum 1"),
        ((Fraction(3, 2), Fraction(-1, 2)), ">= 0"),
        ((0.5, 0.25, 0.25), "not floats"),
        ((Fraction(1),), "two or more"),
    ],
)
def test_bad_posteriors(p, message):
    with pytest.raises(ValueError, match=message):
        calibration_at(crammer_singer, p)


def test_losses_that_are_not_polyhedral_are_refused():
    import sympy

    with pytest.raises(ValueError, match=r".+"):
        calibration_at(lambda scores, label: sympy.exp(-scores[label]), tenths(6, 4))
