"""Unfolded ISTA and IHT with trained steps on any back end: sparse recovery, gradients by hand, L-BFGS.

Supervised training minimises the mean squared distance to the signals, unsupervised training the mean objective. The
steps of all layers and the weight of the threshold are trained; the objective keeps its own weight. Gradients are exact
where the network is differentiable. IHT is discontinuous in its thresholds: the gradient, of the kept entries alone,
misses them and the count of nonzeros; so a search along the coordinates follows, which compares losses only.

The problems lie on the back end. Steps and weight, a dozen numbers, are the host's, which decides by one transfer an
evaluation what to try next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.streams import Stream
from theory.arguments import whole
from theory.optimisation.deep_unfolding.layers import ALGORITHMS, layers, lipschitz, objective, threshold
from theory.shown import Shown

__all__ = ["TRAININGS", "Network", "Recovery", "loss_and_gradient", "recovery", "train", "untrained"]

Floats = NDArray[np.float64]
TRAININGS = ("supervised", "unsupervised")
_DIVERGED = 1e30  # the loss of a network whose outputs are not finite
_FACTORS, _SWEEPS = (1.6, 0.8, 0.4, 0.2, 0.1, 0.05), 6  # logarithms of factors; most rounds with each


@dataclass(frozen=True, eq=False)
class Recovery(Shown):
    """Sparse recovery problems with one matrix: signals (n, count) in the columns of ``x``, ``y = A x``."""

    A: Array
    x: Array
    y: Array

    @cached_property
    def lipschitz(self) -> float:
        """The largest eigenvalue of A'A."""
        return lipschitz(self.A)


@dataclass(frozen=True)
class Network:
    """The steps of the layers and the weight that sets their thresholds."""

    algorithm: str
    steps: tuple[float, ...]
    weight: float

    def run(self, problem: Recovery) -> list[Array]:
        """Return the output of every layer, the initial 0 first."""
        return layers(self.algorithm, problem.A, problem.y, self.steps, self.weight)


def recovery(
    n: int, m: int, count: int, share: float, *, seed: int, part: str, backend: Backend | None = None
) -> Recovery:
    """Draw problems: entries of A are N(0, 1/m); an entry of x is 0, or N(0, 1) with probability ``share``.

    Parameters
    ----------
    part
        "train", "test" or another name; problems of different parts are independent, and have the same matrix.

    Raises
    ------
    ValueError
        If a size is no whole number of at least 1, or the share is not in (0, 1].
    """
    n, m, count = (whole(name, value) for name, value in (("n", n), ("m", m), ("count", count)))
    if not 0 < share <= 1:
        raise ValueError(f"share must be in (0, 1], got {share!r}")
    home = backend_named("numpy") if backend is None else backend
    A = Stream.named(seed, "unfolding matrix").normal(m, n, backend=home) / math.sqrt(m)
    size = Stream.named(seed, "unfolding sizes", part).normal(count, n, backend=home).T
    chance = Stream.named(seed, "unfolding support", part).uniform(count, n, backend=home).T
    x = home.xp.where(chance < share, size, 0.0)
    return Recovery(A, x, A @ x)


