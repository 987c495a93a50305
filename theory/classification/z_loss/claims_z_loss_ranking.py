r"""The Z-loss ranks classes strictly by their probability, for every number of classes: top-k calibration for all k.

The conditional risk ``sum_k p_k phi(z_k)``, phi(z) = log(1 + exp(a (b - z)))/a, depends on the scores through their
Z-scores, which lie on a sphere; being continuous there, it has a minimiser. At a minimiser no exchange of two scores
lowers the risk and the gradient vanishes: ``p_k phi'(z_k) = alpha + gamma z_k`` for all classes (`risk_gradient`).
These two conditions force z_1 > z_2 wherever p_1 > p_2 (`minimisers_rank_strictly`).

The last claim holds for every loss phi(z_c) with a negative derivative.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.z_loss.z_loss_statements import point_and_rows, softplus_loss
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "z_loss"
_RANKING = "rank preservation of the conditional minimiser"


@claim(
    paper=_PAPER,
    where=_RANKING,
    expected="proved",
    strength="lower",
    says=r"p_1>p_2,\ z_1<z_2:\quad R(z_1,z_2,z_3,\dots)>R(z_2,z_1,z_3,\dots)",
)
def exchange_lowers_the_risk(least: Constant = 0) -> Stated:
    """The loss decreases strictly in z: the difference is (p_1 - p_2)(phi(z_1) - phi(z_2)). The sphere is kept."""
    domain = Domain(f"p2 in [0,1], more in ({least},1], z1 in (-oo,oo), rise in (0,oo), a in (0,oo), b in (-oo,oo)")
    each = Domain("p in [0,1], z in (-oo,oo)")
    (p2, more, z1, rise, a, b), (p, z) = domain, each
    p1, z2 = p2 + more, z1 + rise
    rest = Sig(p * softplus_loss(z, a, b))
    low, high = softplus_loss(z2, a, b), softplus_loss(z1, a, b)
    left, right = p1 * high + p2 * low + rest, p1 * low + p2 * high + rest

    def proof(k: Proof) -> Any:
        raised = k.exponential(k.show(a * (b - z1), ">", a * (b - z2), by=[k.sign(a * rise, ">")]))
        inside = k.logarithm(k.show(1 + raised.lhs, ">", 1 + raised.rhs, by=[raised]))
        return k.show(left, ">", right, by=[(more / a, inside)])

    def sample(rng: random.Random) -> Any:
        point, _ = point_and_rows(rng, ("z1", "b"), positive=("rise", "a"))
        p = sorted([Fraction(rng.randint(0, 9), 18) for _ in range(2)], reverse=rng.random() < 0.7)
        row = {"p": Fraction(1, 9), "z": point["b"]}
        return point | {"p2": p[1], "more": p[0] - p[1]}, [row] * rng.randint(0, 2)

    return ForEveryN(domain, each, (), left, ">", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_RANKING,
    expected="proved",
    strength="identity",
    uses=("z_loss.z_score_in_its_own_score", "z_loss.z_score_in_another_score"),
    assumptions=(
        "sigma dz_i/do_k is delta_ik - 1/D - z_i z_k/D, as the claims that are used say",
        "the derivative of R is the sum of p_i phi'(z_i) dz_i/do_k (chain rule)",
    ),
    says=r"\sigma\,\frac{\partial R}{\partial o_k}=p_k\varphi'(z_k)-\alpha-\gamma z_k,\quad"
    r"\alpha=\tfrac1D\textstyle\sum_ip_i\varphi'(z_i),\ \gamma=\tfrac1D\sum_ip_i\varphi'(z_i)z_i",
)
def risk_gradient(c: Constant = 1) -> Stated:
    """The gradients of the Z-scores, weighted by f_i = p_i phi'(z_i), which may be any numbers here."""
    domain, each = Domain("fk in (-oo,oo), zk in (-oo,oo)"), Domain("f in (-oo,oo), z in (-oo,oo)")
    (fk, zk), (f, z) = domain, each
    D = 1 + Sig(1)
    left = fk * (1 - 1 / D - zk**2 / D) + Sig(f * (-1 / D - z * zk / D))
    right = fk - (fk + Sig(f)) / D - c * zk * (fk * zk + Sig(f * z)) / D

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("fk", "zk"), rows=("f", "z"))

    return ForEveryN(domain, each, (), left, "==", right), chain(lambda k: k.show(left, "==", right), sample)


