"""The orthogonal adversary: regret sqrt(T) against whatever is played."""

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online.worst_case import orthogonal_adversary
from theory.online.worst_case.adversary import orthogonal_direction


def descent(scale):
    def play(seen):
        total = sum(seen)
        return -total / max(scale, np.linalg.norm(total))

    return play


@pytest.mark.parametrize("dimension", [3, 4, 50])
@pytest.mark.parametrize("rounds", [1, 2, 100])
def test_lazy_descent_pays_the_root(rounds, dimension):
    game = orthogonal_adversary(descent(np.sqrt(rounds)), rounds, np.zeros(dimension))
    assert game.regret == pytest.approx(np.sqrt(rounds), rel=1e-12)
    assert game.points.shape == game.gradients.shape == (rounds, dimension)
    np.testing.assert_allclose((game.points * game.gradients).sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(game.gradients, axis=1), 1, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), dimension=st.integers(3, 6))
def test_every_learner_pays_the_root(seed, dimension):
    rng = np.random.default_rng(seed)

    def play(seen):
        point = rng.normal(size=dimension) if rng.random() < 0.7 else sum(seen)  # also parallel to the sum
        return point * rng.random() / max(1e-30, np.linalg.norm(point))

    assert orthogonal_adversary(play, 40, np.zeros(dimension)).regret == pytest.approx(np.sqrt(40), rel=1e-12)


def test_nearly_parallel_vectors():
    point = np.array([1.0, 1e-9, 0.0])
    found = orthogonal_direction(point, np.array([1.0, 0.0, 0.0]))
    assert abs(found @ point) < 1e-15
    assert abs(found[0]) < 1e-15


def test_any_namespace():
    xp = array_api_strict
    game = orthogonal_adversary(lambda seen: -seen[-1] / 2, 9, xp.zeros(3, dtype=xp.float64))
    assert game.regret == pytest.approx(3, rel=1e-12)
    assert isinstance(game.points, type(xp.zeros(1)))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="d >= 3"):
        orthogonal_adversary(descent(1), 3, np.zeros(2))
    with pytest.raises(ValueError, match=r"10{9} rounds in dimension 3 would need 44\.7 GiB; allowed are 4"):
        orthogonal_adversary(descent(1), 10**9, np.zeros(3))
    with pytest.raises(ValueError, match="number of rounds"):
        orthogonal_adversary(descent(1), 0, np.zeros(3))
    with pytest.raises(ValueError, match="point of round 2 must lie in the unit ball, its length is 2"):
        orthogonal_adversary(lambda seen: 2 * seen[0], 3, np.zeros(3))
    with pytest.raises(ValueError, match="round 2"):
        orthogonal_adversary(lambda seen: seen[0] * np.nan, 3, np.zeros(3))
