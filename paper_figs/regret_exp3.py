"""Regret of EXP3 and of the uniform control: means with bands, the bound, Lai and Robbins' curve, the minimax order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

TITLES = {
    "gap": "fixed gap 0.2",
    "hard gap": "fixed gap 2 sqrt(K/T)",
    "switching": "the best arm changes at T/2",
    "signs": "random signs, blocks of 100 rounds",
}
COLOURS = {"exp3": "tab:blue", "uniform": "tab:orange"}


def data(store: Store) -> dict[str, Any]:
    """Return the curves of the cells with the number of arms nearest to 10.

    Parameters
    ----------
    store : Store
        Of the simulator ``exp3``.

    Returns
    -------
    dict
        ``arms``, ``horizon``, ``bound``, ``minimax`` (``sqrt(T K)/20``), ``curves``: (kind, learner) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    if not rows:
        raise ValueError("the store must have results of the simulator exp3, got none")
    count = min({cell["arms"] for cell, _ in rows}, key=lambda arms: (abs(arms - 10), arms))
    kept = [(cell, results) for cell, results in rows if cell["arms"] == count]
    horizon = max(cell["horizon"] for cell, _ in kept)
    curves = {(cell["kind"], cell["learner"]): found for cell, found in kept if cell["horizon"] == horizon}
    return {
        "arms": count,
        "horizon": horizon,
        "bound": next(iter(curves.values()))["bound"],
        "minimax": (horizon * count) ** 0.5 / 20,
        "curves": curves,
    }


def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.5, 7.6), dpi=130, layout="constrained")
    kinds = [kind for kind in TITLES if any(kind == own for own, _ in found["curves"])]
    panels = figure.subplots(2, 2, squeeze=False).ravel()
    for axes, kind in zip(panels, kinds, strict=False):
        _draw_kind(axes, kind, found)
    for axes in panels[len(kinds) :]:
        axes.set_axis_off()
    named = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(named.values(), named.keys(), loc="outside lower center", fontsize=8, ncols=3)
    figure.suptitle(f"EXP3 tuned to T = {found['horizon']}, K = {found['arms']} Bernoulli arms", fontsize=11)
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    for (own, learner), curve in sorted(found["curves"].items()):
        if own != kind:
            continue
        name = "EXP3" if learner == "exp3" else "uniform (control)"
        axes.plot(curve["rounds"], curve["pseudo"], color=COLOURS[learner], label=f"{name}: mean, 5 to 95 %")
        axes.fill_between(curve["rounds"], curve["low"], curve["high"], color=COLOURS[learner], alpha=0.2, lw=0)
        if kind == "gap" and learner == "exp3" and curve["lai_robbins"] is not None:
            lower = curve["lai_robbins"] * np.log(curve["rounds"])
            label = "Lai, Robbins: c log t (for t to infinity, consistent policies)"
            axes.plot(curve["rounds"], lower, color="tab:green", ls="-.", lw=1.2, label=label)
    axes.plot([found["horizon"]], [found["bound"]], "kv", ms=7, label="bound at T: sqrt(2 T K log K)")
    label = "minimax lower bound at T, as usually quoted: sqrt(T K)/20"
    axes.plot([found["horizon"]], [found["minimax"]], "k^", ms=7, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log", nonpositive="clip")
    axes.set_ylim(1.0, 4 * max(found["bound"], *(max(own["high"]) for own in found["curves"].values())))
    axes.set_xlabel("rounds t")
    axes.set_ylabel("pseudo-regret")
    axes.set_title(TITLES[kind], fontsize=10)
    axes.grid(alpha=0.3)
