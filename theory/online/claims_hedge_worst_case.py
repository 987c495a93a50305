"""Two experts: minimax regret, worst case of Hedge over losses in {0, 1} and regret bound, one below the other."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForAll, boxes, chain
from theory.online.hedge_relations import HedgeRelations, enclosures, regret_symbols

if TYPE_CHECKING:
    from theory.engine.claim import Stated

PAPER = "hedge"
_PLAYED = "losses in {0, 1}; that E|S_T|/2 is the minimax regret is Cover's theorem"


@claim(
    paper=PAPER,
    where="two experts, one turn",
    says=r"s(n)=\frac1{1+e^{\eta n}}:\quad s(n)-s(n+1)\le s(0)-s(1)\quad(n\ge0)",
    expected="proved",
    strength="lemma",
)
def first_turn_gains_most(c: int | Fraction = 1) -> Stated:
    """With E = e^{eta n} and K = e^eta the difference is (K - 1)(E - 1)(E K - 1)/(2 (1 + K)(1 + E)(1 + E K))."""
    import sympy

    domain = Domain("eta in (0,oo), n in [0,oo)")
    eta, n = domain
    one, here = sympy.exp(eta), sympy.exp(eta * n)
    lhs = 1 / (1 + here) - 1 / (1 + here * one)
    first = sympy.Rational(1, 2) - 1 / (1 + one)

    def proof(k: Any) -> Any:
        parts = (here - 1) * (here * one - 1)
        above, product = k.sign(here - 1, ">="), k.sign(here * one, ">")
        larger = k.show(here * one - 1, ">=", 0, by=[(one, above), k.sign(one - 1, ">=")])
        both = k.show(parts, ">=", 0, by=[(here - 1, larger)])
        weight = (one - 1) / (2 * (1 + one) * (1 + here) * (1 + product.lhs))
        return k.show(lhs, "<=", first, by=[(weight, both)])

    return ForAll(domain, lhs, "<=", c * first), chain(proof)


first_turn_gains_most.false_if("the gain were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=PAPER,
    where="two experts, one round",
    says=r"C(n)=\sum_{k<n}s(k):\quad -s(n+1)\le C(n)-C(n+1)+\tfrac12-s(1)",
    expected="proved",
    strength="upper",
    assumptions=(
        "a round that widens the gap from n gains C(n+1) - C(n) = s(n) exactly, one that narrows it costs s(n+1)",
        "summed up, losses in {0, 1} give at most C(m) + k (1/2 - s(1)): last gap m, k narrowings, 2 k + m <= T",
    ),
)
def narrowing_costs_a_turn(c: int | Fraction = 1) -> Stated:
    """C(n) - C(n+1) = -s(n), so that this is the claim on one turn."""
    import sympy

    domain = Domain("eta in (0,oo), n in [0,oo)")
    eta, n = domain
    one, here = sympy.exp(eta), sympy.exp(eta * n)
    change, turn = -1 / (1 + here), sympy.Rational(1, 2) - 1 / (1 + one)

    def proof(k: Any) -> Any:
        first = k.apply(first_turn_gains_most, {"eta": eta, "n": n})
        return k.show(-1 / (1 + here * one), "<=", change + turn, by=[first])

    return ForAll(domain, -1 / (1 + here * one), "<=", change + c * turn), chain(proof)


narrowing_costs_a_turn.false_if("a turn gained 1 % less", c=Fraction(99, 100))


def _between(horizon: int, low: Fraction, high: Fraction) -> Stated:
    """Return minimax < low < worst case < high < bound for the tuned step."""
    minimax, worst, bound = regret_symbols()
    parts = ((minimax, "<", low), (worst, ">", low), (worst, "<", high), (bound, ">", high))
    return HedgeRelations(horizon, Fraction(8), parts), enclosures()


@claim(
    paper=PAPER,
    where="two experts, T = 10",
    says=r"T=10,\;\eta=\sqrt{8\ln2/T}:"
    r"\quad\mathcal R^\star_T<1.63679<\max_{\ell\in\{0,1\}^{T\times2}}\mathcal R_T<1.63680"
    r"<\tfrac{\ln2}\eta+\tfrac{\eta T}8",
    expected="certified",
    strength="tight",
    assumptions=(_PLAYED,),
)
def chain_at_ten(low: Fraction = Fraction("1.63679"), high: Fraction = Fraction("1.63680")) -> Stated:
    """Induction over the gap in balls, backward and forward."""
    return _between(10, low, high)


chain_at_ten.false_if("the worst case exceeded 1.636795", low=Fraction("1.636795"))
chain_at_ten.false_if("it were below 1.63679", high=Fraction("1.63679"))


@claim(
    paper=PAPER,
    where="two experts, T = 100",
    says=r"T=100,\;\eta=\sqrt{8\ln2/T}:"
    r"\quad\mathcal R^\star_T<5.5509<\max_{\ell\in\{0,1\}^{T\times2}}\mathcal R_T<5.5510"
    r"<\tfrac{\ln2}\eta+\tfrac{\eta T}8",
    expected="certified",
    strength="tight",
    assumptions=(_PLAYED,),
)
def chain_at_hundred(low: Fraction = Fraction("5.5509"), high: Fraction = Fraction("5.5510")) -> Stated:
    """Induction over the gap in balls, backward and forward."""
    return _between(100, low, high)


chain_at_hundred.false_if("the worst case exceeded 5.55091", low=Fraction("5.55091"))
chain_at_hundred.false_if("it were below 5.5509", high=Fraction("5.5509"))


@claim(
    paper=PAPER,
    where="two experts, losses in [0, 1], T = 2",
    says=r"\max_{\ell\in[0,1]^{T\times2}}\mathcal R_T=\max_{\ell\in\{0,1\}^{T\times2}}\mathcal R_T"
    r"\quad\text{for every }\eta",
    expected="refuted",
    strength="tight",
    assumptions=(
        "expert 1 loses a in round 1, expert 2 loses 1 in round 2; for T = 2 losses in {0, 1} give 1/2 + s(1)",
    ),
)
def binary_losses_are_worst(largest: int = 20) -> Stated:
    """At a large step a small first loss moves all the weight to the wrong expert and costs next to nothing itself."""
    import sympy

    domain = Domain(f"a in [0,1], eta in [0,{largest}]")
    a, eta = domain
    regret = 1 - a / 2 - 1 / (1 + sympy.exp(eta * a))
    return ForAll(domain, regret, "<=", sympy.Rational(1, 2) + 1 / (1 + sympy.exp(eta))), boxes()


binary_losses_are_worst.true_if("eta were at most 2", largest=2)
