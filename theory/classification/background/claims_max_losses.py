r"""Losses built on a maximum or a sum of hinges over classes are not calibrated for three classes.

For labels with posterior p and scores s the conditional risk is ``sum_y p_y loss(s, y)`` with

- Crammer-Singer: ``loss(s, y) = max(0, 1 + max_{y' != y} s_{y'} - s_y)``,
- Weston-Watkins: ``loss(s, y) = sum_{y' != y} max(0, 1 + s_{y'} - s_y)``.

Where the least conditional risk over all scores equals the least one over the scores for which a class other
than the most probable one (class 1) scores highest, surrogate regret zero goes with zero-one regret p_1 - p_2
> 0: no bound of the zero-one regret by the surrogate regret can hold. Both minima are linear programs.
"Another class scores highest" is the union of the half-spaces ``s_j >= s_1``, closed; the minimum over a
closed half-space is the infimum over the open one, because the risk is continuous, so that ties do not
matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim

if TYPE_CHECKING:
    import sympy

    from theory.engine.evidence import Prover
    from theory.engine.statements.base import Statement
    from theory.engine.statements.linear import LinearProgram

Loss = Callable[[Sequence[Any], int], Any]
Posterior = tuple[Fraction, ...]
NEAR_TIE = (Fraction(9, 20), Fraction(7, 20), Fraction(1, 5))


def crammer_singer(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Return ``max(0, 1 + max_{y' != y} s_{y'} - s_y)`` for symbolic scores.

    Source: Crammer and Singer 2001.

    Examples
    --------
    >>> from sympy import symbols
    >>> crammer_singer(symbols("s1 s2"), 0)
    Max(0, -s1 + s2 + 1)
    """
    import sympy

    return sympy.Max(0, *[1 + score - scores[label] for other, score in enumerate(scores) if other != label])


def weston_watkins(scores: Sequence[sympy.Expr], label: int) -> sympy.Expr:
    """Return ``sum_{y' != y} max(0, 1 + s_{y'} - s_y)`` for symbolic scores.

    Source: Weston and Watkins 1999.

    Examples
    --------
    >>> from sympy import symbols
    >>> weston_watkins(symbols("s1 s2 s3"), 0).subs({"s1": 0, "s2": 1, "s3": -2})
    2
    """
    import sympy

    return sum(
        (sympy.Max(0, 1 + score - scores[label]) for other, score in enumerate(scores) if other != label),
        sympy.Integer(0),
    )


def conditional_programs(loss: Loss, posterior: Sequence[Fraction]) -> tuple[LinearProgram, list[LinearProgram]]:
    """Return the least conditional risk over all scores, and over those that do not predict class 1.

    Parameters
    ----------
    loss
        Takes the symbolic scores and a label (from 0); convex piecewise linear.
    posterior
        Exact rationals, not negative, sum 1, the first one the largest.

    Raises
    ------
    ValueError
        If the posterior is not of that form.

    Examples
    --------
    >>> free, wrong = conditional_programs(crammer_singer, NEAR_TIE)
    >>> len(free.variables), len(wrong)
    (3, 2)
    """
    import sympy

    from theory.engine.statements.linear import LinearProgram

    if sum(posterior) != 1 or min(posterior) < 0 or max(posterior) != posterior[0] or len(posterior) < 2:
        raise ValueError(
            f"posterior {[str(p) for p in posterior]}: rationals >= 0 of sum 1, the first largest, are needed"
        )
    scores = sympy.symbols(f"s1:{len(posterior) + 1}", real=True)
    risk = sum(
        (sympy.Rational(p) * loss(scores, y) for y, p in enumerate(posterior)),
        sympy.Integer(0),
    )
    wrong = [LinearProgram(risk, scores, [(score, ">=", scores[0])]) for score in scores[1:]]
    return LinearProgram(risk, scores), wrong


