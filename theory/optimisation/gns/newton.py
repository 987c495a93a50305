r"""Newton's method regularised by the gradient's norm, with adaptive search for gamma.

A step is :math:`h=-(H+\lambda)^{-1}g` with :math:`\lambda=\|g\|/\gamma`. It is accepted if it decreases f by at least
:math:`\kappa\|n\|^2/\lambda`, where n is the new gradient; then gamma is doubled, else halved. The published test has
:math:`\kappa=1/8`; for convex f :math:`\kappa=1/2` is as safe (claim ``gns.convex_progress``).

Every trial step is held against the theory, and a violation is an error that names the iteration: the step stays in
the ball and in the region; for convex f a small residual implies the decrease with 1/2; and a gamma below a proven
lower bound is never refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.arguments import whole
from theory.shown import Shown

__all__ = ["CONVEX", "PUBLISHED", "Path", "Problem", "ProgressViolated", "minimise"]

PUBLISHED, CONVEX = 1 / 8, 1 / 2
"""The constants of the acceptance test: published, and for convex functions."""

Array = np.ndarray[Any, Any]
_EPS = float(np.finfo(float).eps)
_LARGEST = 1e100  # of gamma: lengths of steps must have squares


class ProgressViolated(ArithmeticError):
    """A trial step contradicts the theory: the function is not what was declared, or its derivatives are wrong."""


@dataclass(frozen=True)
class Problem:
    """A function to minimise, with an approximation of its Hessian.

    Attributes
    ----------
    name
    value, gradient, curvature
        Of a point of shape (d,): f, its gradient, and H, positive semidefinite, shape (d, d).
    start : array, shape (d,)
    convex
        Whether f is convex; a false declaration is found out when a step contradicts it.
    minimum
        f*, if known.
    radius
        (point, gradient norm) -> a proven lower bound of gamma there, if there is one.
    """

    name: str
    value: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    curvature: Callable[[Array], Array]
    start: Array
    convex: bool
    minimum: float | None = None
    radius: Callable[[Array, float], float] | None = None


@dataclass(frozen=True)
class Path(Shown):
    """A run of K iterations.

    Attributes
    ----------
    values, gradient_norms : arrays, shape (K + 1,)
    gammas : array, shape (K,)
        Those of the accepted steps.
    trials : array, shape (K,)
        Trial steps of each iteration; each costs a value and a gradient.
    point : array, shape (d,)
        The last one.
    converged
        Whether the last gradient norm is at most the tolerance.
    least_slack
        Least decrease of an accepted step, rounding allowed for, less what its test demands, relative to the latter.
    """

    values: Array
    gradient_norms: Array
    gammas: Array
    trials: Array
    point: Array
    converged: bool
    least_slack: float

    @property
    def evaluations(self) -> Array:
        """Gradients computed up to each iterate, shape (K + 1,)."""
        return 1 + np.concatenate([[0], np.cumsum(self.trials)])


@dataclass(frozen=True)
class _Here:
    """What is known at an iterate; H = vectors diag(roots) vectors'."""

    iteration: int
    x: Array
    f: float
    g: Array
    norm: float
    roots: Array
    vectors: Array


@dataclass(frozen=True)
class _Trial:
    x: Array
    f: float
    g: Array
    lam: float
    decrease: float
    rounding: float

    @property
    def progress(self) -> float:
        """|n|^2/lam, the unit of progress."""
        return float(self.g @ self.g) / self.lam


def minimise(
    problem: Problem,
    *,
    acceptance: float = PUBLISHED,
    gamma: float = 1.0,
    tolerance: float = 1e-8,
    iterations: int = 1000,
    halvings: int = 100,
) -> Path:
    """Run the method until the gradient norm is at most the tolerance, or the iterations are used up.

    Parameters
    ----------
    problem
    acceptance
        The constant of the test, in (0, 1/2]. For a function that is not convex only 1/8 has a theorem.
    gamma
        First trial value, positive.
    tolerance
        Positive.
    iterations, halvings
        At most so many accepted steps, and so many refused ones in a row.

    Raises
    ------
    ValueError
        If a number is out of range, the start is not a vector, or the gradient there has another shape.
    ProgressViolated
        If a trial step contradicts the theory, H is not symmetric or has a negative eigenvalue, or f, its gradient or H
        is not finite at an iterate. (A trial step where f is not finite is refused.)

    Examples
    --------
    >>> square = Problem("x^2", lambda x: float(x @ x), lambda x: 2 * x, lambda x: np.eye(1), np.ones(1), True, 0.0)
    >>> path = minimise(square, acceptance=CONVEX)
    >>> path.converged, bool(np.all(np.diff(path.values) < 0))
    (True, True)
    """
    _check_options(acceptance, gamma, tolerance, iterations, halvings)
    x = np.asarray(problem.start, dtype=float)
    if x.ndim != 1 or not x.size or not np.all(np.isfinite(x)):
        raise ValueError(f"the start must be a vector of finite numbers, got shape {x.shape}")
    f, g = problem.value(x), np.asarray(problem.gradient(x), dtype=float)
    if g.shape != x.shape:
        raise ValueError(f"{problem.name}: the gradient must be of shape {x.shape}, got {g.shape}")
    if not (math.isfinite(f) and np.all(np.isfinite(g))):
        raise ProgressViolated(f"{problem.name}: f and its gradient must be finite at the start, got {f!r} and {g}")
    values, norms, slack = [f], [float(np.linalg.norm(g))], math.inf
    gammas: list[float] = []
    trials: list[int] = []
    while norms[-1] > tolerance and len(gammas) < iterations:
        here = _look(problem, len(gammas), x, f, g)
        trial, gamma, refused = _search(problem, here, gamma, acceptance, halvings)
        demand = acceptance * trial.progress
        slack = min(slack, (trial.decrease + trial.rounding - demand) / demand if demand > 0 else math.inf)
        gammas.append(gamma)
        trials.append(refused + 1)
        x, f, g, gamma = trial.x, trial.f, trial.g, min(2 * gamma, _LARGEST)
        values.append(f)
        norms.append(float(np.linalg.norm(g)))
    counts = np.array(trials, dtype=int)
    return Path(np.array(values), np.array(norms), np.array(gammas), counts, x, norms[-1] <= tolerance, slack)


