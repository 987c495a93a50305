import tracemalloc
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.horizons import Violation
from experiments.mirror_descent import convex as convex_home
from experiments.mirror_descent import convex_worlds
from experiments.mirror_descent.convex import (
    ConvexWorld,
    adagrad,
    gradient_descent,
    newton,
    play_convex,
    standing_still,
    strongly_convex_descent,
)
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
    roots = np.sqrt(np.linalg.eigvalsh(np.einsum("tri,trj->rij", drawn, drawn))).sum(axis=-1)
    price = 4.0 / (2 * 2**0.5)
    assert learner.bound(state, 60) == pytest.approx(price * (roots + 3e-3) + 2**0.5 * roots, rel=1e-12)
    assert learner.slack(state, 60) == pytest.approx(
        price * (roots + 3e-3) + state.price - state.gained - world.support(-drawn.sum(axis=0)), rel=1e-12
    )


def test_the_bound_of_full_matrices_holds_no_rounding_before_they_are_of_full_rank():
    """The root of an eigenvalue that should be 0 is 1e-8."""
    world = ConvexWorld("signs", horizon=1, dimension=5)
    found = play_convex(adagrad(world), world, replicates=20)
    assert found.bound == pytest.approx(np.full((1, 20), 2**0.5 * (0.5 + 5e-3) + 2**0.5 * 0.5), rel=1e-12)
    learner = adagrad(small("signs"))
    state = learner.init(np.zeros((1, 3)))._replace(metric=np.diag([1.0, 1e-8, 0.0])[None])
    assert learner.bound(state, 9) == pytest.approx(2**0.5 * (2.0002 + 3e-3), rel=1e-12)  # what is small counts


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
        ({"slack": lambda state, t: state.gained - 1e3}, "round 1, row 0: gradient descent violates"),
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


def test_a_run_takes_less_memory_than_it_says(monkeypatch):
    monkeypatch.setattr(convex_worlds, "_INNER", 1)  # how often does not count
    monkeypatch.setattr(convex_worlds, "_OUTER", 1)
    world = ConvexWorld("logarithmic", horizon=60, dimension=20)
    tracemalloc.start()
    play_convex(standing_still(), world, replicates=400)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with pytest.raises(ValueError, match="GiB; allowed"):
        play_convex(standing_still(), world, replicates=400, memory=float(peak))


def test_violations_are_found_on_a_device_too():
    world, strict = small("quadratic", horizon=30), backend("strict:device1")
    for change in ({"slack": lambda state, t: state.gained - 1e3}, {"bound": lambda state, t: 0.2, "slack": None}):
        false = replace(gradient_descent(world), **change)
        with pytest.raises(Violation) as here:
            play_convex(false, world, replicates=2)
        with pytest.raises(Violation) as there:
            play_convex(false, world, replicates=2, backend=strict)
        assert str(there.value)[:30] == str(here.value)[:30]
    far = replace(standing_still(), act=lambda state, t: state + 0.3 * (t - 1))
    with pytest.raises(ValueError, match="round 3: a play of standing still lies outside the decision set"):
        play_convex(far, small("signs"), replicates=1, backend=strict)


@pytest.mark.parametrize("where", ["numpy", "strict:device1", "torch"])
def test_a_play_that_is_no_number_names_its_round_everywhere(where):
    if where == "torch":
        pytest.importorskip("torch")
    world = small("quadratic", horizon=60)
    true = gradient_descent(world)
    false = replace(true, act=lambda state, t: true.act(state, t) * (np.nan if t == 47 else 1.0))
    with pytest.raises(ValueError, match=r"^round 47: a play of gradient descent lies outside"):
        play_convex(false, world, replicates=3, points=2, backend=backend(where))


def test_a_slack_has_one_number_a_replicate():
    world = small("quadratic")
    odd = replace(gradient_descent(world), slack=lambda state, t: np.ones(1))
    with pytest.raises(ValueError, match=r"round 1: gradient descent must give a slack of shape \(2,\), got \(1,\)"):
        play_convex(odd, world, replicates=2)


@pytest.mark.parametrize("where", ["numpy", "strict"])
def test_plays_of_whole_numbers_are_points(where):
    still = replace(standing_still(), act=lambda state, t: [[0, 0, 0]] * 2)
    found = play_convex(still, small("quadratic"), replicates=2, backend=backend(where))
    assert np.array_equal(found.regret, play_convex(standing_still(), small("quadratic"), replicates=2).regret)


def test_how_many_rounds_are_drawn_at_a_time_changes_nothing(monkeypatch):
    world = small("quadratic", horizon=50)
    whole = play_convex(gradient_descent(world), world, replicates=2, seed=4, points=7)
    monkeypatch.setattr(convex_home, "_NUMBERS", 2 * 3 * 7 + 1)
    assert np.array_equal(
        play_convex(gradient_descent(world), world, replicates=2, seed=4, points=7).regret, whole.regret
    )


@pytest.mark.parametrize(("share", "found"), [(0.5, False), (2.0, True)])
def test_an_inequality_may_fail_by_rounding_alone(share, found):
    world = small("quadratic", horizon=9)

    def slack(state, t):
        return 0 * state[:, 0] - share * 1e-9 * (1 + world.G * world.D * t)

    with pytest.raises(Violation, match="round 1, row 0") if found else nullcontext():
        play_convex(replace(standing_still(), slack=slack), world, replicates=2)
