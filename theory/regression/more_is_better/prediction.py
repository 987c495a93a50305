r"""Test and train error of ridge regression on random features, from the eigenvalues of the limiting kernel.

n samples, k random features, ridge delta, eigenvalues ``l_i`` of the limiting kernel, target ``sum_i v_i phi_i`` plus
noise of variance sigma^2. With ``z = sum l/(l + gamma)``, kappa and gamma solve

    n = z + delta/kappa,        k = z + k kappa/gamma.

In ``a = n - z``, ``b = k - z``, ``w = sum l gamma/(l + gamma)^2``, none of them negative, the errors are

    test = n (sum (gamma/(l + gamma))^2 v^2 + w/(b + w) sum l gamma/(l + gamma)^2 v^2 + sigma^2) / (a + w b/(b + w)),
    train = (a/n)^2 test,

sums of terms that are not negative; a and b come from their difference and their product, or, where n or k is not below
the number of modes, from what those leave, so that no digits cancel. Infinite k is kernel ridge regression. One
equation is left, ``a b gamma/k = delta``, whose left side increases in gamma where a and b are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from theory.arrays import Array, broadcast, is_array, quiet, real_arrays, require, restore
from theory.shown import Shown

__all__ = ["Eigenframework", "best_ridge", "eigenframework"]

_BLOCK = 1 << 20  # numbers in a block of (settings, eigenvalues)
_STEPS = 200  # of safeguarded Newton; about ten are taken, bisection of any bracket needs no more
_GRID, _FINE, _ZOOMS = 96, 12, 8  # steps of the grid for the best gamma and of its refinements; how many grids
_SMALL = 1e-8  # of the least eigenvalue: gammas below it count as 0
_EQUAL = 1e-12  # errors that differ by less: of two ridges 0 is then the best

Points = tuple[Array, Array, Array, Array]


@dataclass(frozen=True)
class Eigenframework(Shown):
    """Errors and what they follow from; numbers or arrays of the broadcast shape.

    Attributes
    ----------
    test_error, train_error : float or array
        Mean squared errors, the noise included.
    kappa, gamma : float or array
        The fixed point.
    modes : float or array
        ``z``, how many eigenmodes are learned: at most n and k.
    ridge : float or array
        As given, or the best.
    """

    test_error: Any
    train_error: Any
    kappa: Any
    gamma: Any
    modes: Any
    ridge: Any


@quiet
def eigenframework(
    eigenvalues: Any, coefficients: Any, samples: Any, features: Any, ridge: Any, noise_variance: Any = 0.0
) -> Eigenframework:
    r"""Return the errors of ridge regression on random features.

    Parameters
    ----------
    eigenvalues, coefficients : array, shape (P,)
        ``l_i > 0`` and ``v_i``, of the same length: a spectrum cut off at P is a problem with P modes.
    samples, features : number or array
        n and k > 0, ``inf`` included: infinite k is the kernel limit.
    ridge : number or array
        delta >= 0, beside the kernel ``f(x).f(x')/k``; at 0 the limit delta -> 0 is meant, with infinite test error
        where n = k is below P (unless labels are 0), or n is P, k at least as large, and there is noise. With
        infinite n it plays no part, unless infinite itself, which leaves the prediction 0.
    noise_variance : number or array
        sigma^2 >= 0. Samples, features, ridge and noise broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range, or the shapes do not fit.

    Notes
    -----
    Source: as usually quoted (paper key more_is_better), where it rests on the universality of random features; the
    form without cancellation is derived and decided equal to it.

    Examples
    --------
    >>> found = eigenframework([1.0] * 4, [0.5] * 4, samples=4, features=float("inf"), ridge=2.0, noise_variance=0.5)
    >>> round(found.gamma, 12), round(found.modes, 12), round(found.test_error, 12)
    (1.0, 2.0, 1.0)
    >>> eigenframework([1.0] * 9, [0.5] * 9, 4, 4, 0.0).test_error
    inf
    """
    xp, spectrum, points, scalar = _read(eigenvalues, coefficients, samples, features, ridge, noise_variance)
    shape = points[0].shape
    flat = tuple(xp.reshape(value, (-1,)) for value in points)
    rows = [_errors(xp, spectrum, piece, _gamma(xp, spectrum[0], *piece[:3])) for piece in _pieces(flat, spectrum)]
    return _result(xp, rows, flat[2], shape, scalar)


@quiet
def best_ridge(
    eigenvalues: Any, coefficients: Any, samples: Any, features: Any, noise_variance: Any = 0.0
) -> Eigenframework:
    r"""Return the errors at the ridge >= 0 with the least test error.

    Parameters
    ----------
    eigenvalues, coefficients, samples, features, noise_variance
        As for `eigenframework`.

    Raises
    ------
    ValueError
        As for `eigenframework`.

    Notes
    -----
    At fixed gamma the test error increases neither in n nor in k, and a larger n or k leaves more gammas within reach:
    so the best test error increases in neither. Without a target the ridge is infinite. The search is over gamma: a
    grid, refined about its best; of several minima nearly as deep it may take the wrong one. Source: derived (paper
    key more_is_better).

    Examples
    --------
    >>> best = best_ridge([1.0] * 4, [0.5] * 4, samples=8, features=float("inf"), noise_variance=0.5)
    >>> round(best.ridge, 6)
    2.0
    """
    xp, spectrum, points, scalar = _read(eigenvalues, coefficients, samples, features, 0.0, noise_variance)
    shape = points[0].shape
    flat = tuple(xp.reshape(value, (-1,)) for value in points)
    rows, ridges = [], []
    for piece in _pieces(flat, spectrum):
        chosen = _least(xp, spectrum, piece)
        found = _errors(xp, spectrum, chosen, _gamma(xp, spectrum[0], *chosen[:3]))
        rows.append(found)
        ridges.append(chosen[2])
    return _result(xp, rows, xp.concat(ridges), shape, scalar)


_RANGES = {"samples": "> 0", "features": "> 0", "ridge": ">= 0", "noise_variance": "finite and >= 0"}


def _read(
    eigenvalues: Any, coefficients: Any, *settings: Any
) -> tuple[Any, tuple[Array, Array], tuple[Array, ...], bool]:
    xp, arrays, _ = real_arrays(eigenvalues, coefficients, *settings)
    lam, given = arrays[0], arrays[1]
    if lam.ndim != 1 or lam.shape != given.shape or not lam.shape[0]:
        raise ValueError(
            "eigenvalues and coefficients must be two lists of the same length >= 1, "
            f"got shapes {tuple(lam.shape)} and {tuple(given.shape)}"
        )
    require(xp, (lam > 0) & xp.isfinite(lam), lam, "eigenvalues", "positive and finite")
    require(xp, xp.isfinite(given), given, "coefficients", "finite")
    for (name, allowed), value in zip(_RANGES.items(), arrays[2:], strict=True):
        holds = value > 0 if allowed == "> 0" else value >= 0
        holds = holds & xp.isfinite(value) if name == "noise_variance" else holds
        require(xp, holds, value, name, allowed)
    points = broadcast(xp, **dict(zip(_RANGES, arrays[2:], strict=True)))
    scalar = not any(is_array(value) or isinstance(value, list | tuple) for value in settings)
    order = xp.argsort(lam, descending=True)
    return xp, (xp.take(lam, order), xp.take(given, order) ** 2), tuple(points), scalar


def _pieces(flat: tuple[Array, ...], spectrum: tuple[Array, Array]) -> list[Any]:
    step = max(1, _BLOCK // int(spectrum[0].shape[0]))
    size = int(flat[0].shape[0])
    return [tuple(value[i : min(i + step, size)] for value in flat) for i in range(0, max(size, 1), step)]


def _result(xp: Any, rows: list[Any], ridge: Array, shape: Any, scalar: bool) -> Eigenframework:
    columns = [xp.concat(list(parts)) for parts in zip(*rows, strict=True)]
    return Eigenframework(*(restore(xp.reshape(value, shape), scalar) for value in (*columns, ridge)))


def _shares(lam: Array, gamma: Array) -> tuple[Array, Array]:
    """Return ``l/(l + gamma)`` and ``gamma/(l + gamma)``, also at 0 and infinity."""
    ratio = gamma[:, None] / lam
    return 1 / (1 + ratio), 1 / (1 + 1 / ratio)


def _unused(xp: Any, number: Array, shares: tuple[Array, Array]) -> Array:
    """Return ``number - z``, where it is at least the number of modes P as ``number - P`` and what they leave."""
    learned, left = shares
    modes = left.shape[-1]
    return xp.where(number >= modes, number - modes + xp.sum(left, axis=-1), number - xp.sum(learned, axis=-1))


def _gamma(xp: Any, lam: Array, n: Array, k: Array, ridge: Array) -> Array:
    """Return the root gamma; 0 or infinite where it is a limit."""
    zero, infinite = xp.zeros_like(n), xp.full_like(n, float("inf"))
    ridge = xp.where(xp.isinf(n) & xp.isfinite(ridge), zero, ridge)
    count, most = lam.shape[0], xp.minimum(n, k)
    above = xp.floor(xp.minimum(most, zero + count)) + 1  # the first number of modes above n or k
    last = xp.take(lam, xp.astype(xp.minimum(above, zero + count), xp.int64) - 1)
    low = xp.where(count > most, last * (above - most) / most, zero)  # here z is at least n or k
    low = xp.maximum(low, xp.where(ridge > 0, ridge / n, zero))
    trace = xp.sum(lam)
    high = xp.where(ridge > 0, ridge / n + trace / n + trace / k, trace / most)
    special = (low == 0) | xp.isinf(ridge)
    one = xp.ones_like(n)
    u = _newton(
        xp, lam, (n, k, xp.where(special, one, ridge)), xp.log(xp.where(special, one, low)) - 1e-3,
        xp.log(xp.where(special, one + 1, high)) + 1e-3,
    )  # fmt: skip
    return xp.where(special, xp.where(xp.isinf(ridge), infinite, zero), xp.exp(u))


def _newton(xp: Any, lam: Array, setting: tuple[Array, Array, Array], low: Array, high: Array) -> Array:
    """Return the root in log gamma: Newton's method, bisection where it would leave the bracket."""
    tolerance = 4 * float(xp.finfo(low.dtype).eps)
    u, settled = high, xp.zeros_like(high) > 0
    for _ in range(_STEPS):
        value, slope = _excess(xp, lam, setting, u)
        low, high = xp.where(value < 0, u, low), xp.where(value < 0, high, u)
        new = u - value / slope
        new = xp.where((new > low) & (new < high), new, (low + high) / 2)
        new = xp.where(settled | (value == 0), u, new)  # so that no root depends on its neighbours
        settled = settled | (xp.abs(new - u) <= tolerance * (1 + xp.abs(u)))
        u = new
        if bool(xp.all(settled)):
            break
    return u


def _excess(xp: Any, lam: Array, setting: tuple[Array, Array, Array], u: Array) -> tuple[Array, Array]:
    """Return ``log(a b gamma/(k ridge))``, or ``log(min(n, k)/z)`` without ridge, and the slope in log gamma."""
    n, k, ridge = setting
    shares = _shares(lam, xp.exp(u))
    z, w = xp.sum(shares[0], axis=-1), xp.sum(shares[0] * shares[1], axis=-1)
    a, b = _unused(xp, n, shares), xp.where(xp.isinf(k), xp.ones_like(k), _unused(xp, k, shares) / k)
    inside = (a > 0) & (b > 0)
    value = xp.log(xp.where(inside, a, 1 + 0 * a)) + xp.log(xp.where(inside, b, 1 + 0 * b)) + u - xp.log(ridge)
    value = xp.where(inside, value, xp.full_like(value, -float("inf")))
    plain = ridge == 0
    return (
        xp.where(plain, xp.log(xp.minimum(n, k) / z), value),
        xp.where(plain, w / z, 1 + w / a + xp.where(xp.isinf(k), 0 * w, w / (k * b))),
    )


def _errors(xp: Any, spectrum: tuple[Array, Array], points: Points, gamma: Array) -> tuple[Array, ...]:
    """Return test error, train error, kappa, gamma and z."""
    lam, power = spectrum
    n, k, ridge, noise = points
    zero, one, nothing = xp.zeros_like(n), xp.ones_like(n), xp.isinf(ridge)
    learned, left = _shares(lam, gamma)
    z = xp.sum(learned, axis=-1)
    a, b = _rests(xp, (n, k, ridge), gamma, (learned, left))
    limit = xp.where((k == n) & (noise == 0), n * xp.sum(power / lam) / (3 * xp.sum(1 / lam)), zero)
    test = _test_error(xp, power, (n, k, noise), (learned, left), (a, b))
    test = xp.where((gamma == 0) & (a == 0) & (noise == 0), limit, test)  # all modes learned, exactly n of them
    test = xp.where(nothing, xp.sum(power) + noise, test)
    rest = xp.where(xp.isinf(n) | nothing, one, a / n)
    train = xp.where(rest > 0, rest**2 * test, zero)
    kappa = xp.where(xp.isinf(n), zero, xp.where(xp.isinf(k), gamma, gamma * (b / k)))
    return test, train, xp.where(nothing, ridge, kappa), gamma, z


def _rests(
    xp: Any, setting: tuple[Array, Array, Array], gamma: Array, shares: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Return ``n - z`` and ``k - z`` by their difference and their product, which is ``k ridge/gamma``."""
    n, k, ridge = setting
    inner = (gamma > 0) & xp.isfinite(n) & xp.isfinite(k)
    apart = xp.where(inner, k - n, xp.zeros_like(n))
    product = xp.where(inner, k * (ridge / gamma), xp.ones_like(n))
    root = xp.hypot(apart, 2 * xp.sqrt(product))
    large = (root + xp.abs(apart)) / 2
    small = xp.where(large > 0, product / large, xp.zeros_like(n))
    a, b = xp.where(apart >= 0, small, large), xp.where(apart >= 0, large, small)
    known = [xp.maximum(_unused(xp, number, shares), xp.zeros_like(number)) for number in (n, k)]
    single = xp.where(xp.isinf(k) & (gamma > 0) & xp.isfinite(n), ridge / gamma, known[0])
    return xp.where(inner, a, single), xp.where(inner, b, known[1])


def _test_error(
    xp: Any,
    power: Array,
    setting: tuple[Array, Array, Array],
    shares: tuple[Array, Array],
    rests: tuple[Array, Array],
) -> Array:
    """Return the test error from the shares of each mode and the rests of n and k."""
    (n, k, noise), (learned, left), (a, b) = setting, shares, rests
    w = xp.sum(learned * left, axis=-1)
    kernel = xp.isinf(k) | (b + w == 0)
    part = xp.where(kernel, xp.zeros_like(w), w / (b + w))
    free = xp.where(kernel, xp.ones_like(w), b / (b + w))
    slack = xp.where(xp.isinf(n), xp.ones_like(n), (a + w * free) / n)
    top = xp.sum(left**2 * power, axis=-1) + part * xp.sum(learned * left * power, axis=-1) + noise
    none = xp.where(top > 0, xp.full_like(top, float("inf")), xp.zeros_like(top))
    return xp.where(slack > 0, top / slack, none)


def _least(xp: Any, spectrum: tuple[Array, Array], points: Points) -> Points:
    """Return the points with the ridge of the least test error."""
    scale, power = spectrum[0][0], spectrum[1]
    lam = spectrum[0] / scale  # so that no square is too large
    n, k, _, noise = points
    zero = xp.zeros_like(n)
    first, total, trace = xp.sum(lam * power), xp.sum(power) + noise, xp.sum(lam)
    far = 3 * xp.sum(lam**2 * power) + trace * first / k + total * (xp.sum(lam**2) + trace**2 / k) / n
    far = far / xp.where(first > 0, first, 1 + first) + lam[0] + trace / xp.minimum(n, k)
    bottom = _gamma(xp, lam, n, k, zero)
    low, high = xp.log(xp.maximum(bottom, zero + lam[-1] * _SMALL)), xp.log(10 * far)
    best_u, cells = low, _GRID
    for _ in range(_ZOOMS):
        best, step, start = xp.full_like(n, float("inf")), (high - low) / cells, low
        for i in range(cells + 1):
            u = start + i * step
            found = _free_error(xp, (lam, power), points, xp.exp(u))[0]
            best_u, best = xp.where(found < best, u, best_u), xp.where(found < best, found, best)
        low, high, cells = xp.maximum(low, best_u - step), xp.minimum(high, best_u + step), _FINE
    ridge = _free_error(xp, (lam, power), points, xp.exp(best_u))[1]
    least, chosen = (
        _errors(xp, (lam, power), (n, k, value, noise), _gamma(xp, lam, n, k, value))[0] for value in (zero, ridge)
    )
    ridge = xp.where(least <= chosen * (1 + _EQUAL), zero, ridge * scale)
    return n, k, xp.where(first > 0, ridge, zero + float("inf")), noise


def _free_error(xp: Any, spectrum: tuple[Array, Array], points: Points, gamma: Array) -> tuple[Array, Array]:
    """Return the test error at gamma and the ridge that belongs to it."""
    lam, power = spectrum
    n, k, _, noise = points
    shares, zero = _shares(lam, gamma), xp.zeros_like(gamma)
    a, b = (xp.maximum(_unused(xp, number, shares), zero) for number in (n, k))
    ridge = xp.where(xp.isinf(n), zero, a * xp.where(xp.isinf(k), zero + 1, b / k) * gamma)
    return _test_error(xp, power, (n, k, noise), shares, (a, b)), ridge
