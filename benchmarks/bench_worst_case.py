"""Worst cases of gradient descent: exact and certified, against a float answer of PEPit or the plain program.

The same question to both, sup f(x_N) - f* for step size 1/L. Ours is timed with building, both certificates and their
check; PEPit, where it is installed, with building and solving, else the plain semidefinite program in cvxpy.
Imports are warmed up first on both sides and not counted.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from fractions import Fraction
from typing import Any

import numpy as np

from benchmarks.rows import Row
from theory.online.worst_case import gradient_descent, optimised_gradient, projected_descent


def ours(steps: int, step_size: Any = 1) -> tuple[float, str]:
    """Return seconds and the result in words."""
    start = time.perf_counter()
    result = gradient_descent(steps, step_size).certify()
    return time.perf_counter() - start, str(result)


def pepit(steps: int) -> tuple[float, float]:
    """Return seconds and the float worst case of PEPit."""
    pep, functions = importlib.import_module("PEPit"), importlib.import_module("PEPit.functions")
    start = time.perf_counter()
    problem = pep.PEP()
    function = problem.declare_function(functions.SmoothConvexFunction, L=1.0)
    minimiser, point = function.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((point - minimiser) ** 2 <= 1)
    for _ in range(steps):
        point = point - function.gradient(point)
    problem.set_performance_metric(function(point) - function(minimiser))
    value = float(problem.solve(verbose=0))
    return time.perf_counter() - start, value


def plain(steps: int) -> tuple[float, float]:
    """Return seconds and the float worst case of the semidefinite program, written down in cvxpy."""
    cvxpy: Any = importlib.import_module("cvxpy")
    start = time.perf_counter()
    order = steps + 2
    points, gradients = np.zeros((order, order)), np.zeros((order, order))  # rows: the minimiser, x0, ..., xN
    for k in range(steps + 1):
        points[k + 1, 0], points[k + 1, 1 : k + 1], gradients[k + 1, k + 1] = 1, -1, 1
    gram, values = cvxpy.Variable((order, order), PSD=True), cvxpy.Variable(order)
    conditions = [values[0] == 0, gram[0, 0] <= 1]
    for i in range(order):
        for j in range(order):
            if i != j:
                product = np.outer(gradients[j], points[i] - points[j])
                change = gradients[i] - gradients[j]
                matrix = (product + product.T + np.outer(change, change)) / 2
                conditions.append(values[i] - values[j] >= cvxpy.sum(cvxpy.multiply(matrix, gram)))
    program = cvxpy.Problem(cvxpy.Maximize(values[order - 1]), conditions)
    value = float(program.solve(solver=cvxpy.CLARABEL))
    return time.perf_counter() - start, value


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    peer, solve = ("PEPit", pepit) if importlib.util.find_spec("PEPit") else ("plain program in cvxpy", plain)
    ours(1), ours(2, Fraction(8, 5)), solve(1)
    rows = []
    for steps in (2,) if smoke else (10, 20):
        exact, words = ours(steps)
        floating, value = solve(steps)
        note = f"{words}; theirs is off by {abs(value - 1 / (4 * steps + 2)):.1e}"
        rows.append(Row("gradient descent, certified", exact, floating, peer, f"{steps} steps of 1/L", note))
    for steps, step_size in (
        ((2, Fraction(19, 10)),) if smoke else ((20, Fraction(19, 10)), (40, 1), (40, Fraction(19, 10)))
    ):
        seconds, words = ours(steps, step_size)
        rows.append(Row("gradient descent, certified", seconds, sizes=f"{steps} steps of {step_size}/L", note=words))
    for rounds in (2,) if smoke else (20,):
        start = time.perf_counter()
        words = str(optimised_gradient(rounds).certify())
        rows.append(Row("optimised gradient", time.perf_counter() - start, sizes=f"{rounds} steps", note=words))
    for rounds in (2,) if smoke else (8, 20):
        start = time.perf_counter()
        words = str(projected_descent(rounds, "anytime").certify())
        rows.append(Row("projected descent", time.perf_counter() - start, sizes=f"{rounds} rounds", note=words))
    return rows
