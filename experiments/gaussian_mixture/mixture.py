"""Gaussian mixtures of K labelled classes: what the simulators draw from and what exact errors are computed for.

The parameters are small, so they are held once, on the host, as NumPy arrays of double precision; kernels bring them
to the namespace and device of their data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.shown import Shown

__all__ = ["COVARIANCE_TYPES", "GaussianMixture", "NotPositive"]

Matrix = NDArray[np.float64]

COVARIANCE_TYPES = ("full", "tied", "diag", "tied_diag")
"""Covariances of shape (K, d, d), (d, d), (K, d) and (d,): "tied" ones are common to all classes."""

SYMMETRY_TOLERANCE = 1e-10
"""Largest asymmetry of a covariance, relative to its largest entry; beyond, it is refused."""

WEIGHT_TOLERANCE = 1e-9
"""The weights may miss the sum 1 by so much; they are then normalised."""


class NotPositive(ValueError):
    """A covariance has a negative eigenvalue: it is no covariance.

    Parameters
    ----------
    owner : str
        "class 1", or "the common covariance".
    eigenvalue : float
        The smallest.
    """

    def __init__(self, owner: str, eigenvalue: float) -> None:
        super().__init__(
            f"covariances must be positive semidefinite; {owner} has smallest eigenvalue {eigenvalue!r}",
        )
        self.owner = owner
        self.eigenvalue = eigenvalue

    def __reduce__(self) -> tuple[type[NotPositive], tuple[str, float]]:
        return type(self), (self.owner, self.eigenvalue)  # pickled with its two arguments, not with its message


def rounding_tolerance(dimension: int) -> float:
    """Return the size, relative to the largest eigenvalue, below which an eigenvalue is read as rounding of zero.

    Examples
    --------
    >>> rounding_tolerance(2) < 1e-14
    True
    """
    return 8 * dimension * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class GaussianMixture(Shown):
    """K classes, x given class k being N(means[k], covariance of class k).

    A covariance may be singular. An eigenvalue of a full covariance that is negative by no more than 8 d eps times
    the largest one is read as rounding of zero; a negative variance of a diagonal one never is.

    Parameters
    ----------
    means : array, shape (K, d)
        Finite; K >= 2.
    covariances : array, shape (d,), (d, d), (K, d) or (K, d, d)
        Variances or matrices, common to all classes or one for each.
    weights : array, shape (K,), optional
        Probabilities of the classes, equal by default.
    covariance_type : str, optional
        One of :data:`COVARIANCE_TYPES`; needed only where K = d makes two axes ambiguous.

    Raises
    ------
    NotPositive
        If a covariance has a negative eigenvalue.
    ValueError
        If shapes do not fit, a number is not finite, a matrix is not symmetric, or the weights are no probabilities.

    Examples
    --------
    >>> mixture = GaussianMixture([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], [1.0, 2.0, 3.0])
    >>> mixture.classes, mixture.dimension, mixture.shared, mixture.diagonal
    (2, 3, True, True)
    >>> GaussianMixture([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]], [[1.0, 2.0], [2.0, 1.0]])
    Traceback (most recent call last):
        ...
    experiments.gaussian_mixture.mixture.NotPositive: covariances must be positive semidefinite; \
