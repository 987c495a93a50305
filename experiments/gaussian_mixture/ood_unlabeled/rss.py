r"""Robust self-supervised training of a linear rule: labelled ramp loss plus the ramp loss of pseudo-labelled points.

With the ramp ``r(u) = min(1, max(0, 1 - u))`` and unit directions w the objective is

    ``(1/m) sum_i r(gamma y_i <w, x_i>) + (weight/n) sum_j r(gamma' |<w, u_j>|)``,

both terms being worst cases of the 0-1 loss when moving a point costs gamma (gamma') times the Euclidean distance; the
pseudo-label of u is the sign of ``<w, u>``. The losses are those of the authors' poster; constants and optimiser are
ours. The objective is not convex: the start is the labelled plug-in direction, and every step turns w by a prescribed
angle against the tangential part of a subgradient. The lowest point met is kept, so that the objective never ends above
its start.

The published experiment chose gamma, gamma', the weight and the restarts by the accuracy on the test set; see
:mod:`experiments.gaussian_mixture.ood_unlabeled.selection`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from experiments.arrays import Array, namespace
from experiments.gaussian_mixture.naive_bayes import check_finite, check_sample
from experiments.gaussian_mixture.pca import check_unlabelled
from experiments.gaussian_mixture.plug_in import plug_in, signs
from experiments.gaussian_mixture.rules import Rule
from theory.arguments import whole

__all__ = ["FIXED", "RssParameters", "rss", "rss_objective", "unit"]

STEPS = 40
FIRST_ANGLE = 0.25  # radians; falls linearly to 0, so that all steps together could turn w by 5


@dataclass(frozen=True)
class RssParameters:
    """Constants of the objective; in units of 1 over the standard deviation of the features.

    Parameters
    ----------
    gamma, gamma_unlabelled : float or array
        Slopes of the two ramps, > 0; arrays of shape (R, 1) give each sample its own.
    weight : float or array
        Of the unlabelled term, >= 0; likewise.
    steps : int
        Of the descent, >= 0.
    first_angle : float
        Of the first step, in radians, in (0, pi/2].

    Raises
    ------
    ValueError
        If a plain number is out of its range.
    """

    gamma: Any = 1.0
    gamma_unlabelled: Any = 1 / 3
    weight: Any = 10.0
    steps: int = STEPS
    first_angle: float = FIRST_ANGLE

    def __post_init__(self) -> None:
        for name in ("gamma", "gamma_unlabelled", "weight"):
            value = getattr(self, name)
            if isinstance(value, int | float) and not (0 < value < math.inf or (name == "weight" and value == 0)):
                raise ValueError(f"{name} must be a positive finite number, got {value!r}")
        object.__setattr__(self, "steps", whole("steps", self.steps, 0))
        if not 0 < self.first_angle <= math.pi / 2:
            raise ValueError(f"first_angle must be in (0, pi/2], got {self.first_angle!r}")


FIXED = RssParameters()
"""The declared constants of the learner ``rss``.

