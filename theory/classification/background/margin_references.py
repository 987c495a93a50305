r"""The classical binary and multi-class losses as references for `lossproof conform`.

A margin loss takes a score and a sign; the multi-class ones take scores and a class. Libraries differ in conventions
that change the loss: hinges averaged over the classes, a margin other than 1, the base of the logarithm. The exact
expressions and the slips are those of `theory.classification.background.background_expressions`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.classification.background import background_expressions as exact
from theory.classification.posteriors import OF_TWO, entropy
from theory.engine.conformance.cases import reorder_classes, shift, swap_signs
from theory.engine.conformance.reference import SCORE_SIGN, SCORES_LABEL, Minimum, Reference, Slip

__all__ = [
    "CONSTRAINED_EXPONENTIAL",
    "CONSTRAINED_HINGE",
    "CONSTRAINED_SQUARED_HINGE",
    "CRAMMER_SINGER",
    "EXPONENTIAL",
    "HINGE",
    "LOGISTIC",
    "MAX_RHO_MARGIN",
    "QUADRATIC",
    "QUADRATIC_SURROGATE",
    "RHO_MARGIN",
    "SIGMOID",
    "WESTON_WATKINS",
]

_THREE = tuple(tuple(Fraction(k, 10) for k in row) for row in ((6, 3, 1), (2, 4, 4), (5, 5, 0), (1, 2, 7)))


# -- binary: a score and a sign --------------------------------------------------------------------------------------


def _of_sign(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Take one score and a sign where the expression takes a tuple and the label 0 or 1."""

    def signed(score: Any, label: int, **parameters: Any) -> Any:
        return loss((score,), int(label > 0), **parameters)

    return signed


def _log_ratio(share: int) -> Callable[..., Any]:
    def scores(p: tuple[Any, Any]) -> tuple[Any]:
        import sympy

        return (sympy.log(p[1] / p[0]) / share,)

    return scores


def _geometric(p: tuple[Any, Any]) -> Any:
    import sympy

    return 2 * sympy.sqrt(p[0] * p[1])


def _sign_of(p: tuple[Any, Any], rho: Any = 1) -> tuple[Any]:
    return (rho if p[1] > p[0] else -rho,)


def _binary(name: str, says: str, claims: tuple[str, ...], **known: Any) -> Reference:
    # rho - u for 1 - u/rho shows at other rho only; the tensors are compared at the default 1
    slips = [slip for slip in exact.SLIPS[name] if slip is not exact.rho_margin_not_scaled]
    return Reference(
        paper="hcons_binary",
        name=name,
        where="margin losses",
        says=says,
        inputs=SCORE_SIGN,
        loss=_of_sign(exact.LOSSES[name]),
        invariances=(swap_signs(),),
        slips=tuple(Slip.of(slip, _of_sign) for slip in slips),
        claims=claims,
        **known,
    )


HINGE = _binary(
    "hinge",
    r"\max(0,1-yu)",
    (
        "bartlett.hinge_*",
        "hcons_binary.hinge_*",
        "steinwart.hinge_calibration",
        "growth.hinge_does_not_grow_quadratically",
    ),
    minimum=Minimum("2 min(p, 1-p), at the scores -1 and 1", _sign_of, lambda p: 2 * min(p), OF_TWO),
)

LOGISTIC = _binary(
    "logistic",
    r"\log(1+e^{-yu})",
    ("bartlett.logistic_*", "hcons_binary.logistic_*", "steinwart.logistic_calibration", "growth.logistic_growth"),
    minimum=Minimum("the entropy of p, at the log-odds", _log_ratio(1), entropy, OF_TWO),
)

EXPONENTIAL = _binary(
    "exponential",
    r"e^{-yu}",
    (
        "bartlett.exponential_*",
        "hcons_binary.exponential_*",
        "steinwart.exponential_calibration",
        "growth.exponential_growth",
    ),
    minimum=Minimum("2 sqrt(p(1-p)), at half the log-odds", _log_ratio(2), _geometric, OF_TWO),
)

QUADRATIC = _binary(
    "quadratic",
    r"\max(0,1-yu)^2",
    ("bartlett.truncated_square_*", "hcons_binary.quadratic_*", "steinwart.quadratic_calibration"),
    minimum=Minimum("4 p(1-p), at the score 2p-1", lambda p: (p[1] - p[0],), lambda p: 4 * p[0] * p[1], OF_TWO),
)

SIGMOID = _binary(
    "sigmoid",
    r"1-\tanh(kyu)",
    ("hcons_binary.sigmoid_*", "steinwart.sigmoid_calibration"),
    parameters={"k": 1},
)

