"""What was found when an implementation was held against a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AGREES, DIFFERS, LIMITED, SKIPPED = "agrees", "differs", "limited", "skipped"
EXIT = {"conforms": 0, "differs": 1, "skipped": 3}


@dataclass(frozen=True)
class Finding:
    """One check: it ``"agrees"``, ``"differs"``, is ``"limited"`` (right on part of the range) or was ``"skipped"``."""

    check: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Conformance:
    """All findings about one implementation.

    Attributes
    ----------
    implementation, reference
        Name of the callable, id of the loss.
    setting
        Library, reduction, encodings and parameters in use.
    findings
        One a check.
    diagnosis
        Known mis-implementations and simple transformations that the numbers match.
    inherited
        Claims about the reference and the verdict on record of each.
    """

    implementation: str
    reference: str
    setting: Mapping[str, str]
    findings: Sequence[Finding]
    diagnosis: Sequence[str] = ()
    inherited: Sequence[tuple[str, str]] = ()

    @property
    def outcome(self) -> str:
        """``"conforms"``, ``"differs"``, or ``"skipped"`` where nothing could be compared; never a pass by absence."""
        kinds = [finding.outcome for finding in self.findings]
        if DIFFERS in kinds:
            return "differs"
        compared = [finding for finding in self.findings if finding.check == "value" and finding.outcome == AGREES]
        return "conforms" if compared else "skipped"

    @property
    def exit_status(self) -> int:
        """0 conforms, 1 differs, 3 skipped."""
        return EXIT[self.outcome]

    def text(self) -> str:
        """Return the table that the command line prints."""
        setting = ", ".join(f"{name} {value}" for name, value in self.setting.items())
        width = max((len(finding.check) for finding in self.findings), default=0)
        lines = [f"{self.implementation} held against {self.reference}", f"  ({setting})" if setting else ""]
        lines += [f"  {finding.check:<{width}}  {finding.outcome:<7}  {finding.detail}" for finding in self.findings]
        lines += [f"  the numbers match: {item}" for item in self.diagnosis]
        lines += [self.outcome + (f"; on record for this loss: {self._inheritance()}" if self._inherits() else "")]
        return "\n".join(line for line in lines if line)

    def _inherits(self) -> bool:
        return self.outcome == "conforms" and bool(self.inherited)

    def _inheritance(self) -> str:
        counts: dict[str, int] = {}
        for _, evidence in self.inherited:
            counts[evidence] = counts.get(evidence, 0) + 1
        known = ", ".join(f"{count} {evidence}" for evidence, count in sorted(counts.items()))
        return f"{len(self.inherited)} claims ({known})"

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON data."""
        return {
            "schema": "lossproof.conform/1",
            "implementation": self.implementation,
            "reference": self.reference,
            "setting": dict(self.setting),
            "outcome": self.outcome,
            "findings": [{"check": f.check, "outcome": f.outcome, "detail": f.detail} for f in self.findings],
            "diagnosis": list(self.diagnosis),
            "claims": [{"id": name, "on_record": evidence} for name, evidence in self.inherited],
        }

    def _repr_html_(self) -> str:
        import html

        rows = "".join(
            f"<tr><td>{html.escape(f.check)}</td><td>{f.outcome}</td><td>{html.escape(f.detail)}</td></tr>"
            for f in self.findings
        )
        title = f"{self.implementation} held against {self.reference}: {self.outcome}"
        return f"<table><caption>{html.escape(title)}</caption>{rows}</table>"
