"""Decide claims in worker processes: one long-lived worker a core, killed to keep a claim's time limit.

Signals cannot keep a limit: an alarm waits until foreign code returns to Python, and may be swallowed there.
So the worker sends the name of every step as it begins; one that outlives its claim's limit is killed, the
claim stays undecided at the step last named, and another worker takes over.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Certificate, Evidence
from theory.engine.store import Store, Unreadable
from theory.engine.verdict import Verdict

PRELOADED = ("sympy", "flint")  # imported once, by the process that workers are forked from
CHUNK_SECONDS = 0.05  # small claims are sent in chunks of about this much work
MOST_IN_CHUNK = 64
HEARTBEAT_SECONDS = 1.0  # the longest silence towards the listener
START_SECONDS = 60.0  # for a worker to start, on a loaded machine; not counted against a claim
MOST_FALSE_STARTS = 3


@dataclass(frozen=True)
class Task:
    """One claim to decide, named so that another process finds it.

    Parameters
    ----------
    claim, module
        Id, and the module that defines it.
    limit
        Seconds.
    expected
        The verdict on record, for claims that no worker lives to report.
    """

    claim: str
    module: str
    limit: float
    expected: Evidence


@dataclass(frozen=True)
class Decided:
    """A verdict and what to tell about how it came to be (a kept certificate that was stale, say)."""

    verdict: Verdict
    note: str = ""


@dataclass(frozen=True)
class Options:
    """Whether workers ignore kept certificates (``rederive``) and write those they found (``keep``)."""

    rederive: bool = False
    keep: bool = False


def decide_all(
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    options: Options = Options(),
    step: Callable[[str, str], None] | None = None,
) -> Iterator[Decided]:
    """Decide claims in parallel; yield each verdict as it arrives, in no particular order.

    Parameters
    ----------
    tasks
        What to decide; those with the longest limits start first.
    jobs
        Worker processes; one a core by default.
    options
        How to decide.
    step
        Called with claim id and name of each step that a worker announces.

    Raises
    ------
    ValueError
        If ``jobs`` is below 1.
    """
    jobs = os.cpu_count() or 1 if jobs is None else jobs
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}; at least 1 worker is needed")
    queue = deque(sorted(tasks, key=lambda task: -task.limit))
    workers = [_Worker(options) for _ in range(min(jobs, len(queue)))]
    try:
        while queue or any(worker.pending for worker in workers):
            for worker in workers:
                worker.feed(queue, len(workers))
            yield from _round(workers, queue, step or _ignore)
    finally:
        for worker in workers:
            worker.kill()


def _ignore(claim: str, step: str) -> None:
    """Do nothing with a step: the default listener."""


def _round(workers: list[_Worker], queue: deque[Task], step: Callable[[str, str], None]) -> Iterator[Decided]:
    """Wait until a worker has something to tell or must be killed, and handle it."""
    busy = {worker.connection: worker for worker in workers if worker.pending}
    pause = min(worker.deadline for worker in busy.values()) - time.monotonic()
    ready = wait(list(busy), timeout=min(max(0.0, pause), HEARTBEAT_SECONDS))
    if not ready:  # whoever listens should see that the run goes on, and where
        slowest = min(busy.values(), key=lambda worker: worker.began)
        step(slowest.pending[0].claim, slowest.step)
    for connection in ready:
        worker = busy[connection]
        try:
            yield from worker.read(step)
        except (EOFError, OSError):
            yield from worker.replace(worker.how_it_ended(), queue)
    for worker in busy.values():
        if worker.pending and time.monotonic() > worker.deadline:
            yield from worker.replace(f"time limit of {worker.pending[0].limit:g} s reached", queue)


@dataclass
class _Worker:
    """The parent's side of one worker: what it was sent, what it last said, until when its claim may take."""

    options: Options
    pending: deque[Task] = field(default_factory=deque)
    deadline: float = 0.0
    step: str = ""
    began: float = 0.0
    false_starts: int = 0
    pace: float = CHUNK_SECONDS  # seconds a claim, a running mean

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = _context()
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.options), daemon=True)
        with _without_main():
            self.process.start()
        theirs.close()  # so that the pipe ends when the worker does

    def feed(self, queue: deque[Task], workers: int) -> None:
        """Send the next chunk if the last is done: one claim, or enough small ones to pay for the message."""
        if self.pending or not queue:
            return
        fair = len(queue) // (2 * workers)
        count = max(1, min(int(CHUNK_SECONDS / self.pace), MOST_IN_CHUNK, fair))
        self.pending.extend(queue.popleft() for _ in range(count))
        with suppress(OSError):  # a worker that died meanwhile is noticed on reading
            self.connection.send([(task.module, task.claim) for task in self.pending])
        self._begin()

    def _begin(self) -> None:
        """Await the next claim's first step; its time runs from there."""
        self.step = ""
        self.began = time.monotonic()
        self.deadline = self.began + START_SECONDS

    def read(self, step: Callable[[str, str], None]) -> Iterator[Decided]:
        """Read what the worker has sent."""
        while self.pending and self.connection.poll():
            message = self.connection.recv()
            if isinstance(message, str):
                if not self.step:
                    self.false_starts = 0
                    self.began = time.monotonic()
                    self.deadline = self.began + self.pending[0].limit
                self.step = message
                step(self.pending[0].claim, message)
            else:
                self.pending.popleft()
                self.pace += 0.2 * (max(time.monotonic() - self.began, 1e-6) - self.pace)
                self._begin()
                yield message

    def how_it_ended(self) -> str:
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            with suppress(ValueError):
                return f"the worker was ended by {signal.Signals(-code).name}"
        return f"the worker ended by itself with exit code {code}"

    def replace(self, reason: str, queue: deque[Task]) -> Iterator[Decided]:
        """Kill the worker and start another; the claim at fault is undecided, the rest go back to the queue.

        A worker that went before its next claim began (the last one may have left a thread that ended the
        process) is no fault of that claim, unless it happens time and again.
        """
        self.kill()
        seconds = time.monotonic() - self.began
        if not self.step:
            self.false_starts += 1
        blamed = self.pending.popleft() if self.step or self.false_starts > MOST_FALSE_STARTS else None
        queue.extendleft(reversed(self.pending))
        self.pending.clear()
        self.pace = CHUNK_SECONDS
        self._start()
        if blamed:
            worst = f"in step: {self.step or 'start of the worker'}"
            verdict = Verdict(
                blamed.claim, Evidence.UNDECIDED, blamed.expected, reason=reason, worst=worst, seconds=seconds
            )
            yield Decided(verdict)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module while a process starts.

    It would import the main script again, which workers do not need: a script without a guard would
    start the run anew in each of them, and one read from standard input cannot be found at all.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@cache
