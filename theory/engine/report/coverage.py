"""Which papers are decided: every paper on file that has a ring, with its verdicts or without any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from theory.engine.papers import papers
from theory.engine.report.elements import badge, fragment, heads, text

RINGS = {1: "decided first", 2: "decided next", 3: "decided last"}


def planned() -> list[dict[str, Any]]:
    """Return the papers that are to be decided as plain data, inner rings first; background is left out."""
    found = [
        {"key": paper.key, "title": paper.title, "cite": paper.cite(), "ring": paper.ring}
        for paper in papers().values()
        if paper.ring
    ]
    return sorted(found, key=lambda paper: paper["ring"])


def topics(claims: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return paper -> topic: the package below the top one that most of its claims stand in.

    >>> topics([{"paper": "one", "module": "theory.online.sea.claims_sea"}, {"paper": "two", "module": "mine"}])
    {'one': 'online', 'two': 'mine'}
    """
    packages: dict[str, Counter[str]] = {}
    for item in claims:
        parts = item["module"].split(".")
        packages.setdefault(item["paper"], Counter())[parts[1] if len(parts) > 2 else parts[0]] += 1
    return {paper: count.most_common(1)[0][0] for paper, count in packages.items()}


def covered(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many of the papers that are to be decided have a claim in a document, and how many there are."""
    decided = {item["paper"] for item in document["claims"]}
    wanted = [paper["key"] for paper in document.get("coverage", ())]
    return sum(key in decided for key in wanted), len(wanted)


def section(document: Mapping[str, Any], kinds: Sequence[str]) -> str:
    """Return the tables of papers, one a ring; "" for a run of some claims only, which says nothing about the others.

    Parameters
    ----------
    document
        As `theory.engine.report.json_report.document` returns it.
    kinds
        The verdicts in the order in which they are counted.
    """
    wanted = document.get("coverage", ())
    if not wanted:
        return ""
    count: dict[str, Counter[str]] = {}
    for item in document["claims"]:
        count.setdefault(item["paper"], Counter())[item["verdict"]["evidence"]] += 1
    rings = "".join(
        _ring(ring, list(found), count, kinds) for ring, found in groupby(wanted, key=lambda paper: paper["ring"])
    )
    return (
        '<section id="coverage"><h2>Coverage</h2><p class="small">Every paper that is to be decided. '
        "One with claims on record need not be decided whole.</p>" + rings + "</section>"
    )


def _ring(ring: int, found: list[dict[str, Any]], count: Mapping[str, Counter[str]], kinds: Sequence[str]) -> str:
    decided = sum(paper["key"] in count for paper in found)
    title = f"Ring {ring}, {RINGS.get(ring, 'later')}: {decided} of {len(found)} papers have claims"
    rows = "".join(f"<tr><td>{_title(paper, count)}</td><td>{_tally(paper, count, kinds)}</td></tr>" for paper in found)
    return (
        f'<h3>{title}</h3><div class="scroll"><table class="coverage">'
        f"<thead><tr>{heads('Paper', 'Verdicts')}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _title(paper: Mapping[str, Any], count: Mapping[str, Counter[str]]) -> str:
    title = text(paper["title"])
    return f'<a href="#{fragment("paper", paper["key"])}">{title}</a>' if paper["key"] in count else title


def _tally(paper: Mapping[str, Any], count: Mapping[str, Counter[str]], kinds: Sequence[str]) -> str:
    found = count.get(paper["key"], Counter())
    parts = [badge(kind, f"{found[kind]} {kind}") for kind in kinds if found[kind]]
    return " ".join(parts) or '<span class="none">no claims yet</span>'
