"""Directional sharpness and progress: f - f*, sharpness along the step, and the share of Newton's gain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import handles_by_label, stored_rows
from paper_figs.style import BLACK, BLUE, GREEN, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "directional_sharpness"
TITLES = {"diagonal": "quadratic, diagonal H", "rotated": "quadratic, rotated H", "logistic": "logistic regression"}
COLOURS = {"gradient": BLUE, "clipped": VERMILION, "sign": GREEN}
STYLES = {"gradient": "-", "clipped": "--", "sign": "-."}
ROWS = {"gap": "f(x_k) - f*", "sharpness": "sharpness <v, Hv>/<v, v>", "share": "gain / Newton's gain"}


def data(store: Store) -> dict[str, Any]:
    """Return all curves.

    Parameters
    ----------
    store : Store
        Of the simulator ``directional_sharpness``.

    Returns
    -------
    dict
        ``curves``: (landscape, direction) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "directional_sharpness")
    return {"curves": {(cell["landscape"], cell["direction"]): found for cell, found in rows}}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: a column a landscape, a row a quantity."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 7.4))
    panels = figure.subplots(len(ROWS), len(TITLES), squeeze=False, sharex="col")
    for column, (landscape, title) in enumerate(TITLES.items()):
        panels[0][column].set_title(title, fontsize=10)
        for row, key in enumerate(ROWS):
            _draw_panel(panels[row][column], landscape, key, found["curves"])
        panels[-1][column].set_xlabel("iteration k + 1")
    for row, label in enumerate(ROWS.values()):
        panels[row][0].set_ylabel(label)
    named = handles_by_label(panels.ravel())
    figure.legend(named.values(), named.keys(), loc="outside lower center", fontsize=8.5, ncols=4)
    return figure


def _draw_panel(axes: Any, landscape: str, key: str, curves: dict[Any, Any]) -> None:
    for name, colour in COLOURS.items():
        curve = curves.get((landscape, name))
        if curve is None:
            continue
        steps = range(1, len(curve[key]) + 1)
        axes.plot(
            steps,
            curve[key],
            color=colour,
            ls=STYLES[name],
            lw=0.9 if key == "sharpness" else 1.5,
            label=f"direction: {name}",
        )
        if key == "sharpness" and name == "gradient":
            axes.axhline(curve["trace"], color=BLACK, ls=":", lw=1, label="tr H / d at the start")
    axes.set_xscale("log")
    if key == "sharpness":
        axes.set_ylim(bottom=0)
    else:
        axes.set_yscale("log")
