r"""The penalty on the gradient norm of a surrogate, as numbers: its gradient by one more gradient, exact and the error.

The gradient of :math:`\|\nabla G\|` is :math:`H g/\|g\|`, :math:`g=\nabla G`, H the Hessian. It is computed as
:math:`(\nabla G(\phi+r\,g/\|g\|)-g)/r`, off by at most :math:`M_2r/2` where the Hessian is :math:`M_2`-Lipschitz.

Examples
--------
>>> import numpy as np
>>> def slope(phi):
...     return np.array([np.cos(phi[0]) * phi[1] ** 2 + phi[1], 2 * np.sin(phi[0]) * phi[1] + phi[0]])
>>> finite_difference(slope, np.array([0.7, -1.2]), 1e-6).round(4).tolist()
[0.9374, -1.183]
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact", "finite_difference", "multiplier_step", "penalised_gradient"]

Floats = NDArray[np.float64]
Slope = Callable[[Floats], Floats]


def finite_difference(slope: Slope, phi: Floats, r: float) -> Floats:
    """Return the gradient of the gradient's norm at phi by a difference of length r.

    Parameters
    ----------
    slope
        phi -> gradient of the surrogate.

    Raises
    ------
    ValueError
        If r is not positive and finite, or the gradient is not finite, or 0, where its norm has no gradient.
    """
    if not 0 < r < math.inf:
        raise ValueError(f"r must be positive and finite, got {r!r}")
    g = slope(phi)
    found: Floats = (slope(phi + r * _unit(g)) - g) / r
    return found


def exact(g: Floats, hessian: Floats) -> Floats:
    """Return ``H g/|g|``.

    Raises
    ------
    ValueError
        If the gradient is 0 or not finite.
    """
    found: Floats = hessian @ _unit(g)
    return found


def penalised_gradient(
    loss_gradient: Floats, slope: Slope, phi: Floats, *, multiplier: float, rho: float, r: float
) -> Floats:
    """Return the gradient of loss + multiplier rho |grad G|, that of the norm by a finite difference."""
    found: Floats = loss_gradient + multiplier * rho * finite_difference(slope, phi, r)
    return found


def multiplier_step(multiplier: float, norm: float, *, rho: float, target: float, step: float, clip: bool) -> float:
    """Return ``multiplier + step (rho norm - target)``, cut off at 0 if ``clip``.

    Raises
    ------
    ValueError
        If the result is not finite.

    Examples
    --------
    >>> multiplier_step(0.1, 0.0, rho=1.0, target=0.5, step=1.0, clip=False)
    -0.4
    """
    moved = multiplier + step * (rho * norm - target)
    if not math.isfinite(moved):
        raise ValueError(f"the multiplier must be finite, got {moved!r} from {multiplier!r} and the norm {norm!r}")
    return max(0.0, moved) if clip else moved


def _unit(g: Floats) -> Floats:
    most = float(np.max(np.abs(g), initial=0.0))
    if not math.isfinite(most):
        raise ValueError("the gradient must be finite")
    if most == 0:
        raise ValueError("the gradient is 0: its norm has no gradient there")
    scaled = np.asarray(g) / most  # squares of very large or small entries are not floats
    found: Floats = scaled / np.linalg.norm(scaled)
    return found
