r"""Binary margin losses with scores in [-B, B]: the branches of their transforms, and where the convex shortcut fails.

With posterior (1+t)/2 the conditional risk is ``C_t(u) = (1+t)/2 phi(u) + (1-t)/2 phi(-u)``, and the transform is
``T(t) = inf_{u <= 0} C_t(u) - inf_u C_t(u)`` over the allowed scores. For a convex loss the first infimum is phi(0).
Where the free minimiser exceeds B (logistic: t > tanh(B/2), exponential: t > tanh B, quadratic: t > B) the best score
is B, and T is the line that touches the free transform at that threshold. Sandwiching the difference between multiples
of the squared distance d from the threshold says that the branches meet with equal value and slope.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, boxes

if TYPE_CHECKING:
    import sympy

_PAPER, _WHERE, _FORM = "hcons_binary", "table of section 5, linear hypotheses", "as usually quoted"
_ONE_PERCENT = Fraction(101, 100)


def _logistic(t: sympy.Expr) -> sympy.Expr:
    """The transform of log(1+exp(-u)) without a bound on the scores."""
    import sympy

    return ((1 + t) * sympy.log(1 + t) + (1 - t) * sympy.log(1 - t)) / 2


def _exponential(t: sympy.Expr) -> sympy.Expr:
    """The transform of exp(-u) without a bound on the scores."""
    import sympy

    return 1 - sympy.sqrt(1 - t**2)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="lower",
    says=r"\tfrac{1+t}2\log(1+t)+\tfrac{1-t}2\log(1-t)\ge\tfrac12t^2",
)  # fmt: skip
def logistic_above_square(c: Any = 1) -> Any:
    """Zero-one regret is at most sqrt(2 x) for a logistic regret x (natural logarithm)."""
    domain = Domain("w in (0,1]")  # w = 1-t; at w = 0 the claim is log 2 >= 1/2
    (w,) = domain
    return ForAll(domain, _logistic(1 - w), ">=", c * (1 - w) ** 2 / 2), boxes(zero_at={w: 1})


logistic_above_square.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="lower",
    says=r"1-\sqrt{1-t^2}\ge\tfrac12t^2",
)  # fmt: skip
def exponential_above_square(c: Any = 1) -> Any:
    """Zero-one regret is at most sqrt(2 x) for an exponential regret x."""
    domain = Domain("t in [0,1]")
    (t,) = domain
    return ForAll(domain, _exponential(t), ">=", c * t**2 / 2), boxes(zero_at=t)


exponential_above_square.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lower",
    says=r"\tfrac{1+t}2\log(1+e^v)+\tfrac{1-t}2\log(1+e^{-v})\ge\log2+\tfrac12tv,\quad v\ge0",
)  # fmt: skip
def logistic_wrong_sign(c: Any = 1) -> Any:
    """No wrong-sign score -v is better than the score 0: for convex losses the first infimum is phi(0)."""
    import sympy

    domain = Domain("t in [1/10,1], v in [0,4]")
    t, v = domain
    risk = (1 + t) / 2 * sympy.log(1 + sympy.exp(v)) + (1 - t) / 2 * sympy.log(1 + sympy.exp(-v))
    return ForAll(domain, risk, ">=", sympy.log(2) + c * t * v / 2), boxes(zero_at=v)


logistic_wrong_sign.false_if("the slope were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="upper",
    says=r"s=\tanh\tfrac B2,\ t=s+d:\quad \mathcal T(t)-\big(\tfrac{tB}2-\log\cosh\tfrac B2\big)\ge\tfrac12d^2",
)  # fmt: skip
def logistic_bounded_lies_below(c: Any = 1) -> Any:
    """Bounding the scores lowers the transform beyond the threshold s, by at least half the squared distance."""
    domain = Domain("s in [1/10,1/2], d in [0,2/5]")
    s, d = domain
    return ForAll(domain, _logistic_difference(s, d), ">=", c * d**2 / 2), boxes(zero_at=d)


logistic_bounded_lies_below.false_if("it were 5 % further below", c=Fraction(21, 20))


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="upper",
    says=r"s=\tanh\tfrac B2,\ t=s+d:\quad \mathcal T(t)-\big(\tfrac{tB}2-\log\cosh\tfrac B2\big)\le\tfrac32d^2",
)  # fmt: skip
def logistic_branches_meet(c: Any = Fraction(3, 2)) -> Any:
    """With the lower bound: at the threshold t = tanh(B/2) the branches have the same value and slope."""
    domain = Domain("s in [1/10,1/2], d in [0,2/5]")
    s, d = domain
    return ForAll(domain, _logistic_difference(s, d), "<=", c * d**2), boxes(zero_at=d)


logistic_branches_meet.false_if("a third of it sufficed", c=Fraction(1, 2))


def _logistic_difference(s: sympy.Expr, d: sympy.Expr) -> sympy.Expr:
    """The free transform minus the line at t = s + d, after B = 2 artanh s: the coins' relative entropy."""
    import sympy

    t = s + d
    return (1 + t) / 2 * sympy.log(1 + d / (1 + s)) + (1 - t) / 2 * sympy.log(1 - d / (1 - s))


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="upper",
    says=r"s=\tanh B,\ t=s+d:\quad 1-\sqrt{1-t^2}-\big(1-\cosh B+t\sinh B\big)\ge\tfrac12d^2",
)  # fmt: skip
def exponential_bounded_lies_below(c: Any = 1) -> Any:
    """Bounding the scores lowers the transform beyond the threshold s, by at least half the squared distance."""
    domain = Domain("s in [1/10,1/2], d in [0,2/5]")
    s, d = domain
    return ForAll(domain, _exponential_difference(s, d), ">=", c * d**2 / 2), boxes(zero_at=d)


