r"""Random perturbations of a network's output: strongly convex in expectation, flat on most paths.

The perturbed prediction is ``f + c <d, e>``, d the parameters' distance from the initial ones and e independent random
signs; c^2 is ``c_p^2/sqrt(m)`` for width m. In expectation over the signs the squared loss gains ``c^2 |d|^2/2``, a
ridge of modulus c^2, hence of order 1/sqrt(m). For the S copies that are drawn the gain has rank S at most.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "neural_bandits"
_WHERE = "perturbed predictions"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where=_WHERE + ", one sign",
    expected="proved",
    strength="lemma",
    says=r"\tfrac12\bigl[\tfrac12(r+h)^2+\tfrac12(r-h)^2\bigr]=\tfrac12r^2+\tfrac12h^2",
)
def one_sign(c: Constant = 1) -> Stated:
    """The cross terms cancel; taking one independent sign after the other adds up the squares."""
    domain = Domain("r in (-oo,oo), h in (-oo,oo)")
    r, h = domain
    left = ((r + h) ** 2 + (r - h) ** 2) / 4
    return ForAll(domain, left, "==", r**2 / 2 + c * h**2 / 2), chain(lambda k: k.identity(left, (r**2 + h**2) / 2))


@claim(
    paper=_PAPER,
    where=_WHERE + ", in expectation",
    expected="proved",
    strength="identity",
    uses=(f"{_PAPER}.one_sign",),
    assumptions=(
        "the classes are the outcomes of the signs, w their probabilities, z the value of <d, e>",
        "E z = 0 and E z^2 = |d|^2 = norm, as the signs are independent and have mean zero",
    ),
    says=r"\mathbb E_e\,\tfrac12(f+c\langle d,e\rangle-y)^2=\tfrac12(f-y)^2+\tfrac{c^2}2\|d\|^2",
)
def ridge_in_expectation(modulus: Constant = 1) -> Stated:
    """Expand the square: the mean of z vanishes, that of its square is the squared norm. The modulus is c^2."""
    domain = Domain("f in (-oo,oo), y in (-oo,oo), c in (0,oo), norm in [0,oo)")
    each = Domain("w in [0,1], z in (-oo,oo)")
    (f, y, c, norm), (w, z) = domain, each
    given = ((Sig(w), "==", 1), (Sig(w * z), "==", 0), (Sig(w * z**2), "==", norm))
    left = Sig(w * (f + c * z - y) ** 2) / 2

    def proof(k: Proof) -> Any:
        by = [((f - y) ** 2 / 2, k.hypothesis(0)), (c * (f - y), k.hypothesis(1)), (c**2 / 2, k.hypothesis(2))]
        return k.show(left, "==", (f - y) ** 2 / 2 + c**2 * norm / 2, by=by)

    def sample(rng: random.Random) -> Any:
        d = [Fraction(rng.randint(-3, 3)) for _ in range(rng.randint(1, 3))]
        signs = list(itertools.product((-1, 1), repeat=len(d)))
        rows = [
            {"w": Fraction(1, len(signs)), "z": sum((a * b for a, b in zip(d, e, strict=True)), Fraction(0))}
            for e in signs
        ]
        point = {name: Fraction(rng.randint(-3, 3)) for name in ("f", "y")}
        return point | {"c": Fraction(rng.randint(1, 3)), "norm": sum((a * a for a in d), Fraction(0))}, rows

    right = (f - y) ** 2 / 2 + modulus * c**2 * norm / 2
    return ForEveryN(domain, each, given, left, "==", right), chain(proof, sample)


def _averaged(copies: int) -> tuple[Any, Any, Any]:
    """Return the domain, the mean loss of the averaged prediction over all signs, and the penalty's base."""
    domain = Domain("r in (-oo,oo), c in (0,oo), d_1 in (-oo,oo), d_2 in (-oo,oo)")
    r, c, d_1, d_2 = domain
    total, count = 0, 0
    for signs in itertools.product((-1, 1), repeat=2 * copies):
        first, second = sum(signs[:copies]), sum(signs[copies:])
        total, count = total + (r + c * (d_1 * first + d_2 * second) / copies) ** 2, count + 1
    return domain, total / (2 * count), c**2 * (d_1**2 + d_2**2) / 2


@claim(
    paper=_PAPER,
    where=_WHERE + ", loss of the averaged prediction, two parameters, three copies",
    expected="proved",
    strength="identity",
    says=r"\mathbb E\,\tfrac12\Bigl(f+\tfrac cS\textstyle\sum_{s\le S}\langle d,e_s\rangle-y\Bigr)^2"
    r"=\tfrac12(f-y)^2+\tfrac{c^2}{2S}\|d\|^2,\quad S=3",
)
def averaged_prediction_loses_the_ridge(copies: Constant = 3) -> Stated:
    """Sum over all 64 sign vectors. Averaging predictions divides the modulus by S; averaging losses does not."""
    domain, left, ridge = _averaged(3)
    r = domain.symbols[0]
    statement = ForAll(domain, left, "==", r**2 / 2 + ridge / copies)
    return statement, chain(lambda k: k.identity(left, r**2 / 2 + ridge / 3))


