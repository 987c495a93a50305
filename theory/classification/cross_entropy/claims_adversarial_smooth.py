r"""The smooth adversarial comp-sum loss bounds the rho-margin one.

It is an exponential loss at the clean point plus nu times the largest change of the margins.

With n - 1 other classes the weight nu = sqrt(n-1)/rho suffices for every tau >= 0; it is needed at tau = 0 only.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_adversarial import margin_loss, named_margin_loss, positive_part
from theory.classification.cross_entropy.claims_gaps import gap_bound_decreases, phi_increases
from theory.classification.symbolic import entire_phi
from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM, _SMOOTH = "comp_sum", "as usually quoted", "adversarial comp-sum losses, smooth"
_ONE_PERCENT = Fraction(101, 100)


@claim(paper=_PAPER, where=_SMOOTH, expected="proved", strength="lemma", says=r"0\le\Phi_\tau(y+t)-\Phi_\tau(y)\le t")
def phi_lipschitz(c: Any = 1) -> Any:
    """Increments of Phi_tau do not grow with tau, and Phi_0 is the identity."""
    import sympy

    domain = Domain("y in [0,oo), t in [0,oo), tau in [0,oo)")
    y, t, tau = domain
    left = entire_phi(y + t, tau) - entire_phi(y, tau)

    def proof(k: Proof) -> Any:
        falls = k.apply(gap_bound_decreases, {"y": y, "t": t, "tau": sympy.Integer(0), "d": tau})
        return k.show(left, "<=", t, by=[falls])

    return ForAll(domain, left, "<=", c * t), chain(proof)


phi_lipschitz.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(paper=_PAPER, where=_SMOOTH, expected="proved", strength="lemma", says=r"\Phi_\rho(u)\le e^{-u/\rho}")
def margin_loss_below_exponential(c: Any = 1) -> Any:
    """The exponential lies above its tangent 1 - u/rho and above 0."""
    import sympy

    domain = Domain("u in (-oo,oo), rho in (0,oo)")
    u, rho = domain
    right = sympy.exp(-u / rho)

    def proof(k: Proof) -> Any:
        m, least, f, _ = named_margin_loss(k, u, rho, "")
        line = k.tangent(sympy.exp(v := k.fresh("v in (-oo,oo)")), v, 0, -u / rho)
        k.show(right - (1 - sympy.Max(0, u) / rho), ">=", 0, by=[line, (1 / rho, least), (-1 / rho, m)])
        return k.show(right, ">=", margin_loss(u, rho), by=[k.at_most(f, right), f])

    return ForAll(domain, c * margin_loss(u, rho), "<=", right), chain(proof)


margin_loss_below_exponential.false_if("the left side were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_SMOOTH,
    expected="proved",
    strength="lemma",
    says=r"\Phi_\rho(y)\le\Phi_\rho(x)+\tfrac1\rho\max(x-y,0)",
)
def margin_loss_lipschitz(c: Any = 1) -> Any:
    """max(0, .) is 1-Lipschitz, used twice."""
    import sympy

    domain = Domain("x in (-oo,oo), y in (-oo,oo), rho in (0,oo)")
    x, y, rho = domain
    drop = sympy.Max(0, x - y)

    def proof(k: Proof) -> Any:
        zero = sympy.Max(0, x)
        mx, _, fx, above_x = named_margin_loss(k, x, rho, "x")
        my, least_y, fy, _ = named_margin_loss(k, y, rho, "y")
        z, least_z = positive_part(k, "z", x - y)
        near = my.lhs + z.lhs
        k.show(near - x, ">=", 0, by=[least_y, least_z])
        ramp = k.show(near, ">=", zero, by=[k.at_most(mx, near), mx])
        bound = fx.lhs + z.lhs / rho
        k.show(bound - (1 - sympy.Max(0, y) / rho), ">=", 0, by=[above_x, (1 / rho, ramp), (-1 / rho, my)])
        top = k.at_most(fy, bound)
        return k.show(
            margin_loss(y, rho), "<=", margin_loss(x, rho) + drop / rho, by=[top, (-1, fx), fy, (-1 / rho, z)]
        )

    return ForAll(domain, margin_loss(y, rho) - margin_loss(x, rho), "<=", c * drop / rho), chain(proof)


margin_loss_lipschitz.false_if("the constant were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where=_SMOOTH,
    expected="proved",
    strength="lemma",
    says=r"\bigl(\textstyle\sum_{y'}\max(d_{y'},0)\bigr)^2\le(n-1)\sum_{y'}d_{y'}^2",
)
def cauchy_schwarz(c: Any = 1) -> Any:
    """The variance of the positive parts is not negative, and they are no larger than the differences themselves."""
    import sympy

    domain, each = Domain("one in [1,1]"), Domain("d in (-oo,oo)")
    (_,), (d,) = domain, each
    N, total = Sig(1), Sig(sympy.Max(0, d))

    def proof(k: Proof) -> Any:
        equal, _, _, zero = k.part(k.fresh("z in [0,oo)"), d)
        z = equal.lhs
        mean = Sig(z)
        named = k.sum_up(equal)
        spread = k.sum_up(k.show(z**2, ">=", 2 * z * mean / N - mean**2 / N**2, by=[k.sign((z - mean / N) ** 2, ">=")]))
        smaller = k.sum_up(k.show(d**2, ">=", z**2, by=[k.sign((d - z) ** 2, ">="), (-2, zero)]))
        sum_ = k.show(N * Sig(d**2), ">=", mean**2, by=[(N, spread), (N, smaller)])
        return k.show(N * Sig(d**2), ">=", total**2, by=[sum_, (mean + total, named)])

    def sample(rng: random.Random) -> Any:
        same = Fraction(rng.randint(-9, 9), 10)
        count, keep = rng.randint(1, 5), rng.random() < 0.8
        return {"one": Fraction(1)}, [{"d": same if keep else Fraction(rng.randint(-9, 9), 10)} for _ in range(count)]

    return ForEveryN(domain, each, ((N, ">", 0),), N * Sig(d**2), ">=", c * total**2), chain(proof, sample)


cauchy_schwarz.false_if("the constant were 1 % smaller", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_SMOOTH,
    form=_FORM,
    expected="proved",
    strength="upper",
    assumptions=("x and y hold the margins at the clean and at any perturbed point; take suprema over the ball",),
    says=r"\tilde\ell_{\tau,\rho}(y)\le\Phi_\tau\Bigl(\sum e^{-x/\rho}\Bigr)+\nu\|y-x\|_2,\quad \nu\ge\sqrt{n-1}/\rho",
)
def smooth_loss_bounds_margin_loss(share: Any = 1) -> Any:
    """Phi_tau is 1-Lipschitz, Phi_rho is 1/rho-Lipschitz and below the exponential; then Cauchy-Schwarz."""
    import sympy

    half = Fraction(1, 2)
    domain, each = Domain("tau in [0,oo), rho in (0,oo), nu in (0,oo)"), Domain("x in (-oo,oo), y in (-oo,oo)")
    (tau, rho, nu), (x, y) = domain, each
    N, smooth, distance = Sig(1), Sig(sympy.exp(-x / rho)), Sig((x - y) ** 2) ** half
    left, right = entire_phi(Sig(margin_loss(y, rho)), tau), entire_phi(smooth, tau) + nu * distance

    def proof(k: Proof) -> Any:
        moved = k.apply(margin_loss_lipschitz, {"x": x, "y": y, "rho": rho})
        below = k.apply(margin_loss_below_exponential, {"u": x, "rho": rho})
        near = k.sum_up(
            k.show(sympy.exp(-x / rho) + sympy.Max(0, x - y) / rho, ">=", margin_loss(y, rho), by=[moved, below])
        )
        drop = Sig(sympy.Max(0, x - y))
        squares = k.apply(cauchy_schwarz, {"one": 1}, given=[k.hypothesis(0)], rest={"d": x - y})
        root, reached = _root_of_square(k, squares, drop, half)
        start = Sig(margin_loss(y, rho))
        gap = smooth + drop / rho - start
        k.show(gap, ">=", 0, by=[near])
        grown = k.apply(phi_increases, {"y": start, "t": gap, "tau": tau})
        slow = k.apply(phi_lipschitz, {"y": smooth, "t": drop / rho, "tau": tau})
        return k.show(
            right, ">=", left, by=[grown, slow, (1 / rho, root), (1 / rho, reached), (distance, k.hypothesis(1))]
        )

    given = ((N, ">", 0), (nu, ">=", share * N**half / rho))
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, _sample_smooth(share))


def _root_of_square(k: Proof, squares: Fact, x: sympy.Expr, half: Fraction) -> tuple[Fact, Fact]:
    """From ``Q >= x^2``: ``Q^(1/2) >= z`` and ``z >= x`` with z = max(x, 0), which is the root of its square."""
    equal, _, least, zero = k.part(k.fresh("z in [0,oo)"), x)
    z = equal.lhs
    smaller = k.show(squares.lhs, ">=", z**2, by=[squares, k.sign((x - z) ** 2, ">="), (-2, zero)])
    return k.power(smaller, half), least


def _sample_smooth(share: Any) -> Callable[[random.Random], Any]:
    """Draw margins a little above 0 that a perturbation brings to 0, at tau = 0, where the weight is needed."""

    def sample(rng: random.Random) -> Any:
        scale, count = Fraction(rng.randint(1, 30), 10), rng.choice((1, 4, 9))
        root = {1: 1, 4: 2, 9: 3}[count]
        apart = scale * Fraction(rng.randint(1, 99), 10_000)
        nu = Fraction(share) * root / scale + Fraction(1, 10**9)
        tau = Fraction(0) if rng.random() < 0.6 else Fraction(rng.randint(0, 30), 10)
        return {"tau": tau, "rho": scale, "nu": nu}, [{"x": apart, "y": Fraction(0)}] * count

    return sample


smooth_loss_bounds_margin_loss.false_if("nu were 2 % smaller", share=Fraction(98, 100))


@claim(
    paper=_PAPER,
    where=_SMOOTH,
    expected="proved",
    strength="asymptotic",
    says=r"\frac{\Phi_\tau(n-1)-\Phi_\tau\bigl((n-1)e^{-\epsilon/\rho}\bigr)}{\sqrt{n-1}\,\epsilon}"
    r"\to\frac{\sqrt{n-1}}{\rho\,n^\tau}\quad(\epsilon\to0)",
)
def weight_needed_on_the_diagonal(c: Any = 1) -> Any:
    """All margins fall from eps to 0: the weight sqrt(n-1)/rho is sharp at tau = 0, and n^tau times the need here."""
    import sympy

    domain = Domain("eps in (0,1), N in [1,oo), rho in (0,oo), tau in [0,oo)")
    eps, N, rho, tau = domain
    root = N ** Fraction(1, 2)
    f = (entire_phi(N, tau) - entire_phi(N * sympy.exp(-eps / rho), tau)) / root
    return LimitOf(domain, f / eps, eps, "+", c * root / (rho * (1 + N) ** tau)), chain(lambda k: k.taylor(f, eps, 1))


weight_needed_on_the_diagonal.false_if("it were 1 % larger", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where=_SMOOTH,
    expected="proved",
    strength="upper",
    corrects="comp_sum.smooth_loss_bounds_margin_loss",
    says=r"n=2,\ \tau=1,\ \rho=1,\ 0\le y\le\min(x,1):\quad\log\bigl(1+\Phi_1(y)\bigr)\le\log(1+e^{-x})+\tfrac12(x-y)",
)
def half_the_weight_suffices(weight: Any = Fraction(1, 2)) -> Any:
    """At tau = 1 and two classes half of it is enough: 1 + e^(-x) >= 2 e^(-x/2), and log(2 - y) is concave."""
    import sympy

    domain = Domain("x in [0,oo), y in [0,1]")
    x, y = domain
    left, right = sympy.log(2 - y), sympy.log(1 + sympy.exp(-x)) + weight * (x - y)

    def proof(k: Proof) -> Any:
        half = sympy.exp(-x / 2)
        square = k.show(1 + sympy.exp(-x), ">=", 2 * half, by=[k.sign((1 - half) ** 2, ">=")])
        means = k.logarithm(square)
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 2, 2 - y)
        return k.show(right, ">=", left, by=[means, line])

    return ForAll(domain, left, "<=", right, ((x, ">=", y),)), chain(proof)


half_the_weight_suffices.false_if("the weight were 2 % smaller", weight=Fraction(49, 100))
