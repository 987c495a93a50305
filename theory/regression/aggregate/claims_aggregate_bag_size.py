r"""The best size of a bag when labels are private: where it is inside, and where it is one unit.

v = 2 c^2/eps^2 is the private noise, so that a bag of m units has the effective noise ``sigma^2 + v/m``; r^2 is the
power of the signal, kappa = psi/(1 - psi), E the risk of the bag-level loss under its best ridge. Sizes are real
numbers from 1 on unless a claim names whole ones.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import HardPoints, chain_at
from theory.engine.words import Domain, ForAll, boxes, chain
from theory.regression.aggregate.aggregate_expressions import curvature, instance_risk, optimal_share

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "aggregate"
_PLAIN, _RIDGED = "bag size, bag-level loss without ridge", "bag size, bag-level loss with the best ridge"
_INSTANCE = "bag size, instance-level loss without ridge, psi < 1"
_RISKS = ("v is 2 c^2/eps^2, c the sensitivity of a bag's sum; the risk is the limit of d/n -> psi; clipping ignored",)
_KAPPA = (*_RISKS, "kappa is psi/(1 - psi), psi < 1")
_FIXED = (*_RISKS, "E is the positive solution of 1/E = 1/r^2 + (1/(psi m))/(sigma^2 + v/m + E) (best_ridge_risk)")
_R = r"R(\beta)=r^2\bigl((1-\beta)^2+\beta(1-\beta)\kappa\bigr)+\kappa(\sigma^2\beta+v\beta^2)"
_BEST = r"\beta^*=\frac{r^2(2-\kappa)-\kappa\sigma^2}{2(r^2(1-\kappa)+\kappa v)}"
_G = r"G(m,E)=\frac E{r^2}+\frac E{\psi(m(\sigma^2+E)+v)}"
_MORE, _HALF = Fraction(101, 100), Fraction(1, 2)


@claim(
    paper=_PAPER, where=_PLAIN, expected="proved", strength="tight", assumptions=_RISKS,
    uses=("aggregate.bag_level_variance", "aggregate.bag_level_has_no_bias", "aggregate.effective_noise"),
    says=r"R(m)=\frac{\psi m\,(\sigma^2+v/m)}{1-\psi m}\ \Rightarrow\ R(m')>R(m),\quad1\le m<m',\ \psi m'<1,\ \sigma>0",
)  # fmt: skip
def plain_risk_increases(fall: Constant = 1) -> Stated:
    """Numerator and weight increase, however private the labels are: below 1/psi one unit is best. psi = q/m'."""
    domain = Domain("m in [1,oo), h in (0,oo), q in (0,1), noise in (0,oo), v in [0,oo)")
    m, h, q, noise, v = domain
    other = m + h
    psi = q / other

    def risk(size: Any, power: Any) -> sympy.Expr:
        return psi * size * (noise + v / size**power) / (1 - psi * size)

    def proof(k: Proof) -> Any:
        k.show(1 - psi * m, ">", 0, by=[k.sign(1 - q + q * h / other, ">")])
        gain = psi * h * (noise + psi * v) / ((1 - psi * m) * (1 - q))
        return k.show(risk(other, 1), ">", risk(m, 1), by=[k.sign(gain, ">")])

    hard = {"m": 1, "h": 1, "q": Fraction(1, 100), "noise": Fraction(1, 100), "v": 1}
    return ForAll(domain, risk(other, fall), ">", risk(m, fall)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_PLAIN, expected="refuted", strength="lower",
    uses=("aggregate.least_norm_variance", "aggregate.least_norm_bias"),
    assumptions=(*_RISKS, "where psi m > 1 the estimator is the least-norm solution, the limit of small ridges"),
    says=r"\psi m>1:\quad r^2\Bigl(1-\frac1{\psi m}\Bigr)+\frac{\sigma^2+v/m}{\psi m-1}"
    r"\ge\frac{\psi(\sigma^2+v)}{1-\psi},\quad\psi<1",
)  # fmt: skip
def plain_bags_of_one_beat_all(quiet: Constant = 0) -> Stated:
    """Much noise makes the least-norm solution of large bags better, which shrinks; it holds if noise is small."""
    domain = Domain("psi in (0,1), e in (0,oo), r2 in (0,oo), noise in (0,oo), v in [0,oo)")
    psi, e, r2, noise, v = domain
    m = (1 + e) / psi
    left, right = r2 * (1 - 1 / (1 + e)) + (noise + v / m) / e, psi * (noise + v) / (1 - psi)

    def proof(k: Proof) -> Any:
        first = k.show(left, ">=", noise / e, by=[k.sign(r2 * e / (1 + e) + v / (m * e), ">=")])
        return k.show(left, ">=", right, by=[first, (1 / e, k.hypothesis(0))])

    given = ((noise, ">=", e * right),) if quiet else ()
    hard = {"psi": _HALF, "e": 4, "r2": 1, "noise": 1, "v": 100}
    return ForAll(domain, left, ">=", right, given), chain_at(proof, hard)


