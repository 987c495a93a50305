r"""The output layer ``o = W h`` of D classes, trained in O(d^2) a step by any loss of the spherical family.

A gradient ``A o + B 1 + C e_c`` in the scores changes every row of W, yet in a way that a factorisation absorbs:

    W = V U + 1 om',    V (D, d),  U (d, d),  om (d).

A step of rate eta on one example multiplies U by ``I - eta A h h'`` (a rank-one update; so is that of its inverse),
moves om, and writes a single row of V. Sum and squares of the scores come from

    wbar = W'1 (d)    and    Gram = (W - 1 wbar'/D)'(W - 1 wbar'/D)  (d, d):    M = wbar'h,  D s^2 = h' Gram h,

which are updated in O(d^2) as well. The Gram matrix is that of the *centred* rows: from ``W'W`` the variance would be
a difference of two large numbers. Source: paper key ``z_loss`` (factored updates for the spherical family).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import array_api_compat

from theory.arrays import Array, real_arrays, require
from theory.classification.z_loss.spherical_family import SphericalGradient, SphericalStatistics

__all__ = ["FactoredOutputLayer"]

Coefficients = Callable[[SphericalStatistics], SphericalGradient]


class FactoredOutputLayer:
    """An output layer kept as ``V U + 1 om'``; it owns its arrays and writes to them in place.

    Parameters
    ----------
    weights : array (D, d)
        The dense W; copied. Any array-API namespace whose arrays can be written to.
    condition_limit : float, optional
        The condition number of U (Frobenius norm of U times that of its inverse, over d) above which V U is multiplied
        out and U starts again from the identity, at a cost of O(D d^2). Default: the machine epsilon to the power
        -1/3, which costs a third of the digits.

    Attributes
    ----------
    refactorisations : int
        How often V U was multiplied out.

    Raises
    ------
    ValueError
        If weights are no finite matrix of two rows or more, or the limit is below 1.

    Examples
    --------
    >>> from functools import partial
    >>> import numpy as np
    >>> from theory.classification.z_loss.spherical_family import z_loss_coefficients
    >>> layer = FactoredOutputLayer(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    >>> layer.step([1.0, 2.0], 0, rate=0.5, loss=partial(z_loss_coefficients, a=1.0, b=0.0))
    >>> layer.dense().round(3).tolist()
    [[1.079, 0.158], [-0.158, 0.684], [1.079, 1.158]]
    """

    def __init__(self, weights: Any, *, condition_limit: float | None = None) -> None:
        xp, (weights,), _ = real_arrays(weights)
        if weights.ndim != 2 or weights.shape[0] < 2 or weights.shape[1] < 1:
            raise ValueError(f"weights must be a matrix of at least 2 classes, got the shape {tuple(weights.shape)}")
        require(xp, xp.isfinite(weights), weights, "weights", "finite")
        epsilon = float(xp.finfo(weights.dtype).eps)
        limit = epsilon ** (-1 / 3) if condition_limit is None else condition_limit
        if not limit >= 1:
            raise ValueError(f"condition_limit must be at least 1, got {condition_limit!r}")
        self.condition_limit = float(limit)
        self.refactorisations = 0
        self._drift_limit = epsilon ** (2 / 3)
        self._xp = xp
        self._start(xp.asarray(weights, copy=True))

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, int]:
        """Number of classes D and width d."""
        return int(self._V.shape[0]), int(self._V.shape[1])

    @property
    def condition(self) -> float:
        """Frobenius norm of U times that of its inverse, over d; 1 for a fresh factorisation."""
        return self._condition(self._U, self._inverse)

    def dense(self) -> Array:
        """Return W, at a cost of O(D d^2)."""
        return self._V @ self._U + self._om[None, :]

    def row(self, label: int) -> Array:
        """Return the weights (d,) of one class, in O(d^2)."""
        return self._V[label, :] @ self._U + self._om

    def scores(self, h: Any) -> Array:
        """Return ``h W'``, (m, D), for h (m, d) or (d,), in O(d^2 + D d) an example."""
        h = self._inputs(h)
        return (h @ self._U.T) @ self._V.T + (h @ self._om)[:, None]

    def statistics(self, h: Any, labels: Any) -> SphericalStatistics:
        """Return what a spherical loss needs to know of the scores of m examples, in O(m d^2).

        Parameters
        ----------
        h : array (m, d) or (d,)
        labels : integer or sequence of m integers in 0, ..., D - 1

        Raises
        ------
        ValueError
            If shapes do not fit or a label is no class.
        """
        h = self._inputs(h)
        chosen = self._labels(labels, h.shape[0])
        return self._statistics(h, self._rows(chosen))

    # -- learning ----------------------------------------------------------------------------------------------------

    def step(self, h: Any, labels: Any, *, rate: float, loss: Coefficients) -> None:
        """Take one gradient step on the sum of the losses of m examples, in O(m d^2 + m^2 d).

        Beside U, its inverse and the statistics, the rows of V of the labelled classes are written, no others. Where
        ``I - rate sum A h h'`` is nearly singular, the step is taken on the dense W instead (O(D d^2), counted in
        `refactorisations`).

        Parameters
        ----------
        h : array (m, d) or (d,)
            Inputs of the layer.
        labels : integer or sequence of m integers
            Labelled classes; a class may occur several times.
        rate : float
            Learning rate; divide it by m for the mean of the losses.
        loss : callable
            Maps `SphericalStatistics` of m examples to `SphericalGradient`, as the functions of `spherical_family` do.

        Raises
        ------
        ValueError
            If shapes do not fit, a label is no class, the rate or the loss's gradient is not finite.
        """
        xp, h = self._xp, self._inputs(h)
        chosen = self._labels(labels, h.shape[0])
        rows = self._rows(chosen)
        at = self._statistics(h, rows)
        if not math.isfinite(rate):
            raise ValueError(f"rate must be finite, got {rate!r}")
        A, B, C = (rate * xp.broadcast_to(part, at.mean.shape) for part in loss(at))
        require(xp, xp.isfinite(A + B + C), A + B + C, "the loss's gradient", "finite")
        if not self._absorb(h, chosen, A, B, C):
            self._step_dense(h, chosen, A, B, C)
            return
        self._update_moments(h, chosen, rows, at, A, B, C)

    def refactorise(self) -> None:
        """Multiply V U out and start again from U = I; O(D d^2)."""
        self.refactorisations += 1
        self._start(self.dense())

    # -- parts of a step ---------------------------------------------------------------------------------------------

    def _start(self, weights: Array) -> None:
        """Take dense weights (not copied) as V, with U = I and om = 0."""
        xp, (D, d) = self._xp, weights.shape
        self._V = weights
        self._U = xp.eye(d, dtype=weights.dtype, device=weights.device)
        self._inverse = xp.eye(d, dtype=weights.dtype, device=weights.device)
        self._om = xp.zeros((d,), dtype=weights.dtype, device=weights.device)
        self._wbar = xp.sum(weights, axis=0)
        centred = weights - (self._wbar / D)[None, :]
        self._gram = centred.T @ centred

    def _absorb(self, h: Array, chosen: Sequence[int], A: Array, B: Array, C: Array) -> bool:
        """Put the step into U, its inverse, om and the rows of V; False (and nothing done) if U would be near singular.

        Woodbury: ``(I - H'SH)^-1 = I + H'(I - S H H')^-1 S H`` with S = diag(rate A).
        """
        xp = self._xp
        scaled = A[:, None] * h
        middle = xp.eye(h.shape[0], dtype=h.dtype, device=h.device) - scaled @ h.T
        try:
            correction = xp.linalg.solve(middle, scaled)
        except (ValueError, RuntimeError):  # the LinAlgErrors of NumPy and of PyTorch, if singular to the last digit
            return False
        U = self._U - (self._U @ h.T) @ scaled
        inverse = self._inverse + h.T @ (correction @ self._inverse)
        if not self._condition(U, inverse) <= self.condition_limit:
            return False
        self._U, self._inverse = U, self._polished(U, inverse, h[0, :])
        self._om = self._om - (h @ self._om) @ scaled - B @ h
        written = C[:, None] * (h @ self._inverse)
        for example, label in enumerate(chosen):
            self._V[label, :] -= written[example, :]
        return True

    def _polished(self, U: Array, inverse: Array, probe: Array) -> Array:
        """Return the inverse itself, or a fresh one (O(d^3)) where roundings have piled up in it."""
        xp = self._xp
        drift = xp.max(xp.abs(U @ (inverse @ probe) - probe))
        return inverse if float(drift) <= self._drift_limit * float(xp.max(xp.abs(probe))) else xp.linalg.inv(U)

    def _update_moments(
        self, h: Array, chosen: Sequence[int], rows: Array, at: SphericalStatistics, A: Array, B: Array, C: Array
    ) -> None:
        """Update wbar and the centred Gram matrix; ``A, B, C`` hold the rate already.

        The centred gradient of an example is ``A (o - mean) + C (e_c - 1/D)``.
        """
        xp, D = self._xp, at.count
        centred = rows - (self._wbar / D)[None, :]
        images = h @ self._gram  # of the centred scores
        pull = A[:, None] * images + C[:, None] * centred
        cross = (A[:, None] * C[None, :]) * (h @ centred.T)
        labels = xp.asarray(chosen, device=h.device)
        same = xp.astype(labels[:, None] == labels[None, :], h.dtype)
        inner = (A[:, None] * A[None, :]) * (images @ h.T) + cross + cross.T
        inner = inner + (C[:, None] * C[None, :]) * (same - 1 / D)
        half = pull.T @ h - h.T @ (inner @ h) / 2
        self._gram = self._gram - half - half.T
        self._wbar = self._wbar - (A * at.total + D * B + C) @ h

    def _step_dense(self, h: Array, chosen: Sequence[int], A: Array, B: Array, C: Array) -> None:
        """Take the step on the dense W and factorise anew."""
        weights = self.dense()
        gradient = A[:, None] * (h @ weights.T) + B[:, None]
        for example, label in enumerate(chosen):
            gradient[example, label] += C[example]
        self.refactorisations += 1
        self._start(weights - gradient.T @ h)

    def _statistics(self, h: Array, rows: Array) -> SphericalStatistics:
        xp = self._xp
        return SphericalStatistics(
            count=self.shape[0],
            mean=h @ self._wbar / self.shape[0],
            spread=xp.sum((h @ self._gram) * h, axis=-1),
            target=xp.sum(h * rows, axis=-1),
        )

    def _rows(self, chosen: Sequence[int]) -> Array:
        return self._xp.stack([self._V[label, :] for label in chosen]) @ self._U + self._om[None, :]

    def _condition(self, U: Array, inverse: Array) -> float:
        xp = self._xp
        return float(xp.sqrt(xp.sum(U * U))) * float(xp.sqrt(xp.sum(inverse * inverse))) / U.shape[0]

    # -- reading arguments -------------------------------------------------------------------------------------------

    def _inputs(self, h: Any) -> Array:
        """Return inputs as a matrix (m, d) of the layer's dtype."""
        xp, (h, _), _ = real_arrays(h, self._om)
        h = xp.astype(h, self._om.dtype)
        if h.ndim not in (1, 2) or h.shape[-1] != self.shape[1] or h.shape[0] == 0:
            raise ValueError(f"inputs must have the shape (m, {self.shape[1]}), got {tuple(h.shape)}")
        require(xp, xp.isfinite(h), h, "inputs", "finite")
        return h if h.ndim == 2 else h[None, :]

    def _labels(self, labels: Any, count: int) -> list[int]:
        """Return the labels of m examples as a list of Python integers."""
        chosen = list(labels) if isinstance(labels, (list, tuple)) else [labels]
        if array_api_compat.is_array_api_obj(labels):
            xp = array_api_compat.array_namespace(labels)
            whole = xp.isdtype(labels.dtype, "integral")
            flat = xp.reshape(labels, (-1,))
            chosen = [int(flat[index]) for index in range(flat.shape[0])] if whole else [labels]
        D = self.shape[0]
        for label in chosen:
            if not isinstance(label, int) or isinstance(label, bool) or not 0 <= label < D:
                raise ValueError(f"labels must be integers in 0, ..., {D - 1}, got {label!r}")
        if len(chosen) != count:
            raise ValueError(f"one label for each of {count} inputs is needed, got {len(chosen)}")
        return chosen
