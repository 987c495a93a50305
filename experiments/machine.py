"""The machine that a measurement was taken on, in words: processor, cores, memory, versions, and how busy it was.

Examples
--------
>>> sorted(describe())
['GPU', 'Python', 'cores', 'load', 'memory', 'processor', 'system', 'versions']
"""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

__all__ = ["cuda_device", "describe", "in_words", "memory", "peak_memory", "usable_cores"]

PACKAGES = (
    "numpy", "scipy", "numba", "numba-cuda", "cupy-cuda13x", "cupy-cuda12x", "torch", "array-api-compat",
    "array-api-strict", "sympy", "mpmath", "python-flint", "cvxpy", "clarabel", "scikit-learn", "dask", "PEPit",
)  # fmt: skip
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def describe() -> dict[str, Any]:
    """Return what is known of this machine; a part that the system does not tell is None.

    Returns
    -------
    dict
        ``processor``, ``system``, ``Python``, ``GPU``: str or None; ``cores``: those that this process may use, and
        all, int; ``memory``: GiB that it may use, float or None; ``load``: mean number of running processes in the last
        minute, or None; ``versions``: package -> version of what is installed.
    """
    return {
        "processor": _processor(),
        "cores": {"usable": usable_cores(), "all": os.cpu_count()},
        "memory": memory(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "GPU": cuda_device(),
        "system": platform.platform(),
        "Python": platform.python_version(),
        "versions": _versions(),
    }


def in_words(machine: dict[str, Any]) -> str:
    """Return two sentences that name the machine of `describe`."""
    cores, memory = machine["cores"], machine["memory"]
    size = f"{memory:.0f} GiB" if memory else "memory not known"
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    busy = "" if machine["load"] is None else f" When it began, {machine['load']:.1f} processes were running."
    return (
        f"{machine['processor'] or 'processor not known'}, {cores['usable']} of {cores['all']} cores, {size},"
        f" {machine['GPU'] or 'no CUDA device'}; {machine['system']}.{busy} Python {machine['Python']}; {versions}."
    )


def cuda_device() -> str | None:
    """Return the name of the current CUDA device as CuPy knows it; None where there is no device or no CuPy."""
    try:
        runtime = import_module("cupy").cuda.runtime
        name = runtime.getDeviceProperties(runtime.getDevice())["name"]
    except Exception:  # noqa: BLE001 -- without a driver each version of CuPy raises another error
        return None
    return name.decode() if isinstance(name, bytes) else str(name)


def memory() -> float | None:
    """Return the GiB that this process may use: of the machine, or of its control group if that allows less."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None
    for limit in _LIMITS:
        with suppress(OSError, ValueError):  # no such file, or "max"
            found = min(found, int(limit.read_text(encoding="ascii")) / 2**30)
    return found


def peak_memory() -> float:
    """Return the GiB that this process has held at most, since it began or was told to forget.

    Of Linux's two numbers it is the one that begins anew with a program: ``ru_maxrss`` counts what the process was when
    it was started, so that a child of a large process looks large.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**20
    except (OSError, StopIteration):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or None
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, None) or platform.processor() or None


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
