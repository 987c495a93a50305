r"""Kiefer and Wolfowitz on finite sets: no largest leverage is below d, and it is d where log det M is largest.

The sum over the unnamed classes runs over the actions, w is the design, and the leverage of an action a is
``a' M^-1 a`` for ``M = sum w a a'``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "kiefer_wolfowitz"
_QUOTED = "as usually quoted"
_PLANE = "m11 in (0,oo), m12 in (-oo,oo), m22 in (0,oo)"
_SPACE = reals("m11", "m12", "m13", "m22", "m23", "m33")


def plane(moments: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Return the determinant of a symmetric 2 x 2 matrix (m11, m12, m22), and its adjugate in the same order."""
    m11, m12, m22 = moments
    return m11 * m22 - m12**2, (m22, -m12, m11)


def space(moments: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Return the determinant of a symmetric 3 x 3 matrix, and its adjugate: (m11, m12, m13, m22, m23, m33)."""
    m11, m12, m13, m22, m23, m33 = moments
    first = (m22 * m33 - m23**2, m13 * m23 - m12 * m33, m12 * m23 - m13 * m22)
    rest = (m11 * m33 - m13**2, m12 * m13 - m11 * m23, m11 * m22 - m12**2)
    return m11 * first[0] + m12 * first[1] + m13 * first[2], first + rest


def products(left: tuple[Any, ...], right: tuple[Any, ...]) -> list[Any]:
    """Return the entries of ``left right'``, symmetrised and counted double off the diagonal, in the order above."""
    size = len(left)
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    return [left[i] * right[j] + (left[j] * right[i] if i != j else 0) for i, j in pairs]


def entries(vector: tuple[Any, ...]) -> list[Any]:
    """Return the entries of ``a a'`` in the order above."""
    size = len(vector)
    return [vector[i] * vector[j] for i in range(size) for j in range(i, size)]


def form(adjugate: tuple[Any, ...], left: tuple[Any, ...], right: tuple[Any, ...]) -> Any:
    """Return ``left' A right`` for a symmetric matrix A given by its entries."""
    return sum(entry * product for entry, product in zip(adjugate, products(left, right), strict=True))


def spanning_rows(
    rng: random.Random, weight: str, names: tuple[str, ...]
) -> tuple[list[dict[str, Fraction]], list[Any]]:
    """Return rows of actions that span R^d with weights of sum 1, and the entries of their matrix."""
    size = len(names)
    rows = [{name: Fraction(int(i == j)) for j, name in enumerate(names)} for i in range(size)]
    rows += [{name: Fraction(rng.randint(-3, 3)) for name in names} for _ in range(rng.randint(0, 2))]
    parts = [rng.randint(1, 4) for _ in rows]
    for row, part in zip(rows, parts, strict=True):
        row[weight] = Fraction(part, sum(parts))
    vectors = [tuple(row[name] for name in names) for row in rows]
    outer = zip(*(entries(vector) for vector in vectors), strict=True)
    return rows, [sum(row[weight] * x for row, x in zip(rows, column, strict=True)) for column in outer]


def _trace(domain: Domain, names: tuple[str, ...], matrix: Any, dimension: Constant) -> Stated:
    """Return the statement that leverages average to the dimension, and its proof: M^-1 M has the trace d."""
    each = Domain("w in [0,1], " + reals(*names))
    moments, (w, *action) = tuple(domain), each
    determinant, adjugate = matrix(moments)
    given = [(Sig(w * entry), "==", m) for entry, m in zip(entries(tuple(action)), moments, strict=True)]
    total = Sig(w * form(adjugate, tuple(action), tuple(action)) / determinant)
    count = len(names)

    def proof(k: Proof) -> Any:
        k.hypothesis(len(given))
        double = [1 if i == j else 2 for i in range(count) for j in range(i, count)]
        by = [
            (n * entry / determinant, k.hypothesis(i))
            for i, (n, entry) in enumerate(zip(double, adjugate, strict=True))
        ]
        return k.show(total, "==", count, by=by)

    def sample(rng: random.Random) -> Any:
        rows, values = spanning_rows(rng, "w", names)
        return dict(zip((item.name for item in domain.ranges), values, strict=True)), rows

    return ForEveryN(domain, each, (*given, (determinant, ">", 0)), total, "==", dimension), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="leverages average to the dimension, d = 2",
    expected="proved",
    strength="identity",
    form=_QUOTED,
    says=r"\sum_aw_a\,a^\top M^{-1}a=2,\quad M=\sum_aw_a\,aa^\top\in\mathbb R^{2\times2}",
)
def mean_leverage_plane(dimension: Constant = 2) -> Stated:
    """The trace of M^-1 M, for any number of actions."""
    return _trace(Domain(_PLANE), ("x", "y"), plane, dimension)


