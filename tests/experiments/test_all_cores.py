import os
import time
from concurrent.futures import BrokenExecutor, Executor, Future

import pytest

from experiments import all_cores as module
from experiments.all_cores import AllCores, all_cores
from experiments.simulator import Simulator, find


def simulator(run):
    return Simulator("own", "", (), lambda sizes: [], run, ("experiments",))


class Recorder(Executor):
    """Computes at once, and keeps what it was given."""

    def __init__(self, error=None):
        self.done, self.error = [], error

    def submit(self, task):
        _, cell, times = task.args
        self.done.append((cell, times))
        future = Future()
        if self.error and times > 1:
            future.set_exception(self.error)
        else:
            future.set_result(task())
        return future


def run(cell, backend=None):
    assert backend.name == "numpy"
    return {}


@pytest.fixture
def roomy(monkeypatch):
    monkeypatch.setattr(module, "memory", lambda: None)


@pytest.mark.usefixtures("roomy")
def test_every_process_computes_the_cell_with_a_seed_of_its_own(monkeypatch):
    executors = [Recorder(), Recorder(), Recorder()]
    clock = iter([0.0, 0.4, 1.0, 1.3, 2.0, 2.5])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    cell = {"replicates": 5, "seed": 10}
    took, count = AllCores(executors).seconds(simulator(run), cell, alone=0.05, limit=10.0)
    assert (took, count) == (pytest.approx(0.3 / 2), 3)  # of two runs one after the other, so that they last
    for number, executor in enumerate(executors):
        assert executor.done == [(cell, 1)] + 3 * [(cell | {"seed": 10 + number}, 2)]


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize(("limit", "runs"), [(1.3, 3), (1.1, 1)])
def test_runs_are_repeated_only_within_the_limit(limit, runs, monkeypatch):
    executors = [Recorder(), Recorder()]
    clock = iter([0.0, 0.4, 1.0, 1.4, 2.0, 2.4])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    AllCores(executors).seconds(simulator(run), {}, alone=0.05, limit=limit)  # three runs take 1.2
    assert len(executors[1].done) == 1 + runs


@pytest.mark.usefixtures("roomy")
def test_long_runs_are_timed_once_and_what_is_loaded_is_not_loaded_again():
    executors = [Recorder(), Recorder()]
    cores, cell = AllCores(executors), {"replicates": 5}
    for _ in range(2):
        assert cores.seconds(simulator(run), cell, alone=2.0, limit=1e-9)[1] == 2
    assert executors[0].done == executors[1].done == [(cell, 1)] * 3


@pytest.mark.parametrize(
    ("there", "most", "count"),
    [(None, 1.0, 8), (9.5, 1.0, 8), (4.5, 1.0, 3), (2.5, 1.0, 1), (1.5, 1.0, 0), (0.5, 1.0, 0)],
)
def test_there_are_no_more_processes_than_memory_allows(there, most, count, monkeypatch):
    monkeypatch.setattr(module, "memory", lambda: there)
    monkeypatch.setattr(module, "peak_memory", lambda: most)
    executors = [Recorder() for _ in range(8)]
    cores = AllCores(executors)
    assert cores.count() == count
    found = cores.seconds(simulator(run), {}, alone=0.01, limit=0.0)
    assert found == (0.01, 1) if count < 2 else found[1] == count
    assert sum(bool(executor.done) for executor in executors) == (count if count > 1 else 0)


@pytest.mark.usefixtures("roomy")
@pytest.mark.parametrize("error", [MemoryError(), BrokenExecutor("killed")])
def test_processes_that_run_out_of_memory_leave_it_to_one(error):
    executors = [Recorder(), Recorder(error)]
    cores = AllCores(executors)
    for _ in range(2):
        assert cores.seconds(simulator(run), {}, alone=0.01, limit=1.0) == (0.01, 1)
    assert len(executors[0].done) == 2  # not asked again


@pytest.mark.usefixtures("roomy")
def test_another_error_is_the_simulator_s():
    with pytest.raises(OSError, match="gone"):
        AllCores([Recorder(), Recorder(OSError("gone"))]).seconds(simulator(run), {}, alone=0.01, limit=1.0)


@pytest.mark.usefixtures("roomy")
def test_processes_compute_at_the_same_time():
    chosen = find("ood_unlabeled")
    with all_cores(2) as cores:
        took, count = cores.seconds(chosen, next(chosen.grid("quick")) | {"replicates": 3}, alone=0.05, limit=0.0)
        assert count == 2
        assert 0 < took < 5
        begun = [executor.submit(_place) for executor in cores._executors]
        (first, start, stop), (second, begin, end) = [future.result() for future in begun]
        assert len({first, second, os.getpid()}) == 3
        assert max(start, begin) < min(stop, end)


def _place():
    start = time.perf_counter()
    time.sleep(0.3)
    return os.getpid(), start, time.perf_counter()
