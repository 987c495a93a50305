r"""Minimizability gaps are nonnegative and bounded by Jensen's inequality; a bound decreases in tau, they need not.

The gap of a hypothesis set is ``M_tau = R*_tau - E[C*_tau]``: its best risk minus the average of the best
conditional risk. `entire_phi` writes Phi_tau for all tau >= 0 at once, the logarithm at tau = 1 included.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.classification.symbolic import entire_phi, two_class_transform
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM, _WHERE = "comp_sum", "as usually quoted", "minimizability gaps"
_FINITE = ("the distribution of x has finite support; with expectations for sums the proof is the same",)
_NEAR = "the best risk is an infimum: a hypothesis comes within any eps > 0 of it"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where="definition of the gap",
    expected="proved",
    strength="lower",
    assumptions=(*_FINITE, _NEAR),
    says=r"\mathcal M_\ell(\mathcal H)=\mathcal R^*_\ell(\mathcal H)-\mathbb E_x\bigl[\mathcal C^*_\ell(x)\bigr]\ge0",
)
def gap_not_negative(c: Any = 1) -> Any:
    """The risk of every hypothesis is an average of conditional risks, each at least the smallest one."""
    domain, each = Domain("R in [0,oo), eps in (0,oo)"), Domain("w in [0,1], risk in [0,oo), least in [0,oo)")
    (R, eps), (w, risk, least) = domain, each

    def proof(k: Proof) -> Any:
        points = k.sum_up(k.show(w * risk, ">=", w * least, by=[(w, k.hypothesis(1))]))
        return k.show(R + eps, ">=", Sig(w * least), by=[k.hypothesis(0), points])

    def sample(rng: random.Random) -> Any:
        weights = simplex(rng, rng.randint(1, 4))
        rows = [{"w": w, "risk": (x := Fraction(rng.randint(1, 99), 10)), "least": x} for w in weights]
        eps = Fraction(1, 1000)
        return {"R": sum((row["w"] * row["risk"] for row in rows), -eps), "eps": eps}, rows

    given = ((R + eps, ">=", Sig(w * risk)), (risk, ">=", least))
    return ForEveryN(domain, each, given, R + eps, ">=", c * Sig(w * least)), chain(proof, sample)


gap_not_negative.false_if("the gap were at least 1 % of the average", c=_ONE_PERCENT)

# -- Phi_tau --------------------------------------------------------------------------------------------------------


def _below_line(c: Any, x_range: str, end: str) -> Any:
    """``x - 1 - Phi_tau(x - 1)`` grows away from x = 1 on both sides."""
    domain = Domain(f"x in {x_range}, tau in [0,oo)")
    x, tau = domain
    f = x - 1 - entire_phi(x - 1, tau)

    def proof(k: Proof) -> Any:
        slope = f.diff(x) if end == "low" else -f.diff(x)
        rising = 1 - x ** (-tau) if end == "low" else x ** (-tau) - 1
        derivative = k.show(slope, ">=", 0, by=[k.sign(rising, ">=")])
        return k.grows(derivative, f if end == "low" else -f, x, end)

    return ForAll(domain, entire_phi(x - 1, tau), "<=", c * x - 1), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=r"\Phi_\tau(x-1)\le x-1,\quad x\ge1")
def phi_below_line_right(c: Any = 1) -> Any:
    """The difference has the derivative 1 - x^(-tau)."""
    return _below_line(c, "[1,oo)", "low")


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=r"\Phi_\tau(x-1)\le x-1,\quad 0<x\le1")
def phi_below_line_left(c: Any = 1) -> Any:
    """The same on the other side of x = 1."""
    return _below_line(c, "(0,1]", "high")


phi_below_line_right.false_if("the line were 1 % lower at x = 1", c=Fraction(99, 100))
phi_below_line_left.false_if("the line were 1 % lower at x = 1", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\Phi_\tau(u)\le\Phi_\tau(y)+(1+y)^{-\tau}(u-y)",
)
def phi_below_tangent(c: Any = 1) -> Any:
    """Homogeneity, Phi_tau(u) - Phi_tau(y) = (1+y)^(1-tau) Phi_tau(x - 1), x = (1+u)/(1+y), and the line at x = 1."""
    domain = Domain("u in [0,oo), y in [0,oo), tau in [0,oo)")
    u, y, tau = domain
    left, right = entire_phi(u, tau), entire_phi(y, tau) + (1 + y) ** (-tau) * (u - y)

    def proof(k: Proof) -> Any:
        x, ends = (1 + u) / (1 + y), []
        for op, lemma in ((">=", phi_below_line_right), ("<=", phi_below_line_left)):
            k.show(x - 1, op, 0, by=[(1 / (1 + y), k.open_case(u - y, op, 0))])
            line = k.apply(lemma, {"x": x, "tau": tau})
            ends.append(k.close_case(k.show(left, "<=", right, by=[((1 + y) ** (1 - tau), line)])))
        return k.join(*ends)

    return ForAll(domain, c * left, "<=", right), chain(proof)


phi_below_tangent.false_if("the left side were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(*_FINITE, _NEAR, "U + eps tends to U as eps does to 0"),
    says=r"\mathcal M_\tau(\mathcal H)"
    r"\le\Phi_\tau\bigl(\mathcal R^*_0(\mathcal H)\bigr)-\mathbb E_x\bigl[\mathcal C^*_\tau(x)\bigr]",
)
def jensen_bound(c: Any = 1) -> Any:
    """Phi_tau lies below its tangent at the sum-exponential risk; averaged, the linear term falls out."""
    domain = Domain("tau in [0,oo), R in [0,oo), U in [0,oo), eps in (0,oo)")
    each = Domain("w in [0,1], u in [0,oo), least in [0,oo)")
    (tau, R, U, eps), (w, u, least) = domain, each
    average, bound = Sig(w * least), entire_phi(U + eps, tau)

    def proof(k: Proof) -> Any:
        at = U + eps
        slope = (1 + at) ** (-tau)
        line = k.apply(phi_below_tangent, {"u": u, "y": at, "tau": tau})
        points = k.sum_up(k.show(w * entire_phi(u, tau), "<=", w * (bound + slope * (u - at)), by=[(w, line)]))
        return k.show(
            R - average,
            "<=",
            bound - average,
            by=[k.hypothesis(2), points, (slope, k.hypothesis(1)), (-bound + slope * at, k.hypothesis(0))],
        )

    given = ((Sig(w), "==", 1), (U + eps, ">=", Sig(w * u)), (Sig(w * entire_phi(u, tau)), ">=", R))
    return ForEveryN(domain, each, given, R - average, "<=", c * bound - average), chain(proof, _sample_jensen)


def _sample_jensen(rng: random.Random) -> Any:
    """Points with one value of u, where Jensen's inequality is tight, and R as large as the third condition allows."""
    from math import expm1, log1p

    tau, eps, same = Fraction(rng.randint(0, 30), 10), Fraction(1, 10**6), Fraction(rng.randint(1, 50), 10)
    rows = [{"w": w, "u": same, "least": Fraction(0)} for w in simplex(rng, rng.randint(1, 4))]
    log, r = log1p(float(same)), 1 - float(tau)
    risk = expm1(r * log) / r if r else log
    return {"tau": tau, "R": Fraction(risk * (1 - 1e-9)).limit_denominator(10**12), "U": same, "eps": eps}, rows


