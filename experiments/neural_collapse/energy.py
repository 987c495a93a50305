r"""Energies of unconstrained-feature models, by hand: value and gradient of many models in one call.

The model has logits Z = W_M ... W_1 H (+ b 1') for free features H, a column a sample, and

.. math:: E = \frac1N \sum_i \ell(z_i, y_i) + \sum_l \frac{\lambda_l}{2} \|W_l\|^2 + \frac{\lambda_H}{2} \|H\|^2,

where the loss is :math:`\|z - e_y\|^2/2` or cross-entropy, so that the squared loss carries 1/(2N). The bias is free.

Rows of one call may differ in class sizes and decays. A row with fewer samples than the widest has columns without
weight, whose features start at zero and stay there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend
from experiments.arrays import backend as backend_named
from theory.arrays import quiet
from theory.collapse.deep_linear.arguments import positive, read_decays, read_sizes, real_numbers, whole

__all__ = ["LOSSES", "Architecture", "Energy", "Setting"]

LOSSES = ("squared", "cross-entropy")


@dataclass(frozen=True)
class Architecture:
    """Shapes of a model.

    Parameters
    ----------
    classes
        K, at least 2.
    depth
        M, the number of matrices over the features, at least 1.
    width
        Dimension of features and of hidden layers, at least 1; less than K - 1 forces classes to share directions.
    loss
        "squared" or "cross-entropy".
    bias
        Whether the last layer has one.

    Raises
    ------
    ValueError
        If one of them is not allowed.

    Examples
    --------
    >>> Architecture(classes=3, depth=2, width=4).shapes(samples=6)
    ((4, 4), (3, 4), (4, 6))
    """

    classes: int
    depth: int
    width: int
    loss: str = "squared"
    bias: bool = False

    def __post_init__(self) -> None:
        for name, least in (("classes", 2), ("depth", 1), ("width", 1)):
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        if self.loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {self.loss!r}")
        if not isinstance(self.bias, bool):
            raise ValueError(f"bias must be True or False, got {self.bias!r}")

    def shapes(self, samples: int) -> tuple[tuple[int, int], ...]:
        """Return the shapes of W_1, ..., W_M, H and, if there is one, of the bias, as a column."""
        widths = [self.width] * self.depth + [self.classes]
        matrices = [(after, before) for before, after in pairwise(widths)]
        return (*matrices, (self.width, samples), *([(self.classes, 1)] if self.bias else []))


@dataclass(frozen=True)
class Setting:
    """What a row is asked to fit, and how it is penalised.

    Parameters
    ----------
    sizes
        Number of samples of each class, each at least 1.
    weight_decays
        Of W_1, ..., W_M, each > 0.
    feature_decay
        Of H, > 0.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    sizes: tuple[int, ...]
    weight_decays: tuple[float, ...]
    feature_decay: float

    def __post_init__(self) -> None:
        decays = np.atleast_1d(real_numbers("weight_decays", self.weight_decays))
        object.__setattr__(self, "sizes", tuple(int(size) for size in read_sizes(self.sizes)))
        object.__setattr__(self, "weight_decays", tuple(read_decays(len(decays), decays).tolist()))
        object.__setattr__(self, "feature_decay", positive("feature_decay", self.feature_decay))

    @property
    def samples(self) -> int:
        """Return N."""
        return sum(self.sizes)

    @property
    def labels(self) -> list[int]:
        """Return the class of every column: the classes in order."""
        return [label for label, size in enumerate(self.sizes) for _ in range(size)]


