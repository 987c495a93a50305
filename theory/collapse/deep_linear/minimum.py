r"""Global minimum of a deep linear network on free features with squared loss, for class sizes of any kind.

The objective, with N examples, K classes, one-hot columns Y, weights W_1 ... W_M and free features H, is

.. math:: \frac1{2N}|W_M\cdots W_1H(+\beta1')-Y|_F^2+\sum_l\frac{\lambda_{W_l}}2|W_l|_F^2+\frac{\lambda_H}2|H|_F^2.

Minimising over the bias replaces Y by its centred columns. Minimising over H, then over how the singular values of the
product are spread over the layers (means), then over the singular vectors (Ruhe's trace inequality) leaves one scalar
problem for each eigenvalue :math:`\mu_j` of YY' (of the centred Y with a bias):

.. math:: \sum_j\frac{\mu_j}{2N}\min_x g(x;b_j),\quad
    b_j=\frac{MN}{\mu_j}\Bigl(N\lambda_H\prod_l\lambda_{W_l}\Bigr)^{1/M},\quad\sigma_j^2=N\lambda_Hx_j^M.

Without a bias :math:`\mu_k=n_k` and the singular vectors are the classes. With one, the :math:`\mu_j` are the
eigenvalues of :math:`\operatorname{diag}(n)-nn'/N`: n, K - 1 times, in the balanced case, and found numerically
otherwise (`modes`); the reduction itself is exact in both cases. Layers narrower than K keep the largest modes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.arrays import quiet
from theory.collapse.deep_linear.arguments import positive, read_decays, read_sizes, whole
from theory.collapse.deep_linear.modes import modes_of
from theory.collapse.deep_linear.scalar import scalar_minimizer, threshold
from theory.shown import Shown

__all__ = ["GlobalMinimum", "LimitGeometry", "global_minimum", "minority_size", "vanishing_decay_geometry"]

_ROUNDING = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GlobalMinimum(Shown):
    """A global minimiser, up to rotations of the hidden spaces.

    Modes are the classes without a bias; with one they are the eigenvectors of the centred problem, largest first, the
    last of them with eigenvalue 0.

    Attributes
    ----------
    objective : float
    modes : array (K,)
        Eigenvalues mu_j: the class sizes without a bias.
    directions : array (K, K)
        One eigenvector a column: the identity without a bias.
    effective_decays : array (K,)
        b_j of the scalar problems; infinite for an eigenvalue 0.
    singular_values : array (K,)
        Of ``W_M ... W_1``, one a mode; zero where the mode is lost.
    layer_singular_values : array (M, K)
        Row l - 1: of ``W_l``, one a mode.
    row_norms : array (M, K)
        Row l - 1: the norms of the K rows of ``W_M ... W_l``; the first row is that of the whole product.
    classifier_gram, mean_gram : array (K, K)
        Inner products of the rows of ``W_M ... W_1``, and of the class means, at which all features of a class lie.
    cross_gram : array (K, K)
        ``W_M ... W_1`` times the class means: column k holds the logits of class k, without the bias.
    mean_norms : array (K,)
        Norms of the class means.
    collapsed : array of bool (K,)
        Without a bias: the class has mean and classifier zero. With one: its mean is that of another class.
    unique : bool
        False if another minimiser differs by more than rotations: a mode at the threshold (depth above 1), or two
        equal modes of which the width keeps one; both up to rounding, a relative 1e-12.
    """

    objective: float
    modes: Floats
    directions: Floats
    effective_decays: Floats
    singular_values: Floats
    layer_singular_values: Floats
    row_norms: Floats
    classifier_gram: Floats
    mean_gram: Floats
    cross_gram: Floats
    mean_norms: Floats
    collapsed: NDArray[np.bool_]
    unique: bool


@quiet
def global_minimum(
    class_sizes: Sequence[int],
    depth: int,
    weight_decays: float | Sequence[float],
    feature_decay: float,
    bias: bool = False,
    width: int | None = None,
) -> GlobalMinimum:
    """Return the global minimum in closed form.

    Parameters
    ----------
    class_sizes : sequence of int
        n_1, ..., n_K, all >= 1.
    depth : int
        M >= 1, the number of weight matrices.
    weight_decays : float or sequence of M floats
        lambda_W of every layer, or of W_1, ..., W_M; all > 0.
    feature_decay : float
        lambda_H > 0.
    bias : bool
        Whether the last layer has a bias, which is not regularised.
    width : int, optional
        Least of the dimensions of the features and hidden layers; by default at least K.

    Returns
    -------
    GlobalMinimum

    Raises
    ------
    ValueError
        If an argument is out of range, or decays are so small or large that the minimiser leaves the range of doubles.

    Notes
    -----
    Source: paper ``deep_linear_collapse``; the form for unequal classes with a bias is derived.

    Examples
    --------
    >>> found = global_minimum([4, 2], 1, 0.01, 0.01)
    >>> round(found.objective, 12), np.round(found.mean_norms, 6).tolist()
    (0.033542135624, [0.696419, 0.822865])
    """
    sizes, decays = read_sizes(class_sizes), read_decays(depth, weight_decays)
    lH = positive("feature_decay", feature_decay)
    K, N = len(sizes), float(np.sum(sizes))
    kept = K if width is None else min(whole("width", width), K)
    modes, directions = modes_of(sizes, bias)
    decay = _joint_decay(N, lH, decays)
    b = np.full(K, np.inf)
    b[modes > 0] = depth * N / modes[modes > 0] * decay
    x, values = scalar_minimizer(b, depth)
    order = np.argsort(-modes, kind="stable")
    x[order[kept:]], values[order[kept:]] = 0.0, 1.0
    singular = np.sqrt(N * lH) * x ** (depth / 2)
    layers = (math.sqrt(decay) * np.sqrt(x))[None, :] / np.sqrt(decays)[:, None]
    partial = np.cumprod(layers[::-1], axis=0)[::-1]
    means = (singular / (singular**2 + N * lH))[:, None] * _response(sizes, directions, bias)
    if not (np.all(np.isfinite(means)) and np.all(np.isfinite(partial**2))):
        raise ValueError(f"the minimiser is out of range at decays {weight_decays!r} and {feature_decay!r}")
    return GlobalMinimum(
        objective=float(np.sum(modes * values)) / (2 * N),
        modes=modes,
        directions=directions,
        effective_decays=b,
        singular_values=singular,
        layer_singular_values=layers,
        row_norms=np.sqrt((partial**2) @ (directions**2).T),
        classifier_gram=(directions * singular**2) @ directions.T,
        mean_gram=means.T @ means,
        cross_gram=(directions * singular) @ means,
        mean_norms=np.sqrt(np.sum(means**2, axis=0)),
        collapsed=_collapsed(means, bias),
        unique=_unique(modes[order], b[order], depth, kept),
    )


class LimitGeometry(NamedTuple):
    """Gram matrices as all decays go to zero.

    Attributes
    ----------
    mean_gram, classifier_gram : array (K, K)
        Each with trace K.
    unique : bool
        False if the width keeps one of two equal modes, and the choice is free.
    """

    mean_gram: Floats
    classifier_gram: Floats
    unique: bool


def vanishing_decay_geometry(
    class_sizes: Sequence[int], depth: int, bias: bool = False, width: int | None = None
) -> LimitGeometry:
    """Return the Gram matrices of class means and classifier as all decays go to zero.

    Every mode that the width leaves is alive then. The singular values of the product are as ``mu^(M/(2(M+1)))``, and
    the class means are what they are for the inverses of these.

    Parameters
    ----------
    class_sizes : sequence of int
        n_1, ..., n_K, all >= 1.
    depth : int
        M >= 1.
    bias : bool
        Whether the last layer has a bias; with one there must be two classes.
    width : int, optional
        Least of the dimensions of the features and hidden layers; by default at least K.

    Returns
    -------
    LimitGeometry

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> means, classifier, _ = vanishing_decay_geometry([16, 1], 1)
    >>> [round(float(ratio), 12) for ratio in (means[1, 1] / means[0, 0], classifier[0, 0] / classifier[1, 1])]
    [4.0, 4.0]
    """
    sizes, M = read_sizes(class_sizes), whole("depth", depth)
    K = len(sizes)
    kept = K if width is None else min(whole("width", width), K)
    if bias and K < 2:
        raise ValueError("with a bias nothing is left of a single class")
    modes, directions = modes_of(sizes, bias)
    order = np.argsort(-modes, kind="stable")
    singular = modes ** (M / (2 * M + 2))
    singular[order[kept:]] = 0.0
    means = np.divide(1, singular, out=np.zeros(K), where=singular > 0)[:, None] * _response(sizes, directions, bias)
    means_gram, classifier_gram = means.T @ means, (directions * singular**2) @ directions.T
    return LimitGeometry(
        mean_gram=means_gram * (K / np.trace(means_gram)),
        classifier_gram=classifier_gram * (K / np.trace(classifier_gram)),
        unique=not _tie(modes[order], kept),
    )


def minority_size(total: float, depth: int, weight_decays: float | Sequence[float], feature_decay: float) -> float:
    """Return the size up to which (inclusive) a class among ``total`` examples collapses to zero.

    For squared loss without a bias: ``M N (N lambda_H prod lambda_W)^(1/M)`` over the `threshold`, for one layer
    ``N^2 lambda_W lambda_H``.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(minority_size(100, 1, 0.01, 0.01), 12)
    1.0
    """
    N, decays = positive("total", total), read_decays(depth, weight_decays)
    decay = _joint_decay(N, positive("feature_decay", feature_decay), decays)
    return depth * N * decay / float(threshold(depth))


def _joint_decay(N: float, feature_decay: float, decays: Floats) -> float:
    """Return ``(N lambda_H prod lambda_W)^(1/M)``, by logarithms only where the product is out of range."""
    product = N * feature_decay * math.prod(decays.tolist())
    if 1e-280 < product < 1e280:
        return float(product ** (1 / len(decays)))
    logarithm = (math.log(N) + math.log(feature_decay) + float(np.sum(np.log(decays)))) / len(decays)
    return math.exp(min(logarithm, 709.0))


def _response(sizes: Floats, directions: Floats, bias: bool) -> Floats:
    """Return the components of the targets of each class, less their mean if there is a bias, one mode a row."""
    return directions.T if not bias else directions.T - (directions.T @ (sizes / np.sum(sizes)))[:, None]


def _collapsed(means: Floats, bias: bool) -> NDArray[np.bool_]:
    if not bias:
        return np.all(means == 0, axis=0)
    # Classes of one size have the same entries in every mode but those that compare them: no rounding tells them apart.
    _, members, counts = np.unique(means.T + 0.0, axis=0, return_inverse=True, return_counts=True)
    return counts[members.reshape(-1)] > 1


def _tie(modes: Floats, kept: int) -> bool:
    """Tell whether the width keeps one of two equal modes, which are given largest first, and not zero."""
    return kept < len(modes) and bool(np.isclose(modes[kept - 1], modes[kept], rtol=_ROUNDING, atol=0))


def _unique(modes: Floats, b: Floats, depth: int, kept: int) -> bool:
    """Tell whether modes, largest first, and their decays leave one choice."""
    edge = float(threshold(depth))
    free = _tie(modes, kept) and bool(b[kept - 1] < edge)
    return not free and (depth == 1 or not bool(np.any(np.isclose(b[:kept], edge, rtol=_ROUNDING, atol=0))))
