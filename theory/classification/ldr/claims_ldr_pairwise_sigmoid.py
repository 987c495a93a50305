r"""A smooth symmetric loss that is top-k calibrated for every k: the pairwise sigmoid.

The loss l_y = sum_{k != y} s(f_k - f_y) with s(t) = 1/(1 + e^{-t}) is bounded, infinitely smooth (also at equal
scores) and symmetric: each pair of labels adds s(t) + s(-t) = 1, so the sum is K (K-1)/2. In the conditional risk each
pair adds p_y s(f_k - f_y) + p_k s(f_y - f_k), which is min(p_y, p_k) plus |p_y - p_k| times the sigmoid of the wrong
order: well separated scores in the order of p approach all these bounds together, and a pair ranked wrongly costs at
least |p_y - p_k|/2 more. That is top-k calibration for every k at every posterior, with a linear rate.

Decided are the pair, whatever the number of classes (the risk is the sum over the pairs), and the whole risk of three.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "negative result: top-1 consistent symmetric losses and top-k consistency"


def _sigmoid(t: Any) -> sympy.Expr:
    import sympy

    return 1 / (1 + sympy.exp(-t))


_PAIR = ("one pair of classes; the loss of K classes is the sum over the pairs, and so are its sum and its risk",)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity", assumptions=_PAIR,
    says=r"s(t)=\frac1{1+e^{-t}}:\quad p\,s(t)+q\,s(-t)=q+(p-q)\,s(t),\quad\text{and }s(t)+s(-t)=1\text{ at }p=q=1",
)  # fmt: skip
def sigmoid_pair(c: Constant = 1) -> Stated:
    """The two sigmoids add up to 1. For p >= q and t -> -oo, the right order, the pair adds q = min(p, q) at least."""
    domain = Domain("p in [0,1], q in [0,1], t in (-oo,oo)")
    p, q, t = domain

    def proof(k: Proof) -> Fact:
        return k.identity(p * _sigmoid(t) + q * _sigmoid(-t), q + (p - q) * _sigmoid(t))

    return ForAll(domain, p * _sigmoid(t) + q * _sigmoid(-t), "==", c * q + (p - c * q) * _sigmoid(t)), chain(proof)


sigmoid_pair.false_if("q were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", assumptions=_PAIR,
    says=r"p\ge q,\ t\ge0:\quad p\,s(-t)+q\,s(t)\le\min(p,q)+(p-q)\,e^{-t}",
)  # fmt: skip
def sigmoid_pair_in_right_order(c: Constant = 1) -> Stated:
    """s(-t) = e^{-t} s(t) <= e^{-t}; so the infimum over all gaps is min(p, q)."""
    import sympy

    domain = Domain("p in [0,1], q in [0,1], t in [0,oo)")
    p, q, t = domain

    def proof(k: Proof) -> Fact:
        small = k.show(sympy.exp(-t), ">=", _sigmoid(-t), by=[k.sign(sympy.exp(-2 * t) / (1 + sympy.exp(-t)), ">=")])
        return k.show(p * _sigmoid(-t) + q * _sigmoid(t), "<=", q + (p - q) * sympy.exp(-t), by=[(p - q, small)])

    statement = ForAll(
        domain, p * _sigmoid(-t) + q * _sigmoid(t), "<=", q + c * (p - q) * sympy.exp(-t), ((p, ">=", q),)
    )
    return statement, chain(proof)


sigmoid_pair_in_right_order.false_if("the excess were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower", assumptions=_PAIR,
    says=r"s(t)=\frac1{1+e^{-t}},\ p\ge q,\ t\ge0:\quad p\,s(t)+q\,s(-t)\ge\min(p,q)+\frac{p-q}2",
)  # fmt: skip
def sigmoid_pair_in_wrong_order(c: Constant = Fraction(1, 2)) -> Stated:
    """The two sigmoids add up to 1, and s(t) >= 1/2."""
    import sympy

    domain = Domain("p in [0,1], q in [0,1], t in [0,oo)")
    p, q, t = domain

    def proof(k: Proof) -> Fact:
        half = k.show(_sigmoid(t), ">=", sympy.Rational(1, 2),
                      by=[k.sign((1 - sympy.exp(-t)) / (2 * (1 + sympy.exp(-t))), ">=")])  # fmt: skip
        k.identity(_sigmoid(-t), 1 - _sigmoid(t))
        return k.show(p * _sigmoid(t) + q * _sigmoid(-t), ">=", q + (p - q) / 2, by=[((p - q), half)])

    statement = ForAll(domain, p * _sigmoid(t) + q * _sigmoid(-t), ">=", q + c * (p - q), ((p, ">=", q),))
    return statement, chain(proof)


sigmoid_pair_in_wrong_order.false_if("the cost were 0.51 (p - q)", c=Fraction(51, 100))


def _three_scores(extra: str = "") -> tuple[Domain, list[Any], list[Any]]:
    """Return domain, loss of each label for the scores log a, and the masses a = e^f."""
    import sympy

    domain = Domain("a1 in (0,oo), a2 in (0,oo), a3 in (0,oo)" + extra)
    a = list(domain)[:3]
    losses = [sum((a[k] / (a[k] + a[y]) for k in range(3) if k != y), sympy.Integer(0)) for y in range(3)]
    return domain, losses, a


_ODDS = ("f = log a, every real score; then s(f_k - f_y) = a_k/(a_k + a_y)",)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity", assumptions=_ODDS,
    says=r"K=3:\quad \sum_y\sum_{k\ne y}s(f_k-f_y)=3",
)  # fmt: skip
def sigmoid_is_symmetric(c: Constant = 3) -> Stated:
    """Each of the three pairs adds 1."""
    domain, losses, _ = _three_scores()

    def proof(k: Proof) -> Fact:
        return k.identity(sum(losses), 3)

    return ForAll(domain, sum(losses), "==", c), chain(proof)


sigmoid_is_symmetric.false_if("the sum were 1 % larger", c=Fraction(303, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower", assumptions=_ODDS,
    corrects="ldr.symmetric_losses_ignore_lower_ranks",
    says=r"K=3,\ p_1\ge p_2\ge p_3,\ f_2\le f_3:\quad \sum_yp_y\ell_y\ge p_2+2p_3+\tfrac12(p_2-p_3)",
)  # fmt: skip
def sigmoid_wrong_order(c: Constant = 1) -> Stated:
    """Classes 2 and 3 the wrong way round: their pair costs (p_2 - p_3)/2 more, the other pairs cost their minimum."""
    domain, losses, a = _three_scores(", p1 in [0,1], p2 in [0,1], p3 in [0,1]")
    p = list(domain)[3:]
    risk = sum(weight * loss for weight, loss in zip(p, losses, strict=True))

    def proof(k: Proof) -> Fact:
        first, second = k.hypothesis(0), k.hypothesis(1)
        apart = k.show(p[0], ">=", p[2], by=[first, second])
        by = [
            (a[1] / (a[0] + a[1]), first),
            (a[2] / (a[0] + a[2]), apart),
            ((a[2] - a[1]) / (2 * (a[1] + a[2])), second),
        ]
        return k.show(risk, ">=", p[1] + 2 * p[2] + (p[1] - p[2]) / 2, by=by)

    given = ((p[0], ">=", p[1]), (p[1], ">=", p[2]), (a[2], ">=", a[1]))
    return ForAll(domain, risk, ">=", p[1] + 2 * p[2] + c * (p[1] - p[2]) / 2, given), chain(proof)


sigmoid_wrong_order.false_if("the cost were twice as large", c=2)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", assumptions=_ODDS,
    says=r"K=3,\ p_1\ge p_2\ge p_3,\ e^f\propto(1,x,x^2):\quad \sum_yp_y\ell_y\le p_2+2p_3+2x,\quad 0<x<1",
)  # fmt: skip
def sigmoid_infimum_approached(c: Constant = 2) -> Stated:
    """Scores in the order of p, far apart: s(-t) <= e^{-t} for each pair. So p_2 + 2 p_3 is the infimum."""
    domain = Domain("x in (0,1), p1 in [0,1], p2 in [0,1], p3 in [0,1]")
    x, p1, p2, p3 = domain
    near, far = 1 / (1 + x), 1 / (1 + x**2)  # s at the gaps; the masses 1, x, x^2
    risk = p1 * ((1 - near) + (1 - far)) + p2 * (near + (1 - near)) + p3 * (near + far)

    def proof(k: Proof) -> Fact:
        k.show(p1 - p3, ">=", 0, by=[k.hypothesis(0), k.hypothesis(1)])
        left = k.show(x, ">=", 1 - near, by=[k.sign(x**2 / (1 + x), ">=")])
        right = k.show(x, ">=", 1 - far, by=[k.sign(x * (x**2 - x + 1) / (1 + x**2), ">=")])
        slack = k.sign((1 - (p1 - p3)) * 2 * x, ">=")
        return k.show(risk, "<=", p2 + 2 * p3 + 2 * x, by=[(p1 - p3, left), (p1 - p3, right), slack])

    given = ((p1, ">=", p2), (p2, ">=", p3))
    return ForAll(domain, risk, "<=", p2 + 2 * p3 + c * x, given), chain(proof)


sigmoid_infimum_approached.false_if("the excess were half", c=1)
