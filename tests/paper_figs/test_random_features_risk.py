from dataclasses import replace

import numpy as np
import pytest

from experiments.random_features.random_features_simulator import SIMULATOR, cells
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import random_features_risk
from theory.regression.more_is_better import fitting_ratio


def few(_):
    for cell in cells("quick"):
        if cell["samples"] in (50, 100, 200) and cell["features"] in (50, 100, 200, None):
            features = cell["features"] and cell["features"] // 10
            yield cell | {"samples": cell["samples"] // 10, "features": features, "modes": 40, "replicates": 3}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("random_features") / "store"
    run_sweep(replace(SIMULATOR, cells=few), "quick", path, executor="serial")
    with Store(path) as opened:
        rows = [(dict(cell), dict(results)) for cell, results in opened.rows()]
        return random_features_risk.data(opened), rows


def test_what_is_drawn_is_what_is_stored_and_predicted(found):
    shown, rows = found
    stored = {cell["samples"]: results for cell, results in rows if cell["part"] == "samples"}
    for place, curve in enumerate(shown["samples"]):
        assert curve["x"].tolist() == sorted(stored) == [5, 10, 20]
        assert curve["found"].tolist() == [stored[n]["test"][place, 0] for n in curve["x"]]
        assert curve["line"][-1] == pytest.approx(stored[20]["test_limit"][place, 0])
    small, best = shown["features"]
    assert np.argmax(small["line"]) not in (0, len(small["line"]) - 1)
    assert np.all(np.diff(best["line"]) < 0)
    ends = [results for cell, results in rows if cell["part"] == "features" and cell["features"] is None]
    assert shown["kernel"] == ends[0]["test_limit"][:, 0].tolist()
    for axis in (0, 1):
        assert np.all(np.diff(shown["map"]["test"], axis=axis) < 0)
    for cell, results in rows:
        if cell["part"] == "noise":
            curve = shown["ratio"][cell["alpha"], cell["beta"]]
            assert curve["found"].tolist() == (results["train"][0] / results["test"][0]).tolist()
            ends = [0, len(curve["line"]) - 1]  # the first and the last noise
            predicted = (results["train_limit"][0] / results["test_limit"][0])[[0, -1]]
            assert curve["line"][ends] == pytest.approx(predicted, abs=1e-12)
            assert curve["limit"] == pytest.approx(fitting_ratio(cell["alpha"], cell["beta"], curve["line_x"]))
            assert curve["line_x"][ends] == pytest.approx(curve["x"][[0, -1]])
    law = shown["ratio"][2.0, 3.0]
    assert law["threshold"] == 1.0
    assert law["x"] / law["x"][-1] == pytest.approx(np.asarray([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]) / 8)


def test_the_figure_has_its_panels_with_all_marks(found):
    shown, _ = found
    panels = random_features_risk.draw(shown).axes
    assert len(panels) == 5  # four and the bar of the map
    drawn = [np.asarray(line.get_ydata()) for line in panels[0].get_lines()]
    for curve in shown["samples"]:
        assert any(np.array_equal(line, curve["found"]) for line in drawn)
    bars = [container.lines[2][0].get_segments() for container in panels[0].containers]
    for curve, segments in zip(shown["samples"], bars, strict=True):
        assert [segment[1, 1] - segment[0, 1] for segment in segments] == pytest.approx(4 * curve["se"])
    assert [axes.get_xlabel() for axes in panels[:2]] == ["number of samples", "number of features"]


def test_a_store_without_the_parts_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("random_features", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as opened, pytest.raises(ValueError, match="missing: samples, features, noise"):
        random_features_risk.data(opened)
