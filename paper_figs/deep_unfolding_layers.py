"""Error and objective after every layer of unfolded ISTA and IHT: plain, trained with and without the signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.frames import stored_rows
from paper_figs.style import BLACK, BLUE, GREY, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "deep_unfolding"
STYLES = {
    "plain": (BLACK, "o", "plain algorithm"),
    "supervised": (BLUE, "s", "steps trained on the signals"),
    "unsupervised": (VERMILION, "^", "steps trained on the objective"),
}
TITLES = {"ista": "ISTA", "iht": "IHT"}
QUANTITIES = ("error", "objective")


def data(store: Store) -> dict[str, Any]:
    """Return the curves of the first matrix.

    Parameters
    ----------
    store : Store
        Of the simulator ``deep_unfolding``.

    Returns
    -------
    dict
        ``curves``: (algorithm, network) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "deep_unfolding")
    seed = min(cell["seed"] for cell, _ in rows)
    return {"curves": {(cell["algorithm"], cell["network"]): got for cell, got in rows if cell["seed"] == seed}}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(10.5, 7.6))
    panels = figure.subplots(2, 2, sharex=True)
    for column, algorithm in enumerate(TITLES):
        for row, quantity in enumerate(QUANTITIES):
            _draw_panel(panels[row, column], algorithm, quantity, found["curves"])
        panels[0, column].set_title(TITLES[algorithm], fontsize=12)
        panels[1, column].set_xlabel("layer")
    panels[0, 0].set_ylabel("squared error / mean squared norm (dB)")
    panels[1, 0].set_ylabel("objective")
    handles = [
        Line2D([], [], color=colour, marker=marker, ms=4, label=label) for colour, marker, label in STYLES.values()
    ]
    handles += [
        Line2D([], [], color=GREY, ls="--", lw=1, label="plain, 2000 layers: median"),
        Line2D([], [], color=GREY, ls="-", label="solid: median of the problems"),
        Line2D([], [], color=GREY, ls=":", label="dotted: mean of the problems"),
    ]
    figure.legend(handles=handles, loc="outside lower center", fontsize=9, ncols=3)
    return figure


def _draw_panel(axes: Any, algorithm: str, quantity: str, curves: dict[Any, Any]) -> None:
    def scaled(values: Any) -> Any:
        return 10 * np.log10(np.maximum(values, 1e-12)) if quantity == "error" else values

    for network, (colour, marker, _) in STYLES.items():
        curve = curves.get((algorithm, network))
        if curve is not None:
            mean, median = scaled(curve[f"{quantity}_mean"]), scaled(curve[f"{quantity}_median"])
            axes.plot(range(len(median)), median, color=colour, marker=marker, ms=4)
            axes.plot(range(len(mean)), mean, color=colour, ls=":", lw=1.3)
    limit = curves.get((algorithm, "limit"))
    if limit is not None:
        level = float(scaled(limit[f"{quantity}_median"])[-1])
        axes.axhline(level, color=GREY, ls="--", lw=1)
    if quantity == "objective":
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "25" else "")
