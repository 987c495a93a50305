import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.sequential import FRACTIONS, ConfidenceSequence, mean_test, median_test
from experiments.streams import Stream


def test_the_capital_is_the_mean_of_products_worked_by_hand():
    test = mean_test(upper=0.5, error=1e-3).update([1.0, 0.0, 0.25])
    above = np.mean([(1 + c) * (1 - c) * (1 - c / 2) for c in FRACTIONS])  # pays x / (1/2)
    below = np.mean([(1 - c) * (1 + c) * (1 + c / 2) for c in FRACTIONS])
    assert [side.null for side in test.sides] == ["mean >= 0.5", "mean <= 0.5"]
    np.testing.assert_allclose(np.exp(test.log_wealth), [below, above], rtol=1e-14)
    assert (test.outcome, int(test.n), float(test.total)) == ("undecided", 3, 1.25)


def test_no_side_has_an_expectation_above_1_at_its_null():
    for low, high in ((0.0, 1.0), (-3.0, 5.0)):
        bounds = [low + (high - low) * share for share in (1e-6, 0.3, 1 - 1e-6)]
        for bound in bounds:
            for side in mean_test(upper=bound, error=0.1, low=low, high=high).sides:
                ends = side.ratio(np.asarray([low, high]))  # linear between them
                heads = (bound - low) / (high - low)
                assert ends.min() >= 0
                assert (1 - heads) * ends[0] + heads * ends[1] == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    numbers=st.lists(st.sampled_from([0.0, 0.125, 0.5, 1.0]), min_size=1, max_size=300),
    cuts=st.lists(st.integers(0, 300), max_size=4),
)
def test_cutting_the_observations_changes_nothing(numbers, cuts):
    whole = mean_test(0.2, 0.6, error=0.05).update(numbers)
    parts = mean_test(0.2, 0.6, error=0.05)
    for part in np.split(np.asarray(numbers), sorted(min(cut, len(numbers)) for cut in cuts)):
        parts.update(part)
    assert (whole.outcome, int(whole.n)) == (parts.outcome, int(parts.n))
    np.testing.assert_allclose(whole.log_wealth, parts.log_wealth, rtol=1e-10, atol=1e-10)
    assert whole.total == pytest.approx(float(parts.total))


def test_runs_at_once_are_the_runs_one_by_one():
    x = Stream.named(1, "runs").uniform(6, 400).reshape(2, 3, 400)
    together = mean_test(upper=0.45, error=0.01, runs=(2, 3)).update(x)
    for index in np.ndindex(2, 3):
        single = mean_test(upper=0.45, error=0.01).update(x[index])
        assert (together.decision[index], together.n[index]) == (single.decision, single.n)
        np.testing.assert_allclose(together.log_wealth[index], single.log_wealth, rtol=1e-12)


def test_what_comes_after_the_verdict_is_ignored():
    test = mean_test(upper=0.5, error=1e-3).update([0.0] * 40)
    assert test.outcome == "supported"
    before = int(test.n), test.log_wealth.copy()
    test.update([1.0] * 1000)
    assert (test.outcome, int(test.n)) == ("supported", before[0])
    np.testing.assert_array_equal(test.log_wealth, before[1])


@pytest.mark.parametrize(("value", "outcome"), [(0.1, "refuted"), (0.3, "supported"), (0.9, "refuted")])
def test_a_margin_is_supported_inside_and_refuted_on_both_sides(value, outcome):
    assert mean_test(0.2, 0.4, error=1e-6).update([value] * 1000).outcome == outcome


def test_capitals_beyond_all_floats_do_not_overflow():
    with np.errstate(all="raise", under="ignore"):
        test = mean_test(upper=1e-6, error=1e-300).update([1e-6] * 10).update([1.0] * 60)
    assert test.outcome == "refuted"
    assert math.isfinite(test.log_wealth.max())


def test_medians_are_of_signs_alone_and_an_atom_at_the_bound_speaks_for_neither_side():
    assert median_test(upper=0.0, error=1e-3).update([-1.0, -1e300, 7.0, -2.0] * 50).outcome == "supported"
    assert median_test(lower=0.0, upper=1.0, error=1e-3).update([0.0] * 500).outcome == "undecided"
    assert median_test(lower=0.0, error=1e-3).update([-1.0] * 50).outcome == "refuted"


