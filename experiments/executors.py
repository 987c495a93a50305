"""Where the cells of a sweep are computed: this process, threads, processes, a Dask cluster, or MPI.

All are ``concurrent.futures`` executors, so that any other that follows its protocol will do as well. Workers of
`processes` start afresh (spawn), have one thread each for linear algebra, leave an interrupt from the keyboard to the
parent, and end when the parent is gone. Workers of Dask and MPI belong to whoever started them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from theory.engine.errors import BadInput

__all__ = ["ALLOWED", "Pool", "SerialExecutor", "open_pool"]

ALLOWED = "serial, threads[:N], processes[:N], dask://HOST:PORT or mpi"
DASK_SECONDS = 30.0  # to reach the scheduler
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_MOST_WORKERS = 4096
P = ParamSpec("P")
T = TypeVar("T")


class SerialExecutor(Executor):
    """Computes at once, in this thread; an interrupt from the keyboard goes through.

    Examples
    --------
    >>> SerialExecutor().submit(pow, 2, 5).result()
    32
    """

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- it is the future's, as with every executor
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Pool:
    """An executor and how many calls it computes at a time."""

    executor: Executor
    workers: int


@contextmanager
def open_pool(executor: str | Executor) -> Iterator[Pool]:
    """Open an executor by its name, and close it; one that is given is left open.

    If the block ends by an exception, what is not yet computed is dropped, and own processes are killed.

    Raises
    ------
    BadInput
        If the name is unknown, a library is missing, or the cluster cannot be reached.

    Examples
    --------
    >>> with open_pool("serial") as pool:
    ...     pool.workers
    1
    """
    if isinstance(executor, Executor):
        yield Pool(executor, _workers_of(executor))
    elif not isinstance(executor, str):
        raise BadInput(f"the executor is {executor!r:.80}; allowed: {ALLOWED}, or a concurrent.futures.Executor")
    elif executor.startswith("dask://"):
        with _dask(executor) as pool:
            yield pool
    else:
        with _named(executor) as pool:
            yield pool


def _named(executor: str) -> Any:
    kind, colon, count = executor.partition(":")
    opens = {"processes": _processes, "threads": _threads}
    if kind in opens:
        return opens[kind](_count(executor, count) if colon else _cores())
    if executor == "serial":
        return _serial()
    if executor == "mpi":
        return _mpi()
    raise BadInput(f"the executor is {executor!r:.80}; allowed: {ALLOWED}")


def _count(executor: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST_WORKERS:
        return int(text)
    raise BadInput(f"the executor is {executor!r:.80}; the number of workers must be from 1 to {_MOST_WORKERS}")


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def _workers_of(executor: Executor) -> int:
    """Return how many calls a user's executor computes at a time, as far as it tells."""
    found = getattr(executor, "_max_workers", None) or getattr(executor, "num_workers", None)
    client = getattr(executor, "_client", None)  # of Dask
    if found is None and client is not None:
        found = sum(client.ncores().values())
    return found if isinstance(found, int) and found > 0 else _cores()


@contextmanager
def _serial() -> Iterator[Pool]:
    yield Pool(SerialExecutor(), 1)


@contextmanager
def _threads(count: int) -> Iterator[Pool]:
    executor = ThreadPoolExecutor(count)
    try:
        yield Pool(executor, count)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _processes(count: int) -> Iterator[Pool]:
    context = multiprocessing.get_context("spawn")
    with _environment(dict.fromkeys(_ONE_THREAD, "1")):
        executor = ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker)
        try:
            yield Pool(executor, count)
        except BaseException:
            _kill(executor)
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _kill(executor: ProcessPoolExecutor) -> None:
    """End the workers without waiting for the cells they are at; Python 3.14 has a method for this."""
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.kill()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the processes that start meanwhile: libraries read them when they load."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start_worker() -> None:
    """Leave interrupts to the parent, and end with it: a worker waits for work in a way that would never notice."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _dask(address: str) -> Iterator[Pool]:
    try:
        from distributed import Client
    except ImportError:
        raise BadInput("the executor dask:// needs the package dask[distributed], which is not installed") from None
    place = address.removeprefix("dask://")
    host, colon, port = place.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise BadInput(f"the executor is {address!r:.80}; allowed: dask://HOST:PORT, the address of the scheduler")
    try:
        client: Any = cast("Any", Client)(f"tcp://{place}", timeout=DASK_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # its time-outs are OSErrors
        raise BadInput(f"no Dask scheduler answers at {place}: {type(error).__name__}: {error}") from error
    try:
        workers = sum(client.ncores().values())
        if not workers:
            raise BadInput(f"the Dask scheduler at {place} has no workers")
        executor = client.get_executor(pure=False)
        try:
            yield Pool(executor, workers)
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close()


@contextmanager
def _mpi() -> Iterator[Pool]:
    try:
        from mpi4py.futures import MPIPoolExecutor
    except (ImportError, RuntimeError) as error:  # RuntimeError: the package without an MPI library
        raise BadInput(f"the executor mpi needs the package mpi4py and an MPI library: {error}") from None
    executor = MPIPoolExecutor()
    try:
        executor.bootup(wait=True)
        yield Pool(executor, max(1, executor.num_workers))
    finally:
        with suppress(RuntimeError):
            executor.shutdown(wait=True, cancel_futures=True)
