r"""Squared loss, one layer, no bias: a certificate of the minimum for every number of classes and all sizes.

The objective is ``|W H - Y|^2/(2N) + lW |W|^2/2 + lH |H|^2/2``. The minimum is where ``W H = Z*``, the targets with
their singular values ``sqrt(n_k)`` lowered by ``N sqrt(lW lH)``, or to zero: the frame's vectors are orthogonal.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.collapse_expressions import class_weight
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _ONE = "deep_linear_collapse", "squared loss, one layer"
_QUOTED = "as usually quoted"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)

_SOFT = (
    "c = N sqrt(lW lH); r_k = sqrt(n_k), the singular values of Y; G = (Y - Z*)/N",
    "z_k = max(1 - c/r_k, 0) is the entry of Z* in row k and the samples of class k, all others are 0",
)


def _soft() -> tuple[Domain, Domain, Any, Any, Any, tuple[Any, ...]]:
    """Return domain, classes, c, r, z, and the conditions that make z the soft threshold ``max(1 - c/r, 0)``."""
    domain, each = Domain("c in (0,oo)"), Domain("r in (0,oo), z in [0,1), u in (-oo,oo)")
    (c,), (r, z, _) = domain, each
    return domain, each, c, r, z, ((z, ">=", 1 - c / r), (z * (z - 1 + c / r), "==", 0 * c))


def _draw_classes(rng: random.Random) -> Any:
    """Draw classes on either side of the threshold."""
    c, rows = Fraction(rng.randint(1, 4)), []
    for _ in range(rng.randint(1, 3)):
        r = Fraction(rng.randint(1, 12), 2)
        rows.append({"r": r, "z": max(1 - c / r, Fraction(0)), "u": Fraction(rng.randint(-3, 3))})
    return {"c": c}, rows


@claim(
    paper=_PAPER, where=_ONE + ": certificate", expected="proved", strength="tight", assumptions=_SOFT,
    says=r"z_k=\max\Bigl(1-\frac c{\sqrt{n_k}},0\Bigr)\ \Rightarrow\ \sum_ku_k^2n_k(1-z_k)^2\le c^2\sum_ku_k^2",
)  # fmt: skip
def certificate_is_small(factor: Constant = 1) -> Stated:
    """Each class by itself: the left side is N^2 |G'u|^2, so that |G| <= sqrt(lW lH) in the spectral norm."""
    domain, each, c, r, z, given = _soft()
    u = list(each)[2]
    left = Sig(u**2 * r**2 * (1 - z) ** 2)

    def proof(k: Proof) -> Any:
        low = k.hypothesis(0)
        k.show(1 - z, ">=", 0, by=[k.sign(1 - z, ">=")])
        most = k.power(k.show(c, ">=", r * (1 - z), by=[(r, low)]), 2)
        return k.show(left, "<=", c**2 * Sig(u**2), by=[k.sum_up(k.show(
            u**2 * c**2, ">=", u**2 * r**2 * (1 - z) ** 2, by=[(u**2, most)]))])  # fmt: skip

    return ForEveryN(domain, each, given, left, "<=", factor * c**2 * Sig(u**2)), chain(proof, sample=_draw_classes)


@claim(
    paper=_PAPER, where=_ONE + ": certificate", expected="proved", strength="identity", assumptions=_SOFT,
    says=r"z_k=\max\Bigl(1-\frac c{\sqrt{n_k}},0\Bigr)\ \Rightarrow\ \sum_kn_kz_k(1-z_k)=c\sum_k\sqrt{n_k}\,z_k",
)  # fmt: skip
def certificate_is_tight(factor: Constant = 1) -> Stated:
    """Complementary slackness: N <G, Z*> is c times the sum of the singular values of Z*."""
    domain, each, c, r, z, given = _soft()
    left, right = Sig(r**2 * z * (1 - z)), c * Sig(r * z)

    def proof(k: Proof) -> Any:
        slack = k.hypothesis(1)
        one = k.show(r**2 * z * (1 - z), "==", c * r * z, by=[(-(r**2), slack)])
        return k.show(left, "==", right, by=[k.sum_up(one)])

    return ForEveryN(domain, each, given, left, "==", factor * right), chain(proof, sample=_draw_classes)


