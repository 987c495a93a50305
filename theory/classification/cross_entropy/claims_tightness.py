r"""Theorem 3.2: the two-class formula is attained, in the limit, for every number of classes and every beta.

Posteriors ``((1+b)/2, (1-b)/2, 0, ..., 0)`` and predictions ``S_1 = S_2 = (1-delta)/2``, delta shared by the other
classes in any way. These have probability zero, so their S enters the regret through delta alone, and n does not
enter at all. The tie is broken towards class 2 (a little more mass for class 2 does it too), so the zero-one regret
is b. With the lower bounds of Theorem 3.1 the formula is exact for tau <= 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import two_class_transform
from theory.engine.claim import claim
from theory.engine.words import Domain, LimitOf, chain

if TYPE_CHECKING:
    import sympy

_PAPER, _WHERE, _FORM = "comp_sum", "Theorem 3.2", "as usually quoted"
_TIE = ("ties of the largest score are predicted as class 2", "classes of probability zero add nothing to the risk")
_ONE_PERCENT = Fraction(101, 100)


def _regret(beta: sympy.Expr, delta: sympy.Expr, tau: sympy.Expr) -> sympy.Expr:
    """The conditional regret ``(norm - hits)/(tau - 1)`` at the two-class posteriors, tau < 2 except 1."""
    a, share = 1 / (2 - tau), (1 - delta) / 2
    p1, p2 = (1 + beta) / 2, (1 - beta) / 2
    norm, hits = (p1**a + p2**a) ** (2 - tau), p1 * share ** (tau - 1) + p2 * share ** (tau - 1)
    return (norm - hits) / (tau - 1)


def _attained(c: Any, tau_range: str) -> Any:

    domain = Domain(f"beta in [0,1], tau in {tau_range}, delta in (0,1)")
    beta, tau, delta = domain
    f = _regret(beta, delta, tau)

    def proof(k: Any) -> Any:
        itself = k.identity(f, f)
        return k.squeeze(itself, itself, delta, "+")

    return LimitOf(domain, f, delta, "+", c * two_class_transform(beta, tau)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    assumptions=_TIE,
    says=r"\mathcal C_\tau(p,S_\delta)-\mathcal C_\tau^*(p)\to\mathcal T_\tau(\beta)\quad(\delta\to0),\ 0\le\tau<1",
)
def tight_low(c: Any = 1) -> Any:
    """The regret is continuous in delta and equals the formula at delta = 0."""
    return _attained(c, "[0,1)")


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=_TIE,
    says=r"\mathcal C_\tau(p,S_\delta)-\mathcal C_\tau^*(p)"
    r"\to\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr)\quad(\delta\to0),\ 1<\tau<2",
)
def two_classes_attain_middle(c: Any = 1) -> Any:
    """The same for 1 < tau < 2, a factor (n/2)^(tau-1) above the published bound; exact for tau <= 3/2."""
    return _attained(c, "(1,2)")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    assumptions=_TIE,
    says=r"\mathcal C_1(p,S_\delta)-\mathcal C_1^*(p)\to\mathcal T_1(\beta)\quad(\delta\to0)",
)
def tight_logistic(c: Any = 1) -> Any:
    """The same at tau = 1, with the entropy for the conditional minimum."""
    import sympy

    domain = Domain("beta in [0,1), delta in (0,1)")
    beta, delta = domain
    posteriors = (1 + beta) / 2, (1 - beta) / 2
    f = sum(p * (sympy.log(p) - sympy.log((1 - delta) / 2)) for p in posteriors)

    def proof(k: Any) -> Any:
        itself = k.identity(f, f)
        return k.squeeze(itself, itself, delta, "+")

    return LimitOf(domain, f, delta, "+", c * two_class_transform(beta, 1)), chain(proof)


tight_low.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
two_classes_attain_middle.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
tight_logistic.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
