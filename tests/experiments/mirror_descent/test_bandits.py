import numpy as np
import pytest

from experiments.horizons import Violation, checkpoints
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import UNIFORM, Learner, exp3, play
from experiments.mirror_descent.exp3 import Exp3State, run_exp3
from experiments.mirror_descent.exp3_scalar import SLACK, SLACK_ROUND
from experiments.streams import Stream


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
    with pytest.raises(Violation, match=r"round \d+, row \d: EXP3 violates its inequality by \d"):
        play(false, Arms.gap(3, 0.2), horizon=300, replicates=5)


def test_the_state_names_round_row_and_value_of_a_violation():
    state = Exp3State.start(Arms.gap(2, 0.2), replicates=3, eta=0.1)
    state.check()
    state.sums[1, SLACK], state.sums[1, SLACK_ROUND] = -0.25, 7
    with pytest.raises(Violation, match=r"^round 7, row 1: EXP3 violates its inequality by 0\.25$"):
        state.check()


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


@pytest.mark.parametrize(
    "replicates", [0, -1, range(0), range(0, 6, 2), range(3, 0, -1), range(-2, 2), 2.5, True, "3", 2**32 + 1]
)
@pytest.mark.parametrize("engine", [None, "array"])
def test_replicates_that_are_not_consecutive_numbers_are_refused(replicates, engine):
    with pytest.raises(ValueError, match="replicates must be"):
        run_exp3(Arms.gap(2, 0.2), horizon=5, replicates=replicates, engine=engine)


@pytest.mark.parametrize("slack", [np.nan, -1.0])
def test_a_slack_that_is_no_number_is_a_violation(slack):
    true = exp3(0.5)
    broken = Learner("b", true.init, true.act, true.update, lambda state, loss: np.full(3, slack))
    with pytest.raises(Violation, match=r"round 0, row 0: b violates its inequality"):
        play(broken, Arms.gap(3, 0.2), horizon=5, replicates=3)
    short = Learner("b", true.init, true.act, true.update, lambda state, loss: np.zeros(1))
    with pytest.raises(ValueError, match=r"round 0: b must give a slack of shape \(3,\), got \(1,\)"):
        play(short, Arms.gap(3, 0.2), horizon=5, replicates=3)


def test_huge_and_tiny_steps_are_played_by_every_engine():
    for eta in (1e308, 1e-320):
        runs = [
            run_exp3(Arms.gap(3, 0.2), horizon=40, replicates=3, eta=eta, engine=engine) for engine in (None, "array")
        ]
        assert np.array_equal(runs[0].pseudo, runs[1].pseudo)
        assert np.array_equal(runs[0].least_slack, runs[1].least_slack)


@pytest.mark.parametrize("eta", [np.nan, -0.1, np.inf, "a", True, None])
def test_steps_must_be_nonnegative_numbers(eta):
    with pytest.raises(ValueError, match="eta must be nonnegative and finite"):
        exp3(eta)


@pytest.mark.parametrize("number", [2**70, 0, 1.0, True])
def test_phases_and_blocks_are_counts(number):
    for name in ("phase", "block"):
        with pytest.raises(ValueError, match=f"{name} must be an int from 1"):
            Arms(((0.5, 0.5),), **{name: number})


def test_memory_that_is_no_number_is_no_permission():
    with pytest.raises(ValueError, match="GiB; allowed are nan GiB"):
        run_exp3(Arms.gap(2, 0.2), horizon=5, replicates=2, memory=np.nan)
    with pytest.raises(ValueError, match="GiB; allowed"):
        run_exp3(Arms.gap(2, 0.2), horizon=5, replicates=2**31, engine="array")


def test_lai_robbins_is_the_gap_over_the_relative_entropy():
    means = (0.2, 0.35, 0.6)
    expected = sum(
        (m - 0.2) / (m * np.log(m / 0.2) + (1 - m) * np.log((1 - m) / 0.8)) for m in means[1:]
    )  # the loss of the worse arm against that of the best, not the other way
    assert Arms((means,)).lai_robbins() == pytest.approx(expected)


def test_realised_and_pseudo_regret_by_hand():
    """Losses from the same numbers, by a loop over all rounds and arms."""
    arms, rounds, row = Arms(((0.3, 0.6, 0.5), (0.6, 0.2, 0.5)), phase=30, amplitude=0.15, block=7), 80, 5
    numbers = np.asarray(Stream(2).uniform(range(row, row + 1), (rounds, 2)))[0]
    words = np.asarray(Stream(2).bits(range(row, row + 1), rounds))[0]
    loss, means = np.zeros(3), np.zeros(3)
    seen_loss = seen_mean = 0.0
    for t in range(rounds):
        signs = [1.0 if (words[t // 7] >> k) & 1 else -1.0 for k in range(3)]
        mean = np.asarray(arms.table[min(t // 30, 1)]) + 0.15 * np.asarray(signs)
        lost = (numbers[t, 1] < mean).astype(float)
        arm = int(3 * numbers[t, 0])
        loss, means = loss + lost, means + mean
        seen_loss, seen_mean = seen_loss + lost[arm], seen_mean + mean[arm]
    for engine in ("array", None):
        found = run_exp3(arms, horizon=rounds, replicates=range(row, row + 1), eta=0.0, seed=2, engine=engine)
        assert found.pseudo[-1, 0] == pytest.approx(seen_mean - means.min())
        assert found.realised[-1, 0] == pytest.approx(seen_loss - loss.min())
