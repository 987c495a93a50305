r"""How the LDR-KL loss depends on the temperature, and the update of the temperature in ALDR-KL.

psi(lam) = lam log sum u e^{d/lam} has the slope -KL(q || u) at lam, q = u e^{d/lam}/Z the worst label distribution,
margin included: psi is a maximum of functions affine in lam, so it is convex, and the slope at lam supports it:

    psi(lam') >= psi(lam) - (lam' - lam) KL(q_lam || u),        KL >= 0, so psi does not increase.

ALDR-KL adds -(alpha log K/(2 lam0)) (lam - lam0)^2 and sets lam = lam0 - lam0 KL/(alpha log K), which lies in
[lam0 (1 - 1/alpha), lam0]. With the divergence of q_lam the slope of the objective is (alpha log K/lam0) times the move
that the update makes: it stands still where the objective is stationary, and nowhere else. With the softmax of the
scores *without* the margin, as the published code (github.com/Optimization-AI/ICML2023_LDR) has it, it does not.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.ldr.claims_ldr_duality import worst_case_bound, worst_distribution
from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_SLOPE = "derivative in the temperature"
_UPDATE = "ALDR-KL: alternating update of the temperature"


def _two_temperatures() -> tuple[Any, ...]:
    """Return domain, classes, psi at ``lam`` and at ``new``, and what `worst_distribution` returns at ``lam``."""
    import sympy

    domain = Domain("lam in (0,oo), new in (0,oo), u0 in (0,1]")
    each = Domain("u in (0,1], d in (-oo,oo)")
    (lam, new, u0), (u, d) = domain, each
    worst = worst_distribution(lam, u0, u, d)
    return domain, each, lam * sympy.log(worst[0]), new * sympy.log(u0 + Sig(u * sympy.exp(d / new))), worst


def _sample(rng: random.Random) -> Any:
    weights = simplex(rng, rng.randint(2, 5), zeros=0)
    lam = Fraction(rng.randint(2, 30), 10)
    new = lam * rng.choice((Fraction(99, 100), Fraction(1, 2), Fraction(9, 10), 1))
    if rng.random() < 0.5:
        weights, rows = weights[:1], []
    else:
        rows = [{"u": x, "d": Fraction(rng.randint(-30, 30), 10)} for x in weights[1:]]
    return {"lam": lam, "new": new, "u0": weights[0]}, rows


@claim(
    paper=_PAPER, where=_SLOPE, expected="proved", strength="tight",
    says=r"\psi(\lambda')\ge\psi(\lambda)-(\lambda'-\lambda)\,\mathrm{KL}(q_\lambda\|u)",
)  # fmt: skip
def slope_supports(c: Constant = 0) -> Stated:
    """The worst label distribution at lam is one among all at lam'. So psi is convex, with this slope."""
    import sympy

    domain, each, before, after, (Z, q0, q, divergence) = _two_temperatures()
    (lam, new, u0), (u, d) = domain, each

    def proof(k: Proof) -> Fact:
        k.show(1 - q0, ">=", 0, by=[k.sign(Sig(u * sympy.exp(d / lam)) / Z, ">=")])
        k.show(1 - q, ">=", 0, by=[(1 / Z, k.member(u * sympy.exp(d / lam))), k.sign(u0 / Z, ">=")])
        mass = k.identity(q0 + Sig(q), sympy.Integer(1))
        label = {"q1": q0, "u1": u0, "b1": 1}
        other = k.apply(worst_case_bound, {"lam": new, "w": 0, **label}, given=[mass], rest={"q": q, "u": u, "d": d})
        return k.show(after, ">=", before - (new - lam) * divergence, by=[other])

    claimed = before - (new - lam) * divergence + c * (new - lam) ** 2
    return ForEveryN(domain, each, (), after, ">=", claimed), chain(proof, _sample)


slope_supports.false_if("the loss were strongly convex in the temperature", c=Fraction(1, 10))


@claim(
    paper=_PAPER, where=_SLOPE, expected="proved", strength="upper",
    says=r"\textstyle\sum_ku_k=1,\ \lambda'\le\lambda:\quad \psi(\lambda')\ge\psi(\lambda)",
)  # fmt: skip
def decreasing_in_the_temperature(c: Constant = 0) -> Stated:
    """The slope is minus a divergence: v log v >= v - 1 in each class, by the tangent of -log at 1."""
    import sympy

    domain, each, before, after, (_, q0, q, divergence) = _two_temperatures()
    (lam, new, u0), (u, d) = domain, each

    def proof(k: Proof) -> Fact:
        v = k.fresh("v in (0,oo)")
        named, other = (k.tangent(sympy.log(v), v, 1, weight / part) for weight, part in ((u0, q0), (u, q)))
        mine = k.show(q0 * sympy.log(q0 / u0), ">=", q0 - u0, by=[(q0, named)])
        theirs = k.sum_up(k.show(q * sympy.log(q / u), ">=", q - u, by=[(q, other)]))
        positive = k.show(divergence, ">=", 0, by=[mine, theirs, (-1, k.hypothesis(0))])
        line = k.apply(slope_supports, {"lam": lam, "new": new, "u0": u0}, rest={"u": u, "d": d})
        return k.show(after, ">=", before, by=[line, (lam - new, positive)])

    given = ((u0 + Sig(u), "==", 1), (lam, ">=", new))
    return ForEveryN(domain, each, given, after, ">=", before + c * (lam - new)), chain(proof, _sample_normed)


