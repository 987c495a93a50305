"""Arrays as bytes and back: the ``.npy`` format without pickled objects, so that reading a stranger's runs no code."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["array_from_bytes", "array_to_bytes"]

_KINDS = "biufcSUmM"
_PADDED = (np.longdouble, np.clongdouble)  # some of their bytes mean nothing, and differ between machines


def array_to_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as the bytes of a ``.npy`` file: equal arrays give equal bytes.

    Raises
    ------
    ValueError
        If the array is masked, or its elements are not booleans, integers, floats, complex numbers, texts or times.

    Examples
    --------
    >>> array_from_bytes(array_to_bytes(np.arange(3)))
    array([0, 1, 2])
    """
    if isinstance(array, np.ma.MaskedArray):
        raise ValueError("a masked array would lose its mask; give the data and the mask as two arrays")
    if array.dtype.kind not in _KINDS or array.dtype in _PADDED:
        allowed = "bool, int, float, complex, str, bytes, datetime64, timedelta64, at most 16 bytes a number"
        raise ValueError(f"an array has elements of type {array.dtype}; allowed: {allowed}; no Python objects")
    buffer = io.BytesIO()
    plain = np.ascontiguousarray(array).reshape(array.shape)
    np.lib.format.write_array(buffer, plain, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def array_from_bytes(data: bytes) -> NDArray[Any]:
    """Return the array of :func:`array_to_bytes`.

    Raises
    ------
    ValueError
        If the bytes are no ``.npy`` file, hold Python objects, or are not as many as their header says.
    """
    buffer = io.BytesIO(data)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise ValueError("an array is not of .npy version 1.0")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
    if dtype.hasobject:
        raise ValueError("an array holds Python objects, which are not read")
    rest = data[buffer.tell() :]
    if math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError(f"an array of shape {shape} and type {dtype} has {len(rest)} bytes")
    return np.frombuffer(rest, dtype=dtype).reshape(shape, order="F" if fortran else "C").copy()
