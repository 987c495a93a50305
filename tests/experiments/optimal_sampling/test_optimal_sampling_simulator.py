"""The simulator: cells, results, resuming, and that cutting the replicates changes nothing."""

import numpy as np
import pytest
from simulator_frame import check_cells, resumed

from experiments.optimal_sampling import optimal_sampling_simulator as module
from experiments.optimal_sampling.designs import draw
from experiments.optimal_sampling.estimates import RESOLVED, best_approximation, error_ratio
from experiments.optimal_sampling.optimal_sampling_simulator import QUANTILES, SIMULATOR, cells, run
from experiments.streams import Stream


def few():
    for cell in cells("quick"):
        if cell["dimension"] in (3, 4) and cell["part"] == "square":
            yield cell | {"replicates": 20}
    yield next(cell for cell in cells("quick") if cell["part"] == "conditioned") | {
        "dimension": 3,
        "points": 30,
        "replicates": 20,
    }
    yield next(cell for cell in cells("quick") if cell["part"] == "thinned") | {
        "dimension": 3,
        "points": 18,
        "replicates": 4,
    }


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = check_cells(SIMULATOR, sizes)
    assert all(cell["points"] % cell["dimension"] == 0 for cell in listed)
    assert {cell["part"] for cell in listed} == {"points", "square", "conditioned", "thinned"}


def test_a_sweep_stores_what_is_declared_and_resumes(tmp_path):
    with resumed(SIMULATOR, list(few()), tmp_path) as store:
        for cell, results in store.rows():
            assert results["ratio"].shape == (2, len(QUANTILES))
            assert np.all(np.diff(results["least"]) >= 0)
            assert np.all(results["ratio"] >= 1)
            assert (results["failures"] == 0) == (cell["part"] != "square")
            assert (results["kept"][-1] < cell["points"]) == (cell["part"] == "thinned")
            assert results["kept"][0] >= cell["dimension"]
            assert results["attempts"] >= 1


def test_the_process_is_the_stablest_with_as_many_points_as_dimensions():
    given = {"part": "square", "basis": "legendre", "dimension": 5, "points": 5, "functions": ["exp"], "seed": 2}
    least = {
        method: run(given | {"method": method, "replicates": 300})["least"][QUANTILES.index(0.5)]
        for method in ("measure", "christoffel", "process")
    }
    assert least["process"] > 0.1
    assert least["christoffel"] < 0.02
    assert least["process"] > 100 * least["measure"]


def test_results_are_those_of_the_designs_drawn():
    cell = next(cell for cell in few() if cell["method"] == "process")
    found, m = run(cell), cell["dimension"]
    design = draw("process", "legendre", m, m, stream=Stream(cell["seed"], 0), replicates=20)
    ratios = [error_ratio(design, name) for name in ("runge", "kink")]
    assert found["mean_ratio"] == pytest.approx(np.mean(ratios, axis=1))
    assert found["ratio"][1] == pytest.approx(np.quantile(ratios[1], QUANTILES))
    assert found["distance"] == pytest.approx(np.quantile(design.distance(), QUANTILES))
    assert found["failures"] == np.mean(design.distance() > 0.5)


def test_cutting_the_replicates_changes_nothing(monkeypatch):
    cell = next(cell for cell in few() if cell["part"] == "conditioned")
    whole = run(cell)
    monkeypatch.setattr(module, "MEMORY", 30 * 3 * 7)
    for key, value in run(cell).items():
        assert np.allclose(value, whole[key], rtol=1e-9), key


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_every_cell_asks_for_errors_that_stand_clear_of_rounding(sizes):
    for basis, m, functions in {(c["basis"], c["dimension"], tuple(c["functions"])) for c in cells(sizes)}:
        for function in functions:
            best, error = best_approximation(basis, m, function)
            assert error > RESOLVED * float(best @ best)


def test_bad_cells_are_refused():
    cell = next(cells("quick"))
    with pytest.raises(ValueError, match="replicates must be at least 1"):
        run(cell | {"replicates": 0})
    with pytest.raises(ValueError, match="the number n of points must be"):
        run(cell | {"points": 3})
    with pytest.raises(ValueError, match="to rounding"):
        run(cell | {"dimension": 20, "points": 20, "replicates": 1, "functions": ["exp"]})
