r"""Where the branches of a transform with bounded scores meet: equal value and slope at the threshold.

Beyond its threshold s the transform with scores in [-B, B] is the line that touches the free transform there: s =
tanh(B/2) for the logistic loss, tanh(B) for the exponential one, B for the squared hinge. The difference at t is
``int_s^t (t - v) T''(v) dv``, which lies between the least and the largest second derivative times ``(t-s)^2/2``:
value and slope agree at the threshold, and a bound on the scores costs at least half the squared distance from it.

The proofs move s = r t from r to 1, where the difference is zero.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "hcons_binary", "transforms of margin losses, linear hypotheses"
_LOGISTIC_BOUND = ("the bound on the scores is B = 2 artanh s: tB/2 - log cosh(B/2) is written in s",)
_EXPONENTIAL_BOUND = ("the bound on the scores is B = artanh s: 1 - cosh B + t sinh B is written in s",)
_LESS, _MORE = Fraction(95, 100), Fraction(105, 100)
_LOGISTIC = r"s=\tanh\tfrac B2\le t<1:\quad\mathcal T(t)-\big(\tfrac{tB}2-\log\cosh\tfrac B2\big)"
_EXPONENTIAL = r"s=\tanh B\le t<1:\quad1-\sqrt{1-t^2}-\big(1-\cosh B+t\sinh B\big)"


def logistic_difference(t: sympy.Expr, s: sympy.Expr) -> sympy.Expr:
    """The free transform minus the line at t, after B = 2 artanh s: the relative entropy of two coins.

    Examples
    --------
    >>> from sympy import Rational
    >>> logistic_difference(Rational(1, 2), Rational(1, 2))
    0
    """
    import sympy

    return (1 + t) / 2 * sympy.log((1 + t) / (1 + s)) + (1 - t) / 2 * sympy.log((1 - t) / (1 - s))


def exponential_difference(t: sympy.Expr, s: sympy.Expr) -> sympy.Expr:
    """The free transform minus the line at t, after B = artanh s: cosh B = 1/sqrt(1-s^2).

    Examples
    --------
    >>> from sympy import Rational
    >>> exponential_difference(Rational(3, 5), Rational(3, 5))
    0
    """
    import sympy

    return (1 - t * s) / sympy.sqrt(1 - s**2) - sympy.sqrt(1 - t**2)


def _moved(k: Proof, f: Any, r: Any, growth: Any) -> Any:
    """Conclude f <= 0: by ``growth`` it does not fall with r, and it is 0 at r = 1."""
    rising = k.show(f.diff(r), ">=", 0, by=[growth])
    return k.grows(rising, f, r, end="high")


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    assumptions=_LOGISTIC_BOUND,
    says=_LOGISTIC + r"\ge\tfrac12(t-s)^2",
)  # fmt: skip
def logistic_bounded_lies_below(c: Constant = 1) -> Stated:
    """T'' = 1/(1-v^2) >= 1. Bounding the scores lowers the transform beyond the threshold s = r t."""
    domain = Domain("t in (0,1), r in (0,1]")
    t, r = domain
    s = r * t
    difference, square = logistic_difference(t, s), (t - s) ** 2 / 2

    def proof(k: Proof) -> Any:
        growth = k.sign(t * t * (1 - r) * s**2 / ((1 - s) * (1 + s)), ">=")
        falls = _moved(k, square - difference, r, growth)
        return k.show(difference, ">=", square, by=[falls])

    return ForAll(domain, difference, ">=", c * square), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    assumptions=_LOGISTIC_BOUND,
    says=_LOGISTIC + r"\le\frac{(t-s)^2}{2(1-t^2)}",
)  # fmt: skip
def logistic_branches_meet(c: Constant = 1) -> Stated:
    """T'' = 1/(1-v^2) <= 1/(1-t^2). With the lower bound: the branches have the same value and slope."""
    domain = Domain("t in (0,1), r in (0,1]")
    t, r = domain
    s = r * t
    difference, square = logistic_difference(t, s), (t - s) ** 2 / (2 * (1 - t**2))

    def proof(k: Proof) -> Any:
        growth = k.sign(t**4 * (1 - r) ** 2 * (1 + r) / ((1 - s) * (1 + s) * (1 - t) * (1 + t)), ">=")
        falls = _moved(k, difference - square, r, growth)
        return k.show(difference, "<=", square, by=[falls])

    return ForAll(domain, difference, "<=", c * square), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    assumptions=_EXPONENTIAL_BOUND,
    says=_EXPONENTIAL + r"\ge\tfrac12(t-s)^2",
)  # fmt: skip
def exponential_bounded_lies_below(c: Constant = 1) -> Stated:
    """T'' = (1-v^2)^(-3/2) >= 1. Bounding the scores lowers the transform beyond the threshold s = r t."""
    domain = Domain("t in (0,1), r in (0,1]")
    t, r = domain
    s = r * t
    difference, square = exponential_difference(t, s), (t - s) ** 2 / 2

    def proof(k: Proof) -> Any:
        curved = k.sign((1 - s**2) ** Fraction(-3, 2) - 1, ">=")
        falls = _moved(k, square - difference, r, (t * t * (1 - r), curved))
        return k.show(difference, ">=", square, by=[falls])

    return ForAll(domain, difference, ">=", c * square), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    assumptions=_EXPONENTIAL_BOUND,
    says=_EXPONENTIAL + r"\le\frac{(t-s)^2}{2(1-t^2)^{3/2}}",
)  # fmt: skip
def exponential_branches_meet(c: Constant = 1) -> Stated:
    """T'' = (1-v^2)^(-3/2) <= (1-t^2)^(-3/2). With the lower bound: the branches have the same value and slope."""
    domain = Domain("t in (0,1), r in (0,1]")
    t, r = domain
    s = r * t
    difference, square = exponential_difference(t, s), (t - s) ** 2 / (2 * (1 - t**2) ** Fraction(3, 2))

    def proof(k: Proof) -> Any:
        farther = k.show(1 - s**2, ">=", 1 - t**2, by=[k.sign(t**2 * (1 - r) * (1 + r), ">=")])
        less = k.power(farther, Fraction(-3, 2))
        falls = _moved(k, difference - square, r, (t * t * (1 - r), less))
        return k.show(difference, "<=", square, by=[falls])

    return ForAll(domain, difference, "<=", c * square), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    says=r"t^2-(2tB-B^2)=(t-B)^2",
)  # fmt: skip
def quadratic_branches_meet(c: Constant = 1) -> Stated:
    """The squared hinge: the line is the tangent at the threshold t = B."""
    domain = Domain("t in [0,1], B in (0,1]")
    t, bound = domain
    difference, square = t**2 - (2 * t * bound - bound**2), (t - bound) ** 2
    return ForAll(domain, difference, "==", c * square), chain(lambda k: k.identity(difference, square))


logistic_bounded_lies_below.false_if("it were 5 % further below", c=_MORE)
logistic_branches_meet.false_if("5 % less sufficed", c=_LESS)
exponential_bounded_lies_below.false_if("it were 5 % further below", c=_MORE)
exponential_branches_meet.false_if("5 % less sufficed", c=_LESS)
quadratic_branches_meet.false_if("it were 5 % further below", c=_MORE)
