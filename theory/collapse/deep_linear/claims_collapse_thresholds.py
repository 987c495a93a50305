r"""Squared loss: which classes are lost, how long the rows of the others are, narrow networks, and the last bias.

Class k has the scalar problem with ``b_k = M (N/n_k) (N lH L)^{1/M}``, L the product of the M layers' decays; its
share of the objective is ``n_k/(2N) g(x; b_k)``, its row has the squared length ``N lH x^M``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.claims_collapse_scalar import value_at_the_jump, zero_is_the_minimiser
from theory.collapse.deep_linear.collapse_expressions import class_weight, jump, scalar_objective, threshold
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "deep_linear_collapse"
_ONE, _DEEP = "squared loss, one layer: lost classes", "squared loss, every real M > 1: lost classes"
_WIDTH, _BIAS = "squared loss: width below the number of classes", "squared loss with a bias in the last layer"
_SCALAR = ("deep_linear_collapse.one_scalar_problem_a_class",)
_G = r"g(x;b)=\frac1{1+x^M}+bx"
_B = r"b=\frac{MN}n(N\lambda_HL)^{1/M}"
_B1 = r"b=\frac{N^2\lambda_W\lambda_H}n"
_NC = r"n_c=\frac{M^2N(N\lambda_HL)^{1/M}}{(M-1)^{(M-1)/M}}"
_DEPTH_SAYS = _G + r",\ " + _B + r",\ " + _NC
_SETTING = "n in (0,oo), N in (0,oo), lH in (0,oo), L in (0,oo)"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)


# -- one layer -------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_ONE, expected="proved", strength="tight", form="as usually quoted", uses=_SCALAR,
    says=r"n\le N^2\lambda_W\lambda_H\ \Rightarrow\ \frac1{1+x}+bx>1,\quad x>0,\ " + _B1,
)  # fmt: skip
def small_class_is_lost(scale: Constant = 1) -> Stated:
    """Then b >= 1, and g - 1 is (b (1 + x) - 1) x/(1 + x)."""
    domain = Domain("x in (0,oo), " + _SETTING)
    x, n, N, lH, lW = domain
    left = scalar_objective(x, class_weight(n, N, lH, lW, 1), 1)

    def proof(k: Proof) -> Any:
        rest = k.sign(x**2 / (1 + x), ">")
        return k.show(left, ">", 1, by=[(x / n, k.hypothesis(0)), rest])

    given = ((n, "<=", scale * N**2 * lW * lH),)
    hard = {"x": Fraction(1, 1000), "n": Fraction(201, 200), "N": 1, "lH": 1, "L": 1}
    return ForAll(domain, left, ">", 1, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_ONE, expected="proved", strength="tight", uses=_SCALAR,
    says=r"n>N^2\lambda_W\lambda_H(1+x)\ \Rightarrow\ \frac1{1+x}+bx<1,\quad x>0,\ " + _B1,
)  # fmt: skip
def large_class_is_kept(scale: Constant = 1, times: Constant = 1) -> Stated:
    """Then b (1 + x) < 1. Every n > N^2 lW lH has such an x: a class is lost if and only if n <= N^2 lW lH."""
    domain = Domain("x in (0,oo), " + _SETTING)
    x, n, N, lH, lW = domain
    left = scalar_objective(x, class_weight(n, N, lH, lW, 1), 1)

    def proof(k: Proof) -> Any:
        return k.show(left, "<", 1, by=[(x / (n * (1 + x)), k.hypothesis(0))])

    given = ((n, ">", scale * N**2 * lW * lH * (1 + times * x)),)
    ones = {"N": 1, "lH": 1, "L": 1}
    near, far = {"x": Fraction(1, 1000), "n": Fraction(199, 200)}, {"x": 1000, "n": 996}
    return ForAll(domain, left, "<", 1, given), chain_at(proof, near | ones, far | ones)


# -- every depth above one -------------------------------------------------------------------------------------------


def _largest_lost(M: Any, N: Any, lH: Any, L: Any) -> Any:
    """Return the size n_c up to which a class is lost."""
    return M * N * (N * lH * L) ** (1 / M) / threshold(M)


@claim(
    paper=_PAPER, where=_DEEP, expected="proved", strength="tight", uses=_SCALAR,
    says=r"n\le n_c\ \Rightarrow\ g(x;b)\ge1,\quad x\ge0,\ M>1,\quad " + _DEPTH_SAYS,
)  # fmt: skip
def small_class_is_lost_in_depth(scale: Constant = 1) -> Stated:
    """Then b is at least the threshold of the scalar problem."""
    domain = Domain("M in (1,oo), x in [0,oo), " + _SETTING)
    M, x, n, N, lH, L = domain
    b = class_weight(n, N, lH, L, M)
    left = scalar_objective(x, b, M)

    def proof(k: Proof) -> Any:
        above = k.show(b, ">=", threshold(M), by=[(threshold(M) / n, k.hypothesis(0))])
        return k.apply(zero_is_the_minimiser, {"M": M, "x": x, "b": b}, given=[above])

    given = ((n, "<=", scale * _largest_lost(M, N, lH, L)),)
    hard = {"M": 2, "x": 1, "n": Fraction(201, 50), "N": 1, "lH": 1, "L": 1}
    return ForAll(domain, left, ">=", 1, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_DEEP, expected="proved", strength="tight", uses=_SCALAR,
    says=r"n>n_c\ \Rightarrow\ g\bigl((M-1)^{1/M};b\bigr)<1,\quad M>1,\quad " + _DEPTH_SAYS,
)  # fmt: skip
def large_class_is_kept_in_depth(scale: Constant = 1) -> Stated:
    """Then b is below the threshold: a class is lost in some global minimum if and only if n <= n_c."""
    domain = Domain("M in (1,oo), " + _SETTING)
    M, n, N, lH, L = domain
    b = class_weight(n, N, lH, L, M)
    left = scalar_objective(jump(M), b, M)

    def proof(k: Proof) -> Any:
        below = k.show(b, "<", threshold(M), by=[(threshold(M) / n, k.hypothesis(0))])
        value = k.apply(value_at_the_jump, {"M": M, "b": b})
        return k.show(left, "<", 1, by=[(-1, value), (jump(M), below)])

    given = ((n, ">", scale * _largest_lost(M, N, lH, L)),)
    hard = {"M": 2, "n": Fraction(199, 50), "N": 1, "lH": 1, "L": 1}
    return ForAll(domain, left, "<", 1, given), chain_at(proof, hard)


# -- width -----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WIDTH, expected="proved", strength="identity", uses=_SCALAR,
    assumptions=(
        "n (1 - g(x; b_n)) is 2N times what a row at x gains over zero; M >= 1 real",
        "a product of layers of width d has rank d at most: as many classes have a row",
    ),
    says=r"m\bigl(1-g(x;b_m)\bigr)-n\bigl(1-g(x;b_n)\bigr)=(m-n)\frac{x^M}{1+x^M},\quad x\ge0,\quad "
    + _G + r",\ b_n=\frac{MN}n(N\lambda_HL)^{1/M}",
)  # fmt: skip
def larger_class_gains_more(factor: Constant = 1) -> Stated:
    """The decay's part, n b_n x, is the same for both: narrow networks keep the largest classes."""
    domain = Domain("M in [1,oo), x in [0,oo), m in (0,oo), " + _SETTING)
    M, x, m, n, N, lH, L = domain

    def gain(size: Any) -> Any:
        return size * (1 - scalar_objective(x, class_weight(size, N, lH, L, M), M))

    left, right = gain(m) - gain(n), (m - n) * x**M / (1 + x**M)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


