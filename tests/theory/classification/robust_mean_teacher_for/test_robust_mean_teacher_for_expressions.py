from itertools import pairwise

import pytest
from sympy import Rational, simplify, symbols

from theory.classification.robust_mean_teacher_for import robust_mean_teacher_for_expressions as exact

SCORES = (Rational(1), Rational(1, 5), Rational(-1, 2))
TEACHER = tuple(Rational(k, 10) for k in (7, 2, 1))


def test_reference_value():
    assert float(exact.symmetric_cross_entropy(SCORES, TEACHER).evalf(40)) == pytest.approx(1.7771543513, abs=1e-10)


def test_every_slip_has_other_numbers():
    right = exact.symmetric_cross_entropy
    values = sorted(float(loss(SCORES, TEACHER).evalf(60)) for loss in (right, *exact.SLIPS[right]))
    assert all(b - a > 1e-6 for a, b in pairwise(values))
    assert all(slip.__doc__.startswith("Slip") for slip in exact.SLIPS[right])


def test_a_shift_of_the_scores_does_not_matter():
    s, c = symbols("s c", real=True)
    third = (Rational(1, 3), Rational(2, 3))
    difference = exact.symmetric_cross_entropy((s + c, c), third) - exact.symmetric_cross_entropy((s, 0), third)
    assert simplify(difference.expand(force=True)).subs({s: 1, c: 2}).evalf(40) == pytest.approx(0, abs=1e-30)


def test_classes_must_match():
    with pytest.raises(ValueError, match="as many classes"):
        exact.symmetric_cross_entropy(SCORES, TEACHER[:2])
