"""Symbolic attempts with a time limit: each is made in a child process that is killed when it is late."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import theory
from theory.engine.terms import Term

LIMIT = 6.0  # seconds an attempt may take, the start of the child (about one second) not counted
_START_LIMIT = 60.0


class Symbolic:
    """A lazily started child process that answers symbolic questions.

    Attributes
    ----------
    notes
        What was asked and not answered, and why: late or unclear.

    Examples
    --------
    >>> with Symbolic() as symbolic:
    ...     symbolic.ask("symmetric", ["tanh", "u"])
    {'constant': True, 'even': False}
    """

    def __init__(self, *, limit: float = LIMIT) -> None:
        self.limit = limit
        self.notes: list[str] = []
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    @staticmethod
    @contextmanager
    def shared(other: Symbolic | None) -> Iterator[Symbolic]:
        """Use another's child process, or one of its own that ends with the block."""
        if other is not None:
            yield other
            return
        with Symbolic() as own:
            yield own

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, task: str, term: Term, **arguments: Any) -> dict[str, Any] | None:
        """Return the answer to one task of `theory.classification.analysis.worker`, or None if there is none."""
        child = self._started()
        if not self._send(child, {"task": task, "term": term, "arguments": arguments}):
            self._drop(task, "the child process ended")
            return None
        try:
            line = self._answers.get(timeout=self.limit)
        except queue.Empty:
            self._drop(task, f"no answer within {self.limit:g} s")
            return None
        if not line:
            self._drop(task, "the child process ended")
            return None
        answer: dict[str, Any] = json.loads(line)
        if "unclear" in answer:
            self.notes.append(f"{task.replace('_', ' ')}: {answer['unclear']}")
            return None
        return answer

    def close(self) -> None:
        """End the child process."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()
            self._child = None

    def _drop(self, task: str, why: str) -> None:
        """Note why there is no answer and end the child, which may still be busy."""
        self.notes.append(f"{task.replace('_', ' ')}: {why}")
        self.close()

    def _send(self, child: subprocess.Popen[str], request: dict[str, Any]) -> bool:
        if child.stdin is None:
            return False
        try:
            child.stdin.write(json.dumps(request) + "\n")
            child.stdin.flush()
        except OSError:
            return False
        return True

    def _started(self) -> subprocess.Popen[str]:
        if self._child is None:
            root = str(Path(theory.__path__[0]).parent)
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._child = subprocess.Popen(
                [sys.executable, "-m", "theory.classification.analysis.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            self._answers = queue.Queue()
            threading.Thread(target=_read, args=(self._child, self._answers), daemon=True).start()
            self._send(self._child, {"task": "symmetric", "term": 0})  # so that the limit does not pay for the start
            try:
                self._answers.get(timeout=_START_LIMIT)
            except queue.Empty:
                self.notes.append("the child process did not start")
        return self._child


def _read(child: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    """Pass lines on until the child ends; an empty line says that it did."""
    try:
        for line in child.stdout or ():
            answers.put(line)
    except ValueError:  # the pipe was closed under us
        pass
    answers.put("")
