import math
import tracemalloc
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.horizons import Violation
from experiments.mirror_descent import sea as sea_home
from experiments.mirror_descent import sea_learners
from experiments.mirror_descent.sea import (
    SeaLearner,
    optimistic,
    optimistic_newton,
    optimistic_strongly_convex,
    play_sea,
    standing_still,
)
from experiments.mirror_descent.sea_learners import best_in_ball
from experiments.mirror_descent.sea_worlds import KINDS, SeaWorld
from experiments.streams import Stream
from theory.online import sea
from theory.online.mirror_descent import onto_ball, quadratic_step
from theory.online.sea import run as reference


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_do_not_depend_on_how_they_are_cut(kind):
    world = SeaWorld(kind, horizon=30)
    whole = world.rounds(Stream(3), range(5), 1, 31)
    part = world.rounds(Stream(3), range(2, 4), 8, 20)
    for name in ("b", "noise", "tilt", "variance", "drift"):
        assert np.array_equal(getattr(whole, name)[7:19, 2:4], getattr(part, name)), name
    assert (np.diff(whole.b, axis=0) ** 2).sum(axis=-1) == pytest.approx(whole.drift[1:])


def test_variance_in_random_order_is_that_of_the_losses_left():
    world = SeaWorld("random order", horizon=12, size=0.8)
    rounds = world.rounds(Stream(2), range(3), 1, 13)
    drawn = rounds.b - rounds.noise
    assert sorted(map(tuple, drawn[:, 0].round(12))) == sorted(map(tuple, drawn[:, 2].round(12)))
    for t in range(12):
        left = drawn[t:]
        assert rounds.b[t] == pytest.approx(left.mean(axis=0))
        assert rounds.variance[t] == pytest.approx(
            ((left - left.mean(axis=0)) ** 2).sum(axis=-1).mean(axis=0), abs=1e-12
        )
    # expected: population variance S^2 (n - 1 denominator) times (m - 1)/m for m left, drift S^2/(m (m + 1))
    many = world.rounds(Stream(2), range(20_000), 1, 13)
    spread = ((drawn[:, 0] - drawn[:, 0].mean(axis=0)) ** 2).sum() / 11
    left = np.arange(12, 0, -1)
    assert many.variance.mean(axis=1) == pytest.approx(spread * (left - 1) / left, rel=0.05, abs=1e-12)
    assert many.drift.mean(axis=1)[1:] == pytest.approx(spread / (left[1:] * (left[1:] + 1)), rel=0.1)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        *((make, kind) for make in (optimistic, optimistic_strongly_convex)
          for kind in ("drifting", "nonconvex", "random order", "least squares")),
        *((optimistic_newton, kind) for kind in ("least squares", "label shift", "random order")),
    ],
)  # fmt: skip
def test_runs_agree_with_the_recorded_ones(make, kind):
    """The run that keeps all rounds has the same points, regret, and slack at the worst comparator."""
    world, rows = SeaWorld(kind, horizon=60, noise=0.5), range(4)
    rounds = world.rounds(Stream(7), rows, 1, 61)

    def gradient(t, x):
        return world.curvature * x - rounds.b[t - 1] + rounds.noise[t - 1] + rounds.tilt[t - 1] * x

    delta, start = 10 * world.D**2 * world.L**2, np.zeros((4, 3))
    beta = min(1 / (4 * world.G * world.D), world.alpha) / 2
    if make is optimistic_newton:
        trace = reference.newton_descend(gradient, start, 60, beta=beta, G=world.G, radius=world.radius)
    else:
        rule = (
            reference.adaptive_step(D=world.D, G=world.G, delta=delta)
            if make is optimistic
            else reference.strongly_convex_step(world.lam)
        )
        trace = reference.descend(
            gradient, start, 60, step=rule, project=lambda x: onto_ball(x, world.radius), largest=world.G
        )
    found = play_sea(make(world), world, replicates=rows, seed=7)
    means = (world.curvature * trace.plays**2 / 2 - rounds.b * trace.plays).sum(axis=(0, 2))
    u = world.comparator(rounds.b.sum(axis=0), 60, Stream(7))
    best = 30 * (world.curvature * u**2).sum(axis=1) - (rounds.b.sum(axis=0) * u).sum(axis=1)
    assert found.regret[-1] == pytest.approx(means - best, abs=1e-8)

    state, learner = make(world).init(np.zeros((4, 3))), make(world)
    for t in range(1, 61):
        play = learner.act(state, t)
        state = learner.update(state, t, play, gradient(t, play))
    candidates = np.asarray(Stream(1).normal(400, (4, 3)))
    candidates = np.asarray(onto_ball(candidates, world.radius))
    own = learner.slack(state, 60)

    def slack(u):
        if make is optimistic:
            return np.asarray(reference.adaptive_slack(trace, u, D=world.D, G=world.G, delta=delta))
        if make is optimistic_newton:
            return np.asarray(reference.newton_slack(trace, u, beta=beta, G=world.G, D=world.D))
        return np.asarray(reference.strongly_convex_slack(trace, u, lam=world.lam, D=world.D))

    least = np.full(4, np.inf)
    for u in candidates:
        assert (own <= slack(u) + 1e-7).all()
        least = np.minimum(least, slack(u))
    assert (own >= least - 0.15 * np.abs(least) - 0.5).all()  # and hardly below the least of 400
    if make is optimistic_newton:
        along = np.einsum("trd,trd->tr", trace.gradients, trace.plays)
        linear = beta * np.einsum("tr,trd->rd", along, trace.gradients) - trace.gradients.sum(axis=0)
        square = beta * np.einsum("tri,trj->rij", trace.gradients, trace.gradients)
        worst = quadratic_step(np.zeros((4, 3)), -linear, square, radius=world.radius)
        assert own == pytest.approx(slack(worst), rel=1e-9)
    if make is optimistic:
        worst = -state.gradients / np.linalg.norm(state.gradients, axis=1, keepdims=True)
        assert own == pytest.approx(slack(worst))


