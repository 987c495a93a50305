r"""Where the slope of the scalar problem vanishes: the largest root, and the window in which it is local only.

The slope of ``g(x; b) = 1/(1 + x^M) + b x`` is ``b - phi(x)``, ``phi(x) = M x^{M-1}/(1 + x^M)^2``. For every real M > 1
phi rises from 0 up to ``x^M = (M-1)/(M+1)`` and falls from there on, so that at each b below its largest value it has
two roots; the larger one is a local minimum of g. It is the global one from ``x^M = M - 1`` on, where b is the
threshold.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.claims_collapse_scalar import bernoulli_with_remainder
from theory.collapse.deep_linear.collapse_expressions import (
    descent,
    flattest,
    jump,
    last_decay,
    scalar_objective,
    threshold,
)
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "deep_linear_collapse", "scalar problem, every real M > 1"
_G = r"g(x;b)=\frac1{1+x^M}+bx"
_PHI = r"\varphi(x)=\frac{Mx^{M-1}}{(1+x^M)^2}"
_LOC = r"b_{\mathrm{loc}}=\frac{(M+1)^2}{4M}\Bigl(\frac{M-1}{M+1}\Bigr)^{\frac{M-1}M}"
_DEPTH = "M in (1,oo), x in (0,oo)"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)


@claim(
    paper=_PAPER, where=_WHERE + ": slope", expected="proved", strength="identity",
    says=r"\frac{dg}{dx}=b-\varphi(x),\quad x>0,\ M>1,\quad " + _G + r",\ " + _PHI,
)  # fmt: skip
def slope_of_the_scalar_problem(factor: Constant = 1) -> Stated:
    """Differentiate."""
    domain = Domain(_DEPTH + ", b in (0,oo)")
    M, x, b = domain
    left = scalar_objective(x, b, M).diff(x)
    statement = ForAll(domain, left, "==", b - factor * descent(x, M))
    return statement, chain(lambda k: k.identity(left, b - descent(x, M)))


def _below(k: Proof, M: Any, v: Any, R: Any, slack: Any) -> Any:
    """Show ``(1 + v R)^2 > (1 + v)^2 R^{(M-1)/M}`` for R != 1, from Bernoulli's inequality at q = (M-1)/(2 M).

    ``slack`` says ``(R - 1)(v - (M-1)/(M+1)) >= 0``: it is what the tangent leaves, up to the factor (M+1)/(2 M).
    """
    q, far = (M - 1) / (2 * M), (M + 1) / (2 * M)
    k.show(1 - q, ">", 0, by=[k.sign(far, ">")])
    line = k.apply(bernoulli_with_remainder, {"t": R, "q": q})
    rest = (1 + v) * q * far * (R**_HALF - 1) ** 2
    root = k.show(1 + v * R, ">", (1 + v) * R**q, by=[(1 + v, line), (far, slack), k.sign(rest, ">")])
    return k.power(root, 2)


def _moved(ranges: str, condition: str, scale: Constant, hard: dict[str, Any]) -> Stated:
    """State that phi is smaller at r x than at x, for r in the range and x on one side of its maximum."""
    domain = Domain(_DEPTH + ", r in " + ranges)
    M, x, r = domain
    v, R = x**M, r**M

    def proof(k: Proof) -> Any:
        side = k.hypothesis(0)
        away = R - 1 if condition == ">=" else 1 - R
        slack = k.show((R - 1) * (v - flattest(M)), ">=", 0, by=[(away, side)])
        above = _below(k, M, v, R, slack)
        factor = M * x ** (M - 1) / ((1 + v) ** 2 * (1 + v * R) ** 2)
        return k.show(descent(r * x, M), "<", descent(x, M), by=[(factor, above)])

    given = ((v, condition, scale * flattest(M)),)
    return ForAll(domain, descent(r * x, M), "<", descent(x, M), given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": slope", expected="proved", strength="tight",
    says=r"x^M\ge\frac{M-1}{M+1}\ \Rightarrow\ \varphi(rx)<\varphi(x),\quad r>1,\ M>1,\quad" + _PHI,
)  # fmt: skip
def descent_falls_beyond(scale: Constant = 1) -> Stated:
    """The tangent of R^((M-1)/(2M)) at 1 is below (1 + v R)/(1 + v) there; v = x^M, R = r^M."""
    hard = {"M": 3, "x": Fraction(7911, 10000), "r": Fraction(1001, 1000)}
    return _moved("(1,oo)", ">=", scale, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": slope", expected="proved", strength="tight",
    says=r"x^M\le\frac{M-1}{M+1}\ \Rightarrow\ \varphi(rx)<\varphi(x),\quad0<r<1,\ M>1,\quad" + _PHI,
)  # fmt: skip
def descent_rises_before(scale: Constant = 1) -> Stated:
    """The same tangent, on its other side."""
    hard = {"M": 3, "x": Fraction(199, 250), "r": Fraction(999, 1000)}
    return _moved("(0,1)", "<=", scale, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": window of local minima", expected="proved", strength="tight",
    says=r"\varphi(x)\le b_{\mathrm{loc}}\Bigl(1-\Bigl(\frac{x^M-\frac{M-1}{M+1}}{1+x^M}\Bigr)^2\Bigr),"
    r"\quad x>0,\ M>1,\quad" + _PHI + r",\ " + _LOC,
)  # fmt: skip
def last_decay_of_a_local_minimum(factor: Constant = 1) -> Stated:
    """The tangent of v^((M-1)/M) at v = (M-1)/(M+1). From b_loc on the slope of g vanishes nowhere but there."""
    domain = Domain(_DEPTH)
    M, x = domain
    share, top = (M - 1) / M, flattest(M)

    def right(times: Any) -> Any:
        return last_decay(M) * (1 - times * ((x**M - top) / (1 + x**M)) ** 2)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        k.show(1 - share, ">", 0, by=[k.sign(1 / M, ">")])
        line = k.tangent(v**share, v, top, x**M)
        return k.show(descent(x, M), "<=", right(1), by=[(M / (1 + x**M) ** 2, line)])

    statement = ForAll(domain, descent(x, M), "<=", right(factor))
    return statement, chain_at(proof, {"M": 3, "x": Fraction(8, 10)}, {"M": 2, "x": Fraction(1, 2)})


@claim(
    paper=_PAPER, where=_WHERE + ": window of local minima", expected="proved", strength="identity",
    says=r"x^M=\frac{M-1}{M+1}\ \Rightarrow\ \varphi(x)=b_{\mathrm{loc}},\quad M>1,\quad " + _PHI + r",\ " + _LOC,
)  # fmt: skip
def last_decay_is_reached(factor: Constant = 1) -> Stated:
    """Put it in. At every smaller b the slope has a root on either side; the larger one is a local minimum."""
    domain = Domain("M in (1,oo)")
    (M,) = domain
    left, right = descent(flattest(M) ** (1 / M), M), last_decay(M)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_WHERE + ": window of local minima", expected="proved", strength="lower",
    says=r"\frac{(M-1)^{\frac{M-1}M}}M\le\frac{4M}{(M+1)^2}\,b_{\mathrm{loc}},\quad M>1,\quad " + _LOC,
)  # fmt: skip
def window_of_local_minima(factor: Constant = 1) -> Stated:
    """The last bound at x^M = M - 1, where phi is the threshold: the window is never empty, as (M+1)^2 > 4M."""
    domain = Domain("M in (1,oo)")
    (M,) = domain

    def proof(k: Proof) -> Any:
        bound = k.apply(last_decay_of_a_local_minimum, {"M": M, "x": jump(M)})
        return k.show(threshold(M), "<=", 4 * M / (M + 1) ** 2 * last_decay(M), by=[bound])

    right = factor * 4 * M / (M + 1) ** 2 * last_decay(M)
    return ForAll(domain, threshold(M), "<=", right), chain_at(proof, {"M": Fraction(1001, 1000)})


# -- the largest root ------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE + ": largest root", expected="proved", strength="tight",
    assumptions=("where g is least beside x = 0 its slope vanishes: b = phi(x)",),
    says=r"g(x;\varphi(x))\le1\ \Rightarrow\ x^M\ge M-1,\quad x>0,\ M>1,\quad " + _G + r",\ " + _PHI,
)  # fmt: skip
def minimisers_are_zero_or_large(scale: Constant = 1) -> Stated:
    """There 1 - g is x^M (x^M - M + 1)/(1 + x^M)^2: a row is zero or has a squared length of at least N lH (M - 1)."""
    domain = Domain(_DEPTH)
    M, x = domain
    v, value = x**M, scalar_objective(x, descent(x, M), M)

    def proof(k: Proof) -> Any:
        return k.show(v, ">=", M - 1, by=[((1 + v) ** 2 / v, k.hypothesis(0))])

    hard = {"M": 2, "x": Fraction(1001, 1000)}
    return ForAll(domain, v, ">=", scale * (M - 1), ((value, "<=", 1),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": largest root", expected="proved", strength="lemma",
    says=r"v=x^M\ge M-1,\ R=r^M\ \Rightarrow\ g(rx;\varphi(x))-g(x;\varphi(x))\ge\frac v{(1+v)^2(1+vR)}"
    r"\Bigl(\frac{M(v-M+1)}{M+1}\bigl(\sqrt{rR}-1\bigr)^2+(M-1)r\bigl(\sqrt R-1\bigr)^2\Bigr),"
    r"\quad r\ge0,\ M>1,\quad " + _G + r",\ " + _PHI,
)  # fmt: skip
def gap_over_the_largest_root(rest: Constant = 1) -> Stated:
    """Bernoulli's inequality twice. So the largest root is the only minimiser if v > M - 1; at v = M - 1 zero ties."""
    domain = Domain(_DEPTH + ", r in [0,oo)")
    M, x, r = domain
    v, R = x**M, r**M
    first, second = M * (v - M + 1) / (M + 1) * (r ** ((M + 1) / 2) - 1) ** 2, (M - 1) * r * (r ** (M / 2) - 1) ** 2
    factor = v / ((1 + v) ** 2 * (1 + v * R))
    left = scalar_objective(r * x, descent(x, M), M) - scalar_objective(x, descent(x, M), M)

    def proof(k: Proof) -> Any:
        far = k.hypothesis(0)
        k.show(1 - M / (M + 1), ">", 0, by=[k.sign(1 / (M + 1), ">")])
        k.show(1 - (M - 1) / M, ">", 0, by=[k.sign(1 / M, ">")])
        upper = k.apply(bernoulli_with_remainder, {"t": r ** (M + 1), "q": M / (M + 1)})
        lower = k.apply(bernoulli_with_remainder, {"t": R, "q": (M - 1) / M})
        k.show(v - M + 1, ">=", 0, by=[far])
        by = [(factor * (v - M + 1) * (M + 1), upper), (factor * M**2 * r, lower)]
        return k.show(left, ">=", factor * (first + second), by=by)

    given = ((v, ">=", M - 1),)
    hard = {"M": 1000, "x": 2, "r": 0}
    return ForAll(domain, left, ">=", factor * (rest * first + second), given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": largest root", expected="proved", strength="tight",
    assumptions=("every y >= 0 is r x with r >= 0; phi(x) = b, so that x is a root of the slope",),
    says=r"x^M\ge M-1\ \Rightarrow\ g(rx;\varphi(x))\ge g(x;\varphi(x)),\quad r\ge0,\ M>1,\quad " + _G + r",\ " + _PHI,
)  # fmt: skip
def largest_root_is_the_minimiser(scale: Constant = 1) -> Stated:
    """The gap is not negative. The condition cannot be weakened: below M - 1 zero is better."""
    domain = Domain(_DEPTH + ", r in [0,oo)")
    M, x, r = domain
    left, right = scalar_objective(r * x, descent(x, M), M), scalar_objective(x, descent(x, M), M)

    def proof(k: Proof) -> Any:
        far = k.hypothesis(0)
        gap = k.apply(gap_over_the_largest_root, {"M": M, "x": x, "r": r}, given=[far])
        k.show(x**M - M + 1, ">=", 0, by=[far])
        return k.show(left, ">=", right, by=[gap, k.sign(gap.rhs, ">=")])

    given = ((x**M, ">=", scale * (M - 1)),)
    hard = {"M": 2, "x": Fraction(199, 200), "r": 0}
    return ForAll(domain, left, ">=", right, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": largest root", expected="proved", strength="upper",
    assumptions=("phi is continuous and is the threshold at (M-1)^(1/M): at b below it a root lies in between",),
    says=r"bx^{M+1}\ge M\ \Rightarrow\ \varphi(x)<b,\quad x>0,\ M>1,\quad" + _PHI,
)  # fmt: skip
def largest_root_is_bounded(scale: Constant = 1) -> Stated:
    """It is less than M/x^(M+1)."""
    domain = Domain(_DEPTH + ", b in (0,oo)")
    M, x, b = domain

    def proof(k: Proof) -> Any:
        v = x**M
        rest = k.sign(M * (1 + 2 * v) / (x ** (M + 1) * (1 + v) ** 2), ">")
        return k.show(descent(x, M), "<", b, by=[(x ** (-M - 1), k.hypothesis(0)), rest])

    hard = {"M": 2, "x": 1000, "b": Fraction(199, 100) / 1000**3}
    return ForAll(domain, descent(x, M), "<", b, ((b * x ** (M + 1), ">=", scale * M),)), chain_at(proof, hard)


slope_of_the_scalar_problem.false_if("phi were 1 % larger", factor=_MORE)
descent_falls_beyond.false_if("it began at an x^M smaller by 1 %", scale=_LESS)
descent_rises_before.false_if("it ended at an x^M larger by 1 %", scale=_MORE)
last_decay_of_a_local_minimum.false_if("the square counted 1 % more", factor=_MORE)
last_decay_is_reached.false_if("it were 1 % larger", factor=_MORE)
window_of_local_minima.false_if("the right side were 1 % smaller", factor=_LESS)
minimisers_are_zero_or_large.false_if("they were 1 % larger", scale=_MORE)
gap_over_the_largest_root.false_if("the first square counted 1 % more", rest=_MORE)
largest_root_is_the_minimiser.false_if("x^M might be 1 % smaller", scale=_LESS)
largest_root_is_bounded.false_if("b x^(M+1) might be 1 % smaller", scale=_LESS)