RHO_MARGIN = _binary(
    "rho_margin",
    r"\min(\max(0,1-yu/\rho),1)",
    ("hcons_binary.rho_margin_*", "steinwart.rho_margin_calibration"),
    parameters={"rho": 1},
    minimum=Minimum("min(p, 1-p), at the scores -rho and rho", _sign_of, lambda p, rho: min(p), OF_TWO),
)


# -- several classes: scores and a label -----------------------------------------------------------------------------


def _several(paper: str, name: str, where: str, says: str, claims: tuple[str, ...], **known: Any) -> Reference:
    return Reference(
        paper=paper,
        name=name,
        where=where,
        says=says,
        inputs=SCORES_LABEL,
        loss=exact.LOSSES[name],
        slips=tuple(map(Slip.of, exact.SLIPS[name])),
        claims=claims,
        **known,
    )


def _leader(p: tuple[Any, ...], rho: Any = 1) -> tuple[Any, ...]:
    """Scores 0, but for one most probable class, which is ahead by rho."""
    first = p.index(max(p))
    return tuple(rho if k == first else 0 for k in range(len(p)))


def _crammer_singer_scores(p: tuple[Any, ...]) -> tuple[Any, ...]:
    return _leader(p, 1 if 2 * max(p) > 1 else 0)


_DIFFERENCES = (shift(), reorder_classes())  # changes that keep the differences of the scores

WESTON_WATKINS = _several(
    "tewari_bartlett",
    "weston_watkins",
    "method of Weston and Watkins",
    r"\sum_{y'\ne y}\max(0,1+s_{y'}-s_y)",
    ("tewari_bartlett.weston_watkins_*",),
    invariances=_DIFFERENCES,
)

CRAMMER_SINGER = _several(
    "tewari_bartlett",
    "crammer_singer",
    "method of Crammer and Singer",
    r"\max(0,1+\max_{y'\ne y}s_{y'}-s_y)",
    ("tewari_bartlett.crammer_singer_*", "hcons_multiclass.max_hinge_is_flat"),
    invariances=_DIFFERENCES,
    minimum=Minimum(
        "min(1, 2(1 - max p)), at equal scores or with the most probable class ahead by 1",
        _crammer_singer_scores,
        lambda p: min(1, 2 * (1 - max(p))),
        _THREE,
    ),
)

MAX_RHO_MARGIN = _several(
    "hcons_multiclass",
    "max_rho_margin",
    "max losses",
    r"\min(\max(0,1-(s_y-\max_{y'\ne y}s_{y'})/\rho),1)",
    ("hcons_multiclass.max_rho_margin_regret",),
    parameters={"rho": 1},
    invariances=_DIFFERENCES,
    minimum=Minimum(
        "1 - max p, with the most probable class ahead by rho",
        _leader,
        lambda p, rho: 1 - max(p),
        _THREE,
    ),
)

# A least conditional risk of a constrained loss is one over the scores of sum zero, which `Minimum` does not know.
CONSTRAINED_HINGE = _several(
    "hcons_multiclass",
    "constrained_hinge",
    "constrained losses, scores of sum zero",
    r"\sum_{y'\ne y}\max(0,1+h_{y'})",
    ("hcons_multiclass.constrained_hinge_*",),
    invariances=(reorder_classes(),),
)

CONSTRAINED_SQUARED_HINGE = _several(
    "hcons_multiclass",
    "constrained_squared_hinge",
    "constrained losses, scores of sum zero",
    r"\sum_{y'\ne y}\max(0,1+h_{y'})^2",
    ("hcons_multiclass.constrained_squared_hinge_*",),
    invariances=(reorder_classes(),),
)

CONSTRAINED_EXPONENTIAL = _several(
    "hcons_multiclass",
    "constrained_exponential",
    "constrained losses, scores of sum zero",
    r"\sum_{y'\ne y}e^{h_{y'}}",
    ("hcons_multiclass.constrained_exponential_*",),
    invariances=(reorder_classes(),),
)

QUADRATIC_SURROGATE = _several(
    "osokin",
    "quadratic_surrogate",
    "quadratic surrogate of the zero-one loss",
    r"\tfrac1{2k}\bigl(f_y^2+\sum_{c\ne y}(1+f_c)^2\bigr)",
    ("osokin.quadratic_surrogate_*",),
    invariances=(reorder_classes(),),
    minimum=Minimum(
        "sum p (1-p)/(2k), at the scores p - 1",
        lambda p: tuple(x - 1 for x in p),
        lambda p: sum(x * (1 - x) for x in p) / (2 * len(p)),
        _THREE,
    ),
)
