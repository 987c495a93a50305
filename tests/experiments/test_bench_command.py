import argparse
import json
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import backend_bench, comparing
from experiments.arrays import Backend, backend
from experiments.backend_bench import Ceilings, compare, growing, streams
from experiments.bench_command import register
from experiments.machine import peak_memory
from experiments.simulator import Simulator, find
from theory.engine.errors import BadInput


def bench(*arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["bench", *arguments])
    return parsed.run(parsed)


def own(run):
    return Simulator("own", "", (), lambda sizes: [{"replicates": 3}], run, ("experiments",))


def sizes_up_to(limit, error=None):
    def run(cell, backend=None):
        if cell["replicates"] > limit:
            raise error
        return {"x": np.zeros(2)}

    return own(run)


def test_it_times_a_simulator_compares_and_writes_json(tmp_path, capsys):
    pytest.importorskip("torch")
    file = tmp_path / "bench.json"
    assert bench("--backend", "torch", "ood_unlabeled", "--seconds", "1e-6", "--json", str(file)) == 0
    found = json.loads(file.read_text())
    assert found["backend"] == "torch"
    assert found["ceilings"]["flops"] > 0
    uniform, row = found["rows"]
    assert uniform["apart"] == 0.0
    assert 0 < uniform["share"] < 1
    assert row["name"] == "ood_unlabeled"
    assert row["size"] == "3 replicates"
    assert row["ratio"] == row["cpu"] / row["there"]
    assert row["agrees"]
    printed = capsys.readouterr().out
    assert "GB/s" in printed
    assert printed.splitlines()[-1].startswith("ood_unlabeled")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--backend", "abacus"], "a backend is"),
        (["--backend", "strict", "abacus"], "is called abacus; allowed: aggregate"),
        (["--backend", "strict", "exp3"], "no simulator on strict is called exp3"),
        (["--backend", "strict", "--seconds", "nan"], "must be positive"),
        (["--backend", "strict", "--json", "no/such/folder/x.json"], "its folder does not exist"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments, text):
    with pytest.raises(BadInput, match=text):
        bench(*arguments)


def test_results_that_differ_make_status_1(monkeypatch, capsys):
    simulator = own(lambda cell, backend=None: {"x": float(backend.name == "strict")})
    monkeypatch.setattr(comparing, "array_simulators", lambda: iter([simulator]))
    monkeypatch.setattr(backend_bench, "ceilings", lambda where: Ceilings(1e9, 1e9))
    assert bench("--backend", "strict", "--seconds", "1e-6") == 1
    assert "DIFFERS" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "agrees", "note"),
    [
        (MemoryError(), True, "does not fit in memory"),
        (type("OutOfMemoryError", (Exception,), {})(), True, "does not fit in memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), True, "does not fit in memory"),
        (OSError("gone"), False, "failed: OSError: gone"),
    ],
)
def test_sizes_grow_until_memory_is_full(error, agrees, note):
    found = list(compare(sizes_up_to(50, error), backend("numpy"), limit=100))
    assert [timing.size for timing in found] == ["3 replicates", "12 replicates", "48 replicates", "192 replicates"]
    assert [timing.note for timing in found] == ["", "", "", note]
    assert found[-1].agrees is agrees


def test_sizes_stop_before_memory_is_full(monkeypatch):
    monkeypatch.setattr(backend_bench, "_too_large", lambda: True)
    found = list(compare(sizes_up_to(50), backend("numpy"), limit=100))
    assert [timing.note for timing in found] == ["", "the next size may not fit in memory"]
    assert len(list(streams(backend("numpy"), Ceilings(1e9, 1e9), limit=100))) == 1


def test_every_array_simulator_can_grow():
    for simulator in comparing.array_simulators():
        first, second = (cell for cell, _ in zip(growing(simulator), range(2), strict=False))
        assert first[0] != second[0]


