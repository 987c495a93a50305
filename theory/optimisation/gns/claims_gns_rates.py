r"""What the progress of single steps adds up to.

F is :math:`f(x_k)-f^*` before a step and P after it, g and n are the norms of the gradients there. In a sum over steps
a step is a class.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "gns"


@claim(
    paper=_PAPER,
    where="smallest gradient after K steps",
    expected="proved",
    strength="tight",
    assumptions=(
        "d is the decrease of a step, n the gradient norm after it; the sum of decreases is at most F = f(x_0) - f^*",
        "a step with gamma_k >= beta |g_k|/L decreases f by at least a n^2, a = beta/(8L), or beta/(2L) for convex f",
    ),
    says=r"d_k\ge a\,n_k^2,\ n_k\ge m,\ \textstyle\sum_{k<K}d_k\le F:\quad aKm^2\le F",
)
def smallest_gradient(kappa: Constant = 1) -> Stated:
    """Every step decreases by at least a m^2; sum up."""
    import sympy

    domain = Domain("a in (0,oo), m in [0,oo), K in [1,oo), F in [0,oo)")
    each = Domain("d in [0,oo), n in [0,oo)")
    (a, m, rounds, total), (d, n) = domain, each
    given = ((d, ">=", a * n**2), (n, ">=", m), (Sig(sympy.Integer(1)), "==", rounds), (Sig(d), "<=", total))

    def proof(k: Proof) -> Any:
        squares = k.power(k.hypothesis(1), 2)
        step = k.sum_up(k.show(d, ">=", a * m**2, by=[k.hypothesis(0), (a, squares)]))
        return k.show(a * rounds * m**2, "<=", total, by=[step, k.hypothesis(3), (-a * m**2, k.hypothesis(2))])

    def sample(rng: random.Random) -> Any:
        steps, scale, least = rng.randint(1, 4), Fraction(rng.randint(1, 3)), Fraction(rng.randint(0, 3))
        rows = [{"d": scale * least**2, "n": least}] * steps
        return {"a": scale, "m": least, "K": Fraction(steps), "F": steps * scale * least**2}, rows

    return ForEveryN(domain, each, given, kappa * a * rounds * m**2, "<=", total), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="one step, convex functions",
    expected="proved",
    strength="tight",
    assumptions=("P <= D n by convexity, where D bounds the distance from the new point to a minimiser",),
    uses=(f"{_PAPER}.convex_progress",),
    says=r"F-P\ge\tfrac{\gamma n^2}{2g},\ 0\le P\le Dn:\quad F\ge\Bigl(1+\frac{\gamma}{2D}\frac ng\Bigr)P",
)
def convex_step_contracts(kappa: Constant = Fraction(1, 2)) -> Stated:
    """Put n >= P/D in place of one of the two n."""
    domain = Domain("F in [0,oo), P in [0,oo), g in (0,oo), n in [0,oo), gamma in (0,oo), D in (0,oo)")
    before, after, g, n, gamma, far = domain
    given = ((before - after, ">=", gamma * n**2 / (2 * g)), (after, "<=", far * n))
    right = after + gamma * n * after / (2 * far * g)

    def proof(k: Proof) -> Any:
        return k.show(before, ">=", right, by=[k.hypothesis(0), (gamma * n / (2 * far * g), k.hypothesis(1))])

    tight = {"F": 3, "P": 2, "g": 2, "n": 2, "gamma": 1, "D": 1}
    claimed = after + kappa * gamma * n * after / (far * g)
    return ForAll(domain, before, ">=", claimed, given), chain_at(proof, tight)


@claim(
    paper=_PAPER,
    where="K steps, convex functions",
    expected="proved",
    strength="tight",
    assumptions=(
        "x is the ratio of the gradient norms of a step; their product is that of the last and first norm, m^K or more",
        "a = gamma/(2D), and F_0/F_K is at least the product of the factors 1 + a x",
    ),
    uses=(f"{_PAPER}.convex_step_contracts",),
    says=r"\textstyle\sum_{k<K}\log\frac{x_k}m\ge0:\quad\sum_{k<K}\log\frac{1+ax_k}{1+am}\ge0",
)
def contractions_multiply(a_share: Constant = 1) -> Stated:
    """The logarithm is concave: (1 + a x)/(1 + a m) = (1 - w) + w x/m with w = a m/(1 + a m)."""
    import sympy

    domain, each = Domain("a in (0,oo), m in (0,oo)"), Domain("x in (0,oo)")
    (a, m), (x,) = domain, each
    given = ((Sig(sympy.log(x / m)), ">=", 0),)
    left = Sig(sympy.log((1 + a * x) / (1 + a_share * a * m)))

    def proof(k: Proof) -> Any:
        v, w = k.fresh("v in (0,oo)"), a * m / (1 + a * m)
        mean, factor = w * x / m + (1 - w), (1 + a * x) / (1 + a * m)
        rest = k.identity(1 - w, 1 / (1 + a * m))
        k.show(1 - w, ">=", 0, by=[rest, k.sign(1 / (1 + a * m), ">=")])
        same = k.identity(mean, factor)
        k.show(mean, ">", 0, by=[same, k.sign(factor, ">")])
        chord = k.chord(sympy.log(v), v, x / m, sympy.Integer(1), w)
        return k.show(left, ">=", 0, by=[k.sum_up(chord), (w, k.hypothesis(0)), k.sum_up(k.logarithm(same))])

    def sample(rng: random.Random) -> Any:
        ratios = [Fraction(1001, 1000)] * rng.randint(1, 4)  # a logarithm that is zero has no certain sign
        if rng.random() < 0.5:
            ratios += [Fraction(2), Fraction(1, 2)]
        return {"a": Fraction(rng.randint(1, 3)), "m": Fraction(1)}, [{"x": ratio} for ratio in ratios]

    return ForEveryN(domain, each, given, left, ">=", 0), chain(proof, sample)


smallest_gradient.false_if("it were 1 % more", kappa=Fraction(101, 100))
convex_step_contracts.false_if("1/2 were 1 % larger", kappa=Fraction(101, 200))
contractions_multiply.false_if("the common factor were larger", a_share=Fraction(101, 100))
