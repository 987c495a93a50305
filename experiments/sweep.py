"""Run a simulator's grid through any executor into a store, in bounded memory, so that it can stop and go on.

Cells are generated one by one, those that the store has are skipped, and the others are sent in batches of about
0.2 s, a few per worker at a time. A batch that takes longer than foreseen comes back early, with what it has not
computed. Every cell that comes back is written in its own transaction.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments import worker
from experiments.canonical import encode
from experiments.executors import Pool, open_pool
from experiments.simulator import Simulator
from experiments.store import Identity, NotWritten, StoreWriter, key_of
from experiments.worker import Done, Failure, Job, OtherCode, Task, backend_named, compute, pack
from theory.engine.errors import BadInput

__all__ = ["Failure", "OtherCode", "Progress", "Stopped", "Sweep", "run_sweep"]

LARGEST_BATCH = 1024  # cells
LARGEST_TEXT = 2**19  # characters of specifications in a batch
BATCHES_A_WORKER = 2  # one that is computed, one that waits
KEPT_FAILURES = 20  # with their traces; all are counted


class Stopped(RuntimeError):
    """Not a cell failed, but the executor (a worker was killed, a cluster was lost) or the disk of the store."""


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
        If an argument is wrong or the store is refused; nothing is computed then. Or if the grid is wrong, in which
        case what was computed before is in the store.
    Stopped
        If the executor failed, or the store cannot be written any more. What was computed is in the store, as after a
        KeyboardInterrupt.
    """
    if backend is not None:
        _check_backend(simulator, backend)
    simulator.grid(sizes)
    if isinstance(executor, str) and not executor.startswith(("serial", "threads")):
        _check_sendable(simulator)
    try:
        job = Job(simulator.run, backend, simulator.sources, simulator.code_version())
    except ValueError as error:
        raise BadInput(f"simulator {simulator.name}: {error}") from error
    identity = Identity(simulator.name, sizes, job.code, backend or "numpy")
    with StoreWriter(store_path, identity, resume=resume) as store, open_pool(executor) as pool:
        total = sum(1 for _ in _grid(simulator, sizes)) if progress else 0
        return _Run(simulator, sizes, store, job, pool, progress, total).go()


def _check_backend(simulator: Simulator, backend: str) -> None:
    from experiments.arrays import BackendMissing

    if not simulator.takes_backend:
        raise BadInput(f"simulator {simulator.name} computes with NumPy alone: backend {backend!r:.80} cannot be used")
    try:
        backend_named(backend)
    except (ValueError, BackendMissing) as error:
        raise BadInput(f"the backend cannot be used: {error}") from error


def _grid(simulator: Simulator, sizes: str) -> Iterator[Mapping[str, Any]]:
    """Generate the cells; what goes wrong in that is told as the simulator's fault."""
    count = 0
    try:
        for cell in simulator.grid(sizes):
            yield cell
            count += 1
    except BadInput:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise BadInput(f"the cells of simulator {simulator.name}, size {sizes}, end after {count}: {told}") from error


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
        job: Job,
        pool: Pool,
        progress: Callable[[Progress], None] | None,
        total: int,
    ) -> None:
        self._simulator, self._store, self._job, self._pool = simulator, store, job, pool
        self._progress, self._total = progress, total
        self._sweep = Sweep(store.path)
        self._pace = worker.BATCH_SECONDS  # of a cell, until the first batch is back: batches of one
        self._in_flight: dict[Future[Done], list[Task]] = {}
        self._keys: set[str] = set()  # of cells that are in flight or were sent back
        self._returned: deque[Task] = deque()
        self._new = self._missing(_grid(simulator, sizes))

    def go(self) -> Sweep:
        try:
            while self._send():
                done, _ = wait(self._in_flight, return_when=FIRST_COMPLETED)
                for future in done:
                    self._receive(future)
        except BaseException:
            for future in self._in_flight:
                future.cancel()
            raise
        return self._sweep

    def _missing(self, grid: Iterator[Mapping[str, Any]]) -> Iterator[Task]:
        """Generate the cells that are neither in the store nor on their way; one that the grid repeats is run once."""
        for position, cell in enumerate(grid):
            try:
                if type(cell) is not dict:
                    raise ValueError(f"it is a {type(cell).__name__}; allowed: a dictionary")
                spec = encode(cell)
            except ValueError as error:
                place = f"cell {position} of simulator {self._simulator.name}"
                raise BadInput(f"{place} is no plain data: {error}") from error
            key = key_of(spec, self._job.code)
            if key in self._keys or key in self._store:
                self._sweep.skipped += 1
                continue
            self._keys.add(key)
            yield Task(position, key, spec)

    def _send(self) -> bool:
        """Send batches until enough are in flight; return whether any is."""
        while len(self._in_flight) < BATCHES_A_WORKER * self._pool.workers and (batch := self._next()):
            try:
                future = self._pool.executor.submit(compute, self._job, pack(batch))
            except Exception as error:
                raise Stopped(_why_stopped(error)) from error
            self._in_flight[future] = batch
            self._sweep.most_in_flight = max(self._sweep.most_in_flight, len(self._in_flight))
            if future.done():  # a serial executor: its results should be written before it computes more
                break
        return bool(self._in_flight)

    def _next(self) -> list[Task]:
        most = max(1, min(int(worker.BATCH_SECONDS / self._pace), LARGEST_BATCH))
        batch: list[Task] = []
        text = 0
        while len(batch) < most and text < LARGEST_TEXT:
            task = self._returned.popleft() if self._returned else next(self._new, None)
            if task is None:
                break
            batch.append(task)
            text += len(task.spec)
        return batch

    def _receive(self, future: Future[Done]) -> None:
        """Write what a worker sent."""
        batch = self._in_flight.pop(future)
        try:
            done = future.result()
        except Exception as error:
            raise Stopped(_why_stopped(error)) from error
        self._returned.extend(done.rest)
        self._pace += 0.5 * (max(done.pace, 1e-9) - self._pace)
        for cell in done.cells:
            try:
                self._store.add(cell)
            except NotWritten as error:
                raise Stopped(str(error)) from error
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
    if isinstance(error, OtherCode):
        return str(error)
    return (
        f"the executor failed ({type(error).__name__}: {str(error)[:300]}): a worker may have been killed or be out of"
        " memory, the cluster may be gone, or the simulator cannot be sent to another process"
    )