They were set by hand once, after a look at the exact errors of fourteen choices at d = 200, s = 1, m = 10 and 40 and n
up to 4000; with a small weight the labelled term keeps the rule at its start. The same constants serve every size.
"""


def unit(vectors: Array) -> Array:
    """Return vectors (..., d) divided by their lengths; a zero vector stays.

    Examples
    --------
    >>> import numpy as np
    >>> unit(np.asarray([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    xp = namespace(vectors)
    length = xp.sqrt(xp.sum(vectors * vectors, axis=-1, keepdims=True))
    return vectors / xp.where(length > 0, length, xp.ones_like(length))


def rss_objective(weights: Array, labelled: Array, unlabelled: Array, parameters: RssParameters = FIXED) -> Array:
    """Return the objective at unit directions, shape (R,).

    Parameters
    ----------
    weights : array, shape (R, d)
    labelled : array, shape (R, m, d)
        Points times their labels -1 and 1.
    unlabelled : array, shape (R, n, d)

    Examples
    --------
    >>> import numpy as np
    >>> w, x, u = np.asarray([[1.0, 0.0]]), np.asarray([[[1.0, 5.0]]]), np.asarray([[[-1.5, 0.0], [9.0, 0.0]]])
    >>> rss_objective(w, x, u).tolist()
    [2.5]
    """
    return _look(weights, labelled, unlabelled, parameters)[0]


def _look(weights: Array, labelled: Array, unlabelled: Array, chosen: RssParameters) -> tuple[Array, Array]:
    """Return the objective (R,) and a subgradient (R, d)."""
    xp = namespace(weights)
    column = weights[..., None]
    margin = chosen.gamma * (labelled @ column)[..., 0]
    score = (unlabelled @ column)[..., 0]
    doubt = 1 - chosen.gamma_unlabelled * xp.abs(score)
    zero = xp.zeros_like
    sloped = (margin > 0) & (margin < 1)
    loss = xp.where(margin > 0, xp.where(sloped, 1 - margin, zero(margin)), xp.ones_like(margin))
    first = chosen.gamma * _pull(xp.astype(sloped, weights.dtype), labelled)
    second = _pull(xp.where(doubt > 0, xp.sign(score), zero(score)), unlabelled)
    value = xp.mean(loss, axis=-1) + _flat(chosen.weight) * xp.mean(xp.where(doubt > 0, doubt, zero(doubt)), axis=-1)
    return value, -(first + chosen.weight * chosen.gamma_unlabelled * second)


def _pull(shares: Array, points: Array) -> Array:
    """Return the mean over points of share times point: (R, n) and (R, n, d) to (R, d)."""
    return (shares[:, None, :] @ points)[:, 0, :] / points.shape[1]


def _flat(value: Any) -> Any:
    return value if isinstance(value, int | float) else value[:, 0]


def rss(
    features: Array,
    labels: Array,
    *,
    unlabelled: Array,
    parameters: RssParameters = FIXED,
    start: Array | None = None,
) -> Rule:
    """Return unit directions that lower the objective from the labelled plug-in direction.

    Parameters
    ----------
    features, labels : array, shape (R, m, d) and (R, m)
        Labels 0 or 1.
    unlabelled : array, shape (R, n, d)
    start : array, shape (R, d), optional
        Another start; its length does not matter.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, u = np.asarray([[[0.5, 0.5]]]), np.asarray([[1]]), np.asarray([[[1.5, 0.0], [-1.0, 0.0]]])
    >>> bool(rss(x, y, unlabelled=u).weights[0, 0] > 0.9)
    True
    """
    xp = check_sample(features, labels, 2)
    check_unlabelled(features, unlabelled)
    labelled = features * signs(labels, features)[..., None]
    w = unit(plug_in(features, labels).weights if start is None else start)
    check_finite(xp, unlabelled @ w[..., None])  # the ramp would pass over a point that is no number
    best, lowest = w, None
    for step in range(parameters.steps + 1):
        value, slope = _look(w, labelled, unlabelled, parameters)
        if lowest is None:
            lowest = value
        better = value < lowest
        best, lowest = xp.where(better[:, None], w, best), xp.where(better, value, lowest)
        w = _turned(w, slope, parameters.first_angle * (1 - step / max(1, parameters.steps)))
    return Rule(best, xp.zeros_like(best[:, 0]))


def _turned(w: Array, slope: Array, angle: float) -> Array:
    """Return unit vectors turned by an angle against the tangential part of the slope; where that is zero, unturned."""
    xp = namespace(w)
    tangent = slope - xp.sum(slope * w, axis=-1, keepdims=True) * w
    length = xp.sqrt(xp.sum(tangent * tangent, axis=-1, keepdims=True))
    moved = math.cos(angle) * w - math.sin(angle) * tangent / xp.where(length > 0, length, xp.ones_like(length))
    return xp.where(length > 0, unit(moved), w)
