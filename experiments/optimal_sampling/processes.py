r"""Projection determinantal processes by the chain rule, for many replicates at once.

The points are drawn one after another, each with a density proportional to the squared distance of its feature to the
span of the features drawn before. The span is kept as an orthonormal basis, to which each new vector is orthogonalised
twice: once is not enough when a point falls next to an earlier one.
"""

from __future__ import annotations

import math
from typing import Any

from experiments.arrays import Array, Backend, backend_of
from experiments.arrays import backend as backend_named
from experiments.optimal_sampling.points import optimal_points
from experiments.streams import Stream
from theory.arguments import whole
from theory.regression.wls_dpp.polynomial_bases import evaluate

__all__ = ["finite_process", "orthonormal_part", "polynomial_process"]

MOST_ROUNDS = 10_000
TOLERANCE = 1e-8


def orthonormal_part(xp: Any, found: Array, vectors: Array) -> Array:
    """Return the part of vectors (K, m) orthogonal to the rows of orthonormal bases (K, i, m), normalised."""
    for _ in range(2):
        along = xp.sum(found * vectors[:, None, :], axis=-1)
        vectors = vectors - xp.sum(along[..., None] * found, axis=1)
    norms = xp.sqrt(xp.sum(vectors**2, axis=-1))
    return vectors / norms[:, None]


def finite_process(features: Array, stream: Stream, replicates: int | range) -> Array:
    r"""Draw sets of m of N points from the projection on the column space of a matrix.

    The squared distances of all points are updated by one product a step: O(N m^2) for a draw.

    Parameters
    ----------
    features
        Orthonormal columns, shape (N, m), m >= 1, real; ``sqrt(mu_x) phi_j(x)`` for a measure on N points.
    stream
        Of the uniform numbers, one a step.
    replicates
        A number, or a range of rows.

    Returns
    -------
    array of int64, shape (R, m)
        Indices, in the order drawn.

    Raises
    ------
    ValueError
        If they have no such shape or type, or the columns are not orthonormal to 1e-8.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = finite_process(np.eye(4)[:, :2], Stream(1), 3)
    >>> np.sort(drawn, axis=1).tolist()
    [[0, 1], [0, 1], [0, 1]]
    """
    home = backend_of(features)
    xp = home.xp
    if features.ndim != 2 or not 1 <= features.shape[1] <= features.shape[0]:
        raise ValueError(f"features must be a matrix (N, m) with N >= m >= 1, got the shape {tuple(features.shape)}")
    if not xp.isdtype(features.dtype, "real floating"):
        raise ValueError(f"features must be real floating-point numbers, got {features.dtype}")
    count, m = features.shape
    gram = xp.matrix_transpose(features) @ features
    if not bool(xp.max(xp.abs(gram - xp.eye(m, dtype=features.dtype, device=home.device))) < TOLERANCE):
        raise ValueError("features must have orthonormal columns; orthonormalise them first, such as by a QR")
    uniforms = stream.uniform(replicates, m, backend=home)
    rows = uniforms.shape[0]
    numbers = xp.arange(count, device=home.device)[None, :]
    left = xp.broadcast_to(xp.sum(features**2, axis=1)[None, :], (rows, count))
    found, chosen = xp.zeros((rows, 0, m), dtype=features.dtype, device=home.device), []
    for step in range(m):
        running = xp.cumulative_sum(left, axis=1)
        level = uniforms[:, step] * running[:, -1]
        drawn = xp.sum(xp.astype(running <= level[:, None], xp.int64), axis=1)  # a point of positive distance
        chosen.append(drawn)
        new = orthonormal_part(xp, found, xp.take(features, drawn, axis=0))
        found = xp.concat([found, new[:, None, :]], axis=1)
        rest = left - (new @ xp.matrix_transpose(features)) ** 2
        left = xp.where((numbers == drawn[:, None]) | (rest < 0), xp.zeros_like(rest), rest)
    return xp.stack(chosen, axis=1)


def polynomial_process(
    name: str, m: int, stream: Stream, replicates: int | range, *, copies: int = 1, backend: Backend | None = None
) -> Array:
    """Draw m points from the process of the polynomials of degree below m, several independent times a replicate.

    By rejection from the density k_m/m, which the conditional densities are at most m/(m - i) times: about
    m (1 + 1/2 + ... + 1/m) proposals for a draw.

    Parameters
    ----------
    name
        ``"legendre"``, ``"chebyshev"`` or ``"hermite"``.
    m
        Number of points, the dimension of the space.
    stream
        Its numbers are addressed by replicate, copy, step and proposal.
    replicates
        A number, or a range of rows.
    copies
        Independent draws for each replicate.
    backend
        NumPy unless given.

    Returns
    -------
    array, shape (R, copies, m)

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    m, copies = whole("the dimension m", m), whole("copies", copies)
    rows = len(replicates) if isinstance(replicates, range) else whole("replicates", replicates, 0)
    home = backend or backend_named("numpy")
    xp = home.xp
    found = xp.zeros((rows * copies, 0, m), dtype=xp.float64, device=home.device)
    chosen = []
    for step in range(m):
        own = Stream.named(stream.seed, stream.stream, "step", step)
        points = _next_points(name, m, step, own, replicates, found, home)
        chosen.append(points)
        new = orthonormal_part(xp, found, evaluate(name, m, points))
        found = xp.concat([found, new[:, None, :]], axis=1)
    return xp.reshape(xp.stack(chosen, axis=1), (rows, copies, m))


def _next_points(
    name: str, m: int, step: int, stream: Stream, replicates: int | range, found: Array, home: Backend
) -> Array:
    """Return the first accepted proposal of each of K = R * copies draws, given the span so far (K, step, m)."""
    xp, total = home.xp, found.shape[0]
    rows = len(replicates) if isinstance(replicates, range) else replicates
    if total == 0:
        return xp.zeros((0,), dtype=xp.float64, device=home.device)
    block, copies = math.ceil(2 * m / (m - step)), total // rows
    points = xp.zeros((total,), dtype=xp.float64, device=home.device)
    waiting = xp.ones((total,), dtype=xp.bool, device=home.device)
    for turn in range(MOST_ROUNDS):
        shape = (copies, block, 2)
        uniforms = stream.uniform(replicates, shape, offset=turn * copies * block * 2, backend=home)
        these = xp.nonzero(waiting)[0]
        uniforms = xp.take(xp.reshape(uniforms, (total, block, 2)), these, axis=0)
        proposed = optimal_points(name, m, uniforms[..., 0])
        features, spanned = evaluate(name, m, proposed), xp.take(found, these, axis=0)
        size = xp.sum(features**2, axis=-1)
        inside = xp.sum((features @ xp.matrix_transpose(spanned)) ** 2, axis=-1)
        accepted = uniforms[..., 1] * size < size - inside
        first = xp.argmax(xp.astype(accepted, xp.int64), axis=1)
        here = xp.arange(block, device=home.device)[None, :] == first[:, None]
        taken = xp.sum(xp.where(here, proposed, xp.zeros_like(proposed)), axis=1)
        place = xp.clip(xp.cumulative_sum(xp.astype(waiting, xp.int64)) - 1, 0, these.shape[0] - 1)
        done = waiting & xp.take(xp.any(accepted, axis=1), place)
        points = xp.where(done, xp.take(taken, place), points)
        waiting = waiting & ~done
        if not bool(xp.any(waiting)):
            return points
    raise ValueError(f"no proposal was accepted in {MOST_ROUNDS} rounds at step {step} of {name}, m = {m}")
