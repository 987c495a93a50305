import numpy as np
import pytest
from simulator_frame import check_cells, resumed

from experiments.bag_regression import aggregate_simulator
from experiments.bag_regression.aggregate_simulator import SIMULATOR, cells, run

SHAPE = ("rhos", "ridges", "noises", "epsilons")


def few():
    for cell in cells("quick"):
        if cell["bag_size"] in (1, 3, 10) and cell["part"] != "rho":
            yield cell | {"samples": 60, "dimension": 15, "replicates": 3}


def test_rho_is_studied_at_three_noises_at_every_size():
    for sizes in ("quick", "paper", "gpu"):
        assert {tuple(cell["noises"]) for cell in cells(sizes) if cell["part"] == "rho"} == {(0.25, 1.0, 4.0)}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = check_cells(SIMULATOR, sizes)
    assert all(cell["samples"] == 4 * cell["dimension"] for cell in listed)


def test_a_sweep_stores_risks_of_every_setting_and_resumes(tmp_path):
    with resumed(SIMULATOR, list(few()), tmp_path) as store:
        for cell, results in store.rows():
            assert results["risk"].shape == tuple(len(cell[name]) for name in SHAPE)
            assert np.all(results["risk"] > 0)
            assert np.all(results["risk_se"] > 0)


def test_singular_settings_and_best_ridges_are_reported():
    found = {cell["bag_size"]: (cell, run(cell)) for cell in few() if cell["part"] == "bag size"}
    cell, results = found[10]
    assert results["singular"][0, 0, 0].tolist() == [3] * len(cell["epsilons"])  # 6 bags for 15 features
    assert not results["singular"][1:].any()
    assert not results["singular"][:, 1:].any()
    assert np.allclose(results["ridge"][:, 1], 0.25 * results["effective_noise"][:, 1])
    assert np.all(np.diff(results["effective_noise"][0, 0, 0, 1:]) < 0)
    cell, results = found[1]
    assert np.array_equal(results["risk"][0], results["risk"][1])


@pytest.mark.parametrize("part", aggregate_simulator.STRESS)
def test_parts_under_stress_are_other_designs(part):
    plain, stressed = (
        run({**next(c for c in few() if c["part"] == part), "part": name})["risk"] for name in ("rho", part)
    )
    assert not np.any(np.isclose(plain, stressed, rtol=1e-6))


def test_bad_cells_are_refused():
    cell = next(cells("quick"))
    with pytest.raises(ValueError, match="replicates must be at least 2"):
        run(cell | {"replicates": 1})
    with pytest.raises(ValueError, match="the bag size must be at most"):
        run(cell | {"samples": 5, "bag_size": 6})
