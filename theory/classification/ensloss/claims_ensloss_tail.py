r"""When a decreasing convex loss is bounded below: what the tail of its derivative must do, and what suffices.

A loss with g = phi' <= 0 is bounded below if and only if the integral of g to infinity converges: phi(z) decreases to
``phi(1) - int_1^oo |g|``. That is the exact criterion. ``z g(z) -> 0`` is necessary (g nondecreasing) and not
sufficient; ``|g(z)| <= K z^-p`` with p > 1 suffices and is not necessary. Integrals are sums over any number of steps
of lengths w, as in `theory.classification.ensloss.claims_ensloss_calibration`. The last claims are about further tails
of the hinge in the authors' code: whether they are bounded, convex and decreasing.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.ensloss.claims_ensloss_log_hinge import power_tail_is_bounded
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ensloss"
_WHERE = "tail of the derivative"
_QUOTED = "superlinear raising-tail condition"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)


@claim(
    paper=_PAPER,
    where=_QUOTED,
    form="derived",
    expected="proved",
    strength="upper",
    assumptions=("phi(z/2) - phi(z) is the integral of -g over [z/2, z]: a limit of such sums",),
    says=r"g\text{ nondecreasing}:\quad\tfrac z2|g(z)|\le\varphi(\tfrac z2)-\varphi(z)",
)
def tail_condition_is_necessary(c: Constant = 1) -> Stated:
    """On [z/2, z] the slope is at most g(z). The right side tends to 0 for a loss bounded below, so z g(z) does."""
    domain, each = Domain("z in (0,oo), gz in (-oo,0]"), Domain("w in [0,oo), g in (-oo,oo)")
    (z, gz), (w, g) = domain, each

    def proof(k: Proof) -> Any:
        step = k.show(-w * g, ">=", -w * gz, by=[(w, k.hypothesis(0))])
        return k.show(-z / 2 * gz, "<=", -Sig(w * g), by=[k.sum_up(step), (-gz, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        gz, steps = -Fraction(rng.randint(1, 4)), rng.randint(1, 3)
        rows = [{"w": Fraction(1), "g": gz - rng.choice((0, 0, 1))} for _ in range(steps)]
        return {"z": Fraction(2 * steps), "gz": gz}, rows

    given = ((gz, ">=", g), (Sig(w), "==", z / 2))
    return ForEveryN(domain, each, given, -c * z / 2 * gz, "<=", -Sig(w * g)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_QUOTED,
    form="derived",
    expected="proved",
    strength="asymptotic",
    says=r"g(z)=-\frac1{z\log z},\ v=\frac1{\log z}:\quad\lim_{v\to0^+}z\,g(z)=0",
)
def logarithmic_tail_meets_the_condition(limit: Constant = 0) -> Stated:
    """At z = exp(1/v) the product z g(z) is -v."""
    import sympy

    domain = Domain("v in (0,1)")
    (v,) = domain
    z = sympy.exp(1 / v)
    product = -z / (z * sympy.log(z))

    def proof(k: Proof) -> Any:
        fact = k.identity(product, -v)
        return k.squeeze(fact, fact, v, "+")

    return LimitOf(domain, product, v, "+", limit), chain(proof)


@claim(
    paper=_PAPER,
    where=_QUOTED,
    form="derived",
    expected="proved",
    strength="identity",
    says=r"\frac{d}{dz}\bigl(-\log\log z\bigr)=-\frac1{z\log z},\quad z>1",
)
def logarithmic_tail_antiderivative(c: Constant = 1) -> Stated:
    """The chain rule; with z = exp(exp(x)) the loss takes every value -x."""
    import sympy

    domain = Domain("y in (0,oo)")
    (y,) = domain
    v = sympy.Symbol("v", positive=True)
    slope = (-sympy.log(sympy.log(v))).diff(v).subs(v, sympy.exp(y))
    claimed = -1 / (c * sympy.exp(y) * y)
    return ForAll(domain, slope, "==", claimed), chain(lambda k: k.identity(slope, claimed))


@claim(
    paper=_PAPER,
    where=_QUOTED,
    form="derived",
    expected="refuted",
    strength="lower",
    uses=("ensloss.logarithmic_tail_meets_the_condition", "ensloss.logarithmic_tail_antiderivative"),
    assumptions=(
        "the words 'superlinear raising-tail' are read as z g(z) -> 0, which every loss bounded below meets",
        "'bounded below' is tested at the one bound -20; as log log z takes every value, no other bound holds",
    ),
    says=r"z\,g(z)\to0\ \text{suffices}:\ g(z)=-\frac1{z\log^qz},\ q=1:\ \varphi(z)-\varphi(e)\ge-20,\ y=\log z\ge1",
)
def tail_condition_is_sufficient(q: Constant = 1) -> Stated:
    """The loss is -log log z, here in y = log z; for q = 2 it is 1/y - 1 and bounded."""
    return power_tail_is_bounded(Domain("y in [1,oo)"), q)


@claim(
    paper=_PAPER,
    where=_QUOTED,
    form="derived",
    expected="proved",
    strength="lower",
    corrects="ensloss.tail_condition_is_sufficient",
    assumptions=("phi(1) - phi(z) is the integral of -g over [1, z]: a limit of such sums",),
    says=r"|g(s)|\le K\kappa(s)\ (s\ge1),\ \int_1^\infty\kappa\le I:\quad\varphi(z)\ge\varphi(1)-KI",
)
def integrable_tail_is_sufficient(c: Constant = 1) -> Stated:
    """Integrability is what counts; for kappa(s) = s^-p the integral is `power_tail_integral`."""
    domain = Domain("K in [0,oo), I in [0,oo)")
    each = Domain("w in [0,oo), g in (-oo,oo), kappa in [0,oo)")
    (K, most), (w, g, kappa) = domain, each

    def proof(k: Proof) -> Any:
        step = k.show(w * g, ">=", -K * w * kappa, by=[(w, k.hypothesis(0))])
        return k.show(Sig(w * g), ">=", -K * most, by=[k.sum_up(step), (K, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        K, steps = Fraction(rng.randint(1, 4)), rng.randint(1, 3)
        rows = [{"w": Fraction(1), "g": -K + rng.choice((0, 0, 1)), "kappa": Fraction(1)} for _ in range(steps)]
        return {"K": K, "I": Fraction(steps)}, rows

    given = ((g, ">=", -K * kappa), (most, ">=", Sig(w * kappa)))
    return ForEveryN(domain, each, given, Sig(w * g), ">=", -c * K * most), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="tight",
    uses=("ensloss.power_tail_antiderivative",),
    says=r"p>1,\ z\ge1:\quad\int_1^zs^{-p}ds=\frac{1-z^{1-p}}{p-1}\le\frac1{p-1}",
)
def power_tail_integral(c: Constant = 1) -> Stated:
    """So a derivative above -K z^-p costs at most K/(p-1) beyond 1 (r = p - 1)."""
    domain = Domain("r in (0,oo), z in [1,oo)")
    r, z = domain
    area = (1 - z**-r) / r
    return ForAll(domain, area, "<=", c / r), chain(lambda k: k.show(area, "<=", 1 / r, by=[k.sign(z**-r / r, ">=")]))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="identity",
    says=r"\frac{d}{dz}\,\frac{1-z^{1-p}}{p-1}=z^{-p}",
)
def power_tail_antiderivative(c: Constant = 1) -> Stated:
    """The antiderivative that vanishes at z = 1 (r = p - 1)."""
    domain = Domain("r in (0,oo), z in [1,oo)")
    r, z = domain
    slope, integrand = ((1 - z**-r) / r).diff(z), c * z ** (-r - 1)
    return ForAll(domain, slope, "==", integrand), chain(lambda k: k.identity(slope, integrand))


# -- averages over a continuum -------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where="averages of losses that are bounded below",
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"\frac{d}{dp}\,\frac{-z^{-p}}{\log z}=z^{-p},\quad z\ge2",
)
def antiderivative_in_the_exponent(c: Constant = 1) -> Stated:
    """What the average of the tails over their exponents needs."""
    import sympy

    domain = Domain("z in [2,oo), p in [1,2]")
    z, p = domain
    slope, integrand = (-(z**-p) / sympy.log(z)).diff(p), c * z**-p
    return ForAll(domain, slope, "==", integrand), chain(lambda k: k.identity(slope, integrand))


@claim(
    paper=_PAPER,
    where="averages of losses that are bounded below",
    form="derived",
    expected="proved",
    strength="lower",
    uses=("ensloss.logarithmic_tail_antiderivative", "ensloss.antiderivative_in_the_exponent"),
    assumptions=("the integral over p in [1, 2] is the difference of the antiderivative at its ends",),
    says=r"z\ge2:\quad\int_1^2z^{-p}\,dp=\frac{z^{-1}-z^{-2}}{\log z}\ge\frac1{2z\log z}",
)
def continuum_of_bounded_losses(c: Constant = 1) -> Stated:
    """Each tail z^-p, p > 1, is integrable, their average over p in (1, 2) is not: no uniform bound, no boundedness."""
    import sympy

    domain = Domain("z in [2,oo)")
    (z,) = domain
    mean, bound = (1 / z - 1 / z**2) / sympy.log(z), 1 / (2 * z * sympy.log(z))

    def proof(k: Proof) -> Any:
        return k.show(mean, ">=", bound, by=[k.sign((z - 2) / (2 * z**2 * sympy.log(z)), ">=")])

    return ForAll(domain, mean, ">=", c * bound), chain(proof)


# -- other tails of the code ---------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    says=r"\varphi(z)=\frac e{\log(z+e-1)}-e>-e,\quad z\ge1",
)
def inverse_log_tail_is_bounded_below(c: Constant = 1) -> Stated:
    """Its derivative, of order 1/(z log^2 z), is O(z^-p) for no p > 1: that condition is not necessary."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    loss = sympy.E / sympy.log(z + sympy.E - 1) - sympy.E

    def proof(k: Proof) -> Any:
        return k.show(loss, ">", -sympy.E, by=[k.sign(sympy.E / sympy.log(z + sympy.E - 1), ">")])

    return ForAll(domain, loss, ">", -c * sympy.E), chain(proof)


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    says=r"\varphi(z)=\frac e{\log(z+e-1)}-e:\quad\varphi'(z)\ge-1=\varphi'(1),\quad z\ge1",
)
def inverse_log_tail_keeps_the_slope(c: Constant = 1) -> Stated:
    """With x = z + e - 1 >= e the slope is -e/(x log^2 x), and log x >= 1."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    x = z + sympy.E - 1
    slope = (sympy.E / sympy.log(x) - sympy.E).diff(z)

    def proof(k: Proof) -> Any:
        wide = k.show(x, ">=", sympy.E)
        log_above = k.logarithm(wide)
        inverse = k.power(log_above, -2)
        ratio = k.show(sympy.E / x, "<=", 1, by=[(1 / x, wide)])
        return k.show(slope, ">=", -1, by=[ratio, (sympy.E / x, inverse)])

    return ForAll(domain, slope, ">=", -c), chain(proof)


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="refuted",
    strength="lower",
    assumptions=("nobody states it: tests whether this variant is convex where it meets the line 1 - z",),
    says=r"\varphi(z)=-2\sqrt{z-1}\ (z>1):\quad g(z)\ge-1=g(1)",
)
def root_hinge_is_convex(offset: Constant = 0) -> Stated:
    """Its slope -1/sqrt(z-1) jumps to minus infinity at the corner; with z in place of z - 1 it does not."""
    domain = Domain("z in (1,oo)")
    (z,) = domain
    slope = -((z - 1 + offset) ** Fraction(-1, 2))
    return ForAll(domain, slope, ">=", -1), chain(lambda k: k.show(slope, ">=", -1))


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="refuted",
    strength="upper",
    assumptions=("nobody states it: tests whether this variant decreases",),
    says=r"\varphi(z)=-e^{1-z}\ (z>1):\quad g(z)\le0",
)
def exponential_hinge_decreases(sign: Constant = -1) -> Stated:
    """Beyond 1 that loss grows (and jumps down at 1); with + e^(1-z) - 1 it is convex and decreasing."""
    import sympy

    domain = Domain("z in (1,oo)")
    (z,) = domain
    slope = (sign * sympy.exp(1 - z)).diff(z)
    return ForAll(domain, slope, "<=", 0), chain(lambda k: k.show(slope, "<=", 0))


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    corrects="ensloss.root_hinge_is_convex",
    says=r"\varphi(z)=2-2\sqrt z\ (z\ge1):\quad g(z)\ge-1=g(1)",
)
def root_hinge_of_the_margin_keeps_the_slope(c: Constant = 1) -> Stated:
    """Its slope is -1/sqrt(z): it starts at -1 and rises. The loss is unbounded below like the log-hinge."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    slope = (2 - 2 * sympy.sqrt(z)).diff(z)

    def proof(k: Proof) -> Any:
        return k.show(slope, ">=", -1, by=[k.power(k.show(z, ">=", 1), Fraction(-1, 2))])

    return ForAll(domain, slope, ">=", -c), chain(proof)


