"""Imbalance: norms of classifier rows over class sizes, and the angle of minority classes over the ratio of sizes.

`data` reads the parts ``imbalance`` and ``angle`` of the store of the simulator ``neural_collapse``; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLUE, COLOURS, GREY, VERMILION, styled
from theory.collapse.deep_linear.scalar import scalar_minimizer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "neural_collapse"
MARKS = ("o", "s", "^", "D", "v")
_FINE = 400


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``neural_collapse``.

    Returns
    -------
    dict
        ``norms``: depth -> for the largest decay, ``sizes``, ``found`` and ``theory``, the squared norms of the rows,
        and the exact ``curve`` over ``fine``; ``angle``: whether there is a bias -> ``ratio``, ``within`` and
        ``between``; ``collapse``, the ratio from which the minority collapses.

    Raises
    ------
    ValueError
        If a part is missing.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    norms = {cell["depth"]: (cell, found) for cell, found in rows if cell["part"] == "imbalance"}
    angle = {cell["bias"]: found for cell, found in rows if cell["part"] == "angle"}
    if not norms or not angle:
        raise ValueError("the store must have the parts imbalance and angle of the simulator neural_collapse")
    return {
        "norms": {depth: _norms(*norms[depth]) for depth in sorted(norms)},
        "angle": {
            bias: {name: found[name] for name in ("ratio", "within", "between")} for bias, found in angle.items()
        },
        "collapse": float(next(iter(angle.values()))["collapse"]),
    }


def _norms(cell: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the rows for the largest decay, and the exact curve between the sizes: b depends on n_k and N alone."""
    last = int(np.argmax(cell["decays"]))
    decay, total = cell["decays"][last], sum(cell["sizes"])
    fine = np.geomspace(min(cell["sizes"]), max(cell["sizes"]), _FINE)
    return {
        "decay": decay,
        "sizes": cell["sizes"],
        "found": found["norms"][last],
        "theory": found["theory"][last],
        "fine": fine,
        "curve": _curve(fine, cell["depth"], decay, total),
    }


def _curve(sizes: Any, depth: int, decay: float, total: int) -> Any:
    b = depth * total / sizes * (total * decay ** (depth + 1)) ** (1 / depth)
    return total * decay * np.asarray(scalar_minimizer(b, depth)[0]) ** depth


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: marks are the best of random starts, lines are exact."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.9))
    left, right = figure.subplots(1, 2)
    for (depth, curve), colour, mark in zip(found["norms"].items(), COLOURS, MARKS, strict=False):
        left.plot(curve["fine"], curve["curve"], color=colour, lw=1.3)
        label = f"M = {depth}, decay {curve['decay']:g}"
        left.plot(curve["sizes"], curve["found"], mark, color=colour, ms=5, label=label)
    left.set_xscale("log", base=2)
    left.set_xlabel("class size")
    left.set_ylabel("squared norm of the row of the classifier")
    left.set_title("squared loss: small classes are lost, for M > 1 by a jump")
    left.legend()
    for bias, colour, mark in ((False, BLUE, "o"), (True, VERMILION, "x")):
        curve = found["angle"].get(bias)
        if curve is not None:
            ends = "; rows vanish where it ends" if np.isnan(curve["within"]).any() else ""
            name = ("with a bias" if bias else "no bias") + ends
            order = np.argsort(curve["ratio"])
            right.plot(curve["ratio"][order], curve["within"][order], mark + "-", color=colour, ms=5, lw=1, label=name)
    right.axvline(found["collapse"], color=GREY, ls="--", lw=1.2, label=f"threshold R = {found['collapse']:g}")
    right.set_xlabel("ratio R of majority to minority size")
    right.set_ylabel("angle between minority rows (degrees)")
    right.set_title("cross-entropy, M = 1: minority classes merge")
    right.legend(frameon=True, framealpha=0.9, edgecolor="none")
    return figure