def _search(problem: Problem, here: _Here, gamma: float, acceptance: float, halvings: int) -> tuple[_Trial, float, int]:
    """Halve gamma until a step is accepted; return the step, its gamma and how many were refused."""
    for refused in range(halvings + 1):
        trial = _try(problem, here, gamma)
        if trial.decrease >= acceptance * trial.progress - trial.rounding:
            return trial, gamma, refused
        _must_not_be_refused(problem, here, gamma, acceptance)
        gamma /= 2
    raise ProgressViolated(f"{problem.name}, iteration {here.iteration}: {halvings} halvings were not enough")


def _check_options(acceptance: float, gamma: float, tolerance: float, iterations: int, halvings: int) -> None:
    if not 0 < acceptance <= CONVEX:
        raise ValueError(f"acceptance must lie in (0, 1/2], got {acceptance!r}")
    for name, number in (("gamma", gamma), ("tolerance", tolerance)):
        if not (number > 0 and math.isfinite(number)):
            raise ValueError(f"{name} must be positive and finite, got {number!r}")
    if gamma > _LARGEST:
        raise ValueError(f"gamma must be at most {_LARGEST}, got {gamma!r}")
    for name, count in (("iterations", iterations), ("halvings", halvings)):
        whole(name, count)


def _look(problem: Problem, iteration: int, x: Array, f: float, g: Array) -> _Here:
    H = np.asarray(problem.curvature(x), dtype=float)
    if H.shape != 2 * x.shape or not np.all(np.isfinite(H)):
        raise ProgressViolated(f"{problem.name}, iteration {iteration}: H must be finite and of shape {2 * x.shape}")
    if np.abs(H - H.T).max() > 1e-9 * np.abs(H).max():
        raise ProgressViolated(f"{problem.name}, iteration {iteration}: H must be symmetric")
    roots, vectors = np.linalg.eigh(H)
    if roots[0] < -1e-9 * max(1.0, roots[-1]):
        raise ProgressViolated(f"{problem.name}, iteration {iteration}: H has the negative eigenvalue {roots[0]:.6g}")
    return _Here(iteration, x, f, g, float(np.linalg.norm(g)), np.maximum(roots, 0.0), vectors)


def _try(problem: Problem, here: _Here, gamma: float) -> _Trial:
    """Make the trial step, and hold it against what is proved about it."""
    lam = here.norm / gamma
    parts = -(here.vectors.T @ here.g) / (here.roots + lam)
    h, q = here.vectors @ parts, here.vectors @ (here.roots * parts)
    x = here.x + h
    f, n = problem.value(x), np.asarray(problem.gradient(x), dtype=float)
    where = f"{problem.name}, iteration {here.iteration}"
    if not (math.isfinite(f) and np.all(np.isfinite(n))):
        return _Trial(x, math.inf, np.full_like(n, np.inf), lam, -math.inf, 0.0)
    size = float(np.linalg.norm(h))
    if size > gamma * (1 + 1e-9) or q @ h > here.norm * size * (1 + 1e-9):
        raise ProgressViolated(f"{where}: the step of length {size!r} leaves the ball {gamma!r}, or the region")
    trial = _Trial(x, f, n, lam, here.f - f, 32 * _EPS * (abs(here.f) + abs(f)))
    residual = float(np.linalg.norm(n - here.g - q))
    if problem.convex and residual <= lam * size and trial.decrease < trial.progress / 2 * (1 - 1e-9) - trial.rounding:
        raise ProgressViolated(
            f"{where}: a decrease of {trial.decrease!r} where convexity demands {trial.progress / 2!r}"
        )
    return trial


def _must_not_be_refused(problem: Problem, here: _Here, gamma: float, acceptance: float) -> None:
    if problem.radius is None or not (problem.convex or acceptance <= PUBLISHED):
        return
    known = problem.radius(here.x, here.norm)
    if gamma <= known * (1 - 1e-9):
        raise ProgressViolated(
            f"{problem.name}, iteration {here.iteration}: gamma = {gamma!r} is refused though {known!r} is proved"
        )
