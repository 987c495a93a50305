"""Back ends give what NumPy gives: cells of the simulator, runs by one engine, and the parts that they are made of."""

from dataclasses import replace

import numpy as np
import pytest
from simulator_frame import check_agreement

from experiments.arrays import backend, to_numpy
from experiments.comparing import kinds_of
from experiments.linear_mdp import adversarial_mdp_simulator as module
from experiments.linear_mdp.algorithms import Algorithm
from experiments.linear_mdp.evaluation import Process, best, linear, policy_value, q_values
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import State, run

CELLS = [
    cell | {"horizon": 40 if cell["learner"] == module.WITHOUT else 4, "replicates": 2}
    for cell in kinds_of(module.SIMULATOR)
    if cell["kind"] != "hard gap" and (cell["kind"] == "gap" or cell["learner"] in {"log barrier", module.WITHOUT})
]
SAMPLED = [
    Algorithm("log barrier", eta=0.05, gamma=0.05, beta=1e-3, covariance="samples", draws=3),
    Algorithm("exponential weights", eta=0.05, gamma=0.05, reduced=True, covariance="samples", draws=3),
    Algorithm("exponential weights", eta=0.05, gamma=0.05, reduced=True, covariance="resampling", draws=4),
]


@pytest.fixture(params=["torch", "strict:device1"])
def where(request):
    if request.param == "torch":
        pytest.importorskip("torch")
    return backend(request.param)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell['kind']}, {cell['learner']}")
def test_cells_agree_with_numpy(cell, where):
    check_agreement(module.run(cell, backend=where), module.run(cell))


@pytest.mark.parametrize(("learner", "change"), [
    ("log barrier", {"seed": 2}), ("log barrier", {"kind": "blocks"}), (module.WITHOUT, {"seed": 2}),
    (module.WITHOUT, {"process": 2}),
])  # fmt: skip
def test_other_cells_differ(learner, change):
    pytest.importorskip("torch")
    cell = next(cell for cell in CELLS if cell["learner"] == learner)
    there, here = module.run(cell | change, backend=backend("torch")), module.run(cell)
    assert np.abs(there["final"] - here["final"]).max() > 1e-3


@pytest.mark.parametrize("learner", SAMPLED, ids=lambda learner: f"{learner.covariance}, {learner.reduced}")
def test_covariances_that_are_drawn_agree(learner, where):
    mdp, losses = LinearMDP.random(2, 3, 2, 2, seed=3), Losses.follower(2, 2, amplitude=0.3)
    given = {"episodes": 6, "replicates": range(2, 4), "seed": 7, "points": 4}
    here, there = run(learner, mdp, losses, engine="array", **given), run(learner, mdp, losses, backend=where, **given)
    for name in ("regret", "least", "least_cost", "least_slack"):
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-10, atol=1e-10)


def test_a_state_stays_where_it_began(where):
    mdp, losses = LinearMDP.random(2, 3, 2, 2, seed=3), Losses.gap(2, 2, gap=0.2)
    start = State.start(SAMPLED[0], mdp, losses, episodes=4, replicates=2, backend=where)
    state = start.advanced(2).advanced(2)
    assert state.engine == "array"
    assert type(state.totals) is type(state.regret) is type(where.asarray([1.0]))
    assert not to_numpy(start.totals).any()
    assert to_numpy(state.totals).any()


def test_engines_and_back_ends_that_do_not_fit_are_refused():
    mdp, losses = LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.2)
    for engine in ("numba", "cuda"):
        with pytest.raises(ValueError, match=f"engine '{engine}' does not compute with 'strict'"):
            run(SAMPLED[0], mdp, losses, episodes=2, replicates=1, engine=engine, backend=backend("strict"))


@pytest.mark.filterwarnings("ignore:no libnvvm")
@pytest.mark.parametrize(("reason", "engine"), [("", "cuda"), ("no libnvvm", "array")])
def test_arrays_of_cupy_go_to_the_kernel_or_where_there_is_none_to_array_operations(reason, engine, monkeypatch):
    monkeypatch.setattr("experiments.kernels.no_cuda", lambda: reason)
    where = replace(backend("strict"), name="cupy")
    state = State.start(SAMPLED[0], LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.2), episodes=2,
                        replicates=1, backend=where)  # fmt: skip
    assert state.engine == engine
    assert isinstance(state.totals, np.ndarray) is (engine == "cuda")


def test_the_kernel_runs_on_the_device_of_the_back_end(monkeypatch):
    where, devices = replace(backend("strict"), name="cupy:1"), []

    def on_device(there):
        devices.append(there)
        raise LookupError

    monkeypatch.setattr("experiments.linear_mdp.regret.on_device", on_device)
    for engine in ("cuda", "array"):
        with pytest.raises(LookupError):
            run(SAMPLED[0], LinearMDP.random(2, 3, 2, 2), Losses.gap(2, 2, gap=0.2), episodes=2, replicates=1,
                engine=engine, backend=where)  # fmt: skip
    assert devices == [where, None]


def test_evaluations_agree_with_sums_over_pairs(where):
    mdp, stream = LinearMDP.random(3, 4, 2, 3, seed=4), np.random.default_rng(1)
    policy, theta = stream.random((2, 3, 4, 2)), stream.normal(size=(2, 3, 3))
    policy /= policy.sum(axis=-1, keepdims=True)
    losses, values = np.einsum("hsai,rhi->rhsa", mdp.features, theta), np.zeros((2, 4))
    q, least = np.zeros((2, 3, 4, 2)), np.zeros((2, 4))
    for h in (2, 1, 0):
        kernel = mdp.kernel[h] if h < 2 else np.zeros((4, 2, 4))
        q[:, h] = losses[:, h] + np.einsum("sat,rt->rsa", kernel, values)
        values = (policy[:, h] * q[:, h]).sum(axis=-1)
        least = (losses[:, h] + np.einsum("sat,rt->rsa", kernel, least)).min(axis=-1)
    process, plays = Process.on(mdp, where), where.asarray(policy)
    weighed = linear(process, where.asarray(theta))
    np.testing.assert_allclose(to_numpy(weighed), losses, atol=1e-14)
    np.testing.assert_allclose(to_numpy(q_values(process, plays, weighed)), q, atol=1e-14)
    np.testing.assert_allclose(to_numpy(policy_value(process, plays, weighed)), values[:, 0], atol=1e-14)
    chosen, value = best(process, weighed)
    np.testing.assert_allclose(to_numpy(value), least[:, 0], atol=1e-14)
    np.testing.assert_allclose(to_numpy(policy_value(process, chosen, weighed)), least[:, 0], atol=1e-14)