@dataclass(frozen=True)
class Energy:
    """Value and gradient of the energies of B models of one architecture.

    Parameters are the rows of an array (B, P): entries of W_1, ..., W_M, H (and the bias), row-major, one matrix after
    the other. Build it with :meth:`of`.

    Examples
    --------
    >>> setting = Setting(sizes=(1, 1), weight_decays=(0.1,), feature_decay=0.1)
    >>> energy = Energy.of(Architecture(classes=2, depth=1, width=2), [setting])
    >>> value, gradient = energy(np.zeros((1, energy.parameters)))
    >>> value.tolist(), gradient.shape
    ([0.5], (1, 8))
    """

    architecture: Architecture
    settings: tuple[Setting, ...]
    backend: Backend
    shapes: tuple[tuple[int, int], ...]
    targets: Array = field(repr=False)
    weights: Array = field(repr=False)
    decays: Array = field(repr=False)

    @classmethod
    def of(cls, architecture: Architecture, settings: Sequence[Setting], backend: Backend | None = None) -> Energy:
        """Return the energy of a row for every setting.

        Raises
        ------
        ValueError
            If there is no setting, or one does not fit the architecture.
        """
        if not settings:
            raise ValueError("there must be at least one setting, got none")
        for setting in settings:
            given = (len(setting.sizes), len(setting.weight_decays))
            if given != (architecture.classes, architecture.depth):
                allowed = f"{architecture.classes} sizes and {architecture.depth} weight_decays"
                raise ValueError(f"a setting must have {allowed}, got {given[0]} and {given[1]}")
        samples = max(setting.samples for setting in settings)
        shapes = architecture.shapes(samples)
        distinct = {setting: _row(setting, shapes, samples) for setting in settings}
        backend = backend or backend_named("numpy")
        targets, weights, decays = (
            backend.asarray(np.stack([distinct[setting][part] for setting in settings])) for part in range(3)
        )
        return cls(architecture, tuple(settings), backend, shapes, targets, weights, decays)

    @property
    def rows(self) -> int:
        """Return B."""
        return len(self.settings)

    @property
    def parameters(self) -> int:
        """Return P."""
        return sum(math.prod(shape) for shape in self.shapes)

    def take(self, rows: Any) -> Energy:
        """Return the energy of some of the rows, by their indices."""
        xp = self.backend.xp
        index = self.backend.asarray(np.asarray(rows, dtype=np.int64).ravel())
        targets, weights, decays = (xp.take(a, index, axis=0) for a in (self.targets, self.weights, self.decays))
        chosen = tuple(self.settings[row] for row in rows)
        return Energy(self.architecture, chosen, self.backend, self.shapes, targets, weights, decays)

    def split(self, x: Array) -> list[Array]:
        """Return W_1, ..., W_M, H (and the bias) of parameters (B, P), each (B, rows, columns)."""
        parts, start = [], 0
        for shape in self.shapes:
            stop = start + shape[0] * shape[1]
            parts.append(self.backend.xp.reshape(x[:, start:stop], (x.shape[0], *shape)))
            start = stop
        return parts

    @quiet
    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Return the values (B,) and the gradients (B, P) at parameters (B, P); not finite where they overflow.

        Raises
        ------
        ValueError
            If the parameters are no array of this shape.
        """
        if tuple(getattr(x, "shape", ())) != (self.rows, self.parameters):
            given = getattr(x, "shape", type(x).__name__)
            raise ValueError(f"parameters must be an array of shape {(self.rows, self.parameters)}, got {given}")
        xp, depth = self.backend.xp, self.architecture.depth
        parts = self.split(x)
        matrices, features = parts[:depth], parts[depth]
        chain = matrices[:1]  # W_l ... W_1, all products of small matrices: features are the wide ones
        for matrix in matrices[1:]:
            chain.append(xp.matmul(matrix, chain[-1]))
        logits = xp.matmul(chain[-1], features)
        values, back = self._loss(logits + parts[-1] if self.architecture.bias else logits)
        found = [xp.matmul(xp.matrix_transpose(chain[-1]), back)]
        pull = xp.matmul(back, xp.matrix_transpose(features))  # the derivative by W_M ... W_l, from l = 1 to M
        for matrix, below in zip(matrices[:0:-1], chain[-2::-1], strict=True):
            found.insert(0, xp.matmul(pull, xp.matrix_transpose(below)))
            pull = xp.matmul(xp.matrix_transpose(matrix), pull)
        flat = [xp.reshape(part, (x.shape[0], -1)) for part in (pull, *found)]
        if self.architecture.bias:
            flat.append(xp.sum(back, axis=2))
        decay = self.decays * x
        return values + xp.sum(decay * x, axis=1) / 2, xp.concat(flat, axis=1) + decay

    def _loss(self, logits: Array) -> tuple[Array, Array]:
        """Return the mean losses (B,) and their derivatives by the logits."""
        xp = self.backend.xp
        if self.architecture.loss == "squared":
            off = logits - self.targets
            back = off * self.weights
            return xp.sum(back * off, axis=(1, 2)) / 2, back
        shifted = logits - xp.max(logits, axis=1, keepdims=True)
        powers = xp.exp(shifted)
        total = xp.sum(powers, axis=1, keepdims=True)
        own = xp.sum(shifted * self.targets, axis=1, keepdims=True)
        values = xp.sum((xp.log(total) - own) * self.weights, axis=(1, 2))
        return values, (powers / total - self.targets) * self.weights


def _row(setting: Setting, shapes: tuple[tuple[int, int], ...], samples: int) -> tuple[Any, Any, Any]:
    """Return one-hot targets (K, samples), weights (1, samples) and the decay of every parameter (P,)."""
    used = setting.samples
    targets = np.zeros((len(setting.sizes), samples))
    targets[setting.labels, np.arange(used)] = 1
    weights = np.zeros((1, samples))
    weights[0, :used] = 1 / used
    each = [*setting.weight_decays, setting.feature_decay, 0.0]
    decays = [np.full(math.prod(shape), decay) for shape, decay in zip(shapes, each, strict=False)]
    return targets, weights, np.concatenate(decays)
