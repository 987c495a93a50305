"""A sweep that is killed at any moment and resumed gives the bytes of one that was not, and loses nothing it told."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toy_simulator import COUNTS, SIMULATOR

from experiments.export import write_csv
from experiments.store import Store
from experiments.sweep import run_sweep

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(ROOT / "tests" / "support" / "toy_sweep.py")]


def start(path, executor, log):
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"}
    return subprocess.Popen([*COMMAND, path, executor, log], env=environment, start_new_session=True)


def kill(process):
    """Kill the sweep and all its workers; what was killed while it ran counts."""
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def acknowledged(log):
    """Return the keys that were told, without a last line that was cut."""
    return log.read_text().rpartition("\n")[0].split() if log.exists() else []


def contents(path, table):
    with Store(path) as store:
        write_csv(store, table)
        return store.digest(), table.read_bytes(), {key for _, key, *_ in store.raw()}


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX process groups")
@pytest.mark.parametrize(("executor", "kills", "longest"), [("serial", 28, 0.5), ("processes:2", 22, 0.9)])
def test_kill_and_resume(tmp_path, executor, kills, longest):
    run_sweep(SIMULATOR, "kill", tmp_path / "whole.sqlite", executor="threads:8")
    whole = contents(tmp_path / "whole.sqlite", tmp_path / "whole.csv")
    moments = random.Random(20260101)
    done = finished = 0
    while done < kills:
        path, log = tmp_path / f"{finished}.sqlite", tmp_path / f"{finished}.log"
        process = start(path, executor, log)
        time.sleep(moments.uniform(0.0, longest))
        done += kill(process)
        if acknowledged(log):
            assert set(acknowledged(log)) <= contents(path, tmp_path / "part.csv")[2]
        finished += process.returncode == 0
    path, log = tmp_path / f"{finished}.sqlite", tmp_path / f"{finished}.log"
    assert start(path, executor, log).wait() == 0
    for index in range(finished + 1):
        assert contents(tmp_path / f"{index}.sqlite", tmp_path / "part.csv") == whole
        told = acknowledged(tmp_path / f"{index}.log")
        assert len(told) == len(set(told))  # no cell was computed again after it was told
        assert len(told) <= COUNTS["kill"]
