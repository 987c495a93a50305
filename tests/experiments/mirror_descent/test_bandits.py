import numpy as np
import pytest

from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import UNIFORM, Learner, exp3, play
from experiments.mirror_descent.horizons import Violation, checkpoints


def fixed(weights):
    return Learner("fixed", lambda *_: None, lambda state, t: np.asarray(weights), lambda state, *_: state)


def test_a_learner_that_knows_the_best_arm_has_no_pseudo_regret():
    arms = Arms.gap(3, 0.5)
    assert not play(fixed([[1.0, 0.0, 0.0]] * 4), arms, horizon=50, replicates=4).pseudo.any()
    worse = play(fixed([[0.0, 0.0, 2.0]] * 4), arms, horizon=50, replicates=4)
    assert worse.pseudo[-1].tolist() == [25.0] * 4
    assert (worse.realised[-1] > 0).all()


def test_learners_meet_the_same_losses():
    arms = Arms.signs(3, 0.2, 5)
    first, second = (
        play(fixed([[1.0, 0, 0]] * 2), arms, horizon=80, replicates=range(k, k + 2), seed=1) for k in (0, 1)
    )
    assert np.array_equal(first.pseudo[:, 1], second.pseudo[:, 0])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[1.0, 1.0]], "round 0: fixed must give weights of shape"),
        ([[1.0, -1.0, 1.0]], r"round 0: weights of fixed must be >= 0 and not all 0, got -1\.0"),
        ([[np.nan, 1.0, 1.0]], "round 0: weights"),
        ([[0.0, 0.0, 0.0]], "not all 0"),
    ],
)
def test_wrong_weights_are_refused_with_the_round(weights, message):
    with pytest.raises(ValueError, match=message):
        play(fixed(weights), Arms.gap(3, 0.2), horizon=5, replicates=1)


def test_a_false_inequality_is_found():
    true = exp3(0.5)
    false = Learner("EXP3", true.init, true.act, true.update, lambda state, loss: true.slack(state, loss) - 3.0)
    play(true, Arms.gap(3, 0.2), horizon=300, replicates=5)
    with pytest.raises(Violation, match=r"round \d+, row \d: the path of EXP3"):
        play(false, Arms.gap(3, 0.2), horizon=300, replicates=5)


def test_functions_of_a_learner_change_nothing_they_are_given():
    learner = exp3(0.5)
    state = learner.init(3, 2, 10)
    kept = [item.copy() for item in state]
    learner.update(state, 0, np.array([0, 2]), np.array([1.0, 1.0]), np.array([0.5, 0.5]))
    assert all(np.array_equal(item, old) for item, old in zip(state, kept, strict=True))
    assert UNIFORM.slack is None


@pytest.mark.parametrize("table", [((0.5,),), ((0.5, 0.5), (0.5,)), ((0.5,) * 33,)])
def test_tables_of_wrong_shape(table):
    with pytest.raises(ValueError, match="2 to 32 arms"):
        Arms(table)


def test_means_beyond_the_range_name_round_and_value():
    with pytest.raises(ValueError, match=r"round 10, arm 1: mean loss 1\.2"):
        Arms(((0.5, 0.5), (0.5, 1.2)), phase=10)
    with pytest.raises(ValueError, match="leaves"):
        Arms.signs(2, 0.6, 1)
    with pytest.raises(ValueError, match="phase"):
        Arms(((0.5, 0.5),), phase=0)


def test_lai_robbins_is_for_constant_means_alone():
    assert np.isnan(Arms.signs(3, 0.2, 5).lai_robbins())
    assert np.isnan(Arms.switching(3, 0.2, 5).lai_robbins())
    assert Arms.gap(3, 0.25).lai_robbins() == pytest.approx(2 * Arms.gap(2, 0.25).lai_robbins())


def test_checkpoints_end_with_the_horizon():
    for horizon in (1, 7, 1000, 99_999):
        rounds = checkpoints(horizon, 40)
        assert rounds[0] == 1
        assert rounds[-1] == horizon
        assert (np.diff(rounds) > 0).all()
