r"""The orthogonal adversary on the unit ball: regret exactly ``sqrt(T)`` against every learner, in dimension d >= 3.

Each round the gradient is a unit vector orthogonal to the point played and to the sum of the gradients so far. The
learner then loses nothing and gains nothing, while the sum grows by a right angle, ``|S_t|^2 = |S_{t-1}|^2 + 1``, so
that the best point of the ball has gained ``|S_T| = sqrt(T)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from theory.arguments import whole
from theory.arrays import Array, namespace

_MEMORY = 4 * 2**30
Learner = Callable[[list[Any]], Any]
"""What a learner plays after the gradients seen so far: a point of the unit ball, shape (d,)."""


class Game(NamedTuple):
    """What was played against a learner.

    Attributes
    ----------
    points, gradients
        Shape (T, d).
    regret
        Loss of the learner less that of the best fixed point of the unit ball.
    """

    points: Array
    gradients: Array
    regret: float


def orthogonal_direction(point: Array, total: Array) -> Array:
    """Return a unit vector orthogonal to two vectors of dimension d >= 3, in their namespace and dtype.

    Of the projected axes the longest is taken: it has length at least ``sqrt(1 - 2/d)``, so nothing cancels.

    Raises
    ------
    ValueError
        If the vectors are not of one dimension, at least 3.

    Examples
    --------
    >>> import numpy as np
    >>> [round(float(abs(x)), 12) for x in orthogonal_direction(np.array([1.0, 0, 0]), np.array([0, 2.0, 0]))]
    [0.0, 0.0, 1.0]
    """
    xp = namespace(point, total)
    if point.ndim != 1 or point.shape != total.shape or point.shape[0] < 3:
        raise ValueError(f"two vectors of one dimension d >= 3 are needed, given shapes: {point.shape}, {total.shape}")
    found = xp.eye(point.shape[0], dtype=total.dtype)
    basis: list[Any] = []
    for vector in (total, point):
        rest = vector
        for _ in range(2):  # twice is enough against cancellation
            for other in basis:
                rest = rest - xp.sum(rest * other) * other
        if float(xp.linalg.vector_norm(rest)) > 1e-12 * float(xp.linalg.vector_norm(vector)):
            basis.append(_direction(xp, rest))
    for _ in range(2):
        for other in basis:
            found = found - xp.sum(found * other, axis=-1, keepdims=True) * other
    best = found[int(xp.argmax(xp.linalg.vector_norm(found, axis=-1))), :]
    return _direction(xp, best)


def orthogonal_adversary(learner: Learner, rounds: int, first: Array) -> Game:
    """Play against a learner on the unit ball of dimension d >= 3; its regret is ``sqrt(rounds)``.

    Parameters
    ----------
    learner
        Called with the gradients so far, all but in the first round.
    rounds
        T >= 1.
    first
        The learner's first point, shape (d,), floating: it sets namespace, dtype and dimension.

    Raises
    ------
    ValueError
        If there is no round, the game would not fit in memory, the dimension is below 3, or a point lies outside the
        ball (the round is named).

    References
    ----------
    Abernethy, Bartlett, Rakhlin and Tewari 2008 (``abernethy``).

    Examples
    --------
    >>> import numpy as np
    >>> game = orthogonal_adversary(lambda seen: -sum(seen) / max(1.0, np.linalg.norm(sum(seen))), 9, np.zeros(3))
    >>> round(game.regret, 12)
    3.0
    """
    rounds = whole("the number of rounds", rounds)
    xp = namespace(first)
    size = 16 * rounds * int(first.size)  # points and gradients, in bytes
    if size > _MEMORY:
        raise ValueError(f"{rounds} rounds in dimension {first.size} would need {size / 2**30:.3g} GiB; allowed are 4")
    point, total = first, xp.zeros_like(first)
    points: list[Any] = []
    gradients: list[Any] = []
    for t in range(1, rounds + 1):
        point = learner(gradients) if t > 1 else first
        length = float(xp.linalg.vector_norm(point))
        if not length <= 1 + 1e-6:
            raise ValueError(f"the point of round {t} must lie in the unit ball, its length is {length:.6g}")
        gradient = orthogonal_direction(point, total)
        points.append(point)
        gradients.append(gradient)
        total = total + gradient
    played, seen = xp.stack(points), xp.stack(gradients)
    return Game(played, seen, float(xp.sum(played * seen)) + float(xp.linalg.vector_norm(total)))


def _direction(xp: Any, vector: Array) -> Array:
    length = xp.linalg.vector_norm(vector)
    return vector / length if float(length) > 0 else vector
