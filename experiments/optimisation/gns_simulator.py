"""The simulator ``gns``: Newton's method regularised by the gradient's norm, with both tests of acceptance.

Each problem is run with its matrix H and with H = 0, with the constants 1/8 and 1/2 in the test. Every trial step is
held against the theory by `theory.optimisation.gns.newton.minimise`; a violation is an error.

It takes no back end: a cell is one path of one point of at most 50 unknowns, without replicates that could go at once,
and whether a trial step is accepted must be known before the next. An iteration, eigenvalues of H and some twenty small
operations, takes 0.05 to 0.4 ms of one core: no more than a device needs to start them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.grids import size_of
from experiments.simulator import Simulator
from experiments.streams import Stream
from theory.optimisation.gns.newton import CONVEX, PUBLISHED, Path, Problem, minimise
from theory.optimisation.gns.problems import chebyshev, log_sum_exp, logistic, rosenbrock, without_curvature

__all__ = ["PROBLEMS", "SIMULATOR", "cells", "problem_of", "run"]

SEED = 1
PROBLEMS = ("logistic", "log-sum-exp", "chebyshev", "rosenbrock")
_TESTS = {"1/8": PUBLISHED, "1/2": CONVEX}
_SIZES = {"quick": (10, (2.0,), 500), "paper": (50, (2.0, 3.0), 5000)}

Cell = dict[str, Any]


def problem_of(name: str, *, dimension: int = 10, p: float = 2.0, seed: int = SEED) -> Problem:
    """Return a problem; ``dimension`` is for the convex ones, which are random, ``p`` for the systems of equations.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> problem_of("rosenbrock").start.tolist()
    [-1.2, 1.0]
    """
    if name not in PROBLEMS:
        raise ValueError(f"the problem must be one of {', '.join(PROBLEMS)}, got {name!r}")
    if name == "rosenbrock":
        return rosenbrock(p=p)
    if name == "chebyshev":
        return chebyshev(4, p=p)
    stream = Stream.named(seed, "gns", name, dimension)
    if name == "log-sum-exp":
        drawn = 2 * stream.uniform(1, (10 * dimension, dimension + 1))[0] - 1
        return log_sum_exp(drawn[:, :-1], drawn[:, -1], mu=0.05)
    drawn = stream.normal(1, (10 * dimension, dimension + 1))[0]
    features = drawn[:, :-1] * np.logspace(-0.5, 0.5, dimension)
    noisy = features.sum(axis=1) / dimension**0.5 + drawn[:, -1]
    return logistic(features, np.where(noisy >= 0, 1.0, -1.0), ridge=1e-3)


def cells(sizes: str) -> Iterator[Cell]:
    """Yield the cells of a size: "quick" (10 unknowns, p = 2) or "paper" (50 unknowns, p = 2 and 3).

    Raises
    ------
    ValueError
        If it is neither.
    """
    dimension, powers, iterations = size_of(_SIZES, sizes)
    for problem in PROBLEMS:
        for p in powers if problem in {"chebyshev", "rosenbrock"} else (2.0,):
            for curvature in (True, False):
                for test in _TESTS:
                    yield {"problem": problem, "p": p, "dimension": dimension, "curvature": curvature, "test": test,
                           "iterations": iterations, "seed": SEED}  # fmt: skip


def run(cell: Cell) -> dict[str, Any]:
    """Run one cell.

    Returns
    -------
    dict
        ``gap``, f - f* before each iteration and at the end (f* is exact, or the least value of a run to a gradient
        norm of 1e-11); ``gradient_norm``; ``evaluations`` of the gradient up to there; ``gamma``; ``converged``, if the
        gradient norm came to 1e-8; ``convex``; ``least_slack`` of the test and ``violations``, 0: a step that
        contradicts the theory is an error.

    Raises
    ------
    ValueError
        If the problem or the test is unknown, or a number is out of range.
    """
    if cell["test"] not in _TESTS:
        raise ValueError(f"the test must be one of {', '.join(_TESTS)}, got {cell['test']!r}")
    problem = problem_of(cell["problem"], dimension=cell["dimension"], p=cell["p"], seed=cell["seed"])
    minimum = problem.minimum
    if minimum is None:
        minimum = float(minimise(problem, tolerance=1e-11).values.min())
    method = problem if cell["curvature"] else without_curvature(problem)
    path: Path = minimise(method, acceptance=_TESTS[cell["test"]], iterations=cell["iterations"])
    return {
        "gap": path.values - minimum,
        "gradient_norm": path.gradient_norms,
        "evaluations": path.evaluations,
        "gamma": path.gammas,
        "converged": path.converged,
        "convex": problem.convex,
        "least_slack": path.least_slack,
        "violations": 0,
    }


SIMULATOR = Simulator(
    name="gns",
    says="Newton steps regularised by the gradient norm: decrease and evaluations, with both tests of acceptance",
    papers=("gns",),
    cells=cells,
    run=run,
    modules=("experiments.optimisation.gns_simulator",),
    sizes=("quick", "paper"),
    figure="paper_figs.gns_decrease",
)
"""The simulator of ``lossproof simulate gns``."""
