r"""Neural-collapse metrics NC1, NC2 and NC3 of features, labels and a classifier.

With N features in K classes, class means :math:`\mu_k` and their mean :math:`\mu_G` (every class counts alike):

- :math:`\Sigma_W=\frac1N\sum_i(h_i-\mu_{y_i})(h_i-\mu_{y_i})'`,
  :math:`\Sigma_B=\frac1K\sum_k(\mu_k-\mu_G)(\mu_k-\mu_G)'`;
- NC1 is :math:`\operatorname{tr}(\Sigma_W\Sigma_B^+)/K`, zero if every class is a point;
- NC2 of the centred means (and of the rows of the classifier), all zero for a simplex ETF: the spread of norms, their
  standard deviation over their mean; the spread of the cosines of pairs; their mean distance from :math:`-1/(K-1)`;
  and in one number :math:`\bigl|G/|G|-(I-11'/K)/\sqrt{K-1}\bigr|_F` for the Gram matrix G. Beside it the distances of
  the means as they are, not centred, from orthogonal frames: the geometry without a bias;
- NC3 is :math:`\bigl|W/|W|-M/|M|\bigr|_F`, M the centred means, K x d: zero if the classifier is a multiple of them.

These are the metrics of Papyan, Han and Donoho (2020) as usually quoted, with balanced classes; norms of differences
of Gram matrices and the product in NC3 are those of Zhu et al. (2021). With unequal classes the mean of all features is
often taken for :math:`\mu_G`: it draws the centre to the large classes, and a simplex ETF would not be one. Standard
deviations are those of a population, and NC3 is not squared. NC4, the agreement with the nearest class mean, needs the
bias and is not computed.

NC1 is computed as a sum of squares of residuals projected on the right singular vectors of M, at most K - 1, each over
its squared singular value: it cannot be negative, and no d x d matrix is formed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from theory.arrays import Array, device_of, namespace, quiet, real_arrays
from theory.collapse.deep_linear.arguments import real_numbers
from theory.collapse.deep_linear.geometry import (
    cosines,
    etf_distance,
    frame_distance,
    gram_distance,
    orthogonality_distance,
    simplex_gram,
    simplex_spreads,
)
from theory.shown import Shown

__all__ = ["CollapseMetrics", "nc_metrics"]

_DOUBLE = 2.0**-52
_SPREADS = ("norm_spread", "cosine_spread", "cosine_offset")
_CHUNK = 1 << 18  # numbers in a piece of the features: 2 MiB in double precision, which stay in a cache


@dataclass(frozen=True, eq=False)
class CollapseMetrics(Shown):
    """Metrics of collapse: floats, and arrays in double precision of the features' namespace.

    Attributes
    ----------
    nc1 : float
        ``tr(Sigma_W Sigma_B^+)/K``; infinite if the class means coincide but the features differ, not a number if
        all features are equal.
    etf_distance : float
        NC2: of the centred class means from a simplex ETF; not a number if the class means coincide.
    norm_spread, cosine_spread, cosine_offset : float
        NC2: of the centred class means, see `theory.collapse.deep_linear.geometry.simplex_spreads`; not a number if
        one is zero, the first only if all are.
    frame_distance, orthogonality_distance : float
        Of the class means, not centred, from an orthogonal frame with equal norms and with any norms; not a number
        if all are zero.
    nc3 : float or None
        Of the classifier from the centred class means; None without a classifier.
    nc3_uncentred : float or None
        The same with the class means as they are.
    product_distance : float or None
        Of classifier times centred class means from ``(I - 1 1'/K)/sqrt(K-1)``, each divided by its norm; not a number
        if the product is zero.
    classifier_etf_distance : float or None
        NC2 of the rows of the classifier.
    classifier_norm_spread, classifier_cosine_spread, classifier_cosine_offset : float or None
        The same in three numbers.
    class_sizes : tuple of int
    single_sample_classes : tuple of int
        Labels of classes with one example, which add nothing to Sigma_W.
    means : array (K, d)
        Class means, not centred.
    mean_norms, centred_norms : array (K,)
        Norms of the class means, and of the centred ones.
    classifier_norms : array (K,) or None
    within, between : float
        ``tr Sigma_W`` and ``tr Sigma_B``.
    rank : int
        Of Sigma_B: how many of its directions the cutoff keeps; K - 1 at most.
    cutoff : float
        Singular values of the centred means up to this times the largest count as zero.
    """

    nc1: float
    etf_distance: float
    norm_spread: float
    cosine_spread: float
    cosine_offset: float
    frame_distance: float
    orthogonality_distance: float
    nc3: float | None
    nc3_uncentred: float | None
    product_distance: float | None
    classifier_etf_distance: float | None
    classifier_norm_spread: float | None
    classifier_cosine_spread: float | None
    classifier_cosine_offset: float | None
    class_sizes: tuple[int, ...]
    single_sample_classes: tuple[int, ...]
    means: Array
    mean_norms: Array
    centred_norms: Array
    classifier_norms: Array | None
    within: float
    between: float
    rank: int
    cutoff: float

    @property
    def mean_cosines(self) -> Array:
        """Cosines (K, K) of the angles between class means; not a number where one is zero."""
        return cosines(self.means)

    @property
    def centred_cosines(self) -> Array:
        """The same for centred class means."""
        xp = namespace(self.means)
        return cosines(self.means - xp.mean(self.means, axis=0, keepdims=True))

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON: arrays as nested lists, without the means, None for what is not finite."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name != "means"}


@quiet
def nc_metrics(features: Any, labels: Any, classifier: Any = None, *, cutoff: float | None = None) -> CollapseMetrics:
    """Return the metrics of neural collapse.

    Parameters
    ----------
    features : array (N, d)
        Real and finite; read in pieces and summed in double precision.
    labels : array (N,)
        Integers 0 ... K - 1, every class present.
    classifier : array (K, d), optional
        Rows of the last layer's weights.
    cutoff : float, optional
        Of the pseudo-inverse: singular values of the centred class means up to cutoff times the largest are zero. By
        default ``(sqrt(K) + sqrt(d)) e m/s``, what rounding can make of class means that coincide: e the precision of
        the features' type, m the largest entry of the means, s the largest singular value; and at least ``max(K, d)``
        times double precision.

    Returns
    -------
    CollapseMetrics

    Raises
    ------
    ValueError
        If shapes do not fit, labels are not integers from 0 on, a class is empty, there are fewer than two classes, or
        a number is not finite.

    Notes
    -----
    Single-sample classes are allowed: they have no variability. Directions in which the class means agree are left to
    the pseudo-inverse, so that variability there does not count; `rank` tells how many are left.

    Examples
    --------
    >>> found = nc_metrics([[1.0, 0.0], [1.0, 0.2], [-1.0, 0.0], [-1.0, 0.2]], [0, 0, 1, 1], [[2.0, 0.0], [-2.0, 0.0]])
    >>> found.nc1, found.rank, round(found.etf_distance, 12), round(found.nc3, 12)
    (0.0, 1, 0.0, 0.0)
    """
    xp, X, precision = _features(features)
    y = _labels(xp, labels, X)
    W = None if classifier is None else _classifier(xp, classifier, X)
    order, bounds = _classes(xp, y, X, None if W is None else W.shape[0])
    means = _class_means(xp, X, order, bounds)
    K = means.shape[0]
    centred = means - xp.mean(means, axis=0, keepdims=True)
    _, values, right = xp.linalg.svd(centred, full_matrices=False)
    relative = _relative_cutoff(xp, means, values, precision, cutoff)
    rank = int(xp.sum(xp.astype(values > relative * values[0], xp.int64)))
    unit = _unit_of_length(float(values[0]), precision)
    length, components = _variability(xp, X, y, means, xp.matrix_transpose(right[:rank, :]), precision, unit)
    within, between = length * unit * unit, float(xp.sum(values**2)) / K
    sizes = tuple(last - first for first, last in pairwise(bounds))
    some = bool(xp.any(means != 0))
    return CollapseMetrics(
        nc1=float(xp.sum(components / (values[:rank] / unit) ** 2)) if rank else (math.inf if length > 0 else math.nan),
        etf_distance=etf_distance(centred) if rank else math.nan,
        **_named_spreads("", centred if rank else None),
        frame_distance=frame_distance(means) if some else math.nan,
        orthogonality_distance=orthogonality_distance(means) if some else math.nan,
        **_classifier_metrics(xp, W, means, centred, rank),
        class_sizes=sizes,
        single_sample_classes=tuple(k for k, size in enumerate(sizes) if size == 1),
        means=means,
        mean_norms=_row_norms(xp, means),
        centred_norms=_row_norms(xp, centred),
        within=within,
        between=between,
        rank=rank,
        cutoff=relative,
    )


def _classifier_metrics(xp: Any, W: Array | None, means: Array, centred: Array, rank: int) -> dict[str, Any]:
    if W is None:
        names = ("nc3", "nc3_uncentred", "product_distance", "classifier_etf_distance", "classifier_norms")
        return dict.fromkeys((*names, *(f"classifier_{name}" for name in _SPREADS)))
    return {
        "nc3": _direction_gap(xp, W, centred) if rank else math.nan,
        "nc3_uncentred": _direction_gap(xp, W, means),
        "product_distance": _product_distance(xp, W, centred) if rank else math.nan,
        "classifier_etf_distance": etf_distance(W),
        "classifier_norms": _row_norms(xp, W),
        **_named_spreads("classifier_", W),
    }


def _named_spreads(prefix: str, vectors: Array | None) -> dict[str, float]:
    found = (math.nan,) * 3 if vectors is None else simplex_spreads(vectors)
    return {prefix + name: value for name, value in zip(_SPREADS, found, strict=True)}


def _features(features: Any) -> tuple[Any, Array, float]:
    """Return namespace, features as given and the precision of their type."""
    xp, (X,), _ = real_arrays(features)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"features must be an array (examples, dimensions) that is not empty, got {tuple(X.shape)}")
    return xp, X, float(xp.finfo(X.dtype).eps)


def _labels(xp: Any, labels: Any, X: Array) -> Array:
    y = xp.asarray(labels)
    if not xp.isdtype(y.dtype, "integral"):
        raise ValueError(f"labels must be integers 0 ... K - 1, got elements of type {y.dtype}")
    if tuple(y.shape) != (X.shape[0],):
        raise ValueError(f"labels must be one for each of the {X.shape[0]} examples, got the shape {tuple(y.shape)}")
    y = xp.asarray(y, dtype=xp.int64, device=device_of(X))
    if int(xp.min(y)) < 0:
        raise ValueError(f"labels must be integers 0 ... K - 1, got {int(xp.min(y))}")
    return y


def _classifier(xp: Any, classifier: Any, X: Array) -> Array:
    _, (W,), _ = real_arrays(classifier)
    if W.ndim != 2 or W.shape[1] != X.shape[1]:
        raise ValueError(f"the classifier must have the shape (classes, {X.shape[1]}), got {tuple(W.shape)}")
    W = xp.asarray(W, dtype=xp.float64, device=device_of(X))
    if not bool(xp.all(xp.isfinite(W))):
        raise ValueError("the classifier must be finite, got infinity or not a number")
    if not bool(xp.any(W != 0)):
        raise ValueError("the classifier is zero: it has no directions")
    return W


def _classes(xp: Any, y: Array, X: Array, rows: int | None) -> tuple[Array, list[int]]:
    """Return the examples in the order of their classes, and where each class begins and the last one ends."""
    most = int(xp.max(y)) + 1
    K = most if rows is None else rows
    if most > K:
        raise ValueError(f"the label {most - 1} has no row in the classifier, which has {K}: labels are 0 ... {K - 1}")
    if K < 2:
        raise ValueError("there must be at least two classes, got one")
    if X.shape[0] < K:
        raise ValueError(f"there are {X.shape[0]} examples for {K} classes: some are empty; labels are 0 ... K - 1")
    order = xp.argsort(y)
    starts = xp.searchsorted(xp.take(y, order), xp.arange(K + 1, dtype=y.dtype, device=device_of(y)))
    bounds = [int(starts[k]) for k in range(K + 1)]
    empty = [k for k in range(K) if bounds[k] == bounds[k + 1]]
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (", ..." if len(empty) > 5 else "")
        hint = "" if rows is not None else "; numpy.unique(labels, return_inverse=True)[1] numbers them from 0"
        raise ValueError(f"every class from 0 to {K - 1} needs an example; there is none of class {shown}{hint}")
    return order, bounds


def _class_means(xp: Any, X: Array, order: Array, bounds: list[int]) -> Array:
    step = max(_CHUNK // X.shape[1], 1)
    means = []
    for first, last in pairwise(bounds):
        total = xp.zeros(X.shape[1], dtype=xp.float64, device=device_of(X))
        for start in range(first, last, step):
            piece = xp.take(X, order[start : min(start + step, last)], axis=0)
            total = total + xp.sum(piece, axis=0, dtype=xp.float64)
        means.append(total / (last - first))
    found = xp.stack(means)
    if not bool(xp.all(xp.isfinite(found))):
        _blame(xp, X)
    return found


def _blame(xp: Any, X: Array) -> None:
    """Say which example has a number that is not finite."""
    finite = xp.all(xp.isfinite(X), axis=1)
    if bool(xp.all(finite)):
        raise ValueError("the features are too large: their sum overflows")
    first = int(xp.argmax(xp.astype(~finite, xp.int8)))
    raise ValueError(f"features must be finite, got infinity or not a number in example {first}")


def _relative_cutoff(xp: Any, means: Array, values: Array, precision: float, cutoff: float | None) -> float:
    if cutoff is not None:
        chosen = real_numbers("cutoff", cutoff)
        if chosen.ndim or not 0 <= chosen < 1:
            raise ValueError(f"cutoff must be a number in [0, 1), got {cutoff!r}")
        return float(chosen)
    K, d = means.shape
    decomposition = max(K, d) * _DOUBLE
    if float(values[0]) == 0:
        return decomposition
    # The norm of a K x d matrix of independent rounding errors is about (sqrt(K) + sqrt(d)) times their size.
    rounding = (math.sqrt(K) + math.sqrt(d)) * precision * float(xp.max(xp.abs(means)))
    return max(decomposition, rounding / float(values[0]))


def _unit_of_length(largest: float, precision: float) -> float:
    """Return 1, or a power of two near ``largest`` where residuals or squares would leave the range of their type."""
    limit = 1e10 if precision > _DOUBLE else 1e100
    return 1.0 if largest == 0 or 1 / limit < largest < limit else 2.0 ** round(math.log2(largest))


def _pieces(X: Array) -> Iterator[slice]:
    step = max(_CHUNK // X.shape[1], 1)
    for start in range(0, X.shape[0], step):
        yield slice(start, min(start + step, X.shape[0]))


def _variability(
    xp: Any, X: Array, y: Array, means: Array, directions: Array, precision: float, unit: float
) -> tuple[float, Array]:
    """Return the mean squared length of the residuals in a unit of length, and of their components along directions.

    Residuals are formed, and squares summed, in double precision; features of lower precision are projected in single
    precision, whose rounding of a residual is below that of the features themselves.
    """
    single = precision > _DOUBLE
    basis = xp.astype(directions, xp.float32) if single else directions
    length, components = 0.0, xp.zeros(basis.shape[1], dtype=xp.float64, device=device_of(X))
    for piece in _pieces(X):
        residuals = xp.astype(X[piece, :], xp.float64) - xp.take(means, y[piece], axis=0)
        residuals = residuals if unit == 1 else residuals / unit
        length += float(xp.sum(xp.vecdot(residuals, residuals)))
        projected = (xp.astype(residuals, xp.float32) if single else residuals) @ basis
        components = components + xp.sum(xp.astype(projected, xp.float64) ** 2, axis=0)
    return length / X.shape[0], components / X.shape[0]


def _row_norms(xp: Any, V: Array) -> Array:
    scale = xp.max(xp.abs(V))
    scale = xp.where(scale == 0, xp.ones_like(scale), scale)
    return scale * xp.sqrt(xp.sum((V / scale) ** 2, axis=1))


def _unit(xp: Any, V: Array) -> Array:
    V = V / xp.max(xp.abs(V))
    return V / xp.sqrt(xp.sum(V**2))


def _direction_gap(xp: Any, W: Array, M: Array) -> float:
    """Return ``| W/|W| - M/|M| |``, not a number if M is zero."""
    return float(xp.sqrt(xp.sum((_unit(xp, W) - _unit(xp, M)) ** 2)))


def _product_distance(xp: Any, W: Array, centred: Array) -> float:
    product = _unit(xp, W) @ xp.matrix_transpose(_unit(xp, centred))
    if not bool(xp.any(product != 0)):
        return math.nan
    target = xp.asarray(simplex_gram(W.shape[0]), dtype=xp.float64, device=device_of(W))
    return float(gram_distance(product, target))


def _plain(value: Any) -> Any:
    """Return JSON: numbers that are not finite become None."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return [_plain(value[k, ...] if value.ndim > 1 else float(value[k])) for k in range(value.shape[0])]
