"""Learners of adversarial linear processes, with all their parameters declared.

Each keeps in every state the sum of estimated Q less bonus and plays by it: log barrier (Dai, Luo, Wei, Zimmert 2023),
exponential weights with magnitude-reduced estimates (the same paper), exponential weights with plain estimates (Luo,
Wei, Lee 2021); the uniform policy is the control.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

__all__ = ["COVARIANCES", "LEARNERS", "NAMES", "Algorithm", "as_proved", "scaled"]

LEARNERS = ("uniform", "log barrier", "exponential weights")
NAMES = ("log barrier", "magnitude-reduced", "exponential weights", "uniform")
COVARIANCES = ("exact", "samples", "resampling")
_BONUS = 0.02  # of the bonus that the proofs ask for


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
        ridge. "resampling": matrix geometric resampling, ``c (I + X_1 + X_1 X_2 + ...)`` with c = 1/2 and ``draws``
        factors ``X = I - c (gamma I + phi phi')``, one term more; it need not be symmetric. The reduction is exact,
        or the mean over as many episodes of their own.
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
        given: dict[str, object] = {"eta": self.eta, "gamma": self.gamma, "beta": self.beta}
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, Real):
                raise ValueError(f"{name} must be a number, got {value!r}")
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


def as_proved(name: str, episodes: int, shape: tuple[int, int, int, int]) -> Algorithm:
    """Return a learner with step, ridge and bonus of its regret bound, as `theory.online.adversarial_mdp` tunes them.

    Parameters
    ----------
    name : {"log barrier", "magnitude-reduced"}
    episodes : int
        K.
    shape
        The sizes (H, S, A, d) of the process.

    Raises
    ------
    ValueError
        If no bound of the learner is on record, or a number is out of range.

    Examples
    --------
    >>> learner = as_proved("magnitude-reduced", 10_000, (3, 4, 3, 3))
    >>> learner.eta < 0.1 * scaled("magnitude-reduced", 10_000, (3, 4, 3, 3)).eta
    True
    """
    from theory.online.adversarial_mdp.regret_bounds import tuned_log_barrier, tuned_reduced

    tunings = {"log barrier": tuned_log_barrier, "magnitude-reduced": tuned_reduced}
    if name not in tunings:
        raise ValueError(f"name must be one of {', '.join(tunings)}, got {name!r}")
    length, _, actions, size = shape
    tuned = tunings[name](K=episodes, H=length, A=actions, d=size)
    learner = "log barrier" if name == "log barrier" else "exponential weights"
    reduced = name == "magnitude-reduced"
    return Algorithm(learner, eta=tuned.eta, gamma=tuned.gamma, beta=tuned.beta, reduced=reduced)


def scaled(name: str, episodes: int, shape: tuple[int, int, int, int], *, factor: float = 4.0) -> Algorithm:
    """Return a learner with steps of the order of the theory in K, H, A and d, larger by a factor, and a small bonus.

    With the constants of the proofs nothing is learned before some 10^5 episodes; these show rates earlier, and claim
    nothing. Ridges are where the conditions of the proofs leave them: eta H/sqrt(gamma) = 1 for magnitude-reduced
    estimates, eta H/gamma = 1 for plain ones, 1/K for the log barrier, which needs no condition.

    Parameters
    ----------
    name : {"log barrier", "magnitude-reduced", "exponential weights", "uniform"}
    episodes : int
        K.
    shape
        The sizes (H, S, A, d) of the process.
    factor
        Of the steps; for plain exponential weights, whose step is of the order K^(-2/3), four times as much.

    Raises
    ------
    ValueError
        If there is no such learner, or a number is out of range.

    Examples
    --------
    >>> learner = scaled("magnitude-reduced", 10_000, (3, 4, 3, 3))
    >>> round(learner.eta * 3 / learner.gamma**0.5, 12)
    1.0
    """
    if name not in NAMES:
        raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    if isinstance(episodes, bool) or not isinstance(episodes, int) or episodes < 1:
        raise ValueError(f"episodes must be an int >= 1, got {episodes!r}")
    if name == "uniform":
        return Algorithm("uniform")
    length, _, actions, size = shape
    log = max(math.log(actions), math.log(2))
    if name == "log barrier":
        eta = factor * math.sqrt(actions * math.log(max(episodes, 2)) / (size * episodes)) / length
        return Algorithm("log barrier", eta=eta, gamma=1 / episodes, beta=_BONUS * eta * length**2)
    if name == "magnitude-reduced":
        eta = factor * math.sqrt(log / (size * episodes)) / length
        gamma = (eta * length) ** 2
        return Algorithm("exponential weights", eta=eta, gamma=gamma, beta=_BONUS * eta * length**2, reduced=True)
    eta = 4 * factor * (log / (length**2 * size * episodes)) ** (2 / 3)
    return Algorithm("exponential weights", eta=eta, gamma=eta * length, beta=_BONUS * eta * length**2)
