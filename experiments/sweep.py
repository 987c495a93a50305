"""Run a simulator's grid through any executor into a store, in bounded memory, so that it can stop and go on.

Cells are generated one by one, those that the store has are skipped, and the others are sent in batches of about
`BATCH_SECONDS`, a few per worker at a time. A batch that takes longer than foreseen comes back early, with what it has
not computed. Every cell that comes back is written in its own transaction.
"""

from __future__ import annotations

import pickle
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from experiments.canonical import decode, encode
from experiments.executors import Pool, open_pool
from experiments.simulator import Simulator
from experiments.store import Encoded, Identity, StoreWriter, array_to_bytes, key_of
from theory.engine.errors import BadInput

__all__ = ["Failure", "Progress", "Stopped", "Sweep", "run_sweep"]

BATCH_SECONDS = 0.2  # what a batch should take: long against the cost of sending it, short against a user's patience
LARGEST_BATCH = 4096  # cells
LARGEST_TEXT = 2**19  # characters of specifications in a batch
BATCHES_A_WORKER = 2  # one that is computed, one that waits
KEPT_FAILURES = 20  # with their traces; all are counted


class Stopped(RuntimeError):
    """The executor failed, not a cell: a worker was killed, or the connection to the cluster was lost."""


@dataclass(frozen=True, slots=True)
class Task:
    """A cell to compute: where it is in the grid, the key of its results, and its canonical specification."""

    position: int
    key: str
    spec: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell whose computation raised an exception."""

    position: int
    spec: str
    error: str
    trace: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    computed, skipped, failed
        Cells computed and written by this run; cells that the store had; cells that raised an exception.
    total
        Cells of the grid.
    key
        Of the cell written last; "" if the last one failed.
    in_flight
        Batches that are sent and not yet back.
    """

    computed: int
    skipped: int
    failed: int
    total: int
    key: str
    in_flight: int


@dataclass
class Sweep:
    """What a run of a sweep did.

    Attributes
    ----------
    path
        The store.
    computed, skipped, failed
        As in :class:`Progress`.
    failures
        The first 20 failures.
    most_in_flight
        The most batches that were sent and not yet back at any time.
    """

    path: Path
    computed: int = 0
    skipped: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    most_in_flight: int = 0

    @property
    def complete(self) -> bool:
        """Whether every cell of the grid is in the store."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class _Done:
    """What a worker sends back."""

    cells: list[Encoded]
    failures: list[Failure]
    rest: list[Task]
    pace: float  # seconds a cell


def run_sweep(
    simulator: Simulator,
    sizes: str,
    store_path: str | Path,
    *,
    executor: str | Executor = "processes",
    resume: bool = False,
    backend: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Compute the cells of a grid that a store does not have yet.

    The results do not depend on the executor, its number of workers, or the order in which cells come back.

    Parameters
    ----------
    simulator, sizes
        What to compute.
    store_path
        The file; made if there is none.
    executor
        A name (see `experiments.executors.ALLOWED`) or a ``concurrent.futures.Executor``.
    resume
        Go on with a store that has results.
    backend
        Where ``run`` computes, if it can be told; NumPy by default.
    progress
        Called in this thread, each time a cell is written or has failed. The grid is counted first if it is given.

    Raises
    ------
    BadInput
        If an argument is wrong or the store is refused; nothing is computed then.
    Stopped
        If the executor failed. What was computed is in the store, as after a KeyboardInterrupt.
    """
    if backend is not None and not simulator.takes_backend:
        raise BadInput(f"simulator {simulator.name} computes with NumPy alone: backend {backend!r:.80} cannot be used")
    simulator.grid(sizes)
    if isinstance(executor, str) and not executor.startswith(("serial", "threads")):
        _check_sendable(simulator)
    identity = Identity(simulator.name, sizes, simulator.code_version(), backend or "numpy")
    with StoreWriter(store_path, identity, resume=resume) as store, open_pool(executor) as pool:
        total = sum(1 for _ in simulator.grid(sizes)) if progress else 0
        return _Run(simulator, sizes, store, identity, pool, progress, total).go(backend)


def _check_sendable(simulator: Simulator) -> None:
    """Refuse a function that other processes cannot find, before an executor trips over it."""
    try:
        pickle.dumps(simulator.run)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        place = f"run of simulator {simulator.name}"
        raise BadInput(
            f"{place} cannot be sent to another process ({error}): define it at the top of a module"
        ) from None


