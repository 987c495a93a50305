"""A search for posteriors of several classes at which a comp-sum loss regrets less than at two classes.

Floating point throughout: what it finds is an estimate of an upper bound of the calibration function, nothing
more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize

from theory.classification.margin import from_formula
from theory.engine.terms import Term, to_sympy

BETAS = (0.2, 0.5, 0.8)
Vector = np.ndarray[Any, np.dtype[np.float64]]


def least_ratio(term: Term, n: int) -> tuple[float, float, list[float]]:
    """Return the least ratio found of an n-class regret to the two-class one, with beta and the posterior.

    Examples
    --------
    >>> ratio, beta, p = least_ratio(["log", ["+", 1, "u"]], 3)
    >>> 0.99 < ratio <= 1.0
    True
    """
    import sympy

    phi = from_formula(to_sympy(term, lambda name: sympy.Symbol(name, real=True)))
    best = (1.0, BETAS[0], [(1 + BETAS[0]) / 2, (1 - BETAS[0]) / 2])
    for beta in BETAS:
        base = _regret(phi, np.array([(1 + beta) / 2, (1 - beta) / 2]))
        for p in _posteriors(beta, min(n, 4)):
            value = _regret(phi, p)
            if base > 1e-6 and value / base < best[0]:
                best = (value / base, beta, p.tolist())
    return best


def _posteriors(beta: float, n: int) -> list[Vector]:
    """Return p with p_1 - p_2 = beta and p_1 largest: the rest equal, over few or all other classes."""
    found = []
    for others in range(1, n - 1):
        lowest = max(beta, (1 + beta) / (2 + others))  # p_2 >= 0, and no other class above p_1
        for x in np.linspace(lowest, (1 + beta) / 2, 6)[:-1]:
            rest = (1 + beta - 2 * x) / others
            found.append(np.array([x, x - beta, *[rest] * others]))
    return found


def _regret(phi: Any, p: Vector) -> float:
    """Return the least risk with class 2 predicted minus the least risk, both by local minimisation in the scores."""
    n = len(p)

    def risk(scores: Vector) -> float:
        odds = np.exp(scores[None, :] - scores[:, None])
        values = phi(np.sum(odds, axis=1) - 1)
        return float(np.sum(np.where(p > 0, p * values, 0.0)))

    bounds = [(-12.0, 12.0)] * n
    above = [{"type": "ineq", "fun": lambda s, j=j: s[1] - s[j]} for j in range(n) if j != 1]
    start = np.log(np.maximum(p, 1e-3))
    tied = np.where(start > start[1], (start[0] + start[1]) / 2, start)
    tied[:2] = (start[0] + start[1]) / 2
    options = {"maxiter": 200, "ftol": 1e-13}
    with np.errstate(all="ignore"):
        free = min(minimize(risk, s, bounds=bounds, method="SLSQP", options=options).fun for s in (start, 2 * start))
        held = min(
            minimize(risk, s, bounds=bounds, constraints=above, method="SLSQP", options=options).fun
            for s in (tied, 2 * tied)
        )
    return max(float(held - free), 0.0)
