"""The online ensemble on small worlds: every sequence of signs is played, so that expectations are exact.

With two equally likely outcomes a round, the 2^T paths of T rounds are replicates of one run, and a mean over them is
an expectation. Comparators are the minimisers of the mean losses, round by round, or the worst there is.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest

from theory.online.sea import bounds
from theory.online.sea.ensemble import (
    ensemble_descend,
    ensemble_slack,
    learner_slack,
    onto_ball,
    path_length,
    play_slack,
    tuned_ensemble,
    weights_slack,
)

ROUNDS = 9
SIGNS = np.asarray(list(itertools.product((-1.0, 1.0), repeat=ROUNDS))).T[..., None]  # (T, 2^T, 1)
ROUNDING = 1e-12


def unit_ball(point):
    return onto_ball(point, 1.0)


@dataclass
class World:
    """Mean losses ``(L/2)|x - m_t|^2``, or ``<m_t, x>`` for L = 0, on the unit ball.

    Gradients have the noise ``+-noise`` in a coordinate that alternates, and ``+-tilt x``.
    """

    means: np.ndarray  # (T, d)
    L: float
    noise: float = 0.0
    tilt: float = 0.0

    @property
    def G(self):
        largest = np.linalg.norm(self.means, axis=1).max()
        return (self.L * (1 + largest) if self.L else largest) + self.noise + self.tilt

    @property
    def sigma_sq(self):
        """E |(noise + tilt x) sign|^2 is largest at the end of the noise's coordinate."""
        return len(self.means) * (self.noise + self.tilt) ** 2

    @property
    def Sigma_sq(self):
        return (self.L or 1.0) ** 2 * np.sum(np.diff(self.means, axis=0) ** 2)

    @property
    def best(self):
        """The minimisers of the mean losses (T, d)."""
        if self.L:
            return unit_ball(self.means)
        return -self.means / np.maximum(np.linalg.norm(self.means, axis=1, keepdims=True), 1e-300)

    def mean_gradient(self, t, x):
        return self.L * (x - self.means[t - 1]) if self.L else self.means[t - 1] + 0 * x

    def mean_loss(self, t, x):
        if self.L:
            return self.L / 2 * np.sum((x - self.means[t - 1]) ** 2, axis=-1)
        return np.sum(self.means[t - 1] * x, axis=-1)

    def gradient(self, t, x):
        axis = np.eye(x.shape[-1])[t % x.shape[-1]]
        return self.mean_gradient(t, x) + SIGNS[t - 1] * (self.noise * axis + self.tilt * x)


def turning(size, pace, d=2):
    angles = pace * np.arange(ROUNDS)
    return size * np.stack([np.cos(angles), np.sin(angles)], axis=1)[:, :d]


WORLDS = {
    "no noise": World(turning(0.8, 0.9), L=1.0),
    "noise, fixed mean": World(turning(0.5, 0.0), L=1.0, noise=1.0),
    "noise and drift": World(turning(0.7, 0.5), L=2.0, noise=0.5),
    "small L": World(turning(0.9, 2.0), L=0.02, noise=0.3),
    "drawn losses are not convex": World(turning(0.6, 0.3), L=0.5, noise=0.2, tilt=2.0),
    "linear": World(turning(1.0, 0.7), L=0.0, noise=0.5),
    "linear, one dimension, jumps": World(np.sign(turning(1.0, 1.1, d=1)), L=0.0, noise=3.0),
    "linear, noise only": World(turning(1e-3, 0.4), L=0.0, noise=1.0),
    "minimisers on the sphere": World(turning(3.0, 0.8), L=1.0, noise=1.0),
}


def play(world):
    tuning = tuned_ensemble(D=2.0, L=world.L, G=world.G, rounds=ROUNDS)
    start = np.zeros((SIGNS.shape[1], world.means.shape[1]))
    return ensemble_descend(world.gradient, start, tuning, project=unit_ball)


