from itertools import combinations

import pytest
from sympy import Rational

from theory.classification.pma import pma_expressions as exact

EXAMPLES = [((1, Rational(1, 5), Rational(-1, 2)), label) for label in (0, 1)]


def _values(loss):
    return [float(loss(*example).evalf(60)) for example in EXAMPLES]


def test_every_slip_has_other_numbers_on_two_examples():
    right = exact.probability_margin
    for slip in exact.SLIPS[right]:
        assert any(abs(a - b) > 1e-6 for a, b in zip(_values(slip), _values(right), strict=True)), slip.__name__
        assert slip.__doc__.startswith("Slip")


def test_margins_of_logs_and_of_scores_are_the_same_slip():
    same = {exact.probability_margin_of_logs, exact.probability_margin_of_scores}
    for one, two in combinations(exact.SLIPS[exact.probability_margin], 2):
        differ = any(abs(a - b) > 1e-6 for a, b in zip(_values(one), _values(two), strict=True))
        assert differ == ({one, two} != same)


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_out_of_range_are_refused(label):
    with pytest.raises(ValueError, match="a label in 0"):
        exact.probability_margin((1, 2, 3), label)
