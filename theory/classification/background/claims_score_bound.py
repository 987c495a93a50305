r"""Margin losses with scores in [-B, B]: where the best score is the bound itself, for all six losses.

At posterior (1+t)/2 the conditional risk ``C_t(u) = (1+t)/2 phi(u) + (1-t)/2 phi(-u)`` of a convex loss falls until its
free minimiser, which exceeds B beyond a threshold: t > tanh(B/2) for the logistic loss, t > tanh(B) for the
exponential one, t > B for the squared hinge. There, tangents at B show that B is best, so that the transform is

    T(t) = phi(0) - C_t(B),

below the threshold it is the free one (`theory.classification.background.claims_psi_transform`). The hinge, t
min(B, 1), has its threshold in B alone. For the sigmoid loss 1 - tanh(k u), t tanh(k B), and the rho-margin loss, t
min(B, rho)/rho, B is best for every t, and for the second one -B is the best wrong-sign score. For convex losses
the best wrong-sign score is 0 (`theory.classification.background.claims_binary`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.background.claims_binary import logistic_tangent
from theory.classification.symbolic import margin_risk as _risk
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "hcons_binary", "transforms of margin losses, linear hypotheses", "as usually quoted"
_LESS, _ONE_PERCENT = Fraction(99, 100), Fraction(101, 100)


# -- hinge: t min(B, 1) ----------------------------------------------------------------------------------------------


def _ramp(u: Any) -> sympy.Expr:
    import sympy

    return sympy.Max(0, 1 - u)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=(1-u)_+,\ u\le B\le1:\quad C_t(u)\ge1-tB",
)  # fmt: skip
def hinge_best_score_is_the_bound(factor: Constant = 1) -> Stated:
    """The two hinges are at least 1-u and 1+u; for B >= 1 the score 1 is better still."""
    domain = Domain("t in [0,1], B in (0,1], u in (-oo,oo)")
    t, bound, u = domain
    risk = _risk(_ramp(u), _ramp(-u), t)

    def proof(k: Proof) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - u)
        n, _, beyond, _ = k.part(k.fresh("n in [0,oo)"), 1 + u)
        up, down = (1 + t) / 2, (1 - t) / 2
        by = [(-up, m), (-down, n), (up, above), (down, beyond), (t, k.hypothesis(0))]
        return k.show(risk, ">=", 1 - t * bound, by=by)

    return ForAll(domain, factor * risk, ">=", 1 - t * bound, given=((u, "<=", bound),)), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=(1-u)_+,\ B\le1:\quad C_t(B)\le1-tB",
)  # fmt: skip
def hinge_bound_attained(factor: Constant = 1) -> Stated:
    """With `hinge_best_score_is_the_bound`: the transform is tB for B <= 1."""
    domain = Domain("t in [0,1], B in (0,1]")
    t, bound = domain
    risk = _risk(_ramp(bound), 1 + bound, t)

    def proof(k: Proof) -> Any:
        m, *_ = k.part(k.fresh("m in [0,oo)"), 1 - bound)
        by = [((1 + t) / 2, m), ((1 + t) / 2, k.at_most(m, 1 - bound))]
        return k.show(risk, "<=", 1 - t * bound, by=by)

    return ForAll(domain, factor * risk, "<=", 1 - t * bound), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    says=r"\varphi(u)=(1-u)_+:\quad C_t(1+e)\ge1-t,\quad e\ge0",
)  # fmt: skip
def hinge_needs_no_score_above_one(factor: Constant = 1) -> Stated:
    """Scores above 1 do not lower the hinge risk, so that its transform is t min(B, 1)."""
    domain = Domain("t in [0,1], e in [0,oo)")
    t, e = domain
    risk = _risk(_ramp(1 + e), 2 + e, t)
    return ForAll(domain, factor * risk, ">=", 1 - t), chain(lambda k: _no_score_above(k, t, e, risk))


def _no_score_above(k: Proof, t: Any, e: Any, risk: Any) -> Any:
    return k.show(risk, ">=", 1 - t, by=[k.sign((1 - t) * e / 2, ">=")])


hinge_best_score_is_the_bound.false_if("the risk were 1 % smaller", factor=_LESS)
hinge_bound_attained.false_if("the risk were 1 % larger", factor=_ONE_PERCENT)
hinge_needs_no_score_above_one.false_if("the risk were 1 % smaller", factor=_LESS)


# -- logistic and exponential: convex and smooth ---------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=\log(1+e^{-u}),\ t\ge\tanh\tfrac B2,\ u\le B:\quad C_t(u)\ge C_t(B)",
)  # fmt: skip
def logistic_best_score_is_the_bound(shift: Constant = 1) -> Stated:
    """Tangents of log(1+e^x) at -B and B; t >= tanh(B/2) says 1 + t >= (1-t) e^B."""
    import sympy

    domain = Domain("t in [0,1], B in (0,oo), u in (-oo,oo)")
    t, bound, u = domain

    def loss(score: Any) -> sympy.Expr:
        return sympy.log(1 + sympy.exp(score))

    risk, best = _risk(loss(-u), loss(u), t), _risk(loss(-bound), loss(bound), t)

    def proof(k: Proof) -> Any:
        lines = [k.apply(logistic_tangent, {"x": value, "a": at}) for at, value in ((-bound, -u), (bound, u))]
        k.show(bound - u, ">=", 0, by=[k.hypothesis(0)])
        falling = ((bound - u) / (2 * (1 + sympy.exp(bound))), k.hypothesis(1))
        return k.show(risk, ">=", best, by=[((1 + t) / 2, lines[0]), ((1 - t) / 2, lines[1]), falling])

    given = ((u, "<=", bound), (1 + t, ">=", shift * (1 - t) * sympy.exp(bound)))
    return ForAll(domain, risk, ">=", best, given=given), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=e^{-u},\ t\ge\tanh B,\ u\le B:\quad C_t(u)\ge C_t(B)",
)  # fmt: skip
def exponential_best_score_is_the_bound(shift: Constant = 1) -> Stated:
    """Tangents of e^x at -B and B; t >= tanh B says (1+t) e^(-B) >= (1-t) e^B."""
    import sympy

    domain = Domain("t in [0,1], B in (0,oo), u in (-oo,oo)")
    t, bound, u = domain
    risk, best = (_risk(sympy.exp(-score), sympy.exp(score), t) for score in (u, bound))

    def proof(k: Proof) -> Any:
        x = k.fresh("x in (-oo,oo)")
        lines = [k.tangent(sympy.exp(x), x, at, value) for at, value in ((-bound, -u), (bound, u))]
        k.show(bound - u, ">=", 0, by=[k.hypothesis(0)])
        falling = ((bound - u) / 2, k.hypothesis(1))
        return k.show(risk, ">=", best, by=[((1 + t) / 2, lines[0]), ((1 - t) / 2, lines[1]), falling])

    given = ((u, "<=", bound), ((1 + t) * sympy.exp(-bound), ">=", shift * (1 - t) * sympy.exp(bound)))
    return ForAll(domain, risk, ">=", best, given=given), chain(proof)


logistic_best_score_is_the_bound.false_if("the threshold were lower", shift=Fraction(1, 2))
exponential_best_score_is_the_bound.false_if("the threshold were lower", shift=Fraction(1, 2))


# -- squared hinge ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=(1-u)_+^2,\ u\le B\le t:\quad C_t(u)\ge1-2tB+B^2",
)  # fmt: skip
def quadratic_best_score_is_the_bound(factor: Constant = 1) -> Stated:
    """Tangents of the squares at 1-B and 1+B, and the hinges are at least 1-u and 1+u: so T(t) = 2tB - B^2."""
    domain = Domain("t in [0,1], B in (0,1], u in (-oo,oo)")
    t, bound, u = domain
    risk, least = _risk(_ramp(u) ** 2, _ramp(-u) ** 2, t), 1 - 2 * t * bound + bound**2

    def proof(k: Proof) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - u)
        n, _, beyond, _ = k.part(k.fresh("n in [0,oo)"), 1 + u)
        up, down = (1 + t) / 2, (1 - t) / 2
        named = [(-up * (m.lhs + m.rhs), m), (-down * (n.lhs + n.rhs), n)]
        squares = [(up, k.sign((m.lhs - 1 + bound) ** 2, ">=")), (down, k.sign((n.lhs - 1 - bound) ** 2, ">="))]
        lines = [(2 * up * (1 - bound), above), (2 * down * (1 + bound), beyond)]
        k.show(t - bound, ">=", 0, by=[k.hypothesis(1)])
        return k.show(risk, ">=", least, by=[*named, *squares, *lines, (2 * (t - bound), k.hypothesis(0))])

    given = ((u, "<=", bound), (bound, "<=", t))
    return ForAll(domain, factor * risk, ">=", least, given=given), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=(1-u)_+^2,\ B\le1:\quad C_t(B)\le1-2tB+B^2",
)  # fmt: skip
def quadratic_bound_attained(factor: Constant = 1) -> Stated:
    """With `quadratic_best_score_is_the_bound`: the transform is 2tB - B^2 for B <= t."""
    domain = Domain("t in [0,1], B in (0,1]")
    t, bound = domain
    risk = _risk(_ramp(bound) ** 2, (1 + bound) ** 2, t)
    least = 1 - 2 * t * bound + bound**2

    def proof(k: Proof) -> Any:
        m, *_ = k.part(k.fresh("m in [0,oo)"), 1 - bound)
        below = k.power(k.at_most(m, 1 - bound), 2)
        return k.show(risk, "<=", least, by=[((1 + t) / 2 * (m.lhs + m.rhs), m), ((1 + t) / 2, below)])

    return ForAll(domain, factor * risk, "<=", least), chain(proof)


quadratic_best_score_is_the_bound.false_if("the risk were 1 % smaller", factor=_LESS)
quadratic_bound_attained.false_if("the risk were 1 % larger", factor=_ONE_PERCENT)


# -- sigmoid and rho-margin: not convex ------------------------------------------------------------------------------


def _sigmoid_risk(u: Any, slope: Any, t: Any) -> sympy.Expr:
    """The conditional risk of ``1 - tanh(k u)``, written as ``2/(1 + exp(2 k u))``."""
    import sympy

    right, wrong = (2 / (1 + sympy.exp(2 * slope * score)) for score in (u, -u))
    return _risk(right, wrong, t)


def _sigmoid_falls(k: Proof, slope: Any, high: Any, low: Any, above: Any) -> Any:
    """``1/(1+exp(2k low)) >= 1/(1+exp(2k high))`` where ``above`` says that high >= low."""
    import sympy

    steeper = k.exponential(k.show(2 * slope * high, ">=", 2 * slope * low, by=[(2 * slope, above)]))
    one_more = k.show(1 + sympy.exp(2 * slope * high), ">=", 1 + sympy.exp(2 * slope * low), by=[steeper])
    return k.power(one_more, -1)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=1-\tanh(ku),\ u\le B:\quad C_t(u)\ge1-t\tanh(kB)",
)  # fmt: skip
def sigmoid_best_score_is_the_bound(c: Constant = 1) -> Stated:
    """The risk is 1 - t tanh(ku): the largest allowed score is always best, so that T(t) = t tanh(kB)."""
    import sympy

    domain = Domain("t in [0,1], k in (0,oo), B in (0,oo), u in (-oo,oo)")
    t, slope, bound, u = domain
    risk, power = _sigmoid_risk(u, slope, t), sympy.exp(2 * slope * bound)
    best = 1 - t * (power - 1) / (power + 1)  # tanh in exponentials; the risk of the score B

    def proof(k: Proof) -> Any:
        falls = _sigmoid_falls(k, slope, bound, u, k.hypothesis(0))
        return k.show(risk, ">=", best, by=[(2 * t, falls)])

    return ForAll(domain, risk, ">=", c * best, given=((u, "<=", bound),)), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight",
    says=r"\varphi(u)=1-\tanh(ku),\ v\ge0:\quad C_t(-v)\ge1=C_t(0)",
)  # fmt: skip
def sigmoid_wrong_sign(c: Constant = 1) -> Stated:
    """No wrong-sign score is better than 0, although the loss is not convex."""
    domain = Domain("t in [0,1], k in (0,oo), v in [0,oo)")
    t, slope, v = domain
    risk = _sigmoid_risk(-v, slope, t)

    def proof(k: Proof) -> Any:
        falls = _sigmoid_falls(k, slope, 0, -v, k.sign(v, ">="))
        return k.show(risk, ">=", 1, by=[(2 * t, falls)])

    return ForAll(domain, risk, ">=", c), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    says=r"\varphi(u)=\min\{(1-\tfrac u\rho)_+,1\},\ 0\le u\le B:\quad C_t(u)\ge C_t(B),\ C_t(-u)\ge C_t(-B)",
)  # fmt: skip
def rho_margin_best_scores_are_the_bounds(weight: Constant = 1) -> Stated:
    """The loss is 1 for the wrong label and falls for the right one: T(t) = C_t(-B) - C_t(B) = t min(B, rho)/rho.

    One statement for both signs: t and -t; ``weight`` scales the loss of the score B.
    """
    import sympy

    domain = Domain("t in [-1,1], rho in (0,oo), B in (0,oo), u in [0,oo)")
    t, rho, bound, u = domain
    risk, best = (_risk(sympy.Max(0, 1 - score / rho), 1, t) for score in (u, bound))

    def proof(k: Proof) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - u / rho)
        n, *_ = k.part(k.fresh("n in [0,oo)"), 1 - bound / rho)
        k.show(m.lhs - 1 + bound / rho, ">=", 0, by=[above, (1 / rho, k.hypothesis(0))])
        half = (1 + t) / 2
        return k.show(risk, ">=", best, by=[(half, k.at_most(n, m.lhs)), (half, n), (-half, m)])

    best = _risk(weight * sympy.Max(0, 1 - bound / rho), 1, t) if weight != 1 else best
    return ForAll(domain, risk, ">=", best, given=((u, "<=", bound),)), chain(proof)


sigmoid_best_score_is_the_bound.false_if("the best risk were 1 % larger", c=_ONE_PERCENT)
sigmoid_wrong_sign.false_if("the best risk were 1 % larger", c=_ONE_PERCENT)
rho_margin_best_scores_are_the_bounds.false_if("the loss of the bound were 1 % larger", weight=_ONE_PERCENT)
