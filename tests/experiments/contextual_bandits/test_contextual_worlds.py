import sys

import numpy as np
import pytest

from experiments.contextual_bandits import worlds
from experiments.contextual_bandits.worlds import KINDS, World, digits
from experiments.streams import Stream

STREAM = Stream.named(3, "test")


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_do_not_depend_on_how_they_are_cut(kind):
    world = World(kind, horizon=12)
    whole = world.rounds(STREAM, range(4), 0, 12)
    for low, high in ((0, 5), (5, 12)):
        part = world.rounds(STREAM, range(1, 3), low, high)
        assert np.array_equal(part.contexts, whole.contexts[low:high, 1:3])
        assert np.array_equal(part.means, whole.means[low:high, 1:3])


@pytest.mark.parametrize("kind", KINDS)
def test_contexts_have_norm_one_and_means_lie_in_the_unit_interval(kind):
    found = World(kind, horizon=12).rounds(STREAM, range(4), 0, 12)
    assert np.allclose(np.linalg.norm(found.contexts, axis=-1), 1.0)
    assert found.means.min() >= 0
    assert found.means.max() <= 1


@pytest.mark.parametrize("kind", ["linear", "small loss", "orthogonal"])
def test_linear_worlds_have_a_parameter_of_norm_at_most_one_half(kind):
    world = World(kind, horizon=20, actions=3)
    contexts, means = (part[:, 0] for part in world.rounds(STREAM, range(1), 0, 20))
    flat = contexts.reshape(-1, world.dimension)
    theta, *_ = np.linalg.lstsq(flat, means.ravel() - 0.5, rcond=None)
    assert np.allclose(flat @ theta, means.ravel() - 0.5)
    assert np.linalg.norm(theta) <= 0.5 + 1e-12


def test_one_action_of_a_small_loss_world_is_much_the_best_at_all_places():
    means = World("small loss", horizon=200).rounds(STREAM, range(3), 0, 200).means
    assert np.allclose(means.min(axis=-1), 0.02)
    assert (np.sort(means, axis=-1)[..., 1] >= 0.5).all()
    assert set(means.argmin(axis=-1).ravel().tolist()) == set(range(5))


def test_the_best_action_of_a_small_loss_world_depends_on_the_seed():
    world = World("small loss", horizon=40)
    best = [world.rounds(Stream.named(seed, "world"), range(2), 0, 40).means.argmin(axis=-1) for seed in (0, 1)]
    assert not np.array_equal(*best)
    assert not np.array_equal(best[0][:, 0], best[0][:, 1])


@pytest.mark.parametrize(("kind", "mean"), [("linear", lambda x: (1 + x) / 2), ("even", lambda x: 1 - x**2)])
def test_means_are_those_that_are_said(kind, mean):
    contexts, means = World(kind, horizon=20).rounds(STREAM, range(2), 0, 20)
    assert np.allclose(means, mean(contexts[..., 0]))
    assert contexts.shape == (20, 2, 5, 8)


def test_the_loss_of_digits_is_one_exactly_where_the_label_is_missed():
    images, labels = digits()
    contexts, means = World("digits", horizon=50).rounds(STREAM, range(2), 0, 50)
    known = {image.tobytes(): label for image, label in zip(images, labels.tolist(), strict=True)}
    for context, row in zip(contexts[:, 1, 0], means[:, 1], strict=True):
        assert row.tolist() == [float(action != known[context.tobytes()]) for action in range(10)]


def test_even_means_correlate_with_no_coordinate():
    contexts, means = World("even", horizon=4000, actions=2, dimension=4).rounds(STREAM, range(1), 0, 4000)
    moments = np.mean(contexts[:, 0] * (means[:, 0, :, None] - means.mean()), axis=(0, 1))
    assert np.abs(moments).max() < 0.02


def test_orthogonal_contexts_are_all_different():
    contexts, _ = World("orthogonal", horizon=6, actions=2).rounds(STREAM, range(2), 0, 6)
    flat = contexts[:, 0].reshape(12, 12)
    assert np.array_equal(flat @ flat.T, np.eye(12))


def test_digits_are_all_seen_once_before_any_comes_again():
    images, labels = digits()
    world = World("digits", horizon=1800)
    contexts, means = world.rounds(STREAM, range(2), 0, 1800)
    assert contexts.shape == (1800, 2, 1, 64)
    assert np.array_equal(means.sum(axis=-1), np.full((1800, 2), 9.0))
    assert np.array_equal(np.bincount(means[:1797, 0].argmin(axis=-1)), np.bincount(labels))
    assert np.array_equal(contexts[1797:], contexts[:3])
    assert not np.array_equal(contexts[:, 0], contexts[:, 1])
    assert np.allclose(np.sort(contexts[:1797, 0, 0].sum(axis=1)), np.sort(images.sum(axis=1)))


def test_without_scikit_learn_digits_say_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    worlds.digits.cache_clear()
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        World("digits", horizon=3).rounds(STREAM, range(1), 0, 3)
    worlds.digits.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "calm"}, "kind must be one of linear"),
        ({"horizon": 0}, "horizon must be an int from 1"),
        ({"horizon": True}, "horizon must be an int"),
        ({"actions": 1}, "actions must be an int from 2"),
        ({"actions": 2.5}, "actions must be an int"),
        ({"dimension": 1}, "dimension must be an int from 2"),
        ({"kind": "digits", "actions": 3}, "digits have 10 actions"),
        ({"kind": "orthogonal", "actions": 2, "dimension": 5}, "orthogonal contexts have dimension 20"),
        ({"kind": "orthogonal", "horizon": 5000}, "dimension must be an int from 2 to 2048, got 25000"),
    ],
)
def test_wrong_worlds_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        World(**({"kind": "linear", "horizon": 10} | arguments))
