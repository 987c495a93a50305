"""How far a sweep is, as a bar with the time left on a terminal."""

from __future__ import annotations

import shutil
import time
from types import TracebackType
from typing import Self, TextIO

from experiments.sweep import Progress

__all__ = ["SweepBar", "describe"]

BAR_SECONDS = 0.1  # between two drawings
_BAR = 24


class SweepBar:
    """A listener for `experiments.sweep.run_sweep` that draws on a terminal, and is silent elsewhere.

    Parameters
    ----------
    stream
        Where to draw.
    quiet
        Draw nothing.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._shows = not quiet and stream.isatty()
        self._start = time.monotonic()
        self._last = self._start - BAR_SECONDS
        self._drawn = False

    @property
    def shows(self) -> bool:
        """Whether anything is ever drawn."""
        return self._shows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            self._write("\r\x1b[K")

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._shows and now - self._last >= BAR_SECONDS:
            self._last = now
            columns = shutil.get_terminal_size().columns - 1
            self._write("\r\x1b[K" + describe(progress, now - self._start)[:columns])
            self._drawn = True

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def describe(progress: Progress, seconds: float) -> str:
    """Return the line for a sweep that has run for some seconds; cells that were skipped took no time.

    Examples
    --------
    >>> describe(Progress(computed=10, skipped=20, failed=0, total=60, key="", in_flight=1), 20.0)
    '[############............] 30/60 cells, about 60 s left'
    """
    from theory.engine.report.progress import time_left

    new = progress.computed + progress.failed
    done = new + progress.skipped
    full = _BAR * done // max(progress.total, 1)
    left = time_left(new, progress.total - progress.skipped, seconds)
    failed = f", {progress.failed} failed" if progress.failed else ""
    return f"[{'#' * full}{'.' * (_BAR - full)}] {done}/{progress.total} cells{failed}, {left}"
