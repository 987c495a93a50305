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
from numpy.typing import NDArray

from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.collapse.deep_linear.geometry import simplex_etf

__all__ = ["SIMULATOR", "cells", "run"]

SEED = 1
TEACHER = 4.0

Cell = dict[str, Any]
Floats = NDArray[np.float64]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: students from below and above the scale of the teacher, with one head and with two.

    Raises
    ------
    ValueError
        If the size is neither "quick" nor "paper".
    """
    steps = {"quick": 2000, "paper": 20_000}
    if sizes not in steps:
        raise ValueError(f"sizes are {', '.join(steps)}, got {sizes!r}")
    for heads in (1, 2):
        for student in (1.0, 8.0):
            cell = {"heads": heads, "student": student, "teacher": TEACHER, "classes": 10, "size": 5}
            yield cell | {"decay": 1e-4, "rate": 1.0, "noise": 0.02, "steps": steps[sizes], "seed": SEED}


def run(cell: Cell) -> dict[str, Any]:
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
        If there are neither one nor two heads.
    """
    if cell["heads"] not in (1, 2):
        raise ValueError(f"heads must be 1 or 2, got {cell['heads']!r}")
    classes, samples = cell["classes"], cell["classes"] * cell["size"]
    own = np.repeat(np.eye(classes), cell["size"], axis=1)
    taught = _sigmoid(cell["teacher"] * (classes * own - 1) / (classes - 1))
    heads, features = _student(cell, own)
    shown = {0, *np.unique(np.geomspace(1, cell["steps"], 60).round().astype(int)).tolist()}
    found: dict[str, list[Any]] = {name: [] for name in ("step", "scale", "head", "backbone", "lengths")}
    for step in range(cell["steps"] + 1):
        backs = (_softmax(heads[0] @ features) - own) / samples, (_sigmoid(heads[-1] @ features) - taught) / samples
        by_head = [back @ features.T for back in backs]
        by_features = [head.T @ back for head, back in zip((heads[0], heads[-1]), backs, strict=True)]
        if step in shown:
            found["step"].append(step)
            found["scale"].append(_scale(heads[-1] @ features, own))
            found["head"].append(_cosine(*by_head) if len(heads) == 1 else np.nan)
            found["backbone"].append(_cosine(*by_features))
            found["lengths"].append([np.sqrt(np.sum(part * part)) for part in by_features])
        pulls = by_head if len(heads) == 2 else [by_head[0] + by_head[1]]
        heads = [head - cell["rate"] * (pull + cell["decay"] * head) for head, pull in zip(heads, pulls, strict=True)]
        features = features - cell["rate"] * (by_features[0] + by_features[1] + cell["decay"] * features)
    return {name: np.asarray(values) for name, values in found.items()}


def _student(cell: Cell, own: Floats) -> tuple[list[Floats], Floats]:
    """Return heads and features that are simplex ETFs up to noise, with logits of the student's scale."""
    length = cell["student"] ** 0.5
    frame = simplex_etf(cell["classes"], cell["classes"])
    noise = Stream.named(cell["seed"], "dual head")
    rows = np.asarray(noise.normal(cell["heads"], frame.shape)) * cell["noise"]
    shift = np.asarray(noise.normal(1, own.shape, offset=1 << 20))[0] * cell["noise"]
    return [length * frame + row for row in rows], length * frame.T @ own + shift


def _scale(logits: Floats, own: Floats) -> float:
    classes, samples = own.shape
    inside = float(np.sum(logits * own)) / samples
    outside = float(np.sum(logits * (1 - own))) / (samples * (classes - 1))
    return (inside - outside) * (classes - 1) / classes


def _cosine(first: Floats, second: Floats) -> float:
    """Return the cosine, not a number if one of them is zero."""
    lengths = float(np.sqrt(np.sum(first * first)) * np.sqrt(np.sum(second * second)))
    return float(np.sum(first * second)) / lengths if lengths > 0 else float("nan")


def _sigmoid(values: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(values / 2))


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


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
