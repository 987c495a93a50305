"""What a simulator asks of memory and of arithmetic: a back end of NumPy's arrays that counts what is done to them.

Every function of the array-API standard is counted as if it ran alone:

* bytes: each array that it takes is read once and each that it returns is written once, in full; of an array that was
  broadcast what is stored counts; where elements are picked (``take``, an index, a mask), only those that are picked
  are read. A view and memory that is not filled (``empty``) cost nothing, nor is an array read whose shape alone counts
  (``zeros_like``). Random numbers are written once, as a kernel that makes them does; array operations that make them,
  as on PyTorch, move more.
* flops of products: ``2 m n k`` of a product of matrices, and the leading terms of factorisations as Golub and Van Loan
  (*Matrix Computations*) give them; those of iterations for eigenvalues and singular values are estimates.
* elements: one for each element of the largest array of any other function that computes, whether it adds or takes a
  logarithm; sorting n numbers counts as n. To make random numbers is not counted.

This is what the operations move if none is fused with the next and nothing stays in a cache. On a GPU with large arrays
that is near what happens. On a processor, or with small arrays, caches serve much of it, and shares above 100 % of the
bandwidth of memory are possible: they say that memory is not what binds. Work that is not done by operations on arrays
(the host's part, transfers, compiled loops) is not seen.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, backend, namespace
from experiments.philox.engines import Engine, engine
from experiments.philox.spec import Law, Window

__all__ = ["Work", "work_of"]


@dataclass
class Work:
    """What was counted.

    Attributes
    ----------
    bytes : int
        Read and written.
    products, elements : int
        Flops of products and factorisations of matrices; elements that other functions computed.
    """

    bytes: int = 0
    products: int = 0
    elements: int = 0

    @property
    def operations(self) -> int:
        """Return all that counts as arithmetic."""
        return self.products + self.elements


def work_of(run: Callable[[Backend], Any]) -> Work:
    """Return the work of a function of a back end, which runs once.

    Examples
    --------
    >>> def run(backend):
    ...     x = backend.asarray(np.ones((10, 20)))  # writes 1600 bytes
    ...     return x @ backend.xp.matrix_transpose(x) + 1.0  # moves 2 * 1600 + 800, and 2 * 800
    >>> work_of(run)
    Work(bytes=7200, products=4000, elements=100)
    """
    xp = _Namespace()
    run(Backend("strict:counted", xp))
    return xp.work


_MOVES = frozenset(
    "arange asarray astype broadcast_arrays broadcast_to concat copy empty empty_like expand_dims eye flip full"
    " full_like linspace matrix_transpose meshgrid moveaxis ones ones_like permute_dims repeat reshape roll squeeze"
    " stack take take_along_axis tile tril triu unstack zeros zeros_like getitem".split()
)  # these compute nothing
_PICKS = frozenset(("take", "take_along_axis", "getitem"))
_NOT_FILLED = frozenset(("empty", "empty_like"))
_LIKE = frozenset(("full_like", "ones_like", "zeros_like"))
_NOT_KNOWN = frozenset(("matrix_norm", "matrix_power", "matrix_rank", "fft"))  # used by no simulator so far


def _tall(shape: tuple[int, ...]) -> tuple[int, int]:
    return max(shape[-2:]), min(shape[-2:])


_FLOPS: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], float]] = {
    "cholesky": lambda a, _: a[-1] ** 3 / 3,
    "inv": lambda a, _: 2 * a[-1] ** 3,
    "det": lambda a, _: 2 * a[-1] ** 3 / 3,
    "slogdet": lambda a, _: 2 * a[-1] ** 3 / 3,
    "solve": lambda a, b: 2 * a[-1] ** 3 / 3 + 2 * a[-1] ** 2 * (b[-1] if len(b) > 1 else 1),
    "qr": lambda a, _: 4 * (_tall(a)[0] - _tall(a)[1] / 3) * _tall(a)[1] ** 2,  # with the orthogonal factor
    "eigh": lambda a, _: 9 * a[-1] ** 3,
    "eigvalsh": lambda a, _: 4 * a[-1] ** 3 / 3,
    "svd": lambda a, _: 6 * _tall(a)[0] * _tall(a)[1] ** 2 + 20 * _tall(a)[1] ** 3,
    "svdvals": lambda a, _: 2 * _tall(a)[0] * _tall(a)[1] ** 2 + 2 * _tall(a)[1] ** 3,
    "pinv": lambda a, _: 8 * _tall(a)[0] * _tall(a)[1] ** 2 + 20 * _tall(a)[1] ** 3,
}  # of one matrix a, and of the second argument


class _Namespace:
    """The functions of NumPy's namespace, on arrays that count."""

    __name__ = "experiments.counting"
    keeps_rules_of = "strict"  # what is written for that works here

    def __init__(self) -> None:
        self.work, self._below = Work(), namespace(np.zeros(()))
        self.linalg, self.philox = _Part(self, self._below.linalg), _Streams(self)

    def __getattr__(self, name: str) -> Any:
        return self.counted(name, getattr(self._below, name))

    @staticmethod
    def Device(name: str) -> str:  # as array_api_strict calls it
        return name

    def counted(self, name: str, found: Any) -> Any:
        """Return what a name means, counted if it is a function."""
        if name in _NOT_KNOWN:
            raise NotImplementedError(f"it is not known how much work {name} is")
        if isinstance(found, type) or not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            named.pop("device", None)
            inputs: list[Any] = []
            given, named = _bare(given, inputs), _bare(named, inputs)
            return self.made(name, inputs, found(*given, **named))

        return call

    def made(self, name: str, inputs: list[Any], result: Any) -> Any:
        """Count a function that was called, and return its result as arrays that count."""
        outputs: list[Any] = []
        wrapped = _wrapped(self, result, outputs)
        fresh = [array for array in outputs if not any(np.may_share_memory(array, old) for old in inputs)]
        if not fresh or name in _NOT_FILLED:
            return wrapped
        written, rest = sum(map(_stored, fresh)), sum(map(_stored, inputs[1:]))
        first = written if name in _PICKS else 0 if name in _LIKE else sum(map(_stored, inputs[:1]))
        self.work.bytes += written + first + rest
        if name in _FLOPS:
            shape, second = inputs[0].shape, inputs[-1].shape
            batch = np.broadcast_shapes(shape[:-2], second[:-2]) if name == "solve" else shape[:-2]
            self.work.products += round(math.prod(batch) * _FLOPS[name](shape, second))
        elif name in {"matmul", "tensordot", "vecdot"}:
            self.work.products += 2 * _multiplied(name, inputs, fresh[0])
        elif name not in _MOVES:
            self.work.elements += max(array.size for array in (*inputs, *fresh))
        return wrapped


