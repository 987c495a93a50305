import numpy as np
import pytest
from simulator_frame import BACKENDS, among, check_back_end, check_cells, check_empty_store, swept

from experiments.arrays import backend
from experiments.comparing import ROUNDING, kinds_of, tolerance_of
from experiments.optimisation import preference_simulator, unfolding_simulator
from experiments.optimisation.unfolding import Network, recovery, train, untrained
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
    check_cells(SIMULATORS[name].SIMULATOR, sizes)


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    found, drawn, lines = swept(SIMULATORS[name].SIMULATOR, list(few(name)), FIGURES[name], tmp_path)
    key = "objective_mean" if name == "deep_unfolding" else "mean"
    assert all(among(curve[key], lines) for (_, kind), curve in found["curves"].items() if kind != "limit")
    drawn.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000


@pytest.mark.parametrize("name", SIMULATORS)
def test_figures_refuse_an_empty_store(name, tmp_path):
    check_empty_store(SIMULATORS[name].SIMULATOR, FIGURES[name], tmp_path)


@pytest.mark.parametrize("library", BACKENDS)
@pytest.mark.parametrize(
    "cell", list(few("deep_unfolding")), ids=lambda cell: f"{cell['algorithm']}, {cell['network']}"
)
def test_layers_are_the_same_on_other_back_ends(cell, library, monkeypatch):
    monkeypatch.setattr(unfolding_simulator, "LIMIT", 50)
    check_back_end(unfolding_simulator.run, cell, library, change={"seed": 2}, allowed=1e-12)


@pytest.mark.parametrize("library", BACKENDS)
@pytest.mark.parametrize("cell", list(few("rpo"))[::2], ids=lambda cell: f"{cell['coverage']}, {cell['scale']}")
def test_preferences_are_optimised_the_same_way_on_other_back_ends(cell, library):
    """What is left of the slack is a difference; the gap is rounding of the solution."""
    rounding = ("largest_gap", "least_slack") if cell["scale"] else ("largest_gap",)
    check_back_end(preference_simulator.run, cell, library, change={"seed": 2}, allowed=1e-9, rounding=rounding)


def test_what_is_allowed_between_back_ends_is_wide_without_an_adversary_alone():
    allowed = {cell["scale"]: tolerance_of("rpo", cell) for cell in kinds_of(preference_simulator.SIMULATOR)}
    assert allowed == {0.0: 1e-6, 0.25: ROUNDING, 1.0: ROUNDING}


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
    with pytest.raises(ValueError, match="replicates must be a whole number >= 2, got 1"):
        preference_simulator.run(cell | {"replicates": 1})


@pytest.mark.parametrize("broken", ["policy", "nan"])
def test_one_set_of_preferences_that_breaks_the_pathwise_inequality_is_an_error(broken, monkeypatch):
    from experiments.optimisation.preference import World

    right = World.solve

    def wrong(world, wins, eta):
        found = right(world, wins, eta)
        found.policy[1] = 1e-6 if broken == "policy" else np.nan
        found.policy[1, -1] = 1 - 1e-5
        return found

    monkeypatch.setattr(World, "solve", wrong)
    cell = next(few("rpo")) | {"scale": 1.0, "numbers": [2000]}
    with pytest.raises(ArithmeticError, match="violate the pathwise inequality"):
        preference_simulator.run(cell)


def test_results_of_preferences_are_those_of_the_policies_one_by_one():
    from experiments.optimisation.preference import COVERAGES, counts
    from theory.optimisation.rpo import Preferences, collapse

    cell = next(few("rpo")) | {"scale": 0.5}
    found, world = preference_simulator.run(cell), COVERAGES["partial"]
    wins, lost, gaps = counts(world, [20, 80], 3, seed=1), np.zeros((3, 2)), []
    for place, number in enumerate([20, 80]):
        for replicate in range(3):
            rows = tuple(tuple(float(n) for n in row) for row in wins[replicate, place])
            problem = Preferences(world.reference, world.base, rows, 0.5 / number**0.5, world.beta, world.bound)
            one = collapse(problem)
            gaps.append(one.gap)
            lost[replicate, place] = 1.0 - one.policy @ np.array(world.reward)
    assert found["mean"] == pytest.approx(lost.mean(axis=0), rel=1e-9)
    assert found["mean_se"] == pytest.approx(lost.std(axis=0, ddof=1) / 3**0.5, rel=1e-9)
    assert found["low"] == pytest.approx(np.quantile(lost, 0.05, axis=0), rel=1e-9)
    assert found["high"] == pytest.approx(np.quantile(lost, 0.95, axis=0), rel=1e-9)
    assert found["largest_gap"] == pytest.approx(max(gaps), abs=1e-15)
    assert found["oracle"] == pytest.approx(1.0 - problem.best_response(np.array(world.reward)) @ world.reward)
    assert found["base"] == pytest.approx(0.5 - 0.125 + 8 * 0.5 * 0.015625)


@pytest.mark.parametrize("network", ["supervised", "unsupervised"])
def test_results_are_of_fresh_problems_and_of_the_weight_of_the_objective(network):
    """The trained network is built again from its steps and weight, and looked at here."""
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
    trained = train(untrained("ista", known, cell["depth"], cell["lam"]), known, network, cell["lam"])
    assert found["weight"] == trained.weight
    assert abs(found["weight"] / cell["lam"] - 1) > 1e-3
    assert not set(fresh.x[fresh.x != 0]) & set(known.x[known.x != 0])


def test_networks_are_trained_on_the_host(monkeypatch):
    """From the matrix that is there: another rounding of it would end in another network."""
    given = []
    monkeypatch.setattr(unfolding_simulator, "untrained", lambda *args: given.append(args[1]) or untrained(*args))
    for network in ("plain", "supervised"):
        unfolding_simulator.run(next(few("deep_unfolding")) | {"network": network}, backend=backend("strict:device1"))
    assert [isinstance(problem.A, np.ndarray) for problem in given] == [False, True]


def test_outputs_that_are_no_numbers_count_as_diverged():
    problem = recovery(4, 2, 3, 0.5, seed=1, part="test")
    network = untrained("ista", problem, 1, 0.05)
    outputs, values = network.run(problem), np.array([[1.0, 1.0, 1.0], [np.nan, 0.0, 5e9]])
    found = unfolding_simulator._results(network, problem, outputs, values)
    assert found["diverged"] == found["rising"] == pytest.approx(2 / 3)
    with pytest.raises(ArithmeticError, match="rises in a layer"):
        unfolding_simulator._require_guarantee(network, problem, values)


def test_a_plain_network_that_breaks_its_guarantee_is_an_error(monkeypatch):
    def reckless(algorithm, problem, depth, lam):
        return Network(algorithm, (20.0 / problem.lipschitz,) * depth, lam)

    monkeypatch.setattr(unfolding_simulator, "untrained", reckless)
    with pytest.raises(ArithmeticError, match="rises in a layer"):
        unfolding_simulator.run(next(few("deep_unfolding")))
