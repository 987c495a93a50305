import dataclasses
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.bench_linear_mdp import loop
from experiments.horizons import Violation
from experiments.linear_mdp.algorithms import Algorithm
from experiments.linear_mdp.episode_scalar import SLACK, VALUE, episode_functions
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import State, run
from experiments.linear_mdp.state_arrays import ARRAYS
from experiments.philox.scalar import scalar_functions

LOSSES = {
    "blocks": Losses.blocks(3, 3, amplitude=0.4, block=7),
    "adaptive": Losses.follower(3, 3, amplitude=0.3),
    "switching": Losses.switching(3, 3, gap=0.3, half=11),
    "gap": Losses.gap(3, 3, gap=0.2, amplitude=0.25),
}
SAMPLED = {"covariance": "samples", "draws": 4}
RESAMPLED = {"covariance": "resampling", "draws": 6}
LEARNERS = {
    "barrier": Algorithm("log barrier", eta=0.05, gamma=0.02, beta=2e-3),
    "exponential": Algorithm("exponential weights", eta=0.03, gamma=0.06, beta=1e-3),
    "reduced": Algorithm("exponential weights", eta=0.03, gamma=0.05, beta=1e-3, reduced=True),
    "barrier, samples": Algorithm("log barrier", eta=0.05, gamma=0.05, beta=1e-3, **SAMPLED),
    "reduced, samples": Algorithm("exponential weights", eta=0.05, gamma=0.05, reduced=True, **SAMPLED),
    "barrier, resampling": Algorithm("log barrier", eta=0.05, gamma=0.05, beta=1e-3, **RESAMPLED),
    "reduced, resampling": Algorithm("exponential weights", eta=0.05, gamma=0.05, reduced=True, **RESAMPLED),
    "uniform": Algorithm("uniform"),
}
ON_CUDA = """
import numpy as np
from numba.core import config
from experiments.linear_mdp.regret import run
from test_linear_mdp_regret import LEARNERS, LOSSES, mdp
assert config.ENABLE_CUDASIM
cells = [("blocks", "barrier"), ("adaptive", "reduced"), ("gap", "reduced, samples"), ("gap", "barrier, resampling")]
for kind, name in cells:
    given = dict(episodes=3, replicates=2, seed=4, points=3)
    there = run(LEARNERS[name], mdp(), LOSSES[kind], engine="cuda", **given)
    here = run(LEARNERS[name], mdp(), LOSSES[kind], engine="array", **given)
    np.testing.assert_allclose(there.regret, here.regret, atol=1e-12)
    np.testing.assert_allclose(there.least_cost, here.least_cost, atol=1e-12)
print("equal")
"""


def mdp():
    return LinearMDP.random(3, 4, 3, 3, seed=1)


def started(learner, losses, engine, *, replicates=3, episodes=40):
    return State.start(learner, mdp(), losses, episodes=episodes, replicates=replicates, seed=5, engine=engine)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("name", LEARNERS)
def test_compiled_and_array_operations_agree_episode_by_episode(kind, name):
    pytest.importorskip("numba")
    state = started(LEARNERS[name], LOSSES[kind], "numba")
    for _ in range(25):
        there = dataclasses.replace(state, engine="array").advanced(1)
        state = state.advanced(1)
        for array in ("totals", "policies", "reductions", "inverses", "seen", "weight_sums", "paid", "spread", "sums"):
            here = getattr(state, array)
            np.testing.assert_allclose(
                getattr(there, array), here, atol=1e-12 * (1 + np.abs(here[here < np.inf]).max())
            )


@pytest.mark.parametrize("kind", ["blocks", "switching", "gap"])
@pytest.mark.parametrize("name", ["barrier", "exponential", "reduced", "uniform"])
@pytest.mark.parametrize("engine", ["numba", "array"])
def test_the_plain_loop_finds_the_same(kind, name, engine):
    if engine == "numba":
        pytest.importorskip("numba")
    regret, totals = loop(LEARNERS[name], mdp(), LOSSES[kind], episodes=30, replicate=6, seed=5)
    state = started(LEARNERS[name], LOSSES[kind], engine, replicates=range(6, 7), episodes=30).advanced(30)
    assert state.regret[0] == pytest.approx(regret, abs=1e-12)
    if name != "uniform":
        np.testing.assert_allclose(state.totals[0], totals, atol=1e-12 * np.abs(totals).max())


