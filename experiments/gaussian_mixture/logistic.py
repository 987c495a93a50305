r"""Logistic regression with an l2 penalty for many samples at once, by damped Newton.

Two classes: ``sum_i log(1 + exp(-y_i (<w, x_i> + b))) + |w|^2 / (2 C)``, the intercept not penalised, the convention of
scikit-learn. More: the sum of the losses of the softmax plus ``sum_k |w_k|^2 / (2 C)``. The penalty makes the minimum
unique (but for a constant common to the intercepts of the softmax, fixed by their sum 0) and finite on separable data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, device_of, namespace
from experiments.gaussian_mixture.naive_bayes import check_sample
from experiments.gaussian_mixture.newton import in_chunks, minimise
from experiments.gaussian_mixture.rules import Rule, working_memory
from theory.arrays import quiet
from theory.elementary import softplus
from theory.shown import Shown

__all__ = ["LogisticFit", "fit_logistic", "logistic"]


@dataclass(frozen=True, eq=False)
class LogisticFit(Shown):
    """Fitted rules.

    Attributes
    ----------
    rule : Rule
        One score for two classes, K for more.
    converged : array of bool, shape (R,)
    """

    rule: Rule
    converged: Array


def logistic(features: Array, labels: Array, *, classes: int = 2, C: float = 1.0) -> Rule:
    """Return logistic-regression rules; see :func:`fit_logistic`.

    Raises
    ------
    ArithmeticError
        If a fit did not converge.
    """
    fit = fit_logistic(features, labels, classes=classes, C=C)
    check_converged(fit.converged)
    return fit.rule


def check_converged(converged: Array) -> None:
    """Check that all fits converged.

    Raises
    ------
    ArithmeticError
        If one did not.
    """
    xp = namespace(converged)
    if not bool(xp.all(converged)):
        lost = int(xp.count_nonzero(~converged))
        raise ArithmeticError(f"{lost} of {converged.shape[0]} fits did not converge: are all features finite?")


@quiet
def fit_logistic(
    features: Array,
    labels: Array,
    *,
    classes: int = 2,
    C: float = 1.0,
    limit: int = 200,
    memory: int | None = None,
) -> LogisticFit:
    """Fit logistic regression to each sample.

    Parameters
    ----------
    features : array, shape (R, m, d)
    labels : array, shape (R, m)
    C : float
        Inverse strength of the penalty, > 0 and finite.
    limit : int
        Newton steps at most.
    memory : int
        Bytes of the data that are worked on at a time; see :func:`experiments.gaussian_mixture.rules.working_memory`.

    Notes
    -----
    A class without points is never predicted: its intercept would go to minus infinity, where it is put; with one
    class only, the rule is constant. Features are centred within each sample before the fit, which changes nothing but
    rounding: the intercept is not penalised.

    Raises
    ------
    ValueError
        If shapes or labels are wrong, or C is not positive and finite.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.asarray([[[-2.0], [-1.0], [1.0], [2.0]]]), np.asarray([[0, 0, 1, 1]])
    >>> fit = fit_logistic(x, y)
    >>> round(float(fit.rule.weights[0, 0]), 6), bool(fit.converged[0])
    (1.006594, True)
    """
    xp = check_sample(features, labels, classes)
    if not 0 < C < float("inf"):
        raise ValueError(f"C must be positive and finite, got {C!r}")
    ones = xp.ones((*features.shape[:2], 1), dtype=features.dtype, device=device_of(features))

    def part(start: int, stop: int) -> tuple[Array, ...]:
        own = features[start:stop, ...]
        centre = xp.mean(own, axis=1, keepdims=True)
        extended = xp.concat([own - centre, ones[start:stop, ...]], axis=-1)
        if classes == 2:
            weights, bias, reached = _two(extended, labels[start:stop, :], C, limit)
            return weights, bias - xp.sum(weights * centre[:, 0, :], axis=-1), reached
        weights, bias, reached = _many(extended, labels[start:stop, :], classes, C, limit)
        return weights, bias - xp.sum(weights * centre, axis=-1), reached

    p = int(features.shape[2]) + 1
    several = 1 if classes == 2 else classes
    each = 8 * (int(features.shape[1]) * p * several + 3 * (several * p) ** 2)  # the points; Hessians and two copies
    points, bias, converged = in_chunks(part, int(features.shape[0]), each, working_memory(features, memory))
    return LogisticFit(Rule(points, bias), converged)


@dataclass(frozen=True, eq=False)
class _Binary:
    """Losses of signed points ``a_i = y_i (x_i, 1)``, so that the margin is <a_i, theta>."""

    signed: Array  # (R, m, p)
    penalty: Array  # (p,): 1/C, and 0 for the intercept

    def value(self, points: Array) -> Array:
        xp = namespace(points)
        margins = (self.signed @ points[..., None])[..., 0]
        return xp.sum(softplus(xp, -margins), axis=-1) + xp.sum(self.penalty * points * points, axis=-1) / 2

    def derivatives(self, points: Array) -> tuple[Array, Array]:
        xp = namespace(points)
        margins = (self.signed @ points[..., None])[..., 0]
        small = xp.exp(-xp.abs(margins))  # both sigmoids from one exponential
        wrong = xp.where(margins >= 0, small, xp.ones_like(small)) / (1 + small)
        curvature = small / (1 + small) ** 2
        transposed = xp.matrix_transpose(self.signed)
        gradient = -(transposed @ wrong[..., None])[..., 0] + self.penalty * points
        weighted = self.signed * curvature[..., None]
        unit = xp.eye(points.shape[-1], dtype=points.dtype, device=device_of(points))
        return gradient, transposed @ weighted + self.penalty * unit

    def take(self, index: Array) -> _Binary:
        return _Binary(namespace(index).take(self.signed, index, axis=0), self.penalty)


def _two(extended: Array, labels: Array, C: float, limit: int) -> tuple[Array, ...]:
    xp = namespace(extended)
    signs = 2 * xp.astype(labels, extended.dtype) - 1
    penalty = _penalty(xp, extended, C)
    start = xp.zeros((extended.shape[0], extended.shape[2]), dtype=extended.dtype, device=device_of(extended))
    balance = xp.mean(signs, axis=-1)
    single = xp.abs(balance) == 1
    # A sample of one class has no minimum; it is replaced by one that has, and its answer by the constant rule.
    signed = extended * xp.where(single[:, None], xp.zeros_like(signs), signs)[..., None]
    found = minimise(_Binary(signed, penalty), start, limit=limit)
    weights, bias = found.points[:, :-1], found.points[:, -1]
    constant = xp.where(balance > 0, xp.full_like(bias, float("inf")), xp.full_like(bias, -float("inf")))
    return weights, xp.where(single, constant, bias), found.converged


def _penalty(xp: Any, extended: Array, C: float) -> Array:
    index = xp.arange(extended.shape[-1], device=device_of(extended))
    return xp.astype(index < extended.shape[-1] - 1, extended.dtype) / C


@dataclass(frozen=True, eq=False)
class _Softmax:
    """Losses of K classes; theta holds K blocks of p; absent classes have probability 0 and stay at 0."""

    points: Array  # (R, m, p), the last feature 1
    member: Array  # (R, m, K), one-hot
    absent: Array  # (R, K), 0 or -inf
    penalty: Array  # (p,)

    def _log_probabilities(self, theta: Array) -> Array:
        xp = namespace(theta)
        scores = self.points @ xp.matrix_transpose(self._blocks(theta)) + self.absent[:, None, :]
        scores = scores - xp.max(scores, axis=-1, keepdims=True)
        return scores - xp.log(xp.sum(xp.exp(scores), axis=-1, keepdims=True))

    def _blocks(self, theta: Array) -> Array:
        return namespace(theta).reshape(theta, (theta.shape[0], self.member.shape[-1], self.points.shape[-1]))

    def _spread(self, theta: Array) -> tuple[Array, Array]:
        """Return the sum of the intercepts, (R, 1), and the direction (K p,) in which it grows."""
        xp = namespace(theta)
        last = xp.reshape(xp.astype(self.penalty == 0, theta.dtype), (1, -1))
        direction = xp.reshape(xp.broadcast_to(last, (self.member.shape[-1], last.shape[-1])), (-1,))
        return xp.sum(theta * direction, axis=-1, keepdims=True), direction

    def value(self, points: Array) -> Array:
        xp = namespace(points)
        logs = self._log_probabilities(points)
        loss = -xp.sum(xp.where(self.member > 0, logs, xp.zeros_like(logs)), axis=(-2, -1))
        blocks = self._blocks(points)
        shift, _ = self._spread(points)
        return loss + xp.sum(self.penalty * blocks * blocks, axis=(-2, -1)) / 2 + shift[:, 0] ** 2 / 2

    def derivatives(self, points: Array) -> tuple[Array, Array]:
        xp = namespace(points)
        K, p = self.member.shape[-1], self.points.shape[-1]
        probabilities = xp.exp(self._log_probabilities(points))
        blocks = self._blocks(points)
        shift, direction = self._spread(points)
        gradient = xp.matrix_transpose(probabilities - self.member) @ self.points + self.penalty * blocks
        transposed = xp.matrix_transpose(self.points)
        rows = []
        for k in range(K):
            own = probabilities[..., k : k + 1]
            same = xp.astype(xp.arange(K, device=device_of(points)) == k, points.dtype)
            curvature = own * (same - probabilities)  # (R, m, K)
            wide = xp.reshape(curvature[..., None] * self.points[..., None, :], (*self.points.shape[:2], K * p))
            rows.append(transposed @ wide)
        unit = xp.eye(K * p, dtype=points.dtype, device=device_of(points))
        penalty = xp.reshape(xp.broadcast_to(self.penalty, (K, p)), (-1,))
        hessian = xp.concat(rows, axis=-2) + penalty * unit + direction[:, None] * direction
        return xp.reshape(gradient, points.shape) + shift * direction, hessian

    def take(self, index: Array) -> _Softmax:
        xp = namespace(index)
        points, member, absent = (xp.take(array, index, axis=0) for array in (self.points, self.member, self.absent))
        return _Softmax(points, member, absent, self.penalty)


def _many(extended: Array, labels: Array, K: int, C: float, limit: int) -> tuple[Array, ...]:
    xp = namespace(extended)
    index = xp.arange(K, dtype=labels.dtype, device=device_of(labels))
    member = xp.astype(labels[..., None] == index, extended.dtype)
    seen = xp.any(member > 0, axis=1)
    absent = xp.where(seen, xp.zeros_like(member[:, 0, :]), xp.full_like(member[:, 0, :], -float("inf")))
    problem = _Softmax(extended, member, absent, _penalty(xp, extended, C))
    p = int(extended.shape[-1])
    start = xp.zeros((extended.shape[0], K * p), dtype=extended.dtype, device=device_of(extended))
    found = minimise(problem, start, limit=limit)
    blocks = xp.reshape(found.points, (-1, K, p))
    return blocks[..., :-1], blocks[..., -1] + absent, found.converged
