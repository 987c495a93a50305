r"""Squared loss without bias: features in closed form, layers by their product, one scalar problem a class.

The objective is ``|W_M..W_1 H - Y|^2/(2N) + sum_l lW_l |W_l|^2/2 + lH |H|^2/2`` with one-hot targets Y of N samples in
classes of n_k. One layer has a certificate of its own, in `theory.collapse.deep_linear.claims_collapse_one_layer`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.collapse_expressions import class_weight, scalar_objective
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "deep_linear_collapse"
_FEATURES, _TRACE, _LAYERS = "squared loss: features", "squared loss: alignment", "squared loss: layers"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)


# -- features in closed form -----------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_FEATURES, expected="proved", strength="identity",
    assumptions=(
        "one sample: u = W h, t = W' z, all padded with zeros to one length, W the product of layers; <u, z> = <h, t>",
        "of (I + W W'/c) z = y the inner product with z is used",
    ),
    says=r"|Wh-y|^2+c|h|^2=\langle y,z\rangle+|Wh-(y-z)|^2+c\,\Bigl|h-\frac1cW^\top z\Bigr|^2,"
    r"\quad z=\Bigl(I+\frac1cWW^\top\Bigr)^{-1}y,\ c>0",
)  # fmt: skip
def eliminated_features(factor: Constant = 1) -> Stated:
    """Both squares vanish at h = W'z/c, one feature a class. With c = N lH it leaves tr((I + WW'/c)^{-1} YY')/(2N)."""
    domain, each = Domain("c in (0,oo)"), Domain(reals("u", "y", "z", "h", "t"))
    (c,), (u, y, z, h, t) = domain, each
    left, squares = norm_sq(u - y) + c * norm_sq(h), norm_sq(u - y + z) + c * norm_sq(h - t / c)

    def proof(k: Proof) -> Any:
        return k.show(left, "==", inner(y, z) + squares, by=[(-2, k.hypothesis(0)), (-1, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        s, c = Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 4))  # one feature: W is the number s
        y = Fraction(rng.randint(1, 4))
        z = y / (1 + s**2 / c)
        h = rng.choice([s * z / c, Fraction(rng.randint(-2, 2))])
        return {"c": c}, [{"u": s * h, "y": y, "z": z, "h": h, "t": s * z}]

    given = (inner(u, z), "==", inner(h, t)), (norm_sq(z) + norm_sq(t) / c, "==", inner(y, z))
    return ForEveryN(domain, each, given, left, "==", factor * inner(y, z) + squares), chain(proof, sample=sample)


# -- alignment -------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_TRACE, expected="proved", strength="tight",
    assumptions=(
        "f_1 <= f_2 <= f_3 are the eigenvalues of (I + A)^{-1}, b_kj the squares of an orthogonal matrix's entries",
        "three classes; for more of them the sizes are summed by parts, with trace_of_a_part for each number of rows",
    ),
    says=r"n_1\ge n_2\ge n_3\ge0,\ b\ \text{doubly stochastic}\ \Rightarrow\ "
    r"\sum_{k=1}^3\sum_{j=1}^3n_kb_{kj}f_j\ge\sum_{k=1}^3n_kf_k,\quad0\le f_1\le f_2\le f_3",
)  # fmt: skip
def aligned_trace_is_least_for_three(factor: Constant = 1) -> Stated:
    """Summation by parts: the differences of the n_k times what partial traces exceed sums of the smallest f by."""
    domain = Domain("f in [0,oo), d in [0,oo), e in [0,oo), n in [0,oo), p in [0,oo), q in [0,oo), "
                    "b11 in [0,1], b12 in [0,1], b21 in [0,1], b22 in [0,1]")  # fmt: skip
    f, d, e, n, p, q, b11, b12, b21, b22 = domain
    values, sizes = (f, f + d, f + d + e), (n + p + q, n + q, n)
    top, middle = (b11, b12, 1 - b11 - b12), (b21, b22, 1 - b21 - b22)
    last = tuple(1 - a - b for a, b in zip(top, middle, strict=True))
    trace = sum(size * b * v for size, row in zip(sizes, (top, middle, last), strict=True)
                for b, v in zip(row, values, strict=True))  # fmt: skip
    aligned = sum(size * value for size, value in zip(sizes, values, strict=True))

    def proof(k: Proof) -> Any:
        first, second, third = (k.hypothesis(i) for i in range(3))
        by = [(p * (d + e) + q * e, first), (q * e, second), (q * d, third), k.sign(p * d * b12, ">=")]
        return k.show(trace, ">=", aligned, by=by)

    given = tuple((x, ">=", 0) for x in (top[2], middle[2], last[0], last[1], last[2]))
    hard = {"f": 1, "d": 1, "e": 1, "n": 1, "p": 1, "q": 1, "b11": 1, "b12": 0, "b21": 0, "b22": 1}
    return ForAll(domain, trace, ">=", factor * aligned, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_TRACE, expected="proved", strength="tight",
    assumptions=(
        "w_j is the sum of the squares of m rows' entries in column j of an orthogonal matrix",
        "at F the m-th smallest f, with e_j = max(F - f_j, 0), the right side is the sum of the m smallest",
    ),
    says=r"0\le w_j\le1,\ \sum_jw_j=m,\ e_j\ge0,\ e_j\ge F-f_j\ \Rightarrow\ \sum_jw_jf_j\ge mF-\sum_je_j",
)  # fmt: skip
def trace_of_a_part(factor: Constant = 1) -> Stated:
    """Termwise: m entries of a diagonal have a sum of at least the m smallest eigenvalues, for every number of classes.

    With the differences of sorted sizes for weights it is Ruhe's inequality: the largest class has the smallest f.
    """
    domain, each = Domain("m in [0,oo), F in [0,oo)"), Domain("w in [0,1], f in [0,oo), e in [0,oo)")
    (m, F), (w, f, e) = domain, each

    def proof(k: Proof) -> Any:
        count, over = k.hypothesis(0), k.hypothesis(1)
        each_one = k.show(w * f, ">=", w * F - e, by=[(w, over), k.sign((1 - w) * e, ">=")])
        return k.show(Sig(w * f), ">=", m * F - Sig(e), by=[k.sum_up(each_one), (F, count)])

    def sample(rng: random.Random) -> Any:
        values, kept = sorted(Fraction(rng.randint(1, 9)) for _ in range(rng.randint(2, 5))), rng.randint(1, 2)
        most = values[kept - 1]
        rows = [{"w": Fraction(i < kept), "f": v, "e": max(most - v, Fraction(0))} for i, v in enumerate(values)]
        return {"m": Fraction(kept), "F": most}, rows

    given = ((Sig(w), "==", m), (e, ">=", F - f))
    return ForEveryN(domain, each, given, Sig(w * f), ">=", factor * m * F - Sig(e)), chain(proof, sample=sample)


