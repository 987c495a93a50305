"""Naive Bayes against logistic regression: error against sample size, and samples needed against dimension.

`data` reads what the simulator ``dis_vs_gen`` left in a store and adds exact curves; `draw` draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.gaussian_mixture.dis_vs_gen.designs import SEPARATION
from experiments.gaussian_mixture.dis_vs_gen.samples_needed import EXCESS, crossing, crossings
from paper_figs.style import BLACK, BLUE, GREY, VERMILION, styled
from theory.classification.gaussian_tail import normal_tail
from theory.mixtures.plug_in import plug_in_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "dis_vs_gen"
CURVES = ("correlated", "fixed")
"""Regimes whose whole learning curves are drawn: naive Bayes wrong about the law, and right about it."""
_NAMES = {"naive_bayes": "naive Bayes", "logistic": "logistic regression"}
_COLOURS = {"naive_bayes": BLUE, "logistic": VERMILION}
_MARKS = {"growing": "o", "fixed": "s"}
_TITLES = {
    "correlated": "features correlated: naive Bayes has the larger limit",
    "fixed": "features independent: one limit",
}


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``dis_vs_gen``, any size.

    Returns
    -------
    dict
        ``"curves"``: regime -> n, and learner -> rows (m, error, standard error), limit. ``"overtakes"``: regime -> the
        m at which the curves cross for good (NaN if they do not, or if logistic regression is not ahead at the largest
        common size by two standard errors of the difference). ``"needed"``: rows of regime, learner, n, estimate,
        low, high, for two classes. ``"exact"``: rows (n, m) of the plug-in rule of known variances at the fixed Bayes
        error.

    Raises
    ------
    ValueError
        If the store has no learning curve of both learners.
    """
    rows = [(cell, found) for cell, found in store.rows() if cell["classes"] == 2]
    whole = {cell["n"] for cell, _ in rows if cell["regime"] == "correlated"}
    if not whole:
        raise ValueError(f"{store.path} has no cell of the correlated regime: is it a store of dis_vs_gen?")
    n = min(whole)
    curves = {regime: _curves(rows, regime, n) for regime in CURVES}
    needed = [
        {"regime": regime, "learner": learner, "n": n, **vars(found)}
        for (regime, _, learner, n), found in crossings(rows).items()
        if regime in _MARKS
    ]
    dimensions = sorted({row["n"] for row in needed})
    exact = [(n, exact_samples(n)) for n in dimensions]
    overtakes = {regime: _overtakes(found["learners"]) for regime, found in curves.items()}
    return {"curves": curves, "overtakes": overtakes, "needed": needed, "exact": exact}


def _curves(rows: list[tuple[dict[str, Any], dict[str, Any]]], regime: str, n: int) -> dict[str, Any]:
    learners: dict[str, Any] = {}
    for cell, found in rows:
        if cell["regime"] == regime and cell["n"] == n:
            own = learners.setdefault(cell["learner"], {"rows": [], "limit": found["limit"]})
            own["rows"].append((cell["m"], found["error"], found["standard_error"]))
    if learners.keys() != _NAMES.keys():
        raise ValueError(f"no curves of both learners for {regime!r}, n = {n}: is the sweep complete?")
    for own in learners.values():
        own["rows"].sort()
    return {"n": n, "learners": learners}


def _overtakes(learners: dict[str, Any]) -> float:
    """Return the m from which logistic regression is ahead for good, of the sizes that both curves have."""
    naive, logistic = ({m: found for m, *found in learners[name]["rows"]} for name in ("naive_bayes", "logistic"))
    common = sorted(naive.keys() & logistic.keys())
    ahead = [(m, logistic[m][0] - naive[m][0], math.hypot(logistic[m][1], naive[m][1])) for m in common]
    if not ahead or ahead[-1][1] >= -2 * ahead[-1][2]:
        return math.nan
    behind = max((m for m, difference, _ in ahead if difference >= 0), default=0)
    return crossing([point for point in ahead if point[0] >= behind], 0.0).estimate