def _sample_normed(rng: random.Random) -> Any:
    weights = simplex(rng, rng.randint(2, 5), zeros=0)
    lam = Fraction(rng.randint(2, 30), 10)
    scale = rng.choice((1, 10, 100))
    rows = [{"u": x, "d": Fraction(rng.randint(-30, 30), 10 * scale)} for x in weights[1:]]
    return {"lam": lam, "new": lam * Fraction(rng.randint(50, 100), 100), "u0": weights[0]}, rows


decreasing_in_the_temperature.false_if("it decreased at a rate of a hundredth at least", c=Fraction(1, 100))


# -- three classes: the derivatives themselves ------------------------------------------------------------------------

_THREE = "lam in (0,oo), c in [0,oo), f1 in (-oo,oo), f2 in (-oo,oo), f3 in (-oo,oo)"
_UPDATED = _THREE + ", lam0 in (0,oo), alpha in (0,oo)"
_BOX = "lam in [1,10], c in [0,2], f1 in [-2,2], f2 in [-2,2], f3 in [-2,2], lam0 in [1,10], alpha in [1,10]"


def _three(margin: Any, ranges: str = _THREE) -> tuple[Domain, Any, Any, list[Any], list[Any]]:
    """Return domain, lam, loss of label 1, its gaps, and the softmax weights of (f + margin c)/lam."""
    import sympy

    domain = Domain(ranges)
    lam, c, f1, f2, f3, *_ = domain
    gaps = [sympy.Integer(0), f2 - f1 + c, f3 - f1 + c]
    loss = lam * sympy.log(sum((sympy.exp(gap / lam) for gap in gaps), sympy.Integer(0)) / 3)
    raised = [sympy.Integer(0), f2 - f1 + margin * c, f3 - f1 + margin * c]
    terms = [sympy.exp(gap / lam) for gap in raised]
    total = sum(terms, sympy.Integer(0))
    return domain, lam, loss, gaps, [term / total for term in terms]


def _divergence(q: list[Any]) -> sympy.Expr:
    import sympy

    return sum((value * sympy.log(3 * value) for value in q), sympy.Integer(0))


_LABEL = ("three classes; label 1, which is every label by renaming the classes",)


@claim(
    paper=_PAPER, where=_SLOPE, expected="proved", strength="identity", assumptions=_LABEL,
    says=r"\frac{d\psi}{d\lambda}=-\mathrm{KL}(q\|\tfrac13),\quad q=\operatorname{softmax}((f+c_{\cdot y})/\lambda)",
)  # fmt: skip
def slope_is_the_divergence(margin: Constant = 1) -> Stated:
    """Differentiate; for every number of classes `slope_supports` says the same without derivatives."""
    import sympy

    domain, lam, loss, _, q = _three(sympy.Rational(margin))
    slope, claimed = loss.diff(lam), -_divergence(q)

    def proof(k: Proof) -> Fact:
        return k.identity(slope, claimed)

    return ForAll(domain, slope, "==", claimed), chain(proof)


slope_is_the_divergence.false_if("the softmax left the margin out", margin=0)


@claim(
    paper=_PAPER, where=_SLOPE, expected="proved", strength="identity", assumptions=_LABEL,
    says=r"\frac{d^2\psi}{d\lambda^2}=\frac{\operatorname{Var}_q(d)}{\lambda^3}",
)  # fmt: skip
def curvature_is_the_variance(power: Constant = 3) -> Stated:
    """Differentiate twice: so the objective of ALDR-KL is concave in lam where Var/lam^3 <= alpha log K/lam0."""
    import sympy

    domain, lam, loss, gaps, q = _three(1)
    mean = sum((x * gap for x, gap in zip(q, gaps, strict=True)), sympy.Integer(0))
    variance = sum((x * gap**2 for x, gap in zip(q, gaps, strict=True)), sympy.Integer(0)) - mean**2

    def proof(k: Proof) -> Fact:
        return k.identity(loss.diff(lam, 2), variance / lam**3)

    return ForAll(domain, loss.diff(lam, 2), "==", variance / lam**power), chain(proof)


