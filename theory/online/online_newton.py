r"""Online Newton steps for exp-concave losses, their pathwise inequality, and the curvature they live on.

Every round adds ``g g'`` to the matrix A and moves to ``argmin <g, y> + (gamma/2)(y - x)'A(y - x)`` over the ball. On
every path and for every u of the ball, with ``A_0 = epsilon I``,

``sum [<g, x - u> - (gamma/2) <g, x - u>^2] <= (gamma epsilon/2)|x_1 - u|^2 + sum g_t'A_t^{-1}g_t/(2 gamma)``,

and the last sum is at most ``log(det A_T/det A_0)`` (claims: `theory.online.claims_ons_regret`). The bounds as objects:
`theory.online.bounds.newton_step` as usually quoted, `newton_step_sharper` here.

>>> gamma = usual_curvature(alpha=1.0, G=2.0, D=2.0)
>>> path = newton_path(lambda t, x: 2.0 / (2.0 * x + 3.0) * x**0, [0.0], 50, gamma=gamma, epsilon=1.0, radius=1.0)
>>> bool(newton_slack(path, [-1.0], gamma=gamma, epsilon=1.0) >= 0)
True
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, device_of, real_arrays, require, restore
from theory.online.bounds import RegretBound, checked
from theory.online.mirror_descent import quadratic_step
from theory.online.paths import Gradient, Path, checked_start, follow, inner, norm_sq, positive, total

__all__ = [
    "best_curvature",
    "elliptical_potential",
    "first_matrix",
    "metric_step",
    "newton_move",
    "newton_path",
    "newton_slack",
    "newton_step_sharper",
    "require_resolved",
    "start_in_ball",
    "usual_curvature",
]


def usual_curvature(*, alpha: float, G: float, D: float) -> float:
    """Return ``min(1/(G D), alpha)/2``, the curvature gamma of the usual bound.

    Examples
    --------
    >>> usual_curvature(alpha=1.0, G=2.0, D=1.0)
    0.25
    """
    positive(alpha=alpha, G=G, D=D)
    return min(1 / G / D, alpha) / 2


def best_curvature(*, alpha: float, B: float) -> float:
    """Return the largest curvature that alpha-exp-concavity gives where ``<g, x - u>`` is at most B.

    ``2 (alpha B - log(1 + alpha B))/(alpha B^2)``, never less than `usual_curvature` times 1.2274.

    Examples
    --------
    >>> round(best_curvature(alpha=1.0, B=1.0), 4)
    0.6137
    """
    positive(alpha=alpha, B=B)
    S = alpha * B
    if S < 1e-3:  # the difference of nearly equal numbers, by its series
        return alpha * (1 - 2 * S / 3 + S**2 / 2 - 2 * S**3 / 5)
    return 2 / B * (1.0 if math.isinf(S) else 1 - math.log1p(S) / S)


def first_matrix(start: Any, epsilon: float) -> Array:
    """Return ``epsilon I`` for every replicate, shape (..., d, d)."""
    positive(epsilon=epsilon)
    xp, (start,), _ = real_arrays(start)
    eye = xp.eye(start.shape[-1], dtype=start.dtype, device=device_of(start))
    return epsilon * eye + xp.zeros_like(start)[..., None]


def metric_step(center: Array, gradient: Array, matrix: Array, *, radius: float | None = None) -> Array:
    """Return ``argmin <g, y> + (y - center)' H (y - center)/2`` over the ball, as `quadratic_step`, but faster.

    The matrix is taken to be positive definite. Only if some row leaves the ball is any projection computed.

    Examples
    --------
    >>> import numpy as np
    >>> metric_step(np.zeros(2), np.ones(2), np.asarray([[1.0, 0.0], [0.0, 4.0]]), radius=2.0).tolist()
    [-1.0, -0.25]
    """
    xp, (center, gradient, matrix), _ = real_arrays(center, gradient, matrix)
    free = center - xp.linalg.solve(matrix, gradient[..., None])[..., 0]
    if radius is None:
        return free
    positive(radius=radius)
    outside = norm_sq(free) > radius**2
    if not bool(xp.any(outside)):
        return free
    return xp.where(outside[..., None], quadratic_step(center, gradient, matrix, radius=radius), free)


def newton_move(
    play: Array, gradient: Array, matrix: Array, *, gamma: float, radius: float | None = None
) -> tuple[Array, Array]:
    """Return the next matrix ``A + g g'`` and the next play; all leading axes are replicates.

    Examples
    --------
    >>> import numpy as np
    >>> matrix, play = newton_move(np.zeros(1), np.ones(1), np.eye(1), gamma=0.5)
    >>> matrix.tolist(), play.tolist()
    ([[2.0]], [-1.0])
    """
    matrix = matrix + gradient[..., :, None] * gradient[..., None, :]
    return matrix, metric_step(play, gradient, gamma * matrix, radius=radius)


def newton_path(
    gradient: Gradient,
    start: Any,
    rounds: int,
    *,
    gamma: float,
    epsilon: float,
    radius: float | None = None,
    largest: float | None = None,
) -> Path:
    """Run online Newton steps over the ball of a radius around 0, or over the whole space.

    Raises
    ------
    ValueError
        If gamma, epsilon or the radius is not positive, the start lies outside the ball, or gradients grow so large
        that epsilon is lost in rounding; for the rest see `theory.online.paths.follow`.
    """
    positive(gamma=gamma)
    xp, (start,), _ = real_arrays(start_in_ball(start, radius))

    def move(state: Array, t: int, play: Array, seen: Array) -> tuple[Array, Array]:
        require_resolved(xp.linalg.trace(state) + norm_sq(seen), epsilon, state, f"round {t}: the trace of the matrix")
        return newton_move(play, seen, state, gamma=gamma, radius=radius)

    return follow(gradient, start, rounds, move=move, state=first_matrix(start, epsilon), largest=largest)


def require_resolved(size: Array, least: float, matrix: Array, name: str) -> None:
    """Demand that ``least`` on the diagonal is not lost in rounding beside a matrix of the given size.

    Examples
    --------
    >>> import numpy as np
    >>> require_resolved(np.asarray(1e18), 1.0, np.eye(2), "the trace")
    Traceback (most recent call last):
        ...
    ValueError: the trace must be at most 4.5e+15, beside which 1.0 I is lost in rounding, got 1e+18
    """
    xp, (size, matrix), _ = real_arrays(size, matrix)
    most = least / float(xp.finfo(size.dtype).eps)
    if matrix.shape[-1] > 1:
        require(xp, size <= most, size, name, f"at most {most:.2g}, beside which {least!r} I is lost in rounding")


def start_in_ball(start: Any, radius: float | None) -> Array:
    """Return a start as an array after checking that it lies in the ball, up to rounding."""
    start = checked_start(start)
    if radius is not None:
        positive(radius=radius)
        xp, (size,), _ = real_arrays(norm_sq(start) ** 0.5)
        room = radius * (1 + float(xp.finfo(size.dtype).eps) ** 0.5)
        require(xp, size <= room, size, "the norm of start", f"at most the radius {radius!r}")
    return start


def elliptical_potential(path: Path, *, epsilon: float) -> tuple[Array, Array, Array]:
    """Return ``sum g_t'A_t^{-1}g_t``, ``log(det A_T/det A_0)`` and ``d log(1 + sum |g_t|^2/(d epsilon))``, increasing.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(1.0, 501.0)
    >>> waves = np.stack([np.sin(t), np.sin(2 * t), np.sin(3 * t)], axis=-1)
    >>> [round(float(value), 6) for value in elliptical_potential(Path(waves, waves), epsilon=1.0)]
    [14.791136, 16.581526, 16.581547]
    """
    xp, (gradients,), _ = real_arrays(path.gradients)
    squares = total(norm_sq(gradients))
    matrix, spent = first_matrix(gradients[0, ...], epsilon), []
    require_resolved(squares, epsilon, matrix, "the sum of |g|^2")
    for t in range(gradients.shape[0]):
        g = gradients[t, ...]
        matrix = matrix + g[..., :, None] * g[..., None, :]
        spent.append(inner(g, xp.linalg.solve(matrix, g[..., None])[..., 0]))
    d = gradients.shape[-1]
    grown = xp.linalg.slogdet(matrix)[1] - d * math.log(epsilon)
    return total(xp.stack(spent, axis=0)), grown, d * xp.log1p(squares / (d * epsilon))


def newton_slack(path: Path, u: Any, *, gamma: float, epsilon: float) -> Array:
    """Return right side less left side of the inequality of the module, at least 0 on every path."""
    positive(gamma=gamma)
    spent, _, _ = elliptical_potential(path, epsilon=epsilon)
    first = norm_sq(path.apart(u)[0, ...])
    return gamma * epsilon / 2 * first + spent / (2 * gamma) - path.curved_regret(u, gamma)


def newton_step_sharper(*, d: Any, alpha: Any, G: Any, D: Any, T: Any) -> RegretBound:
    """Return ``max(1/alpha, G D) (1 + d log(1 + T/(4 d)))``, for every T >= 1.

    At most 5/8 of `theory.online.bounds.newton_step`, T >= 4 (``claims_ons_regret.newton_bound_sharper``,
    ``five_quarters``).

    Examples
    --------
    >>> round(float(newton_step_sharper(d=2, alpha=1, G=0, D=1, T=4)), 4)
    1.8109
    """
    xp, p, scalar = checked(("d", "alpha", "T"), d=d, alpha=alpha, G=G, D=D, T=T)
    for name in ("d", "T"):
        require(xp, p[name] >= 1, p[name], name, "at least 1")
    inverse, spread = 1 / p["alpha"], p["G"] * p["D"]
    factor = xp.where(inverse > spread, inverse, spread)
    logarithm = factor * p["d"] * xp.log1p(p["T"] / (4 * p["d"]))
    assumptions = ("the decision set is convex with diameter at most D", "the losses are alpha-exp-concave",
                   "gradients of at most G", "gamma = min(1/(G D), alpha)/2 and A_0 = I/(gamma D)^2")  # fmt: skip
    terms = {"start": restore(factor, scalar), "log": restore(logarithm, scalar)}
    given = {"d": d, "alpha": alpha, "G": G, "D": D, "T": T}
    source = "ons"
    return RegretBound("regret of online Newton steps", terms, given, assumptions, source, "derived")
