"""The comp-sum family itself.

What Phi_tau is in terms of the softmax, its derivative, and the losses that it contains.

With u the sum of exp(score differences) the softmax probability of the label is S = 1/(1+u). The form with the entire
quotient fills the hole at tau = 1, so that one statement covers every tau >= 0.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "comp_sum", "definition of the comp-sum family", "as usually quoted"


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\Phi_\tau\bigl(\tfrac1S-1\bigr)=\frac{S^{\tau-1}-1}{1-\tau}",
)
def loss_of_softmax(c: Constant = 1) -> Stated:
    """The loss is a function of the label's softmax probability alone, here for 0 <= tau < 1."""
    return _of_softmax(c, "S in (0,1], tau in [0,1)")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\Phi_\tau\bigl(\tfrac1S-1\bigr)=\frac{1-S^q}q,\quad q=\tau-1>0",
)
def generalized_cross_entropy(c: Constant = 1) -> Stated:
    """For tau > 1 it is the generalised cross-entropy with q = tau - 1; tau = 2 is the mean absolute error 1 - S."""
    return _of_softmax(c, "S in (0,1], tau in (1,oo)")


def _of_softmax(c: Constant, domain_text: str) -> Stated:
    from theory.classification.symbolic import phi

    domain = Domain(domain_text)
    S, tau = domain
    left, right = phi(1 / S - 1, tau), (S ** (tau - 1) - 1) / (1 - tau)

    def proof(k: Proof) -> Any:
        return k.identity(left, right)

    return ForAll(domain, c * left, "==", right), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\Phi_\tau(u)=\log(1+u)\,E_0\bigl((1-\tau)\log(1+u)\bigr),\quad E_0(z)=\int_0^1e^{sz}ds",
)
def hole_filled(c: Constant = 1) -> Stated:
    """The form with the entire quotient is the printed one for tau > 1 (and by the same identity for tau < 1)."""
    from theory.classification.symbolic import entire_phi, phi

    domain = Domain("u in [0,oo), tau in (1,oo)")
    u, tau = domain

    def proof(k: Proof) -> Any:
        return k.identity(entire_phi(u, tau), phi(u, tau))

    return ForAll(domain, c * entire_phi(u, tau), "==", phi(u, tau)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\frac{d\Phi_\tau}{du}=(1+u)^{-\tau}",
)
def derivative(c: Constant = 1) -> Stated:
    """For every tau >= 0, tau = 1 included."""
    from theory.classification.symbolic import entire_phi

    domain = Domain("u in [0,oo), tau in [0,oo)")
    u, tau = domain
    left, right = entire_phi(u, tau).diff(u), (1 + u) ** (-tau)

    def proof(k: Proof) -> Any:
        return k.identity(left, right)

    return ForAll(domain, c * left, "==", right), chain(proof)


def _tends_to_logistic(c: Constant, tau_range: str, side: str) -> Stated:
    import sympy

    from theory.classification.symbolic import entire_phi, phi

    domain = Domain(f"u in [0,oo), tau in {tau_range}")
    u, tau = domain

    def proof(k: Proof) -> Any:
        same = k.identity(phi(u, tau), entire_phi(u, tau))
        return k.squeeze(same, same, tau, side)

    return LimitOf(domain, phi(u, tau), tau, side, c * sympy.log(1 + u)), chain(proof)


_LOGISTIC = r"\lim_{\tau\to1}\Phi_\tau(u)=\log(1+u)"


@claim(paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="identity", says=_LOGISTIC)
def tends_to_logistic_from_above(c: Constant = 1) -> Stated:
    """The logistic loss is the limit as tau falls to 1."""
    return _tends_to_logistic(c, "(1,2)", "+")


@claim(paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="identity", says=_LOGISTIC)
def tends_to_logistic_from_below(c: Constant = 1) -> Stated:
    """The logistic loss is the limit as tau rises to 1."""
    return _tends_to_logistic(c, "[0,1)", "-")


loss_of_softmax.false_if("the loss were 1 % larger", c=Fraction(101, 100))
generalized_cross_entropy.false_if("the loss were 1 % larger", c=Fraction(101, 100))
hole_filled.false_if("it were 1 % larger", c=Fraction(101, 100))
derivative.false_if("it were 1 % larger", c=Fraction(101, 100))
tends_to_logistic_from_above.false_if("the limit were 1 % larger", c=Fraction(101, 100))
tends_to_logistic_from_below.false_if("the limit were 1 % larger", c=Fraction(101, 100))
