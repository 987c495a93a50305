"""Writing proofs down: each step is stored as data as it is made, and a proof is what its stored steps replay to."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from theory.engine import terms
from theory.engine.checker import Rejected
from theory.engine.claim import Claim
from theory.engine.discovery import GROUP, entry_points
from theory.engine.provers.symbolic.context import Context, Fact, Limit, StepFailed
from theory.engine.provers.symbolic.lemmas import apply
from theory.engine.provers.symbolic.limits import squeeze, taylor
from theory.engine.provers.symbolic.rules import RULES
from theory.engine.statements.base import Statement
from theory.engine.statements.classes import ForEveryN

_FAULTS = (  # what malformed data makes the rules, or SymPy below them, raise
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, NotImplementedError,
    sympy.polys.polyerrors.BasePolynomialError,
)  # fmt: skip
ALL_RULES: dict[str, Callable[..., Any]] = RULES | {rule.__name__: rule for rule in (apply, squeeze, taylor)}


def context_of(statement: Any) -> Context:
    """Return the context in which a statement is to be shown."""
    if isinstance(statement, ForEveryN):
        return Context(statement.domain, statement.each, statement.given)
    return Context(statement.domain, None, getattr(statement, "given", ()))


class Proof:
    """A proof under construction: every rule of the kernel is a method that returns the new fact and records the step.

    Rules are documented in `theory.engine.provers.symbolic.rules`, ``lemmas`` and ``limits``; the context is passed by
    the proof itself.

    Parameters
    ----------
    statement
        What is to be shown; its ranges and hypotheses are what is known at first.
    step
        Called with the name of each step as it begins.

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
        self.uses += [name for name in _claims(arguments, options) if name not in self.uses]
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


@dataclass(frozen=True)
class Replayed:
    """What stored steps lead to: the context they build, the fact they end in, the ids of the claims they apply."""

    context: Context
    result: Fact | Limit
    uses: frozenset[str]


def replay(statement: Statement, data: dict[str, Any]) -> Replayed:
    """Run stored steps again, from the statement's own context.

    Replaying runs the same rules: it shows that nothing but the rules was used, it is no independent check.

    Raises
    ------
    Rejected
        If a step does not apply, gives something else than it says, or the data is malformed.
    """
    context, uses = context_of(statement), set[str]()
    try:
        for number, step in enumerate(data["steps"]):
            uses |= _replay_step(context, number, step)
        result = _stored(context, data["result"])
    except StepFailed as error:
        raise Rejected(str(error)) from None
    except _FAULTS as error:
        raise Rejected(f"malformed proof: {type(error).__name__}: {error}") from None
    if result.scope:
        raise Rejected("the proof ends inside an open case")
    return Replayed(context, result, frozenset(uses))


def _replay_step(context: Context, number: int, step: dict[str, Any]) -> set[str]:
    """Run one stored step and return the ids of the claims it applies."""
    rule = step["rule"]
    if rule == "fresh":
        context.declare(step["text"])
        return set()
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
    return set(_claims(arguments, options))


def _claims(arguments: Any, options: dict[str, Any]) -> list[str]:
    """Return the ids of the claims among the arguments of a rule."""
    return [item.id for item in (*arguments, *options.values()) if isinstance(item, Claim)]


def _stored(context: Context, number: Any) -> Fact | Limit:
    """Return the fact of a number found so far."""
    if type(number) is not int or not 0 <= number < len(context.facts):
        raise StepFailed(f"there is no fact {number!r} yet; there are {len(context.facts)}")
    return context.facts[number]


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
        return _stored(context, item["fact"])
    if "claim" in item:
        return _load(*item["claim"])
    if "values" in item:
        return {key: _decode(context, part) for key, part in item["values"].items()}
    return terms.to_sympy(item["term"], context.symbol)


def _load(module: str, name: str) -> Claim:
    """Return a claim that a stored proof names. The record may not decide what code is imported.

    So the module must be listed as one that holds claims, or be loaded already.
    """
    if module not in sys.modules and module not in entry_points(GROUP)[0].values():
        raise StepFailed(f"{module} is no module of claims that is installed or loaded")
    found = getattr(importlib.import_module(module), name, None)
    if not isinstance(found, Claim):
        raise StepFailed(f"{module}.{name} is no claim")
    return found
