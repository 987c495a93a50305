"""What a sweep costs beside its cells: the store alone, and sweeps of trivial cells through executors.

``python -m benchmarks.bench_store --cells 1000000 --executor dask`` runs one sweep of any number of cells. The time of
a sweep that starts workers includes starting them; the memory is the most that the process that writes has held.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rows import Row
from experiments.machine import peak_memory
from experiments.npy import array_to_bytes
from experiments.simulator import Simulator
from experiments.store import Encoded, Identity, StoreWriter, key_of
from experiments.sweep import run_sweep

EXECUTORS = ("serial", "processes:2", "dask")
COUNTS = (10_000, 100_000)
STORED = 20_000  # cells written to the store alone
ARRAY = np.zeros(1000)  # 8 kB


def cells(sizes: str) -> Iterator[dict[str, Any]]:
    """Yield as many cells as the size says."""
    return ({"index": index} for index in range(int(sizes)))


def run_cell(cell: dict[str, Any]) -> dict[str, int]:
    """Do next to nothing."""
    return {"double": 2 * cell["index"]}


def store_seconds(arrays: tuple[tuple[str, bytes], ...], count: int) -> float:
    """Return the time to write a cell, in its own transaction."""
    with tempfile.TemporaryDirectory() as folder, StoreWriter(Path(folder, "a"), Identity("a", "a", "a")) as store:
        specs = [f'{{"index":{index}}}' for index in range(count)]
        rows = [Encoded(i, key_of(spec, "a"), spec, '{"x":0.5}', arrays, 0.0) for i, spec in enumerate(specs)]
        start = time.perf_counter()
        for row in rows:
            store.add(row)
        return (time.perf_counter() - start) / count


@contextmanager
def reachable(executor: str) -> Iterator[str]:
    """Give the name of an executor; "dask" starts a scheduler and two workers on this machine."""
    if executor != "dask":
        yield executor
        return
    from distributed import LocalCluster

    make: Any = LocalCluster  # it has no types
    with make(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1") as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def sweep(executor: str, count: int) -> tuple[float, float]:
    """Run one sweep; return seconds a cell, and the MiB that this process has held at most."""
    simulator = Simulator("trivial", "", (), cells, run_cell, ("benchmarks.bench_store",), (str(count),))
    with reachable(executor) as name, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = run_sweep(simulator, str(count), Path(folder, "a.sqlite"), executor=name)
        seconds = time.perf_counter() - start
    if done.computed != count:
        raise AssertionError(f"{done.computed} of {count} cells were computed")
    return seconds / count, 1024 * peak_memory()


def run(*, smoke: bool = False) -> Iterator[Row]:
    """Yield the rows; each sweep has a process of its own, whose memory it measures."""
    stored = 100 if smoke else STORED
    yield Row("store alone", store_seconds((), stored), sizes=f"{stored:,} cells; one cell")
    with_array = store_seconds((("x", array_to_bytes(ARRAY)),), stored)
    yield Row("store alone, an array of 8 kB", with_array, sizes=f"{stored:,} cells; one cell")
    for executor in EXECUTORS[:1] if smoke else EXECUTORS:
        if executor == "dask" and find_spec("distributed") is None:
            yield Row("sweep, dask", None, note="distributed is not installed")
            continue
        for count in (20,) if smoke else COUNTS:
            command = [sys.executable, "-m", __name__, "--executor", executor, "--cells", str(count)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- our own words
            seconds, most = map(float, done.stdout.split())
            sizes = f"{count:,} trivial cells; one cell"
            yield Row(f"sweep, {executor}", seconds, sizes=sizes, note=f"holds at most {most:.0f} MiB")


def main() -> None:
    """Run one sweep."""
    parser = argparse.ArgumentParser(
        description="Run one sweep of trivial cells; print seconds a cell and the most MiB held."
    )
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--executor", default="processes:2", help="as for lossproof simulate, or dask: a local cluster")
    arguments = parser.parse_args()
    module = import_module("benchmarks.bench_store")  # by its name: workers import it, and know no __main__
    seconds, most = module.sweep(arguments.executor, arguments.cells)
    sys.stdout.write(f"{seconds:.9f} {most:.1f}\n")


if __name__ == "__main__":
    main()
