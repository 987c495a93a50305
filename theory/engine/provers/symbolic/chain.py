"""The prover that runs a written proof: ``chain(proof)``, with a refuter of its own beside it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.engine.checker import Rejected, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.provers.symbolic.context import Context, Fact, Limit, StepFailed
from theory.engine.provers.symbolic.proof import Proof, replay
from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.forall import ForAll
from theory.engine.statements.limit import LimitOf

Sample = tuple[dict[str, Fraction], list[dict[str, Fraction]]]
_SAMPLES = 300
_SEED = 20230727  # fixed, so that verdicts repeat
_PRECISION = 256  # bits of the numbers that a witness shows
_TOLD = 160  # characters of a limit and what is claimed instead


@dataclass(frozen=True)
class chain:  # noqa: N801 - a method's name, read in sentences: "by chain(proof)"
    """Decide by a written proof.

    Parameters
    ----------
    proof
        Takes a `Proof` and returns the fact it ends in.
    sample
        For statements about every number of classes: draws exact values that meet the hypotheses, as
        ``({scalar: value}, [{per-class symbol: value}, ...])``; values that do not meet them are passed over.
    """

    proof: Callable[[Proof], Fact | Limit]
    sample: Callable[[random.Random], Sample] | None = None

    evidence = Evidence.PROVED

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Try random exact points (boxes), random rows (every n), or another limit (limits are unique)."""
        if isinstance(statement, ForAll):
            from theory.engine.provers.enclosure import boxes

            return boxes().refute(statement, budget)
        if isinstance(statement, ForEveryN):
            return self._refute_rows(statement)
        return self._refute_limit(statement, budget)

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        try:
            proof = Proof(statement, budget.step)
            result = self.proof(proof)
            _match(proof.context, statement, result)
        except StepFailed as error:
            return Undecided(f"the proof fails: {error}")
        steps = f"{len(proof.steps)} step{'s' * (len(proof.steps) != 1)}"
        return Certificate("proof", proof.data(result), f"{steps}, replayed", tuple(proof.uses))

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Replay the stored steps; they must end in the statement."""
        if certificate.kind != "proof":
            raise Rejected(f"a proof is needed, not {certificate.kind!r}")
        replayed = replay(statement, certificate.data)
        hidden = replayed.uses - set(certificate.uses)
        if hidden:
            raise Rejected(f"the proof applies {', '.join(sorted(hidden))}, which the certificate does not name")
        try:
            _match(replayed.context, statement, replayed.result)
        except StepFailed as error:
            raise Rejected(str(error)) from None

    def _refute_rows(self, statement: ForEveryN) -> Witness | None:
        if self.sample is None:
            raise ValueError(
                "a statement about every number of classes needs a sampler to be refutable: chain(proof, sample=...)"
            )
        rng, raw, met = random.Random(_SEED), statement.to_json(), 0
        for _ in range(_SAMPLES):
            point, rows = self.sample(rng)
            data: dict[str, Any] = {
                "point": {name: str(value) for name, value in point.items()},
                "rows": [{name: str(value) for name, value in row.items()} for row in rows],
            }
            try:
                confirm(raw, {"kind": "rows", "data": data})
            except Rejected as error:
                met += "not definitely false" in str(error)
                continue
            return Witness("rows", data, _failure_at_rows(raw, data))
        if not met:
            raise ValueError(f"none of {_SAMPLES} samples met the hypotheses: the sampler tests nothing")
        return None

    def _refute_limit(self, statement: LimitOf, budget: Budget) -> Witness | None:
        """Replay the proof of a limit; if it is another one than claimed, the claim is false: limits are unique."""
        from theory.engine.provers.enclosure import boxes

        proof = Proof(statement, budget.step)
        try:
            replayed = replay(statement, proof.data(self.proof(proof)))
            value = _same_limit(replayed.context, statement, replayed.result).value
        except (StepFailed, Rejected):
            return None
        if value.free_symbols - set(statement.domain.symbols):
            return None
        equal = ForAll(statement.domain, value, "==", statement.value)
        witness = boxes().refute(equal, budget)
        if witness is None:
            return None
        data = {"limit": str(value), "claimed": str(statement.value), "differ at": witness.data}
        found = _another_limit(equal, witness.data["point"])
        return Witness("limit", data | {"uses": sorted(replayed.uses)}, found)


def _another_limit(equal: ForAll, point: dict[str, str]) -> str:
    """Return in words that two limits, the true one and the one that is claimed, differ."""
    from theory.engine.provers import wording
    from theory.engine.provers.points import sides_at

    exact, raw = {name: Fraction(text) for name, text in point.items()}, equal.to_json()
    where = wording.at(exact, raw["lhs"], raw["rhs"])
    limit, claimed = wording.apart(*sides_at(raw, exact))
    told = f"the limit is {equal.lhs}, not {equal.rhs}"
    if not where:
        return told
    return f"{told if len(told) <= _TOLD else 'the limit is another one'}; {where} it is {limit}, claimed is {claimed}"


def _failure_at_rows(statement: dict[str, Any], data: dict[str, Any]) -> str:
    """Return in words where a statement about every number of classes fails."""
    from theory.engine.checker.rows import value
    from theory.engine.provers import wording
    from theory.engine.provers.balls import working

    point = {name: Fraction(text) for name, text in data["point"].items()}
    rows = [{name: Fraction(text) for name, text in row.items()} for row in data["rows"]]
    terms = [statement["lhs"], statement["rhs"]]
    with working(_PRECISION):
        sides = [value(term, point, rows) for term in terms]
    conditions = [side for left, _, right in statement["given"] for side in (left, right)]
    where = f"{wording.at(point, *terms, *conditions)} {wording.summed(rows)}".strip()
    return f"{where} {wording.failure(statement['relation'], sides, terms)}"


def _match(context: Context, statement: Any, result: Fact | Limit) -> None:
    """Demand that the last fact is the statement, and that the statement is defined on its whole domain."""
    if result.scope or context.scope:
        raise StepFailed("the last fact holds in a case only")
    if isinstance(statement, LimitOf):
        _match_limit(context, statement, result)
        return
    if not isinstance(result, Fact):
        raise StepFailed("the last fact is a limit")
    context.require_defined(statement.lhs, statement.rhs)
    if result.loose:
        raise StepFailed("the last fact is about one class; sum it up")
    lhs, op, rhs = statement.lhs, statement.relation, statement.rhs
    if op in ("<=", "<"):
        lhs, op, rhs = rhs, {"<=": ">=", "<": ">"}[op], lhs
    if op not in {">=": (">=",), ">": (">=", ">"), "==": (">=", "==")}[result.op]:
        raise StepFailed(f"the last fact says {result.op}, the statement {op}")
    if result.excess != lhs - rhs:
        context.require_zero(result.excess - (lhs - rhs), "the last fact is not the statement")


def _match_limit(context: Context, statement: LimitOf, result: Fact | Limit) -> None:
    context.require_defined(statement.value)
    found = _same_limit(context, statement, result)
    if found.value != statement.value:
        context.require_zero(found.value - statement.value, "the last fact is another limit")


def _same_limit(context: Context, statement: LimitOf, result: Fact | Limit) -> Limit:
    """Return the last fact if it is about the limit that the statement is about, whatever its value."""
    context.require_defined(statement.expression)
    claimed = (statement.variable, statement.side, statement.at)
    if not isinstance(result, Limit) or (result.variable, result.side, result.at) != claimed:
        raise StepFailed("the last fact is not the limit that is claimed")
    if result.expression != statement.expression:
        context.require_zero(result.expression - statement.expression, "the last fact is the limit of something else")
    return result
