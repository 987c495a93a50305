import math
import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_simulator import COUNTS, SIMULATOR, TINY, WHERE
from toy_simulator import cells as toy_cells

from experiments import sweep, worker
from experiments.canonical import encode
from experiments.executors import SerialExecutor
from experiments.store import Encoded, Identity, NotWritten, Refused, Store, StoreWriter, key_of
from experiments.sweep import Stopped, run_sweep
from experiments.worker import Job, Task, compute, pack
from theory.engine.errors import BadInput


def tasks_of(job, cells):
    return [Task(index, key_of(encode(cell), job.code), encode(cell)) for index, cell in enumerate(cells)]


def digest(path):
    with Store(path) as store:
        return store.digest()


@pytest.fixture
def faults(tmp_path, monkeypatch):
    folder = tmp_path / "faults"
    folder.mkdir()
    monkeypatch.setenv("TOY_FAULTS", str(folder))
    return folder


def test_every_cell_is_computed_and_stored(tmp_path):
    path = tmp_path / "a.sqlite"
    done = run_sweep(SIMULATOR, "quick", path, executor="serial")
    assert (done.computed, done.skipped, done.failed, done.complete) == (12, 0, 0, True)
    with Store(path) as store:
        rows = list(store.rows())
    assert [cell["index"] for cell, _ in rows] == list(range(12))
    draws = np.random.Generator(np.random.Philox(key=[7, 3])).standard_normal(3)
    assert np.array_equal(rows[3][1]["draws"], draws)
    assert rows[3][1]["mean"] == draws.mean()
    assert math.isnan(rows[3][1]["nan"])
    assert rows[6][1]["nan"] == -math.inf
    assert (rows[5][1]["half"], rows[5][1]["label"], rows[5][1]["even"]) == (2.5, "c5", False)


@pytest.mark.parametrize("executor", ["threads", "threads:3", "processes:2", "user"])
@pytest.mark.parametrize("batch", [0.2, 1e-9])
def test_results_do_not_depend_on_executor_order_or_batch(tmp_path, monkeypatch, executor, batch):
    monkeypatch.setattr(worker, "BATCH_SECONDS", batch)
    run_sweep(SIMULATOR, "quick", tmp_path / "serial.sqlite", executor="serial")
    with ThreadPoolExecutor(3) as user:
        run_sweep(SIMULATOR, "quick", tmp_path / "b.sqlite", executor=user if executor == "user" else executor)
        assert user.submit(int).result() == 0  # it was not shut down
    assert digest(tmp_path / "b.sqlite") == digest(tmp_path / "serial.sqlite")


def test_resume_computes_what_is_missing_and_gives_the_same_bytes(tmp_path):
    class Enough(Exception):
        pass

    def stop(progress):
        if progress.computed == 5:
            raise Enough

    run_sweep(SIMULATOR, "quick", tmp_path / "whole.sqlite", executor="serial")
    with pytest.raises(Enough):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial", progress=stop)
    with pytest.raises(Refused, match="holds 5 cells already"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial")
    done = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial", resume=True)
    assert (done.computed, done.skipped) == (7, 5)
    assert digest(tmp_path / "a.sqlite") == digest(tmp_path / "whole.sqlite")
    again = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial", resume=True)
    assert (again.computed, again.skipped) == (0, 12)


@pytest.mark.parametrize("executor", ["serial", "processes:1"])
def test_a_cell_that_raises_stops_no_other_and_is_tried_again(tmp_path, faults, executor):
    (faults / "raise-4").touch()
    done = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor=executor)
    assert (done.computed, done.failed, done.complete) == (11, 1, False)
    [failure] = done.failures
    assert failure.error == "ValueError: cell 4 was told to fail"
    assert failure.spec == encode({"index": 4, "seed": 7, "pause": 0.0})
    assert "toy_simulator" in failure.trace
    (faults / "raise-4").unlink()
    assert run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor=executor, resume=True).computed == 1
    run_sweep(SIMULATOR, "quick", tmp_path / "whole.sqlite", executor="serial")
    assert digest(tmp_path / "a.sqlite") == digest(tmp_path / "whole.sqlite")


