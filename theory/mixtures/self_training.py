r"""Self-training on the population: the angle after a step, how fast it closes, and the error on the way.

Classes ``N(y mu, sigma^2 I_d)``, y = +-1 equally likely, separation ``s = |mu|/sigma``. A direction at the angle t to
mu labels every point by its side; the mean of label times point is the next direction, at the angle t' with

    tan t' = 2 phi(a) sin t / ((1 - 2 Q(a)) s + 2 phi(a) cos t),   a = s cos t.

For t < pi/2 the tangent shrinks by ``1/(1 + s^2)`` at least (`uniform_contraction`). If the unlabelled points come from
a shifted mixture, s and t are those of that mixture, and the iteration ends in the direction of its mean. Source: paper
key ``ood_unlabeled``; decided in `theory.mixtures.ood_unlabeled.claims_ood_self_training`.
"""

from __future__ import annotations

import math
from typing import Any

from theory.arguments import whole
from theory.arrays import Array, broadcast, quiet, real_arrays, require, restore
from theory.classification.gaussian_tail import erf, normal_tail

__all__ = [
    "contraction_factor",
    "error_at_angle",
    "rounds_needed",
    "self_training_map",
    "self_training_path",
    "uniform_contraction",
]


@quiet
def self_training_map(angle: Any, separation: Any) -> Any:
    r"""Return the angle after one step of self-training on the population.

    Parameters
    ----------
    angle : number or array
        In radians, 0 <= t <= pi, between the direction and the mean of the unlabelled points' mixture.
    separation : number or array
        s >= 0 of that mixture; broadcasts against the angle.

    Returns
    -------
    float or array
        In [0, pi]; pi/2 is a fixed point, t > pi/2 is drawn to pi. Where ``phi(s cos t)`` underflows it is 0 or pi.

    Raises
    ------
    ValueError
        If an angle or separation is out of range.

    Examples
    --------
    >>> round(self_training_map(1.0, 1.0), 6), round(self_training_map(1.0, 0.0), 6)
    (0.637382, 1.0)
    """
    xp, angle, s, scalar = _read(angle, separation)
    return restore(_step(xp, angle, s), scalar)


@quiet
def self_training_path(angle: Any, separation: Any, rounds: int) -> Any:
    """Return the angles of ``rounds`` steps, the first one included.

    Parameters
    ----------
    angle, separation : number or array
        As in `self_training_map`.
    rounds : int
        At least 0.

    Returns
    -------
    array, shape (rounds + 1, ...)

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [round(float(angle), 4) for angle in self_training_path(1.0, 1.0, 3)]
    [1.0, 0.6374, 0.3185, 0.1387]
    """
    rounds = whole("rounds", rounds, 0)
    xp, angle, s, _ = _read(angle, separation)
    path = [angle]
    for _ in range(rounds):
        path.append(_step(xp, path[-1], s))
    return xp.stack(path)


@quiet
def contraction_factor(angle: Any, separation: Any) -> Any:
    r"""Return ``tan t'/tan t = 1/(1 + s^2 (1 - 2 Q(a))/(2 a phi(a)))``, and its limits at t = 0 and pi/2.

    Parameters
    ----------
    angle : number or array
        In radians, 0 <= t <= pi.
    separation : number or array
        s >= 0; broadcasts against the angle.

    Returns
    -------
    float or array
        In [0, 1]; at most `uniform_contraction`, least at t = 0, symmetric about pi/2.

    Raises
    ------
    ValueError
        If an angle or separation is out of range.

    Examples
    --------
    >>> round(contraction_factor(0.0, 1.0), 6), round(contraction_factor(1.5, 1.0), 6)
    (0.41482, 0.499583)
    """
    xp, angle, s, scalar = _read(angle, separation)
    a = s * xp.cos(angle)
    height = 2 * a * _density(xp, a)
    factor = height / (height + s * s * erf(a / math.sqrt(2)))
    return restore(xp.where(xp.abs(a) > 1e-100, factor, 1 / (1 + s * s)), scalar)


