from itertools import pairwise

import pytest
from sympy import Rational, log, simplify, symbols

from theory.classification.mw_auc import mw_auc_expressions as exact

POSITIVES = (Rational(3, 4), Rational(5, 4))
NEGATIVES = (Rational(1, 2), Rational(1), Rational(1, 4))


def test_by_hand():
    assert exact.mann_whitney((0,), (0, 0), 2) == 1
    assert exact.infonce(0, (0, 0, 0)) == log(4)


def test_infonce_ignores_a_shift_of_the_query():
    s, t, c = symbols("s t c", real=True)
    assert simplify(exact.infonce(s + c, (t + c, c)) - exact.infonce(s, (t, 0))) == 0


@pytest.mark.parametrize(
    ("right", "arguments"),
    [
        (exact.mann_whitney, (POSITIVES, NEGATIVES, 2)),
        (exact.infonce, (POSITIVES[0], NEGATIVES, Rational(1, 2))),
    ],
)
def test_every_slip_has_other_numbers(right, arguments):
    values = sorted(float(loss(*arguments).evalf(60)) for loss in (right, *exact.SLIPS[right]))
    assert all(b - a > 1e-6 for a, b in pairwise(values))
    # the sum over the pairs is also what the mean is built on
    assert all(slip.__doc__.startswith("Slip") for slip in exact.SLIPS[right])
