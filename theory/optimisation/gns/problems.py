r"""Problems for `theory.optimisation.gns.newton.minimise`: the function, its matrix H, and what is proved about gamma.

H is the Hessian (`logistic`), the weighted Gauss-Newton matrix (`log_sum_exp`), or Gauss-Newton with the Fisher term
(`equations`, of which `rosenbrock` and `chebyshev` are instances).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from theory.arguments import whole
from theory.arrays import Array as AnyArray
from theory.arrays import device_of, namespace
from theory.optimisation.gns.newton import Problem
from theory.optimisation.gns.smoothness import harmonic, self_concordant_radius

__all__ = ["LogisticLoss", "chebyshev", "equations", "log_sum_exp", "logistic", "rosenbrock", "without_curvature"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class LogisticLoss:
    r"""Mean logistic loss plus :math:`\tfrac12` ridge :math:`\|x\|^2`, for arrays of any namespace, not looked at.

    Attributes
    ----------
    rows : array, shape (n, d)
        Features times their labels, -1 or 1.
    ridge : float
    """

    rows: AnyArray
    ridge: float

    def value(self, x: AnyArray) -> AnyArray:
        """Return the value, of shape (), at a point (d,)."""
        xp, margins = namespace(x), -(self.rows @ x)
        return xp.mean(xp.logaddexp(xp.zeros_like(margins), margins)) + self.ridge * (x @ x) / 2

    def gradient(self, x: AnyArray) -> AnyArray:
        """Return the gradient (d,)."""
        return -(self.rows.T @ self._wrong(x)) / self.rows.shape[0] + self.ridge * x

    def curvature(self, x: AnyArray) -> AnyArray:
        """Return the Hessian (d, d)."""
        p = self._wrong(x)
        return (self.rows.T * (p * (1 - p))) @ self.rows / self.rows.shape[0] + self._penalty

    @cached_property
    def _penalty(self) -> AnyArray:
        rows = self.rows
        return self.ridge * namespace(rows).eye(rows.shape[1], dtype=rows.dtype, device=device_of(rows))

    def _wrong(self, x: AnyArray) -> AnyArray:
        """Return the probability of the other label, without overflow."""
        xp, margins = namespace(x), self.rows @ x
        return xp.exp(-xp.logaddexp(xp.zeros_like(margins), margins))


def _require_finite(name: str, numbers: Array) -> None:
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be finite, got {numbers[~np.isfinite(numbers)][0]}")


def logistic(features: Any, labels: Any, *, ridge: float = 0.0) -> Problem:
    r"""Return mean logistic loss plus :math:`\tfrac12` ridge :math:`\|x\|^2`, H its Hessian.

    It is M-quasi-self-concordant with M the largest norm of a row, so that gamma >= c/M.

    Parameters
    ----------
    features : array, shape (n, d)
    labels : array, shape (n,)
        -1 or 1.
    ridge
        At least 0.

    Raises
    ------
    ValueError
        If a shape or a label is wrong, a number is not finite, or ridge is negative.

    Examples
    --------
    >>> problem = logistic([[1.0], [1.0]], [1, -1], ridge=1.0)
    >>> round(problem.value(np.zeros(1)), 6), problem.curvature(np.zeros(1)).tolist()
    (0.693147, [[1.25]])
    """
    A, y = np.asarray(features, dtype=float), np.asarray(labels, dtype=float)
    if A.ndim != 2 or y.shape != A.shape[:1] or not A.size or not np.all(np.abs(y) == 1):
        raise ValueError(f"features (n, d) and labels -1 or 1, shape (n,), are needed, got {A.shape} and {y.shape}")
    _require_finite("features", A)
    if not 0 <= ridge < math.inf:
        raise ValueError(f"ridge must be at least 0 and finite, got {ridge!r}")
    loss = LogisticLoss(y[:, None] * A, ridge)
    known = self_concordant_radius(max(float(np.linalg.norm(A, axis=1).max()), 1e-300))

    return Problem("logistic regression", lambda x: float(loss.value(x)), loss.gradient, loss.curvature,
                   np.zeros(A.shape[1]), True, None, lambda x, norm: known)  # fmt: skip


def log_sum_exp(rows: Any, shifts: Any, *, mu: float = 0.1) -> Problem:
    r"""Return :math:`\mu\log\sum_i\exp((\langle a_i,x\rangle-b_i)/\mu)`, its rows moved so that 0 is the minimiser.

    :math:`H=A^\top\mathrm{diag}(p)A/\mu` leaves out :math:`-gg^\top/\mu`, so that it is larger than the Hessian by a
    matrix of norm :math:`\|g\|^2/\mu`. The function is M-quasi-self-concordant, M the largest distance of two rows over
    mu; by the harmonic rule :math:`\gamma\ge(M/c+\|g\|/\mu)^{-1}`.

    Parameters
    ----------
    rows : array, shape (n, d)
    shifts : array, shape (n,)
    mu
        Positive.

    Raises
    ------
    ValueError
        If a shape is wrong, a number is not finite, or mu is not positive.

    Examples
    --------
    >>> problem = log_sum_exp([[1.0], [-1.0]], [0.0, 0.0], mu=1.0)
    >>> round(problem.minimum, 6), problem.gradient(np.zeros(1)).tolist()
    (0.693147, [0.0])
    """
    A, b = np.asarray(rows, dtype=float), np.asarray(shifts, dtype=float)
    if A.ndim != 2 or b.shape != A.shape[:1] or not A.size:
        raise ValueError(f"rows (n, d) and shifts (n,) are needed, got {A.shape} and {b.shape}")
    _require_finite("rows", A)
    _require_finite("shifts", b)
    if not 0 < mu < math.inf:
        raise ValueError(f"mu must be positive and finite, got {mu!r}")

    def weights(z: Array) -> tuple[float, Array]:
        top = z.max()
        raised = np.exp((z - top) / mu)
        return float(top + mu * np.log(raised.sum())), raised / raised.sum()

    minimum, at_zero = weights(-b)
    A = A - at_zero @ A
    distance = max(float(np.linalg.norm(A - row, axis=1).max()) for row in A)

    def gradient(x: Array) -> Array:
        return np.asarray(A.T @ weights(A @ x - b)[1])

    def curvature(x: Array) -> Array:
        return np.asarray((A.T * weights(A @ x - b)[1]) @ A / mu)

    def radius(x: Array, norm: float) -> float:
        return harmonic(self_concordant_radius(max(distance, 1e-300) / mu), mu / norm if norm > 0 else math.inf)

    return Problem("log-sum-exp", lambda x: weights(A @ x - b)[0], gradient, curvature, np.ones(A.shape[1]), True,
                   minimum, radius)  # fmt: skip


def equations(
    name: str, u: Callable[[Array], Array], jacobian: Callable[[Array], Array], start: Any, *, p: float = 2.0
) -> Problem:
    r"""Return :math:`f=\tfrac1p\|u(x)\|^p`, whose minimum is 0 where the equations u = 0 have a solution.

    :math:`H=\|u\|^{p-2}J^\top J+\frac{p-2}{\|u\|^p}\nabla f\nabla f^\top`: what the Hessian keeps of first derivatives.

    Raises
    ------
    ValueError
        If p is less than 2 or infinite.

    Examples
    --------
    >>> line = equations("line", lambda x: 2 * x, lambda x: 2 * np.eye(1), [1.0], p=3)
    >>> line.gradient(np.ones(1)).tolist(), line.curvature(np.ones(1)).tolist()
    ([8.0], [[16.0]])
    """
    if not 2 <= p < math.inf:
        raise ValueError(f"p must be at least 2 and finite, got {p!r}")

    def value(x: Array) -> float:
        return float(np.linalg.norm(u(x)) ** p / p)

    def gradient(x: Array) -> Array:
        residual = u(x)
        return np.asarray(np.linalg.norm(residual) ** (p - 2) * (jacobian(x).T @ residual))

    def curvature(x: Array) -> Array:
        residual, J = u(x), jacobian(x)
        size = float(np.linalg.norm(residual))
        along = J.T @ residual / size if size > 0 else np.zeros(J.shape[1])
        return np.asarray(size ** (p - 2) * (J.T @ J + (p - 2) * np.outer(along, along)))

    return Problem(name, value, gradient, curvature, np.asarray(start, dtype=float), False, 0.0)


def rosenbrock(*, p: float = 2.0) -> Problem:
    """Return the equations 1 - x = 0, 10 (y - x^2) = 0 from (-1.2, 1).

    Examples
    --------
    >>> round(rosenbrock().value(np.array([-1.2, 1.0])), 6)
    12.1
    """
    return equations(
        "Rosenbrock",
        lambda x: np.array([1 - x[0], 10 * (x[1] - x[0] ** 2)]),
        lambda x: np.array([[-1.0, 0.0], [-20 * x[0], 10.0]]),
        [-1.2, 1.0],
        p=p,
    )


def chebyshev(dimension: int = 4, *, p: float = 2.0) -> Problem:
    """Return the equations (x_1 - 1)/2 = 0, x_{i+1} = 2 x_i^2 - 1 from (-1, 1, ..., 1): a long curved valley.

    Raises
    ------
    ValueError
        If the dimension is not a whole number of at least 2.

    Examples
    --------
    >>> chebyshev(3).value(np.array([-1.0, 1.0, 1.0]))
    0.5
    """
    dimension = whole("the dimension", dimension, 2)

    def jacobian(x: Array) -> Array:
        J = np.eye(dimension)
        J[0, 0] = 0.5
        J[range(1, dimension), range(dimension - 1)] = -4 * x[:-1]
        return J

    def u(x: Array) -> Array:
        return np.concatenate([[(x[0] - 1) / 2], x[1:] - 2 * x[:-1] ** 2 + 1])

    return equations("Chebyshev polynomials", u, jacobian, [-1.0, *[1.0] * (dimension - 1)], p=p)


def without_curvature(problem: Problem) -> Problem:
    """Return the problem with H = 0, for which the method is gradient descent with an adaptive step.

    Examples
    --------
    >>> without_curvature(rosenbrock()).curvature(np.ones(2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    size = len(problem.start)
    return replace(problem, curvature=lambda x: np.zeros((size, size)), radius=None)
