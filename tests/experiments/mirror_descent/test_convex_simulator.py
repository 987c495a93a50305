import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.mirror_descent.convex_simulator import SIMULATOR, cells, run
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import regret_convex


def few(sizes="quick"):
    for cell in cells(sizes):
        yield cell | {"horizon": 40, "replicates": 3, "dimension": 3}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    listed = list(cells(sizes))
    assert listed == list(cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(listed)
    with pytest.raises(ValueError, match="sizes are"):
        list(cells("huge"))


def test_a_sweep_resumes_and_its_figure_draws_the_data(tmp_path):
    simulator = replace(SIMULATOR, cells=few)
    first = run_sweep(simulator, "quick", tmp_path / "store", executor="serial")
    again = run_sweep(simulator, "quick", tmp_path / "store", executor="serial", resume=True)
    assert first.complete
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(tmp_path / "store") as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = regret_convex.data(store)
    lines = [line.get_ydata() for axes in regret_convex.draw(found).axes for line in axes.get_lines()]
    for curve in found["curves"].values():
        for key in ("regret", "bound"):
            drawn = [line for line in lines if curve[key] is not None and np.array_equal(line, curve[key])]
            assert len(drawn) == (curve[key] is not None)


def test_figure_refuses_an_empty_store(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("online_convex", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="simulator online_convex, got none"):
        regret_convex.data(store)


def test_wrong_cells_are_refused_and_runs_repeat():
    cell = next(few())
    with pytest.raises(ValueError, match="learner must be one of"):
        run(cell | {"learner": "oracle"})
    with pytest.raises(ValueError, match="kind must be one of"):
        run(cell | {"kind": "calm"})
    assert np.array_equal(run(cell)["final"], run(dict(cell))["final"])
    assert run(cell | {"replicates": 1})["regret_se"].tolist()[0] == 0
