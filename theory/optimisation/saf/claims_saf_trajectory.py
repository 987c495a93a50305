r"""The trajectory penalty KL(old || new) of softmax outputs at temperature tau: slope, convexity and Fisher term.

The exponentials of the scores over tau are the variables: ``a`` for the new scores, ``c`` for those of another point;
so ``z/tau = ln a``, and the new probabilities p are ``a/sum a``. The old probabilities are q.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "saf"
_ONE_PERCENT = Fraction(101, 100)


def _setting() -> tuple[Any, ...]:
    import sympy

    domain, each = Domain("A in (0,oo), C in (0,oo)"), Domain("a in (0,oo), c in (0,oo), q in [0,1]")
    (A, C), (a, c, q) = domain, each
    given = ((Sig(a), "==", A), (Sig(c), "==", C), (Sig(q), "==", 1))
    moved = sympy.log(c) - sympy.log(a)
    rise = sympy.log(C) - sympy.log(A) - Sig(q * moved)
    return domain, each, given, moved, rise


def _sample(rng: random.Random) -> Any:
    rows = [{name: Fraction(rng.randint(1, 9)) for name in "acq"} for _ in range(rng.randint(2, 4))]
    if rng.random() < 0.3:
        for row in rows:
            row["c"] = 3 * row["a"]
    total = sum(row["q"] for row in rows)
    for row in rows:
        row["q"] /= total
    return {"A": sum(row["a"] for row in rows), "C": sum(row["c"] for row in rows)}, rows


@claim(
    paper=_PAPER,
    where="gradient of the trajectory penalty",
    expected="proved",
    strength="tight",
    assumptions=(
        "rise is KL(q || softmax(z'/tau)) - KL(q || softmax(z/tau)), moved is (z' - z)/tau",
        "the penalty is differentiable in z, so that its only subgradient (p - q)/tau is its gradient",
    ),
    says=r"\mathrm{KL}(q\,\|\,p')-\mathrm{KL}(q\,\|\,p)\ge\Bigl\langle\frac{p-q}\tau,\,z'-z\Bigr\rangle,\quad "
    r"p=\mathrm{softmax}(z/\tau)",
)
def gradient_is_the_difference(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1 for every class, summed with weights p: convex in z, with that slope."""
    import sympy

    domain, each, given, moved, rise = _setting()
    (A, C), (a, c_, q) = domain, each

    def proof(k: Proof) -> Any:
        new, other, _ = (k.hypothesis(i) for i in range(3))
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, c_ * A / (a * C))
        each_one = k.show(a / A * (moved + sympy.log(A) - sympy.log(C)), "<=", c_ / C - a / A, by=[(a / A, line)])
        summed = k.sum_up(each_one)
        by = [summed, (-1 / C, other), ((sympy.log(A) - sympy.log(C) + 1) / A, new)]
        return k.show(rise, ">=", Sig((a / A - q) * moved), by=by)

    right = Sig((c * a / A - q) * moved)
    return ForEveryN(domain, each, given, rise, ">=", right), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="zero of the trajectory penalty",
    expected="proved",
    strength="identity",
    says=r"z'=z+\tau\ln t\ \text{in every class}:\quad\mathrm{KL}(q\,\|\,p')=\mathrm{KL}(q\,\|\,p)",
)
def shift_invariance(c: Constant = 0) -> Stated:
    """The normaliser gains the factor t as well, and the weights q sum to 1."""
    import sympy

    domain, each = Domain("A in (0,oo), t in (0,oo)"), Domain("a in (0,oo), q in [0,1]")
    (A, t), (a, q) = domain, each
    given = ((Sig(a), "==", A), (Sig(q), "==", 1))
    new = sympy.log(t * A) - Sig(q * (sympy.log(t) + sympy.log(a)))
    old = sympy.log(A) - Sig(q * sympy.log(a))

    def proof(k: Proof) -> Any:
        return k.show(new, "==", old, by=[(-sympy.log(t), k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        point, rows = _sample(rng)
        return {"A": point["A"], "t": Fraction(rng.randint(2, 4))}, [{"a": row["a"], "q": row["q"]} for row in rows]

    return ForEveryN(domain, each, given, new, "==", old + c), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="small steps, three classes",
    expected="proved",
    strength="asymptotic",
    assumptions=(
        "p, q are the probabilities of the two classes that are not the likeliest, each less than 1/2",
        "the likeliest class keeps its score: a shift of u changes neither side; from below apply it to -u",
    ),
    says=r"\lim_{t\to0}\frac{\mathrm{KL}(p\,\|\,p_t)}{t^2}=\frac{1}{2\tau^2}\,u^\top(\mathrm{diag}\,p-pp^\top)u,\quad "
    r"z_t=z+tu",
)
def fisher_term(c: Constant = 1) -> Stated:
    """KL = ln E e^(t u/tau) - t E u/tau; its second derivative at 0 is the variance. The third score is kept at 0."""
    import sympy

    domain = Domain("t in (0,1), p in (0,1/2), q in (0,1/2), u in (-oo,oo), v in (-oo,oo), tau in (0,oo)")
    t, p, q, u, v, tau = domain
    mean = sympy.log(p * sympy.exp(t * u / tau) + q * sympy.exp(t * v / tau) + (1 - p - q))
    divergence = mean - t * (p * u + q * v) / tau
    variance = p * u**2 + q * v**2 - (p * u + q * v) ** 2

    def proof(k: Proof) -> Any:
        k.show(1 - p - q, ">", 0, by=[k.sign(sympy.Rational(1, 2) - p, ">"), k.sign(sympy.Rational(1, 2) - q, ">")])
        return k.taylor(divergence, t, 2)

    return LimitOf(domain, divergence / t**2, t, "+", c * variance / (2 * tau**2)), chain(proof)


gradient_is_the_difference.false_if("the new probabilities counted 1 % more", c=_ONE_PERCENT)
shift_invariance.false_if("the shift cost a hundredth", c=Fraction(1, 100))
fisher_term.false_if("the limit were 1 % larger", c=_ONE_PERCENT)
