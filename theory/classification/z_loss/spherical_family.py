"""Losses that depend on the scores through their sum, their sum of squares and the target's score only.

For such a loss the gradient in the scores is ``A o + B 1 + C e_c`` with three numbers A, B, C, which is what lets the
output layer be updated at a cost that does not depend on the number of classes (`factored_output`). The statistics
are kept as mean and centred sum of squares: ``Q/D - (M/D)^2`` would lose all digits of the variance where the mean is
large beside the standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from theory.arrays import Array, quiet, real_arrays, require
from theory.classification.arrays import class_labels, score_vectors
from theory.elementary import logistic
from theory.shown import Shown

__all__ = [
    "SphericalGradient",
    "SphericalStatistics",
    "spherical_softmax_coefficients",
    "spherical_statistics",
    "squared_error_coefficients",
    "taylor_softmax_coefficients",
    "z_loss_coefficients",
]


class SphericalGradient(NamedTuple):
    """The gradient ``A o + B 1 + C e_c`` of a loss of the spherical family."""

    A: Array
    B: Array
    C: Array


@dataclass(frozen=True)
class SphericalStatistics(Shown):
    """What a loss of the spherical family sees of a vector of scores.

    Attributes
    ----------
    count : int
        Number of classes D.
    mean : array (...)
        Mean of the scores.
    spread : array (...)
        Sum of squares of the scores about their mean, D times the population variance.
    target : array (...)
        Score of the labelled class.
    """

    count: int
    mean: Array
    spread: Array
    target: Array

    @property
    def total(self) -> Array:
        """Sum of the scores."""
        return self.count * self.mean

    @property
    def squares(self) -> Array:
        """Sum of the squares of the scores."""
        return self.spread + self.count * self.mean * self.mean


def spherical_statistics(scores: Any, labels: Any) -> SphericalStatistics:
    """Return mean, centred sum of squares (two passes) and target score of vectors of scores.

    Parameters
    ----------
    scores : array (..., D)
        Finite scores of D >= 2 classes.
    labels : array of integers (...)

    Raises
    ------
    ValueError
        If scores are not finite or a label is no class.

    Examples
    --------
    >>> found = spherical_statistics([1.0, 2.0, 3.0], 2)
    >>> float(found.total), float(found.squares), float(found.target), float(found.spread)
    (6.0, 14.0, 3.0, 2.0)
    """
    xp, (scores,), _ = real_arrays(scores)
    score_vectors(xp, scores)
    require(xp, xp.isfinite(scores), scores, "scores", "finite")
    hot = class_labels(xp, labels, scores)
    largest = xp.max(scores, axis=-1, keepdims=True)
    shifted = scores - largest  # exact for scores that lie close together
    offset = xp.mean(shifted, axis=-1, keepdims=True)
    centred = shifted - offset
    return SphericalStatistics(
        count=scores.shape[-1],
        mean=(largest + offset)[..., 0],
        spread=xp.sum(centred * centred, axis=-1),
        target=xp.sum(xp.where(hot, scores, xp.zeros_like(scores)), axis=-1),
    )


@quiet
def z_loss_coefficients(at: SphericalStatistics, *, a: Any = 1.0, b: Any = 0.0) -> SphericalGradient:
    """Return A, B, C of the Z-loss ``softplus(a (b - z_c))/a``.

    With s the standard deviation and p = 1/(1 + exp(-a (b - z_c))):
    A = p z_c/(D s^2), B = p (1 - z_c mean/s)/(D s), C = -p/s.

    Raises
    ------
    ValueError
        If the scores are constant or so near each other that the squares of their differences underflow, or a is not
        positive.

    Examples
    --------
    >>> [float(x.round(6)) for x in z_loss_coefficients(spherical_statistics([0.0, 1.0, 5.0], 2))]
    [0.0198, -0.0088, -0.092402]
    """
    xp, (mean, spread, target, a, b), _ = real_arrays(at.mean, at.spread, at.target, a, b)
    require(xp, (a > 0) & xp.isfinite(a), a, "a", "a finite number > 0")
    require(xp, spread > 0, spread, "the spread of the scores", "positive (not all equal, nor too close for squares)")
    deviation = xp.sqrt(spread / at.count)
    z = (target - mean) / deviation
    weight = logistic(xp, a * (b - z)) / deviation
    return SphericalGradient(
        A=weight * z / (at.count * deviation),
        B=weight * (1 - z * mean / deviation) / at.count,
        C=-weight,
    )


def taylor_softmax_coefficients(at: SphericalStatistics) -> SphericalGradient:
    """Return A, B, C of ``-log(t(o_c)/sum t(o))`` with t(o) = 1 + o + o^2/2.

    Examples
    --------
    >>> [float(x) for x in taylor_softmax_coefficients(spherical_statistics([0.0, 1.0, 1.0], 1))]
    [0.16666666666666666, 0.16666666666666666, -0.8]
    """
    _, (total, squares, target), _ = real_arrays(at.total, at.squares, at.target)
    inverse = 1 / (at.count + total + squares / 2)
    return SphericalGradient(A=inverse, B=inverse, C=-(1 + target) / (1 + target + target * target / 2))


def spherical_softmax_coefficients(at: SphericalStatistics, *, epsilon: Any) -> SphericalGradient:
    """Return A, B, C of ``-log((o_c^2 + epsilon)/sum (o^2 + epsilon))``, epsilon > 0.

    Examples
    --------
    >>> [float(x) for x in spherical_softmax_coefficients(spherical_statistics([0.0, 1.0], 1), epsilon=1)]
    [0.6666666666666666, 0.0, -1.0]
    """
    xp, (squares, target, epsilon), _ = real_arrays(at.squares, at.target, epsilon)
    require(xp, (epsilon > 0) & xp.isfinite(epsilon), epsilon, "epsilon", "a finite number > 0")
    A = 2 / (squares + at.count * epsilon)
    return SphericalGradient(A=A, B=xp.zeros_like(A), C=-2 * target / (target * target + epsilon))


def squared_error_coefficients(at: SphericalStatistics) -> SphericalGradient:
    """Return A, B, C of the squared distance of the scores from the one-hot target.

    Examples
    --------
    >>> [float(x) for x in squared_error_coefficients(spherical_statistics([0.0, 1.0], 1))]
    [2.0, 0.0, -2.0]
    """
    xp, (target,), _ = real_arrays(at.target)
    two = 2 * xp.ones_like(target)
    return SphericalGradient(A=two, B=xp.zeros_like(target), C=-two)