class _Run:
    """One run of a sweep: what is in flight, what comes next, what was done."""

    def __init__(
        self,
        simulator: Simulator,
        sizes: str,
        store: StoreWriter,
        identity: Identity,
        pool: Pool,
        progress: Callable[[Progress], None] | None,
        total: int,
    ) -> None:
        self._simulator, self._store, self._pool = simulator, store, pool
        self._progress, self._total = progress, total
        self._sweep = Sweep(store.path)
        self._pace = BATCH_SECONDS  # of a cell, until the first batch is back: batches of one
        self._in_flight: dict[Future[_Done], list[Task]] = {}
        self._keys: set[str] = set()  # of cells that are in flight or were sent back
        self._returned: deque[Task] = deque()
        self._new = self._missing(simulator.grid(sizes), identity.code)

    def go(self, backend: str | None) -> Sweep:
        try:
            while self._send(backend):
                done, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
                for future in done:
                    self._receive(future)
        except BaseException:
            for future in self._in_flight:
                future.cancel()
            raise
        return self._sweep

    def _missing(self, grid: Iterator[Mapping[str, Any]], code: str) -> Iterator[Task]:
        """Generate the cells that are neither in the store nor on their way; one that the grid repeats is run once."""
        for position, cell in enumerate(grid):
            try:
                if type(cell) is not dict:
                    raise ValueError(f"it is a {type(cell).__name__}; allowed: a dictionary")
                spec = encode(cell)
            except ValueError as error:
                place = f"cell {position} of simulator {self._simulator.name}"
                raise BadInput(f"{place} is no plain data: {error}") from error
            key = key_of(spec, code)
            if key in self._keys or key in self._store:
                self._sweep.skipped += 1
                continue
            self._keys.add(key)
            yield Task(position, key, spec)

    def _send(self, backend: str | None) -> bool:
        """Send batches until enough are in flight; return whether any is."""
        while len(self._in_flight) < BATCHES_A_WORKER * self._pool.workers and (batch := self._next()):
            future = self._pool.executor.submit(compute, self._simulator.run, batch, backend)
            self._in_flight[future] = batch
            self._sweep.most_in_flight = max(self._sweep.most_in_flight, len(self._in_flight))
            if future.done():  # a serial executor: its results should be written before it computes more
                break
        return bool(self._in_flight)

    def _next(self) -> list[Task]:
        most = max(1, min(int(BATCH_SECONDS / self._pace), LARGEST_BATCH))
        batch: list[Task] = []
        text = 0
        while len(batch) < most and text < LARGEST_TEXT:
            task = self._returned.popleft() if self._returned else next(self._new, None)
            if task is None:
                break
            batch.append(task)
            text += len(task.spec)
        return batch

    def _receive(self, future: Future[_Done]) -> None:
        """Write what a worker sent."""
        batch = self._in_flight.pop(future)
        try:
            done = future.result()
        except Exception as error:
            raise Stopped(_why_stopped(error)) from error
        self._returned.extend(done.rest)
        self._pace += 0.5 * (max(done.pace, 1e-9) - self._pace)
        for cell in done.cells:
            self._store.add(cell)
            self._sweep.computed += 1
            self._tell(cell.key)
        for failure in done.failures:
            self._sweep.failed += 1
            if len(self._sweep.failures) < KEPT_FAILURES:
                self._sweep.failures.append(failure)
            self._tell("")
        self._keys.difference_update({task.key for task in batch} - {task.key for task in done.rest})

    def _tell(self, key: str) -> None:
        if self._progress is not None:
            sweep, pending = self._sweep, len(self._in_flight)
            self._progress(Progress(sweep.computed, sweep.skipped, sweep.failed, self._total, key, pending))


def _why_stopped(error: Exception) -> str:
    return (
        f"the executor failed ({type(error).__name__}: {str(error)[:300]}): a worker may have been killed or be out of"
        " memory, or the simulator cannot be sent to another process"
    )


def compute(run: Callable[..., Mapping[str, Any]], tasks: list[Task], backend: str | None) -> _Done:
    """Compute cells until twice the time of a batch is over, at least one; called in the workers."""
    options = {} if backend is None else {"backend": _backend(backend)}
    cells: list[Encoded] = []
    failures: list[Failure] = []
    begun = now = time.perf_counter()
    queue = iter(tasks)
    for task in queue:
        try:
            numbers, arrays = _encoded(run(decode(task.spec), **options), task.spec)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- a cell's fault stops no other cell
            text = f"{type(error).__name__}: {error}"
            failures.append(Failure(task.position, task.spec, text[:2000], traceback.format_exc(limit=-8)[:8000]))
            now = time.perf_counter()
        else:
            before, now = now, time.perf_counter()
            cells.append(Encoded(task.position, task.key, task.spec, numbers, arrays, now - before))
        if now - begun > 2 * BATCH_SECONDS:
            break
    rest = list(islice(queue, None))
    return _Done(cells, failures, rest, (now - begun) / (len(tasks) - len(rest)))


def _encoded(results: Mapping[str, Any], spec: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Return results as canonical JSON and .npy bytes, sorted by name."""
    if not isinstance(results, Mapping):
        raise TypeError(f"run returned a {type(results).__name__}; allowed: a dictionary")
    cell = decode(spec)
    arrays: dict[str, bytes] = {}
    numbers: dict[str, Any] = {}
    for name, value in results.items():
        if not isinstance(name, str) or not name or name in cell:
            raise ValueError(f"{name!r:.80} is the name of a result; allowed: texts that are no field of the cell")
        if isinstance(value, np.ndarray):
            arrays[name] = array_to_bytes(value)
        elif isinstance(value, np.generic | bool | int | float | str | None):
            numbers[name] = value
        else:
            raise TypeError(
                f"result {name!r:.80} is a {type(value).__name__}; allowed: None, bool, int, float, str or NumPy array"
                " (experiments.arrays.to_numpy copies others)"
            )
    return encode(numbers), tuple(sorted(arrays.items()))


@cache
def _backend(name: str) -> Any:
    from experiments.arrays import backend

    return backend(name)
