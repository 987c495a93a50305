r"""'The gradient of symmetric cross-entropy is more balanced for confident samples': true in regimes, not in general.

Two classes: teacher (q, 1-q), student (p, 1-p). The gradient in the score of class 1 is ``p - q`` for cross-entropy
and ``p - q - p(1-p) log(q/(1-q))`` for the symmetric one. At p = q the second one's size is
``h(q) = q(1-q) log(q/(1-q))``, which first grows with the teacher's confidence and then falls.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, LimitOf, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "robust_mean_teacher_for", "balance of the gradients"
_READING = (
    "two classes, teacher at least 1/2 sure of class 1",
    "'more balanced gradients' is read as this inequality, which is one reading of several",
)


def _log_odds(q: Any) -> Any:
    import sympy

    return sympy.log(q / (1 - q))


def _symmetric(p: Any, q: Any) -> Any:
    return p - q - p * (1 - p) * _log_odds(q)


# -- larger or smaller than cross-entropy's -------------------------------------------------------------------------


def _larger(most: Constant) -> Stated:
    """``(SCE gradient)^2 >= (CE gradient)^2`` for students p = s q up to ``most`` times as sure as the teacher."""
    domain = Domain(f"q in [1/2,1), s in (0,{most}]")
    q, s = domain
    p = s * q
    extra = p * (1 - p) * _log_odds(q)

    def proof(k: Proof) -> Any:
        k.hypothesis(0)
        odds = k.show(q / (1 - q), ">=", 1, by=[(2 / (1 - q), k.sign(q - Fraction(1, 2), ">="))])
        positive = k.show(_log_odds(q), ">=", 0, by=[k.logarithm(odds)])
        aligned = k.show(extra, ">=", 0, by=[(p * (1 - p), positive)])
        return k.show(_symmetric(p, q) ** 2, ">=", (p - q) ** 2, by=[(extra, aligned), (2 * q * (1 - s), aligned)])

    return ForAll(domain, _symmetric(p, q) ** 2, ">=", (p - q) ** 2, ((p, "<=", 1),)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="refuted",
    assumptions=_READING,
    says=r"|\partial_{z_1}\mathrm{SCE}|\ge|\partial_{z_1}\mathrm{CE}|",
)
def gradient_is_larger(most: Constant = 2) -> Stated:
    """A student surer than its teacher gets two terms of opposite sign."""
    return _larger(most)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    corrects="robust_mean_teacher_for.gradient_is_larger",
    says=r"p\le q,\ q\ge\tfrac12:\quad|\partial_{z_1}\mathrm{SCE}|\ge|\partial_{z_1}\mathrm{CE}|",
)
def gradient_is_larger_for_unsure_students(most: Constant = 1) -> Stated:
    """Both terms then pull the student towards class 1."""
    return _larger(most)


gradient_is_larger.true_if("the student is at most as sure as the teacher", most=1)
gradient_is_larger_for_unsure_students.false_if("it might be a tenth surer", most=Fraction(11, 10))


# -- growing or falling with confidence, where student and teacher agree --------------------------------------------


def _slope(q: Any) -> Any:
    """``h'(q) = 1 - (2q-1) log(q/(1-q))``, as SymPy takes it."""
    return (q * (1 - q) * _log_odds(q)).diff(q)


def _grows_up_to(most: Constant) -> Stated:
    import sympy

    domain = Domain(f"q in [1/2,{most})")
    (q,) = domain

    def proof(k: Proof) -> Any:
        top = sympy.Rational(most)
        room, limit = k.sign(top - q, ">="), top / (1 - top)
        logs = k.logarithm(k.show(limit, ">=", q / (1 - q), by=[(1 / ((1 - top) * (1 - q)), room)]))
        constant = k.sign(1 - (2 * top - 1) * sympy.log(limit), ">=")
        k.show(2 * q - 1, ">=", 0, by=[(2, k.sign(q - Fraction(1, 2), ">="))])
        return k.show(_slope(q), ">=", 0, by=[(2 * q - 1, logs), (2 * sympy.log(limit), room), constant])

    return ForAll(domain, _slope(q), ">=", 0), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="refuted",
    assumptions=(*_READING, "student and teacher agree, where cross-entropy has no gradient"),
    says=r"h(q)=q(1-q)\log\tfrac q{1-q}:\quad h'(q)\ge0,\quad\tfrac12\le q<1",
)
def grows_with_confidence(most: Constant = 1) -> Stated:
    """It falls from a confidence of about 0.824 on."""
    return _grows_up_to(most)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    corrects="robust_mean_teacher_for.grows_with_confidence",
    says=r"h'(q)\ge0,\quad\tfrac12\le q<\tfrac45",
)
def grows_up_to_four_fifths(most: Constant = Fraction(4, 5)) -> Stated:
    """Both factors of (2q-1) log(q/(1-q)) are largest at the end, where it is 0.6 log 4 < 1."""
    return _grows_up_to(most)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    says=r"h'(q)<0,\quad\tfrac9{10}\le q<1",
)
def falls_from_nine_tenths(least: Constant = Fraction(9, 10)) -> Stated:
    """Both factors of (2q-1) log(q/(1-q)) are smallest at the beginning, where it is 0.8 log 9 > 1."""
    import sympy

    domain = Domain(f"q in [{least},1)")
    (q,) = domain

    def proof(k: Proof) -> Any:
        low = sympy.Rational(least)
        room, limit = k.sign(q - low, ">="), low / (1 - low)
        logs = k.logarithm(k.show(q / (1 - q), ">=", limit, by=[(1 / ((1 - low) * (1 - q)), room)]))
        constant = k.sign((2 * low - 1) * sympy.log(limit) - 1, ">")
        return k.show(_slope(q), "<", 0, by=[(2 * q - 1, logs), (2 * sympy.log(limit), room), constant])

    return ForAll(domain, _slope(q), "<", 0), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="asymptotic",
    says=r"h(q)\to0\quad(q\to1)",
)
def fades_at_certainty(value: Constant = 0) -> Stated:
    """Between 0 and 2 (1-q)^(1/2), as log x <= 2 x^(1/2)."""
    import sympy

    domain = Domain("q in (1/2,1)")
    (q,) = domain
    h, half = q * (1 - q) * _log_odds(q), Fraction(1, 2)

    def proof(k: Proof) -> Any:
        odds = k.show(q / (1 - q), ">=", 1, by=[(2 / (1 - q), k.sign(q - half, ">="))])
        below = k.show(h, ">=", 0, by=[(q * (1 - q), k.logarithm(odds))])
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, (q / (1 - q)) ** half)
        above = k.show(h, "<=", 2 * q ** (3 * half) * (1 - q) ** half, by=[(2 * q * (1 - q), line)])
        return k.squeeze(below, above, q, "-")

    return LimitOf(domain, h, q, "-", value), chain(proof)


grows_with_confidence.true_if("the teacher is less than 4/5 sure", most=Fraction(4, 5))
grows_up_to_four_fifths.false_if("it held up to 9/10", most=Fraction(9, 10))
falls_from_nine_tenths.false_if("it fell from 4/5 on", least=Fraction(4, 5))
fades_at_certainty.false_if("a tenth were left", value=Fraction(1, 10))
