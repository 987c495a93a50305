r"""Binary margin losses and the losses of Crammer-Singer and Weston-Watkins as references for `lossproof conform`.

A margin loss takes a score and a sign; the multi-class ones take scores and a class. Libraries differ in conventions
that change the loss: hinges averaged over the classes, a margin other than 1, the base of the logarithm.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from theory.classification.background.claims_max_losses import crammer_singer, weston_watkins
from theory.engine.conformance.cases import reorder_classes, shift, swap_signs
from theory.engine.conformance.reference import SCORE_SIGN, SCORES_LABEL, Minimum, Reference, Slip

__all__ = [
    "CRAMMER_SINGER",
    "EXPONENTIAL",
    "HINGE",
    "LOGISTIC",
    "QUADRATIC",
    "RHO_MARGIN",
    "SIGMOID",
    "WESTON_WATKINS",
]

_POSTERIORS = tuple((1 - Fraction(k, 8), Fraction(k, 8)) for k in (1, 3, 5, 7))


def hinge(u: Any) -> Any:
    """``max(0, 1-u)``."""
    import sympy

    return sympy.Max(0, 1 - u)


def logistic(u: Any) -> Any:
    """``log(1 + exp(-u))``."""
    import sympy

    return sympy.log(1 + sympy.exp(-u))


def exponential(u: Any) -> Any:
    """``exp(-u)``."""
    import sympy

    return sympy.exp(-u)


def quadratic(u: Any) -> Any:
    """``max(0, 1-u)^2``."""
    return hinge(u) ** 2


def sigmoid(u: Any, k: Any) -> Any:
    """``1 - tanh(k u)``."""
    import sympy

    return 1 - sympy.tanh(k * u)


def rho_margin(u: Any, rho: Any) -> Any:
    """``min(max(0, 1 - u/rho), 1)``."""
    import sympy

    return sympy.Min(sympy.Max(0, 1 - u / rho), 1)


def _of_margin(phi: Callable[..., Any]) -> Callable[..., Any]:
    def loss(score: Any, label: int, **parameters: Any) -> Any:
        return phi(label * score, **parameters)

    return loss


def _perceptron(score: Any, label: int, **_: Any) -> Any:
    import sympy

    return sympy.Max(0, -label * score)


def _label_of_zero_one(phi: Callable[..., Any]) -> Callable[..., Any]:
    """Labels 0 and 1 go where -1 and 1 are meant: a negative example costs phi(0) whatever its score."""

    def loss(score: Any, label: int, **parameters: Any) -> Any:
        return phi((label + 1) // 2 * score, **parameters)

    return loss


def _shared_slips(phi: Callable[..., Any]) -> tuple[Slip, ...]:
    return (
        Slip("labels 0 and 1 are used where -1 and 1 are meant", _label_of_zero_one(phi)),
        Slip("the sign of the margin is reversed", _of_margin(lambda u, **parameters: phi(-u, **parameters))),
    )


def _log_ratio(share: int) -> Callable[..., Any]:
    def scores(p: tuple[Any, Any]) -> tuple[Any]:
        import sympy

        return (sympy.log(p[1] / p[0]) / share,)

    return scores


def _entropy(p: tuple[Any, Any]) -> Any:
    import sympy

    return -sympy.Add(*[x * sympy.log(x) for x in p])


def _geometric(p: tuple[Any, Any]) -> Any:
    import sympy

    return 2 * sympy.sqrt(p[0] * p[1])


def _sign_of(p: tuple[Any, Any]) -> tuple[Any]:
    return (1 if p[1] > p[0] else -1,)


def _margin_reference(name: str, says: str, phi: Callable[..., Any], **known: Any) -> Reference:
    slips = (*_shared_slips(phi), *known.pop("slips", ()))
    return Reference(
        paper="hcons_binary",
        name=name,
        where="margin losses",
        says=says,
        inputs=SCORE_SIGN,
        loss=_of_margin(phi),
        invariances=(swap_signs(),),
        slips=slips,
        **known,
    )


HINGE = _margin_reference(
    "hinge",
    r"\max(0,1-yu)",
    hinge,
    minimum=Minimum("2 min(p, 1-p), at the scores -1 and 1", _sign_of, lambda p: 2 * min(p), _POSTERIORS),
    slips=(Slip("the margin 1 is missing: the perceptron loss", _perceptron),),
    claims=("bartlett.hinge_*", "hcons_binary.*hinge*"),
)

LOGISTIC = _margin_reference(
    "logistic",
    r"\log(1+e^{-yu})",
    logistic,
    minimum=Minimum("the entropy of p, at the log-odds", _log_ratio(1), _entropy, _POSTERIORS),
    claims=("bartlett.logistic_*", "hcons_binary.*logistic*", "growth.logistic_*"),
)

EXPONENTIAL = _margin_reference(
    "exponential",
    r"e^{-yu}",
    exponential,
    minimum=Minimum("2 sqrt(p(1-p)), at half the log-odds", _log_ratio(2), _geometric, _POSTERIORS),
    claims=("bartlett.exponential_*", "hcons_binary.*exponential*", "growth.exponential_*"),
)

QUADRATIC = _margin_reference(
    "quadratic",
    r"\max(0,1-yu)^2",
    quadratic,
    minimum=Minimum("4 p(1-p), at the score 2p-1", lambda p: (p[1] - p[0],), lambda p: 4 * p[0] * p[1], _POSTERIORS),
    slips=(
        Slip("not squared: the hinge loss", _of_margin(hinge)),
        Slip("halved: half of the square", _of_margin(lambda u: hinge(u) ** 2 / 2)),
        Slip("not cut off at 1: the squared loss", _of_margin(lambda u: (1 - u) ** 2)),
    ),
    claims=("bartlett.truncated_square_*", "hcons_binary.*quadratic*", "growth.quadratic_*"),
)

SIGMOID = _margin_reference(
    "sigmoid", r"1-\tanh(kyu)", sigmoid, parameters={"k": 1}, claims=("hcons_binary.*sigmoid*",),
    slips=(
        Slip("halved: the logistic function 1/(1+exp(2ku))", _of_margin(lambda u, k: sigmoid(u, k) / 2)),
        Slip("1 - tanh(ku/2): the logistic function doubled", _of_margin(lambda u, k: sigmoid(u / 2, k))),
    ),
)  # fmt: skip

RHO_MARGIN = _margin_reference(
    "rho_margin", r"\min(\max(0,1-yu/\rho),1)", rho_margin, parameters={"rho": 1},
    claims=("hcons_binary.*rho_margin*",),
    slips=(Slip("not cut off at 1: a hinge", _of_margin(lambda u, rho: hinge(u / rho))),),
)  # fmt: skip


def _mean_over_classes(scores: tuple[Any, ...], label: int) -> Any:
    return weston_watkins(scores, label) / len(scores)


def _squared_hinges(scores: tuple[Any, ...], label: int) -> Any:
    import sympy

    others = [s for k, s in enumerate(scores) if k != label]
    return sympy.Add(*[sympy.Max(0, 1 + s - scores[label]) ** 2 for s in others])


def _own_class_counted(scores: tuple[Any, ...], label: int) -> Any:
    return weston_watkins(scores, label) + 1


def _no_margin(scores: tuple[Any, ...], label: int) -> Any:
    import sympy

    return sympy.Max(*scores) - scores[label]


WESTON_WATKINS = Reference(
    paper="tewari_bartlett",
    name="weston_watkins",
    where="method of Weston and Watkins",
    says=r"\sum_{y'\ne y}\max(0,1+s_{y'}-s_y)",
    inputs=SCORES_LABEL,
    loss=weston_watkins,
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the mean over the classes in place of the sum: 1/n times the loss", _mean_over_classes),
        Slip("the hinges are squared", _squared_hinges),
        Slip("the own class is counted: 1 too much", _own_class_counted),
    ),
    claims=("tewari_bartlett.weston_watkins_*",),
)

CRAMMER_SINGER = Reference(
    paper="tewari_bartlett",
    name="crammer_singer",
    where="method of Crammer and Singer",
    says=r"\max(0,1+\max_{y'\ne y}s_{y'}-s_y)",
    inputs=SCORES_LABEL,
    loss=crammer_singer,
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the margin 1 is missing: the perceptron loss", _no_margin),
        Slip("the sum in place of the maximum: Weston-Watkins", weston_watkins),
    ),
    claims=("tewari_bartlett.crammer_singer_*",),
)
