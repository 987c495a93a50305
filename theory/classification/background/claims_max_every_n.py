r"""Losses of the smallest margin, ``max_{y' != y} Phi(s_y - s_{y'})``, for every number of classes.

Class 1 is predicted: its score is largest, the runner-up lies D >= 0 below it, and class y lies ``v_y >= D`` below. The
smallest margin of label 1 is D, that of label y is ``-v_y``. For Phi not increasing the conditional risk is therefore
``p_1 Phi(D) + sum_{y != 1} p_y Phi(-v_y)``.

- Phi convex: if no class has more than half the mass, equal scores have the least risk, Phi(0), whatever Phi is. They
  tie with the least probable class: at p = (1/2, 1/2, 0, ...) surrogate regret 0 goes with zero-one regret 1/2, so
  that no bound of the second by the first holds for three classes or more (which is concluded here, no claim of its
  own). Hinge (Crammer-Singer), exponential and squared hinge are instances.
- Crammer-Singer where one class has more than half of the mass, p_1 > 1/2: the least risk is 2(1 - p_1), a wrong
  prediction costs at least 2 p_1 - 1 more. There, and only there, it is calibrated.
- Phi the rho-margin loss: the regret is at least the zero-one regret, with equality, for every number of classes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "hcons_multiclass", "max losses"
_LESS, _ONE_PERCENT = Fraction(99, 100), Fraction(101, 100)
_HALF = Fraction(1, 2)
_FIRST = ("class 1 scores highest: the smallest margin of label 1 is D, of any other label y it is -v_y",)
_SECOND = ("class 2 scores highest: the smallest margin of label 2 is D, of any other label y it is -v_y",)
_PHI = ("Phi is not negative and does not increase: the largest Phi of a margin is that of the smallest margin",)
_MASS = r"p_1\le\tfrac12,\ v_y\ge D\ge0:\quad"


def _hinge(u: Any) -> sympy.Expr:
    import sympy

    return sympy.Max(0, 1 - u)


def _exponential(u: Any) -> sympy.Expr:
    import sympy

    return sympy.exp(-u)


def _setting(cap: Any) -> tuple[Domain, Domain, tuple[Any, ...]]:
    """The posteriors and distances; hypotheses: 0 p adds up to one, 1 v >= D, 2 p1 <= cap."""
    domain, each = Domain("p1 in [0,1], D in [0,oo)"), Domain("p in [0,1], v in [0,oo)")
    (p1, D), (p, v) = domain, each
    return domain, each, ((p1 + Sig(p), "==", 1), (v, ">=", D), (p1, "<=", cap))


def _sample(rng: random.Random) -> Any:
    """Posteriors and distances; often all equal, where the risk is least."""
    n = rng.randint(2, 5)
    p = simplex(rng, n) if rng.random() < 0.7 else [Fraction(11, 20)] + [Fraction(9, 20 * (n - 1))] * (n - 1)
    D = Fraction(rng.choice((0, 0, 1, 1, 5, 10)), 10)
    rows = [{"p": x, "v": D + Fraction(rng.choice((0, 0, 0, 3)), 2)} for x in p[1:]]
    return {"p1": p[0], "D": D}, rows


# -- convex losses ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=(*_FIRST, *_PHI),
    says=_MASS + r"\textstyle p_1\Phi(D)+\sum_{y\ne1}p_y\Phi(-v_y)\ge\Phi(0)"
    r"\quad\text{if }\Phi(u)\ge\Phi(0)-du\text{ at }D,-v_y",
)
def max_loss_of_convex_phi_is_flat(cap: Constant = _HALF) -> Stated:
    """Sum of the tangents at 0: the slopes leave d D (1 - 2 p_1). F and G are the values of Phi at D and at -v."""
    domain = Domain("p1 in [0,1], D in [0,oo), d in [0,oo), base in [0,oo), F in [0,oo)")
    each = Domain("p in [0,1], v in [0,oo), G in [0,oo)")
    (p1, D, d, base, F), (p, v, G) = domain, each
    given = ((p1 + Sig(p), "==", 1), (v, ">=", D), (p1, "<=", cap), (F, ">=", base - d * D), (G, ">=", base + d * v))
    risk = p1 * F + Sig(p * G)

    def proof(k: Proof) -> Any:
        others = k.sum_up(k.show(p * G, ">=", p * (base + d * D), by=[(p, k.hypothesis(4)), (p * d, k.hypothesis(1))]))
        slopes = (2 * d * D, k.hypothesis(2))
        return k.show(risk, ">=", base, by=[(p1, k.hypothesis(3)), others, slopes, (base + d * D, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        point, rows = _sample(rng)
        slope, height = Fraction(rng.randint(1, 5)), Fraction(rng.randint(5, 9))
        point |= {"d": slope, "base": height, "F": max(Fraction(0), height - slope * point["D"])}
        return point, [row | {"G": height + slope * row["v"]} for row in rows]

    return ForEveryN(domain, each, given, risk, ">=", base), chain(proof, sample)


max_loss_of_convex_phi_is_flat.false_if("one class had 3/5 of the mass", cap=Fraction(3, 5))


def _flat(loss: Callable[[Any], Any], proof: Any, cap: Any) -> Stated:
    domain, each, given = _setting(cap)
    (p1, D), (p, v) = domain, each
    risk = p1 * loss(D) + Sig(p * loss(-v))
    prove = chain(lambda k: proof(k, p1, D, p, v, risk), _sample)
    return ForEveryN(domain, each, given, risk, ">=", loss(0)), prove


def _combine(k: Proof, p1: Any, D: Any, p: Any, v: Any, risk: Any, first: Any, other: Any, slope: Any) -> Any:
    """Add up tangents ``Phi(D) >= 1 - slope D`` and ``Phi(-v) >= 1 + slope v``, given as lists of premises."""
    term = next(iter(risk.atoms(type(Sig(1))))).args[0]
    each = k.show(term, ">=", p * (1 + slope * D), by=[*other, (p * slope, k.hypothesis(1))])
    by = [*first, k.sum_up(each), (2 * slope * D, k.hypothesis(2)), (1 + slope * D, k.hypothesis(0))]
    return k.show(risk, ">=", 1, by=by)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_FIRST,
    says=_MASS + r"\textstyle p_1(1-D)_++\sum_{y\ne1}p_y(1+v_y)_+\ge1",
)
def max_hinge_is_flat(cap: Constant = _HALF) -> Stated:
    """The method of Crammer and Singer: no scores beat equal ones unless a class has more than half of the mass."""

    def proof(k: Proof, p1: Any, D: Any, p: Any, v: Any, risk: Any) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - D)
        return _combine(k, p1, D, p, v, risk, [(-p1, m), (p1, above)], [], 1)

    return _flat(_hinge, proof, cap)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_FIRST,
    says=_MASS + r"\textstyle p_1e^{-D}+\sum_{y\ne1}p_ye^{v_y}\ge1",
)
def max_exponential_is_flat(cap: Constant = _HALF) -> Stated:
    """The exponential loss of the smallest margin."""
    import sympy

    def proof(k: Proof, p1: Any, D: Any, p: Any, v: Any, risk: Any) -> Any:
        x = k.fresh("x in (-oo,oo)")
        lines = [k.tangent(sympy.exp(x), x, 0, value) for value in (-D, v)]
        return _combine(k, p1, D, p, v, risk, [(p1, lines[0])], [(p, lines[1])], 1)

    return _flat(_exponential, proof, cap)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_FIRST,
    says=_MASS + r"\textstyle p_1(1-D)_+^2+\sum_{y\ne1}p_y(1+v_y)_+^2\ge1",
)
def max_squared_hinge_is_flat(cap: Constant = _HALF) -> Stated:
    """The squared hinge loss of the smallest margin."""

    def proof(k: Proof, p1: Any, D: Any, p: Any, v: Any, risk: Any) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - D)
        square = k.sign((m.lhs - 1) ** 2, ">=")
        first = [(-p1 * (m.lhs + m.rhs), m), (p1, square), (2 * p1, above)]
        return _combine(k, p1, D, p, v, risk, first, [k.sign(p * v**2, ">=")], 2)

    return _flat(lambda u: _hinge(u) ** 2, proof, cap)


max_hinge_is_flat.false_if("one class had 3/5 of the mass", cap=Fraction(3, 5))
max_exponential_is_flat.false_if("one class had 3/5 of the mass", cap=Fraction(3, 5))
max_squared_hinge_is_flat.false_if("one class had 3/5 of the mass", cap=Fraction(3, 5))


# -- Crammer-Singer above one half -----------------------------------------------------------------------------------


@claim(
    paper="tewari_bartlett",
    where="consistency of the method of Crammer and Singer",
    expected="proved",
    strength="tight",
    assumptions=_FIRST,
    says=r"p_1\ge\tfrac12,\ v_y\ge D\ge0:\quad\textstyle p_1(1-D)_++\sum_{y\ne1}p_y(1+v_y)_+\ge2(1-p_1)",
)
def crammer_singer_minimum_above_half(factor: Constant = 1) -> Stated:
    """``max(0, 1-D) >= 1-D`` with weight 1 - p_1, and the D below class 1 at least D."""
    domain, each = Domain("p1 in [1/2,1], D in [0,oo)"), Domain("p in [0,1], v in [0,oo)")
    (p1, D), (p, v) = domain, each
    risk = p1 * _hinge(D) + Sig(p * _hinge(-v))

    def proof(k: Proof) -> Any:
        m, nonnegative, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - D)
        others = k.sum_up(k.show(p * (1 + v), ">=", p * (1 + D), by=[(p, k.hypothesis(1))]))
        by = [(-p1, m), (1 - p1, above), (2 * p1 - 1, nonnegative), others, (1 + D, k.hypothesis(0))]
        return k.show(risk, ">=", 2 * (1 - p1), by=by)

    def sample(rng: random.Random) -> Any:
        n = rng.randint(2, 4)
        p = Fraction(rng.randint(50, 90), 100)
        D = Fraction(rng.choice((0, 1, 2)), rng.choice((1, 2)))
        return {"p1": p, "D": D}, [{"p": (1 - p) / (n - 1), "v": D}] * (n - 1)

    given = ((p1 + Sig(p), "==", 1), (v, ">=", D))
    return ForEveryN(domain, each, given, factor * risk, ">=", 2 * (1 - p1)), chain(proof, sample)


crammer_singer_minimum_above_half.false_if("the risk were 1 % smaller", factor=_LESS)


@claim(
    paper="tewari_bartlett",
    where="consistency of the method of Crammer and Singer",
    expected="proved",
    strength="tight",
    assumptions=_SECOND,
    uses=("tewari_bartlett.crammer_singer_minimum_above_half",),
    says=r"p_1\ge\tfrac12,\ s_2=\max s:\quad\mathcal C_{CS}(s,p)-2(1-p_1)\ge2p_1-1",
)
def crammer_singer_regret_above_half(c: Constant = 1) -> Stated:
    """Class 2 is predicted and has at most half of the mass: the risk is at least 1; equal scores attain it."""
    domain, each = Domain("p1 in [1/2,1], p2 in [0,1], D in [0,oo), v1 in [0,oo)"), Domain("p in [0,1], v in [0,oo)")
    (p1, p2, D, v1), (p, v) = domain, each
    given = ((p1 + p2 + Sig(p), "==", 1), (v, ">=", D), (v1, ">=", D))
    risk = p2 * _hinge(D) + p1 * _hinge(-v1) + Sig(p * _hinge(-v))

    def proof(k: Proof) -> Any:
        cap = k.show(p2, "<=", _HALF, by=[k.hypothesis(0), k.sign(p1 - _HALF, ">="), k.sign(Sig(p), ">=")])
        named, rest = [{"p": p1, "v": v1}], {"p": p, "v": v}
        total = k.hypothesis(0)
        flat = k.apply(
            max_hinge_is_flat,
            {"p1": p2, "D": D},
            given=[total, k.hypothesis(1), k.hypothesis(2), cap],
            named=named,
            rest=rest,
        )
        return k.show(risk - 2 * (1 - p1), ">=", 2 * p1 - 1, by=[flat])

    def sample(rng: random.Random) -> Any:
        p = Fraction(rng.randint(51, 90), 100)
        zero = Fraction(0)
        rows = [{"p": (1 - p) / 2, "v": zero}]
        return {"p1": p, "p2": (1 - p) / 2, "D": zero, "v1": zero}, rows

    return ForEveryN(domain, each, given, risk - 2 * (1 - p1), ">=", c * (2 * p1 - 1)), chain(proof, sample)


crammer_singer_regret_above_half.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


# -- the rho-margin loss ---------------------------------------------------------------------------------------------


def _rho_margin(u: Any, rho: Any) -> sympy.Expr:
    """``min(max(0, 1 - u/rho), 1)``, written as ``1 - max(0, 1 - max(0, 1 - u/rho))``."""
    import sympy

    return 1 - sympy.Max(0, 1 - sympy.Max(0, 1 - u / rho))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="tight",
    assumptions=_SECOND,
    says=r"\Phi_\rho(u)=\min\{(1-\tfrac u\rho)_+,1\},\ v_y\ge0,\ D\ge0:\quad\textstyle p_2\Phi_\rho(D)"
    r"+\sum_{y\ne2}p_y\Phi_\rho(-v_y)-(1-p_1)\ge p_1-p_2",
)
def max_rho_margin_regret(c: Constant = 1) -> Stated:
    """Only the predicted class 2 can pay less than 1: risk at least 1 - p_2; the least risk is 1 - p_1 (D >= rho)."""
    domain = Domain("p1 in [0,1], p2 in [0,1], rho in (0,oo), D in [0,oo), v1 in [0,oo)")
    each = Domain("p in [0,1], v in [0,oo)")
    (p1, p2, rho, D, v1), (p, v) = domain, each
    risk = p2 * _rho_margin(D, rho) + p1 * _rho_margin(-v1, rho) + Sig(p * _rho_margin(-v, rho))
    regret = risk - (1 - p1)

    def proof(k: Proof) -> Any:
        saved, *_ = k.part(k.fresh("m in [0,oo)"), 1 - _hinge(D / rho))
        most = k.at_most(saved, 1)
        return k.show(regret, ">=", p1 - p2, by=[(p2, most), (p2, saved), k.hypothesis(0)])

    def sample(rng: random.Random) -> Any:
        q = simplex(rng, rng.randint(2, 5))
        D = Fraction(rng.choice((0, 1, 2, 6)), 2)
        point = {"p1": q[0], "p2": q[1], "rho": Fraction(rng.randint(1, 4), 2), "D": D, "v1": D}
        return point, [{"p": x, "v": D} for x in q[2:]]

    given = ((p1 + p2 + Sig(p), "==", 1),)
    return ForEveryN(domain, each, given, regret, ">=", c * (p1 - p2)), chain(proof, sample)


max_rho_margin_regret.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
