"""What simulators of a grid share: a size by its name, and what is reported of numbers over replicates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["over_replicates", "size_of"]

Floats = NDArray[np.float64]
T = TypeVar("T")


def size_of(table: Mapping[str, T], sizes: str) -> T:
    """Return what a table of sizes holds under a name.

    Raises
    ------
    ValueError
        If it is none of the names; the message lists them.

    Examples
    --------
    >>> size_of({"quick": (500, 32), "paper": (10_000, 64)}, "huge")
    Traceback (most recent call last):
        ...
    ValueError: sizes are quick, paper, got 'huge'
    """
    if sizes not in table:
        raise ValueError(f"sizes are {', '.join(table)}, got {sizes!r}")
    return table[sizes]


def over_replicates(name: str, values: Floats) -> dict[str, Floats]:
    """Return mean, standard error and two quantiles over the last axis, the replicates.

    Parameters
    ----------
    name
        Of the mean in the result.
    values : array (..., R)

    Returns
    -------
    dict of arrays (...)
        ``name``, the mean; ``name_se``, its standard error, 0 for a single replicate, of which nothing is known; and
        ``low`` and ``high``, the quantiles 5 % and 95 %.

    Raises
    ------
    ValueError
        If there is no replicate.

    Examples
    --------
    >>> found = over_replicates("regret", np.asarray([[1.0, 3.0], [5.0, 5.0]]))
    >>> {key: value.tolist() for key, value in found.items()}
    {'regret': [2.0, 5.0], 'regret_se': [1.0, 0.0], 'low': [1.1, 5.0], 'high': [2.9, 5.0]}
    """
    count = values.shape[-1] if values.ndim else 0
    if not count:
        raise ValueError(f"{name} needs at least one replicate along its last axis, got shape {values.shape}")
    mean = np.asarray(values.mean(axis=-1))
    error = values.std(axis=-1, ddof=1) / math.sqrt(count) if count > 1 else np.zeros_like(mean)
    low, high = np.quantile(values, (0.05, 0.95), axis=-1)
    return {name: mean, f"{name}_se": np.asarray(error), "low": low, "high": high}
