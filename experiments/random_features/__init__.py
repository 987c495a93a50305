"""Ridge regression on Gaussian random features, simulated, and held against its eigenframework.

The paper with the key ``more_is_better`` describes test and train error by the eigenvalues of the limiting kernel.
Features and data are Gaussian here, so that the framework is held against its own assumption; test errors are exact,
given the draw. Names are loaded when they are first used, so that the import costs nothing.

Examples
--------
>>> from experiments.random_features import Problem, Setting, simulate
>>> problem = Problem.power_law(100, 2.0, 2.0, noise_variance=0.1)
>>> found = simulate(problem, [Setting(20, 40, 1e-3), Setting(20, 20, 1e-6)], replicates=40)
>>> bool(found.test.mean(axis=1)[0] < found.test.mean(axis=1)[1])
True
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Problem": "experiments.random_features.simulation",
    "Setting": "experiments.random_features.simulation",
    "simulate": "experiments.random_features.simulation",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 (the table is the list)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