@pytest.mark.parametrize("kind", KINDS)
def test_regret_is_below_the_bounds_on_average(kind):
    world = SeaWorld(kind, horizon=400)
    found = play_sea(optimistic(world), world, replicates=40, seed=2)
    error = found.regret.std(axis=1) / 40**0.5
    assert (found.regret.mean(axis=1) + 4 * error <= found.bounds["sharper"]).all()
    assert (found.bounds["sharper"] <= found.bounds["published"]).all()
    for make, name in ((optimistic_strongly_convex, "strongly_convex"), (optimistic_newton, "exp_concave")):
        if name in found.bounds:
            other = play_sea(make(world), world, replicates=40, seed=2)
            assert make(world).bound == name
            assert (other.regret.mean(axis=1) + 4 * other.regret.std(axis=1) / 40**0.5 <= other.bounds[name]).all()
            assert (other.least_slack >= 0).all()
            assert np.array_equal(other.bounds[name], found.bounds[name])  # of the world, not of the learner
    assert (found.least_slack >= 0).all()
    longer = play_sea(optimistic(world), world, replicates=range(10, 20), seed=2)
    assert np.array_equal(found.regret[:, 10:20], longer.regret)


@pytest.mark.parametrize("size", [0.01, 0.3, 2.0**-20])
def test_regret_of_random_signs_over_the_root_of_the_drift_is_that_of_size_1(size):
    """Linear losses: gradients, steps, bound and regret scale together; exactly, where the factor is a power of 2."""
    small, large = (SeaWorld("signs", horizon=300, size=own) for own in (size, 1.0))
    first, second = (play_sea(optimistic(world), world, replicates=6) for world in (small, large))
    assert first.regret / size == pytest.approx(second.regret, rel=1e-9)
    normalised = [found.regret[1:] / np.sqrt(found.Sigma_sq[1:, None]) for found in (first, second)]
    assert normalised[0] == pytest.approx(normalised[1], rel=1e-9)
    if np.log2(size) % 1 == 0:
        assert np.array_equal(first.regret / size, second.regret)
        assert np.array_equal(first.bounds["published"] / size, second.bounds["published"])


