"""A small simulator: deterministic numbers and arrays, cells that fail or die when a file in $TOY_FAULTS says so."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.simulator import Simulator

COUNTS = {"quick": 12, "paper": 300, "many": 2_000, "ten_times": 20_000, "million": 1_000_000, "kill": 400}


def cells(sizes):
    for index in range(COUNTS[sizes]):
        yield {"index": index, "seed": 7, "pause": 0.002 if sizes == "kill" else 0.0}


def run(cell):
    index = cell["index"]
    if folder := os.environ.get("TOY_FAULTS"):
        fault(Path(folder), index)
    if cell["pause"]:
        time.sleep(cell["pause"])
    draws = np.random.Generator(np.random.Philox(key=[cell["seed"], index])).standard_normal(3)
    found = {"mean": draws.mean(), "half": index / 2, "label": f"c{index}", "even": index % 2 == 0}
    if index % 3 == 0:
        found |= {"draws": draws, "nan": float("nan") if index % 2 else float("-inf")}
    return found


def fault(folder, index):
    """Fail or die once: what the file asks for is done a single time."""
    if (folder / f"raise-{index}").exists():
        raise ValueError(f"cell {index} was told to fail")
    if (folder / f"die-{index}").exists():
        (folder / f"die-{index}").unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def run_tiny(cell):
    return {"double": 2 * cell["index"]}


def run_on(cell, backend=None):
    return {"backend": "none" if backend is None else backend.name}


SIMULATOR = Simulator(
    name="toy",
    says="numbers that are easy to check",
    papers=(),
    cells=cells,
    run=run,
    modules=("toy_simulator",),
    sizes=tuple(COUNTS),
    figure="toy_figure",
)
TINY = replace(SIMULATOR, name="tiny", run=run_tiny)
WHERE = replace(SIMULATOR, name="where", run=run_on, figure="")
NOT_ONE = "text"
