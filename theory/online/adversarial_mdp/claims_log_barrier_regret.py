r"""Regret of follow the regularized leader with the log barrier, for losses of any size and sign.

One round is an exact identity; the stability claim bounds its only positive term; rounds telescope. In a round, x is
the learner's point, y its next one and u the comparator; y is optimal when ``1/y - 1/x = eta c + delta`` for one number
delta, the change of the multiplier of ``sum p = 1``.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_dual import stability_quarter_variance
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER

if TYPE_CHECKING:
    import random

    from theory.engine.claim import Stated

_SCALARS = Domain("eta in (0,oo), delta in (-oo,oo)")


def _round() -> tuple[Any, ...]:
    """Return that x, y, u are distributions, and that y is the learner's next point."""
    from theory.online.adversarial_mdp.symbolic import ROUND_EACH

    (eta, delta), (x, y, u, loss) = _SCALARS, ROUND_EACH
    return (Sig(x), "==", 1), (Sig(y), "==", 1), (Sig(u), "==", 1), (1 / y - 1 / x, "==", eta * loss + delta)


@claim(
    paper=PAPER,
    where="log barrier, one round",
    says=r"\eta\langle p_t-u,c_t\rangle=D(u,p_t)-D(u,p_{t+1})+D(p_t,p_{t+1})",
    expected="proved",
    strength="identity",
)
def round_identity(c: int | Fraction = 1) -> Stated:
    """The three-point identity: put 1/p_{t+1} - 1/p_t = eta c + delta into the sums; delta drops out."""
    from theory.online.adversarial_mdp.symbolic import ROUND_EACH, divergence, round_sample

    (eta, delta), (x, y, u, loss) = _SCALARS, ROUND_EACH
    parts = Sig(divergence(u, x)) - Sig(divergence(u, y)) + c * Sig(divergence(x, y))

    def proof(k: Any) -> Any:
        ones = [k.hypothesis(i) for i in range(3)]
        step = k.hypothesis(3)
        change = (x - u) * (1 / y - 1 / x)
        optimal = k.sum_up(k.show((x - u) * (eta * loss + delta), "==", change, by=[(u - x, step)]))
        return k.show(eta * Sig((x - u) * loss), "==", parts, by=[optimal, (-delta, ones[0]), (delta, ones[2])])

    statement = ForEveryN(_SCALARS, ROUND_EACH, _round(), eta * Sig((x - u) * loss), "==", parts)
    return statement, chain(proof, sample=round_sample)


round_identity.false_if("the last divergence counted 1 % more", c=Fraction(101, 100))


