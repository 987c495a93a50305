from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import pytest
from simulator_frame import among, check_cells, swept

from experiments.linear_mdp import adversarial_mdp_simulator as module
from experiments.linear_mdp.algorithms import NAMES, scaled
from experiments.linear_mdp.free_learners import scaled_free
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import run
from experiments.linear_mdp.simulator_free import run_simulator_free
from experiments.store import Store
from paper_figs import adversarial_mdp_regret as figure


def few():
    for cell in module.cells("quick"):
        yield cell | {"horizon": cell["horizon"] // 10, "replicates": 3}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = check_cells(module.SIMULATOR, sizes)
    assert {cell["learner"] for cell in listed} == {*NAMES, module.WITHOUT}
    assert {cell["kind"] for cell in listed} == set(module.KINDS)


def test_unknown_kinds_and_names_are_refused():
    with pytest.raises(ValueError, match="kind must be one of gap"):
        module.losses_of("quiet", (3, 4, 3, 3), 10)
    with pytest.raises(ValueError, match="name must be one of log barrier"):
        scaled("greedy", 10, (3, 4, 3, 3))


def test_a_cell_is_the_run_that_it_describes():
    cell = {"kind": "gap", "learner": "log barrier", "shape": [2, 3, 2, 2], "horizon": 40, "process": 4,
            "replicates": 5, "seed": 9}  # fmt: skip
    found = module.run(cell)
    shape = (2, 3, 2, 2)
    learner = scaled("log barrier", 40, shape)
    there = run(learner, LinearMDP.random(*shape, seed=4), module.losses_of("gap", shape, 40),
                episodes=40, replicates=5, seed=9)  # fmt: skip
    np.testing.assert_array_equal(found["final"], there.regret[-1])
    np.testing.assert_allclose(found["regret"], there.regret.mean(axis=1))
    assert (found["eta"], found["gamma"], found["beta"]) == (learner.eta, learner.gamma, learner.beta)
    assert found["least_slack"] == there.least_slack.min() > 0


def test_a_cell_without_a_simulator_is_the_run_that_it_describes():
    shape = (2, 3, 2, 2)
    cell = {"kind": "blocks", "learner": module.WITHOUT, "shape": list(shape), "horizon": 900, "process": 4,
            "replicates": 5, "seed": 9}  # fmt: skip
    found = module.run(cell)
    learner, epochs = scaled_free(900, shape)
    there = run_simulator_free(learner, LinearMDP.random(*shape, seed=4), module.losses_of("blocks", shape, 900),
                               epochs=epochs, replicates=5, seed=9)  # fmt: skip
    np.testing.assert_array_equal(found["final"], there.regret[-1])
    places = np.searchsorted(there.episodes, found["episodes"])
    np.testing.assert_array_equal(there.episodes[places], found["episodes"])
    np.testing.assert_allclose(found["regret"], there.regret[places].mean(axis=1))
    assert (places[0], places[-1]) == (0, epochs)
    assert 896 < found["episodes"][-1] <= 900
    assert {name: found[name] for name in ("eta", "gamma", "beta", "width", "explore", "policies", "visits")} == {
        name: value for name, value in asdict(learner).items() if name not in ("learner", "known")
    }
    assert found["least_slack"] == there.least_slack.min() > 0


def test_the_spread_of_replicates_is_that_of_the_final_regrets():
    cell = {"kind": "gap", "learner": module.WITHOUT, "shape": [2, 3, 2, 2], "horizon": 400, "process": 4,
            "replicates": 7, "seed": 9}  # fmt: skip
    found = module.run(cell)
    final = sorted(found["final"])
    centre = sum(final) / 7
    assert found["regret"][-1] == pytest.approx(centre)
    assert found["regret_se"][-1] == pytest.approx((sum((x - centre) ** 2 for x in final) / (6 * 7)) ** 0.5)
    assert found["low"][-1] == pytest.approx(0.7 * final[0] + 0.3 * final[1])
    assert found["high"][-1] == pytest.approx(0.7 * final[6] + 0.3 * final[5])


@pytest.mark.parametrize("sizes", ["paper", "gpu"])
def test_the_learner_that_is_not_compiled_has_fewer_replicates(sizes):
    found = {(cell["learner"] == module.WITHOUT, cell["replicates"]) for cell in module.cells(sizes)}
    assert found == {(True, 200), (False, 200 if sizes == "paper" else 10_000)}


@pytest.mark.parametrize("kind", module.KINDS)
def test_learners_of_a_seed_see_the_same_losses(kind):
    shape = (2, 3, 2, 2)
    losses = module.losses_of(kind, shape, 64)
    if not losses.adaptive:
        totals = losses.totals(3, 64, seed=1)
        for name in ("log barrier", "uniform"):
            cell = {"kind": kind, "learner": name, "shape": list(shape), "horizon": 64, "process": 1, "replicates": 3,
                    "seed": 1}  # fmt: skip
            mdp = LinearMDP.random(*shape, seed=1)
            value = module.run(cell)["final"] + mdp.best_fixed_policy(totals)[1]
            assert (value > 0).all()
            assert (value <= 2 * 64).all()


def test_ridges_are_where_the_conditions_leave_them():
    for episodes in (100, 10_000):
        reduced, plain = (scaled(name, episodes, (3, 4, 3, 3)) for name in NAMES[1:3])
        assert reduced.eta * 3 / reduced.gamma**0.5 == pytest.approx(1)
        assert plain.eta * 3 / plain.gamma == pytest.approx(1)
    ratio = scaled(NAMES[2], 8000, (3, 4, 3, 3)).eta / scaled(NAMES[2], 1000, (3, 4, 3, 3)).eta
    assert ratio == pytest.approx(1 / 4)


def test_a_sweep_resumes_and_its_figure_draws_the_data(tmp_path):
    found, drawn, lines = swept(module.SIMULATOR, list(few()), figure, tmp_path)
    drawn.canvas.draw()
    with Store(tmp_path / "store") as store:
        rows = list(store.rows())
    last = next(results for cell, results in rows if cell["learner"] == "magnitude-reduced" and cell["horizon"] == 3200)
    assert found["regret"]["magnitude-reduced"][-1][1] == last["regret"][-1]
    for curve in found["regret"].values():
        assert among([row[1] for row in curve], lines)
    low, high = (found["regret"]["uniform"][place][1] for place in (-2, -1))
    assert found["slopes"]["uniform"] == pytest.approx(np.log(high / low) / np.log(4))
    assert [size for size, _ in found["sizes"]["log barrier", 0]] == [2, 3, 5]
    assert all(found["kinds"]["uniform", kind][0] == 1 for kind in module.KINDS if ("uniform", kind) in found["kinds"])


def test_estimates_that_are_never_negative_are_not_drawn_as_low():
    names = list(figure.LEARNERS)
    found = {
        "regret": {name: [] for name in names},
        "slopes": {},
        "least": {names[0]: [(500.0, 0.0), (2000.0, -2.0), (8000.0, -3.0)]},
        "kinds": {},
        "sizes": {(name, axis): [] for name in names for axis in figure.AXES},
        "base": {"shape": (3, 4, 3, 3), "episodes": 2000},
    }
    line = figure.draw(found).axes[1].get_lines()[0]
    assert line.get_xydata().tolist() == [[2000, 2], [8000, 3]]


def test_threads_find_the_same():
    listed = list(few())[:4]
    with ThreadPoolExecutor(2) as pool:
        threads = list(pool.map(module.run, listed))
    for cell, there in zip(listed, threads, strict=True):
        here = module.run(cell)
        np.testing.assert_array_equal(here["final"], there["final"])


def test_an_empty_store_has_no_figure():
    class Empty:
        def rows(self):
            return iter(())

    with pytest.raises(ValueError, match="adversarial_mdp"):
        figure.data(Empty())
