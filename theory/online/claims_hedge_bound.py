r"""Hedge's regret bound for every number of experts and rounds: Hoeffding's lemma, one round, the sum of rounds."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.claim import Stated

PAPER = "hedge"
_EIGHTH = Fraction(1, 8)


@claim(
    paper=PAPER,
    where="Hoeffding's lemma, two points",
    says=r"\ln(1-m+m\,e^{-\eta})\le-\eta m+\tfrac{\eta^2}8",
    expected="proved",
    strength="lemma",
)
def two_point_log_sum(kappa: int | Fraction = _EIGHTH) -> Stated:
    """Move eta from 0, twice: the second derivative of the difference is 1/4 - q (1 - q), q the tilted weight."""
    import sympy

    domain = Domain("m in [0,1], eta in [0,oo)")
    m, eta = domain
    decay = sympy.exp(-eta)
    mass = 1 - m * (1 - decay)
    log_sum = sympy.log(mass)

    def proof(k: Any) -> Any:
        weight = m * decay / mass
        slope = eta / 4 - m + weight
        square = k.sign((1 - 2 * weight) ** 2 / 4, ">=")
        tilt = k.grows(k.show(slope.diff(eta), ">=", 0, by=[square]), slope, eta)
        gap = eta**2 / 8 - eta * m - log_sum
        grown = k.grows(k.show(gap.diff(eta), ">=", 0, by=[tilt]), gap, eta)
        return k.show(log_sum, "<=", -eta * m + eta**2 / 8, by=[grown])

    return ForAll(domain, log_sum, "<=", -eta * m + kappa * eta**2), chain(proof)


two_point_log_sum.false_if("1/8 were 1 % smaller", kappa=Fraction(99, 800))


def _at_least(k: Any, weight: Any, eta: Any, loss: Any) -> Any:
    """Show ``sum w exp(-eta l) >= exp(-eta) sum w``, for losses of at most 1."""
    import sympy

    least = k.exponential(k.show(-eta * loss, ">=", -eta, by=[(eta, k.sign(1 - loss, ">="))]))
    return k.sum_up(k.show(weight * sympy.exp(-eta * loss), ">=", weight * sympy.exp(-eta), by=[(weight, least)]))


@claim(
    paper=PAPER,
    where="Hoeffding's lemma, every number of experts",
    says=r"\ln\sum_ip_ie^{-\eta\ell_i}\le-\eta\sum_ip_i\ell_i+\tfrac{\eta^2}8\quad(\ell\in[0,1]^N)",
    expected="proved",
    strength="tight",
)
def log_sum_bound(kappa: int | Fraction = _EIGHTH) -> Stated:
    """The exponential lies below its chord from l = 0 to l = 1; the sum is then that of two points."""
    import sympy

    domain, each = Domain("eta in (0,oo)"), Domain("p in [0,1], l in [0,1]")
    (eta,), (p, loss) = domain, each
    mean, total = Sig(p * loss), Sig(p * sympy.exp(-eta * loss))

    def proof(k: Any) -> Any:
        one = k.hypothesis(0)
        v = k.fresh("v in (-oo,oo)")
        chord = k.chord(sympy.exp(v), v, -eta, 0, loss)
        above = k.show(p * (1 - loss + loss * sympy.exp(-eta)), ">=", p * sympy.exp(-eta * loss), by=[(p, chord)])
        mixed = 1 - mean * (1 - sympy.exp(-eta))
        upper = k.show(mixed, ">=", total, by=[k.sum_up(above), one])
        lower = _at_least(k, p, eta, loss)
        k.show(total, ">", 0, by=[lower, (sympy.exp(-eta), one), k.sign(sympy.exp(-eta), ">")])
        k.show(mixed, ">", 0, by=[upper, k.sign(total, ">")])
        k.sign(mean, ">=")
        k.show(1 - mean, ">=", 0, by=[k.sum_up(k.sign(p * (1 - loss), ">=")), (-1, one)])
        two = k.apply(two_point_log_sum, {"m": mean, "eta": eta})
        return k.show(sympy.log(total), "<=", -eta * mean + eta**2 / 8, by=[k.logarithm(upper), two])

    def sample(rng: random.Random) -> Any:
        half = Fraction(1, 2)
        rows = [{"p": half, "l": Fraction(0)}, {"p": half, "l": Fraction(1)}]
        return {"eta": Fraction(rng.randint(1, 100), 20)}, rows

    statement = ForEveryN(domain, each, ((Sig(p), "==", 1),), sympy.log(total), "<=", -eta * mean + kappa * eta**2)
    return statement, chain(proof, sample=sample)


log_sum_bound.false_if("1/8 were 1 % smaller", kappa=Fraction(99, 800))


@claim(
    paper=PAPER,
    where="one round",
    says=r"\langle p_t,\ell_t\rangle\le\frac{\ln W_t-\ln W_{t+1}}\eta+\frac\eta8,\quad W_t=\sum_iw_{t,i},\;"
    r"w_{t+1,i}=w_{t,i}e^{-\eta\ell_{t,i}}",
    expected="proved",
    strength="upper",
)
def round_potential(kappa: int | Fraction = _EIGHTH) -> Stated:
    """Hoeffding's lemma for p = w/W."""
    import sympy

    domain, each = Domain("eta in (0,oo)"), Domain("w in (0,oo), l in [0,1]")
    (eta,), (w, loss) = domain, each
    total, after, played = Sig(w), Sig(w * sympy.exp(-eta * loss)), Sig(w * loss) / Sig(w)

    def proof(k: Any) -> Any:
        k.hypothesis(0)
        one = k.show(Sig(w / total), "==", 1)
        k.show(1 - w / total, ">=", 0, by=[(1 / total, k.member(w))])
        lower = _at_least(k, w, eta, loss)
        k.show(after, ">", 0, by=[lower, k.sign(total * sympy.exp(-eta), ">")])
        k.show(Sig(w / total * sympy.exp(-eta * loss)), ">", 0, by=[k.sign(after / total, ">")])
        drop = k.apply(log_sum_bound, {"eta": eta}, given=[one], rest={"p": w / total, "l": loss})
        return k.show(played, "<=", (sympy.log(total) - sympy.log(after)) / eta + eta / 8, by=[(1 / eta, drop)])

    def sample(rng: random.Random) -> Any:
        weight = Fraction(rng.randint(1, 9), 3)
        rows = [{"w": weight, "l": Fraction(0)}, {"w": weight, "l": Fraction(1)}]
        return {"eta": Fraction(rng.randint(1, 100), 20)}, rows

    bound = (sympy.log(total) - sympy.log(after)) / eta + kappa * eta
    statement = ForEveryN(domain, each, ((Sig(w), ">", 0),), played, "<=", bound)
    return statement, chain(proof, sample=sample)


