r"""The focal loss is not proper, but calibrated for classification, two classes.

At posterior e of the positive class the conditional risk of the probability q is
``R(q) = -e (1-q)^gamma log q - (1-e) q^gamma log(1-q)``. For gamma = 0 it is least at q = e; for gamma = 2 it is not:
the minimiser lies nearer to 1/2. It lies on the right side of 1/2 all the same: reflecting a wrong-sided q at 1/2
lowers the risk, and at q = 1/2 the risk is not stationary.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.learning_in_imperfect_environment.claims_multi_focal_modifier import (
    negative_loss,
    positive_loss,
)
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain, newton

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "learning_in_imperfect_environment", "focal loss, two classes", "derived"


def conditional_risk(q: sympy.Expr, posterior: sympy.Expr, gamma: sympy.Expr) -> sympy.Expr:
    """Return the focal risk of the probability q where the posterior of the positive class is as given.

    Examples
    --------
    >>> import sympy
    >>> conditional_risk(sympy.Rational(1, 2), sympy.Rational(1, 3), sympy.Integer(0))
    log(2)
    """
    return posterior * positive_loss(q, gamma) + (1 - posterior) * negative_loss(q, gamma)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="lower",
    says=r"R_\gamma(q)\ge R_\gamma(\eta),\quad\gamma=2",
)
def focal_loss_is_proper(gamma: Constant = 2) -> Stated:
    """Some q has a smaller risk than the posterior; for gamma = 0 none has (Gibbs)."""
    import sympy

    domain = Domain("q in (0,1), e in (0,1)")
    q, e = domain
    gamma = sympy.sympify(gamma)
    risk, honest = conditional_risk(q, e, gamma), conditional_risk(e, e, gamma)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        lines = [k.tangent(sympy.log(v), v, 1, ratio) for ratio in (q / e, (1 - q) / (1 - e))]
        return k.show(risk, ">=", honest, by=[(e, lines[0]), (1 - e, lines[1])])

    return ForAll(domain, risk, ">=", honest), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="certified",
    strength="identity",
    corrects="learning_in_imperfect_environment.focal_loss_is_proper",
    says=r"\eta=\tfrac9{10},\ \gamma=2:\quad R_\gamma'(q)=0\text{ in }[\tfrac1{100},\tfrac{99}{100}]"
    r"\text{ only at }q=0.6942128050\dots",
)
def focal_minimiser(shift: Constant = 0) -> Stated:
    """Interval Newton: the only stationary point lies well below the posterior 9/10."""
    import sympy

    from theory.engine.statements.root import UniqueRoot

    domain = Domain("q in [1/100,99/100]")
    (q,) = domain
    slope = conditional_risk(q, sympy.Rational(9, 10), sympy.Integer(2)).diff(q)
    low, width = Fraction("0.6942128050") + shift, Fraction(1, 10**10)
    return UniqueRoot(domain, (slope,), Domain(f"q in [{low},{low + width}]")), newton()


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"\eta>\tfrac12>q:\quad R_\gamma(1-q)<R_\gamma(q),\quad\gamma\ge0",
)
def reflection_lowers_the_risk(lowest: Constant = Fraction(1, 2)) -> Stated:
    """The difference is (2 eta - 1)(l(q) - l(1-q)), and the loss l of a positive decreases."""
    import sympy

    domain = Domain(f"q in (0,1/2), e in ({lowest},1], G in [0,oo)")
    q, e, gamma = domain
    wrong, right = conditional_risk(q, e, gamma), conditional_risk(1 - q, e, gamma)

    def proof(k: Proof) -> Any:
        sides = k.show(1 - q, ">", q, by=[k.sign(1 - 2 * q, ">")])
        logs, powers = k.logarithm(sides), k.power(sides, gamma)
        down = k.show(
            positive_loss(q, gamma), ">", positive_loss(1 - q, gamma),
            by=[((1 - q) ** gamma, logs), (-sympy.log(1 - q), powers)],
        )  # fmt: skip
        return k.show(right, "<", wrong, by=[(2 * e - 1, down)])

    return ForAll(domain, right, "<", wrong), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"\eta>\tfrac12:\quad R_\gamma'(\tfrac12)<0,\quad\gamma\ge0",
)
def risk_falls_through_one_half(lowest: Constant = Fraction(1, 2)) -> Stated:
    """The slope at 1/2 is (2 eta - 1) times the negative slope of the loss of a positive."""
    import sympy

    domain = Domain(f"e in ({lowest},1], G in [0,oo)")
    e, gamma = domain
    q = sympy.Symbol("q", positive=True)
    slope = conditional_risk(q, e, gamma).diff(q).subs(q, sympy.Rational(1, 2))
    half = 2 ** (1 - gamma) * (1 + gamma * sympy.log(2))

    def proof(k: Proof) -> Any:
        return k.show(slope, "<", 0, by=[k.sign((2 * e - 1) * half, ">")])

    return ForAll(domain, slope, "<", 0), chain(proof)


focal_loss_is_proper.true_if("there were no focus", gamma=0)
focal_minimiser.false_if("the minimiser were larger by 10^-6", shift=Fraction(1, 10**6))
reflection_lowers_the_risk.false_if("the posterior could be 2/5", lowest=Fraction(2, 5))
risk_falls_through_one_half.false_if("the posterior could be 2/5", lowest=Fraction(2, 5))
