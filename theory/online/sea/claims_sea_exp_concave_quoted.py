r"""The constants for exp-concave losses as usually quoted, refuted by a run of the algorithm that they are quoted for.

Quoted, for ``H_t = (1 + beta G^2/2) I + (beta/2) sum_{s<t} g_s g_s'``: ``(16 d/beta) log(1 + (beta/(8 d))(G^2 + 2
sigma^2 + Sigma^2)) + 16 L^2 D^2 log(1 + 32 L^2)`` and a start of order D^2. As beta goes to 0 the first term stays
bounded without noise and drift, and the second is free of beta; but the steps of a small beta are nearly constant, and
constant steps that are long against 1/L make a smooth loss oscillate for 1/beta rounds. The instance is the loss
``2 x^2`` on [-1, 1] from the start 1: L = G = 4, D = 2. The form was not read in print and may be misquoted.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "exp-concave losses, constants as usually quoted"
_RUN = (
    (
        "loss 2 x^2 on [-1, 1], start 1, beta = 1/(8 T), T >= 8 rounds: newton_steps_flip shows that the plays are 1, "
        "-1, 1, ..., so that regret against 0 is 2 T (the run itself is composed in words from it)"
    ),
    (
        "2 x^2 is alpha-exp-concave for every alpha <= 1/4; beta = min(1/(4 G D), alpha)/2 for alpha = 1/(4 T); the "
        "drawn losses are the mean ones: sigma^2 = 0 and Sigma^2_{2:T} = 0; were the first mean gradient counted as a "
        "drift, the first term were 64 at most, in place of 32, and the same T would do"
    ),
)
_FORM = "not read in print; what is added to the start, not given in the quoted form, is taken to be D^2/2 beta G^2/2"


@claim(
    paper=_PAPER,
    where=_WHERE + ": Newton steps that jump over the set",
    expected="proved",
    strength="lemma",
    assumptions=(
        (
            "H_t = 1 + 8 beta t when all gradients were 4 or -4; the projection of 1 - 4/H_t on [-1, 1] is then -1: "
            "centre and play jump from 1 to -1, and by symmetry back"
        ),
    ),
    says=r"8\beta t\le1\implies1-\frac4{1+8\beta t}\le-1",
)
def newton_steps_flip(gradient: Constant = 4) -> Stated:
    """H_t is at most 2."""
    domain = Domain("beta in (0,oo), t in [1,oo)")
    beta, t = domain
    given = ((8 * beta * t, "<=", 1),)

    def proof(k: Proof) -> Any:
        return k.show(1 - 4 / (1 + 8 * beta * t), "<=", -1, by=[(2 / (1 + 8 * beta * t), k.hypothesis(0))])

    hard = {"beta": Fraction(1, 8), "t": 1}
    return ForAll(domain, 1 - gradient / (1 + 8 * beta * t), "<=", -1, given=given), chain_at(proof, hard)


def _quoted(T: Any, power: Constant) -> Any:
    """Return the quoted bound on the instance; the price of smoothness is multiplied by beta^-power."""
    import sympy

    return 128 * T * sympy.log(1 + 1 / (4 * T)) + 1024 * (8 * T) ** power * sympy.log(513) + 2 + 2 / T


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="refuted",
    strength="upper",
    form="as usually quoted",
    assumptions=(*_RUN, _FORM),
    says=r"\mathrm{Reg}=2T\le\tfrac{16d}\beta\log\Bigl(1+\tfrac\beta{8d}(G^2+2\sigma^2_{1:T}+\Sigma^2_{2:T})\Bigr)"
    r"+16L^2D^2\log(1+32L^2)+\tfrac{D^2}2\Bigl(1+\tfrac\beta2G^2\Bigr)",
)
def exp_concave_constants_as_quoted(power: Constant = 0) -> Stated:
    """The right side is at most 6425 for every T; if smoothness were paid for once per beta, it would grow with T."""
    import sympy

    domain = Domain("T in [8,oo)")
    (T,) = domain
    right = _quoted(T, power)

    def proof(k: Proof) -> Any:
        noise = k.sign(128 * T * sympy.log(1 + 1 / (4 * T)) + 2 + 2 / T, ">=")
        return k.show(2 * T, "<=", right, by=[noise, k.sign((8192 * sympy.log(513) - 2) * T, ">=")])

    return ForAll(domain, 2 * T, "<=", right), chain_at(proof, {"T": 4000})


@claim(
    paper=_PAPER,
    where=_WHERE + ", any constants",
    expected="proved",
    strength="lower",
    assumptions=(*_RUN, _FORM, "K = 1, 2, ... multiplies the quoted bound"),
    says=r"\forall K\ge1\ \exists T=4000K:\quad\mathrm{Reg}=2T>K\cdot\text{(the quoted bound)}",
)
def every_constant_fails_without_beta(power: Constant = 0) -> Stated:
    """By log(1 + x) <= x the quoted bound is at most 32 + 1024 log 513 + 2.01, and log 513 < 6.25."""
    import sympy

    domain = Domain("K in [1,oo)")
    (K,) = domain
    T = 4000 * K

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 + 1 / (4 * T))
        first = k.show(128 * T * sympy.log(1 + 1 / (4 * T)), "<=", 32, by=[(128 * T, line)])
        small = k.sign(K * (8000 - 34 - 1024 * sympy.log(513)) - Fraction(1, 2000), ">")
        return k.show(2 * T, ">", K * _quoted(T, 0), by=[(K, first), small])

    return ForAll(domain, 2 * T, ">", K * _quoted(T, power)), chain(proof)


newton_steps_flip.false_if("the gradients were 1 % smaller", gradient=Fraction(396, 100))
exp_concave_constants_as_quoted.true_if("the price of smoothness were divided by beta", power=1)
every_constant_fails_without_beta.false_if("the price of smoothness were divided by beta", power=1)
