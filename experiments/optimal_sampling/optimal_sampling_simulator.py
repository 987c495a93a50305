"""The simulator ``optimal_sampling``: how well conditioned weighted least squares is, by the law of its points.

A cell is one law, basis, dimension and number of points. The parts: ``points`` runs over n at a fixed m, ``square``
over m with n = m, ``conditioned`` draws again until ``|G - I| <= 1/2``, ``thinned`` then removes points while that
holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, to_numpy
from experiments.grids import size_of
from experiments.optimal_sampling.designs import METHODS, Design, conditioned, draw
from experiments.optimal_sampling.estimates import error_ratio
from experiments.optimal_sampling.thinning import thinned
from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.regression.wls_dpp.christoffel import sample_number

__all__ = ["DELTA", "ETA", "QUANTILES", "SIMULATOR", "cells", "run"]

SEED = 1
DELTA = 0.5
ETA = 0.1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FUNCTIONS = ("runge", "kink")  # an entire function is approximated to rounding from m = 20 on
THIN = 5  # removal costs n^2 eigenvalue problems
MEMORY = 1 << 21
"""Numbers of basis values held at a time."""
_SIZES = {"quick": (10, 200, 8), "paper": (20, 2000, 24), "gpu": (40, 10_000, 48)}

Cell = dict[str, Any]


def _cell(part: str, method: str, basis: str, m: int, n: int, replicates: int) -> Cell:
    own = {"part": part, "method": method, "basis": basis, "dimension": m, "points": n}
    return {**own, "replicates": replicates, "functions": list(FUNCTIONS), "seed": SEED}


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (m = 10, Legendre), "paper" (m = 20, three bases) or "gpu" (m = 40).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    m, replicates, most = size_of(_SIZES, sizes)
    bases = ("legendre",) if sizes == "quick" else ("legendre", "chebyshev", "hermite")
    for basis in bases:
        enough = -(-sample_number(m, ETA, DELTA) // m)
        for times in sorted({1, 2, 3, 4, 6, 8, 12, 16, 24, enough}):
            for method in METHODS:
                yield _cell("points", method, basis, m, times * m, replicates)
        for dimension in (size for size in (2, 3, 4, 6, 8, 12, 16, 24, 32, 48) if size <= most):
            for method in METHODS[:-1]:
                yield _cell("square", method, basis, dimension, dimension, replicates)
        for times in (12, 16, 24):
            for method in METHODS[1:]:
                yield _cell("conditioned", method, basis, m, times * m, replicates)
        for method in METHODS[1:]:
            yield _cell("thinned", method, basis, THIN, 12 * THIN, replicates // 10)


def _parts(cell: Cell) -> Iterator[range]:
    step = max(1, MEMORY // (cell["points"] * cell["dimension"]))
    for start in range(0, cell["replicates"], step):
        yield range(start, min(start + step, cell["replicates"]))


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``distance`` and ``least``, quantiles (`QUANTILES`) of |G - I| and of the least eigenvalue; ``failures``, the
        share of replicates with |G - I| > 1/2; ``ratio``, quantiles (functions, quantiles) of the squared error over
        that of the best approximation, and ``mean_ratio`` (functions,), its mean, which without conditioning need not
        exist; ``attempts``, the mean number of draws, 1 where nothing is conditioned on; ``kept``, quantiles of the
        number of points that are used.

    Raises
    ------
    ValueError
        If a number or a name is out of range.
    """
    if cell["replicates"] < 1:
        raise ValueError(f"replicates must be at least 1, got {cell['replicates']!r}")
    found: dict[str, list[Any]] = {"distance": [], "least": [], "attempts": [], "kept": [], "ratio": []}
    for rows in _parts(cell):
        design, attempts = _designs(cell, rows, backend)
        values = to_numpy(design.eigenvalues())
        found["distance"].append(np.abs(values - 1).max(axis=-1))
        found["least"].append(values[:, 0])
        found["attempts"].append(np.ones(len(rows)) if attempts is None else to_numpy(attempts))
        found["kept"].append((to_numpy(design.weights) > 0).sum(axis=-1))
        ratios = [to_numpy(error_ratio(design, name)) for name in cell["functions"]]
        found["ratio"].append(np.stack(ratios))
    distance, ratio = np.concatenate(found["distance"]), np.concatenate(found["ratio"], axis=1)
    return {
        "distance": np.quantile(distance, QUANTILES),
        "least": np.quantile(np.concatenate(found["least"]), QUANTILES),
        "failures": float(np.mean(distance > DELTA)),
        "ratio": np.quantile(ratio, QUANTILES, axis=1).T,
        "mean_ratio": ratio.mean(axis=1),
        "attempts": float(np.concatenate(found["attempts"]).mean()),
        "kept": np.quantile(np.concatenate(found["kept"]), QUANTILES),
    }


def _designs(cell: Cell, rows: range, backend: Backend | None) -> tuple[Design, Array | None]:
    def drawn(attempt: int) -> Design:
        return draw(
            cell["method"], cell["basis"], cell["dimension"], cell["points"],
            stream=Stream(cell["seed"], attempt), replicates=rows, backend=backend,
        )  # fmt: skip

    if cell["part"] not in ("conditioned", "thinned"):
        return drawn(0), None
    design, attempts = conditioned(drawn, DELTA)
    return (thinned(design, DELTA) if cell["part"] == "thinned" else design), attempts


SIMULATOR = Simulator(
    name="optimal_sampling",
    says="weighted least squares: Gram matrix and error by the law of the points, from independent to determinantal",
    papers=("wls_dpp",),
    cells=cells,
    run=run,
    modules=("experiments.optimal_sampling.optimal_sampling_simulator",),
    figure="paper_figs.optimal_sampling",
)
"""The simulator of ``lossproof simulate optimal_sampling``."""
