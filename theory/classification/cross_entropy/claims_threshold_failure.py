"""The threshold tau*, and why the two-class formula fails above it for every number of classes n >= 3.

Three classes p = (b, 0, 1-b), all predicted equally likely, cost less than two classes with the same zero-one regret
b as soon as f(b, tau) = ||(b,1-b)||_a - 3^(1-tau) - ||((1+b)/2,(1-b)/2)||_a + 2^(1-tau) is negative. tau* is where f
first touches zero.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import regret_sample, with_three_classes
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, boxes, chain, newton

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "comp_sum"
_WHERE = "two classes are not the worst case above tau*"
_SAYS = (
    r"n\ge3,\ p=(b,0,1-b,0,\dots),\ S=(\tfrac13,\tfrac13,\tfrac13,0,\dots):\quad"
    r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)<\mathcal T_\tau(b)"
)
_NONE = ("classes of probability zero add nothing to the risk", "S is the limit of predictions of class 2")
B_STAR = Fraction("0.600134072456699129842458369092120209584305")
TAU_HIGH = Fraction("1.662983829068213195578374392253753642180656")  # above tau* by less than 10^-42


def tilt(b: Any, tau: Any) -> Any:
    """``f(b, tau)``: (tau-1) times how much more three classes cost than two."""
    a = 1 / (2 - tau)
    three = (b**a + (1 - b) ** a) ** (2 - tau) - 3 ** (1 - tau)
    two = (((1 + b) / 2) ** a + ((1 - b) / 2) ** a) ** (2 - tau) - 2 ** (1 - tau)
    return three - two


@claim(
    paper=_PAPER,
    where="the threshold tau*",
    expected="certified",
    strength="identity",
    says=r"\tau^*=1.66298382906821319557837439225375364218\dots:"
    r"\quad f=\partial_bf=0\ \text{once on}\ [\tfrac{59}{100},\tfrac{61}{100}]\times[\tfrac{33}{20},\tfrac{67}{40}]",
)
def threshold(shift: Constant = 0) -> Stated:
    """Interval Newton on f = 0 and its derivative in b = 0.

    38 digits of tau* and of the beta at which three classes draw level.
    """
    from theory.engine.statements.root import UniqueRoot

    domain = Domain("b in [59/100,61/100], tau in [33/20,67/40]")
    b, tau = domain
    f = tilt(b, tau)
    low = Fraction("1.66298382906821319557837439225375364218") + shift
    b_low = Fraction("0.60013407245669912984245836909212020958")
    width = Fraction(1, 10**38)
    inner = Domain(f"b in [{b_low},{b_low + width}], tau in [{low},{low + width}]")
    return UniqueRoot(domain, (f, f.diff(b)), inner), newton()


threshold.false_if("tau* were larger by 10^-30", shift=Fraction(1, 10**30))


def _three_classes(tau_range: str, b: Fraction, factor: Constant, **options: Any) -> Stated:
    """State that at this b three classes cost less than ``factor`` times the two-class formula."""
    import sympy

    from theory.classification.symbolic import two_class_transform

    domain = Domain(f"tau in {tau_range}")
    (tau,) = domain
    exact = sympy.Rational(b)
    a = 1 / (2 - tau)
    regret = ((exact**a + (1 - exact) ** a) ** (2 - tau) - 3 ** (1 - tau)) / (tau - 1)
    return ForAll(domain, regret, "<", factor * two_class_transform(exact, tau)), boxes(**options)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="tight", says=_SAYS, assumptions=_NONE)
def three_classes_beat_two_near(tau_low: Constant = TAU_HIGH) -> Stated:
    """From less than 10^-42 above tau* up to 1663/1000, at b = b*."""
    return _three_classes(f"[{tau_low},1663/1000]", B_STAR, 1, precision=400)


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="tight", says=_SAYS, assumptions=_NONE)
def three_classes_beat_two_middle(b: Constant = Fraction(3, 5)) -> Stated:
    """From 1663/1000 to 7/4, at b = 3/5."""
    return _three_classes("[1663/1000,7/4]", Fraction(b), 1)


three_classes_beat_two_near.false_if("tau could be 10^-5 smaller than tau*", tau_low=TAU_HIGH - Fraction(1, 10**5))
three_classes_beat_two_middle.false_if("b were 1/10", b=Fraction(1, 10))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="certified",
    strength="lemma",
    says=r"2^{r-1}-\tfrac13 3^r\le\tfrac{17}{100},\quad0\le r\le\tfrac14",
)
def levels_apart(most: Constant = Fraction(17, 100)) -> Stated:
    """How much lower the level of three equal predictions is than that of two."""
    import sympy

    domain = Domain("r in [0,1/4]")
    (r,) = domain
    return ForAll(domain, sympy.Integer(2) ** r / 2 - sympy.Integer(3) ** r / 3, "<=", most), boxes()


levels_apart.false_if("the bound were 16/100", most=Fraction(16, 100))


@claim(paper=_PAPER, where=_WHERE, expected="certified", strength="tight", says=_SAYS, assumptions=_NONE)
def three_classes_beat_two_far(factor: Constant = 1) -> Stated:
    """From 7/4 to 2, at b = 3/5: Bernoulli's inequality for ||(3/5,2/5)||, the larger entry for ||(4/5,1/5)||."""
    import sympy

    from theory.classification.symbolic import two_class_transform

    domain = Domain("tau in [7/4,2)")
    (tau,) = domain
    a, r, q = 1 / (2 - tau), 2 - tau, tau - 1
    b, third = sympy.Rational(3, 5), sympy.Rational(2, 3)
    regret = ((b**a + (1 - b) ** a) ** r - 3 ** (1 - tau)) / q
    formula = two_class_transform(b, tau)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        small = k.show(third**4, ">=", third**a, by=[(third**4, k.sign(1 - third ** (a - 4), ">="))])
        bernoulli = k.tangent(v**r, v, 1, 1 + third**a)
        three = k.show((b**a + (1 - b) ** a) ** r, "<=", b * (1 + r * third**a), by=[(b, bernoulli)])
        large = k.power(
            k.show(sympy.Rational(4, 5) ** a + sympy.Rational(1, 5) ** a, ">=", sympy.Rational(4, 5) ** a), r
        )
        apart = k.apply(levels_apart, {"r": r})
        quarter = k.sign(sympy.Rational(1, 4) - r, ">=")
        by = [(1 / q, three), (b * r / q, small), (b * third**4 / q, quarter), (1 / q, large), (1 / q, apart)]
        by.append(k.sign(1 / (2700 * q), ">"))  # 17/27 + 17/100 - 4/5 = -1/2700
        return k.show(formula, ">", regret, by=by)

    return ForAll(domain, regret, "<", factor * formula), chain(proof)


