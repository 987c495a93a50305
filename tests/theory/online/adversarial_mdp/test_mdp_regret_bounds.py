"""Regret bounds of linear MDPs: their terms by hand, their conditions, one episode in exact means, and learners."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from experiments.linear_mdp import Algorithm, LinearMDP, Losses, run
from theory.online.adversarial_mdp.dilated_bonus import dilated_bonus, dilation
from theory.online.adversarial_mdp.regret_bounds import (
    log_barrier_regret,
    reduced_regret,
    tuned_log_barrier,
    tuned_reduced,
)

SIZES = [{"K": K, "H": H, "A": A, "d": d} for K in (1, 10, 10**10) for H in (1, 2, 7) for A, d in ((2, 1), (5, 3))]
BOTH = [(log_barrier_regret, tuned_log_barrier, 1 / 4), (reduced_regret, tuned_reduced, 5 / 6)]


def test_terms_by_hand():
    bound = log_barrier_regret(K=100, H=2, A=2, d=4, eta=0.05, gamma=1.0, beta=0.1)
    D = 2.25
    assert dict(bound.terms) == pytest.approx(
        {
            "penalty": 2 * (math.log(100) - math.log(2 - 0.01)) / 0.05,
            "bias": 400 * (1 / (2 * (0.1 - 0.0125)) + 4 / (2 * (0.1 - 0.05))),
            "bonus": 2 * D * 0.1 * 4 * 2 * 100,
            "mixing": 3.0,
        }
    )
    bound = reduced_regret(K=100, H=1, A=2, d=4, eta=0.25, gamma=2.0, beta=0.5)
    terms = {"penalty": 4 * math.log(2), "bias": 800 / (2 * (0.5 - 5 / 24)), "bonus": 2 * 2 * 0.5 * 4 * 100}
    assert dict(bound.terms) == pytest.approx(terms)
    assert bound.form == "derived"


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_tuned_bounds_are_below_their_closed_forms_or_say_nothing(sizes):
    K, H, A, d = sizes.values()
    D = (1 + 1 / H) ** H
    squares = (D - 1) * (H + 1) * (2 * H + 1) / 6
    P = (A - 1) * math.log(K) - math.log(A - (A - 1) / K)
    for tuned, penalty, limit, price, rest in (
        (tuned_log_barrier(**sizes), P, 19 / 5, 1 / 4, H * (H + 1) / 2),
        (tuned_reduced(**sizes), math.log(A), 1.0, 5 / 6, 0.0),
    ):
        closed = 2 * (math.sqrt(squares / limit) + math.sqrt(2 * D * price)) * math.sqrt(d * H**4 * K * penalty) + rest
        general = 2 * (math.sqrt((math.e - 1) / limit) * H + math.sqrt(2 * math.e * price))
        assert closed <= general * math.sqrt(d * H**4 * K * penalty) + rest
        if K == 10**10:
            assert 0.8 * closed < float(tuned.bound) <= closed
            assert tuned.eta * math.sqrt(d) * H**2 < 0.1
        assert float(tuned.bound) <= closed or float(tuned.bound) > K * H
        assert tuned.eta * H * 2 * (D - 1) * H * tuned.beta / tuned.gamma == pytest.approx(limit)


@pytest.mark.parametrize(("bound", "tune", "price"), BOTH)
@pytest.mark.parametrize("sizes", SIZES[-4:], ids=str)
def test_other_parameters_are_not_much_better(sizes, bound, tune, price):
    tuned = tune(**sizes)
    for scale in (0.5, 2.0):
        step = {"eta": tuned.eta * scale, "gamma": tuned.gamma * scale**2, "beta": tuned.beta * scale}
        assert float(bound(**sizes, **step)) > float(tuned.bound)
        wider = 1 + scale * (tuned.beta / (price * tuned.eta * sizes["H"] ** 2) - 1)
        ratio = price * tuned.eta * sizes["H"] ** 2 * wider / tuned.beta
        step = {"eta": tuned.eta, "gamma": tuned.gamma * max(ratio, 0.9), "beta": tuned.beta * ratio}
        if ratio >= 0.9:
            assert float(bound(**sizes, **step)) > 0.9 * float(tuned.bound)


@pytest.mark.parametrize(("bound", "tune", "price"), BOTH)
def test_parameters_that_do_not_meet_the_conditions_are_refused(bound, tune, price):
    sizes, eta = {"K": 100, "H": 3, "A": 2, "d": 2}, 1e-3
    beta = 2 * price * eta * 9
    room = 1 / (price * eta * 3) - 2 * math.sqrt(2) * 3
    least = 2 * (dilation(3) - 1) * 3 * beta / room
    bound(**sizes, eta=eta, gamma=least * 1.001, beta=beta)
    with pytest.raises(ValueError, match="gamma must be at least"):
        bound(**sizes, eta=eta, gamma=least * 0.999, beta=beta)
    with pytest.raises(ValueError, match="beta must exceed"):
        bound(**sizes, eta=eta, gamma=1.0, beta=0.499 * beta)
    with pytest.raises(ValueError, match="eta must be below"):
        bound(**sizes, eta=1 / (2 * price * math.sqrt(2) * 9), gamma=1e9, beta=1e9)


def test_reduced_costs_may_not_be_too_negative():
    sizes = {"K": 100, "H": 1, "A": 2, "d": 1, "eta": 0.01}
    beta = 1.001 * 5 / 6 * 0.01
    gamma = 2 * beta / (1 / (5 / 6 * 0.01) - 2) * 1.001  # enough for the bonus
    with pytest.raises(ValueError, match="eta times a cost may fall to -"):
        reduced_regret(**sizes, gamma=gamma, beta=beta)
    reduced_regret(**sizes, gamma=1.5 * gamma, beta=beta)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"K": 0}, "K must be a whole"), ({"H": 1.0}, "H must be a whole"), ({"A": 1}, "A must"), ({"d": True}, "d must"),
     ({"eta": 0.0}, "eta must be positive"), ({"gamma": math.inf}, "gamma must be positive"),
     ({"beta": math.nan}, "beta must be positive"), ({"beta": "1"}, "beta must be positive"),
     ({"eta": None}, "eta must be positive"), ({"K": 10.5}, "K must be a whole")],
)  # fmt: skip
def test_bad_input(wrong, message):
    good = {"K": 10, "H": 2, "A": 2, "d": 2, "eta": 1e-3, "gamma": 1.0, "beta": 0.1}
    log_barrier_regret(**good)
    for bound in (log_barrier_regret, reduced_regret):
        with pytest.raises(ValueError, match=message):
            bound(**(good | wrong))


def estimates(mdp, plays, theta, gamma, reduced):
    """Return probabilities (T,) and estimates (T, H, S, A) of every trajectory of a process."""
    H, S, A, d = mdp.shape
    S_inverse = np.linalg.inv(gamma * np.eye(d) + mdp.covariance(plays))
    visits, losses = mdp.occupancy(plays), mdp.losses(theta)
    pairs = np.einsum("hxai,hij,hybj->hxayb", mdp.features, S_inverse, mdp.features)
    mean = np.einsum("hxayb,hy,hyb->hxa", np.minimum(pairs, 0), visits, plays)
    chances, found = [], []
    for states in itertools.product([0], *[range(S)] * (H - 1)):
        for actions in itertools.product(range(A), repeat=H):
            chance, table = 1.0, np.zeros((H, S, A))
            for h in range(H):
                chance *= plays[h, states[h], actions[h]]
                chance *= mdp.kernel[h, states[h], actions[h], states[h + 1]] if h + 1 < H else 1.0
                z, left = pairs[h, :, :, states[h], actions[h]], H - h
                loss = sum(losses[i, states[i], actions[i]] for i in range(h, H))
                table[h] = z * loss + (left * (mean[h] - np.minimum(z, 0)) if reduced else 0.0)
            chances.append(chance)
            found.append(table)
    assert sum(chances) == pytest.approx(1.0)
    return np.asarray(chances), np.asarray(found)


def episode(seed, H=3, S=2, A=2, d=2):
    """Return a process, two policies and losses; the losses are the largest for the first seed."""
    rng = np.random.default_rng(seed)
    mdp = LinearMDP.random(H, S, A, d, seed=seed)
    plays, stars = rng.dirichlet(np.full(A, 0.3), (2, H, S))
    return mdp, plays, stars, np.ones((H, d)) if seed == 0 else rng.random((H, d))


def squared_norms(mdp, plays, gamma):
    S_inverse = np.linalg.inv(gamma * np.eye(mdp.shape[3]) + mdp.covariance(plays))
    return np.einsum("hxai,hij,hxaj->hxa", mdp.features, S_inverse, mdp.features)


def not_seen(mdp, plays, stars, theta, gamma, B, price, reduced):
    """Return an episode's regret less what a learner sees of it in the mean, prices of ``price`` a second moment off.

    The means are over every trajectory; no lemma is used.
    """
    chances, found = estimates(mdp, plays, theta, gamma, reduced)
    mean, second = np.tensordot(chances, found - B, 1), np.tensordot(chances, (found - B) ** 2, 1)
    seen = ((plays - stars) * mean).sum(-1) - price * (plays * second).sum(-1)
    regret = mdp.policy_value(plays, theta) - mdp.policy_value(stars, theta)
    return regret - (mdp.occupancy(stars) * seen).sum(), found - B


@pytest.mark.parametrize("least", [True, False])
@pytest.mark.parametrize(("bound", "price"), [(log_barrier_regret, 1 / 4), (reduced_regret, 5 / 6)])
@pytest.mark.parametrize("seed", range(6))
def test_one_episode_over_every_trajectory(seed, bound, price, least):
    """Regret is at most what the learner sees, less the price it is allowed, plus bias and bonus."""
    (mdp, plays, stars, theta), eta = episode(seed), 0.02
    H, _, A, d = mdp.shape
    beta = price * eta * H**2 * (2 if least else 4)
    gamma = 2 * (dilation(H) - 1) * H * beta / (1 / (price * eta * H) - 2 * math.sqrt(d) * H)
    terms = bound(K=1, H=H, A=A, d=d, eta=eta, gamma=gamma, beta=beta).terms
    N = squared_norms(mdp, plays, gamma)
    B = dilated_bonus(beta * (N + (plays * N).sum(-1, keepdims=True)), plays, mdp.kernel)
    assert price * eta * H * (B.max() + 2 * math.sqrt(d) * H) <= 1
    rest, costs = not_seen(mdp, plays, stars, theta, gamma, B, price * eta, bound is reduced_regret)
    assert rest <= terms["bias"] + terms["bonus"]
    assert eta * costs.min() >= -4 / 3 or bound is log_barrier_regret


@pytest.mark.parametrize("price", [1 / 4, 5 / 6])
@pytest.mark.parametrize("seed", range(4))
def test_one_episode_with_a_bonus_of_the_norm(seed, price):
    (mdp, plays, stars, theta), eta = episode(seed), 0.001
    H, _, _, d = mdp.shape
    gamma = 4 * (math.e - 1) * price**2 * eta**2 * H**4
    N = squared_norms(mdp, plays, gamma)
    bonus = math.sqrt(gamma * d) * H * np.sqrt(N) + price * eta * H**2 * N
    B = dilated_bonus(bonus + (plays * bonus).sum(-1, keepdims=True), plays, mdp.kernel)
    assert price * eta * H * (B.max() + 2 * math.sqrt(d) * H) <= 1
    rest, costs = not_seen(mdp, plays, stars, theta, gamma, B, price * eta, price > 1 / 4)
    assert rest <= dilation(H) * (2 * price * eta * d * H**3 + 2 * math.sqrt(gamma) * d * H**2)
    assert eta * costs.min() >= -4 / 3 or price == 1 / 4


@pytest.mark.parametrize("kind", ["gap", "switching", "blocks"])
@pytest.mark.parametrize("H", [1, 2])
def test_learners_with_these_parameters_stay_below_the_bound(kind, H):
    """At sizes where the bound says something: it is below the largest regret there is."""
    K, A, d = 20_000 * H, 2, 2
    mdp = LinearMDP.random(H, 2, A, d, seed=3)
    losses = {
        "gap": Losses.gap(H, d, gap=0.3, amplitude=0.2),
        "switching": Losses.switching(H, d, gap=0.5, half=K // 2),
        "blocks": Losses.blocks(H, d, amplitude=0.5, block=1000),
    }[kind]
    for tuned, learner in ((tuned_log_barrier, "log barrier"), (tuned_reduced, "exponential weights")):
        found = tuned(K=K, H=H, A=A, d=d)
        algorithm = Algorithm(
            learner, eta=found.eta, gamma=found.gamma, beta=found.beta, reduced=tuned is tuned_reduced
        )
        result = run(algorithm, mdp, losses, episodes=K, replicates=4, points=2)
        regret = result.regret[-1]
        assert regret.mean() + 4 * regret.std(ddof=1) / 2 < float(found.bound) < 0.25 * K * H
        assert result.least_cost.min() >= -4 / 3 or learner == "log barrier"
