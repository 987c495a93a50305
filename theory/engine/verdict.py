"""What was decided about a claim and its controls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from theory.engine.evidence import Certificate, Evidence, Witness


@dataclass(frozen=True)
class ControlResult:
    """What became of one control: ``outcome`` is ``"refuted"``, ``"holds"`` or ``"undecided"``.

    ``error_probability`` is that of its method: 0 unless it samples.
    """

    says: str
    expect_holds: bool
    outcome: str
    summary: str = ""
    error_probability: float = 0.0

    @property
    def as_expected(self) -> bool:
        """A false neighbour must be refuted, a true one must be decided; undecided is neither."""
        return self.outcome == ("holds" if self.expect_holds else "refuted")

    def to_json(self) -> dict[str, Any]:
        return {
            "says": self.says,
            "expect_holds": self.expect_holds,
            "outcome": self.outcome,
            "as_expected": self.as_expected,
            "summary": self.summary,
            "error_probability": self.error_probability,
        }


@dataclass(frozen=True)
class Verdict:
    """The outcome for one claim.

    Attributes
    ----------
    claim, evidence, expected
        Id, what was found, what is on record.
    scope, latex
        Read off the statement object; empty if it could not be built.
    summary
        One line: the certificate's or the witness's.
    reason, worst
        Why a claim stayed undecided, and at which cell or step.
    certificate, witness
        The evidence itself.
    uses
        Ids of the claims that it rests on.
    controls
        One result for each control.
    seconds
        Time spent, controls included.
    from_store
        Whether a kept certificate was re-checked instead of found again.
    statement_error
        Probability that the verdict on the statement itself is wrong by chance: 0 unless its method samples.
    """

    claim: str
    evidence: Evidence
    expected: Evidence
    scope: str = ""
    latex: str = ""
    summary: str = ""
    reason: str = ""
    worst: str = ""
    certificate: Certificate | None = None
    witness: Witness | None = None
    uses: tuple[str, ...] = ()
    controls: tuple[ControlResult, ...] = ()
    seconds: float = 0.0
    from_store: bool = False
    statement_error: float = 0.0

    @property
    def error_probability(self) -> float:
        """Declared probability that the verdict or the outcome of a control is wrong by chance."""
        return math.fsum((self.statement_error, *(control.error_probability for control in self.controls)))

    @property
    def as_recorded(self) -> bool:
        """Whether the verdict is the one on record and every control came out as it must."""
        return self.evidence == self.expected and all(control.as_expected for control in self.controls)

    def __repr__(self) -> str:
        record = "as on record" if self.as_recorded else f"NOT as on record: {self.expected.value}"
        why = f"; {' '.join(self.reason.split())}" if self.reason else ""
        return f"<{self.claim}: {self.evidence.value}, {record}{why}>"

    def _repr_html_(self) -> str:
        from theory.engine.report.mathml import formula
        from theory.engine.shown import Html, table

        rows = [
            ("statement", Html(formula(self.latex))),
            ("scope", self.scope),
            ("evidence", self.summary),
            ("undecided because", self.reason),
            ("worst", self.worst),
            ("rests on", ", ".join(self.uses)),
            ("error probability", f"{self.error_probability:.3g}" if self.error_probability else ""),
            *((f"control: {control.says}", f"{control.outcome}: {control.summary}") for control in self.controls),
            ("as on record", "yes" if self.as_recorded else f"no, expected: {self.expected.value}"),
        ]
        return table([row for row in rows if row[1]], caption=f"{self.claim}: {self.evidence.value}")

    def _repr_latex_(self) -> str | None:
        return rf"$\displaystyle {self.latex}$" if self.latex else None

    def to_json(self) -> dict[str, Any]:
        return {
            "claim": self.claim,
            "evidence": self.evidence.value,
            "expected": self.expected.value,
            "as_recorded": self.as_recorded,
            "scope": self.scope,
            "latex": self.latex,
            "summary": self.summary,
            "reason": self.reason,
            "worst": self.worst,
            "certificate": None if self.certificate is None else self.certificate.to_json(),
            "witness": None if self.witness is None else self.witness.to_json(),
            "uses": list(self.uses),
            "controls": [control.to_json() for control in self.controls],
            "seconds": round(self.seconds, 4),
            "from_store": self.from_store,
            "error_probability": self.error_probability,
        }
