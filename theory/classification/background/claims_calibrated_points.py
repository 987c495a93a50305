r"""Where Crammer-Singer and Weston-Watkins do see the most probable class, and four classes where they do not.

The counterparts of `theory.classification.background.claims_max_losses`: exact minima of the conditional risk over
all scores, and over those for which another class scores highest. Crammer-Singer is calibrated where one class has
more than half of the mass (for every number of classes: `theory.classification.background.claims_max_every_n`);
Weston-Watkins also where the other classes are equally probable.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from theory.classification.background.claims_max_losses import (
    Loss,
    Posterior,
    conditional_programs,
    crammer_singer,
    weston_watkins,
)
from theory.engine.claim import claim

if TYPE_CHECKING:
    from theory.engine.evidence import Prover
    from theory.engine.statements.base import Statement

_PAPER = "tewari_bartlett"
_CS, _WW = (f"consistency of the method of {name}" for name in ("Crammer and Singer", "Weston and Watkins"))
MAJORITY = (Fraction(3, 5), Fraction(3, 10), Fraction(1, 10))
SYMMETRIC = (Fraction(2, 5), Fraction(3, 10), Fraction(3, 10))
FOUR = (Fraction(2, 5), Fraction(3, 10), Fraction(1, 5), Fraction(1, 10))
Row = tuple[Posterior, Fraction, Fraction]


def _minima(loss: Loss, rows: tuple[Row, ...]) -> tuple[Statement, Prover]:
    """Both minima at each posterior: over all scores, and over those that do not predict class 1."""
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinima, LinearMinimum

    parts = []
    for posterior, least, least_wrong in rows:
        free, wrong = conditional_programs(loss, posterior)
        parts += [LinearMinimum(free, "==", least), LinearMinimum(wrong, "==", least_wrong)]
    return LinearMinima(parts), linear_program()


@claim(
    paper=_PAPER,
    where=_CS,
    says=r"p=(\tfrac35,\tfrac3{10},\tfrac1{10}):\quad\inf_s\mathcal C_{CS}=\tfrac45,\ "
    r"\inf_{s:\,\operatorname{argmax}s\ne1}\mathcal C_{CS}=1",
    expected="certified",
    strength="identity",
)
def crammer_singer_sees_a_majority(
    rows: tuple[Row, ...] = ((MAJORITY, Fraction(4, 5), Fraction(1)),),
) -> tuple[Statement, Prover]:
    """A wrong prediction costs 1/5 = 2 p_1 - 1, where the zero-one regret is at least 3/10."""
    return _minima(crammer_singer, rows)


crammer_singer_sees_a_majority.false_if(
    "a wrong prediction cost 3/10", rows=((MAJORITY, Fraction(4, 5), Fraction(11, 10)),)
)


@claim(
    paper=_PAPER,
    where=_WW,
    says=r"\inf_s\mathcal C_{WW}=\tfrac{11}{10},\tfrac95,\ \inf_{s:\,\operatorname{argmax}s\ne1}\mathcal C_{WW}="
    r"\tfrac{13}{10},\tfrac{19}{10}\ \text{at}\ p=(\tfrac35,\tfrac3{10},\tfrac1{10}),\ "
    r"(\tfrac25,\tfrac3{10},\tfrac3{10})",
    expected="certified",
    strength="identity",
)
def weston_watkins_sees_the_first_class(
    rows: tuple[Row, ...] = (
        (MAJORITY, Fraction(11, 10), Fraction(13, 10)),
        (SYMMETRIC, Fraction(9, 5), Fraction(19, 10)),
    ),
) -> tuple[Statement, Prover]:
    """A wrong prediction costs 1/5 and 1/10: with a majority, and with two equally probable other classes."""
    return _minima(weston_watkins, rows)


weston_watkins_sees_the_first_class.false_if(
    "a wrong prediction cost nothing", rows=((SYMMETRIC, Fraction(9, 5), Fraction(9, 5)),)
)


@claim(
    paper=_PAPER,
    where=_CS,
    says=r"p=(\tfrac25,\tfrac3{10},\tfrac15,\tfrac1{10}):\quad\inf_s\mathcal C_{CS}="
    r"\inf_{s:\,\operatorname{argmax}s\ne1}\mathcal C_{CS}=1",
    expected="certified",
    strength="identity",
)
def crammer_singer_four_classes(
    rows: tuple[Row, ...] = ((FOUR, Fraction(1), Fraction(1)),),
) -> tuple[Statement, Prover]:
    """Four classes, none with more than half of the mass: not calibrated."""
    return _minima(crammer_singer, rows)


crammer_singer_four_classes.false_if("a wrong prediction cost 1/100", rows=((FOUR, Fraction(1), Fraction(101, 100)),))
