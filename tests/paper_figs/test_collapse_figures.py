from dataclasses import replace

import numpy as np
import pytest

from experiments.neural_collapse import digits_simulator, dual_head, simulator
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import (
    collapse_digits,
    collapse_metrics,
    collapse_minority_angle,
    collapse_phase_diagram,
    dual_head_conflict,
)
from paper_figs.tables import long_table
from theory.collapse.deep_linear.cross_entropy import best_scale, cross_polytope_code, simplex_code
from theory.collapse.deep_linear.minimum import global_minimum


def few(_):
    """Yield a small share of the cells of each part."""
    cut = {"starts": 3, "times": 4, "last": 20.0, "ratios": [0.5, 1.2], "majorities": [8, 32], "decays": [0.01, 0.03]}
    for cell in simulator.cells("quick"):
        small = cell | {name: value for name, value in cut.items() if name in cell}
        if small.get("depth", 1) < 3 and small.get("classes", 4) == 4:
            yield small | ({"sizes": [1, 4]} if cell["part"] == "imbalance" else {})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("collapse") / "store"
    run_sweep(replace(simulator.SIMULATOR, cells=few), "quick", path, executor="serial")
    figures = (collapse_phase_diagram, collapse_minority_angle, collapse_metrics)
    with Store(path) as store:
        return {figure: figure.data(store) for figure in figures}


def test_phase_diagram(found):
    data = found[collapse_phase_diagram]
    assert (data["spreads"], data["depths"], data["ratios"]) == ([0.5, 1.5], [1, 2], [0.5, 1.2])
    assert data["alive"].shape == data["optimal"].shape == (2, 2, 2)
    assert data["limits"] == pytest.approx([1.0, 3 * 3**0.5 / 4])  # 3 sqrt(3)/8 over 1/2
    panels = collapse_phase_diagram.draw(data).axes
    assert [line.get_ydata().tolist() for line in panels[2].get_lines()[:2]] == data["optimal"][0].tolist()


def test_data_are_tables(found):
    text = "".join(long_table(data) for data in found.values())
    quantities = {line.partition(",")[0] for line in text.splitlines()}
    assert {"alive", "angle/False/within", "norms/2/curve", "codes/K = 4"} <= {name.strip('"') for name in quantities}


def test_minority_angle(found):
    data = found[collapse_minority_angle]
    assert data["collapse"] == pytest.approx(4.0)
    assert sorted(data["norms"]) == [1, 2]
    for depth, curve in data["norms"].items():
        assert curve["decay"] == 0.03  # the largest
        exact = global_minimum([1, 4], depth, curve["decay"], curve["decay"]).row_norms[0] ** 2
        assert curve["curve"][[0, -1]] == pytest.approx(exact, rel=1e-9)
    left, right = collapse_minority_angle.draw(data).axes
    assert len(left.get_lines()) == 4
    assert right.get_lines()[0].get_ydata()[0] == pytest.approx(data["angle"][False]["within"][0])


def test_metrics(found):
    data = found[collapse_metrics]
    assert "squared, M = 2, imbalanced" in data["flows"]
    assert "cross-entropy, M = 1, bias" in data["flows"]
    assert data["codes"]["K = 4, M = 1"]["best"] == pytest.approx(1.0)
    polytope, simplex = (
        best_scale(code(4), 1, 2, 0.03, 0.03).objective for code in (cross_polytope_code, simplex_code)
    )
    assert data["codes"]["K = 4, M = 2"]["polytope"][1] == pytest.approx(polytope / simplex)
    assert all(flow["time"].shape == flow["nc1"].shape == (4,) for flow in data["flows"].values())
    panels = collapse_metrics.draw(data).axes
    assert len(panels) == 6
    assert len(panels[0].get_lines()) == len(data["flows"]) == 4


def one(simulator_, path, change):
    run_sweep(
        replace(simulator_, cells=lambda sizes: [cell | change for cell in simulator_.cells(sizes)][:2]),
        "quick",
        path,
        executor="serial",
    )


def test_digits(tmp_path):
    pytest.importorskip("sklearn")
    one(digits_simulator.SIMULATOR, tmp_path / "store", {"epochs": 2, "widths": [16]})
    with Store(tmp_path / "store") as store:
        data = collapse_digits.data(store)
    assert sorted(data) == [("cross-entropy", 0.0), ("cross-entropy", 5e-3)]
    assert data["cross-entropy", 0.0]["epoch"].tolist() == [1, 2]
    panels = collapse_digits.draw(data).axes
    assert np.array_equal(panels[1].get_lines()[0].get_ydata(), data["cross-entropy", 0.0]["nc1"])


def test_dual_head(tmp_path):
    one(dual_head.SIMULATOR, tmp_path / "store", {"steps": 20})
    with Store(tmp_path / "store") as store:
        data = dual_head_conflict.data(store)
    assert data["teacher"] == 4.0
    assert sorted(data["runs"][1]) == [1.0, 8.0]
    panels = dual_head_conflict.draw(data).axes
    assert np.array_equal(panels[0].get_lines()[0].get_ydata(), data["runs"][1][1.0]["scale"])


@pytest.mark.parametrize(
    "figure",
    [collapse_phase_diagram, collapse_minority_angle, collapse_metrics, collapse_digits, dual_head_conflict],
)
def test_an_empty_store_is_refused(figure, tmp_path):
    with StoreWriter(tmp_path / "store", Identity("any", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match=r"part|empty"):
        figure.data(store)
