r"""Dilated bonuses: regret as an identity, and what the dilation costs.

``B_h(s, a) = b_h(s, a) + (1 + 1/H) E_{s'} E_{a' ~ pi}[B_{h+1}(s', a')]``. With
``X = sum_h E_{s ~ q*_h}[<pi - pi*, Q - B> - <pi*, b> - <pi, B>/H]`` one has, with equality,
``V^pi - V^pi* = X + (1 + 1/H) <pi, B_1>(s_1)``; and the last term is at most ``(1 + 1/H)^H`` times the value of b.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.claims_ons_curvature import log_above_parabola

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "dilated bonus"


@claim(
    paper=PAPER,
    where=_WHERE + ": one layer of the identity, for all numbers of states and actions",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "the classes are the actions of a state: p and y are pi and pi*; N the mean of <pi, B> of the next layer, "
            "R that of V^pi - V^pi*, so that Q - R is Q of pi*; e = 1/H"
        ),
        "G(s) = V^pi - V^pi* - (1 + e) <pi, B> in layer h, 0 after the last one; G of the start is X, layer by layer",
    ),
    says=r"G_h(s)=\langle\pi-\pi^*,Q-B\rangle-\langle\pi^*,b\rangle-\tfrac1H\langle\pi,B\rangle"
    r"+\sum_a\pi^*_a\,\mathbb E_{s'}G_{h+1}(s'),\quad G=V^\pi-V^{\pi^*}-(1+\tfrac1H)\langle\pi,B\rangle",
)
def dilated_layer(dilation: Constant = 1) -> Stated:
    """Put in B = b + (1 + e) N: all that is left over is <pi*, B - b - (1 + e) N> = 0."""
    domain = Domain("e in (0,1]")
    each = Domain("p in [0,1], y in [0,1], Q in (-oo,oo), b in (-oo,oo), N in (-oo,oo), R in (-oo,oo)")
    (e,), (p, y, Q, b, N, R) = domain, each
    B = b + (1 + dilation * e) * N
    left = Sig(p * Q) - Sig(y * (Q - R)) - (1 + e) * Sig(p * B)
    right = Sig((p - y) * (Q - B)) - Sig(y * b) - e * Sig(p * B) + Sig(y * (R - (1 + e) * N))

    def sample(rng: random.Random) -> Any:
        from theory.classification.samples import simplex

        n = rng.randint(1, 4)
        plays, stars = simplex(rng, n), simplex(rng, n)
        rows = [{"p": a, "y": c} | {name: Fraction(rng.randint(-4, 4)) for name in "QbNR"}
                for a, c in zip(plays, stars, strict=True)]  # fmt: skip
        return {"e": Fraction(1, rng.randint(1, 4))}, rows

    given = ((Sig(p), "==", 1), (Sig(y), "==", 1))
    return ForEveryN(domain, each, given, left, "==", right), chain(lambda k: k.identity(left, right), sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the identity, two layers",
    expected="proved",
    strength="identity",
    assumptions=("H = 2, one state and two actions, then two states with two actions each; any process of that shape",),
    says=r"V^\pi-V^{\pi^*}=\sum_h\mathbb E_{q^*_h}\bigl[\langle\pi-\pi^*,Q-B\rangle-\langle\pi^*,b\rangle"
    r"-\tfrac1H\langle\pi,B\rangle\bigr]+(1+\tfrac1H)\langle\pi,B_1\rangle,\quad H=2",
)
def dilated_identity_two_layers(dilation: Constant = 1) -> Stated:
    """All entries are symbols: a polynomial identity."""
    names = "x0 u0 P0 P1 x1 x2 u1 u2".split()
    costs = [f"{kind}{place}" for kind in "lb" for place in ("00", "01", "10", "11", "20", "21")]
    domain = Domain(", ".join([f"{n} in [0,1]" for n in names] + [f"{n} in (-oo,oo)" for n in costs]))
    known = {symbol.name: symbol for symbol in domain}
    left, right = _two_layers(known, dilation)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


def _two_layers(v: dict[str, Any], dilation: Constant) -> tuple[Any, Any]:
    """Return V^pi - V^pi* and the right side; state 0 comes first, an action leads to state 1 with chance P."""
    half = Fraction(1, 2)
    plays, stars = ([(v[n + str(s)], 1 - v[n + str(s)]) for s in range(3)] for n in "xu")
    loss, bonus = ([(v[f"{n}{s}0"], v[f"{n}{s}1"]) for s in range(3)] for n in "lb")
    moves = [(v[f"P{a}"], 1 - v[f"P{a}"]) for a in range(2)]

    def mean(weights: Any, values: Any) -> Any:
        return sum(w * x for w, x in zip(weights, values, strict=True))

    def ahead(values: list[Any], scale: Any) -> list[Any]:
        return [scale * mean(moves[a], values) for a in range(2)]

    def total(first: Any, later: list[Any]) -> list[Any]:
        return [x + y for x, y in zip(first, later, strict=True)]

    q_plays = [total(loss[0], ahead([mean(plays[s], loss[s]) for s in (1, 2)], 1)), *loss[1:]]
    q_stars = total(loss[0], ahead([mean(stars[s], loss[s]) for s in (1, 2)], 1))
    later = ahead([mean(plays[s], bonus[s]) for s in (1, 2)], 1 + dilation * half)
    dilated = [total(bonus[0], later), *bonus[1:]]
    visits = [1, mean(stars[0], [m[0] for m in moves]), mean(stars[0], [m[1] for m in moves])]

    def term(s: int) -> Any:
        gaps = [q - b for q, b in zip(q_plays[s], dilated[s], strict=True)]
        return (
            mean(plays[s], gaps) - mean(stars[s], gaps) - mean(stars[s], bonus[s]) - mean(plays[s], dilated[s]) * half
        )

    left = mean(plays[0], q_plays[0]) - mean(stars[0], q_stars)
    return left, sum(visits[s] * term(s) for s in range(3)) + (1 + half) * mean(plays[0], dilated[0])


@claim(
    paper=PAPER,
    where=_WHERE + ": its weights, one layer more",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "the classes are the actions of one state, p is pi; w is the mean of (1 + e) <pi, B> over the next state, "
            "v that of the value of b, with m layers left there; e = 1/H"
        ),
        "after the last layer both are 0; H layers give the factor (1 + 1/H)^H",
    ),
    says=r"\mathbb E_{s'}w\le(1+\tfrac1H)^m\,\mathbb E_{s'}v\implies"
    r"(1+\tfrac1H)\sum_a\pi_a(b_a+w_a)\le(1+\tfrac1H)^{m+1}\sum_a\pi_a(b_a+v_a),\quad b\ge0",
)
def dilated_weights_step(more: Constant = 1) -> Stated:
    """Each bonus counts 1 + e here, and (1 + e)^m is at least 1."""
    domain = Domain("e in (0,1], m integer in [0,oo)")
    each = Domain("p in [0,1], b in [0,oo), v in [0,oo), w in [0,oo)")
    (e, m), (p, b, v, w) = domain, each
    given = ((w, "<=", (1 + e) ** m * v),)
    left = (1 + e) * Sig(p * (b + w))

    def proof(k: Proof) -> Any:
        large = k.power(k.show(1 + e, ">=", 1), m)
        row = k.show(p * (b + w), "<=", p * (1 + e) ** m * (b + v), by=[(p, k.hypothesis(0)), (p * b, large)])
        return k.show(left, "<=", (1 + e) ** (m + 1) * Sig(p * (b + v)), by=[(1 + e, k.sum_up(row))])

    def sample(rng: random.Random) -> Any:
        e, m = Fraction(1, rng.randint(1, 4)), rng.randint(0, 3)
        v = Fraction(rng.randint(1, 4))
        return {"e": e, "m": m}, [{"p": Fraction(1), "b": Fraction(0), "v": v, "w": (1 + e) ** m * v}]

    right = (1 + e) ** (m + more) * Sig(p * (b + v))
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its factor",
    expected="proved",
    strength="tight",
    says=r"\Bigl(1+\frac1H\Bigr)^H\le e,\quad H>0",
)
def dilation_below_e(factor: Constant = 1) -> Stated:
    """The logarithm lies below its tangent at 1."""
    import sympy

    domain = Domain("H in (0,oo)")
    (H,) = domain
    value = (1 + 1 / H) ** H

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 + 1 / H)
        power = k.exponential(k.show(H * sympy.log(1 + 1 / H), "<=", 1, by=[(H, line)]))
        return k.show(value, "<=", sympy.E, by=[power])

    return ForAll(domain, value, "<=", factor * sympy.E), chain_at(proof, {"H": 1000})


@claim(
    paper=PAPER,
    where=_WHERE + ": its factor, as usually quoted",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=("it multiplies the value of b",),
    says=r"\Bigl(1+\frac1H\Bigr)^H\le3,\quad H>0",
)
def dilation_below_three(bound: Constant = 3) -> Stated:
    """It is at most e."""
    import sympy

    domain = Domain("H in (0,oo)")
    (H,) = domain
    value = (1 + 1 / H) ** H

    def proof(k: Proof) -> Any:
        return k.show(value, "<=", 3, by=[k.apply(dilation_below_e, {"H": H}), k.sign(3 - sympy.E, ">=")])

    return ForAll(domain, value, "<=", bound), chain_at(proof, {"H": 1000})


@claim(
    paper=PAPER,
    where=_WHERE + ": its factor is e for many layers",
    expected="proved",
    strength="tight",
    assumptions=("x = 1/H",),
    says=r"\lim_{x\downarrow0}(1+x)^{1/x}=e",
)
def dilation_tends_to_e(factor: Constant = 1) -> Stated:
    """Between exp(1 - x/2) and e."""
    import sympy

    domain = Domain("x in (0,1)")
    (x,) = domain
    value = (1 + x) ** (1 / x)

    def proof(k: Proof) -> Any:
        above = k.apply(dilation_below_e, {"H": 1 / x})
        low = k.apply(logarithm_above_half_square, {"t": x})
        power = k.exponential(k.show(sympy.log(1 + x) / x, ">=", 1 - x / 2, by=[(1 / x, low)]))
        below = k.show(value, ">=", sympy.exp(1 - x / 2), by=[power])
        return k.squeeze(below, k.show(value, "<=", sympy.E, by=[above]), x, "+")

    return LimitOf(domain, value, x, "+", factor * sympy.E), chain(proof)


@claim(
    paper=PAPER,
    where=_WHERE + ": the logarithm",
    expected="proved",
    strength="lemma",
    says=r"\ln(1+t)\ge t-\tfrac12t^2,\quad t\ge0",
)
def logarithm_above_half_square(half: Constant = Fraction(1, 2)) -> Stated:
    """As for online Newton steps: `log_above_parabola`."""
    import sympy

    domain = Domain("t in [0,oo)")
    (t,) = domain
    statement = ForAll(domain, sympy.log(1 + t), ">=", t - half * t**2)
    return statement, chain_at(lambda k: k.apply(log_above_parabola, {"S": t}), {"t": Fraction(1, 1000)})


dilated_layer.false_if("bonuses were not dilated", dilation=0)
dilated_layer.false_if("they were dilated 1 % less", dilation=Fraction(99, 100))
dilated_identity_two_layers.false_if("bonuses were not dilated", dilation=0)
dilated_identity_two_layers.false_if("they were dilated 1 % less", dilation=Fraction(99, 100))
dilated_weights_step.false_if("a layer cost nothing", more=0)
dilation_below_e.false_if("e were 1 % smaller", factor=Fraction(99, 100))
dilation_below_three.false_if("it were 2.7", bound=Fraction(27, 10))
dilation_tends_to_e.false_if("the limit were 1 % larger", factor=Fraction(101, 100))
logarithm_above_half_square.false_if("the square counted 1 % less", half=Fraction(99, 200))
