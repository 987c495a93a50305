"""Negative log-posterior and confidence score of tied Gaussians as exact expressions, and wrong variants of them.

Each function takes the features of one example as a tuple, and by keyword the means (tuples), the symmetric covariance
(rows) and, for the posterior, the priors. Both quantities are invariant under an invertible affine map of features,
means and covariance together. The score is at most 0, attained at the means; the negative log-posterior is positive and
tends to 0 far out on the label's side. At class probabilities p the conditional risk is at least the entropy of p,
attained where the posterior is p.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

Rows = Sequence[Sequence[Any]]

__all__ = [
    "LOSSES",
    "SLIPS",
    "negative_log_posterior",
    "posterior_with_wrong_sign",
    "posterior_without_half",
    "posterior_without_priors",
    "score",
    "score_unsquared",
    "score_with_covariance",
    "score_with_wrong_sign",
]


def _distance(features: tuple[Any, ...], mean: Sequence[Any], covariance: Rows) -> sympy.Expr:
    import sympy

    matrix = sympy.Matrix([list(row) for row in covariance])
    if matrix.shape != (len(features), len(features)) or len(mean) != len(features):
        raise ValueError(
            f"{len(features)} features need means of that length and a square covariance; "
            f"got {len(mean)}, {matrix.shape}"
        )
    u = sympy.Matrix([sympy.sympify(x) - sympy.sympify(m) for x, m in zip(features, mean, strict=True)])
    return (u.T * matrix.inv() * u)[0]


def _log_loss(logits: list[sympy.Expr], label: int) -> sympy.Expr:
    import sympy

    return sympy.log(sum(sympy.exp(value - logits[label]) for value in logits))


def negative_log_posterior(
    features: tuple[Any, ...], label: int, *, means: Rows, covariance: Rows, priors: Sequence[Any]
) -> sympy.Expr:
    """``-log P(label | x)``.

    Examples
    --------
    >>> negative_log_posterior((1,), 1, means=((-1,), (1,)), covariance=((2,),), priors=(1, 1))
    log(exp(-1) + 1)
    """
    import sympy

    halves = [-_distance(features, mean, covariance) / 2 for mean in means]
    return _log_loss([h + sympy.log(pi) for h, pi in zip(halves, priors, strict=True)], label)


def posterior_without_half(
    features: tuple[Any, ...], label: int, *, means: Rows, covariance: Rows, priors: Sequence[Any]
) -> sympy.Expr:
    """Slip: the distance is not halved."""
    import sympy

    distances = [-_distance(features, mean, covariance) for mean in means]
    return _log_loss([d + sympy.log(pi) for d, pi in zip(distances, priors, strict=True)], label)


def posterior_without_priors(
    features: tuple[Any, ...], label: int, *, means: Rows, covariance: Rows, priors: Sequence[Any]
) -> sympy.Expr:
    """Slip: the classes' frequencies are left out."""
    return _log_loss([-_distance(features, mean, covariance) / 2 for mean in means], label)


def posterior_with_wrong_sign(
    features: tuple[Any, ...], label: int, *, means: Rows, covariance: Rows, priors: Sequence[Any]
) -> sympy.Expr:
    """Slip: the distance enters with a plus sign, so that far classes are likely."""
    import sympy

    halves = [_distance(features, mean, covariance) / 2 for mean in means]
    return _log_loss([h + sympy.log(pi) for h, pi in zip(halves, priors, strict=True)], label)


def score(features: tuple[Any, ...], label: int = 0, *, means: Rows, covariance: Rows) -> sympy.Expr:
    """``max_k -(x - mu_k)' S^-1 (x - mu_k)``; the label does not enter.

    Examples
    --------
    >>> score((3,), means=((-1,), (1,)), covariance=((2,),))
    -2
    """
    import sympy

    return sympy.Max(*[-_distance(features, mean, covariance) for mean in means])


def score_with_wrong_sign(features: tuple[Any, ...], label: int = 0, *, means: Rows, covariance: Rows) -> sympy.Expr:
    """Slip: the largest distance instead of minus the least."""
    import sympy

    return sympy.Max(*[_distance(features, mean, covariance) for mean in means])


def score_unsquared(features: tuple[Any, ...], label: int = 0, *, means: Rows, covariance: Rows) -> sympy.Expr:
    """Slip: the root of the distance, as in libraries that return the Mahalanobis distance itself."""
    import sympy

    return -sympy.sqrt(-score(features, means=means, covariance=covariance))


def score_with_covariance(features: tuple[Any, ...], label: int = 0, *, means: Rows, covariance: Rows) -> sympy.Expr:
    """Slip: the covariance stands where its inverse should."""
    import sympy

    inverse = sympy.Matrix([list(row) for row in covariance]).inv().tolist()
    return score(features, means=means, covariance=inverse)


LOSSES = (negative_log_posterior, score)
SLIPS = {
    negative_log_posterior: (posterior_without_half, posterior_without_priors, posterior_with_wrong_sign),
    score: (score_with_wrong_sign, score_unsquared, score_with_covariance),
}
