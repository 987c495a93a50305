"""Classification: surrogate losses, their calibration functions and consistency bounds.

Submodules are loaded when they are first named, so that ``import theory.classification`` costs nothing.

Examples
--------
>>> from theory.classification import comp_sum
>>> comp_sum.growth_constant(0)
0.5
"""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = ["calibration", "comp_sum", "margin_comp_sum", "minimizability"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