def test_all_lengths_times_two_and_all_losses_times_a_factor():
    """Regret has the unit of a loss: x -> a x and f -> c f, with A -> c A/a^2 and offsets -> c/a."""
    plain = SeaWorld("label shift", horizon=200)
    scaled = SeaWorld("label shift", horizon=200, radius=2.0, size=1.0, smooth=2.0, strong=0.2, noise=4.0)  # a 2, c 8
    for make in (optimistic, optimistic_strongly_convex):
        first, second = (play_sea(make(world), world, replicates=4) for world in (plain, scaled))
        assert 8 * first.regret == pytest.approx(second.regret, rel=1e-9, abs=1e-9)
        for name in ("published", "sharper", "strongly_convex"):
            assert 8 * first.bounds[name] == pytest.approx(second.bounds[name])


def test_newton_multiplier_is_that_of_the_bisection():
    rng = np.random.default_rng(1)
    for scale in (1e-3, 1.0, 1e6):
        values, linear = (
            rng.exponential(size=(500, 4)) * 10.0 ** rng.integers(-6, 4, (500, 4)),
            rng.normal(size=(500, 4)),
        )
        values, linear = values + 1e-12, scale * linear
        u = best_in_ball(linear, values, 0.7)
        expected = quadratic_step(np.zeros((500, 4)), -linear, values[:, :, None] * np.eye(4), radius=0.7)
        assert u == pytest.approx(np.asarray(expected), abs=1e-7)
        assert (np.linalg.norm(u, axis=1) <= 0.7 * (1 + 1e-12)).all()
    assert best_in_ball([[0.0, 0.0]], [[0.0, 0.0]], 1.0).tolist() == [[0.0, 0.0]]
    assert best_in_ball([[0.0, 5.0]], [[0.0, 0.0]], 1.0).tolist() == [[0.0, 1.0]]


def test_strongly_convex_bound_is_the_finite_sum_over_the_rounds():
    world = SeaWorld("label shift", horizon=90)
    found = play_sea(standing_still(), world, replicates=7, seed=3, points=5)
    rounds = world.rounds(Stream(3), range(7), 1, 91)
    for at, stop in enumerate(found.rounds.tolist()):
        given = (world.D, world.L, world.G, world.lam)
        variance, drift = rounds.variance[:stop].mean(axis=1), rounds.drift[:stop].mean(axis=1)
        expected = sea.strongly_convex_bound_rounds(*given, sigma_sq=variance, Sigma_sq=drift)
        assert found.bounds["strongly_convex"][at] == pytest.approx(float(expected))
        assert found.sigma_sq[at] == pytest.approx(variance.sum())
        assert found.Sigma_sq[at] == pytest.approx(drift[1:].sum())


def test_standing_still_grows_linearly_under_drift():
    world = SeaWorld("drifting", horizon=2000)
    still = play_sea(standing_still(), world, replicates=2, points=2)
    moving = play_sea(optimistic(world), world, replicates=20, points=2)
    assert moving.regret[-1].mean() < still.regret[-1].mean() / 2
    assert np.isinf(still.least_slack).all()


