"""Vectors of any dimension and expressions linear in their inner products, as terms.

Worst cases over all vectors in all dimensions depend on the vectors through their inner products alone. Write
the mathematics with ``u - 2 * v``, the inner product ``u @ v`` and scalars; the terms keep each inner product
as written, and prover and checker expand it on their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.engine.statements.epigraph import exact
from theory.engine.statements.tex import tex_name
from theory.engine.terms import Term, number

_LATEX_HEADS = {"max": r"\max", "min": r"\min"}


@dataclass(frozen=True)
class Vector:
    """A linear combination of named vectors with exact rational coefficients.

    Examples
    --------
    >>> x, g = vectors("x g")
    >>> (x - Fraction(1, 2) * g).coefficients
    {'x': Fraction(1, 1), 'g': Fraction(-1, 2)}
    """

    coefficients: Mapping[str, Fraction]

    def __add__(self, other: Vector) -> Vector:
        if not isinstance(other, Vector):
            return NotImplemented
        total = dict(self.coefficients)
        for name, value in other.coefficients.items():
            total[name] = total.get(name, Fraction(0)) + value
        return Vector({name: value for name, value in total.items() if value})

    def __mul__(self, factor: Any) -> Vector:
        scale = exact(factor, "the factor of a vector")
        return Vector({name: scale * value for name, value in self.coefficients.items() if scale})

    __rmul__ = __mul__

    def __neg__(self) -> Vector:
        return -1 * self

    def __sub__(self, other: Vector) -> Vector:
        if not isinstance(other, Vector):
            return NotImplemented
        return self + (-other)

    def __matmul__(self, other: Vector) -> Expression:
        """Return the inner product."""
        if not isinstance(other, Vector):
            return NotImplemented
        if not self.coefficients or not other.coefficients:
            return Expression(0)
        sides = [{name: str(value) for name, value in side.coefficients.items()} for side in (self, other)]
        return Expression(["dot", *sides])


@dataclass(frozen=True)
class Expression:
    """A term in scalars and inner products that is added, subtracted and scaled; see `scalars` and `Vector`.

    Examples
    --------
    >>> (f,), (x,) = scalars("f"), vectors("x")
    >>> (f - x @ x / 2).term
    ['+', 'f', ['*', -1, ['*', ['/', 1, 2], ['dot', {'x': '1'}, {'x': '1'}]]]]
    """

    term: Term

    def __add__(self, other: Any) -> Expression:
        return Expression(["+", self.term, expression(other).term])

    __radd__ = __add__

    def __mul__(self, factor: Any) -> Expression:
        return Expression(["*", number(exact(factor, "the factor of an expression")), self.term])

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Expression:
        return self * (1 / exact(divisor, "the divisor of an expression"))

    def __neg__(self) -> Expression:
        return -1 * self

    def __sub__(self, other: Any) -> Expression:
        return self + (-expression(other))

    def __rsub__(self, other: Any) -> Expression:
        return expression(other) + (-self)


def vectors(names: str) -> tuple[Vector, ...]:
    """Return one vector for each of the names.

    >>> [list(v.coefficients) for v in vectors("x g")]
    [['x'], ['g']]
    """
    return tuple(Vector({name: Fraction(1)}) for name in _identifiers(names))


def scalars(names: str) -> tuple[Expression, ...]:
    """Return one real unknown for each of the names.

    >>> scalars("f0 f1")[1]
    Expression(term='f1')
    """
    return tuple(Expression(name) for name in _identifiers(names))


def largest(*parts: Any) -> Expression:
    """Return the largest of several expressions or rationals."""
    return Expression(["max", *[expression(part).term for part in parts]])


def least(*parts: Any) -> Expression:
    """Return the least of several expressions or rationals, such as the smallest gradient norm of a run."""
    return Expression(["min", *[expression(part).term for part in parts]])


def expression(value: Any) -> Expression:
    """Return an expression as it is and an exact rational as a constant expression.

    >>> expression(Fraction(1, 2)).term
    ['/', 1, 2]
    """
    if isinstance(value, Expression):
        return value
    return Expression(number(exact(value, "a constant in an expression")))


def basis(term: Term) -> tuple[list[str], list[str]]:
    """Return the vectors and the scalars that a term names, in order of appearance.

    >>> (f,), (x, g) = scalars("f"), vectors("x g")
    >>> basis((f + g @ x).term)
    (['g', 'x'], ['f'])
    """
    if isinstance(term, str):
        return [], [term]
    if isinstance(term, int) or term[0] == "/":
        return [], []
    if term[0] == "dot":
        return list(dict.fromkeys([*term[1], *term[2]])), []
    found = [basis(part) for part in term[1:]]
    return tuple(list(dict.fromkeys(name for pair in found for name in pair[side])) for side in (0, 1))  # type: ignore[return-value]


def latex(term: Term) -> str:
    r"""Return the LaTeX of a term.

    >>> (f,), (x, g) = scalars("f1"), vectors("x0 g0")
    >>> latex((f - x @ (x - g)).term)
    'f_{1} - \\langle x_{0}, x_{0} - g_{0} \\rangle'
    """
    if isinstance(term, int):
        return str(term)
    if isinstance(term, str):
        return tex_name(term)
    head, *parts = term
    if head == "/":
        return rf"{'-' if parts[0] < 0 else ''}\tfrac{{{abs(parts[0])}}}{{{parts[1]}}}"
    if head == "dot":
        left, right = _combination(parts[0]), _combination(parts[1])
        if left == right:
            return rf"\lVert {_combination(parts[0], positive=True)} \rVert^2"
        return rf"\langle {left}, {right} \rangle"
    if head == "+":
        return " + ".join(latex(part) for part in parts if part != 0).replace("+ -", "- ") or "0"
    if head == "*":
        return _scaled_latex(parts)
    return rf"{_LATEX_HEADS.get(head, head)}\left( {', '.join(map(latex, parts))} \right)"


def _scaled_latex(parts: list[Term]) -> str:
    factor, body = parts
    if isinstance(body, list) and body[0] == "*" and factor == -1:
        text = latex(body)
        return text[1:] if text.startswith("-") else "-" + text
    inner = latex(body)
    if isinstance(body, list) and body[0] == "+":
        inner = rf"\left( {inner} \right)"
    if factor in (1, -1):
        return inner if factor == 1 else "-" + inner
    return rf"{latex(factor)} {inner}" if not isinstance(body, int) else rf"{latex(factor)} \cdot {inner}"


def _combination(coefficients: Mapping[str, str], *, positive: bool = False) -> str:
    """Return a linear combination of vectors, or its negative if its first coefficient is to be positive."""
    pieces: list[str] = []
    turn = -1 if positive and next(iter(coefficients.values()), "").startswith("-") else 1
    for name, text in coefficients.items():
        value = turn * Fraction(text)
        scale = "" if abs(value) == 1 else latex(number(abs(value))) + " "
        sign = "-" if value < 0 else "+"
        first = "-" if value < 0 else ""
        pieces.append(f" {sign} {scale}{tex_name(name)}" if pieces else f"{first}{scale}{tex_name(name)}")
    return "".join(pieces)


def _identifiers(names: str) -> list[str]:
    found = names.split()
    simple = all(name.isidentifier() and name.isascii() for name in found)
    if not found or not simple or len(set(found)) < len(found):
        raise ValueError(
            f"names are {names!r}; distinct identifiers separated by blanks are needed, such as 'x0 g0 g1'"
        )
    return found
