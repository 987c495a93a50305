"""Gradient flow of unconstrained-feature models from 256 starts at once, against a loop over the starts.

The loop is plain NumPy on matrices of one model, with the same method and the same rules for the steps as the flow of
the package: it does fewer rounds in all, since no model waits for the slowest. Both ends are compared.
"""

from __future__ import annotations

import importlib.util
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.flow import GROW, ROUNDING, SAFETY, SHRINK, flow
from experiments.streams import Stream

SEEDS, END, TOLERANCE, FIRST = 256, 100.0, 1e-3, 1e-3
DECAY, SPREAD, LOOPED = 1e-2, 0.5, 64
ENGINES = ("array", "numba") if importlib.util.find_spec("numba") else ("array",)
CASES = (("squared", 1, 3, 2), ("squared", 2, 3, 2), ("squared", 3, 4, 3), ("cross-entropy", 2, 4, 3))

Matrix = NDArray[np.float64]


class Single:
    """One model, the way one writes it for one: a list of matrices, and a loop over layers."""

    def __init__(self, classes: int, depth: int, size: int, loss: str) -> None:
        self.loss, self.samples = loss, classes * size
        self.targets = np.repeat(np.eye(classes), size, axis=1)
        self.shapes = Architecture(classes, depth, classes, loss).shapes(self.samples)
        self.edges = np.cumsum([0] + [rows * columns for rows, columns in self.shapes])

    def __call__(self, x: Matrix) -> tuple[float, Matrix]:
        """Return value and gradient."""
        pairs = zip(self.edges[:-1], self.edges[1:], self.shapes, strict=True)
        *weights, features = (x[a:b].reshape(shape) for a, b, shape in pairs)
        layers = [features]
        for matrix in weights:
            layers.append(matrix @ layers[-1])
        if self.loss == "squared":
            off = layers[-1] - self.targets
            value, back = np.sum(off * off) / (2 * self.samples), off / self.samples
        else:
            shifted = layers[-1] - layers[-1].max(axis=0)
            powers = np.exp(shifted)
            total = powers.sum(axis=0)
            value = np.sum(np.log(total) - np.sum(shifted * self.targets, axis=0)) / self.samples
            back = (powers / total - self.targets) / self.samples
        found = []
        for matrix, below in zip(weights[::-1], layers[-2::-1], strict=True):
            found.append((back @ below.T).ravel())
            back = matrix.T @ back
        gradient = np.concatenate([*found[::-1], back.ravel()])
        return value + DECAY / 2 * float(x @ x), gradient + DECAY * x


def loop(model: Single, x: Matrix, end: float) -> Matrix:
    """Follow the flow of one model to the end."""
    (value, gradient), left, step = model(x), end, FIRST
    while left > 0:
        trial = min(left, step)
        _, ahead = model(x - trial * gradient)
        change = trial / 2 * (gradient - ahead)
        there = x - trial * gradient + change
        found, slope = model(there)
        error = float(np.sqrt(change @ change)) / (TOLERANCE * (1 + float(np.sqrt(x @ x))))
        factor = SAFETY / np.sqrt(min(max(error, SAFETY**2 / GROW**2), SAFETY**2 / SHRINK**2))
        if error <= 1 and found <= value + ROUNDING * (1 + abs(value)):
            step = trial * factor if trial >= step else max(trial * factor, step)
            x, value, gradient, left = there, found, slope, left - trial
        else:
            step = trial * min(factor, 0.5)
    return x


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    rows, seeds, looped, end = [], 4 if smoke else SEEDS, 2 if smoke else LOOPED, 2.0 if smoke else END
    for loss, depth, classes, size in CASES[: 1 if smoke else None]:
        model = Single(classes, depth, size, loss)
        setting = Setting((size,) * classes, (DECAY,) * depth, DECAY)
        energy = Energy.of(Architecture(classes, depth, classes, loss), [setting] * seeds)
        starts = SPREAD * np.asarray(Stream(depth).normal(seeds, energy.parameters))
        begin = time.perf_counter()
        one_by_one = np.stack([loop(model, start, end) for start in starts[:looped]])
        slow = (time.perf_counter() - begin) * seeds / looped
        for engine in ENGINES:
            fast = []
            for _ in range(4):  # the first may compile
                begin = time.perf_counter()
                (state,) = flow(energy, starts, [end], tolerance=TOLERANCE, first=FIRST, engine=engine)
                fast.append(time.perf_counter() - begin)
            off = float(np.max(np.abs(np.asarray(state.x)[:looped] - one_by_one)))
            sizes = f"M = {depth}, K = {classes}, {size} a class; {seeds} starts to time {end:g}"
            note = f"loop scaled from {looped} starts; ends differ by {off:.0e}"
            name = f"gradient flow, {loss}, {engine}"
            rows.append(Row(name, min(fast), slow, "loop over the starts", sizes, note, scaled=True))
    return rows
