r"""The stochastically extended adversary (SEA): regret bounds of optimistic mirror descent, as numbers.

Each round draws ``f_t`` from a distribution with mean ``F_t``. Between independent losses (no drift) and an adversary
(no noise) the bounds interpolate: ``sigma_sq`` is the expected sum of the largest gradient variances, ``Sigma_sq`` that
of the largest squared drifts of the mean gradient, from round 2 on.

The functions here return numbers (arrays for arrays); `theory.online.sea.bounds` returns the same as objects that carry
their assumptions and terms, and `theory.online.sea.run` runs the algorithm and checks its pathwise inequalities.

Special cases are values of the arguments: independent losses ``sigma_sq = T sigma^2, Sigma_sq = 0``; an adversary
``sigma_sq = 0``, Sigma_sq the gradual variation; corruption of total size C ``Sigma_sq <= 8 G C``; losses in random
order ``Sigma_sq <= 4 G^2`` (see ``claims_sea_special``).

>>> round(convex_bound(2.0, 1.0, 1.5, 16000.0, 0.0), 1)
1868.9
"""

from __future__ import annotations

from typing import Any

from theory.arrays import restore
from theory.online.bounds import RegretBound, checked
from theory.online.sea import bounds

__all__ = [
    "convex_bound",
    "convex_bound_sharper",
    "dynamic_bound",
    "exp_concave_bound",
    "optimal_delta",
    "strongly_convex_bound",
    "strongly_convex_bound_published",
    "strongly_convex_bound_rounds",
]


def convex_bound(D: Any, L: Any, G: Any, sigma_sq: Any, Sigma_sq: Any) -> Any:
    """Return the published bound on expected regret for convex mean losses.

    ``5 sqrt(10) D^2 L + (5 sqrt(5)/2) D G + 5 sqrt(2) D sqrt(sigma_sq) + 5 D sqrt(Sigma_sq)``, all broadcast.

    Parameters
    ----------
    D : number or array, > 0
        Diameter of the decision set.
    L, G : numbers or arrays, >= 0
        Smoothness of the mean losses; bound on the gradients of the drawn ones.
    sigma_sq, Sigma_sq : numbers or arrays, >= 0
        Expected sums of variances (rounds 1 to T) and of squared drifts (rounds 2 to T).

    Raises
    ------
    ValueError
        If an argument is out of its range; the message names it.

    Examples
    --------
    >>> round(convex_bound(1, 0, 0, 2, 1), 12)
    15.0
    >>> convex_bound(1, 0, 0, 0, [1, 4]).tolist()
    [5.0, 10.0]
    """
    return _value(bounds.convex(D=D, L=L, G=G, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq))


def convex_bound_sharper(D: Any, L: Any, G: Any, sigma_sq: Any, Sigma_sq: Any) -> Any:
    """Return the sharper bound for the same algorithm (``sea.convex_theorem_unsplit``).

    ``(5/2) D sqrt(10 D^2 L^2 + 5 G^2 + 4 sigma_sq + 3 Sigma_sq) - (43/24) sqrt(10) D^2 L``, which is at most
    `convex_bound`.

    Examples
    --------
    >>> round(convex_bound_sharper(1, 1, 0, 0, 0), 4), round(convex_bound(1, 1, 0, 0, 0), 4)
    (2.2399, 15.8114)
    """
    return _value(bounds.convex_unsplit(D=D, L=L, G=G, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq))


def dynamic_bound(D: Any, L: Any, G: Any, P: Any, learners: Any, *, sigma_sq: Any, Sigma_sq: Any) -> Any:
    """Return the bound on dynamic regret of the online ensemble; see `bounds.dynamic`.

    Parameters
    ----------
    D, L, G
        As in `convex_bound`.
    P : number or array, >= 0
        Length of the comparator's path.
    learners : int or array, >= 2
        Number of base learners, as in `theory.online.sea.ensemble.tuned_ensemble`: about ``log2 T``.
    sigma_sq, Sigma_sq
        As in `convex_bound`.

    Examples
    --------
    >>> round(dynamic_bound(1, 0, 1, 0, 2, sigma_sq=0, Sigma_sq=0), 4)  # (sqrt(2 ln 2) + 3/2) sqrt 5
    5.9869
    """
    return _value(bounds.dynamic(D=D, L=L, G=G, P=P, learners=learners, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq))


def optimal_delta(D: Any, L: Any) -> Any:
    """Return ``10 D^2 L^2``, which minimises the published bound over the constant in the adaptive step.

    Raises
    ------
    ValueError
        If D is not positive, or L negative (L = 0: linear losses).

    Examples
    --------
    >>> optimal_delta(2.0, 1.0)
    40.0
    """
    _, read, scalar = checked(("D",), D=D, L=L)
    return restore(10 * read["D"] ** 2 * read["L"] ** 2, scalar)


def strongly_convex_bound(
    D: Any, L: Any, G: Any, lam: Any, *, sigma_max_sq: Any, Sigma_max_sq: Any, sigma_sq: Any, Sigma_sq: Any
) -> Any:
    """Return the sharper bound for lam-strongly convex mean losses; see `bounds.strongly_convex`.

    Examples
    --------
    >>> strongly_convex_bound(2, 0, 0, 1, sigma_max_sq=0, Sigma_max_sq=0, sigma_sq=0, Sigma_sq=0)
    1.0
    """
    return _value(
        bounds.strongly_convex(
            D=D, L=L, G=G, lam=lam,
            sigma_max_sq=sigma_max_sq, Sigma_max_sq=Sigma_max_sq, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq,
        )
    )  # fmt: skip


def strongly_convex_bound_published(
    D: Any, L: Any, G: Any, lam: Any, T: Any, *, sigma_max_sq: Any, Sigma_max_sq: Any
) -> Any:
    """Return the bound in ``log T`` with the constants usually quoted; see `bounds.strongly_convex_published`.

    Examples
    --------
    >>> strongly_convex_bound_published(2, 0, 0, 1, 1, sigma_max_sq=1, Sigma_max_sq=0)
    1.0
    """
    return _value(
        bounds.strongly_convex_published(
            D=D, L=L, G=G, lam=lam, T=T, sigma_max_sq=sigma_max_sq, Sigma_max_sq=Sigma_max_sq
        )
    )


def strongly_convex_bound_rounds(D: Any, L: Any, G: Any, lam: Any, *, sigma_sq: Any, Sigma_sq: Any) -> Any:
    """Return the sharpest form, from each round's own variance and drift; see `bounds.strongly_convex_rounds`.

    Examples
    --------
    >>> float(strongly_convex_bound_rounds(2, 0, 0, 1, sigma_sq=[0, 1], Sigma_sq=[0, 0]))
    2.5
    """
    return _value(bounds.strongly_convex_rounds(D=D, L=L, G=G, lam=lam, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq))


def exp_concave_bound(D: Any, L: Any, G: Any, alpha: Any, dimension: Any, *, sigma_sq: Any, Sigma_sq: Any) -> Any:
    """Return the bound for alpha-exp-concave drawn losses; see `bounds.exp_concave`.

    Examples
    --------
    >>> round(exp_concave_bound(2, 0, 1, 1, 1, sigma_sq=0, Sigma_sq=0), 3)
    4.055
    """
    return _value(
        bounds.exp_concave(D=D, L=L, G=G, alpha=alpha, dimension=dimension, sigma_sq=sigma_sq, Sigma_sq=Sigma_sq)
    )


def _value(bound: RegretBound) -> Any:
    return bound.value
