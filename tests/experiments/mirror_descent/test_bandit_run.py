from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.horizons import Violation
from experiments.linear_bandits import players
from experiments.linear_bandits.exp2 import UNIFORM as LINEAR_UNIFORM
from experiments.linear_bandits.exp2 import exp2
from experiments.linear_bandits.players import Check, LinearLearner
from experiments.linear_bandits.players import play as play_linear
from experiments.linear_bandits.worlds import LinearWorld, arms, cube
from experiments.mirror_descent import bandit_run as home
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import UNIFORM, Learner, exp3, play
from experiments.mirror_descent.exp3 import run_exp3

ELSEWHERE = ["strict:device1", "torch"]
WORLDS = {
    "gap": Arms.gap(3, 0.2), "signs": Arms.signs(3, 0.3, 4), "switching": Arms.switching(3, 0.4, 25),
    "phases and signs": Arms(((0.3, 0.6), (0.6, 0.3), (0.5, 0.4)), phase=7, amplitude=0.1, block=5),
}  # fmt: skip


def named(name):
    if name == "torch":
        pytest.importorskip("torch")
    return backend(name)


def agree(there, here):
    for name in ("rounds", "pseudo", "realised", "least_slack"):
        assert type(getattr(there, name)) is np.ndarray
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("eta", [0.3, 30.0, 0.0])
def test_exp3_plays_the_same_on_every_back_end(where, kind, eta):
    given = {"horizon": 40, "replicates": range(3, 7), "seed": 5, "eta": eta, "points": 6}
    there = run_exp3(WORLDS[kind], **given, backend=named(where))
    agree(there, run_exp3(WORLDS[kind], **given, engine="array"))
    if where != "torch":
        other = run_exp3(WORLDS[kind], **(given | {"seed": 6}), engine="array")
        assert np.abs(there.pseudo - other.pseudo).max() > 0.1


@pytest.mark.parametrize("where", ELSEWHERE)
def test_exp2_plays_the_same_on_every_back_end(where):
    given = {"horizon": 60, "replicates": 4, "seed": 2, "points": 6}
    for world in (cube(3, 0.6, switch=20), arms(4, 0.3)):
        learner = exp2(eta=0.05, gamma=0.4)
        here = play_linear(learner, world, **given)
        agree(play_linear(learner, world, **given, backend=named(where)), here)
        other = play_linear(exp2(eta=0.06, gamma=0.4), world, **given)
        assert np.abs(here.least_slack - other.least_slack).max() > 0.01


@pytest.mark.parametrize("where", ["numpy", *ELSEWHERE])
def test_a_violation_names_the_same_round_everywhere(where):
    there = named(where)
    true = exp3(0.5, there)
    false = Learner("EXP3", true.init, true.act, true.update, lambda state, loss: true.slack(state, loss) - 1.9)
    with pytest.raises(Violation, match=r"round 2, row 2: EXP3 violates its inequality by 0\.396"):
        play(false, Arms.gap(3, 0.2), horizon=300, replicates=5, backend=there)
    true = exp2(eta=0.02, gamma=0.5)
    false = LinearLearner("EXP2", true.init, lambda state, t: state.weights, true.update, true.checks)
    with pytest.raises(Violation, match="round 0, row 0: EXP2 violates its mixing identity"):
        play_linear(false, cube(3, 0.6), horizon=50, replicates=5, backend=there)


@pytest.mark.parametrize("where", ["numpy", "strict"])
@pytest.mark.parametrize(
    ("late", "got"), [([1.0, -2.0], "-2.0"), ([0.0, 0.0], "0.0"), ([1e308, 1e308], "inf"), ([np.nan, 1.0], "nan")]
)
def test_wrong_weights_are_found_in_their_round(where, late, got):
    def act(state, t):
        return [[1.0, 1.0], late if t == 7 else [1.0, 2.0]]

    odd = Learner("odd", lambda *_: None, act, lambda state, *_: state)
    message = f"round 7: weights of odd must be >= 0 and not all 0, got {got}"
    with pytest.raises(ValueError, match=message), np.errstate(all="ignore"):
        play(odd, Arms.gap(2, 0.2), horizon=30, replicates=2, backend=named(where))


def test_only_arrays_are_played_elsewhere():
    with pytest.raises(ValueError, match="engine must be array on another back end than NumPy, got 'numba'"):
        run_exp3(WORLDS["gap"], horizon=5, replicates=2, engine="numba", backend=backend("strict"))


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_control_plays_on_every_back_end_as_it_is(where):
    given = {"horizon": 30, "replicates": 3, "seed": 4}
    agree(play(UNIFORM, WORLDS["signs"], **given, backend=named(where)), play(UNIFORM, WORLDS["signs"], **given))


def test_how_many_rounds_are_drawn_at_a_time_changes_nothing(monkeypatch):
    given = {"horizon": 50, "replicates": 3, "seed": 4, "points": 7}
    whole = play(exp3(0.3), WORLDS["phases and signs"], **given)
    monkeypatch.setattr(home, "BLOCK", 2 * 3 * 8 + 1)
    assert np.array_equal(play(exp3(0.3), WORLDS["phases and signs"], **given).realised, whole.realised)


@pytest.mark.parametrize("where", ["numpy", *ELSEWHERE])
def test_a_world_of_one_loss_vector(where):
    world = LinearWorld(((1.0,), (0.5,)), ((1.0,),), ((1.0,),))
    found = play_linear(LINEAR_UNIFORM, world, horizon=40, replicates=3, seed=2, backend=named(where))
    assert found.pseudo[-1] == pytest.approx(found.realised[-1])
    assert found.pseudo.max() > 4


def test_a_loss_vector_is_drawn_from_its_half_open_interval():
    world = LinearWorld(((1.0,),), ((0.1,), (0.2,), (0.3,)), ((0.0, 0.25, 0.75),))
    run = players._Run(LINEAR_UNIFORM, world, range(4), 10, 0, backend())
    losses, _ = run.losses(0, np.asarray([0.0, 0.2, 0.25, 0.99]))
    assert losses[:, 0].tolist() == [0.2, 0.2, 0.3, 0.3]  # never the one whose chance is 0


@pytest.mark.parametrize(("size", "found"), [(0.5e-9, False), (2e-9, True)])
def test_an_inequality_may_fail_by_rounding_alone(size, found):
    def check(state):
        return {"price": Check(np.full(2, -4 * size), np.full(2, 3.0))}

    def slack(state, loss):
        return -size * (1 + loss)

    linear = replace(LINEAR_UNIFORM, checks=check)
    one = Learner("odd", UNIFORM.init, UNIFORM.act, UNIFORM.update, slack)
    with pytest.raises(Violation, match="violates its price by 8e-09") if found else nullcontext():
        play_linear(linear, cube(2, 0.5), horizon=5, replicates=2)
    with pytest.raises(Violation, match="odd violates its inequality by") if found else nullcontext():
        play(one, WORLDS["gap"], horizon=5, replicates=2)
