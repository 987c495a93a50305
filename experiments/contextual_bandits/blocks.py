"""One entry a replicate, that of its action: read from arrays (R, B, ...) at places, and replaced in them at marks.

With B = 1 all actions share the entry. Only operations of the array-API standard, which assigns at masks, but not at
integers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from experiments.arrays import Array, device_of

__all__ = ["entry", "marks", "places", "replaced"]


def places(xp: Any, action: Array, count: int) -> Array:
    """Return where the entries of the actions (R,) are among all R B entries, B = ``count``.

    Examples
    --------
    >>> import numpy as np
    >>> places(np, np.asarray([1, 0, 2]), 4).tolist()
    [1, 4, 10]
    """
    return action if count == 1 else xp.arange(action.shape[0], device=device_of(action)) * count + action


def entry(xp: Any, blocks: Array, place: Array) -> Array:
    """Return the entries (R, ...) at `places`.

    Examples
    --------
    >>> import numpy as np
    >>> entry(np, np.asarray([[1.0, 2.0], [3.0, 4.0]]), np.asarray([1, 2])).tolist()
    [2.0, 3.0]
    """
    rows, count, *rest = blocks.shape
    return blocks[:, 0, ...] if count == 1 else xp.take(xp.reshape(blocks, (rows * count, *rest)), place, axis=0)


def marks(xp: Any, action: Array, count: int) -> Array:
    """Return a mask (R, B) of the entries of the actions (R,), B = ``count``; with B = 1 none is needed or made.

    Examples
    --------
    >>> import numpy as np
    >>> marks(np, np.asarray([1, 0]), 2).tolist()
    [[False, True], [True, False]]
    """
    return action if count == 1 else xp.arange(count, device=device_of(action)) == action[:, None]


def replaced(xp: Any, blocks: Array, marked: Array, values: Callable[[], Array]) -> Array:
    """Return a copy in which the entries at `marks` are the values (R, ...).

    The values are computed after the copy is made: where blocks are large, a cache holds one of them only.

    Examples
    --------
    >>> import numpy as np
    >>> marked = marks(np, np.asarray([1, 0]), 2)
    >>> replaced(np, np.zeros((2, 2)), marked, lambda: np.asarray([5.0, 6.0])).tolist()
    [[0.0, 5.0], [6.0, 0.0]]
    """
    if blocks.shape[1] == 1:
        return values()[:, None, ...]
    result = xp.asarray(blocks, copy=True)
    result[marked] = values()  # one a row, in the order of rows
    return result
