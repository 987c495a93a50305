"""Wrong verdicts of the sequential tests, computed exactly or over every path, not simulated."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from experiments.sequential import FRACTIONS, ConfidenceSequence, mean_test, median_test


def wealth(bound, heads, tails):
    """Return the capital against ``mean <= bound`` of coins, which depends on their numbers alone."""
    c = np.asarray(FRACTIONS)
    return np.mean(np.exp(heads * np.log1p(c * (1 / bound - 1)) + tails * np.log1p(-c)))


def ever_rejected(bound, heads_probability, error, observations):
    """Return the probability that coins ever reject ``mean <= bound``: a walk on a lattice."""
    alive, rejected = np.asarray([1.0]), 0.0  # by the number of heads
    for n in range(1, observations + 1):
        alive = np.append(alive * (1 - heads_probability), 0.0) + np.append(0.0, alive * heads_probability)
        c = np.asarray(FRACTIONS)[:, None]
        heads = np.arange(n + 1)
        logs = heads * np.log1p(c * (1 / bound - 1)) + (n - heads) * np.log1p(-c)
        crossed = np.exp(np.minimum(logs - math.log(1 / error), 99.0)).mean(axis=0) >= 1
        rejected += alive[crossed].sum()
        alive[crossed] = 0.0
    return rejected


def test_the_lattice_is_that_of_the_test():
    x = np.asarray([1, 0, 0, 1, 1, 0, 1.0])
    test = mean_test(upper=0.3, error=1e-9).update(x)
    assert [side.null for side in test.sides] == ["mean >= 0.3", "mean <= 0.3"]
    np.testing.assert_allclose(np.exp(test.log_wealth), [wealth(0.7, 3, 4), wealth(0.3, 4, 3)])


@pytest.mark.parametrize("bound", [0.001, 0.05, 0.3, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("error", [0.3, 0.01, 1e-5])
def test_a_coin_at_the_bound_rejects_no_more_often_than_declared(bound, error):
    found = ever_rejected(bound, bound, error, 1500)
    assert found <= error
    if error == 0.3 and 0.05 <= bound <= 0.9:
        assert found > 0.2 * error  # the bound is not vacuous: a threshold a few times lower would fail
        assert ever_rejected(bound, min(1.0, 1.2 * bound), error, 1500) > error


LAWS = [(0.0, 1.0), (0.0, 0.41), (0.39, 1.0), (0.2, 0.6), (0.399, 0.401)]  # two points about the mean 2/5


def worst(side, path, depth, error):
    """Return the largest probability of ever rejecting over all who choose the next law by what has come."""
    capital = np.exp(mean_test(upper=0.4, error=1e-300).update(path).log_wealth[side])
    if capital >= 1 / error:
        return 1.0
    if not depth:
        return 0.0
    chances = []
    for low, high in LAWS:
        heads = (0.4 - low) / (high - low)
        up, down = (worst(side, [*path, x], depth - 1, error) for x in (high, low))
        chances.append(heads * up + (1 - heads) * down)
    return max(chances)


@pytest.mark.parametrize("side", [0, 1])
def test_an_adversary_who_picks_each_law_by_the_past_gains_nothing(side):
    assert 0.1 < worst(side, [], 3, 0.6) <= 0.6


@pytest.mark.parametrize(("heads", "wrong"), [(0.4, -1), (0.6, -1), (0.39, 1), (0.61, 1)])
def test_a_margin_is_judged_wrongly_no_more_often_than_declared(heads, wrong):
    """Every path of 14 coins, with its probability, at a large error."""
    error, length = 0.35, 14
    paths = np.asarray(list(itertools.product([0.0, 1.0], repeat=length)))
    test = mean_test(0.4, 0.6, error=error, runs=(len(paths),)).update(paths)
    ones = paths.sum(axis=1)
    weights = heads**ones * (1 - heads) ** (length - ones)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[test.decision == wrong].sum() <= error
    assert weights[test.decision == -1].sum() > 0  # verdicts there are


def test_signs_at_the_median_reject_no_more_often_than_declared():
    paths = np.asarray(list(itertools.product([-1.0, 0.0, 1.0], repeat=9)))
    test = median_test(upper=0.0, error=0.2, runs=(len(paths),)).update(paths)
    for minus, zero, plus in ((0.5, 0.0, 0.5), (0.3, 0.2, 0.5), (0.5, 0.5, 0.0), (0.0, 0.5, 0.5)):
        weights = np.prod(np.where(paths < 0, minus, np.where(paths > 0, plus, zero)), axis=1)
        assert weights[test.decision != 0].sum() <= 0.2 + 0.2  # zero is a median: either verdict errs by its own null
        for verdict in (1, -1):
            assert weights[test.decision == verdict].sum() <= 0.2


def test_a_million_observations_lose_no_digit_that_counts():
    pattern = np.asarray([0.1, 0.7, 0.3, 0.45, 0.0, 1.0, 0.2, 0.25])  # mean 3/8, as the bound
    test = mean_test(upper=0.375, error=1e-300)
    for _ in range(10):
        test.update(np.tile(pattern, 12_500))
    with mpmath.workdps(40):
        total = mpmath.mpf(0)
        for c in FRACTIONS:
            ratios = [1 - mpmath.mpf(c) + mpmath.mpf(c) * mpmath.mpf(float(x)) / mpmath.mpf("0.375") for x in pattern]
            total += mpmath.exp(125_000 * mpmath.fsum(map(mpmath.log, ratios))) / len(FRACTIONS)
        exact = float(mpmath.log(total))
    assert (test.outcome, int(test.n)) == ("undecided", 10**6)
    assert test.log_wealth[1] == pytest.approx(exact, abs=1e-6)


def test_observations_at_the_ends_are_in_the_range_and_the_next_floats_are_not():
    low, high = -0.1, 0.3
    test = mean_test(upper=0.1, error=1e-3, low=low, high=high).update([low, high])
    assert int(test.n) == 2
    for place, bad in enumerate((math.nextafter(low, -1), math.nextafter(high, 1), math.nan, -math.inf)):
        x = [0.0] * place + [bad]
        with pytest.raises(ValueError, match=rf"got {bad!r} at index {place}".replace("-", r"\-")):
            test.update(x)
    assert int(test.n) == 2  # nothing of a batch is taken that holds one bad number


def test_a_bad_number_behind_the_verdict_or_in_a_later_piece_is_an_error_too():
    done = mean_test(upper=0.5, error=1e-3).update([0.0] * 100)
    with pytest.raises(ValueError, match=r"got 1\.5 at index 1"):
        done.update([0.0, 1.5])
    x = np.full(100_000, 0.5)
    x[-1] = math.nan
    test = mean_test(upper=0.5, error=1e-3)
    with pytest.raises(ValueError, match="got nan at index 99999"):
        test.update(x)
    assert int(test.n) == 0
    with pytest.raises(ValueError, match="index 1, 2"):
        mean_test(upper=0.5, error=0.1, runs=(2,)).update([[0, 0, 0], [0, 0, 2]])


@pytest.mark.parametrize("x", [[0.5 + 0j], ["a"], [[0.5], [0.5, 0.6]], None])
def test_what_is_no_array_of_real_numbers_is_refused(x):
    with pytest.raises(ValueError, match="observations"):
        mean_test(upper=0.5, error=0.1).update(x)


@pytest.mark.parametrize("x", [[0, 1, 0], np.asarray([0, 1, 0], dtype=np.float32), [False, True, False], []])
def test_whole_numbers_single_precision_and_nothing_are_read(x):
    assert int(mean_test(upper=0.5, error=0.1).update(x).n) == len(x)


@pytest.mark.parametrize(
    "arguments", [{"upper": 5e-324}, {"upper": 0.0, "low": -1.7e308, "high": 1.7e308}, {"lower": 1e-310, "upper": 0.5}]
)
def test_stakes_that_overflow_are_refused(arguments):
    with pytest.raises(ValueError, match="overflows"):
        mean_test(error=0.1, **arguments)


def test_the_mixture_of_fractions_is_a_fair_game_exactly():
    for bound in (Fraction(1, 7), Fraction(5, 8)):
        for c in map(Fraction, FRACTIONS):
            assert 0 < c < 1
            assert (1 - c) * (1 - bound) + (1 - c + c / bound) * bound == 1


@pytest.mark.parametrize("mean", [0.02, 0.3, 0.5, 0.85])
@pytest.mark.parametrize("cells", [1, 3])
def test_the_interval_misses_the_mean_ever_no_more_often_than_declared(mean, cells):
    error, alive, missed = 0.4, {0: 1.0}, 0.0
    for n in range(1, 41):
        following: dict[int, float] = {}
        for heads, chance in alive.items():
            for more, factor in ((1, mean), (0, 1 - mean)):
                following[heads + more] = following.get(heads + more, 0.0) + chance * factor
        alive = {}
        for heads, chance in following.items():
            x = np.repeat([1.0, 0.0], [heads, n - heads])
            low, high = ConfidenceSequence(error=error, cells=cells).update(x).interval()
            if low <= mean <= high:
                alive[heads] = chance
            else:
                missed += chance
    assert 0 < missed <= error


def test_intervals_of_bad_ranges_are_refused():
    for arguments in ({"low": -1.7e308, "high": 1.7e308}, {"low": 1.0, "high": 1.0}, {"error": math.nan}):
        with pytest.raises(ValueError, match="allowed"):
            ConfidenceSequence(**({"error": 0.1} | arguments))
    with pytest.raises(ValueError, match=r"cells = 2\.5"):
        ConfidenceSequence(error=0.1, cells=2.5)


@pytest.mark.parametrize("error", [0.3, 1e-3, 1e-9])
def test_the_verdict_falls_when_the_capital_reaches_the_inverse_of_the_error(error):
    needed = next(n for n in itertools.count(1) if wealth(0.4, n, 0) >= 1 / error)
    refuted = mean_test(upper=0.4, error=error).update([1.0] * 500)
    assert (refuted.outcome, int(refuted.n)) == ("refuted", needed)
    supported = mean_test(lower=0.4, error=error).update([1.0] * 500)
    assert (supported.outcome, int(supported.n)) == ("supported", needed)


def test_two_bounds_share_the_error_of_a_refutation_but_not_of_support():
    for make in (mean_test, median_test):
        sides = make(0.4, 0.6, error=0.01).sides
        assert [(side.supports, side.error) for side in sides] == [(True, 0.01), (False, 0.005)] * 2
        assert [side.error for side in make(0.4, error=0.01).sides] == [0.01, 0.01]


def test_a_null_stays_rejected_when_its_capital_is_lost_in_a_later_batch():
    test = mean_test(0.1, 0.9, error=0.5).update([1.0])
    assert test.outcome == "undecided"
    test.update([0.0, 0.0])
    assert test.outcome == "supported"
    assert test.log_wealth[0] < math.log(2) < test.peaks[0]  # of the null "mean <= 0.1", rejected at once
