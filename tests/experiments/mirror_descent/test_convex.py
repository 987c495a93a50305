from dataclasses import replace

import numpy as np
import pytest

from experiments.mirror_descent.convex import (
    ConvexWorld,
    adagrad,
    gradient_descent,
    newton,
    play_convex,
    standing_still,
    strongly_convex_descent,
)
from experiments.mirror_descent.horizons import Violation
from experiments.streams import Stream
from theory.online.adagrad import diagonal_path, diagonal_slack, full_path
from theory.online.mirror_descent import onto_ball
from theory.online.online_newton import newton_path, newton_slack, usual_curvature
from theory.online.projected_descent import decreasing_steps_slack, descend, strongly_convex_slack

PLAYED = [
    ("quadratic", gradient_descent), ("quadratic", strongly_convex_descent), ("quadratic", newton),
    ("quadratic", adagrad), ("logarithmic", gradient_descent), ("logarithmic", newton), ("signs", gradient_descent),
    ("signs", adagrad), ("sparse", gradient_descent), ("sparse", adagrad),
]  # fmt: skip


def small(kind, horizon=60):
    return ConvexWorld(kind, horizon=horizon, dimension=3)


@pytest.mark.parametrize(("kind", "make"), PLAYED)
def test_runs_do_not_depend_on_chunks_or_on_other_replicates(kind, make):
    world = small(kind)
    whole = play_convex(make(world), world, replicates=4, seed=2, points=8)
    part = play_convex(make(world), world, replicates=range(1, 3), seed=2, points=8)
    assert part.regret == pytest.approx(whole.regret[:, 1:3], abs=1e-12)
    assert (whole.regret <= whole.bound + 1e-9).all()
    assert (whole.least_slack >= -1e-9).all()


def path_of(kind, learner, world, drawn):
    """The run that keeps all rounds, and the slack of its inequality."""

    def gradient(t, x):
        return world.gradient(x, drawn[t - 1])

    def ball(point):
        return onto_ball(point, 1.0)

    start, rounds = np.zeros(drawn.shape[1:]), drawn.shape[0]
    if learner is newton:
        gamma = usual_curvature(alpha=world.alpha, G=world.G, D=world.D)
        options = {"gamma": gamma, "epsilon": 1 / (gamma * world.D) ** 2}
        path = newton_path(gradient, start, rounds, radius=1.0, **options)
        return path, lambda u: newton_slack(path, u, **options)
    if learner is adagrad:
        path = diagonal_path(gradient, start, rounds, eta=2**0.5, width=2.0)
        return path, lambda u: diagonal_slack(path, u, eta=2**0.5, width=2.0)
    if learner is strongly_convex_descent:
        path = descend(gradient, start, rounds, step=lambda t: 1 / t, project=ball)
        return path, lambda u: strongly_convex_slack(path, u, lam=1.0)

    def step(t):
        return world.D / (world.G * t**0.5)

    path = descend(gradient, start, rounds, step=step, project=ball)
    return path, lambda u: decreasing_steps_slack(path, u, step=step, D=world.D)


@pytest.mark.parametrize(
    ("kind", "make"),
    [("quadratic", strongly_convex_descent), ("logarithmic", newton), ("signs", gradient_descent), ("sparse", adagrad)],
)
def test_slack_is_the_least_over_all_comparators_of_the_path(kind, make):
    world = small(kind)
    drawn = world.rounds(Stream(4), range(3), 1, 61)
    path, slack = path_of(kind, make, world, drawn)
    learner = make(world)
    state = learner.init(np.zeros((3, 3)))
    for t in range(1, 61):
        assert learner.act(state, t) == pytest.approx(path.plays[t - 1], abs=1e-9)
        state = learner.update(state, t, path.plays[t - 1], path.gradients[t - 1])
    least = learner.slack(state, 60)
    rng, best, lowest = np.random.default_rng(0), np.zeros((3, 3)), np.full(3, np.inf)
    for scale in (1.0, 0.3, 0.1, 0.03, 0.01, 0.003):  # a random search for the worst comparator of every row
        for _ in range(250):
            tried = best + scale * rng.normal(size=(3, 3))
            tried = np.clip(tried, -1, 1) if world.cube else onto_ball(tried, 1.0)
            found = slack(tried)
            best, lowest = np.where((found < lowest)[:, None], tried, best), np.minimum(found, lowest)
    assert (lowest >= least - 1e-9).all()
    assert lowest == pytest.approx(least, abs=0.01)