# -- with the best ridge ---------------------------------------------------------------------------------------------


def _balance(m: Any, E: Any, power: Any, psi: Any, noise: Any, v: Any) -> sympy.Expr:
    """Return G(m, E), which is 1 at the risk of the best ridge."""
    return E / power + E / (psi * (m * (noise + E) + v))


@claim(
    paper=_PAPER, where=_RIDGED, expected="proved", strength="tight", assumptions=_FIXED,
    says=r"\frac1{m'(\sigma^2+v/m'+E)}<\frac1{m(\sigma^2+v/m+E)},\quad1\le m<m'",
)  # fmt: skip
def information_of_a_unit_decreases(power: Constant = 1) -> Stated:
    """For m (sigma^2 + E) + v increases."""
    domain = Domain("m in [1,oo), h in (0,oo), E in (0,oo), noise in [0,oo), v in [0,oo)")
    m, h, E, noise, v = domain
    other = m + h

    def information(size: Any, exponent: Any) -> sympy.Expr:
        return 1 / (size**exponent * (noise + v / size + E))

    def proof(k: Proof) -> Any:
        loss = h * (noise + E) / ((m * (noise + E) + v) * (other * (noise + E) + v))
        by = [k.sign(loss, ">")]
        return k.show(information(other, 1), "<", information(m, 1), by=by)

    hard = {"m": 1, "h": 1, "E": 1, "noise": 0, "v": 4}
    return ForAll(domain, information(other, power), "<", information(m, power)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_RIDGED, expected="proved", strength="tight", assumptions=_FIXED,
    uses=("aggregate.best_ridge_risk", "aggregate.information_of_a_unit_decreases", "aggregate.effective_noise"),
    says=_G + r":\quad G(m,E)\le1\le G(m',E')\ \Rightarrow\ E'>E,\quad1\le m<m'",
)  # fmt: skip
def ridged_risk_increases(weight: Constant = 1) -> Stated:
    """G rises in E and falls in m; at the two risks it is 1. So one unit a bag is best, for every eps and psi."""
    domain = Domain("m in [1,oo), h in (0,oo), E in (0,oo), D in (0,oo), r2 in (0,oo), psi in (0,oo), "
                    "noise in [0,oo), v in [0,oo)")  # fmt: skip
    m, h, E, D, r2, psi, noise, v = domain
    other, rest = m + h, (r2, psi, noise, v)
    below = (m * (noise + E) + v) * (other * (noise + D) + v)

    def proof(k: Proof) -> Any:
        share = 1 / (1 / r2 + (m * noise + v) / (psi * below))
        gain = k.sign(share * h * E * (noise + D) / (psi * below), ">")
        return k.show(D, ">", E, by=[(share, k.hypothesis(0)), (share, k.hypothesis(1)), gain])

    given = ((_balance(m, E, *rest), "<=", weight), (_balance(other, D, *rest), ">=", 1))
    hard = {"m": 1, "h": Fraction(1, 10000), "E": 1, "D": 1, "r2": Fraction(200, 101), "psi": 1, "noise": 0, "v": 1}
    return ForAll(domain, D, ">", E, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_RIDGED + ", read there too", expected="refuted", strength="upper", form="derived",
    assumptions=(*_FIXED, "private labels make bags of two better than bags of one, if the noise is large enough"),
    says=_G + r":\quad G(1,E_1)\ge1\ge G(2,E_2),\ 3\kappa v\ge r^2(1+\kappa),\ "
    r"\kappa=\tfrac\psi{1-\psi}\ \Rightarrow\ E_2<E_1",
)  # fmt: skip
def privacy_asks_for_larger_bags(ridged: Constant = 1) -> Stated:
    """With the best ridge it never does, whatever the noise; the instance-level loss without ridge does."""
    if not ridged:
        return _two_beat_one(1)
    domain = Domain("E in (0,oo), D in (0,oo), r2 in (0,oo), psi in (0,1), noise in (0,oo), v in (0,oo)")
    E, D, r2, psi, noise, v = domain
    kappa, rest = psi / (1 - psi), (r2, psi, noise, v)
    given = (
        (_balance(1, E, *rest), ">=", 1),
        (_balance(2, D, *rest), "<=", 1),
        (3 * kappa * v, ">=", r2 * (1 + kappa)),
    )
    hard = {"E": 2, "D": Fraction(41, 20), "r2": 3, "psi": _HALF, "noise": 1, "v": 8}
    return ForAll(domain, D, "<", E, given), HardPoints(boxes(), (hard,))


# -- the instance-level loss -----------------------------------------------------------------------------------------


