r"""AdaGrad, diagonal on a box and full matrix on a ball, and the inequalities that every path obeys.

Diagonal: coordinate i has the step ``eta/h_i``, ``h_i`` the root of the sum of its squared gradients, the newest
included; a coordinate that has seen nothing does not move. On every path in a box of width D and for every u of it,

``sum <g_t, x_t - u> <= (D^2/(2 eta)) sum_i h_i + (eta/2) sum_t sum_i g_{t,i}^2/h_{t,i}``

and the right side is at most ``(D^2/(2 eta) + eta) sum_i h_i``: ``sqrt(2) D sum_i h_i`` at
``eta = D/sqrt(2)`` (`theory.online.bounds.adagrad`; claims: `theory.online.claims_adagrad_rounds`). Full matrix:
``H = delta I + (sum g g')^{1/2}``, its trace, and the diameter of the ball.

>>> path = diagonal_path(lambda t, x: x - 1.0, [0.0, 0.0], 20, eta=2.0, width=4.0)
>>> bool(diagonal_slack(path, [1.0, 1.5], eta=2.0, width=4.0) >= 0)
True
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, real_arrays, require
from theory.online.online_newton import metric_step, require_resolved, start_in_ball
from theory.online.paths import Gradient, Path, checked_start, follow, inner, norm_sq, positive, total

__all__ = ["diagonal_move", "diagonal_path", "diagonal_slack", "full_move", "full_path", "full_slack", "metric_root"]


def diagonal_move(
    play: Array, gradient: Array, squares: Array, *, eta: float, width: float | None = None
) -> tuple[Array, Array]:
    """Return the next sums of squares and the next play, in the box ``[-width/2, width/2]^d`` if a width is given.

    Examples
    --------
    >>> import numpy as np
    >>> squares, play = diagonal_move(np.zeros(2), np.asarray([3.0, 0.0]), np.asarray([16.0, 0.0]), eta=1.0)
    >>> squares.tolist(), play.tolist()
    ([25.0, 0.0], [-0.6, 0.0])
    """
    xp, (play, gradient, squares), _ = real_arrays(play, gradient, squares)
    squares = squares + gradient * gradient
    root = xp.where(squares > 0, xp.sqrt(squares), xp.ones_like(squares))
    moved = play - eta * gradient / root
    if width is not None:
        moved = xp.clip(moved, -width / 2, width / 2)
    return squares, moved


def diagonal_path(
    gradient: Gradient,
    start: Any,
    rounds: int,
    *,
    eta: float,
    width: float | None = None,
    largest: float | None = None,
) -> Path:
    """Run diagonal AdaGrad over the box of a width around 0, or over the whole space.

    Raises
    ------
    ValueError
        If eta or the width is not positive, or the start lies outside the box; for the rest see
        `theory.online.paths.follow`.
    """
    positive(eta=eta, width=1.0 if width is None else width)
    xp, (start,), _ = real_arrays(checked_start(start))
    if width is not None:
        room = width / 2 * (1 + float(xp.finfo(start.dtype).eps) ** 0.5)
        require(xp, xp.abs(start) <= room, start, "start", f"in the box, at most {width / 2!r} in size")

    def move(state: Array, t: int, play: Array, seen: Array) -> tuple[Array, Array]:
        return diagonal_move(play, seen, state, eta=eta, width=width)

    return follow(gradient, start, rounds, move=move, state=xp.zeros_like(start), largest=largest)


def diagonal_slack(path: Path, u: Any, *, eta: float, width: float, closed: bool = False) -> Array:
    """Return the slack of the first inequality of the module, or of the ``closed`` one.

    Raises
    ------
    ValueError
        If a number is not positive, or a play is farther than the width from the comparator in some coordinate.
    """
    positive(eta=eta, width=width)
    path.within(u, width, by_coordinate=True)
    xp, (gradients,), _ = real_arrays(path.gradients)
    squares = xp.cumulative_sum(gradients**2, axis=0)
    root = xp.where(squares > 0, xp.sqrt(squares), xp.ones_like(squares))
    end = xp.sum(xp.sqrt(squares[-1, ...]), axis=-1)
    spent = 2 * end if closed else xp.sum(total(gradients**2 / root), axis=-1)
    return width**2 / (2 * eta) * end + eta / 2 * spent - path.linear_regret(u)


def metric_root(outer: Array, delta: float) -> Array:
    """Return ``delta I + outer^{1/2}`` for positive semidefinite matrices, shape (..., d, d).

    Raises
    ------
    ValueError
        If a matrix is not finite, or delta is negative.

    Examples
    --------
    >>> import numpy as np
    >>> metric_root(np.asarray([[4.0, 0.0], [0.0, 0.0]]), 0.5).tolist()
    [[2.5, 0.0], [0.0, 0.5]]
    """
    xp, (outer,), _ = real_arrays(outer)
    require(xp, xp.isfinite(outer), outer, "the matrix", "finite")
    if not 0 <= delta < float("inf"):
        raise ValueError(f"delta must be nonnegative and finite, got {delta!r}")
    values, vectors = xp.linalg.eigh(outer)
    roots = delta + xp.sqrt(xp.where(values > 0, values, xp.zeros_like(values)))
    root = xp.matmul(vectors * roots[..., None, :], xp.matrix_transpose(vectors))
    return (root + xp.matrix_transpose(root)) / 2


def full_move(
    play: Array, gradient: Array, outer: Array, *, eta: float, delta: float, radius: float | None = None
) -> tuple[Array, Array]:
    """Return the next ``sum g g'`` and the next play, on the ball in the norm of the metric if a radius is given."""
    outer = outer + gradient[..., :, None] * gradient[..., None, :]
    return outer, metric_step(play, gradient, metric_root(outer, delta) / eta, radius=radius)


