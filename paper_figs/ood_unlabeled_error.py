"""Error against labelled points for several numbers of unlabelled ones, and how many unlabelled points pay.

`data` reads the store of the simulator ``ood_unlabeled`` and adds the exact and limiting curves; `draw` draws: on the
left errors of robust self-supervised training and self-training, on the right the number of unlabelled points from
which on their leading direction is nearer to the mean than the labelled rule, against the quoted order m^2/d.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.gaussian_mixture import bayes_error
from paper_figs.style import BLACK, GREY, styled
from theory.mixtures.pca import alignment_error, pca_alignment, unlabelled_needed
from theory.mixtures.plug_in import plug_in_error

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "ood_unlabeled"
CURVES = ("rss", "self_training")
NAMES = {"rss": "robust self-training, fixed constants", "self_training": "self-training, 10 rounds"}
MARKS = {"rss": "o-", "self_training": "s:"}
_FINE = 60  # points of a smooth curve

Points = list[tuple[int, float, float]]


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn, for the dimension with the longest labelled curve in a store.

    Parameters
    ----------
    store : Store
        Of the simulator ``ood_unlabeled``.

    Returns
    -------
    dict
        ``dimension``, ``separation``, ``bayes``; ``simulated``: (m, error, standard error) of the plug-in rule;
        ``exact``: (m, its exact error); ``limits``: n -> error of the leading direction in the limit, sign known;
        ``curves``: (learner, n) -> (m, error, standard error); ``needed`` and ``quoted``: (m, n).

    Raises
    ------
    ValueError
        If the store has no labelled curve.
    """
    found: dict[tuple[int, str, int], Points] = defaultdict(list)
    separations = set()
    for cell, results in store.rows(shift=0.0):
        key = (cell["dimension"], cell["learner"], cell["unlabelled"])
        found[key].append((cell["labelled"], results["error"], results["error_se"]))
        separations.add(cell["separation"])
    labelled = {d: points for (d, learner, _), points in found.items() if learner == "plug_in"}
    if not labelled or len(separations) != 1:
        raise ValueError("the store must have errors of the plug-in rule, at one separation")
    (s,) = separations
    d = max(labelled, key=lambda key: len(labelled[key]))
    curves = {
        (learner, n): sorted(points)
        for (own, learner, n), points in found.items()
        if own == d and learner in CURVES and len(points) > 1
    }
    sizes = [m for m, _, _ in labelled[d]]
    fine = np.geomspace(min(sizes), max(sizes), _FINE)
    return {
        "dimension": d,
        "separation": s,
        "bayes": bayes_error(s),
        "simulated": sorted(labelled[d]),
        "exact": [(float(m), float(plug_in_error(d, m, s))) for m in fine],
        "limits": {n: alignment_error(pca_alignment(d / n, s), s) for n in sorted({n for _, n in curves})},
        "curves": curves,
        "needed": [(float(m), float(unlabelled_needed(d, m, s))) for m in fine],
        "quoted": [(float(m), float(m * m / d)) for m in fine],
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.5, 5.2))
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1.0))
    handles = _draw_errors(left, found)
    figure.legend(handles=handles, loc="outside lower center", fontsize=8, ncols=3)
    _draw_thresholds(right, found)
    return figure


def _draw_errors(axes: Any, found: dict[str, Any]) -> list[Any]:
    """Draw the left panel; return what its legend lists."""
    from matplotlib import colormaps
    from matplotlib.lines import Line2D

    axes.plot(*zip(*found["exact"], strict=True), color=BLACK, lw=1.5)
    m, error, spread = zip(*found["simulated"], strict=True)
    axes.errorbar(m, error, 2 * np.asarray(spread), fmt=".", color=BLACK, ms=5, lw=1)
    axes.axhline(found["bayes"], color=BLACK, lw=1, ls="--")
    sizes = sorted(found["limits"])
    colours = {n: colormaps["viridis"](0.9 * k / max(1, len(sizes) - 1)) for k, n in enumerate(sizes)}
    for (learner, n), points in sorted(found["curves"].items()):
        m, error, spread = zip(*points, strict=True)
        axes.errorbar(m, error, 2 * np.asarray(spread), fmt=MARKS[learner], color=colours[n], ms=4, lw=1.3)
    for n, limit in found["limits"].items():
        if limit < 0.5:
            axes.axhline(limit, color=colours[n], lw=0.9, ls="-.")
    handles = [
        Line2D([], [], color=BLACK, marker=".", label="labelled points alone (n = 0): exact, simulated"),
        *(Line2D([], [], color=GREY, marker=mark[0], ls=mark[1:], label=NAMES[key]) for key, mark in MARKS.items()),
        Line2D([], [], color=GREY, ls="-.", lw=0.9, label="leading direction alone, limit"),
        Line2D([], [], color=BLACK, ls="--", lw=1, label="Bayes"),
        *(Line2D([], [], color=colours[n], lw=4, label=f"n = {n} unlabelled") for n in sizes),
    ]
    axes.set_xscale("log")
    axes.set_ylim(found["bayes"] - 0.02, 0.5)
    axes.set_xlabel("labelled points m")
    axes.set_ylabel("error (exact for each rule learned; bars: 2 standard errors)")
    axes.set_title(f"Gaussian pair, d = {found['dimension']}, |mu|/sigma = {found['separation']:g}", fontsize=10)
    return handles


def _draw_thresholds(axes: Any, found: dict[str, Any]) -> None:
    axes.plot(*zip(*found["needed"], strict=True), label="limit formulas: n = m (1 + 1/s²) + d/s⁴")
    axes.plot(*zip(*found["quoted"], strict=True), ls="--", label="quoted order: n = m²/d")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("labelled points m")
    axes.set_ylabel("unlabelled points n")
    axes.set_title("From which n on the leading direction wins", fontsize=10)
    axes.legend(fontsize=7.5)
    axes.grid(alpha=0.3, which="both")
