r"""The calibration function of the zero-one loss is the transform, for each of the six margin losses.

At posterior eta = (1+t)/2 the zero-one excess risk is t for a wrong-sign score and 0 otherwise. The pointwise
calibration function ``delta_max(eps, eta)`` is the least surrogate excess risk of a score whose zero-one excess
risk is at least eps: that of the wrong-sign scores, T(t), where t >= eps, and infinite elsewhere. The uniform one
is its infimum over the posteriors. It is T(eps), because T does not fall: for every t >= eps and every wrong-sign
score -v

    C_t(-v) - inf C_t  >=  T(eps),

with equality at t = eps and the best wrong-sign score. ``inf C_t`` stands in its closed form: that some score has that
risk, or comes as near to it as one likes, is in the claims that these rest on. Scores are not bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.background.claims_binary import (
    exponential_wrong_sign,
    hinge_wrong_sign,
    logistic_wrong_sign,
    quadratic_wrong_sign,
    rho_margin_wrong_sign,
)
from theory.classification.background.claims_score_bound import sigmoid_wrong_sign
from theory.classification.symbolic import two_class_transform
from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "steinwart", "calibration function of the zero-one loss for margin losses"
_ONE_PERCENT = Fraction(101, 100)
_SIGMOID = ("1 - t tanh(kB), the least risk of scores up to B, tends to 1 - t as B grows",)
_RHO = ("the score rho has the risk (1-t)/2, as phi(rho) = 0 and phi(-rho) = 1",)
_SAYS = r"0<\varepsilon\le t<1,\ v\ge0:\quad C_t(-v)-\inf C_t\ge\mathcal T(\varepsilon)="


def _uniform(
    lemma: Claim,
    least: Callable[[Any], Any],
    transform: Callable[[Any], Any],
    rises: Callable[..., list[Any]],
    c: Any,
    *,
    parameters: str = "",
) -> Stated:
    """State it with the risk of the lemma, ``C_t(-v) >= ...``; ``rises`` gives the facts that carry T from eps to t."""
    domain = Domain("m in [0,1), eps in (0,1), v in [0,oo)" + parameters)
    m, eps, v, *others = domain
    t = eps + (1 - eps) * m  # any number from eps to 1
    names = {str(symbol): symbol for symbol in lemma.statement().domain.symbols}
    values = {"t": t, "v": v} | {str(symbol): symbol for symbol in others}
    risk = lemma.statement().lhs.xreplace({names[name]: value for name, value in values.items()})
    regret = risk - least(t)

    def proof(k: Proof) -> Any:
        k.show(1 - t, ">", 0, by=[k.sign((1 - eps) * (1 - m), ">")])
        later = k.show(t, ">=", eps, by=[k.sign((1 - eps) * m, ">=")])
        wrong = k.apply(lemma, values)
        return k.show(regret, ">=", transform(eps), by=[wrong, *rises(k, t, eps, v, later)])

    return ForAll(domain, regret, ">=", c * transform(eps)), chain(proof)


def _linear(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Fact]:
    return [later, k.sign(t * v, ">=")]


def _square(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Fact]:
    return [k.power(later, 2), k.sign(2 * t * v, ">=")]


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    uses=("bartlett.hinge_transform",),
    says=_SAYS + r"\varepsilon\quad\text{(hinge)}",
)  # fmt: skip
def hinge_calibration(c: Constant = 1) -> Stated:
    """The least risk is 1 - t."""
    return _uniform(hinge_wrong_sign, lambda t: 1 - t, lambda t: t, _linear, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    uses=("hcons_binary.quadratic_bound_attained",),
    says=_SAYS + r"\varepsilon^2\quad\text{(squared hinge)}",
)  # fmt: skip
def quadratic_calibration(c: Constant = 1) -> Stated:
    """The least risk is 1 - t^2."""
    return _uniform(quadratic_wrong_sign, lambda t: 1 - t**2, lambda t: t**2, _square, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    uses=("bartlett.exponential_transform",),
    says=_SAYS + r"1-\sqrt{1-\varepsilon^2}\quad\text{(exponential)}",
)  # fmt: skip
def exponential_calibration(c: Constant = 1) -> Stated:
    """The least risk is sqrt(1-t^2), which falls."""

    def root(t: Any) -> sympy.Expr:
        import sympy

        return sympy.sqrt(1 - t**2)

    def rises(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Fact]:
        k.show(1 - t**2, ">=", 0, by=[k.sign((1 - t) * (1 + t), ">=")])
        square = k.power(later, 2)
        falls = k.power(k.show(1 - eps**2, ">=", 1 - t**2, by=[square]), Fraction(1, 2))
        return [falls, k.sign(t * v, ">=")]

    return _uniform(exponential_wrong_sign, root, lambda t: 1 - root(t), rises, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    uses=("bartlett.logistic_transform",),
    says=_SAYS + r"\tfrac{1+\varepsilon}2\log(1+\varepsilon)+\tfrac{1-\varepsilon}2\log(1-\varepsilon)"
    r"\quad\text{(logistic)}",
)  # fmt: skip
def logistic_calibration(c: Constant = 1) -> Stated:
    """The transform is convex with slope artanh(eps) >= 0 at eps."""
    import sympy

    def transform(t: Any) -> sympy.Expr:
        return two_class_transform(t, sympy.Integer(1))

    def rises(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Any]:
        x = k.fresh("x in [0,1)")
        line = k.tangent(transform(x), x, eps, t)
        slope = k.sign((sympy.log(1 + eps) - sympy.log(1 - eps)) / 2, ">=")
        return [line, (slope.lhs, later), k.sign(t * v / 2, ">=")]

    return _uniform(logistic_wrong_sign, lambda t: sympy.log(2) - transform(t), transform, rises, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    uses=("hcons_binary.sigmoid_best_score_is_the_bound",), assumptions=_SIGMOID,
    says=_SAYS + r"\varepsilon\quad\text{(sigmoid)}",
)  # fmt: skip
def sigmoid_calibration(c: Constant = 1) -> Stated:
    """The infimum 1 - t is approached as the score grows."""

    def rises(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Fact]:
        return [later]

    return _uniform(sigmoid_wrong_sign, lambda t: 1 - t, lambda t: t, rises, c, parameters=", k in (0,oo)")


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", assumptions=_RHO,
    says=_SAYS + r"\varepsilon\quad(\rho\text{-margin})",
)  # fmt: skip
def rho_margin_calibration(c: Constant = 1) -> Stated:
    """The least risk is (1-t)/2, that of the score rho."""

    def rises(k: Proof, t: Any, eps: Any, v: Any, later: Fact) -> list[Fact]:
        return [later]

    return _uniform(rho_margin_wrong_sign, lambda t: (1 - t) / 2, lambda t: t, rises, c, parameters=", rho in (0,oo)")


hinge_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
quadratic_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
exponential_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
logistic_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
sigmoid_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
rho_margin_calibration.false_if("the constant were 1 % larger", c=_ONE_PERCENT)
