"""Distillation with one head and with two: cosines of the gradients of the two losses, and the scale that is taught.

`data` reads the store of the simulator ``dual_head``; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.style import COLOURS, GREY, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "dual_head"
HEADS = {1: "one head", 2: "an auxiliary head"}


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``dual_head``.

    Returns
    -------
    dict
        ``teacher``, its scale; ``runs``: number of heads -> scale at the start -> ``step``, ``scale``, ``head``,
        ``backbone``.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = [(dict(cell), dict(found)) for cell, found in store.rows()]
    if not rows:
        raise ValueError("the store of the simulator dual_head is empty")
    runs: dict[int, dict[float, Any]] = {}
    for cell, found in sorted(rows, key=lambda row: (row[0]["heads"], row[0]["student"])):
        names = ("step", "scale", "head", "backbone")
        runs.setdefault(cell["heads"], {})[cell["student"]] = {name: found[name] for name in names}
    return {"teacher": rows[0][0]["teacher"], "runs": runs}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.6))
    panels = figure.subplots(2, len(found["runs"]), squeeze=False, sharex=True)
    for column, (heads, runs) in enumerate(found["runs"].items()):
        top, bottom = panels[0, column], panels[1, column]
        for (student, run), colour in zip(runs.items(), COLOURS, strict=False):
            step = run["step"] + 1
            top.semilogx(step, run["scale"], color=colour, lw=1.5, label=f"student starts at {student:g}")
            bottom.semilogx(step, run["backbone"], color=colour, lw=1.6, label=f"features, from {student:g}")
            if heads == 1:
                bottom.semilogx(step, run["head"], ":", color=colour, lw=2, label=f"head, from {student:g}")
        top.axhline(found["teacher"], color=GREY, ls="--", lw=1.2, label="teacher")
        top.set_title(HEADS.get(heads, f"{heads} heads"))
        bottom.axhline(0, color=GREY, lw=0.8)
        bottom.set_xlabel("steps of gradient descent + 1")
        bottom.set_ylim(-1.05, 1.05)
        top.legend()
        bottom.legend()
    panels[0, 0].set_ylabel("scale of the taught logits")
    panels[1, 0].set_ylabel("cosine of the two gradients")
    figure.suptitle("Gradients conflict where the taught head exceeds the teacher, in the features too")
    return figure
