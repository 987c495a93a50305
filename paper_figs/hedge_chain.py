"""Hedge, two experts: minimax regret <= worst case of Hedge <= its bound, at the tuned step and over steps.

The worst case is exact for losses in {0, 1}; the bound holds for losses in [0, 1]. The minimax regret is Cover's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLACK, BLUE, GREY, VERMILION, styled
from theory.online.hedge import minimax_regret, regret_bound, tuned_eta, worst_case_regret

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("hedge",)

HORIZON = 100


def data(longest: int = 1000) -> dict[str, Any]:
    """Return the three regrets.

    Parameters
    ----------
    longest : int
        The longest horizon.

    Returns
    -------
    dict
        ``horizon``, ``minimax``, ``worst`` and ``bound`` at the tuned step; ``eta``, ``worst_of_eta`` and
        ``bound_of_eta`` for 100 rounds, with ``minimax_of_hundred`` and ``tuned``, the tuned step.
    """
    horizons = np.unique(np.geomspace(1, longest, 60).astype(int)).tolist()
    etas = np.geomspace(0.02, 4, 80)
    return {
        "horizon": horizons,
        "minimax": [float(minimax_regret(T)) for T in horizons],
        "worst": [worst_case_regret(T, tuned_eta(2, T)) for T in horizons],
        "bound": [regret_bound(2, T, tuned_eta(2, T)) for T in horizons],
        "eta": etas,
        "worst_of_eta": [worst_case_regret(HORIZON, float(eta)) for eta in etas],
        "bound_of_eta": [regret_bound(2, HORIZON, float(eta)) for eta in etas],
        "minimax_of_hundred": float(minimax_regret(HORIZON)),
        "tuned": tuned_eta(2, HORIZON),
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.6))
    left, right = figure.subplots(1, 2)
    root = np.sqrt(found["horizon"])
    left.plot(found["horizon"], found["bound"] / root, "--", color=BLACK, label="bound: sqrt(T ln(2)/2)")
    left.plot(found["horizon"], found["worst"] / root, color=BLUE, label="worst case of Hedge, tuned step")
    left.plot(found["horizon"], found["minimax"] / root, "-.", color=VERMILION, label="minimax regret")
    left.set(
        xscale="log", ylim=(0.35, 0.68), xlabel="rounds T", ylabel="regret / sqrt(T)", title="tuned step sqrt(8 ln 2/T)"
    )
    right.plot(found["eta"], found["bound_of_eta"], "--", color=BLACK, label="bound: ln(2)/eta + eta T/8")
    right.plot(found["eta"], found["worst_of_eta"], color=BLUE, label="worst case of Hedge")
    right.axhline(found["minimax_of_hundred"], ls="-.", color=VERMILION, label="minimax regret")
    right.axvline(found["tuned"], ymax=0.65, color=GREY, lw=0.8, label="tuned step")  # it ends below the legend
    right.set(xscale="log", yscale="log", xlabel="step eta", ylabel="regret", title=f"T = {HORIZON}")
    right.set_yticks([5, 10, 20, 50], ["5", "10", "20", "50"])
    right.set_yticks([], minor=True)
    for axes in (left, right):
        axes.legend()
    figure.suptitle("Hedge with two experts: minimax, worst case, bound")
    return figure
