"""The specification number by number: one body for Python, for Numba on a processor and for Numba on CUDA.

:func:`scalar_functions` takes a decorator that compiles, so that a function and those that it calls are compiled for
the same target. Words are kept in signed 64-bit integers and masked after every product, which is right whether
products wrap (machine integers) or grow (Python's).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from experiments.philox.spec import ATTEMPTS, MASK, MULTIPLIERS, ROUNDS, TINY, TURN, WEYL, Law

__all__ = ["ScalarFunctions", "scalar_functions"]

Function = Callable[..., Any]

_M0, _M1 = MULTIPLIERS
_W0, _W1 = WEYL
_UNIFORM, _NORMAL, _EXPONENTIAL = int(Law.UNIFORM), int(Law.NORMAL), int(Law.EXPONENTIAL)
_RADEMACHER, _INTEGERS, _CATEGORICAL, _GAMMA = (
    int(Law.RADEMACHER),
    int(Law.INTEGERS),
    int(Law.CATEGORICAL),
    int(Law.GAMMA),
)


@dataclass(frozen=True, slots=True)
class ScalarFunctions:
    """Functions of an address (key0, key1, stream, replicate, index), all signed 64-bit integers.

    Attributes
    ----------
    block : (key0, key1, stream, replicate, law, round, block) -> four words
    pair : (law, ...block...) -> two uniforms of a block; here the arguments are those of ``block``
    normal_pair : (key0, key1, stream, replicate, law, round, block) -> two normals
    bits_at, uniform_at, normal_at, exponential_at, rademacher_at : (address) -> number
    integer_at : (bound, address) -> integer
    categorical_at : (inner cumulative weights, address) -> label
    gamma_at : (shape parameter, address) -> float
    chisquare_at : (degrees of freedom, address) -> float
    """

    block: Function
    pair: Function
    normal_pair: Function
    bits_at: Function
    uniform_at: Function
    normal_at: Function
    exponential_at: Function
    rademacher_at: Function
    integer_at: Function
    categorical_at: Function
    gamma_at: Function
    chisquare_at: Function


def scalar_functions(jit: Callable[[Function], Function]) -> ScalarFunctions:
    """Return the functions, each passed through ``jit``.

    Examples
    --------
    >>> plain = scalar_functions(lambda function: function)
    >>> [hex(word) for word in plain.block(0, 0, 0, 0, 0, 0, 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    block, pair, normal_pair = _block_functions(jit)
    bits_at, rademacher_at, gamma_at, chisquare_at = _word_functions(jit, block, pair, normal_pair)

    @jit
    def law_at(law, key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        even, odd = pair(key0, key1, stream, replicate, law, 0, index >> 1)
        return odd if index & 1 else even

    @jit
    def uniform_at(key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        return law_at(_UNIFORM, key0, key1, stream, replicate, index)

    @jit
    def normal_at(key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        even, odd = normal_pair(key0, key1, stream, replicate, _NORMAL, 0, index >> 1)
        return odd if index & 1 else even

    @jit
    def exponential_at(key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        return -math.log(law_at(_EXPONENTIAL, key0, key1, stream, replicate, index))

    @jit
    def integer_at(bound, key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        return int(bound * law_at(_INTEGERS, key0, key1, stream, replicate, index))

    @jit
    def categorical_at(inner, key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        point = law_at(_CATEGORICAL, key0, key1, stream, replicate, index)
        label = 0
        while label < len(inner) and inner[label] <= point:
            label += 1
        return label

    return ScalarFunctions(
        block=block,
        pair=pair,
        normal_pair=normal_pair,
        bits_at=bits_at,
        uniform_at=uniform_at,
        normal_at=normal_at,
        exponential_at=exponential_at,
        rademacher_at=rademacher_at,
        integer_at=integer_at,
        categorical_at=categorical_at,
        gamma_at=gamma_at,
        chisquare_at=chisquare_at,
    )


def _block_functions(jit: Callable[[Function], Function]) -> tuple[Function, Function, Function]:
    """Return the functions of a block: its words, its uniforms and its normals."""

    @jit
    def block(key0, key1, stream, replicate, law, attempt, number):  # type: ignore[no-untyped-def]
        c0, c1, c2 = number & MASK, replicate, stream
        c3 = (number >> 32) | (law << 16) | (attempt << 20)
        for _ in range(ROUNDS):
            product0, product1 = c0 * _M0, c2 * _M1
            high0, high1 = (product0 >> 32) & MASK, (product1 >> 32) & MASK
            c0, c1, c2, c3 = high1 ^ c1 ^ key0, product1 & MASK, high0 ^ c3 ^ key1, product0 & MASK
            key0, key1 = (key0 + _W0) & MASK, (key1 + _W1) & MASK
        return c0, c1, c2, c3

    @jit
    def pair(key0, key1, stream, replicate, law, attempt, number):  # type: ignore[no-untyped-def]
        w0, w1, w2, w3 = block(key0, key1, stream, replicate, law, attempt, number)
        return (((w0 >> 5) << 26) + (w1 >> 6) | 1) * TINY, (((w2 >> 5) << 26) + (w3 >> 6) | 1) * TINY

    @jit
    def normal_pair(key0, key1, stream, replicate, law, attempt, number):  # type: ignore[no-untyped-def]
        first, second = pair(key0, key1, stream, replicate, law, attempt, number)
        radius, angle = math.sqrt(-2.0 * math.log(first)), TURN * second
        return radius * math.cos(angle), radius * math.sin(angle)

    return block, pair, normal_pair


def _word_functions(
    jit: Callable[[Function], Function], block: Function, pair: Function, normal_pair: Function
) -> tuple[Function, Function, Function, Function]:
    """Return the functions of words and signs, and of gamma and chi-square numbers."""

    @jit
    def bits_at(key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        w0, w1, w2, w3 = block(key0, key1, stream, replicate, 0, 0, index >> 2)
        lane = index & 3
        return w0 if lane == 0 else w1 if lane == 1 else w2 if lane == 2 else w3

    @jit
    def rademacher_at(key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        w0, w1, w2, w3 = block(key0, key1, stream, replicate, _RADEMACHER, 0, index >> 7)
        lane = (index >> 5) & 3
        word = w0 if lane == 0 else w1 if lane == 1 else w2 if lane == 2 else w3
        return 2.0 * ((word >> (index & 31)) & 1) - 1.0

    @jit
    def gamma_at(shape, key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
        for attempt in range(ATTEMPTS):
            x, _ = normal_pair(key0, key1, stream, replicate, _GAMMA, 2 * attempt, index)
            accept, boost = pair(key0, key1, stream, replicate, _GAMMA, 2 * attempt + 1, index)
            z = x / math.sqrt(9.0 * d)
            if z > -1.0:
                excess = math.log1p(z) - z * (1.0 + z * (1.0 + z / 3.0))
                if math.log(accept) < x * x / 2.0 + 3.0 * d * excess:
                    value = d * ((1.0 + z) * (1.0 + z) * (1.0 + z))
                    return value if shape >= 1.0 else value * math.exp(math.log(boost) / shape)
        return math.nan  # only for a shape that is none: NaN, infinite or not positive

    @jit
    def chisquare_at(dof, key0, key1, stream, replicate, index):  # type: ignore[no-untyped-def]
        return 2.0 * gamma_at(dof / 2.0, key0, key1, stream, replicate, index)

    return bits_at, rademacher_at, gamma_at, chisquare_at
