r"""The scalar problem ``g(x; b) = 1/(1 + x^M) + b x``, x >= 0, for every real depth M > 1: where zero is the minimiser.

The value at zero is 1, whatever b. Everything rests on one inequality, Bernoulli's with a remainder. Where the slope of
g vanishes is in `theory.collapse.deep_linear.claims_collapse_slope`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.collapse_expressions import jump, scalar_objective, threshold
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _ONE = "deep_linear_collapse", "scalar problem, every real M > 1", "scalar problem, one layer"
_G = r"g(x;b)=\frac1{1+x^M}+bx"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)
_DEPTH = "M in (1,oo), x in [0,oo)"


def _left_over(x: Any, depth: Any) -> sympy.Expr:
    """Return what Bernoulli's inequality leaves over; it vanishes at 0 and at the jump only."""
    gap = (depth - 1) / depth * (x ** (depth / 2) / (depth - 1) ** _HALF - 1) ** 2
    return threshold(depth) * x / (1 + x**depth) * gap


@claim(
    paper=_PAPER, where="Bernoulli's inequality", expected="proved", strength="lemma",
    says=r"t^q\le1+q(t-1)-q(1-q)\bigl(\sqrt t-1\bigr)^2,\quad t\ge0,\ 0<q<1",
)  # fmt: skip
def bernoulli_with_remainder(rest: Constant = 1) -> Stated:
    """The tangent of v^q at 1, at v = sqrt t, squared."""
    domain = Domain("t in [0,oo), q in (0,1)")
    t, q = domain
    root = t**_HALF

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        line = k.tangent(v**q, v, 1, root)
        k.show(1 + q * (root - 1), ">=", 0, by=[k.sign(1 - q + q * root, ">=")])
        return k.show(t**q, "<=", 1 + q * (t - 1) - q * (1 - q) * (root - 1) ** 2, by=[k.power(line, 2)])

    right = 1 + q * (t - 1) - rest * q * (1 - q) * (root - 1) ** 2
    return ForAll(domain, t**q, "<=", right), chain_at(proof, {"t": 10**8, "q": Fraction(1, 1000)})


@claim(
    paper=_PAPER, where=_WHERE + ": zero", expected="proved", strength="lower",
    says=r"g(x;b)-1\ge(b-\theta)x+\frac{\theta x}{1+x^M}\cdot\frac{M-1}M\Bigl(\sqrt{\frac{x^M}{M-1}}-1\Bigr)^2,"
    r"\quad\theta=\frac{(M-1)^{\frac{M-1}M}}M,\ x\ge0,\ b>0,\ M>1,\quad " + _G,
)  # fmt: skip
def excess_over_zero(rest: Constant = 1) -> Stated:
    """Bernoulli's inequality at x^M/(M-1). So zero is the only minimiser for b > theta; at theta only x^M = M - 1 ties.

    The power is (M-1)/M: the inequality is that of the weighted means of 1 and x^M/(M-1).
    """
    domain = Domain(_DEPTH + ", b in (0,oo)")
    M, x, b = domain
    share, v = (M - 1) / M, x**M

    def right(times: Any) -> sympy.Expr:
        return (b - threshold(M)) * x + times * _left_over(x, M)

    def proof(k: Proof) -> Any:
        k.show(1 - share, ">", 0, by=[k.sign(1 / M, ">")])
        means = k.apply(bernoulli_with_remainder, {"t": v / (M - 1), "q": share})
        return k.show(scalar_objective(x, b, M) - 1, ">=", right(1), by=[((M - 1) ** share * x / (1 + v), means)])

    statement = ForAll(domain, scalar_objective(x, b, M) - 1, ">=", right(rest))
    return statement, chain_at(proof, {"M": 1000, "x": _HALF, "b": 1})