# -- layers ----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_LAYERS, expected="proved", strength="tight",
    assumptions=(
        "lambda_l = exp(a_l), s_l = exp(c_l) > 0: one singular value of each layer, s is their product",
        "that aligned layers are best, so that singular values multiply, is argued beyond two of them (Horn)",
    ),
    says=r"\sum_{l=1}^M\lambda_ls_l^2\ge M\Bigl(\prod_l\lambda_l\Bigr)^{1/M}s^{2/M},\quad s=\prod_ls_l,\ M\ge1",
)  # fmt: skip
def layers_by_their_product(factor: Constant = 1) -> Stated:
    """Tangents of the exponential at the mean of a_l + 2 c_l, summed: arithmetic and geometric mean, for every M."""
    import sympy

    domain, each = Domain("M in [1,oo), A in (-oo,oo), C in (-oo,oo)"), Domain(reals("a", "c"))
    (M, A, C), (a, c) = domain, each
    mean = (A + 2 * C) / M
    left, right = Sig(sympy.exp(a + 2 * c)), M * sympy.exp(mean)

    def proof(k: Proof) -> Any:
        count, decays, values = (k.hypothesis(i) for i in range(3))
        v, least = k.fresh("v in (-oo,oo)"), sympy.exp(mean)
        lines = k.sum_up(k.tangent(sympy.exp(v), v, mean, a + 2 * c))
        by = [lines, (least * (1 - mean), count), (least, decays), (2 * least, values)]
        return k.show(left, ">=", right, by=by)

    def sample(rng: random.Random) -> Any:
        depth, value = rng.randint(1, 4), Fraction(rng.randint(-2, 2))
        rows = [{"a": -2 * shift, "c": shift + value} for shift in map(Fraction, range(depth))]
        return {"M": Fraction(depth), "A": sum(r["a"] for r in rows), "C": sum(r["c"] for r in rows)}, rows

    given = ((Sig(1), "==", M), (Sig(a), "==", A), (Sig(c), "==", C))
    return ForEveryN(domain, each, given, left, ">=", factor * right), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_LAYERS, expected="proved", strength="tight",
    assumptions=(
        "x_1 >= x_2 = r y_2 > 0 are the singular values of a product, y_1 = r x_1 and y_2 the products of the layers'",
        "x_1 <= y_1 as norms are submultiplicative, x_1 x_2 = y_1 y_2 as determinants multiply",
    ),
    says=r"x^p+(ry)^p\le(rx)^p+y^p,\quad r\ge1,\ x\ge y>0,\ p>0",
)  # fmt: skip
def aligned_layers_are_best_for_two(least: Constant = 1) -> Stated:
    """The difference is (r^p - 1)(x^p - y^p): with two singular values, the smallest layers are aligned ones."""
    domain = Domain("x in (0,oo), y in (0,oo), r in [1,oo), p in (0,oo)")
    x, y, r, p = domain
    left, right = x**p + (r * y) ** p, (r * x) ** p + y**p

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", right, by=[(r**p - 1, k.power(k.hypothesis(0), p))])

    hard = {"x": Fraction(199, 200), "y": 1, "r": 2, "p": 1}
    return ForAll(domain, left, "<=", right, ((x, ">=", least * y),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_LAYERS, expected="proved", strength="identity",
    uses=("deep_linear_collapse.eliminated_features", "deep_linear_collapse.layers_by_their_product"),
    assumptions=("s is a class's singular value of the product of layers, L the product of their M decays",),
    says=r"\frac n{2N}\cdot\frac1{1+s^2/(N\lambda_H)}+\frac M2L^{1/M}s^{2/M}=\frac n{2N}\Bigl(\frac1{1+x^M}+bx\Bigr),"
    r"\quad x^M=\frac{s^2}{N\lambda_H},\ b=\frac{MN}n(N\lambda_HL)^{1/M},\ M\ge1",
)  # fmt: skip
def one_scalar_problem_a_class(factor: Constant = 1) -> Stated:
    """Put s^2 = N lH x^M: every class has its own b, equal sizes n = N/K have one, M K (K n lH L)^{1/M}."""
    domain = Domain("M in [1,oo), x in (0,oo), n in (0,oo), N in (0,oo), lH in (0,oo), L in (0,oo)")
    M, x, n, N, lH, L = domain
    square, b = N * lH * x**M, class_weight(n, N, lH, L, M)
    left = n / (2 * N * (1 + square / (N * lH))) + M / 2 * L ** (1 / M) * square ** (1 / M)
    right, claimed = (n / (2 * N) * scalar_objective(x, times * b, M) for times in (1, factor))
    return ForAll(domain, left, "==", claimed), chain(lambda k: k.identity(left, right))


eliminated_features.false_if("<y, z> counted 1 % more", factor=_MORE)
aligned_trace_is_least_for_three.false_if("it were 1 % larger", factor=_MORE)
trace_of_a_part.false_if("m F counted 1 % more", factor=_MORE)
layers_by_their_product.false_if("it were 1 % larger", factor=_MORE)
aligned_layers_are_best_for_two.false_if("x might be 1 % smaller than y", least=_LESS)
one_scalar_problem_a_class.false_if("b were 1 % larger", factor=_MORE)
