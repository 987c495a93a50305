"""What the claims about bags that are decided by sampling draw, and the configurations that they are about.

`relative_risk` and `distinguishing_advantage` are ``function(stream, replicates, **parameters)`` with ``replicates`` a
range, as :class:`experiments.sampling.Sampler` wants it. Their numbers come from the simulator of the package and from
the code that makes a table private. `expected_risk` is the risk with less noise, for finite-size corrections.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from experiments.bag_regression.bags import Bags
from experiments.bag_regression.designs import Design
from experiments.bag_regression.settings import Setting, sensitivity
from experiments.bag_regression.simulation import simulate
from experiments.bag_regression.tables import released_averages
from experiments.streams import Stream
from theory.regression.aggregate.bags import asymptotic_risk

__all__ = [
    "FORMULAS",
    "Configuration",
    "configurations",
    "distinguishing_advantage",
    "expected_risk",
    "limit_risk",
    "relative_risk",
]

Floats = NDArray[np.float64]

DIMENSION = 60
SIZES = (1, 2, 3, 4, 6, 10)
PSI, RHO, RIDGE, NOISE = (1 / 5, 3.0), (1 / 10, 3.0), (1 / 20, 1.0), (1 / 4, 4.0)  # ranges of the logarithms
CLEAR = 2  # factor between rows and features that a loss without ridge keeps: at 1 the risk is infinite
FORMULAS = ("limit", "one term of T'", "ridge per bag", "noise per bag", "no rho", "no variance", "no ridge")
BLOCK = 64  # replicates of one seed
CLIP = (-1.0, 1.0)
OTHERS = (7.0, 0.1)


@dataclass(frozen=True)
class Configuration:
    """One setting of the simulator, of a signal of power 1.

    Parameters
    ----------
    samples, bag_size : int
    rho, ridge, noise_variance : Fraction
    dimension : int
    """

    samples: int
    bag_size: int
    rho: Fraction
    ridge: Fraction
    noise_variance: Fraction
    dimension: int = DIMENSION


def configurations(count: int) -> list[Configuration]:
    """Return configurations that a stream chose, the first ones; a larger count goes on where a smaller one stopped.

    The law was declared before a number was looked at. With d = 60, independently: m from 1, 2, 3, 4, 6, 10; psi
    log-uniform in [1/5, 3], and n the multiple of m that is nearest to d/psi; rho 0 in one of four cases, else
    log-uniform in [1/10, 3]; sigma^2 log-uniform in [1/4, 4]; the ridge 0 in every other case, unless the rows that
    count (n/m if rho = 0, else n) are within a factor of two of d, and log-uniform in [1/20, 1] then and otherwise.
    Numbers are rounded to two decimals.

    Examples
    --------
    >>> len(configurations(12)), configurations(3) == configurations(12)[:3]
    (12, True)
    """
    return [_configuration(row) for row in Stream.named(1, "bag_regression", "configurations").uniform(count, 7)]


def _configuration(u: Floats) -> Configuration:
    m = SIZES[int(len(SIZES) * u[0])]
    bags = max(1, round(DIMENSION / (_log_uniform(u[1], *PSI) * m)))
    rho = Fraction(0) if u[2] < 0.25 else _rounded(_log_uniform(u[3], *RHO))
    rows = bags if rho == 0 else bags * m
    clear = not DIMENSION / CLEAR <= rows <= DIMENSION * CLEAR
    ridge = Fraction(0) if u[5] < 0.5 and clear else _rounded(_log_uniform(u[6], *RIDGE))
    return Configuration(bags * m, m, rho, ridge, _rounded(_log_uniform(u[4], *NOISE)))


def _log_uniform(u: float, low: float, high: float) -> float:
    return float(low * (high / low) ** u)


def _rounded(value: float) -> Fraction:
    return Fraction(round(100 * value), 100)


def limit_risk(given: Configuration, formula: str = "limit") -> float:
    """Return the calculator's risk for a configuration, or what a wrong formula makes of it.

    Parameters
    ----------
    given : Configuration
    formula : str
        "limit"; "one term of T'", the bias 1 - 2 beta s/(1 + psi s) + T'/Delta without the second term of
        T' = beta psi/(1 + psi s)^2 + beta^2 (1 - psi s)/(1 + psi s)^3; "ridge per bag", weighed by n/m instead of n;
        "noise per bag", sigma^2 not divided by m in a bag's mean; "no rho", the bag-level loss; "no variance", the bias
        alone; "no ridge".

    Raises
    ------
    ValueError
        If the formula is another.

    Examples
    --------
    >>> given = Configuration(400, 2, Fraction(1), Fraction(1, 2), Fraction(1))
    >>> [round(limit_risk(given, formula), 3) for formula in FORMULAS]
    [0.512, 0.423, 0.449, 0.545, 0.377, 0.479, 0.382]
    """
    psi, m = given.dimension / given.samples, given.bag_size
    rho, ridge, noise = float(given.rho), float(given.ridge), float(given.noise_variance)
    if formula == "one term of T'":
        return _with_one_term(psi, m, rho, ridge, noise)
    changed = {
        "limit": (rho, ridge, noise),
        "ridge per bag": (rho, ridge / m, noise),
        "noise per bag": (rho, ridge, noise * m),
        "no rho": (0.0, ridge, noise),
        "no variance": (rho, ridge, 0.0),
        "no ridge": (rho, 0.0, noise),
    }
    if formula not in changed:
        raise ValueError(f"formula must be one of {', '.join(FORMULAS)}, got {formula!r}")
    return float(asymptotic_risk(psi, m, *changed[formula]).risk)


def _with_one_term(psi: float, m: int, rho: float, ridge: float, noise: float) -> float:
    """Return variance + 1 - 2 beta s/(1 + psi s) + T'/Delta without the second term of T'."""
    found = asymptotic_risk(psi, m, rho, ridge, noise)
    s, beta = float(found.s), 1 / m
    left, left_within = 1 / (1 + psi * s), rho / (1 + rho * psi * s)
    delta = 1 / s**2 - beta * psi * left**2 - (1 - beta) * psi * left_within**2
    return float(found.variance) + 1 - 2 * beta * s * left + beta * psi * left**2 / delta


def relative_risk(
    stream: Stream,
    replicates: range,
    *,
    samples: int,
    dimension: int,
    bag_size: int,
    rho: float,
    ridge: float,
    noise_variance: float,
    unit: float,
    most: float,
) -> Floats:
    """Draw |theta - theta0|^2 / unit of an estimator from bags, cut off at ``most``.

    Every `BLOCK` replicates have a seed of their own, of the stream's.

    Examples
    --------
    >>> given = {"samples": 30, "dimension": 5, "bag_size": 2, "rho": 0.5, "ridge": 0.0, "noise_variance": 1.0}
    >>> relative_risk(Stream(1), range(2), unit=1.0, most=2.0, **given).shape
    (2,)
    """
    design, setting = Design(samples, dimension), Setting(bag_size, rho, ridge, noise_variance)
    found = []
    for block in range(replicates.start // BLOCK, -(-replicates.stop // BLOCK)):
        first = block * BLOCK
        own = range(max(replicates.start - first, 0), min(replicates.stop - first, BLOCK))
        seed = Stream.named(stream.seed, "bag_regression", "block", block).seed
        found.append(simulate(design, [setting], replicates=own, seed=seed).risks[0])
    return np.minimum(np.concatenate(found) / unit, most)


def expected_risk(design: Design, setting: Setting, rows: range, seed: int = 0) -> Floats:
    """Return E[|theta - theta0|^2 | features] of replicates (R,): the mean over noise and the direction of theta0.

    With Q = (Z1'Z1 + rho Z2'Z2 + n ridge I)^-1 and W = Z1'Z1 it is (r^2/d) |I - Q W|^2 + sigma^2 tr(Q W Q), in the
    Frobenius norm. It varies by the order of 1/n, the risk itself by that of the root: what is left at a finite size of
    the distance to the limit is seen with far fewer replicates.

    Parameters
    ----------
    design : Design
    setting : Setting
        Without privacy; its loss must determine theta.
    rows : range
        Of replicates.
    seed : int

    Raises
    ------
    ValueError
        If the setting is private.

    Examples
    --------
    >>> expected_risk(Design(12, 3), Setting(2, 0.5), range(2)).shape
    (2,)
    """
    if setting.epsilon is not None or setting.clip is not None:
        raise ValueError(f"setting must be without privacy and clipping, got {setting!r}")
    features = design.draw(seed, rows).features
    bags = Bags(design.samples, setting.bag_size)
    means = bags.averages(features) * np.sqrt(bags.sizes)[:, None]
    between = np.matrix_transpose(means) @ means
    unit = np.eye(design.dimension)
    gram = (1 - setting.rho) * between + setting.rho * (np.matrix_transpose(features) @ features)
    inverse = np.linalg.inv(gram + bags.used * setting.ridge * unit)
    shrunk = inverse @ between
    bias = design.signal_power / design.dimension * np.sum((unit - shrunk) ** 2, axis=(1, 2))
    found: Floats = bias + setting.noise_variance * np.sum(shrunk * inverse, axis=(1, 2))
    return found


def distinguishing_advantage(
    stream: Stream, replicates: range, *, level: float, noise_level: float, bag_size: int
) -> Floats:
    """Draw 1{reject D'} - exp(level) 1{reject D} of the best threshold test on the mean of a bag.

    The bag has one label of -50 in D and of 50 in D', clipped to [-1, 1]; its others, the same in both, are 7 and 0.1
    in turn. What is released are the averages of `experiments.bag_regression.bagged_regression`. Noise is independent
    from bag to bag, so that bag r of one release of a table of such bags is replicate r; D and D' share the noise,
    which changes no expectation. The threshold is the best one for the noise that is used.

    Parameters
    ----------
    level : float
        The epsilon that is claimed.
    noise_level : float
        The epsilon that the mechanism is told.
    bag_size : int

    Examples
    --------
    >>> distinguishing_advantage(Stream(1), range(3), level=1.0, noise_level=1.0, bag_size=3).shape
    (3,)
    """
    first, second = (_released(stream.seed, replicates, y, noise_level, bag_size) for y in (-50.0, 50.0))
    low, high = (_bag(y, bag_size).clip(*CLIP).mean() for y in (-50.0, 50.0))
    threshold = (low + high + level * sensitivity(CLIP) / (bag_size * noise_level)) / 2
    return (second >= threshold) - math.exp(level) * (first >= threshold)


def _bag(label: float, bag_size: int) -> Floats:
    return np.asarray([label, *(OTHERS[i % len(OTHERS)] for i in range(bag_size - 1))])


def _released(seed: int, replicates: range, label: float, noise_level: float, bag_size: int) -> Floats:
    labels = np.tile(_bag(label, bag_size), replicates.stop)
    setting = Setting(bag_size, epsilon=noise_level, clip=CLIP)
    return released_averages(labels, Bags(labels.size, bag_size), setting, seed)[replicates.start :]
