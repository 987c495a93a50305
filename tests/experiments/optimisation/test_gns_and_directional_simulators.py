from dataclasses import replace

import numpy as np
import pytest
from simulator_frame import BACKENDS, among, check_back_end, check_cells, check_empty_store, swept

from experiments.arrays import backend, to_numpy
from experiments.optimisation import directional_simulator, gns_simulator
from paper_figs import directional_paths, gns_decrease
from theory.optimisation.directional_sharpness.directions import DIRECTIONS, best_step, direction, gain, sharpness
from theory.optimisation.gns.problems import logistic

SIMULATORS = {"gns": gns_simulator, "directional_sharpness": directional_simulator}
FIGURES = {"gns": gns_decrease, "directional_sharpness": directional_paths}


def few(name):
    smaller = {"dimension": 3, "iterations": 30} if name == "gns" else {"dimension": 4, "steps": 10}
    for cell in SIMULATORS[name].cells("quick"):
        yield cell | smaller


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("sizes", ["quick", "paper"])
def test_cells_are_plain_different_and_the_same_again(name, sizes):
    check_cells(SIMULATORS[name].SIMULATOR, sizes)


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    cells = list(few(name))
    found, _, lines = swept(SIMULATORS[name].SIMULATOR, cells, FIGURES[name], tmp_path)
    assert len(found["curves"]) == len(cells)
    for curve in found["curves"].values():
        assert among(np.maximum(curve["gap"], gns_decrease.FLOOR) if name == "gns" else curve["gap"], lines)


@pytest.mark.parametrize("name", SIMULATORS)
def test_figures_refuse_an_empty_store(name, tmp_path):
    check_empty_store(SIMULATORS[name].SIMULATOR, FIGURES[name], tmp_path)


@pytest.mark.parametrize("library", BACKENDS)
@pytest.mark.parametrize(
    "cell", list(few("directional_sharpness")), ids=lambda cell: f"{cell['landscape']}, {cell['direction']}"
)
def test_paths_are_the_same_on_other_back_ends(cell, library):
    """Steps zigzag, so that rounding grows: by less than 1e4 in so few."""
    run = directional_simulator.run
    check_back_end(run, cell, library, change={"dimension": 5}, allowed=1e-12, rounding=("remainder",))


def test_what_gns_computes_is_the_host_s():
    assert not gns_simulator.SIMULATOR.takes_backend


@pytest.mark.parametrize("landscape", directional_simulator.LANDSCAPES)
@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_path_takes_the_best_steps_of_the_theory(landscape, name):
    found = directional_simulator.landscape_of(landscape, dimension=5)
    path = directional_simulator.descend(found, name, 3)
    x = found.start
    for step in range(3):
        f, g, H = found.value(x), found.gradient(x), found.curvature(x)
        v = direction(name, g)
        gained = gain(g, H, v)
        assert path["gap"][step] == f - found.minimum
        assert path["sharpness"][step] == pytest.approx(sharpness(H, v), rel=1e-14)
        assert path["share"][step] == pytest.approx(gained / (g @ np.linalg.solve(H, g) / 2), rel=1e-14)
        assert path["alignment"][step] == pytest.approx(g @ v / np.sqrt((g @ g) * (v @ v)), rel=1e-14)
        x = x - best_step(g, H, v) * v
        assert path["remainder"][step] == pytest.approx(abs(f - found.value(x) - gained), rel=1e-6, abs=1e-12)


def test_regression_is_that_of_the_theory_on_every_back_end():
    drawn, rng = np.random.default_rng(1).normal(size=(40, 4)), np.random.default_rng(2)
    scaled = drawn[:, :-1] * np.logspace(-1, 1, 3)
    right = logistic(
        scaled, np.where(drawn.sum(axis=1) - (1 - 3**-0.5) * drawn[:, :-1].sum(axis=1) >= 0, 1, -1), ridge=1e-3
    )
    for name in ("numpy", "strict:device1"):
        home = backend(name)
        found = directional_simulator._regression(drawn, home)
        for x in (np.zeros(3), 3 * rng.normal(size=3)):
            there = home.asarray(x)
            for part in ("value", "gradient", "curvature"):
                given, known = to_numpy(getattr(found, part)(there)), np.asarray(getattr(right, part)(x))
                assert given.tolist() == known.tolist()
    assert found.minimum < float(found.value(found.start))


def test_a_path_ends_where_the_minimum_is_reached():
    """Looked for every fifty steps only: what is computed beyond the end is left out, and the point stays."""
    round_one = directional_simulator.landscape_of("diagonal", dimension=1)
    assert {len(values) for values in directional_simulator.descend(round_one, "gradient", 120).values()} == {1}
    seen = []
    watched = replace(round_one, curvature=lambda x: seen.append(x[0]) or round_one.curvature(x))
    directional_simulator.descend(watched, "gradient", 120)
    assert seen == [round_one.start[0]] + 49 * [0.0]
    here = replace(round_one, start=np.zeros(1))
    assert {len(values) for values in directional_simulator.descend(here, "sign", 120).values()} == {0}
    cell = {"landscape": "diagonal", "direction": "sign", "dimension": 4, "steps": 60, "seed": 1}
    whole = directional_simulator.run(cell | {"steps": 200})
    assert len(whole["gap"]) == 79
    assert whole["gap"][-1] > 1e-12
    assert whole["gap"][:60].tolist() == directional_simulator.run(cell)["gap"].tolist()


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gns", {"problem": "travel"}, "the problem must be one of"),
        ("gns", {"test": "1/4"}, "the test must be one of"),
        ("directional_sharpness", {"landscape": "flat"}, "the landscape must be one of"),
        ("directional_sharpness", {"direction": "adam"}, "the direction must be one of"),
        ("directional_sharpness", {"steps": 0}, "steps must be a whole number >= 1, got 0"),
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
        ahead, behind = (v @ found.curvature(x + step * v) @ v for step in (1e-5, -1e-5))
        ratios.append(abs(ahead - behind) / 2e-5 / found.remainder(v))
    assert 0.05 < max(ratios) < 1


def test_share_is_one_in_one_dimension_and_never_more():
    cell = {"landscape": "diagonal", "direction": "gradient", "steps": 20, "seed": 1}
    assert directional_simulator.run(cell | {"dimension": 1})["share"] == pytest.approx([1.0])
    share = directional_simulator.run(cell | {"dimension": 5})["share"]
    assert np.all((share > 0) & (share < 1))


@pytest.mark.parametrize("dimension", [0, 1.5, True])
def test_landscapes_have_dimensions(dimension):
    with pytest.raises(ValueError, match="dimension must be a whole number >= 1"):
        directional_simulator.landscape_of("diagonal", dimension=dimension)