@claim(
    paper=_PAPER,
    where="leverages average to the dimension, d = 3",
    expected="proved",
    strength="identity",
    form=_QUOTED,
    says=r"\sum_aw_a\,a^\top M^{-1}a=3,\quad M=\sum_aw_a\,aa^\top\in\mathbb R^{3\times3}",
)
def mean_leverage_space(dimension: Constant = 3) -> Stated:
    """The trace of M^-1 M, for any number of actions."""
    return _trace(Domain(_SPACE), ("x", "y", "z"), space, dimension)


_TRACE = "leverages average to d: mean_leverage_plane and mean_leverage_space decide it for d = 2 and 3; argued beyond"


def _design(rng: random.Random, slack: int) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Return weights of sum 1 and leverages; their mean d; and g, the largest."""
    parts = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
    level = Fraction(rng.randint(1, 5))
    rows = [{"w": Fraction(part, sum(parts)), "s": level} for part in parts]
    rows += [{"w": Fraction(0), "s": level - 1} for _ in range(slack)]
    return {"d": level, "g": level}, rows


@claim(
    paper=_PAPER,
    where="easy half of the equivalence",
    expected="proved",
    strength="tight",
    form=_QUOTED,
    assumptions=(_TRACE,),
    says=r"\sum_aw_a=1,\ \sum_aw_as_a=d,\ s_a\le g\ \forall a\implies g\ge d",
)
def largest_leverage_at_least_dimension(factor: Constant = 1) -> Stated:
    """The mean is at most the largest."""
    domain, each = Domain("d in (0,oo), g in (0,oo)"), Domain("w in [0,1], s in [0,oo)")
    (d, g), (w, s) = domain, each
    given = ((Sig(w), "==", 1), (Sig(w * s), "==", d), (s, "<=", g))

    def proof(k: Proof) -> Any:
        ones, mean, most = (k.hypothesis(i) for i in range(3))
        each_one = k.show(w * g, ">=", w * s, by=[(w, most)])
        return k.show(g, ">=", d, by=[k.sum_up(each_one), (-g, ones), mean])

    return ForEveryN(domain, each, given, g, ">=", factor * d), chain(
        proof, lambda rng: _design(rng, rng.randint(0, 1))
    )


@claim(
    paper=_PAPER,
    where="support of an optimal design",
    expected="proved",
    strength="lemma",
    form=_QUOTED,
    assumptions=(_TRACE, "the named action is any of them"),
    says=r"w_1+\sum_aw_a=1,\ w_1s_1+\sum_aw_as_a=d,\ s\le d\implies w_1(d-s_1)\le0",
)
def weight_only_on_largest_leverage(short: Constant = 0) -> Stated:
    """Terms of one sign whose sum is 0."""
    domain, each = Domain("d in (0,oo), w1 in [0,1], s1 in [0,oo)"), Domain("w in [0,1], s in [0,oo)")
    (d, w1, s1), (w, s) = domain, each
    given = ((w1 + Sig(w), "==", 1), (w1 * s1 + Sig(w * s), "==", d), (s1, "<=", d), (s, "<=", d))

    def proof(k: Proof) -> Any:
        ones, mean, _, most = (k.hypothesis(i) for i in range(4))
        others = k.sum_up(k.show(w * d, ">=", w * s, by=[(w, most)]))
        return k.show(w1 * (d - s1), "<=", 0, by=[others, (-d, ones), mean])

    def sample(rng: random.Random) -> Any:
        point, rows = _design(rng, 1)
        first = rows.pop(rng.randrange(len(rows)))
        return {"d": point["d"], "w1": first["w"], "s1": first["s"]}, rows

    return ForEveryN(domain, each, given, w1 * (d - s1), "<=", -short), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="what a largest leverage says on log det",
    expected="proved",
    strength="upper",
    assumptions=(
        "the classes are the coordinates in which M is the identity and M* = diag(mu), the matrix of another design w*",
        "sum ln mu = ln det M* - ln det M; sum mu = tr(M^-1 M*) = sum_a w*_a s_a <= g, the largest leverage under M",
    ),
    says=r"\sum_i1=d,\ \sum_i\mu_i\le g\implies\sum_i\ln\mu_i\le d\ln\tfrac gd",
)
def log_det_gap(factor: Constant = 1) -> Stated:
    """The tangent of the logarithm at g/d, summed; with g = d no other design has a larger determinant."""
    import sympy

    domain, each = Domain("d in (0,oo), g in (0,oo)"), Domain("mu in (0,oo)")
    (d, g), (mu,) = domain, each
    given = ((Sig(sympy.Integer(1)), "==", d), (Sig(mu), "<=", g))

    def proof(k: Proof) -> Any:
        count, total = k.hypothesis(0), k.hypothesis(1)
        v = k.fresh("v in (0,oo)")
        line = k.sum_up(k.tangent(sympy.log(v), v, g / d, mu))
        value = sympy.log(g / d)
        return k.show(Sig(sympy.log(mu)), "<=", d * value, by=[line, (d / g, total), (1 - value, count)])

    def sample(rng: random.Random) -> Any:
        count, level = rng.randint(1, 4), Fraction(rng.randint(4, 9), 3)
        return {"d": Fraction(count), "g": count * level}, [{"mu": level} for _ in range(count)]

    bound = factor * d * sympy.log(g / d)
    return ForEveryN(domain, each, given, Sig(sympy.log(mu)), "<=", bound), chain(proof, sample)


def _exchange(domain: Domain, matrix: Any, count: int, factor: Constant) -> Stated:
    """Return ``det((1-s) M + s a a')`` as a product, and its proof: expand."""
    s, *rest = domain
    moments, action = tuple(rest[:-count]), tuple(rest[-count:])
    determinant, adjugate = matrix(moments)
    after, _ = matrix(tuple((1 - s) * m + s * x for m, x in zip(moments, entries(action), strict=True)))
    product = (1 - s) ** (count - 1) * ((1 - s) * determinant + s * form(adjugate, action, action))
    return ForAll(domain, after, "==", factor * product), chain(lambda k: k.identity(after, product))


@claim(
    paper=_PAPER,
    where="determinant after one exchange of weight, d = 2",
    expected="proved",
    strength="identity",
    assumptions=("adj M = det(M) M^-1: a' adj(M) a is det(M) times the leverage",),
    says=r"\det\bigl((1-s)M+s\,aa^\top\bigr)=(1-s)\bigl((1-s)\det M+s\,a^\top\mathrm{adj}(M)\,a\bigr)",
)
def exchange_determinant_plane(factor: Constant = 1) -> Stated:
    """The matrix determinant lemma, expanded."""
    return _exchange(Domain(f"s in [0,1), {_PLANE}, {reals('x', 'y')}"), plane, 2, factor)


@claim(
    paper=_PAPER,
    where="determinant after one exchange of weight, d = 3",
    expected="proved",
    strength="identity",
    assumptions=("adj M = det(M) M^-1: a' adj(M) a is det(M) times the leverage",),
    says=r"\det\bigl((1-s)M+s\,aa^\top\bigr)=(1-s)^2\bigl((1-s)\det M+s\,a^\top\mathrm{adj}(M)\,a\bigr)",
)
def exchange_determinant_space(factor: Constant = 1) -> Stated:
    """The matrix determinant lemma, expanded."""
    return _exchange(Domain(f"s in [0,1), {_SPACE}, {reals('x', 'y', 'z')}"), space, 3, factor)


def _gain(d: Any, ratio: Any) -> Any:
    import sympy

    return sympy.log(ratio) + (d - 1) * sympy.log(ratio * (d - 1) / (ratio * d - 1))


@claim(
    paper=_PAPER,
    where="what one exchange of weight gains",
    expected="proved",
    strength="lower",
    assumptions=(
        (
            "weight s = (k-1)/(k d-1) moves to an action of leverage k d; the determinant grows by the factor "
            "(1-s)^(d-1) (1-s+s k d), by exchange_determinant_plane and exchange_determinant_space for d = 2 and 3, "
            "argued beyond: its logarithm at this s is the left side"
        ),
    ),
    uses=(f"{_PAPER}.exchange_determinant_plane", f"{_PAPER}.exchange_determinant_space"),
    says=r"\ln\kappa+(d-1)\ln\frac{\kappa(d-1)}{\kappa d-1}\ge\ln\kappa-1+\frac1\kappa,\quad\kappa>1,\ d\ge2",
)
def exchange_gains(factor: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1, from above, of the reciprocal."""
    import sympy

    domain = Domain("d in [2,oo), k in (1,oo)")
    d, ratio = domain
    gain = _gain(d, ratio)

    def proof(p: Proof) -> Any:
        p.show(ratio - 1, ">", 0)
        p.show(ratio * d - 1, ">", 0, by=[(d, p.sign(ratio - 1, ">")), p.sign(d - 1, ">")])
        p.show(ratio * (d - 1), ">", 0)
        inverse = (ratio * d - 1) / (ratio * (d - 1))
        v = p.fresh("v in (0,oo)")
        line = p.tangent(sympy.log(v), v, 1, inverse)
        return p.show(gain, ">=", sympy.log(ratio) - 1 + 1 / ratio, by=[(d - 1, line)])

    right = factor * (sympy.log(ratio) - 1 + 1 / ratio)
    return ForAll(domain, gain, ">=", right), chain_at(proof, {"d": 10**6, "k": 2})


@claim(
    paper=_PAPER,
    where="hard half of the equivalence: a design of largest determinant has no leverage above d",
    expected="proved",
    strength="lower",
    assumptions=(
        "the left side is the gain of log det by one exchange at least, for d >= 2: exchange_gains",
        "for d = 1 all weight on the longest action is best; a design of largest determinant exists, by compactness",
    ),
    says=r"\ln\kappa-1+\frac1\kappa>0,\quad\kappa>1",
    uses=(f"{_PAPER}.exchange_gains",),
)
def exchange_gain_is_positive(shift: Constant = 0) -> Stated:
    """With z = k - 1 and r = 1/sqrt(1 + z): log r <= r - 1, and (1 - r)^2 > 0."""
    import sympy

    domain = Domain("z in (0,oo)")
    (z,) = domain
    left = sympy.log(1 + z) - 1 + 1 / (1 + z)

    def proof(p: Proof) -> Any:
        v = p.fresh("v in (0,oo)")
        root = sympy.sqrt(1 + z)
        line = p.tangent(sympy.log(v), v, 1, 1 / root)  # log(1/root) <= 1/root - 1
        square = p.sign((1 - 1 / root) ** 2, ">")
        return p.show(left, ">", 0, by=[(2, line), square])

    return ForAll(domain, left, ">", shift), chain(proof)


mean_leverage_plane.false_if("it were 1 % more", dimension=Fraction(202, 100))
exchange_determinant_plane.false_if("it were 1 % more", factor=Fraction(101, 100))
exchange_determinant_space.false_if("it were 1 % more", factor=Fraction(101, 100))
mean_leverage_space.false_if("it were 1 % more", dimension=Fraction(303, 100))
largest_leverage_at_least_dimension.false_if("it were 1 % more", factor=Fraction(101, 100))
weight_only_on_largest_leverage.false_if("it were below 0 by 1/100", short=Fraction(1, 100))
log_det_gap.false_if("it were 1 % smaller", factor=Fraction(99, 100))
exchange_gains.false_if("it were 1 % more", factor=Fraction(101, 100))
exchange_gain_is_positive.false_if("it were above 1/1000", shift=Fraction(1, 1000))
