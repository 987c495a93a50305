r"""Volume-rescaled sampling: what the determinant in front of the law does to n points, in exact arithmetic.

The law of n points is that of independent points of the density :math:`k_m/m`, times :math:`\det G`, normalised. All is
enumerated over the multisets of n points of 14 models; sums over sequences follow by counting arrangements.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

from theory.engine.claim import Stated, claim
from theory.engine.words import every
from theory.regression.wls_dpp.exact_models import Ground, Matrix, adjugate, determinant, times, weighted_sum

_PAPER, _WHERE = "wls_dpp", "volume-rescaled sampling"
_MODELS = (
    (
        "14 models: polynomials of degree below m on the points 0, ..., N-1, with equal masses and with masses "
        "proportional to 1, ..., N; n = 2, 3, 4 for N = 3, m = 2; n = 3, 4 for N = 4, m = 3; n = 3, 4 for N = 4, m = 2"
    ),
)
_OVER = "N = 3, m = 2, n = 2, 3, 4; N = 4, m = 3, n = 3, 4; N = 4, m = 2, n = 3, 4; equal and graded masses"
_MORE = Fraction(101, 100)

Item = tuple[int, int, int, str]


@dataclass(frozen=True)
class _World:
    """A model with its kernel, its law of optimal sampling q, and n."""

    ground: Ground
    kernel: Matrix
    law: list[Fraction]
    n: int

    @classmethod
    def of(cls, item: Item) -> _World:
        size, m, n, masses = item
        ground = Ground.named(size, m, masses)
        kernel = ground.kernel()
        return cls(ground, kernel, ground.optimal_law(kernel), n)

    def draws(self) -> Iterator[tuple[tuple[int, ...], Fraction]]:
        """Enumerate multisets of n points with their probabilities under independent sampling."""
        for drawn in combinations_with_replacement(self.ground.points, self.n):
            ways = math.factorial(self.n)
            for count in Counter(drawn).values():
                ways //= math.factorial(count)
            yield drawn, ways * math.prod((self.law[x] for x in drawn), start=Fraction(1))

    def weight(self, x: int) -> Fraction:
        return self.ground.m / self.kernel[x][x]

    def gram(self, drawn: tuple[int, ...]) -> Matrix:
        """Return the Gram matrix H of the weighted points in the basis of powers; that of the measure is M."""
        return weighted_sum([self.ground.row(x) for x in drawn], [self.weight(x) / self.n for x in drawn])

    @property
    def normaliser(self) -> Fraction:
        """Return n!/((n-m)! n^m)."""
        return Fraction(math.perm(self.n, self.ground.m), self.n**self.ground.m)


def models() -> list[Item]:
    """Enumerate numbers of points of the measure, dimensions, numbers of draws and masses."""
    sizes = [(3, 2, 2), (3, 2, 3), (3, 2, 4), (4, 3, 3), (4, 3, 4), (4, 2, 3), (4, 2, 4)]
    return [(*size, masses) for size in sizes for masses in ("equal", "graded")]


@claim(
    paper=_PAPER, where=_WHERE + ": normaliser", expected="certified", strength="identity", form="as usually quoted",
    assumptions=_MODELS,
    says=r"\operatorname{E}_{q^n}\det G=\frac{n!}{(n-m)!\,n^m}\quad\text{in 14 models}",
)  # fmt: skip
def mean_determinant_of_independent_points(replaced: bool = False) -> Stated:
    """Add the determinants of all draws: each set of m of the n points contributes m!/n^m."""

    def holds(item: Item) -> bool:
        world = _World.of(item)
        unit = determinant(world.ground.moments())
        mean = sum(p * determinant(world.gram(drawn)) / unit for drawn, p in world.draws())
        return mean == (1 if replaced else world.normaliser)

    says = r"\operatorname{E}\det G=" + ("1" if replaced else r"n!/((n-m)!\,n^m)")
    return every(models, holds, over=_OVER, says=says)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="identity", form="as usually quoted",
    assumptions=_MODELS,
    says=r"\frac{(n-m)!\,n^m}{n!}\det G\cdot q(x_1)\cdots q(x_n)=\binom nm^{-1}"
    r"\sum_{|T|=m}\frac{\det K_{x_T}}{m!}\prod_{i\notin T}q(x_i)\quad\text{in 14 models}",
)  # fmt: skip
def volume_rescaled_points_are_a_process_and_independent_points(taken: int = 0) -> Stated:
    """A draw of the process and n - m independent points of the density k_m/m, in random order. By Cauchy and Binet."""

    def holds(item: Item) -> bool:
        world = _World.of(item)
        ground, n, unit = world.ground, world.n, determinant(world.ground.moments())

        def one(chosen: tuple[int, ...], drawn: tuple[int, ...]) -> Fraction:
            inside = ground.minor(world.kernel, [drawn[i] for i in chosen]) / math.factorial(ground.m)
            return inside * math.prod(world.law[drawn[i]] for i in range(n) if i not in chosen)

        def right(drawn: tuple[int, ...]) -> bool:
            law = math.prod(world.law[x] for x in drawn) * determinant(world.gram(drawn)) / unit / world.normaliser
            sets = list(combinations(range(n), ground.m))
            sets = sets[:taken] if taken else sets
            return law == sum(one(chosen, drawn) for chosen in sets) / len(sets)

        return all(right(drawn) for drawn, _ in world.draws())

    shown = "the first set alone" if taken else "all sets T"
    return every(models, holds, over=_OVER, says=rf"\text{{law}}\propto\det G\text{{ is the mean over {shown}}}")


@claim(
    paper=_PAPER, where=_WHERE + ": bias", expected="certified", strength="identity", form="as usually quoted",
    assumptions=(*_MODELS, "u is the indicator of a point; every u on these measures is a combination of indicators"),
    says=r"\operatorname{E}\hat u=P_mu\quad\text{for weighted least squares from volume-rescaled points, in 14 models}",
)  # fmt: skip
def weighted_least_squares_is_unbiased(rescaled: bool = True, weighted: bool = True) -> Stated:
    """Add the coefficients over all draws that determine them, times their probabilities, for all indicators u."""

    def mean(world: _World) -> Matrix:
        """Return the mean coefficients of the indicators of all points."""
        points, total = world.ground.points, Fraction(0)
        found = [[Fraction(0)] * world.ground.m for _ in points]
        for drawn, p in world.draws():
            gram = world.gram(drawn)
            det = determinant(gram)
            if det == 0:
                continue  # of probability 0 under the rescaled law; left out of the law of the control as well
            used = [(world.weight(x) if weighted else Fraction(1)) / world.n for x in drawn]
            if not weighted:
                gram = weighted_sum([world.ground.row(x) for x in drawn], used)
            law = p * det if rescaled else p
            total, solver, share = total + law, adjugate(gram), law / determinant(gram)
            for x, w in zip(drawn, used, strict=True):  # a point that is drawn twice counts twice
                one = times(solver, world.ground.row(x))
                found[x] = [a + share * w * b for a, b in zip(found[x], one, strict=True)]
        return [[value / total for value in row] for row in found]

    def holds(item: Item) -> bool:
        world = _World.of(item)
        moments = world.ground.moments()
        unit, inverse = determinant(moments), adjugate(moments)

        def best(x: int) -> list[Fraction]:
            raw = times(inverse, world.ground.row(x))
            return [world.ground.mass[x] * value / unit for value in raw]

        return mean(world) == [best(x) for x in world.ground.points]

    law = r"\propto\det G" if rescaled else r"\text{independent, conditioned on }\det G\ne0"
    weights = "with" if weighted else "without"
    says = rf"\operatorname{{E}}\hat u=P_mu,\ \text{{law }}{law}\text{{, {weights} weights}}"
    return every(models, holds, over=_OVER, says=says)


@claim(
    paper=_PAPER, where=_WHERE + ": inverse Gram matrix", expected="certified", strength="identity",
    assumptions=(
        *_MODELS,
        ("with the normaliser this makes the mean of the inverse of G over volume-rescaled points at most n/(n-m+1) "
        "times I: adj G is det G times the inverse where there is one, and nonnegative elsewhere"),
    ),
    uses=("wls_dpp.mean_determinant_of_independent_points",),
    says=r"\operatorname{E}_{q^n}\operatorname{adj}G=\frac{n!}{(n-m+1)!\,n^{m-1}}\,I\quad\text{in 14 models}",
)  # fmt: skip
def mean_adjugate_of_independent_points(factor: Fraction = Fraction(1)) -> Stated:
    """In the basis of powers adj H has the mean c adj M: the matrix of the change of basis stands on both sides."""

    def holds(item: Item) -> bool:
        world = _World.of(item)
        m, n, size = world.ground.m, world.n, range(world.ground.m)
        total = [[Fraction(0)] * m for _ in size]
        for drawn, p in world.draws():
            one = adjugate(world.gram(drawn))
            total = [[total[i][j] + p * one[i][j] for j in size] for i in size]
        constant = factor * Fraction(math.perm(n, m - 1), n ** (m - 1))
        target = adjugate(world.ground.moments())
        return total == [[constant * value for value in row] for row in target]

    says = rf"\operatorname{{E}}\operatorname{{adj}}G={factor}\,n!/((n-m+1)!\,n^{{m-1}})\,I"
    return every(models, holds, over=_OVER, says=says)


mean_determinant_of_independent_points.false_if("it were the determinant of the mean, 1", replaced=True)
volume_rescaled_points_are_a_process_and_independent_points.false_if("the first m points were the process", taken=1)
weighted_least_squares_is_unbiased.false_if("points were independent", rescaled=False)
weighted_least_squares_is_unbiased.false_if("least squares had no weights", weighted=False)
mean_adjugate_of_independent_points.false_if("it were 1 % larger", factor=_MORE)
