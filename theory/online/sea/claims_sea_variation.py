r"""From gradient differences to variance, drift and movement: what the SEA bounds are made of.

``g - g' = n + s + v - n'``: n and n' are the noises of this and the last round, ``s = F'(x) - F'(x')`` is the
smoothness term at the two plays and ``v = F'(x') - F_'(x')`` the drift of the mean loss. The published bounds weigh all
four equally. As n has mean zero given the rest, its cross terms vanish in expectation and three remain, which is where
the sharper constants come from.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.vectors import norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "variance, drift and movement behind a gradient difference"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_SMOOTH = "the mean loss is L-smooth; n, n', v are the vectors named in the module"


def _drawn(rng: random.Random, names: tuple[str, ...], equal: dict[str, int]) -> Any:
    """Draw vectors; in half of the cases they are aligned: ``equal`` gives each its sign."""
    point, rows = point_and_coordinates(rng, (*names, "x", "q"), positive=("L",))
    for row in rows:
        if rng.random() < 0.5:
            row |= {name: sign * row[names[0]] for name, sign in equal.items()}
        row["q"] = row["x"] - row["s"] / point["L"]
    return point, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ", pathwise",
    expected="proved",
    strength="upper",
    assumptions=(_SMOOTH,),
    says=r"\|g_t-g_{t-1}\|^2\le4\|n_t\|^2+4L^2\|x_t-x_{t-1}\|^2+4\|\nabla F_t-\nabla F_{t-1}\|^2+4\|n_{t-1}\|^2",
)
def gradient_difference_pathwise(c: Constant = 4) -> Stated:
    """Cauchy-Schwarz for four vectors, as six squares; smoothness for the second."""
    domain, each = Domain("L in (0,oo)"), Domain(reals("n", "s", "v", "m", "x", "q"))
    (L,), (n, s, v, m, x, q) = domain, each
    given = ((norm_sq(s), "<=", L**2 * norm_sq(x - q)),)

    def right(c: Any) -> Any:
        return c * (norm_sq(n) + L**2 * norm_sq(x - q) + norm_sq(v) + norm_sq(m))

    def proof(k: Proof) -> Any:
        pairs = ((n, s), (n, v), (n, -m), (s, v), (s, -m), (v, -m))
        squares = [k.sign(Sig((a - b) ** 2), ">=") for a, b in pairs]
        return k.show(norm_sq(n + s + v - m), "<=", right(4), by=[*squares, (4, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        return _drawn(rng, ("n", "s", "v", "m"), {"s": 1, "v": 1, "m": -1})

    return ForEveryN(domain, each, given, norm_sq(n + s + v - m), "<=", right(c)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", given the past",
    expected="proved",
    strength="identity",
    assumptions=("the classes are the outcomes of one round, w their probabilities; one coordinate of the vectors",),
    says=r"\mathbb E(n+b)^2=\mathbb E\,n^2+b^2\quad(\mathbb E\,n=0,\ b\text{ known})",
)
def noise_has_no_cross_terms(c: Constant = 1) -> Stated:
    """The cross term is 2 b E n = 0."""
    domain, each = Domain("b in (-oo,oo)"), Domain("w in [0,1], n in (-oo,oo)")
    (b,), (w, n) = domain, each
    given = ((Sig(w), "==", 1), (Sig(w * n), "==", 0))

    def proof(k: Proof) -> Any:
        by = [(b**2, k.hypothesis(0)), (2 * b, k.hypothesis(1))]
        return k.show(Sig(w * (n + b) ** 2), "==", Sig(w * n**2) + b**2, by=by)

    def sample(rng: random.Random) -> Any:
        weight, size = Fraction(rng.randint(1, 9), 10), Fraction(rng.randint(1, 6))
        rows = [{"w": weight, "n": size * (1 - weight)}, {"w": 1 - weight, "n": -size * weight}]
        return {"b": Fraction(rng.randint(-4, 4))}, rows

    statement = ForEveryN(domain, each, given, Sig(w * (n + b) ** 2), "==", c * Sig(w * n**2) + b**2)
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", weights",
    expected="proved",
    strength="upper",
    says=r"\|s+v-m\|^2\le\frac{\|s\|^2}{p_1}+\frac{\|v\|^2}{p_2}+\frac{\|m\|^2}{p_3},\quad p_1+p_2+p_3=1",
)
def weighted_triangle(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz with weights; p = (1/3, 1/3, 1/3) gives the factors 3, 3, 3."""
    domain, each = Domain("a in (0,1), b in (0,1), d in (0,1)"), Domain(reals("s", "v", "m"))
    (a, b, d), (s, v, m) = domain, each
    right = norm_sq(s) / a + norm_sq(v) / b + norm_sq(m) / d

    def proof(k: Proof) -> Any:
        whole = k.hypothesis(0)
        pairs = (((a, s), (b, v)), ((a, s), (d, -m)), ((b, v), (d, -m)))
        squares = [k.sign(Sig((q * x - p * y) ** 2) / (p * q), ">=") for (p, x), (q, y) in pairs]
        more = k.show((a + b + d) * right, "==", right, by=[(right, whole)])
        return k.show(norm_sq(s + v - m), "<=", right, by=[*squares, (-1, more)])

    def sample(rng: random.Random) -> Any:
        parts = [rng.randint(1, 5) for _ in range(3)]
        point = dict(zip(("a", "b", "d"), (Fraction(part, sum(parts)) for part in parts), strict=True))
        _, rows = point_and_coordinates(rng, ("s", "v", "m"))
        for row in rows:
            if rng.random() < 0.5:
                row |= {"s": point["a"], "v": point["b"], "m": -point["d"]}
        return point, rows

    statement = ForEveryN(domain, each, ((a + b + d, "==", 1),), norm_sq(s + v - m), "<=", c * right)
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", in expectation given the past",
    expected="proved",
    strength="upper",
    corrects="sea.gradient_difference_pathwise",
    assumptions=(
        _SMOOTH,
        "nu is the mean of |n|^2 given the past; the left side is the mean of |g - g'|^2 by noise_has_no_cross_terms",
    ),
    says=r"\nu+\|s+v-n'\|^2\le\nu+3L^2\|x_t-x_{t-1}\|^2+3\|v\|^2+3\|n'\|^2,\quad\|s\|\le L\|x_t-x_{t-1}\|",
    uses=("sea.noise_has_no_cross_terms",),
)
def gradient_difference_in_expectation(c: Constant = 3) -> Stated:
    """Mean of |n|^2 plus the square of the rest, which has three parts."""
    domain, each = Domain("L in (0,oo), noise in [0,oo)"), Domain(reals("s", "v", "m", "x", "q"))
    (L, noise), (s, v, m, x, q) = domain, each
    given = ((norm_sq(s), "<=", L**2 * norm_sq(x - q)),)

    def right(c: Any) -> Any:
        return noise + c * (L**2 * norm_sq(x - q) + norm_sq(v) + norm_sq(m))

    def proof(k: Proof) -> Any:
        third = Fraction(1, 3)
        split = k.apply(
            weighted_triangle, {"a": third, "b": third, "d": third}, rest={"s": s, "v": v, "m": m},
        )  # fmt: skip
        return k.show(noise + norm_sq(s + v - m), "<=", right(3), by=[split, (3, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        point, rows = _drawn(rng, ("s", "v", "m"), {"v": 1, "m": -1})
        return point | {"noise": Fraction(rng.randint(0, 3))}, rows

    return ForEveryN(domain, each, given, noise + norm_sq(s + v - m), "<=", right(c)), chain(proof, sample)


gradient_difference_pathwise.false_if("the factor were 1 % smaller", c=Fraction(396, 100))
noise_has_no_cross_terms.false_if("the variance counted 1 % more", c=_ONE_PERCENT)
weighted_triangle.false_if("the bound were 1 % smaller", c=_LESS)
gradient_difference_in_expectation.false_if("the factor were 1 % smaller", c=Fraction(297, 100))
