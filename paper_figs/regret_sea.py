"""Regret of optimistic descent against stochastically extended adversaries: means with bands, and every bound.

A bound has the colour of the learner that it is about: published (dashed) and sharper (dotted) for convex steps, the
finite sum for steps 2/(lam t), that of exp-concave losses for Newton steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import band, one_panel_each, stored_rows
from paper_figs.style import BLUE, GREEN, ORANGE, PURPLE, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "sea"
TITLES = {
    "drifting": "drifting centre",
    "nonconvex": "losses drawn not convex",
    "signs": "linear, random signs",
    "corrupted": "corrupted: the first tenth",
    "random order": "fixed losses in random order",
    "label shift": "label shift, period sqrt(T)",
    "least squares": "least squares, a coordinate a round",
}
LEARNERS = {
    "convex": (BLUE, "optimistic, convex steps"),
    "strongly convex": (GREEN, "optimistic, steps 2/(lam t)"),
    "Newton steps": (PURPLE, "optimistic, Newton steps"),
    "standing still": (ORANGE, "standing still (control)"),
}
BOUNDS = {
    "published": ("convex", "--", "published convex bound"),
    "sharper": ("convex", ":", "sharper convex bound"),
    "strongly_convex": ("strongly convex", "-.", "strongly convex bound, finite sum"),
    "exp_concave": ("Newton steps", "-.", "exp-concave bound"),
}


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
    rows = stored_rows(store, "sea")
    noise = {
        kind: max(cell["noise"] for cell, _ in rows if cell["kind"] == kind) for kind in {c["kind"] for c, _ in rows}
    }
    curves = {(cell["kind"], cell["learner"]): found for cell, found in rows if cell["noise"] == noise[cell["kind"]]}
    return {"curves": curves, "noise": noise}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(14.0, 7.2))
    panels = figure.subplots(2, 4).ravel()
    kinds = [kind for kind in TITLES if kind in found["noise"]]
    one_panel_each(panels, kinds, lambda axes, kind: _draw_kind(axes, kind, found))
    handles = [
        *(Line2D([], [], color=colour, label=f"{name}: mean, 5 to 95 %") for colour, name in LEARNERS.values()),
        *(Line2D([], [], color=LEARNERS[own][0], ls=style, label=name) for own, style, name in BOUNDS.values()),
    ]
    panels[-1].legend(handles=handles, loc="center", fontsize=9)
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    curves = {learner: curve for (own, learner), curve in sorted(found["curves"].items()) if own == kind}
    for learner, curve in curves.items():
        colour = LEARNERS[learner][0]
        band(axes, curve, "regret", color=colour)
        for name, (own, style, _) in BOUNDS.items():
            if own == learner and curve[name] is not None:
                axes.plot(curve["rounds"], curve[name], color=colour, ls=style, lw=1.3)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=1)
    lowest = min([0.0, *(min(curve["low"]) for curve in curves.values())])
    axes.set_ylim(2 * lowest, 2 * max(line.get_ydata().max() for line in axes.get_lines()))
    axes.set_xlabel("rounds t")
    axes.set_ylabel("regret in mean losses")
    axes.set_title(f"{TITLES[kind]}, noise {found['noise'][kind]:g}", fontsize=10)
