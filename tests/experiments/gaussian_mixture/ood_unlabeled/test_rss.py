import math

import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.gaussian_mixture.ood_unlabeled.rss import FIXED, RssParameters, rss, rss_objective, unit
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from experiments.gaussian_mixture.plug_in import plug_in, signs


def ramp(u):
    return np.minimum(1.0, np.maximum(0.0, 1.0 - u))


def pieces(m=12, n=80, d=6, shift=0.0, seed=3):
    return World(d, 1.0, shift).sample(seed, range(5), m, n)


def test_objective_is_the_ramp_loss_of_labels_and_pseudo_labels():
    sample = pieces()
    w = unit(np.linspace(-1.0, 2.0, 30).reshape(5, 6))
    labelled = sample.features * signs(sample.labels, sample.features)[..., None]
    chosen = RssParameters(gamma=0.7, gamma_unlabelled=0.4, weight=3.0)
    first = ramp(0.7 * np.einsum("rd,rmd->rm", w, labelled)).mean(axis=1)
    second = ramp(0.4 * np.abs(np.einsum("rd,rnd->rn", w, sample.unlabelled))).mean(axis=1)
    assert np.allclose(rss_objective(w, labelled, sample.unlabelled, chosen), first + 3.0 * second, rtol=1e-14)


def test_ramp_is_the_worst_zero_one_loss_at_a_euclidean_price():
    """Moving a point by r costs gamma r and turns its sign once r reaches the margin."""
    gamma, margin = 0.8, np.linspace(-1.0, 3.0, 41)
    moves = np.linspace(0.0, 4.0, 40_001)
    worst = np.max((margin[:, None] - moves <= 0) - gamma * moves, axis=1)
    assert np.max(np.abs(worst - ramp(gamma * margin))) < 2e-4


def test_never_ends_above_its_start_and_returns_unit_directions():
    for seed in range(5):
        sample = pieces(seed=seed)
        labelled = sample.features * signs(sample.labels, sample.features)[..., None]
        start = unit(plug_in(sample.features, sample.labels).weights)
        found = rss(sample.features, sample.labels, unlabelled=sample.unlabelled)
        before, after = (rss_objective(w, labelled, sample.unlabelled) for w in (start, found.weights))
        assert np.all(after <= before)
        assert np.any(after < before)
        assert np.allclose(np.sum(found.weights**2, axis=1), 1.0, rtol=1e-12)
        assert np.all(found.bias == 0)


def test_finds_the_direction_that_unlabelled_points_avoid_to_cross():
    """Two tight clusters at +-(3, 0); the one labelled point is 60 degrees off."""
    points = np.asarray([[[3.0, 0.1], [3.0, -0.1], [-3.0, 0.1], [-3.0, -0.1]]])
    x = np.asarray([[[0.5, math.sqrt(0.75)]]])
    found = rss(x, np.asarray([[1]]), unlabelled=points, parameters=RssParameters(weight=10.0, gamma_unlabelled=0.3))
    assert abs(found.weights[0, 0]) > 0.98


def test_zero_steps_are_the_plug_in_direction():
    sample = pieces()
    found = rss(sample.features, sample.labels, unlabelled=sample.unlabelled, parameters=RssParameters(steps=0))
    assert np.allclose(found.weights, unit(plug_in(sample.features, sample.labels).weights), rtol=1e-15)


def test_turns_with_its_data_and_with_exchanged_names():
    sample = pieces(shift=0.5)
    plain = rss(sample.features, sample.labels, unlabelled=sample.unlabelled).weights
    Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
    turned = rss(sample.features @ Q.T, sample.labels, unlabelled=sample.unlabelled @ Q.T).weights
    swapped = rss(sample.features, 1 - sample.labels, unlabelled=sample.unlabelled).weights
    assert np.allclose(turned, plain @ Q.T, atol=1e-9)
    assert np.allclose(swapped, -plain, atol=1e-12)


def test_rescaled_data_with_rescaled_constants_give_the_same():
    sample = pieces()
    chosen = RssParameters(gamma=FIXED.gamma / 3, gamma_unlabelled=FIXED.gamma_unlabelled / 3)
    plain = rss(sample.features, sample.labels, unlabelled=sample.unlabelled).weights
    scaled = rss(3 * sample.features, sample.labels, unlabelled=3 * sample.unlabelled, parameters=chosen).weights
    assert np.allclose(plain, scaled, atol=1e-9)


def test_replicates_do_not_see_each_other():
    sample = pieces()
    all_of_them = rss(sample.features, sample.labels, unlabelled=sample.unlabelled).weights
    alone = rss(sample.features[2:3], sample.labels[2:3], unlabelled=sample.unlabelled[2:3]).weights
    assert np.allclose(all_of_them[2:3], alone, atol=1e-9)


def test_runs_on_another_namespace_and_device():
    pytest.importorskip("array_api_strict")
    sample, home = pieces(), backend("strict:device1")
    arrays = (home.asarray(value) for value in (sample.features, sample.labels, sample.unlabelled))
    features, labels, unlabelled = arrays
    found = rss(features, labels, unlabelled=unlabelled)
    plain = rss(sample.features, sample.labels, unlabelled=sample.unlabelled)
    assert np.allclose(to_numpy(found.weights), plain.weights, atol=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"gamma": 0.0},
        {"gamma_unlabelled": -1.0},
        {"weight": math.inf},
        {"steps": -1},
        {"steps": 1.5},
        {"first_angle": 2},
    ],
)
def test_wrong_constants_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RssParameters(**wrong)


def test_unlabelled_points_are_needed():
    sample = pieces()
    with pytest.raises(ValueError, match="unlabelled points"):
        rss(sample.features, sample.labels, unlabelled=None)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_points_that_are_no_numbers_are_not_passed_over(bad):
    x, y, points = np.ones((1, 2, 3)), np.ones((1, 2), dtype=int), np.ones((1, 4, 3))
    points[0, 1, 1] = bad
    with pytest.raises(ValueError, match="finite"):
        rss(x, y, unlabelled=points)


def test_steps_too_long_to_help_are_taken_back():
    sample = pieces()
    labelled = sample.features * signs(sample.labels, sample.features)[..., None]
    good = rss(sample.features, sample.labels, unlabelled=sample.unlabelled).weights
    long = RssParameters(steps=3, first_angle=math.pi / 2)
    found = rss(sample.features, sample.labels, unlabelled=sample.unlabelled, parameters=long, start=good)
    before, after = (rss_objective(w, labelled, sample.unlabelled, long) for w in (good, found.weights))
    assert np.all(after <= before)
