r"""The learning bound: the deterministic steps from uniform convergence to a bound on the zero-one regret.

On an event where the empirical and the true surrogate risk of every hypothesis differ by eps at most, the empirical
minimiser has a surrogate regret of 2 eps at most, and Gamma turns that and the minimizability gap into a bound on
the zero-one regret. That the event with ``eps = 2 Rad_m + B sqrt(log(2/delta)/(2m))`` has probability 1 - delta
(symmetrisation and McDiarmid's inequality, B the largest loss, Rad_m the Rademacher complexity of the losses) is
taken from the literature.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import two_class_transform
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "comp_sum", "learning bound", "as usually quoted"
_EVENT = "the event of uniform convergence, its probability taken from the literature, holds"
_LESS = Fraction(99, 100)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(_EVENT, "h is any hypothesis, so the bound passes to the infimum over h"),
    says=r"|\mathcal R-\widehat{\mathcal R}|\le\epsilon\ \Rightarrow\ \mathcal R(\hat h)-\mathcal R(h)\le2\epsilon",
)
def empirical_minimiser(factor: Any = 2) -> Any:
    """Down to the empirical risk of the minimiser, across to that of h, and up again."""
    names = "learned in [0,2], measured in [0,2], other in [0,2], seen in [0,2], eps in [0,1]"
    domain = Domain(names)
    learned, measured, other, seen, eps = domain
    given = ((learned, "<=", measured + eps), (seen, "<=", other + eps), (measured, "<=", seen))

    def proof(k: Proof) -> Any:
        return k.show(learned - other, "<=", 2 * eps, by=[k.hypothesis(index) for index in range(3)])

    return ForAll(domain, learned - other, "<=", factor * eps, given), chain(proof)


empirical_minimiser.false_if("the factor were 1 % smaller", factor=Fraction(198, 100))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(_EVENT, "risks are at most one; otherwise divide losses, eps and gap by their bound"),
    uses=("comp_sum.empirical_minimiser",),
    says=r"C z^2\le\mathcal R_\tau(\hat h)-\mathcal R^*_\tau+\mathcal M_\tau\ "
    r"\Rightarrow\ z\le\sqrt{(2\epsilon+\mathcal M_\tau)/C}",
)
def quadratic_learning_bound(factor: Any = 1) -> Any:
    """Z is the zero-one regret plus its gap, C the constant of the simplified transform, tau < 2."""
    domain = Domain("z in [0,1], C in (0,1], regret in [0,1], eps in [0,1/2], gap in [0,1]")
    z, C, regret, eps, gap = domain
    given = ((regret, "<=", 2 * eps), (C * z**2, "<=", regret + gap))
    half = Fraction(1, 2)
    bound = ((2 * eps + gap) / C) ** half

    def proof(k: Proof) -> Any:
        square = k.show((2 * eps + gap) / C, ">=", z**2, by=[(1 / C, k.hypothesis(0)), (1 / C, k.hypothesis(1))])
        return k.power(square, half)

    return ForAll(domain, z, "<=", factor * bound, given), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(_EVENT,),
    uses=("comp_sum.empirical_minimiser",),
    says=r"\mathcal T_0(z)\le s\ \Rightarrow\ z\le\Gamma_0(s)=\sqrt{s(2-s)},\quad s=2\epsilon+\mathcal M_0\le1",
)
def sum_exponential_learning_bound(factor: Any = 1) -> Any:
    """The inverse of 1 - sqrt(1 - z^2), for the sum-exponential loss."""
    domain = Domain("z in [0,1], s in [0,1]")
    z, s = domain
    half = Fraction(1, 2)
    root, transform = (1 - z**2) ** half, two_class_transform(z, 0)

    def proof(k: Proof) -> Any:
        above = k.show(root, ">=", 1 - s, by=[k.hypothesis(0)])
        squares = k.power(above, 2)
        return k.power(k.show(s * (2 - s), ">=", z**2, by=[squares]), half)

    return ForAll(domain, z, "<=", factor * (s * (2 - s)) ** half, ((transform, "<=", s),)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=(_EVENT,),
    uses=("comp_sum.empirical_minimiser",),
    says=r"\frac{z}{(\tau-1)n^{\tau-1}}\le2\epsilon+\mathcal M_\tau\ \Rightarrow\ z"
    r"\le(\tau-1)n^{\tau-1}(2\epsilon+\mathcal M_\tau),\quad\tau\ge2",
)
def linear_learning_bound(factor: Any = 1) -> Any:
    """The published transform for tau >= 2 is linear, with the slope C = 1/((tau-1) n^(tau-1))."""
    domain = Domain("z in [0,1], C in (0,1], regret in [0,1], eps in [0,1/2], gap in [0,1]")
    z, C, regret, eps, gap = domain
    given = ((regret, "<=", 2 * eps), (C * z, "<=", regret + gap))
    bound = (2 * eps + gap) / C

    def proof(k: Proof) -> Any:
        return k.show(z, "<=", bound, by=[(1 / C, k.hypothesis(0)), (1 / C, k.hypothesis(1))])

    return ForAll(domain, z, "<=", factor * bound, given), chain(proof)


quadratic_learning_bound.false_if("the bound were 1 % smaller", factor=_LESS)
sum_exponential_learning_bound.false_if("the bound were 1 % smaller", factor=_LESS)
linear_learning_bound.false_if("the bound were 1 % smaller", factor=_LESS)
