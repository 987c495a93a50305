r"""The Mann-Whitney loss over all pairs, the exact area over the ROC curve, and the contrastive loss of a query.

The Mann-Whitney loss is the mean of ``log(1 + exp(-(s+ - s-)))`` over all pairs of a positive and a negative score.
Divided by log 2 it bounds 1 - AUC from above; in nats it does not. The contrastive loss (InfoNCE) of a query sees no
shift of the query's scores, but bounds the area over the curve within the query.

Source: paper key ``mw_auc``.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, broadcast, one_largest, quiet, real_arrays, require, restore
from theory.elementary import softplus

__all__ = ["area_over_curve", "infonce", "mann_whitney_loss", "mean_area_bound", "query_area_bound"]


@quiet
def mann_whitney_loss(positives: Any, negatives: Any, *, base: float = math.e, chunk: int = 1 << 20) -> Array:
    """Return the mean softplus of the score differences over all pairs.

    Parameters
    ----------
    positives : array, shape (..., n), n >= 1
    negatives : array, shape (..., m), m >= 1; leading axes broadcast
    base : of the logarithm; with 2 the loss bounds 1 - AUC
    chunk : largest number of pairs held in memory at a time

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If there is no positive or no negative, a score is not finite, the base is not finite and above 1, chunk is
        below 1, or shapes do not fit.

    Examples
    --------
    >>> float(mann_whitney_loss([0.0, 0.0], [0.0], base=2))
    1.0
    """
    xp, (positives, negatives), _ = real_arrays(positives, negatives)
    _score_sets(xp, positives, negatives)
    if not 1 < base < math.inf:
        raise ValueError(f"the base of a logarithm must be finite and above 1 here, got {base!r}")
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1 pair, got {chunk!r}")
    n, m = positives.shape[-1], negatives.shape[-1]
    batch = max(1, math.prod(positives.shape[:-1]), math.prod(negatives.shape[:-1]))
    rows = max(1, chunk // (m * batch))
    total: Any = 0.0
    for start in range(0, n, rows):
        difference = positives[..., start : min(start + rows, n), None] - negatives[..., None, :]
        total = total + xp.sum(softplus(xp, -difference), axis=(-2, -1))
    return total / (n * m * math.log(base))


@quiet
def area_over_curve(positives: Any, negatives: Any, *, ties: float = 0.5) -> Any:
    """Return 1 - AUC exactly: the fraction of pairs in which the negative scores higher, by sorting.

    Parameters
    ----------
    positives, negatives : arrays of shape (n,) and (m,)
    ties : what a pair of equal scores counts, in [0, 1]

    Returns
    -------
    float or array, shape ()

    Raises
    ------
    ValueError
        As in `mann_whitney_loss`; also if the scores have several axes or ties is outside [0, 1].

    Examples
    --------
    >>> float(area_over_curve([0.9, 0.4], [0.4, 0.1])), float(area_over_curve([0.9, 0.4], [0.4, 0.1], ties=1))
    (0.125, 0.25)
    """
    xp, (positives, negatives), scalar = real_arrays(positives, negatives)
    _score_sets(xp, positives, negatives)
    if positives.ndim != 1 or negatives.ndim != 1:
        raise ValueError(f"one list of scores each is needed, got shapes {positives.shape} and {negatives.shape}")
    if not 0 <= ties <= 1:
        raise ValueError(f"ties must count between 0 and 1, got {ties!r}")
    ordered = xp.sort(negatives)
    up_to = xp.astype(xp.searchsorted(ordered, positives, side="right"), xp.int64)
    below = xp.astype(xp.searchsorted(ordered, positives, side="left"), xp.int64)
    n, m = positives.shape[0], negatives.shape[0]
    above, equal = int(xp.sum(m - up_to)), int(xp.sum(up_to - below))
    return restore(xp.asarray((above + ties * equal) / (n * m), dtype=positives.dtype), scalar)


@quiet
def infonce(positive: Any, negatives: Any) -> Array:
    """Return the contrastive loss ``log(1 + sum_j exp(s_j - s+))`` of each query, in nats.

    Parameters
    ----------
    positive : array, shape (...), score of the query's positive
    negatives : array, shape (..., m), scores of its negatives

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If there is no negative, a score is not finite, or shapes do not fit.

    Examples
    --------
    >>> float(infonce(40.0, [0.0])), float(infonce([0.0], [[0.0, 0.0, 0.0]])[0]) == math.log(4)
    (4.248354255291589e-18, True)
    """
    xp, (positive, negatives), _ = real_arrays(positive, negatives)
    _score_sets(xp, positive[..., None], negatives)
    difference = negatives - positive[..., None]
    largest = one_largest(xp, difference)
    top = xp.max(difference, axis=-1)
    lift = xp.where(top > 0, top, xp.zeros_like(top))
    # 1 + sum exp(d) = exp(lift) (1 + rest): the largest of all terms, the 1 included, is left out of the rest.
    terms = xp.where(largest & (top > 0)[..., None], xp.zeros_like(difference), xp.exp(difference - lift[..., None]))
    rest = xp.sum(terms, axis=-1) + xp.where(top > 0, xp.exp(-lift), xp.zeros_like(lift))
    return xp.where(xp.isfinite(lift), lift + xp.log1p(rest), lift)  # a difference may overflow


@quiet
def query_area_bound(loss: Any, negatives: Any) -> Any:
    """Return ``min(1, (exp(loss) - 1)/m)``: 1 - AUC within a query is at most that, ties counted as wrong.

    Parameters
    ----------
    loss : the query's contrastive loss, >= 0
    negatives : its number of negatives m >= 1

    Examples
    --------
    >>> round(query_area_bound(math.log(3), 4), 12)
    0.5
    """
    xp, loss, m, scalar = _loss_and_count(loss, negatives)
    bound = xp.expm1(loss) / m
    return restore(xp.where(bound < 1, bound, xp.ones_like(bound)), scalar)


@quiet
def mean_area_bound(loss: Any, negatives: Any) -> Any:
    """Return ``min(1, loss/log(1+m))``: a bound of the mean area within queries by the mean contrastive loss.

    Parameters
    ----------
    loss : mean contrastive loss of queries with m negatives each, >= 0
    negatives : the number m >= 1

    Examples
    --------
    >>> mean_area_bound(math.log(2), 3)
    0.5
    """
    xp, loss, m, scalar = _loss_and_count(loss, negatives)
    bound = loss / xp.log1p(m)
    return restore(xp.where(bound < 1, bound, xp.ones_like(bound)), scalar)


def _loss_and_count(loss: Any, negatives: Any) -> tuple[Any, Array, Array, bool]:
    xp, (loss, m), scalar = real_arrays(loss, negatives)
    require(xp, loss >= 0, loss, "loss", ">= 0")
    require(xp, (m >= 1) & xp.isfinite(m) & (xp.floor(m) == m), m, "negatives", "a whole number >= 1")
    loss, m = broadcast(xp, loss=loss, negatives=m)
    return xp, loss, m, scalar


def _score_sets(xp: Any, positives: Array, negatives: Array) -> None:
    for name, scores in (("positives", positives), ("negatives", negatives)):
        if scores.ndim < 1 or scores.shape[-1] < 1:
            raise ValueError(f"{name} need a last axis of at least 1 score, got the shape {tuple(scores.shape)}")
        require(xp, xp.isfinite(scores), scores, name, "finite")
    broadcast(xp, positives=positives[..., 0], negatives=negatives[..., 0])
