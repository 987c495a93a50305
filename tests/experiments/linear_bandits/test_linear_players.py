from dataclasses import replace

import numpy as np
import pytest

from experiments.horizons import Violation
from experiments.linear_bandits import exp2 as home
from experiments.linear_bandits.exp2 import UNIFORM, exp2
from experiments.linear_bandits.players import Check, LinearLearner, play
from experiments.linear_bandits.worlds import LinearWorld, arms, cube, sphere
from theory.online.exp2 import tuned


def fixed(weights):
    return LinearLearner("fixed", lambda *_: None, lambda state, t: np.asarray(weights), lambda state, *_: state)


def test_pseudo_regret_of_a_fixed_action_is_exact():
    world = cube(2, 0.5)
    best, worst = np.zeros((3, 4)), np.zeros((3, 4))
    best[:, 3], worst[:, 0] = 1, 2
    assert not play(fixed(best), world, horizon=60, replicates=3).pseudo.any()
    assert play(fixed(worst), world, horizon=60, replicates=3).pseudo[-1].tolist() == [60.0] * 3


def test_phases_and_totals():
    world = cube(2, 0.5, switch=10)
    assert world.totals(14).tolist() == (10 * world.means[0] + 4 * world.means[1]).tolist()
    assert world.means[1].tolist() == [0.0, -0.5, 0.5, 0.0]


def test_frequencies_of_losses_are_the_chances():
    world = arms(3, 0.25)
    found = play(fixed(np.tile([1.0, 0, 0], (400, 1))), world, horizon=50, replicates=400)
    lost = found.realised[-1] + 0  # less the best arm in hindsight, which is arm 0 but for a few replicates
    assert abs(lost.mean()) < 1
    other = play(fixed(np.tile([0, 1.0, 0], (400, 1))), world, horizon=50, replicates=400)
    assert other.realised[-1].mean() == pytest.approx(12.5, abs=1)


@pytest.mark.parametrize("world", [cube(3, 0.6), cube(3, 0.6, switch=100), sphere(30, 4, 1.0), arms(5, 0.3)])
@pytest.mark.parametrize("form", ["derived", "as usually quoted"])
def test_paths_keep_their_inequalities(world, form):
    found = play(exp2(form=form), world, horizon=300, replicates=8, seed=3)
    assert (found.least_slack > 0).all()
    assert np.isfinite(found.pseudo).all()


def test_replicates_depend_on_their_number_alone():
    many = play(exp2(), cube(3, 0.6), horizon=100, replicates=4, seed=2)
    few = play(exp2(), cube(3, 0.6), horizon=100, replicates=range(2, 4), seed=2)
    assert np.allclose(many.pseudo[:, 2:], few.pseudo, atol=1e-12)


def test_rank_deficient_actions_are_played_in_their_span():
    flat = replace(cube(2, 0.5), actions=tuple((x, x) for x in (-1.0, -0.5, 0.5, 1.0)))
    found = play(exp2(), flat, horizon=500, replicates=10)
    assert found.pseudo[-1].mean() < play(UNIFORM, flat, horizon=500, replicates=10).pseudo[-1].mean()


def test_coordinates_in_other_units_change_nothing():
    world, unit = cube(2, 0.5), 1e-12
    scaled = LinearWorld(
        tuple((x, y * unit) for x, y in world.actions), tuple((x, y / unit) for x, y in world.vectors), world.chances
    )
    one, other = (play(exp2(), tried, horizon=200, replicates=5) for tried in (world, scaled))
    assert np.allclose(one.pseudo, other.pseudo, atol=1e-9)


SMALL = {
    "two points": (np.array([[1.0], [-1.0]]), 8),
    "a point and 0": (np.array([[1.0], [0.0]]), 8),
    "arms": (np.eye(2), 8),
    "twice the same arm": (np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), 5),
    "square": (np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]), 5),
}


