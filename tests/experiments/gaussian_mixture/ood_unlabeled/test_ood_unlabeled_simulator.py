import itertools
import pickle
from dataclasses import replace

import numpy as np
import pytest
from simulator_frame import check_cells

from experiments.arrays import backend
from experiments.gaussian_mixture.ood_unlabeled.simulator import PRINTED_SIZES, SIMULATOR, cells, run
from experiments.gaussian_mixture.ood_unlabeled.trained import BEST_OF_COINS, LABELLED_ONLY, LEARNERS
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from experiments.store import Store
from experiments.sweep import run_sweep

CELL = {
    "dimension": 6,
    "separation": 1.0,
    "labelled": 8,
    "unlabelled": 30,
    "shift": 0.5,
    "learner": "rss",
    "candidates": 1,
    "replicates": 5,
    "seed": 1,
}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    assert {cell["learner"] for cell in check_cells(SIMULATOR, sizes)} <= {*LEARNERS, BEST_OF_COINS}


def test_paper_has_every_entry_of_the_printed_table():
    have = {(c["learner"], c["shift"], c["labelled"], c["unlabelled"]) for c in cells("paper") if c["dimension"] == 200}
    for (m, sizes), shift in itertools.product(PRINTED_SIZES.items(), (0.0, 0.01, 0.1, 0.5)):
        assert {(name, shift, m, n) for n in sizes for name in ("rss", "self_training", "pca")} <= have
        assert all((("rss_selected", shift, m, n) in have) == (shift in (0.0, 0.5)) for n in sizes)
    assert ("plug_in", 0.0, 10000, 0) in have
    assert all(cell["replicates"] >= 50 for cell in cells("paper"))


def test_results_are_means_over_replicates():
    found = run(CELL)
    errors = found["errors"]
    assert errors.shape == (5,)
    assert found["error"] == pytest.approx(errors.mean(), rel=1e-15)
    assert found["error_se"] == pytest.approx(errors.std(ddof=1) / np.sqrt(5), rel=1e-12)
    assert 0 < found["alignment"] < 1
    assert found["error"] == run(dict(CELL))["error"]


def test_learners_of_one_setting_see_the_same_labelled_points():
    alone = run(CELL | {"learner": "plug_in", "unlabelled": 0, "shift": 0.0})
    longer = run(CELL | {"learner": "plug_in", "unlabelled": 0, "shift": 0.0, "replicates": 9})
    assert np.array_equal(alone["errors"], longer["errors"][:5])


def _cell_of(learner):
    alone = {"unlabelled": 0, "shift": 0.0} if learner in LABELLED_ONLY else {}
    return CELL | {"learner": learner, "candidates": 3} | alone


@pytest.mark.parametrize("name", ["strict:device1", "torch"])
@pytest.mark.parametrize("learner", [*LEARNERS, BEST_OF_COINS])
def test_other_back_ends_give_the_same(name, learner):
    pytest.importorskip("torch" if name == "torch" else "array_api_strict")
    cell = _cell_of(learner)
    assert np.allclose(run(cell)["errors"], run(cell, backend=backend(name))["errors"], atol=1e-9)


@pytest.mark.parametrize("learner", [*LEARNERS, BEST_OF_COINS])
def test_another_seed_gives_other_errors(learner):
    cell = _cell_of(learner)
    assert not np.any(np.isclose(run(cell)["errors"], run(cell | {"seed": 2})["errors"], rtol=1e-9))


@pytest.mark.parametrize("learner", list(LEARNERS))
def test_errors_do_not_depend_on_how_many_replicates_are_held_at_once(learner, monkeypatch):
    cell = _cell_of(learner)
    whole = run(cell)["errors"]
    monkeypatch.setitem(World.samples.__kwdefaults__, "memory", 1)
    assert np.array_equal(run(cell)["errors"], whole)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"learner": "oracle"}, "a learner is one of"),
        ({"learner": "plug_in"}, "must be 0"),
        ({"replicates": 1}, "at least 2"),
        ({"unlabelled": 0}, "needs unlabelled"),
        ({"dimension": 1}, "dimension must be a whole number >= 2, got 1"),
    ],
)
def test_wrong_cells_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        run(CELL | changed)


def test_is_pickled_by_reference_and_knows_its_sources():
    assert pickle.loads(pickle.dumps(SIMULATOR)) == SIMULATOR
    assert SIMULATOR.takes_backend
    assert len(SIMULATOR.code_version()) == 64


def test_an_interrupted_sweep_is_resumed_to_the_same_results(tmp_path):
    few = [CELL | {"learner": learner, "shift": 0.0} for learner in ("pca", "self_training", "rss")]
    for path, parts in (("whole", [few]), ("resumed", [few[:2], few])):
        for part in parts:
            simulator = replace(SIMULATOR, cells=lambda sizes, part=part: iter(part))
            run_sweep(simulator, "quick", tmp_path / path, executor="serial", resume=True)
    with Store(tmp_path / "whole") as whole, Store(tmp_path / "resumed") as resumed:
        assert whole.digest() == resumed.digest()
        assert len(whole) == 3
