from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from simulator_frame import check_cells

from experiments.contextual_bandits import neural_bandits_simulator as simulator
from experiments.contextual_bandits.neural_bandits_simulator import SIMULATOR, cells, oracle_of, policy_of, run
from experiments.contextual_bandits.play import play
from experiments.contextual_bandits.policies import Seen, fast_cb, foster_rakhlin, schedule, square_cb
from experiments.store import Store
from experiments.sweep import run_sweep


def cell(**changes):
    return next(iter(cells("quick"))) | {"horizon": 400, "replicates": 40} | changes


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = check_cells(SIMULATOR, sizes)
    for item in listed:
        assert simulator.policy_of(item).name == item["policy"]


@pytest.mark.parametrize("kind", ["linear", "small loss"])
def test_expected_regret_and_squared_error_keep_their_bounds(kind):
    found = run(cell(kind=kind))
    assert (found["regret"] + 4 * found["regret_se"] <= found["bound"]).all()
    assert (found["squared_error"] <= found["squared_error_bound"]).all()
    assert found["violations"] == 0
    assert found["least_slack"] >= 0
    assert (found["certificate"] >= found["conditional"]).all()


ERROR = 0.25 + 2 * np.log1p(400 / 8)  # lam/4 + (d/4) log(1 + T/(d lam)) for T = 400, d = 8


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("SquareCB", square_cb(schedule(2 * np.sqrt(4 * 400 / ERROR)))),
        ("SquareCB, rest to the best", foster_rakhlin(schedule(2 * np.sqrt(8 * 400 / ERROR)))),
        ("FastCB", fast_cb(schedule(50.0))),
    ],
)
def test_theory_gives_the_parameters_that_are_said(name, made):
    f = np.asarray([[0.3, 0.1, 0.7, 0.5, 0.2]])
    for t in (1, 300):
        assert np.allclose(policy_of(cell(policy=name)).act(Seen(f), t), made.act(Seen(f), t), rtol=1e-12)


def test_the_bound_is_that_of_a_constant_parameter_at_every_time():
    found, gamma = run(cell(replicates=3)), 2 * np.sqrt(4 * 400 / ERROR)
    t = found["rounds"]
    assert np.allclose(found["squared_error_bound"], 0.25 + 2 * np.log1p(t / 8))
    assert np.allclose(found["bound"], 4 * t / gamma + gamma / 4 * (0.25 + 2 * np.log1p(t / 8)))
    assert found["bound"][-1] == pytest.approx(np.sqrt(4 * 400 * ERROR))  # the best of all gamma


def test_the_squared_error_bound_is_the_most_that_contexts_of_norm_one_can_cost():
    axes = np.tile(np.eye(8), (50, 1))  # T/d times each
    log_det = np.linalg.slogdet(np.eye(8) + axes.T @ axes)[1]
    assert simulator.squared_error_bound(400, 8) == pytest.approx(0.25 + log_det / 4)


def test_results_summarise_the_replicates():
    own = cell(replicates=7, horizon=60)
    found = run(own)
    played = play(policy_of(own), oracle_of(own), simulator.world_of(own), replicates=7, seed=own["seed"])
    assert np.array_equal(found["final"], played.regret[-1])
    assert np.allclose(found["regret"], played.regret.mean(axis=1))
    assert np.allclose(found["regret_se"], played.regret.std(axis=1) / np.sqrt(6))
    assert np.allclose([found["low"], found["high"]], np.quantile(played.regret, [0.05, 0.95], axis=1))
    assert found["least_slack"] == played.least_slack.min()
    assert found["least_oracle_slack"] == played.least_oracle_slack.min()
    assert np.allclose(found["squared_error"], played.squared_error.mean(axis=1))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"oracle": "ridge"}, "ridge, linear"),
        ({"oracle": "Fourier ridge", "size": 4}, "ridge, Fourier"),
        ({"oracle": "tangent ridge", "size": 4}, "ridge, tangent"),
        ({"oracle": "tangent descent", "size": 4}, "descent, tangent"),
        ({"oracle": "perturbed", "size": 4}, "perturbed descent, tangent, expected copies of losses"),
        ({"oracle": "perturbed", "size": 4, "copies": 3}, "perturbed descent, tangent, 3 copies of losses"),
        (
            {"oracle": "perturbed predictions", "size": 4, "copies": 3},
            "perturbed descent, tangent, 3 copies of predictions",
        ),
    ],
)
def test_oracles_are_what_their_names_say(changes, name):
    assert oracle_of(cell(**changes)).name == name
    assert changes["oracle"] in simulator.ORACLES


