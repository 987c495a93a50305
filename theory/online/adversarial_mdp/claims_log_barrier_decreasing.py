r"""The log barrier with steps that do not increase, each chosen before the losses of its round.

The learner plays ``p_t = argmin <p, L_{t-1}> + (Psi(p) - Psi(p_1))/eta_t``; the least values V_t are the potential.
Since ``Psi - Psi(p_1) >= 0`` on the simplex, a smaller next step can only raise the next value, and the optimality of
p_t with the stability claim gives ``<p_t, c_t> <= V_{t+1} - V_t + (eta_t/4) Var_{p_t}(c_t)``. If a step may grow, this
fails, and so does the regret bound.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_dual import stability_quarter_variance
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "log barrier, steps that do not increase"


def _positive_distribution(rng: random.Random, d: int) -> list[Fraction]:
    from theory.online.adversarial_mdp.symbolic import positive_distribution

    return positive_distribution(rng, d)


@claim(
    paper=PAPER,
    where=_WHERE + ": the least value of the barrier",
    expected="proved",
    strength="tight",
    assumptions=("the number of coordinates is d",),
    says=r"\Psi(y)-\Psi(p_1)=-\sum_i\ln y_i-d\ln d\ge0\quad\text{on the simplex}",
)
def barrier_least_at_uniform(shift: Constant = 0) -> Stated:
    """The tangent of the logarithm at 1/d, summed over the coordinates."""
    import sympy

    domain, each = Domain("d in [1,oo)"), Domain("y in (0,1)")
    (d,), (y,) = domain, each
    given = ((Sig(y), "==", 1), (Sig(sympy.Integer(1)), "==", d))
    excess = -Sig(sympy.log(y)) - d * sympy.log(d)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.sum_up(k.tangent(sympy.log(v), v, 1 / d, y))
        one, count = k.hypothesis(0), k.hypothesis(1)
        return k.show(excess, ">=", 0, by=[line, (-d, one), (1 + sympy.log(d), count)])

    def sample(rng: random.Random) -> Any:
        size = rng.randint(2, 5)
        rows = [Fraction(1, size)] * size if rng.random() < 0.5 else _positive_distribution(rng, size)
        return {"d": Fraction(size)}, [{"y": value} for value in rows]

    return ForEveryN(domain, each, given, excess, ">=", shift), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the coordinates, d many; x = p_t, L the sum of the losses before round t, c those of round t",
        "L = 1/(eta_t x) + nu in every coordinate: p_t is optimal for the step eta_t, chosen before c is known",
        "y is any point of the open simplex, so also the next play; the bracket with after = eta_{t+1} is then V_{t+1}",
    ),
    says=r"\langle p_t,c_t\rangle\le\Bigl[\langle y,L_t\rangle+\frac{\Psi(y)-\Psi(p_1)}{\eta_{t+1}}\Bigr]"
    r"-\Bigl[\langle p_t,L_{t-1}\rangle+\frac{\Psi(p_t)-\Psi(p_1)}{\eta_t}\Bigr]"
    r"+\frac{\eta_t}4\operatorname{Var}_{p_t}(c_t),\quad\eta_{t+1}\le\eta_t",
)
def decreasing_round(kappa: Constant = Fraction(1, 4), grown: Constant = 1) -> Stated:
    """Optimality turns the change of value into D(y, x)/eta, which stability bounds; the barrier's excess is >= 0."""
    import sympy

    domain = Domain("eta in (0,oo), after in (0,oo), nu in (-oo,oo), d in [1,oo)")
    each = Domain("x in (0,1), y in (0,1), c in (-oo,oo), L in (-oo,oo)")
    (eta, after, nu, d), (x, y, loss, before) = domain, each
    given = (
        (Sig(x), "==", 1), (Sig(y), "==", 1), (Sig(sympy.Integer(1)), "==", d), (before, "==", 1 / (eta * x) + nu),
        (after, "<=", grown * eta),
    )  # fmt: skip

    def excess(p: Any) -> Any:
        return -Sig(sympy.log(p)) - d * sympy.log(d)

    def right(kappa: Any) -> Any:
        later = Sig(y * (before + loss)) + excess(y) / after
        variance = Sig(x * loss**2) - Sig(x * loss) ** 2
        return later - Sig(x * before) - excess(x) / eta + kappa * eta * variance

    def proof(k: Proof) -> Any:
        one, also, count, optimal, order = (k.hypothesis(i) for i in range(5))
        stable = k.apply(stability_quarter_variance, {"eta": eta}, given=[one, also], rest={"x": x, "y": y, "c": loss})
        least = k.apply(barrier_least_at_uniform, {"d": d}, given=[also, count], rest={"y": y})
        smaller = k.show(1 / after - 1 / eta, ">=", 0, by=[(1 / (eta * after), order)])
        change = k.sum_up(k.show((y - x) * before, "==", (y - x) * (1 / (eta * x) + nu), by=[(y - x, optimal)]))
        by = [stable, (smaller.lhs, least), change, (-nu, one), (nu, also)]
        return k.show(Sig(x * loss), "<=", right(Fraction(1, 4)), by=by)

    def sample(rng: random.Random) -> Any:
        from theory.online.adversarial_mdp.symbolic import round_sample

        point, rows = round_sample(rng)
        point, nu = {"eta": point["eta"]}, Fraction(rng.randint(-2, 2))
        slower = Fraction(rng.choice((1, 1, Fraction(1, 2))))
        if grown != 1 and rng.random() < 0.5:
            slower = Fraction(grown)
        rows = [{name: row[name] for name in "xyc"} | {"L": 1 / (point["eta"] * row["x"]) + nu} for row in rows]
        return point | {"after": slower * point["eta"], "nu": nu, "d": Fraction(len(rows))}, rows

    statement = ForEveryN(domain, each, given, Sig(x * loss), "<=", right(kappa))
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ", T rounds",
    expected="proved",
    strength="upper",
    assumptions=(
        "the classes are the rounds: g is the loss <p_t, c_t>, s the step, v the variance, a and b are V_t and V_{t+1}",
        "the values telescope from V_1 = 0, which is a condition here; after the last round the step stays eta_T",
        "K = Psi(u) - Psi(p_1) for the comparator u, comp = <u, L_T>: V_{T+1} is a minimum, so at most comp + K/eta_T",
    ),
    uses=(f"{PAPER}.decreasing_round",),
    says=r"\sum_t\langle p_t-u,c_t\rangle\le\frac{\Psi(u)-\Psi(p_1)}{\eta_T}+\frac14\sum_t\eta_t"
    r"\operatorname{Var}_{p_t}(c_t)",
)
def regret_decreasing_steps(kappa: Constant = Fraction(1, 4)) -> Stated:
    """Add up the rounds; the last value is at most the comparator's."""
    domain = Domain("eta in (0,oo), K in [0,oo), last in (-oo,oo), comp in (-oo,oo)")
    each = Domain("s in (0,oo), v in [0,oo), g in (-oo,oo), a in (-oo,oo), b in (-oo,oo)")
    (eta, K, last, comp), (s, v, g, a, b) = domain, each
    given = ((g, "<=", b - a + s * v / 4), (Sig(b) - Sig(a), "==", last), (last, "<=", comp + K / eta))

    def proof(k: Proof) -> Any:
        rounds, telescoped, end = k.sum_up(k.hypothesis(0)), k.hypothesis(1), k.hypothesis(2)
        return k.show(Sig(g) - comp, "<=", K / eta + Sig(s * v) / 4, by=[rounds, (-1, telescoped), end])

    def sample(rng: random.Random) -> Any:
        levels = [Fraction(0), *(Fraction(rng.randint(-4, 4)) for _ in range(rng.randint(1, 6)))]
        rows = [{"a": a, "b": b, "s": Fraction(rng.randint(1, 4), 2)} for a, b in itertools.pairwise(levels)]
        for row in rows:
            row["v"] = Fraction(rng.randint(1, 4))
            row["g"] = row["b"] - row["a"] + row["s"] * row["v"] / 4
        eta, K = rows[-1]["s"], Fraction(rng.randint(0, 2))
        return {"eta": eta, "K": K, "last": levels[-1], "comp": levels[-1] - K / eta}, rows

    statement = ForEveryN(domain, each, given, Sig(g) - comp, "<=", K / eta + kappa * Sig(s * v))
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where="log barrier, steps that may grow",
    expected="refuted",
    strength="upper",
    assumptions=(
        (
            "two actions, two rounds: p_1 = (1/2, 1/2), c_1 = (s, -s), c_2 = 0, u = (1/4, 3/4): regret is "
            "s/2; Psi(u) - Psi(p_1) = log(4/3), Var_{p_1}(c_1) = s^2"
        ),
        "up to eta_2 = 4 log(4/3) eta_1 = 1.1507 eta_1 it is true: controls",
    ),
    says=r"\tfrac s2\le\frac{\ln(4/3)}{\eta_2}+\frac{\eta_1}4s^2,\quad0<\eta_2\le2\eta_1",
)
def regret_with_growing_steps(grown: Constant = 2) -> Stated:
    """For eta_2 <= grown eta_1: the square (eta_1 s - 1)^2, and log(4/3) >= grown/4."""
    import sympy

    domain = Domain("s in (0,oo), first in (0,oo), second in (0,oo)")
    s, first, second = domain
    excess, grown = sympy.log(sympy.Rational(4, 3)), sympy.Rational(grown)
    right = excess / second + first * s**2 / 4

    def proof(k: Proof) -> Any:
        square = k.sign((first * s - 1) ** 2 / (4 * first), ">=")
        least = k.show(excess, ">=", grown / 4)
        slower = grown * first
        smaller = k.show(1 / second, ">=", 1 / slower, by=[(1 / (slower * second), k.hypothesis(0))])
        return k.show(s / 2, "<=", right, by=[square, (excess, smaller), (1 / slower, least)])

    given = ((second, "<=", grown * first),)
    return ForAll(domain, s / 2, "<=", right, given=given), chain_at(proof, {"s": 1, "first": 1, "second": 2})


barrier_least_at_uniform.false_if("it were at least 1/100", shift=Fraction(1, 100))
decreasing_round.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))
decreasing_round.false_if("the next step could be ten times larger", grown=10)
regret_decreasing_steps.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))
regret_with_growing_steps.true_if("the step did not grow", grown=1)
regret_with_growing_steps.true_if("the step grew by 15 %", grown=Fraction(115, 100))
