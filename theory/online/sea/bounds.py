r"""The SEA regret bounds as objects with their assumptions: published constants and the sharper ones derived here.

The stochastically extended adversary draws ``f_t`` from a distribution with mean ``F_t``, which it may choose round by
round. ``sigma_sq`` is the expected sum over rounds of the largest variance of the gradient, ``Sigma_sq`` the expected
sum over rounds 2 to T of the largest squared drift of the mean gradient; the first round is paid for by G. The
comparator is fixed, but for `dynamic`. The closing steps are claims (``claims_sea_*``, ``claims_ensemble_bound``), the
pathwise ones too (``claims_omd_rounds``).
"""

from __future__ import annotations

import math
from typing import Any

from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.online.bounds import RegretBound, checked

__all__ = [
    "convex",
    "convex_unsplit",
    "dynamic",
    "exp_concave",
    "strongly_convex",
    "strongly_convex_published",
    "strongly_convex_rounds",
]

_BASEL = math.pi**2 / 6 - 1  # sum of 1/t^2 from t = 2 on

_ALWAYS = (
    "the decision set is convex with diameter at most D",
    "gradients of the drawn losses are at most G on the set",
    "each mean loss F_t is L-smooth",
    "the comparator is fixed, or the distributions are fixed in advance",
    "sigma_sq is summed over rounds 1 to T, Sigma_sq over rounds 2 to T",
)
_CONVEX = (*_ALWAYS, "each mean loss F_t is convex", "steps D/sqrt(delta + 4 G^2 + V_{t-1}) with delta = 10 D^2 L^2")
_DYNAMIC = (
    *_ALWAYS[:3],
    "the comparators are fixed in advance, one a round, and P is the length of their path",
    _ALWAYS[4],
    "each mean loss F_t is convex",
    "the ensemble of theory.online.sea.ensemble, of that many learners, tuned with these D, L, G and the rounds T",
)
_STRONG = (*_ALWAYS, "each mean loss F_t is lam-strongly convex", "steps 2/(lam t)")
_EXP_CONCAVE = (
    *_ALWAYS,
    "each drawn loss f_t is alpha-exp-concave",
    "beta = min(1/(4 G D), alpha)/2 and H_t = (1 + beta G^2/2) I + (beta/2) sum_{s<t} g_s g_s'",
)


def _bound(
    name: str, terms: dict[str, Array], given: dict[str, Any], assumptions: tuple[str, ...], scalar: bool, form: str
) -> RegretBound:
    restored = {key: restore(term, scalar) for key, term in terms.items()}
    return RegretBound(f"expected regret of optimistic {name}", restored, given, assumptions, "sea", form)


@quiet
def convex(*, D: Any, L: Any, G: Any, sigma_sq: Any, Sigma_sq: Any) -> RegretBound:
    """Return the published bound for convex mean losses.

    ``5 sqrt(10) D^2 L + (5 sqrt(5)/2) D G + 5 sqrt(2) D sqrt(sigma_sq) + 5 D sqrt(Sigma_sq)``, and
    L = 0 is the limit. See `theory.online.sea.numbers`.

    Examples
    --------
    >>> sorted(convex(D=2, L=1, G=1, sigma_sq=4, Sigma_sq=9).terms)
    ['drift', 'gradient', 'noise', 'smoothness']
    """
    given = {"D": D, "L": L, "G": G, "sigma_sq": sigma_sq, "Sigma_sq": Sigma_sq}
    xp, p, scalar = checked(("D",), **given)
    terms = {
        "smoothness": 5 * 10**0.5 * p["D"] ** 2 * p["L"],
        "gradient": 2.5 * 5**0.5 * p["D"] * p["G"],
        "noise": 5 * 2**0.5 * p["D"] * xp.sqrt(p["sigma_sq"]),
        "drift": 5 * p["D"] * xp.sqrt(p["Sigma_sq"]),
    }
    return _bound("gradient descent, convex", terms, given, _CONVEX, scalar, "as usually quoted")


