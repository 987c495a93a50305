r"""Minority collapse with cross-entropy and one layer: a group of equal classes coincides iff n <= N^2 lW lH.

The objective is the mean cross-entropy of W H over N samples plus ``(lW/2)|W|^2 + (lH/2)|H|^2``. The group is m >= 2
classes of n samples each; the other classes are any, of any sizes, and a bias may be there. Both directions are
elementary:

- replace the group's rows by their mean w and its features by their mean f. What the loss may lose is 1/N times the
  inner products of the differences, which the decays pay for if n <= N^2 lW lH: no minimum needs the differences;
- from a collapsed point move two rows and the features of their classes along one new direction, up and down. If
  n > N^2 lW lH the objective falls.

So the threshold is that of squared loss, N sqrt(lW lH) against sqrt(n), and what the other classes do is of no account.
At n = N^2 lW lH it is decided that averaging does not lose; that every minimum has coincided there is argued. Averaging
logits that differ gains strictly, so the rows' differences have, bias apart, the same inner product with every feature;
features differ from their mean by the row's difference over N lH, as nothing else is paid in full. So inner products
of two differences do not depend on the second one, and the second ones add up to zero: the differences vanish.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "deep_linear_collapse", "cross-entropy, one layer, minority collapse"
_DOWN, _UP = _WHERE + ": at most N^2 lW lH samples a class", _WHERE + ": more samples"
_MORE = Fraction(101, 100)


def _number(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-30, 30), 10)


# -- collapse is free ------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_DOWN, expected="proved", strength="lemma",
    says=r"\log\Bigl(S+\sum_{j=1}^me^{z_j}\Bigr)\ge\log\bigl(S+me^{z}\bigr),\quad z=\frac1m\sum_jz_j,\ S\ge0",
    assumptions=("S is the sum over the classes outside the group; a bias belongs to the logits",),
)  # fmt: skip
def equal_logits_cost_least(factor: Constant = 1) -> Stated:
    """Jensen: the tangent of exp at the mean, summed over the group."""
    import sympy

    domain, each = Domain("S in [0,oo), m in [1,oo), mean in (-oo,oo)"), Domain("z in (-oo,oo)")
    (S, m, mean), (z,) = domain, each

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        line = k.sum_up(k.tangent(sympy.exp(v), v, mean, z))
        by = [line, (sympy.exp(mean) * (1 - mean), k.hypothesis(0)), (sympy.exp(mean), k.hypothesis(1))]
        above = k.show(S + Sig(sympy.exp(z)), ">=", S + m * sympy.exp(mean), by=by)
        k.show(S + Sig(sympy.exp(z)), ">", 0, by=[above])
        return k.logarithm(above)

    def sample(rng: random.Random) -> Any:
        mean, spread = _number(rng), Fraction(rng.randint(0, 5), 10)
        rows = [{"z": mean + spread}, {"z": mean - spread}]
        return {"S": Fraction(rng.randint(0, 5)), "m": Fraction(2), "mean": mean}, rows

    left, right = sympy.log(S + Sig(sympy.exp(z))), sympy.log(S + factor * m * sympy.exp(mean))
    return ForEveryN(domain, each, ((Sig(1), "==", m), (Sig(z), "==", m * mean)), left, ">=", right), chain(
        proof, sample
    )


@claim(
    paper=_PAPER, where=_DOWN, expected="proved", strength="tight",
    says=r"n\le N^2\lambda_W\lambda_H\ \Rightarrow\ \frac1N\sum_iu_ix_i\le\frac{\lambda_H}2\sum_ix_i^2"
    r"+\frac{\lambda_W}{2n}\sum_iu_i^2",
    assumptions=("the sum is over the coordinates of a sample: u is its class's row less w, x its feature less f",),
)  # fmt: skip
def decays_pay_for_the_differences(threshold: Constant = 1) -> Stated:
    """A square in each coordinate, of N lH x - u."""
    domain = Domain("N in [1,oo), n in [1,oo), lW in (0,oo), lH in (0,oo)")
    each = Domain("u in (-oo,oo), x in (-oo,oo)")
    (N, n, lW, lH), (u, x) = domain, each
    left, right = Sig(u * x) / N, lH * Sig(x**2) / 2 + lW * Sig(u**2) / (2 * n)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign((N * lH * x - u) ** 2 / (2 * lH * N**2), ">="))
        k.sum_up(k.sign(u**2, ">="))
        return k.show(left, "<=", right, by=[square, (Sig(u**2) / (2 * lH * n * N**2), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        n, decay = Fraction(rng.randint(1, 5)), Fraction(rng.randint(1, 20), 10)
        N = n * rng.randint(2, 6)
        rows = [{"u": u, "x": u / (N * decay)} for u in (_number(rng) for _ in range(rng.randint(1, 3)))]
        return {"N": N, "n": n, "lW": n / (N**2 * decay * threshold), "lH": decay}, rows

    given = ((n, "<=", threshold * N**2 * lW * lH),)
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER, where=_DOWN, expected="proved", strength="identity",
    says=r"\sum_{k=1}^mw_k^2=\sum_k(w_k-w)^2+mw^2,\quad w=\frac1m\sum_kw_k",
    assumptions=("applied to each coordinate, to the group's rows and to its features",),
)  # fmt: skip
def penalties_split_at_the_mean(factor: Constant = 1) -> Stated:
    """Expand the squares: so that the means keep m w^2 of the penalty."""
    domain, each = Domain("m in [1,oo), mean in (-oo,oo)"), Domain("w in (-oo,oo)")
    (m, mean), (w,) = domain, each

    def proof(k: Proof) -> Any:
        by = [(-(mean**2), k.hypothesis(0)), (2 * mean, k.hypothesis(1))]
        return k.show(Sig(w**2), "==", Sig((w - mean) ** 2) + m * mean**2, by=by)

    def sample(rng: random.Random) -> Any:
        values = [_number(rng) for _ in range(rng.randint(1, 4))]
        return {"m": Fraction(len(values)), "mean": sum(values) / len(values)}, [{"w": value} for value in values]

    given = ((Sig(1), "==", m), (Sig(w), "==", m * mean))
    right = Sig((w - mean) ** 2) + factor * m * mean**2
    return ForEveryN(domain, each, given, Sig(w**2), "==", right), chain(proof, sample)


_GROUP = (
    (
        "the sum is over the m n samples of the group: l_i is a sample's loss, c the loss of the group at w and f, "
        "d_i the differential of the latter along h_i - f, e_i and x_i the inner products of the row less w with f and "
        "h_i - f, S_i = |h_i - f|^2, v_i the square of the row's distance to w, V the sum over the m rows; with a bias "
        "e_i has the bias of the row less their mean, too"
    ),
    (
        "l_i >= c + d_i - e_i - x_i: logits are averaged (equal_logits_cost_least), and the loss left over is convex "
        "in the feature (loss_above_its_tangent); d_i and e_i add up to 0: f, w and the bias taken off are means, the "
        "classes equal"
    ),
    "rho^2 is n/(N^2 lW lH) at most 1: what x_i takes is paid (decays_pay_for_the_differences, with lW, lH times rho)",
    (
        "samples outside the group keep their features and lose nothing (equal_logits_cost_least); penalties split "
        "(penalties_split_at_the_mean): left less right is at most what averaging gains"
    ),
)


@claim(
    paper=_PAPER, where=_DOWN, expected="proved", strength="tight",
    uses=tuple(f"{_PAPER}.{name}" for name in ("equal_logits_cost_least", "decays_pay_for_the_differences",
               "penalties_split_at_the_mean", "loss_above_its_tangent")),
    assumptions=_GROUP,
    says=r"\frac1N\sum_il_i+\frac{\lambda_W}2V+\frac{\lambda_H}2\sum_iS_i\ge\frac{mn}Nc"
    r"+(1-\rho)\Bigl(\frac{\lambda_W}2V+\frac{\lambda_H}2\sum_iS_i\Bigr)",
)  # fmt: skip
def averaging_the_group_loses_nothing(kept: Constant = 1) -> Stated:
    """Sum over the group: with rho < 1 every minimum has V = 0 and S = 0, its rows and its features coincide."""
    domain = Domain("m in [2,oo), n in [1,oo), N in [2,oo), lW in (0,oo), lH in (0,oo), V in [0,oo), c in [0,oo), "
                    "rho in (0,1]")  # fmt: skip
    each = Domain("l in (-oo,oo), d in (-oo,oo), e in (-oo,oo), x in (-oo,oo), S in [0,oo), v in [0,oo)")
    (m, n, N, lW, lH, V, c, rho), (loss, d, e, x, S, v) = domain, each
    given = (
        (Sig(1), "==", m * n),
        (loss, ">=", c + d - e - x),
        (Sig(d), "==", 0),
        (Sig(e), "==", 0),
        (x / N, "<=", rho * (lH * S / 2 + lW * v / (2 * n))),
        (Sig(v), "==", n * V),
    )
    spread = lW * V / 2 + lH * Sig(S) / 2

    def proof(k: Proof) -> Any:
        tangents, paid = k.sum_up(k.hypothesis(1)), k.sum_up(k.hypothesis(4))
        by = [(1 / N, tangents), paid, (c / N, k.hypothesis(0)), (1 / N, k.hypothesis(2)),
              (-1 / N, k.hypothesis(3)), (-rho * lW / (2 * n), k.hypothesis(5))]  # fmt: skip
        return k.show(Sig(loss) / N + spread, ">=", m * n * c / N + (1 - rho) * spread, by=by)

    statement = ForEveryN(domain, each, given, Sig(loss) / N + spread, ">=", m * n * c / N + (kept - rho) * spread)
    return statement, chain(proof, _group)


def _group(rng: random.Random) -> Any:
    """Two classes of n samples, moved apart so far that each hypothesis is an equality."""
    n, m, decay = rng.randint(1, 3), 2, Fraction(rng.randint(1, 20), 10)
    N, rho, distance = n * rng.randint(2, 5), Fraction(rng.randint(1, 10), 10), Fraction(rng.randint(1, 9), 3)
    c, move = Fraction(rng.randint(1, 9), 10), distance / (N * rho * decay)
    x = distance * move
    row = {"l": c - x, "d": 0, "e": 0, "x": x, "S": move**2, "v": distance**2}
    lW = Fraction(n, N**2) / (rho**2 * decay)
    point = {"m": m, "n": n, "N": N, "lW": lW, "lH": decay, "V": m * distance**2, "c": c, "rho": rho}
    return point, [row] * (m * n)


# -- more samples ----------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_UP, expected="proved", strength="identity",
    says=r"s^2=x\sqrt{\tfrac{n\lambda_H}{\lambda_W}},\ t^2=x\sqrt{\tfrac{\lambda_W}{n\lambda_H}}:\quad"
    r"\lambda_Ws^2+n\lambda_Ht^2=\frac{2n}N\,\rho\,x,\quad\rho=N\sqrt{\tfrac{\lambda_W\lambda_H}n}",
    assumptions=(("two rows move by s and -s, their 2 n features by t and -t, along a direction orthogonal to all "
                 "rows and features, which there is at a collapsed minimum if the width is at least K, as its features "
                 "lie in the span of the rows, at most K - 1 of which differ: the logits move by s t = x"),),
)  # fmt: skip
def moving_a_pair_costs(factor: Constant = 1) -> Stated:
    """Put s and t in; s t = x for the two square roots are inverse to each other."""
    import sympy

    domain = Domain("n in [1,oo), N in [2,oo), lW in (0,oo), lH in (0,oo), x in (0,oo)")
    n, N, lW, lH, x = domain
    left = lW * x * sympy.sqrt(n * lH / lW) + n * lH * x * sympy.sqrt(lW / (n * lH))
    right = 2 * n / N * (N * sympy.sqrt(lW * lH / n)) * x
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_UP, expected="proved", strength="tight",
    uses=(f"{_PAPER}.moving_a_pair_costs",),
    says=r"\log\Bigl(S+m-2+r+\frac1r\Bigr)-\log r-\log(S+m)+\rho\log r\le-\frac{(1-\rho)^2}{2(2-\rho)},\quad "
    r"r=2-\rho,\ 0<\rho<1,\ m\ge2,\ S\ge0",
    assumptions=(("S e^z is the sum over the other classes, z the group's logit: a collapsed sample has the loss "
                 "log(S + m), one of the two classes that move by x = log r has the first two terms"),
                 "times 2 n/N the left is the change of the objective; rho < 1 means n > N^2 lW lH"),
)  # fmt: skip
def splitting_a_pair_lowers_the_objective(threshold: Constant = 1) -> Stated:
    """log(1 + y) <= y for the first term, log r >= 1 - 1/r for what is won."""
    import sympy

    domain = Domain("S in [0,oo), m in [2,oo), rho in (0,1)")
    S, m, rho = domain
    r = 2 - rho
    total = S + m - 2 + r + 1 / r

    def proof(k: Proof) -> Any:
        for part in (r, total, 1 - rho):
            k.sign(part, ">")
        v = k.fresh("v in (0,oo)")
        spread = k.tangent(sympy.log(v), v, 1, total / (S + m))
        won = k.tangent(sympy.log(v), v, 1, 1 / r)
        slack = k.sign((1 - rho) ** 2 * (S + m - 2) / (2 * r * (S + m)), ">=")
        return k.show(change(1), "<=", right, by=[spread, (1 - rho, won), slack])

    def change(price: Any) -> Any:
        return sympy.log(total) - sympy.log(r) - sympy.log(S + m) + price * rho * sympy.log(r)

    right = -((1 - rho) ** 2) / (2 * r)
    hard = {"S": 0, "m": 2, "rho": Fraction(999, 1000)}
    return ForAll(domain, change(threshold), "<=", right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": two halves of the classes", expected="proved", strength="identity",
    says=r"N\sqrt{\frac{\lambda_W\lambda_H}{n}}=\frac{1+R}{1+R_c},\quad R=\frac{n_A}n,\ N=\frac K2(n_A+n),\ "
    r"R_c=\frac2{K\sqrt{n\lambda_W\lambda_H}}-1",
    assumptions=("K/2 classes have n_A samples and K/2 have n: the latter collapse iff R >= R_c",),
)  # fmt: skip
def critical_imbalance(shift: Constant = 1) -> Stated:
    """Put N in."""
    import sympy

    domain = Domain("K in [4,oo), n in [1,oo), a in [1,oo), lW in (0,oo), lH in (0,oo)")
    K, n, a, lW, lH = domain
    left = K * (a + n) / 2 * sympy.sqrt(lW * lH / n)
    critical = 2 / (K * sympy.sqrt(n * lW * lH))
    statement = ForAll(domain, left, "==", (shift + a / n) / critical)
    return statement, chain(lambda k: k.identity(left, (1 + a / n) / critical))


@claim(
    paper=_PAPER, where=_WHERE + ": classes of two sizes", expected="refuted", strength="figure",
    says=r"n_1>N^2\lambda_W\lambda_H\ \Rightarrow\ \lambda_W\lambda_H<\frac1{2N},\quad N=n_1+n_2,\ K=2",
    assumptions=(("for K = 2 the loss pushes zero with the singular value 1/sqrt(2 N): zero is the minimum iff "
                 "sqrt(lW lH) is at least that; read as if each class kept its features by its own size"),),
)  # fmt: skip
def unequal_classes_collapse_by_their_own_size(equal: Constant = 0) -> Stated:
    """They do not: with 3 and 1 samples, 1/(2 N) lies below n_1/N^2. Equal sizes make the two numbers one."""
    domain = Domain("n1 in [1,oo), n2 in [1,oo), c in (0,oo)")  # c = lW lH
    n1, n2, c = domain
    given: tuple[Any, ...] = ((n1, ">", (n1 + n2) ** 2 * c),)
    if equal:
        given += ((n2, "==", n1),)

    def proof(k: Proof) -> Any:
        N = n1 + n2
        by = [(1 / N**2, k.hypothesis(0)), (1 / (2 * N**2), k.hypothesis(1))]
        return k.show(c, "<", 1 / (2 * N), by=by)

    hard = {"n1": 3, "n2": 1, "c": Fraction(5, 32)}
    return ForAll(domain, c, "<", 1 / (2 * (n1 + n2)), given), chain_at(proof, hard)


equal_logits_cost_least.false_if("the mean counted 1 % more", factor=_MORE)
decays_pay_for_the_differences.false_if("a class might have 1 % more samples", threshold=_MORE)
penalties_split_at_the_mean.false_if("the mean counted 1 % more", factor=_MORE)
averaging_the_group_loses_nothing.false_if("1 % more of the penalties were kept", kept=_MORE)
moving_a_pair_costs.false_if("it were 1 % more", factor=_MORE)
splitting_a_pair_lowers_the_objective.false_if("the decays cost 1 % more", threshold=_MORE)
critical_imbalance.false_if("R stood for 1 + R", shift=0)
unequal_classes_collapse_by_their_own_size.true_if("the two sizes were equal", equal=1)
