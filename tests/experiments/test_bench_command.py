import argparse
import json
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import backend_bench, comparing
from experiments.all_cores import AllCores
from experiments.arrays import Backend, backend
from experiments.backend_bench import Ceilings, Timing, compare, growing, streams
from experiments.bench_command import _line, register
from experiments.counting import Work
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


def test_it_times_a_simulator_compares_and_writes_json(tmp_path, capsys, monkeypatch):
    pytest.importorskip("torch")
    together = []

    def seconds(cores, simulator, cell, *, alone, limit):
        together.append((simulator.name, cell["replicates"], alone > 0, limit))
        return 3e-9, 3

    monkeypatch.setattr(AllCores, "seconds", seconds)
    file = tmp_path / "bench.json"
    assert bench("--backend", "torch", "ood_unlabeled", "--seconds", "1e-6", "--json", str(file)) == 0
    found = json.loads(file.read_text())
    assert found["backend"] == "torch"
    assert found["ceilings"]["flops"] > 0
    uniform, row = found["rows"]
    assert uniform["apart"] == 0.0
    assert 0 < uniform["of_copy"] < 1
    assert uniform["of_flops"] is None
    assert row["binds"] in {"copy", "flops"}
    assert 0 < row["of_flops"] < 1
    assert row["name"] == "ood_unlabeled"
    assert uniform["at_once"] == 1
    assert (row["at_once"], row["cpu"]) == (3, pytest.approx(1e-9))
    assert row["size"] == "3 replicates"
    assert row["ratio"] == row["cpu"] / row["there"]
    assert row["agrees"]
    printed = capsys.readouterr().out
    assert "GB/s" in printed
    assert printed.splitlines()[-1].startswith("ood_unlabeled")
    assert " 3 replicates 1.00e-09       3 " in printed.splitlines()[-1]
    assert printed.count("*") == 1
    assert max(map(len, printed.splitlines())) <= 109
    assert together == [("ood_unlabeled", 3, True, 1e-6)]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--backend", "abacus"], "a backend is"),
        (["--backend", "strict", "abacus"], "is called 'abacus'; allowed: .*aggregate"),
        (["--backend", "strict", "--seconds", "nan"], "must be positive"),
        (["--backend", "strict", "--json", "no/such/folder/x.json"], "--json: there is no folder no/such/folder"),
        (["--backend", "strict", "--json", "."], "--json: . is a folder"),
        (["--backend", "numpy"], "nothing was measured: --backend is numpy"),
        (["--backend", "torch:meta"], "cannot hold double precision here"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments, text):
    with pytest.raises(BadInput, match=text):
        bench(*arguments)


def test_a_simulator_that_is_named_twice_is_measured_once(monkeypatch, capsys):
    monkeypatch.setattr(comparing, "array_simulators", lambda: iter([own(walks)]))
    monkeypatch.setattr(backend_bench, "ceilings", lambda where: Ceilings(1e9, 1e9))
    monkeypatch.setattr(AllCores, "seconds", lambda self, simulator, cell, alone, limit: (alone, 1))
    assert bench("--backend", "strict", "own", "own", "--seconds", "1e-6") == 0
    assert capsys.readouterr().out.count("own ") == 1