@quiet
def convex_unsplit(*, D: Any, L: Any, G: Any, sigma_sq: Any, Sigma_sq: Any) -> RegretBound:
    """Return the sharper bound for the same algorithm, with the root kept whole.

    ``(5/2) D sqrt(10 D^2 L^2 + 5 G^2 + 4 sigma_sq + 3 Sigma_sq) - (43/24) sqrt(10) D^2 L``.

    Examples
    --------
    >>> given = dict(D=2, L=1, G=1, sigma_sq=4, Sigma_sq=9)
    >>> float(convex_unsplit(**given)) < float(convex(**given)) / 2
    True
    """
    given = {"D": D, "L": L, "G": G, "sigma_sq": sigma_sq, "Sigma_sq": Sigma_sq}
    xp, p, scalar = checked(("D",), **given)
    smooth = 10**0.5 * p["D"] * p["L"]
    variation = 5 * p["G"] ** 2 + 4 * p["sigma_sq"] + 3 * p["Sigma_sq"]
    total = xp.hypot(smooth, xp.sqrt(variation)) + smooth
    added = variation / xp.where(total > 0, total, xp.ones_like(total))  # of the root, without cancellation
    terms = {"smoothness": 17 / 24 * p["D"] * smooth, "variation": 2.5 * p["D"] * added}
    return _bound("gradient descent, convex", terms, given, _CONVEX, scalar, "derived")


@quiet
def dynamic(*, D: Any, L: Any, G: Any, P: Any, learners: Any, sigma_sq: Any, Sigma_sq: Any) -> RegretBound:
    """Return the bound on dynamic regret of the online ensemble, with every constant.

    ``C sqrt(8 L^2 D^2 ln N + 5 G^2 + 4 sigma_sq + 3 Sigma_sq) + (3/4) L C^2 + 4 L A`` with ``A = D^2 + 2 D P`` and
    ``C = D sqrt(2 ln N) + (3/2) sqrt A``, N learners and a comparator whose path has
    length P (``sea.dynamic_theorem``).

    Raises
    ------
    ValueError
        If there are fewer than 2 learners, or a parameter is out of its range.

    Examples
    --------
    >>> bound = dynamic(D=2, L=1, G=1, P=10, learners=8, sigma_sq=4, Sigma_sq=9)
    >>> sorted(bound.terms), round(float(bound), 1)
    (['moves', 'steps', 'variation'], 473.7)
    """
    given = {"D": D, "L": L, "G": G, "P": P, "learners": learners, "sigma_sq": sigma_sq, "Sigma_sq": Sigma_sq}
    xp, p, scalar = checked(("D", "learners"), **given)
    require(xp, p["learners"] >= 2, p["learners"], "learners", "at least 2")
    spread = xp.sqrt(2 * xp.log(p["learners"]))
    path = p["D"] ** 2 + 2 * p["D"] * p["P"]
    lead = p["D"] * spread + 1.5 * xp.sqrt(path)
    variation = 5 * p["G"] ** 2 + 4 * p["sigma_sq"] + 3 * p["Sigma_sq"]
    terms = {
        "variation": lead * xp.hypot(2 * spread * p["L"] * p["D"], xp.sqrt(variation)),
        "moves": 0.75 * p["L"] * lead**2,
        "steps": 4 * p["L"] * path,
    }
    named = {key: restore(term, scalar) for key, term in terms.items()}
    return RegretBound("expected dynamic regret of the online ensemble", named, given, _DYNAMIC, "sea", "derived")