def test_full_matrices_play_as_the_recorded_path():
    world = small("signs")
    drawn = world.rounds(Stream(4), range(3), 1, 61)
    path = full_path(lambda t, x: drawn[t - 1], np.zeros((3, 3)), 60, eta=2**0.5, delta=1e-3, radius=1.0)
    learner = adagrad(world)
    state = learner.init(np.zeros((3, 3)))
    for t in range(1, 61):
        play = learner.act(state, t)
        assert play == pytest.approx(path.plays[t - 1], abs=1e-9)
        state = learner.update(state, t, play, drawn[t - 1])


def test_regret_by_hand():
    world = small("quadratic", horizon=1)
    centre = world.rounds(Stream(0), range(2), 1, 2)[0]
    found = play_convex(standing_still(), world, replicates=2)
    assert found.regret[0] == pytest.approx((centre**2).sum(axis=-1) / 2)
    assert found.bound is None
    assert np.isinf(found.least_slack).all()


def test_adagrad_wins_on_sparse_gradients_and_all_beat_standing_still():
    world = ConvexWorld("sparse", horizon=300, dimension=32)
    final = {
        make(world).name: play_convex(make(world), world, replicates=10).regret[-1].mean()
        for make in (gradient_descent, adagrad, lambda world: standing_still())
    }
    assert 1.5 * final["AdaGrad, diagonal"] < final["gradient descent"] < final["standing still"] / 1.5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"act": lambda state, t: 0 * state.play + 0.3}, "violates its inequality"),
        ({"slack": lambda state, t: state.gained - 1e3}, "round 1, row 0: the path of gradient descent violates"),
        ({"bound": lambda state, t: -1.0, "slack": None}, "round 1, row .: regret of gradient descent"),
    ],
)
def test_a_violation_is_an_error_that_names_the_round(change, words):
    world = small("quadratic", horizon=3000)
    learner = replace(gradient_descent(world), **change)
    with pytest.raises(Violation, match=words):
        play_convex(learner, world, replicates=2)


def test_plays_outside_the_set_and_gradients_above_the_bound_are_refused(monkeypatch):
    world = small("signs")
    with pytest.raises(ValueError, match="round 1: a play of standing still lies outside"):
        play_convex(replace(standing_still(), act=lambda state, t: state + 1), world, replicates=1)
    monkeypatch.setattr(ConvexWorld, "G", 0.4)
    with pytest.raises(ValueError, match="round 1: the gradient has norm"):
        play_convex(standing_still(), world, replicates=1)


def test_what_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match="not strongly convex"):
        strongly_convex_descent(small("logarithmic"))
    with pytest.raises(ValueError, match="not exp-concave"):
        newton(small("signs"))
    with pytest.raises(ValueError, match="replicates must be at least 1"):
        play_convex(standing_still(), small("signs"), replicates=0)
    with pytest.raises(ValueError, match=r"replicates must be an int or a range, got 2\.5"):
        play_convex(standing_still(), small("signs"), replicates=2.5)
    with pytest.raises(ValueError, match=r"round 1: plays of standing still must have shape \(2, 3\), got \(1, 3\)"):
        play_convex(replace(standing_still(), act=lambda state, t: state[:1]), small("signs"), replicates=2)
    with pytest.raises(ValueError, match="a run over 60 rounds needs about"):
        play_convex(standing_still(), small("signs"), replicates=1, memory=1.0)