class _Part:
    """A part of the namespace, such as ``linalg``."""

    def __init__(self, whole: _Namespace, below: Any) -> None:
        self._whole, self._below = whole, below

    def __getattr__(self, name: str) -> Any:
        return self._whole.counted(name, getattr(self._below, name))


class _Streams:
    """Random numbers as NumPy has them, written once."""

    def __init__(self, xp: _Namespace) -> None:
        self._xp, self._host = xp, backend("numpy")

    @property
    def _engine(self) -> Engine:
        return engine(self._host)

    def bits(self, backend: Backend, window: Window) -> Array:
        return self._made(self._engine.bits(self._host, window))

    def uniform(self, backend: Backend, window: Window, law: Law = Law.UNIFORM) -> Array:
        return self._made(self._engine.uniform(self._host, window, law))

    def normal(self, backend: Backend, window: Window) -> Array:
        return self._made(self._engine.normal(self._host, window))

    def rademacher(self, backend: Backend, window: Window) -> Array:
        return self._made(self._engine.rademacher(self._host, window))

    def gamma(self, backend: Backend, window: Window, shape: Array) -> Array:
        return self._made(self._engine.gamma(self._host, window, _bare(shape, [])))

    def _made(self, numbers: Any) -> Array:
        return self._xp.made("asarray", [], numbers)