the common covariance has smallest eigenvalue -1.0
    """

    means: Any  # what can be read as an array goes in, a read-only array of double precision is kept
    covariances: Any
    weights: Any = None
    covariance_type: str = ""

    def __post_init__(self) -> None:
        means = _finite("means", self.means)
        if means.ndim != 2 or means.shape[0] < 2 or means.shape[1] < 1:
            raise ValueError(f"means must have shape (K, d) with K >= 2 and d >= 1, got {means.shape}")
        covariances = _finite("covariances", self.covariances)
        kind = _covariance_type(means, covariances, self.covariance_type)
        weights = _weights(self.weights, means.shape[0])
        _check_positive(covariances, kind)
        for name, value in (("means", means), ("covariances", covariances), ("weights", weights)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "covariance_type", kind)

    @classmethod
    def symmetric_pair(cls, separation: float, dimension: int) -> GaussianMixture:
        """Return the classes N(-mu, I), N(mu, I) of equal weight with ``|mu| = separation``, mu along the first axis.

        Examples
        --------
        >>> GaussianMixture.symmetric_pair(1.5, 2).means.tolist()
        [[-1.5, 0.0], [1.5, 0.0]]
        """
        if not separation >= 0:
            raise ValueError(f"separation must be >= 0, got {separation!r}")
        mean = np.zeros(dimension)
        mean[0] = separation
        return cls(np.stack([0.0 - mean, mean]), np.ones(dimension), covariance_type="tied_diag")

    @property
    def classes(self) -> int:
        """The number K of classes."""
        return int(self.means.shape[0])

    @property
    def dimension(self) -> int:
        """The number d of features."""
        return int(self.means.shape[1])

    @property
    def shared(self) -> bool:
        """True if one covariance is common to all classes, as given."""
        return self.covariance_type in ("tied", "tied_diag")

    @property
    def diagonal(self) -> bool:
        """True if covariances are given by variances."""
        return self.covariance_type in ("diag", "tied_diag")

    @property
    def variances(self) -> Matrix:
        """Variances, shape (K, d); of diagonal covariances only.

        Raises
        ------
        ValueError
            If covariances are full matrices.
        """
        if not self.diagonal:
            raise ValueError(
                f"variances are those of diagonal covariances, got covariance type {self.covariance_type!r}"
            )
        return np.broadcast_to(self.covariances, self.means.shape)

    def covariance(self, k: int) -> Matrix:
        """Return the covariance of class k as a matrix, shape (d, d)."""
        own = self.covariances if self.shared else self.covariances[k]
        return np.diag(own) if self.diagonal else own

    @cached_property
    def roots(self) -> Matrix:
        """Factors A with ``A A' = covariance``: standard deviations (d,) or (K, d), or matrices (d, d) or (K, d, d).

        Cholesky factors where they exist; of a singular matrix the symmetric eigendecomposition, negative rounding
        set to zero.
        """
        if self.diagonal:
            return np.sqrt(self.covariances)
        return _root(self.covariances) if self.shared else np.stack([_root(one) for one in self.covariances])

    @cached_property
    def symmetric(self) -> bool:
        """True for two classes N(-mu, Sigma) and N(mu, Sigma) of equal weight, up to the last bit."""
        pair = self.classes == 2 and self.shared
        return bool(pair and np.all(self.means[0] == -self.means[1]) and self.weights[0] == self.weights[1])

    def transformed(self, matrix: Any) -> GaussianMixture:
        """Return the mixture of ``M x``: rotations and rescalings, the twins that tests compare.

        Examples
        --------
        >>> GaussianMixture.symmetric_pair(1.0, 2).transformed([[0.0, -1.0], [1.0, 0.0]]).means.tolist()
        [[0.0, -1.0], [0.0, 1.0]]
        """
        M = _finite("matrix", matrix)
        if M.ndim != 2 or M.shape[1] != self.dimension:
            raise ValueError(f"a matrix of shape (..., {self.dimension}) is needed, got {M.shape}")
        chosen = [self.covariance(0)] if self.shared else [self.covariance(k) for k in range(self.classes)]
        moved = [M @ one @ M.T for one in chosen]
        moved = [(one + one.T) / 2 for one in moved]
        covariances = moved[0] if self.shared else np.stack(moved)
        kind = "tied" if self.shared else "full"
        return GaussianMixture(self.means @ M.T + 0.0, covariances, self.weights, kind)

    def relabelled(self, order: Sequence[int]) -> GaussianMixture:
        """Return the mixture whose class k is the present class ``order[k]``.

        Examples
        --------
        >>> GaussianMixture.symmetric_pair(1.0, 1).relabelled([1, 0]).means.tolist()
        [[1.0], [-1.0]]
        """
        index = list(order)
        if sorted(index) != list(range(self.classes)):
            raise ValueError(f"order must be a permutation of 0, ..., {self.classes - 1}, got {index}")
        covariances = self.covariances if self.shared else self.covariances[index]
        return GaussianMixture(self.means[index], covariances, self.weights[index], self.covariance_type)


def _finite(name: str, value: Any) -> Matrix:
    try:
        if np.iscomplexobj(value):
            raise TypeError
        array = np.array(value, dtype=np.float64)  # a copy, so that no caller can change the mixture
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of real numbers, got {type(value).__name__}") from None
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} must be finite, got {float(array[~np.isfinite(array)][0])!r}")
    return array


def _covariance_type(means: Matrix, covariances: Matrix, given: str) -> str:
    K, d = means.shape
    shapes = dict(zip(COVARIANCE_TYPES, ((K, d, d), (d, d), (K, d), (d,)), strict=True))
    if given and given not in shapes:
        raise ValueError(f"covariance_type must be one of {', '.join(COVARIANCE_TYPES)}, got {given!r}")
    fitting = [kind for kind, shape in shapes.items() if shape == covariances.shape and given in ("", kind)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise ValueError(
            f"covariances of shape {covariances.shape} for {K} classes in {d} dimensions are ambiguous:"
            " pass covariance_type='tied' for one matrix, 'diag' for the variances of each class",
        )
    allowed = shapes[given] if given else " or ".join(str(shape) for shape in shapes.values())
    raise ValueError(f"covariances must have shape {allowed}, got {covariances.shape}")


def _weights(given: Any, K: int) -> Matrix:
    if given is None:
        return np.full(K, 1 / K)
    weights = _finite("weights", given)
    total = float(np.sum(weights))
    if weights.shape != (K,) or np.any(weights < 0) or abs(total - 1) > WEIGHT_TOLERANCE:
        raise ValueError(f"weights must be {K} probabilities that sum to 1, got {weights.tolist()}")
    return weights / total


def _check_positive(covariances: Matrix, kind: str) -> None:
    """Raise where a covariance is not symmetric or not positive semidefinite."""
    tied = kind.startswith("tied")
    for k, one in enumerate(covariances[None] if tied else covariances):
        owner = "the common covariance" if tied else f"class {k}"
        if kind.endswith("diag"):
            smallest, allowed = float(np.min(one)), 0.0
        else:
            size = float(np.max(np.abs(one)))
            if np.max(np.abs(one - one.T)) > SYMMETRY_TOLERANCE * size:
                raise ValueError(f"covariances must be symmetric; {owner} is not")
            eigenvalues = np.linalg.eigvalsh((one + one.T) / 2)
            smallest, allowed = float(eigenvalues[0]), rounding_tolerance(len(one)) * float(np.abs(eigenvalues).max())
        if smallest < -allowed:
            raise NotPositive(owner, smallest)


def cholesky(covariance: Matrix) -> Matrix | None:
    """Return the Cholesky factor of a matrix, or None if it has none.

    Examples
    --------
    >>> cholesky(np.asarray([[4.0]])), cholesky(np.zeros((1, 1)))
    (array([[2.]]), None)
    """
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:
        return None


def _root(covariance: Matrix) -> Matrix:
    if (root := cholesky(covariance)) is not None:
        return root
    eigenvalues, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(eigenvalues, 0))
