import math

import numpy as np
import pytest

from theory.online import bounds
from theory.online.mirror_descent import onto_ball
from theory.online.paths import Path
from theory.online.projected_descent import (
    decreasing_steps_slack,
    descend,
    follow_leader,
    leader_slack,
    strongly_convex_slack,
)

ROUNDS, SHAPE = 80, (6, 3)


def unit_ball(point):
    return onto_ball(point, 1.0)


def adversary(seed, *, chase):
    """Random directions of norm 1, or the play's own: what hurts most."""
    drawn = np.random.default_rng(seed).normal(size=(ROUNDS, *SHAPE))
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    return lambda t, x: (0.9 * x + 0.1 * drawn[t - 1]) if chase else drawn[t - 1]


def comparators(path):
    summed = path.gradients.sum(axis=0)
    worst = -summed / np.linalg.norm(summed, axis=-1, keepdims=True)
    return worst, np.zeros(SHAPE), -worst / 2


@pytest.mark.parametrize("chase", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_path_obeys_the_inequality_and_the_bound(seed, chase):
    path = descend(adversary(seed, chase=chase), np.zeros(SHAPE), ROUNDS, step=lambda t: 2 / math.sqrt(t),
                   project=unit_ball, largest=1.0)  # fmt: skip
    limit = float(bounds.gradient_descent(D=2, G=1, T=ROUNDS))
    for u in comparators(path):
        slack = decreasing_steps_slack(path, u, step=lambda t: 2 / math.sqrt(t), D=2.0)
        assert (slack >= -1e-12).all()
        assert (path.linear_regret(u) <= limit).all()


@pytest.mark.parametrize("seed", range(3))
def test_strongly_convex(seed):
    centres = np.random.default_rng(seed).uniform(-0.5, 0.5, size=(ROUNDS, *SHAPE))
    path = descend(lambda t, x: x - centres[t - 1], np.zeros(SHAPE), ROUNDS, step=lambda t: 1 / t, project=unit_ball)
    best = centres.mean(axis=0)
    regret = ((path.plays - centres) ** 2 - (best - centres) ** 2).sum(axis=(0, -1)) / 2
    largest = float(np.linalg.norm(path.gradients, axis=-1).max())
    assert path.plays[-1] == pytest.approx(centres[:-1].mean(axis=0))
    assert (strongly_convex_slack(path, best, lam=1.0) >= -1e-12).all()
    assert (regret <= float(bounds.gradient_descent_strongly_convex(G=largest, lam=1, T=ROUNDS))).all()
    still = Path(np.zeros((ROUNDS, 1)), np.full((ROUNDS, 1), -0.9))
    assert float(strongly_convex_slack(still, [0.9], lam=1.0)) < -25


@pytest.mark.parametrize("seed", range(3))
def test_the_lazy_form_obeys_its_inequality(seed):
    path = follow_leader(adversary(seed, chase=False), SHAPE, ROUNDS, step=0.3, project=unit_ball)
    assert all((leader_slack(path, u, step=0.3) >= -1e-12).all() for u in comparators(path))
    free = follow_leader(adversary(seed, chase=True), SHAPE, ROUNDS, step=0.3)
    active = descend(adversary(seed, chase=True), np.zeros(SHAPE), ROUNDS, step=lambda t: 0.3)
    assert free.plays == pytest.approx(active.plays)


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan, math.inf])
def test_bad_steps_name_the_round(size):
    def step(t):
        return size if t == 2 else 1.0

    with pytest.raises(ValueError, match="round 2: the step must be positive and finite"):
        descend(lambda t, x: x, [0.0], 3, step=step)
    with pytest.raises(ValueError, match="round 2: the step must be positive and finite"):
        decreasing_steps_slack(Path(np.zeros((3, 1)), np.ones((3, 1))), [0.0], step=step, D=1.0)


def test_points_outside_the_set_are_refused():
    with pytest.raises(ValueError, match=r"the distance of start from the decision set must be 0, got 4\.0"):
        descend(lambda t, x: x, [5.0], 3, step=lambda t: 1.0, project=unit_ball)
    path = descend(lambda t, x: x + 1, [1.0], 3, step=lambda t: 1.0, project=unit_ball)
    with pytest.raises(ValueError, match=r"the distance of play and comparator must be at most 2\.0"):
        decreasing_steps_slack(path, [-1.5], step=lambda t: 1.0, D=2.0)


def test_slacks_by_hand():
    path = Path(np.asarray([[0.0], [0.5]]), np.asarray([[2.0], [1.0]]))
    # D^2/(2 eta_2) + (eta_1 4 + eta_2 1)/2 - [2 + 3/2], u = -1
    slack = decreasing_steps_slack(path, [-1.0], step=lambda t: 1 / t, D=2.0)
    assert float(slack) == pytest.approx(4 + (4 + 0.5) / 2 - 3.5)
    # sum g^2/(2 lam t) + (lam/2)(1 + 9/4) - 7/2
    assert float(strongly_convex_slack(path, [-1.0], lam=2.0)) == pytest.approx(1 + 0.125 + 3.25 - 3.5)
    assert float(leader_slack(path, [-1.0], step=0.5)) == pytest.approx(1 + 1.25 - 3.5)


def test_growing_steps_are_refused():
    path = descend(lambda t, x: x - 1, [0.0], 5, step=float)
    with pytest.raises(ValueError, match=r"round 2: the step must be at most the one before, 1\.0, got 2\.0"):
        decreasing_steps_slack(path, [0.0], step=float, D=1.0)
