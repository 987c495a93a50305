"""Using another claim as a lemma: its ranges and hypotheses become obligations, its conclusion a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy

from theory.engine.claim import Claim
from theory.engine.functions import Sig
from theory.engine.provers.symbolic.context import Context, Fact, StepFailed, exact
from theory.engine.provers.symbolic.signs import Interval, Signs, of_range
from theory.engine.statements.classes import ForEveryN, outside_sums
from theory.engine.statements.forall import ForAll, Range

Values = Mapping[str, sympy.Expr]
Condition = tuple[sympy.Expr, str, sympy.Expr]
Substitution = dict[sympy.Symbol, sympy.Expr]


def apply(
    context: Context,
    lemma: Claim,
    values: Values,
    given: Sequence[Fact] = (),
    close: Sequence[str] = (),
    named: Sequence[Values] = (),
    rest: Values | None = None,
) -> Fact:
    """Instantiate a claim.

    Its conclusion holds for the given values because they lie in its ranges and meet its hypotheses; sums over its
    unnamed classes become the named terms plus the sum over the context's own unnamed classes.

    Parameters
    ----------
    context
        What is known.
    lemma
        A claim whose statement is a `ForAll` or a `ForEveryN`; the verdict of the whole is no stronger than its.
    values
        An expression for each scalar of the lemma. It must lie in the scalar's range.
    given
        Facts that establish the lemma's hypotheses (those that do not follow from signs alone).
    close
        Real scalars that may also take the open ends of their ranges. Allowed where both sides stay defined there
        (hence continuous), the relation is not strict, and no hypothesis mentions them.
    named, rest
        For a lemma with per-class symbols: their values in each named class, and in an unnamed one (None: there are
        none).
    """
    statement = lemma.statement()
    if not isinstance(statement, (ForAll, ForEveryN)):
        raise StepFailed(f"{lemma.id} states no inequality")
    missing = {item.name for item in statement.domain.ranges} ^ set(values)
    if missing:
        raise StepFailed(f"{lemma.id} needs values for exactly {statement.domain}; differing: {sorted(missing)}")
    values = {name: exact(value) for name, value in values.items()}
    _check_closing(statement, close)
    for item in statement.domain.ranges:
        _check_range(context, item, values[item.name], closed=item.name in close)
    scalars = {symbol: values[symbol.name] for symbol in statement.domain.symbols}
    blocks = _blocks(context, statement, scalars, named, rest)
    for condition in statement.given:
        for block in _blocks_of(condition, statement, blocks):
            _check_condition(context, condition, scalars, block, blocks, given, lemma.id)
    lhs, rhs = (_instantiate(side, scalars, {}, blocks) for side in (statement.lhs, statement.rhs))
    context.require_defined(lhs, rhs)
    return context.add(lhs, statement.relation, rhs, *values.values())


def _check_closing(statement: ForAll | ForEveryN, close: Sequence[str]) -> None:
    """Demand that the statement extends by continuity to the closed ranges of the variables in ``close``."""
    if not close:
        return
    reals = {item.name for item in statement.domain.ranges if not item.integer}
    if not set(close) <= reals:
        raise StepFailed(f"no real scalar {', '.join(sorted(set(close) - reals))} to close; there are {sorted(reals)}")
    if statement.relation in (">", "<"):
        raise StepFailed("a strict relation does not extend to the closure")
    mentioned = {str(symbol) for left, _, right in statement.given for symbol in left.free_symbols | right.free_symbols}
    if mentioned & set(close):
        raise StepFailed(f"hypotheses mention {sorted(mentioned & set(close))}; the closure is not clear")
    ranges: dict[sympy.Symbol, Interval] = {}
    for item, symbol in zip(statement.domain.ranges, statement.domain.symbols, strict=True):
        interval = of_range(item)
        ranges[symbol] = Interval(interval.low, interval.high, False, False) if item.name in close else interval
    if isinstance(statement, ForEveryN):
        ranges |= {s: of_range(r) for r, s in zip(statement.each.ranges, statement.each.symbols, strict=True)}
    signs = Signs(ranges)
    for side in (statement.lhs, statement.rhs):
        if not signs.defined(side):
            raise StepFailed(f"not shown to be defined on the closure: {side}")


def _check_range(context: Context, item: Range, value: sympy.Expr, *, closed: bool) -> None:
    """Demand that a value lies in a variable's range (or its closure)."""
    context.require_defined(value)
    if item.integer and not value.is_integer:
        raise StepFailed(f"{item.name} is an integer; {value} is not known to be one")
    if item.low is not None:
        distance = value - sympy.Rational(item.low.numerator, item.low.denominator)
        context.require(distance, ">=" if item.low_closed or closed else ">")
    if item.high is not None:
        distance = sympy.Rational(item.high.numerator, item.high.denominator) - value
        context.require(distance, ">=" if item.high_closed or closed else ">")