def expected_regret(actions, losses, form):
    """Exact: every sequence of plays with its probability; the checks of the learner on every path."""
    learner = exp2(form=form)
    state, chance, total = learner.init(actions, 1, len(losses)), np.ones(1), 0.0
    arrays = [name for name, value in vars(state).items() if np.ndim(value) and len(value) == 1]
    for t, loss in enumerate(losses):
        p = learner.act(state, t)
        total += chance @ (p @ loss)
        paths, action = (index.ravel() for index in np.indices(p.shape))
        state = replace(state, **{name: getattr(state, name)[paths] for name in arrays})
        state = learner.update(state, t, action, loss[action], p[paths])
        chance = chance[paths] * p[paths, action]
        for check in learner.checks(state).values():
            assert (check.slack >= -1e-9 * (1 + check.scale)).all()
    assert chance.sum() == pytest.approx(1)
    return total - losses.sum(axis=0).min()


@pytest.mark.parametrize("form", ["derived", "as usually quoted"])
@pytest.mark.parametrize("name", SMALL)
def test_no_adversary_that_was_found_exceeds_the_bound(name, form):
    actions, horizon = SMALL[name]
    rng = np.random.default_rng(1)

    def allowed(vectors):
        losses = vectors @ actions.T
        return losses / np.maximum(1, np.abs(losses).max(axis=1, keepdims=True))

    vectors = rng.choice([-1.0, 1.0], size=(horizon, actions.shape[1]))
    found = expected_regret(actions, allowed(vectors), form)
    for _ in range(40):
        tried = vectors.copy()
        t = rng.integers(horizon)
        tried[t] = rng.normal(size=actions.shape[1]) * 10 ** rng.uniform(-1, 1)
        value = expected_regret(actions, allowed(tried), form)
        if value > found:
            vectors, found = tried, value
    rank = np.linalg.matrix_rank(actions)
    assert 0.3 < found <= float(tuned(int(rank), len(actions), horizon, form=form).bound)


def test_estimates_have_the_right_mean():
    """All actions of one round, each weighted by its probability."""
    actions = np.asarray(sphere(7, 3, 1.0).actions)
    learner = exp2(eta=0.05, gamma=0.3)
    state = learner.init(actions, 7, 10)
    state = replace(state, weights=np.tile(np.arange(1.0, 8) / 28, (7, 1)))
    probabilities = learner.act(state, 0)
    theta = np.array([0.2, -0.5, 0.3])
    after = learner.update(state, 0, np.arange(7), actions @ theta, probabilities)
    mean = probabilities[0] @ (after.vector @ state.design.coordinates.T)
    assert np.allclose(mean, actions @ theta)
    estimates = after.vector @ state.design.coordinates.T
    assert probabilities[0] @ estimates**2 @ probabilities[0] <= 3
    assert after.first == pytest.approx((state.weights * estimates).sum(axis=1))  # by q, not by what is played
    assert after.second == pytest.approx((state.weights * estimates**2).sum(axis=1))
    assert abs(after.second - (probabilities * estimates**2).sum(axis=1)).max() > 0.05


def test_one_round_by_hand():
    learner = exp2(eta=0.5, gamma=0.5)
    state = learner.init(np.eye(2), 2, 10)
    after = learner.update(state, 0, np.array([0, 1]), np.array([-1.0, 0.5]), learner.act(state, 0))
    totals = after.vector @ after.design.coordinates.T  # estimates: the loss over the probability 1/2
    assert np.allclose(totals, [[-2, 0], [0, 1]])
    assert np.allclose(after.weights[:, 0], [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-0.5))])
    assert np.allclose([after.first, after.second, after.largest], [[-1, 0.5], [2, 0.5], [2, 1]])
    assert not after.mixing.any()
    slack = learner.checks(after)["regret bound in terms of its estimates"].slack
    y = 0.5 * 2 / 0.5
    price = (np.exp(y) - 1 - y) / y**2
    assert np.allclose(slack, np.log(2) / 0.5 + price * 0.5 * np.array([2, 0.5]) - np.array([1, 0.5]))


def test_the_phase_changes_in_its_round():
    world = LinearWorld(((1.0,), (0.5,)), ((1.0,), (-1.0,)), ((1.0, 0.0), (0.0, 1.0)), phase=3)
    first = np.zeros((1, 2))
    first[0, 0] = 1
    found = play(fixed(first), world, horizon=6, replicates=1, points=40)
    assert found.rounds.tolist() == [1, 2, 3, 4, 5, 6]
    assert found.realised[:, 0].tolist() == found.pseudo[:, 0].tolist() == [0.5, 1.0, 1.5, 1.0, 0.5, 0.0]


