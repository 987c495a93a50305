"""The conditional minimum of comp-sum losses in closed form, for every number of classes.

All sums run over an unspecified number of classes. For 1 < tau < 2 put q = tau - 1 and a = 1/(2 - tau) = 1/(1 - q):
the conditional risk is ``(1 - sum p S^q)/q``, so its minimum ``(1 - (sum p^a)^(1/a))/q`` is the statement ``sum p S^q
<= (sum p^a)^(1-q)`` for all S on the simplex, with equality at S proportional to p^a. For tau < 1 the power is
negative and the inequality turns round.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex, tilted
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "conditional minimum (section on minimizability gaps)"


@claim(
    paper=_PAPER,
    where="weighted means, for Hoelder's inequality",
    says=r"x^{1-q}y^q \le (1-q)x+qy",
    expected="proved",
    strength="lemma",
)
def weighted_means_open(c: Constant = 1) -> Stated:
    """Tangent of v^q at v = 1, taken at v = y/x."""
    domain = Domain("x in (0,oo), y in [0,oo), q in (0,1)")
    x, y, q = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in [0,oo)")
        line = k.tangent(v**q, v, 1, y / x)
        return k.show(x ** (1 - q) * y**q, "<=", (1 - q) * x + q * y, by=[(x, line)])

    return ForAll(domain, c * x ** (1 - q) * y**q, "<=", (1 - q) * x + q * y), chain(proof)


weighted_means_open.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where="weighted means, for Hoelder's inequality",
    says=r"x^{1-q}y^q \le (1-q)x+qy",
    expected="proved",
    strength="lemma",
)
def weighted_means(c: Constant = 1) -> Stated:
    """The same with x = 0 allowed, by continuity."""
    domain = Domain("x in [0,oo), y in [0,oo), q in (0,1)")
    x, y, q = domain

    def proof(k: Proof) -> Any:
        return k.apply(weighted_means_open, {"x": x, "y": y, "q": q}, close=("x",))

    return ForAll(domain, c * x ** (1 - q) * y**q, "<=", (1 - q) * x + q * y), chain(proof)


weighted_means.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    says=r"\textstyle\sum_y p_y S_y^q \le \bigl(\sum_y p_y^a\bigr)^{1/a}",
    expected="proved",
    strength="lemma",
)
def hoelder(c: Constant = 1) -> Stated:
    """Weighted means of p^a/Z and S, Z = sum p^a, summed over the classes. The p need not add up to one."""
    domain, each = Domain("q in (0,1)"), Domain("p in [0,oo), S in [0,oo)")
    (q,), (p, S) = domain, each
    a = 1 / (1 - q)
    Z = Sig(p**a)

    def proof(k: Proof) -> Any:
        normed, _ = k.hypothesis(0), k.hypothesis(1)
        each_class = k.apply(weighted_means, {"x": p**a / Z, "y": S, "q": q})
        total = k.sum_up(each_class)
        return k.show(Sig(p * S**q), "<=", Z ** (1 - q), by=[(Z ** (1 - q), total), (-q * Z ** (1 - q), normed)])

    given = ((Sig(S), "==", 1), (Z, ">", 0))
    return ForEveryN(domain, each, given, c * Sig(p * S**q), "<=", Z ** (1 - q)), chain(proof, _sample_hoelder)


def _sample_hoelder(rng: random.Random) -> Any:
    q, p = Fraction(rng.randint(1, 9), 10), simplex(rng, rng.randint(1, 5))
    S = tilted(p, 1 / (1 - float(q))) if rng.random() < 0.5 else simplex(rng, len(p))
    return {"q": q}, [{"p": x, "S": y} for x, y in zip(p, S, strict=True)]


hoelder.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\mathcal C^*_\tau(p) = \frac{1-(\sum_y p_y^a)^{1/a}}{\tau-1},\quad 1<\tau<2,\ a=\tfrac1{2-\tau}",
)
def minimum_middle(c: Constant = 1) -> Stated:
    """No prediction does better, 1 < tau < 2: the conditional risk is at least the closed form."""
    domain, each = Domain("tau in (1,2)"), Domain("p in [0,1], S in [0,1]")
    (tau,), (p, S) = domain, each
    a = 1 / (2 - tau)
    risk, minimum = Sig(p * (1 - S ** (tau - 1))) / (tau - 1), (1 - Sig(p**a) ** (2 - tau)) / (tau - 1)

    def proof(k: Proof) -> Any:
        total = k.hypothesis(0)
        positive = k.support(p, a)
        holder = k.apply(hoelder, {"q": tau - 1}, given=[k.hypothesis(1), positive], rest={"p": p, "S": S})
        return k.show(risk, ">=", minimum, by=[(1 / (tau - 1), holder), (1 / (tau - 1), total)])

    given = ((Sig(p), "==", 1), (Sig(S), "==", 1))
    return ForEveryN(domain, each, given, risk, ">=", c * minimum), chain(proof, _sample_minimum((11, 19)))


def _sample_minimum(tenths: tuple[int, int], *, positive: bool = False) -> Any:
    def sample(rng: random.Random) -> Any:
        tau = Fraction(rng.randint(*tenths), 10)
        p = simplex(rng, rng.randint(2, 5), zeros=0 if positive else 0.2)
        S = tilted(p, 1 / (2 - float(tau))) if rng.random() < 0.5 else simplex(rng, len(p), zeros=0)
        return {"tau": tau}, [{"p": x, "S": y} for x, y in zip(p, S, strict=True) if y > 0 or not positive]

    return sample


minimum_middle.false_if("the minimum were 1 % larger", c=Fraction(101, 100))


def _attained(c: Any, domain_text: str, tenths: tuple[int, int]) -> Any:

    domain, each = Domain(domain_text), Domain("p in (0,1]")
    (tau,), (p,) = domain, each
    a = 1 / (2 - tau)
    Z = Sig(p**a)
    risk, minimum = Sig(p * ((p**a / Z) ** (tau - 1) - 1)) / (1 - tau), (Z ** (2 - tau) - 1) / (1 - tau)

    def proof(k: Proof) -> Any:
        total = k.hypothesis(0)
        k.support(p, a)
        return k.show(risk, "==", minimum, by=[(-1 / (1 - tau), total)])

    def sample(rng: random.Random) -> Any:
        rows = [{"p": value} for value in simplex(rng, rng.randint(2, 4), zeros=0)]
        return {"tau": Fraction(rng.randint(*tenths), 10)}, rows

    return ForEveryN(domain, each, ((Sig(p), "==", 1),), risk, "==", c * minimum), chain(proof, sample)


_ATTAINED = r"\mathcal C_\tau(p,S^\circ)=\mathcal C^*_\tau(p),\quad S^\circ_y=p_y^a/\textstyle\sum_{y'} p_{y'}^a"
_POSITIVE = ("classes of probability zero are left out: they add nothing to the risk",)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="identity", says=_ATTAINED, assumptions=_POSITIVE)
def minimum_attained_middle(c: Constant = 1) -> Stated:
    """The closed form is the risk at S proportional to p^a, 1 < tau < 2."""
    return _attained(c, "tau in (1,2)", (11, 19))


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="identity", says=_ATTAINED, assumptions=_POSITIVE)
def minimum_attained_low(c: Constant = 1) -> Stated:
    """The closed form is the risk at S proportional to p^a, 0 <= tau < 1."""
    return _attained(c, "tau in [0,1)", (0, 9))


minimum_attained_middle.false_if("the minimum were 1 % larger", c=Fraction(101, 100))
minimum_attained_low.false_if("the minimum were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where="weighted means, negative power",
    says=r"x^{1+s}y^{-s} \ge (1+s)x-sy",
    expected="proved",
    strength="lemma",
)
def weighted_means_low_open(c: Constant = 1) -> Stated:
    """Tangent of the convex v^(-s) at v = 1, taken at v = y/x."""
    domain = Domain("x in (0,oo), y in (0,oo), s in (0,1]")
    x, y, s = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(v ** (-s), v, 1, y / x)
        return k.show(x ** (1 + s) * y ** (-s), ">=", (1 + s) * x - s * y, by=[(x, line)])

    return ForAll(domain, x ** (1 + s) * y ** (-s), ">=", c * ((1 + s) * x - s * y)), chain(proof)


@claim(
    paper=_PAPER,
    where="weighted means, negative power",
    says=r"x^{1+s}y^{-s} \ge (1+s)x-sy",
    expected="proved",
    strength="lemma",
)
def weighted_means_low(c: Constant = 1) -> Stated:
    """The same with x = 0 allowed, by continuity."""
    domain = Domain("x in [0,oo), y in (0,oo), s in (0,1]")
    x, y, s = domain

    def proof(k: Proof) -> Any:
        return k.apply(weighted_means_low_open, {"x": x, "y": y, "s": s}, close=("x",))

    return ForAll(domain, x ** (1 + s) * y ** (-s), ">=", c * ((1 + s) * x - s * y)), chain(proof)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
       says=r"\textstyle\sum_y p_y S_y^{-s} \ge \bigl(\sum_y p_y^{1/(1+s)}\bigr)^{1+s}")  # fmt: skip
def hoelder_low(c: Constant = 1) -> Stated:
    """The inequality turned round for a negative power of S > 0; the p need not add up to one."""
    domain, each = Domain("s in (0,1]"), Domain("p in [0,oo), S in (0,oo)")
    (s,), (p, S) = domain, each
    a = 1 / (1 + s)
    Z = Sig(p**a)

    def proof(k: Proof) -> Any:
        normed = k.hypothesis(0)
        each_class = k.apply(weighted_means_low, {"x": p**a / Z, "y": S, "s": s})
        total = k.sum_up(each_class)
        return k.show(Sig(p * S ** (-s)), ">=", Z ** (1 + s), by=[(Z ** (1 + s), total), (-s * Z ** (1 + s), normed)])

    def sample(rng: random.Random) -> Any:
        power, p_values = Fraction(rng.randint(1, 10), 10), simplex(rng, rng.randint(1, 5))
        tilt = [value + Fraction(1, 10**9) for value in tilted(p_values, 1 / (1 + float(power)))]
        S_values = [value / sum(tilt) for value in tilt] if rng.random() < 0.6 else simplex(rng, len(p_values), zeros=0)
        return {"s": power}, [{"p": x, "S": y} for x, y in zip(p_values, S_values, strict=True)]

    given = ((Sig(S), "==", 1), (Z, ">", 0))
    return ForEveryN(domain, each, given, Sig(p * S ** (-s)), ">=", c * Z ** (1 + s)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\mathcal C^*_\tau(p) = \frac{(\sum_y p_y^a)^{1/a}-1}{1-\tau},\quad 0\le\tau<1,\ a=\tfrac1{2-\tau}",
)
def minimum_low(c: Constant = 1) -> Stated:
    """No prediction does better, 0 <= tau < 1: the conditional risk is at least the closed form."""
    domain, each = Domain("tau in [0,1)"), Domain("p in [0,1], S in (0,1]")
    (tau,), (p, S) = domain, each
    a = 1 / (2 - tau)
    risk, minimum = Sig(p * (S ** (tau - 1) - 1)) / (1 - tau), (Sig(p**a) ** (2 - tau) - 1) / (1 - tau)

    def proof(k: Proof) -> Any:
        total = k.hypothesis(0)
        positive = k.support(p, a)
        holder = k.apply(hoelder_low, {"s": 1 - tau}, given=[k.hypothesis(1), positive], rest={"p": p, "S": S})
        return k.show(risk, ">=", minimum, by=[(1 / (1 - tau), holder), (-1 / (1 - tau), total)])

    given = ((Sig(p), "==", 1), (Sig(S), "==", 1))
    return ForEveryN(domain, each, given, risk, ">=", c * minimum), chain(proof, _sample_minimum((0, 9)))


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_POSITIVE,
       says=r"\mathcal C^*_1(p) = -\textstyle\sum_y p_y\log p_y")  # fmt: skip
def minimum_logistic(c: Constant = 1) -> Stated:
    """Cross-entropy is at least the entropy.

    The S may add up to less than one, so that classes with p = 0 may be left out.
    """
    import sympy

    each = Domain("p in (0,1], S in (0,1]")
    domain = Domain("one in [1,1]")
    p, S = each
    risk, entropy = Sig(-p * sympy.log(S)), Sig(-p * sympy.log(p))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, S / p)
        total = k.sum_up(k.show(-p * sympy.log(S), ">=", -p * sympy.log(p) + p - S, by=[(p, line)]))
        return k.show(risk, ">=", entropy, by=[total, k.hypothesis(0), k.hypothesis(1)])

    def sample(rng: random.Random) -> Any:
        p_values = simplex(rng, rng.randint(2, 5), zeros=0)
        S_values = p_values if rng.random() < 0.5 else simplex(rng, len(p_values), zeros=0)
        return {"one": Fraction(1)}, [{"p": x, "S": y} for x, y in zip(p_values, S_values, strict=True)]

    given = ((Sig(p), "==", 1), (Sig(S), "<=", 1))
    return ForEveryN(domain, each, given, risk, ">=", c * entropy), chain(proof, sample)


@claim(paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
       says=r"\mathcal C^*_\tau(p) = \frac{1-\max_y p_y}{\tau-1},\quad \tau\ge 2")  # fmt: skip
def minimum_high(c: Constant = 1) -> Stated:
    """For tau >= 2 (MAE at tau = 2) a vertex is best: S^(tau-1) <= S, so the risk is at least (1 - max p)/(tau - 1)."""
    domain, each = Domain("tau in [2,oo), p1 in [0,1], S1 in [0,1]"), Domain("p in [0,1], S in [0,1]")
    (tau, p1, S1), (p, S) = domain, each
    risk = (p1 * (1 - S1 ** (tau - 1)) + Sig(p * (1 - S ** (tau - 1)))) / (tau - 1)
    minimum = (1 - p1) / (tau - 1)

    def proof(k: Proof) -> Any:
        total, normed, largest = (k.hypothesis(index) for index in range(3))
        v = k.fresh("v in [0,oo)")
        first = k.chord(v ** (tau - 1), v, 1, 0, S1)
        below = k.chord(v ** (tau - 1), v, 1, 0, S)
        smaller = k.show(p * S ** (tau - 1), "<=", p1 * S, by=[(p, below), (S, largest)])
        rest = k.sum_up(smaller)
        scale = 1 / (tau - 1)
        return k.show(
            risk,
            ">=",
            minimum,
            by=[(p1 * scale, first), (scale, rest), (scale, total), (-p1 * scale, normed)],
        )

    def sample(rng: random.Random) -> Any:
        p_values = sorted(simplex(rng, rng.randint(2, 5)), reverse=True)
        S_values = simplex(rng, len(p_values))
        if rng.random() < 0.6:
            S_values = [Fraction(index == 0) for index in range(len(p_values))]
        rows = [{"p": x, "S": y} for x, y in zip(p_values[1:], S_values[1:], strict=True)]
        return {"tau": Fraction(rng.randint(20, 50), 10), "p1": p_values[0], "S1": S_values[0]}, rows

    given = ((p1 + Sig(p), "==", 1), (S1 + Sig(S), "==", 1), (p1, ">=", p))
    return ForEveryN(domain, each, given, risk, ">=", c * minimum), chain(proof, sample)


weighted_means_low_open.false_if("the bound were 1 % larger", c=Fraction(101, 100))
weighted_means_low.false_if("the bound were 1 % larger", c=Fraction(101, 100))
hoelder_low.false_if("the bound were 1 % larger", c=Fraction(101, 100))
minimum_low.false_if("the bound were 1 % larger", c=Fraction(101, 100))
minimum_logistic.false_if("the bound were 1 % larger", c=Fraction(101, 100))
minimum_high.false_if("the bound were 1 % larger", c=Fraction(101, 100))
