"""One front door for numbers: any array-API namespace in, the same namespace, dtype and device out.

The formulas of this package use functions of the array-API standard only, so one body runs on NumPy, PyTorch,
CuPy or any other namespace that ``array_api_compat`` knows. The rules, the same for every public function:

* Python numbers and NumPy ``float64`` scalars in, Python ``float`` out (computed in double precision);
* as soon as one argument is an array, an array comes out, in the common floating dtype of the array arguments
  and on their device; Python numbers and nested sequences adapt to it. Integer arrays are read in the
  namespace's default floating dtype;
* nested sequences alone are read as NumPy arrays of double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_compat
import numpy as np

__all__ = [
    "SIMPLEX_TOLERANCE",
    "Array",
    "broadcast",
    "class_counts",
    "class_labels",
    "compute_where",
    "one_largest",
    "posterior_fault",
    "posteriors",
    "quiet",
    "real_arrays",
    "require",
    "restore",
    "score_vectors",
    "temperatures",
]

Array = Any
"""An array of any namespace; the standard has no static type for it yet."""

SIMPLEX_TOLERANCE = 1e-6
"""A posterior may miss the sum 1 by so much (64 roundings in low precision); it is then normalised."""

quiet = np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore")
"""Decorator: branches that ``where`` discards, and honest overflow to infinity, raise no NumPy warning."""


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
    given = [value for value in values if _is_array(value)]
    read = [value if _is_array(value) else _read(value) for value in values]
    if not given:
        scalar = all(isinstance(value, float) for value in read)
        return _standard(np), [np.asarray(value, dtype=np.float64) for value in read], scalar
    xp = array_api_compat.array_namespace(*given)
    device = array_api_compat.device(given[0])
    floating = [array.dtype for array in given if xp.isdtype(array.dtype, "real floating")]
    for array in given:
        if not xp.isdtype(array.dtype, ("real floating", "integral")):
            raise ValueError(f"real numbers are needed, got an array of dtype {array.dtype}")
    dtype = xp.result_type(*floating) if floating else _default_dtype(xp)
    return xp, [xp.asarray(value, dtype=dtype, device=device) for value in read], False


def _is_array(value: Any) -> bool:
    # NumPy's float64 scalars are Python floats too, and are read as such.
    return array_api_compat.is_array_api_obj(value) and not isinstance(value, float)


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


def _standard(module: Any) -> Any:
    return array_api_compat.array_namespace(module.zeros(()))


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


def temperatures(xp: Any, tau: Array) -> None:
    """Check that every ``tau`` is a finite number >= 0.

    Examples
    --------
    >>> xp, (tau,), _ = real_arrays(-1)
    >>> temperatures(xp, tau)
    Traceback (most recent call last):
        ...
    ValueError: tau must be a finite number >= 0, got -1.0
    """
    require(xp, (tau >= 0) & xp.isfinite(tau), tau, "tau", "a finite number >= 0")


def class_counts(xp: Any, n: Array) -> None:
    """Check that every ``n`` is a whole number of at least two classes.

    Examples
    --------
    >>> xp, (n,), _ = real_arrays(1)
    >>> class_counts(xp, n)
    Traceback (most recent call last):
        ...
    ValueError: n must be a whole number >= 2, got 1.0
    """
    require(xp, (n >= 2) & xp.isfinite(n) & (xp.floor(n) == n), n, "n", "a whole number >= 2")


def posteriors(xp: Any, p: Array) -> None:
    """Check that the last axis of ``p`` holds probabilities of two classes or more.

    Examples
    --------
    >>> xp, (p,), _ = real_arrays([[0.5, 0.5], [0.5, 0.6]])
    >>> posteriors(xp, p)
    Traceback (most recent call last):
        ...
    ValueError: posteriors must be >= 0 and sum to 1 within 1e-06; row 1 sums to 1.1
    """
    fault = posterior_fault(xp, p)
    if fault is not None:
        row, text = fault
        where = f"row {row} " if p.ndim > 1 else "this one "
        allowed = f">= 0 and sum to 1 within {_tolerance(xp, p):.2g}"
        raise ValueError(f"posteriors must be {allowed}; {where}{text}")


def posterior_fault(xp: Any, p: Array) -> tuple[int, str] | None:
    """Return the first row (over all leading axes) that is no posterior and what is wrong with it, or None.

    Examples
    --------
    >>> xp, (p,), _ = real_arrays([[1.0, 0.0], [1.5, -0.5]])
    >>> posterior_fault(xp, p)
    (1, 'holds -0.5')
    """
    if p.ndim < 1 or p.shape[-1] < 2:
        raise ValueError(f"posteriors need a last axis of at least 2 classes, got the shape {tuple(p.shape)}")
    rows = xp.reshape(p, (-1, p.shape[-1]))
    total = xp.sum(rows, axis=-1)
    inside = xp.all(rows >= 0, axis=-1)
    good = inside & (xp.abs(total - 1) <= _tolerance(xp, p))
    if bool(xp.all(good)):
        return None
    row = int(xp.argmax(xp.astype(~good, xp.int8)))
    if bool(inside[row]):
        return row, f"sums to {float(total[row]):.9g}"
    entry = int(xp.argmax(xp.astype(~(rows[row, :] >= 0), xp.int8)))
    return row, f"holds {float(rows[row, entry])!r}"


def _tolerance(xp: Any, p: Array) -> float:
    return max(SIMPLEX_TOLERANCE, 64 * float(xp.finfo(p.dtype).eps))


def score_vectors(xp: Any, scores: Array) -> None:
    """Check that the last axis holds scores of two classes or more: no NaN, no +inf, not all -inf.

    Examples
    --------
    >>> xp, (scores,), _ = real_arrays([0.0, float("nan")])
    >>> score_vectors(xp, scores)
    Traceback (most recent call last):
        ...
    ValueError: scores must be finite or -inf, with a finite one in each row, got nan
    """
    if scores.ndim < 1 or scores.shape[-1] < 2:
        raise ValueError(f"scores need a last axis of at least 2 classes, got {tuple(scores.shape)}")
    allowed = "finite or -inf, with a finite one in each row"
    require(xp, scores < float("inf"), scores, "scores", allowed)
    largest = xp.max(scores, axis=-1)
    require(xp, xp.isfinite(largest), largest, "scores", allowed)


def class_labels(xp: Any, labels: Any, scores: Array) -> Array:
    """Return the one-hot mask (..., n) of integer labels (...) in 0, ..., n-1.

    Examples
    --------
    >>> xp, (scores,), _ = real_arrays([[0.0, 1.0], [2.0, 3.0]])
    >>> class_labels(xp, [1, 0], scores).tolist()
    [[False, True], [True, False]]
    """
    n = scores.shape[-1]
    if not array_api_compat.is_array_api_obj(labels):
        labels = np.asarray(labels)
        if not np.issubdtype(labels.dtype, np.integer):
            raise ValueError(f"labels must be integers in 0, ..., {n - 1}, got {labels.dtype}")
    labels = xp.asarray(labels, device=array_api_compat.device(scores))
    if not xp.isdtype(labels.dtype, "integral"):
        raise ValueError(f"labels must be integers in 0, ..., {n - 1}, got an array of dtype {labels.dtype}")
    require(xp, (labels >= 0) & (labels < n), labels, "labels", f"integers in 0, ..., {n - 1}")
    classes = xp.arange(n, dtype=labels.dtype, device=array_api_compat.device(scores))
    try:
        return xp.broadcast_to(labels[..., None] == classes, scores.shape)
    except (ValueError, RuntimeError):
        message = f"labels of shape {tuple(labels.shape)} do not fit scores of shape {tuple(scores.shape)}"
        raise ValueError(message) from None


def one_largest(xp: Any, values: Array) -> Array:
    """Return the mask that holds one largest entry (the first) along the last axis.

    Examples
    --------
    >>> xp, (values,), _ = real_arrays([1.0, 3.0, 3.0])
    >>> one_largest(xp, values).tolist()
    [False, True, False]
    """
    index = xp.argmax(values, axis=-1, keepdims=True)
    return xp.arange(values.shape[-1], dtype=index.dtype, device=array_api_compat.device(values)) == index


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
    function : called as ``function(xp, *pieces)`` on one-dimensional selections of ``arrays``; returns the
    same length arrays : arrays that broadcast against ``mask`` otherwise : array that broadcasts against
    ``mask`` chunk : number of entries in a piece

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
