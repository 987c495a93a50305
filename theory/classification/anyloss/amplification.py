r"""How large an amplification may be in a floating-point format, and where its gradient is dead.

Code that computes ``A = 1/(1 + exp(-x))``, ``x = L (p - 1/2)``, and then ``A (1 - A)`` loses the gradient where
1 + exp(-x) rounds to 1, that is for ``exp(-x) <= 2^-m`` with m the bits of precision (53 in double, 24 in single).
`theory.classification.anyloss.soft_confusion` multiplies sigma(x) sigma(-x) instead and does not.
"""

from __future__ import annotations

import math
import re
from typing import Any

__all__ = ["dead_from", "largest_amplification", "precision_bits"]

_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}


def precision_bits(dtype: Any) -> int:
    """Return the bits of the significand, the hidden one included.

    Parameters
    ----------
    dtype
        A floating dtype of any array library, or its name.

    Raises
    ------
    ValueError
        If it is not float16, bfloat16, float32 or float64.

    Examples
    --------
    >>> precision_bits("float32")
    24
    """
    found = re.search(r"\bb?float\d+", str(dtype))
    if found is None or found.group() not in _BITS:
        raise ValueError(f"dtype is {dtype!r}; allowed: {', '.join(_BITS)}")
    return _BITS[found.group()]


def largest_amplification(dtype: Any) -> int:
    """Return the largest integer L whose computed A(1) is below 1: the largest with ``exp(-L/2) > 2^-bits``.

    Parameters
    ----------
    dtype
        As in `precision_bits`.

    Examples
    --------
    >>> [largest_amplification(name) for name in ("float64", "float32", "float16", "bfloat16")]
    [73, 33, 15, 11]
    """
    return math.floor(2 * precision_bits(dtype) * math.log(2))  # never an integer: exp of one is irrational


def dead_from(amplification: float, dtype: Any) -> float:
    """Return the probability from which on the computed A is exactly 1, infinity if there is none in [0, 1].

    Parameters
    ----------
    amplification
        The number L > 0.
    dtype
        As in `precision_bits`.

    Raises
    ------
    ValueError
        If the amplification is not positive and finite.

    Examples
    --------
    >>> round(dead_from(73, "float32"), 4), dead_from(33, "float32")
    (0.7279, inf)
    """
    if not (amplification > 0 and math.isfinite(amplification)):
        raise ValueError(f"amplification must be positive and finite, got {amplification!r}")
    edge = 0.5 + precision_bits(dtype) * math.log(2) / amplification
    return edge if edge <= 1 else math.inf