jensen_bound.false_if("the bound were 1 % lower", c=Fraction(99, 100))

# -- deterministic labels and bounded scores ------------------------------------------------------------------------


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma", says=r"\Phi_\tau(y+t)\ge\Phi_\tau(y)")
def phi_increases(c: Any = 1) -> Any:
    """The derivative is (1 + u)^(-tau)."""
    domain = Domain("y in [0,oo), t in [0,oo), tau in [0,oo)")
    y, t, tau = domain
    f = entire_phi(y + t, tau)

    def proof(k: Proof) -> Any:
        slope = k.show(f.diff(t), ">=", 0, by=[k.sign((1 + y + t) ** (-tau), ">=")])
        return k.grows(slope, f, t)

    return ForAll(domain, f, ">=", c * entire_phi(y, tau)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lower",
    says=r"-\Lambda\le h\le\Lambda:\quad \mathcal C^*_\tau"
    r"\ge\Phi_\tau\bigl((n-1)e^{-2\Lambda}\bigr)\ \text{for a deterministic label}",
)
def deterministic_minimum(c: Any = 1) -> Any:
    """No score difference is below -2L; Phi_tau increases."""
    import sympy

    domain, each = Domain("tau in [0,oo), L in (0,oo), h in (-oo,oo)"), Domain("g in (-oo,oo)")
    (tau, L, h), (g,) = domain, each
    low, total = sympy.exp(-2 * L), Sig(sympy.exp(g - h))

    def proof(k: Proof) -> Any:
        apart = k.show(g - h, ">=", -2 * L, by=[k.hypothesis(0), k.hypothesis(1)])
        more = k.show(total - Sig(1) * low, ">=", 0, by=[k.sum_up(k.exponential(apart))])
        return k.apply(phi_increases, {"y": Sig(1) * low, "t": more.lhs, "tau": tau})

    def sample(rng: random.Random) -> Any:
        scale = Fraction(rng.randint(1, 20), 10)
        top = rng.random() < 0.7
        rows = [{"g": -scale if top else Fraction(rng.randint(-10, 10), 10) * scale} for _ in range(rng.randint(1, 5))]
        return {"tau": Fraction(rng.randint(0, 30), 10), "L": scale, "h": scale}, rows

    given = ((L, ">=", h), (g, ">=", -L))
    return ForEveryN(domain, each, given, entire_phi(total, tau), ">=", c * entire_phi(Sig(1) * low, tau)), chain(
        proof, sample
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    corrects="comp_sum.gap_decreases",
    says=r"\Phi_\sigma(x)-\Phi_\sigma(y)\le\Phi_\tau(x)-\Phi_\tau(y),\quad x\ge y\ge0,\ \sigma\ge\tau",
)
def gap_bound_decreases(c: Any = 1) -> Any:
    """The bound for deterministic labels is an increment of Phi_tau, whose derivative (1 + u)^(-tau) falls with tau."""
    domain = Domain("y in [0,oo), t in [0,oo), tau in [0,oo), d in [0,oo)")
    y, t, tau, d = domain
    small, large = (entire_phi(y + t, s) - entire_phi(y, s) for s in (tau + d, tau))
    f = large - small

    def proof(k: Proof) -> Any:
        falling = k.sign((1 + y + t) ** (-tau) * (1 - (1 + y + t) ** (-d)), ">=")
        slope = k.show(f.diff(t), ">=", 0, by=[falling])
        return k.show(large, ">=", small, by=[k.grows(slope, f, t)])

    return ForAll(domain, c * large, ">=", small), chain(proof)