@quiet
def uniform_contraction(separation: Any) -> Any:
    """Return ``1/(1 + s^2)``, the least number that bounds `contraction_factor` at every angle.

    Parameters
    ----------
    separation : number or array
        s >= 0.

    Examples
    --------
    >>> uniform_contraction(2.0)
    0.2
    """
    xp, (s,), scalar = real_arrays(separation)
    _separations(xp, s)
    return restore(1 / (1 + s * s), scalar)


@quiet
def rounds_needed(angle: Any, target: Any, separation: Any) -> Any:
    r"""Return how many steps suffice, by the uniform factor, to come from ``angle`` to ``target``.

    Parameters
    ----------
    angle, target : number or array
        In radians, 0 <= angle < pi/2 and 0 < target < pi/2.
    separation : number or array
        s >= 0; all three broadcast.

    Returns
    -------
    float or array
        Whole numbers, the least k with ``tan(angle) <= tan(target) (1 + s^2)^k``; infinite for s = 0.

    Raises
    ------
    ValueError
        If an angle or separation is out of range.

    Examples
    --------
    >>> rounds_needed(1.5, 0.01, 1.0), rounds_needed(0.1, 0.5, 1.0)
    (11.0, 0.0)
    """
    xp, (angle, target, s), scalar = real_arrays(angle, target, separation)
    require(xp, (angle >= 0) & (angle < math.pi / 2), angle, "angle", "in [0, pi/2)")
    require(xp, (target > 0) & (target < math.pi / 2), target, "target", "in (0, pi/2)")
    _separations(xp, s)
    angle, target, s = broadcast(xp, angle=angle, target=target, separation=s)
    farther = angle > target
    distance = xp.log(xp.where(farther, xp.tan(angle) / xp.tan(target), xp.ones_like(angle)))
    rate = xp.where(s < 1e100, xp.log1p(s * s), 2 * xp.log(xp.where(s < 1e100, xp.ones_like(s), s)))
    rounds = xp.ceil(distance / rate)
    return restore(xp.where(farther, rounds, xp.zeros_like(rounds)), scalar)


def error_at_angle(angle: Any, separation: Any) -> Any:
    r"""Return ``Q(s cos t)``, the error of a linear rule through the origin at the angle t to the mean.

    With t the angle between the labelled and the unlabelled mean it is the error that self-training on the shifted
    mixture ends in, however many unlabelled points there are.

    Parameters
    ----------
    angle : number or array
        In radians, 0 <= t <= pi.
    separation : number or array
        s >= 0 of the mixture that is classified; broadcasts against the angle.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If an angle or separation is out of range.

    Examples
    --------
    >>> round(error_at_angle(0.0, 1.0), 6), round(error_at_angle(1.0, 0.0), 6)
    (0.158655, 0.5)
    """
    xp, angle, s, scalar = _read(angle, separation)
    return restore(normal_tail(s * xp.cos(angle)), scalar)


def _step(xp: Any, angle: Array, s: Array) -> Array:
    cosine = xp.cos(angle)
    a = s * cosine
    height = 2 * _density(xp, a)
    along = erf(a / math.sqrt(2)) * s + height * cosine
    return xp.atan2(height * xp.sin(angle), along)


def _density(xp: Any, a: Array) -> Array:
    return xp.exp(-a * a / 2) / math.sqrt(2 * math.pi)


def _read(angle: Any, separation: Any) -> tuple[Any, Array, Array, bool]:
    xp, (angle, s), scalar = real_arrays(angle, separation)
    # the float nearest to pi, rounded up in single precision, is let through: its sine is 0 but for rounding
    limit = math.pi * (1 + 2 * float(xp.finfo(angle.dtype).eps))
    require(xp, (angle >= 0) & (angle <= limit), angle, "angle", "in [0, pi]")
    _separations(xp, s)
    angle, s = broadcast(xp, angle=angle, separation=s)
    return xp, angle, s, scalar


def _separations(xp: Any, s: Array) -> None:
    require(xp, (s >= 0) & xp.isfinite(s), s, "separation", "a finite number >= 0")
