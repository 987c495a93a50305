"""The specification as array operations: any namespace of the standard, any device; no other module is needed.

The standard leaves overflow undefined and some libraries lack unsigned integers, so words live in int64 and products
are taken in 16-bit limbs. NumPy wraps, which one product uses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from experiments.arrays import Array, Backend
from experiments.philox.spec import ATTEMPTS, MASK, MULTIPLIERS, ROUNDS, TINY, TURN, WEYL, Law, Window
from theory.arrays import compute_where, quiet

__all__ = ["bits", "gamma", "normal", "philox", "rademacher", "uniform"]

Words = tuple[Array, Array, Array, Array]
Multiply = Callable[[Array, int], tuple[Array, Array]]

_CACHE_BLOCKS = 1 << 12  # on NumPy temporaries of this many blocks stay in a processor's cache
_DEVICE_BLOCKS = 1 << 20  # elsewhere a launch must be worth its cost


def wrapping_product(words: Array, factor: int) -> tuple[Array, Array]:
    """Return high and low word of the product, where int64 wraps."""
    product = words * factor
    return (product >> 32) & MASK, product & MASK


def limb_product(words: Array, factor: int) -> tuple[Array, Array]:
    """Return high and low word of the product; nothing reaches 2^63."""
    low = words * (factor & 0xFFFF)
    middle = words * (factor >> 16) + (low >> 16)
    return middle >> 16, ((middle & 0xFFFF) << 16) | (low & 0xFFFF)


def philox(counter: Words, key: tuple[int, int], multiply: Multiply = limb_product) -> Words:
    """Return the four output words of counters (arrays of int64 that broadcast) under a key.

    Examples
    --------
    >>> import numpy as np
    >>> zero = np.zeros((1, 1), dtype=np.int64)
    >>> [hex(int(word[0, 0])) for word in philox((zero, zero, zero, zero), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        high0, low0 = multiply(c0, MULTIPLIERS[0])
        high1, low1 = multiply(c2, MULTIPLIERS[1])
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK
    return c0, c1, c2, c3


def bits(backend: Backend, window: Window) -> Array:
    """Return the words themselves, in int64."""
    return _fill(backend, window, Law.BITS, 4, lambda xp, words: list(words), backend.xp.int64)


def uniform(backend: Backend, window: Window, law: Law = Law.UNIFORM) -> Array:
    """Return uniforms in (0, 1), of the law that they serve."""
    return _fill(backend, window, law, 2, _uniforms, backend.xp.float64)


def normal(backend: Backend, window: Window) -> Array:
    """Return standard normals, by Box and Muller."""
    return _fill(backend, window, Law.NORMAL, 2, _normals, backend.xp.float64)


def rademacher(backend: Backend, window: Window) -> Array:
    """Return signs, as float64."""
    return _fill(backend, window, Law.RADEMACHER, 128, _signs, backend.xp.float64)


@quiet
def gamma(backend: Backend, window: Window, shape: Array) -> Array:
    """Return gamma numbers of the shapes (rows, count) or (1, 1); attempts go on until all are accepted."""
    xp, device = backend.xp, backend.device
    rows = xp.arange(window.rows, dtype=xp.int64, device=device)[:, None] + window.first
    blocks = xp.arange(window.count, dtype=xp.int64, device=device)[None, :] + window.offset
    rows, blocks, shape = (
        xp.broadcast_to(array, (window.rows, window.count)) for array in (rows, blocks, xp.asarray(shape))
    )
    values = xp.full((window.rows, window.count), math.nan, dtype=xp.float64, device=device)
    attempt, waiting = 0, xp.isnan(values)
    chunk = _pieces(backend) * 2
    while attempt < ATTEMPTS and bool(xp.any(waiting)):

        def tried(xp: Any, rows: Array, blocks: Array, shape: Array, attempt: int = attempt) -> Array:
            return _attempt(backend, window, (rows, blocks), shape, attempt)

        values = compute_where(xp, waiting, tried, (rows, blocks, shape), values, chunk=chunk)
        attempt, waiting = attempt + 1, xp.isnan(values)
    return values


def _attempt(backend: Backend, window: Window, place: tuple[Array, Array], shape: Array, attempt: int) -> Array:
    """Return the numbers of one attempt, NaN where it is rejected."""
    xp = backend.xp
    rows, blocks = place
    x = _normals(xp, _words(backend, window, rows, blocks, Law.GAMMA, 2 * attempt))[0]
    accept, boost = _uniforms(xp, _words(backend, window, rows, blocks, Law.GAMMA, 2 * attempt + 1))
    small = shape < 1
    d = xp.where(small, shape + 1, shape) - 1 / 3
    z = x / xp.sqrt(9 * d)
    inside = z > -1
    z = xp.where(inside, z, xp.zeros_like(z))
    excess = xp.log1p(z) - z * (1 + z * (1 + z / 3))
    accepted = inside & (xp.log(accept) < x * x / 2 + 3 * d * excess)
    value = d * ((1 + z) * (1 + z) * (1 + z))
    scaled = xp.where(small, value * xp.exp(xp.log(boost) / shape), value)
    return xp.where(accepted, scaled, xp.full_like(value, math.nan))


def _uniforms(xp: Any, words: Words) -> list[Array]:
    return [_unit(xp, words[0], words[1]), _unit(xp, words[2], words[3])]


def _unit(xp: Any, high: Array, low: Array) -> Array:
    return xp.astype(((high >> 5) << 26) + (low >> 6) | 1, xp.float64) * TINY


def _normals(xp: Any, words: Words) -> list[Array]:
    first, second = _uniforms(xp, words)
    radius, angle = xp.sqrt(-2 * xp.log(first)), TURN * second
    return [radius * xp.cos(angle), radius * xp.sin(angle)]


def _signs(xp: Any, words: Words) -> list[Array]:
    return [xp.astype(((word >> place) & 1) * 2 - 1, xp.float64) for word in words for place in range(32)]


def _words(backend: Backend, window: Window, rows: Array, blocks: Array, law: Law, attempt: int = 0) -> Words:
    """Return the output words of the blocks of some replicates."""
    high = (blocks >> 32) | (int(law) << 16) | (attempt << 20)
    stream = backend.xp.full_like(blocks, window.stream)
    multiply = wrapping_product if backend.library == "numpy" else limb_product
    return philox((blocks & MASK, rows, stream, high), window.key, multiply)


def _pieces(backend: Backend) -> int:
    return _CACHE_BLOCKS if backend.library == "numpy" else _DEVICE_BLOCKS


def _tiles(window: Window, lanes: int, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first row, end row, first block, end block): at most so many blocks a tile, as wide as possible."""
    start, end = window.offset // lanes, -(-(window.offset + window.count) // lanes)
    width = max(1, min(end - start, most))
    height = max(1, most // width)
    for row in range(0, window.rows, height):
        for block in range(start, end, width):
            yield row, min(row + height, window.rows), block, min(block + width, end)


def _fill(
    backend: Backend,
    window: Window,
    law: Law,
    lanes: int,
    transform: Callable[[Any, Words], list[Array]],
    dtype: Any,
) -> Array:
    """Return the (rows, count) numbers of a law whose blocks give ``lanes`` numbers each."""
    xp, device = backend.xp, backend.device
    out = xp.empty((window.rows, window.count), dtype=dtype, device=device)
    most = max(1, 2 * _pieces(backend) // max(2, lanes))
    for top, bottom, start, end in _tiles(window, lanes, most):
        rows = xp.arange(window.first + top, window.first + bottom, dtype=xp.int64, device=device)[:, None]
        blocks = xp.arange(start, end, dtype=xp.int64, device=device)[None, :]
        numbers = transform(xp, _words(backend, window, rows, blocks, law))
        piece = xp.reshape(xp.stack(numbers, axis=-1), (bottom - top, (end - start) * lanes))
        left, right = max(start * lanes, window.offset), min(end * lanes, window.offset + window.count)
        out[top:bottom, left - window.offset : right - window.offset] = piece[
            :, left - start * lanes : right - start * lanes
        ]
    return out
