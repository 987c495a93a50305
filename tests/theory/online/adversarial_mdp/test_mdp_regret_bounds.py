"""Regret bounds of linear MDPs: their terms by hand, their conditions, and one episode in exact means."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.linear_mdp.mdp import LinearMDP
from theory.online.adversarial_mdp.dilated_bonus import dilated_bonus, dilation
from theory.online.adversarial_mdp.regret_bounds import (
    log_barrier_regret,
    reduced_regret,
    tuned_log_barrier,
    tuned_reduced,
)

SIZES = [{"K": K, "H": H, "A": A, "d": d} for K in (10, 10**8) for H in (1, 2, 7) for A, d in ((2, 1), (5, 3))]


def test_terms_by_hand():
    bound = log_barrier_regret(K=100, H=1, A=2, d=4, eta=0.5, gamma=0.25)
    assert dict(bound.terms) == pytest.approx(
        {
            "penalty": 2 * (math.log(100) - math.log(2 - 0.01)),
            "bias": 200.0,
            "bonus": 2 * 2 * 0.5 * 4 * 100,
            "truncation": 5.0,
            "corner": 4.0,
        }
    )
    bound = reduced_regret(K=100, H=1, A=2, d=4, eta=0.25, gamma=1.0)
    assert dict(bound.terms) == pytest.approx({"penalty": 4 * math.log(2), "bias": 400.0, "bonus": 1600.0})
    assert bound.form == "derived"


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_tuned_bounds_are_below_their_closed_forms(sizes):
    K, H, A, d = sizes.values()
    barrier, reduced = tuned_log_barrier(**sizes), tuned_reduced(**sizes)
    P = (A - 1) * math.log(K) - math.log(A - (A - 1) / K) + 2 / H
    closed = 2 * math.sqrt((3 * math.e - 1) * d * H**6 * K * P) + (1 + 2 * math.sqrt(d)) * H**2
    assert 0.5 * closed < float(barrier.bound) <= closed
    closed = 2 * math.sqrt((12 * math.e - 4) * d * H**6 * K * math.log(A))
    assert 0.5 * closed < float(reduced.bound) <= closed
    assert (barrier.beta, reduced.beta) == (barrier.eta * H**2, 4 * reduced.eta * H**2)


@pytest.mark.parametrize("sizes", SIZES[:4], ids=str)
def test_other_steps_are_not_much_better(sizes):
    tuned = tuned_reduced(**sizes)
    for scale in (0.25, 4.0):
        gamma = tuned.gamma * scale**2
        assert float(reduced_regret(**sizes, eta=tuned.eta * scale, gamma=gamma)) > float(tuned.bound)


@pytest.mark.parametrize(("bound", "factor"), [(log_barrier_regret, 1), (reduced_regret, 16)])
def test_a_ridge_below_the_condition_is_refused(bound, factor):
    H, eta = 3, 1e-3
    least = factor * (dilation(H) - 1) * eta**2 * H**4
    bound(K=100, H=H, A=2, d=2, eta=eta, gamma=least * 1.001)
    with pytest.raises(ValueError, match="gamma must be at least"):
        bound(K=100, H=H, A=2, d=2, eta=eta, gamma=least * 0.999)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"K": 0}, "K must be an int"), ({"H": 1.0}, "H must be an int"), ({"A": 1}, "A must be"), ({"d": True}, "d must"),
     ({"eta": 0.0}, "eta must be positive"), ({"gamma": math.inf}, "gamma must be positive")],
)  # fmt: skip
def test_bad_input(wrong, message):
    good = {"K": 10, "H": 2, "A": 2, "d": 2, "eta": 1e-3, "gamma": 1.0}
    with pytest.raises(ValueError, match=message):
        log_barrier_regret(**(good | wrong))


@pytest.mark.parametrize("least", [True, False])
@pytest.mark.parametrize(
    ("second", "b2", "factor", "bound"), [(0.5, 0.5, 1, log_barrier_regret), (2.0, 2.0, 16, reduced_regret)]
)
@pytest.mark.parametrize("seed", range(5))
def test_one_episode_in_the_mean(seed, second, b2, factor, bound, least):
    """Regret is at most what the learner sees, less the price it is allowed, plus bias and bonus."""
    rng, (H, S, A, d), eta = np.random.default_rng(seed), (3, 4, 2, 3), 0.02
    mdp = LinearMDP.random(H, S, A, d, seed=seed)
    plays, stars = rng.dirichlet(np.full(A, 0.3), (2, H, S))
    theta = rng.random((H, d))
    gamma = factor * (dilation(H) - 1) * eta**2 * H**4 * (1 if least else 10)
    S_inverse = np.linalg.inv(gamma * np.eye(d) + mdp.covariance(plays))
    N = np.einsum("hxai,hij,hxaj->hxa", mdp.features, S_inverse, mdp.features)
    beta = 2 * b2 * eta * H**2
    B = dilated_bonus(beta * (N + (plays * N).sum(-1, keepdims=True)), plays, mdp.kernel)
    assert eta * H * B.max() <= (2 if second == 0.5 else 0.5)
    Q, visits = mdp.q_values(plays, theta), mdp.occupancy(plays)
    moments = np.einsum("hx,hxa,hxai,hxa->hi", visits, plays, mdp.features, Q)  # E of phi times the loss to come
    mean = np.einsum("hxai,hij,hj->hxa", mdp.features, S_inverse, moments)
    left = (H - np.arange(H))[:, None]
    price = second * eta * (left**2 * (plays * N).sum(-1) + (plays * B**2).sum(-1))
    seen = (mdp.occupancy(stars) * (((plays - stars) * (mean - B)).sum(-1) - price)).sum()
    regret = mdp.policy_value(plays, theta) - mdp.policy_value(stars, theta)
    terms = bound(K=1, H=H, A=A, d=d, eta=eta, gamma=gamma).terms
    assert regret <= seen + terms["bias"] + terms["bonus"]
