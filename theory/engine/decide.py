"""Decide one claim: by its kept certificate, else refuter first, then the method; then the controls."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from theory.engine.checker import Rejected
from theory.engine.claim import Claim, Control
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided, Witness, error_probability
from theory.engine.verdict import ControlResult, Verdict


def decide(claim: Claim, *, budget: Budget | None = None, kept: Mapping[str, Certificate] | None = None) -> Verdict:
    """Decide a claim and its controls in this process.

    Parameters
    ----------
    claim
        What to decide.
    budget
        What may be spent; the claim's own limit is kept by whoever runs this in a worker.
    kept
        Certificates on file, by digest of the statement. One that fits is re-checked instead of searched for again;
        one that is rejected leaves the claim undecided, it is never silently replaced.

    Returns
    -------
    Verdict
        Exceptions of the claim's own code do not escape: they leave it undecided, with the reason.
    """
    budget = budget or Budget(seconds=claim.limit)
    start = time.perf_counter()
    try:
        verdict = _decide_statement(claim, budget, kept or {})
    except Exception as error:  # a broken claim is reported and stops nothing else
        verdict = Verdict(claim.id, Evidence.UNDECIDED, claim.expected, reason=_name(error))
    controls = tuple(_decide_control(claim, control, budget) for control in claim.controls)
    return replace(verdict, controls=controls, seconds=time.perf_counter() - start)


def _decide_statement(claim: Claim, budget: Budget, kept: Mapping[str, Certificate]) -> Verdict:
    budget.step("build the statement")
    statement, method = claim.build()
    verdict = Verdict(
        claim.id,
        Evidence.UNDECIDED,
        claim.expected,
        scope=statement.scope(),
        latex=statement.latex(),
        uses=claim.uses,
        statement_error=error_probability(method),
    )
    found = kept.get(statement.digest())
    if found is None:
        budget.step("look for a counterexample")
        witness = method.refute(statement, budget)
        if witness is not None:
            _check_chance(method, witness)
            uses = tuple(dict.fromkeys((*claim.uses, *witness.data.get("uses", ()))))
            return replace(verdict, evidence=Evidence.REFUTED, witness=witness, summary=witness.summary, uses=uses)
        budget.step("search for a certificate")
        result = method.decide(statement, budget)
        if isinstance(result, Undecided):
            return replace(verdict, reason=result.reason, worst=result.worst)
        certificate = result
    else:
        certificate = found
    budget.step("check the certificate")
    try:
        method.recheck(statement, certificate, budget)
    except Rejected as error:
        return replace(
            verdict,
            reason=f"certificate rejected: {error}",
            certificate=certificate,
            from_store=found is not None,
        )
    uses = tuple(dict.fromkeys((*claim.uses, *certificate.uses)))
    return replace(
        verdict,
        evidence=method.evidence,
        certificate=certificate,
        summary=certificate.summary,
        uses=uses,
        from_store=found is not None,
    )


def _decide_control(claim: Claim, control: Control, budget: Budget) -> ControlResult:
    budget.step(f"control: {control.says}")
    chance = 0.0
    try:
        statement, method = claim.build(**control.arguments)
        chance = error_probability(method)
        outcome, summary = _outcome(statement, method, control, budget)
    except Exception as error:  # a control that cannot be built or checked is a control that failed
        outcome, summary = "undecided", _name(error)
    return ControlResult(control.says, control.expect_holds, outcome, summary, chance)


def _outcome(statement: Any, method: Prover, control: Control, budget: Budget) -> tuple[str, str]:
    witness = method.refute(statement, budget)
    if witness is not None:
        _check_chance(method, witness)
        return "refuted", witness.summary
    if not control.expect_holds:
        return "undecided", "no counterexample was found"
    result = method.decide(statement, budget)
    if isinstance(result, Undecided):
        return "undecided", result.reason
    method.recheck(statement, result, budget)
    return "holds", f"{method.evidence.value}: {result.summary}"


def _check_chance(method: Prover, witness: Witness) -> None:
    """Refuse a rejection that may be by chance more often than the method declares, which is what the run adds up."""
    declared = error_probability(method)
    if not 0.0 <= witness.error_probability <= declared:
        raise ValueError(
            f"the witness may be wrong with probability {witness.error_probability}, the method declares {declared}"
        )


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
