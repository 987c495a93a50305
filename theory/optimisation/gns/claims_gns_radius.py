r"""How large gradient-normalised smoothness is: lower bounds for classes of functions, and that they are the best.

:math:`\gamma` is the largest number such that the residual of the model gradient is at most
:math:`\|g\|\,\|h\|/\gamma` for all h with :math:`\|h\|\le\gamma` in the region
:math:`\langle Hh,h\rangle\le\|g\|\,\|h\|`. r stands for :math:`\|h\|` and G for :math:`\|g\|`; a vector is a per-class
symbol, the classes being the coordinates, and ``q = H h``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain, newton

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "gns"
_WHERE = "lower bounds of gamma"
_REGION = r"\langle Hh,h\rangle\le\|g\|\,\|h\|"
_BELOW = Fraction(125643, 100000)  # of the root c of e^c = 1 + 2c
_ABOVE = Fraction(1256432, 1000000)
_BEYOND = Fraction(12566, 10000)  # where e^c exceeds 1 + 2c by 2.6e-4


def _holder(last: str) -> tuple[Any, Any]:
    domain = Domain("A in (0,oo), gamma in (0,oo), nu in [0,1], " + last)
    scale, gamma, nu = tuple(domain)[:3]
    return domain, scale * gamma ** (1 + nu) / (1 + nu)


@claim(
    paper=_PAPER,
    where=_WHERE + ", Hoelder continuous Hessian",
    expected="proved",
    strength="tight",
    assumptions=(
        "r = |h| > 0, and the residual at h is at most A r^(1+nu)/(1+nu)",
        "so it is if H is the Hessian and (A, nu)-Hoelder; for nu = 0 also if H = 0 and f is A-smooth",
    ),
    says=r"\|g\|=\tfrac{A\gamma^{1+\nu}}{1+\nu},\ 0<r\le\gamma:\quad"
    r"\frac{A\,r^{1+\nu}}{1+\nu}\le\frac{\|g\|\,r}{\gamma}",
)
def holder_radius(kappa: Constant = 1) -> Stated:
    """As r <= gamma, r^nu <= gamma^nu. So gamma >= |g|/L for nu = 0, and >= sqrt(2|g|/L_2) for nu = 1."""
    domain, gradient = _holder("r in (0,oo)")
    scale, gamma, nu, r = domain
    left = scale * r ** (1 + nu) / (1 + nu)

    def proof(k: Proof) -> Any:
        powers = k.power(k.hypothesis(0), nu)
        return k.show(left, "<=", gradient * r / gamma, by=[(scale * r / (1 + nu), powers)])

    return ForAll(domain, left, "<=", kappa * gradient * r / gamma, ((gamma, ">=", r),)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ", Hoelder continuous Hessian",
    expected="proved",
    strength="tight",
    assumptions=(
        "one dimension, f = -|g| x + A |x|^(2+nu)/((1+nu)(2+nu)) at 0, H = 0, which is f''(0) if nu > 0",
        "so the region is everything, and the residual at h is A |h|^(1+nu)/(1+nu); gamma is no larger than claimed",
    ),
    says=r"\|g\|=\tfrac{A\gamma^{1+\nu}}{1+\nu},\ r>\gamma:\quad\frac{A\,r^{1+\nu}}{1+\nu}>\|g\|",
)
def holder_radius_is_best(kappa: Constant = 1) -> Stated:
    """At distance r the residual must be at most |g| r/r for gamma to be r."""
    domain, gradient = _holder("m in (1,oo)")
    scale, gamma, nu, m = domain
    left = scale * (m * gamma) ** (1 + nu) / (1 + nu)

    def proof(k: Proof) -> Any:
        further = k.show(m, ">", 1, by=[k.sign(m - 1, ">")])
        return k.show(left, ">", gradient, by=[(gradient, k.power(further, 1 + nu))])

    return ForAll(domain, left, ">", kappa * gradient), chain(proof)


def _step_sample(rng: random.Random) -> Any:
    """Draw a step h with q = curvature times h, and the gradient that makes it."""
    lam = Fraction(rng.randint(1, 4), 2)
    rows = []
    for _ in range(rng.randint(1, 3)):
        h = Fraction(rng.randint(-3, 3))
        q = h * rng.choice((0, 0, 1, 40))
        rows.append({"g": -q - lam * h, "h": h, "q": q})
    return {"lam": lam}, rows


def _steps() -> tuple[Any, Any, Any]:
    domain, each = Domain("lam in (0,oo)"), Domain("g in (-oo,oo), h in (-oo,oo), q in (-oo,oo)")
    (lam,), (g, h, q) = domain, each
    return domain, each, ((g, "==", -q - lam * h), (Sig(q * h), ">=", 0))


@claim(
    paper=_PAPER,
    where="a step stays where gamma speaks of it",
    expected="proved",
    strength="tight",
    says=r"g=-Hh-\lambda h,\ \langle Hh,h\rangle\ge0:\quad\lambda^2\|h\|^2\le\|g\|^2",
)
def step_within_the_ball(kappa: Constant = 1) -> Stated:
    """|g|^2 = |q|^2 + 2 lam <q, h> + lam^2 |h|^2. With lam = |g|/gamma this is |h| <= gamma."""
    domain, each, given = _steps()
    (lam,), (g, h, q) = domain, each

    def proof(k: Proof) -> Any:
        step = k.hypothesis(0)
        square = k.sum_up(k.show(g**2, "==", (q + lam * h) ** 2, by=[(g - q - lam * h, step)]))
        positive = k.sign(Sig(q**2), ">=")
        return k.show(lam**2 * Sig(h**2), "<=", Sig(g**2), by=[square, positive, (2 * lam, k.hypothesis(1))])

    return ForEveryN(domain, each, given, lam**2 * Sig(h**2), "<=", kappa * Sig(g**2)), chain(proof, _step_sample)


@claim(
    paper=_PAPER,
    where="a step stays where gamma speaks of it",
    expected="proved",
    strength="tight",
    says=r"g=-Hh-\lambda h,\ \langle Hh,h\rangle\ge0,\ h\ne0:\quad\langle Hh,h\rangle^2\le\|g\|^2\,\|h\|^2",
)
def step_within_the_region(kappa: Constant = 1) -> Stated:
    """<Hh, h> <= -<g, h> = <Hh, h> + lam |h|^2, and the inequality of Cauchy and Schwarz."""
    domain, each, given = _steps()
    (lam,), (g, h, q) = domain, each
    long, along, curved = Sig(h**2), Sig(g * h), Sig(q * h)
    given += ((long, ">", 0),)

    def proof(k: Proof) -> Any:
        step = k.show(g * h, "==", -(q + lam * h) * h, by=[(h, k.hypothesis(0))])
        total = k.show(along, "==", -(curved + lam * long), by=[k.sum_up(step)])
        square = k.show(along**2, "==", (curved + lam * long) ** 2, by=[(along - curved - lam * long, total)])
        schwarz = k.sign(Sig((g * long - along * h) ** 2), ">=")
        by = [(1 / long, schwarz), square, (2 * lam * long, k.hypothesis(1))]
        return k.show(curved**2, "<=", Sig(g**2) * long, by=by)

    return ForEveryN(domain, each, given, curved**2, "<=", kappa * Sig(g**2) * long), chain(proof, _step_sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", another approximation of the Hessian",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "r is the residual at h with one matrix, e the difference of the two matrices times h",
        "a = |g|/gamma_1 and b = |g|/gamma_12: then |r + e| <= |g| |h| (1/gamma_1 + 1/gamma_12)",
        "h is in the region of the first matrix; see region_of_another_matrix",
    ),
    says=r"\|r\|\le a\|h\|,\ \|e\|\le b\|h\|:\quad\|r+e\|^2\le(a+b)^2\|h\|^2",
)
def harmonic_rule(kappa: Constant = 1) -> Stated:
    """|r + e|^2 <= (1 + b/a) |r|^2 + (1 + a/b) |e|^2, as |b r - a e|^2 >= 0."""
    domain, each = Domain("a in (0,oo), b in (0,oo)"), Domain("r in (-oo,oo), e in (-oo,oo), h in (-oo,oo)")
    (a, b), (r, e, h) = domain, each
    given = ((Sig(r**2), "<=", a**2 * Sig(h**2)), (Sig(e**2), "<=", b**2 * Sig(h**2)))

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((b * r - a * e) ** 2), ">=")
        by = [(1 + b / a, k.hypothesis(0)), (1 + a / b, k.hypothesis(1)), (1 / (a * b), square)]
        return k.show(Sig((r + e) ** 2), "<=", (a + b) ** 2 * Sig(h**2), by=by)

    def sample(rng: random.Random) -> Any:
        one, two = Fraction(rng.randint(1, 4)), Fraction(rng.randint(1, 4))
        rows = [{"h": Fraction(rng.randint(-3, 3))} for _ in range(rng.randint(1, 3))]
        turn = rng.choice((-1, 1))
        return {"a": one, "b": two}, [row | {"r": one * row["h"], "e": turn * two * row["h"]} for row in rows]

    return ForEveryN(domain, each, given, Sig((r + e) ** 2), "<=", kappa * (a + b) ** 2 * Sig(h**2)), chain(
        proof, sample
    )


@claim(
    paper=_PAPER,
    where=_WHERE + ", another approximation of the Hessian",
    expected="refuted",
    assumptions=(
        "one dimension; a function may be anything outside the region of its first matrix, so the rule fails",
    ),
    says=r"H_2h^2\le\|g\|\,|h|\ \Rightarrow\ H_1h^2\le\|g\|\,|h|",
)
def region_of_another_matrix(larger: Constant = 0) -> Stated:
    """A smaller matrix has a larger region, so that the harmonic rule needs the second matrix to be the larger one."""
    domain = Domain("H_1 in [0,4], H_2 in [0,4], G in (0,4], h in (0,4]")
    first, second, gradient, h = domain
    given: tuple[Any, ...] = ((second * h**2, "<=", gradient * h),)
    if larger:
        given += ((second, ">=", first),)

    def proof(k: Proof) -> Any:
        return k.show(first * h**2, "<=", gradient * h, by=[k.hypothesis(0), (h**2, k.hypothesis(1))])

    return ForAll(domain, first * h**2, "<=", gradient * h, given), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="certified",
    strength="identity",
    says=r"e^c=1+2c,\ c\in[\tfrac12,2]:\quad c=1.2564312086261696\dots",
)
def self_concordance_constant(shift: Constant = 0) -> Stated:
    """Interval Newton; zero is the other root."""
    import sympy

    from theory.engine.statements.root import UniqueRoot

    domain = Domain("c in [1/2,2]")
    (c,) = domain
    low, width = Fraction("1.2564312086261696") + shift, Fraction(1, 10**16)
    return UniqueRoot(domain, (sympy.exp(c) - 1 - 2 * c,), Domain(f"c in [{low},{low + width}]")), newton()


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="proved",
    strength="lemma",
    says=r"(z-2)e^z+z+2\ge0,\quad z\ge0",
)
def residual_factor_increases(c: Constant = 2) -> Stated:
    """z^3 times the derivative of (e^z - 1 - z)/z^2. It and its derivative vanish at 0; the second one is z e^z."""
    import sympy

    domain = Domain("z in [0,oo)")
    (z,) = domain
    left = (z - 2) * sympy.exp(z) + z + 2

    def proof(k: Proof) -> Any:
        second = k.sign(z * sympy.exp(z), ">=")
        first = k.grows(second, (z - 1) * sympy.exp(z) + 1, z)
        return k.grows(first, left, z)

    return ForAll(domain, (z - c) * sympy.exp(z) + z + 2, ">=", 0), chain(proof)


def _below_the_root(last: str) -> tuple[Any, Any]:
    import sympy

    domain = Domain("c in (0,13/10], " + last)
    c = next(iter(domain))
    return domain, (sympy.exp(c), "<=", 1 + 2 * c)


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="proved",
    strength="tight",
    says=r"0<c\le1.3,\ e^c\le1+2c,\ 0<\theta\le1:\quad e^{\theta c}-1-\theta c\le\theta^2c",
)
def residual_of_self_concordance(more: Constant = 0) -> Stated:
    """(e^t - 1 - t)/t^2 grows from t = theta c to c, where it is at most 1/c. Equality at theta = 1, e^c = 1 + 2c."""
    import sympy

    domain, (root, relation, bound) = _below_the_root("theta in (0,1]")
    c, theta = domain
    t = theta * c
    left = sympy.exp(t) - 1 - t

    def proof(k: Proof) -> Any:
        factor = left / t**2
        increases = k.apply(residual_factor_increases, {"z": t})
        slope = k.show(factor.diff(theta), ">=", 0, by=[(1 / (theta**3 * c**2), increases)])
        ends = k.grows(slope, factor, theta, end="high")
        return k.show(left, "<=", theta**2 * c, by=[(t**2, ends), (theta**2, k.hypothesis(0))])

    return ForAll(domain, left, "<=", theta**2 * c, ((root, relation, bound + more),)), chain_at(
        proof, {"c": _BEYOND, "theta": 1}
    )


def _bound_of_self_concordance(shares: str) -> tuple[Any, Any, Any, Any]:
    """Return the bound of the residual, and |g| |h|/gamma for gamma = c/M; M|h| = theta c, <Hh,h> = s |g| |h|."""
    import sympy

    domain, given = _below_the_root(f"theta in (0,1], M in (0,oo), G in (0,oo), s in {shares}")
    c, theta, scale, gradient, share = domain
    t = theta * c
    length = t / scale
    curved = share * gradient * length
    return domain, given, scale * curved * (sympy.exp(t) - 1 - t) / t**2, gradient * length / (c / scale)


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "for M-quasi-self-concordant f, H its Hessian, the residual is at most M <Hh,h> (e^t - 1 - t)/t^2, t = M |h|",
        "t = theta c; s = <Hh,h>/(|g| |h|) is at most 1 in the region",
    ),
    says=r"\gamma=\tfrac cM,\ 0<c\le1.3,\ e^c\le1+2c,\ 0<\|h\|\le\gamma,\ " + _REGION + r":\quad "
    r"M\langle Hh,h\rangle\frac{e^{M\|h\|}-1-M\|h\|}{(M\|h\|)^2}\le\frac{\|g\|\,\|h\|}\gamma",
)
def self_concordant_radius(more: Constant = 0) -> Stated:
    """Put the region in; what is left is `residual_of_self_concordance`. The largest c is 1.25643..."""
    import sympy

    domain, (root, relation, bound), left, right = _bound_of_self_concordance("[0,1]")
    c, theta, _, gradient, share = domain

    def proof(k: Proof) -> Any:
        v, t = k.fresh("v in (-oo,oo)"), theta * c
        convex = k.tangent(sympy.exp(v), v, 0, t)
        small = k.apply(residual_of_self_concordance, {"c": c, "theta": theta}, given=[k.hypothesis(0)])
        return k.show(left, "<=", right, by=[(gradient * (1 - share) / t, convex), (gradient / t, small)])

    tight = {"c": _BEYOND, "theta": 1, "M": 1, "G": 1, "s": 1}
    return ForAll(domain, left, "<=", right, ((root, relation, bound + more),)), chain_at(proof, tight)


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="refuted",
    assumptions=(
        "the bound by M <Hh,h> (e^t - 1 - t)/t^2 is attained by f(x) = e^(Mx)/M^2 - bx, whatever its slope at 0",
    ),
    says=r"\gamma=\tfrac cM,\ 0<c\le1.3,\ e^c\le1+2c,\ 0<\|h\|\le\gamma:\quad "
    r"M\langle Hh,h\rangle\frac{e^{M\|h\|}-1-M\|h\|}{(M\|h\|)^2}\le\frac{\|g\|\,\|h\|}\gamma",
)
def self_concordant_radius_without_the_region(region: Constant = 0) -> Stated:
    """The residual is relative to <Hh,h>, and nothing bounds that by the gradient."""
    domain, given, left, right = _bound_of_self_concordance("[0,1]" if region else "[0,oo)")

    def proof(k: Proof) -> Any:
        values = {symbol.name: symbol for symbol in domain}
        return k.apply(self_concordant_radius, values, given=[k.hypothesis(0)])

    return ForAll(domain, left, "<=", right, (given,)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="certified",
    strength="tight",
    assumptions=("f(x) = e^x - (1 + b)x at 0: M = H = 1, |g| = b, the region is |h| <= b, the residual e^h - 1 - h",),
    says=r"1.256432\le b\le2:\quad e^b-1-b>b\qquad\text{(at }b=c\text{ both are equal, and }\gamma=c\text{)}",
)
def self_concordant_radius_is_best(low: Constant = _ABOVE) -> Stated:
    """At h = b, the end of the region, the residual exceeds |g| |h|/b = b: so gamma < b, also for b next to c."""
    import sympy

    domain = Domain(f"b in [{low},2]")
    (b,) = domain
    return ForAll(domain, sympy.exp(b) - 1 - b, ">", b), boxes()


@claim(
    paper=_PAPER,
    where=_WHERE + ", quasi-self-concordant functions",
    expected="certified",
    strength="lower",
    assumptions=("f(x) = e^x - (1 - b)x at 0: M = H = 1 and |g| = b <= gamma^2/2; without the region",),
    says=r"0<\gamma\le4:\quad e^\gamma-1-\gamma>\tfrac12\gamma^2",
)
def no_radius_without_the_region(order: Constant = Fraction(1, 2)) -> Stated:
    """At h = gamma the residual exceeds |g|: without the region gamma < sqrt(2|g|), so no constant over M is left."""
    import sympy

    domain = Domain("gamma in (0,4]")
    (gamma,) = domain
    return ForAll(domain, sympy.exp(gamma) - 1 - gamma, ">", order * gamma**2), boxes(zero_at=gamma)


holder_radius.false_if("the bound were 1 % smaller", kappa=Fraction(99, 100))
holder_radius_is_best.false_if("it held with 1 % more", kappa=Fraction(101, 100))
step_within_the_ball.false_if("the ball were 1 % smaller", kappa=Fraction(99, 100))
step_within_the_region.false_if("the bound were a tenth smaller", kappa=Fraction(9, 10))
harmonic_rule.false_if("the sum were 1 % smaller", kappa=Fraction(99, 100))
region_of_another_matrix.true_if("the second matrix is at least as large", larger=1)
self_concordance_constant.false_if("the root were larger by 10^-15", shift=Fraction(1, 10**15))
residual_factor_increases.false_if("2 were 1 % larger", c=Fraction(202, 100))
residual_of_self_concordance.false_if("e^c exceeded 1 + 2c by a thousandth", more=Fraction(1, 1000))
self_concordant_radius.false_if("e^c exceeded 1 + 2c by a thousandth", more=Fraction(1, 1000))
self_concordant_radius_without_the_region.true_if("h stays in the region", region=1)
self_concordant_radius_is_best.false_if("b began at 1.25643", low=_BELOW)
no_radius_without_the_region.false_if("the slope were allowed 1 % more", order=Fraction(101, 200))