class _Counted:
    """An array whose operations are counted. The host does not read it but by ``to_device`` and as a number."""

    __array_ufunc__ = None
    device = "counted"

    def __init__(self, xp: _Namespace, bare: Any) -> None:
        self._xp, self.bare = xp, bare

    def __array_namespace__(self, api_version: str | None = None) -> _Namespace:
        return self._xp

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("an array of a back end is brought to the host by to_numpy alone")

    def __getattr__(self, name: str) -> Any:
        if name in {"shape", "ndim", "dtype", "size"}:
            return getattr(self.bare, name)
        if name in {"T", "mT"}:
            return _Counted(self._xp, getattr(self.bare, name))
        raise AttributeError(f"the standard has no attribute {name!r} of arrays")

    def to_device(self, device: Any) -> Any:
        return self.bare

    def __getitem__(self, key: Any) -> Any:
        inputs = [self.bare]
        found = self.bare[_bare(key, inputs)]
        if isinstance(found, np.generic):  # one element, which is a view in other libraries
            return _Counted(self._xp, np.asarray(found))
        return self._xp.made("getitem", inputs, found)

    def __setitem__(self, key: Any, value: Any) -> None:
        inputs: list[Any] = []
        key, value = _bare(key, inputs), _bare(value, inputs)
        place = self.bare[key]
        if _same(place, value):  # what is left to do of x[key] += y, after the sum: libraries see that it is nothing
            return
        self._xp.work.bytes += _stored(place) + sum(map(_stored, inputs))
        self.bare[key] = value

    def __iter__(self) -> Any:
        return (self[row] for row in range(self.shape[0]))

    def __bool__(self) -> bool:
        return bool(self.bare)

    def __int__(self) -> int:
        return int(self.bare)

    def __index__(self) -> int:
        return operator.index(self.bare)

    def __float__(self) -> float:
        return float(self.bare)


def _operator(name: str, *, swapped: bool = False) -> Callable[..., Any]:
    """Return the method of an operator: what ``operator`` calls it is what is counted."""
    found = getattr(operator, name)

    def method(self: _Counted, *others: Any) -> Any:
        if any(not isinstance(other, _Counted | bool | int | float | complex | np.generic) for other in others):
            return NotImplemented
        operands = (*others, self) if swapped else (self, *others)
        return self._xp.counted(name, found)(*operands)

    return method


def _in_place(name: str) -> Callable[..., Any]:
    found = getattr(operator, "i" + name)

    def method(self: _Counted, other: Any) -> _Counted:
        inputs: list[Any] = []
        other = _bare(other, inputs)
        self.bare = found(self.bare, other)
        self._xp.work.bytes += 2 * _stored(self.bare) + sum(map(_stored, inputs))
        self._xp.work.elements += self.bare.size
        return self

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor", "lshift", "rshift"):
    _plain = _name.rstrip("_")
    setattr(_Counted, f"__{_plain}__", _operator(_name))
    setattr(_Counted, f"__r{_plain}__", _operator(_name, swapped=True))
    setattr(_Counted, f"__i{_plain}__", _in_place(_plain))
for _name in ("matmul", "eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert"):
    setattr(_Counted, f"__{_name}__", _operator(_name))


def _bare(value: Any, seen: list[Any]) -> Any:
    """Return a value with NumPy's arrays for those that count, and add these to ``seen``, each once."""
    if isinstance(value, _Counted):
        if not any(value.bare is old for old in seen):
            seen.append(value.bare)
        return value.bare
    if isinstance(value, list | tuple):
        return type(value)(_bare(item, seen) for item in value)
    if isinstance(value, dict):
        return {key: _bare(item, seen) for key, item in value.items()}
    return value


def _wrapped(xp: _Namespace, result: Any, seen: list[Any]) -> Any:
    if isinstance(result, np.ndarray | np.generic):
        seen.append(np.asarray(result))
        return _Counted(xp, seen[-1])
    if isinstance(result, tuple) and hasattr(result, "_make"):
        return result._make(_wrapped(xp, item, seen) for item in result)
    if isinstance(result, list | tuple):
        return type(result)(_wrapped(xp, item, seen) for item in result)
    return result


def _stored(array: Any) -> int:
    """Return the bytes of an array in memory: an axis that was broadcast is stored once."""
    pairs = zip(array.shape, array.strides, strict=True)
    return int(array.itemsize * math.prod(size for size, stride in pairs if stride or not size))


def _same(place: Any, value: Any) -> bool:
    """Tell whether two arrays are the same stretch of memory, read in the same way."""
    arrays = place, value
    if not all(isinstance(array, np.ndarray) for array in arrays):
        return False
    here, there = ((array.ctypes.data, array.shape, array.strides, array.dtype) for array in arrays)
    return bool(here == there)


def _multiplied(name: str, inputs: list[Any], result: Any) -> int:
    """Return the number of products of two numbers."""
    first, second = inputs[0], inputs[-1]
    if name == "vecdot":
        return math.prod(np.broadcast_shapes(first.shape, second.shape))
    if name == "tensordot":  # over the axes contracted: a b / (a b without them)
        return math.isqrt(first.size * second.size * max(1, result.size))
    return int(result.size * first.shape[-1])
