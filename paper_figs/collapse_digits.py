"""Metrics of collapse on features of a small network that learns digits, with and without a penalty on features.

`data` reads the store of the simulator ``neural_collapse_digits``; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLUE, GREY, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "neural_collapse_digits"
COLOURS = {"cross-entropy": BLUE, "squared": VERMILION}
PANELS = (
    ("errors", "error: training (lines), held back (dots)"),
    ("nc1", "NC1: variability within classes"),
    ("etf_distance", "NC2: class means from a simplex ETF"),
    ("nc3", "NC3: classifier from centred class means"),
)
_LEAST = 0.5 / 1297  # errors below one sample are drawn here


def data(store: Store) -> dict[tuple[str, float], Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``neural_collapse_digits``.

    Returns
    -------
    dict
        (Loss, decay of features) -> medians over the networks: ``epoch`` and, by name, errors and metrics, without the
        untrained network.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    grouped: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for cell, found in store.rows():
        grouped.setdefault((cell["loss"], cell["feature_decay"]), []).append(dict(found))
    if not grouped:
        raise ValueError("the store of the simulator neural_collapse_digits is empty")
    return {
        key: {name: np.median([row[name][1:] for row in rows], axis=0) for name in rows[0]}
        for key, rows in sorted(grouped.items())
    }


@styled
def draw(found: dict[tuple[str, float], Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.2))
    panels = figure.subplots(2, 2).ravel()
    for axes, (name, title) in zip(panels, PANELS, strict=True):
        for (loss, penalty), curve in found.items():
            style, label = "--" if penalty else "-", f"{loss}, {'features penalised' if penalty else 'weights only'}"
            main = curve["train_error" if name == "errors" else name]
            shown = np.maximum(main, _LEAST) if name == "errors" else main
            axes.loglog(curve["epoch"], shown, style, color=COLOURS[loss], lw=1.5, label=label)
            if name == "errors":
                axes.loglog(curve["epoch"], np.maximum(curve["test_error"], _LEAST), ".", color=COLOURS[loss], ms=3.5)
        axes.set_title(title)
        axes.set_xlabel("epoch")
    panels[0].axhline(_LEAST, color=GREY, lw=0.8)
    panels[0].text(1, _LEAST * 1.08, "no error")
    panels[1].legend()
    figure.suptitle("Digits, perceptron with two hidden layers: collapse of the training features")
    return figure
