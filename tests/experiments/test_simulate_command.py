import csv
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from interrupts import interruptible

from experiments import simulate_command, simulator
from experiments.store import Store
from theory.engine.cli_parser import Parser
from theory.engine.errors import BadInput

ROOT = Path(__file__).parents[2]
TOY = "toy_simulator:SIMULATOR"


def command(*arguments):
    parser = Parser(prog="lossproof")
    simulate_command.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["simulate", *map(str, arguments)])
    return parsed.run(parsed)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_it_runs_resumes_exports_and_plots(tmp_path, capsys):
    tables = ("--csv", "a.csv", "--parquet", "a.parquet", "--plot", "a.svg")
    pytest.importorskip("pyarrow")
    assert command(TOY, "--executor", "serial") == 0
    assert "toy, size quick: 12 computed, 0 there already, 0 failed; store out/simulate/toy-quick.sqlite" in (
        capsys.readouterr().out
    )
    with pytest.raises(BadInput, match="holds 12 cells already: --resume"):
        command(TOY, "--executor", "serial")
    assert command(TOY, "--executor", "serial", "--resume", *tables) == 0
    assert "0 computed, 12 there already" in capsys.readouterr().out
    assert (tmp_path / "a.csv").read_text().count("\n") == 13
    assert (tmp_path / "a.parquet").stat().st_size
    assert "<svg" in (tmp_path / "a.svg").read_text()


def test_quiet_says_nothing(capsys):
    assert command(TOY, "--executor", "serial", "--quiet", "--store", "a.sqlite") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing"], "no simulator is called 'nothing'"),
        ([TOY, "--sizes", "huge"], "no size 'huge'; allowed: quick"),
        ([TOY, "--executor", "cloud"], "allowed: serial"),
        ([TOY, "--backend", "torch"], "NumPy alone"),
        (["toy_simulator:WHERE", "--backend", "abacus"], "a backend is numpy"),
        (["toy_simulator:WHERE", "--plot", "a.png"], "has no figure"),
        ([TOY, "--plot", "a.exe"], "suffix must be"),
        ([TOY, "--csv", "none/a.csv"], "--csv none/a.csv: there is no folder"),
        ([TOY, "--csv", "a", "--parquet", "a"], "different files"),
        ([TOY, "--csv", "a", "--store", "./a"], "different files"),
        ([TOY, "--store", "none/a.sqlite"], "no folder none"),
        (["--csv", "a.csv"], "--csv needs the NAME of a simulator"),
        (["--resume"], "--resume needs the NAME of a simulator"),
        (["toy_simulator:NONE"], "toy_simulator has no NONE"),
    ],
)
def test_bad_usage_is_told_before_anything_is_computed(tmp_path, arguments, says):
    with pytest.raises(BadInput, match=says):
        command(*arguments)
    assert not [path for path in tmp_path.rglob("*.sqlite") if path.stat().st_size > 30_000]


def test_failed_cells_are_told_with_their_cell_and_resumed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TOY_FAULTS", str(tmp_path))
    (tmp_path / "raise-4").touch()
    assert command(TOY, "--executor", "serial", "--csv", "a.csv") == 1
    told = capsys.readouterr()
    assert 'cell {"index":4,"pause":0.0,"seed":7} failed: ValueError: cell 4 was told to fail' in told.err
    assert "1 cells failed; the same command with --resume tries them again" in told.err
    assert "11 computed, 0 there already, 1 failed" in told.out
    assert (tmp_path / "a.csv").read_text().count("\n") == 12
    (tmp_path / "raise-4").unlink()
    assert command(TOY, "--executor", "serial", "--resume") == 0


def test_a_killed_worker_is_told_and_resumed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TOY_FAULTS", str(tmp_path))
    (tmp_path / "die-4").touch()
    assert command(TOY, "--executor", "processes:1") == 1
    assert "Every finished cell is kept in out/simulate/toy-quick.sqlite; the same" in capsys.readouterr().err
    assert command(TOY, "--executor", "processes:1", "--resume") == 0


def test_simulators_are_listed(monkeypatch, capsys):
    monkeypatch.setattr(simulator, "installed", lambda: {"toy": TOY, "bad": "no_such_module:X"})
    assert command("--list") == 1
    told = capsys.readouterr()
    assert told.out.startswith("toy                  numbers that are easy to check (sizes: quick, paper")
    assert "cannot import no_such_module" in told.err
    monkeypatch.setattr(simulator, "installed", dict)
    assert command() == 0
    assert "no simulator is installed" in capsys.readouterr().out


