r"""Simplex equiangular tight frames and orthogonal frames: what they are, and what singles them out, for every K.

A simplex ETF is, up to scale and rotation, the K vectors ``sqrt(K/(K-1)) (e_k - 1/K)``: unit vectors with the inner
products -1/(K-1). A generalised orthogonal frame (GOF) is K orthogonal vectors of any lengths, an orthogonal frame (OF)
one of equal lengths. The classes of a statement are named where it is made: coordinates, vectors, or pairs of vectors.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "deep_linear_collapse"
_ETF, _OF = "simplex equiangular tight frame", "orthogonal frames"
_QUOTED = "as usually quoted"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)


# -- the Gram matrix -------------------------------------------------------------------------------------------------


def _coordinates(named: int, wanted: Any, claimed: Any) -> Stated:
    """State a product of two vectors of the frame: ``named`` coordinates apart, at the others both are -1/K."""
    domain, each = Domain("K in [2,oo)"), Domain("u in (-oo,oo), w in (-oo,oo)")
    (K,), (u, w) = domain, each
    own = -2 * (1 - 1 / K) / K if named == 2 else (1 - 1 / K) ** 2
    left = K / (K - 1) * (own + inner(u, w))

    def proof(k: Proof) -> Any:
        count, first, second = (k.hypothesis(i) for i in range(3))
        product = k.sum_up(k.show(u * w, "==", 1 / K**2, by=[(w, first), (-1 / K, second)]))
        by = [(K / (K - 1), product), (1 / (K * (K - 1)), count)]
        return k.show(left, "==", wanted(K), by=by)

    def sample(rng: random.Random) -> Any:
        classes = rng.randint(2, 5)
        rest = Fraction(-1, classes)
        return {"K": Fraction(classes)}, [{"u": rest, "w": rest} for _ in range(classes - named)]

    given = ((Sig(1), "==", K - named), (u, "==", -1 / K), (w, "==", -1 / K))
    return ForEveryN(domain, each, given, left, "==", claimed(K)), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_ETF, expected="proved", strength="identity", form=_QUOTED,
    says=r"v_k=\sqrt{\tfrac K{K-1}}\,\bigl(e_k-\tfrac1K\mathbf 1\bigr)\ \Rightarrow\ "
    r"\langle v_j,v_k\rangle=-\frac1{K-1},\quad j\ne k,\ K\ge2",
)  # fmt: skip
def etf_angle(less: Constant = 1) -> Stated:
    """Two coordinates hold 1 - 1/K in one of the two vectors, at the K - 2 others both hold -1/K."""
    return _coordinates(2, lambda K: -1 / (K - 1), lambda K: -1 / (K - less))


@claim(
    paper=_PAPER, where=_ETF, expected="proved", strength="identity", form=_QUOTED,
    says=r"v_k=\sqrt{\tfrac K{K-1}}\,\bigl(e_k-\tfrac1K\mathbf 1\bigr)\ \Rightarrow\ |v_k|^2=1,\quad K\ge2",
)  # fmt: skip
def etf_length(value: Constant = 1) -> Stated:
    """One coordinate holds 1 - 1/K, the others -1/K. With the angle: the Gram matrix is K/(K-1) (I - 11'/K)."""
    return _coordinates(1, lambda _: 1, lambda _: value)


@claim(
    paper=_PAPER, where=_ETF, expected="proved", strength="identity",
    assumptions=("for inner products t the squared length of sum a_k v_k is (1 - t) sum a_k^2 + t (sum a_k)^2",),
    says=r"t=-\frac1{K-1}\ \Rightarrow\ (1-t)\sum_ka_k^2+t\Bigl(\sum_ka_k\Bigr)^2=\frac K{K-1}\sum_k(a_k-\bar a)^2,"
    r"\quad\bar a=\frac1K\sum_ka_k",
)  # fmt: skip
def combinations_of_an_etf(factor: Constant = 1) -> Stated:
    """It vanishes for equal weights only: K vectors that sum to zero and have rank K - 1, whatever the dimension."""
    domain, each = Domain("K in [2,oo), m in (-oo,oo)"), Domain("a in (-oo,oo)")
    (K, m), (a,) = domain, each
    t = -1 / (K - 1)
    left, right = (1 - t) * Sig(a**2) + t * Sig(a) ** 2, K / (K - 1) * Sig((a - m) ** 2)

    def proof(k: Proof) -> Any:
        count, total = k.hypothesis(0), k.hypothesis(1)
        scale = K / (K - 1)
        by = [(-scale * m**2, count), (2 * scale * m - (Sig(a) + K * m) / (K - 1), total)]
        return k.show(left, "==", right, by=by)

    def sample(rng: random.Random) -> Any:
        size = rng.randint(2, 5)
        drawn = [Fraction(rng.randint(-6, 6), 2) for _ in range(size)]
        return {"K": Fraction(size), "m": sum(drawn, Fraction(0)) / size}, [{"a": a} for a in drawn]

    given = ((Sig(1), "==", K), (Sig(a), "==", K * m))
    return ForEveryN(domain, each, given, left, "==", factor * right), chain(proof, sample=sample)


# -- what singles out an ETF -----------------------------------------------------------------------------------------

_PAIRS = ("the squared length of the sum of K unit vectors is K + 2 sum p over the K (K - 1)/2 pairs",)


def _draw_pairs(rng: random.Random, named: bool) -> Any:
    """Draw K and inner products of pairs near -1/(K-1), whose sum is -K/2 or more; t is the largest."""
    K = rng.randint(2, 4)
    least, count = Fraction(-1, K - 1), K * (K - 1) // 2 - named
    found = [least for _ in range(count)]
    if not named:
        return {"K": Fraction(K), "t": least}, [{"p": p} for p in found]
    return {"K": Fraction(K), "q": least}, [{"p": p} for p in found]


@claim(
    paper=_PAPER, where=_ETF + ": largest angle", expected="proved", strength="tight", form=_QUOTED,
    assumptions=_PAIRS,
    says=r"|v_1|=\dots=|v_K|=1,\ \langle v_j,v_k\rangle\le t\ (j\ne k)\ \Rightarrow\ t\ge-\frac1{K-1},\quad K\ge2",
)  # fmt: skip
def etf_has_the_largest_angle(less: Constant = 1) -> Stated:
    """The sum of the vectors has a squared length >= 0; classes are pairs, p is the inner product of one."""
    domain, each = Domain("K in [2,oo), t in (-oo,oo)"), Domain("p in [-1,1]")
    (K, t), (p,) = domain, each
    pairs = K * (K - 1) / 2

    def proof(k: Proof) -> Any:
        count, length, most = (k.hypothesis(i) for i in range(3))
        by = [(1 / pairs, k.sum_up(most)), (-t / pairs, count), (1 / (2 * pairs), length)]
        return k.show(t, ">=", -1 / (K - 1), by=by)

    given = ((Sig(1), "==", pairs), (K + 2 * Sig(p), ">=", 0), (p, "<=", t))
    method = chain(proof, sample=lambda rng: _draw_pairs(rng, False))
    return ForEveryN(domain, each, given, t, ">=", -1 / (K - less)), method


@claim(
    paper=_PAPER, where=_ETF + ": largest angle", expected="proved", strength="tight",
    assumptions=_PAIRS, uses=("deep_linear_collapse.etf_has_the_largest_angle",),
    says=r"|v_1|=\dots=|v_K|=1,\ \langle v_j,v_k\rangle\le-\frac1{K-1}\ (j\ne k)\ \Rightarrow\ "
    r"\langle v_i,v_l\rangle\ge-\frac1{K-1}\ (i\ne l),\quad K\ge2",
)  # fmt: skip
def largest_angle_makes_an_etf(less: Constant = 1) -> Stated:
    """Each pair, q, is bounded by what the others leave: so all inner products are equal, and the frame is an ETF."""
    domain, each = Domain("K in [2,oo), q in [-1,1]"), Domain("p in [-1,1]")
    (K, q), (p,) = domain, each
    others = K * (K - 1) / 2 - 1

    def proof(k: Proof) -> Any:
        count, length, most = (k.hypothesis(i) for i in range(3))
        by = [k.sum_up(most), (1 / (K - 1), count), (Fraction(1, 2), length)]
        return k.show(q, ">=", -1 / (K - 1), by=by)

    t = -1 / (K - 1)
    given = ((Sig(1), "==", others), (K + 2 * q + 2 * Sig(p), ">=", 0), (p, "<=", t), (q, "<=", t))
    method = chain(proof, sample=lambda rng: _draw_pairs(rng, True))
    return ForEveryN(domain, each, given, q, ">=", -1 / (K - less)), method


@claim(
    paper=_PAPER, where=_ETF + ": largest margin", expected="proved", strength="tight",
    assumptions=(
        "a_k is the inner product of w_k - mean(w) with h_k, n_k the squared length of w_k - mean(w)",
        "a_k^2 <= n_k (Cauchy and Schwarz), sum n_k <= K as |w_k| <= 1, and the K - 1 margins of w_k sum up to K a_k",
    ),
    says=r"|w_k|,|h_k|\le1,\ \langle w_k-w_j,h_k\rangle\ge t\ (j\ne k)\ \Rightarrow\ t\le\frac K{K-1},\quad K\ge2",
)  # fmt: skip
def etf_has_the_largest_margin(factor: Constant = 1) -> Stated:
    """a_k is at most (1 + n_k)/2. An ETF with h_k = w_k has the margin 1 + 1/(K-1)."""
    domain, each = Domain("K in [2,oo), t in (-oo,oo)"), Domain("a in (-oo,oo), n in [0,oo)")
    (K, t), (a, n) = domain, each

    def proof(k: Proof) -> Any:
        count, total, cauchy, margin = (k.hypothesis(i) for i in range(4))
        half = k.show(a, "<=", (1 + n) / 2, by=[(Fraction(1, 2), cauchy), k.sign((a - 1) ** 2 / 2, ">=")])
        each_one = k.sum_up(k.show((K - 1) * t, "<=", K * (1 + n) / 2, by=[margin, (K, half)]))
        scale = 1 / (K * (K - 1))
        by = [(scale, each_one), (scale * (K - 1) * t - scale * K / 2, count), (scale * K / 2, total)]
        return k.show(t, "<=", K / (K - 1), by=by)

    def sample(rng: random.Random) -> Any:
        size = rng.randint(2, 5)
        return {"K": Fraction(size), "t": Fraction(size, size - 1)}, [{"a": Fraction(1), "n": Fraction(1)}] * size

    given = ((Sig(1), "==", K), (Sig(n), "<=", K), (a**2, "<=", n), ((K - 1) * t, "<=", K * a))
    return ForEveryN(domain, each, given, t, "<=", factor * K / (K - 1)), chain(proof, sample=sample)


# -- orthogonal frames -----------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_OF + ", centred", expected="proved", strength="identity",
    assumptions=("m is the mean of K orthogonal vectors of squared length c, two of which are w and v",),
    corrects="deep_linear_collapse.centred_generalised_frame_is_an_etf",
    says=r"\langle w,v\rangle=0,\ |w|^2=c,\ \langle w,m\rangle=\langle v,m\rangle=|m|^2=\frac cK\ \Rightarrow\ "
    r"\langle w-m,v-m\rangle=-\frac{|w-m|^2}{K-1},\quad K\ge2",
)  # fmt: skip
def centred_frame_is_an_etf(less: Constant = 1) -> Stated:
    """Orthogonal vectors of one length, their mean taken off, have the angles of an ETF."""
    domain, each = Domain("K in [2,oo), c in (0,oo)"), Domain(reals("w", "v", "m"))
    (K, c), (w, v, m) = domain, each
    left, length = inner(w - m, v - m), norm_sq(w - m)

    def proof(k: Proof) -> Any:
        right_angle, own, first, second, mean = (k.hypothesis(i) for i in range(5))
        scale = 1 / (K - 1)
        by = [right_angle, (scale, own), (-1 - 2 * scale, first), (-1, second), (1 + scale, mean)]
        return k.show(left, "==", -length / (K - 1), by=by)

    def sample(rng: random.Random) -> Any:
        size, scale = rng.randint(2, 5), Fraction(rng.randint(1, 4))
        rows = [{"w": scale * (i == 0), "v": scale * (i == 1), "m": scale / size} for i in range(size)]
        return {"K": Fraction(size), "c": scale**2}, rows

    sides = (inner(w, v), norm_sq(w), inner(w, m), inner(v, m), norm_sq(m))
    given = tuple((side, "==", value) for side, value in zip(sides, (0 * c, c, c / K, c / K, c / K), strict=True))
    return ForEveryN(domain, each, given, left, "==", -length / (K - less)), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_OF + ", centred", expected="refuted", strength="identity",
    assumptions=("three orthogonal vectors of squared lengths a, b, c, their mean taken off; the first two of them",),
    says=r"4\Bigl(\frac s9-\frac{a+b}3\Bigr)^2=\Bigl(\frac a3+\frac s9\Bigr)\Bigl(\frac b3+\frac s9\Bigr),"
    r"\quad s=a+b+c:\ \text{angles of an ETF for every GOF}",
)  # fmt: skip
def centred_generalised_frame_is_an_etf(equal: Constant = 0) -> Stated:
    """It is not, not even up to signs: only a frame of equal lengths becomes an ETF when its mean is taken off."""
    domain = Domain("a in (0,oo), b in (0,oo), c in (0,oo)")
    a, b, c = domain
    first, second, third = (a, a, a) if equal else (a, b, c)
    total = first + second + third
    product = total / 9 - (first + second) / 3
    left, right = 4 * product**2, (first / 3 + total / 9) * (second / 3 + total / 9)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


etf_angle.false_if("the angles were -1/(K - 99/100)", less=_LESS)
etf_length.false_if("the lengths were 1 % larger", value=_MORE)
combinations_of_an_etf.false_if("the right side were 1 % larger", factor=_MORE)
etf_has_the_largest_angle.false_if("the bound were -1/(K - 99/100)", less=_LESS)
largest_angle_makes_an_etf.false_if("the bound were -1/(K - 99/100)", less=_LESS)
etf_has_the_largest_margin.false_if("the bound were 1 % smaller", factor=_LESS)
centred_frame_is_an_etf.false_if("the angles were -1/(K - 99/100)", less=_LESS)
centred_generalised_frame_is_an_etf.true_if("the lengths were equal", equal=1)
