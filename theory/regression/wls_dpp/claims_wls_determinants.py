r"""Projection determinantal processes: law, marginals, pairs and chain rule, in exact arithmetic on finite measures.

The process has m points, the dimension of the space; its kernel is the orthogonal projection K on the space. All that
is said of "every finite measure listed" is enumerated: all sets or all sequences of points of 14 models. What holds for
every m is shown separately, and said so.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain, every
from theory.regression.wls_dpp.exact_models import (
    FAMILIES,
    Ground,
    determinant,
    mean_squared_vandermonde,
    squared_norm,
    weighted_sum,
)

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _LAW, _CHAIN = "wls_dpp", "determinantal point process", "sampling by the chain rule"
_MODELS = (
    (
        "14 models: polynomials of degree below m on the points 0, ..., N-1, with equal masses and with masses "
        "proportional to 1, ..., N; N = 3, 4, 5 with m = 2, 3, and N = 5 with m = 4"
    ),
)
_OVER = "N = 3, 4, 5 with m = 2, 3, and N = 5 with m = 4, equal and graded masses"
_MORE = Fraction(101, 100)

Item = tuple[int, int, str]


def models() -> list[Item]:
    """Enumerate numbers of points, dimensions and masses."""
    pairs = [(size, m) for size in (3, 4, 5) for m in (2, 3)]
    return [(size, m, masses) for size, m in [*pairs, (5, 4)] for masses in ("equal", "graded")]


@claim(
    paper=_PAPER, where=_LAW, expected="certified", strength="identity", form="as usually quoted", assumptions=_MODELS,
    says=r"\det K_S\ge0,\quad\sum_{|S|=m}\det K_S=1\quad\text{in 14 models}",
)  # fmt: skip
def probabilities_sum_to_one(factor: Fraction = Fraction(1)) -> Stated:
    """Add the minors of all sets of m points: the trace of the m-th exterior power of a projection of rank m."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel = [[factor * value for value in row] for row in ground.kernel()]
        minors = [ground.minor(kernel, chosen) for chosen in ground.subsets()]
        return min(minors) >= 0 and sum(minors) == 1

    return every(models, holds, over=_OVER, says=rf"\det({factor}K)_S\ge0,\ \sum_{{|S|=m}}\det({factor}K)_S=1")


@claim(
    paper=_PAPER, where=_LAW, expected="certified", strength="identity", form="as usually quoted", assumptions=_MODELS,
    says=r"P(x\in S)=m\cdot\frac{k_m(x)}m\mu_x\quad\text{in 14 models}",
)  # fmt: skip
def marginals_are_the_optimal_law(christoffel: bool = True) -> Stated:
    """Add the minors of the sets that hold x: each of the points alone has the density of optimal sampling."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel = ground.kernel()
        law = ground.optimal_law(kernel) if christoffel else list(ground.mass)
        found = [sum(ground.minor(kernel, s) for s in ground.subsets() if x in s) for x in ground.points]
        return found == [ground.m * value for value in law]

    return every(models, holds, over=_OVER, says=r"P(x\in S)=" + (r"k_m(x)\mu_x" if christoffel else r"m\mu_x"))


@claim(
    paper=_PAPER, where=_LAW, expected="certified", strength="identity", form="as usually quoted", assumptions=_MODELS,
    uses=("wls_dpp.marginals_are_the_optimal_law",),
    says=r"\operatorname{E}\frac1m\sum_{x\in S}\frac m{k_m(x)}\varphi(x)\varphi(x)^\top=I\quad\text{in 14 models}",
)  # fmt: skip
def mean_gram_of_the_process_is_the_identity(power: int = 1) -> Stated:
    """In the basis of powers b: the mean of the sum of b b'/k_m(x) is the Gram matrix of the powers."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel, size = ground.kernel(), range(ground.m)
        total = [[Fraction(0)] * ground.m for _ in size]
        for chosen in ground.subsets():
            weights = [(ground.m / kernel[x][x]) ** power / ground.m for x in chosen]
            one, probability = weighted_sum([ground.row(x) for x in chosen], weights), ground.minor(kernel, chosen)
            total = [[total[i][j] + probability * one[i][j] for j in size] for i in size]
        return total == ground.moments()

    return every(models, holds, over=_OVER, says=rf"\operatorname{{E}}G=I\ \text{{with weights}}\ (m/k_m)^{{{power}}}")


