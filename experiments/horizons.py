"""Replicates, rounds at which regret is recorded, memory, and the error of a path that violates its inequality."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST", "Violation", "checkpoints", "require_memory", "rows_of"]

LONGEST = 2**40  # rounds: their random numbers have addresses below 2^48
_MOST = 2**32  # replicates of a stream


class Violation(ArithmeticError):
    """A path violates an inequality that is proved for every path: an error of the program, or of the proof."""


def checkpoints(horizon: int, points: int) -> NDArray[np.int64]:
    """Return rounds from 1 to the horizon, at most ``points``, evenly on a logarithmic scale.

    Raises
    ------
    ValueError
        If the horizon is not in 1, ..., 2^40, or there are fewer than 2 points.

    Examples
    --------
    >>> checkpoints(1000, 4).tolist(), checkpoints(3, 50).tolist()
    ([1, 10, 100, 1000], [1, 2, 3])
    """
    for name, value, least, most in (("horizon", horizon, 1, LONGEST), ("points", points, 2, LONGEST)):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} must be an int from {least} to {most}, got {value!r}")
    if points >= horizon:
        return np.arange(1, horizon + 1, dtype=np.int64)
    return np.unique(np.rint(np.geomspace(1, horizon, points)).astype(np.int64))


def rows_of(replicates: int | range) -> range:
    """Return the numbers of the replicates.

    Raises
    ------
    ValueError
        If there is none, or they are not consecutive numbers in [0, 2^32).

    Examples
    --------
    >>> rows_of(3), rows_of(range(2, 4))
    (range(0, 3), range(2, 4))
    """
    if not isinstance(replicates, (int, range)) or isinstance(replicates, bool):
        raise ValueError(f"replicates must be an int or a range, got {replicates!r}")
    rows = range(replicates) if isinstance(replicates, int) else replicates
    if not rows:
        raise ValueError(f"replicates must be at least 1, got none: {replicates!r}")
    if rows.step != 1 or rows.start < 0 or rows.stop > _MOST:
        raise ValueError(f"replicates must be consecutive numbers in [0, 2^32), got {replicates!r}")
    return rows


def require_memory(needed: float, memory: float, horizon: int) -> None:
    """Refuse a run that needs more bytes than allowed.

    Examples
    --------
    >>> require_memory(2.0**33, 2.0**32, 10)
    Traceback (most recent call last):
        ...
    ValueError: a run over 10 rounds needs about 8.0 GiB; allowed are 4.0 GiB: fewer points or replicates
    """
    if not needed <= memory:
        amount = f"{needed / 2**30:.1f} GiB; allowed are {memory / 2**30:.1f} GiB"
        raise ValueError(f"a run over {horizon} rounds needs about {amount}: fewer points or replicates")