def _blocks(
    context: Context,
    statement: ForAll | ForEveryN,
    scalars: Substitution,
    named: Sequence[Values],
    rest: Values | None,
) -> list[Substitution | None]:
    """Return the per-class values of each named class and, last, of the unnamed ones (None if there are none)."""
    if isinstance(statement, ForAll):
        if named or rest is not None:
            raise StepFailed("the lemma has no per-class symbols")
        return [None]
    if context.loose(*scalars.values()):
        raise StepFailed("a scalar of a lemma with sums may not depend on a class: its sums would capture it")
    blocks: list[Substitution | None] = []
    for number, block in enumerate([*named, rest]):
        if block is None:
            blocks.append(None)
            continue
        if number < len(named) and context.loose(*block.values()):
            raise StepFailed("the values of a named class may not depend on an unnamed one")
        blocks.append(_class_values(context, statement, block))
    return blocks


def _class_values(context: Context, statement: ForEveryN, block: Values) -> Substitution:
    """Check the values of one class and key them by symbol."""
    if set(block) != {item.name for item in statement.each.ranges}:
        raise StepFailed(f"per-class values needed for exactly {statement.each}; given {sorted(block)}")
    for item in statement.each.ranges:
        _check_range(context, item, exact(block[item.name]), closed=False)
    return {symbol: exact(block[symbol.name]) for symbol in statement.each.symbols}


def _blocks_of(
    condition: Condition,
    statement: ForAll | ForEveryN,
    blocks: list[Substitution | None],
) -> list[Substitution]:
    """A hypothesis with per-class symbols is owed for each class, any other once."""
    each = set(statement.each.symbols) if isinstance(statement, ForEveryN) else set()
    if (outside_sums(condition[0]) | outside_sums(condition[2])) & each:
        return [block for block in blocks if block is not None]
    return [{}]


def _instantiate(
    expression: sympy.Expr,
    scalars: Substitution,
    block: Substitution,
    blocks: list[Substitution | None],
) -> sympy.Expr:
    """Substitute, splitting each sum over all classes, also one inside another, into the named ones and the rest."""
    if isinstance(expression, Sig):
        inner, rest = expression.args[0], blocks[-1]
        named = [_instantiate(inner, scalars, chosen, blocks) for chosen in blocks[:-1] if chosen is not None]
        total = sympy.Add(*named)
        return total if rest is None else total + Sig(_instantiate(inner, scalars, rest, blocks))
    if not expression.args:
        return expression.xreplace(scalars | block)
    return expression.func(*[_instantiate(argument, scalars, block, blocks) for argument in expression.args])


def _check_condition(
    context: Context,
    condition: Condition,
    scalars: Substitution,
    block: Substitution,
    blocks: list[Substitution | None],
    given: Sequence[Fact],
    name: str,
) -> None:
    """Demand that a hypothesis of the lemma holds: by one of the given facts, or by what is known of signs."""
    left, op, right = condition
    sides = [_instantiate(side, scalars, block, blocks) for side in (left, right)]
    context.require_defined(*sides)
    owed = sides[0] - sides[1]
    if op in ("<=", "<"):
        owed, op = -owed, {"<=": ">=", "<": ">"}[op]
    strong = {">=": (">=", ">", "=="), ">": (">",), "==": ("==",)}[op]
    for fact in map(context.usable, given):
        if fact.op in strong and (context.loose(*sides) or not fact.loose) and context.is_zero(owed - fact.excess):
            return
    if op == "==" and context.is_zero(owed):
        return
    try:
        context.require(owed, op)
    except StepFailed:
        raise StepFailed(f"hypothesis of {name} not established: {owed} {op} 0") from None
