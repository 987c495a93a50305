"""Optimistic mirror descent: reference runs, the inequalities on random paths, and what bad input says."""

import numpy as np
import pytest

from theory.online import sea
from theory.online.mirror_descent import onto_ball
from theory.online.sea import bounds
from theory.online.sea.run import (
    adaptive_slack,
    adaptive_step,
    decreasing_steps_slack,
    descend,
    newton_descend,
    newton_slack,
    round_slack,
    strongly_convex_slack,
    strongly_convex_step,
)

CURVATURE = np.asarray([0.1, 0.55, 1.0])
ROUNDS = 1000


def target(t):
    return np.asarray([0.5 * np.cos(0.3 * t), 0.0, 0.5 * np.sin(0.3 * t)])


def unit_ball(point):
    return onto_ball(point, 1.0)


def drifting(t, x):
    return CURVATURE * (x - target(t))


def regret_against_the_best(trace):
    """Regret of quadratic losses whose best point in hindsight, the mean target, lies in the ball."""
    targets = np.stack([target(t) for t in range(1, ROUNDS + 1)])
    best = targets.mean(axis=0)
    assert np.linalg.norm(best) < 1

    def losses(points):
        return 0.5 * (CURVATURE * (points - targets) ** 2).sum(axis=-1)

    return float((losses(trace.plays) - losses(best)).sum()), best


def test_reference_run_with_the_adaptive_step():
    step = adaptive_step(D=2.0, G=1.5, delta=sea.optimal_delta(2.0, 1.0))
    trace = descend(drifting, np.zeros(3), ROUNDS, step=step, project=unit_ball)
    regret, best = regret_against_the_best(trace)
    assert regret == pytest.approx(-35.369564152778345, abs=1e-10)
    assert float(trace.variation) == pytest.approx(5.004407611871652, abs=1e-10)
    drift = sum(np.sum((CURVATURE * (target(t) - target(t - 1))) ** 2) for t in range(2, ROUNDS + 1))
    assert drift == pytest.approx(11.256524804165812, abs=1e-10)
    sharper = sea.convex_bound_sharper(2.0, 1.0, 1.5, 0.0, drift)
    assert regret <= float(trace.linear_regret(best)) <= sharper < sea.convex_bound(2.0, 1.0, 1.5, 0.0, drift)


def test_reference_run_with_the_strongly_convex_step():
    trace = descend(drifting, np.zeros(3), ROUNDS, step=strongly_convex_step(0.1), project=unit_ball)
    regret, best = regret_against_the_best(trace)
    assert regret == pytest.approx(3.022190360547547, abs=1e-10)
    assert float(trace.variation) == pytest.approx(97.85941985182484, abs=1e-10)
    assert strongly_convex_slack(trace, best, lam=0.1, D=2.0) >= 0
    drifts = [np.sum((CURVATURE * (target(t) - target(t - 1))) ** 2) for t in range(1, ROUNDS + 1)]
    finite = sea.strongly_convex_bound_rounds(2.0, 1.0, 1.5, 0.1, sigma_sq=np.zeros(ROUNDS), Sigma_sq=drifts)
    assert regret <= float(finite)


def adversary(rng, replicates, d, kind):
    """Gradients of size at most 1 in any order: random, of one sign in blocks, or pushing away from the origin."""

    def gradient(t, x):
        noise = rng.normal(size=(replicates, d))
        noise /= np.maximum(np.linalg.norm(noise, axis=-1, keepdims=True), 1)
        if kind == "blocks":
            return noise * 0.1 + 0.9 * (-1) ** (t // 7) * np.eye(d)[0]
        if kind == "chasing":
            return 0.9 * x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9) + 0.1 * noise
        return noise

    return gradient


KINDS = ("random", "blocks", "chasing")
REPLICATES = 20


