import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from types import SimpleNamespace

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
            yield cell | {"horizon": 20 if name == "sea" else 50, "replicates": 4}


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
def test_every_executor_finds_the_same(name):
    simulator = SIMULATORS[name].SIMULATOR
    listed = [cell | {"horizon": 30, "replicates": 3} for cell in few(name)][:3]
    serial = [simulator.run(cell) for cell in listed]
    with ThreadPoolExecutor(2) as pool:
        threads = list(pool.map(simulator.run, listed))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        processes = list(pool.map(simulator.run, listed))
    for first, second, third in zip(serial, threads, processes, strict=True):
        for key, value in first.items():
            assert np.array_equal(value, second[key]), key
            assert np.array_equal(value, third[key]), key


def test_the_bounds_drawn_for_exp3_are_those_of_its_step():
    t, count, horizon = np.geomspace(1, 500, 200), 10, 500
    cell = {"kind": "gap", "arms": count, "horizon": horizon, "learner": "exp3", "replicates": 3, "seed": 1}
    rows = [(cell, exp3_simulator.run(cell))]
    found = regret_exp3.data(SimpleNamespace(rows=lambda: rows))
    eta = np.sqrt(2 * np.log(count) / (horizon * count))
    assert found["bound"] == pytest.approx(np.log(count) / eta + eta * count * t / 2)
    assert found["bound"][-1] == pytest.approx(np.sqrt(2 * horizon * count * np.log(count)))
    assert found["minimax"] == pytest.approx(np.minimum(t, np.sqrt(t * count)) / 20)
    lines = {line.get_label(): line for line in regret_exp3.draw(found).axes[0].get_lines()}
    (lai_robbins,) = (line for label, line in lines.items() if label.startswith("Lai, Robbins"))
    factor = 9 * 0.2 / (0.5 * np.log(0.5 / 0.3) + 0.5 * np.log(0.5 / 0.7))
    assert lai_robbins.get_ydata() == pytest.approx(factor * np.log(rows[0][1]["rounds"]))


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


def test_hard_gaps_are_twice_the_root():
    assert exp3_simulator.arms_of("hard gap", 4, 10_000).table[0] == pytest.approx((0.46, 0.5, 0.5, 0.5))
    assert exp3_simulator.arms_of("hard gap", 10, 20).table[0][0] == pytest.approx(0.1)  # at most 0.4
