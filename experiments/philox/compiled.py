"""The specification compiled by Numba for a processor, and the fills of NumPy arrays.

Needs Numba. The fills are cached on disk, by this file and the texts of ``scalar.py`` and ``spec.py``. The scalar
functions may be called in anybody's ``numba.njit`` functions; cached ones of one's own are not told of changes here:

>>> from numba import njit
>>> @njit
... def walk(key0, key1, stream, replicate, steps):
...     place = 0.0
...     for step in range(steps):
...         place += rademacher_at(key0, key1, stream, replicate, step)
...     return place
>>> from experiments.streams import Stream
>>> stream = Stream(7)
>>> walk(*stream.key, stream.stream, 3, 100), float(stream.rademacher(range(3, 4), 100).sum())
(6.0, 6.0)
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from experiments.arrays import Array, Backend
from experiments.philox import scalar, spec
from experiments.philox.scalar import scalar_functions
from experiments.philox.spec import Law, Window
from experiments.threads import allowed

__all__ = [
    "bits",
    "bits_at",
    "categorical_at",
    "chisquare_at",
    "exponential_at",
    "fill",
    "gamma",
    "gamma_at",
    "integer_at",
    "normal",
    "normal_at",
    "normal_pair",
    "pair",
    "rademacher",
    "rademacher_at",
    "uniform",
    "uniform_at",
]

# "python" division raises where CUDA and NumPy give inf; "numpy" keeps one meaning on all targets.
_COMPILED = scalar_functions(njit(nogil=True, error_model="numpy"))
block, pair, normal_pair = _COMPILED.block, _COMPILED.pair, _COMPILED.normal_pair
bits_at, uniform_at, normal_at = _COMPILED.bits_at, _COMPILED.uniform_at, _COMPILED.normal_at
exponential_at, rademacher_at, integer_at = _COMPILED.exponential_at, _COMPILED.rademacher_at, _COMPILED.integer_at
categorical_at, gamma_at, chisquare_at = _COMPILED.categorical_at, _COMPILED.gamma_at, _COMPILED.chisquare_at

_NORMAL, _RADEMACHER = int(Law.NORMAL), int(Law.RADEMACHER)
_PIECE = 1 << 16  # numbers that are worth a task
_jit = njit(nogil=True, error_model="numpy")
_cached = njit(cache=True, nogil=True, error_model="numpy")


@_jit
def _two(key0, key1, stream, replicate, law, number):  # type: ignore[no-untyped-def]
    if law == _NORMAL:
        return normal_pair(key0, key1, stream, replicate, law, 0, number)
    return pair(key0, key1, stream, replicate, law, 0, number)


def _fills(version: int) -> tuple[Callable[..., None], ...]:
    """Return the compiled fills; ``version``, that of what they call, is part of the name they are cached by.

    Numba's cache knows the date of this file and the values in a function's closure, not the functions it calls. So
    the version is captured, by a test that never holds and is compiled away.
    """

    @_cached
    def fill_bits(out, key0, key1, stream, first, offset, law):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        for row in range(out.shape[0]):
            for column in range(out.shape[1]):
                out[row, column] = bits_at(key0, key1, stream, first + row, offset + column)

    @_cached
    def fill_pairs(out, key0, key1, stream, first, offset, law):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        count, skip = out.shape[1], offset & 1
        for row in range(out.shape[0]):
            if skip and count:
                out[row, 0] = _two(key0, key1, stream, first + row, law, offset >> 1)[1]
            start = (offset + 1) >> 1
            for number in range((count - skip) >> 1):
                even, odd = _two(key0, key1, stream, first + row, law, start + number)
                out[row, skip + 2 * number] = even
                out[row, skip + 2 * number + 1] = odd
            if (count - skip) & 1 and count > skip:
                out[row, count - 1] = _two(key0, key1, stream, first + row, law, (offset + count - 1) >> 1)[0]

    @_cached
    def fill_rademacher(out, key0, key1, stream, first, offset, law):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        count = out.shape[1]
        for row in range(out.shape[0]):
            for number in range(offset >> 7, (offset + count + 127) >> 7):
                words = block(key0, key1, stream, first + row, _RADEMACHER, 0, number)
                for lane in range(4):
                    start = (number << 7) + 32 * lane - offset
                    for place in range(max(0, -start), min(32, count - start)):
                        out[row, start + place] = 2.0 * ((words[lane] >> place) & 1) - 1.0

    @_cached
    def fill_gamma(out, shape, key0, key1, stream, first, offset):  # type: ignore[no-untyped-def]
        if version < 0:
            return
        one = shape.size == 1
        for row in range(out.shape[0]):
            for column in range(out.shape[1]):
                parameter = shape[0, 0] if one else shape[row, column]
                out[row, column] = gamma_at(parameter, key0, key1, stream, first + row, offset + column)

    return fill_bits, fill_pairs, fill_rademacher, fill_gamma


def _version() -> int:
    """Return a number of the source texts that the fills are compiled from, beside this one."""
    texts = "".join(inspect.getsource(module) for module in (scalar, spec))
    return int.from_bytes(hashlib.sha256(texts.encode()).digest()[:7], "big")


_fill_bits, _fill_pairs, _fill_rademacher, _fill_gamma = _fills(_version())


def bits(_: Backend, window: Window) -> Array:
    """Return the words themselves, in int64."""
    return fill("bits", window)


def uniform(_: Backend, window: Window, law: Law = Law.UNIFORM) -> Array:
    """Return uniforms in (0, 1), of the law that they serve."""
    return fill("uniform", window, law=law)


def normal(_: Backend, window: Window) -> Array:
    """Return standard normals."""
    return fill("normal", window)


def rademacher(_: Backend, window: Window) -> Array:
    """Return signs, as float64."""
    return fill("rademacher", window)


def gamma(_: Backend, window: Window, shape: Array) -> Array:
    """Return gamma numbers of the shapes (rows, count) or (1, 1)."""
    out = np.empty((window.rows, window.count))
    shape = np.ascontiguousarray(shape)

    def task(rows: slice, columns: slice) -> None:
        part = shape if shape.size == 1 else shape[rows, columns]
        first, offset = window.first + rows.start, window.offset + columns.start
        _fill_gamma(out[rows, columns], part, *window.key, window.stream, first, offset)

    _spread(out, task, allowed())
    return out


_FILLS: dict[str, tuple[Callable[..., None], Law, Any]] = {
    "bits": (_fill_bits, Law.BITS, np.int64),
    "uniform": (_fill_pairs, Law.UNIFORM, np.float64),
    "normal": (_fill_pairs, Law.NORMAL, np.float64),
    "rademacher": (_fill_rademacher, Law.RADEMACHER, np.float64),
}


def fill(name: str, window: Window, *, law: Law | None = None, threads: int | None = None) -> NDArray[Any]:
    """Return the numbers of a law by its name; ``threads`` is all cores, one in a worker, unless given.

    Examples
    --------
    >>> fill("uniform", Window((0, 0), 0, 0, 2, 0, 3), threads=1).shape
    (2, 3)
    """
    kernel, own, dtype = _FILLS[name]
    chosen = int(own if law is None else law)
    out = np.empty((window.rows, window.count), dtype=dtype)

    def task(rows: slice, columns: slice) -> None:
        first, offset = window.first + rows.start, window.offset + columns.start
        kernel(out[rows, columns], *window.key, window.stream, first, offset, chosen)

    _spread(out, task, allowed() if threads is None else threads)
    return out


def _spread(out: NDArray[Any], task: Callable[[slice, slice], None], threads: int) -> None:
    """Run a task on tiles of the array, in threads (compiled code holds no lock) where that is worth it.

    Threads are Python's, not Numba's own, whose pools do not outlive a fork, and end with the call.
    """
    rows, columns = out.shape
    threads = min(threads, out.size // _PIECE)
    if threads < 2:
        task(slice(0, rows), slice(0, columns))
        return
    high, wide = (-(-rows // threads), columns) if rows >= threads else (rows, -(-columns // threads))
    tiles = [
        (slice(top, min(top + high, rows)), slice(left, min(left + wide, columns)))
        for top in range(0, rows, high)
        for left in range(0, columns, wide)
    ]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda tile: task(*tile), tiles))
