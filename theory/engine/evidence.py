"""How strongly a claim is decided, and what a prover hands back: certificate, witness, or the reason for neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class Evidence(StrEnum):
    """What stands behind a verdict.

    ``proved``
        a chain of rule steps, stored as data and replayed, exact and for the whole scope.
    ``certified``
        a rigorous enclosure over the whole box, an exact rational certificate, or an exact enumeration.
    ``argued``
        every step machine-checked, the glue between them is prose.
    ``supported``
        a sequential test with a declared error probability.
    ``refuted``
        an explicit witness, checked exactly or rigorously; or, where the witness carries an error probability, the
        rejection by a sequential test at that error, which is reported as such.
    ``undecided``
        neither; the verdict says why.
    """

    PROVED = "proved"
    CERTIFIED = "certified"
    ARGUED = "argued"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDECIDED = "undecided"

    @property
    def holds(self) -> bool:
        """Whether the statement is held to be true (to the degree the name says)."""
        return self in _STRENGTH

    @staticmethod
    def weakest(*kinds: Evidence) -> Evidence:
        """Return the weakest of several: a claim that uses another is no stronger than it.

        A refuted or undecided premise leaves the conclusion undecided.

        >>> Evidence.weakest(Evidence.PROVED, Evidence.CERTIFIED).value
        'certified'
        """
        if any(not kind.holds for kind in kinds):
            return Evidence.UNDECIDED
        return max(kinds, key=_STRENGTH.index)


_STRENGTH = (Evidence.PROVED, Evidence.CERTIFIED, Evidence.ARGUED, Evidence.SUPPORTED)  # strongest first


@dataclass(frozen=True)
class Certificate:
    """Why a statement holds, as plain data that can be checked again without finding it again.

    Parameters
    ----------
    kind
        The checker's name for the format: ``"boxes"``, ``"proof"``, ``"linear"``, ``"semidefinite"``, ``"finite"``, ...
    data
        JSON-serialisable content.
    summary
        One line for people, such as ``"172 cells, 53 bits"``.
    uses
        Ids of other claims that the certificate rests on.
    """

    kind: str
    data: dict[str, Any]
    summary: str = ""
    uses: tuple[str, ...] = ()

    def size(self) -> int:
        """Length in bytes of the canonical JSON text."""
        return len(json.dumps(self.data, separators=(",", ":")))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "data": self.data, "summary": self.summary, "uses": list(self.uses)}

    def _repr_html_(self) -> str:
        from theory.engine.shown import table

        rows = [("summary", self.summary), ("bytes", self.size()), ("rests on", ", ".join(self.uses))]
        return table([row for row in rows if row[1]], caption=f"certificate of kind {self.kind}")

    @staticmethod
    def from_json(raw: dict[str, Any]) -> Certificate:
        return Certificate(raw["kind"], raw["data"], raw.get("summary", ""), tuple(raw.get("uses", ())))


@dataclass(frozen=True)
class Witness:
    """A counterexample as plain data, checked exactly or in ball arithmetic, or a rejection by a sequential test.

    Parameters
    ----------
    kind
        The checker's name for the format, as in `Certificate`.
    data
        JSON-serialisable content, such as ``{"point": {"beta": "1/2"}}``.
    summary
        One line for people: the point and by how much the statement fails there.
    error_probability
        Probability that the statement holds nevertheless and was rejected by chance; 0 for a counterexample.
    """

    kind: str
    data: dict[str, Any]
    summary: str = ""
    error_probability: float = 0.0

    def _repr_html_(self) -> str:
        from theory.engine.shown import table

        chance = [("error probability", self.error_probability)] if self.error_probability else []
        return table([("summary", self.summary), *chance], caption=f"witness of kind {self.kind}")

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "data": self.data,
            "summary": self.summary,
            "error_probability": self.error_probability,
        }


@dataclass(frozen=True)
class Undecided:
    """Why a prover gave up: the reason, and the worst cell or step, which usually shows the cause at once."""

    reason: str
    worst: str = ""


def _silent(step: str) -> None:
    """Swallow a step's name: the default listener."""


@dataclass(frozen=True)
class Budget:
    """What a prover may spend.

    Parameters
    ----------
    seconds
        A hint; the limit itself is kept by killing the worker process, never by signals.
    cells
        Most boxes a subdivision may look at.
    step
        Called with the name of each step as it begins, so that a killed claim can say where it hung.
    """

    seconds: float = 60.0
    cells: int = 20_000
    step: Callable[[str], None] = field(default=_silent, repr=False, compare=False)


@runtime_checkable
class Prover(Protocol):
    """A method of deciding: three calls, and the evidence that its success amounts to.

    A method that may err by chance has the attribute ``error_probability`` too: the probability of a wrong verdict on
    one statement, declared before it samples. See `error_probability`.
    """

    @property
    def evidence(self) -> Evidence:
        """What a certificate of this method amounts to."""

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Look, cheaply, for a counterexample. A proof that fails refutes nothing; this does."""

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Search for a certificate that the statement holds."""

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Check a certificate against the statement; raise `theory.engine.checker.Rejected` if it does not show it."""


def error_probability(method: Prover) -> float:
    """Return with what probability a method errs by chance on a statement: 0 unless it declares one.

    Raises
    ------
    ValueError
        If what it declares is not a probability, or it gives the evidence ``supported`` and declares none.
    """
    declared = float(getattr(method, "error_probability", 0.0))
    if not 0.0 <= declared <= 1.0:
        raise ValueError(f"the method declares the error probability {declared}")
    if declared == 0.0 and method.evidence is Evidence.SUPPORTED:
        raise ValueError("a method that supports statements by chance declares its error probability, this one none")
    return declared
