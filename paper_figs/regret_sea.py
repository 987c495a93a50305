"""Regret of optimistic descent against stochastically extended adversaries: means with bands, and both bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

TITLES = {
    "drifting": "drifting centre",
    "nonconvex": "losses drawn not convex",
    "signs": "linear, random signs",
    "corrupted": "corrupted: the first tenth",
    "random order": "fixed losses in random order",
}
COLOURS = {"convex": "tab:blue", "strongly convex": "tab:green", "standing still": "tab:orange"}


def data(store: Store) -> dict[str, Any]:
    """Return the curves of every kind at its largest noise.

    Parameters
    ----------
    store : Store
        Of the simulator ``sea``.

    Returns
    -------
    dict
        ``curves``: (kind, learner) -> results; ``noise``: kind -> noise.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    if not rows:
        raise ValueError("the store must have results of the simulator sea, got none")
    noise = {
        kind: max(cell["noise"] for cell, _ in rows if cell["kind"] == kind) for kind in {c["kind"] for c, _ in rows}
    }
    curves = {(cell["kind"], cell["learner"]): found for cell, found in rows if cell["noise"] == noise[cell["kind"]]}
    return {"curves": curves, "noise": noise}


def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(12.0, 7.6), dpi=130, layout="constrained")
    panels = figure.subplots(2, 3).ravel()
    kinds = [kind for kind in TITLES if kind in found["noise"]]
    for axes, kind in zip(panels, kinds, strict=False):
        _draw_kind(axes, kind, found)
    for axes in panels[len(kinds) :]:
        axes.set_axis_off()
    names = {"convex": "optimistic, convex steps", "strongly convex": "optimistic, steps 2/(lam t)",
             "standing still": "standing still (control)"}  # fmt: skip
    handles = [
        *(Line2D([], [], color=COLOURS[key], label=f"{name}: mean, 5 to 95 %") for key, name in names.items()),
        Line2D([], [], color="black", ls="--", label="published convex bound"),
        Line2D([], [], color="black", ls=":", label="sharper convex bound"),
    ]
    panels[-1].legend(handles=handles, loc="center", fontsize=9)
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    curves = {learner: curve for (own, learner), curve in sorted(found["curves"].items()) if own == kind}
    for learner, curve in curves.items():
        axes.plot(curve["rounds"], curve["regret"], color=COLOURS[learner])
        axes.fill_between(curve["rounds"], curve["low"], curve["high"], color=COLOURS[learner], alpha=0.2, lw=0)
        if learner == "convex":
            axes.plot(curve["rounds"], curve["published"], "k--", lw=1)
            axes.plot(curve["rounds"], curve["sharper"], "k:", lw=1.3)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=1)
    lowest = min(0.0, *(min(curve["low"]) for curve in curves.values()), 0.0)
    axes.set_ylim(2 * lowest, 2 * max(max(curve["published"]) for curve in curves.values()))
    axes.set_xlabel("rounds t")
    axes.set_ylabel("regret in mean losses")
    axes.set_title(f"{TITLES[kind]}, noise {found['noise'][kind]:g}", fontsize=10)
    axes.grid(alpha=0.3)
