"""Answers about a loss of the user's own: is it convex, calibrated, how fast does its bound grow, is it tight.

>>> from theory.classification.analysis import analyze_margin
>>> analyze_margin("exp(-u)")["calibrated"].answer
'yes'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.classification.analysis.answers import Analysis, Answer
    from theory.classification.analysis.comp_sum_analysis import CompSumAnalysis, analyze_comp_sum
    from theory.classification.analysis.margin_analysis import MarginAnalysis, analyze_margin
    from theory.classification.analysis.phi_analysis import PhiAnalysis, analyze_phi

_HOMES = {
    ".answers": ("Analysis", "Answer"),
    ".comp_sum_analysis": ("CompSumAnalysis", "analyze_comp_sum"),
    ".margin_analysis": ("MarginAnalysis", "analyze_margin"),
    ".phi_analysis": ("PhiAnalysis", "analyze_phi"),
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

__getattr__, __dir__ = lazily(__name__, _HOMES)