curvature_is_the_variance.false_if("the temperature entered squared", power=2)


def _stationarity(margin: Constant, ranges: str) -> Stated:
    """Objective psi - (alpha log 3/(2 lam0)) (lam - lam0)^2: its slope against (update - lam) times a constant."""
    import sympy

    domain, lam, loss, _, q = _three(sympy.Rational(margin), ranges)
    *_, lam0, alpha = domain
    weight = alpha * sympy.log(3) / lam0
    slope = loss.diff(lam) - weight * (lam - lam0)
    update = lam0 - lam0 / (alpha * sympy.log(3)) * _divergence(q)

    def proof(k: Proof) -> Fact:
        return k.identity(slope, weight * (update - lam))

    return ForAll(domain, slope, "==", weight * (update - lam)), chain(proof)


@claim(
    paper=_PAPER, where=_UPDATE, form="as in the published code", expected="refuted", strength="identity",
    assumptions=(*_LABEL, "tested for parameters from 1 to 10, scores in [-2,2] and margins in [0,2]"),
    says=r"\lambda=\lambda_0-\frac{\lambda_0}{\alpha\log K}\mathrm{KL}\bigl(\operatorname{softmax}(f/\lambda)\,\|\,"
    r"\tfrac1K\bigr)\iff\lambda\text{ is stationary}",
)  # fmt: skip
def update_without_margin(margin: Constant = 0) -> Stated:
    """The update with the softmax of the scores alone, as the code computes it: false for a margin c > 0."""
    return _stationarity(margin, _BOX)


update_without_margin.true_if("the softmax included the margin", margin=1)


@claim(
    paper=_PAPER, where=_UPDATE, form="derived", expected="proved", strength="identity", assumptions=_LABEL,
    corrects="ldr.update_without_margin",
    says=r"\lambda=\lambda_0-\frac{\lambda_0}{\alpha\log K}\mathrm{KL}\bigl(\operatorname{softmax}((f+c)/\lambda)\,\|\,"
    r"\tfrac1K\bigr)\iff\lambda\text{ is stationary}",
)  # fmt: skip
def update_with_margin(margin: Constant = 1) -> Stated:
    """The slope of the objective is (alpha log K/lam0) (update - lam): it vanishes where the update stands still."""
    return _stationarity(margin, _UPDATED)


update_with_margin.false_if("the softmax left the margin out", margin=0)


@claim(
    paper=_PAPER, where=_UPDATE, expected="proved", strength="lower", corrects="ldr.update_without_margin",
    says=r"J(\lambda)=\psi_\lambda-\frac w2(\lambda-\lambda_0)^2,\ w=\frac{\alpha\log K}{\lambda_0}:\quad "
    r"J(\lambda')\ge J(\lambda)+w\,(U(\lambda)-\lambda)(\lambda'-\lambda)-\frac w2(\lambda'-\lambda)^2,\quad "
    r"U(\lambda)=\lambda_0-\tfrac1w\mathrm{KL}\bigl(\operatorname{softmax}((f+c)/\lambda)\,\|\,\tfrac1K\bigr)",
    assumptions=("g = f_k - f_y for the classes other than the label",),
)  # fmt: skip
def update_for_every_number_of_classes(margin: Constant = 1) -> Stated:
    """A parabola touches J from below, so that J' = w (U - lam): stationary where the update U stands still.

    It is the line of `slope_supports` less the square that J has, written about lam.
    """
    import sympy

    domain = Domain("lam in (0,oo), new in (0,oo), lam0 in (0,oo), alpha in (0,oo), c in [0,oo)")
    each = Domain("g in (-oo,oo)")
    (lam, new, lam0, alpha, c), (g,) = domain, each
    K = 1 + Sig(sympy.Integer(1))
    weight = alpha * sympy.log(K) / lam0
    divergence = worst_distribution(lam, 1 / K, 1 / K, g + sympy.Rational(margin) * c)[3]

    def objective(x: Any) -> sympy.Expr:
        return x * sympy.log(1 / K + Sig(sympy.exp((g + c) / x) / K)) - weight / 2 * (x - lam0) ** 2

    update = lam0 - lam0 / (alpha * sympy.log(K)) * divergence
    parabola = objective(lam) + weight * (update - lam) * (new - lam) - weight / 2 * (new - lam) ** 2

    def proof(k: Proof) -> Fact:
        k.show(K, ">", 1, by=[k.hypothesis(0)])
        k.show(sympy.log(K), ">", 0, by=[k.logarithm(k.show(K, ">=", 2, by=[k.hypothesis(0)]))])
        k.show(1 - 1 / K, ">=", 0, by=[k.sign(Sig(sympy.Integer(1)) / K, ">=")])
        line = k.apply(slope_supports, {"lam": lam, "new": new, "u0": 1 / K}, rest={"u": 1 / K, "d": g + c})
        return k.show(objective(new), ">=", parabola, by=[line])

    given = ((Sig(sympy.Integer(1)), ">=", 1),)
    return ForEveryN(domain, each, given, objective(new), ">=", parabola), chain(proof, _sample_objective)


