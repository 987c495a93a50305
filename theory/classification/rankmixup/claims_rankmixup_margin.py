"""The mixup ranking loss ``max(0, a - c + m)``: c confidence of a raw sample, a of a mixed one, m >= 0 the margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "rankmixup", "mixup-based ranking loss", "as usually quoted"
_BOX = "c in [0,1], a in [0,1], m in [0,oo)"


def _hinge(excess: Any) -> Any:
    import sympy

    return sympy.Max(0, excess)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    corrects="rankmixup.order_alone_makes_it_vanish",
    says=r"c\ge a+m\ \Rightarrow\ \max(0,a-c+m)=0",
)
def ranking_loss_vanishes_when_ordered(needed: Constant = 1) -> Stated:
    """A maximum of zero and what is at most zero."""
    domain = Domain(_BOX)
    c, a, m = domain

    def proof(k: Proof) -> Any:
        named, _, _, _ = k.part(k.fresh("h in [0,oo)"), a - c + m)
        return k.show(_hinge(a - c + m), "<=", 0, by=[k.at_most(named, 0), (-1, named)])

    return ForAll(domain, _hinge(a - c + m), "<=", 0, ((c, ">=", a + needed * m),)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="lower",
    says=r"c<a+m\ \Rightarrow\ \max(0,a-c+m)>0",
)
def ranking_loss_is_positive_when_not(slack: Constant = 0) -> Stated:
    """A maximum is at least its second argument."""
    domain = Domain(_BOX)
    c, a, m = domain

    def proof(k: Proof) -> Any:
        named, _, above, _ = k.part(k.fresh("h in [0,oo)"), a - c + m)
        return k.show(_hinge(a - c + m), ">", 0, by=[(-1, named), above, k.hypothesis(0)])

    return ForAll(domain, _hinge(a - c + m), ">", 0, ((c, "<", a + m + slack),)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="identity",
    says=r"c\ge a\ \Rightarrow\ \max(0,a-c+m)=0",
)
def order_alone_makes_it_vanish(widest: Constant = 1) -> Stated:
    """The order of the confidences is not enough: they must be the margin apart; without a margin it is."""
    domain = Domain(f"c in [0,1], a in [0,1], m in [0,{widest}]")
    c, a, m = domain

    def proof(k: Proof) -> Any:
        k.show(c - a - m, ">=", 0, by=[k.hypothesis(0)])
        named, _, _, _ = k.part(k.fresh("h in [0,oo)"), a - c + m)
        below = k.at_most(named, 0)
        return k.show(_hinge(a - c + m), "<=", 0, by=[below, (-1, named)])

    return ForAll(domain, _hinge(a - c + m), "<=", 0, ((c, ">=", a),)), chain(proof)


ranking_loss_vanishes_when_ordered.false_if("the order without the margin were enough", needed=0)
ranking_loss_is_positive_when_not.false_if("the hypothesis allowed a confidence 1 larger", slack=1)
order_alone_makes_it_vanish.true_if("there were no margin", widest=0)
