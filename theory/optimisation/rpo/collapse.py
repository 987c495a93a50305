r"""The collapse of regularised preference optimisation on tabular data: a policy, a reward and the gap between them.

For a policy q and a reward r over K actions the objective is

.. math:: \varphi(q,r)=\eta\bigl(\langle q-b,r\rangle-\beta\,\mathrm{KL}(q\,\|\,\pi_0)\bigr)+L(r),\qquad
   L(r)=\frac1N\sum_{i,j}n_{ij}\ln\bigl(1+e^{r_j-r_i}\bigr),

:math:`n_{ij}` the number of times that i was preferred to j, and :math:`-B\le r_i\le B`. The inner maximum over
policies is :math:`\Phi(r)=\eta(\beta\ln\sum_a\pi_0(a)e^{r(a)/\beta}-\langle b,r\rangle)+L(r)`, attained at
:math:`\pi_r\propto\pi_0e^{r/\beta}`. It is convex, and for every r the pair of r and :math:`\pi_r` bounds both sides:

.. math:: \Phi(r)-g(r)\ \le\ \max_q\min_r\varphi\ \le\ \min_r\max_q\varphi\ \le\ \Phi(r),\qquad
   g(r)=\max_{-B\le s\le B}\langle\nabla\Phi(r),r-s\rangle .

Examples
--------
>>> found = collapse(Preferences((0.5, 0.5), (0.5, 0.5), ((0, 3), (1, 0)), eta=0.5, beta=1.0, bound=2.0))
>>> found.gap < 1e-8, round(found.min_max, 6), found.policy.round(4).tolist()
(True, 0.608198, [0.6667, 0.3333])
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.shown import Shown

__all__ = ["Collapse", "Preferences", "collapse", "dpo_loss", "solve_by_cvxpy"]

Floats = NDArray[np.float64]
_ROUNDING = 4e-16
_STEPS, _LAST_STEPS = 200, 4  # most Newton steps for one weight of the barrier (a few are usual), and near its end


@dataclass(frozen=True)
class Preferences:
    """A tabular problem. The numbers are exact binary fractions; both policies are these divided by their sums.

    Parameters
    ----------
    reference
        The reference policy: K positive numbers with sum 1.
    base
        The policy whose reward is subtracted: K nonnegative numbers with sum 1.
    wins
        ``wins[i][j]``: how often i was preferred to j; not all zero off the diagonal, unless eta > 0.
    eta, beta
        Weight of the adversary, at least 0 (0: the preferences alone), and of the divergence, positive.
    bound
        B; rewards are in [-B, B].

    Raises
    ------
    ValueError
        If a number is out of its range, or shapes do not fit.
    """

    reference: tuple[float, ...]
    base: tuple[float, ...]
    wins: tuple[tuple[float, ...], ...]
    eta: float
    beta: float
    bound: float

    def __post_init__(self) -> None:
        K = len(self.reference)
        if K < 2 or len(self.base) != K or len(self.wins) != K or any(len(row) != K for row in self.wins):
            raise ValueError(f"reference and base must have K >= 2 entries and wins K rows of K, got {K} actions")
        for name, law, low in (("reference", self.reference, "positive"), ("base", self.base, "nonnegative")):
            if not all(0 <= p <= 1 for p in law) or (low == "positive" and min(law) == 0) or abs(sum(law) - 1) > 1e-9:
                raise ValueError(f"{name} must have {low} entries with sum 1, got {law!r:.200}")
        if not all(0 <= n < math.inf for row in self.wins for n in row):
            raise ValueError("wins must be nonnegative and finite")
        if not (0 <= self.eta < math.inf and 0 < self.beta < math.inf and 0 < self.bound < math.inf):
            raise ValueError(
                f"eta must be >= 0, beta and bound > 0, and all finite; got {self.eta!r}, {self.beta!r}, {self.bound!r}"
            )
        if self.eta == 0 and not any(n for i, row in enumerate(self.wins) for j, n in enumerate(row) if i != j):
            raise ValueError("with eta = 0 there must be preferences between different actions, got none")

    @cached_property
    def log_reference(self) -> Floats:
        """Logarithms of the reference policy, with sum 1 (K,)."""
        law = np.array(self.reference, dtype=float)
        found: Floats = np.log(law) - math.log(float(law.sum()))
        return found

    @cached_property
    def base_policy(self) -> Floats:
        """The base policy, with sum 1 (K,)."""
        law = np.array(self.base, dtype=float)
        found: Floats = law / law.sum()
        return found

    @cached_property
    def weights(self) -> Floats:
        """Shares of the preferences (K, K), those of an action with itself left out; zero if there are none."""
        wins = np.array(self.wins, dtype=float)
        np.fill_diagonal(wins, 0.0)
        most = float(wins.max())
        if most == 0:
            return wins
        wins /= most  # the sum of very large numbers is not finite
        return wins / wins.sum()

    def best_response(self, reward: Floats) -> Floats:
        """Return the policy ``reference exp(reward/beta)``, normalised."""
        raw = self.log_reference + reward / self.beta
        weight = np.exp(raw - raw.max())
        found: Floats = weight / weight.sum()
        return found

    def inner_maximum(self, reward: Floats) -> float:
        """Return Phi, the largest objective of any policy at this reward."""
        moved = (reward - float(np.dot(self.base_policy, reward))) / self.beta
        if float(np.max(np.abs(moved))) < 1:  # beta is large: keep the digits of the small logarithm
            normaliser = math.log1p(float(np.sum(np.exp(self.log_reference) * np.expm1(moved))))
        else:
            raw = self.log_reference + moved
            top = float(raw.max())
            normaliser = top + math.log(float(np.exp(raw - top).sum()))
        return self.eta * self.beta * normaliser + self.loss(reward)

    def loss(self, reward: Floats) -> float:
        """Return L, the mean negative log-likelihood of the preferences."""
        return float(np.sum(self.weights * np.logaddexp(0.0, reward[None, :] - reward[:, None])))

    def divergence(self, policy: Floats) -> float:
        """Return KL(policy || reference), zeros in the policy allowed."""
        kept = policy > 0
        return float(np.sum(policy[kept] * (np.log(policy[kept]) - self.log_reference[kept])))

    def objective(self, policy: Floats, reward: Floats) -> float:
        """Return the objective of a policy, zeros allowed, and a reward."""
        gain = float(np.dot(policy - self.base_policy, reward)) - self.beta * self.divergence(policy)
        return self.eta * gain + self.loss(reward)

    def gradient(self, reward: Floats) -> Floats:
        """Return the gradient of Phi."""
        found: Floats = self.eta * (self.best_response(reward) - self.base_policy)
        pull = self.weights / (1 + np.exp(np.minimum(reward[:, None] - reward[None, :], 700.0)))  # no overflow
        return found + pull.sum(axis=0) - pull.sum(axis=1)

    def hessian(self, reward: Floats) -> Floats:
        """Return the Hessian of Phi, singular along equal rewards."""
        q = self.best_response(reward)
        half = np.abs(reward[:, None] - reward[None, :]) / 2
        curve = self.weights / (4 * np.cosh(np.minimum(half, 300.0)) ** 2)
        curve = curve + curve.T
        found: Floats = self.eta / self.beta * (np.diag(q) - np.outer(q, q)) + np.diag(curve.sum(axis=1)) - curve
        return found


@dataclass(frozen=True, eq=False)
class Collapse(Shown):
    """A reward and its best response, with what they say about both orders of minimum and maximum.

    Attributes
    ----------
    min_max
        Phi at the reward: at least the minimax value.
    max_min
        What the policy guarantees against all rewards of the box: at most the maximin value.
    gap
        Their difference, at most the Frank-Wolfe gap at the reward. In floats; `enclose` is rigorous.
    """

    problem: Preferences
    reward: Floats
    policy: Floats
    min_max: float
    max_min: float

    @property
    def gap(self) -> float:
        """Return ``min_max - max_min``."""
        return self.min_max - self.max_min

    def enclose(self, bits: int = 128) -> tuple[Fraction, Fraction]:
        """Return rationals between which both values lie, minimax and maximin, in exact or ball arithmetic throughout.

        The upper one is at least Phi at the reward, the lower one at most that less the Frank-Wolfe gap there.
        """
        from theory.optimisation.rpo.enclosure import enclose

        return enclose(self.problem, [Fraction(float(r)) for r in self.reward], bits)


def dpo_loss(problem: Preferences, policy: Floats) -> float:
    """Return the loss of a policy: direct preference optimisation plus ``eta beta`` times the supervised loss.

    ``sum w_ij ln(1 + exp(-(s_i - s_j))) - eta <base, s>`` with ``s = beta ln(policy/reference)``. Where the policy is
    the best response to a reward, it is Phi there: normalisers cancel.
    """
    score = problem.beta * (np.log(policy) - problem.log_reference)
    return problem.loss(score) - problem.eta * float(np.dot(problem.base_policy, score))


def collapse(problem: Preferences, *, tolerance: float = 1e-9) -> Collapse:
    """Minimise Phi over the box by Newton steps with a barrier, until the two values are ``tolerance`` apart.

    Of several minimisers that in the centre is found: actions that are never compared get the reward 0.

    Raises
    ------
    ValueError
        If the tolerance is not positive.
    ArithmeticError
        If the tolerance is not reached: it is below rounding, whose size is that of eta B K, or B/beta is so large
        that floats do not resolve the policy.
    """
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance!r}")
    K, reward, weight = len(problem.base), np.zeros(len(problem.base)), 1.0
    while weight > tolerance / (32 * K):
        weight /= 16
        with np.errstate(over="ignore", invalid="ignore"):  # the gap is checked
            reward = _centre(problem, reward, weight)
    slope = problem.gradient(reward)
    near = (problem.bound - np.abs(reward) < 1e-4 * problem.bound) & (slope * reward < 0)
    candidates = [reward, np.where(near, np.sign(reward) * problem.bound, reward)]
    gaps = [_frank_wolfe_gap(problem.gradient(point), point, problem.bound) for point in candidates]
    gap, reward = min(gaps), candidates[int(np.argmin(gaps))]
    if not gap <= tolerance:
        raise ArithmeticError(f"the gap is {gap:.2g}, more than {tolerance:g}")
    value = problem.inner_maximum(reward)
    return Collapse(problem, reward, problem.best_response(reward), value, value - gap)


def _frank_wolfe_gap(slope: Floats, reward: Floats, bound: float) -> float:
    return float(np.sum(np.maximum(slope * (reward + bound), slope * (reward - bound))))


def _centre(problem: Preferences, reward: Floats, weight: float) -> Floats:
    """Minimise Phi less ``weight sum ln(B^2 - r^2)`` by damped Newton steps from a point inside the box."""
    bound = problem.bound

    def value(point: Floats) -> float:
        if not np.all(np.abs(point) < bound):
            return math.inf  # rounded to the boundary
        return problem.inner_maximum(point) - weight * float(np.sum(np.log(bound - point) + np.log(bound + point)))

    near = 0
    for _ in range(_STEPS):
        above, below = bound - reward, bound + reward
        slope = problem.gradient(reward) + weight * (1 / above - 1 / below)
        curve = problem.hessian(reward) + np.diag(weight * (1 / above**2 + 1 / below**2))
        move = _solved(curve, -slope)
        decrease = -float(np.dot(slope, move))
        near += decrease <= 1e-9 * weight  # from here on steps square the error, until rounding stops them
        if not decrease > 0 or near > _LAST_STEPS or (near and 2 * bound * np.sum(np.abs(slope)) <= weight):
            break
        inside = float(np.min(np.where(move > 0, above, below) / np.maximum(np.abs(move), 1e-300)))
        length, start = min(1.0, 0.95 * inside), value(reward)
        while value(reward + length * move) > start - 0.1 * length * decrease + _ROUNDING * (1 + abs(start)):
            length /= 2
        reward = reward + length * move
    return reward


def _solved(curve: Floats, side: Floats) -> Floats:
    """Solve with the diagonal scaled to 1: the barrier's curvature ranges over many orders of magnitude."""
    scale = 1 / np.sqrt(np.diag(curve))
    try:
        found: Floats = scale * np.linalg.solve(curve * np.outer(scale, scale), scale * side)
    except np.linalg.LinAlgError:
        found = scale * np.linalg.lstsq(curve * np.outer(scale, scale), scale * side, rcond=None)[0]
    return found


def solve_by_cvxpy(problem: Preferences) -> tuple[float, Floats]:
    """Return the minimax value and a reward from a general convex solver, to compare with: accurate to about 1e-8."""
    import importlib

    cvxpy: Any = importlib.import_module("cvxpy")  # untyped
    reward: Any = cvxpy.Variable(len(problem.base))
    raw = problem.log_reference + reward / problem.beta
    value = problem.eta * (problem.beta * cvxpy.log_sum_exp(raw) - problem.base_policy @ reward)
    for i, j in zip(*np.nonzero(problem.weights), strict=True):
        value = value + float(problem.weights[i, j]) * cvxpy.logistic(reward[j] - reward[i])
    program = cvxpy.Problem(cvxpy.Minimize(value), [cvxpy.abs(reward) <= problem.bound])
    program.solve(solver=cvxpy.CLARABEL)
    return float(program.value), np.asarray(reward.value)
