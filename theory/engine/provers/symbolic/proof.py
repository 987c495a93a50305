"""Writing proofs down: each rule step is stored as data as it is made, and a proof is what its stored steps replay to."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from theory.engine import terms
from theory.engine.checker import Rejected
from theory.engine.claim import Claim
from theory.engine.provers.symbolic.context import Context, Fact, Limit, StepFailed
from theory.engine.provers.symbolic.lemmas import apply
from theory.engine.provers.symbolic.limits import squeeze, taylor
from theory.engine.provers.symbolic.rules import RULES
from theory.engine.statements.base import Statement
from theory.engine.statements.classes import ForEveryN

ALL_RULES: dict[str, Callable[..., Any]] = RULES | {rule.__name__: rule for rule in (apply, squeeze, taylor)}


def context_of(statement: Any) -> Context:
    """Return the context in which a statement is to be shown."""
    if isinstance(statement, ForEveryN):
        return Context(statement.domain, statement.each, statement.given)
    return Context(statement.domain, None, getattr(statement, "given", ()))


class Proof:
    """A proof under construction: every rule of the kernel is a method that returns the new fact and records the step.

    Rules are documented in `theory.engine.provers.symbolic.rules`, ``lemmas`` and ``limits``; the context is passed by the proof itself.

    Examples
    --------
    >>> from theory.engine.statements.forall import Domain, ForAll
    >>> domain = Domain("x in (0,oo), y in (0,oo)")
    >>> x, y = domain
    >>> k = Proof(ForAll(domain, (x + y) ** 2, ">=", 4 * x * y))
    >>> square = k.sign((x - y) ** 2, ">=")
    >>> print(k.show((x + y) ** 2, ">=", 4 * x * y, by=[square]))
    [1] (x + y)**2 >= 4*x*y
    """

    def __init__(self, statement: Any, step: Callable[[str], None] = lambda name: None) -> None:
        self.context = context_of(statement)
        self.statement = statement
        self.steps: list[dict[str, Any]] = []
        self.uses: list[str] = []
        self._step = step

    def fresh(self, text: str) -> sympy.Symbol:
        """Declare a fresh symbol, such as ``"v in [0,oo)"``, to be the variable of a function or the name of a root."""
        self.steps.append({"rule": "fresh", "text": text})
        return self.context.declare(text)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ALL_RULES:
            return partial(self._apply, name)
        raise AttributeError(f"no rule {name!r}; there are {', '.join(sorted(ALL_RULES))}, fresh")

    def _apply(self, rule: str, *arguments: Any, **options: Any) -> Any:
        self._step(f"step {len(self.steps)}: {rule}")
        arguments = tuple(_exact(item) for item in arguments)
        options = {key: _exact(item) for key, item in options.items()}
        try:
            result = ALL_RULES[rule](self.context, *arguments, **options)
        except StepFailed as error:
            raise StepFailed(f"step {len(self.steps)} ({rule}): {error}") from None
        for item in (*arguments, *options.values()):
            if isinstance(item, Claim) and item.id not in self.uses:
                self.uses.append(item.id)
        self.steps.append(
            {
                "rule": rule,
                "arguments": [_encode(item) for item in arguments],
                "options": {key: _encode(item) for key, item in options.items()},
                "gives": [_conclusion(fact) for fact in (result if isinstance(result, tuple) else (result,))],
            }
        )
        return result

    def data(self, result: Fact | Limit) -> dict[str, Any]:
        """Return the proof as plain data, with the number of the fact that it ends in."""
        return {"steps": self.steps, "result": result.number}


def replay(statement: Statement, data: dict[str, Any]) -> tuple[Context, Fact | Limit]:
    """Run stored steps again, from the statement's own context, and return it with the fact they end in.

    Replaying runs the same rules: it shows that nothing but the rules was used, it is no independent check.

    Raises
    ------
    Rejected
        If a step does not apply, gives something else than it says, or the data is malformed.
    """
    context = context_of(statement)
    try:
        for number, step in enumerate(data["steps"]):
            _replay_step(context, number, step)
        result = context.facts[data["result"]]
    except StepFailed as error:
        raise Rejected(str(error)) from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Rejected(f"malformed proof: {type(error).__name__}: {error}") from None
    if result.scope:
        raise Rejected("the proof ends inside an open case")
    return context, result


def _replay_step(context: Context, number: int, step: dict[str, Any]) -> None:
    rule = step["rule"]
    if rule == "fresh":
        context.declare(step["text"])
        return
    if rule not in ALL_RULES:
        raise StepFailed(f"step {number}: unknown rule {rule!r}")
    arguments = [_decode(context, item) for item in step["arguments"]]
    options = {key: _decode(context, item) for key, item in step["options"].items()}
    try:
        result = ALL_RULES[rule](context, *arguments, **options)
    except StepFailed as error:
        raise StepFailed(f"step {number} ({rule}): {error}") from None
    facts = result if isinstance(result, tuple) else (result,)
    for fact, told in zip(facts, step["gives"], strict=True):
        if _conclusion(fact) != told and not _same(context, fact, told):
            raise StepFailed(f"step {number} ({rule}) gives {_conclusion(fact)}, the record says {told}")


def _same(context: Context, fact: Fact | Limit, told: list[Any]) -> bool:
    """Whether the recorded conclusion is the fact in another guise (SymPy may order or simplify differently)."""
    if not isinstance(fact, Fact) or told[1] != fact.op:
        return False
    lhs, rhs = (terms.to_sympy(told[index], context.symbol) for index in (0, 2))
    return context.is_zero(fact.lhs - lhs) and context.is_zero(fact.rhs - rhs)


def _conclusion(fact: Fact | Limit) -> list[Any]:
    if isinstance(fact, Limit):
        ends = [terms.from_sympy(fact.at), fact.side, terms.from_sympy(fact.value)]
        return [terms.from_sympy(fact.expression), "limit", str(fact.variable), *ends]
    return [terms.from_sympy(fact.lhs), fact.op, terms.from_sympy(fact.rhs)]


def _exact(item: Any) -> Any:
    """Turn Python's numbers into SymPy's, also inside containers."""
    if isinstance(item, (int, Fraction)):
        return sympy.sympify(item)
    if isinstance(item, (list, tuple)):
        return [_exact(part) for part in item]
    if isinstance(item, dict):
        return {key: _exact(part) for key, part in item.items()}
    return item


def _encode(item: Any) -> Any:
    """Arguments as tagged data: expressions, facts, claims, words and containers of them."""
    if isinstance(item, Fact):
        return {"fact": item.number}
    if isinstance(item, Claim):
        return {"claim": [item.__module__, item.name]}
    if isinstance(item, (str, type(None))):
        return item
    if isinstance(item, (list, tuple)):
        return [_encode(part) for part in item]
    if isinstance(item, dict):
        return {"values": {key: _encode(part) for key, part in item.items()}}
    return {"term": terms.from_sympy(sympy.sympify(item))}


def _decode(context: Context, item: Any) -> Any:
    if item is None or isinstance(item, str):
        return item
    if isinstance(item, list):
        return [_decode(context, part) for part in item]
    if "fact" in item:
        return context.facts[item["fact"]]
    if "claim" in item:
        return _load(*item["claim"])
    if "values" in item:
        return {key: _decode(context, part) for key, part in item["values"].items()}
    return terms.to_sympy(item["term"], context.symbol)


def _load(module: str, name: str) -> Claim:
    found = getattr(importlib.import_module(module), name, None)
    if not isinstance(found, Claim):
        raise StepFailed(f"{module}.{name} is no claim")
    return found