def _rows(copies: int) -> list[tuple[int, int]]:
    """Return signs for two parameters: the first copies of (1, 1), (1, -1), (-1, 1), (-1, -1)."""
    return [(1, 1), (1, -1), (-1, 1), (-1, -1)][:copies]


@claim(
    paper=_PAPER,
    where=_WHERE + ", pathwise, two parameters",
    expected="refuted",
    strength="lower",
    form="as usually quoted",
    assumptions=("linear model with gradient v; the labels are fitted at d = 0", "the one copy drawn is (1, 1)"),
    says=r"\tfrac1S\textstyle\sum_{s\le S}\tfrac12\langle v+ce_s,d\rangle^2\ge\tfrac{c^2}2\|d\|^2"
    r"\quad\text{for the signs drawn, whatever }S",
)
def quadratic_growth_on_a_path(copies: Constant = 1) -> Stated:
    """With fewer copies than parameters a whole subspace costs nothing; with all four sign vectors it is a ridge."""
    domain = Domain("c in (0,2), v_1 in [-1,1], v_2 in [-1,1], d_1 in [-1,1], d_2 in [-1,1]")
    c, v_1, v_2, d_1, d_2 = domain
    signs = _rows(int(copies))
    losses = [((v_1 + c * a) * d_1 + (v_2 + c * b) * d_2) ** 2 / 2 for a, b in signs]
    left, ridge = sum(losses) / len(signs), c**2 * (d_1**2 + d_2**2) / 2

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", ridge, by=[k.sign((v_1 * d_1 + v_2 * d_2) ** 2 / 2, ">=")])

    return ForAll(domain, left, ">=", ridge), chain(proof)


def _flat(copies: int, factor: Any) -> Stated:
    """Return that a direction orthogonal to every perturbed gradient, of one or two copies, has loss zero."""
    import sympy

    names = [f"{letter}_{i}" for letter in "uw"[:copies] for i in range(1, copies + 2)]
    domain = Domain("c in (0,oo), " + ", ".join(f"{name} in (-oo,oo)" for name in names))
    rows = [domain.symbols[1 + i * (copies + 1) : 1 + (i + 1) * (copies + 1)] for i in range(copies)]
    turned = [-rows[0][1], rows[0][0]]
    direction = turned if copies == 1 else list(sympy.Matrix(rows[0]).cross(sympy.Matrix(rows[1])))
    direction[0] = direction[0] * factor
    loss = sum(sum(a * b for a, b in zip(row, direction, strict=True)) ** 2 for row in rows) / (2 * copies)
    return ForAll(domain, loss, "==", 0), chain(lambda k: k.identity(sympy.sympify(loss), sympy.Integer(0)))


@claim(
    paper=_PAPER,
    where=_WHERE + ", pathwise, one copy and two parameters",
    expected="proved",
    strength="identity",
    corrects=f"{_PAPER}.quadratic_growth_on_a_path",
    assumptions=("u is the perturbed gradient, the gradient plus c times the signs",),
    says=r"d=(-u_2,u_1):\quad\tfrac12\langle u,d\rangle^2=0",
)
def flat_direction_of_one_copy(factor: Constant = 1) -> Stated:
    """The direction is not zero unless u is; so the minimiser is not unique, whatever the signs."""
    return _flat(1, factor)


@claim(
    paper=_PAPER,
    where=_WHERE + ", pathwise, two copies and three parameters",
    expected="proved",
    strength="identity",
    corrects=f"{_PAPER}.quadratic_growth_on_a_path",
    assumptions=(
        "u, w are the perturbed gradients of the two copies",
        "with S copies and more than S parameters such a direction exists by counting dimensions",
    ),
    says=r"d=u\times w:\quad\tfrac14\bigl(\langle u,d\rangle^2+\langle w,d\rangle^2\bigr)=0",
)
def flat_direction_of_two_copies(factor: Constant = 1) -> Stated:
    """The cross product is orthogonal to both; it is not zero unless they are parallel, when more directions are."""
    return _flat(2, factor)


one_sign.false_if("the square counted 1 % more", c=_ONE_PERCENT)
ridge_in_expectation.false_if("the modulus were 1 % larger", modulus=_ONE_PERCENT)
averaged_prediction_loses_the_ridge.false_if("averaging kept the ridge", copies=1)
averaged_prediction_loses_the_ridge.false_if("it were divided by one copy less", copies=2)
quadratic_growth_on_a_path.true_if("all four sign vectors are averaged, which is the expectation", copies=4)
flat_direction_of_one_copy.false_if("the direction were turned by 1 %", factor=_ONE_PERCENT)
flat_direction_of_two_copies.false_if("the direction were turned by 1 %", factor=_ONE_PERCENT)