# -- a bias in the last layer ----------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_BIAS, expected="proved", strength="identity",
    assumptions=(
        "one output: r are the targets less the outputs without bias, m their mean over all N samples",
        "features that are centred too have the same centred outputs, and a smaller norm",
    ),
    says=r"\sum_i(r_i-\beta)^2=\sum_i(r_i-m)^2+N(\beta-m)^2,\quad m=\frac1N\sum_ir_i",
)  # fmt: skip
def best_bias_is_the_mean(factor: Constant = 1) -> Stated:
    """So the bias takes off the mean of targets and of outputs: what is left is the problem of centred targets."""
    domain, each = Domain("N in [1,oo), m in (-oo,oo), b in (-oo,oo)"), Domain("r in (-oo,oo)")
    (N, m, b), (r,) = domain, each
    left, square = Sig((r - b) ** 2), N * (b - m) ** 2

    def proof(k: Proof) -> Any:
        count, total = k.hypothesis(0), k.hypothesis(1)
        return k.show(left, "==", Sig((r - m) ** 2) + square, by=[(b**2 - m**2, count), (2 * (m - b), total)])

    def sample(rng: random.Random) -> Any:
        drawn = [Fraction(rng.randint(-6, 6), 2) for _ in range(rng.randint(1, 5))]
        size = Fraction(len(drawn))
        return {"N": size, "m": sum(drawn, Fraction(0)) / size, "b": Fraction(rng.randint(-4, 4))}, [
            {"r": value} for value in drawn]  # fmt: skip

    given = ((Sig(1), "==", N), (Sig(r), "==", N * m))
    return ForEveryN(domain, each, given, left, "==", Sig((r - m) ** 2) + factor * square), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_BIAS, expected="proved", strength="identity",
    assumptions=("Y less the means of its rows has the matrix YY' - N mm' = diag(n) - nn'/N, m = n/N",),
    says=r"n_1u_1^2+n_2u_2^2-\frac{(n_1u_1+n_2u_2)^2}{n_1+n_2}=\frac{n_1n_2}{n_1+n_2}(u_1-u_2)^2",
)  # fmt: skip
def two_centred_classes(factor: Constant = 1) -> Stated:
    """One singular value, sqrt(2 n_1 n_2/N), in place of sqrt(n_1) and sqrt(n_2): two classes are lost together."""
    domain = Domain("n1 in (0,oo), n2 in (0,oo), u1 in (-oo,oo), u2 in (-oo,oo)")
    n1, n2, u1, u2 = domain
    left = n1 * u1**2 + n2 * u2**2 - (n1 * u1 + n2 * u2) ** 2 / (n1 + n2)
    right = n1 * n2 / (n1 + n2) * (u1 - u2) ** 2
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_BIAS + ", equal sizes", expected="proved", strength="identity",
    uses=(*_SCALAR, "deep_linear_collapse.best_bias_is_the_mean", "deep_linear_collapse.combinations_of_an_etf"),
    assumptions=(
        "centred targets of equal sizes have the matrix n (I - 11'/K): K - 1 singular values sqrt(n), as of one class",
        "at equal singular values s the rows have the Gram matrix s^2 (I - 11'/K): a simplex ETF",
    ),
    says=r"(K-1)\Bigl(\frac n{2Kn}\cdot\frac1{1+s^2/(Kn\lambda_H)}+\frac M2L^{1/M}s^{2/M}\Bigr)="
    r"\frac{K-1}{2K}\Bigl(\frac1{1+x^M}+bx\Bigr),\quad x^M=\frac{s^2}{Kn\lambda_H},\ "
    r"b=MK(Kn\lambda_HL)^{1/M},\ M\ge1",
)  # fmt: skip
def balanced_objective_with_bias(factor: Constant = 1) -> Stated:
    """The same b as without bias, and one direction less."""
    domain = Domain("M in [1,oo), K in [2,oo), n in (0,oo), x in (0,oo), lH in (0,oo), L in (0,oo)")
    M, K, n, x, lH, L = domain
    N = K * n
    square = N * lH * x**M
    left = (K - 1) * (n / (2 * N * (1 + square / (N * lH))) + M / 2 * L ** (1 / M) * square ** (1 / M))

    def right(times: Any) -> Any:
        return (K - 1) / (2 * K) * scalar_objective(x, times * M * K * (N * lH * L) ** (1 / M), M)

    return ForAll(domain, left, "==", right(factor)), chain(lambda k: k.identity(left, right(1)))


small_class_is_lost.false_if("the threshold were 1 % larger", scale=_MORE)
large_class_is_kept.false_if("the threshold were 1 % smaller", scale=_LESS)
large_class_is_kept.false_if("x counted 1 % less", times=_LESS)
larger_class_gains_more.false_if("the difference counted 1 % more", factor=_MORE)
small_class_is_lost_in_depth.false_if("the threshold were 1 % larger", scale=_MORE)
large_class_is_kept_in_depth.false_if("the threshold were 1 % smaller", scale=_LESS)
best_bias_is_the_mean.false_if("the second square counted 1 % more", factor=_MORE)
two_centred_classes.false_if("it were 1 % larger", factor=_MORE)
balanced_objective_with_bias.false_if("b were 1 % larger", factor=_MORE)
