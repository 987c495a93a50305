r"""The multi-focal modifier: its reductions, its slopes, and where it enlarges gradients.

For one class with probability p the loss is ``-(1-p)^a log p`` of a positive and ``-p^b log(1-p)`` of a negative label;
the focus a, b >= 0 differs between positives and negatives and between frequent and rare classes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "learning_in_imperfect_environment", "multi-focal modifier", "as usually quoted"


def positive_loss(p: sympy.Expr, focus: sympy.Expr) -> sympy.Expr:
    """Return ``-(1-p)^focus log p``.

    Examples
    --------
    >>> import sympy
    >>> positive_loss(sympy.Rational(1, 2), sympy.Integer(1))
    log(2)/2
    """
    import sympy

    return -((1 - p) ** focus) * sympy.log(p)


def negative_loss(p: sympy.Expr, focus: sympy.Expr) -> sympy.Expr:
    """Return ``-p^focus log(1-p)``.

    Examples
    --------
    >>> import sympy
    >>> negative_loss(sympy.Rational(1, 2), sympy.Integer(0))
    log(2)
    """
    import sympy

    return -(p**focus) * sympy.log(1 - p)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\gamma_+=\gamma_-=\gamma:\ L(p,y)=-(1-p_t)^\gamma\log p_t,\quad p_t=p\text{ or }1-p",
)
def equal_focus_is_focal_loss(difference: Constant = 0) -> Stated:
    """A negative label with probability p costs what a positive one does with 1 - p."""
    domain = Domain("p in (0,1), G in [0,oo)")
    p, gamma = domain
    negative, focal = negative_loss(p, gamma + difference), positive_loss(1 - p, gamma)
    return ForAll(domain, negative, "==", focal), chain(lambda k: k.identity(negative, focal))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\gamma_\pm=0:\ L(p,y)=-y\log p-(1-y)\log(1-p)",
)
def no_focus_is_cross_entropy(focus: Constant = 0) -> Stated:
    """Powers zero; y in [0, 1] weighs the two labels."""
    import sympy

    domain = Domain("p in (0,1), y in [0,1]")
    p, y = domain
    focus = sympy.sympify(focus)
    loss = y * positive_loss(p, focus) + (1 - y) * negative_loss(p, focus)
    entropy = -y * sympy.log(p) - (1 - y) * sympy.log(1 - p)
    return ForAll(domain, loss, "==", entropy), chain(lambda k: k.identity(loss, entropy))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"\tfrac{d}{dp}\,p^\gamma\log(1-p)<0,\quad\gamma\ge0,\ 0<p<1",
)
def negative_loss_increases(lowest: Constant = 0) -> Stated:
    """Both terms of the derivative have one sign."""
    domain = Domain(f"p in (0,1), G in [{lowest},oo)")
    p, gamma = domain
    slope = -negative_loss(p, gamma).diff(p)
    return ForAll(domain, slope, "<", 0), chain(lambda k: k.show(slope, "<", 0, by=[k.sign(-slope, ">")]))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"\tfrac{d}{dp}\bigl(-(1-p)^\gamma\log p\bigr)<0,\quad\gamma\ge0,\ 0<p<1",
)
def positive_loss_decreases(lowest: Constant = 0) -> Stated:
    """Both terms of the derivative have one sign."""
    domain = Domain(f"p in (0,1), G in [{lowest},oo)")
    p, gamma = domain
    slope = positive_loss(p, gamma).diff(p)
    return ForAll(domain, slope, "<", 0), chain(lambda k: k.show(slope, "<", 0, by=[k.sign(-slope, ">")]))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="upper",
    says=r"-(1-p)^\gamma\log p\le-\log p,\quad\gamma\ge0,\ 0<p<1",
)
def modifier_never_enlarges_the_loss(lowest: Constant = 0) -> Stated:
    """The modifier is at most 1."""
    import sympy

    domain = Domain(f"p in (0,1), G in [{lowest},oo)")
    p, gamma = domain

    def proof(k: Proof) -> Any:
        most = k.sign(1 - (1 - p) ** gamma, ">=")
        return k.show(positive_loss(p, gamma), "<=", -sympy.log(p), by=[(-sympy.log(p), most)])

    return ForAll(domain, positive_loss(p, gamma), "<=", -sympy.log(p)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="upper",
    says=r"\bigl|\tfrac{d}{dp}(1-p)^2\log p\bigr|\le\bigl|\tfrac{d}{dp}\log p\bigr|,"
    r"\quad\tfrac1{100}\le p\le\tfrac{99}{100}",
)
def modifier_never_enlarges_the_gradient(lowest: Constant = Fraction(1, 100)) -> Stated:
    """The modifier enlarges the gradient of wrongly classified positives (gamma = 2, p near 1/5); not for p >= 1/2."""
    domain = Domain(f"p in [{lowest},99/100]")
    (p,) = domain
    return ForAll(domain, -positive_loss(p, 2).diff(p), "<=", 1 / p), boxes()


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="lemma",
    says=r"-p\log p\le-(1-p)\log(1-p),\quad\tfrac12\le p<1",
)
def larger_probability_has_the_smaller_entropy_term(lowest: Constant = Fraction(1, 2)) -> Stated:
    """Divided by 1 - p the difference grows from 0: its slope is at least ``(2 - 1/p)/(1-p)``."""
    import sympy

    domain = Domain(f"p in [{lowest},1)")
    (p,) = domain
    ratio = p * sympy.log(p) / (1 - p)
    difference = ratio - sympy.log(1 - p)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 / p)
        slope = difference.diff(p)
        small = k.sign((2 * p - 1) / (p * (1 - p)), ">=")
        growing = k.show(slope, ">=", 0, by=[(1 / (1 - p) ** 2, line), small])
        return k.show(-ratio, "<=", -sympy.log(1 - p), by=[k.grows(growing, difference, p)])

    return ForAll(domain, -ratio, "<=", -sympy.log(1 - p)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="upper",
    corrects="learning_in_imperfect_environment.modifier_never_enlarges_the_gradient",
    says=r"\bigl|\tfrac{d}{dp}(1-p)^\gamma\log p\bigr|\le\bigl|\tfrac{d}{dp}\log p\bigr|,"
    r"\quad\gamma\ge0,\ \tfrac12\le p<1",
)
def modifier_never_enlarges_the_gradient_when_right(lowest: Constant = Fraction(1, 2)) -> Stated:
    """``1 + gamma c <= exp(gamma log(1/(1-p)))`` with ``c = -p log p/(1-p)``; below p = 1/2 small foci break it."""
    import sympy

    domain = Domain(f"p in [{lowest},1), G in [0,oo)")
    p, gamma = domain
    steepness = -positive_loss(p, gamma).diff(p)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        smaller = k.apply(larger_probability_has_the_smaller_entropy_term, {"p": p})
        line = k.tangent(sympy.exp(v), v, 0, -gamma * sympy.log(1 - p))
        weight = (1 - p) ** gamma / p
        return k.show(steepness, "<=", 1 / p, by=[(weight, line), (gamma * weight, smaller)])

    return ForAll(domain, steepness, "<=", 1 / p), chain(proof)


equal_focus_is_focal_loss.false_if("negatives had a focus larger by 1", difference=1)
no_focus_is_cross_entropy.false_if("the focus were 1", focus=1)
negative_loss_increases.false_if("the focus could be -2", lowest=-2)
positive_loss_decreases.false_if("the focus could be -2", lowest=-2)
modifier_never_enlarges_the_loss.false_if("the focus could be negative", lowest=-1)
larger_probability_has_the_smaller_entropy_term.false_if("p could be 2/5", lowest=Fraction(2, 5))
modifier_never_enlarges_the_gradient_when_right.false_if("the positive could have 2/5", lowest=Fraction(2, 5))
modifier_never_enlarges_the_gradient.true_if("the positive were classified rightly", lowest=Fraction(1, 2))
