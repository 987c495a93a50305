"""Designs of n weighted points: how they are drawn, and drawing again until the Gram matrix is well conditioned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from experiments.arrays import Array, Backend, backend_of
from experiments.arrays import backend as backend_named
from experiments.optimal_sampling.points import measure_points, optimal_points
from experiments.optimal_sampling.processes import polynomial_process
from experiments.streams import Stream
from theory.arguments import whole
from theory.regression.wls_dpp.christoffel import gram, optimal_weights
from theory.regression.wls_dpp.polynomial_bases import evaluate
from theory.shown import Shown

__all__ = ["METHODS", "Design", "conditioned", "draw"]

METHODS = ("measure", "christoffel", "process", "volume")
MOST_ATTEMPTS = 1000


@dataclass(frozen=True)
class Design(Shown):
    """Points of a sample, replicate by replicate.

    Attributes
    ----------
    basis : str
        Name of the polynomials.
    points, weights : array, shape (R, n)
    values : array, shape (R, n, m)
        The orthonormal basis at the points.
    """

    basis: str
    points: Array
    weights: Array
    values: Array

    def eigenvalues(self) -> Array:
        """Return the eigenvalues of the Gram matrices, increasing, shape (R, m)."""
        matrices = gram(self.values, self.weights)
        return self.home.xp.linalg.eigvalsh(matrices)

    def distance(self) -> Array:
        """Return the spectral norms of G - I, shape (R,)."""
        xp = self.home.xp
        return xp.max(xp.abs(self.eigenvalues() - 1), axis=-1)

    @property
    def home(self) -> Backend:
        """Return where the design lies."""
        return backend_of(self.points)


def draw(
    method: str,
    name: str,
    m: int,
    n: int,
    *,
    stream: Stream,
    replicates: int | range,
    backend: Backend | None = None,
) -> Design:
    """Draw designs.

    Parameters
    ----------
    method
        ``"measure"``: independent points of the measure, weights 1. The others have the weights m/k_m:
        ``"christoffel"``: independent points of the density k_m/m; ``"process"``: n/m independent draws of the
        determinantal process; ``"volume"``: one draw of it and n - m independent points, which is volume-rescaled
        sampling in another order.
    name
        ``"legendre"``, ``"chebyshev"`` or ``"hermite"``.
    m, n
        Dimension and number of points, n >= m; for ``"process"`` a multiple of m.
    stream, replicates
        A replicate's points depend on the stream, method, basis, m and n, and its own number.
    backend
        NumPy unless given.

    Raises
    ------
    ValueError
        If the method is unknown, or n is not such a number.

    Examples
    --------
    >>> draw("process", "legendre", 3, 6, stream=Stream(1), replicates=2).values.shape
    (2, 6, 3)
    """
    if method not in METHODS:
        raise ValueError(f"the method must be one of {', '.join(METHODS)}, got {method!r}")
    m = whole("the dimension m", m)
    n = whole("the number n of points", n, m)
    if method == "process" and n % m:
        raise ValueError(f"the number n of points must be a multiple of m = {m}, got {n!r}")
    home = backend or backend_named("numpy")
    xp, own, parts = home.xp, (stream.seed, stream.stream, method, name, m, n), []
    if method in ("process", "volume"):
        copies = n // m if method == "process" else 1
        process = Stream.named(*own, "process")
        found = polynomial_process(name, m, process, replicates, copies=copies, backend=home)
        parts.append(xp.reshape(found, (found.shape[0], copies * m)))
    if method != "process" and n > m * len(parts):
        rest = n - m * len(parts)
        uniforms = Stream.named(*own, "independent").uniform(replicates, rest, backend=home)
        independent = method == "measure"
        parts.append(measure_points(name, uniforms) if independent else optimal_points(name, m, uniforms))
    points = xp.concat(parts, axis=1)
    values = evaluate(name, m, points)
    weights = xp.ones_like(points) if method == "measure" else optimal_weights(values)
    return Design(name, points, weights, values)


def conditioned(drawn: Callable[[int], Design], delta: float, *, most: int = MOST_ATTEMPTS) -> tuple[Design, Array]:
    """Draw again, replicate by replicate, until the distance of G to I is at most delta.

    Parameters
    ----------
    drawn
        Attempt 0, 1, ... -> designs of all replicates.
    delta
        In (0, 1).
    most
        Number of attempts, at least 1.

    Returns
    -------
    design : Design
        Of the law that is conditioned on ``|G - I| <= delta``.
    attempts : array of int64, shape (R,)
        How many it took.

    Raises
    ------
    ValueError
        If a number is out of its range, or a replicate fails every time: n is too small for the method.

    Examples
    --------
    >>> design, attempts = conditioned(
    ...     lambda k: draw("christoffel", "legendre", 3, 60, stream=Stream(1, k), replicates=4), 0.5
    ... )
    >>> bool((design.distance() <= 0.5).all()), bool((attempts >= 1).all())
    (True, True)
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta must be in (0, 1), got {delta!r}")
    most, design = whole("most", most), drawn(0)
    xp = design.home.xp
    good = design.distance() <= delta
    attempts = xp.ones_like(good, dtype=xp.int64)
    for attempt in range(1, most):
        if bool(xp.all(good)):
            return design, attempts
        other = drawn(attempt)
        attempts = xp.where(good, attempts, attempts + 1)
        keep = good[:, None]
        design = Design(
            design.basis,
            xp.where(keep, design.points, other.points),
            xp.where(keep, design.weights, other.weights),
            xp.where(keep[..., None], design.values, other.values),
        )
        good = good | (other.distance() <= delta)
    if not bool(xp.all(good)):
        failed = int(xp.sum(xp.astype(~good, xp.int64)))
        raise ValueError(f"{failed} replicates miss |G - I| <= {delta} in {most} attempts: take more points")
    return design, attempts
