r"""Tewari and Bartlett's criterion as an exact check of polyhedral multi-class losses, one posterior at a time.

A loss is calibrated at p when every score vector that predicts a class which is not most probable has more conditional
risk than the least one, bounded away. For a convex piecewise linear loss both infima are minima of linear programs; a
solver only proposes the optima, exact rational points and multipliers show them. One posterior at which the two
agree shows that the loss is not calibrated; a posterior at which they differ is no proof that it is, only a lower
bound of what a wrong prediction costs there.

Source: paper key ``tewari_bartlett``; the closed half-spaces ``s_j >= s_i`` give the infimum over the open ones,
because the risk is continuous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.shown import Shown

if TYPE_CHECKING:
    import sympy

    from theory.engine.evidence import Certificate
    from theory.engine.statements.linear import LinearProgram

__all__ = ["PointCalibration", "calibration_at"]

Loss = Callable[[Sequence[Any], int], Any]


@dataclass(frozen=True)
class PointCalibration(Shown):
    """What is known, exactly, of a loss at one posterior.

    Attributes
    ----------
    posterior
        The class probabilities.
    least, least_wrong
        Least conditional risk over all scores, and over those that predict a class which is not most probable.
    scores, wrong_scores
        Scores that attain them.
    certificate
        Points and multipliers of ``least <= least_wrong``, accepted by the independent checker.
    """

    posterior: tuple[Fraction, ...]
    least: Fraction
    least_wrong: Fraction
    scores: tuple[Fraction, ...]
    wrong_scores: tuple[Fraction, ...]
    certificate: Certificate

    @property
    def gap(self) -> Fraction:
        """What a wrong prediction costs at least."""
        return self.least_wrong - self.least

    @property
    def calibrated(self) -> bool:
        """Whether a wrong prediction costs anything at this posterior."""
        return self.gap > 0


def calibration_at(loss: Loss, posterior: Sequence[Fraction]) -> PointCalibration:
    """Decide whether a convex piecewise linear loss is calibrated at a posterior, with exact minima.

    Parameters
    ----------
    loss
        Takes symbolic scores and a label (from 0), made of sums, maxima and exact multiples.
    posterior
        Exact rationals (Fraction or int), not negative, of sum 1, not all equally probable.

    Raises
    ------
    ValueError
        If the posterior is not of that form, the loss is not convex piecewise linear, or a minimum was not found
        exactly.

    Examples
    --------
    >>> from theory.classification.background.claims_max_losses import crammer_singer
    >>> here = calibration_at(crammer_singer, (Fraction(3, 5), Fraction(3, 10), Fraction(1, 10)))
    >>> here.calibrated, str(here.least), str(here.least_wrong)
    (True, '4/5', '1')
    >>> calibration_at(crammer_singer, (Fraction(9, 20), Fraction(7, 20), Fraction(1, 5))).calibrated
    False
    """
    from theory.engine.evidence import Budget, Certificate
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinimum

    p = _checked(posterior)
    symbols, risk = _conditional_risk(loss, p)
    free, wrong = _programs(symbols, risk, p)
    outcome = linear_program().decide(LinearMinimum(free, "<=", wrong), Budget())
    if not isinstance(outcome, Certificate):
        raise ValueError(f"the minima at {[str(x) for x in p]} were not found exactly: {outcome.reason}")
    sides = outcome.data["parts"][0]
    best, worst = (_point(sides[side], symbols) for side in ("left", "right"))
    least, least_wrong = (_value(risk, symbols, point) for point in (best, worst))
    return PointCalibration(p, least, least_wrong, best, worst, outcome)


def _checked(posterior: Sequence[Fraction]) -> tuple[Fraction, ...]:
    if not all(isinstance(x, (int, Fraction)) for x in posterior):
        raise ValueError(f"posterior {list(posterior)!r}: exact numbers (Fraction or int) are needed, not floats")
    p = tuple(map(Fraction, posterior))
    if len(p) < 2 or sum(p) != 1 or min(p) < 0 or min(p) == max(p):
        raise ValueError(
            f"posterior {[str(x) for x in p]}: two or more numbers >= 0 of sum 1, not all equal, are needed"
        )
    return p


def _conditional_risk(loss: Loss, p: tuple[Fraction, ...]) -> tuple[tuple[sympy.Symbol, ...], sympy.Expr]:
    import sympy

    symbols = sympy.symbols(f"s1:{len(p) + 1}", real=True)
    terms = [sympy.Rational(x) * loss(symbols, label) for label, x in enumerate(p) if x]
    return symbols, sympy.Add(*terms)


def _programs(
    symbols: tuple[sympy.Symbol, ...], risk: sympy.Expr, p: tuple[Fraction, ...]
) -> tuple[LinearProgram, list[LinearProgram]]:
    """The program over all scores, and one for each class that is not most probable: its score is the largest."""
    from theory.engine.statements.linear import LinearProgram

    wrong = [
        LinearProgram(risk, symbols, [(top, ">=", other) for other in symbols if other is not top])
        for top, x in zip(symbols, p, strict=True)
        if x < max(p)
    ]
    return LinearProgram(risk, symbols), wrong


def _point(side: dict[str, Any], symbols: tuple[sympy.Symbol, ...]) -> tuple[Fraction, ...]:
    """The exact optimum in a certificate."""
    scalars = side["point"]["scalars"]
    return tuple(Fraction(scalars.get(symbol.name, "0")) for symbol in symbols)


def _value(risk: sympy.Expr, symbols: tuple[sympy.Symbol, ...], point: tuple[Fraction, ...]) -> Fraction:
    import sympy

    exact = [sympy.Rational(x) for x in point]
    value = risk.xreplace(dict(zip(symbols, exact, strict=True)))
    return Fraction(int(value.p), int(value.q))
