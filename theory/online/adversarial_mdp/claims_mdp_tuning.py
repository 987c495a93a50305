r"""Regret of linear MDPs at tuned parameters: the leading terms, and the exponents of K that the conditions allow."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.claims_mdp_dilated_bonus import dilation_below_e
from theory.online.hard_points import chain_at

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "regret of linear MDPs"


def _closing(least: int, bias: Fraction, bonus: int, factor: Constant) -> Stated:
    """Return the sum of the leading terms at the tuned step; P is the penalty of a state, C the leading constant."""
    import sympy

    domain = Domain("H in [1,oo), d in [1,oo), K in [1,oo), P in (0,oo)")
    H, d, K, P = domain
    C = least * bias * (sympy.E - 1) + bonus * sympy.E
    eta = sympy.sqrt(P / (C * d * K)) / H**2
    gamma = least * (sympy.E - 1) * eta**2 * H**4
    root = sympy.sqrt(C * d * K * P)
    left = H * P / eta + bias * gamma * d * H * K / eta + (1 + 1 / H) ** H * bonus * eta * d * H**3 * K

    def proof(k: Proof) -> Any:
        below = k.apply(dilation_below_e, {"H": H})
        wide = k.sign(bonus * sympy.E * eta * d * K * H**3 * (H - 1) * (H + 1), ">=")
        return k.show(left, "<=", 2 * H**3 * root, by=[(bonus * eta * d * H**3 * K, below), wide])

    return ForAll(domain, left, "<=", factor * 2 * H**3 * root), chain_at(proof, {"H": 1, "d": 1, "K": 1, "P": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": log barrier, tuned",
    expected="proved",
    strength="upper",
    assumptions=(
        "P = (A - 1) log K - log(A - (A-1)/K) + 2/H; eta = sqrt(P/((3e-1) d K))/H^2, gamma = (e-1) eta^2 H^4",
        "leading terms; that they and (1 + 2 sqrt d) H^2 bound the regret is the sum over layers and episodes",
    ),
    uses=(f"{PAPER}.barrier_bonus_pays", f"{PAPER}.barrier_ridge", f"{PAPER}.bias_in_size"),
    says=r"\frac{HP}\eta+\frac{\gamma dHK}\eta+2\bigl(1+\tfrac1H\bigr)^H\eta dH^3K\le2\sqrt{(3e-1)\,dH^6K\,P}",
)
def barrier_tuned(factor: Constant = 1) -> Stated:
    """(1 + 1/H)^H <= e and H^3 <= H^5."""
    return _closing(1, Fraction(1), 2, factor)


@claim(
    paper=PAPER,
    where=_WHERE + ": magnitude-reduced exponential weights, tuned",
    expected="proved",
    strength="upper",
    assumptions=(
        "P = log A; eta = sqrt(P/((12e-4) d K))/H^2, gamma = 16 (e-1) eta^2 H^4",
        "that these terms bound the regret is the sum over layers and episodes",
    ),
    uses=(f"{PAPER}.exponential_bonus_pays", f"{PAPER}.reduced_ridge", f"{PAPER}.reduced_costs"),
    says=r"\frac{HP}\eta+\frac{\gamma dHK}{4\eta}+8\bigl(1+\tfrac1H\bigr)^H\eta dH^3K\le2\sqrt{(12e-4)\,dH^6K\,P}",
)
def reduced_tuned(factor: Constant = 1) -> Stated:
    """(1 + 1/H)^H <= e and H^3 <= H^5."""
    return _closing(16, Fraction(1, 4), 8, factor)


def _exponents(power: Constant, least: Fraction, hard: dict[str, Any]) -> Stated:
    """Return that the largest exponent of K is at least ``least`` if ``gamma >= eta^power``."""
    domain = Domain("a in [0,oo), b in (-oo,oo), c in [0,oo), m in (-oo,oo)")
    a, b, c, m = domain
    given = ((c, "<=", power * a), (m, ">=", a), (m, ">=", 1 - c + b), (m, ">=", 1 - b))

    def proof(k: Proof) -> Any:
        ridge, penalty, bias, bonus = (k.hypothesis(i) for i in range(4))
        weight = least / 2
        by = [(weight, ridge), (weight * power, penalty), (weight, bias), (weight, bonus)]
        return k.show(m, ">=", least, by=by)

    return ForAll(domain, m, ">=", least, given=given), chain_at(proof, hard)


_RATES = (
    "eta = K^-a, gamma = K^-c, b1 = K^-b; terms of the bound in K: 1/eta, gamma K/b1 (bias), b1 K (its bonus); "
    "K^m bounds each"
)


@claim(
    paper=PAPER,
    where=_WHERE + ": exponential weights with plain estimates",
    expected="proved",
    strength="tight",
    assumptions=(
        _RATES,
        "eta H/gamma <= 1 for every K means c <= a; equality at a = c = 2/3, b = 1/3: what this analysis can give",
    ),
    says=r"m\ge\max(a,\,1-c+b,\,1-b),\ c\le a\implies m\ge\tfrac23",
)
def plain_rate(power: Constant = 1) -> Stated:
    """Add up the four conditions."""
    hard = {"a": Fraction(66, 100), "b": Fraction(35, 100), "c": Fraction(69, 100), "m": Fraction(66, 100)}
    return _exponents(power, Fraction(2, 3), hard)


@claim(
    paper=PAPER,
    where=_WHERE + ": exponential weights with magnitude-reduced estimates",
    expected="proved",
    strength="tight",
    assumptions=(
        _RATES,
        "eta H/sqrt(gamma) <= 2 for every K means c <= 2 a; equality at a = b = 1/2, c = 1",
    ),
    says=r"m\ge\max(a,\,1-c+b,\,1-b),\ c\le2a\implies m\ge\tfrac12",
)
def reduced_rate(power: Constant = 2) -> Stated:
    """Add up the four conditions."""
    hard = {"a": Fraction(99, 200), "b": Fraction(1009, 2000), "c": Fraction(1013, 1000), "m": Fraction(499, 1000)}
    return _exponents(power, Fraction(1, 2), hard)


barrier_tuned.false_if("it were 11 % smaller", factor=Fraction(89, 100))
reduced_tuned.false_if("it were 11 % smaller", factor=Fraction(89, 100))
plain_rate.false_if("gamma were a little smaller, as eta^1.05", power=Fraction(21, 20))
reduced_rate.false_if("gamma were a little smaller, as eta^2.1", power=Fraction(21, 10))
