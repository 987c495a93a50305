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

from theory.lazy import lazily

_HOMES = {".simulation": ("Problem", "Setting", "simulate")}

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