@claim(
    paper=_PAPER, where=_ONE + ": certificate", expected="proved", strength="tight",
    uses=("deep_linear_collapse.certificate_is_small",),
    assumptions=("w, h are the entries of W and H, v those of G'W, padded with zeros; Sig(v h) is then <G, W H>",),
    says=r"|G^\top W|^2\le\lambda_W\lambda_H|W|^2\ \Rightarrow\ "
    r"\frac{\lambda_W}2|W|^2+\frac{\lambda_H}2|H|^2\ge\langle G,WH\rangle",
)  # fmt: skip
def decays_pay_for_the_certificate(factor: Constant = 1) -> Stated:
    """Entry by entry v h is at most v^2/(2 lH) + lH h^2/2. The variational nuclear norm is not needed."""
    domain, each = Domain("lW in (0,oo), lH in (0,oo)"), Domain(reals("w", "h", "v"))
    (lW, lH), (w, h, v) = domain, each
    left = lW / 2 * norm_sq(w) + lH / 2 * norm_sq(h)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign(lH / 2 * (h - v / lH) ** 2, ">="))
        return k.show(left, ">=", inner(v, h), by=[square, (1 / (2 * lH), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        a, w = Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 4))
        return {"lW": a, "lH": a}, [{"w": w, "v": a * w, "h": w}]

    given = ((norm_sq(v), "<=", lW * lH * norm_sq(w)),)
    return ForEveryN(domain, each, given, left, ">=", factor * inner(v, h)), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_ONE + ": certificate", expected="proved", strength="identity",
    uses=("deep_linear_collapse.certificate_is_tight", "deep_linear_collapse.decays_pay_for_the_certificate"),
    assumptions=("classes are the entries of the matrices Z, Z*, Y; so W H = Z* is the only product at the minimum",),
    says=r"\frac1{2N}|Z-Y|^2+\langle G,Z\rangle=\frac1{2N}|Z^*-Y|^2+\langle G,Z^*\rangle+\frac1{2N}|Z-Z^*|^2,"
    r"\quad G=\frac1N(Y-Z^*)",
)  # fmt: skip
def fit_about_the_certificate(factor: Constant = 1) -> Stated:
    """Complete the square. The objective is at least the left side, and equal to it at Z*: that is its minimum."""
    domain, each = Domain("N in (0,oo)"), Domain(reals("z", "s", "y"))
    (N,), (z, s, y) = domain, each
    dual = (y - s) / N
    left = norm_sq(z - y) / (2 * N) + inner(dual, z)

    def right(times: Any) -> Any:
        return norm_sq(s - y) / (2 * N) + inner(dual, s) + times * norm_sq(z - s) / (2 * N)

    def sample(rng: random.Random) -> Any:
        return point_and_coordinates(rng, ("z", "s", "y"), positive=("N",))

    method = chain(lambda k: k.identity(left, right(1)), sample=sample)
    return ForEveryN(domain, each, (), left, "==", right(factor)), method


@claim(
    paper=_PAPER, where=_ONE + ": minimum", expected="proved", strength="identity",
    uses=("deep_linear_collapse.fit_about_the_certificate", "deep_linear_collapse.one_layer_completes_the_square"),
    assumptions=("n (1-z)^2/(2N) + sqrt(lW lH) sqrt(n) z is the share of one class, z = 1 - c/sqrt(n) > 0",),
    says=r"\frac{n(1-z)^2}{2N}+\frac cN\sqrt n\,z=\frac n{2N}\bigl(2\sqrt b-b\bigr),"
    r"\quad z=1-\frac c{\sqrt n},\ b=\frac{c^2}n",
)  # fmt: skip
def minimum_of_a_class(factor: Constant = 1) -> Stated:
    """The two ways to the minimum agree: the certificate's value is that of the scalar problem."""
    domain = Domain("n in (0,oo), N in (0,oo), c in (0,oo)")
    n, N, c = domain
    root = c / n**_HALF
    left, right = n * root**2 / (2 * N) + c / N * n**_HALF * (1 - root), n / (2 * N) * (2 * root - root**2)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