def test_plain_python_runs_the_same_body():
    plain = scalar_functions(lambda function: function)
    advance = episode_functions(lambda function: function, plain.pair, plain.bits_at)
    learner = LEARNERS["reduced, samples"]
    there = started(learner, LOSSES["blocks"], "array", replicates=range(2, 3)).advanced(4)
    here = started(learner, LOSSES["blocks"], "array", replicates=range(2, 3))
    advance(0, 0, 4, 2, *(getattr(here, name) for name in ARRAYS), *here._constants())
    np.testing.assert_allclose(here.totals, there.totals, atol=1e-12)


def test_cuda_kernel_in_the_simulator_agrees():
    pytest.importorskip("numba")
    paths = os.pathsep.join([str(path) for path in sys.path if path] + [os.path.dirname(__file__)])  # noqa: PTH120
    given = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-c", ON_CUDA], env=given, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.stdout.strip() == "equal", done.stderr


@pytest.mark.parametrize("engine", ["numba", "array"])
def test_replicates_and_pieces_do_not_depend_on_each_other(engine):
    if engine == "numba":
        pytest.importorskip("numba")
    learner, losses = LEARNERS["barrier, samples"], LOSSES["blocks"]
    whole = run(learner, mdp(), losses, episodes=30, replicates=4, seed=1, engine=engine, points=5)
    part = run(learner, mdp(), losses, episodes=30, replicates=range(2, 4), seed=1, engine=engine, points=3)
    np.testing.assert_allclose(whole.regret[-1, 2:], part.regret[-1], atol=1e-11)
    again = run(learner, mdp(), losses, episodes=30, replicates=4, seed=1, engine=engine, points=5)
    np.testing.assert_array_equal(whole.regret, again.regret)
    other = run(learner, mdp(), losses, episodes=30, replicates=4, seed=2, engine=engine, points=5)
    assert not np.array_equal(whole.regret, other.regret)


def test_regret_is_value_less_the_best_policy():
    losses = LOSSES["blocks"]
    state = started(LEARNERS["barrier"], losses, None, episodes=12)
    value = np.zeros(3)
    for episode in range(12):
        state = state.advanced(1)
        weights = losses.weights(3, range(episode, episode + 1), seed=5)[:, 0]
        np.testing.assert_allclose(state.weights, weights)
        value += state.mdp.policy_value(state.policies, weights)
    np.testing.assert_allclose(state.sums[:, VALUE], value, rtol=1e-13)
    best = state.mdp.best_fixed_policy(losses.totals(3, 12, seed=5))[1]
    np.testing.assert_allclose(state.regret, value - best, atol=1e-12)


def test_sampled_inverses_approach_the_exact_one():
    exact = started(LEARNERS["barrier"], LOSSES["gap"], None).advanced(1)
    for covariance, draws, within in (("samples", 20_000, 0.05), ("resampling", 3_000, 0.4)):
        learner = Algorithm("log barrier", eta=0.05, gamma=0.02, covariance=covariance, draws=draws)
        found = started(learner, LOSSES["gap"], None, replicates=16).advanced(1)
        error = np.abs(found.inverses.mean(axis=0) - exact.inverses[0]).max() / np.abs(exact.inverses).max()
        assert error < within


def test_reductions_are_expectations_of_negative_parts():
    state = started(LEARNERS["reduced"], LOSSES["gap"], None).advanced(7)
    process, row, h = state.mdp, 1, 1
    products = np.einsum("sai,ij,tbj->satb", process.features[h], state.inverses[row, h], process.features[h])
    chances = state.visits[row, h][:, None] * state.policies[row, h]
    expected = (3 - h) * (np.minimum(products, 0) * chances).sum(axis=(2, 3))
    np.testing.assert_allclose(state.reductions[row, h], expected, atol=1e-12)
    bound = (3 - h) / math.sqrt(state.algorithm.gamma)
    assert (state.reductions[row, h] >= -bound).all()


