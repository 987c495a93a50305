"""Where gradient flow of deep linear networks ends, over decay and depth: at zero, or at collapse to a frame.

`data` reads the part ``phase`` of the store of the simulator ``neural_collapse``; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import COLOURS, GREY, VERMILION, styled
from theory.collapse.deep_linear.scalar import local_minimum_limit, threshold

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "neural_collapse"
MARKS = ("o", "s", "^", "D", "v")


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``neural_collapse``.

    Returns
    -------
    dict
        ``spreads`` of the starts, ascending; ``depths``; ``ratios``, b over its threshold; ``alive`` and ``optimal``,
        (spreads, depths, ratios); ``limits``, of the ratios at which a local minimum away from zero exists, (depths,).

    Raises
    ------
    ValueError
        If the part is missing, or not complete.
    """
    cells = [(dict(cell), dict(found)) for cell, found in store.rows()]
    rows = {(cell["spread"], cell["depth"]): (cell, found) for cell, found in cells if cell["part"] == "phase"}
    if not rows:
        raise ValueError("the store must have the part phase of the simulator neural_collapse")
    spreads, depths = sorted({spread for spread, _ in rows}), sorted({depth for _, depth in rows})
    if len(rows) < len(spreads) * len(depths):
        raise ValueError("the part phase of the store is not complete: go on with the simulation")
    found = {
        name: np.asarray([[rows[spread, depth][1][name] for depth in depths] for spread in spreads])
        for name in ("alive", "optimal")
    }
    limits = [float(local_minimum_limit(depth)) / float(threshold(depth)) for depth in depths]
    first = next(iter(rows.values()))[0]
    return {"spreads": spreads, "depths": depths, "ratios": first["ratios"], "limits": limits, **found}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.4))
    panels = np.asarray(figure.subplots(2, len(found["spreads"]), squeeze=False, sharex=True))
    for column, spread in enumerate(found["spreads"]):
        mesh = _map(panels[0, column], found, column)
        panels[0, column].set_title(f"starts of spread {spread:g}")
        _curves(panels[1, column], found, column)
    figure.colorbar(mesh, ax=panels[0].tolist(), label="modes away from zero")
    panels[0, 0].set_ylabel("depth M")
    panels[1, 0].set_ylabel("starts at the global minimum")
    panels[1, -1].legend(title="depth")
    figure.suptitle("Deep linear network, squared loss, balanced classes: ends of gradient flow")
    return figure


def _edges(centres: Any) -> Any:
    inner = (np.asarray(centres)[1:] + np.asarray(centres)[:-1]) / 2
    return np.concatenate([[2 * centres[0] - inner[0]], inner, [2 * centres[-1] - inner[-1]]])


def _map(axes: Any, found: dict[str, Any], column: int) -> Any:
    depths = found["depths"]
    edges = _edges(found["ratios"]), np.asarray([depths[0] - 0.5, *(depth + 0.5 for depth in depths)])
    mesh = axes.pcolormesh(*edges, found["alive"][column], cmap="cividis", vmin=0, vmax=1)
    axes.axvline(1, color="white", lw=1.6, label="global minimum: zero to the right")
    for depth, limit in zip(depths, found["limits"], strict=True):
        own = "no other minimum to the right" if depth == depths[-1] else None
        axes.plot([limit] * 2, [depth - 0.5, depth + 0.5], "--", color=VERMILION, lw=1.8, label=own)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_yticks(depths)
    axes.legend(loc="lower left", frameon=True, facecolor="0.35", labelcolor="white")
    axes.grid(visible=False)
    return mesh


def _curves(axes: Any, found: dict[str, Any], column: int) -> None:
    for row, (depth, colour, mark) in enumerate(zip(found["depths"], COLOURS, MARKS, strict=False)):
        line = found["optimal"][column, row]
        axes.plot(found["ratios"], line, mark + "-", color=colour, ms=3.5, lw=1.2, label=f"M = {depth}")
    axes.axvline(1, color=GREY, lw=1)
    axes.set_xlabel("b over its threshold (decay grows to the right)")
    axes.set_ylim(-0.03, 1.03)
