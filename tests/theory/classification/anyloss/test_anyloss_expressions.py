from itertools import pairwise

import pytest
from sympy import Rational

from theory.classification.anyloss import anyloss_expressions as exact

P = tuple(Rational(k, 100) for k in (90, 30, 60, 45, 2))
Y = (1, 0, 0, 1, 0)


def test_f1_by_hand():
    """One positive at 1/2: TP = FN = 1/2, so F1 = 2/3."""
    assert exact.f_beta((Rational(1, 2),), (1,), 7) == Rational(1, 3)


@pytest.mark.parametrize("right", list(exact.SLIPS), ids=lambda loss: loss.__name__)
def test_every_slip_has_other_numbers(right):
    parameters = {"amplification": 7} | ({"beta": 2} if right is exact.f_beta else {})
    values = sorted(float(loss(P, Y, **parameters).evalf(60)) for loss in (right, *exact.SLIPS[right]))
    assert all(b - a > 1e-6 for a, b in pairwise(values))
    assert all(slip.__doc__.startswith("Slip") for slip in exact.SLIPS[right])


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="as many labels"):
        exact.f_beta(P, (1,))