def test_estimates_of_reduced_learners_are_bounded_below():
    learner = dataclasses.replace(LEARNERS["reduced"], gamma=1e-3)
    plain = dataclasses.replace(LEARNERS["exponential"], gamma=1e-3)
    found = run(learner, mdp(), LOSSES["blocks"], episodes=300, replicates=8)
    assert (found.least[-1] >= -learner.eta * 3 / math.sqrt(learner.gamma)).all()
    other = run(plain, mdp(), LOSSES["blocks"], episodes=300, replicates=8)
    assert other.least[-1].min() < 3 * found.least[-1].min()


def test_a_violated_inequality_stops_the_run():
    state = started(LEARNERS["barrier"], LOSSES["gap"], None).advanced(3)
    state.paid[1, 2, 3] += 1e6  # as if the learner had paid more than it did
    with pytest.raises(Violation, match="episode 3, replicate 1, layer 2, state 3"):
        state.advanced(1)


@pytest.mark.parametrize("name", ["barrier", "exponential"])
def test_without_the_penalty_the_inequality_fails(name):
    learner = LEARNERS[name]
    state = started(learner, LOSSES["gap"], None, episodes=4000)
    state.paid += 0.99 * learner.allowance(3, 4000)[1]
    with pytest.raises(Violation):
        state.advanced(4000)


def test_large_estimates_suspend_the_inequality_of_exponential_weights():
    learner = Algorithm("exponential weights", eta=2.0, gamma=1e-3)
    found = run(learner, mdp(), LOSSES["gap"], episodes=60, replicates=6)
    assert (found.large > 0).any()
    assert (found.least_cost[-1][found.large > 0] < -1).all()


def test_learners_beat_the_uniform_policy():
    given = {"episodes": 4000, "replicates": 8, "seed": 2}
    control = run(LEARNERS["uniform"], mdp(), LOSSES["gap"], **given).regret[-1].mean()
    for name in ("barrier", "exponential", "reduced"):
        assert run(LEARNERS[name], mdp(), LOSSES["gap"], **given).regret[-1].mean() < 0.75 * control


def test_bad_input():
    learner, losses = LEARNERS["barrier"], LOSSES["gap"]
    cases = [
        (lambda: Algorithm("greedy"), "learner must be one of uniform, log barrier, exponential weights, got 'greedy'"),
        (lambda: Algorithm("uniform", gamma=-1.0), "gamma must be positive and finite"),
        (lambda: Algorithm("uniform", eta=math.nan), "eta must be positive and finite, got nan"),
        (lambda: Algorithm("uniform", beta=-1.0), "beta must be nonnegative"),
        (lambda: Algorithm("log barrier", covariance="samples"), "draws must be an int from 1 to 1048576"),
        (lambda: Algorithm("log barrier", draws=3), r"draws must be an int from 0 to 0 \(exact\), got 3"),
        (lambda: Algorithm("log barrier", gamma=2.0, **RESAMPLED), "gamma must be at most 1 for resampling"),
        (lambda: Algorithm("log barrier", covariance="guess"), "covariance must be one of"),
        (lambda: run(learner, mdp(), losses, episodes=0, replicates=1), "horizon must be an int from 1"),
        (lambda: run(learner, mdp(), losses, episodes=9, replicates=0), "replicates"),
        (lambda: run(learner, mdp(), losses, episodes=9, replicates=1, engine="abacus"), "numba, cuda, array"),
        (lambda: run(learner, mdp(), losses, episodes=9, replicates=10**7), "GiB; allowed are 4.0 GiB"),
        (
            lambda: run(learner, mdp(), Losses.gap(2, 3, gap=0.1), episodes=9, replicates=1),
            r"\(2, 3\), the process has",
        ),
        (
            lambda: started(learner, losses, None, episodes=5).advanced(6),
            "from 0 to 5, which the horizon leaves, got 6",
        ),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_one_action_has_no_penalty():
    process = LinearMDP.random(2, 3, 1, 2, seed=0)
    found = run(LEARNERS["barrier"], process, Losses.gap(2, 2, gap=0.1), episodes=20, replicates=2)
    np.testing.assert_allclose(found.regret, 0, atol=1e-12)


def test_records_of_the_slack_are_those_of_the_arrays():
    state = started(LEARNERS["barrier"], LOSSES["gap"], None, episodes=30).advanced(30)
    assert (state.sums[:, SLACK] > 0).all()
