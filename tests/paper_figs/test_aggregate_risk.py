from dataclasses import replace

import numpy as np
import pytest

from experiments.bag_regression.aggregate_simulator import SIMULATOR, cells
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import aggregate_risk


def few(_):
    for cell in cells("quick"):
        if cell["bag_size"] < 6:
            noises = [0.25, 1.0] if cell["part"] == "rho" else [1.0]
            yield cell | {"samples": 60, "dimension": 15, "replicates": 3, "noises": noises}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("aggregate") / "store"
    run_sweep(replace(SIMULATOR, cells=few), "quick", path, executor="serial")
    return path


def test_what_is_drawn_is_what_is_stored(store):
    with Store(store) as opened:
        found = aggregate_risk.data(opened)
        rows = [(dict(cell), dict(results)) for cell, results in opened.rows()]
    assert found["psi"] == 0.25
    assert list(found["rho"]) == [0.25, 1.0]
    assert sorted(found["rho"][1.0]) == [(m, ridge) for m in (2, 3, 5) for ridge in ("no ridge", "ridge")]
    (stored,) = [results for cell, results in rows if cell["part"] == "rho" and cell["bag_size"] == 3]
    for column, noise in enumerate((0.25, 1.0)):
        bare, shrunk = found["rho"][noise][3, "no ridge"], found["rho"][noise][3, "ridge"]
        assert np.array_equal(bare["risk"], stored["risk"][:, 0, column, 0])
        assert np.array_equal(shrunk["risk_se"], stored["risk_se"][:, -1, column, 0])
        assert bare["limit_at_zero"] == pytest.approx(3 * noise)  # sigma^2 psi m/(1 - psi m)
        assert np.all(np.diff(shrunk["limit"]) > 0)
        assert shrunk["limit"][0] > shrunk["limit_at_zero"]
    sizes = {cell["bag_size"]: results for cell, results in rows if cell["part"] == "bag size"}
    plain = found["size"]["bag-level, no ridge"]
    assert plain["x"] == sorted(sizes) == [1, 2, 3, 4, 5]
    assert plain["risk"].tolist() == [sizes[m]["median"][0, 0, 0, 0] for m in plain["x"]]
    assert plain["limit"][:4] == pytest.approx([1 / 3, 1.0, 3.0, np.inf])
    assert list(found["stress"]) == ["Gaussian", "rademacher", "t", "unequal variances", "sorted labels"]
    assert np.all(np.diff(found["private"][10.0][1]["limit"]) > 0)
    assert np.argmin(found["private"][10.0][0]["limit"]) > 0


def test_the_figure_has_a_panel_a_noise_and_three_more_with_all_marks(store):
    with Store(store) as opened:
        found = aggregate_risk.data(opened)
    panels = aggregate_risk.draw(found).axes
    assert [axes.get_title()[:7] for axes in panels] == ["noise v", "noise v", "peak at", "private", "other d", ""]
    assert [axes.get_legend() is not None for axes in panels] == [False, True, True, True, True, False]
    for axes, curves in zip(panels, found["rho"].values(), strict=False):
        drawn = [np.asarray(line.get_ydata()) for line in axes.get_lines()]
        for curve in curves.values():
            assert any(np.array_equal(line, curve["risk"]) for line in drawn)
            assert any(np.array_equal(line, curve["limit"]) for line in drawn)


def test_a_store_without_the_parts_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("aggregate", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as opened, pytest.raises(ValueError, match="parts rho and bag size"):
        aggregate_risk.data(opened)
