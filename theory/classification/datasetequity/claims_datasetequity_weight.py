r"""The weight ``w(p) = eta + (1-p)^gamma`` of a sample of likelihood p: monotone, bounded, constant for gamma = 0.

p is how likely the sample is in its dataset, ``eta >= 0`` the least weight, ``gamma >= 0`` the focus on rare samples.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "datasetequity", "generalised focal weight", "as usually quoted"


def weight(p: sympy.Expr, eta: sympy.Expr, gamma: sympy.Expr) -> sympy.Expr:
    """Return ``eta + (1-p)^gamma``.

    Examples
    --------
    >>> import sympy
    >>> weight(sympy.Rational(1, 2), sympy.Integer(1), sympy.Integer(2))
    5/4
    """
    return eta + (1 - p) ** gamma


def _falls(k: Proof, p: Any, r: Any, eta: Any, gamma: Any, relation: str) -> Any:
    """Show that the rarer sample p < r weighs more."""
    rarer = k.show(1 - p, ">", 1 - r, by=[k.hypothesis(0)])
    heavier = k.power(rarer, gamma)
    return k.show(weight(p, eta, gamma), relation, weight(r, eta, gamma), by=[heavier])


def _rarer_weighs_more(domain: Domain) -> Stated:
    p, r, eta, gamma = domain
    statement = ForAll(domain, weight(p, eta, gamma), ">", weight(r, eta, gamma), ((p, "<", r),))
    return statement, chain(lambda k: _falls(k, p, r, eta, gamma, ">"))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="lower",
    says=r"p<p'<1\ \Rightarrow\ w(p)>w(p'),\quad\gamma\ge0",
)
def rare_samples_weigh_more(focus: str = "[0,8]") -> Stated:
    """False at gamma = 0, where all samples weigh the same; true for gamma > 0."""
    return _rarer_weighs_more(Domain(f"p in [0,1), r in [0,1), E in [0,8], G in {focus}"))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lower",
    corrects="datasetequity.rare_samples_weigh_more",
    says=r"p<p'\le1\ \Rightarrow\ w(p)>w(p'),\quad\gamma>0",
)
def rare_samples_weigh_more_with_focus(lowest: Constant = 0) -> Stated:
    """The power is strictly increasing."""
    return _rarer_weighs_more(Domain(f"p in [0,1), r in [0,1], E in [0,oo), G in ({lowest},oo)"))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\gamma=0:\ w(p)=\eta+1,\quad0\le p<1",
)
def weight_is_constant_without_focus(gamma: Constant = 0) -> Stated:
    """The power zero, for p < 1 (at p = 1 the power 0^0 is a convention)."""
    import sympy

    domain = Domain("p in [0,1), E in [0,oo)")
    p, eta = domain
    value = weight(p, eta, sympy.sympify(gamma))
    return ForAll(domain, value, "==", eta + 1), chain(lambda k: k.identity(value, eta + 1))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"w(p)\le\eta+1,\quad0\le p<1,\ \gamma\ge0",
)
def weight_is_at_most(bound: Constant = 1) -> Stated:
    """A power of a number below 1."""
    domain = Domain("p in [0,1), E in [0,oo), G in [0,oo)")
    p, eta, gamma = domain

    def proof(k: Proof) -> Any:
        below = k.sign(1 - (1 - p) ** gamma, ">=")
        return k.show(weight(p, eta, gamma), "<=", eta + 1, by=[below])

    return ForAll(domain, weight(p, eta, gamma), "<=", eta + bound), chain(proof)


rare_samples_weigh_more.true_if("the focus were at least 1/2", focus="[1/2,8]")
rare_samples_weigh_more_with_focus.false_if("the focus could be negative", lowest=-1)
weight_is_constant_without_focus.false_if("gamma were 1", gamma=1)
weight_is_at_most.false_if("the bound were 9/10", bound=Fraction(9, 10))
