r"""The probability margin as a reference for `lossproof conform`: scores and labels in, ``p_y - max p_k`` out.

Its exact form takes the largest other score before the exponential: the margin of exponentials over their sum.
"""

from __future__ import annotations

from typing import Any

from theory.classification.pma import pma_expressions as exact
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Reference, Slip

__all__ = ["PROBABILITY_MARGIN"]


def _margin(scores: tuple[Any, ...], label: int) -> Any:
    """Return `pma_expressions.probability_margin`, with a maximum of plain scores: its derivatives stay small."""
    import sympy

    rival = sympy.Max(*scores[:label], *scores[label + 1 :])
    total = sympy.Add(*map(sympy.exp, scores))
    return (sympy.exp(scores[label]) - sympy.exp(rival)) / total


PROBABILITY_MARGIN = Reference(
    paper="pma",
    name="probability_margin",
    where="probability margin",
    says=r"p_y-\max_{k\ne y}p_k,\quad p=\mathrm{softmax}(z)",
    inputs=SCORES_LABEL,
    loss=_margin,
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the margin of scores or of log-probabilities in place of probabilities",
             exact.probability_margin_of_scores),
        *map(Slip.of, (
            exact.probability_margin_double_softmax, exact.probability_margin_over_all,
            exact.probability_margin_of_top_two, exact.probability_margin_wrong_sign,
        )),
    ),
    claims=("pma.*",),
)  # fmt: skip
