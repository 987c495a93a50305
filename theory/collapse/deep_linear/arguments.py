"""Class sizes, depths and decays as users give them, checked once for all modules on deep linear networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arguments import whole as strictly_whole

__all__ = ["positive", "read_decays", "read_sizes", "real_numbers", "whole"]

Floats = NDArray[np.float64]


def read_sizes(class_sizes: Any) -> Floats:
    """Return class sizes as an array.

    Raises
    ------
    ValueError
        If they are not whole numbers >= 1.

    Examples
    --------
    >>> read_sizes([3, 1])
    array([3., 1.])
    """
    try:
        sizes = np.asarray(class_sizes)
    except ValueError:  # rows of different lengths
        sizes = np.zeros(())
    if sizes.ndim != 1 or len(sizes) == 0 or sizes.dtype.kind not in "iuf":
        raise ValueError(f"class_sizes must be a sequence of whole numbers, got {_short(class_sizes)}")
    sizes = sizes.astype(np.float64)
    if not np.all(np.isfinite(sizes) & (sizes >= 1) & (sizes == np.round(sizes))):
        raise ValueError(f"class_sizes must be whole numbers >= 1, got {_short(class_sizes)}")
    return sizes


def read_decays(depth: Any, weight_decays: Any) -> Floats:
    """Return the decay of each of ``depth`` layers; a single number is that of all.

    Raises
    ------
    ValueError
        If the depth is no whole number >= 1, or the decays do not fit it or are not positive.

    Examples
    --------
    >>> read_decays(2, 0.5)
    array([0.5, 0.5])
    """
    M = whole("depth", depth)
    decays = real_numbers("weight_decays", weight_decays)
    if decays.ndim == 0:
        decays = np.full(M, float(decays))
    if decays.shape != (M,) or not np.all(np.isfinite(decays) & (decays > 0)):
        raise ValueError(
            f"weight_decays must be one number > 0 or one for each of {M} layers, got {_short(weight_decays)}"
        )
    return decays


def whole(name: str, value: Any, least: int = 1) -> int:
    """Return a whole number, which a float may be: class sizes are counted in floats elsewhere.

    Raises
    ------
    ValueError
        If the value is none, or less than ``least``.

    Examples
    --------
    >>> whole("width", 4.0)
    4
    """
    exact = isinstance(value, float | np.floating) and float(value).is_integer()
    return strictly_whole(name, int(value) if exact else value, least)


def positive(name: str, value: Any) -> float:
    """Return a positive number.

    Raises
    ------
    ValueError
        If the value is not positive and finite.

    Examples
    --------
    >>> positive("feature_decay", 1)
    1.0
    """
    number = real_numbers(name, value)
    if number.ndim or not (np.isfinite(number) and number > 0):
        raise ValueError(f"{name} must be a finite number > 0, got {_short(value)}")
    return float(number)


def real_numbers(name: str, values: Any) -> Floats:
    """Return a number or an array of numbers in double precision.

    Raises
    ------
    ValueError
        If it holds anything else.

    Examples
    --------
    >>> real_numbers("norms", [1, 2])
    array([1., 2.])
    """
    try:
        found = np.asarray(values)
        if found.dtype.kind in "iuf":
            return found.astype(np.float64)
    except ValueError:  # rows of different lengths
        pass
    raise ValueError(f"{name} must be real numbers, got {_short(values)}")


def _short(value: Any) -> str:
    return repr(value)[:200]
