r"""The two-class transform T_tau: closed forms, limits in tau, growth at 0 and convexity.

With a = 1/(2 - tau) and ``M_a(b) = (((1+b)^a + (1-b)^a)/2)^(1/a)`` it is ``T_tau(b) = 2^(1-tau) (M_a(b) - 1)/(tau -
1)`` for tau < 2, and ``T_1(b) = (1+b)/2 log(1+b) + (1-b)/2 log(1-b)``. One identity carries most of the module:
``M_a'' = (a-1) M_a^(1-2a) (1-b^2)^(a-2)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import (
    growth_constant,
    mean_power,
    power_mean,
    two_class_transform,
)
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "comp_sum", "as usually quoted"
_THEOREM, _SIMPLE = "transform of Theorem 3.1", "Theorem 3.1, simplified"
_ONE_PERCENT = Fraction(101, 100)

# -- closed forms ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_THEOREM,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\mathcal T_0(\beta)=1-\sqrt{1-\beta^2}",
)
def transform_at_zero(c: Any = 1) -> Any:
    """Multiply out the square of sqrt(1+b) + sqrt(1-b)."""
    domain = Domain("beta in [0,1]")
    (beta,) = domain
    left, right = two_class_transform(beta, 0), 1 - (1 - beta**2) ** Fraction(1, 2)
    return ForAll(domain, left, "==", c * right), chain(lambda k: k.identity(left, right))


transform_at_zero.false_if("the formula were 1 % larger", c=_ONE_PERCENT)


def _full_regret(c: Any, tau_range: str) -> Any:

    domain = Domain(f"tau in {tau_range}")
    (tau,) = domain
    left, right = two_class_transform(1, tau), (2 ** (1 - tau) - 1) / (1 - tau)
    return ForAll(domain, left, "==", c * right), chain(lambda k: k.identity(left, right))


_FULL = r"\mathcal T_\tau(1)=\frac{2^{1-\tau}-1}{1-\tau}=\Phi_\tau(1)"


@claim(paper=_PAPER, where=_THEOREM, expected="proved", strength="identity", says=_FULL)
def transform_at_full_regret_low(c: Any = 1) -> Any:
    """One class has all the mass: M_a(1) = 2^(tau-1), 0 <= tau < 1."""
    return _full_regret(c, "[0,1)")


@claim(paper=_PAPER, where=_THEOREM, expected="proved", strength="identity", says=_FULL)
def transform_at_full_regret_middle(c: Any = 1) -> Any:
    """The same for 1 < tau < 2."""
    return _full_regret(c, "(1,2)")


transform_at_full_regret_low.false_if("the value were 1 % larger", c=_ONE_PERCENT)
transform_at_full_regret_middle.false_if("the value were 1 % larger", c=_ONE_PERCENT)

# -- limits in tau --------------------------------------------------------------------------------------------------


def _slope_in_tau(beta: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    """``(((1+b)^a + (1-b)^a)/2 - 1)/(a - 1)``, with the hole at a = 1 filled."""
    import sympy

    from theory.engine.functions import EntireQuotient

    w = (tau - 1) / (2 - tau)
    logs = [(x, sympy.log(x)) for x in (1 + beta, 1 - beta)]
    return sum(x * log_x * EntireQuotient(0, w * log_x) for x, log_x in logs) / 2


def _continuous_at_one(c: Any, tau_range: str, side: str) -> Any:

    domain = Domain(f"beta in [0,1), tau in {tau_range}")
    beta, tau = domain
    f = two_class_transform(beta, tau)

    def proof(k: Proof) -> Any:
        powers, slope, r = mean_power(beta, 1 / (2 - tau)), _slope_in_tau(beta, tau), 2 - tau
        v = k.fresh("v in (0,oo)")
        k.sign(powers, ">")
        lines = k.tangent(v**r, v, 1, powers), k.tangent(v**r, v, powers, 1)
        scale = 2 ** (1 - tau) / (tau - 1) if side == "+" else 2 ** (1 - tau) / (1 - tau)
        above = k.show(f, "<=", 2 ** (1 - tau) * slope, by=[(scale, lines[0])])
        below = k.show(f, ">=", 2 ** (1 - tau) * powers ** (1 - tau) * slope, by=[(scale, lines[1])])
        return k.squeeze(below, above, tau, side)

    return LimitOf(domain, f, tau, side, c * two_class_transform(beta, 1)), chain(proof)


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="asymptotic",
    says=r"\lim_{\tau\to1^+}\mathcal T_\tau(\beta)=\mathcal T_1(\beta)",
)
def transform_tends_to_logistic_from_above(c: Any = 1) -> Any:
    """Two tangents of v^(2-tau), at 1 and at the mean of the powers, leave bounds that are continuous at tau = 1."""
    return _continuous_at_one(c, "(1,3/2)", "+")


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="asymptotic",
    says=r"\lim_{\tau\to1^-}\mathcal T_\tau(\beta)=\mathcal T_1(\beta)",
)
def transform_tends_to_logistic_from_below(c: Any = 1) -> Any:
    """The same from tau < 1, where v^(2-tau) is convex."""
    return _continuous_at_one(c, "[0,1)", "-")


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="asymptotic",
    says=r"\lim_{\tau\to2^-}\mathcal T_\tau(\beta)=\beta/2",
)
def transform_tends_to_absolute_error(c: Any = 1) -> Any:
    """The power mean lies between (1+b) 2^(tau-2) and 1 + b."""
    domain = Domain("beta in [0,1], tau in (1,2)")
    beta, tau = domain
    f = two_class_transform(beta, tau)

    def proof(k: Proof) -> Any:
        a, scale = 1 / (2 - tau), 2 ** (1 - tau) / (tau - 1)
        most = k.power(k.show(1 + beta, ">=", 1 - beta), a)
        largest = k.power(k.show((1 + beta) ** a, ">=", mean_power(beta, a), by=[(Fraction(1, 2), most)]), 2 - tau)
        half = k.power(k.show(mean_power(beta, a), ">=", (1 + beta) ** a / 2), 2 - tau)
        above = k.show(f, "<=", scale * beta, by=[(scale, largest)])
        below = k.show(f, ">=", scale * ((1 + beta) * 2 ** (tau - 2) - 1), by=[(scale, half)])
        return k.squeeze(below, above, tau, "-")

    return LimitOf(domain, f, tau, "-", c * beta / 2), chain(proof)


transform_tends_to_logistic_from_above.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
transform_tends_to_logistic_from_below.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
transform_tends_to_absolute_error.false_if("the limit were 1 % larger", c=_ONE_PERCENT)

# -- growth at 0 ----------------------------------------------------------------------------------------------------


def _growth(c: Any, domain: Domain, tau: Any) -> Any:

    beta = domain.symbols[0]
    f = two_class_transform(beta, tau)
    statement = LimitOf(domain, f / beta**2, beta, "+", c * growth_constant(tau))
    return statement, chain(lambda k: k.taylor(f, beta, 2))


_GROWTH = r"\mathcal T_\tau(\beta)/\beta^2\to\frac1{2^\tau(2-\tau)}\quad(\beta\to0)"


@claim(paper=_PAPER, where=_SIMPLE, expected="proved", strength="asymptotic", says=_GROWTH)
def growth_low(c: Any = 1) -> Any:
    """Second Taylor coefficient, 0 <= tau < 1."""
    domain = Domain("beta in (0,1), tau in [0,1)")
    return _growth(c, domain, domain.symbols[1])


@claim(paper=_PAPER, where=_SIMPLE, expected="proved", strength="asymptotic", says=_GROWTH)
def growth_middle(c: Any = 1) -> Any:
    """Second Taylor coefficient, 1 < tau < 2."""
    domain = Domain("beta in (0,1), tau in (1,2)")
    return _growth(c, domain, domain.symbols[1])


@claim(
    paper=_PAPER,
    where=_SIMPLE,
    expected="proved",
    strength="asymptotic",
    says=r"\mathcal T_1(\beta)/\beta^2\to\tfrac12\quad(\beta\to0)",
)
def growth_logistic(c: Any = 1) -> Any:
    """Second Taylor coefficient, tau = 1."""
    import sympy

    return _growth(c, Domain("beta in (0,1)"), sympy.Integer(1))


growth_low.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
growth_middle.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
growth_logistic.false_if("the constant were 1 % larger", c=_ONE_PERCENT)

# -- convexity ------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="identity",
    says=r"M_a''(\beta)=(a-1)\,M_a(\beta)^{1-2a}\,(1-\beta^2)^{a-2}",
)
def second_derivative(c: Any = 1) -> Any:
    """Both terms of the derivative have the factor ((1+b)(1-b))^(a-2), what is left is four."""
    domain = Domain("beta in [0,1), a in (0,oo)")
    beta, a = domain
    left, right = (
        power_mean(beta, a).diff(beta, 2),
        (a - 1) * power_mean(beta, a) ** (1 - 2 * a) * (1 - beta**2) ** (a - 2),
    )

    def proof(k: Proof) -> Any:
        below_one(k, beta)
        return k.identity(left, right)

    return ForAll(domain, left, "==", c * right), chain(proof)


second_derivative.false_if("the formula were 1 % larger", c=_ONE_PERCENT)


def below_one(k: Proof, beta: sympy.Expr) -> Any:
    """Show 1 - b^2 > 0, which interval arithmetic sees for a symbol but not for a power of its square."""
    return k.show(1 - beta**2, ">", 0, by=[k.sign((1 - beta) * (1 + beta), ">")])


def curvature(k: Proof, beta: sympy.Expr, tau: sympy.Expr) -> Any:
    """Show ``T_tau'' == 2^(1-tau)/(2-tau) M_a^(1-2a) (1-b^2)^(a-2)`` from the identity for the power mean."""
    a = 1 / (2 - tau)
    below_one(k, beta)
    bent = k.apply(second_derivative, {"beta": beta, "a": a})
    right = 2 ** (1 - tau) / (2 - tau) * power_mean(beta, a) ** (1 - 2 * a) * (1 - beta**2) ** (a - 2)
    return k.show(two_class_transform(beta, tau).diff(beta, 2), "==", right, by=[(2 ** (1 - tau) / (tau - 1), bent)])


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="lemma",
    says=r"\mathcal T_\tau''(\beta)\ge\mathcal T_\tau''(0)=\frac{2^{1-\tau}}{2-\tau}>0,\quad 0\le\tau<1",
)
def convex_low(c: Any = 1) -> Any:
    """For a < 1 the mean is at most one and its exponent 1 - 2a is not positive; 1 - b^2 has the exponent a - 2 < 0."""
    domain = Domain("beta in [0,1), tau in [0,1)")
    beta, tau = domain
    second, least = two_class_transform(beta, tau).diff(beta, 2), 2 ** (1 - tau) / (2 - tau)

    def proof(k: Proof) -> Any:
        a, v = 1 / (2 - tau), k.fresh("v in (0,oo)")
        exact = curvature(k, beta, tau)
        k.show(1, ">=", mean_power(beta, a), by=[k.chord(v**a, v, 1 + beta, 1 - beta, Fraction(1, 2))])
        powers = k.power(k.power(k.show(1, ">=", mean_power(beta, a)), 2 - tau), 1 - 2 * a)
        edge = k.power(k.show(1, ">=", 1 - beta**2), a - 2)
        return k.show(second, ">=", least, by=[exact, (least, edge), (least * edge.lhs, powers)])

    return ForAll(domain, second, ">=", c * least), chain(proof)


@claim(
    paper=_PAPER, where=_THEOREM, expected="proved", strength="lemma", says=r"\mathcal T_\tau''(\beta)>0,\quad 1<\tau<2"
)
def convex_middle(floor: Any = 0) -> Any:
    """The identity has positive factors only; at tau > 3/2 the second derivative falls to 0 at b = 1."""
    domain = Domain("beta in [0,1), tau in (1,2)")
    beta, tau = domain
    second = two_class_transform(beta, tau).diff(beta, 2)

    def proof(k: Proof) -> Any:
        exact = curvature(k, beta, tau)
        return k.show(second, ">", 0, by=[exact, k.sign(exact.rhs, ">")])

    return ForAll(domain, second, ">", floor), chain(proof)


@claim(
    paper=_PAPER,
    where=_THEOREM,
    expected="proved",
    strength="lemma",
    says=r"\mathcal T_1''(\beta)=\frac1{1-\beta^2}\ge1",
)
def convex_logistic(c: Any = 1) -> Any:
    """Differentiate twice."""
    domain = Domain("beta in [0,1)")
    (beta,) = domain
    second = two_class_transform(beta, 1).diff(beta, 2)

    def proof(k: Proof) -> Any:
        below_one(k, beta)
        exact = k.identity(second, 1 / (1 - beta**2))
        return k.show(second, ">=", 1, by=[exact, k.sign(beta**2 / (1 - beta**2), ">=")])

    return ForAll(domain, second, ">=", c), chain(proof)


convex_low.false_if("the second derivative at 0 were 1 % larger", c=_ONE_PERCENT)
convex_middle.false_if("the second derivative stayed above 1/100", floor=Fraction(1, 100))
convex_logistic.false_if("the second derivative at 0 were 1 % larger", c=_ONE_PERCENT)