def comparators(rng, d):
    return onto_ball(rng.normal(size=(REPLICATES, d)) * 2, 1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("delta", [0.0, 0.5, 40.0])
def test_inequalities_of_the_adaptive_step_on_every_path(kind, d, delta):
    rng = np.random.default_rng([d, KINDS.index(kind), int(delta)])
    step = adaptive_step(D=2.0, G=1.0, delta=delta)
    start = np.zeros((REPLICATES, d))
    trace = descend(adversary(rng, REPLICATES, d, kind), start, 60, step=step, project=unit_ball, largest=1.0)
    for u in (comparators(rng, d), -trace.gradients.sum(axis=0) / (1e-9 + np.abs(trace.gradients.sum(axis=0)).sum())):
        assert (round_slack(trace, u) >= -1e-12).all()
        assert (decreasing_steps_slack(trace, u, D=2.0) >= -1e-12).all()
        published = adaptive_slack(trace, u, D=2.0, G=1.0, delta=delta)
        sharper = adaptive_slack(trace, u, D=2.0, G=1.0, delta=delta, sharper=True)
        assert (published >= sharper).all()
        assert (sharper >= -1e-12).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lam", [0.1, 2.0])
def test_inequality_of_the_strongly_convex_step_on_every_path(kind, lam):
    rng = np.random.default_rng([7, KINDS.index(kind), int(10 * lam)])
    start = np.zeros((REPLICATES, 2))
    gradient = adversary(rng, REPLICATES, 2, kind)
    trace = descend(gradient, start, 60, step=strongly_convex_step(lam), project=unit_ball)
    for u in (comparators(rng, 2), trace.plays[-1]):
        assert (strongly_convex_slack(trace, u, lam=lam, D=2.0) >= -1e-12).all()


@pytest.mark.parametrize("kind", KINDS)
def test_inequality_of_newton_steps_on_every_path(kind):
    rng = np.random.default_rng([11, KINDS.index(kind)])
    beta = 1 / 16
    start = np.zeros((REPLICATES, 3))
    trace = newton_descend(adversary(rng, REPLICATES, 3, kind), start, 40, beta=beta, G=1.0, radius=1.0)
    assert (np.linalg.norm(trace.plays, axis=-1) <= 1 + 1e-12).all()
    for u in (comparators(rng, 3), trace.plays[-1]):
        assert (newton_slack(trace, u, beta=beta, G=1.0, D=2.0) >= -1e-12).all()


def test_without_constraint_every_round_is_an_identity():
    rng = np.random.default_rng(3)
    gradient = adversary(rng, 5, 4, "random")
    trace = descend(gradient, np.zeros((5, 4)), 40, step=strongly_convex_step(0.5))
    np.testing.assert_allclose(round_slack(trace, rng.normal(size=(5, 4))), 0, atol=1e-12)


def test_a_step_too_short_breaks_the_strongly_convex_inequality():
    """The slack belongs to the step 2/(lam t): a run that hardly moves towards u has no such bound."""
    lam = 1.0
    trace = descend(
        lambda t, x: lam * (x + 1.0), np.zeros((1, 1)), 400, step=lambda t, v: 1e-3 / (lam * t) + 0 * v, project=None
    )
    assert strongly_convex_slack(trace, [-1.0], lam=lam, D=2.0)[0] < 0


def test_regret_of_random_losses_stays_below_the_bounds():
    """Mean losses convex, drawn ones not: a random quadratic of mean 0 is added to each."""
    rng = np.random.default_rng(5)
    replicates, rounds, bump = 50, 300, 1.5
    signs = rng.choice([-1.0, 1.0], size=(rounds, replicates, 1))
    trace = descend(
        lambda t, x: CURVATURE * x + bump * signs[t - 1] * x, np.full((replicates, 3), 0.3), rounds,
        step=adaptive_step(D=2.0, G=2.5, delta=40.0), project=unit_ball, largest=2.5,
    )  # fmt: skip
    regret = 0.5 * (CURVATURE * trace.plays**2).sum(axis=(0, 2))
    bound = sea.convex_bound_sharper(2.0, 1.0, 2.5, rounds * bump**2, 0.0)
    assert regret.mean() + 4 * regret.std() / replicates**0.5 <= bound


def test_other_array_namespaces_give_the_same_run():
    strict = pytest.importorskip("array_api_strict")
    step = adaptive_step(D=2.0, G=1.5, delta=40.0)
    trace = descend(drifting, np.zeros(3), 20, step=step, project=unit_ball)

    def gradient(t, x):
        return strict.asarray(CURVATURE) * (x - strict.asarray(target(t)))

    other = descend(gradient, strict.zeros(3, dtype=strict.float64), 20, step=step, project=unit_ball)
    np.testing.assert_array_equal(np.asarray(other.plays), trace.plays)
    slack = adaptive_slack(other, [0.0, 0.0, 0.0], D=2.0, G=1.5, delta=40.0)
    assert float(slack) == pytest.approx(float(adaptive_slack(trace, [0.0, 0.0, 0.0], D=2.0, G=1.5, delta=40.0)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descend(drifting, np.zeros(3), 0, step=strongly_convex_step(1.0)), "rounds must be .* got 0"),
        (lambda: descend(lambda t, x: [1.0], np.zeros(3), 3, step=strongly_convex_step(1.0)), "round 1: .* shape"),
        (lambda: descend(lambda t, x: x / (t < 3), np.ones(1), 5, step=lambda t, v: 0.1), "round 3: .* finite"),
        (lambda: descend(lambda t, x: [0.5 * t], np.ones(1), 5, step=lambda t, v: 0.1, largest=1.0),
         "round 3: the gradient must be at most 1.0 in norm, as declared, got 1.5"),
        (lambda: descend(drifting, np.zeros(3), 3, step=lambda t, v: 0.0), "step must be positive and finite, got 0.0"),
        (lambda: strongly_convex_step(0.0), "lam must be positive and finite, got 0.0"),
        (lambda: adaptive_step(D=2.0, G=1.0, delta=-1.0), "delta must be nonnegative and finite, got -1.0"),
        (lambda: newton_descend(drifting, np.zeros(3), 3, beta=-1.0, G=1.0), "beta must be positive"),
        (lambda: newton_descend(drifting, np.zeros(3), 3, beta=None, G=1.0), "beta must be .* got None"),
        (lambda: newton_descend(drifting, np.zeros(3), 3, beta=1.0, G="2"), "G must be positive and finite, got '2'"),
        (lambda: newton_descend(drifting, np.zeros(3), 3, beta=1.0, G=9.0, radius="1"), "real number"),
        (lambda: strongly_convex_step("1"), "lam must be positive and finite, got '1'"),
        (lambda: adaptive_step(D=None, G=1.0, delta=1.0), "D must be positive and finite, got None"),
        (lambda: adaptive_step(D=1.0, G=1.0, delta="1"), "delta must be nonnegative and finite, got '1'"),
        (lambda: strongly_convex_slack(None, [0.0], lam="1", D=1.0), "lam must be positive and finite, got '1'"),
        (lambda: newton_slack(None, [0.0], beta=1.0, G=1.0, D=True), "D must be positive and finite, got True"),
        (lambda: descend(drifting, [np.nan], 3, step=lambda t, v: 0.1), "start must be finite, got nan"),
        (lambda: descend(drifting, np.zeros(3), "3", step=lambda t, v: 0.1), "must be a whole number .* got '3'"),
        (lambda: descend(drifting, np.zeros(3), 3, step=lambda t, v: np.inf), "positive and finite, got inf"),
        (lambda: descend(drifting, [1.0, 1.0, 0.0], 3, step=lambda t, v: 0.1, project=unit_ball),
         "the distance of start from the decision set must be 0, got 0.41"),
        (lambda: newton_descend(drifting, [0.0, 3.0, 0.0], 3, beta=1.0, G=1.0, radius=1.0),
         "the distance of start from the decision set must be 0, got 2.0"),
    ],
)  # fmt: skip
@np.errstate(all="ignore")
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_steps_that_increase_are_refused_by_their_inequality():
    trace = descend(drifting, np.zeros(3), 3, step=lambda t, v: 0.1 * t, project=unit_ball)
    with pytest.raises(ValueError, match="every step must be at most the one before"):
        decreasing_steps_slack(trace, [0.0, 0.0, 0.0], D=2.0)


