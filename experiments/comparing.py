"""Small cells of every simulator that can be told where to compute, and how far two results lie apart."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.simulator import Cell, Simulator, find, installed

__all__ = [
    "INTERPOLATION",
    "ROUNDING",
    "SCALES",
    "TOLERANCES",
    "array_simulators",
    "distance",
    "kinds_of",
    "tolerance_of",
]

TOLERANCES = {"neural_collapse": 1e-6, "dis_vs_gen": 1e-7, "directional_sharpness": 1e-6, "rpo": 1e-6}
"""Simulator -> allowed `distance`, where iterations that stop by a rule let rounding grow; for others `ROUNDING`.

Paths of ``directional_sharpness`` zigzag: 40 steps of a clipped gradient multiply a rounding by 1e6 (the seed compared)
to 1e10 (others). In ``rpo`` without an adversary only a barrier of 1e-12 says how high a group of actions lies that no
preference connects with the others: roundings of 1e-17 move its rewards by 1e-5, and the means by up to 2e-7.
"""

ROUNDING = 1e-9
"""Allowed where all comes by a fixed number of operations: 1e7 roundings of 1e-16, if all went in one direction."""

INTERPOLATION = 1e-7
"""Allowed for a few replicates of interpolation at independent points: condition numbers grow without bound."""

SCALES = {"largest_gap": 1.0, "least_oracle_slack": 1.0, "least_slack": 1.0, "regret_se": 1.0, "remainder": 1.0}
"""Name of a result -> the size of what it is a difference of (rewards, losses), where what is left may be rounding.

The slack of a pathwise inequality is the least over rounds of bound minus regret. Where it is an equality, as for
Newton's steps and for descent on strongly convex losses that are quadratic, rounding is all of it.
"""

_SWITCHES = ("heads", "scale")  # numbers that choose what is computed, as yes and no do: 1 or 2, and 0 or more
_TINY = 1e-300  # differences below are not told from 0
_SMALL = {
    "replicates": 3,
    "starts": 2,
    "train": 32,
    "test": 32,
    "horizon": 300,
    "times": 4,
    "last": 20.0,
    "steps": 40,
    "epochs": 3,
}  # at most so many of each


def tolerance_of(name: str, cell: Cell) -> float:
    """Return the allowed `distance` between two back ends, for a cell of a simulator.

    Examples
    --------
    >>> tolerance_of("aggregate", {})
    1e-09
    """
    if name == "dis_vs_gen" and cell.get("learner") == "naive_bayes":
        return ROUNDING  # a closed form; errors can be as small as 1e-6
    if name == "rpo" and cell.get("scale") != 0:
        return ROUNDING  # the adversary holds every action
    interpolates = name == "optimal_sampling" and cell["part"] == "points"
    if interpolates and cell["method"] in {"measure", "christoffel"}:
        return INTERPOLATION
    return TOLERANCES.get(name, ROUNDING)


def array_simulators() -> Iterator[Simulator]:
    """Yield the installed simulators that take a back end; of a checkout that is not installed, those it names."""
    references = installed()
    if not references:
        project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))
        references = project["project"]["entry-points"]["lossproof.simulators"]
    for reference in references.values():
        simulator = find(reference)
        if simulator.takes_backend:
            yield simulator


def kinds_of(simulator: Simulator) -> list[Cell]:
    """Return a small cell of each kind: of the quick grid the first that differs in a text or a switch."""
    found: dict[tuple[Any, ...], Cell] = {}
    for cell in simulator.grid("quick"):
        kind = tuple((key, value) for key, value in cell.items() if isinstance(value, str | bool) or key in _SWITCHES)
        if kind not in found:
            found[kind] = {key: min(value, _SMALL[key]) if key in _SMALL else value for key, value in cell.items()}
    return list(found.values())


def distance(here: Mapping[str, Any], there: Mapping[str, Any]) -> float:
    """Return the largest difference of two results, as a share of the largest number of its array, or of its `SCALES`.

    Infinity for whole numbers, yes or no and texts that differ at all, for shapes or names that do, and for a NaN or an
    infinity on one side alone.

    Examples
    --------
    >>> distance({"x": [1.0, 4.0]}, {"x": [1.0, 5.0]})
    0.2
    >>> distance({"x": [1e-9]}, {"x": [2e-9]})
    0.5
    >>> distance({"x": 1}, {"x": 2})
    inf
    """
    if here.keys() != there.keys():
        return math.inf
    return max((_apart(here[key], there[key], SCALES.get(key, _TINY)) for key in here), default=0.0)


def _apart(a: Any, b: Any, scale: float) -> float:
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape:
        return math.inf
    if not (x.dtype.kind in "biuf" and y.dtype.kind in "biuf" and "f" in x.dtype.kind + y.dtype.kind):
        return 0.0 if np.array_equal(x, y) else math.inf
    x, y = x.astype(np.float64), y.astype(np.float64)
    finite = np.isfinite(x) & np.isfinite(y)
    if not np.array_equal(x[~finite], y[~finite], equal_nan=True):
        return math.inf
    x, y = x[finite], y[finite]
    return float(np.max(np.abs(x - y), initial=0.0)) / max(scale, float(np.max(np.abs(y), initial=0.0)))
