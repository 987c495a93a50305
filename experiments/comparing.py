"""Small cells of every simulator that can be told where to compute, and how far two results lie apart."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.simulator import Cell, Simulator, find, installed

__all__ = ["INTERPOLATION", "ROUNDING", "TOLERANCES", "array_simulators", "distance", "kinds_of", "tolerance_of"]

TOLERANCES = {"neural_collapse": 1e-6, "dis_vs_gen": 1e-7}
"""Simulator -> allowed `distance`, where iterations that stop by a rule let rounding grow; for others `ROUNDING`."""

ROUNDING = 1e-9
"""Allowed where all comes by a fixed number of operations: 1e7 roundings of 1e-16, if all went in one direction."""

INTERPOLATION = 1e-7
"""Allowed for a few replicates of interpolation at independent points: condition numbers grow without bound."""

_SMALL = {"replicates": 3, "starts": 2, "horizon": 300, "times": 4, "last": 20.0}  # at most so many of each


def tolerance_of(name: str, cell: Cell) -> float:
    """Return the allowed `distance` between two back ends, for a cell of a simulator.

    Examples
    --------
    >>> tolerance_of("aggregate", {})
    1e-09
    """
    if name == "dis_vs_gen" and cell.get("learner") == "naive_bayes":
        return ROUNDING  # a closed form; errors can be as small as 1e-6
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
    """Return a small cell of each kind: of the quick grid the first that differs in a text or a yes or no."""
    found: dict[tuple[Any, ...], Cell] = {}
    for cell in simulator.grid("quick"):
        kind = tuple((key, value) for key, value in cell.items() if isinstance(value, str | bool))
        if kind not in found:
            found[kind] = {key: min(value, _SMALL[key]) if key in _SMALL else value for key, value in cell.items()}
    return list(found.values())


def distance(here: Mapping[str, Any], there: Mapping[str, Any]) -> float:
    """Return the largest difference of two results, as a share of the largest number of its array, or of 1 if larger.

    Infinity for texts, shapes or names that differ, and for a NaN or an infinity on one side alone.

    Examples
    --------
    >>> distance({"x": [1.0, 4.0]}, {"x": [1.0, 5.0]})
    0.2
    >>> distance({"x": 1.0}, {"y": 1.0})
    inf
    """
    if here.keys() != there.keys():
        return math.inf
    return max((_apart(here[key], there[key]) for key in here), default=0.0)


def _apart(a: Any, b: Any) -> float:
    x, y = np.asarray(a), np.asarray(b)
    if x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf":
        return 0.0 if x.shape == y.shape and np.array_equal(x, y) else math.inf
    x, y = x.astype(np.float64), y.astype(np.float64)
    if x.shape != y.shape:
        return math.inf
    finite = np.isfinite(x) & np.isfinite(y)
    if not np.array_equal(x[~finite], y[~finite], equal_nan=True):
        return math.inf
    x, y = x[finite], y[finite]
    return float(np.max(np.abs(x - y), initial=0.0)) / max(1.0, float(np.max(np.abs(y), initial=0.0)))
