r"""Bonuses without a simulator: dilated bonuses are learned like losses, since what is ahead is linear in features.

``B_h = b_h + (1 + 1/H) E[B_{h+1}]``, and along a trajectory ``D_h = sum over i > h of (1 + 1/H)^(i-h) b_i``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.claims_mdp_dilated_bonus import dilation_below_e
from theory.online.adversarial_mdp.small_process import SmallProcess

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "without a simulator: bonuses"
_LESS = Fraction(99, 100)
_PAIRS = [(s, a) for s in range(2) for a in range(2)]


@claim(
    paper=PAPER,
    where=_WHERE + ": linear in features, d = 3",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "the classes are the states of the next layer: m_i is the chance of one by factor i, V its mean of B under "
            "pi; f is phi(s, a), e = 1/H; other d have as many terms"
        ),
        "the bonus of the pair itself, a square of features, is not linear: it is known, and is added",
    ),
    says=r"B_h-b_h=(1+\tfrac1H)\sum_{s'}P(s')V(s')=\sum_i\phi_i\Lambda_i,\quad"
    r"\Lambda_i=(1+\tfrac1H)\sum_{s'}\mu_i(s')V(s'),\ P=\sum_i\phi_i\mu_i",
)
def dilated_linear(dilation: Constant = 1) -> Stated:
    """Exchange the sums."""
    domain = Domain("e in (0,1], f1 in [0,1], f2 in [0,1], f3 in [0,1]")
    each = Domain("m1 in [0,1], m2 in [0,1], m3 in [0,1], V in [0,oo)")
    (e, f1, f2, f3), (m1, m2, m3, V) = domain, each
    left = (1 + e) * Sig((f1 * m1 + f2 * m2 + f3 * m3) * V)
    right = (1 + dilation * e) * (f1 * Sig(m1 * V) + f2 * Sig(m2 * V) + f3 * Sig(m3 * V))

    def sample(rng: random.Random) -> Any:
        rows = [{"m1": Fraction(1, 2), "m2": Fraction(1, 3), "m3": Fraction(1), "V": Fraction(rng.randint(1, 4))}]
        return {"e": Fraction(1, 2), "f1": Fraction(1, 4), "f2": Fraction(1, 4), "f3": Fraction(1, 2)}, rows

    return ForEveryN(domain, each, (), left, "==", right), chain(lambda k: k.identity(left, right), sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": sums along trajectories, one layer more",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "the classes are the pairs of the next layer, p their chances given the pair of this one if pi acts there; "
            "b and B are bonus and dilated bonus, D the mean of what is ahead of them; e = 1/H; after the last layer D "
            "is 0 = B - b"
        ),
    ),
    says=r"D'=B'-b'\implies\sum p\,(1+\tfrac1H)(b'+D')=(1+\tfrac1H)\sum p\,B'=B-b",
)
def dilated_sum_step(dilation: Constant = 1) -> Stated:
    """Put in what is given."""
    domain, each = Domain("e in (0,1]"), Domain("p in [0,1], b in [0,oo), B in [0,oo), D in [0,oo)")
    (e,), (p, b, B, D) = domain, each
    left, right = Sig(p * (1 + e) * (b + D)), (1 + dilation * e) * Sig(p * B)

    def proof(k: Proof) -> Any:
        row = k.show(p * (1 + e) * (b + D), "==", p * (1 + e) * B, by=[(p * (1 + e), k.hypothesis(0))])
        return k.show(left, "==", (1 + e) * Sig(p * B), by=[k.sum_up(row)])

    def sample(rng: random.Random) -> Any:
        b, D = Fraction(rng.randint(1, 4)), Fraction(rng.randint(0, 4))
        return {"e": Fraction(1, rng.randint(1, 3))}, [{"p": Fraction(1), "b": b, "B": b + D, "D": D}]

    return ForEveryN(domain, each, ((D, "==", B - b),), left, "==", right), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": sums along trajectories, three layers",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "H = 3, two states and two actions in a layer (one state in the first); every entry of the process, of the "
            "policy, of the bonuses and of g is a symbol"
        ),
    ),
    uses=(f"{PAPER}.dilated_sum_step",),
    says=r"\mathbb E\bigl[g(s_1,a_1)\,D_1\bigr]=\mathbb E\bigl[g(s_1,a_1)\,(B_1-b_1)(s_1,a_1)\bigr],\quad H=3",
)
def dilated_sum(power: Constant = 2) -> Stated:
    """A sum over trajectories on the left, a backward pass on the right: a polynomial identity."""
    names = SmallProcess.chances(3, "p")
    costs = [f"b{h}{s}{a}" for h in (1, 2) for s, a in _PAIRS] + ["g0", "g1"]
    domain = Domain(", ".join([*(f"{n} in [0,1]" for n in names), *(f"{n} in (-oo,oo)" for n in costs)]))
    symbols = {symbol.name: symbol for symbol in domain}
    process, growth = SmallProcess(3, symbols), Fraction(4, 3)
    pi = process.plays("p", "p", "p")

    def ahead(path: Any) -> Any:
        (_, action), (s, a), (t, b) = path
        return symbols[f"g{action}"] * (growth * symbols[f"b1{s}{a}"] + growth**power * symbols[f"b2{t}{b}"])

    def cost(h: int, s: int, a: int) -> Any:
        return symbols[f"b{h}{s}{a}"] if h else 0

    left, dilated = process.mean(pi, ahead), process.values(pi, cost, growth)
    right = sum(pi(0, 0, a) * symbols[f"g{a}"] * dilated[0, 0, a] for a in range(2))
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": the largest sum, one layer more",
    expected="proved",
    strength="tight",
    assumptions=(
        "0 <= b <= c; D' is a sum with m layers ahead, e = 1/H",
        "H - 1 layers give D <= H ((1 + 1/H)^H - 1) c - c",
    ),
    says=r"D'\le c\Bigl[\frac{(1+e)^{m+1}-1}e-1\Bigr],\ b\le c\implies(1+e)(b+D')"
    r"\le c\Bigl[\frac{(1+e)^{m+2}-1}e-1\Bigr]",
)
def largest_sum_step(factor: Constant = 1) -> Stated:
    """A geometric sum."""
    domain = Domain("e in (0,1], m integer in [0,oo), c in (0,oo), b in [0,oo), D in [0,oo)")
    e, m, c, b, D = domain

    def top(layers: Any) -> Any:
        return c * (((1 + e) ** (layers + 1) - 1) / e - 1)

    def proof(k: Proof) -> Any:
        return k.show((1 + e) * (b + D), "<=", top(m + 1), by=[(1 + e, k.hypothesis(0)), (1 + e, k.hypothesis(1))])

    given = ((b, "<=", c), (D, "<=", top(m)))
    statement = ForAll(domain, (1 + e) * (b + D), "<=", factor * top(m + 1), given=given)
    return statement, chain_at(proof, {"e": 1, "m": 1, "c": 1, "b": 1, "D": Fraction(1999, 1000)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the largest sum",
    expected="proved",
    strength="upper",
    assumptions=(
        "c is the largest bonus; what is given is the bound for H - 1 layers ahead, by largest_sum_step for each",
    ),
    uses=(f"{PAPER}.largest_sum_step",),
    says=r"D\le c\Bigl[H\bigl((1+\tfrac1H)^H-1\bigr)-1\Bigr]\implies D\le\bigl((\mathrm e-1)H-1\bigr)c",
)
def largest_sum(factor: Constant = 1) -> Stated:
    """The dilation is at most e; the bound approaches it like 1/H."""
    import sympy

    domain = Domain("H in [1,oo), c in (0,oo), D in [0,oo)")
    H, c, D = domain
    top = c * (H * ((1 + 1 / H) ** H - 1) - 1)
    bound = ((sympy.E - 1) * H - 1) * c

    def proof(k: Proof) -> Any:
        return k.show(D, "<=", bound, by=[k.hypothesis(0), (c * H, k.apply(dilation_below_e, {"H": H}))])

    statement = ForAll(domain, D, "<=", factor * bound, given=((D, "<=", top),))
    return statement, chain_at(proof, {"H": 1000, "c": 1, "D": 1715})


@claim(
    paper=PAPER,
    where=_WHERE + ": the second moment of an estimate of what is ahead",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are trajectories, p their chances, c their weights, z = phi' S phi_visited; M bounds the sums D",
        "with squared_weights and moment_below_norm it is at most H M^2 |phi|_S^2",
    ),
    uses=(f"{PAPER}.squared_weights", f"{PAPER}.largest_sum"),
    says=r"\mathbb E(czD)^2\le M^2\,\mathbb E(cz)^2,\quad0\le D\le M",
)
def sum_moment(factor: Constant = 1) -> Stated:
    """D^2 <= M D <= M^2."""
    domain, each = Domain("M in (0,oo)"), Domain("p in [0,1], c in [0,oo), z in (-oo,oo), D in [0,oo)")
    (M,), (p, c, z, D) = domain, each
    left, right = Sig(p * (c * z * D) ** 2), M**2 * Sig(p * (c * z) ** 2)

    def proof(k: Proof) -> Any:
        weight = p * c**2 * z**2
        row = k.show(p * (c * z * D) ** 2, "<=", M**2 * p * c**2 * z**2, by=[(weight * (D + M), k.hypothesis(0))])
        return k.show(left, "<=", right, by=[k.sum_up(row)])

    def sample(rng: random.Random) -> Any:
        M = Fraction(rng.randint(1, 4))
        return {"M": M}, [{"p": Fraction(1), "c": Fraction(1), "z": Fraction(rng.randint(1, 3)), "D": M}]

    return ForEveryN(domain, each, ((D, "<=", M),), left, "<=", factor * right), chain(proof, sample=sample)


dilated_linear.false_if("the weights were dilated 1 % less", dilation=_LESS)
dilated_sum_step.false_if("the next bonus were dilated 1 % less", dilation=_LESS)
dilated_sum.false_if("bonuses two layers ahead were dilated once", power=1)
dilated_sum.false_if("they were dilated three times", power=3)
largest_sum_step.false_if("the bound were 1 % smaller", factor=_LESS)
largest_sum.false_if("the bound were 1 % smaller", factor=_LESS)
sum_moment.false_if("it were 1 % smaller", factor=_LESS)