@claim(
    paper=PAPER,
    where="log barrier, one round, any losses",
    says=r"\langle p_t-u,c_t\rangle\le\frac{D(u,p_t)-D(u,p_{t+1})}{\eta}+\frac\eta4\operatorname{Var}_{p_t}(c_t)",
    expected="proved",
    strength="tight",
)
def round_bound(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """The stability claim at y = p_{t+1}: there the gain <x - y, c> - D(y, x)/eta is D(x, y)/eta."""
    from theory.online.adversarial_mdp.symbolic import ROUND_EACH, divergence, round_sample

    (eta, delta), (x, y, u, loss) = _SCALARS, ROUND_EACH
    potential = Sig(divergence(u, x)) - Sig(divergence(u, y))
    gain, variance = Sig((x - u) * loss), Sig(x * loss**2) - Sig(x * loss) ** 2

    def proof(k: Any) -> Any:
        one, also, compared, step = (k.hypothesis(i) for i in range(4))
        row = {"x": x, "y": y, "c": loss}
        stable = k.apply(stability_quarter_variance, {"eta": eta}, given=[one, also], rest=row)
        moved = k.show((y - u) * (1 / y - 1 / x - eta * loss - delta), "==", 0, by=[(y - u, step)])
        by = [stable, (1 / eta, k.sum_up(moved)), (delta / eta, also), (-delta / eta, compared)]
        return k.show(gain, "<=", potential / eta + eta * variance / 4, by=by)

    bound = potential / eta + kappa * eta * variance
    return ForEveryN(_SCALARS, ROUND_EACH, _round(), gain, "<=", bound), chain(proof, sample=round_sample)


round_bound.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


@claim(
    paper=PAPER,
    where="log barrier, T rounds",
    says=r"g_t\le\frac{\Phi_t-\Phi_{t+1}}\eta+\frac\eta4v_t\ \forall t,\ \Phi_{T+1}\ge0\implies"
    r"\sum_tg_t\le\frac{\Phi_1}\eta+\frac\eta4\sum_tv_t",
    expected="proved",
    strength="upper",
    assumptions=(
        "the unnamed classes are the rounds: g is the regret, v the variance, a and b are D(u, p_t) and D(u, p_{t+1})",
        (
            "the differences a - b telescope to first - last, D(u, p_1) - D(u, p_{T+1}); by first_divergence the first "
            "is Psi(u) - Psi(p_1); that the rounds obey the condition is round_bound"
        ),
    ),
    uses=(f"{PAPER}.round_bound", f"{PAPER}.first_divergence"),
)
def regret_quarter_variance(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """Sum the bound of a round over all rounds; what the divergences leave over is at most the first."""
    domain = Domain("eta in (0,oo), first in [0,oo), last in [0,oo)")
    each = Domain("g in (-oo,oo), v in [0,oo), a in [0,oo), b in [0,oo)")
    (eta, first, last), (g, v, a, b) = domain, each
    given = ((g, "<=", (a - b) / eta + eta * v / 4), (Sig(a - b), "==", first - last))

    def proof(k: Any) -> Any:
        rounds, telescoped = k.sum_up(k.hypothesis(0)), k.hypothesis(1)
        return k.show(Sig(g), "<=", first / eta + eta * Sig(v) / 4, by=[rounds, (-1 / eta, telescoped)])

    def sample(rng: random.Random) -> Any:
        eta = Fraction(rng.randint(1, 8), 4)
        levels = [Fraction(rng.randint(0, 9)) for _ in range(rng.randint(1, 6))] + [Fraction(0)]
        rows = [{"v": Fraction(rng.randint(1, 9)), "a": a, "b": b} for a, b in itertools.pairwise(levels)]
        for row in rows:
            row["g"] = (row["a"] - row["b"]) / eta + eta * row["v"] / 4
        return {"eta": eta, "first": levels[0], "last": levels[-1]}, rows

    statement = ForEveryN(domain, each, given, Sig(g), "<=", first / eta + kappa * eta * Sig(v))
    return statement, chain(proof, sample=sample)


regret_quarter_variance.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


@claim(
    paper=PAPER,
    where="log barrier, the first point",
    says=r"p_1=(\tfrac1d,\ldots,\tfrac1d):\quad D(u,p_1)=\Psi(u)-\Psi(p_1)=-\sum_i\ln u_i-d\ln d",
    expected="proved",
    strength="identity",
)
def first_divergence(c: int | Fraction = 1) -> Stated:
    """The gradient of the barrier is constant at the uniform distribution."""
    import sympy

    from theory.online.adversarial_mdp.symbolic import divergence, positive_distribution

    domain, each = Domain("d in [1,oo)"), Domain("u in (0,1)")
    (d,), (u,) = domain, each
    given = ((Sig(u), "==", 1), (Sig(sympy.Integer(1)), "==", d))
    lhs, rhs = Sig(divergence(u, 1 / d)), -Sig(sympy.log(u)) - d * sympy.log(d)

    def proof(k: Any) -> Any:
        return k.show(lhs, "==", rhs, by=[(d, k.hypothesis(0)), (-1 - sympy.log(d), k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        rows = positive_distribution(rng, rng.randint(2, 6))
        return {"d": Fraction(len(rows))}, [{"u": value} for value in rows]

    return ForEveryN(domain, each, given, lhs, "==", c * rhs), chain(proof, sample=sample)


first_divergence.false_if("the divergence were 1 % larger", c=Fraction(101, 100))


@claim(
    paper=PAPER,
    where="log barrier, truncated comparator",
    says=r"y'=(1-e)y+\tfrac ed:\quad\Psi(y')-\Psi(p_1)\le(d-1)\ln\tfrac1e-\ln\bigl(d-(d-1)e\bigr)",
    expected="proved",
    strength="tight",
    assumptions=("the number of coordinates is d; equality at a vertex of the simplex",),
)
def truncation_constant(shift: int | Fraction = 0) -> Stated:
    """The logarithm is concave: each coordinate lies above its chord from y = 0 to y = 1."""
    import sympy

    from theory.classification.samples import simplex

    domain, each = Domain("d in [1,oo), e in (0,1]"), Domain("y in [0,1]")
    (d, e), (y,) = domain, each
    given = ((Sig(y), "==", 1), (Sig(sympy.Integer(1)), "==", d))
    top = d - (d - 1) * e
    inside = (1 - e) * d * y + e
    bound = -(d - 1) * sympy.log(e) - sympy.log(top)

    def proof(k: Any) -> Any:
        k.show(top, ">", 0, by=[k.sign(e + d * (1 - e), ">")])
        k.show(y * top + (1 - y) * e, ">", 0, by=[k.sign(inside, ">")])
        v = k.fresh("v in (0,oo)")
        chord = k.sum_up(k.chord(sympy.log(v), v, top, e, y))
        one, count = k.hypothesis(0), k.hypothesis(1)
        by = [chord, (sympy.log(top) - sympy.log(e), one), (sympy.log(e), count)]
        return k.show(-Sig(sympy.log(inside)), "<=", bound, by=by)

    def sample(rng: random.Random) -> Any:
        rows = simplex(rng, rng.randint(1, 5), zeros=0.7)
        return {"d": Fraction(len(rows)), "e": Fraction(rng.randint(1, 10), 10)}, [{"y": value} for value in rows]

    statement = ForEveryN(domain, each, given, -Sig(sympy.log(inside)), "<=", bound - shift)
    return statement, chain(proof, sample=sample)


truncation_constant.false_if("the constant were smaller by 1/100", shift=Fraction(1, 100))


@claim(
    paper=PAPER,
    where="log barrier with importance weights",
    says=r"\sum_ip_i\Bigl[p_i\Bigl(\frac{\ell_i}{p_i}\Bigr)^2-\ell_i^2\Bigr]\le d-1,\quad|\ell_i|\le1",
    expected="proved",
    strength="tight",
    assumptions=(
        "the number of coordinates is d",
        "c = l_I/p_I in coordinate I, 0 elsewhere, I drawn from p: the left side is then the mean of Var_p(c)",
    ),
)
def importance_weighted_variance(shift: int | Fraction = 0) -> Stated:
    """Given I = i the variance is l_i^2/p_i - l_i^2; weigh by p_i and use l_i^2 <= 1."""
    import sympy

    from theory.online.adversarial_mdp.symbolic import positive_distribution

    domain, each = Domain("d in [1,oo)"), Domain("p in (0,1), l in [-1,1]")
    (d,), (p, loss) = domain, each
    given = ((Sig(p), "==", 1), (Sig(sympy.Integer(1)), "==", d))
    mean_variance = Sig(p * (p * (loss / p) ** 2 - (p * (loss / p)) ** 2))

    def proof(k: Any) -> Any:
        bounded = k.show(1 - loss**2, ">=", 0, by=[(1 + loss, k.sign(1 - loss, ">="))])
        each_term = k.show((1 - p) * (1 - loss**2), ">=", 0, by=[(1 - p, bounded)])
        by = [k.sum_up(each_term), (1, k.hypothesis(0)), (-1, k.hypothesis(1))]
        return k.show(mean_variance, "<=", d - 1, by=by)

    def sample(rng: random.Random) -> Any:
        rows = positive_distribution(rng, rng.randint(2, 6))
        extreme = rng.random() < 0.5
        losses = [Fraction(1) if extreme else Fraction(rng.randint(-4, 4), 4) for _ in rows]
        return {"d": Fraction(len(rows))}, [{"p": a, "l": b} for a, b in zip(rows, losses, strict=True)]

    statement = ForEveryN(domain, each, given, mean_variance, "<=", d - 1 - shift)
    return statement, chain(proof, sample=sample)


importance_weighted_variance.false_if("the bound were smaller by 1/100", shift=Fraction(1, 100))


@claim(
    paper=PAPER,
    where="log barrier, truncated comparator",
    says=r"y'=(1-e)y+\tfrac ed:\quad\langle p-y,c\rangle=\langle p-y',c\rangle"
    r"+e\Bigl(\tfrac1d\sum_ic_i-\langle y,c\rangle\Bigr)",
    expected="proved",
    strength="identity",
    assumptions=("the number of coordinates is d; with e = 1/T, summed over T rounds, this is the bound's last term",),
)
def truncation_costs(c: int | Fraction = 1) -> Stated:
    """Linear in y."""
    import sympy

    from theory.classification.samples import simplex

    domain = Domain("d in [1,oo), e in (0,1]")
    each = Domain("p in (0,1), y in [0,1], l in (-oo,oo)")
    (d, e), (p, y, loss) = domain, each
    mixed = (1 - e) * y + e / d
    rest = c * e * (Sig(loss) / d - Sig(y * loss))

    def proof(k: Any) -> Any:
        return k.identity(Sig((p - y) * loss), Sig((p - mixed) * loss) + rest)

    def sample(rng: random.Random) -> Any:
        n = rng.randint(1, 5)
        rows = zip(simplex(rng, n, zeros=0), simplex(rng, n), strict=True)
        each_row = [{"p": a * Fraction(9, 10), "y": b, "l": Fraction(rng.randint(-9, 9))} for a, b in rows]
        return {"d": Fraction(n), "e": Fraction(rng.randint(1, 10), 10)}, each_row

    given = ((Sig(sympy.Integer(1)), "==", d),)
    statement = ForEveryN(domain, each, given, Sig((p - y) * loss), "==", Sig((p - mixed) * loss) + rest)
    return statement, chain(proof, sample=sample)


truncation_costs.false_if("it cost 1 % more", c=Fraction(101, 100))


@claim(
    paper=PAPER,
    where="log barrier, T rounds, optimality of 1/4 for every step size",
    says=r"p_1=(a,1-a),\;p_2=(1-a,a),\;c_2=-c_1=\tfrac1\eta(\tfrac1{p_1}-\tfrac1{p_2}):\quad"
    r"\sum_{t\le2}\langle p_t-u,c_t\rangle=\tfrac\eta4\sum_{t\le2}\operatorname{Var}_{p_t}(c_t)",
    expected="proved",
    strength="identity",
    assumptions=("after two swaps the learner is back at p_1: repeated, regret - (eta/4) sum Var stays constant",),
)
def two_swaps_attain_the_bound(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """The losses cancel, so that the comparator drops out; regret and variances are the same rational function."""
    domain = Domain("a in (0,1), eta in (0,oo)")
    a, eta = domain
    first = (1 / (1 - a) - 1 / a) / eta  # loss of action 1 in round 1; action 2 has its negative
    played = a * first - (1 - a) * first
    regret = 2 * played  # both rounds play alike, and every fixed u loses nothing in sum
    spread = a * first**2 + (1 - a) * first**2 - played**2

    def proof(k: Any) -> Any:
        return k.identity(regret, eta * 2 * spread / 4)

    return ForAll(domain, regret, "==", kappa * eta * 2 * spread), chain(proof)


two_swaps_attain_the_bound.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))
