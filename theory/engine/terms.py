"""Expressions as plain data ("terms"), the only form that certificates, checkers and evaluators share.

A term is

- an ``int``; ``["/", p, q]`` a rational in lowest terms, q >= 2;
- a ``str``: a variable; ``["pi"]``: the number pi;
- ``["+", t, ...]``, ``["*", t, ...]``, ``["^", base, exponent]`` (a real power);
- ``["exp", t]``, ``["log", t]``, ``["abs", t]``, ``["max", t, u, ...]``, ``["min", t, u, ...]``,
  ``["tanh", t]``, ``["sinh", t]``, ``["cosh", t]``, ``["atan", t]``, ``["erf", t]``, ``["erfc", t]``;
- ``["E", k, t]``: the entire quotient ``int_0^1 s^k e^(s t) ds``;
- ``["sum", t]``: the sum of t over the classes that are not named (`theory.engine.functions.Sig`).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

Term = Any  # a recursive type that mypy cannot express without a cast at each use

UNARY = ("exp", "log", "abs", "tanh", "sinh", "cosh", "atan", "erf", "erfc")


def number(value: Fraction) -> Term:
    """Return a rational as a term.

    >>> number(Fraction(6, 4)), number(Fraction(2))
    (['/', 3, 2], 2)
    """
    return value.numerator if value.denominator == 1 else ["/", value.numerator, value.denominator]


def from_sympy(expression: sympy.Expr) -> Term:
    """Translate a SymPy expression.

    Raises
    ------
    ValueError
        If it holds something that no checker could evaluate, such as a float or an unknown function.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> from_sympy(sympy.sqrt(x) - sympy.Rational(1, 3))
    ['+', ['/', -1, 3], ['^', 'x', ['/', 1, 2]]]
    """
    import sympy

    from theory.engine.functions import EntireQuotient, Sig

    if expression.is_Rational:
        return number(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Symbol:
        return str(expression.name)
    if expression is sympy.pi:
        return ["pi"]
    if expression is sympy.E:
        return ["exp", 1]
    arguments = expression.args
    if expression.is_Add or expression.is_Mul:
        ordered = [from_sympy(argument) for argument in expression.as_ordered_factors()] if expression.is_Mul else None
        terms = ordered or [from_sympy(argument) for argument in sorted(arguments, key=sympy.default_sort_key)]
        return ["+" if expression.is_Add else "*", *terms]
    if isinstance(expression, sympy.exp):
        return ["exp", from_sympy(arguments[0])]
    if expression.is_Pow:
        return ["^", from_sympy(expression.base), from_sympy(expression.exp)]
    if isinstance(expression, EntireQuotient):
        return ["E", int(arguments[0]), from_sympy(arguments[1])]
    if isinstance(expression, Sig):
        return ["sum", from_sympy(arguments[0])]
    names: dict[type, str] = {sympy.log: "log", sympy.Abs: "abs", sympy.Max: "max", sympy.Min: "min"}
    names |= {
        sympy.tanh: "tanh",
        sympy.sinh: "sinh",
        sympy.cosh: "cosh",
        sympy.atan: "atan",
        sympy.erf: "erf",
        sympy.erfc: "erfc",
    }
    name = names.get(expression.func)
    if name is None:
        raise ValueError(
            f"no checker evaluates {expression.func.__name__} in {expression}; allowed: + * ^ exp "
            f"{' '.join(sorted(names.values()))} EntireQuotient Sig, exact rationals and pi"
        )
    return [name, *[from_sympy(argument) for argument in sorted(arguments, key=sympy.default_sort_key)]]


def to_sympy(term: Term, symbol: Callable[[str], sympy.Expr]) -> sympy.Expr:
    """Translate back; ``symbol`` gives the SymPy symbol (with its assumptions) of a name."""
    import sympy

    from theory.engine.functions import EntireQuotient, Sig

    if isinstance(term, int):
        return sympy.Integer(term)
    if isinstance(term, str):
        return symbol(term)
    head, *rest = term
    if head == "/":
        return sympy.Rational(rest[0], rest[1])
    if head == "pi":
        return sympy.pi
    if head == "E":
        return EntireQuotient(sympy.Integer(rest[0]), to_sympy(rest[1], symbol))
    heads: dict[str, Any] = {
        "+": sympy.Add,
        "*": sympy.Mul,
        "^": sympy.Pow,
        "abs": sympy.Abs,
        "max": sympy.Max,
    }
    heads |= {"min": sympy.Min, "sum": Sig} | {name: getattr(sympy, name) for name in UNARY if name != "abs"}
    if head not in heads:
        raise ValueError(f"unknown head {head!r} in a term; known: {', '.join(heads)}, /, pi, E")
    return heads[head](*[to_sympy(argument, symbol) for argument in rest])


def names(term: Term) -> set[str]:
    """Return the variables of a term.

    >>> sorted(names(["+", "x", ["^", "y", 2]]))
    ['x', 'y']
    """
    if isinstance(term, str):
        return {term}
    if isinstance(term, int) or term[0] in ("/", "pi"):
        return set()
    parts = term[2:] if term[0] == "E" else term[1:]
    return set().union(*[names(part) for part in parts])
