r"""The mixup ranking losses as references for `lossproof conform`.

`RANKING` takes the scores of a raw and of a mixed sample. `GAIN` takes a row of gains in the order in which they are
ranked, in (0, 1) as confidences and mixing coefficients are.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

from theory.classification.rankmixup import rankmixup_expressions as exact
from theory.engine.conformance.cases import reorder_classes, scale, shift
from theory.engine.conformance.reference import Input, Reference, Slip

__all__ = ["GAIN", "RANKING"]

_RAW_AND_MIXED = (
    Input("scores", "real", per_class=True, differentiated=True),
    Input("mixed", "real", per_class=True, differentiated=True),
)
_GAINS = (Input("gains", "probability", per_class=True, differentiated=True),)


def _of_rows(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(scores: tuple[Any, ...], mixed: tuple[Any, ...], *, margin: Any) -> Any:
        return function(scores, mixed=mixed, margin=margin)

    return loss


def _ranking(scores: tuple[Any, ...], mixed: tuple[Any, ...], *, margin: Any) -> Any:
    """Return `rankmixup_expressions.mixup_ranking_loss`, with maxima of plain scores: their derivatives stay small."""
    import sympy

    raw, other = (sympy.exp(sympy.Max(*row)) / sympy.Add(*map(sympy.exp, row)) for row in (scores, mixed))
    return sympy.Max(0, other - raw + margin)


def _descending(gains: tuple[Any, ...]) -> list[Any]:
    """Return the gains in falling order, as expressions: the k-th is the largest of the least of k of them."""
    import sympy

    sizes = range(1, len(gains) + 1)
    return [sympy.Max(*[sympy.Min(*chosen) for chosen in combinations(gains, size)]) for size in sizes]


def _discounted(gains: list[Any] | tuple[Any, ...], first: int = 2) -> Any:
    import sympy

    return sympy.Add(*[gain * sympy.log(2) / sympy.log(place) for place, gain in enumerate(gains, start=first)])


def _gain(gains: tuple[Any, ...]) -> Any:
    return 1 - _discounted(gains) / _discounted(_descending(gains))


def _one_place_late(gains: tuple[Any, ...]) -> Any:
    return 1 - _discounted(gains, 3) / _discounted(_descending(gains), 3)


def _ascending_ideal(gains: tuple[Any, ...]) -> Any:
    return 1 - _discounted(gains) / _discounted(_descending(gains)[::-1])


def _exponential_gains(gains: tuple[Any, ...]) -> Any:
    return _gain(tuple(2**gain - 1 for gain in gains))


RANKING = Reference(
    paper="rankmixup",
    name="ranking",
    where="mixup-based ranking loss",
    says=r"\max(0,\max_kp_k(\text{mixed})-\max_kp_k(\text{raw})+m)",
    inputs=_RAW_AND_MIXED,
    loss=_ranking,
    parameters={"margin": Fraction(1, 4)},
    invariances=(shift(), shift("mixed"), reorder_classes()),
    slips=tuple(Slip.of(function, _of_rows) for function in (
        exact.ranking_loss_without_margin, exact.ranking_loss_with_negative_margin, exact.ranking_loss_reversed,
        exact.ranking_loss_without_hinge, exact.ranking_loss_of_scores,
    )),
    claims=("rankmixup.ranking_loss_*", "rankmixup.order_alone_makes_it_vanish"),
)  # fmt: skip

GAIN = Reference(
    paper="rankmixup",
    name="gain",
    where="loss of the normalised discounted cumulative gain",
    says=r"1-\frac{\sum_ig_i/\log_2(1+i)}{\sum_ig_{(i)}/\log_2(1+i)},\quad g_{(1)}\ge g_{(2)}\ge\dots",
    inputs=_GAINS,
    loss=_gain,
    sizes=(3, 4),
    invariances=(scale("gains", Fraction(1, 2)),),
    slips=(
        Slip("not normalised: one minus the discounted gain itself", exact.gain_loss_without_normalising),
        Slip("discounts log(2+i) for log(1+i), places counted from 1", _one_place_late),
        Slip("the ideal is that of the gains sorted upwards", _ascending_ideal),
        Slip("gains 2^g - 1 in place of g", _exponential_gains),
    ),
    claims=(
        "rankmixup.swapping_into_order_gains",
        "rankmixup.partial_sums_order_the_gain",
        "rankmixup.one_only_in_order",
    ),
)
