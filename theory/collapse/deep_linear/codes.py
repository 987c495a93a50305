r"""A search for codes: logits with a lower objective than the simplex, rank by rank, with certified values.

The problem is cross-entropy on K balanced classes through M layers and free features. Decays and class size count only
through :math:`\lambda=(n\lambda_H\prod_l\lambda_{W_l})^{1/(M+1)}`: a matrix Z of logits, one column a class, costs its
mean cross-entropy plus :math:`\frac{M+1}2\lambda\sum_j\sigma_j(Z)^{2/(M+1)}`, as with one sample a class and all decays
:math:`\lambda`. A search of rank r descends from random starts on M + 1 factors of width r, all of whose squared norms
are penalised.

What a search finds is an upper bound, and a rigorous one: `certified_value` encloses the objective of the very factors
that were found in ball arithmetic. That nothing better exists is never shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.collapse.deep_linear.arguments import positive, real_numbers, whole
from theory.collapse.deep_linear.cross_entropy import cross_polytope_code, simplex_code
from theory.shown import Shown

__all__ = ["Code", "Found", "best_codes", "certified_value", "factors_of", "known_codes", "scale_code", "search_rank"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Code(Shown):
    """Logits with free scales: ``sum_i a_i P_i``, the ranges of the parts P_i being orthogonal to each other.

    Attributes
    ----------
    name : str
    parts : tuple of arrays (K, K)
        Symmetric; column k is what class k sees.
    """

    name: str
    parts: tuple[Floats, ...]


@dataclass(frozen=True)
class Found(Shown):
    """A code at the scale that was found best for it.

    Attributes
    ----------
    name : str
        That of a known code, or ``"search"``.
    rank : int
    singular_values : array (rank,)
        Of the logits, falling.
    logits : array (K, K)
    low, high : float
        Enclose the objective of the explicit factors (`factors_of`); high is above the global minimum.
    """

    name: str
    rank: int
    singular_values: Floats
    logits: Floats
    low: float
    high: float


def known_codes(classes: int) -> Iterator[Code]:
    """Yield the simplex, one pair and, where they differ from these, polygon, pairs (K odd: and an apex), antiprism.

    Examples
    --------
    >>> [code.name for code in known_codes(5)]
    ['simplex', 'one pair', 'polygon', 'pairs and an apex']
    >>> [len(code.parts) for code in known_codes(8)]
    [1, 1, 1, 1, 2]
    """
    K = whole("classes", classes, least=2)
    centred = simplex_code(K)
    yield Code("simplex", (centred,))
    difference = np.zeros(K)
    difference[:2] = 1.0, -1.0
    yield Code("one pair", (np.outer(difference, difference) / 2,))
    steps = np.subtract.outer(np.arange(K), np.arange(K))
    polygon = np.cos(2 * np.pi * steps / K) * 2 / K
    if K > 4:  # with three classes it is the simplex, with four it is the pairs
        yield Code("polygon", (polygon,))
    if K < 4:
        return
    pairs = np.zeros((K, K))
    pairs[: K - K % 2, : K - K % 2] = cross_polytope_code(K - K % 2) / 2
    if K % 2:
        apex = centred[:, -1:]
        yield Code("pairs and an apex", (pairs, apex @ apex.T / centred[-1, -1]))
        return
    yield Code("pairs", (pairs,))
    if K > 4:
        yield Code("antiprism", (polygon, (-1.0) ** np.abs(steps) / K))


def scale_code(code: Code, depth: int, decay: float, *, starts: int = 8) -> Floats:
    """Return the logits of a code at its best scales: the best of descents from several common scales.

    Parameters
    ----------
    code : Code
    depth : int
        M >= 1.
    decay : float
        lambda > 0, see the module.
    starts : int
        How many common scales to start from, from 1 to 100 in geometric steps.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> simplex, *_ = known_codes(4)
    >>> logits = scale_code(simplex, 3, 1e-3)
    >>> round(float(logits[0, 0] - logits[1, 0]), 3)
    7.943
    """
    from scipy.optimize import minimize

    M, lam = whole("depth", depth), positive("decay", decay)
    p, parts = 2 / (M + 1), np.stack([_square("parts", part) for part in code.parts])
    spectrum = [_nonzero(np.linalg.svd(part, compute_uv=False)) for part in parts]
    weights = np.array([(M + 1) / 2 * lam * np.sum(values**p) for values in spectrum])

    def objective(logs: Floats) -> tuple[float, Floats]:
        scales = np.exp(logs)
        loss, slope = _loss(np.tensordot(scales, parts, axes=1))
        penalties = weights * scales**p
        value = loss + float(np.sum(penalties))
        return math.log(value), (np.sum(parts * slope, axis=(1, 2)) * scales + p * penalties) / value

    best = (math.log(math.log(parts.shape[1])), np.zeros(len(parts)))
    for start in np.geomspace(1, 100, whole("starts", starts)):
        begin = np.full(len(parts), math.log(start))
        result = minimize(objective, begin, jac=True, method="L-BFGS-B", bounds=[(-20, 20)] * len(parts),
                          options={"ftol": 1e-15, "gtol": 1e-12})  # fmt: skip
        if result.fun < best[0]:
            best = (float(result.fun), np.exp(result.x))
    return np.asarray(np.tensordot(best[1], parts, axes=1))


def search_rank(
    classes: int, depth: int, decay: float, rank: int, *, starts: int = 10, seed: int = 0, steps: int = 20_000
) -> Floats:
    """Return the logits of the best of several descents on factors of width ``rank``, from random starts.

    Parameters
    ----------
    classes, depth : int
        K >= 2 and M >= 1.
    decay : float
        lambda > 0, see the module.
    rank : int
        Width of all factors, at least 1.
    starts, seed, steps : int
        Number of standard normal starts, the seed of their generator, most iterations of each.

    Returns
    -------
    array (K, K)

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> logits = search_rank(4, 3, 1e-3, 2, starts=4)
    >>> np.linalg.svd(logits, compute_uv=False).round(2)
    array([15.15, 15.15,  0.  ,  0.  ])
    """
    from scipy.optimize import minimize

    K, M, r = whole("classes", classes, least=2), whole("depth", depth), whole("rank", rank)
    lam, rng = positive("decay", decay), np.random.default_rng(seed)
    shapes = [(r, K), *[(r, r)] * (M - 1), (K, r)]
    size = sum(rows * columns for rows, columns in shapes)
    options = {"maxiter": steps, "maxfun": 2 * steps, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20}
    best = (math.inf, np.zeros(size))
    for _ in range(whole("starts", starts)):
        begin = rng.standard_normal(size)
        result = minimize(_factored, begin, args=(shapes, lam), jac=True, method="L-BFGS-B", options=options)
        if result.fun < best[0]:
            best = (float(result.fun), result.x)
    return _product(_split(best[1], shapes))


def factors_of(logits: Any, depth: int) -> list[Floats]:
    """Return M + 1 factors of the logits, features first, of the least sum of squared norms.

    Singular values below 1e-9 of the largest, and of 1, are left out.

    Parameters
    ----------
    logits : array (K, K)
    depth : int
        M >= 1.

    Raises
    ------
    ValueError
        If the depth is no whole number >= 1, or the logits are not a finite K x K matrix, K >= 2.

    Examples
    --------
    >>> factors = factors_of([[1.0, -1.0], [-1.0, 1.0]], depth=2)
    >>> [factor.shape for factor in factors]
    [(1, 2), (1, 1), (2, 1)]
    """
    M = whole("depth", depth)
    U, s, V = np.linalg.svd(_square("logits", logits))
    kept = max(1, len(_nonzero(s)))
    root = s[:kept] ** (1 / (M + 1))
    return [root[:, None] * V[:kept], *[np.diag(root)] * (M - 1), U[:, :kept] * root]


def certified_value(factors: Sequence[Floats], decay: float, *, bits: int = 128) -> tuple[float, float]:
    """Enclose the objective of explicit factors, which are taken as the exact numbers that their floats are.

    Parameters
    ----------
    factors : sequence of arrays
        Features first, the last layer last; their product is K x K.
    decay : float
        lambda > 0, taken as the exact number that the float is.
    bits : int
        Working precision.

    Returns
    -------
    low, high : float
        The objective lies between them.

    Raises
    ------
    ValueError
        If the decay is not positive, the product of the factors is no K x K matrix, K >= 2, or a value is not finite.

    Examples
    --------
    >>> pairs = list(known_codes(4))[2]
    >>> low, high = certified_value(factors_of(scale_code(pairs, 3, 1e-3), 3), 1e-3)
    >>> low <= high < 0.0165952
    True
    """
    from flint import ctx

    lam, matrices = positive("decay", decay), [real_numbers("factors", factor) for factor in factors]
    if not all(np.all(np.isfinite(matrix)) for matrix in matrices):
        raise ValueError("factors must be finite")
    shapes = [matrix.shape for matrix in matrices]
    fit = shapes and all(len(shape) == 2 for shape in shapes) and shapes[0][1] == shapes[-1][0] >= 2
    if not fit or any(late[1] != early[0] for early, late in pairwise(shapes)):
        raise ValueError(f"factors must be matrices whose product, the last one first, is K x K, got shapes {shapes}")
    before, ctx.prec = ctx.prec, whole("bits", bits, least=53)
    try:
        total = _ball(matrices, lam)
        low, high = float(total.lower()), float(total.upper())
    finally:
        ctx.prec = before
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("the objective is not finite at this precision")
    return math.nextafter(low, -math.inf), math.nextafter(high, math.inf)


def _ball(factors: Sequence[Floats], decay: float) -> Any:
    """Return a ball that holds the objective, at the working precision that is set."""
    from flint import arb, arb_mat

    Z = arb_mat(factors[0].tolist())
    for factor in factors[1:]:
        Z = arb_mat(factor.tolist()) * Z
    K = Z.ncols()
    losses = [sum(((Z[j, k] - Z[k, k]).exp() for j in range(K) if j != k), arb(0)).log1p() for k in range(K)]
    squares = sum((arb(float(value)) ** 2 for factor in factors for value in np.ravel(factor)), arb(0))
    return sum(losses, arb(0)) / K + arb(decay) * squares / 2


def best_codes(
    classes: int, depth: int, decay: float, *, ranks: Sequence[int] | None = None, starts: int = 10, seed: int = 0
) -> list[Found]:
    """Return what the known codes and a search of each rank give, the lowest certified value first.

    Parameters
    ----------
    classes, depth : int
        K >= 2 and M >= 1.
    decay : float
        lambda > 0, see the module.
    ranks : sequence of int, optional
        Widths to search, 1 to K - 1 by default.
    starts, seed : int
        As in `search_rank`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> for found in best_codes(4, 3, 1e-3, ranks=[1], starts=3):
    ...     print(found.name, found.rank, f"{found.high:.6f}")
    pairs 2 0.016595
    simplex 3 0.017975
    search 1 0.415525
    one pair 1 0.701445
    """
    K = whole("classes", classes, least=2)
    found = [_found(code.name, scale_code(code, depth, decay), depth, decay) for code in known_codes(K)]
    for rank in range(1, K) if ranks is None else ranks:
        logits = search_rank(K, depth, decay, rank, starts=starts, seed=seed)
        found.append(_found("search", logits, depth, decay))
    return sorted(found, key=lambda item: item.high)


def _found(name: str, logits: Floats, depth: int, decay: float) -> Found:
    values = _nonzero(np.linalg.svd(logits, compute_uv=False))
    low, high = certified_value(factors_of(logits, depth), decay)
    return Found(name, len(values), values, logits, low, high)


def _square(name: str, values: Any) -> Floats:
    matrix = real_numbers(name, values)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2 or not np.all(np.isfinite(matrix)):
        raise ValueError(f"{name} must be finite K x K matrices, K >= 2, got shape {matrix.shape}")
    return matrix


def _nonzero(singular: NDArray[Any]) -> Floats:
    """Return the singular values that rounding, or a descent that was stopped, has not left over."""
    return singular[singular > 1e-9 * max(1.0, float(singular[0]))]


def _loss(logits: Floats) -> tuple[float, Floats]:
    """Return the mean cross-entropy of columns and its gradient, small ones without cancellation."""
    lead = logits - np.diag(logits)
    top = np.max(lead, axis=0)  # at least 0: that of the own class
    weights = np.exp(lead - top)
    np.fill_diagonal(weights, 0.0)
    others = np.sum(weights, axis=0)
    loss = float(np.mean(top + np.log1p(np.expm1(-top) + others)))
    slope = weights / (np.exp(-top) + others)
    np.fill_diagonal(slope, -np.sum(slope, axis=0))
    return loss, slope / len(logits)


def _split(x: Floats, shapes: Sequence[tuple[int, int]]) -> list[Floats]:
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    return [piece.reshape(shape) for piece, shape in zip(np.split(x, ends[:-1]), shapes, strict=True)]


def _product(factors: Sequence[Floats]) -> Floats:
    total = factors[0]
    for factor in factors[1:]:
        total = factor @ total
    return total


def _factored(x: Floats, shapes: Sequence[tuple[int, int]], decay: float) -> tuple[float, Floats]:
    """Return the objective of factors, features first, and its gradient."""
    factors = _split(x, shapes)
    products = [factors[0]]
    for factor in factors[1:]:
        products.append(factor @ products[-1])
    loss, slope = _loss(products[-1])
    gradients = []
    for factor, before in zip(factors[:0:-1], products[-2::-1], strict=True):
        gradients.append(slope @ before.T)
        slope = factor.T @ slope
    flat = np.concatenate([np.ravel(item) for item in [slope, *gradients[::-1]]])
    return loss + decay / 2 * float(x @ x), flat + decay * x
