import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.optimisation import preference_simulator, unfolding_simulator
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import deep_unfolding_layers, rpo_preferences

SIMULATORS = {"deep_unfolding": unfolding_simulator, "rpo": preference_simulator}
FIGURES = {"deep_unfolding": deep_unfolding_layers, "rpo": rpo_preferences}
SMALLER = {
    "deep_unfolding": {"n": 20, "m": 10, "depth": 3, "train": 20, "test": 30},
    "rpo": {"numbers": [20, 80], "replicates": 3},
}


def few(name):
    for cell in SIMULATORS[name].cells("quick"):
        yield cell | SMALLER[name]


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("sizes", ["quick", "paper"])
def test_cells_are_plain_different_and_the_same_again(name, sizes):
    listed = list(SIMULATORS[name].cells(sizes))
    assert listed == list(SIMULATORS[name].cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(listed)
    with pytest.raises(ValueError, match="sizes are"):
        list(SIMULATORS[name].cells("huge"))


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    simulator = replace(SIMULATORS[name].SIMULATOR, cells=lambda _: few(name))
    path = tmp_path / "store"
    first = run_sweep(simulator, "quick", path, executor="serial")
    again = run_sweep(simulator, "quick", path, executor="serial", resume=True)
    assert first.complete, first.failures
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(path) as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = FIGURES[name].data(store)
    drawn = FIGURES[name].draw(found)
    lines = [np.asarray(line.get_ydata()) for axes in drawn.axes for line in axes.get_lines()]
    key = "objective_mean" if name == "deep_unfolding" else "mean"
    for (_, kind), curve in found["curves"].items():
        if kind != "limit":
            assert any(len(line) == len(curve[key]) and np.array_equal(line, curve[key]) for line in lines)
    drawn.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000


@pytest.mark.parametrize("name", SIMULATORS)
def test_figures_refuse_an_empty_store(name, tmp_path):
    with StoreWriter(tmp_path / "store", Identity(name, "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match=f"simulator {name}, got none"):
        FIGURES[name].data(store)


def test_wrong_cells_are_refused():
    cell = next(few("deep_unfolding"))
    with pytest.raises(ValueError, match="network must be"):
        unfolding_simulator.run(cell | {"network": "oracle"})
    with pytest.raises(ValueError, match="algorithm must be"):
        unfolding_simulator.run(cell | {"algorithm": "fista"})
    cell = next(few("rpo"))
    with pytest.raises(ValueError, match="coverage must be"):
        preference_simulator.run(cell | {"coverage": "none"})
    with pytest.raises(ValueError, match="scale must be"):
        preference_simulator.run(cell | {"scale": -1.0})


@pytest.mark.parametrize("broken", ["policy", "nan"])
def test_preferences_that_break_the_pathwise_inequality_are_an_error(broken, monkeypatch):
    from experiments.optimisation.preference import solve

    def wrong(world, wins, eta):
        found = solve(world, wins, eta)
        worst = np.full(11, 1e-6 if broken == "policy" else np.nan)
        worst[-1] = 1 - 1e-5
        return replace(found, policy=worst)

    monkeypatch.setattr(preference_simulator, "solve", wrong)
    cell = next(few("rpo")) | {"scale": 1.0, "numbers": [2000]}
    with pytest.raises(ArithmeticError, match="violate the pathwise inequality"):
        preference_simulator.run(cell)


@pytest.mark.parametrize("network", ["supervised", "unsupervised"])
def test_results_are_of_fresh_problems_and_of_the_weight_of_the_objective(network):
    """The trained network is built again from its steps and weight, and looked at here."""
    from experiments.optimisation.unfolding import Network, recovery
    from theory.optimisation.deep_unfolding.layers import lipschitz

    cell = next(few("deep_unfolding")) | {"network": network, "train": 10}
    found = unfolding_simulator.run(cell)
    fresh, known = (
        recovery(cell["n"], cell["m"], cell[part], cell["share"], seed=cell["seed"], part=part)
        for part in ("test", "train")
    )
    rebuilt = Network("ista", tuple(found["steps"] / lipschitz(fresh.A)), found["weight"])
    last = rebuilt.run(fresh)[-1]
    errors = np.sum((last - fresh.x) ** 2, axis=0)
    values = 0.5 * np.sum((fresh.A @ last - fresh.y) ** 2, axis=0) + cell["lam"] * np.abs(last).sum(axis=0)
    assert found["error_mean"][-1] == pytest.approx(errors.sum() / np.sum(fresh.x**2), rel=1e-6)
    assert found["error_median"][-1] == pytest.approx(np.median(errors) * 30 / np.sum(fresh.x**2), rel=1e-6)
    assert found["objective_mean"][-1] == pytest.approx(values.mean(), rel=1e-6)
    assert found["objective_median"][-1] == pytest.approx(np.median(values), rel=1e-6)
    assert abs(found["weight"] / cell["lam"] - 1) > 1e-3
    assert not set(fresh.x[fresh.x != 0]) & set(known.x[known.x != 0])


def test_outputs_that_are_no_numbers_count_as_diverged():
    from experiments.optimisation.unfolding import recovery, untrained

    problem = recovery(4, 2, 3, 0.5, seed=1, part="test")
    network = untrained("ista", problem.A, 1, 0.05)
    outputs, values = network.run(problem), np.array([[1.0, 1.0, 1.0], [np.nan, 0.0, 5e9]])
    found = unfolding_simulator._results(network, problem, outputs, values)
    assert found["diverged"] == found["rising"] == pytest.approx(2 / 3)
    with pytest.raises(ArithmeticError, match="rises in a layer"):
        unfolding_simulator._require_guarantee(network, problem, outputs, values)


def test_a_plain_network_that_breaks_its_guarantee_is_an_error(monkeypatch):
    from experiments.optimisation.unfolding import Network

    def reckless(algorithm, A, depth, lam):
        return Network(algorithm, (20.0 / np.linalg.norm(A, 2) ** 2,) * depth, lam)

    monkeypatch.setattr(unfolding_simulator, "untrained", reckless)
    with pytest.raises(ArithmeticError, match="rises in a layer"):
        unfolding_simulator.run(next(few("deep_unfolding")))
