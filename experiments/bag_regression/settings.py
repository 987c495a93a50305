"""What is done with the labels, and how they are regressed on: one setting of a simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from theory.arguments import whole

__all__ = ["Setting", "best_ridge", "require_nonnegative", "require_privacy", "sensitivity"]

Clip = tuple[float, float]


@dataclass(frozen=True)
class Setting:
    """One estimator for labels that are averaged over bags, and made private.

    The estimator minimises L_bag + rho R + ridge |theta|^2 (see `experiments.bag_regression.bags`).

    Parameters
    ----------
    bag_size : int, >= 1
    rho : float, >= 0
        Weight of the spread within bags: 0 bag-level, 1 instance-level; larger ones are allowed.
    ridge : float, >= 0
        At 0, where the normal equations are singular, the limit ridge -> 0+ is meant.
    noise_variance : float, >= 0
        Of the labels.
    epsilon : float, > 0, optional
        If given, labels are clipped and average labels get Laplace noise of the scale sensitivity / (m epsilon).
    clip : (float, float), optional
        The interval that labels are clipped to before they are averaged; needed if epsilon is given, since the
        sensitivity is its length.

    Raises
    ------
    ValueError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> Setting(4, epsilon=1.0)
    Traceback (most recent call last):
        ...
    ValueError: under privacy (epsilon 1.0) labels must be clipped: give clip=(low, high)
    """

    bag_size: int
    rho: float = 0.0
    ridge: float = 0.0
    noise_variance: float = 1.0
    epsilon: float | None = None
    clip: Clip | None = None

    def __post_init__(self) -> None:
        whole("the bag size", self.bag_size, 1)
        for name in ("rho", "ridge", "noise_variance"):
            require_nonnegative(name, getattr(self, name))
        require_privacy(self.epsilon, self.clip)
        if self.clip is not None:  # a list that came from JSON would not do as part of a key
            object.__setattr__(self, "clip", (float(self.clip[0]), float(self.clip[1])))

    @property
    def noise_scale(self) -> float:
        """Return the scale of the Laplace noise of the sum of a bag's labels; 0 without privacy."""
        return 0.0 if self.epsilon is None or self.clip is None else sensitivity(self.clip) / self.epsilon

    @property
    def effective_noise(self) -> float:
        """Return the variance of noise a label that has the same effect: sigma^2 + 2 c^2 / (m epsilon^2).

        Exact where nothing is clipped and bags have one size.
        """
        return self.noise_variance + 2 * self.noise_scale**2 / self.bag_size


def sensitivity(clip: Clip) -> float:
    """Return by how much the sum of labels can change when one label does: the length of the interval.

    Examples
    --------
    >>> sensitivity((-1.0, 1.0)), sensitivity((0.0, 1.0))
    (2.0, 1.0)
    """
    return clip[1] - clip[0]


def best_ridge(psi: float, setting: Setting, signal_power: float = 1.0) -> float:
    """Return psi times the effective noise over the signal power: best for isotropic Gaussian features and rho = 0.

    Examples
    --------
    >>> best_ridge(0.25, Setting(2, noise_variance=2.0))
    0.5
    """
    if not signal_power > 0:
        raise ValueError(
            f"signal_power must be positive: without a signal no ridge is large enough; got {signal_power!r}"
        )
    return psi * setting.effective_noise / signal_power


def require_nonnegative(name: str, value: Any) -> None:
    """Raise one ``ValueError`` unless the value is a finite number >= 0."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < math.inf:
        raise ValueError(f"{name} must be a finite number >= 0, got {value!r}")


def require_privacy(epsilon: Any, clip: Any) -> None:
    """Raise one ``ValueError`` unless the interval is one, and labels under privacy have one."""
    if clip is not None:
        ends = tuple(clip) if isinstance(clip, list | tuple) else ()
        numbers = all(isinstance(end, Real) and math.isfinite(end) for end in ends)
        if len(ends) != 2 or not numbers or not ends[0] < ends[1] or math.isinf(ends[1] - ends[0]):
            raise ValueError(f"clip must be a pair of finite numbers, low < high, got {clip!r}")
    if epsilon is None:
        return
    if isinstance(epsilon, bool) or not isinstance(epsilon, Real) or not 0 < float(epsilon) < math.inf:
        raise ValueError(f"epsilon must be a finite number > 0, or None for no privacy, got {epsilon!r}")
    if clip is None:
        raise ValueError(f"under privacy (epsilon {epsilon!r}) labels must be clipped: give clip=(low, high)")
    scale = float(sensitivity(clip)) / float(epsilon)
    if math.isinf(2 * scale * scale):
        raise ValueError(f"epsilon must be larger beside the length of clip: the noise overflows, got {epsilon!r}")
