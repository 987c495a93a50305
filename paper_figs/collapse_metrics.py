"""Metrics of collapse along gradient flow on free features, and objectives of codes under cross-entropy in depth.

`data` reads the parts ``metrics`` and ``codes`` of the store of the simulator ``neural_collapse``; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLACK, COLOURS, GREY, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "neural_collapse"
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
FLOOR = 1e-8  # of what is drawn: distances below are rounding
PANELS = (
    ("nc1", "NC1: variability within classes"),
    ("etf_distance", "NC2: class means from a simplex ETF"),
    ("orthogonality_distance", "class means from an orthogonal frame"),
    ("nc3", "NC3: classifier from centred class means"),
    ("nc3_uncentred", "classifier from class means as they are"),
)


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``neural_collapse``.

    Returns
    -------
    dict
        ``flows``: name of a model -> ``time`` and, for each metric, medians over the starts, without the time zero;
        ``codes``: name -> ``decays``, and ``best`` and ``polytope``, objectives divided by that of the simplex ETF.

    Raises
    ------
    ValueError
        If a part is missing.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    flows = {_name(cell): _medians(found) for cell, found in rows if cell["part"] == "metrics"}
    codes = {
        f"K = {cell['classes']}, M = {cell['depth']}": {
            "decays": cell["decays"],
            "best": found["best"] / found["simplex"],
            "polytope": found["polytope"] / found["simplex"],
        }
        for cell, found in rows
        if cell["part"] == "codes"
    }
    if not flows or not codes:
        raise ValueError("the store must have the parts metrics and codes of the simulator neural_collapse")
    return {"flows": flows, "codes": codes}


def _name(cell: dict[str, Any]) -> str:
    bias = ", bias" if cell["bias"] else ""
    sizes = "" if len(set(cell["sizes"])) == 1 else ", imbalanced"
    return f"{cell['loss']}, M = {cell['depth']}{bias}{sizes}"


def _medians(found: dict[str, Any]) -> dict[str, Any]:
    return {"time": found["time"][1:]} | {name: np.median(found[name][1:], axis=1) for name, _ in PANELS}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 6.4))
    panels = figure.subplots(2, 3).ravel()
    for axes, (name, title) in zip(panels, PANELS, strict=False):
        for (label, flow), colour, style in zip(found["flows"].items(), COLOURS, STYLES, strict=False):
            axes.loglog(flow["time"], np.maximum(flow[name], FLOOR), color=colour, ls=style, lw=1.5, label=label)
        axes.set_title(title)
        axes.set_xlabel("time of gradient flow")
        axes.set_ylim(bottom=FLOOR / 2)
    panels[0].set_ylabel("median over starts")
    panels[3].set_ylabel("median over starts")
    panels[0].legend(loc="lower left")
    _codes(panels[5], found["codes"])
    figure.suptitle("Collapse on free features along gradient flow; last panel: minima of cross-entropy")
    return figure


def _codes(axes: Any, codes: dict[str, Any]) -> None:
    for (name, curve), colour in zip(codes.items(), COLOURS, strict=False):
        axes.semilogx(curve["decays"], curve["polytope"], "--", color=colour, lw=1.1)
        axes.semilogx(curve["decays"], curve["best"], "o-", color=colour, ms=4, lw=1.3, label=name)
    axes.plot([], [], color=BLACK, ls="--", label="cross-polytope code")
    axes.axhline(1, color=GREY, lw=1)
    axes.set_xlabel("decay")
    axes.set_ylabel("objective over that of the simplex ETF")
    axes.set_title("cross-entropy: best of the starts")
    shown = np.concatenate([curve[part] for curve in codes.values() for part in ("best", "polytope")])
    least, most = min(1.0, shown.min()), max(1.0, shown.max())
    axes.set_ylim(least - 0.03, most + 0.5 * (most - least) + 0.03)  # the legend lies above
    axes.legend(loc="upper left", ncols=2)
