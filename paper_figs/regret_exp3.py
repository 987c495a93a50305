"""Regret of EXP3 and of the uniform control: means with bands, the bound, Lai and Robbins' curve, the minimax curve.

The bound at round t is that of the step tuned to the horizon T, ``log(K)/eta + eta K t/2``: a line that ends in
``sqrt(2 T K log K)``. The minimax curve ``min(t, sqrt(t K))/20`` is the lower bound, as usually quoted, for the worst
arms of a horizon t: a rate to compare with, which bounds none of these arms. Lai and Robbins' curve is for consistent
policies as t goes to infinity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.frames import band, handles_by_label, one_panel_each, stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "exp3"
TITLES = {
    "gap": "fixed gap 0.2",
    "hard gap": "fixed gap 2 sqrt(K/T)",
    "switching": "the best arm changes at T/2",
    "signs": "random signs, blocks of 100 rounds",
}
COLOURS = {"exp3": BLUE, "uniform": VERMILION}


def data(store: Store) -> dict[str, Any]:
    """Return the curves of the cells with the number of arms nearest to 10.

    Parameters
    ----------
    store : Store
        Of the simulator ``exp3``.

    Returns
    -------
    dict
        ``arms``, ``horizon``; ``t``, ``bound`` and ``minimax``, the curves; ``curves``: (kind, learner) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "exp3")
    count = min({cell["arms"] for cell, _ in rows}, key=lambda arms: (abs(arms - 10), arms))
    kept = [(cell, results) for cell, results in rows if cell["arms"] == count]
    horizon = max(cell["horizon"] for cell, _ in kept)
    curves = {(cell["kind"], cell["learner"]): found for cell, found in kept if cell["horizon"] == horizon}
    t = np.geomspace(1, horizon, 200)
    at_end = next(iter(curves.values()))["bound"]
    bound = at_end / 2 * (1 + t / horizon)  # both terms are the same at T
    return {
        "arms": count,
        "horizon": horizon,
        "t": t,
        "bound": bound,
        "minimax": np.minimum(t, np.sqrt(t * count)) / 20,
        "curves": curves,
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.5, 7.6))
    kinds = [kind for kind in TITLES if any(kind == own for own, _ in found["curves"])]
    panels = figure.subplots(2, 2, squeeze=False).ravel()
    one_panel_each(panels, kinds, lambda axes, kind: _draw_kind(axes, kind, found))
    named = handles_by_label(panels)
    figure.legend(named.values(), named.keys(), loc="outside lower center", fontsize=8, ncols=3)
    figure.suptitle(f"EXP3 tuned to T = {found['horizon']}, K = {found['arms']} Bernoulli arms", fontsize=11)
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    for (own, learner), curve in sorted(found["curves"].items()):
        if own != kind:
            continue
        name = "EXP3" if learner == "exp3" else "uniform (control)"
        band(axes, curve, "pseudo", color=COLOURS[learner], label=f"{name}: mean, 5 to 95 %")
        if kind == "gap" and learner == "exp3" and curve["lai_robbins"] is not None:
            lower = curve["lai_robbins"] * np.log(curve["rounds"])
            label = "Lai, Robbins: c log t (t to infinity, consistent policies)"
            axes.plot(curve["rounds"], lower, color=GREEN, ls="-.", lw=1.2, label=label)
    label = "bound: log(K)/eta + eta K t/2, at T sqrt(2 T K log K)"
    axes.plot(found["t"], found["bound"], color=BLACK, ls="--", lw=1, label=label)
    label = "minimax lower bound min(t, sqrt(t K))/20"
    axes.plot(found["t"], found["minimax"], color=BLACK, ls=":", lw=1.3, label=label)
    axes.set_xscale("log")
    curves = [curve for (own, _), curve in found["curves"].items() if own == kind]
    lowest, highest = min([0.0, *(min(own["low"]) for own in curves)]), max(max(own["high"]) for own in curves)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(2 * lowest, 2 * max(found["bound"][-1], highest))
    axes.set_xlabel("rounds t")
    axes.set_ylabel("pseudo-regret")
    axes.set_title(TITLES[kind], fontsize=10)
