r"""The gradient of a gradient's norm, and what the norm says about a small perturbation.

``s = |g|`` is the norm of the gradient g of the surrogate, H its Hessian and u a direction; ``a`` is the part of H u
along g and ``k`` the length of the rest. So the statements hold in every dimension.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ignite"


@claim(
    paper=_PAPER,
    where="gradient of the norm of the gradient",
    expected="proved",
    strength="identity",
    assumptions=(
        "the surrogate is twice differentiable, so that its gradient moves along g + t H u to first order",
        "g is not zero; a = <g, H u>/|g| = <H g/|g|, u> as H is symmetric",
    ),
    says=r"\lim_{t\to0^+}\frac{\|g+tHu\|-\|g\|}t=\Bigl\langle\frac{Hg}{\|g\|},u\Bigr\rangle",
)
def gradient_of_the_norm(c: Constant = 1) -> Stated:
    """The squared norm of g + t H u is (s + t a)^2 + t^2 k^2; expand its root at t = 0."""
    import sympy

    domain = Domain("t in (0,oo), s in (0,oo), a in (-oo,oo), k in [0,oo)")
    t, s, a, rest = domain
    moved = sympy.sqrt((s + t * a) ** 2 + t**2 * rest**2) - s
    return LimitOf(domain, moved / t, t, "+", c * a), chain(lambda k: k.taylor(moved, t, 1))


@claim(
    paper=_PAPER,
    where="change of the surrogate under a perturbation",
    expected="proved",
    strength="upper",
    assumptions=(
        "change is G(phi + d) - G(phi), at most <g, d> + M rho^2/2, as the Hessian is at most M",
        "for the other sign apply it to -G; where the gradient is 0 the condition is the bound",
    ),
    says=r"\|d\|\le\rho:\quad G(\phi+d)-G(\phi)\le\rho\,\|\nabla G(\phi)\|+\tfrac M2\rho^2",
)
def change_at_most_the_norm(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz, as the square |rho g - s d|^2 >= 0."""
    domain = Domain("s in (0,oo), rho in (0,oo), M in [0,oo), change in (-oo,oo)")
    each = Domain("g in (-oo,oo), d in (-oo,oo)")
    (s, rho, M, change), (g, d) = domain, each
    given = (
        (Sig(g**2), "==", s**2), (Sig(d**2), "<=", rho**2), (change, "<=", Sig(g * d) + M * rho**2 / 2),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        norm, near, curved = (k.hypothesis(i) for i in range(3))
        square = k.sign(Sig((rho * g - s * d) ** 2), ">=")
        by = [curved, (1 / (2 * rho * s), square), (s / (2 * rho), near), (-rho / (2 * s), norm)]
        return k.show(change, "<=", rho * s + M * rho**2 / 2, by=by)

    def sample(rng: random.Random) -> Any:
        scale = Fraction(rng.randint(1, 4), 2)
        rows = [{"g": scale * part, "d": Fraction(part)} for part in (3, 4)]
        point = {"s": 5 * scale, "rho": Fraction(5), "M": Fraction(rng.randint(0, 1))}
        return point | {"change": 25 * scale + point["M"] * 25 / 2}, rows

    return ForEveryN(domain, each, given, change, "<=", c * rho * s + M * rho**2 / 2), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="norm of the mean gradient and mean of the norms",
    expected="refuted",
    strength="identity",
    assumptions=("two examples with one-dimensional gradients x and y",),
    says=r"\Bigl\|\tfrac1n\textstyle\sum_i g_i\Bigr\|=\tfrac1n\sum_i\|g_i\|",
)
def norm_of_the_mean(low: Constant = -1) -> Stated:
    """Gradients of opposite sign cancel in the mean; the penalty is of the mean gradient."""
    import sympy

    domain = Domain(f"x in [{low},1], y in [{low},1]")
    x, y = domain
    left, right = sympy.Abs(x + y) / 2, (sympy.Abs(x) + sympy.Abs(y)) / 2
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


gradient_of_the_norm.false_if("the limit were 1 % larger", c=Fraction(101, 100))
change_at_most_the_norm.false_if("the norm counted 1 % less", c=Fraction(99, 100))
norm_of_the_mean.true_if("all gradients have one sign", low=0)
