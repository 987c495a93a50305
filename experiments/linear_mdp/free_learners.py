"""Learners without a simulator, with all their parameters; `experiments.linear_mdp.simulator_free` runs them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

__all__ = ["SimulatorFree", "scaled_free"]

LEARNERS = ("log barrier", "exponential weights")
_LEAST_RIDGE = 1e-9
_FEWEST, _POLICIES = 40, 4
_STEP, _BONUS, _EXPLORE = 80.0, 0.01, 0.5  # times the orders of the lemmas


@dataclass(frozen=True)
class SimulatorFree:
    """A learner that plays in epochs.

    Parameters
    ----------
    learner : {"log barrier", "exponential weights"}
    eta : float, > 0
        Step of an epoch.
    gamma : float, >= 1e-9
        Ridge of the covariance: a smaller one would be lost in rounding where an epoch visits too few features.
    beta : float, >= 0
        The factor of the bonus.
    width : int, >= 2
        Episodes W of an epoch, even.
    explore : float in [0, 1]
        The probability delta of exploring.
    policies, visits : int, >= 1
        Policies of the cover, and the episodes that each is learned from.
    known : float, > 0
        States whose features all have a squared norm of at most this, in the inverse that the cover ends with, get
        bonuses; others get none.

    Raises
    ------
    ValueError
        If one is out of its range.
    """

    learner: str
    eta: float
    gamma: float
    beta: float
    width: int
    explore: float
    policies: int = 4
    visits: int = 50
    known: float = math.inf

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {self.learner!r}")
        for name in ("eta", "gamma", "beta", "explore", "known"):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        for name, fine, allowed in (
            ("eta", 0 < self.eta < math.inf, "positive and finite"),
            ("gamma", 0 < self.gamma < math.inf, "positive and finite"),
            ("gamma", self.gamma >= _LEAST_RIDGE, f"at least {_LEAST_RIDGE}, as rounding hides a smaller ridge"),
            ("beta", 0 <= self.beta < math.inf, "nonnegative and finite"),
            ("explore", 0 <= self.explore <= 1, "a probability"),
            ("known", self.known > 0, "positive"),
        ):
            if not fine:
                raise ValueError(f"{name} must be {allowed}, got {getattr(self, name)!r}")
        for name, least in (("width", 2), ("policies", 1), ("visits", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be an int >= {least}, got {value!r}")
        if self.width % 2:
            raise ValueError(f"width must be even: halves of an epoch serve different estimates; got {self.width}")


def scaled_free(episodes: int, shape: tuple[int, int, int, int]) -> tuple[SimulatorFree, int]:
    """Return the log barrier with parameters of the order of the lemmas in K, and its number of epochs.

    Epochs are of sqrt K episodes, the ridge of 1/W, step and exploring of K^(-1/4)
    (`theory.online.adversarial_mdp.claims_mdp_free_epochs`); constants are chosen to show something early, and claim
    nothing: the ridge is below that of `claims_mdp_free_half`, and all states get bonuses. The cover takes some sqrt K
    episodes, and what whole epochs leave over.

    Parameters
    ----------
    episodes : int
        K, at least 40.
    shape
        The sizes (H, S, A, d) of the process.

    Raises
    ------
    ValueError
        If the episodes are too few, or the shape is not four sizes.

    Examples
    --------
    >>> learner, epochs = scaled_free(10_000, (3, 4, 3, 3))
    >>> learner.width, epochs, learner.policies * learner.visits + epochs * learner.width
    (100, 98, 10000)
    """
    if isinstance(episodes, bool) or not isinstance(episodes, int) or episodes < _FEWEST:
        raise ValueError(f"episodes must be an int >= {_FEWEST} without a simulator, got {episodes!r}")
    if len(shape) != 4 or min(shape) < 1:
        raise ValueError(f"shape must be the sizes (H, S, A, d), at least 1, got {shape!r}")
    width = 2 * max(1, math.isqrt(episodes) // 2)
    epochs = (episodes - 2 * math.isqrt(episodes)) // width
    rate = episodes**-0.25
    learner = SimulatorFree(
        "log barrier",
        eta=_STEP * rate / math.sqrt(shape[0]),
        gamma=1 / width,
        beta=_BONUS * rate,
        width=width,
        explore=_EXPLORE * rate,
        policies=_POLICIES,
        visits=(episodes - epochs * width) // _POLICIES,
    )
    return learner, epochs


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf
