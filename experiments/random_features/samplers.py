"""What the claim on random features that is decided by sampling draws: whether a draw is near what is predicted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from experiments.random_features.simulation import Problem, Setting, simulate
from experiments.streams import Stream
from theory.regression.more_is_better import eigenframework

__all__ = ["LIMITS", "near_prediction"]

LIMITS = ("random features", "kernel")


def near_prediction(
    stream: Stream,
    replicates: range,
    *,
    modes: int,
    alpha: float,
    beta: float,
    noise: float,
    samples: int,
    features: int,
    ridge: float,
    margin: float,
    limit: str,
) -> NDArray[np.float64]:
    """Return 1 where test and train error are both within a share ``margin`` of the prediction, else 0; shape (R,).

    Parameters
    ----------
    limit : {"random features", "kernel"}
        What is predicted: errors with k features, or with infinitely many.
    """
    if limit not in LIMITS:
        raise ValueError(f"limit must be one of {', '.join(LIMITS)}, got {limit!r}")
    problem = Problem.power_law(modes, alpha, beta, noise)
    number = float(features) if limit == LIMITS[0] else math.inf
    said = eigenframework(problem.eigenvalues, problem.coefficients, float(samples), number, ridge, noise)
    found = simulate(problem, [Setting(samples, features, ridge)], replicates=replicates, seed=stream.seed)
    off = [np.abs(found.test[0] / said.test_error - 1), np.abs(found.train[0] / said.train_error - 1)]
    return np.asarray(np.max(off, axis=0) <= margin, dtype=np.float64)
