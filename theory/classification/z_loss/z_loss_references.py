r"""The Z-loss, its linear limit and the spherical family as references for `lossproof conform`.

Parameters of the Z-loss: slope ``a`` (2 unless given) and margin ``b`` (1/2): at a = 1 or b = 0 some mistakes hide.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.classification.posteriors import OF_MANY
from theory.classification.z_loss import z_loss_expressions as exact
from theory.engine.conformance.cases import reorder_classes, scale, shift
from theory.engine.conformance.reference import SCORES_LABEL, Minimum, Reference, Slip

__all__ = ["LINEAR_Z_LOSS", "SPHERICAL_SOFTMAX", "SQUARED_ERROR", "TAYLOR_SOFTMAX", "Z_LOSS"]


def _least_linear(p: tuple[Any, ...]) -> Any:
    import sympy

    return -sympy.sqrt(len(p) * sympy.Add(*[(x - sympy.Rational(1, len(p))) ** 2 for x in p]))


def _linear_by_sample_deviation(scores: tuple[Any, ...], label: int) -> Any:
    import sympy

    return exact.linear_z_loss(scores, label) * sympy.sqrt(sympy.Rational(len(scores) - 1, len(scores)))


def _without_half(scores: tuple[Any, ...], label: int) -> Any:
    import sympy

    weights = [1 + o + o**2 for o in scores]
    return sympy.log(sympy.Add(*weights)) - sympy.log(weights[label])


def _epsilon_outside(scores: tuple[Any, ...], label: int, *, epsilon: Any) -> Any:
    import sympy

    return sympy.log(sympy.Add(*[o**2 for o in scores]) + epsilon) - sympy.log(scores[label] ** 2 + epsilon)


def _mean_squared(scores: tuple[Any, ...], label: int) -> Any:
    return exact.squared_error(scores, label) / len(scores)


def _halved(scores: tuple[Any, ...], label: int) -> Any:
    return exact.squared_error(scores, label) / 2


Z_LOSS = Reference(
    paper="z_loss",
    name="z_loss",
    where="Z-loss",
    says=r"\tfrac1a\log\bigl(1+e^{a(b-z_c)}\bigr)",
    inputs=SCORES_LABEL,
    loss=exact.z_loss,
    parameters={"a": 2, "b": Fraction(1, 2)},
    invariances=(shift(), scale(), reorder_classes()),
    slips=tuple(map(Slip.of, exact.SLIPS)),
    claims=(
        "z_loss.z_score_*",
        "z_loss.z_loss_*",
        "z_loss.gradient_orthogonal_*",
        "z_loss.linear_for_*",
        "z_loss.hinge_from_*",
        "z_loss.exchange_lowers_the_risk",
        "z_loss.risk_gradient",
        "z_loss.minimisers_rank_strictly",
    ),
)

LINEAR_Z_LOSS = Reference(
    paper="z_loss",
    name="linear_z_loss",
    where="linear limit of the Z-loss",
    says=r"-z_c",
    inputs=SCORES_LABEL,
    loss=exact.linear_z_loss,
    invariances=(shift(), scale(), reorder_classes()),
    minimum=Minimum("-|p - 1/D| sqrt(D), at the scores p", tuple, _least_linear, OF_MANY),
    slips=(Slip("the sample standard deviation (ddof = 1) for the population's", _linear_by_sample_deviation),),
    claims=("z_loss.linear_symmetric", "z_loss.linear_regret", "z_loss.z_score_*"),
)

TAYLOR_SOFTMAX = Reference(
    paper="z_loss",
    name="taylor_softmax",
    where="Taylor softmax",
    says=r"\log\sum_kt(o_k)-\log t(o_c),\quad t(o)=1+o+\tfrac12o^2",
    inputs=SCORES_LABEL,
    loss=exact.taylor_softmax_loss,
    invariances=(reorder_classes(),),
    slips=(Slip("o^2 in place of o^2/2", _without_half),),
    claims=("z_loss.taylor_softmax_*",),
)

SPHERICAL_SOFTMAX = Reference(
    paper="z_loss",
    name="spherical_softmax",
    where="spherical softmax",
    says=r"\log\sum_k(o_k^2+\epsilon)-\log(o_c^2+\epsilon)",
    inputs=SCORES_LABEL,
    loss=exact.spherical_softmax_loss,
    parameters={"epsilon": Fraction(1, 10)},
    invariances=(reorder_classes(),),
    slips=(Slip("epsilon is added to the sum once, not to each square", _epsilon_outside),),
    claims=("z_loss.spherical_softmax_*",),
)

SQUARED_ERROR = Reference(
    paper="z_loss",
    name="squared_error",
    where="squared error, a member of the spherical family",
    says=r"\sum_k(o_k-1[k=c])^2",
    inputs=SCORES_LABEL,
    loss=exact.squared_error,
    invariances=(reorder_classes(),),
    minimum=Minimum("1 - sum p^2, at the scores p", tuple, lambda p: 1 - sum(x * x for x in p), OF_MANY),
    slips=(
        Slip("the mean over the classes in place of the sum", _mean_squared),
        Slip("halved: half the squared error", _halved),
    ),
    claims=("z_loss.squared_error_*",),
)
