"""The simulator ``ood_unlabeled``: mean error and alignment of every learner over dimension, sizes and shift.

A cell is one learner in one setting. Learned rules are linear, so their errors are exact: what varies over replicates
is learning, not testing. Learners in settings of one seed see the same points.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from experiments.arrays import Backend, to_numpy
from experiments.gaussian_mixture.ood_unlabeled.trained import (
    BEST_OF_COINS,
    LABELLED_ONLY,
    LEARNERS,
    Outcome,
    Task,
    best_of_coins,
    outcome,
)
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from experiments.simulator import Simulator

__all__ = ["SIMULATOR", "cells", "run"]

SEED = 1  # declared; the claims that are decided by sampling have seeds of their own
POSTER_SHIFTS = (0.0, 0.5)
PUBLISHED_SHIFTS = (0.0, 0.01, 0.1, 0.5)  # of the published table; the selected learners run at those of the poster
CANDIDATES = (500, 4000)  # of the published searches: labelled baseline, and robust self-training
UNLABELLED = ("pca", "self_training_once", "self_training", "rss")
PRINTED_SIZES = {10: (10, 100, 1000, 10000), 20: (20, 200, 2000, 10000), 40: (40, 400, 4000, 10000)}
"""Labelled sizes of the authors' table, and the unlabelled sizes of each."""

Cell = dict[str, Any]


def _cell(d: int, m: int, n: int, learner: str, replicates: int, *, shift: float = 0.0, candidates: int = 1) -> Cell:
    return {
        "dimension": d,
        "separation": 1.0,
        "labelled": m,
        "unlabelled": n,
        "shift": shift,
        "learner": learner,
        "candidates": candidates,
        "replicates": replicates,
        "seed": SEED,
    }


def _curves(d: int, labelled: tuple[int, ...], unlabelled: tuple[int, ...], replicates: int) -> Iterator[Cell]:
    """Yield the cells of error against m for several n; those of n = 0 are of the plug-in rule."""
    for m in labelled:
        for n in unlabelled:
            for learner in UNLABELLED if n else ("plug_in",):
                yield _cell(d, m, n, learner, replicates)


def _table(
    sizes: Mapping[int, tuple[int, ...]], shifts: tuple[float, ...], replicates: int, few: int, candidates: int
) -> Iterator[Cell]:
    """Yield the cells of the authors' table, d = 200; those of the selected learners with few replicates."""
    d = 200
    for count in CANDIDATES:
        yield _cell(d, 0, 0, BEST_OF_COINS, replicates, candidates=count)
    for m, unlabelled in sizes.items():
        yield _cell(d, m, 0, "plug_in", replicates)
        yield _cell(d, m, 0, "coin", replicates)
        yield _cell(d, m, 0, "erm_selected", few, candidates=candidates)
        for shift in shifts:
            for n in unlabelled:
                for learner in UNLABELLED:
                    yield _cell(d, m, n, learner, replicates, shift=shift)
                if shift in POSTER_SHIFTS:
                    yield _cell(d, m, n, "rss_selected", few, shift=shift, candidates=candidates)


def _grid(sizes: str) -> Iterator[Cell]:
    if sizes == "quick":
        labelled = tuple(4 * 2**k for k in range(7))
        yield from _curves(50, labelled, (0, 10, 100, 1000), 60)
        yield from _curves(50, labelled, (10000,), 20)
        yield from _table({10: (10, 100, 1000)}, POSTER_SHIFTS, 20, 6, 8)
    elif sizes == "paper":
        yield from _table(PRINTED_SIZES, PUBLISHED_SHIFTS, 200, 50, 32)
        yield _cell(200, 10000, 0, "plug_in", 200)
        yield from _curves(200, (5, *(10 * 2**k for k in range(11))), (0, 10, 100, 1000, 10000), 200)
    elif sizes == "gpu":
        yield from _curves(1000, (10, 30, 100, 300, 1000, 3000, 10000), (0, 100, 1000, 10000, 100000), 200)
    else:
        raise ValueError(f"sizes are quick, paper or gpu, got {sizes!r}")


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size, each once.

    Parameters
    ----------
    sizes : str
        "quick" (d = 50, and a corner of the table), "paper" (d = 200: the authors' table, and curves) or "gpu"
        (d = 1000, n up to 10^5).

    Raises
    ------
    ValueError
        If it is none of them.
    """
    seen: list[Cell] = []
    for cell in _grid(sizes):
        if cell not in seen:
            seen.append(cell)
            yield cell


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Train the learner of a cell on its replicates.

    Returns
    -------
    dict
        ``error`` and ``alignment`` (mean cos^2 with the mean direction), their standard errors, and ``errors``, the
        exact error of each replicate.

    Raises
    ------
    ValueError
        If the learner is unknown, or a number out of range.
    """
    name, replicates = cell["learner"], cell["replicates"]
    if name != BEST_OF_COINS and name not in LEARNERS:
        raise ValueError(f"a learner is one of {', '.join((*LEARNERS, BEST_OF_COINS))}, got {name!r}")
    if name in LABELLED_ONLY and (cell["unlabelled"] or cell["shift"]):
        raise ValueError(f"learner {name!r} sees no unlabelled points: unlabelled and shift must be 0")
    if replicates < 2:
        raise ValueError(f"replicates must be at least 2, for a standard error, got {replicates!r}")
    found = list(_outcomes(name, cell, backend))
    errors = np.concatenate([to_numpy(part.errors) for part in found])
    alignments = np.concatenate([to_numpy(part.alignments) for part in found])
    return {
        "error": float(errors.mean()),
        "error_se": float(errors.std(ddof=1) / math.sqrt(replicates)),
        "alignment": float(alignments.mean()),
        "alignment_se": float(alignments.std(ddof=1) / math.sqrt(replicates)),
        "errors": errors,
    }


def _outcomes(name: str, cell: Cell, backend: Backend | None) -> Iterator[Outcome]:
    world = World(cell["dimension"], cell["separation"], cell["shift"])
    task = Task(world, cell["seed"], cell["candidates"])
    if name == BEST_OF_COINS:
        yield best_of_coins(task, range(cell["replicates"]), backend=backend)
        return
    sizes = cell["labelled"], cell["unlabelled"]
    for sample in world.samples(cell["seed"], cell["replicates"], *sizes, backend=backend):
        yield outcome(name, sample, task)


SIMULATOR = Simulator(
    name="ood_unlabeled",
    says="Gaussian pair, m labelled and n unlabelled points, the latter out of domain: errors of linear learners",
    papers=("ood_unlabeled",),
    cells=cells,
    run=run,
    modules=("experiments.gaussian_mixture.ood_unlabeled.simulator",),
    figure="paper_figs.ood_unlabeled_error",
)
"""The simulator of ``lossproof simulate ood_unlabeled``."""
