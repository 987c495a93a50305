r"""The losses of the paper as exact SymPy expressions of one example, and slips that people make in writing them.

Every function takes the symbols (or exact numbers) of the scores, a label from 0, and keyword parameters, and returns
an expression that evaluates to any number of digits. Conventions: natural logarithm, one example, no reduction.

Invariances: every loss here is unchanged when all scores move by one constant, and permuting scores and label
together changes nothing; ``psi(a f; a lam, a c) = a psi(f; lam, c)`` for a > 0; the normalised-score loss is unchanged
when the scores are multiplied by a > 0. Conditional minima: LDR-KL at margin 0 has ``lam (H(p) - log K)``, H the
entropy, at ``lam log p``; with a margin z = softmax(f/lam) solves ``z_y (m - (m-1) z_y)`` proportional to p_y, m =
e^{c/lam}; the normalised scores have ``1 - |p - 1/K|`` at ``t (p - 1/K)``; the pairwise sigmoid has the infimum
``sum over pairs of min(p_y, p_k)``, not attained; the maximum (lam = 0) has c wherever no p_y exceeds 1/2.

`aldr_temperature` is no loss but the temperature that ALDR-KL gives an example next; it lies in
``[lam0 (1 - 1/alpha), lam0]``, and the same shifts and renamings leave it as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = [
    "aldr_temperature",
    "aldr_temperature_log_count_left_out",
    "aldr_temperature_upwards",
    "aldr_temperature_without_margin",
    "ldr_kl",
    "ldr_kl_base_two",
    "ldr_kl_double_softmax",
    "ldr_kl_label_left_out",
    "ldr_kl_margin_on_label",
    "ldr_kl_mean_of_logs",
    "ldr_kl_no_outer_temperature",
    "ldr_kl_sum_for_mean",
    "ldr_kl_wrong_sign",
    "ldr_max",
    "ldr_mean",
    "normalised_score",
    "normalised_score_by_standard_deviation",
    "normalised_score_by_unbiased_deviation",
    "pairwise_sigmoid",
]

Scores = Sequence[Any]


def _gaps(scores: Scores, label: int, margin: Any) -> list[Any]:
    """Return ``f_k - f_y + c 1[k != y]``."""
    if not 0 <= label < len(scores) or len(scores) < 2:
        raise ValueError(f"label is {label} of {len(scores)} scores; allowed: 0, ..., K-1 of K >= 2 scores")
    return [score - scores[label] + (0 if k == label else margin) for k, score in enumerate(scores)]


def _mean_exponential(gaps: Sequence[Any], lam: Any) -> sympy.Expr:
    import sympy

    return sympy.Add(*[sympy.exp(gap / sympy.sympify(lam)) for gap in gaps]) / len(gaps)


def ldr_kl(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """``lam log mean_k exp((f_k - f_y + c 1[k != y])/lam)``.

    Examples
    --------
    >>> from sympy import symbols
    >>> ldr_kl(symbols("f1 f2"), 0)
    log(exp(-f1 + f2)/2 + 1/2)
    """
    import sympy

    return sympy.sympify(lam) * sympy.log(_mean_exponential(_gaps(scores, label, margin), lam))


def ldr_max(scores: Scores, label: int, *, margin: Any = 0) -> sympy.Expr:
    """The limit lam -> 0, ``max_k (f_k - f_y + c 1[k != y])``.

    Examples
    --------
    >>> from sympy import symbols
    >>> ldr_max(symbols("f1 f2"), 0, margin=1)
    Max(0, -f1 + f2 + 1)
    """
    import sympy

    return sympy.Max(*_gaps(scores, label, margin))


def ldr_mean(scores: Scores, label: int, *, margin: Any = 0) -> sympy.Expr:
    """The limit lam -> oo, ``mean_k (f_k - f_y + c 1[k != y])``.

    Examples
    --------
    >>> from sympy import symbols
    >>> ldr_mean(symbols("f1 f2"), 0, margin=1)
    -f1/2 + f2/2 + 1/2
    """
    import sympy

    return sympy.expand(sympy.Add(*_gaps(scores, label, margin)) / len(scores))


def ldr_kl_sum_for_mean(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: sum over the classes in place of their mean (larger by lam log K)."""
    import sympy

    return sympy.sympify(lam) * sympy.log(len(scores) * _mean_exponential(_gaps(scores, label, margin), lam))


