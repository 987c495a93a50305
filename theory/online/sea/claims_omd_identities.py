r"""One round of optimistic mirror descent: the three-point identity and what it gives, in every dimension.

The learner plays ``x = argmin <M, x> + B(x, w)`` from its centre w and a guess M, then sees g and moves the centre to
``y = argmin <g, y> + B(y, w)``. Where the decision set does not bind, the regret of the round is an identity; where it
does, the two optimality conditions turn it into an inequality. B is the Bregman divergence of any differentiable
function, given here by its values ``v_x, v_w, ...`` and gradients ``h_x, h_w, ...``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.vectors import bregman, inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_ROUND = "one round of optimistic mirror descent"
_ONE_PERCENT = Fraction(101, 100)
_FINITE = ("finite dimension; the regulariser is differentiable at the points named",)


@claim(
    paper=_PAPER,
    where="three-point identity of Bregman divergences",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    assumptions=_FINITE,
    says=r"\langle\nabla\psi(z)-\nabla\psi(y),\,x-z\rangle=B(x,y)-B(x,z)-B(z,y)",
)
def three_point_identity(c: Constant = 1) -> Stated:
    """The values of the regulariser cancel, whatever they are; the rest is bilinear."""
    domain, each = Domain(reals("v_x", "v_y", "v_z")), Domain(reals("x", "y", "z", "h_y", "h_z"))
    (v_x, v_y, v_z), (x, y, z, h_y, h_z) = domain, each
    from_y, from_z = bregman(v_x, y, v_y, h_y, x), bregman(v_x, z, v_z, h_z, x)
    right = from_y - from_z - bregman(v_z, y, v_y, h_y, z)

    def sample(rng: random.Random) -> Any:
        return point_and_coordinates(rng, ("x", "y", "z", "h_y", "h_z"), scalars=("v_x", "v_y", "v_z"))

    statement = ForEveryN(domain, each, (), inner(h_z - h_y, x - z), "==", c * right)
    return statement, chain(lambda k: k.show(inner(h_z - h_y, x - z), "==", right), sample)


@claim(
    paper=_PAPER,
    where="three-point identity for the negative entropy",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    says=r"\textstyle\sum_i(x_i-z_i)\log\frac{z_i}{y_i}=\mathrm{KL}(x,y)-\mathrm{KL}(x,z)-\mathrm{KL}(z,y),\quad"
    r"\mathrm{KL}(x,y)=\sum_i\bigl(x_i\log\tfrac{x_i}{y_i}-x_i+y_i\bigr)",
)
def three_point_identity_entropy(c: Constant = 1) -> Stated:
    """Coordinate by coordinate; no normalisation is needed."""
    import sympy

    domain, each = Domain("n in [1,oo)"), Domain("x in (0,oo), y in (0,oo), z in (0,oo)")
    x, y, z = each

    def divergence(a: Any, b: Any) -> Any:
        return Sig(a * (sympy.log(a) - sympy.log(b)) - a + b)

    left = Sig((x - z) * (sympy.log(z) - sympy.log(y)))
    right = divergence(x, y) - divergence(x, z) - divergence(z, y)

    def sample(rng: random.Random) -> Any:
        rows = [{name: Fraction(rng.randint(1, 9), rng.randint(1, 3)) for name in "xyz"} for _ in range(3)]
        return {"n": Fraction(3)}, rows

    statement = ForEveryN(domain, each, (), left, "==", c * right)
    return statement, chain(lambda k: k.show(left, "==", right), sample)


@claim(
    paper="zinkevich",
    where="online gradient descent without constraint, one step",
    expected="proved",
    strength="identity",
    says=r"\langle g,x-u\rangle=\frac{\|x-u\|^2-\|x-\eta g-u\|^2}{2\eta}+\frac\eta2\|g\|^2",
    assumptions=("summed over rounds of a constant step the distances telescope",),
)
def gradient_step_identity(c: Constant = 1) -> Stated:
    """Expand the square: the regret of a gradient step is exact, not only bounded."""
    domain, each = Domain("eta in (0,oo)"), Domain(reals("x", "u", "g"))
    (eta,), (x, u, g) = domain, each
    right = (norm_sq(x - u) - norm_sq(x - eta * g - u)) / (2 * eta) + c * eta / 2 * norm_sq(g)

    def proof(k: Proof) -> Any:
        exact = (norm_sq(x - u) - norm_sq(x - eta * g - u)) / (2 * eta) + eta / 2 * norm_sq(g)
        return k.show(inner(g, x - u), "==", exact)

    def sample(rng: random.Random) -> Any:
        return point_and_coordinates(rng, ("x", "u", "g"), positive=("eta",))

    return ForEveryN(domain, each, (), inner(g, x - u), "==", right), chain(proof, sample)


def _round(c: Constant, *, bound: bool) -> tuple[Any, ...]:
    """Return domain, coordinates, conditions and both sides of the regret of one round."""
    domain = Domain(reals("v_u", "v_w", "v_x", "v_y"))
    each = Domain(reals("u", "w", "x", "y", "g", "M", "h_w", "h_x", "h_y"))
    v_u, v_w, v_x, v_y = domain
    u, w, x, y, g, M, h_w, h_x, h_y = each
    moved = bregman(v_u, w, v_w, h_w, u) - bregman(v_u, y, v_y, h_y, u)
    paid = bregman(v_y, x, v_x, h_x, y) + bregman(v_x, w, v_w, h_w, x)
    if bound:
        given = ((inner(M + h_x - h_w, y - x), ">=", 0), (inner(g + h_y - h_w, u - y), ">=", 0))
    else:
        given = ((h_x, "==", h_w - M), (h_y, "==", h_w - g))
    return domain, each, given, inner(g, x - u), inner(g - M, x - y) + moved - c * paid


_VECTORS = ("u", "w", "x", "y", "g", "M", "h_w", "h_x", "h_y")
_VALUES = ("v_u", "v_w", "v_x", "v_y")


def _free_sample(rng: random.Random) -> Any:
    point, rows = point_and_coordinates(rng, _VECTORS, scalars=_VALUES)
    for row in rows:
        row |= {"h_x": row["h_w"] - row["M"], "h_y": row["h_w"] - row["g"]}
    return point, rows


@claim(
    paper=_PAPER,
    where=_ROUND + ", decision set not binding",
    expected="proved",
    strength="identity",
    says=r"\langle g,x-u\rangle=\langle g-M,x-y\rangle+B(u,w)-B(u,y)-B(y,x)-B(x,w),\quad"
    r"\nabla\psi(x)=\nabla\psi(w)-M,\ \nabla\psi(y)=\nabla\psi(w)-g",
    assumptions=(*_FINITE, "summed over rounds with one regulariser, B(u,w) - B(u,y) telescopes"),
)
def unconstrained_round(c: Constant = 1) -> Stated:
    """All four values cancel; put in the two gradients, coordinate by coordinate."""
    domain, each, given, left, right = _round(c, bound=False)

    def proof(k: Proof) -> Any:
        _, _, _, lhs, rhs = _round(1, bound=False)
        u, _, x, y, *_ = each
        played, moved = k.hypothesis(0), k.hypothesis(1)
        first = k.show((y - x) * played.lhs, "==", (y - x) * played.rhs, by=[(y - x, played)])
        second = k.show((u - y) * moved.lhs, "==", (u - y) * moved.rhs, by=[(u - y, moved)])
        return k.show(lhs, "==", rhs, by=[(-1, k.sum_up(first)), (-1, k.sum_up(second))])

    return ForEveryN(domain, each, given, left, "==", right), chain(proof, _free_sample)


@claim(
    paper=_PAPER,
    where=_ROUND,
    expected="proved",
    strength="upper",
    form="as usually quoted",
    says=r"\langle g,x-u\rangle\le\langle g-M,x-y\rangle+B(u,w)-B(u,y)-B(y,x)-B(x,w)",
    assumptions=(
        *_FINITE,
        (
            "u, x, y lie in the convex decision set and x, y are the minimisers: the two conditions are first-order "
            "optimality, at x against y and at y against u"
        ),
    ),
)
def constrained_round(c: Constant = 1) -> Stated:
    """The difference of the two sides is the sum of the two optimality conditions."""
    domain, each, given, left, right = _round(c, bound=True)

    def proof(k: Proof) -> Any:
        _, _, _, lhs, rhs = _round(1, bound=True)
        return k.show(lhs, "<=", rhs, by=[k.hypothesis(0), k.hypothesis(1)])

    def sample(rng: random.Random) -> Any:
        if rng.random() < 0.5:
            return _free_sample(rng)  # the conditions hold with equality
        return point_and_coordinates(rng, _VECTORS, scalars=_VALUES)

    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, sample)


three_point_identity.false_if("the right side were 1 % larger", c=_ONE_PERCENT)
three_point_identity_entropy.false_if("the right side were 1 % larger", c=_ONE_PERCENT)
gradient_step_identity.false_if("the gradient term were 1 % smaller", c=Fraction(99, 100))
unconstrained_round.false_if("the divergences paid counted 1 % more", c=_ONE_PERCENT)
constrained_round.false_if("the divergences paid counted 1 % more", c=_ONE_PERCENT)
