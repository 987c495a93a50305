"""Facts, and the context they hold in: ranges of the symbols, hypotheses, open cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from theory.engine.provers.symbolic.normal import Normalizer, NotNormal
from theory.engine.provers.symbolic.signs import NONNEGATIVE, POSITIVE, Interval, Signs, of_range, point
from theory.engine.statements.classes import outside_sums
from theory.engine.statements.forall import Domain

OPS = (">=", ">", "==")


class StepFailed(ValueError):
    """A rule does not apply; says which condition failed. It refutes nothing."""


@dataclass(frozen=True, eq=False)
class Fact:
    """``lhs op rhs`` at every point of the context, for each unnamed class if per-class symbols stand outside sums.

    Facts are made by rules only; a proof is trusted because its stored steps are replayed, not because facts are hard to forge.
    """

    lhs: sympy.Expr
    op: str
    rhs: sympy.Expr
    number: int
    scope: tuple[int, ...]

    @property
    def excess(self) -> sympy.Expr:
        """``lhs - rhs``, which is >= 0, > 0 or == 0."""
        return self.lhs - self.rhs

    def __str__(self) -> str:
        return f"[{self.number}] {self.lhs} {self.op} {self.rhs}"


@dataclass(frozen=True, eq=False)
class Limit:
    """``expression -> value`` as ``variable`` tends to ``at`` from above (``side`` ``"+"``) or below (``"-"``)."""

    expression: sympy.Expr
    variable: sympy.Symbol
    at: sympy.Expr
    side: str
    value: sympy.Expr
    number: int
    scope: tuple[int, ...]


class Context:
    """What is known: ranges, hypotheses of the statement, facts found so far, and the cases that are open.

    Parameters
    ----------
    domain, each
        Ranges of the scalars and of the per-class symbols.
    given
        Hypotheses of the statement.
    """

    def __init__(
        self,
        domain: Domain,
        each: Domain | None = None,
        given: Iterable[tuple[sympy.Expr, str, sympy.Expr]] = (),
    ) -> None:
        self.domain = domain
        self.symbols: dict[str, sympy.Symbol] = {}
        self.ranges: dict[sympy.Symbol, Interval] = {}
        for source in (domain, each) if each is not None else (domain,):
            for item, symbol in zip(source.ranges, source.symbols, strict=True):
                if item.name in self.symbols:
                    raise ValueError(f"{item.name!r} is both a scalar and a per-class symbol")
                self.symbols[item.name] = symbol
                self.ranges[symbol] = of_range(item)
        self.each = frozenset(each.symbols) if each is not None else frozenset()
        self.fresh: dict[str, tuple[sympy.Symbol, Interval]] = {}
        self.facts: list[Fact | Limit] = []
        self._interval_table: dict[int, list[tuple[sympy.Expr, Interval]]] = {}
        self.scope: tuple[int, ...] = ()
        self.case_conditions: dict[int, Fact] = {}
        self.hypotheses = [self.add(*condition) for condition in given]

    # -- symbols ----------------------------------------------------------------------------------------------------

    def declare(self, text: str) -> sympy.Symbol:
        """Make a fresh symbol, such as ``"v in [0,oo)"``: the variable of a function, or the name of a root to be."""
        (item,) = Domain(text).ranges
        if item.name in self.symbols or item.name in self.fresh:
            raise StepFailed(f"the name {item.name!r} is taken")
        self.fresh[item.name] = (item.symbol(), of_range(item))
        return self.fresh[item.name][0]

    def fresh_range(self, symbol: sympy.Symbol) -> Interval:
        """Return the range a fresh symbol was declared with; an error if it is not fresh."""
        known = self.fresh.get(str(symbol))
        if known is None or known[0] != symbol or symbol in self.ranges:
            raise StepFailed(f"{symbol} is not a fresh variable: declare it first, such as 'v in [0,oo)'")
        return known[1]

    def bind(self, symbol: sympy.Symbol, interval: Interval, *, per_class: bool = False) -> None:
        """Turn a fresh symbol into a constant of the proof, or into one for each unnamed class."""
        self.fresh_range(symbol)
        del self.fresh[str(symbol)]
        self.symbols[str(symbol)] = symbol
        self.ranges[symbol] = interval
        self.each |= {symbol} if per_class else frozenset()

    def symbol(self, name: str) -> sympy.Symbol:
        """Return the symbol of a name; an error if there is none."""
        if name in self.symbols:
            return self.symbols[name]
        if name in self.fresh:
            return self.fresh[name][0]
        raise StepFailed(f"no symbol {name!r} here; there are {', '.join([*self.symbols, *self.fresh])}")

    # -- facts ------------------------------------------------------------------------------------------------------

    def add(self, lhs: sympy.Expr, op: str, rhs: sympy.Expr) -> Fact:
        """Record a fact; ``<=`` and ``<`` are turned round."""
        if op in ("<=", "<"):
            lhs, op, rhs = rhs, ">=" if op == "<=" else ">", lhs
        if op not in OPS:
            raise ValueError(f"relation is {op!r}; allowed: {' '.join(OPS)} <= <")
        fact = Fact(sympy.sympify(lhs), op, sympy.sympify(rhs), len(self.facts), self.scope)
        self.facts.append(fact)
        return fact

    def usable(self, fact: Any) -> Fact:
        """Return the fact if it belongs to this proof and its cases are still open."""
        if not isinstance(fact, Fact) or fact.number >= len(self.facts) or self.facts[fact.number] is not fact:
            raise StepFailed(f"{fact} is no fact of this proof")
        if fact.scope != self.scope[: len(fact.scope)]:
            raise StepFailed(f"{fact} holds only in a case that is closed")
        return fact

    def known(self) -> list[Fact]:
        """Return the facts that may be used here."""
        return [fact for fact in self.facts if isinstance(fact, Fact) and fact.scope == self.scope[: len(fact.scope)]]

    def assumed(self) -> list[Fact]:
        """Return what is assumed rather than derived: the hypotheses and the conditions of the open cases."""
        return [*self.hypotheses, *[self.case_conditions[case] for case in self.scope]]

    # -- reasoning --------------------------------------------------------------------------------------------------

    def signs(self, extra: dict[sympy.Symbol, Interval] | None = None) -> Signs:
        """Return the sign reasoning that knows every usable fact.

        ``extra`` gives symbols another range; facts about them, found over their own range, are then left out.
        """
        table: list[tuple[sympy.Expr, Interval]] = []
        for fact in self.known():
            if not extra or not (extra.keys() & (fact.lhs.free_symbols | fact.rhs.free_symbols)):
                table += self._intervals(fact)
        return Signs(self.ranges | (extra or {}), table)

    def _intervals(self, fact: Fact) -> list[tuple[sympy.Expr, Interval]]:
        if fact.number not in self._interval_table:
            self._interval_table[fact.number] = _interval_facts(fact)
        return self._interval_table[fact.number]

    def normalizer(self) -> Normalizer:
        return Normalizer(self.signs(), self.each)

    def is_zero(self, expression: sympy.Expr) -> bool:
        """Whether the expression is identically zero, by normal form."""
        try:
            return self.normalizer().is_zero(expression)
        except NotNormal as error:
            raise StepFailed(f"{expression}: {error}") from None

    def simplified(self, expression: sympy.Expr) -> sympy.Expr:
        """Return the normal form as an expression; it agrees with the given one on a dense set."""
        try:
            return self.normalizer().simplified(expression)
        except NotNormal as error:
            raise StepFailed(f"{expression}: {error}") from None

    def require_zero(self, expression: sympy.Expr, what: str) -> None:
        if not self.is_zero(expression):
            raise StepFailed(f"{what}: not shown to be an identity: {expression} = 0")

    def require_defined(self, *expressions: sympy.Expr, extra: dict[sympy.Symbol, Interval] | None = None) -> None:
        signs = self.signs(extra)
        for expression in expressions:
            if not signs.defined(expression):
                raise StepFailed(f"not shown to be defined on the whole domain: {expression}")

    def require(self, expression: sympy.Expr, op: str, extra: dict[sympy.Symbol, Interval] | None = None) -> None:
        """Demand that ``expression op 0`` follows from ranges and facts."""
        signs, expression = self.signs(extra), sympy.sympify(expression)
        for form in dict.fromkeys((expression, sympy.expand(expression))):
            inside = signs.enclose(form)
            if {">": inside.positive, ">=": inside.nonnegative, "==": inside.low == 0 == inside.high}[op]:
                return
        raise StepFailed(f"not shown: {expression} {op} 0")

    def loose(self, *expressions: sympy.Expr) -> bool:
        """Whether a per-class symbol stands outside a sum."""
        return any(outside_sums(expression) & self.each for expression in expressions)

    def require_free(self, symbol: sympy.Symbol) -> None:
        """Demand that nothing is assumed about a variable but its range: only then may it be moved along."""
        if symbol not in self.ranges or symbol in self.each:
            raise StepFailed(f"{symbol} is not a scalar variable of the statement")
        if str(symbol) not in {item.name for item in self.domain.ranges}:
            raise StepFailed(f"{symbol} was introduced by the proof; it depends on the other variables")
        for fact in [*self.assumed(), *self.introductions()]:
            if symbol in fact.lhs.free_symbols | fact.rhs.free_symbols:
                raise StepFailed(f"{symbol} is bound by the assumption {fact}")

    def introductions(self) -> list[Fact]:
        """Return the facts that mention a symbol introduced by the proof (a root): they tie it to the variables."""
        own = {item.name for item in self.domain.ranges} | {str(symbol) for symbol in self.each}
        new = {symbol for name, symbol in self.symbols.items() if name not in own}
        return [fact for fact in self.known() if new & (fact.lhs.free_symbols | fact.rhs.free_symbols)] if new else []


def _interval_facts(fact: Fact) -> list[tuple[sympy.Expr, Interval]]:
    """What a fact says about the sign of its difference, and about one side if the other is a number."""
    sign = {">=": NONNEGATIVE, ">": POSITIVE, "==": point(Fraction(0))}[fact.op]
    found = []
    for expression in dict.fromkeys((fact.excess, sympy.expand(fact.excess))):
        found += [(expression, sign), (-expression, -sign), (sympy.expand(-expression), -sign)]
    for side, other, flip in ((fact.lhs, fact.rhs, False), (fact.rhs, fact.lhs, True)):
        if other.is_Rational and not side.is_Rational:
            value = Fraction(int(other.p), int(other.q))
            if fact.op == "==":
                interval = point(value)
            elif flip:
                interval = Interval(None, value, True, fact.op == ">")
            else:
                interval = Interval(value, None, fact.op == ">", True)
            found.append((side, interval))
    return found
