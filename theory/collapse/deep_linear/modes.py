r"""Eigenvalues and eigenvectors of YY' for one-hot targets Y, and of the centred targets where there is a bias.

Without a bias YY' is the diagonal matrix of the class sizes. With one it is :math:`\operatorname{diag}(n)-nn'/N`. A
size v that m classes share is an eigenvalue m - 1 times, and its eigenvectors compare these classes alone. Every other
eigenvalue but one lies between neighbouring distinct sizes, at a root of

.. math:: \sum_k\frac{n_k}{n_k-\mu}=0,\qquad\text{with the eigenvector}\quad x_k=\frac{n_k}{n_k-\mu};

the last one is 0, with equal entries. Roots are bisected as distances from the nearest size: small eigenvalues beside
large classes are as accurate as large ones, which those of a general eigensolver are not.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.collapse.deep_linear.geometry import simplex_etf

__all__ = ["modes_of"]

_HALVINGS = 70

Floats = NDArray[np.float64]


def modes_of(sizes: Floats, bias: bool) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors, one a column; with a bias the largest first, the last of them 0.

    Parameters
    ----------
    sizes : array (K,)
        Whole numbers >= 1.
    bias : bool

    Returns
    -------
    values : array (K,)
    vectors : array (K, K)

    Examples
    --------
    >>> values, vectors = modes_of(np.array([1e17, 1.0, 1.0]), bias=True)
    >>> np.round(values, 12).tolist(), np.round(vectors[:, 1], 6).tolist()
    ([3.0, 1.0, 0.0], [0.0, 0.707107, -0.707107])
    """
    K = len(sizes)
    if not bias:
        return sizes, np.eye(K)
    distinct, members, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    values, columns = [np.zeros(1)], [np.full((K, 1), 1 / math.sqrt(K))]
    for group in np.flatnonzero(counts > 1):
        within = np.zeros((K, counts[group] - 1))
        within[members == group] = simplex_etf(counts[group]) * math.sqrt(1 - 1 / counts[group])
        columns.append(within)
        values.append(np.full(counts[group] - 1, distinct[group]))
    if len(distinct) > 1:
        roots, distances = _roots(distinct, counts)
        between = (sizes[:, None] / np.max(sizes)) / distances.T[members]
        columns.append(between / np.sqrt(np.sum(between**2, axis=0)))
        values.append(roots)
    found = np.concatenate(values)
    order = np.argsort(-found, kind="stable")
    return found[order], np.concatenate(columns, axis=1)[:, order]


def _roots(sizes: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the roots between increasing sizes, and for each root (rows) its distances from all sizes."""
    weights = sizes * counts
    halves = np.diff(sizes) / 2
    middle = sizes[:-1, None] + halves[:, None]
    lower = np.sum(weights / (sizes - middle), axis=1) > 0  # the sum increases: the root is left of the middle
    nearest = np.arange(len(halves)) + np.where(lower, 0, 1)
    apart = sizes - sizes[nearest][:, None]
    sign = np.where(lower, 1.0, -1.0)
    low, high = np.log(weights[nearest] * halves / np.sum(weights)) - 1, np.log(halves)
    for _ in range(_HALVINGS):
        step = 0.5 * (low + high)
        total = np.sum(weights / (apart - (sign * np.exp(step))[:, None]), axis=1)
        closer = total * sign > 0
        low, high = np.where(closer, low, step), np.where(closer, step, high)
    distance = sign * np.exp(0.5 * (low + high))
    return sizes[nearest] + distance, apart - distance[:, None]
