"""Random streams whose numbers are a function of seed, stream, replicate and element alone.

A sweep may be chunked, spread over workers, killed and resumed, or moved to a GPU: a replicate keeps its numbers.
The specification is in :mod:`experiments.philox`; scalar functions for compiled loops are in
:mod:`experiments.philox.compiled` (Numba) and :mod:`experiments.philox.cuda`.

Two calls with the same arguments give the same numbers: that is the point, and the one trap. For numbers that must
be independent of each other take other elements (``offset``) or another stream (``Stream.named``). Different laws of
one stream are independent, except that chi-square numbers are gamma numbers.

Examples
--------
>>> stream = Stream.named(20260101, "two regimes", {"dimension": 20})
>>> stream.uniform(3, 2).shape
(3, 2)
>>> bool((stream.normal(range(2, 3), 5) == stream.normal(10, 5)[2:3]).all())
True
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from experiments.arrays import Array, Backend, backend_of, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.philox.engines import engine
from experiments.philox.spec import ELEMENTS, MASK, REPLICATES, SEEDS, STREAMS, Law, Window
from theory.arguments import whole
from theory.arrays import is_array, real_arrays, require

__all__ = ["Stream"]

_WEIGHTS_SUM = 1e-6  # weights may miss the sum 1 by so much (single precision); they are then normalised
_LARGEST_BOUND = 2**31

Shape = int | Sequence[int]
Replicates = int | range


@dataclass(frozen=True, slots=True)
class Stream:
    r"""A stream of random numbers.

    All laws take ``replicates`` (a number R, for the rows 0, ..., R-1, or a range of rows), ``shape`` (of the numbers
    of one replicate), ``offset`` (added to the row-major index of an element) and ``backend`` (NumPy unless given), and
    return an array of shape (R, \*shape) in float64, or int64 where said.

    Parameters
    ----------
    seed : int
        In [0, 2^64).
    stream : int
        In [0, 2^32).

    Raises
    ------
    ValueError
        If an argument is out of its range; the message names it, what was given and what is allowed.
    """

    seed: int
    stream: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", whole("seed", self.seed, 0, SEEDS - 1))
        object.__setattr__(self, "stream", whole("stream", self.stream, 0, STREAMS - 1))

    @classmethod
    def named(cls, seed: int, *names: Any) -> Stream:
        r"""Return the stream of a seed and names: strings, numbers, and lists and dictionaries of them.

        The new seed is the first 64 bits (big-endian) of the SHA-256 of the list [seed, \*names] as JSON text in
        ASCII: keys sorted, no spaces, other characters escaped, floats as ``repr`` writes them. So 1 and 1.0 are
        two names, as are 1 and True; a tuple is a list.

        Examples
        --------
        >>> Stream.named(1, "train") == Stream.named(1, "train"), Stream.named(1, "train") == Stream.named(1, "test")
        (True, False)
        """
        seed = whole("seed", seed, 0, SEEDS - 1)
        try:
            _require_text_keys(names)
            text = json.dumps([seed, *names], sort_keys=True, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError) as error:
            allowed = "strings, finite numbers, and lists and dictionaries of them"
            raise ValueError(f"names must be {allowed}: {error}") from None
        return cls(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))

    @property
    def key(self) -> tuple[int, int]:
        """Return the low and the high word of the seed, as compiled loops take them."""
        return self.seed & MASK, self.seed >> 32

    def bits(
        self, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return 32-bit words, unsigned, as int64."""
        call = self._call(replicates, shape, offset, backend)
        return call.shaped(engine(call.backend).bits(call.backend, call.window))

    def uniform(
        self, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return uniforms in the open interval (0, 1): odd multiples of 2^-53.

        Examples
        --------
        >>> Stream(0).uniform(1, 2).tolist() == Stream(0).uniform(1, 1).tolist()
        False
        """
        return self._uniform(self._call(replicates, shape, offset, backend), Law.UNIFORM)

    def normal(
        self, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return standard normals, of size at most 8.6."""
        call = self._call(replicates, shape, offset, backend)
        return call.shaped(engine(call.backend).normal(call.backend, call.window))

    def exponential(
        self, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return exponentials of mean 1, in (0, 36.8)."""
        call = self._call(replicates, shape, offset, backend)
        return -call.backend.xp.log(self._uniform(call, Law.EXPONENTIAL))

    def rademacher(
        self, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return the signs -1.0 and 1.0, equally likely."""
        call = self._call(replicates, shape, offset, backend)
        return call.shaped(engine(call.backend).rademacher(call.backend, call.window))

    def integers(
        self,
        bound: int,
        replicates: Replicates,
        shape: Shape = (),
        *,
        offset: int = 0,
        backend: Backend | None = None,
    ) -> Array:
        """Return integers 0, ..., bound-1 in int64, each of a probability within 2^-51 of 1/bound; bound <= 2^31."""
        bound = whole("bound", bound, 1, _LARGEST_BOUND)
        call = self._call(replicates, shape, offset, backend)
        xp = call.backend.xp
        # bound * u never rounds up to bound: u <= 1 - 2^-53.
        return xp.astype(xp.floor(bound * self._uniform(call, Law.INTEGERS)), xp.int64)

    def categorical(
        self,
        weights: Any,
        replicates: Replicates,
        shape: Shape = (),
        *,
        offset: int = 0,
        backend: Backend | None = None,
    ) -> Array:
        """Return labels 0, ..., K-1 in int64, of the probabilities ``weights`` (K,) up to 2^-52.

        A label of weight 0 never occurs. The weights are read on the host.

        Examples
        --------
        >>> Stream(1).categorical([0.0, 1.0, 0.0], 1, 3).tolist()
        [[1, 1, 1]]
        """
        inner = _inner_sums(weights)
        call = self._call(replicates, shape, offset, backend)
        xp = call.backend.xp
        edges = call.backend.asarray(inner, dtype=xp.float64)
        uniform = xp.reshape(self._uniform(call, Law.CATEGORICAL), (-1,))
        labels = xp.searchsorted(edges, uniform, side="right")
        return call.shaped(xp.astype(labels, xp.int64))

    def gamma(
        self,
        shape_parameter: Any,
        replicates: Replicates,
        shape: Shape = (),
        *,
        offset: int = 0,
        backend: Backend | None = None,
    ) -> Array:
        r"""Return gamma numbers of scale 1.

        Parameters
        ----------
        shape_parameter : number or array
            Finite and > 0; broadcasts against (R, \*shape). An array, unless ``backend`` is given, says where to
            compute. For small ones the value may underflow to 0.
        """
        if backend is None and is_array(shape_parameter):
            backend = backend_of(shape_parameter)
        call = self._call(replicates, shape, offset, backend)
        return call.shaped(engine(call.backend).gamma(call.backend, call.window, _shapes(call, shape_parameter)))

    def chisquare(
        self, dof: Any, replicates: Replicates, shape: Shape = (), *, offset: int = 0, backend: Backend | None = None
    ) -> Array:
        """Return chi-square numbers of ``dof`` > 0 degrees of freedom, whole or not, which broadcast as in gamma."""
        return 2 * self.gamma(_real(dof, "dof") / 2, replicates, shape, offset=offset, backend=backend)

    def _call(self, replicates: Replicates, shape: Shape, offset: int, backend: Backend | None) -> _Call:
        sizes = _sizes(shape)
        first, rows = _rows(replicates)
        count = math.prod(sizes)
        offset = whole("offset", offset, 0, ELEMENTS)
        if offset + count > ELEMENTS:
            raise ValueError(f"offset plus elements must be at most 2^48, got {offset} + {count}")
        if backend is not None and not isinstance(backend, Backend):
            raise ValueError(f"backend must be a Backend (see experiments.arrays.backend), got {backend!r}")
        window = Window(self.key, self.stream, first, rows, offset, count)
        return _Call(window, (rows, *sizes), backend_named("numpy") if backend is None else backend)

    @staticmethod
    def _uniform(call: _Call, law: Law) -> Array:
        return call.shaped(engine(call.backend).uniform(call.backend, call.window, law))


@dataclass(frozen=True, slots=True)
class _Call:
    """What a call asks for, checked."""

    window: Window
    shape: tuple[int, ...]
    backend: Backend

    def shaped(self, numbers: Array) -> Array:
        return self.backend.xp.reshape(numbers, self.shape)


def _require_text_keys(value: Any) -> None:
    """Refuse keys that are not strings: JSON writes 1 and "1" alike, and two names would share their numbers."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is not a string")
            _require_text_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_text_keys(item)


def _sizes(shape: Shape) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, list | tuple) else (shape,)
    return tuple(whole("shape", size, 0, ELEMENTS) for size in sizes)


def _rows(replicates: Replicates) -> tuple[int, int]:
    """Return the first replicate and how many."""
    if not isinstance(replicates, range):
        return 0, whole("replicates", replicates, 0, REPLICATES)
    if replicates.step != 1 or replicates.start < 0 or replicates.stop > REPLICATES:
        raise ValueError(f"replicates must be a range of step 1 in [0, 2^32), got {replicates}")
    return replicates.start, len(replicates)


def _inner_sums(weights: Any) -> list[float]:
    """Return the K-1 inner cumulative sums of weights, summed exactly and divided by the total."""
    values = to_numpy(weights).tolist() if is_array(weights) else weights
    if (
        not isinstance(values, list | tuple)
        or not values
        or not all(isinstance(value, int | float) for value in values)
    ):
        raise ValueError(f"weights must be a vector of probabilities, got {weights!r}")
    if not all(0 <= value < math.inf for value in values) or abs(math.fsum(values) - 1) > _WEIGHTS_SUM:
        raise ValueError(f"weights must be >= 0 and sum to 1 within {_WEIGHTS_SUM}, got {values}"[:300])
    exact = [Fraction(value) for value in values]
    total, running, sums = sum(exact), Fraction(0), []
    for value in exact[:-1]:
        running += value
        sums.append(float(running / total))
    return sums


def _real(values: Any, name: str) -> Array:
    """Return positive finite numbers as an array in double precision, where they lie."""
    allowed = f"{name} must be finite numbers > 0, got "
    try:
        if not is_array(values):
            _, (values,), _ = real_arrays(values)
        xp = namespace(values)
        if not xp.isdtype(values.dtype, ("real floating", "integral")):
            raise ValueError(values.dtype)
    except ValueError:
        raise ValueError(f"{allowed}{values!r}"[:300]) from None
    values = xp.astype(values, xp.float64)
    require(xp, (values > 0) & xp.isfinite(values), values, name, "finite and > 0")
    return values


def _shapes(call: _Call, parameter: Any) -> Array:
    """Return the shape parameters as (rows, count), or (1, 1) for one number."""
    xp = call.backend.xp
    values = call.backend.asarray(_real(parameter, "shape_parameter"))
    if values.ndim == 0:
        return xp.reshape(values, (1, 1))
    try:
        values = xp.broadcast_to(values, call.shape)
    except (ValueError, RuntimeError):
        message = f"shape_parameter of shape {tuple(values.shape)} does not broadcast to {call.shape}"
        raise ValueError(message) from None
    return xp.reshape(values, (call.window.rows, call.window.count))
