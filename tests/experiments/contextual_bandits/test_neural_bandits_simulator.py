import json

import numpy as np
import pytest

from experiments.contextual_bandits import neural_bandits_simulator as simulator
from experiments.contextual_bandits.neural_bandits_simulator import cells, run


def cell(**changes):
    return next(iter(cells("quick"))) | {"horizon": 400, "replicates": 40} | changes


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = list(cells(sizes))
    assert listed == list(cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(item, sort_keys=True) for item in listed}) == len(listed)
    for item in listed:
        assert simulator.policy_of(item).name == item["policy"]
    with pytest.raises(ValueError, match="sizes are"):
        list(cells("huge"))


@pytest.mark.parametrize("kind", ["linear", "small loss"])
def test_expected_regret_and_squared_error_keep_their_bounds(kind):
    found = run(cell(kind=kind))
    assert (found["regret"] + 4 * found["regret_se"] <= found["bound"]).all()
    assert (found["squared_error"] <= found["squared_error_bound"]).all()
    assert found["violations"] == 0
    assert found["least_slack"] >= 0
    assert (found["certificate"] >= found["conditional"]).all()


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
