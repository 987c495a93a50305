r"""The Mann-Whitney and the contrastive loss as references for `lossproof conform`.

`MANN_WHITNEY` takes the scores of all positives and of all negatives and is one number, in nats as the paper is
usually quoted; `MANN_WHITNEY_BITS` is the corrected one, which bounds 1 - AUC. `INFONCE` takes the score of one
positive and a row of negatives a query: the similarities themselves, divided by the temperature by the loss.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.classification.mw_auc import mw_auc_expressions as exact
from theory.engine.conformance.cases import shift_all
from theory.engine.conformance.reference import PAIRED_SCORES, Input, Reference, Slip

__all__ = ["INFONCE", "MANN_WHITNEY", "MANN_WHITNEY_BITS"]

_QUERY = (
    Input("positives", "real", differentiated=True),
    Input("negatives", "real", per_class=True, differentiated=True),
)


def _in_nats(positives: tuple[Any, ...], negatives: tuple[Any, ...]) -> Any:
    return exact.mann_whitney_in_nats(positives, negatives)


def _nats(function: Any) -> Any:
    def loss(positives: tuple[Any, ...], negatives: tuple[Any, ...]) -> Any:
        import sympy

        return function(positives, negatives, sympy.E)

    return loss


_OF_PAIRS = (
    exact.mann_whitney_summed,
    exact.mann_whitney_wrong_sign,
    exact.mann_whitney_of_partners,
    exact.mann_whitney_of_means,
)

MANN_WHITNEY = Reference(
    paper="mw_auc",
    name="mann_whitney",
    where="Mann-Whitney loss",
    says=r"\frac1{|\mathcal P|}\sum_{\mathcal P}\log\bigl(1+e^{-(s^+-s^-)}\bigr)",
    inputs=PAIRED_SCORES,
    loss=_in_nats,
    whole_batch=True,
    invariances=(shift_all(),),
    slips=(
        Slip("the logarithm is taken to base 2: what bounds 1 - AUC, but not the loss as quoted", exact.mann_whitney),
        *(Slip.of(function, _nats) for function in _OF_PAIRS),
    ),
    claims=("mw_auc.area_bound_in_nats", "mw_auc.nats_suffice_beyond", "mw_auc.nats_fail_before"),
)

MANN_WHITNEY_BITS = Reference(
    paper="mw_auc",
    name="mann_whitney_bits",
    where="Mann-Whitney loss with the logarithm to base 2",
    says=r"\frac1{|\mathcal P|}\sum_{\mathcal P}\log_2\bigl(1+e^{-(s^+-s^-)}\bigr)",
    form="derived",
    inputs=PAIRED_SCORES,
    loss=exact.mann_whitney,
    whole_batch=True,
    invariances=(shift_all(),),
    slips=(Slip.of(exact.mann_whitney_in_nats), *map(Slip.of, _OF_PAIRS)),
    claims=("mw_auc.area_bound_in_bits", "mw_auc.pair_bound"),
)

INFONCE = Reference(
    paper="mw_auc",
    name="infonce",
    where="contrastive loss (InfoNCE)",
    says=r"-\log\frac{e^{s^+/T}}{e^{s^+/T}+\sum_je^{s_j/T}}",
    inputs=_QUERY,
    loss=exact.infonce,
    parameters={"temperature": Fraction(1, 2)},
    invariances=(shift_all(),),
    slips=tuple(map(Slip.of, (
        exact.infonce_of_negatives_only, exact.infonce_multiplied_temperature, exact.infonce_mean_of_negatives,
    ))),
    claims=(
        "mw_auc.shift_invariance",
        "mw_auc.loss_bounds_violations",
        "mw_auc.area_bounded_by_exponential",
        "mw_auc.area_bounded_linearly",
        "mw_auc.contrastive_says_nothing",
        "mw_auc.perfect_queries_low_auc",
    ),
)  # fmt: skip
