"""The AnyLoss losses of one batch as exact expressions, and wrong variants that people write.

Each function takes the probabilities and the labels (0 or 1) of a batch as tuples of equal length and returns a SymPy
expression, which does not change if the batch is permuted. But for the accuracy the loss of a batch is no mean of
losses of single examples. The least value, at p = y, is that of amplified probabilities 1/(1 + exp(-+L/2)): positive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sympy

Numbers = tuple[Any, ...]

__all__ = [
    "LOSSES",
    "SLIPS",
    "accuracy",
    "balanced_accuracy",
    "f_beta",
    "f_beta_centred_at_zero",
    "f_beta_double_sigmoid",
    "f_beta_metric",
    "f_beta_of_each_example",
    "f_beta_on_false_positives",
    "f_beta_rounded",
    "f_beta_unamplified",
    "geometric_mean",
    "geometric_mean_without_root",
]


class _Counts(NamedTuple):
    tp: sympy.Expr
    fn: sympy.Expr
    fp: sympy.Expr
    tn: sympy.Expr


def _amplified(p: Any, amplification: Any) -> sympy.Expr:
    import sympy

    return 1 / (1 + sympy.exp(-sympy.sympify(amplification) * (sympy.sympify(p) - sympy.Rational(1, 2))))


def _counts(shares: Numbers, labels: Numbers) -> _Counts:
    if len(shares) != len(labels) or not shares:
        raise ValueError(f"as many labels as probabilities are needed, at least one; got {len(shares)}, {len(labels)}")
    pairs = list(zip(shares, labels, strict=True))
    return _Counts(
        sum(y * a for a, y in pairs),
        sum(y * (1 - a) for a, y in pairs),
        sum((1 - y) * a for a, y in pairs),
        sum((1 - y) * (1 - a) for a, y in pairs),
    )


def _soft(probabilities: Numbers, labels: Numbers, amplification: Any) -> _Counts:
    return _counts(tuple(_amplified(p, amplification) for p in probabilities), labels)


def _f(counts: _Counts, beta: Any) -> sympy.Expr:
    hits = (1 + beta**2) * counts.tp
    return 1 - hits / (hits + beta**2 * counts.fn + counts.fp)


def accuracy(probabilities: Numbers, labels: Numbers, amplification: Any = 10) -> sympy.Expr:
    """One minus the soft accuracy; the mean over the examples of |A - y|.

    Examples
    --------
    >>> import sympy
    >>> accuracy((sympy.Rational(1, 2),), (1,))
    1/2
    """
    counts = _soft(probabilities, labels, amplification)
    return 1 - (counts.tp + counts.tn) / len(labels)


def f_beta(probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1) -> sympy.Expr:
    """One minus the soft F-beta score; F1 for beta = 1."""
    return _f(_soft(probabilities, labels, amplification), beta)


def balanced_accuracy(probabilities: Numbers, labels: Numbers, amplification: Any = 10) -> sympy.Expr:
    """One minus the mean of soft true positive and true negative rate."""
    counts = _soft(probabilities, labels, amplification)
    return 1 - (counts.tp / sum(labels) + counts.tn / (len(labels) - sum(labels))) / 2


def geometric_mean(probabilities: Numbers, labels: Numbers, amplification: Any = 10) -> sympy.Expr:
    """One minus the root of the product of soft true positive and true negative rate."""
    import sympy

    return 1 - sympy.sqrt(1 - geometric_mean_without_root(probabilities, labels, amplification))


# -- slips ----------------------------------------------------------------------------------------------------------


def f_beta_unamplified(probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1) -> sympy.Expr:
    """Slip: sums the probabilities themselves (the soft F-beta without the amplifier)."""
    return _f(_counts(probabilities, labels), beta)


def f_beta_centred_at_zero(
    probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1
) -> sympy.Expr:
    """Slip: amplifies p instead of p - 1/2, so that every example counts as more than half positive."""
    import sympy

    shifted = tuple(sympy.sympify(p) + sympy.Rational(1, 2) for p in probabilities)
    return f_beta(shifted, labels, amplification, beta)


def f_beta_double_sigmoid(
    probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1
) -> sympy.Expr:
    """Slip: passes probabilities through the sigmoid once more before they are amplified."""
    import sympy

    return f_beta(tuple(1 / (1 + sympy.exp(-p)) for p in probabilities), labels, amplification, beta)


def f_beta_on_false_positives(
    probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1
) -> sympy.Expr:
    """Slip: puts beta^2 on the false positives instead of the false negatives (the same where beta = 1)."""
    counts = _soft(probabilities, labels, amplification)
    return _f(counts._replace(fn=counts.fp, fp=counts.fn), beta)


def f_beta_metric(probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1) -> sympy.Expr:
    """Slip: returns the metric, which a minimiser then makes small, instead of one minus it."""
    return 1 - f_beta(probabilities, labels, amplification, beta)


def f_beta_of_each_example(
    probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1
) -> sympy.Expr:
    """Slip: the mean of the losses of single examples instead of the loss of the batch's counts."""
    single = [f_beta((p,), (y,), amplification, beta) for p, y in zip(probabilities, labels, strict=True)]
    return sum(single) / len(single)


def f_beta_rounded(probabilities: Numbers, labels: Numbers, amplification: Any = 10, beta: Any = 1) -> sympy.Expr:
    """Slip: counts hard predictions p >= 1/2, which have no gradient."""
    import sympy

    hard = tuple(sympy.Piecewise((1, 2 * sympy.sympify(p) >= 1), (0, True)) for p in probabilities)
    return _f(_counts(hard, labels), beta)


def geometric_mean_without_root(probabilities: Numbers, labels: Numbers, amplification: Any = 10) -> sympy.Expr:
    """Slip: one minus the product of the rates, the root forgotten."""
    counts = _soft(probabilities, labels, amplification)
    return 1 - counts.tp / sum(labels) * counts.tn / (len(labels) - sum(labels))


LOSSES = (accuracy, f_beta, balanced_accuracy, geometric_mean)
SLIPS = {
    f_beta: (
        f_beta_unamplified, f_beta_centred_at_zero, f_beta_double_sigmoid, f_beta_on_false_positives, f_beta_metric,
        f_beta_of_each_example, f_beta_rounded,
    ),
    geometric_mean: (geometric_mean_without_root,),
}  # fmt: skip
