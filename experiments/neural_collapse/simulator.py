"""The simulator ``neural_collapse``: unconstrained-feature models trained from random starts, beside the closed forms.

Parts: ``metrics`` (of collapse, along gradient flows), ``phase`` (decay x depth: where flows end), ``imbalance`` (norms
of the rows of the classifier against class sizes), ``angle`` (of minority classes under cross-entropy) and ``codes``
(cross-entropy in depth: simplex ETF, cross-polytope, best of the starts).

Size ``quick`` takes about 10 seconds of one core, ``paper`` two minutes; ``gpu`` has ten times the starts of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.arrays import Backend
from experiments.grids import size_of
from experiments.neural_collapse.energy import Architecture, Setting
from experiments.neural_collapse.optima import codes, minority_angles, row_norms
from experiments.neural_collapse.trajectories import decay_of, fates, metrics_along
from experiments.simulator import Simulator

__all__ = ["PARTS", "SIMULATOR", "cells", "run"]

SEED = 1
PARTS = ("metrics", "phase", "imbalance", "angle", "codes")
_SIZES: dict[str, dict[str, Any]] = {
    "quick": {"starts": 16, "ratios": [0.2, 0.4, 0.6, 0.8, 0.9, 1.1, 1.2, 1.4, 1.6, 1.8], "depths": 4, "times": 30},
    "paper": {"starts": 128, "ratios": [round(0.05 * k + 0.025, 3) for k in range(2, 40)], "depths": 5, "times": 80},
    "gpu": {"starts": 1280, "ratios": [round(0.05 * k + 0.025, 3) for k in range(2, 40)], "depths": 5, "times": 80},
}
_FLOWS: tuple[tuple[str, int, bool, list[int]], ...] = (
    ("squared", 1, False, [4, 4, 4, 4]),
    ("squared", 3, False, [4, 4, 4, 4]),
    ("squared", 2, False, [8, 4, 2, 2]),
    ("squared", 2, True, [4, 4, 4, 4]),
    ("cross-entropy", 1, True, [4, 4, 4, 4]),
)  # loss, depth, bias, class sizes
_CODES = ((4, 1), (4, 2), (4, 3), (6, 1), (6, 2), (8, 3))  # classes and depth
_MINORITY = 8  # samples of a minority class; majority classes are multiples of an eighth
_MINORITY_DECAY = 0.05 / 2**0.5  # the minority collapses from the ratio 4 on

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick", "paper" or "gpu".

    Raises
    ------
    ValueError
        If it is none of them.
    """
    given = size_of(_SIZES, sizes)
    common = {"starts": given["starts"], "seed": SEED}
    quick = sizes == "quick"
    flows = {"last": 2000.0, "times": given["times"]}
    for loss, depth, bias, classes in _FLOWS:
        model = {"loss": loss, "depth": depth, "bias": bias, "sizes": classes}
        yield {"part": "metrics", **model, "ratio": 0.15, **flows, **common}
    for depth in range(1, given["depths"] + 1):
        for spread in (0.5, 1.5):
            yield {"part": "phase", "depth": depth, "spread": spread, "ratios": given["ratios"], **common}
    for depth in (1, 2, 3):
        decays = [0.004, 0.008] if depth > 1 else [0.008, 0.016]
        yield {"part": "imbalance", "depth": depth, "sizes": [1, 2, 4, 8, 16, 32], "decays": decays, **common}
    majorities = [8, 12, 16, 20, 24, 28, 30, 32, 34, 36, 40, 48] if quick else list(range(8, 49))
    for bias in (False, True):
        lists = {"majorities": majorities, "decay": _MINORITY_DECAY, "bias": bias}
        yield {"part": "angle", "classes": 4, "minority": _MINORITY, **lists, **common, "starts": given["starts"] // 4}
    decays = [1e-3, 1e-2, 3e-2] if quick else [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 3e-2]
    for count, depth in _CODES:
        yield {"part": "codes", "classes": count, "depth": depth, "decays": decays, **common}


def _metrics(cell: Cell, backend: Backend | None) -> dict[str, Any]:
    sizes, depth = tuple(cell["sizes"]), cell["depth"]
    decay = decay_of(cell["ratio"], depth, len(sizes), sum(sizes) / len(sizes))
    architecture = Architecture(len(sizes), depth, len(sizes), cell["loss"], cell["bias"])
    setting = Setting(sizes, (decay,) * depth, decay)
    times = (0.1, cell["last"], cell["times"])
    return metrics_along(
        architecture, setting, times=times, starts=cell["starts"], seed=cell["seed"], spread=2.0, backend=backend
    )


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        What the function of the part returns: `metrics_along` and `fates` of
        `experiments.neural_collapse.trajectories`, `row_norms`, `minority_angles` and `codes` of
        `experiments.neural_collapse.optima`.

    Raises
    ------
    ValueError
        If the part is unknown or a number is out of range.
    """
    common: dict[str, Any] = {"starts": cell["starts"], "seed": cell["seed"], "backend": backend}
    match cell["part"]:
        case "metrics":
            return _metrics(cell, backend)
        case "phase":
            model = Architecture(3, cell["depth"], 3)
            return fates(model, 2, cell["ratios"], spread=cell["spread"], horizon=100.0, **common)
        case "imbalance":
            return row_norms(cell["sizes"], cell["depth"], cell["decays"], **common)
        case "angle":
            names = ("minority", "majorities", "decay", "classes", "bias")
            return minority_angles(**{name: cell[name] for name in names}, depth=1, **common)
        case "codes":
            return codes(cell["classes"], cell["depth"], cell["decays"], **common)
    raise ValueError(f"part must be one of {', '.join(PARTS)}, got {cell['part']!r}")


SIMULATOR = Simulator(
    name="neural_collapse",
    says="deep linear networks on free features: collapse along gradient flow, phase diagram, imbalance, codes",
    papers=("deep_linear_collapse",),
    cells=cells,
    run=run,
    modules=tuple(f"experiments.neural_collapse.{name}" for name in ("simulator", "flow_compiled", "flow_cuda")),
    figure="paper_figs.collapse_phase_diagram",
)
"""The simulator of ``lossproof simulate neural_collapse``."""
