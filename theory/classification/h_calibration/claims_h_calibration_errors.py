r"""How calibration errors of order one and two and the Kullback-Leibler calibration error bound each other.

Binary outcomes: the groups are the values of the report q of the positive class, of probability w, with frequency r.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_n_free_distribution import root_of_square
from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "h_calibration", "background: calibration errors"
_GROUPS = ("the report takes finitely many values",)
_INSIDE = (*_GROUPS, "reports and frequencies lie strictly between 0 and 1")
_ONE_PERCENT = Fraction(101, 100)
_NOTHING = "s in [0,1]"  # a statement about classes needs a scalar; this one occurs nowhere


def _groups(rng: random.Random) -> Any:
    """Draw groups; half of the time each with the same gap about 1/2, where the bounds are nearly tight."""
    same, rows = rng.random() < 0.5, []
    gap = Fraction(1, rng.choice((20, 50)))
    for w in simplex(rng, rng.randint(1, 3), zeros=0):
        q, r = (Fraction(rng.randint(1, 99), 100) for _ in range(2))
        if same:
            q, r = Fraction(1, 2) - gap / 2, Fraction(1, 2) + gap / 2
        rows.append({"w": w, "q": q, "r": r})
    return {"s": Fraction(1, 2)}, rows


def binary_divergence(r: sympy.Expr, q: sympy.Expr) -> sympy.Expr:
    """Return ``r log(r/q) + (1-r) log((1-r)/(1-q))``, the divergence of coins.

    Examples
    --------
    >>> import sympy
    >>> binary_divergence(sympy.Rational(1, 2), sympy.Rational(1, 2))
    0
    """
    import sympy

    return r * sympy.log(r / q) + (1 - r) * sympy.log((1 - r) / (1 - q))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    assumptions=_GROUPS,
    says=r"\mathrm{ECE}_1\le\mathrm{ECE}_2:\quad(\mathbb E|q-r|)^2\le\mathbb E(q-r)^2",
)
def first_order_at_most_second(factor: Constant = 1) -> Stated:
    """The gaps vary about their mean."""
    import sympy

    domain, each = Domain(_NOTHING), Domain("w in [0,1], q in [0,1], r in [0,1]")
    w, q, r = each
    gap = sympy.Abs(q - r)
    first, second = Sig(w * gap), Sig(w * (q - r) ** 2)

    def proof(k: Proof) -> Any:
        squared = k.identity(gap**2, q**2 - 2 * q * r + r**2)
        spread = k.show(
            w * (q**2 - 2 * q * r + r**2),
            ">=",
            w * (2 * gap * first - first**2),
            by=[(w, squared), k.sign(w * (gap - first) ** 2, ">=")],
        )
        square = k.sum_up(spread)
        return k.show(first**2, "<=", second, by=[square, (-(first**2), k.hypothesis(0))])

    return ForEveryN(domain, each, ((Sig(w), "==", 1),), factor * first**2, "<=", second), chain(proof, _groups)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\mathrm{kl}(r\,\|\,r+u(t-r))\ge2u^2(t-r)^2,\quad0<r,t<1,\ 0\le u\le1",
)
def divergence_along_a_segment(factor: Constant = 1) -> Stated:
    """The derivative in u is u (t-r)^2 (1/(m(1-m)) - 4) at the mixture m of r and t, and is not negative."""
    import sympy

    domain = Domain("r in (0,1), t in (0,1), u in [0,1]")
    r, t, u = domain
    m = (1 - u) * r + u * t
    rest = (1 - u) * (1 - r) + u * (1 - t)
    divergence = r * sympy.log(r / m) + (1 - r) * sympy.log((1 - r) / rest)
    square = u**2 * (t - r) ** 2

    def proof(k: Proof) -> Any:
        for x, y, mixture in ((r, t, m), (1 - r, 1 - t, rest)):  # at least x y: the signs below rest on it
            k.show(mixture, ">", 0, by=[k.sign((1 - u) * x * (1 - y) + u * y * (1 - x), ">="), k.sign(x * y, ">")])
        variance = k.sign((m - rest) ** 2 / (m * rest), ">=")
        f = divergence - 2 * square
        growing = k.show(f.diff(u), ">=", 0, by=[(u * (t - r) ** 2, variance)])
        return k.show(divergence, ">=", 2 * square, by=[k.grows(growing, f, u)])

    return ForAll(domain, divergence, ">=", factor * 2 * square), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    says=r"\mathrm{kl}(r\,\|\,q)\ge2(q-r)^2,\quad0<r,q<1",
)
def pinsker_for_coins(factor: Constant = 1) -> Stated:
    """The segment from r to q, at its end."""
    domain = Domain("r in (0,1), q in (0,1)")
    r, q = domain

    def proof(k: Proof) -> Any:
        return k.apply(divergence_along_a_segment, {"r": r, "t": q, "u": 1})

    return ForAll(domain, binary_divergence(r, q), ">=", factor * 2 * (q - r) ** 2), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    assumptions=_INSIDE,
    says=r"\mathrm{ECE}_1\le\sqrt{\tfrac12\,\mathbb E\,\mathrm{kl}(r\,\|\,q)}",
)
def first_order_at_most_divergence(factor: Constant = 1) -> Stated:
    """Pinsker's inequality in each group, then the error of order two."""
    import sympy

    domain, each = Domain(_NOTHING), Domain("w in [0,1], q in (0,1), r in (0,1)")
    (s,) = domain
    w, q, r = each
    first = Sig(w * sympy.Abs(q - r))
    divergence = Sig(w * binary_divergence(r, q))
    root = (divergence / 2) ** Fraction(1, 2)

    def proof(k: Proof) -> Any:
        coin = k.apply(pinsker_for_coins, {"r": r, "q": q})
        pair = k.show(w * binary_divergence(r, q), ">=", 2 * w * (q - r) ** 2, by=[(w, coin)])
        total = k.sum_up(pair)
        k.show(divergence, ">=", 0, by=[total])
        square = k.apply(first_order_at_most_second, {"s": s}, given=[k.hypothesis(0)], rest={"w": w, "q": q, "r": r})
        half = k.show(divergence / 2, ">=", first**2, by=[(Fraction(1, 2), total), square])
        return k.apply(root_of_square, {"x": divergence / 2, "y": first}, given=[half])

    return ForEveryN(domain, each, ((Sig(w), "==", 1),), factor * first, "<=", root), chain(proof, _groups)


first_order_at_most_second.false_if("the left side counted 1 % more", factor=_ONE_PERCENT)
divergence_along_a_segment.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
pinsker_for_coins.false_if("the constant were 1 % larger", factor=_ONE_PERCENT)
first_order_at_most_divergence.false_if("the left side counted 1 % more", factor=_ONE_PERCENT)
