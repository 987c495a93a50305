"""Numbers that are refused, each with one message that says what was given and what is allowed."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

__all__ = ["MEMORY", "is_real", "require_int", "require_positive", "require_room"]

MEMORY = 2.0**33  # bytes that an oracle may take


def is_real(value: object) -> bool:
    """Tell whether a value is a real number, of Python or NumPy, and no truth value.

    Examples
    --------
    >>> is_real(2), is_real("2"), is_real(True)
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def require_int(name: str, value: object, least: int, most: int) -> None:
    """Refuse what is no int from ``least`` to ``most``.

    Examples
    --------
    >>> require_int("width", 2.0, 1, 9)
    Traceback (most recent call last):
        ...
    ValueError: width must be an int from 1 to 9, got 2.0
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} must be an int from {least} to {most}, got {value!r}")


def require_positive(name: str, value: Any) -> None:
    """Refuse what is no positive and finite number.

    Examples
    --------
    >>> require_positive("radius", "3")
    Traceback (most recent call last):
        ...
    ValueError: radius must be positive and finite, got '3'
    """
    if not is_real(value) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value!r}")


def require_room(name: str, features: int, needed: float) -> None:
    """Refuse an oracle that needs more than `MEMORY` bytes.

    Examples
    --------
    >>> require_room("ridge", 40_000, 2.0**36)
    Traceback (most recent call last):
        ...
    ValueError: ridge on 40000 features needs about 64.0 GiB; allowed: 8.0 GiB; fewer replicates or features
    """
    if needed > MEMORY:
        allowed = f"{MEMORY / 2**30:.1f} GiB; fewer replicates or features"
        raise ValueError(f"{name} on {features} features needs about {needed / 2**30:.1f} GiB; allowed: {allowed}")