exponential_bounded_lies_below.false_if("it were 5 % further below", c=Fraction(21, 20))


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="upper",
    says=r"s=\tanh B,\ t=s+d:\quad 1-\sqrt{1-t^2}-\big(1-\cosh B+t\sinh B\big)\le2d^2",
)  # fmt: skip
def exponential_branches_meet(c: Any = 2) -> Any:
    """With the lower bound: at the threshold t = tanh B the branches have the same value and slope."""
    domain = Domain("s in [1/10,1/2], d in [0,2/5]")
    s, d = domain
    return ForAll(domain, _exponential_difference(s, d), "<=", c * d**2), boxes(zero_at=d)


exponential_branches_meet.false_if("a quarter of it sufficed", c=Fraction(1, 2))


def _exponential_difference(s: sympy.Expr, d: sympy.Expr) -> sympy.Expr:
    """The free transform minus the line at t = s + d, after B = artanh s: cosh B = 1/sqrt(1-s^2)."""
    import sympy

    unit = 1 - s**2
    return sympy.sqrt(unit) * (1 - d * s / unit - sympy.sqrt(1 - (2 * s * d + d**2) / unit))


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="lower",
    says=r"\varphi(u)=(1-u)_+^2,\ t=B+d\le1:\quad C_t(B-e)-C_t(B)\ge2de",
)  # fmt: skip
def quadratic_best_score_is_the_bound(c: Any = 1) -> Any:
    """Beyond the threshold the largest allowed score B is the best one, so that T(t) = 2Bt - B^2."""
    domain = Domain("B in [1/10,9/10], d in [1/20,9/10], e in [0,1/10]")
    bound, d, e = domain
    t = bound + d

    def risk(u: sympy.Expr) -> sympy.Expr:
        return (1 + t) / 2 * (1 - u) ** 2 + (1 - t) / 2 * (1 + u) ** 2  # scores of size at most 1: no kink

    statement = ForAll(domain, risk(bound - e) - risk(bound), ">=", c * 2 * d * e, given=((t, "<=", 1),))
    return statement, boxes(zero_at=e)


