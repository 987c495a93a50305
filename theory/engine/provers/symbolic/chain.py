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
        steps = len(proof.steps)
        return Certificate("proof", proof.data(result), f"{steps} steps, replayed", tuple(proof.uses))

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
            shown = ", ".join(f"{name} = {value}" for name, value in data["point"].items())
            further = "; ".join(", ".join(f"{n} = {v}" for n, v in row.items()) for row in data["rows"])
            return Witness("rows", data, shown + (f"; further classes: {further}" if further else ""))
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
        witness = boxes().refute(ForAll(statement.domain, value, "==", statement.value), budget)
        if witness is None:
            return None
        data = {"limit": str(value), "claimed": str(statement.value), "differ at": witness.data}
        return Witness("limit", data | {"uses": sorted(replayed.uses)}, f"the limit is {value}, not {statement.value}")


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
