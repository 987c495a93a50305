import numpy as np
import pytest

from experiments.arrays import backend
from experiments.neural_collapse.energy import Architecture, Setting
from experiments.neural_collapse.optima import codes, minority_angles, row_norms
from experiments.neural_collapse.simulator import PARTS, SIMULATOR, cells, run
from experiments.neural_collapse.trajectories import METRICS, decay_of, fates, metrics_along
from theory.collapse.deep_linear.minimum import global_minimum
from theory.collapse.deep_linear.scalar import scalar_minimizer, threshold


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_decay_of_a_ratio_is_that_of_the_theory(depth):
    decay = decay_of(0.7, depth, 3, 2)
    exact = global_minimum((2, 2, 2), depth, decay, decay)
    assert exact.effective_decays == pytest.approx(0.7 * float(threshold(depth)), rel=1e-12)


def test_flows_of_one_layer_always_reach_the_minimum_and_die_past_the_threshold():
    found = fates(Architecture(3, 1, 3), 2, [0.3, 0.7, 1.2], starts=4, seed=1, spread=0.5, horizon=60.0)
    assert found["optimal"].tolist() == [1, 1, 1]
    assert found["alive"].tolist() == [1, 1, 0]
    assert found["best"] == pytest.approx(found["theory"], abs=1e-8)
    assert found["theory"][2] == pytest.approx(0.5)


def test_flows_of_narrow_features_and_models_that_are_not_covered():
    found = fates(Architecture(3, 1, 2), 2, [0.3], starts=2, seed=1, spread=0.5, horizon=60.0)
    assert (found["optimal"][0], found["alive"][0]) == (1, 1)
    assert found["theory"][0] == pytest.approx(
        global_minimum((2, 2, 2), 1, *found["decay"].repeat(2), width=2).objective
    )
    for model in (Architecture(3, 1, 3, bias=True), Architecture(3, 1, 3, "cross-entropy")):
        with pytest.raises(ValueError, match="the loss must be squared and without a bias"):
            fates(model, 2, [0.3], starts=2, seed=1, spread=0.5, horizon=60.0)
    with pytest.raises(ValueError, match="ratio must be a finite number > 0, got -1"):
        decay_of(-1.0, 2, 3, 2)


def test_flows_in_depth_end_at_zero_from_small_starts_and_away_from_it_past_the_threshold():
    small, large = (
        fates(Architecture(3, 3, 3), 2, [0.3, 1.3, 1.7], starts=8, seed=1, spread=spread, horizon=60.0)
        for spread in (0.1, 1.5)
    )
    assert small["alive"].tolist() == [0, 0, 0]
    assert small["optimal"].tolist() == [0, 1, 1]
    assert large["alive"][0] > 0.8
    assert 0 < large["alive"][1] < 1  # the zero is optimal, and other minima still hold some modes
    assert large["alive"][2] == 0  # past the last local minimum


def test_metrics_fall_along_the_flow_to_what_the_theory_says():
    decay = decay_of(0.1, 1, 3, 2)
    found = metrics_along(
        Architecture(3, 1, 3),
        Setting((2, 2, 2), (decay,), decay),
        times=(1.0, 1000.0, 4),
        starts=3,
        seed=1,
        spread=1.0,
    )
    assert found["time"].tolist() == [0.0, 1.0, 10.0, 100.0, 1000.0]
    assert all(found[name].shape == (5, 3) for name in ("energy", *METRICS))
    assert np.all(np.diff(found["energy"], axis=0) <= 1e-14)
    for name in ("nc1", "etf_distance", "orthogonality_distance", "nc3_uncentred"):
        assert np.all(found[name][0] > 0.05)
        assert np.all(found[name][-1] < 1e-6), name
    assert np.all(found["nc3"][-1] > 0.1)  # without a bias the classifier is not centred


def test_norms_are_those_of_the_theory_and_small_classes_are_lost():
    found = row_norms([1, 4, 16], 2, [0.01, 0.03], starts=12, seed=1)
    assert found["norms"] == pytest.approx(found["theory"], abs=1e-6)
    assert found["value"] == pytest.approx(found["minimum"], abs=1e-9)
    assert np.all((found["hit"] > 0) & (found["hit"] < 1))  # not every start finds it
    assert found["theory"][1, 0] == 0 < found["theory"][1, 2]


@pytest.mark.parametrize("bias", [False, True])
def test_minority_classes_merge_at_the_threshold(bias):
    found = minority_angles(8, [28, 31, 33, 36], 0.05 / 2**0.5, classes=4, starts=2, depth=1, seed=1, bias=bias)
    assert found["collapse"] == pytest.approx(4.0)
    assert found["ratio"].tolist() == [3.5, 3.875, 4.125, 4.5]
    assert found["within"][0] > found["within"][1] > 20
    assert np.all(found["within"][2:] < 1e-3)
    assert np.all(found["between"] > 90)  # majority classes turn away from the minority


def test_a_minority_without_rows_has_no_angle():
    found = minority_angles(8, [64], 0.05 / 2**0.5, classes=4, starts=2, depth=1, seed=1, bias=True)
    assert np.isnan(found["within"][0])
    assert found["norm"][0] < 1e-4


def test_codes_in_depth():
    one, deep = (codes(4, depth, [0.003], starts=8, seed=1) for depth in (1, 3))
    assert one["best"] == pytest.approx(one["simplex"], abs=1e-9)
    assert (one["below"][0], one["rank"][0]) == (0, 3)
    assert deep["best"] == pytest.approx(deep["polytope"], abs=1e-9)
    assert deep["best"][0] < deep["simplex"][0] - 1e-3
    assert deep["rank"][0] == 2
    assert deep["below"][0] > 0


def test_cells_run_and_repeat_on_another_backend():
    assert set(SIMULATOR.sizes) == {"quick", "paper", "gpu"}
    assert {cell["part"] for cell in cells("quick")} == set(PARTS)
    chosen = {cell["part"]: cell for cell in cells("quick") if cell["depth" if "depth" in cell else "classes"] != 1}
    few = chosen["imbalance"] | {"sizes": [1, 3], "depth": 2, "starts": 3}
    mine, theirs = run(few), run(few, backend("strict:device1"))
    assert theirs["norms"] == pytest.approx(mine["norms"], abs=1e-7)
    part = next(cells("quick")) | {"starts": 2, "times": 3, "last": 1000.0}  # balanced, one layer
    flows = run(part)
    assert flows["nc1"].shape == (4, 2)
    assert flows["energy"][-1] == pytest.approx(scalar_minimizer(part["ratio"], 1)[1] / 2, abs=1e-9)
    with pytest.raises(ValueError, match="part must be one of metrics, phase"):
        run(few | {"part": "dance"})
    with pytest.raises(ValueError, match="sizes are quick, paper, gpu, got 'tiny'"):
        list(cells("tiny"))