def _stationary_sample(rng: random.Random) -> Any:
    """Two scores that differ; gamma and alpha, and then the slopes of the other classes, follow."""
    names = ("bend", "z1", "z2")
    point, rows = point_and_rows(rng, names, positive=("slope", "fall"), rows=("z",))
    point["p1"], point["p2"] = (Fraction(rng.randint(0, 9), 20) for _ in range(2))
    if point["z1"] == point["z2"]:
        point["z1"] += Fraction(1, 3)
    lead = point["z1"] - point["z2"]
    first = point["slope"] + point["bend"] * lead
    point["gamma"] = (point["p2"] * point["slope"] - point["p1"] * first) / lead
    point["alpha"] = -point["p2"] * point["slope"] - point["gamma"] * point["z2"]
    for row in rows:
        row["p"] = Fraction(1, 10)
        row["s"] = -(point["alpha"] + point["gamma"] * row["z"]) / row["p"]
    return point, rows


@claim(
    paper=_PAPER,
    where=_RANKING,
    expected="proved",
    strength="lower",
    assumptions=(
        "phi is differentiable with phi' < 0: slope, bend and fall are then difference quotients, free where z_1 = z_2",
        "-phi'(z_2) = slope > 0, -phi'(z_1) = slope + bend (z_1 - z_2); for the other classes -phi'(z) = s",
        "phi(z_2) - phi(z_1) = fall (z_1 - z_2), fall > 0",
    ),
    uses=("z_loss.risk_gradient", "z_loss.z_loss_in_the_z_score"),
    says=r"p_1>p_2,\ p_k\varphi'(z_k)=\alpha+\gamma z_k,\ \text{no gain from exchanging}\ z_1,z_2:\quad z_1>z_2",
)
def minimisers_rank_strictly(order: Constant = 1, ahead: Constant = 0) -> Stated:
    """The exchange shows z_1 >= z_2; a tie would make p_1 phi' = p_2 phi', yet phi' is negative."""
    domain = Domain(
        "p1 in [0,1], p2 in [0,1], z1 in (-oo,oo), z2 in (-oo,oo), slope in (0,oo), bend in (-oo,oo), fall in (0,oo),"
        " alpha in (-oo,oo), gamma in (-oo,oo)"
    )
    each = Domain("p in [0,1], z in (-oo,oo), s in (-oo,oo)")
    (p1, p2, z1, z2, slope, bend, fall, alpha, gamma), (p, z, s) = domain, each
    lead = z1 - z2
    given = (
        (order * (p1 - p2), ">", 0),
        ((p1 - p2) * fall * lead, ">=", 0),  # R after the exchange less R before it
        (-p1 * (slope + bend * lead), "==", alpha + gamma * z1),
        (-p2 * slope, "==", alpha + gamma * z2),
        (-p * s, "==", alpha + gamma * z),
    )

    def proof(k: Proof) -> Any:
        more, gain = k.hypothesis(0), k.hypothesis(1)
        behind = k.show(lead, ">=", 0, by=[(1 / ((p1 - p2) * fall), gain)])
        first = k.close_case(k.show(lead, ">", 0, by=[k.open_case(lead, ">", 0)]))
        tie = k.open_case(lead, "<=", 0)
        pull = k.show((p1 - p2) * slope, ">", 0, by=[(slope, more)])
        g = gamma + p1 * bend
        k.show(g**2 + 1 + g, ">=", 0, by=[k.sign((g + Fraction(1, 2)) ** 2 + Fraction(3, 4), ">=")])
        none = k.show(g * lead, ">=", 0, by=[(g**2 + 1 + g, behind), (g**2 + 1, tie)])
        balance = k.show(pull.lhs, "==", -g * lead, by=[(-1, k.hypothesis(2)), k.hypothesis(3)])
        second = k.close_case(k.show(lead, ">", 0, by=[pull, none, (-1, balance), behind]))
        return k.join(first, second)

    return ForEveryN(domain, each, given, lead, ">", ahead), chain(proof, _stationary_sample)


exchange_lowers_the_risk.false_if("class 1 could be the less probable one", least=-1)
risk_gradient.false_if("gamma were 1 % larger", c=Fraction(101, 100))
minimisers_rank_strictly.false_if("class 1 were the less probable one", order=-1)
minimisers_rank_strictly.false_if("the lead were more than one standard deviation", ahead=1)
