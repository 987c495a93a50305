"""Answers about a loss of the user's own: is it convex, calibrated, how fast does its bound grow, is it tight.

>>> from theory.classification.analysis import analyze_margin
>>> analyze_margin("exp(-u)")["calibrated"].answer
'yes'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.classification.analysis.answers import Analysis, Answer
    from theory.classification.analysis.comp_sum_analysis import CompSumAnalysis, analyze_comp_sum
    from theory.classification.analysis.margin_analysis import MarginAnalysis, analyze_margin
    from theory.classification.analysis.phi_analysis import PhiAnalysis, analyze_phi

_HOME = {
    "Analysis": "answers",
    "Answer": "answers",
    "CompSumAnalysis": "comp_sum_analysis",
    "MarginAnalysis": "margin_analysis",
    "PhiAnalysis": "phi_analysis",
    "analyze_comp_sum": "comp_sum_analysis",
    "analyze_margin": "margin_analysis",
    "analyze_phi": "phi_analysis",
}

__all__ = [
    "Analysis",
    "Answer",
    "CompSumAnalysis",
    "MarginAnalysis",
    "PhiAnalysis",
    "analyze_comp_sum",
    "analyze_margin",
    "analyze_phi",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
