r"""The weight ``z(v) = exp(alpha v) - beta`` of the cross-entropy: where it is positive, and what happens elsewhere.

v is the scaled variance of a sample's features, alpha > 0 and beta > 0. A loss with a negative weight rewards wrong
predictions: for beta > 1 that happens to the samples of small variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "bias_loss_for_mobile", "the bias function"


def weight(v: sympy.Expr, alpha: sympy.Expr, beta: sympy.Expr) -> sympy.Expr:
    """Return ``exp(alpha v) - beta``.

    Examples
    --------
    >>> import sympy
    >>> weight(sympy.Integer(0), sympy.Integer(1), sympy.Rational(1, 4))
    3/4
    """
    import sympy

    return sympy.exp(alpha * v) - beta


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="lower",
    says=r"e^{\alpha v}-\beta>0,\quad0\le v\le1,\ \alpha>0,\ \beta>0",
)
def weight_is_positive(largest: Constant = 4) -> Stated:
    """False for beta >= 1 near v = 0; true for beta < 1."""
    domain = Domain(f"v in [0,1], A in (0,4], B in (0,{largest})")
    v, alpha, beta = domain

    def proof(k: Proof) -> Any:
        above = k.sign(weight(v, alpha, 1), ">=")
        return k.show(weight(v, alpha, beta), ">", 0, by=[above, k.sign(1 - beta, ">")])

    return ForAll(domain, weight(v, alpha, beta), ">", 0), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    corrects="bias_loss_for_mobile.weight_is_positive",
    says=r"v>\tfrac{\log\beta}\alpha\ \Rightarrow\ e^{\alpha v}-\beta>0",
)
def weight_is_positive_above_threshold(slack: Constant = 0) -> Stated:
    """The exponential is increasing."""
    import sympy

    domain = Domain("v in [0,oo), A in (0,oo), B in (0,oo)")
    v, alpha, beta = domain

    def proof(k: Proof) -> Any:
        return k.show(weight(v, alpha, beta), ">", 0, by=[k.exponential(k.hypothesis(0))])

    given = ((alpha * v + slack, ">", sympy.log(beta)),)
    return ForAll(domain, weight(v, alpha, beta), ">", 0, given), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    says=r"v\le\tfrac{\log\beta}\alpha\ \Rightarrow\ e^{\alpha v}-\beta\le0",
)
def weight_is_not_positive_up_to_threshold(slack: Constant = 0) -> Stated:
    """The exponential is increasing: the threshold is exact."""
    import sympy

    domain = Domain("v in [0,oo), A in (0,oo), B in (0,oo)")
    v, alpha, beta = domain

    def proof(k: Proof) -> Any:
        return k.show(weight(v, alpha, beta), "<=", 0, by=[k.exponential(k.hypothesis(0))])

    given = ((alpha * v, "<=", sympy.log(beta) + slack),)
    return ForAll(domain, weight(v, alpha, beta), "<=", 0, given), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    says=r"v<\tfrac{\log\beta}\alpha\ \Rightarrow\ -z(v)\log p<-z(v)\log p',\quad p<p',"
    r"\ z(v)=e^{\alpha v}-\beta",
)
def wrong_predictions_are_rewarded_below(slack: Constant = 0) -> Stated:
    """A negative weight turns the order of the cross-entropies round: the smaller probability has the smaller loss."""
    import sympy

    domain = Domain("v in [0,oo), A in (0,oo), B in (0,oo), p in (0,1], q in (0,1]")
    v, alpha, beta, p, q = domain
    z = weight(v, alpha, beta)

    def proof(k: Proof) -> Any:
        below = k.show(-z, ">", 0, by=[k.exponential(k.hypothesis(0))])
        apart = k.logarithm(k.hypothesis(1))
        return k.show(-z * sympy.log(p), "<", -z * sympy.log(q), by=[(below.lhs, apart)])

    given = ((alpha * v, "<", sympy.log(beta) + slack), (p, "<", q))
    return ForAll(domain, -z * sympy.log(p), "<", -z * sympy.log(q), given), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="lower",
    says=r"v<v'\ \Rightarrow\ z(v)<z(v')",
)
def weight_increases_with_variance(lowest: Constant = 0) -> Stated:
    """More varied samples weigh more, whatever the sign of the weights."""
    domain = Domain(f"v in [0,oo), s in (0,oo), A in ({lowest},oo), B in (0,oo)")
    v, s, alpha, beta = domain

    def proof(k: Proof) -> Any:
        further = k.exponential(k.show(alpha * (v + s), ">", alpha * v, by=[k.sign(alpha * s, ">")]))
        return k.show(weight(v + s, alpha, beta), ">", weight(v, alpha, beta), by=[further])

    return ForAll(domain, weight(v + s, alpha, beta), ">", weight(v, alpha, beta)), chain(proof)


weight_is_positive.true_if("beta were below 1", largest=1)
weight_is_positive_above_threshold.false_if("v could lie 1/alpha below the threshold", slack=1)
weight_is_not_positive_up_to_threshold.false_if("v could lie 1/alpha above the threshold", slack=1)
wrong_predictions_are_rewarded_below.false_if("v could lie 1/alpha above the threshold", slack=1)
weight_increases_with_variance.false_if("alpha could be negative", lowest=-1)