def test_a_false_inequality_is_found_and_gradients_are_checked():
    world = SeaWorld("drifting", horizon=100)
    true = optimistic(world)
    false = SeaLearner("sea", true.init, true.act, true.update, lambda state, t: true.slack(state, t) - 100.0)
    with pytest.raises(Violation, match=r"round \d+, row \d+: sea violates"):
        play_sea(false, world, replicates=3)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda start, t: start + 0.3 * t, r"round 2: odd plays a point of norm 1\.03\d*.*, outside of radius 1\.0"),
        (lambda start, t: start * np.nan, "round 1: odd plays a point of norm"),
        (lambda start, t: start[:, :1], r"round 1: odd must play \(3, 3\), got shape \(3, 1\)"),
        (lambda start, t: 0.0, r"got shape \(\)"),
    ],
)
def test_plays_that_are_no_points_of_the_ball_are_refused(act, message):
    odd = SeaLearner("odd", lambda start: start, act, lambda state, *_: state)
    with pytest.raises(ValueError, match=message):
        play_sea(odd, SeaWorld("drifting", horizon=9), replicates=3)


def test_gradients_beyond_what_is_declared_are_refused_with_round_and_value(monkeypatch):
    monkeypatch.setattr(SeaWorld, "G", 1.3)
    world = SeaWorld("drifting", horizon=100)
    with pytest.raises(ValueError, match=r"round \d+: the gradient has norm 1\.\d+.*, more than 1\.3, as declared"):
        play_sea(standing_still(), world, replicates=3)


@pytest.mark.parametrize("slack", [np.nan, -1.0])
def test_a_slack_that_is_no_number_is_a_violation(slack):
    learner = standing_still()
    broken = SeaLearner("b", learner.init, learner.act, learner.update, lambda state, t: np.full(3, slack))
    with pytest.raises(Violation, match="round 1, row 0"):
        play_sea(broken, SeaWorld("drifting", horizon=9), replicates=3)
    short = SeaLearner("b", learner.init, learner.act, learner.update, lambda state, t: 1.0)
    with pytest.raises(ValueError, match="slack of shape"):
        play_sea(short, SeaWorld("drifting", horizon=9), replicates=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "calm"}, "kind must be one of"),
        ({"horizon": 0}, "horizon must be"),
        ({"dimension": 1}, "dimension must be"),
        ({"radius": 0.0}, "radius must be positive"),
        ({"radius": np.nan}, "radius must be positive"),
        ({"radius": 1e200}, "radius must be positive and finite, at most 1e"),
        ({"noise": -1.0}, "noise must be nonnegative"),
        ({"size": np.nan}, "size must be nonnegative"),
        ({"size": "a"}, "size must be nonnegative"),
        ({"horizon": 2**50}, "horizon must be"),
        ({"horizon": 2.0}, "horizon must be"),
        ({"strong": 2.0}, "strong must be at most smooth"),
    ],
)
def test_bad_worlds(change, message):
    with pytest.raises(ValueError, match=message):
        SeaWorld(**({"kind": "drifting", "horizon": 10} | change))


