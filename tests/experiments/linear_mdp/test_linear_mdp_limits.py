"""What runs refuse, what they hold, and what they say when numbers leave the range of floats."""

import tracemalloc

import numpy as np
import pytest

import experiments.linear_mdp.regret as module
from experiments.horizons import Violation
from experiments.linear_mdp import Algorithm, LinearMDP, Losses, batched, run, scaled
from experiments.linear_mdp.regret import State

MDP = LinearMDP.random(3, 4, 3, 3, seed=1)
LOSSES = Losses.gap(3, 3, gap=0.2, amplitude=0.25)
ENGINES = ["numba", "array"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("learner", [
    Algorithm("log barrier", eta=0.1, gamma=1e-3, beta=1e308),
    Algorithm("exponential weights", eta=0.1, gamma=1e-3, beta=1e308),
    Algorithm("log barrier", eta=0.1, gamma=1e-3, beta=1e200),
])  # fmt: skip
def test_costs_out_of_range_are_an_error(engine, learner):
    if engine == "numba":
        pytest.importorskip("numba")
    with pytest.raises(OverflowError, match=r"replicate 2: costs are too large for floats: eta 0\.1, gamma 0\.001"):
        run(learner, MDP, LOSSES, episodes=20, replicates=range(2, 4), engine=engine)


def test_a_violation_names_the_replicate():
    learner = Algorithm("log barrier", eta=0.1, gamma=0.1)
    state = State.start(learner, MDP, LOSSES, episodes=9, replicates=range(6, 8))
    state.paid[1, 0, 2] = 1e6
    with pytest.raises(Violation, match=r"episode 0, replicate 7, layer 0, state 2: .* by \d"):
        state.advanced(1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("learner", [
    Algorithm("log barrier", eta=0.02, gamma=0.1),
    Algorithm("exponential weights", eta=0.02, gamma=0.1, reduced=True),
    Algorithm("exponential weights", eta=0.02, gamma=0.1, reduced=True, covariance="samples", draws=50),
    Algorithm("log barrier", eta=0.02, gamma=0.1, covariance="resampling", draws=20),
])  # fmt: skip
def test_no_more_memory_is_taken_than_estimated(engine, learner):
    if engine == "numba":
        pytest.importorskip("numba")
    for shape in ((3, 4, 3, 3), (4, 6, 4, 8)):
        mdp, losses = LinearMDP.random(*shape, seed=1), Losses.gap(shape[0], shape[3], gap=0.2, amplitude=0.2)
        run(learner, mdp, losses, episodes=2, replicates=2, engine=engine)
        tracemalloc.start()
        run(learner, mdp, losses, episodes=3, replicates=1000, engine=engine, points=3)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= module._bytes(learner, mdp, 1000, 3, engine)


def test_pairs_are_taken_with_pairs_a_piece_at_a_time(monkeypatch):
    mdp, losses = LinearMDP.random(2, 60, 3, 2, seed=1), Losses.gap(2, 2, gap=0.2)
    learner = Algorithm("exponential weights", eta=0.02, gamma=0.1, reduced=True)
    given = {"episodes": 2, "replicates": 3, "engine": "array", "points": 2}
    whole, large = run(learner, mdp, losses, **given), module._bytes(learner, mdp, 3, 2, "array")
    for place in (batched, module):
        monkeypatch.setattr(place, "PRODUCTS", 6 * 180 * 7)  # rows of 7 pairs: 180 is no multiple
    assert large - module._bytes(learner, mdp, 3, 2, "array") == 2 * 8 * 6 * 180 * (180 - 7)
    tracemalloc.start()
    pieces = run(learner, mdp, losses, **given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 6 * 180 * 180 / 2  # of all pairs with all
    for name in ("regret", "least", "least_cost", "least_slack"):
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), rtol=1e-12, atol=1e-12)


def test_bad_runs_are_refused():
    learner = Algorithm("log barrier", eta=0.1, gamma=0.1)
    sampled = Algorithm("log barrier", eta=0.1, gamma=0.1, covariance="samples", draws=2**20)
    given = {"episodes": 10, "replicates": 1}
    cases = [
        (lambda: Algorithm("log barrier", eta="0.1"), "eta must be a number, got '0.1'"),
        (lambda: Algorithm("log barrier", gamma=0), "gamma must be positive and finite"),
        (lambda: Algorithm("log barrier", gamma=float("nan")), "gamma must be positive and finite"),
        (lambda: scaled("log barrier", 0, (3, 4, 3, 3)), "episodes must be an int >= 1, got 0"),
        (lambda: scaled("log barrier", 10, (3, 4, 3, 3), factor=-1.0), "eta must be positive"),
        (
            lambda: run(learner, MDP, np.full((3, 3), 0.5), **given),
            "losses must be Losses, linear in the features, got",
        ),
        (lambda: run(sampled, MDP, LOSSES, episodes=2**40, replicates=1), "and a stream has 2\\^48"),
        (lambda: State.start(learner, MDP, LOSSES, episodes=2.5, replicates=1), "must be an int from 1 .* got 2.5"),
        (lambda: run(learner, MDP, LOSSES, **given, seed=-1), "seed must be"),
        (lambda: run(learner, MDP, LOSSES, **given, points=1), "points must be an int from 2"),
    ]
    for call, message in cases:
        with pytest.raises(ValueError, match=message):
            call()


def test_losses_as_a_table():
    theta = np.asarray([[0.1, 0.5, 0.9]] * 3)
    np.testing.assert_allclose(MDP.theta(MDP.losses(np.stack([theta, 2 * theta])))[1], 2 * theta, atol=1e-13)
    bent = np.array(MDP.losses(theta))
    bent[2, 1, 0] += 0.1
    with pytest.raises(ValueError, match="losses must be linear in the features: at layer 2, state 1, action 0"):
        MDP.theta(bent)
    with pytest.raises(ValueError, match=r"losses must have the shape \(..., 3, 4, 3\), got \(3, 3\)"):
        MDP.theta(theta)


def test_a_tabular_process_of_one_layer():
    mdp = LinearMDP.tabular(np.empty((0, 2, 2, 2)))
    assert mdp.shape == (1, 2, 2, 4)
    assert mdp.best_fixed_policy([[0.5, 0.25, 0.0, 0.0]])[1] == 0.25