def test_only_interpolation_at_independent_points_may_be_far_apart():
    cells = comparing.kinds_of(find("optimal_sampling"))
    wide = {(c["part"], c["method"]) for c in cells if comparing.tolerance_of("optimal_sampling", c) > 1e-9}
    assert wide == {("points", "measure"), ("points", "christoffel")}
    (cell, _) = next(growing(find("optimal_sampling")))
    assert (cell["part"], cell["method"]) == ("points", "process")


def test_the_peak_of_an_earlier_simulator_does_not_count():
    status = backend_bench.Path("/proc/self/clear_refs")
    if not status.exists():
        pytest.skip("the system tells no peak")
    block = np.ones(1 << 24)
    high = peak_memory()
    del block
    backend_bench._forget_peak()
    assert peak_memory() < high - 0.06


def test_times_of_a_device_end_when_that_device_is_done():
    waited = []
    here, other = (SimpleNamespace(synchronize=lambda n=n: waited.append(n)) for n in (0, 1))
    cupy = SimpleNamespace(cuda=SimpleNamespace(Device=lambda: here))
    torch = SimpleNamespace(cuda=SimpleNamespace(synchronize=waited.append))
    for where in (Backend("cupy", cupy), Backend("cupy:1", cupy, other), Backend("torch:cuda:2", torch, "cuda:2")):
        assert backend_bench.seconds(where, lambda: 7, 1)[1] == 7
    assert waited == [0, 1, "cuda:2"]
    assert backend_bench.seconds(Backend("torch:cpu", torch, "cpu"), lambda: 7)[1] == 7
    assert len(waited) == 3


def test_short_runs_are_repeated_and_long_ones_are_not(monkeypatch):
    clock = iter([0, 0.1, 1, 1.3, 2, 2.05, 10, 10.4])
    monkeypatch.setattr(backend_bench.time, "perf_counter", lambda: next(clock))
    found = [backend_bench._steady(backend("numpy"), lambda: 3, 1.0) for _ in range(2)]
    assert found == [(pytest.approx(0.05), 3), (pytest.approx(0.4), 3)]


def test_ceilings_count_what_was_moved_and_multiplied(monkeypatch):
    orders = []

    def seconds(where, work, repeats=3):
        found = work()
        if found is None:
            return 0.5, None
        orders.append(len(found))
        return (1e-3 if len(found) < 16 else 0.02), found

    monkeypatch.setattr(backend_bench, "seconds", seconds)
    found = backend_bench.ceilings(backend("numpy"), numbers=1000, order=4)
    assert found == Ceilings(16 * 1000 * 5 / 0.5, 2 * 8**3 / 1e-3)  # the best of all orders
    assert orders == [4, 4, 8, 8, 16, 16]


def test_the_share_of_a_copy_counts_what_is_written_and_numbers_must_be_the_same(monkeypatch):
    made = iter([(1.0, np.zeros(2)), (0.5, np.zeros(2)), (1.0, np.zeros(2)), (0.5, np.full(2, 1e-16))])
    monkeypatch.setattr(backend_bench, "seconds", lambda where, work: next(made))
    same, other = (next(streams(backend("numpy"), Ceilings(4.096e6, 1.0), limit=1e-9)) for _ in range(2))
    assert (same.share, same.ratio, same.agrees) == (0.25, 2.0, True)
    assert not other.agrees


def test_the_first_runs_which_compile_are_not_timed(monkeypatch):
    done = []
    simulator = own(lambda cell, backend=None: done.append(cell["replicates"]) or {"x": 1.0})
    monkeypatch.setattr(backend_bench, "_steady", lambda where, work, limit: (9.0, done.append("timed") or work()))
    list(compare(simulator, backend("numpy"), limit=1.0))
    assert done == [3, 3, "timed", 3, "timed", 3]


def test_memory_is_too_small_where_the_next_size_would_not_fit(monkeypatch):
    monkeypatch.setattr(backend_bench, "peak_memory", lambda: 3.0)
    for there, small in ((11.9, True), (12.1, False), (None, False)):
        monkeypatch.setattr(backend_bench, "memory", lambda there=there: there)
        assert backend_bench._too_large() is small