def test_a_killed_worker_is_told_and_the_rest_resumed(tmp_path, faults):
    (faults / "die-6").touch()
    with pytest.raises(Stopped, match=r"BrokenProcessPool.*killed"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="processes:1")
    done = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="processes:1", resume=True)
    assert done.computed + done.skipped == 12
    run_sweep(SIMULATOR, "quick", tmp_path / "whole.sqlite", executor="serial")
    assert digest(tmp_path / "a.sqlite") == digest(tmp_path / "whole.sqlite")


def test_a_pool_that_breaks_between_two_batches_is_told(tmp_path):
    """The pool may be found broken when a batch is sent, not only when one comes back."""

    class Breaking(SerialExecutor):
        def submit(self, function, /, *args, **kwargs):
            if self.left == 0:
                raise BrokenExecutor("a child process terminated abruptly")
            self.left -= 1
            return super().submit(function, *args, **kwargs)

    executor = Breaking()
    executor.left = 1
    with pytest.raises(Stopped, match=r"BrokenExecutor.*abruptly.*killed"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor=executor)
    with Store(tmp_path / "a.sqlite") as store:
        assert len(store) >= 1  # what came back before is kept


def test_a_worker_with_other_source_files_gives_no_results(tmp_path, monkeypatch):
    """Its results would be stored, for ever, as those of the code of this process."""
    monkeypatch.setattr(worker, "code_version", lambda modules: "other")
    worker._check_code.cache_clear()
    with pytest.raises(Stopped, match="a worker has other source files"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial")
    with Store(tmp_path / "a.sqlite") as store:
        assert len(store) == 0


def test_a_disk_that_is_full_stops_the_sweep_and_keeps_its_cells(tmp_path, monkeypatch):
    add = StoreWriter.add

    def full(self, cell):
        if cell.position == 7:
            raise NotWritten("a.sqlite cannot be written: database or disk is full")
        add(self, cell)

    monkeypatch.setattr(StoreWriter, "add", full)
    with pytest.raises(Stopped, match="disk is full"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial")
    monkeypatch.undo()
    done = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial", resume=True)
    assert done.skipped == 7
    assert done.computed == 5


def half_a_grid(sizes):
    yield from ({"index": index, "seed": 7, "pause": 0.0} for index in range(3))
    raise ZeroDivisionError("oops")


@pytest.mark.parametrize("progress", [None, lambda progress: None])
def test_a_grid_that_raises_is_told_and_what_was_computed_is_kept(tmp_path, progress):
    wrong = replace(SIMULATOR, cells=half_a_grid)
    with pytest.raises(BadInput, match=r"the cells of simulator toy, size quick, end after 3: ZeroDivisionError: oops"):
        run_sweep(wrong, "quick", tmp_path / "a.sqlite", executor="serial", progress=progress)
    with Store(tmp_path / "a.sqlite") as store:
        assert len(store) == 0 if progress else len(store) > 0


def test_a_grid_that_moved_is_refused_on_resuming(tmp_path):
    run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial")
    moved = replace(
        SIMULATOR, cells=lambda sizes: reversed([*toy_cells(sizes), {"index": 99, "seed": 7, "pause": 0.0}])
    )
    identity = Identity("toy", "quick", moved.code_version())
    with StoreWriter(tmp_path / "b.sqlite", identity) as store, Store(tmp_path / "a.sqlite") as old:
        for position, _, spec, numbers, _ in old.raw():
            store.add(Encoded(position, key_of(spec, identity.code), spec, numbers, (), 0.0))
    with pytest.raises(Refused, match=r'has the cell .*"index":0.* where the grid now has .*"index":99'):
        run_sweep(moved, "quick", tmp_path / "b.sqlite", executor="serial", resume=True)


def test_an_exception_that_cannot_be_told_is_one_cell_s_failure(tmp_path):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def raises(cell):
        raise Mute

    done = run_sweep(replace(SIMULATOR, run=raises), "quick", tmp_path / "a.sqlite", executor="serial")
    assert done.failed == 12
    assert "Mute: <exception str() failed>" in done.failures[0].error


def test_large_results_come_back_a_few_at_a_time_and_too_large_ones_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "LARGEST_RETURN", 5000)
    monkeypatch.setattr(worker, "LARGEST", 10_000)
    big = replace(SIMULATOR, run=lambda cell: {"x": np.zeros(200)})
    job = Job(big.run, None, big.sources, big.code_version())
    tasks = tasks_of(job, [{"index": index} for index in range(10)])
    worker._check_code.cache_clear()
    done = compute(job, pack(tasks))
    assert len(done.cells) == 3
    assert done.rest == tasks[3:]
    assert run_sweep(big, "quick", tmp_path / "a.sqlite", executor="serial").computed == 12
    for huge in ({"x": np.zeros(2000)}, {"x": "y" * 10_000}):
        wrong = replace(SIMULATOR, run=lambda cell, huge=huge: huge)
        path = tmp_path / f"{len(huge['x'])}.sqlite"
        assert "bytes; allowed: at most 10000" in run_sweep(wrong, "quick", path, executor="serial").failures[0].error


def test_what_cannot_be_sent_to_a_process_is_told(tmp_path):
    local = replace(SIMULATOR, run=lambda cell: {})
    with pytest.raises(BadInput, match="cannot be sent to another process"):
        run_sweep(local, "quick", tmp_path / "a.sqlite", executor="processes:1")


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([1], "returned a list"),
        ({"x": [1]}, "result 'x' is a list"),
        ({"x": np.array([object()])}, "no Python objects"),
        ({"x": np.ma.masked_array([1.0], [True])}, "lose its mask"),
        ({"\ud800": np.zeros(2)}, "no field of the cell"),
        ({"$x": 1}, "no field of the cell"),
        ({"x": 10**5000}, "limit"),
        ({"x": 1j}, "is a complex"),
        ({"index": 1}, "no field of the cell"),
        ({"": 1}, "no field of the cell"),
        ({3: 1}, "no field of the cell"),
        ({"x": np.longdouble(1)}, "allowed"),
    ],
)
def test_results_of_other_types_are_failures(tmp_path, results, says):
    wrong = replace(SIMULATOR, run=lambda cell: results)
    done = run_sweep(wrong, "quick", tmp_path / "a.sqlite", executor="serial")
    assert done.failed == 12
    assert says in done.failures[0].error


