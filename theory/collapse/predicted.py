"""Measured geometry of class means and classifier beside the predicted one, class by class.

Predicted is the global minimum of squared loss on free features (`theory.collapse.deep_linear.minimum`): class means as
they are beside that without a bias, centred class means beside that with one. Norms are relative to their root mean
square, since the scale depends on decays that a network does not have. Features of fewer dimensions than classes keep
the largest of these (modes, with a bias); where that leaves a choice, as between equal classes, nothing is predicted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.collapse.deep_linear.geometry import angles, cosines, gram_distance
from theory.collapse.deep_linear.minimum import GlobalMinimum, LimitGeometry, global_minimum, vanishing_decay_geometry
from theory.collapse.metrics import CollapseMetrics, nc_metrics
from theory.shown import Shown

__all__ = ["Comparison", "Geometry", "compare"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Geometry(Shown):
    """Norms and least angles of K vectors, measured and predicted; not a number where a vector is zero.

    Attributes
    ----------
    norms, predicted_norms : array (K,)
        Relative to their root mean square.
    least_angles, predicted_angles : array (K,)
        In degrees, to the nearest other class.
    distance : float
        Between the measured and the predicted Gram matrix, each divided by its norm; not a number if one is zero or
        nothing is predicted.
    """

    norms: Floats
    predicted_norms: Floats
    least_angles: Floats
    predicted_angles: Floats
    distance: float

    def columns(self) -> list[Floats]:
        """Return norms, predicted norms, angles, predicted angles."""
        return [self.norms, self.predicted_norms, self.least_angles, self.predicted_angles]

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: [_finite(value) for value in getattr(self, name)]
            for name in ("norms", "predicted_norms", "least_angles", "predicted_angles")
        }
        return {**found, "distance": _finite(self.distance)}


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """Metrics, and what was predicted.

    Attributes
    ----------
    metrics : CollapseMetrics
    plain : Geometry
        Class means beside the minimum without a bias.
    centred : Geometry
        Centred class means beside the minimum with a bias.
    classifier : Geometry or None
        Rows of the classifier beside the minimum without a bias.
    setting : str
        Depth and decays of the prediction, in words.
    """

    metrics: CollapseMetrics
    plain: Geometry
    centred: Geometry
    classifier: Geometry | None
    setting: str

    def to_json(self) -> dict[str, Any]:
        classifier = None if self.classifier is None else self.classifier.to_json()
        return {
            "metrics": self.metrics.to_json(),
            "predicted": self.setting,
            "class_means": self.plain.to_json(),
            "centred_class_means": self.centred.to_json(),
            "classifier": classifier,
        }


def compare(
    features: Any,
    labels: Any,
    classifier: Any = None,
    *,
    depth: int = 1,
    decays: tuple[float, float] | None = None,
    cutoff: float | None = None,
) -> Comparison:
    """Measure features and set them beside the prediction.

    Parameters
    ----------
    features, labels, classifier, cutoff
        As in `theory.collapse.metrics.nc_metrics`; NumPy arrays.
    depth : int
        M >= 1, the linear layers of the prediction.
    decays : (weight decay, feature decay), optional
        Both > 0; by default the limit in which they vanish.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If an argument cannot be used.

    Examples
    --------
    >>> found = compare(np.eye(2)[[0, 0, 0, 0, 1]] * 3.0, np.array([0, 0, 0, 0, 1]))
    >>> np.round(found.plain.predicted_norms, 3).tolist(), found.plain.least_angles.tolist()
    ([0.816, 1.155], [90.0, 90.0])
    """
    metrics = nc_metrics(features, labels, classifier, cutoff=cutoff)
    means = np.asarray(metrics.means)
    K, d = means.shape
    sizes, setting = metrics.class_sizes, f"depth {depth}, "
    found: list[GlobalMinimum | LimitGeometry]
    if decays is None:
        found = [vanishing_decay_geometry(sizes, depth, bias, d) for bias in (False, True)]
        setting += "small decays"
    else:
        found = [global_minimum(sizes, depth, *decays, bias=bias, width=d) for bias in (False, True)]
        setting += f"weight decay {decays[0]:g}, feature decay {decays[1]:g}"
    if free := [name for name, one in zip(("without", "with"), found, strict=True) if not one.unique]:
        setting += f"; {' and '.join(free)} a bias not unique at width {d}, not shown"
    unknown = np.full((K, K), np.nan)
    plain, biased = (one.mean_gram if one.unique else unknown for one in found)
    product = found[0].classifier_gram if found[0].unique else unknown
    centre = np.eye(K) - 1 / K
    return Comparison(
        metrics=metrics,
        plain=_geometry(means, plain),
        centred=_geometry(means - np.mean(means, axis=0), centre @ biased @ centre),
        classifier=None if classifier is None else _geometry(np.asarray(classifier, dtype=np.float64), product),
        setting=setting,
    )


def _geometry(vectors: Floats, gram: Floats) -> Geometry:
    known = bool(np.all(np.isfinite(gram)))
    values, directions = np.linalg.eigh(np.where(known, gram, 0.0))
    values = np.where(values > len(gram) * np.finfo(float).eps * max(values[-1], 0.0), values, 0.0)
    predicted = directions * np.sqrt(values)
    scale = float(np.max(np.abs(vectors)))
    vectors = vectors / scale if scale > 0 else vectors
    exist = np.any(vectors != 0) and np.any(predicted != 0)
    return Geometry(
        norms=_relative_norms(vectors),
        predicted_norms=_relative_norms(predicted) if known else np.full(len(gram), np.nan),
        least_angles=_least_angles(vectors),
        predicted_angles=_least_angles(predicted),
        distance=float(gram_distance(vectors @ vectors.T, gram)) if exist else np.nan,
    )


def _relative_norms(vectors: Floats) -> Floats:
    norms = np.sqrt(np.sum(vectors**2, axis=1))
    typical = np.sqrt(np.mean(norms**2))
    return norms / typical if typical > 0 else norms


def _least_angles(vectors: Floats) -> Floats:
    """Return the least angle to another vector in degrees, to nine decimals; not a number for zero vectors."""
    found = np.nan_to_num(cosines(np.where(_tiny(vectors), 0.0, vectors)), nan=-2.0)
    np.fill_diagonal(found, -2.0)
    nearest = np.argmax(found, axis=1)
    least = np.degrees(angles(np.stack([vectors, vectors[nearest]], axis=1))[:, 0, 1])
    return np.where(np.max(found, axis=1) == -2, np.nan, np.round(least, 9))


def _tiny(vectors: Floats) -> NDArray[np.bool_]:
    """Tell which rows are zero up to rounding."""
    norms = np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
    return norms <= 1e-12 * np.max(norms, initial=0.0)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
