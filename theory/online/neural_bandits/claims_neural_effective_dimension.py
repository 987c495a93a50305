r"""Bounds in the effective dimension say nothing where contexts are orthogonal: then they exceed the number of rounds.

Regret bounds of neural bandits are quoted as ``d sqrt(T)``, up to constants and logarithms, with the effective
dimension ``d = log det(I + H/lambda)/log(1 + T K/lambda)`` of the kernel matrix H of all T K contexts. For orthogonal
contexts of one length H is ``c I``. It is the bound that is vacuous then: losses lie in [0, 1], so that no regret
exceeds T, and what the regret of the algorithms is on such contexts is not decided here.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "neural_bandits"
_WHERE = "effective dimension, orthogonal contexts"


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="identity",
    assumptions=("the classes are the T K eigenvalues x of H, all equal to c: the logarithms of 1 + x/lambda add up",),
    says=r"H=cI:\quad\log\det(I+H/\lambda)=TK\log(1+c/\lambda)",
)
def log_determinant_of_orthogonal_contexts(factor: Constant = 1) -> Stated:
    """Every eigenvalue contributes the same."""
    import sympy

    domain = Domain("T in [1,oo), K in [1,oo), c in (0,oo), lam in (0,oo)")
    each = Domain("x in (0,oo)")
    (T, K, c, lam), (x,) = domain, each
    given = ((Sig(sympy.Integer(1)), "==", T * K), (x, "==", c))
    one, left = sympy.log(1 + c / lam), Sig(sympy.log(1 + x / lam))

    def proof(k: Proof) -> Any:
        count, equal = k.hypothesis(0), k.hypothesis(1)
        ratio = k.show(1 + x / lam, "==", 1 + c / lam, by=[(1 / lam, equal)])
        return k.show(left, "==", T * K * one, by=[k.sum_up(k.logarithm(ratio)), (one, count)])

    def sample(rng: random.Random) -> Any:
        rounds, actions, c = (Fraction(rng.randint(1, 3)) for _ in range(3))
        rows = [{"x": c} for _ in range(int(rounds * actions))]
        return {"T": rounds, "K": actions, "c": c, "lam": Fraction(rng.randint(1, 3))}, rows

    return ForEveryN(domain, each, given, left, "==", factor * T * K * one), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\log(1+u^2)\le u,\quad u\ge0",
)
def logarithm_below_root(c: Constant = 1) -> Stated:
    """The difference is 0 at 0 and has the derivative ``(1 - u)^2/(1 + u^2)``."""
    import sympy

    domain = Domain("u in [0,oo)")
    (u,) = domain

    def proof(k: Proof) -> Any:
        f = u - sympy.log(1 + u**2)
        growing = k.show(f.diff(u), ">=", 0, by=[k.sign((1 - u) ** 2 / (1 + u**2), ">=")])
        return k.show(sympy.log(1 + u**2), "<=", u, by=[k.grows(growing, f, u)])

    return ForAll(domain, sympy.log(1 + u**2), "<=", c * u), chain_at(proof, {"u": 2})


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lower",
    uses=(f"{_PAPER}.log_determinant_of_orthogonal_contexts",),
    assumptions=(
        "d = T K log(1 + c/lambda)/log(1 + T K/lambda), the effective dimension as usually quoted, for H = c I",
        "the condition holds for c = lambda = 1 from three actions on; symbols are the roots of T, K and lambda",
        "decided is that d sqrt(T) exceeds T; regret of losses in [0, 1] is at most T, however the algorithm plays",
    ),
    says=r"\sqrt{K\lambda}\,\log(1+c/\lambda)\ge1\implies "
    r"d\sqrt T=\frac{TK\log(1+c/\lambda)}{\log(1+TK/\lambda)}\sqrt T\ge T",
)
def effective_dimension_bound_is_vacuous(c: Constant = 1) -> Stated:
    """The logarithm in the denominator is at most the root of T K/lambda."""
    import sympy

    domain = Domain("t in [1,oo), h in [1,oo), l in (0,oo), c in (0,oo)")
    t, h, l, size = domain  # noqa: E741
    one, whole = sympy.log(1 + size / l**2), sympy.log(1 + t**2 * h**2 / l**2)
    dimension = t**2 * h**2 * one / whole

    def proof(k: Proof) -> Any:
        root = k.apply(logarithm_below_root, {"u": t * h / l})
        enough = k.show(t * h**2 * one, ">=", whole, by=[root, (t * h / l, k.hypothesis(0))])
        return k.show(dimension * t, ">=", t**2, by=[(t**2 / whole, enough)])

    hard = {"t": 1, "h": 2, "l": 1, "c": Fraction(6488, 10000)}
    statement = ForAll(domain, dimension * t, ">=", c * t**2, given=((h * l * one, ">=", 1),))
    return statement, chain_at(proof, hard)


log_determinant_of_orthogonal_contexts.false_if("it were 1 % more", factor=Fraction(101, 100))
logarithm_below_root.false_if("the root counted 4/5; 0.805 is the best", c=Fraction(4, 5))
effective_dimension_bound_is_vacuous.false_if("it exceeded 5/4 of T; 1.2427 is the best", c=Fraction(5, 4))
