"""Removing points: well conditioned to the end, no removal that a plain loop would not make, replicate by replicate."""

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.optimal_sampling.designs import Design, draw
from experiments.optimal_sampling.thinning import thinned
from experiments.streams import Stream


def designs(rows=4, home=None):
    return draw("process", "legendre", 3, 24, stream=Stream(31), replicates=rows, backend=home)


def plain(values, weights, delta):
    """Return the numbers of the points left, by a loop over points."""
    kept = list(range(len(weights)))
    while len(kept) > values.shape[1]:
        found = []
        for i in kept:
            rest = [j for j in kept if j != i]
            matrix = (values[rest] * weights[rest, None]).T @ values[rest] / len(rest)
            found.append((np.linalg.norm(matrix - np.eye(len(matrix)), 2), i))
        least, which = min(found)
        if least > delta:
            break
        kept.remove(which)
    return kept


@pytest.mark.parametrize("delta", [0.35, 0.5])
def test_it_is_the_plain_loop(delta):
    design = designs()
    left = thinned(design, delta)
    assert np.all(left.distance() <= delta)
    for row in range(4):
        kept = plain(design.values[row], design.weights[row], delta)
        assert np.flatnonzero(left.weights[row]).tolist() == kept
        assert np.allclose(left.weights[row][kept], design.weights[row][kept] * 24 / len(kept))


def test_replicates_do_not_touch_each_other_and_strict_arrays_serve():
    whole = thinned(designs(), 0.5)
    design = designs()
    part = thinned(Design("legendre", design.points[2:], design.weights[2:], design.values[2:]), 0.5)
    assert np.array_equal(whole.weights[2:] > 0, part.weights > 0)
    strict = thinned(designs(home=backend("strict")), 0.5)
    assert np.array_equal(np.asarray(strict.weights) > 0, whole.weights > 0)


def test_an_orthonormal_design_of_m_points_is_left_alone():
    nodes, masses = np.polynomial.legendre.leggauss(2)
    values = np.stack([np.ones(2), np.sqrt(3) * nodes], axis=-1)[None]
    left = thinned(Design("legendre", nodes[None], masses[None], values), 0.5)
    assert left.weights.tolist() == [masses.tolist()]


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="delta must be in"):
        thinned(designs(), 1.0)
    with pytest.raises(ValueError, match=r"must have \|G - I\| <= 0.1 before points are removed"):
        thinned(designs(), 0.1)
    with pytest.raises(ValueError, match="points cannot be removed from a design twice"):
        thinned(thinned(designs(), 0.5), 0.5)