def _context() -> Any:
    """Return the multiprocessing context: a fork server if there is one, as it forks in milliseconds."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def serve(connection: Connection, options: Options) -> None:
    """Decide what arrives on the connection until it closes: the worker's main loop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt from the keyboard is the parent's to handle
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # every core has a worker already
    with suppress(OSError):
        os.dup2(2, 1)  # what a claim prints must not mix with the report
    with suppress(EOFError, OSError):
        while True:
            for module, claim_id in connection.recv():
                connection.send(_decide(module, claim_id, options, lambda step: connection.send(str(step)[:500])))


@cache
def _claims(module: str) -> dict[str, Claim]:
    from theory.engine.discovery import claims_of

    return {claim.id: claim for claim in claims_of(module, module)[0]}


def _decide(module: str, claim_id: str, options: Options, step: Callable[[str], None]) -> Decided:
    """Decide one claim; whatever its code raises, the answer is a verdict that can be sent."""
    claim: Claim | None = None
    try:
        step("import the module")
        claim = _claims(module).get(claim_id)
        if claim is None:
            raise LookupError(f"{module} has no claim {claim_id} in a new process")
        decided = _decide_stored(claim, module, options, step) if claim.stored else Decided(_decide_fresh(claim, step))
        json.dumps(
            decided.verdict.to_json(), allow_nan=False
        )  # evidence must be plain data; found out here, not in the report
        return decided
    except BaseException as error:  # SystemExit from a claim's code must not end the worker without a word
        expected = Evidence.UNDECIDED if claim is None else claim.expected
        return Decided(Verdict(claim_id, Evidence.UNDECIDED, expected, reason=f"{type(error).__name__}: {error}"))


def _decide_fresh(claim: Claim, step: Callable[[str], None], kept: dict[str, Any] | None = None) -> Verdict:
    from theory.engine.decide import decide

    return decide(claim, budget=Budget(seconds=claim.limit, step=step), kept=kept)


def _decide_stored(claim: Claim, module: str, options: Options, step: Callable[[str], None]) -> Decided:
    """Decide a claim whose certificate is kept with its package, or is to be."""
    store = Store.of_module(module)
    if store is None:
        return Decided(_decide_fresh(claim, step), note=f"no certificate is kept: {module} is not in a package")
    kept, note = None, ""
    if not options.rederive:
        try:
            kept = store.load(claim.id)
        except Unreadable as error:
            note = f"certificate on file cannot be used: {error}"
    verdict = _decide_fresh(claim, step, dict([kept]) if kept else None)
    if kept and not verdict.from_store and claim.statement().digest() != kept[0]:
        note = "certificate on file is for another statement"
    if options.keep and verdict.evidence.holds and verdict.certificate and not verdict.from_store:
        step("keep the certificate")
        kept_now = _keep(store, claim, verdict.certificate)
        note = f"{kept_now} ({note})" if note else kept_now
    return Decided(verdict, note)


def _keep(store: Store, claim: Claim, certificate: Certificate) -> str:
    """Write a certificate and return a note that says so, or why not: the verdict stands either way."""
    try:
        return f"certificate kept in {store.save(claim.id, claim.statement().digest(), certificate).name}"
    except (OSError, ValueError) as error:
        return f"certificate could not be kept: {error}"