def untrained(algorithm: str, problem: Recovery, depth: int, lam: float) -> Network:
    """Return the network of the algorithm itself: steps 1/L, of IHT 0.99/L, where every layer descends."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}, got {algorithm!r}")
    depth = whole("depth", depth)
    if problem.lipschitz == 0:
        raise ValueError("A must not be 0: there is no longest step")
    step = (1.0 if algorithm == "ista" else 0.99) / problem.lipschitz
    return Network(algorithm, (step,) * depth, lam)


def loss_and_gradient(network: Network, problem: Recovery, training: str, lam: float) -> tuple[float, Floats]:
    """Return the mean loss over the problems and its gradient in the logarithms of the steps and of the weight.

    Raises
    ------
    ValueError
        If the training is unknown.
    """
    if training not in TRAININGS:
        raise ValueError(f"training must be one of {', '.join(TRAININGS)}, got {training!r}")
    outputs, count, xp = network.run(problem), problem.x.shape[1], namespace(problem.x)
    last = outputs[-1]
    if training == "supervised":
        loss, back = xp.sum((last - problem.x) ** 2) / count, 2 * (last - problem.x) / count
    else:
        loss = xp.mean(objective(network.algorithm, problem.A, problem.y, last, lam))
        back = problem.A.T @ (problem.A @ last - problem.y)
        back = (back + lam * xp.sign(last) if network.algorithm == "ista" else back) / count
    found = to_numpy(xp.stack([loss, *_backwards(network, problem, outputs, back)]))
    return float(found[0]), found[1:]


def _backwards(network: Network, problem: Recovery, outputs: list[Array], back: Array) -> list[Array]:
    """Carry the loss's gradient in the last output back through the layers."""
    A, xp = problem.A, namespace(problem.A)
    by_steps: list[Array] = []
    by_weight = xp.sum(back[:0, :0])  # zero, of shape ()
    for layer in range(len(network.steps) - 1, -1, -1):
        x, step = outputs[layer], network.steps[layer]
        slope = A.T @ (A @ x - problem.y)
        v = x - step * slope
        level = threshold(network.algorithm, network.weight, step)
        kept = xp.where(xp.abs(v) > level, back, 0.0)
        by_step = -step * xp.sum(kept * slope)
        if network.algorithm == "ista":
            through = level * xp.sum(kept * xp.sign(v))
            by_step, by_weight = by_step - through, by_weight - through
        by_steps.append(by_step)
        back = kept - step * (A.T @ (A @ kept))
    return [*by_steps[::-1], by_weight]


def train(start: Network, problem: Recovery, training: str, lam: float, *, iterations: int = 60) -> Network:
    """Return the best network met on the way from ``start``: by L-BFGS, and for IHT by a search along coordinates.

    Its loss on ``problem`` is at most that of ``start``.

    Training begins with the first two layers and goes on with two more at a time: all at once ends in poorer minima.

    Parameters
    ----------
    iterations
        Of L-BFGS, for each number of layers.

    Raises
    ------
    ValueError
        If the training is unknown, iterations < 1, or the start's weight is 0: its logarithm is trained.
    """
    if not start.weight > 0:
        raise ValueError(f"the weight to start from must be positive, got {start.weight!r}")
    iterations = whole("iterations", iterations)
    network, full = start, len(start.steps)
    for depth in sorted({*range(2, full, 2), full}):
        part = Network(start.algorithm, network.steps[:depth], network.weight)
        search = _Search(part, problem, training, lam)
        search.descend(iterations)
        if start.algorithm == "iht":
            search.try_factors()
        part = search.network(search.point)
        network = Network(start.algorithm, part.steps + start.steps[depth:], part.weight)
    losses = [loss_and_gradient(one, problem, training, lam)[0] for one in (network, start)]
    return network if losses[0] <= losses[1] else start


class _Search:
    """The best logarithms of steps and weight so far, and two ways to better ones."""

    def __init__(self, start: Network, problem: Recovery, training: str, lam: float) -> None:
        self.algorithm, self.point = start.algorithm, np.log([*start.steps, start.weight])
        self._given = (problem, training, lam)
        self.least = loss_and_gradient(start, problem, training, lam)[0]

    def network(self, point: Floats) -> Network:
        values = np.exp(np.clip(point, -12.0, 6.0))
        return Network(self.algorithm, tuple(float(step) for step in values[:-1]), float(values[-1]))

    def value(self, point: Floats) -> tuple[float, Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            loss, gradient = loss_and_gradient(self.network(point), *self._given)
        if not (np.isfinite(loss) and np.all(np.isfinite(gradient))):
            return _DIVERGED, np.zeros_like(point)
        if loss < self.least:
            self.least, self.point = loss, point.copy()
        return loss, gradient

    def descend(self, iterations: int) -> None:
        from scipy.optimize import minimize

        minimize(self.value, self.point, jac=True, method="L-BFGS-B", options={"maxiter": iterations})

    def try_factors(self) -> None:
        """Multiply one parameter after the other by factors, smaller ones once none of them helps."""
        for size in _FACTORS:
            for _ in range(_SWEEPS):
                before = self.least
                for number in range(len(self.point)):
                    for move in (size, -size):
                        trial = self.point.copy()
                        trial[number] += move
                        self.value(trial)
                if self.least > before * (1 - 1e-4):
                    break