@claim(
    paper=_PAPER, where=_WHERE + ": zero", expected="proved", strength="tight",
    says=r"b\ge\frac{(M-1)^{\frac{M-1}M}}M\ \Rightarrow\ g(x;b)\ge1,\quad x\ge0,\ M>1,\quad " + _G,
)  # fmt: skip
def zero_is_the_minimiser(scale: Constant = 1) -> Stated:
    """What is left over Bernoulli's inequality is not negative."""
    domain = Domain(_DEPTH + ", b in (0,oo)")
    M, x, b = domain

    def proof(k: Proof) -> Any:
        excess = k.apply(excess_over_zero, {"M": M, "x": x, "b": b})
        by = [excess, (x, k.hypothesis(0)), k.sign(_left_over(x, M), ">=")]
        return k.show(scalar_objective(x, b, M), ">=", 1, by=by)

    hard = {"M": 2, "x": 1, "b": Fraction(199, 400)}
    given = ((b, ">=", scale * threshold(M)),)
    return ForAll(domain, scalar_objective(x, b, M), ">=", 1, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": the jump", expected="proved", strength="identity",
    says=r"g\bigl((M-1)^{1/M};b\bigr)=1+(M-1)^{1/M}\Bigl(b-\frac{(M-1)^{\frac{M-1}M}}M\Bigr),\quad M>1,\quad " + _G,
)  # fmt: skip
def value_at_the_jump(factor: Constant = 1) -> Stated:
    """At the threshold it ties with zero, below it zero is beaten: zero is a minimiser only from the threshold on."""
    domain = Domain("M in (1,oo), b in (0,oo)")
    M, b = domain
    left, gap = scalar_objective(jump(M), b, M), b - threshold(M)
    right = 1 + jump(M) * gap
    return ForAll(domain, left, "==", 1 + factor * jump(M) * gap), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_WHERE + ": zero from nearby", expected="proved", strength="lower",
    says=r"0<x^{M-1}\le b\ \Rightarrow\ g(x;b)>1,\quad M>1,\quad " + _G,
)  # fmt: skip
def zero_is_a_local_minimum(factor: Constant = 1) -> Stated:
    """What x gains, x^M/(1 + x^M), is less than x^M, at most b x. So zero is a local minimum at every b > 0."""
    domain = Domain("M in (1,oo), x in (0,oo), b in (0,oo)")
    M, x, b = domain

    def proof(k: Proof) -> Any:
        gain = k.sign(x ** (2 * M) / (1 + x**M), ">")
        return k.show(scalar_objective(x, b, M), ">", 1, by=[(x, k.hypothesis(0)), gain])

    given = ((x ** (M - 1), "<=", factor * b),)
    hard = {"M": 2, "x": Fraction(1, 100), "b": Fraction(2, 201)}
    return ForAll(domain, scalar_objective(x, b, M), ">", 1, given), chain_at(proof, hard)


# -- one layer -------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_ONE, expected="proved", strength="identity",
    says=r"\frac1{1+x}+bx=2\sqrt b-b+\frac{\bigl(1-\sqrt b\,(1+x)\bigr)^2}{1+x},\quad x\ge0,\ b>0",
)  # fmt: skip
def one_layer_completes_the_square(factor: Constant = 1) -> Stated:
    """So for b < 1 the only minimiser is 1/sqrt(b) - 1; it tends to zero with b to 1, where nothing jumps."""
    domain = Domain("x in [0,oo), b in (0,oo)")
    x, b = domain
    root = b**_HALF
    left, square = scalar_objective(x, b, 1), (1 - root * (1 + x)) ** 2 / (1 + x)
    right = 2 * root - b + square
    return ForAll(domain, left, "==", 2 * root - b + factor * square), chain(lambda k: k.identity(left, right))


bernoulli_with_remainder.false_if("the remainder were 1 % larger", rest=_MORE)
value_at_the_jump.false_if("the difference counted 1 % more", factor=_MORE)
zero_is_a_local_minimum.false_if("x^(M-1) might be 1 % more", factor=_MORE)
excess_over_zero.false_if("the square counted 1 % more", rest=_MORE)
zero_is_the_minimiser.false_if("the threshold were 1 % smaller", scale=_LESS)
one_layer_completes_the_square.false_if("the square counted 1 % more", factor=_MORE)