OWN = """
from dataclasses import replace
from pathlib import Path
from toy_simulator import SIMULATOR
from experiments.simulator import Findings
from theory.engine.errors import BadInput

def add_options(parser):
    parser.add_argument("--times", type=int, default=2, help="a factor of one's own")

def study(file, options):
    if options.times < 0:
        raise BadInput(f"--times must be >= 0, got {options.times}")
    number = float(Path(file).read_text())
    return Findings(("head",), ("name", "value"), (("product", options.times * number), ("none", None)), ("note",))

OWN = replace(SIMULATOR, table="toy_table")
LOST = replace(SIMULATOR, table="no_such_table")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "toy_table.py").write_text(OWN)
    (tmp_path / "number.txt").write_text("1.23456")
    monkeypatch.delitem(sys.modules, "toy_table", raising=False)
    return "toy_table:OWN"


@pytest.mark.parametrize("data", [["--data", "number.txt"], ["--data=number.txt"]])
def test_a_table_of_one_s_own_is_studied_printed_and_written(tmp_path, capsys, own, data):
    assert command(own, *data, "--times", "3", "--csv", "a.csv") == 0
    assert capsys.readouterr().out == "head\n\nname     value\nproduct  3.704\nnone         -\n\nnote\n"
    assert (tmp_path / "a.csv").read_text() == f"name,value\nproduct,{3 * 1.23456!r}\nnone,\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["toy_table:LOST", "--data", "number.txt"], "simulator toy: cannot import no_such_table"),
        ([TOY, "--data", "number.txt"], "simulator toy takes no table of your own: --data cannot be used"),
        (["toy_table:OWN", "--data", "number.txt", "--times", "-1", "--csv", "a.csv"], "--times must be >= 0"),
        (["toy_table:OWN", "--data", "number.txt", "--csv", "none/a.csv"], "--csv none/a.csv: there is no folder"),
        (["toy_table:OWN", "--data", "number.txt", "--csv", "./number.txt"], "never overwritten"),
    ],
)
def test_bad_usage_of_a_table_is_told_and_nothing_is_written(tmp_path, own, arguments, says):
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(BadInput, match=says):
        command(*arguments)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "number.txt"], "--data stands after the NAME of a simulator"),
        (["toy_table:OWN", "--csv", "a.csv", "--data", "number.txt"], "--csv is for a grid, --data for a table"),
        (["toy_table:OWN", "--data"], "arguments are required: FILE"),
        (
            ["toy_table:OWN", "--data", "number.txt", "--sizes", "quick"],
            "unknown option or argument: --sizes quick; see lossproof simulate toy --data --help",
        ),
    ],
)
def test_options_in_the_wrong_place_are_told(own, capsys, arguments, says):
    with pytest.raises(SystemExit, match="2"):
        command(*arguments)
    assert says in capsys.readouterr().err


def test_help_after_a_name_has_the_options_of_its_table(own, capsys):
    for arguments, shown in (([own, "--help"], True), ([TOY, "-h"], False), (["--help"], False)):
        with pytest.raises(SystemExit, match="0"):
            command(*arguments)
        told = capsys.readouterr().out
        assert "--resume" in told
        assert ("\n--sizes: quick, paper" in told) == (len(arguments) > 1)
        assert ("a factor of one's own" in told) == shown
    with pytest.raises(SystemExit, match="2"):
        command("nothing", "--help")
    assert "no simulator is called 'nothing'" in capsys.readouterr().err


def test_the_command_module_is_light():
    code = "import sys, experiments.simulate_command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stdout.split()) & {"numpy", "sqlite3", "multiprocessing", "theory.engine.errors"} == set()


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent as POSIX signals")
def test_control_c_leaves_a_store_that_can_be_resumed_and_says_so(tmp_path):
    code = (
        "import argparse, sys\nfrom experiments.simulate_command import register\nif __name__ == '__main__':\n"
        "    parser = argparse.ArgumentParser()\n    register(parser.add_subparsers())\n"
        "    parsed = parser.parse_args(sys.argv[1:])\n    sys.exit(parsed.run(parsed))\n"
    )
    (tmp_path / "main.py").write_text(code)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    arguments = [
        sys.executable,
        "main.py",
        "simulate",
        TOY,
        "--sizes",
        "kill",
        "--executor",
        "processes:2",
        "--store",
        "a.sqlite",
    ]
    process = interruptible(
        arguments, env=os.environ | {"PYTHONPATH": paths}, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not some_cells(tmp_path / "a.sqlite"):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == (
        "lossproof: interrupted: every finished cell is kept in a.sqlite; the same command"
        " with --resume computes the rest\n"
    )
    assert command(TOY, "--sizes", "kill", "--executor", "threads:8", "--store", "a.sqlite", "--resume") == 0
    with Store("a.sqlite") as store:
        assert len(store) == 400


def some_cells(path):
    try:
        with Store(path) as store:
            return len(store)
    except BadInput:
        return 0


def test_the_example_of_a_simulator_of_one_s_own_runs(tmp_path):
    """As by the console script, whose search path is its own folder and not the one where it is called."""
    text = simulator.__doc__.partition("coins.py``::")[2].partition("In its folder")[0]
    (tmp_path / "coins.py").write_text(textwrap.dedent(text))
    (tmp_path / "bin").mkdir()
    code = "from theory.engine.cli import main\nif __name__ == '__main__':\n    raise SystemExit(main())\n"
    (tmp_path / "bin" / "lossproof").write_text(code)
    done = subprocess.run(
        [sys.executable, "bin/lossproof", "simulate", "coins:SIMULATOR", "--csv", "coins.csv"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "coins.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["tosses"] for row in rows] == ["10", "100", "1000"]
    for row in rows:
        assert float(row["spread"]) == pytest.approx(0.5 / int(row["tosses"]) ** 0.5, rel=0.15)  # standard error 3.5 %
