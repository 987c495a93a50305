import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.optimisation import directional_simulator, gns_simulator
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import directional_paths, gns_decrease

SIMULATORS = {"gns": gns_simulator, "directional_sharpness": directional_simulator}
FIGURES = {"gns": gns_decrease, "directional_sharpness": directional_paths}


def few(name):
    smaller = {"dimension": 3, "iterations": 30} if name == "gns" else {"dimension": 4, "steps": 10}
    for cell in SIMULATORS[name].cells("quick"):
        yield cell | smaller


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("sizes", ["quick", "paper"])
def test_cells_are_plain_different_and_the_same_again(name, sizes):
    listed = list(SIMULATORS[name].cells(sizes))
    assert listed == list(SIMULATORS[name].cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(listed)
    with pytest.raises(ValueError, match="sizes are"):
        list(SIMULATORS[name].cells("gpu"))


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    simulator = replace(SIMULATORS[name].SIMULATOR, cells=lambda _: few(name))
    path = tmp_path / "store"
    first = run_sweep(simulator, "quick", path, executor="serial")
    again = run_sweep(simulator, "quick", path, executor="serial", resume=True)
    assert first.complete
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(path) as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = FIGURES[name].data(store)
    assert len(found["curves"]) == first.computed
    drawn = FIGURES[name].draw(found)
    lines = [np.asarray(line.get_ydata()) for axes in drawn.axes for line in axes.get_lines()]
    for curve in found["curves"].values():
        shown = np.maximum(curve["gap"], gns_decrease.FLOOR) if name == "gns" else curve["gap"]
        assert any(len(line) == len(shown) and np.array_equal(line, shown) for line in lines)


@pytest.mark.parametrize("name", SIMULATORS)
def test_figures_refuse_an_empty_store(name, tmp_path):
    with StoreWriter(tmp_path / "store", Identity(name, "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match=f"simulator {name}, got none"):
        FIGURES[name].data(store)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gns", {"problem": "travel"}, "the problem must be one of"),
        ("gns", {"test": "1/4"}, "the test must be one of"),
        ("directional_sharpness", {"landscape": "flat"}, "the landscape must be one of"),
        ("directional_sharpness", {"direction": "adam"}, "the direction must be one of"),
    ],
)
def test_wrong_cells_are_refused(name, change, message):
    cell = next(few(name))
    with pytest.raises(ValueError, match=message):
        SIMULATORS[name].run(cell | change)


def test_what_the_page_of_gns_says_about_the_tests():
    for problem in gns_simulator.PROBLEMS:
        cells = [cell for cell in gns_simulator.cells("quick") if cell["problem"] == problem and cell["curvature"]]
        runs = {cell["test"]: gns_simulator.run(cell) for cell in cells}
        assert all(found["converged"] and found["least_slack"] >= 0 for found in runs.values())
        assert all(-1e-12 <= found["gap"][-1] < 1e-9 for found in runs.values())
        assert runs["1/2"]["evaluations"][-1] > runs["1/8"]["evaluations"][-1]


def test_what_the_page_of_directional_sharpness_says():
    paths = {
        (cell["landscape"], cell["direction"]): directional_simulator.run(cell)
        for cell in directional_simulator.cells("quick")
    }
    assert np.allclose(paths["diagonal", "sign"]["sharpness"], paths["diagonal", "sign"]["trace"])
    for landscape in ("diagonal", "rotated"):
        first = {name: paths[landscape, name] for name in ("gradient", "clipped", "sign")}
        assert max(first, key=lambda name: first[name]["share"][0]) == "gradient"
        assert max(first, key=lambda name: first[name]["sharpness"][0]) == "gradient"
    for landscape in ("diagonal", "logistic"):
        assert paths[landscape, "sign"]["gap"][-1] < paths[landscape, "gradient"]["gap"][-1]
        assert paths[landscape, "sign"]["sharpness"].mean() < paths[landscape, "gradient"]["sharpness"].mean()
    assert all(np.all(path["share"] <= 1 + 1e-9) for path in paths.values())


def test_a_step_that_contradicts_the_model_is_an_error():
    right = directional_simulator.landscape_of("logistic", dimension=4)
    wrong = replace(right, remainder=lambda v: right.remainder(v) / 1000)
    with pytest.raises(directional_simulator.ModelViolated, match="sign, step 0: decrease"):
        directional_simulator.descend(wrong, "sign", 3)


def test_the_remainder_bounds_the_third_derivative_and_is_not_idle():
    found, rng = directional_simulator.landscape_of("logistic", dimension=4), np.random.default_rng(0)
    ratios = []
    for _ in range(200):
        x, v = rng.normal(size=4), rng.normal(size=4)
        ahead, behind = (v @ found.problem.curvature(x + step * v) @ v for step in (1e-5, -1e-5))
        ratios.append(abs(ahead - behind) / 2e-5 / found.remainder(v))
    assert 0.05 < max(ratios) < 1


def test_share_is_one_in_one_dimension_and_never_more():
    cell = {"landscape": "diagonal", "direction": "gradient", "steps": 20, "seed": 1}
    assert directional_simulator.run(cell | {"dimension": 1})["share"] == pytest.approx([1.0])
    share = directional_simulator.run(cell | {"dimension": 5})["share"]
    assert np.all((share > 0) & (share < 1))


@pytest.mark.parametrize("dimension", [0, 1.5])
def test_landscapes_have_dimensions(dimension):
    with pytest.raises(ValueError, match="dimension must be an int >= 1"):
        directional_simulator.landscape_of("diagonal", dimension=dimension)