def expected_regret(world, trace):
    return sum(float(np.mean(world.mean_loss(t, trace.plays[t - 1])) - world.mean_loss(t, world.best[t - 1]))
               for t in range(1, ROUNDS + 1))  # fmt: skip


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_from_regret_to_the_bound_step_by_step(world):
    """Every inequality between the expected regret and the bound in numbers, in the order of the analysis."""
    trace, u = play(world), np.broadcast_to(world.best[:, None], (ROUNDS, SIGNS.shape[1], world.means.shape[1]))
    tuning, L, P = trace.tuning, world.L, float(path_length(world.best))
    for slack in (ensemble_slack(trace, u), learner_slack(trace, u), weights_slack(trace), play_slack(trace)):
        assert slack.min() >= -ROUNDING
    A = 4 + 4 * P
    C = 2 * math.sqrt(2 * math.log(tuning.learners)) + 1.5 * math.sqrt(A)
    V, S = trace.surprises.sum(axis=0), float(trace.moves.sum(axis=0).mean())
    seen = world.G**2 + 3 * L**2 * S + 4 * world.sigma_sq + 3 * world.Sigma_sq
    bound = bounds.dynamic(
        D=2, L=L, G=world.G, P=P, learners=tuning.learners, sigma_sq=world.sigma_sq, Sigma_sq=world.Sigma_sq
    )
    assert V.mean() <= seen + ROUNDING
    chain = [
        0.0,
        expected_regret(world, trace),
        float(trace.linear_regret(u).mean()),
        float((C * np.sqrt(tuning.delta + 4 * world.G**2 + V) + 4 * L * A).mean() - L * S),
        C * math.sqrt(tuning.delta + 4 * world.G**2 + seen) + 4 * L * A - L * S,
        float(bound),
    ]
    for smaller, larger in itertools.pairwise(chain):
        assert smaller <= larger + ROUNDING


def test_the_surrogate_is_exact_where_mean_losses_are_linear():
    world = WORLDS["linear"]
    trace = play(world)
    linear = trace.linear_regret(world.best[:, None] + 0 * trace.plays).mean()
    assert float(linear) == pytest.approx(expected_regret(world, trace), abs=1e-12)


def test_no_sequence_of_signs_and_no_comparator_breaks_the_inequalities():
    """All 2^T gradients of size G on [-1, 1], and of all comparators in [-1, 1] the worst.

    The best linear gain of a path of given length is concave in the length with corners at paths of signs; the right
    side is concave between corners: the least slack is at a path of signs, of which there are 2^T.
    """
    for L in (0.0, 0.05, 2.0):
        tuning = tuned_ensemble(D=2.0, L=L, G=1.0, rounds=ROUNDS)
        trace = ensemble_descend(lambda t, x: SIGNS[t - 1], np.zeros((SIGNS.shape[1], 1)), tuning, project=unit_ball)
        assert weights_slack(trace).min() >= 0
        assert play_slack(trace).min() >= -ROUNDING
        for i in range(SIGNS.shape[1]):
            u = SIGNS[:, i : i + 1] + 0 * trace.plays
            assert ensemble_slack(trace, u).min() > 0
            assert learner_slack(trace, u).min() > 0


def test_stretched_worlds_give_stretched_plays():
    """Lengths times b and losses times c: plays times b, regret times c, the bound too."""
    world, b, c = WORLDS["noise and drift"], 4.0, 8.0
    trace = play(world)
    L, G = world.L * c / b**2, world.G * c / b
    tuning = tuned_ensemble(D=2.0 * b, L=L, G=G, rounds=ROUNDS)
    other = ensemble_descend(
        lambda t, x: c / b * world.gradient(t, x / b), b * np.zeros(trace.plays.shape[1:]), tuning,
        project=lambda point: onto_ball(point, b),
    )  # fmt: skip
    assert other.plays == pytest.approx(b * trace.plays, abs=1e-10)
    u = world.best[:, None] + 0 * trace.plays
    assert ensemble_slack(other, b * u) == pytest.approx(c * ensemble_slack(trace, u))
    assert learner_slack(other, b * u) == pytest.approx(c * learner_slack(trace, u))
    assert weights_slack(other) == pytest.approx(c * weights_slack(trace))
