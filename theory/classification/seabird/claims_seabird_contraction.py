r"""What the gradient's second moment leaves out: the pull towards the truth shrinks as well, and faster.

If the prediction is off by d, the offset is eta ~ N(d, s^2). The slope in d, at d = 0, of the mean derivative is how
fast gradient descent contracts: ``2 phi_s(0)`` for L1, 1 for L2, ``2 (phi_s(0) - phi_s(l))/l`` for dice. What
descent is left with at a small step, at a fixed rate of contraction, goes with moment / slope^2: dice never wins there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.seabird.claims_seabird_moments import dice_moment
from theory.classification.symbolic import normal_tail as _tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, boxes, chain, newton

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "seabird", "contraction against gradient moment"
_ONE_PERCENT = Fraction(101, 100)
_RATIO = ("the contraction of L1 is sqrt(2/pi)/s, that of L2 is 1; their gradient moments are 1 and s^2",)


def _pull(z: sympy.Expr) -> sympy.Expr:
    """``1 - exp(-z^2)``, z = l/(s sqrt 2): the slope of the mean dice gradient over that of L1, times l."""
    import sympy

    return 1 - sympy.exp(-(z**2))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="identity",
    says=r"\frac{d}{dd}\Big|_{0}\frac{P(0<\eta<l)-P(-l<\eta<0)}l=\sqrt{\tfrac2\pi}\,\frac{1-e^{-l^2/2s^2}}{s\,l}",
)  # fmt: skip
def dice_contraction(c: Constant = 1) -> Stated:
    """The mean derivative written in tails, differentiated at d = 0."""
    import sympy

    domain = Domain("l in (0,oo), s in (0,oo)")
    l, s = domain  # noqa: E741
    d = sympy.Symbol("d", real=True)
    mean = (1 - _tail((l - d) / s) - 2 * _tail(d / s) + _tail((l + d) / s)) / l
    slope = mean.diff(d).subs(d, 0)
    value = sympy.sqrt(2 / sympy.pi) * (1 - sympy.exp(-(l**2) / (2 * s**2))) / (s * l)
    return ForAll(domain, slope, "==", c * value), chain(lambda k: k.identity(slope, value))


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", uses=("seabird.dice_contraction",),
    assumptions=_RATIO,
    says=r"\frac{\text{contraction of dice}}{\text{contraction of}\ L_1}=\frac{1-e^{-l^2/2s^2}}l\le\frac1l",
)  # fmt: skip
def dice_contracts_slowly(c: Constant = 1) -> Stated:
    """The exponential is positive: long segments are corrected l times more slowly."""
    import sympy

    domain = Domain("l in (0,oo), s in (0,oo)")
    l, s = domain  # noqa: E741
    ratio = (1 - sympy.exp(-(l**2) / (2 * s**2))) / l

    def proof(k: Proof) -> Any:
        return k.show(ratio, "<=", 1 / l, by=[k.sign(sympy.exp(-(l**2) / (2 * s**2)) / l, ">=")])

    return ForAll(domain, ratio, "<=", c / l), chain(proof)


dice_contraction.false_if("it were 1 % larger", c=_ONE_PERCENT)
dice_contracts_slowly.false_if("it were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lower", uses=("seabird.dice_contraction",),
    assumptions=_RATIO,
    says=r"\frac{\text{moment}}{\text{contraction}^2}:\ \text{dice}\ge L_1,\quad\text{that is}\quad"
    r"\operatorname{erf}(z)\ge\bigl(1-e^{-z^2}\bigr)^2,\quad 0\le z=\frac l{\sqrt2\,s}\le5",
)  # fmt: skip
def dice_noise_per_pull_above_absolute(c: Constant = 1) -> Stated:
    """Moment over squared contraction is at least that of L1, pi s^2/2, for every length up to 7 s."""
    import sympy

    domain = Domain("z in [0,5]")
    (z,) = domain
    return ForAll(domain, sympy.erf(z), ">=", c * _pull(z) ** 2), boxes(zero_at=z)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lemma",
    says=r"\operatorname{erf}(z)\ge\tfrac2\pi\bigl(1-e^{-z^2}\bigr)^2,\quad 0\le z\le1",
)  # fmt: skip
def dice_noise_per_pull_short(c: Constant = 1) -> Stated:
    """The part of the next claim that concerns short segments."""
    import sympy

    domain = Domain("z in [0,1]")
    (z,) = domain
    return ForAll(domain, 1 - sympy.erfc(z), ">=", 2 * c * _pull(z) ** 2 / sympy.pi), boxes(zero_at=z)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="lemma",
    says=r"\operatorname{erf}(z)\ge\tfrac2\pi\bigl(1-e^{-z^2}\bigr)^2,\quad z\ge1",
)  # fmt: skip
def dice_noise_per_pull_long(c: Constant = 1) -> Stated:
    """Erf grows and erf(1) = .84 exceeds 2/pi = .64."""
    import sympy

    domain = Domain("z in [1,oo)")
    (z,) = domain
    erf, e = 1 - sympy.erfc(z), sympy.exp(-(z**2))

    def proof(k: Proof) -> Any:
        growing = k.grows(k.show(erf.diff(z), ">=", 0, by=[k.sign(2 * e / sympy.sqrt(sympy.pi), ">=")]), erf, z)
        start = k.sign(1 - sympy.erfc(1) - 2 / sympy.pi, ">=")
        square = k.show(2 / sympy.pi, ">=", 2 * (1 - e) ** 2 / sympy.pi, by=[k.sign(2 * e * (2 - e) / sympy.pi, ">=")])
        first = k.show(erf, ">=", 2 / sympy.pi, by=[growing, start])
        return k.show(erf, ">=", 2 * (1 - e) ** 2 / sympy.pi, by=[first, square])

    return ForAll(domain, erf, ">=", 2 * c * (1 - e) ** 2 / sympy.pi), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="lower", uses=("seabird.dice_contraction",),
    assumptions=_RATIO,
    says=r"\frac{\text{moment}}{\text{contraction}^2}:\ \text{dice}\ge L_2,\quad\text{that is}\quad"
    r"\operatorname{erf}(z)\ge\tfrac2\pi\bigl(1-e^{-z^2}\bigr)^2,\quad z\ge0",
)  # fmt: skip
def dice_noise_per_pull_above_square(c: Constant = 1) -> Stated:
    """Short and long segments joined; for L2 the quotient is s^2, for dice it is this one times s^2."""
    import sympy

    domain = Domain("z in [0,oo)")
    (z,) = domain
    erf, bound = 1 - sympy.erfc(z), 2 * _pull(z) ** 2 / sympy.pi

    def proof(k: Proof) -> Any:
        ends = []
        for op, lemma in (("<=", dice_noise_per_pull_short), (">=", dice_noise_per_pull_long)):
            k.open_case(z, op, 1)
            ends.append(k.close_case(k.apply(lemma, {"z": z})))
        return k.join(*ends)

    return ForAll(domain, erf, ">=", c * bound), chain(proof)


dice_noise_per_pull_above_absolute.false_if("it were 1 % above", c=_ONE_PERCENT)
dice_noise_per_pull_short.false_if("the bound were four times as large", c=4)
dice_noise_per_pull_long.false_if("the bound were twice as large", c=2)
dice_noise_per_pull_above_square.false_if("the bound were twice as large", c=2)


@claim(
    paper=_PAPER, where="gradient moments in one dimension", expected="certified", strength="figure",
    says=r"s=1:\ \frac{\operatorname{erf}(l/\sqrt2)}{l^2}=1\ \text{on}\ [\tfrac12,2]\ \text{only at}\ .7320087\ldots",
)  # fmt: skip
def break_even_length(shift: Constant = 0) -> Stated:
    """With unit noise, dice has the smaller moment beyond this length, L1 and L2 (equal there) below it."""
    from theory.engine.statements.root import UniqueRoot

    domain = Domain("l in [1/2,2]")
    (l,) = domain  # noqa: E741
    low, high = (Fraction(text) + shift for text in ("0.7320087", "0.7320088"))
    return UniqueRoot(domain, (dice_moment(l, 1) - 1,), Domain(f"l in [{low},{high}]")), newton()


break_even_length.false_if("it were larger by a hundredth", shift=Fraction(1, 100))