phi_increases.false_if("the right side were 1 % larger", c=_ONE_PERCENT)
deterministic_minimum.false_if("the minimum were 1 % larger", c=_ONE_PERCENT)
gap_bound_decreases.false_if("the larger side were 1 % smaller", c=Fraction(99, 100))

# -- the gap itself -------------------------------------------------------------------------------------------------


def _conditional_minimum(p: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    a = 1 / (2 - tau)
    return ((p**a + (1 - p) ** a) ** (2 - tau) - 1) / (1 - tau)


def _constant_scores(c: Any, tau_range: str) -> Any:
    import sympy

    domain = Domain(f"b in [0,1], tau in {tau_range}")
    b, tau = domain
    ends = [_conditional_minimum((1 + sign * b) / 2, tau) for sign in (1, -1)]
    gap = _conditional_minimum(sympy.Rational(1, 2), tau) - sum(ends) / 2
    right = two_class_transform(b, tau)
    return ForAll(domain, gap, "==", c * right), chain(lambda k: k.identity(gap, right))


_CONSTANT = (
    "scores are constant in x, so the best risk is the conditional minimum at the average posterior 1/2",
    "two equally probable points with posteriors (1 + b)/2 and (1 - b)/2",
)
_SAYS = r"\mathcal M_\tau(\text{constant scores})=\mathcal T_\tau(b)"


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="identity", assumptions=_CONSTANT, says=_SAYS)
def gap_of_constants_low(c: Any = 1) -> Any:
    """The gap is the two-class transform of the separation b of the posteriors, 0 <= tau < 1."""
    return _constant_scores(c, "[0,1)")


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="identity", assumptions=_CONSTANT, says=_SAYS)
def gap_of_constants_middle(c: Any = 1) -> Any:
    """The same for 1 < tau < 2."""
    return _constant_scores(c, "(1,2)")


gap_of_constants_low.false_if("the gap were 1 % larger", c=_ONE_PERCENT)
gap_of_constants_middle.false_if("the gap were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="refuted",
    strength="upper",
    assumptions=_CONSTANT,
    uses=("comp_sum.gap_of_constants_low", "comp_sum.gap_of_constants_middle"),
    says=r"\mathcal M_\sigma(\mathcal H)\le\mathcal M_\tau(\mathcal H),\quad \sigma\ge\tau",
)
def gap_decreases(low: Any = Fraction(1, 2), high: Any = Fraction(3, 2)) -> Any:
    """For constant scores the gap is T_tau(b); from tau = 1/2 to 3/2 it grows unless b is near 1."""
    domain = Domain("b in [0,1]")
    (b,) = domain
    return ForAll(domain, two_class_transform(b, high), "<=", two_class_transform(b, low)), boxes(zero_at=b)


gap_decreases.true_if("tau rose from 0 to 1/2", low=0, high=Fraction(1, 2))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="lower",
    assumptions=_CONSTANT,
    corrects="comp_sum.gap_decreases",
    uses=("comp_sum.gap_of_constants_low", "comp_sum.gap_of_constants_middle"),
    says=r"\mathcal M_{3/2}(\text{constant scores})"
    r"\ge\tfrac54\mathcal M_{1/2}(\text{constant scores}),\quad b\le\tfrac12",
)
def gap_rises(factor: Any = Fraction(5, 4)) -> Any:
    """For posteriors at most 1/2 apart the gap at tau = 3/2 is the larger one, by a quarter at least."""
    domain = Domain("b in [0,1/2]")
    (b,) = domain
    left, right = two_class_transform(b, Fraction(3, 2)), two_class_transform(b, Fraction(1, 2))
    return ForAll(domain, left, ">=", factor * right), boxes(zero_at=b)


gap_rises.false_if("it were larger by a third", factor=Fraction(4, 3))
