"""Convexity of a formula by rules of composition, on the whole line.

The rules are those of disciplined convex programming, with the curvature of log f added for positive f: sums,
products and positive powers of log-convex functions are log-convex, products and powers of log-concave ones
log-concave, and a reciprocal swaps the two, which covers the logistic loss. Signs come from rigorous ranges
(`theory.classification.analysis.intervals`). A formula that the rules do not cover is not thereby shown to be
non-convex.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from theory.classification.analysis.intervals import WHOLE, Interval, compile_term
from theory.engine.terms import Term, names


@dataclass(frozen=True)
class Curvature:
    """What the rules say about one formula: any of convex, concave (both: affine), and the same of its logarithm."""

    convex: bool = False
    concave: bool = False
    log_convex: bool = False
    log_concave: bool = False
    range: Interval = WHOLE

    @property
    def affine(self) -> bool:
        return self.convex and self.concave

    @property
    def positive(self) -> bool:
        return bool(self.range.low > 0)

    @property
    def nonnegative(self) -> bool:
        return bool(self.range.low >= 0)


def curvature(term: Term) -> Curvature:
    """Apply the rules to a term in one variable.

    Examples
    --------
    >>> logistic = ["log", ["+", 1, ["exp", ["*", -1, "u"]]]]
    >>> curvature(logistic).convex, curvature(["tanh", "u"]).convex
    (True, False)
    """
    return _rules(term, min(names(term)) if names(term) else "u")


def _rules(term: Term, variable: str) -> Curvature:
    span = compile_term(term, variable)(WHOLE)[0]
    if variable not in names(term):
        positive = bool(span.low > 0)
        return Curvature(True, True, positive, positive, span)
    if isinstance(term, str):
        return Curvature(True, True, range=span)
    head, *rest = term
    if head == "^":
        found = _power(rest[0], rest[1], variable)
    elif head == "*" and (odd := _odd_power(rest)) is not None:
        found = _power(*odd, variable)
    else:
        found = _apply(head, [_rules(part, variable) for part in rest])
    log_convex = found.log_convex and bool(span.low >= 0)
    log_concave = (found.log_concave or found.concave) and bool(span.low >= 0)
    return Curvature(found.convex or log_convex, found.concave, log_convex, log_concave, span)


def _apply(head: str, parts: list[Curvature]) -> Curvature:
    first = parts[0]
    match head:
        case "+":
            return Curvature(
                all(p.convex for p in parts), all(p.concave for p in parts), all(p.log_convex for p in parts)
            )
        case "*":
            return _product(parts)
        case "exp":
            return Curvature(convex=first.convex, log_convex=first.convex, log_concave=first.concave)
        case "log":
            return Curvature(
                convex=first.nonnegative and first.log_convex, concave=first.nonnegative and first.log_concave
            )
        case "abs":
            keeps = first.convex and first.nonnegative
            flips = first.concave and bool(first.range.high <= 0)
            return Curvature(convex=first.affine or keeps or flips, concave=first.concave and first.nonnegative)
        case "max":
            return Curvature(convex=all(p.convex for p in parts), log_convex=all(p.log_convex for p in parts))
        case "min":
            return Curvature(concave=all(p.concave for p in parts), log_concave=all(p.log_concave for p in parts))
        case "cosh":
            return Curvature(convex=first.affine, log_convex=first.affine)
    return Curvature()


def _product(parts: list[Curvature]) -> Curvature:
    """Constants times one function, or factors whose logarithms bend the same way."""
    log_convex, log_concave = all(p.log_convex for p in parts), all(p.log_concave for p in parts)
    constant = [p for p in parts if _is_constant(p)]
    moving = [p for p in parts if not _is_constant(p)]
    if len(moving) != 1:
        return Curvature(log_convex=log_convex, log_concave=log_concave)
    (only,) = moving
    if not all(p.nonnegative or p.range.high <= 0 for p in constant):
        return Curvature(convex=only.affine, concave=only.affine)
    negative = sum(1 for p in constant if p.range.high <= 0) % 2 == 1
    convex, concave = (only.concave, only.convex) if negative else (only.convex, only.concave)
    return Curvature(convex, concave, log_convex, log_concave)


def _odd_power(factors: list[Term]) -> tuple[Term, Term] | None:
    """Read |f| f^(2k), SymPy's form of |f|^(2k+1), as that power."""
    if len(factors) != 2:
        return None
    for size, power in (factors, factors[::-1]):
        is_pair = isinstance(size, list) and size[0] == "abs" and isinstance(power, list) and power[0] == "^"
        if is_pair and power[1] == size[1] and isinstance(power[2], int) and power[2] > 0 and power[2] % 2 == 0:
            return size, power[2] + 1
    return None


def _is_constant(part: Curvature) -> bool:
    """Constants are the only affine functions of the line with a bounded range."""
    return part.affine and bool(part.range.low.is_finite()) and bool(part.range.high.is_finite())


def _power(base: Term, exponent: Term, variable: str) -> Curvature:
    inner = _rules(base, variable)
    if variable in names(exponent):
        outer = _rules(exponent, variable)
        ground = variable not in names(base) and inner.positive
        return Curvature(log_convex=ground and outer.affine, log_concave=ground and outer.affine)
    if not (isinstance(exponent, int) or exponent[0] == "/"):
        return Curvature()
    p = Fraction(exponent) if isinstance(exponent, int) else Fraction(exponent[1], exponent[2])
    if p < 0:  # log of 1/f is minus log f
        return Curvature(
            log_convex=inner.log_concave and inner.nonnegative,
            log_concave=inner.log_convex and inner.nonnegative,
        )
    concave = inner.concave and inner.nonnegative and p <= 1
    even = p.denominator == 1 and p.numerator % 2 == 0
    convex = p >= 1 and ((inner.convex and inner.nonnegative) or (inner.affine and even))
    return Curvature(convex, concave, inner.log_convex, inner.log_concave)
