r"""Rigorous enclosures of the expected error of the plug-in rule, by two formulas that share nothing.

With W ~ N(a e, I_d), X ~ N(b e, I_d), a = sqrt(m) s, b = s, the error is ``P(W.X < 0)`` (`theory.mixtures.plug_in`).

*Series.* Given their lengths, the directions of W and X are independent and symmetric about e. With P_k the Legendre
polynomial of the sphere in d dimensions, P_k(1) = 1, of multiplicity ``N_k``, the Funk-Hecke formula gives

    1 - 2 P(W.X < 0) = sum over odd k of N_k l_k p_k(a) p_k(b),      p_k(a) = E P_k(cos of the angle of W and e),
    l_k = (-1)^j 2 Gamma(d/2)/sqrt(pi) 2^-k (2j)!/(j! Gamma(j + (d+1)/2)),   k = 2j + 1,
    p_k(a) = (a^2/2)^(k/2) Gamma((d+k)/2)/Gamma(d/2+k) 1F1(k/2; d/2+k; -a^2/2).

As ``N_k l_k^2 <= 1`` (Parseval), ``|p_k| <= 1`` and 1F1 <= 1 here, the remainder is below a geometric series.

*Contour.* The integral of ``M(t)/(2 pi i t)``, straight up from c to c + 2i and from there to infinity, where 1/t is
the variable. Integrals of analytic functions are enclosed by FLINT's ``acb.integral``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.arguments import whole

if TYPE_CHECKING:
    from flint import acb, arb

__all__ = ["contour_enclosure", "series_enclosure"]

_MOST_TERMS = 5000
_HEIGHT = 2  # where the path goes over to 1/t: above 1, so that 1 - 1/t^2 keeps a positive real part


def series_enclosure(d: int, m: Fraction, square: Fraction, bits: int) -> arb:
    """Enclose the error by the series; ``square`` is s^2, ``bits`` the working precision.

    Raises
    ------
    ValueError
        If d is not a whole number >= 1, or m or the squared separation is not positive.
    ArithmeticError
        If the series has not converged after 5000 terms.

    Examples
    --------
    >>> series_enclosure(50, Fraction(200), Fraction(9, 4), 128).str(12)
    '[0.0772139887119 +/- 6.78e-15]'
    """
    from flint import arb

    from theory.engine.provers.balls import rational, working

    d = _checked(d, m, square)
    with working(bits):
        near, far = (arb(rational(value)) for value in sorted((square / 2, m * square / 2)))
        total, tolerance = arb(0), arb(2) ** -bits
        for j in range(_MOST_TERMS):
            k = 2 * j + 1
            term = _weight(d, k) * _moment(d, k, far) * _moment(d, k, near)
            total = total - term if j % 2 else total + term
            if not total.is_finite():
                return total  # more bits are needed
            remainder = arb(0) if d == 1 else _remainder(d, k + 2, near)
            if remainder < tolerance:
                return (1 - total + arb(0, remainder.upper())) / 2
    raise ArithmeticError(f"the series has not converged after {_MOST_TERMS} terms at d = {d}, s^2 = {square}")


def contour_enclosure(d: int, m: Fraction, square: Fraction, bits: int) -> arb:
    """Enclose the error by the contour integral; the arguments are those of `series_enclosure`.

    Examples
    --------
    >>> contour_enclosure(50, Fraction(200), Fraction(9, 4), 128).overlaps(
    ...     series_enclosure(50, Fraction(200), Fraction(9, 4), 128)
    ... )
    True
    """
    from flint import acb, arb

    from theory.engine.provers.balls import rational, working

    d = _checked(d, m, square)
    with working(bits):
        s2, size = arb(rational(square)), arb(rational(m))
        A, B = s2 * (size + 1), s2 * size.sqrt()

        def finite(t: acb, analytic: bool) -> acb:
            p = 1 - t * t
            return p.rsqrt(analytic) ** d * ((A / 2 * t - B) * t / p).exp() / t

        def beyond(v: acb, analytic: bool) -> acb:
            p = 1 - v * v
            return acb(0, 1) ** d * v ** (d - 1) * p.rsqrt(analytic) ** d * (-(A / 2 - B * v) / p).exp()

        low = _crossing(d, float(m), float(square))
        corner = acb(low, _HEIGHT)
        goal: dict[str, Any] = {"rel_tol": arb(2) ** (24 - bits), "abs_tol": arb(2) ** -bits}
        whole = acb.integral(finite, acb(low), corner, **goal) + acb.integral(beyond, acb(0), 1 / corner, **goal)
        return whole.imag / arb.pi()


def _checked(d: int, m: Fraction, square: Fraction) -> int:
    d = whole("d", d)
    if not (m > 0 and square > 0):
        raise ValueError(f"m and the squared separation must be positive, got {m} and {square}")
    return d


def _multiplicity(d: int, k: int) -> int:
    """Return the dimension of the spherical harmonics of degree k >= 1 in d dimensions."""
    if d == 1:
        return 1 if k == 1 else 0
    return math.comb(k + d - 1, d - 1) - (math.comb(k + d - 3, d - 1) if k >= 2 else 0)


def _weight(d: int, k: int) -> arb:
    """Return N_k |l_k| for odd k."""
    from flint import arb, fmpq

    j = (k - 1) // 2
    central = fmpq(math.factorial(2 * j), math.factorial(j) * 2 ** (k - 1))
    return _multiplicity(d, k) * central * arb(fmpq(d, 2)).gamma() / (arb.pi().sqrt() * arb(fmpq(d + k, 2)).gamma())


def _moment(d: int, k: int, half_square: arb) -> arb:
    """Return p_k, as a function of half the squared non-centrality."""
    from flint import arb, fmpq

    return _bound(d, k, half_square) * (-half_square).hypgeom_1f1(arb(fmpq(k, 2)), arb(fmpq(d + 2 * k, 2)))


def _bound(d: int, k: int, half_square: arb) -> arb:
    from flint import arb, fmpq

    ratio = arb(fmpq(d + k, 2)).gamma() / arb(fmpq(d + 2 * k, 2)).gamma()
    return half_square.sqrt() ** k * ratio


def _remainder(d: int, k: int, half_square: arb) -> arb:
    """Bound the sum of the terms of degree k, k + 2, ... for d >= 2: the ratio of bounds does not increase with k."""
    from flint import arb, fmpq

    growth = fmpq(_multiplicity(d, k + 2), _multiplicity(d, k))
    ratio = arb(growth).sqrt() * half_square * fmpq(2 * (d + k), (d + 2 * k) * (d + 2 * k + 2))
    if not ratio < 1:
        return arb("inf")
    return arb(_multiplicity(d, k)).sqrt() * _bound(d, k, half_square) / (1 - ratio)


def _crossing(d: int, m: float, square: float) -> float:
    """Return a place in (0, 1) near the least value of M(t)/t; any is correct, this one loses no digits."""
    B, G = math.sqrt(m) * square, (math.sqrt(m) - 1) ** 2 * square
    low, high = 0.0, 1.0
    for _ in range(60):
        c = (low + high) / 2
        q = (1 - c) * (1 + c)
        if (d / q + G / q**2) * c * c - B * c / (1 + c) ** 2 < 1:
            low = c
        else:
            high = c
    return low
