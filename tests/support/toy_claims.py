"""Claims about small integers and a method that decides them: enough to exercise all but the provers."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from theory.engine.checker import Rejected
from theory.engine.claim import Claim, claim
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.statements.base import Statement


@dataclass(frozen=True)
class AtMost(Statement):
    """``value <= bound`` for one integer."""

    value: int
    bound: int
    kind: ClassVar[str] = "at_most"

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "value": self.value, "bound": self.bound}

    def latex(self) -> str:
        return rf"{self.value} \le {self.bound}"

    def scope(self) -> str:
        return f"the number {self.value}"


class Compare:
    """Decide `AtMost` by comparing; ``misbehave`` is called with the name of the call first."""

    def __init__(self, evidence: str = "certified", misbehave=None, uses: tuple[str, ...] = ()) -> None:
        self.evidence = Evidence(evidence)
        self._misbehave = misbehave or (lambda call, budget: None)
        self._uses = uses

    def refute(self, statement: AtMost, budget: Budget) -> Witness | None:
        self._misbehave("refute", budget)
        if statement.value <= statement.bound:
            return None
        return Witness("excess", {"by": statement.value - statement.bound}, f"{statement.value} > {statement.bound}")

    def decide(self, statement: AtMost, budget: Budget) -> Certificate | Undecided:
        self._misbehave("decide", budget)
        return Certificate("slack", {"slack": statement.bound - statement.value}, "one comparison", self._uses)

    def recheck(self, statement: AtMost, certificate: Certificate, budget: Budget) -> None:
        if certificate.data["slack"] != statement.bound - statement.value:
            raise Rejected("the slack is wrong")


def make(name: str, *, value: int = 1, bound: int = 2, method=None, paper: str = "toy", **record: Any) -> Claim:
    """Return a claim ``<paper>.<name>``; ``record`` goes to `theory.engine.claim.claim`."""

    def build(value: int = value, bound: int = bound):
        return AtMost(value, bound), method or Compare()

    build.__name__ = name
    return claim(paper=paper, **{"expected": "certified", "where": "Lemma 1", "says": r"v \le b"} | record)(build)


def hang(call: str, budget: Budget) -> None:
    if call == "decide":
        budget.step("count sheep")
        time.sleep(600)


def vanish(call: str, budget: Budget) -> None:
    budget.step("leave")
    os._exit(7)


def exhaust(call: str, budget: Budget) -> None:
    raise MemoryError("no room")


def leave(call: str, budget: Budget) -> None:
    raise SystemExit(3)


class Boast(Compare):
    """Hand back a certificate that is not plain data."""

    def decide(self, statement: AtMost, budget: Budget) -> Certificate:
        return Certificate("slack", {"slack": statement.bound - statement.value, "by": object()})


holds = make("holds")
holds.false_if("the bound were 0", bound=0)
fails = make("fails", value=3, expected="refuted")
fails.true_if("the bound were 5", bound=5)
