"""Double descent of the bag-level loss at m = n/d, and how fast exact risks come near their limits.

On the left the risk without ridge against the bag size, which peaks where there are as many bags as features, and with
the best ridge, which has no peak. In the middle the same for several d/n, against the features a bag. On the right the
distance of the risk at finite n from its limit: exact formulas without ridge, simulated with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bag_regression import Design, Setting, simulate
from experiments.bag_regression.samplers import expected_risk
from paper_figs.style import BLACK, BLUE, GREEN, GREY, VERMILION, styled
from theory.regression.aggregate.finite_size import bag_level_risk, instance_level_risk
from theory.regression.bags import asymptotic_risk, best_ridge

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("aggregate",)

COLOURS = (BLUE, VERMILION, GREEN)
MARKS = ("o", "s", "^")
PSI, NOISE = 0.25, 1.0
NOISES, PSIS = (0.25, 1.0, 4.0), (0.1, 0.25, 0.5)
SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24)  # that divide n
MOST = 24
FINITE = (24, 48, 96, 192)  # n
SIMULATED = {"rho = 0.5, no ridge": (0.5, 0.0), "rho = 0.5, ridge 0.2": (0.5, 0.2)}
FINITE_SIZE = 2  # bags of the right panel
_STEPS = 30  # of a curve on either side of the peak
_HELD = 1 << 19  # features held at a time

Curve = dict[str, Any]


def data(*, dimension: int = 60, replicates: int = 60, seed: int = 1, numbers: int = 10**7) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    dimension, replicates, seed : int
        Of the simulated marks on the left and in the middle.
    numbers : int
        Features drawn for each mark on the right: its number of replicates is this over n d.

    Returns
    -------
    dict
        ``dimension``; ``noise`` and ``psi``: (value, ridge) -> curve with ``x`` (bag sizes) and ``risk`` (the limit),
        ``simulated_x``, ``simulated`` (means; medians at the peak, where the mean is infinite) and ``simulated_se``;
        ``exact``: name -> distances of exact risks from the limit at the sizes ``n``; ``simulated``: name -> distances
        and their standard errors.
    """
    pairs = [(value, ridge) for value in NOISES for ridge in ("none", "best")]
    others = [(value, ridge) for value in PSIS for ridge in ("none", "best")]
    return {
        "dimension": dimension,
        "noise": {(v, ridge): _curve(PSI, v, ridge, dimension, replicates, seed) for v, ridge in pairs},
        "psi": {(v, ridge): _curve(v, NOISE, ridge, dimension, replicates, seed) for v, ridge in others},
        "n": FINITE,
        "exact": {
            "bag-level, exact": _distances(bag_level_risk, 0.0),
            "instance-level, exact": _distances(instance_level_risk, 1.0),
        },
        "simulated": {name: _measured(*given, numbers, seed) for name, given in SIMULATED.items()},
    }


def _curve(psi: float, noise: float, ridge: str, dimension: int, replicates: int, seed: int) -> Curve:
    peak = 1 / psi
    near = np.geomspace(1e-3, 1, _STEPS)
    fine = np.concatenate([peak - (peak - 1) * near[::-1], [peak], peak + (MOST - peak) * near])
    samples = round(dimension / psi)
    sizes = [m for m in SIZES if samples % m == 0]
    penalty = best_ridge(psi, 1, 0.0, noise).ridge if ridge == "best" else 0.0  # the same at every bag size
    settings = [Setting(m, 0.0, penalty, noise) for m in sizes]
    found = simulate(Design(samples, dimension), settings, replicates=replicates, seed=seed)
    at_peak = np.asarray([ridge == "none" and samples == m * dimension for m in sizes])
    return {
        "x": fine,
        "risk": np.asarray(asymptotic_risk(psi, fine, 0.0, penalty, noise).risk),
        "simulated_x": np.asarray(sizes),
        "simulated": np.where(at_peak, np.median(found.risks, axis=1), found.mean),
        "simulated_se": np.where(at_peak, 0.0, found.standard_error),
    }


def _distances(risk: Any, rho: float) -> Any:
    limit = float(asymptotic_risk(PSI, FINITE_SIZE, rho, 0.0, NOISE).risk)
    return np.asarray([risk(n, round(PSI * n), FINITE_SIZE, NOISE) - limit for n in FINITE])


