r"""The limit formula of the plug-in error for all d/m and s: its excess is at most .1198 sqrt(d/m).

With g = d/m fixed and d large the error of the plug-in rule tends to ``Q(s/sqrt(1 + g/s^2))``. In the cosine
``r = 1/sqrt(1 + g/s^2)`` it is Q(r s), and ``sqrt(g) = s sqrt(1 - r^2)/r``. The constant is
``golden^(-5/2)/sqrt(2 pi)``; with p = 1/golden the excess comes closest to it at r = p, that is
``s = golden^(-1/2) sqrt(g)``, as g tends to 0. At d = 1 the exact excess can be above it; what holds of that one
for all d, m and s is in `theory.mixtures.claims_plug_in_exact`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _HALF = "ood_unlabeled", "supervised baseline: plug-in rule on m labels", Fraction(1, 2)
_FORMULA = ("the error is that of the limit of large d with d/m = g, Q(r s), r = 1/sqrt(1 + g/s^2)",)


def numbers() -> tuple[sympy.Expr, sympy.Expr]:
    """Return p = 1/golden and the density of the normal law at 0."""
    import sympy

    return (sympy.sqrt(5) - 1) / 2, 1 / sympy.sqrt(2 * sympy.pi)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"r^2(1-r)\le\varphi^{-5}(1+r),\ 0\le r\le1,\ \varphi=\tfrac{1+\sqrt5}2",
)  # fmt: skip
def golden_cubic(c: Constant = 1) -> Stated:
    """The difference is (r - p)^2 (r + 2p - 1), zero at r = p."""
    domain = Domain("r in [0,1]")
    (r,) = domain
    p, _ = numbers()

    def proof(k: Proof) -> Any:
        square = k.sign((r - p) ** 2 * (r + 2 * p - 1), ">=")
        return k.show(r**2 * (1 - r), "<=", p**5 * (1 + r), by=[square])

    return ForAll(domain, r**2 * (1 - r), "<=", c * p**5 * (1 + r)), chain(proof)


golden_cubic.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"Q(rs)-Q(s)\le\frac{s(1-r)}{\sqrt{2\pi}},\quad -1\le r\le1",
)  # fmt: skip
def excess_below_the_chord(c: Constant = 1) -> Stated:
    """The normal density is at most 1/sqrt(2 pi); the difference of the sides falls with r to 0 at r = 1."""
    domain = Domain("s in (0,oo), r in [-1,1]")
    s, r = domain
    _, peak = numbers()

    def proof(k: Proof) -> Any:
        slack = s * peak * (1 - r) - tail(s * r)
        below = k.exponential(k.show(-(s**2) * r**2 / 2, "<=", 0, by=[k.sign(s**2 * r**2 / 2, ">=")]))
        falling = k.show(-slack.diff(r), ">=", 0, by=[(s * peak, below)])
        return k.grows(falling, -slack, r, end="high")

    return ForAll(domain, tail(s * r) - tail(s), "<=", c * s * peak * (1 - r)), chain(proof)


excess_below_the_chord.false_if("the chord were 1 % lower", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_FORMULA,
    says=r"Q\Bigl(\frac s{\sqrt{1+g/s^2}}\Bigr)-Q(s)\le\frac{\varphi^{-5/2}}{\sqrt{2\pi}}\sqrt g,\quad"
    r"\frac{\varphi^{-5/2}}{\sqrt{2\pi}}=.11979\ldots",
)  # fmt: skip
def excess_at_most_the_root(c: Constant = 1) -> Stated:
    """The chord of the tail, and the cubic: with u = 1 - r, u^2 <= p^5 (1 - r^2)/r^2 = p^5 g/s^2."""
    domain = Domain("s in (0,oo), u in (0,1)")
    s, u = domain
    r = 1 - u
    p, peak = numbers()
    bound = peak * p ** Fraction(5, 2) * s * u**_HALF * (2 - u) ** _HALF / r

    def proof(k: Proof) -> Any:
        k.sign(r, ">")
        k.sign(2 - u, ">")
        chord = k.apply(excess_below_the_chord, {"s": s, "r": r})
        cubic = k.apply(golden_cubic, {"r": r})
        squares = k.show(u**2, "<=", p**5 * u * (2 - u) / r**2, by=[(u / r**2, cubic)])
        roots = k.power(squares, _HALF)
        return k.show(tail(s * r) - tail(s), "<=", bound, by=[chord, (s * peak, roots)])

    return ForAll(domain, tail(s * r) - tail(s), "<=", c * bound), chain(proof)


excess_at_most_the_root.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"Q(rs)-Q(s)\ge e^{-s^2/2}\frac{s(1-r)}{\sqrt{2\pi}},\quad 0\le r\le1",
)  # fmt: skip
def excess_above_the_least_density(c: Constant = 1) -> Stated:
    """Between r s and s the normal density is at least its value at s."""
    import sympy

    domain = Domain("s in (0,oo), r in [0,1]")
    s, r = domain
    _, peak = numbers()
    low = sympy.exp(-(s**2) / 2) * peak * s

    def proof(k: Proof) -> Any:
        gap = tail(s * r) - low * (1 - r)
        wider = k.sign((1 - r) * (1 + r) * s**2 / 2, ">=")
        above = k.exponential(k.show(-(s**2) / 2, "<=", -(s**2) * r**2 / 2, by=[wider]))
        falling = k.show(-gap.diff(r), ">=", 0, by=[(s * peak, above)])
        return k.grows(falling, -gap, r, end="high")

    return ForAll(domain, tail(s * r) - tail(s), ">=", c * low * (1 - r)), chain(proof)


excess_above_the_least_density.false_if("it were 1 % more", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_FORMULA,
    says=r"s=\varphi^{-1/2}\sqrt g\ \Rightarrow\ Q\Bigl(\frac s{\sqrt{1+g/s^2}}\Bigr)-Q(s)\ge "
    r"e^{-s^2/2}\,\frac{\varphi^{-5/2}}{\sqrt{2\pi}}\sqrt g",
)  # fmt: skip
def root_is_attained(c: Constant = 1) -> Stated:
    """There r = p, sqrt(g) = s p^(-1/2) and 1 - p = p^2: the constant cannot be less, as g tends to 0."""
    import sympy

    domain = Domain("s in (0,oo)")
    (s,) = domain
    p, peak = numbers()
    bound = sympy.exp(-(s**2) / 2) * peak * p**2 * s

    def proof(k: Proof) -> Any:
        k.sign(p, ">")
        k.sign(1 - p, ">")
        lower = k.apply(excess_above_the_least_density, {"s": s, "r": p})
        return k.show(tail(s * p) - tail(s), ">=", bound, by=[lower])

    return ForAll(domain, tail(s * p) - tail(s), ">=", c * bound), chain(proof)


root_is_attained.false_if("1 % more were reached", c=Fraction(101, 100))
