"""The leading direction of unlabelled data, with its sign from labels."""

from __future__ import annotations

from typing import Any

from experiments.arrays import Array, namespace
from experiments.gaussian_mixture.naive_bayes import check_finite, check_sample
from experiments.gaussian_mixture.plug_in import signs
from experiments.gaussian_mixture.rules import Rule
from theory.arrays import is_array, quiet

__all__ = ["check_unlabelled", "leading_directions", "pca"]


def check_unlabelled(features: Array, unlabelled: Any) -> None:
    """Check that unlabelled points (R, n, d) go with labelled ones.

    Raises
    ------
    ValueError
        If they are missing, or shapes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> check_unlabelled(np.zeros((1, 2, 3)), None)
    Traceback (most recent call last):
        ...
    ValueError: unlabelled points of shape (1, n, 3), n >= 1, are needed, got none
    """
    wanted = (features.shape[0], features.shape[2])
    shape = tuple(unlabelled.shape) if is_array(unlabelled) else None
    if shape is None or len(shape) != 3 or (shape[0], shape[2]) != wanted or shape[1] < 1:
        text = "none" if unlabelled is None else str(shape or type(unlabelled).__name__)
        raise ValueError(f"unlabelled points of shape ({wanted[0]}, n, {wanted[1]}), n >= 1, are needed, got {text}")


@quiet
def leading_directions(points: Array) -> Array:
    """Return the unit eigenvector of the largest eigenvalue of ``X'X`` for each batch (R, n, d), shape (R, d).

    The smaller of X'X and XX' is decomposed. The sign is arbitrary.

    Examples
    --------
    >>> import numpy as np
    >>> abs(leading_directions(np.asarray([[[3.0, 0.0], [0.0, 1.0]]]))).tolist()
    [[1.0, 0.0]]
    """
    xp = namespace(points)
    turned = xp.matrix_transpose(points)
    if points.shape[1] >= points.shape[2]:
        gram = turned @ points
        check_finite(xp, gram)
        return xp.linalg.eigh(gram)[1][..., -1]
    gram = points @ turned
    check_finite(xp, gram)
    _, vectors = xp.linalg.eigh(gram)
    leading = (turned @ vectors[..., -1:])[..., 0]
    norm = xp.sqrt(xp.sum(leading * leading, axis=-1, keepdims=True))
    return leading / xp.where(norm > 0, norm, xp.ones_like(norm))


@quiet
def pca(features: Array, labels: Array, *, unlabelled: Array, centre: bool = False) -> Rule:
    """Return rules along the leading direction of the unlabelled points, the sign from the labelled ones.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
        Labels 0 or 1. They give one bit: the sign of ``sum y_i <v, x_i>``; where that is 0 it is +1.
    unlabelled : array, shape (R, n, d)
    centre : bool
        Subtract the mean of the unlabelled points, and put the threshold there; not needed for classes N(+-mu, Sigma).

    Examples
    --------
    >>> import numpy as np
    >>> rule = pca(np.asarray([[[0.0, 2.0]]]), np.asarray([[0]]), unlabelled=np.asarray([[[0.0, 3.0], [1.0, 0.0]]]))
    >>> (rule.weights + 0.0).tolist()
    [[0.0, -1.0]]
    """
    xp = check_sample(features, labels, 2)
    check_unlabelled(features, unlabelled)
    middle = xp.mean(unlabelled, axis=1, keepdims=True) if centre else 0.0 * unlabelled[:, :1, :]
    v = leading_directions(unlabelled - middle)
    agreement = xp.sum(signs(labels, features) * ((features - middle) @ v[..., None])[..., 0], axis=-1)
    check_finite(xp, agreement)
    v = xp.where(agreement[:, None] < 0, -v, v)
    return Rule(v, -xp.sum(v * middle[:, 0, :], axis=-1))
