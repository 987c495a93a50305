import numpy as np
import pytest

from experiments.mirror_descent.horizons import Violation
from experiments.mirror_descent.sea import SeaLearner, optimistic, optimistic_strongly_convex, play_sea, standing_still
from experiments.mirror_descent.sea_worlds import KINDS, SeaWorld
from experiments.streams import Stream
from theory.online.mirror_descent import onto_ball
from theory.online.sea import run as reference


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_do_not_depend_on_how_they_are_cut(kind):
    world = SeaWorld(kind, horizon=30)
    whole = world.rounds(Stream(3), range(5), 1, 31)
    part = world.rounds(Stream(3), range(2, 4), 8, 20)
    for name in ("b", "noise", "flips", "variance", "drift"):
        assert np.array_equal(getattr(whole, name)[7:19, 2:4], getattr(part, name)), name
    assert (np.diff(whole.b, axis=0) ** 2).sum(axis=-1) == pytest.approx(whole.drift[1:])


@pytest.mark.parametrize("kind", ["drifting", "nonconvex", "corrupted"])
def test_variance_is_that_of_the_noise(kind):
    world = SeaWorld(kind, horizon=10, noise=0.7)
    rounds = world.rounds(Stream(1), range(4), 1, 11)
    assert (rounds.noise**2).sum(axis=-1) == pytest.approx(0.49)
    assert rounds.variance == pytest.approx(0.49 + world.kappa**2)
    assert set(np.unique(rounds.flips)) == ({-1.0, 1.0} if kind == "nonconvex" else {0.0})


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


@pytest.mark.parametrize("make", [optimistic, optimistic_strongly_convex])
@pytest.mark.parametrize("kind", ["drifting", "nonconvex", "random order"])
def test_runs_agree_with_the_recorded_ones(make, kind):
    """The run that keeps all rounds has the same points, regret, and slack at the worst comparator."""
    world, rows = SeaWorld(kind, horizon=60, noise=0.5), range(4)
    rounds = world.rounds(Stream(7), rows, 1, 61)

    def gradient(t, x):
        noise = rounds.noise[t - 1] + world.kappa * rounds.flips[t - 1][:, None] * x
        return world.curvature * x - rounds.b[t - 1] + noise

    delta = 10 * world.D**2 * world.L**2
    rule = (
        reference.adaptive_step(D=world.D, G=world.G, delta=delta)
        if make is optimistic
        else reference.strongly_convex_step(world.strong)
    )
    trace = reference.descend(
        gradient, np.zeros((4, 3)), 60, step=rule, project=lambda x: onto_ball(x, world.radius), largest=world.G
    )
    found = play_sea(make(world), world, replicates=rows, seed=7)
    means = (world.curvature * trace.plays**2 / 2 - rounds.b * trace.plays).sum(axis=(0, 2))
    u = world.comparator(rounds.b.sum(axis=0), 60, Stream(7))
    best = 30 * (world.curvature * u**2).sum(axis=1) - (rounds.b.sum(axis=0) * u).sum(axis=1)
    assert found.regret[-1] == pytest.approx(means - best, abs=1e-9)

    state, learner = make(world).init(np.zeros((4, 3))), make(world)
    for t in range(1, 61):
        play = learner.act(state, t)
        state = learner.update(state, t, play, gradient(t, play))
    candidates = np.asarray(Stream(1).normal(400, (4, 3)))
    candidates = np.asarray(onto_ball(candidates, world.radius))
    own = learner.slack(state, 60)
    for u in candidates:
        if make is optimistic:
            other = reference.adaptive_slack(trace, u, D=world.D, G=world.G, delta=delta)
        else:
            other = reference.strongly_convex_slack(trace, u, lam=world.strong, D=world.D)
        assert (own <= np.asarray(other) + 1e-9).all()
    if make is optimistic:
        worst = -state.gradients / np.linalg.norm(state.gradients, axis=1, keepdims=True)
        assert own == pytest.approx(np.asarray(reference.adaptive_slack(trace, worst, D=2.0, G=world.G, delta=delta)))


@pytest.mark.parametrize("kind", KINDS)
def test_regret_is_below_the_bounds_on_average(kind):
    world = SeaWorld(kind, horizon=400)
    found = play_sea(optimistic(world), world, replicates=40, seed=2)
    error = found.regret.std(axis=1) / 40**0.5
    assert (found.regret.mean(axis=1) + 4 * error <= found.bounds["sharper"]).all()
    assert (found.bounds["sharper"] <= found.bounds["published"]).all()
    assert (found.least_slack >= 0).all()
    longer = play_sea(optimistic(world), world, replicates=range(10, 20), seed=2)
    assert np.array_equal(found.regret[:, 10:20], longer.regret)


def test_regret_of_random_signs_scales_with_their_size():
    small, large = (SeaWorld("signs", horizon=300, size=size) for size in (0.01, 1.0))
    first, second = (play_sea(optimistic(world), world, replicates=6).regret for world in (small, large))
    assert 100 * first == pytest.approx(second, rel=1e-9)


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
    with pytest.raises(Violation, match=r"round \d+, row \d+: the path of sea violates"):
        play_sea(false, world, replicates=3)
    outside = SeaLearner("far", lambda start: start + 9.0, lambda state, t: state, lambda state, *_: state)
    with pytest.raises(ValueError, match="round 1: the gradient has norm"):
        play_sea(outside, world, replicates=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "calm"}, "kind must be one of"),
        ({"horizon": 0}, "horizon must be"),
        ({"dimension": 1}, "dimension must be"),
        ({"radius": 0.0}, "radius must be positive"),
        ({"noise": -1.0}, "noise and size"),
        ({"strong": 2.0}, "strong at most smooth"),
    ],
)
def test_bad_worlds(change, message):
    with pytest.raises(ValueError, match=message):
        SeaWorld(**({"kind": "drifting", "horizon": 10} | change))


def test_bad_runs():
    world = SeaWorld("random order", horizon=10**7)
    with pytest.raises(ValueError, match="needs about"):
        play_sea(standing_still(), world, replicates=1000)
    with pytest.raises(ValueError, match="at least 1"):
        play_sea(standing_still(), world, replicates=0)
    with pytest.raises(ValueError, match="linear"):
        optimistic_strongly_convex(SeaWorld("signs", horizon=10))
