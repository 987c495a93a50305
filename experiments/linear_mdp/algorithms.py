"""Learners of adversarial linear processes, with all their parameters declared.

Each keeps in every state the sum of estimated Q less bonus and plays by it: log barrier (Dai, Luo, Wei, Zimmert 2023),
exponential weights with magnitude-reduced estimates (the same paper), exponential weights with plain estimates (Luo,
Wei, Lee 2021); the uniform policy is the control.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["COVARIANCES", "LEARNERS", "Algorithm"]

LEARNERS = ("uniform", "log barrier", "exponential weights")
COVARIANCES = ("exact", "samples", "resampling")


@dataclass(frozen=True)
class Algorithm:
    """A learner.

    Parameters
    ----------
    learner : {"log barrier", "exponential weights", "uniform"}
    eta : float, > 0
        The step.
    gamma : float, > 0
        The ridge of the covariance.
    beta : float, >= 0
        The factor of the bonus ``|phi|^2 + mean |phi|^2``, in the norm of the inverse covariance.
    reduced : bool
        Whether estimates are magnitude-reduced.
    covariance : {"exact", "samples", "resampling"}
        "exact": the limit of many simulated episodes. "samples": the mean over ``draws`` simulated episodes plus the
        ridge. "resampling": matrix geometric resampling with ``draws`` terms and rate 1/2. The reduction is exact, or
        the mean over as many episodes of their own.
    draws : int
        >= 1, or 0 for the exact covariance.

    Raises
    ------
    ValueError
        If one is out of its range; the message names it.

    Examples
    --------
    >>> Algorithm("log barrier", eta=0.1, gamma=0.0)
    Traceback (most recent call last):
        ...
    ValueError: gamma must be positive and finite: the covariance of a policy may be singular; got 0.0
    """

    learner: str
    eta: float = 1.0
    gamma: float = 1.0
    beta: float = 0.0
    reduced: bool = False
    covariance: str = "exact"
    draws: int = 0

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ValueError(f"learner must be one of {', '.join(LEARNERS)}, got {self.learner!r}")
        if self.covariance not in COVARIANCES:
            raise ValueError(f"covariance must be one of {', '.join(COVARIANCES)}, got {self.covariance!r}")
        if not 0 < self.eta < math.inf:
            raise ValueError(f"eta must be positive and finite, got {self.eta!r}")
        if not 0 < self.gamma < math.inf:
            why = "the covariance of a policy may be singular"
            raise ValueError(f"gamma must be positive and finite: {why}; got {self.gamma!r}")
        if not 0 <= self.beta < math.inf:
            raise ValueError(f"beta must be nonnegative and finite, got {self.beta!r}")
        least, most = (0, 0) if self.covariance == "exact" else (1, 2**20)
        if isinstance(self.draws, bool) or not isinstance(self.draws, int) or not least <= self.draws <= most:
            raise ValueError(f"draws must be an int from {least} to {most} ({self.covariance}), got {self.draws!r}")
        if self.covariance == "resampling" and self.gamma > 1:
            raise ValueError(f"gamma must be at most 1 for resampling, else its factors grow; got {self.gamma!r}")

    @property
    def walks(self) -> int:
        """Episodes that are drawn for each that is played, that one included."""
        return 1 + self.draws * (2 if self.reduced else 1)

    def allowance(self, actions: int, episodes: int) -> tuple[float, float]:
        """Return the share that a comparator gives to all actions, and the penalty term of the pathwise inequality.

        The log barrier is infinite at single actions: comparators are ``(1 - 1/K) e_a + 1/(K A)``. Exponential weights
        take single actions, with the penalty ``log(A)/eta``.

        Examples
        --------
        >>> Algorithm("exponential weights", eta=0.5).allowance(2, 10) == (0.0, math.log(2) / 0.5)
        True
        """
        if self.learner != "log barrier":
            return 0.0, math.log(actions) / self.eta
        share = 1 / episodes
        corner = -math.log1p(share / actions - share) - (actions - 1) * math.log(share / actions)
        return share, (corner - actions * math.log(actions)) / self.eta
