"""The report as a table of text: plain, or coloured on a terminal where rich is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, TextIO

COLOURS = {
    "proved": "green",
    "certified": "green",
    "argued": "cyan",
    "supported": "cyan",
    "refuted": "magenta",
    "undecided": "yellow",
}


def clean(text: str) -> str:
    r"""Return text on one line without control characters: anyone's claims may hold escape sequences.

    >>> clean("a\x1b[2J b\nc")
    'a?[2J b c'
    """
    return "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))


def rows(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield mark, claim, evidence, seconds and remark of every claim."""
    for item in document["claims"]:
        verdict = item["verdict"]
        mark = "ok" if verdict["as_recorded"] else "DIFFERS"
        yield mark, clean(item["id"]), verdict["evidence"], f"{verdict['seconds']:.2f}", clean(remark(item))


def remark(item: dict[str, Any]) -> str:
    """Return in one line what matters most about a claim's outcome: what is wrong, or else the evidence."""
    verdict = item["verdict"]
    parts = []
    if verdict["evidence"] != verdict["expected"]:
        parts.append(f"on record: {verdict['expected']}")
    for control in verdict["controls"]:
        if not control["as_expected"]:
            wanted = "hold" if control["expect_holds"] else "be refuted"
            parts.append(f"control {control['says']!r} should {wanted}, is {control['outcome']}")
    parts += [verdict["reason"] or verdict["summary"], verdict["worst"], item["note"]]
    return "; ".join(filter(None, parts))


def closing(document: dict[str, Any]) -> str:
    """Return the last line: counts, and whether all is as on record."""
    counts = document["summary"]
    kinds = ", ".join(
        f"{number} {kind}" for kind, number in sorted(counts["evidence"].items(), key=lambda pair: -pair[1])
    )
    broken = f"; {counts['broken']} broken" if counts["broken"] else ""
    chance = f"; {error_line(document)}" if document["error_probability"] else ""
    return (
        f"{counts['claims']} claims ({kinds or 'none'}), {counts['as_recorded']} as on record; "
        f"{counts['controls_as_expected']} of {counts['controls']} controls as expected{broken}{chance}; "
        f"{document['seconds']:.1f} s"
    )


def error_line(document: dict[str, Any]) -> str:
    """Return what was declared about errors by chance against the budget, "" if no claim was sampled."""
    chance, budget = document["error_probability"], document["error_budget"]
    if not chance:
        return ""
    kept = "" if document["within_budget"] else ", WHICH IT EXCEEDS: the claims must declare smaller shares"
    return f"probability of an error by chance {chance:.2g} of a budget of {budget:.2g}{kept}"


def render(document: dict[str, Any], *, width: int = 110) -> str:
    """Return the table as plain text.

    Parameters
    ----------
    document
        As `theory.engine.report.json_report.document` returns it.
    width
        Of a line; remarks about verdicts that are as on record are cut to it, those that differ never.
    """
    table = list(rows(document))
    widths = [max((len(row[column]) for row in table), default=0) for column in range(4)]
    lines = []
    for row in table:
        cells = [cell.ljust(size) for cell, size in zip(row[:3], widths, strict=False)]
        line = "  ".join([*cells, f"{row[3]:>{widths[3]}} s", row[4]])
        lines.append(line if row[0] != "ok" or len(line) <= width else line[: width - 3] + "...")
    lines += broken_lines(document)
    return "\n".join([*lines, "", closing(document)]) + "\n"


def broken_lines(document: dict[str, Any]) -> list[str]:
    """Return one line for each thing that could not be used."""
    return [f"BROKEN  {clean(item['entry'])}: {clean(item['reason'])}" for item in document["broken"]]


def print_table(document: dict[str, Any], stream: TextIO) -> None:
    """Write the table to a stream, in colour if it is a terminal and rich is installed."""
    width = shutil.get_terminal_size((110, 24)).columns
    if stream.isatty() and find_spec("rich"):
        _print_rich(document, stream, width)
    else:
        stream.write(render(document, width=width))


def _print_rich(document: dict[str, Any], stream: TextIO, width: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("", "claim", "verdict", "s", "remark"):
        table.add_column(heading, justify="right" if heading == "s" else "left", overflow="fold")
    for mark, claim, evidence, seconds, text in rows(document):
        styled = Text(mark, "bold red" if mark != "ok" else "dim")
        table.add_row(styled, Text(claim), Text(evidence, COLOURS.get(evidence, "")), Text(seconds, "dim"), Text(text))
    console = Console(file=stream, width=width, highlight=False)
    console.print(table)
    for line in broken_lines(document):
        console.print(Text(line, "bold red"))
    console.print(Text(closing(document), "bold" if document["ok"] else "bold red"))