def test_results_that_differ_make_status_1(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(AllCores, "seconds", lambda self, simulator, cell, alone, limit: (alone, 1))
    simulator = own(lambda cell, backend=None: {"x": [1.0] * (1 + (backend.name == "strict"))})
    monkeypatch.setattr(comparing, "array_simulators", lambda: iter([simulator]))
    monkeypatch.setattr(backend_bench, "ceilings", lambda where: Ceilings(1e9, 1e9))
    file = tmp_path / "bench.json"
    assert bench("--backend", "strict", "--seconds", "1e-6", "--json", str(file)) == 1
    assert "DIFFERS" in capsys.readouterr().out
    rows = json.loads(file.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["rows"]
    assert rows[-1]["apart"] == "inf"


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
    monkeypatch.setattr(backend_bench, "_too_large", lambda base: True)
    found = list(compare(sizes_up_to(50), backend("numpy"), limit=100))
    assert [timing.note for timing in found] == ["", "the next size may not fit in memory"]
    assert len(list(streams(backend("numpy"), Ceilings(1e9, 1e9), limit=100))) == 1


def test_every_array_simulator_can_grow():
    for simulator in comparing.array_simulators():
        if simulator.name != "neural_collapse_digits":  # all digits there are
            first, second = (cell for cell, _ in zip(growing(simulator), range(2), strict=False))
            assert first[0] != second[0]


def test_what_has_no_size_is_timed_once():
    plain = Simulator(
        "own", "", (), lambda sizes: [{"seed": 1}], lambda cell, backend=None: {"x": 1.0}, ("experiments",)
    )
    (timing,) = compare(plain, backend("numpy"), limit=100, ceiling=Ceilings(1e9, 1e9))
    assert (timing.size, timing.of_copy) == ("one size", 0.0)


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
    base = backend_bench._forget_peak()
    assert base == pytest.approx(peak_memory(), abs=0.01)
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
    assert (same.of_copy, same.ratio, same.agrees) == (0.25, 2.0, True)
    assert not other.agrees


def test_the_first_runs_which_compile_are_not_timed(monkeypatch):
    done = []
    simulator = own(lambda cell, backend=None: done.append(cell["replicates"]) or {"x": 1.0})
    monkeypatch.setattr(backend_bench, "_steady", lambda where, work, limit: (9.0, done.append("timed") or work()))
    list(compare(simulator, backend("numpy"), limit=1.0))
    assert done == [3, 3, "timed", 3, "timed", 3]


def test_memory_is_too_small_where_the_next_size_would_not_fit(monkeypatch):
    monkeypatch.setattr(backend_bench, "peak_memory", lambda: 3.0)
    for base, there, small in ((0.0, 11.9, True), (0.0, 12.1, False), (2.0, 5.9, True), (2.0, 6.1, False)):
        monkeypatch.setattr(backend_bench, "memory", lambda there=there: there)
        assert backend_bench._too_large(base) is small
    monkeypatch.setattr(backend_bench, "memory", lambda: None)
    assert not backend_bench._too_large(0.0)


def clocked(monkeypatch, times):
    """Let runs take times: of the processor and of the back end, by the number of replicates."""

    def steady(where, work, limit):
        replicates = work.args[0]["replicates"]
        return times[where.library] * replicates, work()

    monkeypatch.setattr(backend_bench, "_steady", steady)


def walks(cell, backend=None):
    numbers = backend.xp.ones((cell["replicates"], 10), dtype=backend.xp.float64, device=backend.device)
    return {"x": float(backend.xp.sum(numbers + numbers)) / cell["replicates"]}


def test_where_the_processor_is_too_slow_the_back_end_goes_on_alone(monkeypatch):
    clocked(monkeypatch, {"numpy": 0.01, "strict": 0.0001})
    found = list(compare(own(walks), backend("strict"), limit=1.0, ceiling=Ceilings(1e6, 1e5)))
    sizes = [3 * 4**k for k in range(6)]
    assert [timing.size for timing in found] == [f"{size:,} replicates" for size in sizes]
    assert [timing.cpu is None for timing in found] == [False] * 3 + [True] * 3
    assert [timing.apart is None for timing in found] == [False] * 3 + [True] * 3
    for size, timing in zip(sizes, found, strict=True):  # ones, their sum, and its sum; sums are of 10 each
        assert timing.of_copy == pytest.approx((8 * 10 * size * 4 + 8) / (0.0001 * size) / 1e6)
        assert timing.of_flops == pytest.approx(20 * size / (0.0001 * size) / 1e5)
        assert timing.binds == "copy"
        assert timing.agrees


@pytest.mark.parametrize(
    ("together", "cpu", "at_once"),
    [((0.5, 4), 0.125, 4), ((1.0, 4), 0.25, 4), ((1.6, 4), 0.3, 1), ((0.3, 1), 0.3, 1)],
)
def test_the_processor_s_time_is_that_of_all_cores_or_of_one_process_whichever_is_less(
    together, cpu, at_once, monkeypatch
):
    clocked(monkeypatch, {"numpy": 0.1, "strict": 0.01})
    cores = SimpleNamespace(seconds=lambda simulator, cell, alone, limit: together)
    timing = next(iter(compare(own(walks), backend("strict"), limit=1e3, cores=cores)))
    assert (timing.cpu, timing.at_once) == (pytest.approx(cpu), at_once)
    assert timing.apart == 0.0
    grown = list(compare(own(walks), backend("strict"), limit=3.9, cores=cores))
    assert (grown[1].cpu is None) is (max(together[0], 0.3) * 4 > 3.9)


def test_work_that_is_on_no_line_is_not_extended():
    straight = [(n, Work(7 + 3 * n, 2 * n, 5)) for n in (3, 12, 48)]
    assert backend_bench._extended(straight, 192) == Work(7 + 3 * 192, 2 * 192, 5)
    assert backend_bench._extended(straight[1:], 192) is None
    for name in ("bytes", "products", "elements"):
        bent = [(n, Work(**{"bytes": n, "products": n, "elements": n} | {name: n**2})) for n in (3, 12, 48)]
        assert backend_bench._extended(bent, 192) is None


def test_no_share_is_told_without_a_ceiling_or_where_array_operations_do_not_tell_the_work(monkeypatch):
    clocked(monkeypatch, {"numpy": 1.0, "cupy": 1.0})
    monkeypatch.setattr(backend_bench, "no_cuda", lambda: reason)
    cupy, reason = Backend("cupy", backend("numpy").xp), ""
    by_kernel = Simulator("exp3", "", (), lambda sizes: [{"replicates": 3}], walks, ("experiments",))
    for simulator, ceiling, told in (
        (own(walks), Ceilings(1.0, 1.0), True), (own(walks), None, False), (by_kernel, Ceilings(1.0, 1.0), False),
    ):  # fmt: skip
        monkeypatch.setattr(backend_bench, "_wait", lambda where: None)
        (timing,) = compare(simulator, cupy, limit=1.0, ceiling=ceiling)
        assert (timing.of_copy is not None) is (timing.of_flops is not None) is told
    reason = "no libnvvm"  # so that it is array operations, which do tell
    (timing,) = compare(by_kernel, cupy, limit=1.0, ceiling=Ceilings(1.0, 1.0))
    assert timing.of_copy is not None


def test_lines_fit_on_a_page_and_mark_what_binds():
    wide = Timing("neural_collapse_digits", "201,326,592 replicates"[:20], 1.5, 1e-3, 1e-9, False, 12.345, 0.5)
    assert len(_line(wide)) <= 109
    assert "1234.5%*" in _line(wide)
    assert _line(wide).endswith("50.0%  DIFFERS")
    other = Timing("a", "3 replicates", 1.5, 1e-3, 1e-9, True, 0.1, 0.5)
    assert _line(other).endswith("10.0%    50.0%*")
    noted = _line(Timing("a", "3 replicates", note="failed: " + 30 * "word "))
    assert max(map(len, noted.splitlines())) <= 109
    assert noted.count("word") == 30
