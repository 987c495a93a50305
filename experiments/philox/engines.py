"""Which implementation fills the arrays of a backend: Numba's for NumPy where it is installed, CUDA C for CuPy.

A namespace that makes its own has an `Engine` called ``philox``.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any, Protocol

from experiments.arrays import Array, Backend
from experiments.philox import array
from experiments.philox.spec import Law, Window

__all__ = ["Engine", "engine"]


class Engine(Protocol):
    """The five primitives; all else is array operations on them."""

    def bits(self, backend: Backend, window: Window) -> Array: ...
    def uniform(self, backend: Backend, window: Window, law: Law = Law.UNIFORM) -> Array: ...
    def normal(self, backend: Backend, window: Window) -> Array: ...
    def rademacher(self, backend: Backend, window: Window) -> Array: ...
    def gamma(self, backend: Backend, window: Window, shape: Array) -> Array: ...


def engine(backend: Backend) -> Engine:
    """Return the fastest implementation for a backend: a module with the five primitives.

    Examples
    --------
    >>> from experiments.arrays import backend
    >>> callable(engine(backend("numpy")).uniform)
    True
    """
    own = getattr(backend.xp, "philox", None)
    if own is not None:
        found: Engine = own
        return found
    if backend.library == "cupy":
        from experiments.philox import cuda_c

        module: Any = cuda_c
        return module
    return (_compiled() if backend.library == "numpy" else None) or _arrays()


def _arrays() -> Engine:
    module: Any = array
    return module


@functools.cache
def _compiled() -> Engine | None:
    try:
        module: Any = importlib.import_module("experiments.philox.compiled")
    except ImportError:  # no Numba, or one that does not know this NumPy
        return None
    return module
