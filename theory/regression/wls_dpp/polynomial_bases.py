r"""Orthonormal polynomials of three probability measures, and the law of optimal sampling in closed form.

All three measures are symmetric, so that :math:`x\varphi_j=b_{j+1}\varphi_{j+1}+b_j\varphi_{j-1}`. The distribution
function of the density :math:`k_m/m`, :math:`k_m=\sum_{j<m}\varphi_j^2`, is a telescoping sum: for Legendre polynomials
by :math:`[x(P_j^2+P_{j-1}^2)-2P_jP_{j-1}]'=(2j+1)P_j^2-(2j-1)P_{j-1}^2`, for Hermite polynomials by
:math:`(h_jh_{j-1}\phi)'=\sqrt j\,(h_{j-1}^2-h_j^2)\phi` with :math:`\phi` the normal density.

Points of the measures on [-1, 1] are written :math:`x=-\cos t`: in the angle t the density is at most 2/pi for every m.
"""

from __future__ import annotations

import math

from theory.arguments import whole
from theory.arrays import Array, namespace
from theory.classification.gaussian_tail import normal_tail

__all__ = ["NAMES", "angles_end", "cumulative", "density", "evaluate", "off_diagonal", "point"]

NAMES = ("legendre", "chebyshev", "hermite")
MOST_HERMITE = 200
"""Up to this dimension no product of Hermite polynomials overflows where the law k_m/m has points."""


def _known(name: str, m: int) -> None:
    if name not in NAMES:
        raise ValueError(f"the basis must be one of {', '.join(NAMES)}, got {name!r}")
    if whole("the dimension m", m) > MOST_HERMITE and name == "hermite":
        raise ValueError(f"the dimension m of Hermite polynomials must be at most {MOST_HERMITE}, got {m!r}")


def off_diagonal(name: str, j: int) -> float:
    """Return the coefficient b_j, j >= 1, of the recurrence: j/sqrt(4 j^2 - 1), 1/2 (first 1/sqrt 2), or sqrt j."""
    _known(name, j)
    if name == "legendre":
        return j / math.sqrt(4 * j * j - 1)
    if name == "hermite":
        return math.sqrt(j)
    return math.sqrt(0.5) if j == 1 else 0.5


def evaluate(name: str, m: int, x: Array) -> Array:
    r"""Return the orthonormal polynomials of degrees 0, ..., m-1.

    Parameters
    ----------
    name
        ``"legendre"`` (uniform law on [-1, 1]), ``"chebyshev"`` (arcsine law there) or ``"hermite"`` (standard normal).
    m
        Dimension of the space.
    x
        Floating array of any shape and namespace.

    Returns
    -------
    array of shape (\*x.shape, m)

    Raises
    ------
    ValueError
        If the name is unknown, m < 1, or m > 200 for Hermite polynomials, which overflow beyond.

    Examples
    --------
    >>> import numpy as np
    >>> evaluate("legendre", 3, np.asarray([1.0]))[0] ** 2
    array([1., 3., 5.])
    """
    _known(name, m)
    xp = namespace(x)
    columns = [xp.ones_like(x)]
    for j in range(1, m):
        column = x * columns[-1]
        if j > 1:
            column = column - off_diagonal(name, j - 1) * columns[-2]
        columns.append(column / off_diagonal(name, j))
    return xp.stack(columns, axis=-1)


def point(name: str, t: Array) -> Array:
    """Return the point of a coordinate: -cos t on [-1, 1], t itself for the normal measure."""
    _known(name, 1)
    return t if name == "hermite" else -namespace(t).cos(t)


def angles_end(name: str, m: int) -> tuple[float, float]:
    """Return the range of the coordinate; beyond that of the normal measure lies less than 1e-16 of the law k_m/m.

    Examples
    --------
    >>> angles_end("hermite", 1)
    (-12.0, 12.0)
    """
    _known(name, m)
    far = 2 * math.sqrt(m) + 10
    return (-far, far) if name == "hermite" else (0.0, math.pi)


def density(name: str, m: int, t: Array) -> Array:
    """Return the density of optimal sampling, k_m/m times the measure's own, in the coordinate t of `angles_end`."""
    xp, x = namespace(t), point(name, t)
    mean = xp.sum(evaluate(name, m, x) ** 2, axis=-1) / m
    if name == "hermite":
        return mean * xp.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return mean * xp.sin(t) / 2 if name == "legendre" else mean / math.pi


def cumulative(name: str, m: int, t: Array) -> Array:
    """Return the distribution function of optimal sampling in the coordinate t, constant beyond `angles_end`.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(cumulative("legendre", 4, np.asarray(np.pi / 2))), 12)
    0.5
    """
    xp, ends = namespace(t), angles_end(name, m)
    t = xp.clip(t, *ends)
    x = point(name, t)
    if name == "chebyshev":
        return (m * t + sum((xp.sin(2 * j * t) / (2 * j) for j in range(1, m)), 0 * t)) / (m * math.pi)
    values, total = evaluate(name, m, x), 0 * t
    for j in range(1, m):
        now, before = values[..., j], values[..., j - 1]
        if name == "hermite":
            total = total + (m - j) * now * before / math.sqrt(j)
        else:
            now, before = now / math.sqrt(2 * j + 1), before / math.sqrt(2 * j - 1)
            total = total + (m - j) * (x * (now**2 + before**2) - 2 * now * before)
    if name == "legendre":
        return xp.sin(t / 2) ** 2 + total / (2 * m)
    return normal_tail(-x) - xp.exp(-x * x / 2) / math.sqrt(2 * math.pi) * total / m
