"""Where a simulation computes: NumPy, PyTorch, CuPy or the strict test namespace, on a device that is named.

Kernels are written against the array-API standard. A :class:`Backend` makes arrays; :func:`namespace` recovers the
functions from the arrays; :func:`to_numpy` is the one way back to the host, so that every transfer is written out.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, device_of, namespace

__all__ = ["Array", "Backend", "BackendMissing", "backend", "backend_of", "device_of", "namespace", "to_numpy"]

_LIBRARIES = {
    "numpy": ("numpy", "array_api_compat.numpy"),
    "torch": ("torch", "array_api_compat.torch"),
    "cupy": ("cupy", "array_api_compat.cupy"),
    "strict": ("array_api_strict", "array_api_strict"),
}  # name: the library, and its namespace
_ALLOWED = "numpy, torch, torch:DEVICE, cupy, cupy:NUMBER, strict or strict:DEVICE"


class BackendMissing(RuntimeError):
    """The library or the device that a backend needs is not there."""


@dataclass(frozen=True, slots=True)
class Backend:
    """A namespace of the array-API standard and a device of it.

    Attributes
    ----------
    name : str
        As given to :func:`backend`.
    xp : module
        The namespace.
    device : object
        What the namespace calls the device; None is its default.

    Examples
    --------
    >>> backend("numpy").asarray([1, 2]).dtype
    dtype('int64')
    """

    name: str
    xp: Any
    device: Any = None

    def asarray(self, values: Any, *, dtype: Any = None) -> Array:
        """Return values (numbers, nested sequences, arrays of any backend) as an array of this one.

        The dtype stays what it is unless one of this namespace is given.
        """
        if not isinstance(values, bool | int | float | list | tuple | np.ndarray | np.generic):
            if namespace(values) is self.xp:
                return self.xp.asarray(values, dtype=dtype, device=self.device)
            values = to_numpy(values)
        values = np.asarray(values)
        if self.library == "numpy":
            return values if dtype is None else values.astype(dtype, copy=False)
        if not values.flags.writeable or any(stride < 0 for stride in values.strides):
            values = values.copy()  # PyTorch reads no other memory
        return self.xp.asarray(values, dtype=dtype, device=self.device)

    @property
    def library(self) -> str:
        """Return the name without the device."""
        return self.name.partition(":")[0]


def backend(name: str = "numpy") -> Backend:
    """Return the backend of a name.

    Parameters
    ----------
    name : str
        ``"numpy"``, ``"torch"``, ``"torch:cuda"``, ``"cupy"``, ``"cupy:1"``; for tests ``"strict"`` and
        ``"strict:device1"``, whose arrays refuse to be read on the host.

    Raises
    ------
    ValueError
        If the name is no backend's.
    BackendMissing
        If the library or the device is missing, or the device has no double precision.

    Examples
    --------
    >>> backend("numpy").name
    'numpy'
    >>> backend("abacus")
    Traceback (most recent call last):
        ...
    ValueError: a backend is numpy, torch, torch:DEVICE, cupy, cupy:NUMBER, strict or strict:DEVICE, got 'abacus'
    """
    library, colon, device = name.partition(":") if isinstance(name, str) else ("", "", "")
    if library not in _LIBRARIES or (colon and (not device or library == "numpy")):
        raise ValueError(f"a backend is {_ALLOWED}, got {name!r}")
    if library == "numpy":
        return Backend(name, namespace(np.zeros(())))
    found = _namespace_of(library)
    try:
        made = Backend(name, found, _device(found, library, device))
        probe = made.xp.zeros((1,), dtype=made.xp.float64, device=made.device) + 1.0
        to_numpy(probe)  # PyTorch's device "meta" holds no numbers
    except Exception as error:  # each library has its own for a device it lacks
        message = f"backend {name!r} cannot hold double precision here: {type(error).__name__}: {error}"
        raise BackendMissing(" ".join(message.split())[:300]) from error
    return made


def _namespace_of(library: str) -> Any:
    package, wrapped = _LIBRARIES[library]
    for module in (package, wrapped):
        try:
            found = importlib.import_module(module)
        except ImportError as error:
            needed = package if module == package else "array-api-compat"
            absent = isinstance(error, ModuleNotFoundError)
            reason = "is not installed" if absent else f"cannot be imported: {' '.join(str(error).split()):.200}"
            raise BackendMissing(f"backend {library!r} needs the package {needed}, which {reason}") from error
    return found


def _device(xp: Any, library: str, device: str) -> Any:
    if not device:
        return None
    if library == "cupy":
        if not device.isdecimal():  # -1 is the current one to CuPy
            raise ValueError(f"the number of a device is {device!r}")
        return xp.cuda.Device(int(device))
    return xp.Device(device) if library == "strict" else device


def backend_of(array: Array) -> Backend:
    """Return the backend of an array: its namespace and device.

    A namespace that is none of the libraries' may name the one whose rules it keeps, as ``keeps_rules_of``.

    Examples
    --------
    >>> backend_of(np.zeros(3)).name
    'numpy'
    """
    xp = namespace(array)
    library = getattr(xp, "keeps_rules_of", None) or next((name for name in _LIBRARIES if name in xp.__name__), None)
    if library is None:
        raise ValueError(f"arrays of {_ALLOWED} are understood, got one of {xp.__name__}")
    if library == "numpy":
        return Backend("numpy", xp)
    device = device_of(array)
    label = {"torch": str(device), "cupy": str(getattr(device, "id", device))}.get(library) or _strict_label(device)
    return Backend(f"{library}:{label}", xp, device)


def _strict_label(device: Any) -> str:
    return str(device).partition("'")[2].rpartition("'")[0] or str(device)


def to_numpy(array: Any) -> NDArray[Any]:
    """Copy an array to the host, as a NumPy array of the same dtype; NumPy's own come back as they are.

    Examples
    --------
    >>> to_numpy([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """
    if isinstance(array, np.ndarray | np.generic | bool | int | float | list | tuple):
        return np.asarray(array)
    library = backend_of(array).library
    if library == "cupy":
        return np.asarray(array.get())
    if library == "torch":
        return np.asarray(array.detach().cpu().numpy())
    return np.asarray(array.to_device(namespace(array).Device("CPU_DEVICE")))
