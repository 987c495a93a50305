r"""Adversarial comp-sum losses with margin rho: Phi_tau(1) times the zero-one regret is at most the surrogate regret.

``Phi_rho(u) = min(max(0, 1 - u/rho), 1)`` is written ``max(0, 1 - max(0, u)/rho)``. The rho-margin comp-sum loss of
a class is ``Phi_tau(sum Phi_rho(margins))`` over the other classes; its adversarial version takes the worst point
of a ball.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_gaps import phi_increases
from theory.classification.samples import posteriors
from theory.classification.symbolic import entire_phi
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "comp_sum", "as usually quoted"
_MARGIN = "adversarial comp-sum losses, rho-margin"
_ONE_PERCENT = Fraction(101, 100)


def margin_loss(u: sympy.Expr, rho: sympy.Expr) -> sympy.Expr:
    """``Phi_rho(u) = min(max(0, 1 - u/rho), 1)``.

    >>> import sympy
    >>> u = sympy.Symbol("u", real=True)
    >>> [margin_loss(u, sympy.Integer(2)).subs(u, value) for value in (-1, 1, 3)]
    [1, 1/2, 0]
    """
    import sympy

    return sympy.Max(0, 1 - sympy.Max(0, u) / rho)


def named_margin_loss(k: Proof, u: sympy.Expr, rho: sympy.Expr, name: str) -> tuple[Fact, ...]:
    """Name m = max(0, u) and f = Phi_rho(u); return ``m ==``, ``m >= u``, ``f ==`` and ``f >= 1 - max(0, u)/rho``."""
    import sympy

    m, m_least = positive_part(k, f"m{name}", u)
    f, f_least = positive_part(k, f"f{name}", 1 - sympy.Max(0, u) / rho)
    return m, m_least, f, f_least


def positive_part(k: Proof, name: str, expression: sympy.Expr) -> tuple[Fact, Fact]:
    """Name z = max(expression, 0); return that equality and ``z >= expression``."""
    equal, _, least, _ = k.part(k.fresh(f"{name} in [0,oo)"), expression)
    return equal, least


@claim(
    paper=_PAPER,
    where=_MARGIN,
    expected="proved",
    strength="lemma",
    says=r"h_{y'}\ge h_y\ \text{for}\ y'\in A:\quad \textstyle\sum_{y'\ne y}\Phi_\rho(h_y-h_{y'})\ge|A|",
)
def beaten_classes_cost_one(c: Any = 1) -> Any:
    """Each class that is scored no lower adds one; the unnamed classes are those of A, ``other`` sums over the rest."""
    domain, each = Domain("rho in (0,oo), other in [0,oo)"), Domain("u in (-oo,oo)")
    (rho, other), (u,) = domain, each
    left = other + Sig(margin_loss(u, rho))

    def proof(k: Proof) -> Any:
        m, _, f, least = named_margin_loss(k, u, rho, "")
        none = k.at_most(m, 0)
        one = k.show(margin_loss(u, rho), ">=", 1, by=[(-1, f), least, (1 / rho, none), (1 / rho, m)])
        return k.show(left, ">=", Sig(1), by=[k.sum_up(one)])

    def sample(rng: random.Random) -> Any:
        rows = [{"u": Fraction(-rng.randint(0, 9), 10)} for _ in range(rng.randint(1, 4))]
        return {"rho": Fraction(rng.randint(1, 30), 10), "other": Fraction(0)}, rows

    return ForEveryN(domain, each, ((u, "<=", 0),), left, ">=", c * Sig(1)), chain(proof, sample)


beaten_classes_cost_one.false_if("each class cost 1 % more", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_MARGIN,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"h\ \text{errs at}\ (x,y)\ "
    r"\Rightarrow\ \Phi_\tau\Bigl(\textstyle\sum_{y'\ne y}\Phi_\rho(h_y-h_{y'})\Bigr)\ge\Phi_\tau(1)",
)
def error_costs_phi_one(c: Any = 1) -> Any:
    """One margin is not positive and adds one, the others are not negative; Phi_tau increases."""
    domain, each = Domain("tau in [0,oo), rho in (0,oo), v in (-oo,oo)"), Domain("u in (-oo,oo)")
    (tau, rho, v), (u,) = domain, each
    total = margin_loss(v, rho) + Sig(margin_loss(u, rho))

    def proof(k: Proof) -> Any:
        m, _, f, least = named_margin_loss(k, v, rho, "")
        none = k.at_most(m, 0)
        rest = k.sum_up(k.sign(margin_loss(u, rho), ">="))
        more = k.show(total - 1, ">=", 0, by=[(-1, f), least, (1 / rho, none), (1 / rho, m), rest])
        return k.apply(phi_increases, {"y": 1, "t": more.lhs, "tau": tau})

    def sample(rng: random.Random) -> Any:
        scale = Fraction(rng.randint(1, 30), 10)
        rows = [{"u": scale * Fraction(rng.randint(5, 20), 10)} for _ in range(rng.randint(0, 4))]
        return {"tau": Fraction(rng.randint(0, 30), 10), "rho": scale, "v": Fraction(-rng.randint(0, 9), 10)}, rows

    return ForEveryN(domain, each, ((v, "<=", 0),), entire_phi(total, tau), ">=", c * entire_phi(1, tau)), chain(
        proof, sample
    )


error_costs_phi_one.false_if("an error cost 1 % more", c=_ONE_PERCENT)


def _conditional(c: Any, *, robust: bool) -> Any:
    """Risk minus the risk of the comparator, whose order of the classes has 1 and 2 exchanged."""
    import sympy

    domain = Domain("tau in [0,oo), p1 in [0,1], p2 in [0,1], r in [1,oo), L1 in [0,oo), L2 in [0,oo), best in [0,oo)")
    each = Domain("p in [0,1], L in [0,oo), k in [0,oo)")
    (tau, p1, p2, r, L1, L2, best), (p, L, ranked) = domain, each
    first = entire_phi(r, tau)
    one = entire_phi(sympy.Integer(1), tau)
    exchanged = p2 * first + Sig(p * entire_phi(ranked, tau))
    risk, regret = p1 * L1 + p2 * L2 + Sig(p * L), p1 - p2 if robust else p1
    given: tuple[Any, ...] = (
        (p1, ">=", p2),
        (L1, ">=", first),
        (L, ">=", entire_phi(ranked, tau)),
        (exchanged, ">=", best),
    )
    given += () if robust else ((L2, ">=", one),)

    def proof(k: Proof) -> Any:
        larger = k.apply(phi_increases, {"y": 1, "t": r - 1, "tau": tau})
        rest = k.sum_up(k.show(p * L, ">=", p * entire_phi(ranked, tau), by=[(p, k.hypothesis(2))]))
        k.show(p1 - p2, ">=", 0, by=[k.hypothesis(0)])
        known = [(p1, k.hypothesis(1)), rest, k.hypothesis(3), (p1 - p2, larger)]
        return k.show(risk - best, ">=", one * regret, by=known if robust else [*known, (p2, k.hypothesis(4))])

    return ForEveryN(domain, each, given, risk - best, ">=", c * one * regret), chain(proof, _exchange_sample(robust))


def _exchange_sample(robust: bool) -> Callable[[random.Random], Any]:
    """Draw posteriors and an order of the classes, class 2 first; at tau = 0 losses are ranks, here a little more."""

    def sample(rng: random.Random) -> Any:
        p, little = posteriors(rng, rng.randint(2, 5)), Fraction(1, 10**6)
        rows = [{"p": x, "L": rank + little, "k": Fraction(rank)} for rank, x in enumerate(p[2:], start=2)]
        best = p[1] + sum((row["p"] * row["k"] for row in rows), -little)
        point = {
            "tau": Fraction(0),
            "p1": p[0],
            "p2": p[1],
            "r": Fraction(1),
            "L1": 1 + little,
            "best": max(best, Fraction(0)),
        }
        return point | {"L2": Fraction(0) if robust else 1 + little}, rows

    return sample


_EXCHANGE = (
    "local rho-consistency: some hypothesis orders the classes in any given way, with margins of rho on the whole ball",
    "so the best conditional risk is at most that of the order with classes 1 and 2 exchanged",
    "L of a class is at least Phi_tau(number of classes above it), by beaten_classes_cost_one",
)


@claim(
    paper=_PAPER,
    where=_MARGIN,
    form=_FORM,
    expected="proved",
    strength="upper",
    corrects="comp_sum.constant_on_the_other_side",
    assumptions=_EXCHANGE,
    says=r"\Phi_\tau(1)\,(p_1-p_2)\le\mathcal C_{\tilde\ell}(h,x)-\mathcal C^*_{\tilde\ell}(x),"
    r"\quad\text{class 2 is predicted on the whole ball}",
)
def margin_conditional_bound(c: Any = 1) -> Any:
    """Exchanging classes 1 and 2 saves (p_1 - p_2) Phi_tau(r), where r >= 1 classes stand above class 1."""
    return _conditional(c, robust=True)


@claim(
    paper=_PAPER,
    where=_MARGIN,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=_EXCHANGE,
    says=r"\Phi_\tau(1)\,p_1\le\mathcal C_{\tilde\ell}(h,x)-\mathcal C^*_{\tilde\ell}(x),"
    r"\quad\text{no class is predicted on the whole ball}",
)
def margin_conditional_bound_not_robust(c: Any = 1) -> Any:
    """Take the order at a point where class 1 loses; class 2, first there, loses at another and costs Phi_tau(1)."""
    return _conditional(c, robust=False)


margin_conditional_bound.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
margin_conditional_bound_not_robust.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_MARGIN,
    expected="refuted",
    strength="upper",
    says=r"\mathcal R_{01}\text{-regret}\le\Phi_\tau(1)\cdot\mathcal R_{\tilde\ell}\text{-regret},\quad 0<\tau\le2",
)
def constant_on_the_other_side(power: Any = 1) -> Any:
    """Two classes, p = ((1+b)/2, (1-b)/2), class 2 predicted with margin rho: the regrets are b and Phi_tau(1) b."""
    import sympy

    domain = Domain("b in [0,1], tau in (0,2]")
    b, tau = domain
    one = entire_phi(sympy.Integer(1), tau)
    right = one**power * (one * b)
    return ForAll(domain, b, "<=", right), chain(lambda k: k.show(b, "<=", right))


constant_on_the_other_side.true_if("the surrogate regret were divided by Phi_tau(1)", power=-1)