three_classes_beat_two_far.false_if("they had to cost a third less", factor=Fraction(2, 3))


@claim(
    paper=_PAPER,
    where="two classes are the worst case, 1 < tau < 2",
    expected="refuted",
    strength="tight",
    says=r"\mathcal C_\tau(p,S)-\mathcal C^*_\tau(p)\ge\frac{2^{1-\tau}}{\tau-1}\bigl(M_a(\beta)-1\bigr),\quad1<\tau<2",
)
def two_class_always(tau_high: Constant = 2) -> Stated:
    """For tau close to 2 three classes are worse.

    Tau = 9/5, p = (51/100, 6/100, 43/100), all three predicted equally likely.
    """
    from theory.classification.cross_entropy.claims_two_class_optimal import two_class_is_worst
    from theory.classification.pooled import setting
    from theory.classification.symbolic import two_class_transform

    at = setting("(1,2)" if tau_high == 2 else f"(1,{tau_high}]")
    statement = ForEveryN(at.domain, at.each, at.given, at.regret(), ">=", two_class_transform(at.beta, at.tau))
    sample = with_three_classes(regret_sample((11, 19))) if tau_high == 2 else regret_sample((11, 15))
    method: Any = two_class_is_worst.build()[1]
    return statement, chain(method.proof, sample)


two_class_always.true_if("tau stayed at 3/2 or below", tau_high=Fraction(3, 2))