def exact_samples(n: int) -> float:
    """Return the m, a fraction, at which the exact expected error of the plug-in rule is Q(2) + .01.

    Examples
    --------
    >>> round(exact_samples(50), 1)
    69.2
    """
    target = float(normal_tail(SEPARATION)) + EXCESS
    return _falls_below(lambda m: plug_in_error(n, m, SEPARATION), target, 0.1, 100.0 * n)


def _falls_below(function: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Return where a decreasing function passes a value, by bisection of the logarithm."""
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if function(middle) > target else (low, middle)
    return high


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Return the figure: two learning curves, and samples needed against dimension in both regimes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 4.6))
    several = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
    for axes, regime in zip(several[:2], CURVES, strict=True):
        _draw_curves(axes, regime, found["curves"][regime], found["overtakes"][regime])
    _draw_needed(several[2], found)
    return figure


def _draw_curves(axes: Any, regime: str, found: dict[str, Any], overtakes: float) -> None:
    for learner, own in found["learners"].items():
        m, error, spread = np.asarray(own["rows"]).T
        colour = _COLOURS[learner]
        axes.errorbar(m, error, yerr=2 * spread, color=colour, marker=".", lw=1.2, label=_NAMES[learner])
        dashes, width = ("--", 1.0) if learner == "naive_bayes" else (":", 1.6)
        axes.axhline(own["limit"], color=colour, ls=dashes, lw=width, label=f"{_NAMES[learner]}: limit, exact")
    if math.isfinite(overtakes):
        axes.axvline(overtakes, color=GREY, lw=0.8)
        axes.annotate(f"m = {overtakes:.0f}", (overtakes, 0.1), xytext=(4, 0), textcoords="offset points", color=GREY)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5], ["2 %", "5 %", "10 %", "20 %", "50 %"])
    axes.set_yticks([], minor=True)
    axes.set_xlabel("samples m")
    axes.set_ylabel("mean error (exact for each rule; bars: 2 s.e.)")
    axes.set_ylim(0.019, 0.55)
    axes.set_title(f"{_TITLES[regime]} (n = {found['n']})", fontsize=10)
    axes.legend(fontsize=8, loc="upper right", frameon=True, framealpha=1, edgecolor="none")


def _draw_needed(axes: Any, found: dict[str, Any]) -> None:
    for regime, mark in _MARKS.items():
        for learner, colour in _COLOURS.items():
            own = sorted(
                (row["n"], row["estimate"], row["low"], row["high"])
                for row in found["needed"]
                if (row["regime"], row["learner"]) == (regime, learner) and math.isfinite(row["high"])
            )
            if own:
                _draw_crossings(axes, own, mark, colour, f"{_NAMES[learner]}, {_WORDS[regime]}")
    n, m = np.asarray(found["exact"]).T
    axes.plot(n, m, color=BLACK, ls="--", lw=1, label="plug-in, Bayes error fixed (exact)")
    axes.plot(n, 3 * np.log(n), color=BLACK, ls=":", lw=1, label="3 log n")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(n, [f"{dimension:.0f}" for dimension in n])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("features n")
    axes.set_ylabel(f"samples to come within {EXCESS} of the limit")
    axes.set_title("samples needed (bars: what 2 s.e. tell apart)", fontsize=10)
    reached = [row["estimate"] for row in found["needed"] if math.isfinite(row["high"])]
    axes.set_ylim(top=20 * max([*reached, *m]))
    axes.legend(fontsize=7, loc="upper left")
    axes.grid(alpha=0.3, which="both")


_WORDS = {"growing": "separation grows", "fixed": "Bayes error fixed"}


def _draw_crossings(axes: Any, rows: list[tuple[int, float, float, float]], mark: str, colour: str, label: str) -> None:
    n, estimate, low, high = np.asarray(rows).T
    bars = np.maximum(np.stack([estimate - np.maximum(low, 1.0), high - estimate]), 0.0)
    fill = colour if mark == "o" else "white"
    axes.errorbar(n, estimate, yerr=bars, color=colour, marker=mark, mfc=fill, lw=1.2, capsize=2, label=label)
