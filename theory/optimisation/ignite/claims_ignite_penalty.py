r"""The penalty on a surrogate's gradient norm: attained to first order, a norm of a mean, and its multiplier.

``s = |g|`` is the norm of the gradient of the surrogate, ``rho`` the radius of the perturbation, ``M`` bounds the
Hessian.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ignite"


@claim(
    paper=_PAPER,
    where="change of the surrogate under a perturbation",
    expected="proved",
    strength="lower",
    assumptions=("change is G(phi + d) - G(phi), at least <g, d> - M rho^2/2; d is rho g/|g|, hence s d = rho g",),
    says=r"d=\rho\,\frac{\nabla G}{\|\nabla G\|}:\quad G(\phi+d)-G(\phi)\ge\rho\,\|\nabla G(\phi)\|-\tfrac M2\rho^2",
)
def norm_is_attained_to_first_order(c: Constant = 1) -> Stated:
    """<g, d> = rho |g|: with the upper bound the largest change is rho |g| within M rho^2/2."""
    domain = Domain("s in (0,oo), rho in (0,oo), M in [0,oo), change in (-oo,oo)")
    each = Domain("g in (-oo,oo), d in (-oo,oo)")
    (s, rho, M, change), (g, d) = domain, each
    given = (
        (Sig(g**2), "==", s**2), (s * d, "==", rho * g), (change, ">=", Sig(g * d) - M * rho**2 / 2),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        along = k.sum_up(k.show(g * d, "==", rho * g**2 / s, by=[(g / s, k.hypothesis(1))]))
        return k.show(change, ">=", rho * s - M * rho**2 / 2, by=[k.hypothesis(2), along, (rho / s, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        scale, rho = Fraction(rng.randint(1, 4), 2), Fraction(5)
        rows = [{"g": scale * part, "d": Fraction(part)} for part in (3, 4)]
        point = {"s": 5 * scale, "rho": rho, "M": Fraction(rng.randint(0, 1))}
        return point | {"change": 25 * scale - point["M"] * 25 / 2}, rows

    return ForEveryN(domain, each, given, change, ">=", c * rho * s - M * rho**2 / 2), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="norm of the mean gradient and mean of the norms",
    expected="proved",
    strength="upper",
    corrects=f"{_PAPER}.norm_of_the_mean",
    assumptions=(
        "w are the weights of the examples; x is the part of a gradient along the mean, n > 0 its norm, so x^2 <= n^2",
        "so S is the norm of the mean gradient, in every dimension; gradients that are 0 add nothing to either side",
    ),
    says=r"\Bigl\|\textstyle\sum_i w_ig_i\Bigr\|\le\sum_i w_i\|g_i\|",
)
def norm_of_the_mean_is_smaller(c: Constant = 1) -> Stated:
    """Each part along the mean is at most the norm. So a small penalty does not bound the norms of single examples."""
    domain, each = Domain("S in [0,oo)"), Domain("w in [0,1], x in (-oo,oo), n in (0,oo)")
    (S,), (w, x, norm) = domain, each
    given = ((Sig(w * x), "==", S), (x**2, "<=", norm**2))

    def proof(k: Proof) -> Any:
        half = k.sign((x - norm) ** 2 / (2 * norm), ">=")
        longer = k.show(x, "<=", norm, by=[half, (1 / (2 * norm), k.hypothesis(1))])
        summed = k.sum_up(k.show(w * x, "<=", w * norm, by=[(w, longer)]))
        return k.show(S, "<=", Sig(w * norm), by=[summed, (1, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows = [{"w": Fraction(1, 2), "x": Fraction(rng.randint(1, 3))} for _ in range(2)]
        for row in rows:
            row["n"] = row["x"] + Fraction(rng.choice((0, 1)), rng.randint(1, 3))
        return {"S": sum((row["w"] * row["x"] for row in rows), Fraction(0))}, rows

    return ForEveryN(domain, each, given, S, "<=", c * Sig(w * norm)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="step of the multiplier, not clipped",
    expected="refuted",
    strength="lower",
    assumptions=(
        "the step is not cut off at 0; lam is the multiplier",
        "gap is rho |g| - epsilon, negative where the constraint holds with room",
    ),
    says=r"\lambda+\eta\,(\rho\,\|\nabla G\|-\varepsilon)\ge0",
)
def multiplier_stays_nonnegative(low: Constant = -1) -> Stated:
    """Where the norm is below the target the multiplier falls without end: then large norms are rewarded."""
    domain = Domain(f"lam in [0,1], eta in [0,1], gap in [{low},1]")
    lam, eta, gap = domain

    def proof(k: Proof) -> Any:
        return k.show(lam + eta * gap, ">=", 0)

    return ForAll(domain, lam + eta * gap, ">=", 0), chain(proof)


norm_is_attained_to_first_order.false_if("the norm counted 1 % more", c=Fraction(101, 100))
norm_of_the_mean_is_smaller.false_if("the norms counted 1 % less", c=Fraction(99, 100))
multiplier_stays_nonnegative.true_if("the norm never falls below the target", low=0)
