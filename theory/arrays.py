"""One front door for numbers: any array-API namespace in, the same namespace, dtype and device out.

The formulas of this project use functions of the array-API standard only, so one body runs on NumPy, PyTorch,
CuPy or any other namespace that ``array_api_compat`` knows; where that package is missing, on NumPy alone, whose own
namespace follows the standard. The rules, the same for every public function:

* Python numbers and NumPy ``float64`` scalars in, Python ``float`` out (computed in double precision);
* as soon as one argument is an array, an array comes out, in the common floating dtype of the array arguments
  and on their device; Python numbers and nested sequences adapt to it. Integer arrays are read in the
  namespace's default floating dtype;
* nested sequences alone are read as NumPy arrays of double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "Array",
    "broadcast",
    "compute_where",
    "device_of",
    "is_array",
    "namespace",
    "one_largest",
    "quiet",
    "real_arrays",
    "require",
    "restore",
]

Array = Any
"""An array of any namespace; the standard has no static type for it yet."""

quiet = np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore")
"""Decorator: branches that ``where`` discards, and honest overflow to infinity, raise no NumPy warning."""


def _import_compat() -> Any:
    try:
        import array_api_compat
    except ImportError:  # simulators run with NumPy and SciPy alone
        return None
    return array_api_compat


_compat: Any = _import_compat()


def namespace(*arrays: Array) -> Any:
    """Return the array-API namespace that the arrays share.

    Raises
    ------
    TypeError
        If they share none, or are not NumPy's and ``array_api_compat`` is missing.

    Examples
    --------
    >>> float(namespace(np.asarray([4.0])).sqrt(4.0))
    2.0
    """
    if _compat is not None:
        return _compat.array_namespace(*arrays)
    foreign = [type(array).__name__ for array in arrays if not isinstance(array, np.ndarray | np.generic)]
    if foreign or not arrays:
        raise TypeError(f"arrays other than NumPy's need the package array-api-compat, got {foreign or 'none'}")
    return np


def device_of(array: Array) -> Any:
    """Return the device that an array lies on.

    Examples
    --------
    >>> device_of(np.zeros(2))
    'cpu'
    """
    return "cpu" if _compat is None else _compat.device(array)


def is_array(value: Any) -> bool:
    """Tell whether a value is an array; NumPy's float64 scalars are Python floats too, and are read as such.

    Examples
    --------
    >>> is_array(np.zeros(2)), is_array([0.0]), is_array(np.float64(1))
    (True, False, False)
    """
    if isinstance(value, float):
        return False
    if _compat is None:
        return isinstance(value, np.ndarray | np.generic)
    return bool(_compat.is_array_api_obj(value))


def real_arrays(*values: Any) -> tuple[Any, list[Array], bool]:
    """Read numbers and arrays into one namespace, dtype and device.

    Parameters
    ----------
    *values : number, array or nested sequence

    Returns
    -------
    xp : namespace
    arrays : list of arrays, in the order given, of one real floating dtype
    scalar : bool
        True if all values were Python numbers; pass it to :func:`restore`.

    Raises
    ------
    ValueError
        If a value is not made of real numbers.

    Examples
    --------
    >>> xp, (x, y), scalar = real_arrays([0.5, 1.0], 2)
    >>> x.dtype, float(y), scalar
    (dtype('float64'), 2.0, False)
    """
    given = [value for value in values if is_array(value)]
    read = [value if is_array(value) else _read(value) for value in values]
    if not given:
        scalar = all(isinstance(value, float) for value in read)
        return namespace(np.zeros(())), [np.asarray(value, dtype=np.float64) for value in read], scalar
    xp = namespace(*given)
    device = device_of(given[0])
    floating = [array.dtype for array in given if xp.isdtype(array.dtype, "real floating")]
    for array in given:
        if not xp.isdtype(array.dtype, ("real floating", "integral")):
            raise ValueError(f"real numbers are needed, got an array of dtype {array.dtype}")
    dtype = xp.result_type(*floating) if floating else _default_dtype(xp)
    return xp, [xp.asarray(value, dtype=dtype, device=device) for value in read], False


def _read(value: Any) -> Any:
    """Return a Python number as a float and a nested sequence as nested lists of floats."""
    try:
        if value is None or isinstance(value, bool | str | bytes | complex):
            raise TypeError
        if isinstance(value, int | float):
            return float(value)
        return np.asarray(value, dtype=np.float64).tolist()
    except (OverflowError, TypeError, ValueError):
        message = f"a real number or an array of real numbers is needed, got {value!r}"
        raise ValueError(message[:300]) from None


def _default_dtype(xp: Any) -> Any:
    return xp.__array_namespace_info__().default_dtypes()["real floating"]


def restore(value: Array, scalar: bool) -> Any:
    """Return a Python float if all arguments were Python numbers, else the array itself.

    Examples
    --------
    >>> restore(np.asarray(0.5), True)
    0.5
    """
    return float(value) if scalar else value


def broadcast(xp: Any, **arrays: Array) -> list[Array]:
    """Broadcast named arrays against each other; the names serve the message.

    Examples
    --------
    >>> xp, (x, y), _ = real_arrays([1.0, 2.0], [1.0, 2.0, 3.0])
    >>> broadcast(xp, beta=x, tau=y)
    Traceback (most recent call last):
        ...
    ValueError: shapes that broadcast are needed, got beta (2,), tau (3,)
    """
    try:
        return list(xp.broadcast_arrays(*arrays.values()))
    except (ValueError, RuntimeError):
        shapes = ", ".join(f"{name} {tuple(array.shape)}" for name, array in arrays.items())
        raise ValueError(f"shapes that broadcast are needed, got {shapes}") from None


def require(xp: Any, holds: Array, value: Array, name: str, allowed: str) -> None:
    """Raise one clear ``ValueError`` that names the first value outside what is allowed.

    Examples
    --------
    >>> xp, (beta,), _ = real_arrays([0.5, 2.0])
    >>> require(xp, beta <= 1, beta, "beta", "at most 1")
    Traceback (most recent call last):
        ...
    ValueError: beta must be at most 1, got 2.0
    """
    if bool(xp.all(holds)):
        return
    holds, value = xp.broadcast_arrays(holds, value)
    first = int(xp.argmax(xp.astype(xp.reshape(~holds, (-1,)), xp.int8)))
    raise ValueError(f"{name} must be {allowed}, got {float(xp.reshape(value, (-1,))[first])!r}")


def one_largest(xp: Any, values: Array) -> Array:
    """Return the mask that holds one largest entry (the first) along the last axis.

    Examples
    --------
    >>> xp, (values,), _ = real_arrays([1.0, 3.0, 3.0])
    >>> one_largest(xp, values).tolist()
    [False, True, False]
    """
    index = xp.argmax(values, axis=-1, keepdims=True)
    return xp.arange(values.shape[-1], dtype=index.dtype, device=device_of(values)) == index


def compute_where(
    xp: Any,
    mask: Array,
    function: Callable[..., Array],
    arrays: tuple[Array, ...],
    otherwise: Array,
    *,
    chunk: int = 1 << 14,
) -> Array:
    """Evaluate a dear function only where ``mask`` holds, and keep ``otherwise`` elsewhere.

    The entries are taken in pieces that fit a processor's cache, which also bounds the memory of the
    temporaries.

    Parameters
    ----------
    mask : array of bool
    function : callable
        Called as ``function(xp, *pieces)`` on one-dimensional selections of ``arrays``; returns the same length.
    arrays : tuple of arrays
        That broadcast against ``mask``.
    otherwise : array
        That broadcasts against ``mask``.
    chunk : int
        Number of entries in a piece.

    Examples
    --------
    >>> xp, (x,), _ = real_arrays([1.0, 4.0, 9.0])
    >>> compute_where(xp, x > 2, lambda xp, x: xp.sqrt(x), (x,), x).tolist()
    [1.0, 2.0, 3.0]
    """
    mask, otherwise, *full = xp.broadcast_arrays(mask, otherwise, *arrays)
    flat = xp.reshape(mask, (-1,))
    selected = [xp.reshape(array, (-1,))[flat] for array in full]
    size = selected[0].shape[0]
    if size == 0:
        return otherwise
    pieces = [slice(start, min(start + chunk, size)) for start in range(0, size, chunk)]
    values = xp.concat([function(xp, *(array[piece] for array in selected)) for piece in pieces])
    if size == flat.shape[0]:
        return xp.reshape(values, mask.shape)
    rank = xp.cumulative_sum(xp.astype(flat, xp.int64), axis=0) - 1
    spread = xp.take(values, xp.where(flat, rank, xp.zeros_like(rank)), axis=0)
    return xp.where(mask, xp.reshape(spread, mask.shape), otherwise)
