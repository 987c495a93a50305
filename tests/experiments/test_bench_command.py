import argparse
import json

import numpy as np
import pytest

from experiments import backend_bench, comparing
from experiments.arrays import backend
from experiments.backend_bench import Ceilings, compare, growing, streams
from experiments.bench_command import register
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
    high = backend_bench._peak()
    del block
    backend_bench._forget_peak()
    assert backend_bench._peak() < high - 0.06
