"""The errata: statements that fail as stated, or hold but are not the best possible, with what corrects them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Erratum:
    """One statement, whether it fails, and the ids of the claims that correct or sharpen it."""

    item: Mapping[str, Any]
    fails: bool
    corrections: tuple[str, ...]

    @property
    def quoted(self) -> bool:
        """Whether somebody states it, in print or in code; else it is a natural reading that was put to the test."""
        return bool(self.item.get("form", "derived") != "derived")

    @property
    def finding(self) -> str:
        """In words: ``"fails"`` or ``"holds, not the best possible"``; what is only supported is not said to hold."""
        if self.fails:
            return "fails"
        verdict = self.item["expected"]
        return f"{'holds' if verdict in ('proved', 'certified') else verdict}, not the best possible"


def errata(claims: Sequence[Mapping[str, Any]]) -> list[Erratum]:
    """Return what others state before natural readings; in each the refuted first, then what a sharper claim corrects.

    Parameters
    ----------
    claims
        Descriptions of claims, as `theory.engine.report.json_report.describe` returns them.

    Examples
    --------
    >>> claims = [{"id": "a", "expected": "proved", "corrects": ""}, {"id": "b", "expected": "proved", "corrects": "a"}]
    >>> [(found.item["id"], found.finding, found.corrections) for found in errata(claims)]
    [('a', 'holds, not the best possible', ('b',))]
    """
    corrections: dict[str, tuple[str, ...]] = {}
    for item in claims:
        if item["corrects"]:
            corrections[item["corrects"]] = (*corrections.get(item["corrects"], ()), item["id"])
    found = [
        Erratum(item, item["expected"] == "refuted", corrections.get(item["id"], ()))
        for item in claims
        if item["expected"] == "refuted" or item["id"] in corrections
    ]
    return sorted(found, key=lambda erratum: (not erratum.quoted, not erratum.fails))