def test_bad_runs():
    world = SeaWorld("random order", horizon=10**7)
    with pytest.raises(ValueError, match="needs about"):
        play_sea(standing_still(), world, replicates=1000)
    with pytest.raises(ValueError, match="GiB; allowed"):
        play_sea(standing_still(), SeaWorld("drifting", horizon=3, dimension=10**9), replicates=2)
    with pytest.raises(ValueError, match="GiB; allowed"):
        play_sea(standing_still(), SeaWorld("drifting", horizon=2**40), replicates=2)
    for replicates in (0, range(0), range(0, 6, 2), range(-1, 3), 2.5, True, "3"):
        with pytest.raises(ValueError, match="replicates must be"):
            play_sea(standing_still(), world, replicates=replicates)
    for kind in ("signs", "nonconvex"):
        with pytest.raises(ValueError, match="not exp-concave"):
            optimistic_newton(SeaWorld(kind, horizon=10))
    with pytest.raises(ValueError, match="linear"):
        optimistic_strongly_convex(SeaWorld("signs", horizon=10))


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_takes_less_memory_than_it_says(kind):
    world = SeaWorld(kind, horizon=700)
    tracemalloc.start()
    play_sea(optimistic(world), world, replicates=200, points=3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with pytest.raises(ValueError, match="GiB; allowed"):
        play_sea(standing_still(), world, replicates=200, points=3, memory=float(peak))


WRONG_STEPS = {
    "none": lambda center, step: center,
    "twice as long": lambda center, step: center + 2 * step,
    "a little short": lambda center, step: center + 0.99 * step,
    "backwards": lambda center, step: center - step,
    "from the middle": lambda center, step: step,
    "one coordinate": lambda center, step: center + step * np.eye(3)[0],
}


@pytest.mark.parametrize("kind", ["signs", "drifting", "least squares", "label shift"])
@pytest.mark.parametrize("wrong", WRONG_STEPS)
def test_wrong_steps_violate_the_inequality_of_a_round(kind, wrong, monkeypatch):
    """The regret of a broken learner can stay far below its bound: the round's own inequality finds it."""

    def moved(state, step, gradient, radius):
        return np.asarray(onto_ball(WRONG_STEPS[wrong](state.center, -step * gradient), radius))

    monkeypatch.setattr(sea_learners, "_moved", moved)
    world = SeaWorld(kind, horizon=300)
    for make in (optimistic, optimistic_strongly_convex) if world.L else (optimistic,):
        with pytest.raises(Violation, match="violates its inequality"):
            play_sea(make(world), world, replicates=4)


@pytest.mark.parametrize("wrong", ["none", "a little short", "backwards"])
def test_wrong_newton_steps_violate_it_too(wrong, monkeypatch):
    true = sea_learners.best_in_ball

    def best(linear, values, radius):
        right = true(linear, values, radius)
        return {"none": 0 * right, "a little short": 0.99 * right, "backwards": -right}[wrong]

    monkeypatch.setattr(sea_learners, "best_in_ball", best)
    world = SeaWorld("least squares", horizon=300)
    with pytest.raises(Violation, match="violates its inequality"):
        play_sea(optimistic_newton(world), world, replicates=4)


@pytest.mark.parametrize("make", [optimistic, optimistic_strongly_convex, optimistic_newton])
def test_a_round_leaves_no_room_where_the_ball_does_not_bind(make):
    world = SeaWorld("drifting", horizon=120, radius=40.0)
    rounds = world.rounds(Stream(7), range(4), 1, 121)
    learner, state = make(world), make(world).init(np.zeros((4, 3)))
    for t in range(1, 121):
        play = learner.act(state, t)
        if make is not optimistic_strongly_convex or t > 20:  # its first steps are long
            state = learner.update(state, t, play, world.curvature * play - rounds.b[t - 1] + rounds.noise[t - 1])
    assert np.linalg.norm(state.center, axis=1).max() < world.radius / 2
    assert np.linalg.norm(play, axis=1).max() < world.radius / 2
    assert learner.round_slack(state, t) == pytest.approx(0, abs=1e-9)


def test_the_norm_of_newton_moves_is_that_of_the_round_before():
    """By the inequality at the last point played in place of the worst comparator, on a world that moves far."""
    world = SeaWorld("least squares", horizon=40, size=1.0)
    rounds = world.rounds(Stream(7), range(2), 1, 41)

    def gradient(t, x):
        return world.curvature * x - rounds.b[t - 1] + rounds.noise[t - 1] + rounds.tilt[t - 1] * x

    learner, state = optimistic_newton(world), optimistic_newton(world).init(np.zeros((2, 3)))
    beta = min(1 / (4 * world.G * world.D), world.alpha) / 2
    trace = reference.newton_descend(gradient, np.zeros((2, 3)), 40, beta=beta, G=world.G, radius=world.radius)
    for t in range(1, 41):
        state = learner.update(state, t, trace.plays[t - 1], trace.gradients[t - 1])
    move = trace.plays[1:] - trace.plays[:-1]
    expected = np.einsum("tri,trij,trj->r", move, trace.matrices[:-1], move) / 4
    assert state.moves == pytest.approx(expected, rel=1e-9)
    surprise = trace.gradients - trace.guesses
    solved = np.linalg.solve(trace.matrices, surprise[..., None])[..., 0]
    assert state.price == pytest.approx(2 * np.einsum("tri,tri->r", surprise, solved), rel=1e-9)


@pytest.mark.parametrize("make", [optimistic, optimistic_strongly_convex, optimistic_newton])
def test_a_coordinate_without_gradient_never_moves(make):
    """Without noise the middle coordinate starts at its optimum, from which long steps would carry rounding away."""
    world, seen = SeaWorld("least squares", horizon=400, noise=0.0), []
    learner = make(world)

    def update(state, t, play, gradient):
        seen.append((play, gradient))
        return learner.update(state, t, play, gradient)

    play_sea(replace(learner, update=update), world, replicates=4, points=4)
    plays, gradients = (np.asarray(part) for part in zip(*seen, strict=True))
    assert not plays[..., 1].any()
    assert plays[..., 0].any()
    assert ((gradients != 0).sum(axis=-1) <= 1).all()


def test_violations_are_found_on_a_device_too():
    world, strict = SeaWorld("drifting", horizon=30), backend("strict:device1")
    true = optimistic(world)
    false = replace(true, slack=lambda state, t: true.slack(state, t) - 40.0)
    with pytest.raises(Violation) as here:
        play_sea(false, world, replicates=3)
    with pytest.raises(Violation, match=str(here.value)):
        play_sea(false, world, replicates=3, backend=strict)
    far = replace(standing_still(), act=lambda state, t: state + 0.3 * (t - 1))
    with pytest.raises(ValueError, match=r"round 3: standing still plays a point of norm 1\.03"):
        play_sea(far, world, replicates=3, backend=strict)


@pytest.mark.parametrize("where", ["numpy", "strict:device1", "torch"])
@pytest.mark.parametrize("make", [optimistic, optimistic_newton])
def test_a_play_that_is_no_number_names_its_round_everywhere(where, make):
    """The learner itself stumbles over it afterwards, before a device is looked at."""
    if where == "torch":
        pytest.importorskip("torch")
    world = SeaWorld("label shift", horizon=60)
    true = make(world)
    false = replace(true, act=lambda state, t: true.act(state, t) * (math.nan if t == 47 else 1.0))
    with pytest.raises(ValueError, match=rf"^round 47: {true.name} plays a point of norm nan, outside"):
        play_sea(false, world, replicates=3, points=2, backend=backend(where))


@pytest.mark.parametrize("kind", ["drifting", "label shift", "random order"])
def test_how_many_rounds_are_drawn_at_a_time_changes_nothing(kind, monkeypatch):
    world = SeaWorld(kind, horizon=50)
    whole = play_sea(optimistic(world), world, replicates=2, seed=4, points=7)
    monkeypatch.setattr(sea_home, "_NUMBERS", 2 * 3 * 7 + 1)
    parts = play_sea(optimistic(world), world, replicates=2, seed=4, points=7)
    assert np.array_equal(parts.regret, whole.regret)
    assert parts.Sigma_sq == pytest.approx(whole.Sigma_sq, rel=1e-12)
    assert parts.sigma_sq == pytest.approx(whole.sigma_sq, rel=1e-12)


@pytest.mark.parametrize("which", ["slack", "round_slack"])
@pytest.mark.parametrize(("share", "found"), [(0.5, False), (2.0, True)])
def test_an_inequality_may_fail_by_rounding_alone(which, share, found):
    world = SeaWorld("drifting", horizon=9)

    def slack(state, t):
        return 0 * state[:, 0] - share * 1e-9 * (1 + world.G * world.D * t)

    with pytest.raises(Violation, match="round 1, row 0") if found else nullcontext():
        play_sea(replace(standing_still(), **{which: slack}), world, replicates=2)
