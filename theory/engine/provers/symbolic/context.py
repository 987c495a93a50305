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
    """``lhs op rhs`` at every point of the context where the cases of its ``scope`` hold.

    A ``loose`` fact has per-class symbols outside sums: it holds for each unnamed class, and says nothing where there
    are none. Facts are made by rules only; a proof is trusted because its stored steps are replayed, not because
    facts are hard to forge.
    """

    lhs: sympy.Expr
    op: str
    rhs: sympy.Expr
    number: int
    scope: tuple[int, ...]
    loose: bool = False

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

    Raises
    ------
    ValueError
        If a name is both a scalar's and a per-class symbol's.
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
        self.scope: tuple[int, ...] = ()
        self.case_conditions: dict[int, Fact] = {}
        self._names = set(self.symbols)  # ever used: a name never comes to mean something else
        self._introduced: dict[sympy.Symbol, tuple[int, ...]] = {}
        self._interval_table: dict[int, list[tuple[sympy.Expr, Interval]]] = {}
        self.hypotheses = [self.add(*condition) for condition in given]

    # -- symbols -----------------------------------------------------------------------------------------------------

    def declare(self, text: str) -> sympy.Symbol:
        """Make a fresh symbol, such as ``"v in [0,oo)"``: the variable of a function, or the name of a root to be."""
        if not isinstance(text, str):
            raise StepFailed(f"a fresh symbol is declared by words such as 'v in [0,oo)', not {text!r}")
        ranges = Domain(text).ranges
        if len(ranges) != 1 or ranges[0].integer:
            raise StepFailed(f"declare one real symbol at a time, such as 'v in [0,oo)'; given {text!r}")
        item = ranges[0]
        if item.name in self._names:
            raise StepFailed(f"the name {item.name!r} is taken")
        self._names.add(item.name)
        self.fresh[item.name] = (item.symbol(), of_range(item))
        return self.fresh[item.name][0]

    def fresh_range(self, symbol: sympy.Symbol) -> Interval:
        """Return the range a fresh symbol was declared with; an error if it is not fresh."""
        known = self.fresh.get(str(symbol))
        if known is None or known[0] != symbol or symbol in self.ranges:
            raise StepFailed(f"{symbol} is not a fresh variable: declare it first, such as 'v in [0,oo)'")
        return known[1]

    def bind(self, symbol: sympy.Symbol, interval: Interval, *, per_class: bool = False) -> None:
        """Turn a fresh symbol into a constant of the proof, or into one for each unnamed class.

        It lives as long as the innermost open case: its range may rest on the case's condition.
        """
        self.fresh_range(symbol)
        del self.fresh[str(symbol)]
        self.symbols[str(symbol)] = symbol
        self.ranges[symbol] = interval
        self._introduced[symbol] = self.scope
        self.each |= {symbol} if per_class else frozenset()

    def symbol(self, name: str) -> sympy.Symbol:
        """Return the symbol of a name; an error if there is none."""
        if name in self.symbols:
            return self.symbols[name]
        if name in self.fresh:
            return self.fresh[name][0]
        raise StepFailed(f"no symbol {name!r} here; there are {', '.join([*self.symbols, *self.fresh])}")

    # -- cases -------------------------------------------------------------------------------------------------------

    def enter(self, lhs: sympy.Expr, op: str, rhs: sympy.Expr) -> Fact:
        """Open a case and return its condition."""
        case = len(self.case_conditions)
        self.scope = (*self.scope, case)
        self.case_conditions[case] = self.add(lhs, op, rhs)
        return self.case_conditions[case]

    def leave(self) -> None:
        """Close the innermost case; the symbols introduced in it go with it."""
        for symbol in [symbol for symbol, scope in self._introduced.items() if scope == self.scope]:
            del self._introduced[symbol], self.symbols[str(symbol)], self.ranges[symbol]
            self.each -= {symbol}
        self.scope = self.scope[:-1]

    # -- facts -------------------------------------------------------------------------------------------------------

    def add(self, lhs: sympy.Expr, op: str, rhs: sympy.Expr, *premises: Fact | sympy.Expr) -> Fact:
        """Record a fact; ``<=`` and ``<`` are turned round.

        ``premises`` are the facts and expressions that it was concluded from. What was concluded about a class must
        be about a class: where there are no unnamed classes, a loose premise says nothing.
        """
        if op in ("<=", "<"):
            lhs, op, rhs = rhs, ">=" if op == "<=" else ">", lhs
        if op not in OPS:
            raise StepFailed(f"relation is {op!r}; allowed: {' '.join(OPS)} <= <")
        lhs, rhs = exact(lhs), exact(rhs)
        foreign = (lhs.free_symbols | rhs.free_symbols) - self.ranges.keys()
        if foreign:
            raise StepFailed(f"{', '.join(sorted(map(str, foreign)))} in {lhs} {op} {rhs} is no symbol of the context")
        loose = self.loose(lhs, rhs)
        for premise in premises:
            if not loose and (premise.loose if isinstance(premise, Fact) else self.loose(premise)):
                raise StepFailed(f"{lhs} {op} {rhs} would follow from {premise}, which says nothing without a class")
        fact = Fact(lhs, op, rhs, len(self.facts), self.scope, loose)
        self.facts.append(fact)
        return fact

    def usable(self, fact: Any) -> Fact:
        """Return the fact if it belongs to this proof and its cases are still open."""
        self.require_own(fact)
        if fact.scope != self.scope[: len(fact.scope)]:
            raise StepFailed(f"{fact} holds only in a case that is closed")
        return fact

    def require_own(self, fact: Any) -> None:
        """Demand that the object is a fact of this proof."""
        if not isinstance(fact, Fact) or fact.number >= len(self.facts) or self.facts[fact.number] is not fact:
            raise StepFailed(f"{fact} is no fact of this proof")

    def known(self) -> list[Fact]:
        """Return the facts that may be used here."""
        return [fact for fact in self.facts if isinstance(fact, Fact) and fact.scope == self.scope[: len(fact.scope)]]

    def assumed(self) -> list[Fact]:
        """Return what is assumed rather than derived: the hypotheses and the conditions of the open cases."""
        return [*self.hypotheses, *[self.case_conditions[case] for case in self.scope]]

    # -- reasoning ---------------------------------------------------------------------------------------------------

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
        """Return what a fact says of expressions; a loose one says nothing of what is about no class."""
        if fact.number not in self._interval_table:
            found = _interval_facts(fact)
            self._interval_table[fact.number] = [item for item in found if not fact.loose or self.loose(item[0])]
        return self._interval_table[fact.number]

    def normalizer(self) -> Normalizer:
        """Return the zero test that knows the signs."""
        return Normalizer(self.signs(), self.each)

    def is_zero(self, expression: sympy.Expr) -> bool:
        """Whether the expression is identically zero, by normal form."""
        try:
            return self.normalizer().is_zero(exact(expression))
        except NotNormal as error:
            raise StepFailed(f"{expression}: {error}") from None

    def simplified(self, expression: sympy.Expr) -> sympy.Expr:
        """Return the normal form as an expression; it agrees with the given one wherever both are defined."""
        try:
            return self.normalizer().simplified(exact(expression))
        except NotNormal as error:
            raise StepFailed(f"{expression}: {error}") from None

    def require_zero(self, expression: sympy.Expr, what: str) -> None:
        """Demand that the expression is identically zero."""
        if not self.is_zero(expression):
            raise StepFailed(f"{what}: not shown to be an identity: {expression} = 0")

    def require_defined(self, *expressions: sympy.Expr, extra: dict[sympy.Symbol, Interval] | None = None) -> None:
        """Demand that the expressions are defined, hence continuous, on the whole domain."""
        signs = self.signs(extra)
        for expression in expressions:
            if not signs.defined(exact(expression)):
                raise StepFailed(f"not shown to be defined on the whole domain: {expression}")

    def require(self, expression: sympy.Expr, op: str, extra: dict[sympy.Symbol, Interval] | None = None) -> None:
        """Demand that ``expression op 0`` follows from ranges and facts."""
        if op not in OPS:
            raise StepFailed(f"relation is {op!r}; allowed: {' '.join(OPS)}")
        signs, expression = self.signs(extra), exact(expression)
        for form in dict.fromkeys((expression, sympy.expand(expression))):
            inside = signs.enclose(form)
            found = {">": inside.positive, ">=": inside.nonnegative, "==": inside.low == 0 == inside.high}[op]
            if found and (form == expression or signs.defined(form)):
                return
        raise StepFailed(f"not shown: {expression} {op} 0")

    def loose(self, *expressions: sympy.Expr) -> bool:
        """Whether a per-class symbol stands outside a sum."""
        return any(outside_sums(expression) & self.each for expression in expressions)

    def require_free(self, symbol: sympy.Symbol) -> None:
        """Demand that nothing is assumed about a variable but its range: only then may it be moved along."""
        if symbol not in self.ranges or symbol in self.each:
            raise StepFailed(f"{symbol} is not a scalar variable of the statement")
        if symbol in self._introduced:
            raise StepFailed(f"{symbol} was introduced by the proof; it depends on the other variables")
        if self.domain[str(symbol)].integer:
            raise StepFailed(f"{symbol} takes integers only; it cannot be moved along its range")
        for fact in [*self.assumed(), *self.introductions()]:
            if symbol in fact.lhs.free_symbols | fact.rhs.free_symbols:
                raise StepFailed(f"{symbol} is bound by the assumption {fact}")

    def introductions(self) -> list[Fact]:
        """Return the facts that mention a symbol introduced by the proof (a root): they tie it to the variables."""
        new = self._introduced.keys()
        return [fact for fact in self.known() if new & (fact.lhs.free_symbols | fact.rhs.free_symbols)] if new else []


def exact(value: Any) -> sympy.Expr:
    """Return a number or expression as an expression. Words are refused: reading them as formulas would run them."""
    try:
        expression = sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        raise StepFailed(f"{value!r} is no expression") from None
    if not isinstance(expression, sympy.Expr):
        raise StepFailed(f"{value!r} is no expression")
    return expression


def _interval_facts(fact: Fact) -> list[tuple[sympy.Expr, Interval]]:
    """Return what a fact says about the sign of its difference, and about one side if the other is a number."""
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
