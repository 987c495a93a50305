"""What the claims decided by sampling draw: indicators of events of the Gram matrix, one number a replicate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import to_numpy
from experiments.optimal_sampling.designs import draw
from experiments.streams import Stream

__all__ = ["ill_conditioned", "least_eigenvalue_reaches"]


def ill_conditioned(
    stream: Stream, replicates: range, *, law: str, basis: str, dimension: int, points: int, delta: float
) -> NDArray[np.float64]:
    """Return 1 where ``|G - I| > delta`` and 0 elsewhere, shape (R,); parameters as in `designs.draw`.

    Examples
    --------
    >>> ill_conditioned(
    ...     Stream(1), range(3), law="process", basis="legendre", dimension=2, points=80, delta=0.5
    ... ).tolist()
    [0.0, 0.0, 0.0]
    """
    design = draw(law, basis, dimension, points, stream=stream, replicates=replicates)
    return np.asarray(to_numpy(design.distance()) > delta, dtype=np.float64)


def least_eigenvalue_reaches(
    stream: Stream, replicates: range, *, law: str, basis: str, dimension: int, points: int, level: float
) -> NDArray[np.float64]:
    """Return 1 where the least eigenvalue of G is at least ``level`` and 0 elsewhere, shape (R,)."""
    design = draw(law, basis, dimension, points, stream=stream, replicates=replicates)
    return np.asarray(to_numpy(design.eigenvalues())[:, 0] >= level, dtype=np.float64)
