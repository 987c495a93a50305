"""Arguments that are whole numbers."""

from __future__ import annotations

import operator
from typing import Any

__all__ = ["whole"]


def whole(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """Return a whole number, of Python or of an array library, as an ``int``.

    Raises
    ------
    ValueError
        If the value is none (a float or a bool is not), less than ``least``, or more than ``most``.

    Examples
    --------
    >>> whole("replicates", 3)
    3
    >>> whole("replicates", 2.5)
    Traceback (most recent call last):
        ...
    ValueError: replicates must be a whole number >= 1, got 2.5
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        allowed = f">= {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {allowed}, got {value!r}")
    return number