def _measured(rho: float, ridge: float, numbers: int, seed: int) -> tuple[Any, Any]:
    """Return distances from the limit and their standard errors, of risks that are averaged over noise and theta0."""
    limit = float(asymptotic_risk(PSI, FINITE_SIZE, rho, ridge, NOISE).risk)
    found = []
    for n in FINITE:
        design = Design(n, round(PSI * n))
        replicates, step = max(2, numbers // (n * design.dimension)), max(1, _HELD // (n * design.dimension))
        pieces = [range(start, min(start + step, replicates)) for start in range(0, replicates, step)]
        setting = Setting(FINITE_SIZE, rho, ridge, NOISE)
        risks = np.concatenate([expected_risk(design, setting, rows, seed) for rows in pieces])
        found.append((risks.mean() - limit, risks.std(ddof=1) / replicates**0.5))
    distances, errors = np.asarray(found).T
    return distances, errors


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: lines are limits, but on the right exact risks; bars are two standard errors."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 4.6))
    left, middle, right = figure.subplots(1, 3)
    _draw_risks(left, found["noise"], "noise variance {:g}")
    left.axvline(1 / PSI, color=GREY, lw=1, ls="--")
    left.set_xlabel("bag size m")
    left.set_title(f"bag-level loss, d/n = {PSI:g}, peak at m = n/d = {1 / PSI:g}")
    _draw_risks(middle, found["psi"], "d/n = {:g}", by_features=True)
    middle.axvline(1.0, color=GREY, lw=1, ls="--")
    middle.set_xscale("log")
    middle.set_xlabel("features a bag, m d/n")
    middle.set_title(f"depends on m d/n alone, noise variance {NOISE:g}")
    _draw_distances(right, found)
    figure.suptitle(f"Double descent and finite sizes; marks left and middle: d = {found['dimension']}")
    return figure


def _draw_risks(axes: Any, curves: dict[tuple[float, str], Curve], name: str, *, by_features: bool = False) -> None:
    values = list(dict.fromkeys(value for value, _ in curves))
    for value, colour, mark in zip(values, COLOURS, MARKS, strict=False):
        scale = value if by_features else 1.0
        for ridge, style, fill in (("none", "-", colour), ("best", "--", "white")):
            curve, label = curves[value, ridge], name.format(value) if style == "-" else None
            x, bars = curve["simulated_x"] * scale, 2 * curve["simulated_se"]
            limit = np.where(np.isfinite(curve["risk"]), curve["risk"], np.nan)
            axes.plot(curve["x"] * scale, limit, style, color=colour, lw=1.3)
            axes.errorbar(x, curve["simulated"], bars, fmt=mark, color=colour, mfc=fill, ms=4.5, lw=1, label=label)
    if not by_features:
        axes.plot([], [], color=BLACK, ls="-", label="no ridge (median at the peak)")
        axes.plot([], [], color=BLACK, ls="--", label="best ridge")
    axes.set_yscale("log")
    axes.set_ylim(0.05, 500)
    axes.set_ylabel("squared error of the coefficients")
    axes.legend(loc="upper left" if by_features else "upper right")


def _draw_distances(axes: Any, found: dict[str, Any]) -> None:
    sizes = np.asarray(found["n"])
    for (name, distances), colour, style in zip(found["exact"].items(), COLOURS, ("-", "--"), strict=False):
        axes.plot(sizes, distances, style, color=colour, lw=1.5, label=name)
    for (name, (distances, errors)), colour, mark in zip(
        found["simulated"].items(), (BLACK, GREEN), MARKS, strict=False
    ):
        axes.errorbar(sizes, distances, 2 * errors, fmt=mark, color=colour, ms=4.5, lw=1, capsize=2, label=name)
    axes.plot(sizes, 0.15 / sizes, color=GREY, lw=1, ls=":", label="slope -1")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.set_xlabel("samples n")
    axes.set_ylabel("risk at n less its limit")
    axes.set_title(f"m = {FINITE_SIZE}, d/n = {PSI:g}, noise variance {NOISE:g}")
    axes.legend()