@quiet
def strongly_convex_published(
    *, D: Any, L: Any, G: Any, lam: Any, sigma_max_sq: Any, Sigma_max_sq: Any, T: Any
) -> RegretBound:
    """Return the bound in ``log T`` with the leading constants usually quoted, 32, 16 and 16, and none left out.

    ``lam D^2/4 + 4 G^2/lam + (32 sigma_max_sq + 16 Sigma_max_sq) log(T)/lam`` plus ``16 L^2 D^2 log(1 + 8 sqrt(2)
    L/lam)/lam``. The quoted form adds constants that it does not name; these are derived.

    Examples
    --------
    >>> float(strongly_convex_published(D=2, L=0, G=0, lam=1, sigma_max_sq=0, Sigma_max_sq=0, T=1))
    1.0
    """
    given = {"D": D, "L": L, "G": G, "lam": lam, "sigma_max_sq": sigma_max_sq, "Sigma_max_sq": Sigma_max_sq, "T": T}
    xp, p, scalar = checked(("D", "lam", "T"), **given)
    require(xp, p["T"] >= 1, p["T"], "T", "at least 1")
    kappa = p["L"] / p["lam"]
    variation = (32 * p["sigma_max_sq"] + 16 * p["Sigma_max_sq"]) / p["lam"]
    terms = {
        "start": p["lam"] * p["D"] ** 2 / 4,
        "first guess": 4 * p["G"] ** 2 / p["lam"],
        "variation": variation * xp.log(p["T"]),
        "moves": 16 * p["L"] ** 2 * p["D"] ** 2 / p["lam"] * xp.log1p(8 * 2**0.5 * kappa),
    }
    return _bound("gradient descent, strongly convex", terms, given, _STRONG, scalar, "derived")


@quiet
def strongly_convex(
    *, D: Any, L: Any, G: Any, lam: Any, sigma_max_sq: Any, Sigma_max_sq: Any, sigma_sq: Any, Sigma_sq: Any
) -> RegretBound:
    """Return the sharper bound in the total over the largest variation.

    With ``a = 4 sigma_max_sq + 3 Sigma_max_sq``, ``A = 4 sigma_sq + 3 Sigma_sq`` and ``z = pi^2/6 - 1``:
    ``lam D^2/4 + 4 G^2/lam + (2 a/lam)(log(1 + A/a) + z) + (6 L^2 D^2/lam)(log+(12 L/lam) + z)``.

    Raises
    ------
    ValueError
        If a total is positive where the largest variation is 0.

    Examples
    --------
    >>> given = dict(sigma_max_sq=1, Sigma_max_sq=0, sigma_sq=1000, Sigma_sq=0)
    >>> round(float(strongly_convex(D=2, L=1, G=1.5, lam=0.1, **given)), 1)
    1998.2
    """
    given = {"D": D, "L": L, "G": G, "lam": lam, "sigma_max_sq": sigma_max_sq, "Sigma_max_sq": Sigma_max_sq,
             "sigma_sq": sigma_sq, "Sigma_sq": Sigma_sq}  # fmt: skip
    xp, p, scalar = checked(("D", "lam"), **given)
    for name in ("sigma", "Sigma"):
        possible = (p[f"{name}_sq"] == 0) | (p[f"{name}_max_sq"] > 0)
        require(xp, possible, p[f"{name}_sq"], f"{name}_sq", f"0 where {name}_max_sq is 0")
    a, total = 4 * p["sigma_max_sq"] + 3 * p["Sigma_max_sq"], 4 * p["sigma_sq"] + 3 * p["Sigma_sq"]
    ratio = xp.where(a > 0, total / xp.where(a > 0, a, xp.ones_like(a)), xp.zeros_like(a))
    moved = 12 * p["L"] / p["lam"]
    late = xp.log(xp.where(moved > 1, moved, xp.ones_like(moved)))
    terms = {
        "start": p["lam"] * p["D"] ** 2 / 4,
        "first guess": 4 * p["G"] ** 2 / p["lam"],
        "variation": 2 * a / p["lam"] * (xp.log1p(ratio) + _BASEL),
        "moves": 6 * p["L"] ** 2 * p["D"] ** 2 / p["lam"] * (late + _BASEL),
    }
    return _bound("gradient descent, strongly convex", terms, given, _STRONG, scalar, "derived")


