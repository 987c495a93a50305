r"""Self-training on unlabelled data: plain, and distributionally robust.

Plain: from the labelled plug-in direction, pseudo-labels ``s_j = sign <theta, u_j>``, and the mean of ``s_j u_j`` as
the next direction. Robust: a direction that minimises the mean loss of the labelled points plus a multiple of the
mean worst-case loss of the pseudo-labelled ones. For the hinge loss and the cost ``gamma |u' - u|^2`` of moving a point
the worst case is closed (:func:`theory.mixtures.robust.robust_hinge`): the adversary moves u by ``-y theta/(2 gamma)``
or not at all. For the logistic loss the adversary moves u within a ball instead, and the worst case is
``log(1 + exp(-(y <theta, u> - radius |theta|)))``.

The algorithm of the paper was not read for this module: it is a convex derived form of its dual, with pseudo-labels
held fixed within a round. The losses of the authors' poster are in
:mod:`experiments.gaussian_mixture.ood_unlabeled.rss`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, device_of, namespace
from experiments.gaussian_mixture.logistic import check_converged
from experiments.gaussian_mixture.naive_bayes import check_finite, check_sample
from experiments.gaussian_mixture.newton import in_chunks, minimise
from experiments.gaussian_mixture.pca import check_unlabelled
from experiments.gaussian_mixture.plug_in import plug_in, signs
from experiments.gaussian_mixture.rules import Rule, working_memory
from theory.arguments import whole
from theory.elementary import logistic, softplus

__all__ = ["fit_robust", "pseudo_signs", "robust_self_training", "self_training"]

ROUNDED = 0.02  # the hinge is rounded over so much of the margin, its value by at most 0.02 log 2
SMALL = 1e-12  # |theta|^2 plus this much, so that |theta| has derivatives at 0


def pseudo_signs(theta: Array, unlabelled: Array) -> Array:
    """Return ``sign <theta, u_j>`` in {-1, 1}, 1 at 0, for theta (R, d) and points (R, n, d): shape (R, n).

    Examples
    --------
    >>> import numpy as np
    >>> pseudo_signs(np.asarray([[1.0, 0.0]]), np.asarray([[[-2.0, 5.0], [0.0, 1.0]]])).tolist()
    [[-1.0, 1.0]]
    """
    xp = namespace(theta, unlabelled)
    scores = (unlabelled @ theta[..., None])[..., 0]
    return xp.where(scores >= 0, xp.ones_like(scores), -xp.ones_like(scores))


def self_training(
    features: Array, labels: Array, *, unlabelled: Array, rounds: int = 1, with_labelled: bool = False
) -> Rule:
    """Return directions after rounds of self-training from the labelled plug-in direction.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
        Labels 0 or 1.
    unlabelled : array, shape (R, n, d)
    rounds : int
        0 is the plug-in rule.
    with_labelled : bool
        Average over the labelled points too, with their own labels.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, u = np.asarray([[[1.0, 0.0]]]), np.asarray([[1]]), np.asarray([[[2.0, 2.0], [-4.0, 0.0]]])
    >>> self_training(x, y, unlabelled=u).weights.tolist()
    [[3.0, 1.0]]
    """
    xp = check_sample(features, labels, 2)
    check_unlabelled(features, unlabelled)
    rounds = whole("rounds", rounds, 0)
    first = plug_in(features, labels).weights
    m, n = int(features.shape[1]), int(unlabelled.shape[1])
    theta = first
    for _ in range(rounds):
        mean = (pseudo_signs(theta, unlabelled)[:, None, :] @ unlabelled)[:, 0, :] / n
        check_finite(xp, mean)
        theta = (m * first + n * mean) / (m + n) if with_labelled else mean
    return Rule(theta, xp.zeros_like(theta[:, 0]))


def robust_self_training(
    features: Array,
    labels: Array,
    *,
    unlabelled: Array,
    loss: str = "hinge",
    gamma: float = 1.0,
    radius: float = 0.5,
    weight: float = 1.0,
    rounds: int = 1,
) -> Rule:
    """Return robust self-training rules; see :func:`fit_robust`.

    Raises
    ------
    ArithmeticError
        If a fit did not converge.
    """
    rule, converged = fit_robust(
        features, labels, unlabelled=unlabelled, loss=loss, gamma=gamma, radius=radius, weight=weight, rounds=rounds
    )
    check_converged(converged)
    return rule


def fit_robust(
    features: Array,
    labels: Array,
    *,
    unlabelled: Array,
    loss: str = "hinge",
    gamma: float = 1.0,
    radius: float = 0.5,
    weight: float = 1.0,
    rounds: int = 1,
    ridge: float = 1e-3,
    memory: int | None = None,
) -> tuple[Rule, Array]:
    """Minimise the labelled loss plus ``weight`` times the worst-case loss of pseudo-labelled points, for each sample.

    The hinge is rounded, ``t log(1 + exp(z/t))`` with t = 0.02, so that Newton applies: the objective is at most
    0.014 (1 + weight) too large.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
        Labels 0 or 1.
    unlabelled : array, shape (R, n, d)
    loss : str
        "hinge", with the price ``gamma`` > 0 of a squared unit of displacement, or "logistic", with ``radius`` >= 0.
    rounds : int
        Times that pseudo-labels are given: first by the plug-in rule, then by the last minimiser; at least 1.
    ridge : float
        Multiple of |theta|^2/2 that makes the minimum unique, > 0.
    memory : int
        Bytes of the data at a time; see :func:`experiments.gaussian_mixture.rules.working_memory`.

    Returns
    -------
    Rule
    array of bool, shape (R,)
        Which of the last minimisations converged.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, u = np.asarray([[[1.0, 0.0]]]), np.asarray([[1]]), np.asarray([[[2.0, 2.0], [-4.0, 0.0]]])
    >>> rule, converged = fit_robust(x, y, unlabelled=u)
    >>> bool(converged[0]), bool(rule.weights[0, 0] > rule.weights[0, 1] > 0)
    (True, True)
    """
    xp = check_sample(features, labels, 2)
    check_unlabelled(features, unlabelled)
    rounds = whole("rounds", rounds, 0)
    shape = _shape(loss, gamma, radius)
    if not (weight >= 0 and ridge > 0 and rounds >= 1):
        raise ValueError(f"weight >= 0, ridge > 0 and rounds >= 1 are needed, got {weight!r}, {ridge!r}, {rounds!r}")

    def part(start: int, stop: int) -> tuple[Array, ...]:
        x, y, u = features[start:stop, ...], labels[start:stop, :], unlabelled[start:stop, ...]
        theta = plug_in(x, y).weights
        labelled = x * signs(y, x)[..., None]
        for _ in range(rounds):
            doubtful = u * pseudo_signs(theta, u)[..., None]
            found = minimise(_Robust(labelled, doubtful, shape, weight, ridge), 0.0 * theta)
            theta = found.points
        return theta, found.converged

    d = int(features.shape[2])
    each = 8 * (d * int(features.shape[1] + unlabelled.shape[1]) + 3 * d * d)  # the points; Hessians and two copies
    theta, converged = in_chunks(part, int(features.shape[0]), each, working_memory(features, memory))
    return Rule(theta, xp.zeros_like(theta[:, 0])), converged


@dataclass(frozen=True)
class _Shape:
    """The loss ``t log(1 + exp(z/t))`` of ``z = start - margin + cost``, the cost quadratic or linear in |theta|."""

    start: float
    temperature: float
    quadratic: float  # of |theta|^2
    linear: float  # of |theta|


def _shape(loss: str, gamma: float, radius: float) -> _Shape:
    if loss == "hinge" and 0 < gamma < float("inf"):
        return _Shape(1.0, ROUNDED, 1 / (4 * gamma), 0.0)
    if loss == "logistic" and 0 <= radius < float("inf"):
        return _Shape(0.0, 1.0, 0.0, radius)
    given = f"{loss!r}, {gamma!r}, {radius!r}"
    raise ValueError(f"loss 'hinge' with gamma > 0 or 'logistic' with radius >= 0 is needed, got {given}")


@dataclass(frozen=True, eq=False)
class _Robust:
    """Convex in theta: an increasing convex loss of a convex function of theta."""

    labelled: Array  # (R, m, d), times their labels
    doubtful: Array  # (R, n, d), times their pseudo-labels
    shape: _Shape
    weight: float
    ridge: float

    def value(self, points: Array) -> Array:
        xp = namespace(points)
        squared = xp.sum(points * points, axis=-1)
        total = self.ridge / 2 * squared
        for data, share, cost in self._parts(points):
            z = self._excess(data, points, cost) / self.shape.temperature
            total = total + share * self.shape.temperature * xp.mean(softplus(xp, z), axis=-1)
        return total

    def derivatives(self, points: Array) -> tuple[Array, Array]:
        xp = namespace(points)
        unit = xp.eye(points.shape[-1], dtype=points.dtype, device=device_of(points))
        gradient, hessian = self.ridge * points, self.ridge * unit
        for robust, (data, share, cost) in enumerate(self._parts(points)):
            z = self._excess(data, points, cost) / self.shape.temperature
            slope = logistic(xp, z) * (share / data.shape[1])
            bend = slope * logistic(xp, -z) / self.shape.temperature
            cost_slope, cost_bend = self._cost_derivatives(points, unit)
            inner = (cost_slope[:, None, :] if robust else xp.zeros_like(points)[:, None, :]) - data  # dz/dtheta
            turned = xp.matrix_transpose(inner)
            gradient = gradient + (turned @ slope[..., None])[..., 0]
            hessian = hessian + turned @ (inner * bend[..., None])
            if robust:
                hessian = hessian + xp.sum(slope, axis=-1)[:, None, None] * cost_bend
        return gradient, hessian

    def take(self, index: Array) -> _Robust:
        xp = namespace(index)
        labelled, doubtful = (xp.take(data, index, axis=0) for data in (self.labelled, self.doubtful))
        return _Robust(labelled, doubtful, self.shape, self.weight, self.ridge)

    def _parts(self, points: Array) -> list[tuple[Array, float, Any]]:
        xp = namespace(points)
        squared = xp.sum(points * points, axis=-1, keepdims=True)
        cost = self.shape.quadratic * squared + self.shape.linear * xp.sqrt(squared + SMALL)
        return [(self.labelled, 1.0, 0.0), (self.doubtful, self.weight, cost)]

    def _excess(self, data: Array, points: Array, cost: Any) -> Array:
        return self.shape.start - (data @ points[..., None])[..., 0] + cost

    def _cost_derivatives(self, points: Array, unit: Array) -> tuple[Array, Array]:
        xp = namespace(points)
        norm = xp.sqrt(xp.sum(points * points, axis=-1, keepdims=True) + SMALL)
        direction = points / norm
        slope = 2 * self.shape.quadratic * points + self.shape.linear * direction
        across = (unit - direction[..., None] * direction[:, None, :]) / norm[..., None]
        return slope, 2 * self.shape.quadratic * unit + self.shape.linear * across