def _frame(by_size: Any, factor: Constant) -> Stated:
    """State one of the equations of the generalised orthogonal frame, for a class that is not lost."""
    domain = Domain("n in (0,oo), N in (0,oo), lW in (0,oo), lH in (0,oo)")
    n, N, lW, lH = domain
    length = (n * lH / lW) ** _HALF - N * lH
    left, right = by_size(length, n, N, lW, lH)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_ONE + ": frame", expected="proved", strength="identity", form=_QUOTED,
    assumptions=("x = 1/sqrt(b) - 1 is the minimiser of the scalar problem for n > N^2 lW lH",),
    says=r"|w_k|^2=\sqrt{\frac{n_k\lambda_H}{\lambda_W}}-N\lambda_H=N\lambda_H\Bigl(\frac1{\sqrt b}-1\Bigr),"
    r"\quad b=\frac{N^2\lambda_W\lambda_H}{n_k}",
)  # fmt: skip
def row_lengths_of_the_frame(factor: Constant = 1) -> Stated:
    """|w_k|^2 is N lH x."""
    return _frame(
        lambda length, n, N, lW, lH: (length, N * lH * (class_weight(n, N, lH, lW, 1) ** (-_HALF) - 1)), factor
    )


@claim(
    paper=_PAPER, where=_ONE + ": frame", expected="proved", strength="identity", form=_QUOTED,
    says=r"h_{k,i}=\sqrt{\frac{\lambda_W}{n_k\lambda_H}}\,w_k,\ |w_k|^2=\sqrt{\frac{n_k\lambda_H}{\lambda_W}}"
    r"-N\lambda_H\ \Rightarrow\ \langle w_k,h_{k,i}\rangle=1-\frac{N\sqrt{\lambda_W\lambda_H}}{\sqrt{n_k}}",
)  # fmt: skip
def features_of_the_frame(factor: Constant = 1) -> Stated:
    """Rows and features of such lengths, orthogonal between classes, give Z*: they reach the minimum."""
    return _frame(
        lambda length, n, N, lW, lH: ((lW / (n * lH)) ** _HALF * length, 1 - N * (lW * lH / n) ** _HALF), factor
    )


@claim(
    paper=_PAPER, where=_ONE + ": frame", expected="proved", strength="identity",
    uses=("deep_linear_collapse.features_of_the_frame",),
    assumptions=("z = 1 - c/sqrt(n_k) > 0; the n_k features of the class are equal",),
    says=r"h_{k,i}=\sqrt{\frac{\lambda_W}{n_k\lambda_H}}\,w_k,\ |w_k|^2=\sqrt{\frac{n_k\lambda_H}{\lambda_W}}"
    r"-N\lambda_H\ \Rightarrow\ \frac{\lambda_W}2|w_k|^2+\frac{\lambda_H}2\sum_i|h_{k,i}|^2="
    r"\sqrt{\lambda_W\lambda_H}\,\sqrt{n_k}\Bigl(1-\frac{N\sqrt{\lambda_W\lambda_H}}{\sqrt{n_k}}\Bigr)",
)  # fmt: skip
def decays_of_the_frame(factor: Constant = 1) -> Stated:
    """That is c/N times the singular value of Z*, what the certificate asks (certificate_is_tight): it is a minimum."""
    return _frame(
        lambda length, n, N, lW, lH: (
            lW / 2 * length + lH / 2 * n * (lW / (n * lH)) * length,
            (lW * lH * n) ** _HALF * (1 - N * (lW * lH / n) ** _HALF),
        ),
        factor,
    )


certificate_is_small.false_if("the norm's square were 1 % smaller", factor=_LESS)
certificate_is_tight.false_if("it were 1 % larger", factor=_MORE)
decays_pay_for_the_certificate.false_if("they paid for 1 % more", factor=_MORE)
fit_about_the_certificate.false_if("the square counted 1 % more", factor=_MORE)
minimum_of_a_class.false_if("it were 1 % larger", factor=_MORE)
row_lengths_of_the_frame.false_if("it were 1 % larger", factor=_MORE)
features_of_the_frame.false_if("it were 1 % larger", factor=_MORE)
decays_of_the_frame.false_if("it were 1 % larger", factor=_MORE)
