import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.arrays import backend, to_numpy
from experiments.bag_regression.bags import Bags, losses
from experiments.streams import Stream


def by_hand(predictions, labels, size, remainder):
    """Return L_bag, R, L_ins of one sample by loops over bags and members."""
    bag = within = instance = used = 0.0
    for start in range(0, len(labels), size):
        f, y = predictions[start : start + size], labels[start : start + size]
        if len(f) < size and remainder == "drop":
            break
        bag += len(f) * (y.mean() - f.mean()) ** 2
        within += sum((value - f.mean()) ** 2 for value in f)
        instance += sum((y.mean() - value) ** 2 for value in f)
        used += len(f)
    return np.asarray([bag, within, instance]) / used


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from(["smaller", "drop"]), st.integers(0, 2**32))
def test_losses_are_those_of_loops_and_instance_is_bag_plus_within(n, m, remainder, seed):
    bags = Bags(n, min(m, n), remainder)
    predictions, labels = Stream(seed).normal(2, n), Stream(seed, 1).normal(2, n)
    found = losses(predictions, bags.averages(labels), bags)
    for row in range(2):
        expected = by_hand(predictions[row], labels[row], bags.size, remainder)
        assert np.allclose([found.bag[row], found.within[row], found.instance[row]], expected, rtol=1e-12, atol=1e-14)
    assert np.allclose(found.instance, found.bag + found.within, rtol=1e-12)
    assert np.allclose(found.interpolating(0.3), 0.7 * found.bag + 0.3 * found.instance, rtol=1e-12)


def test_the_within_part_is_the_mean_over_pairs():
    bags = Bags(12, 4)
    f = Stream(3).normal(1, 12)
    cut = f.reshape(3, 4)
    pairs = ((cut[:, :, None] - cut[:, None, :]) ** 2).sum() / (2 * 12 * 4)
    assert losses(f, f[:, :3], bags).within[0] == pytest.approx(pairs, rel=1e-13)


def test_the_identity_fails_where_bags_of_different_sizes_weigh_the_same():
    bags = Bags(7, 3)
    f, averages = Stream(1).normal(1, 7), Stream(2).normal(1, 3)
    found = losses(f, averages, bags)
    unweighted = ((averages - bags.averages(f)) ** 2).mean()
    assert found.instance[0] - found.within[0] == pytest.approx(found.bag[0], rel=1e-12)
    assert abs(unweighted - found.bag[0]) > 0.01


@pytest.mark.parametrize(("remainder", "sizes", "used"), [("smaller", [3, 3, 1], 7), ("drop", [3, 3], 6)])
def test_what_is_left_over(remainder, sizes, used):
    bags = Bags(7, 3, remainder)
    assert (bags.sizes.tolist(), bags.used) == (sizes, used)
    values = np.arange(14.0).reshape(1, 7, 2)
    assert bags.averages(values)[0, :, 0].tolist() == [2.0, 8.0, 12.0][: len(sizes)]
    assert bags.spread(bags.averages(values[..., 0])).shape == (1, used)


def test_other_namespaces_give_the_same():
    home = backend("strict:device1")
    f, averages = Stream(1).normal(2, 7), Stream(2).normal(2, 3)
    here, there = (losses(a, b, Bags(7, 3)) for a, b in ((f, averages), (home.asarray(f), home.asarray(averages))))
    for name in ("bag", "instance", "within"):
        assert np.allclose(to_numpy(getattr(there, name)), getattr(here, name), rtol=1e-14)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ((0, 1), "samples must be a whole number >= 1, got 0"),
        ((5, 0), "the bag size must be a whole number >= 1, got 0"),
        ((5, 2.0), "the bag size must be a whole number >= 1, got 2.0"),
        ((5, 6), "at most the number of samples, 5, got 6"),
        ((5, 2, "wrap"), "one of smaller, drop, got 'wrap'"),
    ],
)
def test_bad_bags_are_refused(given_, message):
    with pytest.raises(ValueError, match=message):
        Bags(*given_)