@pytest.mark.parametrize("cell", [[1], {"x": {1, 2}}, {1: 2}, {"x": np.zeros(2)}])
def test_cells_that_are_no_plain_data_are_named(tmp_path, cell):
    wrong = replace(SIMULATOR, cells=lambda sizes: iter([{"index": 0, "seed": 1, "pause": 0.0}, cell]))
    with pytest.raises(BadInput, match="cell 1 of simulator toy is no plain data"):
        run_sweep(wrong, "quick", tmp_path / "a.sqlite", executor="serial")


@pytest.mark.parametrize("executor", ["serial", "threads:2"])
def test_a_repeated_cell_is_run_once(tmp_path, executor):
    cell = {"index": 0, "seed": 1, "pause": 0.0}
    twice = replace(SIMULATOR, cells=lambda sizes: iter([cell, cell, dict(reversed(cell.items()))]))
    done = run_sweep(twice, "quick", tmp_path / "a.sqlite", executor=executor)
    assert (done.computed, done.skipped) == (1, 2)


def test_the_backend_is_given_to_those_that_take_one(tmp_path):
    run_sweep(WHERE, "quick", tmp_path / "a.sqlite", executor="serial")
    run_sweep(WHERE, "quick", tmp_path / "b.sqlite", executor="serial", backend="numpy")
    for name, told in (("a", "none"), ("b", "numpy")):
        with Store(tmp_path / f"{name}.sqlite") as store:
            assert {results["backend"] for _, results in store.rows()} == {told}
    with pytest.raises(BadInput, match="a backend is numpy"):
        run_sweep(WHERE, "quick", tmp_path / "c.sqlite", backend="abacus")
    with pytest.raises(BadInput, match="NumPy alone"):
        run_sweep(SIMULATOR, "quick", tmp_path / "c.sqlite", backend="torch")
    assert not (tmp_path / "c.sqlite").exists()


def test_an_unknown_size_or_executor_leaves_no_results(tmp_path):
    with pytest.raises(BadInput, match="no size 'huge'"):
        run_sweep(SIMULATOR, "huge", tmp_path / "a.sqlite")
    with pytest.raises(BadInput, match="the executor is 'cloud'"):
        run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="cloud")
    assert run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial").computed == 12


