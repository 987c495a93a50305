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

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.optimisation.rpo.collapses import collapses
from theory.optimisation.rpo.preferences import Preferences
from theory.shown import Shown

__all__ = ["Collapse", "collapse", "dpo_loss", "solve_by_cvxpy"]

Floats = NDArray[np.float64]


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
        from theory.optimisation.rpo.enclosure import enclose  # simulators run without exact arithmetic

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
    found = collapses(problem.objectives, tolerance=tolerance)
    return Collapse(problem, found.reward[0, :], found.policy[0, :], float(found.min_max[0]), float(found.max_min[0]))


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