def ldr_kl_margin_on_label(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: the margin is added to the label's own gap too (larger: the margin is a constant then)."""
    return ldr_kl(scores, label, lam=lam) + margin


def ldr_kl_label_left_out(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: the mean runs over the other classes only."""
    import sympy

    gaps = [gap for k, gap in enumerate(_gaps(scores, label, margin)) if k != label]
    return sympy.sympify(lam) * sympy.log(_mean_exponential(gaps, lam))


def ldr_kl_no_outer_temperature(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: the factor lam before the logarithm is missing."""
    return ldr_kl(scores, label, lam=lam, margin=margin) / lam


def ldr_kl_base_two(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: logarithm to the base 2."""
    import sympy

    return ldr_kl(scores, label, lam=lam, margin=margin) / sympy.log(2)


def ldr_kl_double_softmax(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: the loss is fed with softmax probabilities in place of scores."""
    import sympy

    total = sympy.Add(*[sympy.exp(score) for score in scores])
    return ldr_kl([sympy.exp(score) / total for score in scores], label, lam=lam, margin=margin)


def ldr_kl_wrong_sign(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: gaps f_y - f_k in place of f_k - f_y."""
    return ldr_kl([-score for score in scores], label, lam=lam, margin=margin)


def ldr_kl_mean_of_logs(scores: Scores, label: int, *, lam: Any = 1, margin: Any = 0) -> sympy.Expr:
    """Slip: mean of the logarithms in place of the logarithm of the mean (it is the limit lam -> oo)."""
    import sympy

    temperature = sympy.sympify(lam)
    return temperature * sympy.Add(*[gap / temperature for gap in _gaps(scores, label, margin)]) / len(scores)


def aldr_temperature(
    scores: Scores, label: int, *, lam: Any = 1, lam0: Any = 1, alpha: Any = 2, margin: Any = 0
) -> sympy.Expr:
    """``lam0 - lam0 KL(q || 1/K)/(alpha log K)`` at ``q = softmax((f + c 1[k != y])/lam)``.

    Examples
    --------
    >>> aldr_temperature((0, 0), 0, lam0=3)
    3
    """
    import sympy

    share = sympy.sympify(lam0) / (alpha * sympy.log(len(scores)))
    return lam0 - share * _divergence(_gaps(scores, label, margin), lam, len(scores))


def aldr_temperature_without_margin(
    scores: Scores, label: int, *, lam: Any = 1, lam0: Any = 1, alpha: Any = 2, margin: Any = 0
) -> sympy.Expr:
    """Slip: the divergence is that of softmax(f/lam), without the margin, as in the published code."""
    return aldr_temperature(scores, label, lam=lam, lam0=lam0, alpha=alpha)


def aldr_temperature_log_count_left_out(
    scores: Scores, label: int, *, lam: Any = 1, lam0: Any = 1, alpha: Any = 2, margin: Any = 0
) -> sympy.Expr:
    """Slip: sum q log q in place of sum q log(K q), so that the temperature rises."""
    import sympy

    share = sympy.sympify(lam0) / (alpha * sympy.log(len(scores)))
    return lam0 - share * _divergence(_gaps(scores, label, margin), lam, 1)


def aldr_temperature_upwards(
    scores: Scores, label: int, *, lam: Any = 1, lam0: Any = 1, alpha: Any = 2, margin: Any = 0
) -> sympy.Expr:
    """Slip: the share of the divergence is added to lam0."""
    return 2 * lam0 - aldr_temperature(scores, label, lam=lam, lam0=lam0, alpha=alpha, margin=margin)


def _divergence(gaps: Sequence[Any], lam: Any, count: int) -> sympy.Expr:
    """Return ``sum q log(count q)`` for q = softmax(gaps/lam)."""
    import sympy

    raised = [sympy.exp(gap / sympy.sympify(lam)) for gap in gaps]
    total = sympy.Add(*raised)
    return sympy.Add(*[value / total * sympy.log(count * value / total) for value in raised])


def normalised_score(scores: Scores, label: int) -> sympy.Expr:
    """``1 - (f_y - mean f)/|f - mean f|``: symmetric, bounded, top-k calibrated for every k.

    Examples
    --------
    >>> normalised_score((1, -1), 0)
    1 - sqrt(2)/2
    """
    return _normalised(scores, label, 1)


def normalised_score_by_standard_deviation(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the standard deviation (mean square) in place of the norm."""
    return _normalised(scores, label, len(scores))


def normalised_score_by_unbiased_deviation(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the standard deviation with K - 1 in place of the norm."""
    return _normalised(scores, label, len(scores) - 1)


def _normalised(scores: Scores, label: int, divisor: int) -> sympy.Expr:
    import sympy

    _gaps(scores, label, 0)
    mean = sympy.Add(*scores) / len(scores)
    return 1 - (scores[label] - mean) / sympy.sqrt(sympy.Add(*[(score - mean) ** 2 for score in scores]) / divisor)


def pairwise_sigmoid(scores: Scores, label: int) -> sympy.Expr:
    """``sum_{k != y} 1/(1 + e^{f_y - f_k})``: symmetric, smooth, top-k calibrated for every k.

    Examples
    --------
    >>> pairwise_sigmoid((0, 0, 0), 0)
    1
    """
    import sympy

    gaps = _gaps(scores, label, 0)
    return sympy.Add(*[1 / (1 + sympy.exp(-gap)) for k, gap in enumerate(gaps) if k != label])
