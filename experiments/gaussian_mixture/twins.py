"""Metamorphic twins: the same samples rotated, rescaled or with their labels swapped must give the same errors.

Logistic regression is a twin of itself under rotations, but not under rescaling, for its penalty sees units; naive
Bayes is one under a rescaling of each feature, but not under rotations, for it sees axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import to_numpy
from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.learners import chosen
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.sampling import draw
from experiments.streams import Stream

__all__ = ["random_rotation", "twin_errors"]


def twin_errors(
    learner: Any,
    mixture: GaussianMixture,
    *,
    m: int,
    replicates: int,
    matrix: Any = None,
    order: Sequence[int] | None = None,
    unlabelled: int = 0,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return exact errors of the rules learned on samples, and of those learned on the transformed samples.

    Parameters
    ----------
    learner : str, callable or Learner
    mixture : GaussianMixture
        Of two classes.
    m, replicates : int
    unlabelled : int
        Number of unlabelled points, for a learner that uses them.
    seed : int
    matrix : array, shape (d, d), optional
        Invertible; samples become M x, and the mixture that of M x.
    order : sequence of int, optional
        Class ``order[k]`` becomes class k, in samples and mixture.

    Returns
    -------
    tuple of two arrays, shape (R,)

    Examples
    --------
    >>> pair = GaussianMixture.symmetric_pair(1.0, 3)
    >>> first, second = twin_errors("plug_in", pair, m=5, replicates=20, matrix=random_rotation(3))
    >>> bool(np.max(np.abs(first - second)) < 1e-12)
    True
    """
    (one,) = chosen(learner)
    stream = Stream.named(seed, "gaussian_mixture", "twins")
    features, labels = draw(mixture, stream, replicates, m)
    hidden = Stream.named(seed, "gaussian_mixture", "twins", "unlabelled")
    pool = draw(mixture, hidden, replicates, max(unlabelled, 1))[0]
    twin, swap = mixture, np.arange(mixture.classes)
    moved, moved_pool = features, pool
    if matrix is not None:
        M = np.asarray(matrix, dtype=np.float64)
        twin, moved, moved_pool = twin.transformed(M), features @ M.T, pool @ M.T
    if order is not None:
        twin, swap = twin.relabelled(order), np.argsort(np.asarray(order))
    own: dict[str, Any] = {
        "classes": mixture.classes,
        "stream": Stream.named(seed, "gaussian_mixture", "twins", "learner"),
    }
    first = one.rules(features, labels, unlabelled=pool if unlabelled else None, **own)
    second = one.rules(moved, swap[labels], unlabelled=moved_pool if unlabelled else None, **own)
    return to_numpy(rule_error(first, mixture)), to_numpy(rule_error(second, twin))


def random_rotation(dimension: int, *, seed: int = 0) -> NDArray[np.float64]:
    """Return an orthogonal matrix, uniformly distributed.

    Examples
    --------
    >>> Q = random_rotation(4)
    >>> bool(np.allclose(Q @ Q.T, np.eye(4)))
    True
    """
    noise = Stream.named(seed, "gaussian_mixture", "rotation").normal(1, (dimension, dimension))[0]
    orthogonal, triangular = np.linalg.qr(noise)
    return np.asarray(orthogonal * np.sign(np.diagonal(triangular)))