quadratic_best_score_is_the_bound.false_if("the slope were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="lower",
    says=r"\varphi(u)=1-\tanh u:\quad C_t(B-e)-C_t(B)\ge t\,e\,(1-\tanh^2B)",
)  # fmt: skip
def sigmoid_best_score_is_the_bound(c: Any = 1) -> Any:
    """The largest allowed score B is always the best one, so that T(t) = t tanh B."""
    import sympy

    domain = Domain("t in [1/10,1], B in [1/2,2], e in [0,1/2]")
    t, bound, e = domain

    def risk(u: sympy.Expr) -> sympy.Expr:
        return (1 + t) / 2 * (1 - sympy.tanh(u)) + (1 - t) / 2 * (1 + sympy.tanh(u))

    slope = t * (1 - sympy.tanh(bound) ** 2)
    return ForAll(domain, risk(bound - e) - risk(bound), ">=", c * slope * e), boxes(zero_at=e)


sigmoid_best_score_is_the_bound.false_if("the slope were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="lower",
    says=r"\varphi(u)=(1-u)_+,\ u\ge1:\quad C_t(u)\ge1-t",
)  # fmt: skip
def hinge_needs_no_score_above_one(c: Any = 1) -> Any:
    """Scores above 1 do not lower the hinge risk: its transform is t min(B, 1)."""
    import sympy

    domain = Domain("t in [0,9/10], e in [0,9]")
    t, e = domain
    u = 1 + e
    risk = (1 + t) / 2 * sympy.Max(0, 1 - u) + (1 - t) / 2 * sympy.Max(0, 1 + u)
    return ForAll(domain, risk, ">=", c * (1 - t)), boxes(zero_at=e)


hinge_needs_no_score_above_one.false_if("the risk were 1 % larger", c=_ONE_PERCENT)


def _margin_loss(name: str, u: sympy.Expr) -> sympy.Expr:
    import sympy

    ramp = sympy.Max(0, 1 - u)
    return sympy.Min(ramp, 1) if name == "rho-margin" else ramp


@claim(
    paper=_PAPER, where="transform of non-convex losses", form=_FORM, expected="refuted", strength="identity",
    says=r"\varphi(u)=\min\{(1-u)_+,1\}:\quad \varphi(0)-\inf_u C_t(u)\le t",
)  # fmt: skip
def rho_margin_convex_shortcut(loss: str = "rho-margin") -> Any:
    """The shortcut T(t) = phi(0) - inf C_t of convex losses gives 1/2 at t = 0 for the rho-margin loss."""
    import sympy

    domain = Domain("t in [0,1]")
    (t,) = domain
    at_zero, right, wrong = (_margin_loss(loss, sympy.Integer(u)) for u in (0, 1, -1))
    saving = at_zero - ((1 + t) / 2 * right + (1 - t) / 2 * wrong)  # the score 1 is the best one
    return ForAll(domain, saving, "<=", t), boxes()


rho_margin_convex_shortcut.true_if("the loss were the hinge, which is convex", loss="hinge")


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="certified", strength="tight",
    corrects="hcons_binary.rho_margin_convex_shortcut",
    says=r"\varphi(u)=\min\{(1-u)_+,1\}:\quad C_t(-v)\ge C_t(1)+t,\ \text{equality at}\ v=1",
)  # fmt: skip
def rho_margin_wrong_sign(c: Any = 1) -> Any:
    """The best wrong-sign score is -1, not 0, and costs t more than the score 1: T(t) = t min(B, rho)/rho."""
    domain = Domain("t in [0,9/10], v in [0,1]")
    t, v = domain
    wrong = (1 + t) / 2 + (1 - t) / 2 * (1 - v)  # phi(-v) = 1 and phi(v) = 1 - v; the same beyond v = 1 as at it
    right = (1 - t) / 2  # phi(1) = 0 and phi(-1) = 1
    return ForAll(domain, wrong, ">=", right + c * t), boxes(zero_at={v: 1})


rho_margin_wrong_sign.false_if("it cost 1 % more", c=_ONE_PERCENT)
