"""Regret of gradient descent, online Newton steps and AdaGrad on random convex losses: means with bands, and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import band, one_panel_each, stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, PURPLE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "online_convex"
TITLES = {
    "quadratic": "quadratic, random centres",
    "logarithmic": "exp-concave, $-\\log(1+\\langle a_t,x\\rangle)$",
    "signs": "linear, random signs",
    "sparse": "linear, sparse gradients",
}
STYLES = {  # Okabe and Ito's colours
    "descent": (BLUE, "gradient descent, $D/(G\\sqrt{t})$"),
    "strongly convex": (GREEN, "gradient descent, $1/(\\lambda t)$"),
    "newton": (VERMILION, "online Newton step"),
    "adagrad": (PURPLE, "AdaGrad (full matrix; sparse: diagonal)"),
    "standing still": (BLACK, "standing still (control)"),
}


def data(store: Store) -> dict[str, Any]:
    """Return the curves.

    Parameters
    ----------
    store : Store
        Of the simulator ``online_convex``.

    Returns
    -------
    dict
        ``curves``: (kind, learner) -> results; ``dimension``: kind -> dimension.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "online_convex")
    curves = {(cell["kind"], cell["learner"]): found for cell, found in rows}
    return {"curves": curves, "dimension": {cell["kind"]: cell["dimension"] for cell, _ in rows}}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(9.0, 7.4))
    panels = figure.subplots(2, 2).ravel()
    kinds = [kind for kind in TITLES if kind in found["dimension"]]
    one_panel_each(panels, kinds, lambda axes, kind: _draw_kind(axes, kind, found))
    handles = [Line2D([], [], color=colour, label=name) for colour, name in STYLES.values()]
    handles.append(Line2D([], [], color="0.35", ls="--", label="its regret bound, in its colour"))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=9, frameon=False,
                  title="mean regret with the range from 5 to 95 %")  # fmt: skip
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    curves = {learner: curve for (own, learner), curve in sorted(found["curves"].items()) if own == kind}
    for learner, curve in curves.items():
        colour, _ = STYLES[learner]
        band(axes, curve, "regret", color=colour)
        if curve["bound"] is not None:
            axes.plot(curve["rounds"], curve["bound"], color=colour, ls="--", lw=1)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=0.1)
    lowest = min(0.0, *(min(curve["low"]) for curve in curves.values()), 0.0)
    highest = max(max(curve["high"] if curve["bound"] is None else curve["bound"]) for curve in curves.values())
    axes.set_ylim(2 * lowest, 2 * highest)
    axes.set_xlabel("rounds t")
    axes.set_ylabel("regret against the best fixed point")
    axes.set_title(f"{TITLES[kind]}, d = {found['dimension'][kind]}", fontsize=10)
