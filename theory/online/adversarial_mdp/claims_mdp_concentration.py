r"""The sampled covariance: how many trajectories keep the whitened one within a half of the identity.

``W = gamma I + Sigma`` and the mean of M independent ``W^{-1/2} (gamma I + phi phi') W^{-1/2}``, of mean I.
Each has eigenvalues of at most R. The matrix Chernoff bound (Tropp 2012, as usually quoted, not decided): the least
eigenvalue of the mean is below 1 - t with probability at most ``d (e^{-t}/(1-t)^{1-t})^{M/R}``, the largest above 1 + t
with at most ``d (e^t/(1+t)^{1+t})^{M/R}``. What follows from these two numbers is decided here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "sampled covariance"
_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ": the upper tail",
    expected="proved",
    strength="upper",
    assumptions=("the logarithm of the number in brackets",),
    says=r"\ln\frac{e^t}{(1+t)^{1+t}}\le-\frac{t^2}3,\quad0\le t\le1",
)
def upper_tail(third: Constant = Fraction(1, 3)) -> Stated:
    """Move t from 0: the logarithm of 1 + t lies above its chord t log 2 >= 2 t/3."""
    import sympy

    domain = Domain("t in [0,1]")
    (t,) = domain
    left = t - (1 + t) * sympy.log(1 + t)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        chord = k.chord(sympy.log(v), v, 2, 1, t)
        gap = -left - t**2 / 3
        slope = k.show(gap.diff(t), ">=", 0, by=[chord, k.sign(t * (sympy.log(2) - sympy.Rational(2, 3)), ">=")])
        return k.show(left, "<=", -(t**2) / 3, by=[k.grows(slope, gap, t)])

    statement = ForAll(domain, left, "<=", -third * t**2)
    return statement, chain_at(proof, {"t": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": the lower tail",
    expected="proved",
    strength="tight",
    assumptions=("the logarithm of the number in brackets",),
    says=r"\ln\frac{e^{-t}}{(1-t)^{1-t}}\le-\frac{t^2}2,\quad0\le t<1",
)
def lower_tail(half: Constant = Fraction(1, 2)) -> Stated:
    """Move t from 0: the derivative of the difference is -log(1 - t) - t."""
    import sympy

    domain = Domain("t in [0,1)")
    (t,) = domain
    left = -t - (1 - t) * sympy.log(1 - t)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 - t)
        gap = -left - t**2 / 2
        slope = k.show(gap.diff(t), ">=", 0, by=[line])
        return k.show(left, "<=", -(t**2) / 2, by=[k.grows(slope, gap, t)])

    statement = ForAll(domain, left, "<=", -half * t**2)
    return statement, chain_at(proof, {"t": Fraction(1, 1000)})


def whitened_parts(k: Proof, gamma: Any, x: Any, f: Any, r: Any) -> tuple[Any, Any, Any]:
    """Show ``(sum x f r)^2 <= sum f^2 r^2 <= sum f^2/gamma`` and ``gamma sum x^2 r^2 <= sum x^2``; the middle one last.

    Hypothesis 0 is |x| = 1, hypothesis 2 is gamma r^2 <= 1.
    """
    unit, ridge, along = k.hypothesis(0), k.hypothesis(2), Sig(x * f * r)
    square = k.sum_up(k.sign((f * r - along * x) ** 2, ">="))
    norm = k.show(along**2, "<=", Sig(f**2 * r**2), by=[square, (along**2, unit)])
    share = k.sum_up(k.show(gamma * x**2 * r**2, "<=", x**2, by=[(x**2, ridge)]))
    return norm, share, k.sum_up(k.show(f**2 * r**2, "<=", f**2 / gamma, by=[(f**2 / gamma, ridge)]))


@claim(
    paper=PAPER,
    where=_WHERE + ": one whitened term",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the eigenvalues lam of Sigma, r = 1/sqrt(lam + gamma); x is any unit vector, f is phi",
        "the left side is the quadratic form of W^{-1/2} (gamma I + phi phi') W^{-1/2} at x",
    ),
    says=r"\gamma\sum_ix_i^2r_i^2+\Bigl(\sum_ix_if_ir_i\Bigr)^2\le1+\frac1\gamma,"
    r"\quad|x|=1,\ |\phi|\le1,\ r_i^2\le\tfrac1\gamma",
)
def whitened_term(shift: Constant = 0) -> Stated:
    """The inner product is at most |phi|_S, by a square; and each eigenvalue of W is at least gamma."""
    domain, each = Domain("gamma in (0,oo)"), Domain("x in (-oo,oo), f in (-oo,oo), r in (0,oo)")
    (gamma,), (x, f, r) = domain, each
    given = ((Sig(x**2), "==", 1), (Sig(f**2), "<=", 1), (gamma * r**2, "<=", 1))
    inner = Sig(x * f * r)
    left = gamma * Sig(x**2 * r**2) + inner**2

    def proof(k: Proof) -> Any:
        unit, small = k.hypothesis(0), k.hypothesis(1)
        norm, share, part = whitened_parts(k, gamma, x, f, r)
        return k.show(left, "<=", 1 + 1 / gamma, by=[norm, share, unit, part, (1 / gamma, small)])

    def sample(rng: random.Random) -> Any:
        r = Fraction(rng.randint(1, 4), rng.randint(1, 3))
        return {"gamma": 1 / r**2}, [{"x": Fraction(1), "f": Fraction(1), "r": r}]

    return ForEveryN(domain, each, given, left, "<=", 1 + 1 / gamma - shift), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": norms are bounded by the ridge",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the eigenvalues of Sigma, f the coordinates of phi",),
    says=r"|\phi|_S^2=\sum_i\frac{f_i^2}{\lambda_i+\gamma}\le\frac1\gamma,\quad|\phi|\le1",
)
def norm_below_ridge(factor: Constant = 1) -> Stated:
    """Each eigenvalue of the regularised covariance is at least gamma."""
    domain, each = Domain("gamma in (0,oo)"), Domain("f in (-oo,oo), lam in [0,oo)")
    (gamma,), (f, lam) = domain, each
    left = Sig(f**2 / (lam + gamma))

    def proof(k: Proof) -> Any:
        rest = k.sign(lam * f**2 / (gamma * (lam + gamma)), ">=")
        row = k.show(f**2 / (lam + gamma), "<=", f**2 / gamma, by=[rest])
        return k.show(left, "<=", 1 / gamma, by=[k.sum_up(row), (1 / gamma, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        return {"gamma": Fraction(rng.randint(1, 4), 4)}, [{"f": Fraction(1), "lam": Fraction(0)}]

    given = ((Sig(f**2), "<=", 1),)
    return ForEveryN(domain, each, given, left, "<=", factor / gamma), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": how many trajectories",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "the left side is the sum of the two tails of the matrix Chernoff bound at t = 1/2 with R = 1 + 1/gamma "
            "(whitened_term): the chance that an eigenvalue leaves [1/2, 3/2]"
        ),
        "independent trajectories; that bound is quoted, not decided",
    ),
    uses=(f"{PAPER}.whitened_term",),
    says=r"d\,e^{-\frac{M\gamma}{1+\gamma}\left(\frac12\ln\frac12+\frac12\right)}"
    r"+d\,e^{-\frac{M\gamma}{1+\gamma}\left(\frac32\ln\frac32-\frac12\right)}\le\delta,"
    r"\quad M\ge\frac{37}4\Bigl(1+\frac1\gamma\Bigr)\ln\frac{2d}\delta",
)
def draws_for_a_half(count: Constant = Fraction(37, 4)) -> Stated:
    """Both rates are at least 4/37."""
    import sympy

    domain = Domain("M in (0,oo), gamma in (0,oo), d in [1,oo), delta in (0,1)")
    M, gamma, d, delta = domain
    half = sympy.Rational(1, 2)
    low, high = half - half * sympy.log(2), 3 * half * sympy.log(3 * half) - half
    needed = (1 + 1 / gamma) * sympy.log(2 * d / delta)
    s = M * gamma / (1 + gamma)
    left = d * sympy.exp(-s * low) + d * sympy.exp(-s * high)

    def proof(k: Proof) -> Any:
        enough = k.hypothesis(0)
        rate = sympy.Rational(4, 37)

        def tail(exponent: Any) -> Any:
            faster = k.sign(exponent - rate, ">=")
            line = k.show(-s * exponent, "<=", -sympy.log(2 * d / delta),
                          by=[(s, faster), (rate * gamma / (1 + gamma), enough)])  # fmt: skip
            return k.show(sympy.exp(-s * exponent), "<=", delta / (2 * d), by=[k.exponential(line)])

        return k.show(left, "<=", delta, by=[(d, tail(low)), (d, tail(high))])

    statement = ForAll(domain, left, "<=", delta, given=((M, ">=", count * needed),))
    hard = {"M": Fraction(70), "gamma": 1, "d": 1, "delta": Fraction(1, 1000)}
    return statement, chain_at(proof, hard)


upper_tail.false_if("the constant were 2/5", third=Fraction(2, 5))
lower_tail.false_if("the constant were 1 % larger", half=Fraction(101, 200))
whitened_term.false_if("it were smaller by 1/100", shift=Fraction(1, 100))
norm_below_ridge.false_if("the ridge counted 1 % more", factor=_LESS)
draws_for_a_half.false_if("4 were enough instead of 37/4", count=4)
