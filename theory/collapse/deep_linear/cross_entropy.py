r"""Cross-entropy on free features: the minimum for one layer, and values of symmetric codes in depth.

The objective is the mean cross-entropy of ``W_M ... W_1 H`` plus halves of the squared norms times their decays, as in
`theory.collapse.deep_linear.minimum`; K balanced classes of n examples. For logits Z the least penalty is

.. math:: \frac{M+1}2\Bigl(\lambda_H\prod_l\lambda_{W_l}\Bigr)^{1/(M+1)}\sum_j\sigma_j(Z)^p,\qquad p=\frac2{M+1},

the nuclear norm for M = 1, where the problem in Z is convex and a simplex ETF minimises it. In depth p < 1 favours low
rank. A *code* is a K x K matrix of logits, a column a class; its objective at scale a is that of the logits aC, each
column n times, and `best_scale` minimises it over a. The cross-polytope code (K even; K/2 pairs of opposite points) has
at every a > 0 less cross-entropy than the ETF for K > 2, and no more penalty if :math:`K(1-2^{p-1})\ge1`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import broadcast, quiet, real_arrays, require, restore
from theory.collapse.deep_linear.arguments import positive, read_decays, real_numbers, whole
from theory.shown import Shown

__all__ = [
    "BalancedMinimum",
    "BestScale",
    "balanced_minimum",
    "best_scale",
    "cross_entropy_minority_size",
    "cross_polytope_code",
    "cross_polytope_margin",
    "minority_ratio",
    "simplex_code",
]

_GRID, _HALVINGS = 500, 200


@dataclass(frozen=True)
class BalancedMinimum(Shown):
    """The minimum for one layer and balanced classes; numbers or arrays of the broadcast shape.

    Attributes
    ----------
    scale : float or array
        a: the logits of a class are a for itself and 0 for the others, up to a constant; 0 if all collapses.
    objective : float or array
    classifier_norm, feature_norm : float or array
        Norm of each row of W and of each feature vector.
    """

    scale: Any
    objective: Any
    classifier_norm: Any
    feature_norm: Any


@quiet
def balanced_minimum(classes: Any, class_size: Any, weight_decay: Any, feature_decay: Any) -> BalancedMinimum:
    r"""Return the global minimum for one layer and balanced classes, with or without a bias.

    With ``s = sqrt(n lambda_W lambda_H)`` the scale is ``log(1/s - (K-1))`` if ``K s < 1``, else 0. Features need at
    least K - 1 dimensions.

    Parameters
    ----------
    classes, class_size : number or array
        K >= 2 and n >= 1.
    weight_decay, feature_decay : number or array
        Both > 0. All arguments broadcast.

    Returns
    -------
    BalancedMinimum

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> found = balanced_minimum(4, 5, 0.01, 0.01)
    >>> round(found.scale, 9), round(found.objective, 9)
    (3.731013217, 0.319721988)
    """
    xp, arrays, scalar = real_arrays(classes, class_size, weight_decay, feature_decay)
    K, n, lW, lH = broadcast(
        xp, classes=arrays[0], class_size=arrays[1], weight_decay=arrays[2], feature_decay=arrays[3]
    )
    for name, value, least in (("classes", K, 2), ("class_size", n, 1)):
        require(xp, (value >= least) & xp.isfinite(value), value, name, f"a finite number >= {least}")
    for name, value in (("weight_decay", lW), ("feature_decay", lH)):
        require(xp, (value > 0) & xp.isfinite(value), value, name, "a finite number > 0")
    s = xp.sqrt(n) * xp.sqrt(lW) * xp.sqrt(lH)
    zero = xp.zeros_like(s)
    a = xp.where(K * s < 1, xp.log1p(xp.where(K * s < 1, (1 - K * s) / s, zero)), zero)
    objective = xp.log1p((K - 1) * xp.exp(-a)) + (K - 1) * s * a
    share = xp.sqrt(a * (K - 1) / K)
    ratio = xp.sqrt(xp.sqrt(n) * xp.sqrt(lH) / xp.sqrt(lW))
    found = (a, objective, share * ratio, share / ratio)
    return BalancedMinimum(*(restore(value, scalar) for value in found))


def cross_entropy_minority_size(total: Any, weight_decay: Any, feature_decay: Any) -> Any:
    """Return the size up to which (inclusive) two or more equal minority classes coincide: ``N^2 lambda_W lambda_H``.

    One layer, with or without a bias; ``total`` is N. It is the number of squared loss.

    Parameters
    ----------
    total, weight_decay, feature_decay : number or array
        All > 0.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(cross_entropy_minority_size(100, 0.01, 0.01), 12)
    1.0
    """
    xp, arrays, scalar = real_arrays(total, weight_decay, feature_decay)
    N, lW, lH = broadcast(xp, total=arrays[0], weight_decay=arrays[1], feature_decay=arrays[2])
    for name, value in (("total", N), ("weight_decay", lW), ("feature_decay", lH)):
        require(xp, (value > 0) & xp.isfinite(value), value, name, "a finite number > 0")
    return restore((N * lW) * (N * lH), scalar)


@quiet
def minority_ratio(classes: Any, minority: Any, weight_decay: Any, feature_decay: Any) -> Any:
    """Return the ratio of sizes from which K/2 minority classes of n_B examples beside K/2 larger ones coincide.

    ``R_c = 2/(K sqrt(n_B lambda_W lambda_H)) - 1``: at sizes n_A = R n_B the minority has collapsed if and only if
    R >= R_c. A value below 1 says that it has collapsed at every ratio.

    Parameters
    ----------
    classes : number or array
        K >= 4 and even.
    minority : number or array
        n_B >= 1.
    weight_decay, feature_decay : number or array
        Both > 0. All arguments broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(minority_ratio(4, 10, 0.001, 0.001), 6)
    157.113883
    """
    xp, arrays, scalar = real_arrays(classes, minority, weight_decay, feature_decay)
    K, n, lW, lH = broadcast(xp, classes=arrays[0], minority=arrays[1], weight_decay=arrays[2], feature_decay=arrays[3])
    require(xp, (K >= 4) & (xp.remainder(K, xp.full_like(K, 2)) == 0), K, "classes", "an even number >= 4")
    require(xp, (n >= 1) & xp.isfinite(n), n, "minority", "a finite number >= 1")
    for name, value in (("weight_decay", lW), ("feature_decay", lH)):
        require(xp, (value > 0) & xp.isfinite(value), value, name, "a finite number > 0")
    return restore(2 / (K * (xp.sqrt(n) * xp.sqrt(lW) * xp.sqrt(lH))) - 1, scalar)


def simplex_code(classes: int) -> NDArray[np.float64]:
    """Return the logits ``I - 1 1'/K`` of a simplex ETF.

    Examples
    --------
    >>> simplex_code(2)
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
    """
    K = whole("classes", classes, least=2)
    return np.eye(K) - 1 / K


def cross_polytope_code(classes: int) -> NDArray[np.float64]:
    """Return the logits of K/2 pairs of opposite points: 1 for the class, -1 for its antipode, 0 for the others.

    Examples
    --------
    >>> cross_polytope_code(2)
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    K = whole("classes", classes)
    if K % 2:
        raise ValueError(f"classes must be even for pairs of opposite points, got {classes!r}")
    return np.kron(np.eye(K // 2), np.array([[1.0, -1.0], [-1.0, 1.0]]))


@quiet
def cross_polytope_margin(classes: Any, depth: Any) -> Any:
    """Return ``K (1 - 2^(p-1)) - 1``, ``p = 2/(M+1)``: from 0 on the cross-polytope beats the ETF at every decay.

    Precisely: its objective is lower at each scale a > 0, hence its minimum wherever that of the ETF has a > 0. For
    M = 1 it is -1.

    Parameters
    ----------
    classes : number or array
        K >= 2, even.
    depth : number or array
        M >= 1. The arguments broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [round(cross_polytope_margin(K, M), 4) for K, M in ((4, 2), (6, 2), (4, 3), (100, 1))]
    [-0.1748, 0.2378, 0.1716, -1.0]
    """
    xp, arrays, scalar = real_arrays(classes, depth)
    K, M = broadcast(xp, classes=arrays[0], depth=arrays[1])
    require(xp, (K >= 2) & (xp.remainder(K, xp.full_like(K, 2)) == 0), K, "classes", "an even number >= 2")
    require(xp, (M >= 1) & xp.isfinite(M), M, "depth", "a finite number >= 1")
    return restore(-K * xp.expm1((1 - M) / (1 + M) * math.log(2.0)) - 1, scalar)


@dataclass(frozen=True)
class BestScale(Shown):
    """The best scale of a code.

    Attributes
    ----------
    scale : float
        The minimiser a; 0 where no positive scale is better than equal logits.
    objective : float
        The minimum, at most log K.
    cross_entropy, penalty : float
        Its two parts.
    """

    scale: float
    objective: float
    cross_entropy: float
    penalty: float


def best_scale(
    code: Any, class_size: int, depth: int, weight_decays: float | Sequence[float], feature_decay: float
) -> BestScale:
    """Minimise the objective of the logits ``a C`` over a >= 0.

    A grid of scales finds the best cell and bisection on the derivative the point in it: numerically, not rigorously.

    Parameters
    ----------
    code : array (K, K)
        C: column k holds the logits of class k at scale 1.
    class_size : int
        n >= 1 examples in each class.
    depth : int
        M >= 1.
    weight_decays : float or sequence of M floats
        All > 0.
    feature_decay : float
        > 0.

    Returns
    -------
    BestScale

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> simplex = best_scale(simplex_code(4), 1, 3, 0.003, 0.003)
    >>> polytope = best_scale(cross_polytope_code(4), 1, 3, 0.003, 0.003)
    >>> round(simplex.objective, 6), round(polytope.objective, 6)
    (0.050272, 0.046253)
    """
    C = real_numbers("code", code)
    if C.ndim != 2 or C.shape[0] != C.shape[1] or len(C) < 2 or not np.all(np.isfinite(C)):
        raise ValueError(f"a code is a finite K x K matrix of logits with K >= 2, got shape {C.shape}")
    n, decays = whole("class_size", class_size), read_decays(depth, weight_decays)
    lH = positive("feature_decay", feature_decay)
    p = 2 / (depth + 1)
    kappa = (depth + 1) / 2 * math.exp((math.log(lH) + float(np.sum(np.log(decays)))) / (depth + 1)) * n ** (p / 2)
    singular = np.linalg.svd(C, compute_uv=False)
    singular = singular[singular > len(C) * np.finfo(float).eps * singular[0]]  # rounding must not count as rank
    weight = kappa * float(np.sum(singular**p))
    return _minimise(C - np.diag(C), weight, p)


def _minimise(lead: NDArray[np.float64], weight: float, p: float) -> BestScale:
    """Minimise the mean log-sum-exp of the columns of ``a lead`` plus ``weight a^p``."""
    K = len(lead)

    def loss(a: float) -> float:
        top = np.max(a * lead, axis=0)
        others = np.sum(np.exp(a * lead - top), axis=0, where=~np.eye(K, dtype=bool))
        return float(np.mean(top + np.log1p(np.expm1(-top) + others)))  # without cancellation where it is small

    def slope(a: float) -> float:
        weights = np.exp(a * lead - np.max(a * lead, axis=0))
        return float(np.mean(np.sum(weights * lead, axis=0) / np.sum(weights, axis=0))) + weight * p * a ** (p - 1)

    nothing = BestScale(0.0, math.log(K), math.log(K), 0.0)
    gaps = np.abs(lead[lead != 0])
    if weight == 0 or len(gaps) == 0:
        return nothing
    log_largest = math.log(math.log(K) / weight) / p  # the penalty alone is log K there
    first, last = math.log(1e-6 / np.max(gaps)), min(log_largest, math.log(1e4 / np.min(gaps)))
    if first >= last:
        return nothing
    scales = np.exp(np.linspace(first, last, _GRID))
    values = [loss(a) + weight * a**p for a in scales]
    best = int(np.argmin(values))
    low, high = float(scales[max(best - 1, 0)]), float(scales[min(best + 1, _GRID - 1)])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    a = 0.5 * (low + high)
    objective = loss(a) + weight * a**p
    return nothing if objective >= nothing.objective else BestScale(a, objective, loss(a), weight * a**p)