@quiet
def strongly_convex_rounds(*, D: Any, L: Any, G: Any, lam: Any, sigma_sq: Any, Sigma_sq: Any) -> RegretBound:
    """Return the sharpest form: a finite sum over the rounds' own variations.

    Parameters
    ----------
    D, L, G, lam
        Numbers.
    sigma_sq, Sigma_sq
        The expected variance and drift of each round, shape (..., T); the drift of the first round is not used.

    Examples
    --------
    >>> float(strongly_convex_rounds(D=2, L=0, G=0, lam=1, sigma_sq=[0.0, 0.0], Sigma_sq=[0.0, 0.0]))
    1.0
    """
    xp, p, scalar = checked(("D", "lam"), D=D, L=L, G=G, lam=lam)
    if not scalar:
        raise ValueError("D, L, G and lam must be numbers here, got an array")
    _, rounds, _ = checked((), sigma_sq=sigma_sq, Sigma_sq=Sigma_sq)
    noise, drift = rounds["sigma_sq"], rounds["Sigma_sq"]
    if noise.ndim == 0:
        raise ValueError("sigma_sq and Sigma_sq hold one entry a round, got numbers")
    xp, (noise, drift, D_, L_, G_, lam_), _ = real_arrays(noise, drift, *(float(p[k]) for k in ("D", "L", "G", "lam")))
    t = xp.arange(2, noise.shape[-1] + 1, dtype=noise.dtype)
    weight = 2 / (lam_ * t) * (1 + 1 / t)
    spent = 3 * L_**2 * weight - lam_ * (t - 1) / 8
    variation = noise[..., 1:] + 3 * noise[..., :-1] + 3 * drift[..., 1:]
    terms = {
        "start": lam_ * D_**2 / 4,
        "first guess": 4 * G_**2 / lam_,
        "variation": xp.sum(weight * variation, axis=-1),
        "moves": D_**2 * xp.sum(xp.where(spent > 0, spent, xp.zeros_like(spent)), axis=-1),
    }
    given = {"D": D, "L": L, "G": G, "lam": lam, "T": noise.shape[-1]}
    return _bound("gradient descent, strongly convex", terms, given, _STRONG, noise.ndim == 1, "derived")


@quiet
def exp_concave(*, D: Any, L: Any, G: Any, alpha: Any, dimension: Any, sigma_sq: Any, Sigma_sq: Any) -> RegretBound:
    """Return the bound for exp-concave losses, with every constant.

    ``(D^2/2) k + (16 d/beta)(log(1 + b) + m(w))`` with ``k = 1 + beta G^2/2``, ``b = (beta/(8 d))(G^2 + 4 sigma_sq + 3
    Sigma_sq)``, ``w = 24 L^2/((1 + b) k)`` and ``m(w) = log w - 1 + 1/w`` above 1, else 0.

    Examples
    --------
    >>> round(float(exp_concave(D=2, L=0, G=1, alpha=1, dimension=1, sigma_sq=0, Sigma_sq=0)), 3)
    4.055
    """
    given = {"D": D, "L": L, "G": G, "alpha": alpha, "dimension": dimension,
             "sigma_sq": sigma_sq, "Sigma_sq": Sigma_sq}  # fmt: skip
    xp, p, scalar = checked(("D", "G", "alpha", "dimension"), **given)
    require(xp, p["dimension"] >= 1, p["dimension"], "dimension", "at least 1")
    steep = 1 / (4 * p["G"] * p["D"])
    beta = xp.where(steep < p["alpha"], steep, p["alpha"]) / 2
    k = 1 + beta * p["G"] ** 2 / 2
    b = beta / (8 * p["dimension"]) * (p["G"] ** 2 + 4 * p["sigma_sq"] + 3 * p["Sigma_sq"])
    w = 24 * p["L"] ** 2 / ((1 + b) * k)
    w = xp.where(w > 1, w, xp.ones_like(w))
    lead = 16 * p["dimension"] / beta
    terms = {
        "start": p["D"] ** 2 / 2 * k,
        "variation": lead * xp.log1p(b),
        "moves": lead * (xp.log(w) - 1 + 1 / w),
    }
    return _bound("Newton steps, exp-concave", terms, given, _EXP_CONCAVE, scalar, "derived")
