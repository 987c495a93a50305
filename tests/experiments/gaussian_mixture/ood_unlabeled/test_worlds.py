import numpy as np
import pytest

from experiments.gaussian_mixture.ood_unlabeled.worlds import World


def test_points_have_their_laws_with_and_without_shift():
    for shift in (0.0, 0.5):
        sample = World(4, 2.0, shift).sample(1, range(3), 20_000, 20_000)
        signed = sample.features * (2.0 * sample.labels - 1.0)[..., None]
        assert np.allclose(signed.mean(axis=1), [2.0, 0, 0, 0], atol=0.04)
        second = np.einsum("rnd,rne->rde", sample.unlabelled, sample.unlabelled) / 20_000
        lengths = np.linalg.eigvalsh(second - np.eye(4))[:, -1]  # squared length of the mean, whose sign is hidden
        means = np.linalg.eigh(second)[1][..., -1] * np.sqrt(lengths)[:, None]
        means *= np.sign(means[:, :1])
        moved = means - [2.0, 0, 0, 0]
        assert np.allclose(np.linalg.norm(moved, axis=1), 2.0 * shift, atol=0.08)


def test_shift_is_another_direction_in_every_replicate():
    plain, moved = (World(6, 1.0, shift).sample(1, range(3), 1, 400) for shift in (0.0, 1.0))
    difference = np.abs((moved.unlabelled - plain.unlabelled)[:, 0])
    assert np.allclose(np.linalg.norm(difference, axis=1), 1.0)
    assert not np.allclose(difference[0], difference[1], atol=0.05)


def test_samples_are_nested_and_do_not_depend_on_chunks():
    world = World(5, 1.0, 0.3)
    whole = world.sample(2, range(7), 9, 11)
    shorter = world.sample(2, range(3, 5), 4, 6)
    assert np.array_equal(shorter.features, whole.features[3:5, :4])
    assert np.array_equal(shorter.labels, whole.labels[3:5, :4])
    assert np.allclose(shorter.unlabelled, whole.unlabelled[3:5, :6], rtol=1e-14)
    pieces = list(world.samples(2, 7, 9, 11, memory=8 * 5 * 20 * 2))
    assert [len(piece.rows) for piece in pieces] == [2, 2, 2, 1]
    assert np.array_equal(np.concatenate([piece.features for piece in pieces]), whole.features)


def test_labelled_and_unlabelled_points_differ():
    sample = World(5, 1.0).sample(2, range(2), 6, 6)
    assert not np.any(np.isclose(sample.features, sample.unlabelled))


@pytest.mark.parametrize("wrong", [(3, 0.0, 0.0), (3, 1.0, -0.1), (3, float("nan"), 0.0), (3, 1.0, float("inf"))])
def test_wrong_worlds_are_refused(wrong):
    with pytest.raises(ValueError, match="are needed"):
        World(*wrong)


@pytest.mark.parametrize("dimension", [1, 2.5, "3"])
def test_a_dimension_is_a_whole_number(dimension):
    with pytest.raises(ValueError, match=f"dimension must be a whole number >= 2, got {dimension!r}"):
        World(dimension, 1.0)
    assert type(World(np.int64(3), 1.0).dimension) is int
