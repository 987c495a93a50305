import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.mirror_descent import exp3_simulator, sea_simulator
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import regret_exp3, regret_sea

SIMULATORS = {"exp3": exp3_simulator, "sea": sea_simulator}
FIGURES = {"exp3": regret_exp3, "sea": regret_sea}


def few(name):
    for cell in SIMULATORS[name].cells("quick"):
        if cell.get("arms", 2) == 2:
            yield cell | {"horizon": 50, "replicates": 4}


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(name, sizes):
    listed = list(SIMULATORS[name].cells(sizes))
    assert listed == list(SIMULATORS[name].cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(listed)
    with pytest.raises(ValueError, match="sizes are"):
        list(SIMULATORS[name].cells("huge"))


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    simulator = replace(SIMULATORS[name].SIMULATOR, cells=lambda _: few(name))
    path = tmp_path / "store"
    first = run_sweep(simulator, "quick", path, executor="serial")
    again = run_sweep(simulator, "quick", path, executor="serial", resume=True)
    assert first.complete
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(path) as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = FIGURES[name].data(store)
    drawn = FIGURES[name].draw(found)
    key = "pseudo" if name == "exp3" else "regret"
    lines = [line.get_ydata() for axes in drawn.axes for line in axes.get_lines()]
    for curve in found["curves"].values():
        assert any(len(line) == len(curve[key]) and np.array_equal(line, curve[key]) for line in lines)


@pytest.mark.parametrize("name", SIMULATORS)
def test_figures_refuse_an_empty_store(name, tmp_path):
    with StoreWriter(tmp_path / "store", Identity(name, "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match=f"simulator {name}, got none"):
        FIGURES[name].data(store)


@pytest.mark.parametrize("name", SIMULATORS)
def test_wrong_cells_are_refused(name):
    cell = next(few(name))
    with pytest.raises(ValueError, match="learner"):
        SIMULATORS[name].run(cell | {"learner": "oracle"})
    with pytest.raises(ValueError, match="kind"):
        SIMULATORS[name].run(cell | {"kind": "calm"})
    assert np.array_equal(SIMULATORS[name].run(cell)["final"], SIMULATORS[name].run(dict(cell))["final"])
    assert SIMULATORS[name].run(cell | {"replicates": 1})["low"].shape


def test_exp3_computes_with_numpy_or_cupy():
    with pytest.raises(ValueError, match="numpy or cupy"):
        exp3_simulator.run(next(few("exp3")), backend=backend("strict"))