@claim(
    paper=_PAPER, where=_LAW, expected="certified", strength="identity", form="as usually quoted", assumptions=_MODELS,
    says=r"P(\{x,y\}\subset S)=K_{xx}K_{yy}-K_{xy}^2\quad\text{in 14 models}",
)  # fmt: skip
def pairs_repel(repulsion: Fraction = Fraction(1)) -> Stated:
    """Add the minors of the sets that hold both: at most the product of the marginals."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel, mass = ground.kernel(), ground.mass

        def pair(x: int, y: int) -> bool:
            both = sum(ground.minor(kernel, s) for s in ground.subsets() if x in s and y in s)
            return both == mass[x] * mass[y] * (kernel[x][x] * kernel[y][y] - repulsion * kernel[x][y] ** 2)

        return all(pair(x, y) for x in ground.points for y in ground.points if x < y)

    return every(models, holds, over=_OVER, says=rf"P(\{{x,y\}}\subset S)=K_{{xx}}K_{{yy}}-{repulsion}K_{{xy}}^2")


def _residual(ground: Ground, kernel: Any, x: int, before: tuple[int, ...]) -> Fraction:
    """Return mu_x times the squared distance of the feature of x to the span of those chosen before."""
    block = [[kernel[a][b] for b in before] for a in before]
    enlarged = [[*row, kernel[a][x]] for row, a in zip(block, before, strict=True)]
    enlarged.append([*(kernel[x][b] for b in before), kernel[x][x]])
    return ground.mass[x] * determinant(enlarged) / determinant(block)


@claim(
    paper=_PAPER, where=_CHAIN, expected="certified", strength="identity", form="as usually quoted",
    assumptions=_MODELS,
    says=r"\prod_{i=1}^m\frac{\mu_{x_i}\operatorname{dist}^2(\varphi(x_i),"
    r"\operatorname{span}\{\varphi(x_j)\}_{j<i})}{m-i+1}=\frac{\det K_{\{x_1,\dots,x_m\}}}{m!}\quad\text{in 14 models}",
)  # fmt: skip
def chain_rule_draws_the_process(counted_down: bool = True) -> Stated:
    """For all sequences of m different points: each is drawn by its squared distance to the span of those before."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel = ground.kernel()

        def right(order: tuple[int, ...]) -> bool:
            steps = [
                _residual(ground, kernel, x, order[:i]) / (ground.m - i if counted_down else ground.m)
                for i, x in enumerate(order)
            ]
            return math.prod(steps) == ground.minor(kernel, order) / math.factorial(ground.m)

        return all(right(order) for order in permutations(ground.points, ground.m))

    law = "m-i+1" if counted_down else "m"
    return every(models, holds, over=_OVER, says=rf"\prod_i\mu_{{x_i}}\operatorname{{dist}}_i^2/({law})=\det K_S/m!")


@claim(
    paper=_PAPER, where=_CHAIN, expected="certified", strength="identity", form="as usually quoted",
    assumptions=_MODELS,
    says=r"\sum_x\mu_x\operatorname{dist}^2\bigl(\varphi(x),\operatorname{span}\{\varphi(x_j)\}_{j\le i}\bigr)=m-i"
    r"\quad\text{for different points and}\ 0\le i\le m,\ \text{in 14 models}",
)  # fmt: skip
def squared_distances_add_to_the_dimensions_left(less: Fraction = Fraction(0)) -> Stated:
    """What every step divides by; after m points nothing is left, so that S has m points."""

    def holds(item: Item) -> bool:
        ground = Ground.named(*item)
        kernel = ground.kernel()
        return all(
            sum(_residual(ground, kernel, x, before) for x in ground.points) == ground.m - count - less
            for count in range(ground.m + 1)
            for before in combinations(ground.points, count)
        )

    says = rf"\sum_x\mu_x\operatorname{{dist}}^2(\varphi(x),\operatorname{{span}}_i)=m-i-{less}"
    return every(models, holds, over=_OVER, says=says)