def _no_regret(loss: Loss, posterior: Sequence[Fraction]) -> tuple[Statement, Prover]:
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinimum

    free, wrong = conditional_programs(loss, posterior)
    return LinearMinimum(wrong, "==", free), linear_program()


@claim(
    paper="tewari_bartlett",
    where="consistency of the method of Crammer and Singer",
    says=r"p=(\tfrac{9}{20},\tfrac{7}{20},\tfrac15):\quad "
    r"\inf_{s:\,\operatorname{argmax} s\ne 1}\mathcal C_{CS}(s,p)=\inf_s\mathcal C_{CS}(s,p)",
    expected="certified",
    strength="identity",
    form="derived",
)
def crammer_singer_not_calibrated(posterior: Posterior = NEAR_TIE) -> tuple[Statement, Prover]:
    """Crammer-Singer is not calibrated: surrogate regret 0 goes with zero-one regret 1/10."""
    return _no_regret(crammer_singer, posterior)


crammer_singer_not_calibrated.false_if(
    "one class had more than half the mass", posterior=(Fraction(3, 5), Fraction(3, 10), Fraction(1, 10))
)


@claim(
    paper="tewari_bartlett",
    where="consistency of the method of Crammer and Singer",
    says=r"\inf_s\mathcal C_{CS}\bigl(s,(\tfrac{9}{20},\tfrac{7}{20},\tfrac15)\bigr)=1",
    expected="certified",
    strength="identity",
    form="derived",
)
def crammer_singer_minimum(value: Fraction = Fraction(1), posterior: Posterior = NEAR_TIE) -> tuple[Statement, Prover]:
    """The least conditional Crammer-Singer risk is 1, that of equal scores."""
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinimum

    return LinearMinimum(conditional_programs(crammer_singer, posterior)[0], "==", value), linear_program()


crammer_singer_minimum.false_if("the value were 1 % larger", value=Fraction(101, 100))
crammer_singer_minimum.false_if("the value were 1 % smaller", value=Fraction(99, 100))
crammer_singer_minimum.false_if(
    "one class had more than half the mass", posterior=(Fraction(3, 5), Fraction(3, 10), Fraction(1, 10))
)


@claim(
    paper="tewari_bartlett",
    where="consistency of the method of Weston and Watkins",
    says=r"p\in\{(\tfrac{9}{20},\tfrac{7}{20},\tfrac15),(\tfrac25,\tfrac{7}{20},\tfrac14)\}:\quad "
    r"\inf_{s:\,\operatorname{argmax} s\ne 1}\mathcal C_{WW}(s,p)=\inf_s\mathcal C_{WW}(s,p)"
    r"=\tfrac85,\ \tfrac74",
    expected="certified",
    strength="identity",
    form="derived",
)
def weston_watkins_not_calibrated(
    posteriors: tuple[tuple[Posterior, Fraction], ...] = (
        (NEAR_TIE, Fraction(8, 5)),
        ((Fraction(2, 5), Fraction(7, 20), Fraction(1, 4)), Fraction(7, 4)),
    ),
) -> tuple[Statement, Prover]:
    """Weston-Watkins is not calibrated: surrogate regret 0 goes with zero-one regret 1/10 and 1/20."""
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinima, LinearMinimum

    parts = []
    for posterior, value in posteriors:
        free, wrong = conditional_programs(weston_watkins, posterior)
        parts += [LinearMinimum(wrong, "==", value), LinearMinimum(free, "==", value)]
    return LinearMinima(parts), linear_program()


weston_watkins_not_calibrated.false_if(
    "classes 2 and 3 were equally likely",
    posteriors=(((Fraction(2, 5), Fraction(3, 10), Fraction(3, 10)), Fraction(9, 5)),),
)
weston_watkins_not_calibrated.false_if(
    "one class had more than half the mass",
    posteriors=(((Fraction(3, 5), Fraction(3, 10), Fraction(1, 10)), Fraction(11, 10)),),
)
