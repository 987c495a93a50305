"""Whether Numba can run the sequential kernels on a GPU here, and on which."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from experiments.arrays import Backend

__all__ = ["instead", "no_cuda", "on_device"]


def no_cuda() -> str:
    """Return why Numba can run no kernel, neither on a GPU nor in its simulator; "" if it can."""
    try:
        cuda: Any = import_module("numba.cuda")
        if cuda.is_available():
            return ""
        cuda.current_context()  # says what a driver lacks
        reason = "the driver is there; of a CUDA toolkit libnvvm is not found"
    except Exception as error:  # noqa: BLE001 -- no Numba, no numba-cuda, or a driver that does not load
        reason = " ".join(f"{type(error).__name__}: {error}".split()).partition(". ")[0]
    return f"Numba cannot run kernels ({reason:.120})"


def instead() -> str:
    """Return the engine for arrays of CuPy: "cuda", or "array" with a warning where Numba can run no kernel."""
    reason = no_cuda()
    if reason:
        warnings.warn(f"{reason}: array operations instead, which take longer", RuntimeWarning, stacklevel=2)
    return "array" if reason else "cuda"


def on_device(where: Backend | None) -> AbstractContextManager[Any]:
    """Return a context in which Numba's kernels run on the device of a back end, if it names one of CUDA's."""
    number = getattr(where.device, "id", None) if where is not None else None
    if number is None:
        return nullcontext()
    cuda: Any = import_module("numba.cuda")
    context: AbstractContextManager[Any] = cuda.gpus[number]
    return context
