import inspect
import json
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as command
from benchmarks.rows import Row, duration
from benchmarks.table import Table
from experiments.backend_bench import Timing

MACHINE = {
    "processor": "Abacus 3",
    "cores": {"usable": 2, "all": 4},
    "memory": None,
    "load": None,
    "GPU": None,
    "system": "Sand",
    "Python": "3.11",
    "versions": {"numpy": "2.0"},
}


@pytest.mark.parametrize("times", [(0.0, None), (-1.0, None), (float("nan"), None), (1.0, float("inf")), (1.0, 2.0)])
def test_a_row_refuses_what_is_no_time_and_an_alternative_without_a_name(times):
    with pytest.raises(ValueError, match="row 'x'"):
        Row("x", *times)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.0, "1.00 s"),
        (99.96, "100 s"),
        (0.9999, "1.00 s"),
        (0.0999, "99.9 ms"),
        (1e-3, "1.00 ms"),
        (3e-10, "0.300 ns"),
    ],
)
def test_durations_have_three_figures(seconds, text):
    assert duration(seconds) == text


def test_the_table_names_the_machine_what_was_not_run_and_what_failed():
    rows = (("a", Row("draw", 0.5, 2.0, "loop|s", "N = 3", "same")), ("b", Row("on a GPU", None)))
    text = Table(rows, {"c": "OSError: gone"}, MACHINE, smoke=True).markdown()
    head, rule, first, second = text.splitlines()[:4]
    assert [line.count(" | ") for line in (head, rule, first, second)] == [7] * 4
    assert len({len(line) for line in (head, rule, first, second)}) == 1
    assert " 4 |" in first
    assert "loop\\|s" in first
    assert "not run" in second
    for part in ("Abacus 3, 2 of 4 cores", "no CUDA device", "numpy 2.0", "SMOKE", "c was not run: OSError: gone"):
        assert part in text


def test_scaled_times_and_yardsticks_are_marked():
    scaled = Row("x", 1.0, 300.0, "loop", note="from 3", scaled=True)
    yardstick = Row("x", 2.0, 1.0, "product", note="other work", yardstick=True)
    assert scaled.shown() == ("1.00 s", "~300 s", "300")
    assert yardstick.shown() == ("2.00 s", "1.00 s", "0.5 (y)")
    assert Row("x", 0.5).shown() == ("500 ms", "", "")
    assert scaled.to_json()["scaled"]
    assert not scaled.to_json()["yardstick"]
    text = Table((("a", scaled), ("b", yardstick)), {}, MACHINE).markdown()
    assert "~: scaled up" in text
    assert "no speed-up" in text
    for wrong in ({"scaled": True}, {"yardstick": True}):
        with pytest.raises(ValueError, match="needs a time and a note"):
            Row("x", 1.0, 2.0, "loop", **wrong)
        with pytest.raises(ValueError, match="needs a time and a note"):
            Row("x", 1.0, note="n", **wrong)


def test_simulators_that_differ_fail_the_benchmark_after_all_others(monkeypatch):
    module = import_module("benchmarks.bench_backends")
    monkeypatch.setattr(module, "backend", lambda name: None)
    monkeypatch.setattr(module, "array_simulators", lambda: [SimpleNamespace(name=name) for name in "abc"])
    found = {
        "a": [Timing("a", "3", 2.0, 1.0, 0.5, agrees=False)],
        "b": [Timing("b", "3", 2.0, 1.0, at_once=4), Timing("b", "", note="the next size may not fit in memory")],
        "c": [Timing("c", "3", agrees=False, note="failed: OSError: gone")],
    }
    monkeypatch.setattr(module, "compare", lambda simulator, where, limit, cores: found[simulator.name])
    rows = []

    def take():
        rows.extend(iter(module.run()))

    with pytest.raises(AssertionError, match=r"a, CuPy, 3: differs by 5\.0e-01; c, CuPy, 3: failed: OSError"):
        take()
    assert [(row.name, row.ratio, row.against) for row in rows] == [
        ("b, CuPy", 2.0, "NumPy, all cores, 4 cells at once")
    ]


@pytest.mark.parametrize("name", command.names())
def test_every_benchmark_takes_smoke(name):
    try:
        module = import_module(f"benchmarks.bench_{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("benchmarks", "experiments", "theory"):
            raise
        pytest.skip(str(error))
    assert list(inspect.signature(module.run).parameters) == ["smoke"]


def test_a_run_writes_all_rows_twice_and_one_failure_stops_no_other(tmp_path, capsys, monkeypatch):
    broken = import_module("benchmarks.bench_transform")
    monkeypatch.setattr(broken, "run", lambda *, smoke: 1 // (not smoke))
    assert command.main(["transform", "dpp", "boxes", "--smoke", "--out", str(tmp_path)]) == 1
    found = json.loads((tmp_path / "bench.json").read_text())
    assert list(found["failed"]) == ["transform"]
    assert {row["benchmark"] for row in found["rows"]} == {"dpp", "boxes"}
    assert all(row["ratio"] is None or row["ratio"] == row["theirs"] / row["ours"] for row in found["rows"])
    assert found["machine"]["cores"]["usable"] >= 1
    assert (tmp_path / "bench.md").read_text() == capsys.readouterr().out


def test_unknown_names_are_refused(tmp_path, capsys):
    assert command.main(["abacus", "--out", str(tmp_path)]) == 2
    assert "no benchmark abacus; there are" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_measured(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "measure", lambda *_, **__: 1 // 0)
    (tmp_path / "file").touch()
    assert command.main(["dpp", "--out", str(tmp_path / "file")]) == 2
    assert "must be a folder" in capsys.readouterr().err


def test_without_a_gpu_the_table_says_that_it_was_not_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    (row,) = import_module("benchmarks.bench_backends").run(smoke=True)
    assert row.ours is None
    assert row.note.startswith("GPU: not run, no CUDA device (backend 'cupy' needs the package cupy")
