r"""The probability margin p_y - p_k: its sign, its size and its gradient, for every number of classes.

z is the score of the true class y, ``z - g`` that of the strongest other class k (g is the logit margin), r the scores
of the further classes, over which `Sig` sums; p = softmax. In statements about probabilities alone q and r stand for
p_y and p_k, and p for the further classes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "pma"
_ONE_PERCENT = Fraction(101, 100)


def _scores(names: tuple[str, ...]) -> Any:
    def sample(rng: random.Random) -> Any:
        point = {name: Fraction(rng.randint(1, 12), 4) * (1 if name == "g" else rng.choice((-1, 1))) for name in names}
        return point, [{"r": Fraction(rng.randint(-12, 12), 4)} for _ in range(rng.randint(0, 4))]

    return sample


# -- the sign -------------------------------------------------------------------------------------------------------


def _pair(g_range: str) -> tuple[Any, ...]:
    """Return domain, per-class domain, g and the probabilities of y and k where the logit margin is g."""
    import sympy

    domain, each = Domain(f"z in (-oo,oo), g in {g_range}"), Domain("r in (-oo,oo)")
    (z, g), (r,) = domain, each
    total = sympy.exp(z) + sympy.exp(z - g) + Sig(sympy.exp(r))
    return domain, each, g, sympy.exp(z) / total, sympy.exp(z - g) / total


@claim(
    paper=_PAPER,
    where="probability margin and logit margin",
    expected="proved",
    strength="identity",
    says=r"z_y-z_k=g\in\mathbb R:\quad p_y-p_k=(p_y+p_k)\tanh\frac g2,\quad\tanh\frac g2=\frac{1-e^{-g}}{1+e^{-g}}",
)
def margin_is_scaled_tanh(c: Constant = 1) -> Stated:
    """The factor p_y + p_k is positive: the two margins have one sign, and vanish together."""
    import sympy

    domain, each, g, p_y, p_k = _pair("(-oo,oo)")
    scaled = (p_y + p_k) * (1 - sympy.exp(-g)) / (1 + sympy.exp(-g))
    method = chain(lambda k: k.identity(p_y - p_k, scaled), _scores(("z", "g")))
    return ForEveryN(domain, each, (), p_y - p_k, "==", c * scaled), method


margin_is_scaled_tanh.false_if("it were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where="probability margin and logit margin",
    expected="proved",
    strength="lower",
    assumptions=(
        "z_y < z_k is the same statement with y and k exchanged; z_y = z_k: p_y = p_k by margin_is_scaled_tanh",
    ),
    says=r"z_y>z_k\ \Rightarrow\ p_y-p_k>0",
)
def same_sign(side: Constant = 1) -> Stated:
    """The softmax increases in the own score: e^z - e^(z-g) = e^z (1 - e^-g).

    As the signs agree for each k, the strongest other class is the same in scores and in probabilities, and the sign of
    p_y - max p_k is that of z_y - max z_k: an attack succeeds on both or on neither.
    """
    import sympy

    domain, each, g, p_y, p_k = _pair("(0,oo)")

    def proof(k: Proof) -> Any:
        return k.show(p_y - p_k, ">", 0, by=[(p_y, k.sign(1 - sympy.exp(-g), ">"))])

    return ForEveryN(domain, each, (), side * (p_y - p_k), ">", 0), chain(proof, _scores(("z", "g")))


@claim(
    paper=_PAPER,
    where="probability margin and logit margin",
    expected="proved",
    strength="tight",
    says=r"z_y-z_k=g\ge0:\quad p_y-p_k\le\tanh\frac g2=\frac{1-e^{-g}}{1+e^{-g}}",
)
def margin_is_capped(c: Constant = 1) -> Stated:
    """As p_y - p_k = (p_y + p_k) tanh(g/2); equality for two classes."""
    import sympy

    domain, each, g, p_y, p_k = _pair("[0,oo)")
    cap = (1 - sympy.exp(-g)) / (1 + sympy.exp(-g))

    def proof(k: Proof) -> Any:
        others = k.sign(Sig(sympy.exp(each.symbols[0])) * p_y, ">=")
        lost = sympy.exp(-domain.symbols[0]) * cap
        return k.show(p_y - p_k, "<=", cap, by=[(lost, others)])

    return ForEveryN(domain, each, (), c * (p_y - p_k), "<=", cap), chain(proof, _scores(("z", "g")))


same_sign.false_if("it were the other way round", side=-1)
margin_is_capped.false_if("the cap were 1 % smaller", c=_ONE_PERCENT)


# -- the gradient ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Named:
    """Scores of y, k and perhaps of one more class o, the rest unnamed; probabilities and margin."""

    domain: Domain
    each: Domain

    @property
    def total(self) -> Any:
        import sympy

        return sum(map(sympy.exp, self.domain.symbols)) + Sig(sympy.exp(self.each.symbols[0]))

    @property
    def p(self) -> tuple[Any, ...]:
        import sympy

        return tuple(sympy.exp(score) / self.total for score in self.domain.symbols)

    @property
    def margin(self) -> Any:
        return self.p[0] - self.p[1]


def _derivative(number: int, formula: Any, c: Constant) -> Stated:
    names = ("y", "k", "o")[: max(2, number + 1)]
    at = _Named(Domain(", ".join(f"{name} in (-oo,oo)" for name in names)), Domain("r in (-oo,oo)"))
    slope = at.margin.diff(at.domain.symbols[number])
    method = chain(lambda proof: proof.identity(slope, formula(at)), _scores(names))
    return ForEveryN(at.domain, at.each, (), slope, "==", c * formula(at)), method


_GRADIENT = "gradient of the probability margin, p_y (e_y - p) - p_k (e_k - p)"


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial(p_y-p_k)}{\partial z_y}=p_y\bigl(1-(p_y-p_k)\bigr)",
)
def gradient_true_class(c: Constant = 1) -> Stated:
    """Derivative of the softmax."""
    return _derivative(0, lambda at: at.p[0] * (1 - at.margin), c)


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial(p_y-p_k)}{\partial z_k}=-p_k\bigl(1+(p_y-p_k)\bigr)",
)
def gradient_rival(c: Constant = 1) -> Stated:
    """Derivative of the softmax."""
    return _derivative(1, lambda at: -at.p[1] * (1 + at.margin), c)


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    says=r"\frac{\partial(p_y-p_k)}{\partial z_j}=-p_j(p_y-p_k),\quad j\ne y,k",
)
def gradient_other_class(c: Constant = 1) -> Stated:
    """Derivative of the softmax."""
    return _derivative(2, lambda at: -at.p[2] * at.margin, c)


gradient_true_class.false_if("it were 1 % larger", c=_ONE_PERCENT)
gradient_rival.false_if("it were 1 % larger", c=_ONE_PERCENT)
gradient_other_class.false_if("it were 1 % larger", c=_ONE_PERCENT)


# -- how it vanishes ------------------------------------------------------------------------------------------------


def _probabilities() -> tuple[Any, ...]:
    domain, each = Domain("q in [0,1], r in [0,1]"), Domain("p in [0,1]")
    (q, r), (p,) = domain, each
    return domain, each, ((q + r + Sig(p), "==", 1),), q, r, p


def _simplex(rng: random.Random) -> Any:
    from theory.classification.samples import simplex

    first, second, *rest = simplex(rng, rng.randint(2, 5))
    return {"q": first, "r": second}, [{"p": value} for value in rest]


@claim(
    paper=_PAPER,
    where=_GRADIENT,
    expected="proved",
    strength="identity",
    uses=("pma.gradient_true_class", "pma.gradient_rival", "pma.gradient_other_class"),
    assumptions=("the derivatives are those of the claims that are used, in q = p_y, r = p_k and the other p",),
    says=r"\sum_j\frac{\partial(p_y-p_k)}{\partial z_j}=0",
)
def gradient_adds_up_to_zero(rival: Constant = 1) -> Stated:
    """A common shift of the scores changes no probability."""
    domain, each, given, q, r, p = _probabilities()

    def total(weight: Any) -> Any:
        return q * (1 - q + r) - weight * r * (1 + q - r) - Sig(p * (q - r))

    def proof(k: Proof) -> Any:
        return k.show(total(1), "==", 0, by=[(-(q - r), k.hypothesis(0))])

    return ForEveryN(domain, each, given, total(rival), "==", 0), chain(proof, _simplex)


@claim(
    paper=_PAPER,
    where="vanishing gradient of the probability margin",
    expected="proved",
    strength="tight",
    uses=("pma.gradient_true_class",),
    assumptions=("the derivative is that of gradient_true_class",),
    says=r"\frac{\partial(p_y-p_k)}{\partial z_y}\le2p_y(1-p_y)",
)
def gradient_vanishes(c: Constant = 1) -> Stated:
    """As p_k <= 1 - p_y; equality for two classes.

    Where p_y >= p_k all other components are <= 0 and add up to its negative, so the l1 norm of the gradient is twice
    this component: at most 4 (1 - p_y). The gradient e_y - e_k of the logit margin has l1 norm 2 everywhere.
    """
    domain, each, given, q, r, p = _probabilities()

    def proof(k: Proof) -> Any:
        rest = k.sum_up(k.sign(p, ">="))
        return k.show(q * (1 - q + r), "<=", 2 * q * (1 - q), by=[(q, k.hypothesis(0)), (q, rest)])

    return ForEveryN(domain, each, given, c * q * (1 - q + r), "<=", 2 * q * (1 - q)), chain(proof, _simplex)


@claim(
    paper=_PAPER,
    where="vanishing gradient of the probability margin",
    expected="proved",
    strength="tight",
    uses=("pma.gradient_true_class",),
    assumptions=("the derivative is that of gradient_true_class",),
    says=r"\frac{\partial(p_y-p_k)}{\partial z_y}\ge p_y(1-p_y)",
)
def gradient_vanishes_no_faster(c: Constant = 1) -> Stated:
    """The rate is exactly first order in 1 - p_y, as for cross-entropy, whose component is 1 - p_y."""
    domain, each, given, q, r, _p = _probabilities()

    def proof(k: Proof) -> Any:
        return k.show(q * (1 - q + r), ">=", q * (1 - q), by=[k.sign(q * r, ">=")])

    return ForEveryN(domain, each, given, q * (1 - q + r), ">=", c * q * (1 - q)), chain(proof, _simplex)


gradient_adds_up_to_zero.false_if("the rival's component counted for 1 % more", rival=_ONE_PERCENT)
gradient_vanishes.false_if("the bound were 1 % smaller", c=_ONE_PERCENT)
gradient_vanishes_no_faster.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
