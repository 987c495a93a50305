r"""Cross-entropy with one layer, balanced classes: the simplex, or zero, is a global minimum, for all sizes and decays.

The objective is the mean cross-entropy of W H plus ``(lW/2)|W|^2 + (lH/2)|H|^2``, with K classes of n samples. No
inequality on nuclear norms is needed: the loss of each sample lies above its tangent at the simplex, and what the
tangents take is paid for by the decays, sample by sample and coordinate by coordinate. With b = e^a:

    objective >= log(1 + (K - 1)/b) + (K - 1) log(b)/(b + K - 1)   for every b >= 1 with 1/(b + K - 1) <= sqrt(n lW lH),

at every width; the simplex whose logits are a (I - 11'/K), for which K - 1 dimensions are needed, attains it where the
last relation is an equality, zero attains it at b = 1. At a > 0 that value is below log K, so that just one of the two
is a minimum (`simplex_beats_zero`). With a bias the same holds, which is argued only: the loss sees margins, and biases
drop out of the sum of all margins. Sums over samples, or over pairs of sample and coordinate, are the anonymous sum of
the statements.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "deep_linear_collapse", "cross-entropy, one layer, balanced classes"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)
_TINY = Fraction(1, 10**9)


def _number(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-30, 30), 10)


# -- the tangent of the loss -----------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE + ": tangent of the loss", expected="proved", strength="lemma",
    says=r"\log\Bigl(1+\sum_je^{-t_j}\Bigr)\ge\log\Bigl(1+\sum_je^{-s_j}\Bigr)"
    r"+\frac{\sum_je^{-s_j}(s_j-t_j)}{1+\sum_je^{-s_j}}",
)  # fmt: skip
def loss_above_its_tangent(factor: Constant = 1) -> Stated:
    """Gibbs: 1 + x <= e^x at the differences of the log-probabilities, weighted by the probabilities at s."""
    import sympy

    domain, each = Domain("w in [0,oo)"), Domain("t in (-oo,oo), s in (-oo,oo)")
    (w,), (t, s) = domain, each
    there, here = 1 + w + Sig(sympy.exp(-t)), 1 + w + Sig(sympy.exp(-s))
    slope = Sig(sympy.exp(-s) * (s - t)) / here

    def proof(k: Proof) -> Any:
        for total in (there, here):
            k.sign(total, ">")
        v = k.fresh("v in (-oo,oo)")
        gap = sympy.log(there) - sympy.log(here)
        own = k.tangent(sympy.exp(v), v, 0, -gap)
        other = k.tangent(sympy.exp(v), v, 0, s - t - gap)
        weighted = k.show(sympy.exp(-s) * sympy.exp(s - t - gap), ">=", sympy.exp(-s) * (1 + s - t - gap),
                          by=[(sympy.exp(-s), other)])  # fmt: skip
        by = [((1 + w) / here, own), (1 / here, k.sum_up(weighted))]
        return k.show(sympy.log(there), ">=", sympy.log(here) + slope, by=by)

    def sample(rng: random.Random) -> Any:
        rows = [{"s": _number(rng)} for _ in range(rng.randint(1, 4))]
        return {"w": 0}, [row | {"t": row["s"] + Fraction(rng.randint(-3, 3), 100)} for row in rows]

    statement = ForEveryN(domain, each, (), sympy.log(there), ">=", sympy.log(here) + factor * slope)
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER, where=_WHERE + ": tangent of the loss at the simplex", expected="proved", strength="lemma",
    says=r"\log\Bigl(1+\sum_{j\ne y}e^{-t_j}\Bigr)\ge\log\bigl(1+(K-1)e^{-a}\bigr)"
    r"+\frac{(K-1)a-\sum_{j\ne y}t_j}{e^a+K-1}",
    assumptions=("e^a is b; t_j is the margin z_y - z_j, so that the sum over j is K (z_y - mean of z)",),
)  # fmt: skip
def loss_above_the_simplex(factor: Constant = 1) -> Stated:
    """The tangent at equal margins a; equality at t = a."""
    import sympy

    domain, each = Domain("K in [1,oo), b in [1,oo)"), Domain("t in (-oo,oo)")
    (K, b), (t,) = domain, each
    there, here, a = 1 + Sig(sympy.exp(-t)), 1 + (K - 1) / b, sympy.log(b)
    slope = ((K - 1) * a - Sig(t)) / (b + K - 1)

    def proof(k: Proof) -> Any:
        for total in (there, here, b + K - 1):
            k.sign(total, ">")
        v = k.fresh("v in (-oo,oo)")
        gap = sympy.log(there) - sympy.log(here)
        own = k.tangent(sympy.exp(v), v, 0, -gap)
        other = k.tangent(sympy.exp(v), v, 0, a - t - gap)
        weighted = k.show(sympy.exp(-t - gap), ">=", (1 + a - t - gap) / b, by=[(1 / b, other)])
        count = ((1 - gap + a) / (b * here), k.hypothesis(0))
        return k.show(sympy.log(there), ">=", sympy.log(here) + slope,
                      by=[(1 / here, own), (1 / here, k.sum_up(weighted)), count])  # fmt: skip

    def sample(rng: random.Random) -> Any:
        others, b = rng.randint(1, 4), Fraction(rng.randint(10, 200), 10)
        near = Fraction(math.log(b)).limit_denominator(100)
        rows = [{"t": near + Fraction(rng.randint(-3, 3), 100)} for _ in range(others)]
        return {"K": Fraction(others + 1), "b": b}, rows

    given = ((Sig(1), "==", K - 1),)
    return ForEveryN(domain, each, given, sympy.log(there), ">=", sympy.log(here) + factor * slope), chain(
        proof, sample
    )


# -- what the decays pay ---------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE + ": what the decays pay", expected="proved", strength="lemma",
    says=r"g^2n\le\lambda_W\lambda_H\ \Rightarrow\ g\sum_iu_ih_i\le\frac{\lambda_H}2\sum_ih_i^2"
    r"+\frac{\lambda_W}{2n}\sum_iu_i^2",
    assumptions=("the sum is over the coordinates of one sample",),
)  # fmt: skip
def decays_pay_for_a_sample(factor: Constant = 1) -> Stated:
    """A square in each coordinate: of lH h - g u."""
    domain, each = (
        Domain("g in [0,oo), n in (0,oo), lW in (0,oo), lH in (0,oo)"),
        Domain("u in (-oo,oo), h in (-oo,oo)"),
    )
    (g, n, lW, lH), (u, h) = domain, each
    left, right = g * Sig(u * h), lH * Sig(h**2) / 2 + lW * Sig(u**2) / (2 * n)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign((lH * h - g * u) ** 2 / (2 * lH), ">="))
        k.sum_up(k.sign(u**2, ">="))
        return k.show(left, "<=", right, by=[square, (Sig(u**2) / (2 * lH * n), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        push, decay, size = (Fraction(rng.randint(1, 20), 10) for _ in range(3))
        rows = [{"u": value, "h": push * value / decay} for value in (_number(rng) for _ in range(rng.randint(1, 3)))]
        return {"g": push, "n": size, "lW": push**2 * size / decay, "lH": decay}, rows

    return ForEveryN(domain, each, ((g**2 * n, "<=", lW * lH),), factor * left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER, where=_WHERE + ": what the decays pay", expected="proved", strength="lemma",
    says=r"\sum_{k=1}^K(w_k-m)^2\le\sum_kw_k^2,\quad m=\frac1K\sum_kw_k",
    assumptions=("applied to each coordinate of the rows of W, and summed",),
)  # fmt: skip
def centred_rows_are_shorter(factor: Constant = 1) -> Stated:
    """The difference is K m^2."""
    domain, each = Domain("K in [1,oo), m in (-oo,oo)"), Domain("w in (-oo,oo)")
    (K, m), (w,) = domain, each

    def proof(k: Proof) -> Any:
        by = [(-(m**2), k.hypothesis(0)), (2 * m, k.hypothesis(1)), k.sign(K * m**2, ">=")]
        return k.show(Sig((w - m) ** 2), "<=", Sig(w**2), by=by)

    def sample(rng: random.Random) -> Any:
        values = [_number(rng) for _ in range(rng.randint(1, 5))]
        mean = sum(values) / len(values) if values else Fraction(0)
        return {"K": Fraction(len(values)), "m": mean}, [{"w": value} for value in values]

    given = ((Sig(1), "==", K), (Sig(w), "==", K * m))
    return ForEveryN(domain, each, given, factor * Sig((w - m) ** 2), "<=", Sig(w**2)), chain(proof, sample)


_SAMPLES = (
    (
        "the sum is over the N = K n samples: l_i is a sample's loss, h_i its feature, t_i the inner product of it "
        "with w_y less the mean row, S_i = |h_i|^2, v_i the square of that row's distance to the mean row, W2 = |W|^2"
    ),
    (
        "with q = 1/(e^a + K - 1), l_i is at least its tangent (loss_above_the_simplex); what t_i takes is paid: "
        "(q/n) t_i <= lH S_i/2 + lW v_i/(2 n) (decays_pay_for_a_sample, with g = q/n, by the condition); the v_i add "
        "up to at most n W2 (centred_rows_are_shorter)"
    ),
)


def _objective() -> Any:
    """Return domain, ranges of a sample, hypotheses, objective and bound, at b = e^a."""
    import sympy

    domain = Domain("K in [2,oo), n in [1,oo), b in [1,oo), lW in (0,oo), lH in (0,oo), W2 in [0,oo)")
    each = Domain("l in (-oo,oo), t in (-oo,oo), S in [0,oo), v in [0,oo)")
    (K, n, b, lW, lH, W2), (loss, t, S, v) = domain, each
    q, a = 1 / (b + K - 1), sympy.log(b)
    base = sympy.log(1 + (K - 1) / b)
    given = (
        (Sig(1), "==", K * n),
        (loss, ">=", base + q * ((K - 1) * a - K * t)),
        (q / n * t, "<=", lH * S / 2 + lW * v / (2 * n)),
        (Sig(v), "<=", n * W2),
        (q**2, "<=", n * lW * lH),
    )
    return domain, each, given, Sig(loss) / (K * n) + lW * W2 / 2 + lH * Sig(S) / 2, base + (K - 1) * q * a


def _near_the_simplex(rng: random.Random) -> Any:
    """Samples that meet the hypotheses, each nearly with equality."""
    K, n = Fraction(rng.randint(2, 4)), Fraction(rng.randint(1, 2))
    b, decay, v = (Fraction(rng.randint(11, 60), 10) for _ in range(3))
    q = 1 / (b + K - 1)
    grow = q / n / decay
    t = grow * v
    loss = math.log(1 + (K - 1) / b) + q * ((K - 1) * Fraction(math.log(b)) - K * t)
    row = {"l": Fraction(loss).limit_denominator(10**9) + 2 * _TINY, "t": t, "S": grow * t, "v": v}
    point = {"K": K, "n": n, "b": b, "lW": q**2 / (n * decay), "lH": decay, "W2": K * v}
    return point, [row] * int(K * n)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="tight", form="derived",
    corrects=f"{_PAPER}.deep_minima_are_simplices",
    uses=tuple(f"{_PAPER}.{name}" for name in ("loss_above_the_simplex", "decays_pay_for_a_sample",
                                              "centred_rows_are_shorter")),
    says=r"\frac1{(e^a+K-1)^2}\le n\lambda_W\lambda_H\ \Rightarrow\ \frac1N\sum_il_i+\frac{\lambda_W}2|W|^2"
    r"+\frac{\lambda_H}2\sum_i|h_i|^2\ge\log\bigl(1+(K-1)e^{-a}\bigr)+\frac{(K-1)a}{e^a+K-1},"
    r"\quad a\ge0,\ K\ge2,\ n\ge1",
    assumptions=_SAMPLES,
)  # fmt: skip
def objective_at_least_the_simplex(weight: Constant = 1) -> Stated:
    """Sum the tangents; the decays pay for the inner products. At a = 0 it says that zero is the minimum."""
    domain, each, given, objective, bound = _objective()
    K, n, _, lW, _, _ = domain

    def proof(k: Proof) -> Any:
        by = [
            (1 / (K * n), k.sum_up(k.hypothesis(1))),
            k.sum_up(k.hypothesis(2)),
            (lW / (2 * n), k.hypothesis(3)),
            (bound / (K * n), k.hypothesis(0)),
        ]
        return k.show(objective, ">=", bound, by=by)

    return ForEveryN(domain, each, given, objective, ">=", weight * bound), chain(proof, _near_the_simplex)


# -- attained --------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE + ": value", expected="proved", strength="identity", form="derived",
    assumptions=("|w_k|^2 = a sqrt(n lH/lW) (K-1)/K, |h_i|^2 = a sqrt(lW/(n lH)) (K-1)/K, K rows, K n features",),
    says=r"\frac{\lambda_W}2K\,|w_k|^2+\frac{\lambda_H}2Kn\,|h_i|^2=(K-1)\,a\sqrt{n\lambda_W\lambda_H}",
)  # fmt: skip
def simplex_pays(factor: Constant = 1) -> Stated:
    """Put the norms in. With q = sqrt(n lW lH) this is the last term of the bound, which the simplex so attains."""
    import sympy

    domain = Domain("K in [2,oo), n in [1,oo), a in [0,oo), lW in (0,oo), lH in (0,oo)")
    K, n, a, lW, lH = domain
    row, feature = _norms(K, n, a, lW, lH)
    left, right = lW * K * row / 2 + lH * K * n * feature / 2, (K - 1) * a * sympy.sqrt(n * lW * lH)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_WHERE + ": value", expected="proved", strength="identity", form="derived",
    assumptions=("the norms are those of simplex_pays; w_k and h_i are parallel within a class",),
    says=r"|w_k|^2\,|h_i|^2=\Bigl(a\,\frac{K-1}K\Bigr)^2",
)  # fmt: skip
def simplex_has_the_logits(factor: Constant = 1) -> Stated:
    """So the own logit is a (K-1)/K, and by the angles of the simplex the others are -a/K: margins a."""
    domain = Domain("K in [2,oo), n in [1,oo), a in [0,oo), lW in (0,oo), lH in (0,oo)")
    K, n, a, lW, lH = domain
    row, feature = _norms(K, n, a, lW, lH)
    right = (a * (K - 1) / K) ** 2
    return ForAll(domain, row * feature, "==", factor * right), chain(lambda k: k.identity(row * feature, right))


def _norms(K: Any, n: Any, a: Any, lW: Any, lH: Any) -> tuple[Any, Any]:
    """Return ``|w_k|^2`` and ``|h_i|^2`` at the minimum."""
    import sympy

    share = a * (K - 1) / K
    return share * sympy.sqrt(n * lH / lW), share * sympy.sqrt(lW / (n * lH))


@claim(
    paper=_PAPER, where=_WHERE + ": scale", expected="proved", strength="identity", form="derived",
    says=r"a=\log\Bigl(\frac1r-(K-1)\Bigr),\ 0<Kr\le1\ \Rightarrow\ \frac1{e^a+K-1}=r,\ "
    r"r=\sqrt{n\lambda_W\lambda_H}",
)  # fmt: skip
def simplex_scale(shift: Constant = 1) -> Stated:
    """Solve for a; it is nonnegative because K r <= 1."""
    import sympy

    domain = Domain("K in [2,oo), u in [1,oo)")  # r = 1/(K u): every number in (0, 1/K]
    K, u = domain
    r = 1 / (K * u)

    def scale(classes: Any) -> Any:
        return sympy.log(1 / r - (K - classes))

    def proof(k: Proof) -> Any:
        k.show(K * u - K + 1, ">", 0, by=[k.sign(K * (u - 1), ">=")])
        return k.identity(1 / (sympy.exp(scale(1)) + K - 1), r)

    return ForAll(domain, 1 / (sympy.exp(scale(shift)) + K - 1), "==", r), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE + ": value", expected="proved", strength="tight", form="derived",
    says=r"\log\bigl(1+(K-1)e^{-a}\bigr)+\frac{(K-1)a}{e^a+K-1}<\log K,\quad a>0,\ K\ge2",
    assumptions=("the left is the simplex's value at the decays for which its scale is a (simplex_scale)",),
)  # fmt: skip
def simplex_beats_zero(factor: Constant = 1) -> Stated:
    """The tangent of the loss at the simplex lies below log K; strictly, by two tangents of exp for the own class."""
    import sympy

    domain = Domain("K in [2,oo), a in (0,oo)")
    K, a = domain
    here = 1 + (K - 1) * sympy.exp(-a)
    left = sympy.log(here) + (K - 1) * a / (sympy.exp(a) + K - 1)

    def proof(k: Proof) -> Any:
        k.sign(here, ">")
        x, v = k.exponential(k.show(sympy.Integer(0), ">", -a)), k.fresh("v in (-oo,oo)")
        gap = sympy.log(K) - sympy.log(here)
        k.show(gap, ">", 0, by=[k.logarithm(k.show(K, ">", here, by=[(K - 1, x)]))])
        half = k.exponential(k.show(sympy.Integer(0), ">", -gap / 2))
        steps = (k.tangent(sympy.exp(v), v, -gap / 2, -gap), k.tangent(sympy.exp(v), v, 0, -gap / 2))
        own = k.show(sympy.exp(-gap), ">", 1 - gap, by=[*steps, (gap / 2, half)])
        other = k.tangent(sympy.exp(v), v, 0, a - gap)
        return k.show(left, "<", sympy.log(K), by=[(1 / here, own), ((K - 1) * sympy.exp(-a) / here, other)])

    hard = {"K": 4, "a": _HALF}
    return ForAll(domain, factor * left, "<", sympy.log(K)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": value", expected="proved", strength="lemma",
    says=r"\log K-\log\bigl(1+(K-1)e^{-a}\bigr)\le\frac{K-1}Ka,\quad a\ge0,\ K\ge1",
)  # fmt: skip
def simplex_gains_at_most(factor: Constant = 1) -> Stated:
    """Jensen, by tangents of exp at -a (K-1)/K. In depth: over a^p, p < 1, the gain vanishes as a does."""
    import sympy

    domain = Domain("K in [1,oo), a in [0,oo)")
    K, a = domain
    whole, gain = 1 + (K - 1) * sympy.exp(-a), (K - 1) / K * a

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        own, other = (k.tangent(sympy.exp(v), v, -gain, value) for value in (sympy.Integer(0), -a))
        mean = k.show(whole, ">=", K * sympy.exp(-gain), by=[own, (K - 1, other)])
        return k.show(sympy.log(K) - sympy.log(whole), "<=", gain, by=[k.logarithm(mean)])

    statement = ForAll(domain, sympy.log(K) - sympy.log(whole), "<=", factor * gain)
    return statement, chain_at(proof, {"K": 3, "a": Fraction(1, 100)})


loss_above_its_tangent.false_if("the slope counted 1 % more", factor=_MORE)
loss_above_the_simplex.false_if("the slope counted 1 % more", factor=_MORE)
decays_pay_for_a_sample.false_if("the inner product counted 1 % more", factor=_MORE)
centred_rows_are_shorter.false_if("the centred rows counted 1 % more", factor=_MORE)
objective_at_least_the_simplex.false_if("the bound were 1 % larger", weight=_MORE)
simplex_pays.false_if("the value were 1 % larger", factor=_MORE)
simplex_has_the_logits.false_if("they were 1 % larger", factor=_MORE)
simplex_scale.false_if("K stood for K - 1", shift=0)
simplex_beats_zero.false_if("the value were 1 % larger", factor=_MORE)
simplex_gains_at_most.false_if("it were 1 % less", factor=_LESS)
