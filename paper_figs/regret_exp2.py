"""Regret of EXP2 in two tunings and of the uniform control on sets of actions: means with bands, and the bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import band, handles_by_label, one_panel_each, stored_rows
from paper_figs.style import BLUE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "exp2"
TITLES = {
    "cube": "corners of a cube",
    "switching cube": "cube, best corner changes at T/2",
    "sphere": "random unit vectors",
    "arms": "unit vectors: arms, losses in {0, 1}",
}
STYLES = {  # colour (safe for colour-blind readers), line, name
    "exp2": (BLUE, "-", "EXP2, derived tuning"),
    "exp2 usual": (VERMILION, "--", "EXP2, usual tuning"),
    "uniform": ("0.33", ":", "uniform (control)"),
}
MARKS = {
    "exp2": ("v", "bound at T: sqrt((e^2+1) T d log N) - (d/2) log N"),
    "exp2 usual": ("^", "bound at T: 2 sqrt(3 T d log N)"),
}


def data(store: Store) -> dict[str, Any]:
    """Return the curves of the cells with the longest horizon.

    Parameters
    ----------
    store : Store
        Of the simulator ``exp2``.

    Returns
    -------
    dict
        ``horizon``, ``replicates``, ``curves``: (kind, learner) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "exp2")
    horizon = max(cell["horizon"] for cell, _ in rows)
    kept = [(cell, results) for cell, results in rows if cell["horizon"] == horizon]
    return {
        "horizon": horizon,
        "replicates": min(cell["replicates"] for cell, _ in kept),
        "curves": {(cell["kind"], cell["learner"]): results for cell, results in kept},
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 7.2))
    kinds = [kind for kind in TITLES if any(kind == own for own, _ in found["curves"])]
    panels = figure.subplots(2, 2, squeeze=False).ravel()
    one_panel_each(panels, kinds, lambda axes, kind: _draw_kind(axes, kind, found))
    named = handles_by_label(panels)
    order = sorted(named, key=lambda label: label.startswith("bound"))  # curves first
    figure.legend([named[label] for label in order], order, loc="outside lower center", fontsize=10, ncols=2)
    title = f"Linear bandits: EXP2 with a G-optimal design, T = {found['horizon']}"
    figure.suptitle(f"{title}; {found['replicates']} replicates, bands 5 to 95 %", fontsize=12)
    return figure


def _draw_kind(axes: Any, kind: str, found: dict[str, Any]) -> None:
    own = {learner: found["curves"][kind, learner] for learner in STYLES if (kind, learner) in found["curves"]}
    for learner, curve in own.items():
        colour, line, name = STYLES[learner]
        band(axes, curve, "pseudo", color=colour, alpha=0.18, ls=line, lw=2, label=name)
        if learner in MARKS:
            mark, label = MARKS[learner]
            axes.plot([found["horizon"]], [curve["bound"]], mark, color=colour, ms=9, label=label, clip_on=False)
    last = next(iter(own.values()))
    axes.set_xlim(0, found["horizon"] * 1.03)
    axes.set_ylim(0, 1.05 * max(max(curve["bound"], *curve["high"]) for curve in own.values()))
    axes.set_xlabel("rounds t", fontsize=11)
    axes.set_ylabel("pseudo-regret", fontsize=11)
    axes.set_title(f"{TITLES[kind]}: N = {last['actions']}, d = {last['dimension']}", fontsize=11)
