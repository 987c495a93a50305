"""`transform` on many (beta, tau) pairs against a scipy minimisation for each pair, as ratios in one run."""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import minimize

from benchmarks.rows import Row
from theory.classification.calibration import transform

PAIRS = 1_000_000
POINTWISE = 40  # pairs for the slow alternative; its time is scaled
CLASSES = 3


def pointwise(beta: float, tau: float, n: int) -> float:
    """Minimise the conditional regret of one pair over posteriors and predictions (softmax parametrised)."""
    q = tau - 1.0

    def softmax(z: np.ndarray) -> np.ndarray:
        e = np.exp(z - z.max())
        return e / e.sum()

    def regret(z: np.ndarray) -> float:
        rest = softmax(np.append(z[: n - 2], 0.0))[: n - 2] * (1.0 - beta)  # mass of the unnamed classes
        x = (1.0 - rest.sum() + beta) / 2
        p = np.concatenate([[x, x - beta], rest])
        if p[1] < 0 or p[0] < p[2:].max(initial=0.0):
            return 10.0
        S = softmax(z[n - 2 :])
        S[1] = S.max()
        S = S / S.sum()
        norm = np.sum(p ** (1 / (2 - tau))) ** (2 - tau)
        return float((norm - np.sum(p * S**q)) / q)

    start = np.concatenate([np.full(n - 2, -3.0), np.zeros(n)])
    return float(minimize(regret, start, method="Nelder-Mead", options={"maxiter": 400}).fun)


def run(*, smoke: bool = False) -> list[Row]:
    """Return the row."""
    pairs, pointwise_pairs = (1000, 2) if smoke else (PAIRS, POINTWISE)
    rng = np.random.Generator(np.random.Philox(20260101))
    beta, tau = rng.uniform(0.05, 0.95, pairs), rng.uniform(1.05, 1.95, pairs)
    transform(beta[:1000], tau[:1000], CLASSES)
    start = time.perf_counter()
    exact = transform(beta, tau, CLASSES)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    found = [pointwise(b, t, CLASSES) for b, t in zip(beta[:pointwise_pairs], tau[:pointwise_pairs], strict=True)]
    theirs = (time.perf_counter() - start) / pointwise_pairs * pairs
    below = min(np.asarray(found) - exact[:pointwise_pairs])
    note = f"theirs scaled from {pointwise_pairs} pairs, and came no lower than {below:.1e} under the exact value"
    sizes = f"n = {CLASSES}, {pairs:,} pairs"
    return [Row("transform", ours, theirs, "scipy.optimize.minimize a pair", sizes, note, scaled=True)]
