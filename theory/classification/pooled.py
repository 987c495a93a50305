"""Shared opening of the proofs about conditional regret.

Named classes 1 and 2, and pooling for a fixed prediction.

Class 1 is most probable, class 2 is predicted (its S is largest), the other classes stay unnamed. With the pooled
level th, the excess e = max(p - th, 0) and g = p - e of each unnamed class, mass is moved from the classes above th
to class 2 until all stand at th:

    p_1 + p_2 + sum e = 2 th,    sum g = 1 - 2 th,    e (th - g) = 0,
    sum p S^q <= (2 th^a + sum g^a)^(1-q),            q = tau - 1, a = 1/(2 - tau).

The first line defines th (intermediate value theorem); the second is Hoelder's inequality for the pooled posteriors.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_conditional_minimum import hoelder
from theory.engine.words import Domain, Sig

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

Condition = tuple[Any, str, Any]


@dataclass(frozen=True)
class Setting:
    """Domain, per-class domain, hypotheses and symbols of a statement about conditional regret."""

    domain: Domain
    each: Domain
    given: tuple[Condition, ...]
    tau: sympy.Symbol
    p1: sympy.Symbol
    p2: sympy.Symbol
    S1: sympy.Symbol
    S2: sympy.Symbol
    p: sympy.Symbol
    S: sympy.Symbol

    @property
    def beta(self) -> sympy.Expr:
        """The conditional zero-one regret, p_1 - p_2."""
        return self.p1 - self.p2

    def total(self, first: sympy.Expr, second: sympy.Expr, rest: sympy.Expr) -> sympy.Expr:
        """Sum over all classes: the two named ones and the rest."""
        return first + second + Sig(rest)

    def hits(self) -> sympy.Expr:
        """``sum p S^(tau-1)`` over all classes."""
        q = self.tau - 1
        return self.total(self.p1 * self.S1**q, self.p2 * self.S2**q, self.p * self.S**q)

    def norm(self) -> sympy.Expr:
        """``(sum p^a)^(1/a)`` with a = 1/(2 - tau)."""
        a = 1 / (2 - self.tau)
        return self.total(self.p1**a, self.p2**a, self.p**a) ** (2 - self.tau)

    def regret(self) -> sympy.Expr:
        """The conditional surrogate regret ``(norm - hits)/(tau - 1)``, for tau < 2 except 1."""
        return (self.norm() - self.hits()) / (self.tau - 1)


def setting(tau_range: str, *, positive: bool = False) -> Setting:
    """Return the setting for tau in a range such as ``"(1,2)"``; ``positive`` demands that every S be positive.

    Hypotheses, by number: 0 p adds up to one, 1 S adds up to one, 2 p1 >= p2, 3 p1 >= p, 4 S2 >= S1, 5 S2 >= S.
    """
    left = "(0,1]" if positive else "[0,1]"
    domain = Domain(f"tau in {tau_range}, p1 in (0,1], p2 in [0,1], S1 in {left}, S2 in (0,1]")
    each = Domain(f"p in [0,1], S in {left}")
    tau, p1, p2, S1, S2 = domain
    p, S = each
    given = (
        (p1 + p2 + Sig(p), "==", 1),
        (S1 + S2 + Sig(S), "==", 1),
        (p1, ">=", p2),
        (p1, ">=", p),
        (S2, ">=", S1),
        (S2, ">=", S),
    )
    return Setting(domain, each, given, tau, p1, p2, S1, S2, p, S)


@dataclass(frozen=True)
class Leveled:
    """Symbols and facts of the pooled posteriors.

    ``excess``: e == Max(p - th, 0).  ``balance``: p1 + p2 + sum e == 2 th.  ``below``: th >= g.
    ``complementary``: e (e - (p - th)) == 0.  ``mass``: sum g == 1 - 2 th.
    """

    th: sympy.Symbol
    e: sympy.Symbol
    g: sympy.Expr
    excess: Fact
    balance: Fact
    below: Fact
    complementary: Fact
    mass: Fact


@dataclass(frozen=True)
class Pool(Leveled):
    """With ``bound``: (2 th^a + sum g^a)^(1-q) >= sum p S^q, or th >= sum p S at tau = 2."""

    bound: Fact


def pool(k: Proof, at: Setting) -> Pool:
    """Carry out the opening of a proof about conditional regret, 1 < tau < 2."""
    level = _pool(k, at)
    return Pool(**vars(level), bound=_bound(k, at, level.th, level.e, level.balance))


def pool_at_two(k: Proof, at: Setting) -> Pool:
    """Carry it out at tau = 2, where the pooled posteriors are at most th each."""
    level = _pool(k, at)
    th, e, g = level.th, level.e, level.g
    moved = k.sum_up(k.show(e * at.S2, ">=", e * at.S, by=[(e, k.hypothesis(5))]))
    flat = k.sum_up(k.show(th * at.S, ">=", g * at.S, by=[(at.S, level.below)]))
    hits = at.total(at.p1 * at.S1, at.p2 * at.S2, at.p * at.S)
    by = [(at.p1 - th, k.hypothesis(4)), moved, flat, (-at.S2, level.balance), (-th, k.hypothesis(1))]
    return Pool(**vars(level), bound=k.show(th, ">=", hits, by=by))


def raised(k: Proof, at: Setting, level: Leveled, v: sympy.Symbol) -> Fact:
    """Show ``sum p^a >= sum g^a + a th^(a-1) sum e``, by tangents of v^a at th; v in [0,oo)."""
    th, e, g, p, a = level.th, level.e, level.g, at.p, 1 / (2 - at.tau)
    line = k.tangent(v**a, v, th, th + e)
    return k.sum_up(k.show(p**a, ">=", g**a + a * th ** (a - 1) * e, by=[excess_of_powers(k, at, level), line]))


def excess_of_powers(k: Proof, at: Setting, level: Leveled) -> Fact:
    """Show ``p^a - g^a == (th + e)^a - th^a`` of a class: it is pooled, or e = 0."""
    th, e, g, p, a = level.th, level.e, level.g, at.p, 1 / (2 - at.tau)
    return k.either(level.complementary, e, p, th + e, p**a - g**a - ((th + e) ** a - th**a))


def flattened(k: Proof, at: Setting, level: Leveled) -> Fact:
    """Show ``th^(a-1) sum g >= sum g^a``: no pooled posterior exceeds th."""
    th, g, a = level.th, level.g, 1 / (2 - at.tau)
    return k.sum_up(k.show(th ** (a - 1) * g, ">=", g**a, by=[(g, k.power(level.below, a - 1))]))


def _pool(k: Proof, at: Setting) -> Leveled:
    """Name the level and the excesses."""
    th, level = _level(k, at)
    e = k.fresh("e in [0,oo)")
    excess, _, above, complementary = k.part(e, at.p - th)
    k.at_most(excess, at.p)  # p >= e, so that g >= 0
    g = at.p - e
    below = k.show(th, ">=", g, by=[above])
    balance = k.show(at.p1 + at.p2 + Sig(e), "==", 2 * th, by=[level, k.sum_up(excess)])
    k.show(th, ">", 0, by=[(Fraction(-1, 2), balance)])
    mass = k.show(Sig(g), "==", 1 - 2 * th, by=[k.hypothesis(0), (-1, balance)])
    k.show(1 - 2 * th, ">=", 0, by=[(-1, mass)])
    return Leveled(th, e, g, excess, balance, below, complementary, mass)


def _level(k: Proof, at: Setting) -> tuple[sympy.Symbol, Fact]:
    """The pooled level as a root: above it there is as much mass to give away as class 2 lacks."""
    import sympy

    th = k.fresh("th in [0,1]")
    f = (at.p1 - th) + Sig(sympy.Max(at.p - th, 0)) - (th - at.p2)
    low = k.show(f.subs(th, at.p2), ">=", 0, by=[k.hypothesis(2)])
    nothing = k.fresh("nothing in [0,oo)")
    named, *_ = k.part(nothing, at.p - at.p1)
    zero = k.sum_up(k.at_most(named, 0))
    high = k.show(0, ">=", f.subs(th, at.p1), by=[zero, k.sum_up(named), k.hypothesis(2)])
    _, _, level = k.root(f, th, at.p2, at.p1, low, high)
    return th, level


def _bound(k: Proof, at: Setting, th: sympy.Symbol, e: sympy.Symbol, balance: Fact) -> Fact:
    """Moving mass to class 2 loses nothing, since its S is largest.

    Then Hoelder's inequality for the pooled posteriors.
    """
    q, a, g = at.tau - 1, 1 / (2 - at.tau), at.p - e
    first = k.power(k.hypothesis(4), q)
    other = k.power(k.hypothesis(5), q)
    moved = k.sum_up(k.show(e * at.S2**q, ">=", e * at.S**q, by=[(e, other)]))
    pooled = at.total(th * at.S1**q, th * at.S2**q, g * at.S**q)
    hits = k.show(at.hits(), "<=", pooled, by=[(at.p1 - th, first), moved, (-(at.S2**q), balance)])
    positive = k.sign(at.total(th**a, th**a, g**a), ">")
    named = [{"p": th, "S": at.S1}, {"p": th, "S": at.S2}]
    holder = k.apply(hoelder, {"q": q}, given=[k.hypothesis(1), positive], named=named, rest={"p": g, "S": at.S})
    return k.show(at.total(th**a, th**a, g**a) ** (1 - q), ">=", at.hits(), by=[holder, hits])
