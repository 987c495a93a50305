"""The figure of optimal sampling shows what the store holds, and the bounds."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.optimal_sampling.optimal_sampling_simulator import SIMULATOR, cells
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import optimal_sampling


def few(_):
    for cell in cells("quick"):
        enough = cell["points"] == 490 and cell["method"] == "christoffel"
        if (cell["points"] <= 20 and cell["part"] != "conditioned") or enough:
            yield cell | {"replicates": 5}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("optimal_sampling") / "store"
    run_sweep(replace(SIMULATOR, cells=few), "quick", path, executor="serial")
    return path


def test_what_is_drawn_is_what_is_stored(store):
    with Store(store) as opened:
        found = optimal_sampling.data(opened)
        rows = [(dict(cell), dict(results)) for cell, results in opened.rows()]
    assert (found["dimension"], found["enough"]) == (10, 490)
    assert list(found["points"]) == ["measure", "christoffel", "volume", "process"]
    chosen = [row for row in rows if row[0]["part"] == "points" and row[0]["method"] == "process"]
    stored = {cell["points"]: results for cell, results in chosen}
    curve = found["points"]["process"]
    assert curve["n"].tolist() == sorted(stored) == [10, 20]
    assert curve["failures"].tolist() == [stored[n]["failures"] for n in (10, 20)]
    assert curve["excess"].tolist() == [stored[n]["ratio"][0, 2] - 1 for n in (10, 20)]
    assert found["square"]["christoffel"]["m"].tolist() == [2, 3, 4, 6, 8]
    assert (found["bound_n"][0], found["bound_n"][-1]) == (10, 490)
    assert np.all(found["bound"][:11] == 1)
    assert found["bound"][-1] == pytest.approx(0.0997, abs=1e-4)


def test_the_figure_has_four_panels_with_all_curves(store):
    with Store(store) as opened:
        found = optimal_sampling.data(opened)
    panels = optimal_sampling.draw(found).axes
    assert len(panels) == 4
    for panel, key in ((panels[1], "failures"), (panels[3], "excess")):
        drawn = [np.asarray(line.get_ydata()) for line in panel.get_lines()]
        for curve in found["points"].values():
            assert any(np.array_equal(line, curve[key]) for line in drawn)
    assert any(
        np.allclose(line.get_ydata(), [1, 10 / 490]) for line in panels[3].get_lines() if len(line.get_xdata()) == 2
    )
    assert [panel.get_legend() is not None for panel in panels] == [True, True, False, True]


def test_a_store_without_the_parts_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("optimal_sampling", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as opened, pytest.raises(ValueError, match="parts points and square"):
        optimal_sampling.data(opened)
