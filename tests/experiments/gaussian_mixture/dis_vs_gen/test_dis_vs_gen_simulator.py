"""The simulator: its cells, what a cell gives, a sweep that stops and resumes."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from simulator_frame import check_cells

from experiments.gaussian_mixture.dis_vs_gen import simulator
from experiments.gaussian_mixture.dis_vs_gen.simulator import PARAMETERS, SIMULATOR, cells, geometric, run
from experiments.store import Store
from experiments.sweep import run_sweep


@pytest.mark.parametrize("sizes", SIMULATOR.sizes)
def test_cells_are_plain_distinct_and_repeatable(sizes):
    grid = check_cells(SIMULATOR, sizes)
    assert len(grid) > 100
    assert all(cell["m"] >= 2 * cell["classes"] for cell in grid)


def test_the_paper_grid_has_the_published_classes_and_dimensions():
    published = {(classes, n) for classes in (2, 3, 5, 7) for n in (100, 200, 400, 1000)}
    for learner in ("naive_bayes", "logistic"):
        own = {(c["classes"], c["n"]) for c in cells("paper") if (c["regime"], c["learner"]) == ("growing", learner)}
        assert own >= published - ({(5, 1000), (7, 1000)} if learner == "logistic" else set())


@pytest.mark.parametrize("sizes", SIMULATOR.sizes)
def test_no_fit_of_several_classes_has_more_parameters_than_declared(sizes):
    several = [c["classes"] * c["n"] for c in cells(sizes) if c["learner"] == "logistic" and c["classes"] > 2]
    assert max(several, default=0) <= PARAMETERS


def test_geometric_grids_have_both_ends_and_increase():
    for low, high in ((4, 4096), (10, 11), (7, 7 * 2**10)):
        grid = geometric(low, high)
        assert (grid[0], grid[-1]) == (low, high)
        assert grid == sorted(set(grid))
        assert all(after <= 1.7 * before for before, after in pairwise(grid))


@pytest.mark.parametrize("ends", [(0, 4), (4, 4), (8, 4), (4, float("inf")), (float("nan"), 4), (2, 4, 1.0)])
def test_grids_that_do_not_grow_are_refused(ends):
    with pytest.raises(ValueError, match="1 <= low < high and step > 1 are needed"):
        geometric(*ends)


def test_cells_have_streams_of_their_own_and_the_two_learners_share_theirs(monkeypatch):
    streams = {}

    def spy(mixture, learner, m, *, stream, replicates, backend):
        streams[regime, classes, n, m, learner] = stream
        return np.asarray([0.1, 0.2])

    monkeypatch.setattr(simulator, "errors", spy)
    for regime, classes, n in [("growing", 2, 8), ("fixed", 2, 8), ("fixed", 3, 8), ("fixed", 2, 12)]:
        for learner, m in product(("naive_bayes", "logistic"), (9, 10)):
            cell = {"regime": regime, "classes": classes, "n": n, "m": m, "learner": learner}
            run(cell | {"replicates": 2, "seed": 1})
    assert len(streams) == 16
    for key, stream in streams.items():
        assert {other[:4] for other, own in streams.items() if own == stream} == {key[:4]}


def test_one_replicate_is_refused_as_it_has_no_standard_error():
    with pytest.raises(ValueError, match="replicates must be at least 2"):
        run(next(small("quick")) | {"replicates": 1})


def test_a_cell_gives_exact_errors_for_two_classes():
    cell = {
        "regime": "correlated",
        "classes": 2,
        "n": 8,
        "learner": "naive_bayes",
        "m": 4000,
        "replicates": 20,
        "seed": 1,
    }
    found = run(cell)
    assert found == run(cell)
    assert found["exact"]
    assert found["bayes"] < found["limit"]
    assert abs(found["error"] - found["limit"]) < 0.002
    assert found["standard_error"] < 0.001
    assert not run(cell | {"regime": "growing", "classes": 3, "m": 12})["exact"]


def small(sizes):
    for m in (4, 8, 16, 32):
        yield {
            "regime": "fixed", "classes": 2, "n": 8, "learner": "logistic", "m": m, "replicates": 5, "seed": 1,
        }  # fmt: skip


def test_a_sweep_resumes_to_the_same_results(tmp_path):
    simulator = replace(SIMULATOR, cells=small)
    run_sweep(simulator, "quick", tmp_path / "whole.sqlite", executor="serial")

    class Enough(Exception):
        pass

    def stop(progress):
        if progress.computed == 2:
            raise Enough

    with pytest.raises(Enough):
        run_sweep(simulator, "quick", tmp_path / "part.sqlite", executor="serial", progress=stop)
    again = run_sweep(simulator, "quick", tmp_path / "part.sqlite", executor="serial", resume=True)
    assert again.skipped >= 1
    with Store(tmp_path / "whole.sqlite") as whole, Store(tmp_path / "part.sqlite") as part:
        assert whole.digest() == part.digest()
        assert len(whole) == 4
