"""How far a run has come: a bar with the time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import shutil
import time
from types import TracebackType
from typing import Self, TextIO

from theory.engine.evidence import Evidence
from theory.engine.report.table import clean, remark
from theory.engine.verdict import Verdict
from theory.engine.verify import Progress

BAR_SECONDS = 0.1  # between two drawings of the bar
LINE_SECONDS = 10.0  # between two lines in a log
_BAR = 24


class ProgressLine:
    """A listener for `theory.engine.verify.verify` that writes to a stream.

    A verdict that differs from the one on record gets a line of its own at once, unless it is only stronger and rests
    on other claims: they may weaken it to what is on record.

    Parameters
    ----------
    stream
        Where to write.
    quiet
        Write nothing.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._bar = not quiet and stream.isatty()
        self._start = self._last = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._erase()

    def __call__(self, progress: Progress) -> None:
        if self._quiet:
            return
        verdict = progress.verdict
        if verdict is not None and not verdict.as_recorded and not _may_settle(verdict):
            self._erase()
            told = remark({"verdict": verdict.to_json(), "note": ""})
            self._write(clean(f"differs: {verdict.claim} is {verdict.evidence.value}: {told}") + "\n")
        now = time.monotonic()
        if now - self._last >= (BAR_SECONDS if self._bar else LINE_SECONDS):
            self._last = now
            self._draw(progress, now - self._start)

    def _draw(self, progress: Progress, spent: float) -> None:
        text = f"{progress.done}/{progress.total} decided, {time_left(progress.done, progress.total, spent)}"
        if not self._bar:
            self._write(text + "\n")
            return
        full = _BAR * progress.done // max(progress.total, 1)
        line = f"[{'#' * full}{'.' * (_BAR - full)}] {text}  {clean(progress.claim)}: {clean(progress.step)}"
        self._write("\r\x1b[K" + line[: shutil.get_terminal_size().columns - 1])
        self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _may_settle(verdict: Verdict) -> bool:
    """Whether the verdict is only stronger than on record as yet: what it rests on may still weaken it to that."""
    weakened = Evidence.weakest(verdict.evidence, verdict.expected) if verdict.expected.holds else verdict.evidence
    return bool(verdict.uses) and weakened == verdict.expected and all(c.as_expected for c in verdict.controls)


def time_left(done: int, total: int, spent: float) -> str:
    """Return how long the rest will take if it goes on like this, in words.

    >>> time_left(10, 40, 20.0), time_left(0, 3, 1.0)
    ('about 60 s left', 'time left unknown')
    """
    if not done:
        return "time left unknown"
    seconds = spent * (total - done) / done
    return f"about {seconds:.0f} s left" if seconds < 100 else f"about {seconds / 60:.0f} min left"
