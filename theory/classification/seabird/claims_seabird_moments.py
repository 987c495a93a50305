r"""Second moments of the gradients of the dice, L1 and L2 losses under normal noise, and what they do and do not say.

A segment of length l is predicted with an offset eta ~ N(0, s^2). The dice loss of two segments of length l at distance
|eta| is ``min(|eta|/l, 1)``; L1 is ``|eta|``, L2 is ``eta^2/2``. With z = l/(s sqrt 2) the second moments of the
derivatives are ``erf(z)/l^2``, 1 and ``s^2``. The engine knows that erfc is positive, so erf is written 1 - erfc.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "seabird", "gradient moments in one dimension"
_ONE_PERCENT = Fraction(101, 100)
_POSITIVE = "l in (0,oo), s in (0,oo)"


def _erf(z: sympy.Expr) -> sympy.Expr:
    import sympy

    return 1 - sympy.erfc(z)


def _scaled(l: sympy.Expr, s: sympy.Expr) -> sympy.Expr:  # noqa: E741 - the length's name
    import sympy

    return l / (sympy.sqrt(2) * s)


def dice_moment(l: sympy.Expr, s: sympy.Expr) -> sympy.Expr:  # noqa: E741 - the length's name
    """``P(|eta| < l)/l^2``: the derivative of the dice loss is +-1/l where the segments overlap, else 0."""
    return _erf(_scaled(l, s)) / l**2


def _density(x: sympy.Expr, s: sympy.Expr) -> sympy.Expr:
    import sympy

    return sympy.exp(-(x**2) / (2 * s**2)) / (s * sympy.sqrt(2 * sympy.pi))


# -- the moments ----------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    assumptions=("both sides of l^2 E[g^2] = P(|eta| < l) vanish at l = 0",),
    says=r"\frac{d}{dl}\,\operatorname{erf}\Bigl(\frac l{\sqrt2\,s}\Bigr)=2\,\varphi_s(l)",
)  # fmt: skip
def dice_moment_by_density(c: Constant = 1) -> Stated:
    """P(|eta| < l) has the derivative 2 phi_s(l); so has the error function."""
    domain = Domain(_POSITIVE)
    l, s = domain  # noqa: E741
    lhs, rhs = _erf(_scaled(l, s)).diff(l), 2 * _density(l, s)
    return ForAll(domain, lhs, "==", c * rhs), chain(lambda k: k.identity(lhs, rhs))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    assumptions=("the left side vanishes at l = 0; as l grows it tends to s^2, the L2 moment",),
    says=r"\frac{d}{dl}\Bigl[s^2\operatorname{erf}\Bigl(\frac l{\sqrt2\,s}\Bigr)-2s^2l\,\varphi_s(l)\Bigr]"
    r"=2\,l^2\varphi_s(l)",
)  # fmt: skip
def square_moment_by_density(c: Constant = 1) -> Stated:
    """E[eta^2; |eta| < l] by parts."""
    domain = Domain(_POSITIVE)
    l, s = domain  # noqa: E741
    lhs = (s**2 * _erf(_scaled(l, s)) - 2 * s**2 * l * _density(l, s)).diff(l)
    rhs = 2 * l**2 * _density(l, s)
    return ForAll(domain, lhs, "==", c * rhs), chain(lambda k: k.identity(lhs, rhs))


dice_moment_by_density.false_if("the density were 1 % larger", c=_ONE_PERCENT)
square_moment_by_density.false_if("the density were 1 % larger", c=_ONE_PERCENT)


# -- who is smaller -------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"\operatorname{erf}(z)\le\frac{2z}{\sqrt\pi},\quad z\ge0",
)  # fmt: skip
def erf_below_line(c: Constant = 1) -> Stated:
    """The difference has the derivative 2/sqrt(pi) (1 - exp(-z^2))."""
    import sympy

    domain = Domain("z in [0,oo)")
    (z,) = domain
    slope = 2 / sympy.sqrt(sympy.pi)
    gap = slope * z - _erf(z)

    def proof(k: Proof) -> Any:
        rising = k.show(gap.diff(z), ">=", 0, by=[(slope, k.sign(1 - sympy.exp(-(z**2)), ">="))])
        return k.grows(rising, gap, z)

    return ForAll(domain, _erf(z), "<=", c * slope * z), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"\operatorname{erf}(z)\ge\frac{2z}{\sqrt\pi}\,e^{-z^2},\quad z\ge0",
)  # fmt: skip
def erf_above_density(c: Constant = 1) -> Stated:
    """The difference has the derivative 4 z^2 exp(-z^2)/sqrt(pi)."""
    import sympy

    domain = Domain("z in [0,oo)")
    (z,) = domain
    bound = 2 * z * sympy.exp(-(z**2)) / sympy.sqrt(sympy.pi)
    gap = _erf(z) - bound

    def proof(k: Proof) -> Any:
        growth = k.sign(4 * z**2 * sympy.exp(-(z**2)) / sympy.sqrt(sympy.pi), ">=")
        return k.grows(k.show(gap.diff(z), ">=", 0, by=[growth]), gap, z)

    return ForAll(domain, _erf(z), ">=", c * bound), chain(proof)


erf_below_line.false_if("the line were 1 % lower", c=Fraction(99, 100))
erf_above_density.false_if("the bound were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"x\ge y,\ f>0\ \Rightarrow\ xf\ge yf",
)  # fmt: skip
def scaled_inequality(c: Constant = 1) -> Stated:
    """Multiply by a positive factor: for terms that are not multiplied out, such as the error function."""
    domain = Domain("x in (-oo,oo), y in (-oo,oo), f in (0,oo)")
    x, y, f = domain
    return ForAll(domain, x * f, ">=", y * f, ((x, ">=", y + c - 1),)), chain(
        lambda k: k.show(x * f, ">=", y * f, by=[(f, k.hypothesis(0))])
    )


scaled_inequality.false_if("x might be smaller by 1/100", c=Fraction(99, 100))


def _divided(k: Proof, fact: Any, factor: Any) -> Any:
    """Multiply a fact by a positive factor."""
    return k.apply(scaled_inequality, {"x": fact.lhs, "y": fact.rhs, "f": factor}, given=[fact])


def _dice_is_smaller(other: Any, low: Constant, power: int, slack: Constant) -> Stated:
    """``dice moment <= other`` for ``s^power l = low + f``, f > 0; the proof needs low^2 >= 2/pi."""
    import sympy

    domain = Domain("s in (0,oo), f in (0,oo)")
    s, f = domain
    length = (low + f) / s**power
    moment = dice_moment(length, s)

    def proof(k: Proof) -> Any:
        line = _divided(k, k.apply(erf_below_line, {"z": _scaled(length, s)}), 1 / length**2)
        enough = k.show(low + f, ">=", sympy.sqrt(2 / sympy.pi), by=[k.sign(low - sympy.sqrt(2 / sympy.pi), ">=")])
        below = k.show(other(s), ">=", line.lhs, by=[(other(s) / (low + f), enough)])
        return k.show(moment, "<=", other(s), by=[line, below])

    return ForAll(domain, moment, "<=", slack * other(s)), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    corrects="seabird.dice_always_below_absolute",
    says=r"s\,l>\tfrac45\ \Rightarrow\ \frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\le1",
)  # fmt: skip
def dice_below_absolute(c: Constant = 1) -> Stated:
    """erf(z) <= 2z/sqrt(pi), so that the dice moment is at most sqrt(2/pi)/(s l), and sqrt(2/pi) < 4/5."""
    return _dice_is_smaller(lambda s: 1, Fraction(4, 5), 1, c)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    corrects="seabird.dice_always_below_square",
    says=r"s^3l>\tfrac45\ \Rightarrow\ \frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\le s^2",
)  # fmt: skip
def dice_below_square(c: Constant = 1) -> Stated:
    """The same bound, against s^2."""
    return _dice_is_smaller(lambda s: s**2, Fraction(4, 5), 3, c)


dice_below_absolute.false_if("it were below 9/10", c=Fraction(9, 10))
dice_below_square.false_if("it were below 9/10 of it", c=Fraction(9, 10))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper",
    says=r"\frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\le\frac1{l^2}",
)  # fmt: skip
def dice_below_inverse_square(c: Constant = 1) -> Stated:
    """The error function is at most 1; so the moment is at most that of L1 for every l >= 1, whatever the noise."""
    domain = Domain(_POSITIVE)
    l, s = domain  # noqa: E741
    moment = dice_moment(l, s)

    def proof(k: Proof) -> Any:
        import sympy

        one = k.show(1, ">", _erf(_scaled(l, s)), by=[k.sign(sympy.erfc(_scaled(l, s)), ">")])
        return k.show(1 / l**2, ">=", moment, by=[_divided(k, one, 1 / l**2)])

    return ForAll(domain, moment, "<=", c / l**2), chain(proof)


dice_below_inverse_square.false_if("it were below 99/100 of it", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE + ", read for every length", expected="refuted", strength="upper",
    says=r"\frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\le1\quad\text{for all}\ l,s>0",
)  # fmt: skip
def dice_always_below_absolute(low: Constant = 0) -> Stated:
    """For short segments the dice gradient 1/l is large: at s = 1 up to l = .73."""
    return _dice_is_smaller(lambda s: 1, low, 1, 1)


@claim(
    paper=_PAPER, where=_WHERE + ", read for every length", expected="refuted", strength="upper",
    says=r"\frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\le s^2\quad\text{for all}\ l,s>0",
)  # fmt: skip
def dice_always_below_square(low: Constant = 0) -> Stated:
    """With little noise the L2 gradient is small, the dice gradient is not."""
    return _dice_is_smaller(lambda s: s**2, low, 3, 1)


dice_always_below_absolute.true_if("the segments were long, s l > 4/5", low=Fraction(4, 5))
dice_always_below_square.true_if("the segments were long, s^3 l > 4/5", low=Fraction(4, 5))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lower",
    says=r"\frac{\operatorname{erf}(l/\sqrt2\,s)}{l^2}\ge\sqrt{\tfrac2\pi}\,\frac{e^{-l^2/2s^2}}{s\,l}",
)  # fmt: skip
def dice_grows_for_short_segments(c: Constant = 1) -> Stated:
    """The lower bound of erf: the moment is unbounded as l tends to 0."""
    import sympy

    domain = Domain(_POSITIVE)
    l, s = domain  # noqa: E741
    bound = sympy.sqrt(2 / sympy.pi) * sympy.exp(-(l**2) / (2 * s**2)) / (s * l)

    def proof(k: Proof) -> Any:
        below = _divided(k, k.apply(erf_above_density, {"z": _scaled(l, s)}), 1 / l**2)
        return k.show(dice_moment(l, s), ">=", bound, by=[below])

    return ForAll(domain, dice_moment(l, s), ">=", c * bound), chain(proof)


dice_grows_for_short_segments.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
