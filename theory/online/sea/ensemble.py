r"""The online ensemble against a comparator that moves: the algorithm, and inequalities that each of its paths obeys.

Base learners run optimistic gradient descent with steps on a geometric grid, all with the gradients seen at the common
play and the last one as the guess. The play is their mean with the weights of optimistic Hedge; a learner's loss is its
linear one plus ``lambda`` times the square of its last move, which is known before the round and so is guessed exactly.

This is a two-layer scheme of the kind that the paper uses; its constants, and the rate of the weights, are ours. The
steps of the analysis are claims (``claims_ensemble_meta``, ``claims_ensemble_base``, ``claims_ensemble_bound``); each
slack here is right side less left side of an inequality that follows from them by summing rounds.

>>> import numpy as np
>>> tuning = tuned_ensemble(D=2.0, L=1.0, G=3.0, rounds=60)
>>> target = lambda t: np.asarray([0.5 if t <= 30 else -0.5])
>>> trace = ensemble_descend(lambda t, x: x - target(t), [0.0], tuning, project=lambda point: onto_ball(point, 1.0))
>>> u = np.stack([target(t) for t in range(1, 61)])
>>> trace.plays.shape, bool(ensemble_slack(trace, u) >= 0), round(float(path_length(u)), 1)
((60, 1), True, 1.0)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, real_arrays, require
from theory.online.mirror_descent import Projection, entropy_leader, euclidean_step, onto_ball
from theory.online.paths import (
    Gradient,
    checked_gradient,
    checked_start,
    inner,
    nonnegative,
    norm_sq,
    positive,
    total,
)
from theory.online.sea.run import Rounds
from theory.shown import Shown

__all__ = [
    "EnsembleTrace",
    "EnsembleTuning",
    "ensemble_descend",
    "ensemble_slack",
    "learner_slack",
    "onto_ball",
    "path_length",
    "play_slack",
    "tuned_ensemble",
    "weights_slack",
]


_LONGEST = 2**53  # rounds: floats count no further


@dataclass(frozen=True)
class EnsembleTuning(Shown):
    """What the ensemble is run with; the values named here are those of `tuned_ensemble`.

    Attributes
    ----------
    D, L, G : float
        Diameter of the decision set, smoothness of the mean losses, bound on the gradients.
    rounds : int
    steps : tuple of float
        Of the base learners, two at least, increasing by factors of 2.
    correction : float
        lambda, what a learner pays for the square of its move: ``2 L``.
    delta : float
        In the rate ``sqrt(2 ln N)/(D sqrt(delta + 4 G^2 + V))`` of the weights: ``8 L^2 D^2 ln N``.

    Raises
    ------
    ValueError
        If a value is out of its range, or the squares of them that the rate needs are too small or large for floats.
    """

    D: float
    L: float
    G: float
    rounds: int
    steps: tuple[float, ...]
    correction: float
    delta: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rounds", whole("rounds", self.rounds))
        positive(D=self.D, G=self.G)
        nonnegative(L=self.L, correction=self.correction, delta=self.delta)
        if len(self.steps) < 2:
            raise ValueError(f"steps must be those of at least two learners, got {self.steps!r}")
        positive(**{f"steps[{i}]": step for i, step in enumerate(self.steps)})
        object.__setattr__(self, "steps", tuple(map(float, self.steps)))
        for name in ("D", "L", "G", "correction", "delta"):
            object.__setattr__(self, name, float(getattr(self, name)))
        squares = self.D * self.D * (self.delta + 4 * self.G * self.G)
        positive(**{"D^2 (delta + 4 G^2)": squares})

    @property
    def learners(self) -> int:
        """N, the number of base learners."""
        return len(self.steps)

    def rate(self, variation: Array) -> Array:
        """Return the rate of the weights after rounds with this sum of |g - M|^2."""
        return (2 * math.log(self.learners)) ** 0.5 / (self.D * (self.delta + 4 * self.G**2 + variation) ** 0.5)


def tuned_ensemble(*, D: float, L: float, G: float, rounds: int) -> EnsembleTuning:
    """Return the tuning for which ``sea.dynamic_theorem`` is derived.

    The best step ``sqrt(A/(2 (4 G^2 + V)))`` lies between ``D/(G sqrt(8 (T + 1)))`` and ``D sqrt((2 T - 1)/8)/G``; the
    grid ends at the latter or at ``1/(8 L)``, and has at least two steps.

    Parameters
    ----------
    D, G : float, > 0
    L : float, >= 0
        0 for linear losses.
    rounds : int, >= 1

    Raises
    ------
    ValueError
        If a parameter is out of its range; the message names it, or the number made of it that no float holds.

    Examples
    --------
    >>> tuning = tuned_ensemble(D=1.0, L=0.0, G=1.0, rounds=100)
    >>> tuning.learners, round(tuning.steps[-1], 3), tuning.delta
    (8, 4.987, 0.0)
    """
    rounds = whole("rounds", rounds)
    positive(D=D, G=G)
    nonnegative(L=L)
    if rounds > _LONGEST:
        raise ValueError(f"rounds must be at most {_LONGEST}, got {rounds!r}"[:100])
    D, L, G = float(D), float(L), float(G)
    lowest, largest = D / G / (8 * (rounds + 1)) ** 0.5, D / G * ((2 * rounds - 1) / 8) ** 0.5
    if L > 0:
        largest = min(largest, 1 / (8 * L))
    positive(**{"the lowest step": lowest, "the largest step": largest})
    count = max(2, 1 + math.ceil(math.log2(largest / lowest) - 0.5))
    steps = tuple(largest * 2.0 ** (i - count + 1) for i in range(count))
    delta = 8 * (L * D) * (L * D) * math.log(count)
    return EnsembleTuning(D, L, G, rounds, steps, 2 * L, delta)


@dataclass(frozen=True)
class EnsembleTrace(Rounds):
    """A run of the ensemble over T rounds with N learners.

    Attributes
    ----------
    plays, gradients, guesses : arrays, shape (T, ..., d)
    learners : array, shape (T, ..., N, d)
        What each base learner would play.
    weights : array, shape (T, ..., N)
    rates : array, shape (T, ...)
        Of the weights.
    tuning : EnsembleTuning
    """

    learners: Array
    weights: Array
    rates: Array
    tuning: EnsembleTuning

    @property
    def learner_moves(self) -> Array:
        """|x_t - x_{t-1}|^2 of every base learner for t = 2, ..., T, shape (T - 1, ..., N)."""
        return norm_sq(self.learners[1:, ...] - self.learners[:-1, ...])

    @property
    def weight_moves(self) -> Array:
        """The squared sum of |p_t - p_{t-1}| for t = 2, ..., T, shape (T - 1, ...)."""
        xp, (change,), _ = real_arrays(self.weights[1:, ...] - self.weights[:-1, ...])
        return xp.sum(xp.abs(change), axis=-1) ** 2


def ensemble_descend(
    gradient: Gradient,
    start: Any,
    tuning: EnsembleTuning,
    *,
    project: Projection | None = None,
) -> EnsembleTrace:
    """Run the ensemble; every learner starts from the same centre, the first guess is 0.

    The inequalities below speak of plays that lie in a set of diameter D, to which the projection must keep them.

    Parameters
    ----------
    gradient : callable
        Called with the round (from 1) and the plays, shape (..., d); returns the gradients seen there, at most G.
    start : array, shape (..., d)
        The centre, in the decision set.
    tuning : EnsembleTuning
    project : callable, optional
        The Euclidean projection on the decision set, of diameter D; without it the whole space, of which the
        inequalities below say nothing unless the learners stay that close together.

    Raises
    ------
    ValueError
        If the start is no finite point or the projection moves it, or a gradient has another shape than the play, is
        not finite or exceeds G: the message names the round.
    """
    xp, (center, steps), _ = real_arrays(checked_start(start, project), list(tuning.steps))
    guess, variation = xp.zeros_like(center), xp.sum(xp.zeros_like(center), axis=-1)
    centers = center[..., None, :] + xp.zeros_like(steps)[:, None]
    steps = steps + xp.sum(xp.zeros_like(centers), axis=-1)
    losses, before = xp.zeros_like(steps), centers
    records: tuple[list[Array], ...] = ([], [], [], [], [], [])
    for t in range(1, tuning.rounds + 1):
        base = euclidean_step(centers, guess[..., None, :] + xp.zeros_like(centers), steps, project=project)
        paid = tuning.correction * norm_sq(base - before)
        rate = tuning.rate(variation)
        weights = entropy_leader(losses + inner(guess[..., None, :], base) + paid, rate)
        play = xp.sum(weights[..., None] * base, axis=-2)
        seen = checked_gradient(xp, t, play, gradient(t, play), tuning.G)
        for record, item in zip(records, (play, seen, guess, base, weights, rate), strict=True):
            record.append(item)
        losses = losses + inner(seen[..., None, :], base) + paid
        centers = euclidean_step(centers, seen[..., None, :] + xp.zeros_like(centers), steps, project=project)
        variation = variation + norm_sq(seen - guess)
        guess, before = seen, base
    plays, seen, guesses, bases, weights, rates = (xp.stack(record, axis=0) for record in records)
    return EnsembleTrace(plays, seen, guesses, bases, weights, rates, tuning)


# -- what every path obeys -------------------------------------------------------------------------------------------


def path_length(u: Any) -> Array:
    """Return P, the sum of |u_t - u_{t-1}| over t = 2, ..., T; u has shape (T, ..., d).

    Examples
    --------
    >>> float(path_length([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]))
    6.0
    """
    xp, (u,), _ = real_arrays(u)
    if u.ndim < 2:
        raise ValueError(f"u must have the rounds along its first and coordinates along its last axis, got {u.shape}")
    return xp.sum(norm_sq(u[1:, ...] - u[:-1, ...]) ** 0.5, axis=0)


def learner_slack(trace: EnsembleTrace, u: Any) -> Array:
    """Return the slack of every learner's inequality (``sea.dynamic_round_with_moves`` summed up), shape (..., N).

    ``sum <g_t, x_{t,i} - u_t> <= (D^2 + 2 D P)/(2 eta) + eta V - sum_{t>=2} |x_{t,i} - x_{t-1,i}|^2/(4 eta)``.
    """
    u = _comparators(trace, u)
    _xp, (steps, length), _ = real_arrays(list(trace.tuning.steps), path_length(u))
    D = trace.tuning.D
    right = (D**2 + 2 * D * length)[..., None] / (2 * steps) + steps * total(trace.surprises)[..., None]
    regret = total(inner(trace.gradients[..., None, :], trace.learners - u[..., None, :]))
    return right - total(trace.learner_moves) / (4 * steps) - regret


def weights_slack(trace: EnsembleTrace) -> Array:
    """Return the slack of the weights' inequality against every learner, shape (..., N).

    ``sum <p_t, l_t> - l_{t,i} <= ln N/eps_T + (D^2/4) sum eps_t |g_t - M_t|^2 - sum_{t>=2} |p_t - p_{t-1}|_1^2/(4
    eps_{t-1})`` for the losses ``<g_t, x_{t,i}> + lambda |x_{t,i} - x_{t-1,i}|^2`` (``sea.optimistic_hedge_round``).
    """
    xp, (losses, rates), _ = real_arrays(inner(trace.gradients[..., None, :], trace.learners), trace.rates)
    moves = trace.tuning.correction * trace.learner_moves
    regret = total(xp.sum(trace.weights * losses, axis=-1))[..., None] - total(losses)
    regret = regret + total(xp.sum(trace.weights[1:, ...] * moves, axis=-1))[..., None] - total(moves)
    right = math.log(trace.tuning.learners) / rates[-1, ...] + trace.tuning.D**2 / 4 * total(rates * trace.surprises)
    return (right - total(trace.weight_moves / (4 * rates[:-1, ...])))[..., None] - regret


def play_slack(trace: EnsembleTrace) -> Array:
    """Return the slack of ``|x_t - x_{t-1}|^2 <= 2 <p_t, |x_{t,i} - x_{t-1,i}|^2> + (D^2/2)|p_t - p_{t-1}|_1^2``.

    Of every round from the second on (``sea.play_moves``), shape (T - 1, ...).
    """
    xp, (weighed,), _ = real_arrays(trace.weights[1:, ...] * trace.learner_moves)
    return 2 * xp.sum(weighed, axis=-1) + trace.tuning.D**2 / 2 * trace.weight_moves - trace.moves


def ensemble_slack(trace: EnsembleTrace, u: Any) -> Array:
    """Return the slack of the inequality for the ensemble, which all the others are put together to.

    ``sum <g_t, x_t - u_t> <= C sqrt(delta + 4 G^2 + V) + 4 L A - L sum_{t>=2} |x_t - x_{t-1}|^2`` with ``A = D^2 + 2 D
    P`` and ``C = D sqrt(2 ln N) + (3/2) sqrt A``, for the values of `tuned_ensemble` and comparators in the decision
    set; it may be negative for others.

    Raises
    ------
    ValueError
        If the comparators do not broadcast to the plays' shape, are not finite, or move by more than D in a round.
    """
    u, tuning = _comparators(trace, u), trace.tuning
    path = tuning.D**2 + 2 * tuning.D * path_length(u)
    lead = tuning.D * (2 * math.log(tuning.learners)) ** 0.5 + 1.5 * path**0.5
    right = lead * (tuning.delta + 4 * tuning.G**2 + total(trace.surprises)) ** 0.5 + 4 * tuning.L * path
    return right - tuning.L * total(trace.moves) - trace.linear_regret(u)


def _comparators(trace: EnsembleTrace, u: Any) -> Array:
    """Return comparators for all rounds, after checking that each lies within D of the one before."""
    xp, (plays, u), _ = real_arrays(trace.plays, u)
    u = u + xp.zeros_like(plays)
    if u.shape != plays.shape:
        raise ValueError(f"u must broadcast against the plays, of shape {tuple(plays.shape)}, got {tuple(u.shape)}")
    require(xp, xp.isfinite(u), u, "u", "finite")
    moved = norm_sq(u[1:, ...] - u[:-1, ...]) ** 0.5
    room = 1 + float(xp.finfo(moved.dtype).eps) ** 0.5
    require(xp, moved <= trace.tuning.D * room, moved, "every move of u", f"at most D = {trace.tuning.D!r}")
    return u
