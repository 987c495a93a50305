import numpy as np
import pytest
from simulator_frame import check_cells, resumed

from experiments.random_features import Problem, Setting, simulate
from experiments.random_features.random_features_simulator import SIMULATOR, cells, run
from theory.regression.more_is_better import best_ridge, eigenframework, relative_noise


def few():
    for cell in cells("quick"):
        small = {"samples": cell["samples"] // 10, "modes": 40, "replicates": 3}
        if cell["samples"] in (50, 100) and cell["features"] in (100, None):
            yield cell | small | {"features": cell["features"] and cell["features"] // 10}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = check_cells(SIMULATOR, sizes)
    assert {cell["part"] for cell in listed} == {"samples", "features", "noise"}


def test_a_sweep_stores_errors_beside_predictions_and_resumes(tmp_path):
    with resumed(SIMULATOR, list(few()), tmp_path) as store:
        for cell, results in store.rows():
            shape = len(cell["ridges"]), len(cell["noises"])
            assert {results[name].shape for name in results} == {shape}
            assert np.all(results["test"] >= np.asarray(cell["noises"]))
            if cell["ridges"][0] != "best":
                assert np.all(results["ridge"][0] == cell["ridges"][0])
                assert np.all(results["test_limit"][1] <= results["test_limit"][0])


def test_results_are_means_and_standard_errors_of_draws_beside_their_limits():
    cell = next(cells("quick")) | {"samples": 8, "modes": 20, "replicates": 4, "ridges": [0.1], "noises": [0.2, 0.4]}
    for features in (5, None):
        found = run(cell | {"features": features, "ridges": [0.1, "best"]})
        for column, noise in enumerate(cell["noises"]):
            problem = Problem.power_law(20, 1.5, 1.5, noise)
            drawn = simulate(problem, [Setting(8, features, 0.1)], replicates=4, seed=1)
            best = best_ridge(problem.eigenvalues, problem.coefficients, 8, features or np.inf, noise)
            assert found["ridge"][:, column].tolist() == [0.1, best.ridge]
            assert found["test_limit"][1, column] == best.test_error
            limit = eigenframework(problem.eigenvalues, problem.coefficients, 8, features or np.inf, 0.1, noise)
            for name in ("test", "train"):
                values = getattr(drawn, name)[0]
                assert found[name][0, column] == pytest.approx(values.mean())
                assert found[f"{name}_se"][0, column] == pytest.approx(values.std(ddof=1) / 2)
                assert found[f"{name}_limit"][0, column] == pytest.approx(getattr(limit, f"{name}_error"))


def test_noises_of_the_kernel_cells_are_relative_to_the_bias_of_interpolation():
    for cell in cells("quick"):
        if cell["part"] == "noise":
            relative = relative_noise(cell["alpha"], cell["beta"], cell["samples"], cell["noises"])
            assert relative == pytest.approx([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0])


def test_bad_cells_are_refused():
    with pytest.raises(ValueError, match="replicates must be at least 2"):
        run(next(cells("quick")) | {"replicates": 1})