def test_bound_objects_say_what_they_assume():
    bound = bounds.convex(D=2.0, L=1.0, G=1.5, sigma_sq=1.0, Sigma_sq=1.0)
    assert "the comparator is fixed, or the distributions are fixed in advance" in bound.assumptions
    assert float(bound) == sum(bound.terms.values()) == sea.convex_bound(2.0, 1.0, 1.5, 1.0, 1.0)


def test_newton_steps_and_their_slack_by_hand():
    beta, G, D, u = 0.2, 2.0, 2.0, 0.4
    trace = newton_descend(lambda t, x: 1.5 * x - 0.5 * (-1) ** t, [0.3], 4, beta=beta, G=G, radius=1.0)
    plays, gradients = trace.plays[:, 0], trace.gradients[:, 0]
    matrices = 1 + beta * G**2 / 2 + beta / 2 * np.concatenate([[0], np.cumsum(gradients**2)[:-1]])
    assert trace.matrices[:, 0, 0] == pytest.approx(matrices, rel=1e-14)
    surprise = np.sum((gradients - np.concatenate([[0], gradients[:-1]])) ** 2 / matrices)
    moved = np.sum(np.diff(plays) ** 2 * matrices[:-1])
    linear = gradients * (plays - u)
    right = D**2 / 2 * (1 + beta * G**2 / 2) + 2 * surprise - moved / 4
    expected = right - np.sum(linear - beta / 2 * linear**2)
    assert float(newton_slack(trace, [u], beta=beta, G=G, D=D)) == pytest.approx(expected, rel=1e-12)
    assert moved > 0.01