def test_a_sweep_that_was_stopped_goes_on_to_the_same_bytes(tmp_path):
    def few(_):
        for item in islice(cells("quick"), 0, None, 4):
            short = item["kind"] != "orthogonal"
            yield item | ({"horizon": 25, "replicates": 3} if short else {})

    def stop(progress):
        if progress.computed == 5:
            raise KeyboardInterrupt

    small = replace(SIMULATOR, cells=few)
    whole, parts = tmp_path / "whole.sqlite", tmp_path / "parts.sqlite"
    assert run_sweep(small, "quick", whole, executor="threads:2").failed == 0
    with pytest.raises(KeyboardInterrupt):
        run_sweep(small, "quick", parts, executor="serial", progress=stop)
    assert run_sweep(small, "quick", parts, executor="serial", resume=True).skipped == 5
    with Store(whole) as first, Store(parts) as second:
        assert first.digest() == second.digest()


def test_learners_do_better_than_the_uniform_control():
    uniform = run(cell(policy="uniform", explore=None))
    assert uniform["certificate"] is uniform["bound"] is uniform["least_slack"] is None
    for policy, explore in (("SquareCB", [10.0, 0.5]), ("FastCB", "theory"), ("LinUCB", 0.5), ("Thompson", 0.25)):
        assert run(cell(policy=policy, explore=explore))["final"].max() < 0.75 * uniform["final"].mean()


def test_fast_cb_gains_where_the_best_loss_is_small():
    found = {policy: run(cell(kind="small loss", policy=policy))["regret"][-1] for policy in ("SquareCB", "FastCB")}
    assert found["FastCB"] < found["SquareCB"] / 4


def test_tangent_features_learn_what_linear_ones_cannot():
    even = cell(kind="even", actions=4, dimension=4, explore=[10.0, 0.5], replicates=10, horizon=600)
    found = {oracle: run(even | {"oracle": oracle, "size": 16})["final"] for oracle in ("ridge", "tangent ridge")}
    assert found["tangent ridge"].max() < found["ridge"].min()


def test_the_price_of_the_expected_perturbation_grows_like_the_root_of_the_width():
    even = cell(kind="even", actions=4, dimension=4, explore=[10.0, 0.5], replicates=5, oracle="perturbed")
    prices = [run(even | {"size": m})["price"][-1] for m in (16, 256)]
    assert 3.0 < prices[1] / prices[0] < 5.0  # the root is 4


def test_digits_are_learnt():
    digits = cell(kind="digits", actions=10, dimension=64, explore=[10.0, 0.5], replicates=4)
    found = run(digits | {"horizon": 800})
    half = np.searchsorted(found["rounds"], 400)
    assert found["regret"][-1] - found["regret"][half] < 0.6 * 0.9 * (800 - found["rounds"][half])


@pytest.mark.parametrize("policy", ["LinUCB", "uniform"])
def test_with_orthogonal_contexts_the_bound_exceeds_the_horizon_and_the_regret_does_not(policy):
    explore = 0.5 if policy == "LinUCB" else None
    found = run(cell(kind="orthogonal", actions=2, dimension=200, horizon=100, policy=policy, explore=explore))
    assert found["effective_dimension"] * 10 > 100
    assert found["final"].max() <= np.sqrt(100 / 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "calm"}, "kind must be one of"),
        ({"policy": "oracle"}, "policy must be one of SquareCB"),
        ({"oracle": "forest"}, "oracle must be one of ridge"),
        ({"explore": None}, "explore of SquareCB must be 'theory' or"),
        ({"explore": [True, 0.5]}, "explore of SquareCB must be 'theory' or"),
        ({"explore": [float("nan"), 0.5]}, "first must be positive"),
        ({"horizon": 0}, "horizon must be an int from 1"),
        ({"explore": [1.0, "x"]}, "explore of SquareCB must be 'theory' or"),
        ({"policy": "LinUCB"}, "explore of LinUCB must be a number"),
        ({"oracle": "tangent ridge", "size": 4}, "explore 'theory' needs the oracle 'ridge' in a linear world"),
        ({"kind": "even"}, "explore 'theory' needs the oracle 'ridge' in a linear world"),
        (
            {"kind": "digits", "actions": 10, "dimension": 64, "oracle": "perturbed", "size": 4, "explore": [1.0, 0.5]},
            "each action of digits needs its own",
        ),
    ],
)
def test_wrong_cells_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        run(cell(**changes))


def test_one_replicate_has_no_spread_and_results_are_the_same_again():
    one = cell(replicates=1, horizon=50)
    assert np.array_equal(run(one)["regret_se"], np.zeros_like(run(one)["regret"]))
    assert np.array_equal(run(one)["final"], run(dict(one))["final"])
