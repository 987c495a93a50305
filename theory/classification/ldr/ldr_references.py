r"""The label distributionally robust losses and two symmetric ones as references for `lossproof conform`.

Parameters of LDR-KL: the temperature ``lam`` (1/2 unless given) and the ``margin`` (1/4): at lam = 1 or without margin
some mistakes hide. At margin 0 its least conditional risk is ``lam (H(p) - log K)``, at the scores lam log p. With a
margin z = softmax(f/lam) has z (m - (m-1) z) proportional to p, m = e^(margin/lam): where all classes but one are
equally probable that is a quadratic equation, and the minimum is tried at such posteriors.

`ALDR_TEMPERATURE` is not a loss but the temperature that ALDR-KL gives an example next.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.classification.ldr import ldr_expressions as exact
from theory.classification.posteriors import OF_MANY
from theory.engine.conformance.cases import reorder_classes, scale, shift
from theory.engine.conformance.reference import SCORES_LABEL, Minimum, Reference, Slip

__all__ = ["ALDR_TEMPERATURE", "LDR_KL", "LDR_MAX", "LDR_MEAN", "NORMALISED_SCORE", "PAIRWISE_SIGMOID"]

_ONE_APART = (
    (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
    (Fraction(2, 5), Fraction(1, 5), Fraction(2, 5)),
    (Fraction(1, 5), Fraction(1, 5), Fraction(2, 5), Fraction(1, 5)),
)


def _shares(p: tuple[Any, ...], lam: Any, margin: Any) -> tuple[Any, ...]:
    """Return z of sum 1 with z (m - (m-1) z) proportional to p, m = e^(margin/lam).

    With the share s for each of the n classes that are alike and 1 - n s for the one apart it is the smaller root of a
    quadratic equation in s.
    """
    import sympy

    apart = next((k for k in range(len(p)) if len(set(p[:k] + p[k + 1 :])) == 1), None)
    if apart is None:
        raise ValueError(f"posterior is {p}; allowed: all probabilities but one alike")
    n, own, other = len(p) - 1, p[apart], p[apart - 1]
    m = sympy.exp(margin / lam)
    half = own * m - other * n * (m - 2)
    s = 2 * other / (half + sympy.sqrt(half**2 + 4 * (m - 1) * (other * n**2 - own) * other))
    return tuple(1 - n * s if k == apart else s for k in range(len(p)))


def _minimising(p: tuple[Any, ...], lam: Any, margin: Any) -> tuple[Any, ...]:
    import sympy

    return tuple(lam * sympy.log(z) for z in _shares(p, lam, margin))


def _least(p: tuple[Any, ...], lam: Any, margin: Any) -> Any:
    import sympy

    m, shares = sympy.exp(margin / lam), _shares(p, lam, margin)
    losses = [lam * sympy.log((m - (m - 1) * z) / (len(p) * z)) for z in shares]
    return sympy.Add(*[x * loss for x, loss in zip(p, losses, strict=True)])


def _least_normalised(p: tuple[Any, ...]) -> Any:
    import sympy

    return 1 - sympy.sqrt(sympy.Add(*[(x - sympy.Rational(1, len(p))) ** 2 for x in p]))


def _margin_left_out(scores: tuple[Any, ...], label: int, *, lam: Any, margin: Any) -> Any:
    return exact.ldr_kl(scores, label, lam=lam)


def _multiplied(scores: tuple[Any, ...], label: int, *, lam: Any, margin: Any) -> Any:
    return exact.ldr_kl(scores, label, lam=1 / lam, margin=margin)


def _sum_over_other_classes(scores: tuple[Any, ...], label: int, *, margin: Any) -> Any:
    import sympy

    gaps = [score - scores[label] + margin for k, score in enumerate(scores) if k != label]
    return sympy.Add(*[sympy.Max(0, gap) for gap in gaps])


def _mean_over_classes(scores: tuple[Any, ...], label: int, *, margin: Any) -> Any:
    import sympy

    return _sum_over_other_classes(scores, label, margin=margin) / sympy.Integer(len(scores))


def _maximum_without_margin(scores: tuple[Any, ...], label: int, *, margin: Any) -> Any:
    return exact.ldr_max(scores, label)


def _mean_without_margin(scores: tuple[Any, ...], label: int, *, margin: Any) -> Any:
    return exact.ldr_mean(scores, label)


def _mean_over_others(scores: tuple[Any, ...], label: int, *, margin: Any) -> Any:
    import sympy

    return exact.ldr_mean(scores, label, margin=margin) * sympy.Rational(len(scores), len(scores) - 1)


def _sigmoid_of_correct_order(scores: tuple[Any, ...], label: int) -> Any:
    return len(scores) - 1 - exact.pairwise_sigmoid(scores, label)


def _sigmoid_averaged(scores: tuple[Any, ...], label: int) -> Any:
    return exact.pairwise_sigmoid(scores, label) / (len(scores) - 1)


LDR_KL = Reference(
    paper="ldr",
    name="ldr_kl",
    where="LDR-KL loss",
    says=r"\lambda\log\frac1K\sum_ke^{(f_k-f_y+c1_{k\ne y})/\lambda}",
    inputs=SCORES_LABEL,
    loss=exact.ldr_kl,
    parameters={"lam": Fraction(1, 2), "margin": Fraction(1, 4)},
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("z (m - (m-1) z) proportional to p, z = softmax(f/lam)", _minimising, _least, _ONE_APART),
    slips=(
        *map(Slip.of, (
            exact.ldr_kl_sum_for_mean, exact.ldr_kl_margin_on_label, exact.ldr_kl_label_left_out,
            exact.ldr_kl_no_outer_temperature, exact.ldr_kl_base_two, exact.ldr_kl_double_softmax,
            exact.ldr_kl_wrong_sign, exact.ldr_kl_mean_of_logs,
        )),
        Slip("the margin is left out", _margin_left_out),
        Slip("scores and outer factor are scaled by 1/lam in place of lam", _multiplied),
    ),
    claims=(
        "ldr.worst_case_*",
        "ldr.loss_in_exponentials",
        "ldr.at_most_the_maximum",
        "ldr.near_the_maximum",
        "ldr.at_least_the_mean",
        "ldr.variance_correction_*",
        "ldr.slope_*",
        "ldr.curvature_is_the_variance",
        "ldr.decreasing_in_the_temperature",
        "ldr.stationary_*",
        "ldr.wrong_order_costs*",
    ),
)  # fmt: skip

LDR_MAX = Reference(
    paper="ldr",
    name="ldr_max",
    where="LDR loss at temperature 0",
    says=r"\max_k(f_k-f_y+c1_{k\ne y})",
    inputs=SCORES_LABEL,
    loss=exact.ldr_max,
    parameters={"margin": 1},
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the margin is left out", _maximum_without_margin),
        Slip("the sum of the hinges in place of their maximum", _sum_over_other_classes),
        Slip("the mean over the classes of the hinges in place of their maximum", _mean_over_classes),
    ),
    claims=("ldr.maximum_not_calibrated",),
)

LDR_MEAN = Reference(
    paper="ldr",
    name="ldr_mean",
    where="LDR loss at infinite temperature",
    says=r"\frac1K\sum_k(f_k-f_y+c1_{k\ne y})",
    inputs=SCORES_LABEL,
    loss=exact.ldr_mean,
    parameters={"margin": 1},
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the margin is left out", _mean_without_margin),
        Slip("the mean runs over the other classes only", _mean_over_others),
    ),
    claims=("ldr.mean_loss_is_symmetric",),
)

ALDR_TEMPERATURE = Reference(
    paper="ldr",
    name="aldr_temperature",
    where="ALDR-KL: next temperature of an example",
    says=r"\lambda_0-\frac{\lambda_0}{\alpha\log K}\mathrm{KL}\bigl(\operatorname{softmax}((f+c1_{k\ne y})/\lambda)"
    r"\,\|\,\tfrac1K\bigr)",
    inputs=SCORES_LABEL,
    loss=exact.aldr_temperature,
    parameters={"lam": Fraction(3, 2), "lam0": Fraction(3, 4), "alpha": 2, "margin": Fraction(1, 4)},
    invariances=(shift(), reorder_classes()),
    slips=tuple(map(Slip.of, (
        exact.aldr_temperature_without_margin, exact.aldr_temperature_log_count_left_out,
        exact.aldr_temperature_upwards,
    ))),
    claims=(
        "ldr.update_with_margin", "ldr.update_for_every_number_of_classes", "ldr.update_at_least", "ldr.update_at_most",
    ),
)  # fmt: skip

NORMALISED_SCORE = Reference(
    paper="ldr",
    name="normalised_score",
    where="a symmetric loss that ranks",
    says=r"1-\frac{f_y-\bar f}{\|f-\bar f\|}",
    form="derived",
    inputs=SCORES_LABEL,
    loss=exact.normalised_score,
    invariances=(shift(), scale(), reorder_classes()),
    minimum=Minimum("1 - |p - 1/K|, at the scores p", tuple, _least_normalised, OF_MANY),
    slips=tuple(map(Slip.of, (
        exact.normalised_score_by_standard_deviation, exact.normalised_score_by_unbiased_deviation,
    ))),
    claims=("ldr.normalised_*",),
)  # fmt: skip

PAIRWISE_SIGMOID = Reference(
    paper="ldr",
    name="pairwise_sigmoid",
    where="a smooth symmetric loss that ranks",
    says=r"\sum_{k\ne y}\frac1{1+e^{f_y-f_k}}",
    form="derived",
    inputs=SCORES_LABEL,
    loss=exact.pairwise_sigmoid,
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("sigmoids of f_y - f_k: the reward of a right order", _sigmoid_of_correct_order),
        Slip("the mean over the other classes in place of the sum", _sigmoid_averaged),
    ),
    claims=("ldr.sigmoid_*",),
)
