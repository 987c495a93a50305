"""The losses of the spherical family as exact SymPy expressions of the loss of one example, and slips in writing them.

Every function takes the scores of all classes (a tuple of SymPy expressions) and the index of the labelled class. The
first four are losses; those in `SLIPS` are wrong versions of `z_loss` that people really write.

Invariances of `z_loss`: every map ``o -> alpha o + beta`` with alpha > 0, and every permutation of the other classes.
For D = 2 it is constant on each side of ``o_1 = o_2``. Its infimum over the scores is ``log(1 + exp(a (b - r)))/a``
with r = sqrt(D - 1), attained exactly where all other classes have the same, smaller score; its maximum is the same
with b + r. The minimiser of its conditional risk orders the classes strictly as their probabilities; no closed form is
known, save that of the linear limit (`linear_z_loss`): scores ``p - 1/D``, at the value ``-sqrt(D sum (p - 1/D)^2)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = [
    "SLIPS",
    "linear_z_loss",
    "spherical_softmax_loss",
    "squared_error",
    "taylor_softmax_loss",
    "z_loss",
    "z_score",
]

Scores = tuple[Any, ...]


def z_score(scores: Scores, label: int) -> sympy.Expr:
    """Return the labelled class's score minus the mean, over the population standard deviation."""
    import sympy

    D = len(scores)
    mean = sympy.Add(*scores) / D
    return (scores[label] - mean) / sympy.sqrt(sympy.Add(*[(o - mean) ** 2 for o in scores]) / D)


def z_loss(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> sympy.Expr:
    """``log(1 + exp(a (b - z_c)))/a``.

    Examples
    --------
    >>> import sympy
    >>> z_loss((sympy.Integer(0), sympy.Integer(2)), 1)
    log(exp(-1) + 1)
    """
    import sympy

    return sympy.log(1 + sympy.exp(a * (b - z_score(scores, label)))) / a


def linear_z_loss(scores: Scores, label: int) -> sympy.Expr:
    """``-z_c``, the limit of the Z-loss for b -> oo (less b), and for a -> 0 (doubled, less a constant)."""
    return -z_score(scores, label)


def taylor_softmax_loss(scores: Scores, label: int) -> sympy.Expr:
    """``log sum t(o) - log t(o_c)`` with t(o) = 1 + o + o^2/2."""
    import sympy

    weights = [1 + o + o**2 / 2 for o in scores]
    return sympy.log(sympy.Add(*weights)) - sympy.log(weights[label])


def spherical_softmax_loss(scores: Scores, label: int, *, epsilon: Any) -> sympy.Expr:
    """``log sum (o^2 + epsilon) - log(o_c^2 + epsilon)``."""
    import sympy

    weights = [o**2 + epsilon for o in scores]
    return sympy.log(sympy.Add(*weights)) - sympy.log(weights[label])


def squared_error(scores: Scores, label: int) -> sympy.Expr:
    """Squared distance of the scores from the one-hot target."""
    import sympy

    return sympy.Add(*[(o - int(k == label)) ** 2 for k, o in enumerate(scores)])


# -- slips ----------------------------------------------------------------------------------------------------------


def _softplus(x: Any, a: Any) -> Any:
    import sympy

    return sympy.log(1 + sympy.exp(a * x)) / a


def _moments(scores: Scores) -> tuple[Any, Any]:
    """Return the mean and the population variance."""
    import sympy

    mean = sympy.Add(*scores) / len(scores)
    return mean, sympy.Add(*[(o - mean) ** 2 for o in scores]) / len(scores)


def sample_deviation(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: the sample standard deviation (ddof = 1, the default of PyTorch) for the population's."""
    import sympy

    mean, variance = _moments(scores)
    D = len(scores)
    return _softplus(b - (scores[label] - mean) / sympy.sqrt(variance * sympy.Rational(D, D - 1)), a)


def variance_for_deviation(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: division by the variance, which is not invariant to scale."""
    mean, variance = _moments(scores)
    return _softplus(b - (scores[label] - mean) / variance, a)


def not_centred(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: the mean is not subtracted from the target's score."""
    import sympy

    return _softplus(b - scores[label] / sympy.sqrt(_moments(scores)[1]), a)


def root_mean_square(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: division by the root mean square of the scores themselves, which is not invariant to shifts."""
    import sympy

    mean, variance = _moments(scores)
    return _softplus(b - (scores[label] - mean) / sympy.sqrt(variance + mean**2), a)


def damped_deviation(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: 1e-5 added to the variance, as layer normalisation does; the invariance to scale is lost."""
    import sympy

    mean, variance = _moments(scores)
    return _softplus(b - (scores[label] - mean) / sympy.sqrt(variance + sympy.Rational(1, 10**5)), a)


def wrong_sign(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: z_c - b for b - z_c; the loss falls as the target's score falls."""
    return _softplus(z_score(scores, label) - b, a)


def slope_not_divided_out(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: the softplus is not divided by a."""
    return a * _softplus(b - z_score(scores, label), a)


def margin_outside(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: b - a z_c for a (b - z_c)."""
    import sympy

    return sympy.log(1 + sympy.exp(b - a * z_score(scores, label))) / a


def base_two(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: a logarithm to base 2."""
    import sympy

    return _softplus(b - z_score(scores, label), a) / sympy.log(2)


def cross_entropy_of_z_scores(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: softmax cross-entropy of the standardised scores (times a; b does not enter)."""
    import sympy

    del b
    terms = [sympy.exp(a * z_score(scores, k)) for k in range(len(scores))]
    return (sympy.log(sympy.Add(*terms)) - a * z_score(scores, label)) / a


def squared_log_partition(scores: Scores, label: int, *, a: Any = 1, b: Any = 0) -> Any:
    """Slip: another loss of the same name, the square of log-sum-exp that keeps softmax logits small."""
    import sympy

    del label, a, b
    return sympy.log(sympy.Add(*[sympy.exp(o) for o in scores])) ** 2


SLIPS: tuple[Callable[..., Any], ...] = (
    sample_deviation,
    variance_for_deviation,
    not_centred,
    root_mean_square,
    damped_deviation,
    wrong_sign,
    slope_not_divided_out,
    margin_outside,
    base_two,
    cross_entropy_of_z_scores,
    squared_log_partition,
)
"""Wrong versions of `z_loss` with its signature; each docstring names the slip."""