round_potential.false_if("1/8 were 1 % smaller", kappa=Fraction(99, 800))


@claim(
    paper=PAPER,
    where="the last potential",
    says=r"\ln\sum_ie^{-\eta L_i}\ge-\eta L_j\quad\text{for every expert }j",
    expected="proved",
    strength="lemma",
)
def best_expert_below_potential(shift: int | Fraction = 0) -> Stated:
    """A sum of positive terms is at least each of them; the named expert is any."""
    import sympy

    domain, each = Domain("eta in (0,oo), L1 in [0,oo)"), Domain("L in [0,oo)")
    (eta, one), (other,) = domain, each
    total = sympy.exp(-eta * one) + Sig(sympy.exp(-eta * other))

    def proof(k: Any) -> Any:
        larger = k.show(total, ">=", sympy.exp(-eta * one), by=[k.sign(Sig(sympy.exp(-eta * other)), ">=")])
        return k.show(sympy.log(total), ">=", -eta * one, by=[k.logarithm(larger)])

    def sample(rng: random.Random) -> Any:
        rows = [{"L": Fraction(rng.randint(5, 50))} for _ in range(rng.randint(0, 3))]
        return {"eta": Fraction(rng.randint(4, 40), 4), "L1": Fraction(rng.randint(0, 5))}, rows

    return ForEveryN(domain, each, (), sympy.log(total), ">=", shift - eta * one), chain(proof, sample=sample)


best_expert_below_potential.false_if("it were larger by 1/100", shift=Fraction(1, 100))


@claim(
    paper=PAPER,
    where="regret bound",
    says=r"g_t\le\frac{\Phi_t-\Phi_{t+1}}\eta+\frac\eta8\ \forall t\le T,\ \Phi_{T+1}\ge-\eta L_\ast\implies"
    r"\sum_tg_t-L_\ast\le\frac{\Phi_1}\eta+\frac{\eta T}8",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=(
        "the unnamed classes are the rounds: g is the loss played, a and b are ln W_t and ln W_{t+1}",
        "the differences a - b telescope to first - last, with first = ln W_1 = ln N and last = ln W_{T+1}",
        "that the rounds and the last potential obey the conditions is round_potential and best_expert_below_potential",
    ),
    uses=(f"{PAPER}.round_potential", f"{PAPER}.best_expert_below_potential"),
)
def regret_all_experts(kappa: int | Fraction = _EIGHTH) -> Stated:
    """Sum the rounds; the first potential is ln N, the last at least -eta times the best expert's loss."""
    import sympy

    domain = Domain("eta in (0,oo), first in [0,oo), T in [1,oo), last in (-oo,oo), best in [0,oo)")
    each = Domain("g in [0,1], a in (-oo,oo), b in (-oo,oo)")
    (eta, first, horizon, last, best), (g, a, b) = domain, each
    given = (
        (g, "<=", (a - b) / eta + eta / 8),
        (Sig(a - b), "==", first - last),
        (last, ">=", -eta * best),
        (Sig(sympy.Integer(1)), "==", horizon),
    )

    def proof(k: Any) -> Any:
        rounds, telescoped, end, count = (k.hypothesis(i) for i in range(4))
        by = [k.sum_up(rounds), (-1 / eta, telescoped), (1 / eta, end), (-eta / 8, count)]
        return k.show(Sig(g) - best, "<=", first / eta + eta * horizon / 8, by=by)

    def sample(rng: random.Random) -> Any:
        """One expert: the potential does not move in sum, every round gives eta/8."""
        rounds = rng.randint(1, 6)
        eta = Fraction(rng.randint(1, 8), 4)
        row = {"a": eta**2 / 2, "b": Fraction(0), "g": eta / 2 + eta / 8}
        row = row if row["g"] <= 1 else {"a": Fraction(0), "b": Fraction(0), "g": eta / 8}
        fall = (row["a"] - row["b"]) * rounds
        point = {"eta": eta, "first": Fraction(0), "T": Fraction(rounds), "last": -fall, "best": fall / eta}
        return point, [dict(row) for _ in range(rounds)]

    bound = first / eta + kappa * eta * horizon
    return ForEveryN(domain, each, given, Sig(g) - best, "<=", bound), chain(proof, sample=sample)


regret_all_experts.false_if("1/8 were 1 % smaller", kappa=Fraction(99, 800))
