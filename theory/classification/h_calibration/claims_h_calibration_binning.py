r"""The binned calibration error of a calibrated model is not zero on average.

A bin holds n outcomes of a model whose confidence c there is right: the number K of positives is binomial. The bin's
contribution ``|K/n - c|`` has a mean between ``sqrt(c(1-c)/(2n))`` and ``sqrt(c(1-c)/n)`` when ``1/n <= c <= 1-1/n``
(Berend and Kontorovich 2013; the upper bound is Jensen's, and is not a claim here). With B bins of m/B outcomes each
the expected error is then of the order ``sqrt(B/m)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from theory.engine.claim import Stated, claim
from theory.engine.words import every

_PARTS = 12
_MOST = 30


def mean_gap(n: int, confidence: Fraction) -> Fraction:
    """Return ``E |K/n - c|`` for K binomial(n, c), exactly.

    Parameters
    ----------
    n
        Number of outcomes, at least 1.
    confidence
        Probability c in [0, 1].

    Raises
    ------
    ValueError
        If n or the confidence is out of range.

    Examples
    --------
    >>> mean_gap(2, Fraction(1, 2))
    Fraction(1, 4)
    """
    if n < 1 or not 0 <= confidence <= 1:
        raise ValueError(f"n = {n}, confidence = {confidence}; allowed: n >= 1, confidence in [0, 1]")
    return sum(
        (
            math.comb(n, k) * confidence**k * (1 - confidence) ** (n - k) * abs(Fraction(k, n) - confidence)
            for k in range(n + 1)
        ),
        Fraction(0),
    )


def bins() -> Iterator[tuple[int, Fraction]]:
    """Enumerate the sizes of a bin and its confidences ``j/12``, neither nearer than 1/n to 0 nor to 1."""
    for n in range(2, _MOST + 1):
        for part in range(1, _PARTS):
            confidence = Fraction(part, _PARTS)
            if Fraction(1, n) <= confidence <= 1 - Fraction(1, n):
                yield n, confidence


@claim(
    paper="h_calibration",
    where="background: binned estimates",
    expected="certified",
    strength="lower",
    corrects="h_calibration.calibrated_model_has_no_binned_error",
    says=r"\mathbb E\,|\tfrac Kn-c|\ge\sqrt{\tfrac{c(1-c)}{2n}},\quad K\sim\mathrm{Bin}(n,c),\ 2\le n\le30,"
    r"\ c\in\{\tfrac1{12},\dots,\tfrac{11}{12}\}\cap[\tfrac1n,1-\tfrac1n]",
    assumptions=("the confidence is the same throughout the bin; other n and c are not decided here",),
)
def binned_error_is_biased_upwards(share: Fraction = Fraction(1, 2)) -> Stated:
    """Enumerate bins of 2 to 30 outcomes, exactly; equality at two outcomes and confidence 1/2."""

    def large(item: tuple[int, Fraction]) -> bool:
        n, confidence = item
        return mean_gap(n, confidence) ** 2 >= share * confidence * (1 - confidence) / n

    over = "n = 2, ..., 30 and c = j/12 with 1/n <= c <= 1 - 1/n"
    says = rf"(\mathbb E|\tfrac Kn-c|)^2\ge{share}\cdot\tfrac{{c(1-c)}}n"
    return every(bins, large, over=over, says=says)


binned_error_is_biased_upwards.false_if("the constant were 1 % larger", share=Fraction(101, 200))


@claim(
    paper="h_calibration",
    where="background: binned estimates",
    expected="refuted",
    strength="identity",
    form="derived",
    says=r"\text{a calibrated model has binned error }0:\quad\mathbb E\,|\tfrac Kn-c|=0",
)
def calibrated_model_has_no_binned_error(certain: bool = False) -> Stated:
    """Any bin in which the outcome is uncertain; true where the confidence is 0 or 1."""

    def items() -> list[tuple[int, Fraction]]:
        return [(n, Fraction(c)) for n in (1, 2, 10) for c in (0, 1)] if certain else list(bins())

    def none(item: tuple[int, Fraction]) -> bool:
        return mean_gap(*item) == 0

    over = "n = 1, 2, 10, c = 0, 1" if certain else "n = 2, ..., 30 and c = j/12 with 1/n <= c <= 1 - 1/n"
    return every(items, none, over=over, says=r"\mathbb E|\tfrac Kn-c|=0")


calibrated_model_has_no_binned_error.true_if("the outcome were certain", certain=True)
