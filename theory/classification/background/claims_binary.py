r"""Binary margin losses without a bound on the scores: wrong-sign scores, squares below, and the convex shortcut.

With posterior (1+t)/2 the conditional risk is ``C_t(u) = (1+t)/2 phi(u) + (1-t)/2 phi(-u)``, and the transform is
``T(t) = inf_{u <= 0} C_t(u) - inf_u C_t(u)``. For a convex loss the first infimum is phi(0): a wrong-sign score -v
costs at least ``-phi'(0) t v`` more. For a loss that is not convex this shortcut is false. Bounds on the scores are
the business of `theory.classification.background.claims_score_bound`, the closed forms that of
`theory.classification.background.claims_psi_transform`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import margin_risk as _risk
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "hcons_binary", "transforms of margin losses, linear hypotheses", "as usually quoted"
_ONE_PERCENT = Fraction(101, 100)


# -- squares below ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="lower",
    says=r"\tfrac{1+t}2\log(1+t)+\tfrac{1-t}2\log(1-t)\ge\tfrac12t^2,\quad 0\le t<1",
)  # fmt: skip
def logistic_above_square(c: Constant = 1) -> Stated:
    """Zero-one regret is at most sqrt(2 x) for a logistic regret x (natural logarithm).

    The second derivatives differ by t^2/(1-t^2), values and slopes at 0 not at all.
    """
    import sympy

    domain = Domain("t in [0,1)")
    (t,) = domain
    transform = ((1 + t) * sympy.log(1 + t) + (1 - t) * sympy.log(1 - t)) / 2

    def proof(k: Proof) -> Any:
        difference = transform - t**2 / 2
        slope = difference.diff(t)
        curvature = k.show(slope.diff(t), ">=", 0, by=[k.sign(t**2 / ((1 - t) * (1 + t)), ">=")])
        rising = k.grows(curvature, slope, t)
        return k.grows(k.show(slope, ">=", 0, by=[rising]), difference, t)

    return ForAll(domain, transform, ">=", c * t**2 / 2), chain(proof)


logistic_above_square.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="lower",
    says=r"1-\sqrt{1-t^2}\ge\tfrac12t^2",
)  # fmt: skip
def exponential_above_square(c: Constant = 1) -> Stated:
    """Zero-one regret is at most sqrt(2 x) for an exponential regret x: with x = sqrt(1-t^2) it is (1-x)^2/2 more."""
    import sympy

    domain = Domain("t in [0,1]")
    (t,) = domain
    transform = 1 - sympy.sqrt(1 - t**2)

    def proof(k: Proof) -> Any:
        return k.show(transform, ">=", t**2 / 2, by=[k.sign((1 - sympy.sqrt(1 - t**2)) ** 2 / 2, ">=")])

    return ForAll(domain, transform, ">=", c * t**2 / 2), chain(proof)


exponential_above_square.false_if("the constant were 1 % larger", c=_ONE_PERCENT)


# -- wrong-sign scores of convex losses ------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where="convexity of the logistic loss", expected="proved", strength="lemma",
    says=r"\log(1+e^x)\ge\log(1+e^a)+\frac{e^a}{1+e^a}(x-a)",
)  # fmt: skip
def logistic_tangent(c: Constant = 1) -> Stated:
    """Gibbs' inequality for the sigmoids at a and x: log z <= z - 1 at their quotients."""
    import sympy

    domain = Domain("x in (-oo,oo), a in (-oo,oo)")
    x, a = domain
    weight = sympy.exp(a) / (1 + sympy.exp(a))
    line = sympy.log(1 + sympy.exp(a)) + weight * (x - a)

    def proof(k: Proof) -> Any:
        z = k.fresh("z in (0,oo)")
        quotient = (1 + sympy.exp(a)) / (1 + sympy.exp(x))
        lines = [k.tangent(sympy.log(z), z, 1, value) for value in (sympy.exp(x - a) * quotient, quotient)]
        by = [(weight, lines[0]), (1 / (1 + sympy.exp(a)), lines[1])]
        return k.show(sympy.log(1 + sympy.exp(x)), ">=", line, by=by)

    return ForAll(domain, sympy.log(1 + sympy.exp(x)), ">=", c * line), chain(proof)


