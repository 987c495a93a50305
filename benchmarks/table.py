"""All rows of a run as one table, with the machine named: as Markdown and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.rows import Row
from experiments.machine import in_words

__all__ = ["Table"]

RATIO = (
    "ratio: time of the alternative over ours, in the same run. ~: scaled up from a share of the work. (y): a"
    " yardstick, which does other work, see its note; its ratio is no speed-up."
)

HEAD = ("benchmark", "measured", "sizes", "ours", "theirs", "ratio", "against", "note")


@dataclass(frozen=True)
class Table:
    """What one run of benchmarks has found.

    Attributes
    ----------
    rows : tuple of (str, Row)
        With the name of the benchmark.
    failed : dict
        Benchmark -> why it gave no rows.
    machine : dict
        As `experiments.machine.describe` returns it.
    smoke : bool
        Whether sizes were too small for the numbers to mean anything.
    """

    rows: tuple[tuple[str, Row], ...]
    failed: dict[str, str]
    machine: dict[str, Any]
    smoke: bool = False

    def markdown(self) -> str:
        """Return the table with a caption."""
        cells = [HEAD, *(_cells(name, row) for name, row in self.rows)]
        widths = [max(len(row[j]) for row in cells) for j in range(len(HEAD))]
        numbers = {"ours", "theirs", "ratio"}
        lines = [
            " | ".join(_pad(x, w, h in numbers) for x, w, h in zip(row, widths, HEAD, strict=True)) for row in cells
        ]
        rule = " | ".join("-" * (w - 1) + ":" if h in numbers else "-" * w for w, h in zip(widths, HEAD, strict=True))
        body = [f"| {line} |" for line in (lines[0], rule, *lines[1:])]
        caption = [in_words(self.machine), "", RATIO]
        if self.smoke:
            caption.append("SMOKE: sizes are too small for these numbers to mean anything.")
        missing = [f"{name} was not run: {reason}" for name, reason in self.failed.items()]
        return "\n".join([*body, "", *caption, *missing]) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain data."""
        rows = [{"benchmark": name} | row.to_json() for name, row in self.rows]
        return {"machine": self.machine, "smoke": self.smoke, "rows": rows, "failed": self.failed}


def _cells(name: str, row: Row) -> tuple[str, ...]:
    found = (name, row.name, row.sizes, *row.shown(), row.against, row.note)
    return tuple(text.replace("|", "\\|") for text in found)


def _pad(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)