def test_a_false_price_is_found(monkeypatch):
    learner = exp2(eta=0.2, gamma=0.3)
    play(learner, cube(3, 0.6), horizon=200, replicates=5)
    monkeypatch.setattr(home, "price", lambda y: -1.0)
    with pytest.raises(Violation, match=r"round \d+, row \d: EXP2 violates its regret bound .* by \d"):
        play(learner, cube(3, 0.6), horizon=200, replicates=5)


def test_a_wrong_mixture_and_too_large_estimates_are_found():
    learner = exp2(eta=0.02, gamma=0.5)
    mixed = replace(learner, act=lambda state, t: state.weights + 1e-4 * np.eye(len(state.weights), 8))
    with pytest.raises(Violation, match=r"round \d+, row \d: EXP2 violates its mixing identity"):
        play(mixed, cube(3, 0.6), horizon=50, replicates=5)
    large = replace(
        learner, checks=lambda state: {"bound": Check(np.where(state.largest > 3.1, np.nan, 1.0), state.largest)}
    )
    with pytest.raises(Violation, match="bound by nan"):
        play(large, cube(3, 0.6), horizon=500, replicates=5)


def test_losses_out_of_range_name_round_and_value():
    with pytest.raises(ValueError, match=r"round 10: loss 1\.5 of action 1 leaves \[-1, 1\]"):
        LinearWorld(((1.0,), (3.0,)), ((0.25,), (0.5,)), ((1.0, 0.0), (0.5, 0.5)), phase=10)
    with pytest.raises(ValueError, match="actions must be finite"):
        LinearWorld(((np.nan,),), ((0.25,),), ((1.0,),))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LinearWorld(((1.0,),), ((0.5,),), ((0.9,),)), "chances must be >= 0 with sum 1"),
        (lambda: LinearWorld(((1.0,),), ((0.5, 0.5),), ((1.0,),)), "as long as actions"),
        (lambda: LinearWorld(((1.0,), (1.0, 2.0)), ((0.5,),), ((1.0,),)), r"lengths \[1, 2\]"),
        (lambda: LinearWorld(((1.0,),), ((0.5,),), ((1.0,),), phase=0), "phase"),
        (lambda: cube(2, 1.5), "gap must be from 0 to 1"),
        (lambda: arms(1, 0.2), "at least 2 arms"),
        (lambda: exp2(eta=0.1), "both, or neither"),
        (lambda: exp2(eta=-0.1, gamma=0.1), "eta must be positive"),
        (lambda: exp2(eta=0.1, gamma=1.1), r"gamma must be in \(0, 1\]"),
        (lambda: play(exp2(), cube(3, 0.5), horizon=0, replicates=2), "horizon must be an int from 1"),
        (lambda: play(exp2(), arms(10, 0.2), horizon=1, replicates=2), "too short"),
        (lambda: play(exp2(), cube(3, 0.5), horizon=9, replicates=2.0), "must be an int or a range, got 2.0"),
        (lambda: play(exp2(), cube(3, 0.5), horizon=9, replicates=0), "replicates must be at least 1"),
        (lambda: play(exp2(), cube(3, 0.5), horizon=9, replicates=range(0, 6, 2)), "must be consecutive numbers"),
        (lambda: play(exp2(eta=10.0, gamma=0.001), cube(3, 0.5), horizon=9, replicates=1), "eta must be at most 700"),
        (lambda: exp2(form="best"), "form must be one of"),
        (lambda: cube(0, 0.5), "dimension must be an int >= 1, got 0"),
        (lambda: cube(2, 0.5, switch=0), "switch must be an int >= 1, got 0"),
        (lambda: sphere(0, 3, 0.5), "count must be an int >= 1, got 0"),
        (lambda: cube(2, 0.5).totals(-1), "rounds must be at least 0, got -1"),
        (lambda: LinearWorld(((np.inf,),), ((0.0,),), ((1.0,),)), "actions must be finite"),
        (lambda: play(exp2(), cube(3, 0.5), horizon=9, replicates=10**9), "GiB; allowed are 4.0 GiB"),
        (lambda: play(fixed([[1.0]]), cube(3, 0.5), horizon=9, replicates=1), "round 0: fixed must give weights"),
        (lambda: play(fixed([[-1.0] * 8]), cube(3, 0.5), horizon=9, replicates=1), r"round 0: .* got -1\.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