logistic_tangent.false_if("the line were 1 % higher", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\tfrac{1+t}2\log(1+e^v)+\tfrac{1-t}2\log(1+e^{-v})\ge\log2+\tfrac12tv,\quad v\ge0",
)  # fmt: skip
def logistic_wrong_sign(c: Constant = 1) -> Stated:
    """No wrong-sign score -v is better than the score 0: tangents of log(1+e^x) at 0."""
    import sympy

    domain = Domain("t in [0,1], v in [0,oo)")
    t, v = domain
    risk = _risk(sympy.log(1 + sympy.exp(v)), sympy.log(1 + sympy.exp(-v)), t)

    def proof(k: Proof) -> Any:
        lines = [k.apply(logistic_tangent, {"x": value, "a": 0}) for value in (v, -v)]
        by = [((1 + t) / 2, lines[0]), ((1 - t) / 2, lines[1])]
        return k.show(risk, ">=", sympy.log(2) + t * v / 2, by=by)

    return ForAll(domain, risk, ">=", sympy.log(2) + c * t * v / 2), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\tfrac{1+t}2e^v+\tfrac{1-t}2e^{-v}\ge1+tv,\quad v\ge0",
)  # fmt: skip
def exponential_wrong_sign(c: Constant = 1) -> Stated:
    """The same for the exponential loss: tangents of e^x at 0."""
    import sympy

    domain = Domain("t in [0,1], v in [0,oo)")
    t, v = domain
    risk = _risk(sympy.exp(v), sympy.exp(-v), t)

    def proof(k: Proof) -> Any:
        x = k.fresh("x in (-oo,oo)")
        lines = [k.tangent(sympy.exp(x), x, 0, value) for value in (v, -v)]
        return k.show(risk, ">=", 1 + t * v, by=[((1 + t) / 2, lines[0]), ((1 - t) / 2, lines[1])])

    return ForAll(domain, risk, ">=", 1 + c * t * v), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\tfrac{1+t}2(1+v)+\tfrac{1-t}2(1-v)_+\ge1+tv,\quad v\ge0",
)  # fmt: skip
def hinge_wrong_sign(c: Constant = 1) -> Stated:
    """The same for the hinge, which is at least its tangent 1 - v."""
    import sympy

    domain = Domain("t in [0,1], v in [0,oo)")
    t, v = domain
    risk = _risk(1 + v, sympy.Max(0, 1 - v), t)

    def proof(k: Proof) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - v)
        return k.show(risk, ">=", 1 + t * v, by=[(-(1 - t) / 2, m), ((1 - t) / 2, above)])

    return ForAll(domain, risk, ">=", 1 + c * t * v), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\tfrac{1+t}2(1+v)^2+\tfrac{1-t}2(1-v)_+^2\ge1+2tv,\quad v\ge0",
)  # fmt: skip
def quadratic_wrong_sign(c: Constant = 1) -> Stated:
    """The same for the squared hinge: with m = max(0, 1-v) its square is at least 2m - 1."""
    import sympy

    domain = Domain("t in [0,1], v in [0,oo)")
    t, v = domain
    risk = _risk((1 + v) ** 2, sympy.Max(0, 1 - v) ** 2, t)

    def proof(k: Proof) -> Any:
        m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - v)
        half = (1 - t) / 2
        by = [(-half * (m.lhs + m.rhs), m), (half, k.sign((m.lhs - 1) ** 2, ">=")), (2 * half, above)]
        return k.show(risk, ">=", 1 + 2 * t * v, by=[*by, k.sign((1 + t) / 2 * v**2, ">=")])

    return ForAll(domain, risk, ">=", 1 + 2 * c * t * v), chain(proof)


logistic_wrong_sign.false_if("the slope were 1 % larger", c=_ONE_PERCENT)
exponential_wrong_sign.false_if("the slope were 1 % larger", c=_ONE_PERCENT)
hinge_wrong_sign.false_if("the slope were 1 % larger", c=_ONE_PERCENT)
quadratic_wrong_sign.false_if("the slope were 1 % larger", c=_ONE_PERCENT)


# -- losses that are not convex --------------------------------------------------------------------------------------


def _margin_loss(name: str, u: sympy.Expr) -> sympy.Expr:
    import sympy

    ramp = sympy.Max(0, 1 - u)
    return sympy.Min(ramp, 1) if name == "rho-margin" else ramp


@claim(
    paper=_PAPER, where="transform of non-convex losses", expected="refuted", strength="upper",
    says=r"\varphi(u)=\min\{(1-u)_+,1\}:\quad \varphi(0)-\inf_u C_t(u)\le t",
)  # fmt: skip
def rho_margin_convex_shortcut(loss: str = "rho-margin") -> Any:
    """The shortcut T(t) = phi(0) - inf C_t of convex losses gives 1/2 at t = 0 for the rho-margin loss.

    The statement has the risk of the score 1 for the infimum, which is not larger.
    """
    import sympy

    domain = Domain("t in [0,1]")
    (t,) = domain
    at_zero, right, wrong = (_margin_loss(loss, sympy.Integer(u)) for u in (0, 1, -1))
    saving = at_zero - _risk(right, wrong, t)  # the score 1 is the best one
    return ForAll(domain, saving, "<=", t), boxes()


rho_margin_convex_shortcut.true_if("the loss were the hinge, which is convex", loss="hinge")


@claim(
    paper=_PAPER, where=_WHERE, form=_FORM, expected="proved", strength="tight",
    corrects="hcons_binary.rho_margin_convex_shortcut",
    says=r"\varphi(u)=\min\{(1-\tfrac u\rho)_+,1\},\ v\ge0:\quad C_t(-v)\ge C_t(\rho)+t",
)  # fmt: skip
def rho_margin_wrong_sign(c: Constant = 1) -> Stated:
    """The best wrong-sign score is -rho, not 0: v = rho costs just t more than the score rho, so that T(t) = t."""
    import sympy

    domain = Domain("t in [0,1], rho in (0,oo), v in [0,oo)")
    t, rho, v = domain
    wrong = _risk(1, sympy.Max(0, 1 - v / rho), t)  # phi(-v) = 1, and phi(v) <= 1 without being cut
    right = (1 - t) / 2  # phi(rho) = 0 and phi(-rho) = 1

    def proof(k: Proof) -> Any:
        m, nonnegative, _, _ = k.part(k.fresh("m in [0,oo)"), 1 - v / rho)
        return k.show(wrong, ">=", right + t, by=[(-(1 - t) / 2, m), ((1 - t) / 2, nonnegative)])

    return ForAll(domain, wrong, ">=", right + c * t), chain(proof)


rho_margin_wrong_sign.false_if("it cost 1 % more", c=_ONE_PERCENT)