@pytest.mark.parametrize(
    "arguments",
    [
        {"error": 0.1},
        {"upper": 0.5, "error": 0.0},
        {"upper": 1.0, "error": 0.1},
        {"lower": 0.0, "error": 0.1},
        {"lower": 0.6, "upper": 0.4, "error": 0.1},
        {"upper": math.nan, "error": 0.1},
        {"upper": 0.5, "error": 0.1, "high": math.inf},
    ],
)
def test_bad_claims_are_refused(arguments):
    with pytest.raises(ValueError, match=r"error is|nothing is claimed|must"):
        mean_test(**arguments)


@pytest.mark.parametrize("bad", [[1.5], [-0.1], [math.nan], [[0.5]], 0.5])
def test_bad_observations_are_refused(bad):
    with pytest.raises(ValueError, match="observations"):
        mean_test(upper=0.5, error=0.1).update(bad)


def test_many_runs_have_no_single_outcome():
    with pytest.raises(ValueError, match="runs of shape"):
        mean_test(upper=0.5, error=0.1, runs=(2,)).outcome  # noqa: B018


def test_the_interval_is_dual_to_the_test():
    x = (Stream.named(2, "dual").uniform(1, 3000)[0] < 0.3) * 1.0
    low, high = ConfidenceSequence(error=0.02, cells=1).update(x).interval()  # numbers on the grid: no rounding
    for bound, side in ((low - 1e-6, 0), (high + 1e-6, 1)):
        test = mean_test(lower=bound, error=0.5) if side == 0 else mean_test(upper=bound, error=0.5)
        test.sides = tuple(type(item)(item.null, item.supports, 1e-300, item.ratio) for item in test.sides)
        assert test.update(x).log_wealth[0] >= math.log(2 / 0.02)
        nearer = mean_test(lower=bound + 2e-6, error=0.5) if side == 0 else mean_test(upper=bound - 2e-6, error=0.5)
        nearer.sides = tuple(type(item)(item.null, item.supports, 1e-300, item.ratio) for item in nearer.sides)
        assert nearer.update(x).log_wealth[0] < math.log(2 / 0.02)


def test_rounding_to_the_grid_only_widens_the_interval_and_never_shrinks_with_error():
    x = Stream.named(3, "grid").uniform(1, 2000)[0] * 4.0 - 1.0
    fine = ConfidenceSequence(error=0.01, low=-1.0, high=3.0, cells=1 << 16).update(x).interval()
    coarse = ConfidenceSequence(error=0.01, low=-1.0, high=3.0, cells=16).update(x).interval()
    sure = ConfidenceSequence(error=1e-6, low=-1.0, high=3.0, cells=16).update(x).interval()
    assert sure[0] < coarse[0] < fine[0] < x.mean() < fine[1] < coarse[1] < sure[1]
    assert coarse[1] - coarse[0] <= fine[1] - fine[0] + 2 * 4.0 / 16


def test_no_observations_no_knowledge_and_bad_arguments_are_refused():
    assert ConfidenceSequence(error=0.1, low=2.0, high=3.0).interval() == (2.0, 3.0)
    with pytest.raises(ValueError, match="cells = 0"):
        ConfidenceSequence(error=0.1, cells=0)
    with pytest.raises(ValueError, match=r"in \[0.0, 1.0\], got 2.0 at index 0"):
        ConfidenceSequence(error=0.1).update([2.0])


def test_the_interval_covers_at_all_times():
    missed = 0
    x = (Stream.named(4, "cover").uniform(200, 400) < 0.1) * 1.0
    for row in x:
        sequence = ConfidenceSequence(error=0.05, cells=1)
        intervals = [sequence.update(part).interval() for part in np.split(row, 4)]
        missed += not all(low <= 0.1 <= high for low, high in intervals)
    assert missed <= 27  # binomial(200, 0.05) exceeds 27 with probability 2e-6
