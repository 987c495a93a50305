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
            yield cell | {"samples": 60, "dimension": 15, "replicates": 3}


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
    assert sorted(found["rho"]) == [2, 3, 5]
    (stored,) = [results for cell, results in rows if cell["part"] == "rho" and cell["bag_size"] == 3]
    assert np.array_equal(found["rho"][3]["risk"], stored["risk"][:, 0, 0, 0])
    assert found["rho"][3]["limit"][0] == pytest.approx(3.0)  # rho = 0 without ridge: psi m/(1 - psi m)
    sizes = {cell["bag_size"]: results for cell, results in rows if cell["part"] == "bag size"}
    plain = found["size"]["bag-level, no ridge"]
    assert plain["x"] == sorted(sizes) == [1, 2, 3, 4, 5]
    assert plain["risk"].tolist() == [sizes[m]["median"][0, 0, 0, 0] for m in plain["x"]]
    assert plain["limit"][:4] == pytest.approx([1 / 3, 1.0, 3.0, np.inf])
    assert list(found["stress"]) == ["Gaussian", "rademacher", "t", "unequal variances", "sorted labels"]
    assert np.all(np.diff(found["private"][10.0][1]["limit"]) > 0)
    assert np.argmin(found["private"][10.0][0]["limit"]) > 0


def test_the_figure_has_four_panels_with_all_marks(store):
    with Store(store) as opened:
        found = aggregate_risk.data(opened)
    panels = aggregate_risk.draw(found).axes
    assert len(panels) == 4
    drawn = [np.asarray(line.get_ydata()) for line in panels[0].get_lines()]
    for curve in found["rho"].values():
        assert any(len(line) == len(curve["risk"]) and np.array_equal(line, curve["risk"]) for line in drawn)


def test_a_store_without_the_parts_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("aggregate", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as opened, pytest.raises(ValueError, match="parts rho and bag size"):
        aggregate_risk.data(opened)
