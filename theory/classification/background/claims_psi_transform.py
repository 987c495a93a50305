r"""The psi-transforms of the hinge, squared, truncated squared, exponential and logistic losses in closed form.

``psi(t) = inf over wrong-sign scores of the conditional risk - inf over all scores`` at the posterior (1+t)/2. For
convex Phi with Phi'(0) < 0 the first infimum is Phi(0)
(`theory.classification.background.claims_growth.wrong_sign_costs_value_at_zero`), so that ``Phi(0) - psi(t)`` is
the least conditional risk. Each loss has two claims: no score has a smaller risk, and one attains it (the truncated
square: `theory.classification.background.claims_score_bound.quadratic_bound_attained` at B = t).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import margin_risk, two_class_transform
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM, _WHERE = "bartlett", "as usually quoted", "psi-transform, examples"
_LESS, _ONE_PERCENT = Fraction(99, 100), Fraction(101, 100)


def hinge(u: sympy.Expr) -> sympy.Expr:
    """``max(0, 1 - u)``."""
    import sympy

    return sympy.Max(0, 1 - u)


def exponential(u: sympy.Expr) -> sympy.Expr:
    """``exp(-u)``."""
    import sympy

    return sympy.exp(-u)


def logistic(u: sympy.Expr) -> sympy.Expr:
    """``log(1 + exp(-u))``."""
    import sympy

    return sympy.log(1 + sympy.exp(-u))


def conditional_risk(loss: Callable[[Any], Any], u: Any, t: Any) -> Any:
    """Return the risk of the score u where the posterior is (1+t)/2.

    Examples
    --------
    >>> import sympy
    >>> t = sympy.Symbol("t", positive=True)
    >>> sympy.simplify(conditional_risk(hinge, sympy.Integer(1), t))
    1 - t
    """
    return margin_risk(loss(u), loss(-u), t)


def _least(loss: Callable[[Any], Any], least: Callable[[Any], Any], proof: Any, factor: Any, t_range: str) -> Any:

    domain = Domain(f"t in {t_range}, u in (-oo,oo)")
    t, u = domain
    risk, bound = conditional_risk(loss, u, t), least(t)
    return ForAll(domain, factor * risk, ">=", bound), chain(lambda k: proof(k, t, u, risk, bound))


def _attained(loss: Callable[[Any], Any], least: Callable[[Any], Any], score: Any, factor: Any, t_range: str) -> Any:
    import sympy

    domain = Domain(f"t in {t_range}")
    (t,) = domain
    risk, bound = conditional_risk(loss, sympy.sympify(score(t)), t), least(t)
    return ForAll(domain, risk, "==", factor * bound), chain(lambda k: k.identity(risk, bound))


def _positive_parts(k: Proof, u: Any) -> Any:
    """Name m = max(0, 1-u) and n = max(0, 1+u), so that m + n >= 2."""
    m, _, above, _ = k.part(k.fresh("m in [0,oo)"), 1 - u)
    n, _, beyond, _ = k.part(k.fresh("n in [0,oo)"), 1 + u)
    both = k.show(m.lhs + n.lhs, ">=", 2, by=[above, beyond])
    return m, n, both


# -- hinge: psi(t) = t ----------------------------------------------------------------------------------------------


def _rests_on(name: str) -> tuple[str, str]:
    """A transform is Phi(0), the least wrong-sign risk, less the least risk; where that is attained is the claim."""
    return f"bartlett.{name}_minimum", "growth.wrong_sign_costs_value_at_zero"


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\tfrac{1+t}2(1-u)_++\tfrac{1-t}2(1+u)_+\ge1-t",
)
def hinge_minimum(factor: Any = 1) -> Any:
    """The two hinges add up to at least 2."""

    def proof(k: Proof, t: Any, u: Any, risk: Any, bound: Any) -> Any:
        m, n, both = _positive_parts(k, u)
        more = k.sign(t * m.lhs, ">=")
        return k.show(risk, ">=", bound, by=[(-(1 + t) / 2, m), (-(1 - t) / 2, n), ((1 - t) / 2, both), more])

    return _least(hinge, lambda t: 1 - t, proof, factor, "[0,1]")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    uses=_rests_on("hinge"),
    says=r"C_t(1)=1-t,\quad\text{so that}\ \psi(t)=t",
)
def hinge_transform(factor: Any = 1) -> Any:
    """Attained at the score 1."""
    return _attained(hinge, lambda t: 1 - t, lambda t: 1, factor, "[0,1]")


# -- squares: psi(t) = t^2 ------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\tfrac{1+t}2(1-u)^2+\tfrac{1-t}2(1+u)^2\ge1-t^2",
)
def square_minimum(factor: Any = 1) -> Any:
    """The difference is (u - t)^2."""

    def proof(k: Proof, t: Any, u: Any, risk: Any, bound: Any) -> Any:
        return k.show(risk, ">=", bound, by=[k.sign((u - t) ** 2, ">=")])

    return _least(lambda u: (1 - u) ** 2, lambda t: 1 - t**2, proof, factor, "[0,1]")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    uses=_rests_on("square"),
    says=r"C_t(t)=1-t^2,\quad\text{so that}\ \psi(t)=t^2",
)
def square_transform(factor: Any = 1) -> Any:
    """Attained at the score t."""
    return _attained(lambda u: (1 - u) ** 2, lambda t: 1 - t**2, lambda t: t, factor, "[0,1]")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\tfrac{1+t}2(1-u)_+^2+\tfrac{1-t}2(1+u)_+^2\ge1-t^2",
)
def truncated_square_minimum(factor: Any = 1) -> Any:
    """Tangents of the squares at 1 - t and 1 + t, and the two hinges add up to at least 2."""

    def proof(k: Proof, t: Any, u: Any, risk: Any, bound: Any) -> Any:
        m, n, both = _positive_parts(k, u)
        squares = [k.sign((part.lhs - at) ** 2, ">=") for part, at in ((m, 1 - t), (n, 1 + t))]
        up, down = (1 + t) / 2, (1 - t) / 2
        named = [(-up * (m.lhs + m.rhs), m), (-down * (n.lhs + n.rhs), n)]
        return k.show(risk, ">=", bound, by=[(up, squares[0]), (down, squares[1]), (1 - t**2, both), *named])

    return _least(lambda u: hinge(u) ** 2, lambda t: 1 - t**2, proof, factor, "[0,1]")


# -- exponential: psi(t) = 1 - sqrt(1 - t^2) ------------------------------------------------------------------------


def _root(t: Any) -> Any:
    return (1 - t**2) ** Fraction(1, 2)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\tfrac{1+t}2e^{-u}+\tfrac{1-t}2e^u\ge\sqrt{1-t^2}",
)
def exponential_minimum(factor: Any = 1) -> Any:
    """Arithmetic and geometric mean."""
    import sympy

    def proof(k: Proof, t: Any, u: Any, risk: Any, bound: Any) -> Any:
        roots = sympy.sqrt((1 + t) / 2) * sympy.exp(-u / 2), sympy.sqrt((1 - t) / 2) * sympy.exp(u / 2)
        return k.show(risk, ">=", bound, by=[k.sign((roots[0] - roots[1]) ** 2, ">=")])

    return _least(exponential, _root, proof, factor, "[0,1]")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    uses=_rests_on("exponential"),
    says=r"C_t\bigl(\tfrac12\log\tfrac{1+t}{1-t}\bigr)=\sqrt{1-t^2},\ t<1,\quad"
    r"\text{so that}\ \psi(t)=1-\sqrt{1-t^2}",
)
def exponential_transform(factor: Any = 1) -> Any:
    """Attained at half the log-odds."""
    import sympy

    return _attained(exponential, _root, lambda t: sympy.log((1 + t) / (1 - t)) / 2, factor, "[0,1)")


# -- logistic: psi = T_1 --------------------------------------------------------------------------------------------


def _entropy(t: Any) -> Any:
    import sympy

    return sympy.log(2) - two_class_transform(t, sympy.Integer(1))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\tfrac{1+t}2\log(1+e^{-u})+\tfrac{1-t}2\log(1+e^u)\ge\log2-\mathcal T_1(t),\quad t<1",
)
def logistic_minimum(factor: Any = 1) -> Any:
    """Gibbs' inequality for the posteriors and the sigmoid."""
    import sympy

    def proof(k: Proof, t: Any, u: Any, risk: Any, bound: Any) -> Any:
        v = k.fresh("v in (0,oo)")
        posteriors = (1 + t) / 2, (1 - t) / 2
        sigmoids = 1 / (1 + sympy.exp(-u)), 1 / (1 + sympy.exp(u))
        lines = [k.tangent(sympy.log(v), v, 1, s / p) for p, s in zip(posteriors, sigmoids, strict=True)]
        return k.show(risk, ">=", bound, by=list(zip(posteriors, lines, strict=True)))

    return _least(logistic, _entropy, proof, factor, "[0,1)")


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    uses=_rests_on("logistic"),
    says=r"C_t\bigl(\log\tfrac{1+t}{1-t}\bigr)=\log2-\mathcal T_1(t),\ t<1,\quad"
    r"\text{so that}\ \psi(t)=\mathcal T_1(t)",
)
def logistic_transform(factor: Any = 1) -> Any:
    """Attained at the log-odds."""
    import sympy

    return _attained(logistic, _entropy, lambda t: sympy.log((1 + t) / (1 - t)), factor, "[0,1)")


hinge_minimum.false_if("the risk were 1 % smaller", factor=_LESS)
square_minimum.false_if("the risk were 1 % smaller", factor=_LESS)
truncated_square_minimum.false_if("the risk were 1 % smaller", factor=_LESS)
exponential_minimum.false_if("the risk were 1 % smaller", factor=_LESS)
logistic_minimum.false_if("the risk were 1 % smaller", factor=_LESS)
hinge_transform.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)
square_transform.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)
exponential_transform.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)
logistic_transform.false_if("the least risk were 1 % larger", factor=_ONE_PERCENT)
