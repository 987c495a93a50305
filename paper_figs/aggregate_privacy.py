"""Risk against the bag size when labels are private: an inner best size without ridge, bags of one with the best ridge.

Lines are limits, marks simulated with the noise of the mechanism. The unit of epsilon is the sensitivity over the root
of the signal power. For the simulation labels are clipped so wide that none is, and epsilon is larger by the same
factor: what clipping does to the labels is not in the limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bag_regression import Design, Setting, simulate
from experiments.bag_regression.settings import sensitivity
from paper_figs.style import BLACK, BLUE, GREEN, GREY, VERMILION, styled
from theory.regression.bags import asymptotic_risk, best_rho, effective_noise
from theory.regression.bags import best_ridge as ridge_of_least_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("aggregate",)

COLOURS = (BLUE, VERMILION, GREEN, BLACK)
MARKS = ("o", "s", "^", "D")
LOSSES = {"instance": "instance-level", "bag": "bag-level", "interpolating": "interpolating, best rho"}
PSI, NOISE = 0.25, 1.0
EPSILONS = (0.25, 0.5, 1.0, float("inf"))
WIDE = (-16.0, 16.0)  # eleven standard deviations of a label
SIMULATED = (1, 2, 3, 5, 8, 12, 20)
_FINE = np.arange(1, 21)

Curve = dict[str, Any]


def data(*, dimension: int = 60, replicates: int = 60, seed: int = 1) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    dimension, replicates, seed : int
        Of the simulated marks; n = 4 d.

    Returns
    -------
    dict
        ``dimension``, and ``curves``: (loss, ridge, epsilon) -> curve with ``x`` (bag sizes) and ``risk``, the limits,
        ``best``, the size of least risk among them, ``simulated_x``, ``simulated`` and ``simulated_se``, where the mean
        is finite.
    """
    design = Design(round(dimension / PSI), dimension)
    curves = {}
    for loss in LOSSES:
        for ridge in ("none", "best"):
            for epsilon in EPSILONS:
                curves[loss, ridge, epsilon] = _curve(loss, ridge, epsilon, design, replicates, seed)
    return {"dimension": dimension, "curves": curves}


def _penalties(loss: str, ridge: str, sizes: Any, noise: Any) -> tuple[Any, Any]:
    """Return rho and ridge for every bag size."""
    zero = np.zeros(len(sizes))
    if loss == "interpolating" and ridge == "none":
        return best_rho(PSI, sizes, 0.0, noise).rho, zero
    rho = zero + 1 if loss == "instance" else zero  # with the best ridge the best rho is 0
    return rho, zero if ridge == "none" else ridge_of_least_risk(PSI, sizes, rho, noise).ridge


def _curve(loss: str, ridge: str, epsilon: float, design: Design, replicates: int, seed: int) -> Curve:
    noise = effective_noise(NOISE, _FINE, epsilon, sensitivity=1.0)
    rho, penalty = _penalties(loss, ridge, _FINE, noise)
    risk = np.asarray(asymptotic_risk(PSI, _FINE, rho, penalty, noise).risk)
    shown = [k for k, m in enumerate(_FINE) if m in SIMULATED and design.samples % m == 0 and np.isfinite(risk[k])]
    level = None if np.isinf(epsilon) else epsilon * sensitivity(WIDE)
    settings = [
        Setting(int(_FINE[k]), float(rho[k]), float(penalty[k]), NOISE, level, None if level is None else WIDE)
        for k in shown
    ]
    found = simulate(design, settings, replicates=replicates, seed=seed)
    return {
        "x": _FINE,
        "risk": risk,
        "best": int(_FINE[np.argmin(risk)]),
        "simulated_x": _FINE[shown],
        "simulated": found.mean,
        "simulated_se": found.standard_error,
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found; rings are at the best bag size, if it is not the largest one shown."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(10.5, 6.8))
    panels = figure.subplots(2, 3, sharex=True, sharey="row")
    for column, (loss, name) in enumerate(LOSSES.items()):
        for row, ridge in enumerate(("none", "best")):
            axes = panels[row, column]
            for epsilon, colour, mark in zip(EPSILONS, COLOURS, MARKS, strict=True):
                _draw(axes, found["curves"][loss, ridge, epsilon], colour, mark)
            axes.set_title(f"{name}, {'no ridge' if ridge == 'none' else 'best ridge'}")
            axes.set_yscale("log")
        panels[1, column].set_xlabel("bag size m")
        panels[1, column].set_xticks((1, 5, 10, 15, 20))
    for axes in panels[:, 0]:
        axes.set_ylabel("squared error of the coefficients")
    _name_ticks(panels[1, 0])
    handles = [
        Line2D([], [], color=colour, marker=mark, label="no privacy" if np.isinf(epsilon) else f"epsilon = {epsilon:g}")
        for epsilon, colour, mark in zip(EPSILONS, COLOURS, MARKS, strict=True)
    ]
    name = "best bag size, if below 20"
    handles.append(Line2D([], [], color=GREY, marker="o", ms=10, mfc="none", ls="", label=name))
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    setting = f"d/n = {PSI:g}, noise variance {NOISE:g}, sensitivity = signal power = 1"
    figure.suptitle(f"Private labels, {setting}; lines limits, marks simulated, d = {found['dimension']}")
    return figure


def _name_ticks(axes: Any) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

    axes.yaxis.set_major_locator(FixedLocator([0.2, 0.3, 0.5, 0.7, 1.0]))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())


def _draw(axes: Any, curve: Curve, colour: str, mark: str) -> None:
    axes.plot(curve["x"], curve["risk"], color=colour, lw=1.3)
    bars = 2 * curve["simulated_se"]
    axes.errorbar(curve["simulated_x"], curve["simulated"], bars, fmt=mark, color=colour, ms=4, lw=1, capsize=2)
    if curve["best"] < curve["x"][-1]:  # else it lies beyond
        least = curve["risk"][curve["x"] == curve["best"]]
        axes.plot([curve["best"]], least, "o", ms=10, mfc="none", color=colour)