def _sample_objective(rng: random.Random) -> Any:
    """Two temperatures near each other, where only the right slope lies below."""
    point = {name: Fraction(rng.randint(1, 30), 10) for name in ("lam", "lam0", "alpha", "c")}
    point["new"] = point["lam"] * Fraction(rng.choice((50, 99, 101, 200)), 100)
    return point, [{"g": Fraction(rng.randint(-30, 30), 10)} for _ in range(rng.randint(1, 4))]


update_for_every_number_of_classes.false_if("the softmax left the margin out", margin=0)


# -- the range of the update ------------------------------------------------------------------------------------------


def _update() -> tuple[Domain, Domain, Any, Any]:
    """Return domains, the updated temperature and the hypotheses."""
    import sympy

    domain, each = Domain("lam0 in (0,oo), alpha in (0,oo), K in [2,oo)"), Domain("q in (0,1]")
    (lam0, alpha, K), (q,) = domain, each
    new = lam0 - lam0 / (alpha * sympy.log(K)) * Sig(q * sympy.log(K * q))
    return domain, each, new, ((Sig(q), "==", 1), (K, ">=", Sig(sympy.Integer(1))))


def _sample_update(rng: random.Random) -> Any:
    n = rng.randint(1, 5)
    q = simplex(rng, n, zeros=0) if rng.random() < 0.5 else [Fraction(1, n)] * n
    point = {"lam0": Fraction(rng.randint(1, 30), 10), "alpha": Fraction(rng.randint(1, 30), 10),
             "K": Fraction(max(2, n))}  # fmt: skip
    return point, [{"q": x} for x in q]


_POSITIVE = (
    "classes with q = 0 add nothing to the divergence and are left out: K is at least the number of the others",
)


@claim(
    paper=_PAPER, where=_UPDATE, expected="proved", strength="tight", assumptions=_POSITIVE,
    says=r"\lambda_0-\frac{\lambda_0}{\alpha\log K}\mathrm{KL}(q\|\tfrac1K)\le\lambda_0",
)  # fmt: skip
def update_at_most(c: Constant = 1) -> Stated:
    """KL >= 0: the tangent of log at 1, at 1/(K q), summed."""
    import sympy

    domain, each, new, given = _update()
    (lam0, alpha, K), (q,) = domain, each

    def proof(k: Proof) -> Fact:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 / (K * q))
        total = k.sum_up(k.show(q * sympy.log(K * q), ">=", q - 1 / K, by=[(q, line)]))
        count = (1 / K, k.hypothesis(1))
        positive = k.show(Sig(q * sympy.log(K * q)), ">=", 0, by=[total, k.hypothesis(0), count])
        return k.show(new, "<=", lam0, by=[(lam0 / (alpha * sympy.log(K)), positive)])

    return ForEveryN(domain, each, given, new, "<=", c * lam0), chain(proof, _sample_update)


update_at_most.false_if("it were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_UPDATE, expected="proved", strength="tight", assumptions=_POSITIVE,
    says=r"\lambda_0-\frac{\lambda_0}{\alpha\log K}\mathrm{KL}(q\|\tfrac1K)\ge\lambda_0\bigl(1-\tfrac1\alpha\bigr)",
)  # fmt: skip
def update_at_least(c: Constant = 1) -> Stated:
    """KL <= log K, since q log q <= 0. So the update stays positive for alpha > 1."""
    import sympy

    domain, each, new, given = _update()
    (lam0, alpha, K), (q,) = domain, each

    def proof(k: Proof) -> Fact:
        small = k.sum_up(k.sign(-q * sympy.log(q), ">="))
        scale = lam0 / (alpha * sympy.log(K))
        most = k.show(sympy.log(K), ">=", Sig(q * sympy.log(K * q)), by=[small, (-sympy.log(K), k.hypothesis(0))])
        return k.show(new, ">=", lam0 * (1 - 1 / alpha), by=[(scale, most)])

    bound = lam0 * (1 - 1 / (c * alpha))
    return ForEveryN(domain, each, given, new, ">=", bound), chain(proof, _sample_update)


update_at_least.false_if("alpha counted 1 % more", c=Fraction(101, 100))
