r"""The dual form of the LDR-KL loss as a cone program, certified from both sides.

With ``d_k = f_k - f_y + c 1[k != y]`` for scores f, label y and margin c, the loss at temperature ``lam > 0`` is

``max { sum_k q_k d_k - lam KL(q || 1/K) : q in the simplex } = lam log( (1/K) sum_k exp(d_k / lam) )``,

with ``KL(q || 1/K) = sum_k q_k log(K q_k)``. Here the left side is the optimum of an exponential cone program: each
``-q_k log(K q_k)`` is the largest t_k with ``(t_k, q_k, 1/K)`` in the cone. Its optimum is bounded by a rational point
and by rational multipliers, and the closed form on the right is enclosed in ball arithmetic; the two agree to 10^-9 at
the scores and temperatures named. The identity for all d and lam is a matter of calculus; this is the check of the
program, and of the closed form against a method that knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from theory.engine.claim import Stated, claim
from theory.engine.words import ConeOptimum, ConeProgram, exponential_cone

_TOLERANCE = Fraction(1, 10**9)
_MILLIONTH = Fraction(1, 10**6)
_THREE = (Fraction(1, 2), Fraction(2), Fraction(-1))
_FOUR = (Fraction(3, 2), Fraction(1, 3), Fraction(-1), Fraction(0))
_TEN = tuple(Fraction(k * k, 7) - k for k in range(10))


def differences(scores: Sequence[Fraction], label: int, margin: Fraction) -> list[Fraction]:
    """Return ``f_k - f_y + c 1[k != y]`` for every class k.

    Examples
    --------
    >>> [str(d) for d in differences((Fraction(1, 2), Fraction(2)), 0, Fraction(1, 3))]
    ['0', '11/6']
    """
    return [score - scores[label] + margin * (number != label) for number, score in enumerate(scores)]


def dual_program(d: Sequence[Fraction], lam: Fraction) -> ConeProgram:
    """Return the maximisation of ``<q, d> - lam KL(q || 1/K)`` over the simplex, K the length of d.

    Parameters
    ----------
    d
        Differences of scores, exact rationals.
    lam
        Temperature, positive.

    Raises
    ------
    ValueError
        If lam is not positive: the program is then another one.

    Examples
    --------
    >>> program = dual_program((Fraction(0), Fraction(1)), Fraction(1, 2))
    >>> program.objective, len(program.cones)
    (q2 + t1/2 + t2/2, 2)
    """
    import sympy

    if not lam > 0:
        raise ValueError(f"lam is {lam}; allowed: a positive rational")
    classes = len(d)
    q, t = sympy.symbols(f"q1:{classes + 1}"), sympy.symbols(f"t1:{classes + 1}")
    reward = sum((sympy.Rational(x) * share for x, share in zip(d, q, strict=True)), sympy.Integer(0))
    cones = [(entropy, share, sympy.Rational(1, classes)) for entropy, share in zip(t, q, strict=True)]
    return ConeProgram(reward + sympy.Rational(lam) * sum(t), (*q, *t), [(sum(q), "==", 1)], cones, "max")


def closed_form(d: Sequence[Fraction], lam: Fraction, *, weight: Fraction) -> Any:
    """Return ``lam log(weight sum_k exp(d_k / lam))`` exactly; the weight of the loss is 1/K.

    Examples
    --------
    >>> closed_form((Fraction(0), Fraction(1)), Fraction(1), weight=Fraction(1, 2))
    log(1/2 + E/2)
    """
    import sympy

    total = sum((sympy.exp(sympy.Rational(x / lam)) for x in d), sympy.Integer(0))
    return sympy.Rational(lam) * sympy.log(sympy.expand(sympy.Rational(weight) * total))


def _agree(program: ConeProgram, value: Any, shift: Fraction) -> Stated:
    import sympy

    low, high = (value + sympy.Rational(shift + sign * _TOLERANCE) for sign in (-1, 1))
    return ConeOptimum(program, low, high), exponential_cone()


def _says(classes: int, data: str) -> str:
    return (
        rf"\left|\max_{{q \in \Delta_{{{classes}}}}} \Big( \sum_k q_k d_k "
        rf"- \lambda \sum_k q_k \log({classes}\, q_k) \Big)"
        rf" - \lambda \log \tfrac{{1}}{{{classes}}} \sum_k e^{{d_k/\lambda}}\right| \le 10^{{-9}},\quad {data}"
    )


@claim(
    paper="ldr",
    where="the LDR-KL loss and its dual form",
    says=_says(3, r"f = (\tfrac12, 2, -1),\ y = 1,\ c = \tfrac13,\ \lambda = 1"),
    expected="certified",
    strength="identity",
)
def cone_value_three_classes(shift: Fraction = Fraction(0), weight: Fraction = Fraction(1, 3)) -> Stated:
    """Three classes at the temperature of cross-entropy, with a margin."""
    d = differences(_THREE, 0, Fraction(1, 3))
    return _agree(dual_program(d, Fraction(1)), closed_form(d, Fraction(1), weight=weight), shift)


cone_value_three_classes.false_if("the value were 10^-6 larger", shift=_MILLIONTH)
cone_value_three_classes.false_if("the value were 10^-6 smaller", shift=-_MILLIONTH)
cone_value_three_classes.false_if("the sum stood for the mean", weight=Fraction(1))


@claim(
    paper="ldr",
    where="the LDR-KL loss and its dual form",
    says=_says(4, r"f = (\tfrac32, \tfrac13, -1, 0),\ y = 2,\ c = 0,\ \lambda = \tfrac1{20}"),
    expected="certified",
    strength="identity",
)
def cone_value_small_temperature(shift: Fraction = Fraction(0), lam: Fraction = Fraction(1, 20)) -> Stated:
    """Four classes near the hard maximum: nearly all weight is on one class."""
    d = differences(_FOUR, 1, Fraction(0))
    return _agree(dual_program(d, Fraction(1, 20)), closed_form(d, lam, weight=Fraction(1, 4)), shift)


cone_value_small_temperature.false_if("the value were 10^-6 larger", shift=_MILLIONTH)
cone_value_small_temperature.false_if("the value were 10^-6 smaller", shift=-_MILLIONTH)
cone_value_small_temperature.false_if("the temperature of the closed form were 1 % higher", lam=Fraction(101, 2000))


@claim(
    paper="ldr",
    where="the LDR-KL loss and its dual form",
    says=_says(4, r"f = (\tfrac32, \tfrac13, -1, 0),\ y = 3,\ c = 1,\ \lambda = 50"),
    expected="certified",
    strength="identity",
)
def cone_value_large_temperature(shift: Fraction = Fraction(0), margin: Fraction = Fraction(1)) -> Stated:
    """Four classes near the mean of the differences: the weights are nearly uniform."""
    value = closed_form(differences(_FOUR, 2, margin), Fraction(50), weight=Fraction(1, 4))
    return _agree(dual_program(differences(_FOUR, 2, Fraction(1)), Fraction(50)), value, shift)


cone_value_large_temperature.false_if("the value were 10^-6 larger", shift=_MILLIONTH)
cone_value_large_temperature.false_if("the value were 10^-6 smaller", shift=-_MILLIONTH)
cone_value_large_temperature.false_if("the closed form lacked the margin", margin=Fraction(0))


@claim(
    paper="ldr",
    where="the LDR-KL loss and its dual form",
    says=_says(10, r"f_k = \tfrac{(k-1)^2}{7} - (k-1),\ y = 4,\ c = \tfrac12,\ \lambda = \tfrac32"),
    expected="certified",
    strength="identity",
)
def cone_value_ten_classes(shift: Fraction = Fraction(0), weight: Fraction = Fraction(1, 10)) -> Stated:
    """Ten classes: twenty unknowns and ten cones."""
    d, lam = differences(_TEN, 3, Fraction(1, 2)), Fraction(3, 2)
    return _agree(dual_program(d, lam), closed_form(d, lam, weight=weight), shift)


cone_value_ten_classes.false_if("the value were 10^-6 larger", shift=_MILLIONTH)
cone_value_ten_classes.false_if("the value were 10^-6 smaller", shift=-_MILLIONTH)
cone_value_ten_classes.false_if("the mean were taken over nine classes", weight=Fraction(1, 9))