@claim(
    paper=_PAPER, where=_LAW + ": normaliser", expected="certified", strength="identity", form="as usually quoted",
    assumptions=("normalised Legendre, Chebyshev and Hermite polynomials of degree below m = 1, ..., 4",),
    says=r"\operatorname{E}\det\bigl(\varphi_j(x_i)\bigr)^2=m!,\quad x_1,\dots,x_m\sim\mu,\ 1\le m\le4",
)  # fmt: skip
def mean_squared_determinant_is_m_factorial(factor: Fraction = Fraction(1)) -> Stated:
    """Expand the squared Vandermonde determinant, integrate each term, divide by the squared norms."""

    def items() -> list[tuple[str, int]]:
        return [(family, m) for family in FAMILIES for m in range(1, 5)]

    def holds(item: tuple[str, int]) -> bool:
        family, m = item
        norms = math.prod((squared_norm(family, j) for j in range(m)), start=Fraction(1))
        return mean_squared_vandermonde(family, m) == factor * math.factorial(m) * norms

    over = "Legendre, Chebyshev and Hermite polynomials, m = 1, ..., 4"
    return every(items, holds, over=over, says=rf"\operatorname{{E}}\det^2={factor}\,m!", size=12)


@claim(
    paper=_PAPER, where=_LAW + ": linear statistics", expected="proved", strength="upper",
    assumptions=(
        "f_i are the diagonal entries and O >= 0 the sum of squares of the others of F = E under mu of f phi phi'",
        ("the variance of the sum of f over the process is the sum of k_m f^2 less |F|^2, and over m independent "
        "points of the density k_m/m the same less (tr F)^2/m: from the marginals of points and pairs (pairs_repel)"),
    ),
    says=r"\frac1m\Bigl(\sum_{i=1}^mf_i\Bigr)^2\le\sum_if_i^2+O",
)  # fmt: skip
def sums_over_the_process_vary_less(factor: Constant = 1) -> Stated:
    """A squared mean is at most the mean of squares: no sum of a function varies more than with independent points."""
    domain, each = Domain("m in [1,oo), s in (-oo,oo), O in [0,oo)"), Domain("f in (-oo,oo)")
    (m, s, off), (f,) = domain, each
    given = ((Sig(1), "==", m), (Sig(f), "==", s))

    def proof(k: Proof) -> Any:
        spread = k.sum_up(k.sign((f - s / m) ** 2, ">="))
        by = [spread, (-(s**2) / m**2, k.hypothesis(0)), (2 * s / m, k.hypothesis(1))]
        return k.show(s**2 / m, "<=", Sig(f**2) + off, by=by)

    def sample(rng: random.Random) -> Any:
        rows = [Fraction(rng.randint(-4, 4)) for _ in range(rng.randint(1, 4))]
        rows = [rows[0]] * len(rows) if rng.random() < 0.3 else rows
        point = {"m": Fraction(len(rows)), "s": sum(rows, Fraction(0)), "O": Fraction(rng.randint(0, 2))}
        return point, [{"f": value} for value in rows]

    return ForEveryN(domain, each, given, factor * s**2 / m, "<=", Sig(f**2) + off), chain(proof, sample=sample)


probabilities_sum_to_one.false_if("the kernel were 1 % larger, and no projection", factor=_MORE)
marginals_are_the_optimal_law.false_if("points had the law of the measure itself", christoffel=False)
mean_gram_of_the_process_is_the_identity.false_if("there were no weights", power=0)
pairs_repel.false_if("pairs were independent", repulsion=Fraction(0))
pairs_repel.false_if("the repulsion counted 1 % more", repulsion=_MORE)
chain_rule_draws_the_process.false_if("every step were divided by m", counted_down=False)
squared_distances_add_to_the_dimensions_left.false_if("a hundredth of a dimension were lost", less=_MORE - 1)
mean_squared_determinant_is_m_factorial.false_if("it were 1 % larger", factor=_MORE)
sums_over_the_process_vary_less.false_if("the square counted 1 % more", factor=_MORE)