def _two_beat_one(weight: Constant) -> Stated:
    """State that bags of two beat bags of one under the instance-level loss."""
    domain = Domain("kappa in (0,oo), r2 in (0,oo), noise in (0,oo), v in [0,oo)")
    kappa, r2, noise, v = domain
    one, two = (instance_risk(share, kappa, r2, noise, v) for share in (Fraction(1), _HALF))

    def proof(k: Proof) -> Any:
        by = [(Fraction(1, 4), k.hypothesis(0)), k.sign(kappa * noise / 2, ">")]
        return k.show(two, "<", one, by=by)

    hard = {"kappa": 1, "r2": Fraction(3, 2), "noise": Fraction(1, 1000), "v": Fraction(199, 200)}
    return ForAll(domain, two, "<", one, ((3 * kappa * v, ">=", weight * r2 * (1 + kappa)),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="lower", assumptions=_KAPPA,
    corrects="aggregate.privacy_asks_for_larger_bags",
    uses=("aggregate.instance_level_bias", "aggregate.instance_level_variance", "aggregate.effective_noise"),
    says=_R + r":\quad3\kappa v\ge r^2(1+\kappa),\ \sigma>0\ \Rightarrow\ R(\tfrac12)<R(1)",
)  # fmt: skip
def bags_of_two_beat_bags_of_one(weight: Constant = 1) -> Stated:
    """R(1) - R(1/2) is a quarter of the hypothesis's difference and kappa sigma^2/2."""
    return _two_beat_one(weight)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="identity", assumptions=_KAPPA,
    uses=("aggregate.instance_level_bias", "aggregate.instance_level_variance", "aggregate.effective_noise"),
    says=_R + r",\ " + _BEST + r",\ r^2(1-\kappa)+\kappa v>0:\quad "
    r"R(\beta)-R(\beta^*)=\bigl(r^2(1-\kappa)+\kappa v\bigr)(\beta-\beta^*)^2",
)  # fmt: skip
def risk_about_its_stationary_point(factor: Constant = 1) -> Stated:
    """R is quadratic in beta; the bracket is positive, so that beta* is the only minimum."""
    domain = Domain("beta in (0,1], kappa in (0,oo), r2 in (0,oo), noise in [0,oo), v in [0,oo)")
    beta, kappa, r2, noise, v = domain
    bend, best = curvature(kappa, r2, v), optimal_share(kappa, r2, noise, v)
    left = instance_risk(beta, kappa, r2, noise, v) - instance_risk(best, kappa, r2, noise, v)

    def proof(k: Proof) -> Any:
        return k.identity(left, bend * (beta - best) ** 2)

    return ForAll(domain, left, "==", factor * bend * (beta - best) ** 2, ((bend, ">", 0),)), chain(proof)


@claim(
    paper=_PAPER, where=_INSTANCE, expected="proved", strength="tight", assumptions=_KAPPA,
    corrects="aggregate.privacy_asks_for_larger_bags", uses=("aggregate.risk_about_its_stationary_point",),
    says=r"\kappa(\sigma^2+r^2)<2r^2,\ r^2<\sigma^2+2v\ \Rightarrow\ \beta^*(1-\beta^*)>0,\quad" + _BEST,
)  # fmt: skip
def best_size_is_inside(factor: Constant = 1) -> Stated:
    """The conditions are those for beta* > 0 and for beta* < 1; together they make the bracket positive."""
    domain = Domain("kappa in (0,oo), r2 in (0,oo), noise in [0,oo), v in [0,oo)")
    kappa, r2, noise, v = domain
    bend, top = curvature(kappa, r2, v), r2 * (2 - kappa) - kappa * noise

    def proof(k: Proof) -> Any:
        above = k.show(top, ">", 0, by=[k.hypothesis(0)])
        room = k.show(2 * bend - top, ">", 0, by=[(kappa, k.hypothesis(1))])
        k.show(bend, ">", 0, by=[(_HALF, above), (_HALF, room)])
        inside = k.sign(top * (2 * bend - top) / (4 * bend**2), ">")
        return k.show(best * (1 - best), ">", 0, by=[inside])

    best = optimal_share(kappa, r2, noise, v)
    given = ((kappa * (noise + r2), "<", 2 * r2), (r2, "<", factor * noise + 2 * v))
    hard = {"kappa": Fraction(1, 10), "r2": Fraction(401, 200), "noise": 1, "v": _HALF}
    return ForAll(domain, best * (1 - best), ">", 0, given), chain_at(proof, hard)


plain_risk_increases.false_if("the private noise fell as 1/m^2", fall=2)
plain_bags_of_one_beat_all.true_if("psi m - 1 were at most sigma^2 over the risk of bags of one", quiet=1)
information_of_a_unit_decreases.false_if("there were as many bags as units", power=0)
ridged_risk_increases.false_if("G at E might be 1 % above 1", weight=_MORE)
privacy_asks_for_larger_bags.true_if("the loss were instance-level, without ridge", ridged=0)
bags_of_two_beat_bags_of_one.false_if("the private noise might be 1 % smaller", weight=Fraction(99, 100))
risk_about_its_stationary_point.false_if("it were 1 % larger", factor=_MORE)
best_size_is_inside.false_if("the labels' noise counted 1 % more", factor=_MORE)
