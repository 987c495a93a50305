"""Minimizability gaps of comp-sum losses against tau: one hypothesis for points of different posteriors, and its bound.

Left: gaps of constant scores on a distribution of two points, one with posterior 0.9 for the first class, one with
posterior p. At p = 0.1 and 0.4 they fall, rise, and fall again: that gaps decrease in tau is refuted. At p = 0.7 they
only fall. Right: the bound for deterministic labels and bounded scores, which does decrease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import GREY, styled
from theory.classification.comp_sum import deterministic_gap_bound
from theory.classification.minimizability import gap_of_constants

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("comp_sum",)

OTHERS, RISKS = (0.1, 0.4, 0.7), (0.2, 1.0, 3.0)
SCORE_BOUND = 3.0


def data(points: int = 61) -> dict[str, Any]:
    """Return gaps and bounds.

    Returns
    -------
    dict
        ``tau``; ``gap``: posterior of the second point -> gaps; ``bound``: best sum-exponential risk -> bounds for two
        classes and scores in [-3, 3].
    """
    tau = np.linspace(0, 3, points)
    gaps = {
        other: [gap_of_constants([0.5, 0.5], [[0.9, 0.1], [other, 1 - other]], float(t)).surrogate for t in tau]
        for other in OTHERS
    }
    return {
        "tau": tau,
        "gap": gaps,
        "bound": {risk: np.asarray(deterministic_gap_bound(risk, tau, 2, SCORE_BOUND)) for risk in RISKS},
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.4))
    left, right = figure.subplots(1, 2)
    for other, gaps in found["gap"].items():
        left.plot(found["tau"], gaps, label=f"posteriors 0.9 and {other:g}")
    for risk, bounds in found["bound"].items():
        right.plot(found["tau"], bounds, label=f"best sum-exponential risk {risk:g}")
    left.set(xlabel="tau", ylabel="minimizability gap", title="constant scores, two points")
    right.set(
        xlabel="tau",
        ylabel="bound on the gap",
        title=f"deterministic labels, scores in [-{SCORE_BOUND:g}, {SCORE_BOUND:g}]",
    )
    for axes in (left, right):
        axes.axvline(1, color=GREY, lw=0.8, label="logistic")
        axes.legend()
    return figure
