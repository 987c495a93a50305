from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from types import SimpleNamespace

import numpy as np
import pytest
from simulator_frame import BACKENDS, among, check_back_end, check_cells, check_empty_store, swept

from experiments.arrays import Backend, backend
from experiments.comparing import kinds_of
from experiments.mirror_descent import exp3_simulator, sea_simulator
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
    check_cells(SIMULATORS[name].SIMULATOR, sizes)


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_sweep_resumes_and_its_figure_draws_the_data(name, tmp_path):
    found, _, lines = swept(SIMULATORS[name].SIMULATOR, list(few(name)), FIGURES[name], tmp_path)
    key = "pseudo" if name == "exp3" else "regret"
    assert all(among(curve[key], lines) for curve in found["curves"].values())


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
    check_empty_store(SIMULATORS[name].SIMULATOR, FIGURES[name], tmp_path)


@pytest.mark.parametrize("name", SIMULATORS)
def test_wrong_cells_are_refused(name):
    cell = next(few(name))
    with pytest.raises(ValueError, match="learner"):
        SIMULATORS[name].run(cell | {"learner": "oracle"})
    with pytest.raises(ValueError, match="kind"):
        SIMULATORS[name].run(cell | {"kind": "calm"})
    assert np.array_equal(SIMULATORS[name].run(cell)["final"], SIMULATORS[name].run(dict(cell))["final"])
    assert SIMULATORS[name].run(cell | {"replicates": 1})["low"].shape


def different(name):
    """Small cells: of EXP3 every kind; of SEA every world with one learner, and every learner in one world."""
    for cell in kinds_of(SIMULATORS[name].SIMULATOR):
        if name == "exp3" or cell["learner"] == "convex" or cell["kind"] == "least squares":
            yield cell | {"horizon": 12 if name == "exp3" else 3}


@pytest.mark.parametrize("where", BACKENDS)
@pytest.mark.parametrize("name", SIMULATORS)
def test_cells_are_the_same_on_other_back_ends(name, where):
    for cell in different(name):
        check_back_end(SIMULATORS[name].run, cell, where, change={"seed": 2, "noise": 0.5}, allowed=1e-10)


@pytest.mark.filterwarnings("ignore:.*no libnvvm")
def test_exp3_runs_its_kernel_on_cupy_or_arrays_where_it_cannot(monkeypatch):
    asked, devices, reason = [], [], ""
    monkeypatch.setattr(exp3_simulator, "on_device", lambda where: devices.append(where) or nullcontext())
    monkeypatch.setattr("experiments.kernels.no_cuda", lambda: reason)

    def run_exp3(arms, *, engine, backend, **given):
        asked.append((engine, backend))
        raise LookupError

    monkeypatch.setattr(exp3_simulator, "run_exp3", run_exp3)
    for where in (Backend("cupy:0", None), backend("strict"), None):
        with pytest.raises(LookupError):
            exp3_simulator.run(next(few("exp3")), backend=where)
    assert asked == [("cuda", None), (None, backend("strict")), (None, None)]
    assert devices == [Backend("cupy:0", None), None, None]
    reason, where = "no libnvvm", Backend("cupy", None)
    with pytest.raises(LookupError):
        exp3_simulator.run(next(few("exp3")), backend=where)
    assert asked[3:] == [("array", where)]


def test_hard_gaps_are_twice_the_root():
    assert exp3_simulator.arms_of("hard gap", 4, 10_000).table[0] == pytest.approx((0.46, 0.5, 0.5, 0.5))
    assert exp3_simulator.arms_of("hard gap", 10, 20).table[0][0] == pytest.approx(0.1)  # at most 0.4
