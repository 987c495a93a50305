"""The simulator ``directional_sharpness``: the gradient, its signs and the clipped gradient, each by its best step.

Every step is as long as is best in the quadratic model. On quadratics the decrease must then be the gain of the
direction; on logistic regression it may differ from it by the remainder of Taylor's formula. Both are asserted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.optimisation.directional_sharpness.directions import DIRECTIONS, best_step, direction, gain, sharpness
from theory.optimisation.gns.newton import Problem, minimise
from theory.optimisation.gns.problems import logistic

__all__ = ["LANDSCAPES", "SIMULATOR", "Landscape", "ModelViolated", "cells", "descend", "landscape_of", "run"]

SEED = 1
LANDSCAPES = ("diagonal", "rotated", "logistic")
_SIZES = {"quick": (20, 100), "paper": (100, 1000)}
_THIRD = 1 / (6 * math.sqrt(3))  # the largest third derivative of log(1 + e^z)

Cell = dict[str, Any]
Array = np.ndarray[Any, Any]


class ModelViolated(ArithmeticError):
    """A step decreased the function by more or less than the model and its remainder allow."""


@dataclass(frozen=True)
class Landscape:
    """A function with its Hessian, and a bound of the third derivative along a step (0 for quadratics)."""

    problem: Problem
    minimum: float
    remainder: Callable[[Array], float]


def landscape_of(name: str, *, dimension: int = 20, seed: int = SEED) -> Landscape:
    """Return a landscape.

    "diagonal": curvatures from 1 to 1000, from a normal start; "rotated": the same in random coordinates; "logistic":
    regression on features of sizes from 0.1 to 10, from 0.

    Raises
    ------
    ValueError
        If the name is unknown, or the dimension no int of at least 1.

    Examples
    --------
    >>> landscape_of("diagonal", dimension=2).problem.curvature(np.zeros(2)).tolist()
    [[1.0, 0.0], [0.0, 1000.0]]
    """
    if name not in LANDSCAPES:
        raise ValueError(f"the landscape must be one of {', '.join(LANDSCAPES)}, got {name!r}")
    if not isinstance(dimension, int) or dimension < 1:
        raise ValueError(f"dimension must be an int >= 1, got {dimension!r}")
    stream = Stream.named(seed, "directional_sharpness", name, dimension)
    if name == "logistic":
        return _regression(stream.normal(1, (20 * dimension, dimension + 1))[0])
    H = np.diag(np.logspace(0, 3, dimension))
    if name == "rotated":
        turn = np.linalg.qr(stream.normal(1, (dimension, dimension))[0])[0]
        H = turn @ H @ turn.T
        H = (H + H.T) / 2
    start = Stream.named(seed, "directional_sharpness", "start", dimension).normal(1, dimension)[0]
    problem = Problem(name, lambda x: float(x @ H @ x) / 2, lambda x: H @ x, lambda x: H, start, True, 0.0)
    return Landscape(problem, 0.0, lambda v: 0.0)


def _regression(drawn: Array) -> Landscape:
    dimension = drawn.shape[1] - 1
    scaled = drawn[:, :-1] * np.logspace(-1, 1, dimension)
    labels = np.where(drawn[:, :-1].sum(axis=1) / dimension**0.5 + drawn[:, -1] >= 0, 1.0, -1.0)
    problem = logistic(scaled, labels, ridge=1e-3)
    minimum = float(minimise(problem, tolerance=1e-11).values.min())
    return Landscape(problem, minimum, lambda v: _THIRD * float((np.abs(scaled @ v) ** 3).mean()))


def descend(landscape: Landscape, name: str, steps: int) -> dict[str, Array]:
    """Return the path of a direction with best steps; see `run`.

    Raises
    ------
    ModelViolated
        If a step's decrease differs from the gain by more than the remainder; names the step and the values.
    """
    problem, x = landscape.problem, np.asarray(landscape.problem.start, dtype=float)
    found: dict[str, list[float]] = {key: [] for key in ("gap", "sharpness", "share", "alignment", "remainder")}
    for step in range(steps):
        f, g, H = problem.value(x), problem.gradient(x), problem.curvature(x)
        if f - landscape.minimum <= 1e-12 * max(1.0, abs(f)):
            break
        v = direction(name, g)
        eta, gained = best_step(g, H, v), gain(g, H, v)
        x = x - eta * v
        decrease = f - problem.value(x)
        allowed = landscape.remainder(eta * v) / 6
        if abs(decrease - gained) > allowed * (1 + 1e-9) + 1e-10 * max(1.0, abs(f)):
            raise ModelViolated(f"{name}, step {step}: decrease {decrease!r}, model {gained!r}, remainder {allowed!r}")
        found["gap"].append(f - landscape.minimum)
        found["sharpness"].append(sharpness(H, v))
        found["share"].append(gained / (float(g @ np.linalg.solve(H, g)) / 2))
        found["alignment"].append(float(g @ v) / math.sqrt(float(g @ g) * float(v @ v)))
        found["remainder"].append(abs(decrease - gained))
    return {key: np.array(values) for key, values in found.items()}


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (20 coordinates, 100 steps) or "paper" (100 coordinates, 1000 steps).

    Raises
    ------
    ValueError
        If it is neither.
    """
    if sizes not in _SIZES:
        raise ValueError(f"sizes are {', '.join(_SIZES)}, got {sizes!r}")
    dimension, steps = _SIZES[sizes]
    for landscape in LANDSCAPES:
        for name in DIRECTIONS:
            yield {"landscape": landscape, "direction": name, "dimension": dimension, "steps": steps, "seed": SEED}


def run(cell: Cell) -> dict[str, Any]:
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
        If the landscape or the direction is unknown.
    """
    landscape = landscape_of(cell["landscape"], dimension=cell["dimension"], seed=cell["seed"])
    if cell["direction"] not in DIRECTIONS:
        raise ValueError(f"the direction must be one of {', '.join(DIRECTIONS)}, got {cell['direction']!r}")
    path = descend(landscape, cell["direction"], cell["steps"])
    start = landscape.problem.curvature(landscape.problem.start)
    return {**path, "trace": float(np.trace(start)) / cell["dimension"], "violations": 0}


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
