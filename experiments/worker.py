"""What a worker of a sweep does: compute a batch of cells and send back their results, ready to be written."""

from __future__ import annotations

import json
import time
import traceback
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from experiments.canonical import decode, encode, is_name
from experiments.code_version import code_version
from experiments.npy import array_to_bytes
from experiments.store import LARGEST, Encoded, key_of

__all__ = ["Done", "Failure", "Job", "OtherCode", "Task", "backend_named", "compute", "pack"]

BATCH_SECONDS = 0.2  # what a batch should take: long against the cost of sending it, short against a user's patience
LARGEST_RETURN = 2**25  # bytes of results after which a batch comes back


class OtherCode(RuntimeError):
    """A worker has other source files than the process that runs the sweep."""


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
class Job:
    """What workers compute: a function, where it computes, and the version of the code that it must have."""

    run: Callable[..., Mapping[str, Any]]
    backend: str | None
    modules: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker sends back."""

    cells: list[Encoded]
    failures: list[Failure]
    rest: list[Task]
    pace: float  # seconds a cell


def pack(tasks: list[Task]) -> bytes:
    """Return a batch as few bytes: schedulers of clusters may remember what they sent for as long as they live."""
    return zlib.compress(json.dumps([(task.position, task.spec) for task in tasks]).encode(), 1)


def compute(job: Job, batch: bytes) -> Done:
    """Compute cells until twice the time of a batch is over, at least one; called in the workers."""
    _check_code(job.modules, job.code)
    rows = json.loads(zlib.decompress(batch))
    tasks = [Task(position, key_of(spec, job.code), spec) for position, spec in rows]
    options = {} if job.backend is None else {"backend": backend_named(job.backend)}
    cells: list[Encoded] = []
    failures: list[Failure] = []
    size = 0
    begun = now = time.perf_counter()
    queue = iter(tasks)
    for task in queue:
        try:
            numbers, arrays = _encoded(job.run(decode(task.spec), **options), task.spec)
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- a cell's fault stops no other cell
            failures.append(_failure(task, error))
            now = time.perf_counter()
        else:
            before, now = now, time.perf_counter()
            cells.append(Encoded(task.position, task.key, task.spec, numbers, arrays, now - before))
            size += len(numbers) + sum(len(data) for _, data in arrays)
        if now - begun > 2 * BATCH_SECONDS or size > LARGEST_RETURN:
            break
    rest = list(islice(queue, None))
    return Done(cells, failures, rest, (now - begun) / (len(tasks) - len(rest)))


@cache
def _check_code(modules: tuple[str, ...], code: str) -> None:
    """Refuse, once in a process, to give results of other code than the store is for."""
    if code_version(modules) != code:
        raise OtherCode(
            "a worker has other source files of the simulator than this process: they were edited meanwhile, or the"
            " worker's machine has another version"
        )


def _failure(task: Task, error: BaseException) -> Failure:
    told = traceback.format_exception_only(error)  # also of an exception whose message raises one
    text = next((line for line in told if not line.startswith(" ")), "").rstrip()
    return Failure(task.position, task.spec, text[:2000], traceback.format_exc(limit=-8)[:8000])


def _encoded(results: Mapping[str, Any], spec: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Return results as canonical JSON and .npy bytes, sorted by name."""
    if not isinstance(results, Mapping):
        raise TypeError(f"run returned a {type(results).__name__}; allowed: a dictionary")
    cell = decode(spec)
    arrays: dict[str, bytes] = {}
    numbers: dict[str, Any] = {}
    for name, value in results.items():
        if not name or not is_name(name) or name in cell:
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
    text = encode(numbers)
    for name, data in (("numbers", text), *arrays.items()):
        if len(data) > LARGEST:
            raise ValueError(f"result {name!r:.80} has {len(data)} bytes; allowed: at most {LARGEST}")
    return text, tuple(sorted(arrays.items()))


@cache
def backend_named(name: str) -> Any:
    """Return the backend of a name, made once in a process."""
    from experiments.arrays import backend

    return backend(name)
