"""What an analysis answers: one sentence a question, with the evidence behind it and the scope in words.

Evidence words: ``proved`` (an exact rule or identity for the whole scope; checked by SymPy or rational
arithmetic, not replayed as a claim's proof is), ``certified`` (rigorous interval arithmetic), ``argued``
(a proof on paper), ``estimated`` (floating point or a search), ``quoted`` (what a paper states), ``undecided``.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from theory.shown import Shown

SCHEMA = "lossproof.analysis/1"
EVIDENCE = ("proved", "certified", "argued", "estimated", "quoted", "undecided")


@dataclass(frozen=True)
class Answer(Shown):
    """One answer.

    Attributes
    ----------
    question
        A short name: "convex", "calibrated", "transform", ...
    answer
        The answer in words or as a formula.
    evidence
        One of `EVIDENCE`.
    scope
        For which values it is answered.
    reason
        Why, with the witness where the answer is no.
    data
        Numbers behind it, JSON-serialisable.
    claims
        Ids of the claims that decide it; its evidence is then the weakest of theirs.
    """

    question: str
    answer: str
    evidence: str
    scope: str = ""
    reason: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.evidence not in EVIDENCE:
            raise ValueError(f"evidence is {self.evidence!r}; allowed: {', '.join(EVIDENCE)}")

    def _shown_title(self) -> str:
        return f"{self.question}: {self.answer}"

    def _shown_rows(self) -> list[tuple[str, Any]]:
        shown = [("evidence", self.evidence), ("scope", self.scope), ("because", self.reason), ("claims", self.claims)]
        return [(name, value) for name, value in shown if value]

    def to_json(self) -> dict[str, Any]:
        names = ("question", "answer", "evidence", "scope", "reason", "data")
        return {name: getattr(self, name) for name in names} | {"claims": list(self.claims)}


@dataclass(frozen=True)
class TransformPoint:
    """Bounds on the transform at one t: ``low <= T(t) <= high``, infinite (null in JSON) where nothing is known."""

    t: Fraction
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        return {"t": str(self.t), "low": self.low, "high": self.high if math.isfinite(self.high) else None}


@dataclass(frozen=True)
class Analysis(Shown):
    """The answers about one loss; shows itself as text, HTML and LaTeX.

    Attributes
    ----------
    loss, latex
        The loss as text and LaTeX.
    answers
        In the order asked.
    grid
        Bounds on the transform at some t.
    notes
        Attempts that were dropped and why.
    """

    loss: str
    latex: str
    answers: tuple[Answer, ...]
    grid: tuple[TransformPoint, ...] = ()
    notes: tuple[str, ...] = ()

    kind: ClassVar[str] = "loss"

    def __getitem__(self, question: str) -> Answer:
        for answer in self.answers:
            if answer.question == question:
                return answer
        raise KeyError(f"no answer to {question!r}; there are {', '.join(a.question for a in self.answers)}")

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "loss": self.loss,
            "latex": self.latex,
            "answers": [answer.to_json() for answer in self.answers],
            "grid": [point.to_json() for point in self.grid],
            "notes": list(self.notes),
        }

    def table(self) -> tuple[tuple[str, ...], list[tuple[float, ...]]]:
        """Return the names of the grid's columns and its rows."""
        return ("t", "T(t) at least", "T(t) at most"), [(float(p.t), p.low, p.high) for p in self.grid]

    def text(self) -> str:
        """Return the answers as plain text."""
        width = max(len(answer.question) for answer in self.answers)
        lines = [f"{self.kind}: {self.loss}", ""]
        for answer in self.answers:
            lines.append(f"{answer.question:<{width}}  {answer.answer}   [{answer.evidence}]")
            indent = " " * (width + 2)
            lines += [f"{indent}{label}: {value}" for label, value in _details(answer)]
        if self.grid:
            names, rows = self.table()
            lines += ["", "".join(f"{name:>23}" for name in names)]
            lines += ["".join(f"{cell:23.15g}" for cell in row) for row in rows]
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in (a.question, a.answer, a.evidence, a.scope, a.reason))
            + "</tr>"
            for a in self.answers
        )
        head = "".join(f"<th>{name}</th>" for name in ("question", "answer", "evidence", "scope", "reason"))
        return (
            f"<div><p>{html.escape(self.kind)}: <code>{html.escape(self.loss)}</code></p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


def _details(answer: Answer) -> list[tuple[str, str]]:
    details = (("scope", answer.scope), ("because", answer.reason), ("claims", ", ".join(answer.claims)))
    return [(label, value) for label, value in details if value]