def full_path(
    gradient: Gradient,
    start: Any,
    rounds: int,
    *,
    eta: float,
    delta: float,
    radius: float | None = None,
    largest: float | None = None,
) -> Path:
    """Run AdaGrad with full matrices over the ball of a radius around 0, or over the whole space.

    Raises
    ------
    ValueError
        If eta, delta or the radius is not positive, the start lies outside the ball, or gradients grow so large that
        delta is lost in rounding; for the rest see `theory.online.paths.follow`.

    Notes
    -----
    The root of a matrix of rank less than d errs by 1e-8 of its norm in double precision: a direction whose gradients
    are smaller than that part of the largest is not told from one that saw nothing but rounding.
    """
    positive(eta=eta, delta=delta)
    xp, (start,), _ = real_arrays(start_in_ball(start, radius))

    def move(state: Array, t: int, play: Array, seen: Array) -> tuple[Array, Array]:
        size = (xp.linalg.trace(state) + norm_sq(seen)) ** 0.5
        require_resolved(size, delta, state, f"round {t}: the root of the sum of |g|^2")
        return full_move(play, seen, state, eta=eta, delta=delta, radius=radius)

    none = xp.zeros_like(start)[..., :, None] * xp.zeros_like(start)[..., None, :]
    return follow(gradient, start, rounds, move=move, state=none, largest=largest)


def full_slack(path: Path, u: Any, *, eta: float, delta: float, D: float, closed: bool = False) -> Array:
    """Return ``(D^2/(2 eta)) tr H_T + (eta/2) sum g'H_t^{-1}g`` less the linear regret, D the diameter.

    With ``closed`` the last sum is replaced by its bound ``2 tr(sum g g')^{1/2}``.

    Raises
    ------
    ValueError
        If a number is not positive, a play is farther than D from the comparator, or delta is lost in rounding.
    """
    positive(eta=eta, delta=delta, D=D)
    path.within(u, D)
    xp, (gradients,), _ = real_arrays(path.gradients)
    size = total(norm_sq(gradients)) ** 0.5
    require_resolved(size, delta, gradients, "the root of the sum of |g|^2")
    outer, spent, metric = 0 * gradients[0, ..., :, None] * gradients[0, ..., None, :], [], None
    for t in range(gradients.shape[0]):
        g = gradients[t, ...]
        outer = outer + g[..., :, None] * g[..., None, :]
        metric = metric_root(outer, delta)
        spent.append(inner(g, xp.linalg.solve(metric, g[..., None])[..., 0]))
    trace = xp.linalg.trace(metric)
    price = 2 * (trace - delta * gradients.shape[-1]) if closed else total(xp.stack(spent, axis=0))
    return D**2 / (2 * eta) * trace + eta / 2 * price - path.linear_regret(u)
