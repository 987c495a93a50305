r"""The simulator ``dual_head``: angles between the gradients of two losses in distillation, with one head and with two.

Free features H and classifiers, K balanced classes. The losses are the mean cross-entropy of the logits W H and the
mean of the binary divergences :math:`\sum_k KL(\sigma(t_k)\|\sigma(s_k))` of the logits s = V H from those t of a
teacher, which are a simplex ETF: ``teacher`` for the class and ``-teacher/(K-1)`` for the others. With one head V = W;
with two, V is an auxiliary head of its own, so that the losses meet in the features (the backbone) alone. Students
start at a simplex ETF, the same for both heads, with noise, through which the logits of one head leave those of sum
zero late in training.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.grids import size_of
from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.arguments import whole
from theory.arrays import quiet
from theory.collapse.deep_linear.geometry import simplex_etf
from theory.elementary import softmax

__all__ = ["SIMULATOR", "cells", "run"]

SEED = 1
TEACHER = 4.0

Cell = dict[str, Any]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: students from below and above the scale of the teacher, with one head and with two.

    Raises
    ------
    ValueError
        If the size is neither "quick" nor "paper".
    """
    steps = size_of({"quick": 2000, "paper": 20_000}, sizes)
    for heads in (1, 2):
        for student in (1.0, 8.0):
            cell = {"heads": heads, "student": student, "teacher": TEACHER, "classes": 10, "size": 5}
            yield cell | {"decay": 1e-4, "rate": 1.0, "noise": 0.02, "steps": steps, "seed": SEED}


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell: gradient descent on the sum of the two losses and of the decays.

    Returns
    -------
    dict
        Over recorded steps: ``step``; ``scale``, the mean logit of the own class less that of the others, times
        (K-1)/K, of the head that the teacher teaches; ``head`` (with two heads not a number) and ``backbone``, the
        cosines of the gradients of the two losses by the head and by the features; ``lengths`` (steps, 2), of the
        gradients by the features.

    Raises
    ------
    ValueError
        If there are neither one nor two heads, or a number is out of range.
    """
    if cell["heads"] not in (1, 2):
        raise ValueError(f"heads must be 1 or 2, got {cell['heads']!r}")
    if not cell["student"] >= 0:
        raise ValueError(f"student must be at least 0, got {cell['student']!r}")
    classes, size, steps = (
        whole(name, cell[name], least) for name, least in (("classes", 2), ("size", 1), ("steps", 1))
    )
    home = backend_named("numpy") if backend is None else backend
    rate, decay, xp = cell["rate"], cell["decay"], home.xp
    samples, balanced = classes * size, np.repeat(np.eye(classes), size, axis=1)
    heads, features = _student(cell, balanced, home)
    own = home.asarray(balanced)
    taught = _sigmoid(xp, cell["teacher"] * (classes * own - 1) / (classes - 1))
    shown = {0, *np.unique(np.geomspace(1, steps, 60).round().astype(int)).tolist()}
    found: dict[str, list[Any]] = {name: [] for name in ("scale", "head", "backbone", "lengths")}
    for step in range(steps + 1):
        logits, across = [head @ features for head in heads], features.T
        backs = (softmax(xp, logits[0].T).T - own) / samples, (_sigmoid(xp, logits[-1]) - taught) / samples
        by_head = backs[0] @ across, backs[1] @ across
        by_features = heads[0].T @ backs[0], heads[-1].T @ backs[1]
        if step in shown:
            found["scale"].append(_scale(logits[-1], own))
            found["head"].append(_cosine(*by_head) if len(heads) == 1 else xp.nan * found["scale"][-1])
            found["backbone"].append(_cosine(*by_features))
            found["lengths"].append(xp.stack([xp.sqrt(xp.sum(part * part)) for part in by_features]))
        pulls = by_head if len(heads) == 2 else (by_head[0] + by_head[1],)
        heads = [head - rate * (pull + decay * head) for head, pull in zip(heads, pulls, strict=True)]
        features = features - rate * (by_features[0] + by_features[1] + decay * features)
    return {"step": np.asarray(sorted(shown))} | {name: to_numpy(xp.stack(kept)) for name, kept in found.items()}


def _student(cell: Cell, own: Array, home: Backend) -> tuple[list[Array], Array]:
    """Return heads and features that are simplex ETFs up to noise, with logits of the student's scale."""
    length = cell["student"] ** 0.5
    frame = simplex_etf(cell["classes"], cell["classes"])
    noise = Stream.named(cell["seed"], "dual head")
    rows = noise.normal(cell["heads"], frame.shape, backend=home) * cell["noise"]
    shift = noise.normal(1, own.shape, offset=1 << 20, backend=home)[0, ...] * cell["noise"]
    exact, features = home.asarray(length * frame), home.asarray(length * frame.T @ own)
    return [exact + rows[head, ...] for head in range(cell["heads"])], features + shift


def _scale(logits: Array, own: Array) -> Array:
    (classes, samples), xp = own.shape, namespace(own)
    inside = xp.sum(logits * own) / samples
    outside = xp.sum(logits * (1 - own)) / (samples * (classes - 1))
    return (inside - outside) * (classes - 1) / classes


@quiet
def _cosine(first: Array, second: Array) -> Array:
    """Return the cosine, not a number if one of them is zero."""
    xp = namespace(first)
    return xp.sum(first * second) / (xp.sqrt(xp.sum(first * first)) * xp.sqrt(xp.sum(second * second)))


def _sigmoid(xp: Any, values: Array) -> Array:
    return 0.5 + 0.5 * xp.tanh(0.5 * values)  # differences count, not digits near 0: half the time of the exact form


SIMULATOR = Simulator(
    name="dual_head",
    says="distillation with one head and with two: conflict of gradients in head and features along training",
    papers=("dual_head_kd",),
    cells=cells,
    run=run,
    modules=("experiments.neural_collapse.dual_head",),
    sizes=("quick", "paper"),
    figure="paper_figs.dual_head_conflict",
)
"""The simulator of ``lossproof simulate dual_head``."""