@claim(
    paper=_PAPER,
    where="further hinge variants in the code",
    form="derived",
    expected="proved",
    strength="tight",
    corrects="ensloss.exponential_hinge_decreases",
    says=r"\varphi(z)=e^{1-z}-1\ (z\ge1):\quad g(z)\ge-1=g(1)",
)
def exponential_hinge_keeps_the_slope(c: Constant = 1) -> Stated:
    """Its slope is -e^(1-z), negative at sight, and at least that of the line 1 - z."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    slope = (sympy.exp(1 - z) - 1).diff(z)

    def proof(k: Proof) -> Any:
        return k.show(slope, ">=", -1, by=[k.exponential(k.show(0, ">=", 1 - z))])

    return ForAll(domain, slope, ">=", -c), chain(proof)


tail_condition_is_necessary.false_if("the drop were 1 % larger than needed", c=_ONE_PERCENT)
logarithmic_tail_meets_the_condition.false_if("the limit were 1/100", limit=Fraction(1, 100))
logarithmic_tail_antiderivative.false_if("the slope were 1 % smaller", c=_ONE_PERCENT)
tail_condition_is_sufficient.true_if("the logarithm were squared", q=2)
integrable_tail_is_sufficient.false_if("the bound were 1 % better", c=_LESS)
power_tail_integral.false_if("the integral were 1 % smaller", c=_LESS)
power_tail_antiderivative.false_if("the slope were 1 % larger", c=_ONE_PERCENT)
antiderivative_in_the_exponent.false_if("the slope were 1 % larger", c=_ONE_PERCENT)
continuum_of_bounded_losses.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
inverse_log_tail_is_bounded_below.false_if("the bound were 5 % better", c=Fraction(95, 100))
root_hinge_is_convex.true_if("the root were that of z", offset=1)
exponential_hinge_decreases.true_if("the sign were +", sign=1)
root_hinge_of_the_margin_keeps_the_slope.false_if("the slope were 1 % smaller", c=Fraction(99, 100))
exponential_hinge_keeps_the_slope.false_if("the slope were 1 % smaller", c=Fraction(99, 100))
inverse_log_tail_keeps_the_slope.false_if("the slope were 1 % smaller", c=Fraction(99, 100))
