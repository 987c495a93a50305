"""The simulator ``directional_sharpness``: the gradient, its signs and the clipped gradient, each by its best step.

Every step is as long as is best in the quadratic model. On quadratics the decrease must then be the gain of the
direction; on logistic regression it may differ from it by the remainder of Taylor's formula. Both are asserted.

Landscapes are made on the host. Paths are the back end's: the host learns whether one has ended every so many steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.grids import size_of
from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.arguments import whole
from theory.arrays import quiet
from theory.optimisation.directional_sharpness.directions import DIRECTIONS, Line, raw_direction
from theory.optimisation.gns.newton import minimise
from theory.optimisation.gns.problems import LogisticLoss, logistic

__all__ = ["LANDSCAPES", "SIMULATOR", "Landscape", "ModelViolated", "cells", "descend", "landscape_of", "run"]

SEED = 1
LANDSCAPES = ("diagonal", "rotated", "logistic")
_SIZES = {"quick": (20, 100), "paper": (100, 1000)}
_THIRD = 1 / (6 * math.sqrt(3))  # the largest third derivative of log(1 + e^z)

_RIDGE = 1e-3
_BLOCK = 50  # steps between two looks whether the path has ended

Cell = dict[str, Any]
Floats = NDArray[np.float64]


class ModelViolated(ArithmeticError):
    """A step decreased the function by more or less than the model and its remainder allow."""


@dataclass(frozen=True)
class Landscape:
    """A function with its derivatives at points (d,), and a bound of the third one along a step (0 for quadratics)."""

    value: Callable[[Array], Array]
    gradient: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    start: Array
    minimum: float
    remainder: Callable[[Array], Array]


def landscape_of(name: str, *, dimension: int = 20, seed: int = SEED, backend: Backend | None = None) -> Landscape:
    """Return a landscape on a back end.

    "diagonal": curvatures from 1 to 1000, from a normal start; "rotated": the same in random coordinates; "logistic":
    regression on features of sizes from 0.1 to 10, from 0.

    Raises
    ------
    ValueError
        If the name is unknown, or the dimension no whole number of at least 1.

    Examples
    --------
    >>> landscape_of("diagonal", dimension=2).curvature(np.zeros(2)).tolist()
    [[1.0, 0.0], [0.0, 1000.0]]
    """
    if name not in LANDSCAPES:
        raise ValueError(f"the landscape must be one of {', '.join(LANDSCAPES)}, got {name!r}")
    dimension = whole("dimension", dimension)
    home = backend_named("numpy") if backend is None else backend
    stream = Stream.named(seed, "directional_sharpness", name, dimension)
    if name == "logistic":
        return _regression(stream.normal(1, (20 * dimension, dimension + 1))[0], home)
    H = np.diag(np.logspace(0, 3, dimension))
    if name == "rotated":
        turn = np.linalg.qr(stream.normal(1, (dimension, dimension))[0])[0]
        H = turn @ H @ turn.T
        H = (H + H.T) / 2
    start = Stream.named(seed, "directional_sharpness", "start", dimension).normal(1, dimension)[0]
    there = home.asarray(H)
    return Landscape(lambda x: x @ there @ x / 2, lambda x: there @ x, lambda x: there, home.asarray(start), 0.0,
                     lambda v: 0.0 * v[0])  # fmt: skip


def _regression(drawn: Floats, home: Backend) -> Landscape:
    """Return `theory.optimisation.gns.problems.logistic` on a back end; its minimum is found on the host."""
    dimension = drawn.shape[1] - 1
    features = drawn[:, :-1] * np.logspace(-1, 1, dimension)
    labels = np.where(drawn[:, :-1].sum(axis=1) / dimension**0.5 + drawn[:, -1] >= 0, 1.0, -1.0)
    problem = logistic(features, labels, ridge=_RIDGE)
    minimum = float(minimise(problem, tolerance=1e-11).values.min())
    loss, xp = LogisticLoss(home.asarray(labels[:, None] * features), _RIDGE), home.xp

    def remainder(v: Array) -> Array:
        return _THIRD * xp.mean(xp.abs(loss.rows @ v) ** 3)

    return Landscape(loss.value, loss.gradient, loss.curvature, home.asarray(problem.start), minimum, remainder)


@quiet  # a path that has ended stays, and what is computed there is left out
def descend(landscape: Landscape, name: str, steps: int) -> dict[str, Floats]:
    """Return the path of a direction with best steps; see `run`.

    Raises
    ------
    ValueError
        If the direction is unknown, or the number of steps no whole number of at least 1.
    ModelViolated
        If a step's decrease differs from the gain by more than the remainder; names the step and the values.
    """
    steps = whole("steps", steps)
    x, rows = landscape.start, []
    f, xp = landscape.value(x), namespace(x)
    for step in range(steps):
        going = f - landscape.minimum > 1e-12 * xp.maximum(xp.abs(f), 1.0)
        if step % _BLOCK == 0 and not bool(going):
            break
        move, found = _step(landscape, name, x)
        there = landscape.value(x - move)
        allowed = landscape.remainder(move) / 6
        rows.append(xp.stack([xp.astype(going, f.dtype), f, f - there, allowed, *found]))
        x, f = xp.where(going, x - move, x), xp.where(going, there, f)
    return _path(landscape, name, to_numpy(xp.stack(rows)) if rows else np.zeros((0, 8)))


def _path(landscape: Landscape, name: str, rows: Floats) -> dict[str, Floats]:
    """Return the steps up to the end of the path, once all agree with the model."""
    rows = rows[: int(np.cumprod(rows[:, 0]).sum())]
    _, f, decrease, allowed, gained, sharp, share, alignment = rows.T
    apart = np.abs(decrease - gained)
    for step in np.flatnonzero(~(apart <= allowed * (1 + 1e-9) + 1e-10 * np.maximum(1.0, np.abs(f)))):
        given = f"decrease {decrease[step]:.17g}, model {gained[step]:.17g}, remainder {allowed[step]:.17g}"
        raise ModelViolated(f"{name}, step {step}: {given}")
    gap = f - landscape.minimum
    return {"gap": gap, "sharpness": sharp, "share": share, "alignment": alignment, "remainder": apart}


def _step(landscape: Landscape, name: str, x: Array) -> tuple[Array, list[Array]]:
    """Return the best step, its gain, the sharpness of its direction, the share of Newton's gain and the alignment."""
    xp, g, H = namespace(x), landscape.gradient(x), landscape.curvature(x)
    v = raw_direction(name, g)
    line = Line.of(g, H, v)
    gained = line.gain
    newton = g @ xp.linalg.solve(H, g[:, None])[:, 0] / 2
    alignment = g @ v / xp.sqrt((g @ g) * (v @ v))
    return line.best_step * v, [gained, line.sharpness, gained / newton, alignment]


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (20 coordinates, 100 steps) or "paper" (100 coordinates, 1000 steps).

    Raises
    ------
    ValueError
        If it is neither.
    """
    dimension, steps = size_of(_SIZES, sizes)
    for landscape in LANDSCAPES:
        for name in DIRECTIONS:
            yield {"landscape": landscape, "direction": name, "dimension": dimension, "steps": steps, "seed": SEED}


def run(cell: Cell, backend: Backend | None = None) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        For each step: ``gap``, f - f* before it; ``sharpness`` along the direction; ``share`` of Newton's gain that the
        direction has; ``alignment``, the cosine of its angle with the gradient; ``remainder``, the distance of
        decrease and gain. ``trace``, tr(H)/d at the start; ``violations``, 0: a step that contradicts the model is an
        error.

    Raises
    ------
    ValueError
        If the landscape or the direction is unknown, or a number is out of range.
    """
    home = backend_named("numpy") if backend is None else backend
    landscape = landscape_of(cell["landscape"], dimension=cell["dimension"], seed=cell["seed"], backend=home)
    path = descend(landscape, cell["direction"], cell["steps"])
    start = landscape.curvature(landscape.start)
    trace = float(home.xp.linalg.trace(start)) / cell["dimension"]
    return {**path, "trace": trace, "violations": 0}


SIMULATOR = Simulator(
    name="directional_sharpness",
    says="gradient, signs and clipped gradient by best steps: sharpness along the direction, gain and decrease",
    papers=("directional_sharpness",),
    cells=cells,
    run=run,
    modules=("experiments.optimisation.directional_simulator",),
    sizes=("quick", "paper"),
    figure="paper_figs.directional_paths",
)
"""The simulator of ``lossproof simulate directional_sharpness``."""
