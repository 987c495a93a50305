r"""The mean absolute error (comp-sum loss at tau = 2): its exact calibration function, by linear programs.

The loss is ``1 - S_y`` with S = softmax of the scores, which range over R^n; infima over softmax values and
over strict argmaxima are minima over the closed simplex and ``S_2 >= S_y``, because the risk is continuous in
S. Let class 1 be most probable and class 2 predicted, with ``b = p_1 - p_2`` the zero-one regret. The least
conditional regret is

    T_n(b) = min over p, S with S_2 >= S_y for all y  of  p_1 - sum_y p_y S_y.

For fixed p it is linear in S, and the vertices of ``{S on the simplex: S_2 >= S_y}`` are the uniform
distributions on the sets A that hold class 2 (sort S and write it as a mixture of them). Given A what remains
is a linear program in p, with the minimum ``max(b/k, b - 1/k)`` for k = |A| >= 2: no less, since ``sum_A p <=
k p_1 - b`` and ``sum_A p <= 1``.

The published bound is ``b/n``; the exact function is never less, and 1/2 instead of 1/n at b = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim

if TYPE_CHECKING:
    import sympy

    from theory.engine.evidence import Prover
    from theory.engine.statements.base import Statement
    from theory.engine.statements.linear import LinearProgram

_VERTICES = "S enters by the vertices of {S_2 >= S_y}: the uniform distributions on sets that hold class 2"


def exact_transform(b: Fraction, n: int) -> Fraction:
    """Return ``min_{2 <= k <= n} max(b/k, b - 1/k)``, the exact calibration function.

    Parameters
    ----------
    b
        Zero-one regret in [0, 1], exact.
    n
        Number of classes, at least 2.

    Raises
    ------
    ValueError
        If b or n lies outside.

    Examples
    --------
    >>> str(exact_transform(Fraction(1), 6)), str(exact_transform(Fraction(1, 5), 6))
    ('1/2', '1/30')
    """
    if not 0 <= b <= 1 or n < 2:
        raise ValueError(f"b must lie in [0, 1] and n be at least 2; given b = {b}, n = {n}")
    return min(max(b / k, b - Fraction(1, k)) for k in range(2, n + 1))


def published_transform(b: Fraction, n: int) -> Fraction:
    """Return ``b/n``: Theorem 3.1 of the comp-sum paper at tau = 2."""
    return b / n


def uniform_supports(n: int) -> Iterator[tuple[int, ...]]:
    """Enumerate the sets of classes (from 0) that hold class 2 (number 1).

    >>> list(uniform_supports(2))
    [(1,), (0, 1)]
    """
    others = [y for y in range(n) if y != 1]
    for size in range(n):
        for chosen in combinations(others, size):
            yield tuple(sorted((1, *chosen)))


def regret_programs(n: int, b: Fraction) -> list[LinearProgram]:
    """Return for each vertex S the linear program of the least regret over posteriors with ``p_1 - p_2 = b``.

    Parameters
    ----------
    n
        Number of classes, at least 2; there are ``2^(n-1)`` programs.
    b
        Exact rational in [0, 1].

    Examples
    --------
    >>> len(regret_programs(4, Fraction(1, 2)))
    8
    """
    import sympy

    from theory.engine.statements.linear import LinearProgram

    p = sympy.symbols(f"p1:{n + 1}", real=True)
    conditions = [*_posterior(p), (p[0] - p[1], "==", b)]
    return [LinearProgram(_regret(p, support), p, conditions) for support in uniform_supports(n)]


def _posterior(p: Sequence[sympy.Symbol]) -> list[tuple[sympy.Expr, str, sympy.Expr]]:
    """Return the conditions of a posterior whose first class is most probable."""
    conditions = [(sum(p), "==", 1)]
    for other in p[1:]:
        conditions += [(other, ">=", 0), (p[0], ">=", other)]
    return conditions


def _regret(p: Sequence[sympy.Symbol], support: Sequence[int]) -> sympy.Expr:
    return p[0] - sum(p[y] for y in support) / len(support)


@claim(
    paper="comp_sum",
    where="Theorem 3.1, tau = 2",
    says=r"\mathcal T^{ex}_n(b)=\min_{2\le k\le n}\max\bigl(\tfrac bk,\,b-\tfrac1k\bigr),"
    r"\quad 2\le n\le 6,\ b\in\{\tfrac14,\tfrac12,\tfrac7{10},1\}",
    expected="certified",
    strength="identity",
    stored=True,
    assumptions=(_VERTICES,),
)
def mean_absolute_error_exact(
    formula: Callable[[Fraction, int], Fraction] = exact_transform,
    most_classes: int = 6,
    scale: int | Fraction = 1,
) -> tuple[Statement, Prover]:
    """The exact calibration function of the mean absolute error at four regrets, for up to six classes."""
    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinima, LinearMinimum

    grid = [
        (n, b)
        for n in range(2, most_classes + 1)
        for b in (Fraction(1, 4), Fraction(1, 2), Fraction(7, 10), Fraction(1))
    ]
    return LinearMinima(
        [LinearMinimum(regret_programs(n, b), "==", scale * formula(b, n)) for n, b in grid]
    ), linear_program()


mean_absolute_error_exact.false_if("the value were 1 % larger", scale=Fraction(101, 100))
mean_absolute_error_exact.false_if("the published bound were exact", formula=published_transform)


@claim(
    paper="comp_sum",
    where="Theorem 3.1, tau = 2",
    says=r"\mathcal T^{ex}_n(b)\ge\min_{2\le k\le n}\max\bigl(\tfrac bk,\,b-\tfrac1k\bigr),"
    r"\quad n\le 6,\ b\in[0,1]",
    expected="certified",
    strength="lower",
    stored=True,
    assumptions=(
        _VERTICES,
        "fewer than six classes are six of which some have probability 0 and none of the score",
    ),
)
def mean_absolute_error_lower(scale: int | Fraction = 1) -> tuple[Statement, Prover]:
    """A uniform S on k classes leaves at least b/k and b - 1/k for all b, a variable of the programs."""
    import sympy

    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinimum, LinearProgram

    p, b = sympy.symbols("p1:7", real=True), sympy.Symbol("b", real=True)
    conditions = [*_posterior(p), (p[0] - p[1], "==", b), (b, ">=", 0), (b, "<=", 1)]
    programs = []
    for support in uniform_supports(len(p)):
        k = len(support)
        programs += [
            LinearProgram(_regret(p, support) - scale * bound, [*p, b], conditions)
            for bound in (b / k, b - sympy.Rational(1, k))
        ]
    return LinearMinimum(programs, ">=", 0), linear_program()


mean_absolute_error_lower.false_if("the bounds were 1 % larger", scale=Fraction(101, 100))


def attaining_posterior(b: Any, k: int, *, beyond_break: bool) -> list[Any]:
    """Return a posterior on k classes whose regret at the uniform S is ``max(b/k, b - 1/k)``; affine in b.

    Up to the break ``b = 1/(k-1)`` all classes but class 2 are tied; beyond it class 2 has probability zero.

    Examples
    --------
    >>> attaining_posterior(Fraction(1, 4), 3, beyond_break=False)
    [Fraction(5, 12), Fraction(1, 6), Fraction(5, 12)]
    """
    if not beyond_break:
        return [(1 + b) / k, (1 + b) / k - b] + [(1 + b) / k] * (k - 2)
    return [b, 0 * b] + [(1 - b) / (k - 2)] * (k - 2)


@claim(
    paper="comp_sum",
    where="Theorem 3.1, tau = 2",
    says=r"\mathcal T^{ex}_n(b)\le\min_{2\le k\le n}\max\bigl(\tfrac bk,\,b-\tfrac1k\bigr),"
    r"\quad n\le 6,\ b\in[0,1]",
    expected="certified",
    strength="tight",
    stored=True,
    assumptions=(
        "classes beyond the k-th have probability 0 and none of the score",
        "at k = 2 the second piece is the point b = 1",
    ),
)
def mean_absolute_error_attained(scale: int | Fraction = 1) -> tuple[Statement, Prover]:
    """An explicit posterior attains b/k up to b = 1/(k-1) and b - 1/k beyond: no slack is negative."""
    import sympy

    from theory.engine.provers.linear import linear_program
    from theory.engine.statements.linear import LinearMinimum, LinearProgram

    b = sympy.Symbol("b", real=True)
    programs = []
    for k in range(2, 7):
        pieces = [
            (False, Fraction(0), Fraction(1, k - 1), b / k),
            (True, Fraction(1, k - 1), Fraction(1), b - sympy.Rational(1, k)),
        ]
        for beyond_break, low, high, value in pieces[: 2 if k > 2 else 1]:
            p = attaining_posterior(b, k, beyond_break=beyond_break)
            equal = [sum(p) - 1, p[0] - p[1] - b]
            slacks = [
                *p,
                *[p[0] - other for other in p],
                *equal,
                *[-gap for gap in equal],
                scale * value - _regret(p, range(k)),
            ]
            programs += [LinearProgram(sympy.expand(slack), [b], [(b, ">=", low), (b, "<=", high)]) for slack in slacks]
    return LinearMinimum(programs, ">=", 0), linear_program()


mean_absolute_error_attained.false_if("the values were 1 % smaller", scale=Fraction(99, 100))
