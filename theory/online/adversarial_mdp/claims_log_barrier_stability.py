r"""Stability of the log barrier for losses of any size and sign a second way, and why a quarter is the best constant.

The second proof: ``<x - y, c> <= eta Var(c)/4 + chi^2/eta`` with ``chi^2 = sum (y - x)^2/x`` (a square), and
``chi^2 <= D(y, x)``, which is the first claim. No maximiser is needed, and no bound on the losses.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER, logarithm_below_tangent

if TYPE_CHECKING:
    from theory.engine.claim import Stated


@claim(
    paper=PAPER,
    where="log barrier",
    says=r"\sum_i\Big(\frac{y_i}{x_i}-1-\ln\frac{y_i}{x_i}\Big)\ge\sum_i\frac{(y_i-x_i)^2}{x_i}",
    expected="proved",
    strength="tight",
    assumptions=("coordinates 1 and 2 are those with the smallest and the largest ratio y/x: a matter of naming",),
)
def divergence_above_chi_square(c: int | Fraction = 1) -> Stated:
    """With r = y/x in [r1, r2]: sum x (r - r1)(r2 - r) >= 0 bounds chi^2; r1 r2 - 1 - ln(r1 r2) >= 0 is left."""
    from theory.online.adversarial_mdp.symbolic import divergence, ordered_sample, restricted, total, two_distributions

    domain, each = Domain("x1 in (0,1), x2 in (0,1), y1 in (0,1), y2 in (0,1)"), Domain("x in (0,1), y in (0,1)")
    (x1, x2, y1, y2), (x, y) = domain, each

    def proof(k: Any) -> Any:
        whole, also, low = (k.hypothesis(i) for i in range(3))
        r1, r2, r = y1 / x1, y2 / x2, y / x
        between = k.show(x * (r - r1) * (r2 - r), ">=", 0, by=[(x * (r2 - r), low)])
        summed = k.sum_up(between)
        rest = k.sum_up(k.apply(logarithm_below_tangent, {"z": r}))
        ends = k.apply(logarithm_below_tangent, {"z": r1 * r2})
        by = [summed, rest, ends, (r1 * r2 + 1, whole), (-r1 - r2 + 2, also)]
        return k.show(total(divergence, "y", "x"), ">=", total(lambda x, y: (y - x) ** 2 / x, "x", "y"), by=by)

    lhs = total(divergence, "y", "x")
    rhs = c * total(lambda x, y: (y - x) ** 2 / x, "x", "y")
    statement = ForEveryN(domain, each, two_distributions(), lhs, ">=", rhs)
    return statement, chain(proof, sample=restricted(ordered_sample, "eta", "c"))


divergence_above_chi_square.false_if("the constant were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=PAPER,
    where="log barrier, arbitrarily negative losses",
    says=r"\sup_y\{\langle x-y,c\rangle-\tfrac1\eta D_\Psi(y,x)\}"
    r"\le\frac{\eta}{4}\operatorname{Var}_{i\sim x}(c_i)",
    expected="proved",
    strength="tight",
    assumptions=("coordinates 1 and 2 are those with the smallest and the largest ratio y/x: a matter of naming",),
)
def stability_by_chi_square(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """A square for each coordinate turns <x - y, c> into eta Var/4 + chi^2/eta, and chi^2 <= D(y, x)."""
    from theory.online.adversarial_mdp.symbolic import (
        EACH,
        NAMED,
        divergence,
        ordered_sample,
        total,
        two_distributions,
        variance,
    )

    eta, x1, x2, y1, y2, c1, c2 = NAMED
    x, y, c = EACH

    def proof(k: Any) -> Any:
        hypotheses = [k.hypothesis(i) for i in range(5)]
        values = {"x1": x1, "x2": x2, "y1": y1, "y2": y2}
        chi = k.apply(divergence_above_chi_square, values, given=hypotheses, rest={"x": x, "y": y})
        mean = total(lambda x, c: x * c, "x", "c")

        def square(x: Any, y: Any, c: Any) -> Any:
            return k.sign(x * (eta * (c - mean) / 2 + y / x - 1) ** 2 / eta, ">=")

        by = [(1 / eta, chi), square(x1, y1, c1), square(x2, y2, c2), k.sum_up(square(x, y, c))]
        by += [(-mean - eta * mean**2 / 4, hypotheses[0]), (mean, hypotheses[1])]
        return k.show(gain, "<=", eta * variance() / 4, by=by)

    gain = total(lambda x, y, c: (x - y) * c, "x", "y", "c") - total(divergence, "y", "x") / eta
    statement = ForEveryN(NAMED, EACH, two_distributions(), gain, "<=", kappa * eta * variance())
    return statement, chain(proof, sample=ordered_sample)


stability_by_chi_square.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


@claim(
    paper=PAPER,
    where="log barrier, the swap",
    says=r"y=(1-a,a),\;c=\tfrac1y-\tfrac1x:\quad\langle x-y,c\rangle-D_\Psi(y,x)=\tfrac14\operatorname{Var}_x(c)"
    r"\quad(d=2,\ x=(a,1-a))",
    expected="proved",
    strength="identity",
)
def swap_attains_a_quarter(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """In two coordinates both inequalities of the proof are equalities when y is x swapped."""
    domain = Domain("a in (0,1)")
    (a,) = domain
    gain, spread = _swap(a, 1, 2 * (2 * a - 1) / (a * (1 - a)))

    def proof(k: Any) -> Any:
        return k.identity(gain, spread / 4)

    return ForAll(domain, gain, "==", kappa * spread), chain(proof)


swap_attains_a_quarter.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


@claim(
    paper=PAPER,
    where="log barrier, optimality of 1/4",
    says=r"0\le\kappa<\tfrac14,\;x=(\tfrac45,\tfrac15):\quad\sup_c\sup_y\{\langle x-y,c\rangle-D_\Psi(y,x)"
    r"-\kappa\operatorname{Var}_x(c)\}>0",
    expected="proved",
    strength="tight",
)
def no_smaller_constant(largest: Fraction = Fraction(1, 4)) -> Stated:
    """At x = (4/5, 1/5) the swap and its losses exceed kappa Var(c) for every kappa < 1/4."""
    import sympy

    domain = Domain(f"kappa in [0,{largest})")
    (kappa,) = domain
    four_fifths = Fraction(4, 5)
    gain, spread = _swap(sympy.Rational(four_fifths), 1, sympy.Rational(Fraction(15, 2)))

    def proof(k: Any) -> Any:
        quarter = k.show(gain, "==", spread / 4)
        return k.show(gain, ">", kappa * spread, by=[quarter, (spread, k.sign(sympy.Rational(largest) - kappa, ">"))])

    return ForAll(domain, gain, ">", kappa * spread), chain(proof)


no_smaller_constant.false_if("kappa went up to 1/3", largest=Fraction(1, 3))


@claim(
    paper=PAPER,
    where="log barrier, optimality of 1/4 in every dimension",
    says=r"x=(Ma,M(1-a),\ldots):\quad\sup_y\{\langle x-y,c\rangle-D_\Psi(y,x)\}\ge\frac M4\operatorname{Var}_x(c)",
    expected="proved",
    strength="tight",
)
def nearly_attained_in_every_dimension(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """Swap two coordinates of mass M, give all others their mean loss: the ratio is M/4, and M may tend to 1."""
    from theory.engine.words import Sig
    from theory.online.adversarial_mdp.symbolic import divergence

    domain, each = Domain("a in (0,1), M in (0,1)"), Domain("x in (0,1)")
    (a, mass), (x,) = domain, each
    first = 2 * (2 * a - 1) / (mass * a * (1 - a))
    mean = a * first
    x1, x2 = mass * a, mass * (1 - a)
    gain = (x1 - x2) * first - divergence(x2, x1) - divergence(x1, x2)
    spread = x1 * first**2 + Sig(x * mean**2) - (x1 * first + Sig(x * mean)) ** 2

    def proof(k: Any) -> Any:
        rest = k.hypothesis(0)
        others = (-(mean**2) * (mass + Sig(x)), rest)
        even = k.show(spread, "==", x1 * first**2 - mass * mean**2, by=[others])
        return k.show(gain, "==", mass * spread / 4, by=[(-mass / 4, even)])

    def sample(rng: Any) -> Any:
        from theory.online.adversarial_mdp.symbolic import positive_distribution

        rows = positive_distribution(rng, rng.randint(3, 6))
        point = {"M": rows[0] + rows[1], "a": rows[0] / (rows[0] + rows[1])}
        return point, [{"x": value} for value in rows[2:]]

    statement = ForEveryN(domain, each, ((Sig(x), "==", 1 - mass),), gain, "==", kappa * mass * spread)
    return statement, chain(proof, sample=sample)


nearly_attained_in_every_dimension.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


def _swap(a: Any, mass: Any, first: Any) -> tuple[Any, Any]:
    """Return gain and variance at the swap of ``mass (a, 1 - a)``; the first loss exceeds the second by ``first``."""
    from theory.online.adversarial_mdp.symbolic import divergence

    gain = mass * (2 * a - 1) * first - divergence(1 - a, a) - divergence(a, 1 - a)
    return gain, mass * a * (1 - a) * first**2
