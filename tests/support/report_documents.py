"""Reports to render: an ordinary one, and one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toy_claims import AtMost, make

from theory.engine.claim import Claim
from theory.engine.discovery import Broken
from theory.engine.evidence import Certificate, Evidence, Witness
from theory.engine.report.json_report import document
from theory.engine.verdict import ControlResult, Verdict
from theory.engine.verify import Entry, Report

HOSTILE = "</script><script>alert(1)</script>\"'&<b>\x1b[2J\0\ud800\uffff $closing {x} %s"


def entry(claim: Claim, evidence: str, **fields: Any) -> Entry:
    statement = AtMost(1, 2)
    verdict = Verdict(claim.id, Evidence(evidence), claim.expected, statement.scope(), statement.latex(), **fields)
    return Entry(claim, "toy_claims", verdict)


def ordinary() -> dict[str, Any]:
    """One claim that is refuted as on record, the one that corrects it, and nothing wrong."""
    printed = make("printed", expected="refuted", form="as usually quoted")
    corrected = make("corrected", corrects="toy.printed")
    control = ControlResult("the bound were 0", expect_holds=False, outcome="refuted", summary="1 > 0")
    certificate = Certificate("slack", {"slack": 1}, "one comparison")
    witness = Witness("excess", {"by": 1}, "3 > 2")
    entries = (
        entry(printed, "refuted", witness=witness, summary=witness.summary),
        entry(
            corrected,
            "certified",
            certificate=certificate,
            summary="one comparison",
            controls=(control,),
            seconds=0.25,
        ),
    )
    return document(Report(entries, (), (), 1.5))


def differing() -> dict[str, Any]:
    """A verdict that differs, a control that came out wrong, and a broken module."""
    undecided = entry(make("open"), "undecided", reason="time limit of 5 s reached", worst="in step: count sheep")
    control = ControlResult("one were enough", expect_holds=False, outcome="undecided", summary="no counterexample")
    uncontrolled = entry(make("loose"), "certified", controls=(control,))
    return document(Report((undecided, uncontrolled), (Broken("demo", "cannot import demo: ImportError"),)))


def sampled(share: float = 2e-5) -> dict[str, Any]:
    """A claim rejected by sampling as on record, and one supported; ``share`` is each one's error probability."""
    rejected = make("rejected", expected="refuted", form="as usually quoted")
    witness = Witness("sampling", {"n": 10}, "rejected by sampling: n = 10", share)
    supported = make("supported", expected="supported")
    control = ControlResult("less", expect_holds=False, outcome="refuted", error_probability=share)
    entries = (
        entry(rejected, "refuted", witness=witness, summary=witness.summary, statement_error=share),
        entry(supported, "supported", controls=(control,), statement_error=share),
    )
    return document(Report(entries, ()))


def hostile() -> dict[str, Any]:
    """Every text that a claim's author or a prover gives is hostile."""
    claim = make("hostile", where=HOSTILE, says=HOSTILE, assumptions=(HOSTILE,), expected="refuted")
    claim.build.__doc__ = HOSTILE
    result = ControlResult(HOSTILE, expect_holds=True, outcome="undecided", summary=HOSTILE)
    texts: dict[str, Any] = dict.fromkeys(("summary", "reason", "worst"), HOSTILE)
    found = entry(
        claim,
        "refuted",
        witness=Witness(HOSTILE, {HOSTILE: HOSTILE}, HOSTILE),
        controls=(result,),
        uses=(HOSTILE,),
        **texts,
    )
    content = document(Report((found,), (Broken(HOSTILE, HOSTILE),), (HOSTILE,)))
    content["claims"][0] |= {"note": HOSTILE, "module": HOSTILE, "paper": HOSTILE, "corrects": HOSTILE, "form": HOSTILE}
    content["claims"][0]["verdict"] |= {"latex": HOSTILE, "scope": HOSTILE}
    return content


EVERY: tuple[Callable[[], dict[str, Any]], ...] = (ordinary, differing, sampled, hostile)
