"""What was found when an implementation was held against a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AGREES, DIFFERS, LIMITED, SKIPPED = "agrees", "differs", "limited", "skipped"
_SHOWN = 8  # claims in the table; JSON has all
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
        lines += [self.outcome, *self._inheritance()]
        return "\n".join(line for line in lines if line)

    def _inheritance(self) -> list[str]:
        """The first claims about the loss; refuted ones are warnings and stay."""
        if self.outcome != "conforms" or not self.inherited:
            return []
        shown = [f"  {evidence:<9}  {name}" for name, evidence in self.inherited[:_SHOWN]]
        more = len(self.inherited) - _SHOWN
        tail = [f"  and {more} more (--json lists them)"] if more > 0 else []
        return ["claims on record about this loss, each for the scope it states:", *shown, *tail]

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
        from theory.engine.shown import table

        title = f"{self.implementation} held against {self.reference}: {self.outcome}"
        rows = [(found.check, found.outcome, found.detail) for found in self.findings]
        return table([*rows, *(("the numbers match", "", item) for item in self.diagnosis)], caption=title)