def test_a_slow_batch_comes_back_early_with_the_rest(monkeypatch):
    monkeypatch.setattr(worker, "BATCH_SECONDS", 0.005)
    job = Job(SIMULATOR.run, None, SIMULATOR.sources, SIMULATOR.code_version())
    tasks = tasks_of(job, [{"index": index, "seed": 1, "pause": 0.01} for index in range(10)])
    done = compute(job, pack(tasks))
    assert 1 <= len(done.cells) < 10
    assert done.rest == tasks[len(done.cells) :]
    assert done.pace >= 0.01


def test_batches_are_computed_whatever_comes_back_early(tmp_path, monkeypatch):
    run_sweep(SIMULATOR, "paper", tmp_path / "whole.sqlite", executor="serial")
    monkeypatch.setattr(worker.time, "perf_counter", Leaping())
    done = run_sweep(SIMULATOR, "paper", tmp_path / "a.sqlite", executor="threads:2")
    assert done.computed == 300
    assert digest(tmp_path / "a.sqlite") == digest(tmp_path / "whole.sqlite")


class Leaping:
    """A clock that mostly stands still, so that batches grow, and sometimes leaps, so that they are cut."""

    def __init__(self):
        self.calls = 0
        self.now = 0.0

    def __call__(self):
        self.calls += 1
        self.now += 0.5 if self.calls % 17 == 0 else 1e-4
        return self.now


def test_memory_and_what_is_in_flight_are_bounded(tmp_path):
    peaks, flights = [], []
    for sizes in ("quick", "many", "ten_times"):
        tracemalloc.start()
        done = run_sweep(TINY, sizes, tmp_path / f"{sizes}.sqlite", executor="threads:2")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        flights.append(done.most_in_flight)
        assert done.computed == COUNTS[sizes]
    assert peaks[2] < 2 * peaks[1] + 2**20 * 4  # a batch of 1024 cells is about a MiB; 20,000 cells are not kept
    assert max(flights) <= sweep.BATCHES_A_WORKER * 2


def test_keys_are_forgotten_when_their_cells_are_back(tmp_path, monkeypatch):
    runs = []
    go = sweep._Run.go
    monkeypatch.setattr(sweep._Run, "go", lambda run: runs.append(run) or go(run))
    wrong = replace(SIMULATOR, run=lambda cell: {"x": 1 / (cell["index"] % 2)})
    done = run_sweep(wrong, "quick", tmp_path / "a.sqlite", executor="threads:2")
    assert (done.computed, done.failed) == (6, 6)
    assert runs[0]._keys == set()


def test_a_grid_is_generated_only_as_far_as_needed(tmp_path):
    """Between the cell that is generated and the cells that are written there is never more than what is in flight."""
    generated, furthest = 0, 0

    def cells(sizes):
        nonlocal generated
        for index in range(500):
            generated += 1
            yield {"index": index, "seed": 1, "pause": 0.0}

    def watch(progress):
        nonlocal furthest
        furthest = max(furthest, generated - 500 - progress.computed)  # the first 500 were counted

    executor = ThreadPoolExecutor(2)
    with executor, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "LARGEST_BATCH", 8)
        run_sweep(replace(SIMULATOR, cells=cells), "quick", tmp_path / "a.sqlite", executor=executor, progress=watch)
    assert generated == 1000
    assert 0 < furthest <= 8 * 4


def test_progress_counts(tmp_path):
    seen = []
    run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial", progress=seen.append)
    assert [progress.computed for progress in seen] == list(range(1, 13))
    assert {progress.total for progress in seen} == {12}
    assert len({progress.key for progress in seen}) == 12


def test_workers_of_linear_algebra_have_one_thread_and_the_parent_keeps_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    told = replace(SIMULATOR, run=environment, modules=("toy_simulator",))
    run_sweep(told, "quick", tmp_path / "a.sqlite", executor="processes:1")
    with Store(tmp_path / "a.sqlite") as store:
        assert {results["threads"] for _, results in store.rows()} == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "5"


def environment(cell):
    return {"threads": os.environ["OMP_NUM_THREADS"]}


def test_it_imports_no_more_than_numpy():
    root = Path(__file__).parents[2]
    code = "import sys, experiments.sweep, experiments.export, experiments.progress; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    heavy = {"scipy", "sympy", "cvxpy", "flint", "matplotlib", "numba", "pyarrow", "distributed", "array_api_compat"}
    assert set(done.stdout.split()) & heavy == set()
