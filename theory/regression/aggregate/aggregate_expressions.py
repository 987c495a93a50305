"""Exact expressions of the claims on learning from aggregate responses: fixed point, bias, variance, bag sizes.

beta = 1/m for bags of m units, psi = d/n, lam multiplies the squared norm and rho the regulariser of the
instance-level loss; v = 2 c^2/eps^2 is the private noise of a unit, c the sensitivity of a bag's sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = [
    "absolute",
    "bias_factor",
    "cubic",
    "curvature",
    "delta",
    "instance_risk",
    "laplace",
    "level",
    "optimal_share",
    "trace",
    "variance_factor",
]


def level(s: Any, lam: Any, beta: Any, rho: Any, psi: Any) -> sympy.Expr:
    """Return ``s (lam + beta/(1 + psi s) + (1 - beta) rho/(1 + rho psi s))``, which is 1 at the fixed point."""
    return lam * s + beta * s / (1 + psi * s) + (1 - beta) * rho * s / (1 + rho * psi * s)


def cubic(s: Any, lam: Any, beta: Any, rho: Any, psi: Any) -> sympy.Expr:
    """Return `level` less 1, times ``(1 + psi s)(1 + rho psi s)``: a polynomial that vanishes at the fixed point."""
    one, two = 1 + psi * s, 1 + rho * psi * s
    return (lam * s - 1) * one * two + beta * s * two + (1 - beta) * rho * s * one


def delta(s: Any, beta: Any, rho: Any, psi: Any) -> sympy.Expr:
    """Return Delta: minus the slope in s of ``1/s - level/s``."""
    return 1 / s**2 - beta * psi / (1 + psi * s) ** 2 - (1 - beta) * rho**2 * psi / (1 + rho * psi * s) ** 2


def trace(s: Any, beta: Any, psi: Any) -> sympy.Expr:
    """Return T, the limit of ``tr(Sigma_1 Q Sigma_1)/d``, Sigma_1 the scaled covariance of the bags' means."""
    return beta * psi * s / (1 + psi * s) + beta**2 * s / (1 + psi * s) ** 2


def variance_factor(s: Any, beta: Any, rho: Any, psi: Any) -> sympy.Expr:
    """Return the variance over ``sigma^2``."""
    return psi * beta / ((1 + psi * s) ** 2 * delta(s, beta, rho, psi))


def bias_factor(s: Any, beta: Any, rho: Any, psi: Any) -> sympy.Expr:
    """Return the bias over ``r^2``."""
    slope = beta * psi / (1 + psi * s) ** 2 + beta**2 * (1 - psi * s) / (1 + psi * s) ** 3
    return 1 - 2 * beta * s / (1 + psi * s) + slope / delta(s, beta, rho, psi)


def instance_risk(beta: Any, kappa: Any, power: Any, noise: Any, v: Any) -> sympy.Expr:
    """Return bias and variance of the instance-level loss without ridge, ``kappa = psi/(1 - psi)``, psi < 1."""
    return power * ((1 - beta) ** 2 + beta * (1 - beta) * kappa) + kappa * beta * (noise + v * beta)


def curvature(kappa: Any, power: Any, v: Any) -> sympy.Expr:
    """Return half of the second derivative of `instance_risk` in beta."""
    return power * (1 - kappa) + kappa * v


def optimal_share(kappa: Any, power: Any, noise: Any, v: Any) -> sympy.Expr:
    """Return the stationary point of `instance_risk`, ``1/m*``."""
    return (power * (2 - kappa) - kappa * noise) / (2 * curvature(kappa, power, v))


def absolute(x: Any) -> sympy.Expr:
    """Return ``|x|`` by the positive part."""
    import sympy

    return 2 * sympy.Max(x, 0) - x


def laplace(distance: Any, scale: Any) -> sympy.Expr:
    """Return the Laplace density at a distance from its centre."""
    import sympy

    return sympy.exp(-distance / scale) / (2 * scale)
