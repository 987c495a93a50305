r"""G-optimal designs of named sets of actions, every leverage exact: none is above the dimension, so each is optimal.

Leverages do not change under invertible linear maps; the regular hexagon is meant up to one, which makes it rational.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain, every

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "kiefer_wolfowitz"
_NO_LESS = "no design has a smaller largest leverage: largest_leverage_at_least_dimension"
_TEN = {  # integer actions in R^3, and weights in units of 10^-9
    (-9, 7, 2): 86181615, (4, 8, -1): 0, (9, -6, 7): 280524118, (1, 9, 8): 306358209, (-5, -8, 9): 142918323,
    (3, -2, -9): 0, (7, 7, 5): 0, (-8, 1, 1): 0, (2, -3, 6): 0, (6, 9, -7): 184017735,
}  # fmt: skip


def _tilted(count: int, tilt: Constant) -> list[Fraction]:
    """Return equal weights, but for the first, which is ``tilt`` times as heavy as each of the others."""
    parts = [Fraction(tilt), *[Fraction(1)] * (count - 1)]
    return [part / sum(parts) for part in parts]


def _decided(actions: Any, weights: Any, allowed: Constant, over: str, says: str) -> Stated:
    """Return the statement that every leverage under a design is at most ``allowed``, and its method."""
    from theory.online.optimal_design import leverages_of

    design = tuple(zip(actions, weights, strict=True))
    _, leverages = leverages_of([action for action, _ in design], [weight for _, weight in design])
    found = {action: leverage for (action, _), leverage in zip(design, leverages, strict=True)}

    def items() -> Any:
        return iter(design)

    def low(item: tuple[tuple[int, ...], Fraction]) -> bool:
        return found[item[0]] <= allowed

    return every(items, low, over=over, says=says)


@claim(
    paper=_PAPER,
    where="an optimal design: corners of the cube in R^4",
    expected="certified",
    strength="tight",
    assumptions=(_NO_LESS,),
    says=r"w=\tfrac1{16}\ \text{on}\ \{-1,1\}^4:\quad a^\top M^{-1}a\le4",
)
def cube_corners(tilt: Constant = 1) -> Stated:
    """Equal weights: M is the identity."""
    actions = list(product((-1, 1), repeat=4))
    return _decided(
        actions, _tilted(16, tilt), 4, "the corners of [-1, 1]^4, with their weights", r"a^\top M^{-1}a\le4"
    )


@claim(
    paper=_PAPER,
    where="an optimal design: vertices of the simplex in R^5, the arms of a bandit",
    expected="certified",
    strength="tight",
    assumptions=(_NO_LESS,),
    says=r"w=\tfrac15\ \text{on}\ \{e_1,\dots,e_5\}:\quad a^\top M^{-1}a\le5",
)
def simplex_vertices(tilt: Constant = 1) -> Stated:
    """The leverage of e_i is 1/w_i."""
    actions = [tuple(int(i == chosen) for i in range(5)) for chosen in range(5)]
    return _decided(actions, _tilted(5, tilt), 5, "the unit vectors of R^5, with their weights", r"a^\top M^{-1}a\le5")


@claim(
    paper=_PAPER,
    where="an optimal design: the regular hexagon",
    expected="certified",
    strength="tight",
    assumptions=(
        _NO_LESS,
        "a linear map takes the regular hexagon to these six points; it leaves leverages as they are",
    ),
    says=r"w=\tfrac16\ \text{on}\ \{\pm(1,0),\pm(0,1),\pm(1,-1)\}:\quad a^\top M^{-1}a\le2",
)
def regular_hexagon(tilt: Constant = 1) -> Stated:
    """Equal weights, in coordinates of the triangular lattice."""
    actions = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)]
    return _decided(actions, _tilted(6, tilt), 2, "the six shortest points of the lattice", r"a^\top M^{-1}a\le2")


@claim(
    paper=_PAPER,
    where="an optimal design that leaves actions out: corners of [0, 1]^3",
    expected="certified",
    strength="tight",
    assumptions=(_NO_LESS,),
    says=r"w=\tfrac13\ \text{on}\ (1,1,0),(1,0,1),(0,1,1):\quad a^\top M^{-1}a\le3\ \ \forall a\in\{0,1\}^3",
)
def subsets_of_three(tilt: Constant = 1) -> Stated:
    """The pairs carry all the weight; single elements and the whole set have the leverage 9/4."""
    pairs = [(1, 1, 0), (1, 0, 1), (0, 1, 1)]
    others = [action for action in product((0, 1), repeat=3) if sum(action) != 2]
    weights = [*_tilted(3, tilt), *[Fraction(0)] * 5]
    return _decided([*pairs, *others], weights, 3, "the corners of [0, 1]^3, with their weights", r"a^\top M^{-1}a\le3")


@claim(
    paper=_PAPER,
    where="a nearly optimal design: ten integer actions in R^3",
    expected="certified",
    strength="upper",
    assumptions=(_NO_LESS,),
    says=r"a^\top M^{-1}a\le3\,(1+10^{-8})\ \text{for ten integer vectors and five weights in units of }10^{-9}",
)
def ten_integer_actions(excess: Constant = Fraction(1, 10**8)) -> Stated:
    """Every leverage in exact arithmetic."""
    weights = [Fraction(part, 10**9) for part in _TEN.values()]
    over = "ten integer vectors in R^3, with their weights"
    return _decided(list(_TEN), weights, 3 * (1 + Fraction(excess)), over, r"a^\top M^{-1}a\le3(1+10^{-8})")


@claim(
    paper=_PAPER,
    where="an optimal design: quadratic regression on [-1, 1]",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "the polynomial is a' M^-1 a for a = (1, x, x^2) and the weights 1/3 at x = -1, 0, 1",
        _NO_LESS,
    ),
    says=r"\tfrac92x^4-\tfrac92x^2+3\le3\quad(x\in[-1,1])",
)
def quadratic_regression(most: Constant = 3) -> Stated:
    """The rest is 9/2 x^2 (1 - x^2)."""
    domain = Domain("x in [-1,1]")
    (x,) = domain
    variance = Fraction(9, 2) * x**4 - Fraction(9, 2) * x**2 + 3

    def proof(k: Proof) -> Any:
        square = k.sign(Fraction(9, 2) * x**2 * (1 - x) * (1 + x), ">=")
        return k.show(variance, "<=", 3, by=[square])

    return ForAll(domain, variance, "<=", most), chain(proof)


@claim(
    paper=_PAPER,
    where="an optimal design: cubic regression on [-1, 1]",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "the polynomial is a' M^-1 a for a = (1, x, x^2, x^3) and the weights 1/4 at x = -1, -1/sqrt 5, 1/sqrt 5, 1",
        _NO_LESS,
    ),
    says=r"\tfrac{75}4x^6-\tfrac{105}4x^4+\tfrac{33}4x^2+\tfrac{13}4\le4\quad(x\in[-1,1])",
)
def cubic_regression(most: Constant = 4) -> Stated:
    """The rest is 3/4 (1 - x^2) (5 x^2 - 1)^2."""
    domain = Domain("x in [-1,1]")
    (x,) = domain
    variance = (75 * x**6 - 105 * x**4 + 33 * x**2 + 13) / 4

    def proof(k: Proof) -> Any:
        square = k.sign((1 - x) * (1 + x) * (5 * x**2 - 1) ** 2 * 3 / 4, ">=")
        return k.show(variance, "<=", 4, by=[square])

    return ForAll(domain, variance, "<=", most), chain(proof)


cube_corners.false_if("one corner were 1 % heavier", tilt=Fraction(101, 100))
simplex_vertices.false_if("one vertex were 1 % heavier", tilt=Fraction(101, 100))
regular_hexagon.false_if("one vertex were 1 % heavier", tilt=Fraction(101, 100))
subsets_of_three.false_if("one pair were 1 % heavier", tilt=Fraction(101, 100))
ten_integer_actions.false_if("the excess were 10^-9", excess=Fraction(1, 10**9))
quadratic_regression.false_if("it were at most 2.97", most=Fraction(297, 100))
cubic_regression.false_if("it were at most 3.96", most=Fraction(396, 100))
