"""The losses of both learners as exact expressions of one example, and wrong variants that people write.

``logistic`` (the discriminative one) takes a tuple of scores and a label; it is invariant under a common shift of the
scores and under permuting classes with the label. At class probabilities p its conditional risk is at least their
entropy in nats, attained at the scores log p (up to a shift). ``naive_bayes`` (the generative one) takes features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

Numbers = tuple[Any, ...]

__all__ = [
    "LOSSES",
    "SLIPS",
    "logistic",
    "logistic_base_two",
    "logistic_double_softmax",
    "logistic_one_versus_rest",
    "logistic_wrong_sign",
    "naive_bayes",
    "naive_bayes_by_deviation",
    "naive_bayes_without_constants",
]


def _exact(values: Sequence[Any]) -> list[sympy.Expr]:
    import sympy

    return [sympy.sympify(value) for value in values]


def logistic(scores: Numbers, label: int) -> sympy.Expr:
    """``log sum_k exp(h_k - h_y)``, natural logarithm.

    Examples
    --------
    >>> logistic((0, 0, 0), 1)
    log(3)
    """
    import sympy

    values = _exact(scores)
    if len(values) < 2 or not 0 <= label < len(values):
        raise ValueError(f"a label in 0, ..., {len(values) - 1} and at least 2 scores are needed, got {label}")
    return sympy.log(sum(sympy.exp(value - values[label]) for value in values))


def logistic_base_two(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the logarithm to base 2; then the bound's constant is not sqrt(2) but sqrt(2 log 2)."""
    import sympy

    return logistic(scores, label) / sympy.log(2)


def logistic_double_softmax(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the softmax is applied to probabilities."""
    import sympy

    weights = [sympy.exp(value) for value in _exact(scores)]
    return logistic(tuple(weight / sum(weights) for weight in weights), label)


def logistic_one_versus_rest(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: a sigmoid for each class and the sum of binary losses, instead of one softmax."""
    import sympy

    signed = [value if k == label else -value for k, value in enumerate(_exact(scores))]
    return sum((sympy.log(1 + sympy.exp(-value)) for value in signed), sympy.Integer(0))


def logistic_wrong_sign(scores: Numbers, label: int) -> sympy.Expr:
    """Slip: the scores enter as energies."""
    return logistic(tuple(-value for value in _exact(scores)), label)


def naive_bayes(
    features: Numbers, label: int, *, means: Sequence[Numbers], variances: Numbers, priors: Numbers
) -> sympy.Expr:
    """Negative log-likelihood of features and label: pooled variances, one for each feature.

    Examples
    --------
    >>> import sympy
    >>> naive_bayes((1,), 0, means=((1,), (5,)), variances=(1 / (2 * sympy.pi),), priors=(1, 1))
    0
    """
    import sympy

    x, v, m = _exact(features), _exact(variances), _exact(means[label])
    squares = sum(((a - b) ** 2 / c for a, b, c in zip(x, m, v, strict=True)), sympy.Integer(0))
    constants = sum((sympy.log(2 * sympy.pi * c) for c in v), sympy.Integer(0))
    return (squares + constants) / 2 - sympy.log(sympy.sympify(priors[label]))


def naive_bayes_by_deviation(
    features: Numbers, label: int, *, means: Sequence[Numbers], variances: Numbers, priors: Numbers
) -> sympy.Expr:
    """Slip: variances are read as standard deviations."""
    return naive_bayes(features, label, means=means, variances=tuple(v**2 for v in _exact(variances)), priors=priors)


def naive_bayes_without_constants(
    features: Numbers, label: int, *, means: Sequence[Numbers], variances: Numbers, priors: Numbers
) -> sympy.Expr:
    """Slip: half the log-determinant is left out; the same predictions, another likelihood."""
    import sympy

    constants = sum((sympy.log(2 * sympy.pi * v) for v in _exact(variances)), sympy.Integer(0))
    return naive_bayes(features, label, means=means, variances=variances, priors=priors) - constants / 2


LOSSES = (logistic, naive_bayes)
SLIPS = {
    logistic: (logistic_base_two, logistic_double_softmax, logistic_one_versus_rest, logistic_wrong_sign),
    naive_bayes: (naive_bayes_by_deviation, naive_bayes_without_constants),
}
