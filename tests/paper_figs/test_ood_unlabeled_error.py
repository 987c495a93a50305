from dataclasses import replace

import numpy as np
import pytest

from experiments.gaussian_mixture.ood_unlabeled.simulator import SIMULATOR
from experiments.store import Encoded, Identity, Store, StoreWriter, key_of
from experiments.sweep import run_sweep
from paper_figs import ood_unlabeled_error as figure
from theory.mixtures.plug_in import plug_in_error


def small(sizes):
    base = {"dimension": 6, "separation": 1.0, "shift": 0.0, "candidates": 1, "replicates": 4, "seed": 1}
    for m in (4, 16):
        yield base | {"labelled": m, "unlabelled": 0, "learner": "plug_in"}
        for learner in ("rss", "self_training", "pca"):
            yield base | {"labelled": m, "unlabelled": 50, "learner": learner}
    yield base | {"labelled": 4, "unlabelled": 50, "shift": 0.5, "learner": "rss"}
    yield base | {"dimension": 9, "labelled": 4, "unlabelled": 0, "learner": "plug_in"}


@pytest.fixture
def found(tmp_path):
    run_sweep(replace(SIMULATOR, cells=small), "quick", tmp_path / "store", executor="serial")
    with Store(tmp_path / "store") as store:
        return figure.data(store)


def test_data_are_the_curves_of_the_unshifted_dimension_with_most_sizes(found):
    assert found["dimension"] == 6
    assert set(found["curves"]) == {("rss", 50), ("self_training", 50)}
    assert [m for m, _, _ in found["curves"]["rss", 50]] == [m for m, _, _ in found["simulated"]] == [4, 16]
    m, error = found["exact"][0]
    assert error == pytest.approx(float(plug_in_error(6, 4, 1.0)))
    assert m == pytest.approx(4)
    assert found["needed"][0][1] == pytest.approx(2 * 4 + 6)
    assert found["quoted"][-1][1] == pytest.approx(16 * 16 / 6)
    assert found["bayes"] < found["limits"][50] < 0.5


def test_drawn_lines_are_the_data(found):
    drawn = figure.draw(found)
    left, right = drawn.axes
    lines = [line.get_xydata() for line in left.get_lines()]
    exact = np.asarray(found["exact"])
    assert any(line.shape == exact.shape and np.allclose(line, exact) for line in lines)
    points = np.asarray(found["curves"]["rss", 50])[:, :2]
    assert any(line.shape == points.shape and np.allclose(line, points) for line in lines)
    assert len(right.get_lines()) == 2


def test_a_store_without_the_labelled_curve_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("ood_unlabeled", "quick", "v1")) as writer:
        writer.add(Encoded(0, key_of("{}", "v1"), '{"shift":0.5}', "{}", (), 0.1))
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="plug-in rule"):
        figure.data(store)
