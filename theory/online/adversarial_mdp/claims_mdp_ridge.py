r"""Ridge regression of a policy's covariance: the second moment of z, the norm of the bonus, the bonus of a policy.

``S = (gamma I + Sigma)^{-1}`` and ``z = phi' S phi_visited``; everything is a sum over the eigenvalues of Sigma.
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

_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where="ridge: one eigenvalue",
    expected="proved",
    strength="tight",
    assumptions=("lam is an eigenvalue of Sigma",),
    says=r"\frac{\lambda}{(\lambda+\gamma)^2}\le\frac1{4\gamma}",
)
def eigenvalue_quarter(quarter: Constant = Fraction(1, 4)) -> Stated:
    """(lam - gamma)^2 >= 0."""
    domain = Domain("gamma in (0,oo), lam in [0,oo)")
    gamma, lam = domain

    def proof(k: Proof) -> Any:
        square = k.sign((lam - gamma) ** 2 / (4 * gamma * (lam + gamma) ** 2), ">=")
        return k.show(lam / (lam + gamma) ** 2, "<=", 1 / (4 * gamma), by=[square])

    statement = ForAll(domain, lam / (lam + gamma) ** 2, "<=", quarter / gamma)
    return statement, chain_at(proof, {"gamma": 1, "lam": 1})


@claim(
    paper=PAPER,
    where="ridge: the second moment of z, two dimensions",
    expected="proved",
    strength="identity",
    assumptions=(
        "in the eigenbasis of Sigma, a and b are the coordinates of the visited features, f and g those of phi",
        "more dimensions add terms of the same two kinds",
    ),
    says=r"\mathbb E z^2=\sum_i\frac{\lambda_if_i^2}{(\lambda_i+\gamma)^2}=\phi'S\Sigma S\phi,\quad d=2",
)
def second_moment_of_z(other: Constant = 1) -> Stated:
    """Multiply out; the mixed moment is 0 in the eigenbasis."""
    domain = Domain("gamma in (0,oo), f in (-oo,oo), g in (-oo,oo), s in [0,oo), t in [0,oo)")
    each = Domain("q in [0,1], a in (-oo,oo), b in (-oo,oo)")
    (gamma, f, g, s, t), (q, a, b) = domain, each
    given = ((Sig(q * a**2), "==", s), (Sig(q * b**2), "==", t), (Sig(q * a * b), "==", 0))
    one, two = f / (s + gamma), g / (t + gamma)
    left = Sig(q * (one * a + two * b) ** 2)

    def proof(k: Proof) -> Any:
        by = [(one**2, k.hypothesis(0)), (two**2, k.hypothesis(1)), (2 * one * two, k.hypothesis(2))]
        return k.show(left, "==", s * one**2 + t * two**2, by=by)

    def sample(rng: random.Random) -> Any:
        p, u, v = Fraction(rng.randint(1, 3), 4), Fraction(rng.randint(1, 4)), Fraction(rng.randint(1, 4))
        rows = [{"q": p, "a": u, "b": Fraction(0)}, {"q": 1 - p, "a": Fraction(0), "b": v}]
        scalars = {"gamma": Fraction(rng.randint(1, 4)), "f": Fraction(rng.randint(1, 3)), "g": Fraction(1)}
        return scalars | {"s": p * u**2, "t": (1 - p) * v**2}, rows

    statement = ForEveryN(domain, each, given, left, "==", s * one**2 + other * t * two**2)
    return statement, chain(proof, sample=sample)


_COORDINATES = "f in (-oo,oo), lam in [0,oo)"


def _spectrum(rng: random.Random) -> list[dict[str, Fraction]]:
    """Return one eigenvalue with a unit coordinate, or two."""
    rows = [{"f": Fraction(1), "lam": Fraction(rng.randint(1, 4), 4)}]
    if rng.random() < 0.5:
        rows = [{"f": f, "lam": Fraction(rng.randint(1, 4), 4)} for f in (Fraction(3, 5), Fraction(4, 5))]
    return rows


@claim(
    paper=PAPER,
    where="ridge: the second moment of z, unit features",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the eigenvalues of Sigma, f the coordinates of phi; every dimension",),
    uses=(f"{PAPER}.second_moment_of_z",),
    says=r"\sum_i\frac{\lambda_if_i^2}{(\lambda_i+\gamma)^2}\le\frac1{4\gamma},\quad|\phi|\le1",
)
def moment_below_quarter(quarter: Constant = Fraction(1, 4)) -> Stated:
    """A quarter for each eigenvalue, weighted with f^2."""
    domain, each = Domain("gamma in (0,oo)"), Domain(_COORDINATES)
    (gamma,), (f, lam) = domain, each
    left = Sig(lam * f**2 / (lam + gamma) ** 2)

    def proof(k: Proof) -> Any:
        one = k.apply(eigenvalue_quarter, {"gamma": gamma, "lam": lam})
        row = k.show(lam * f**2 / (lam + gamma) ** 2, "<=", f**2 / (4 * gamma), by=[(f**2, one)])
        return k.show(left, "<=", 1 / (4 * gamma), by=[k.sum_up(row), (1 / (4 * gamma), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows = _spectrum(rng)
        return {"gamma": rows[0]["lam"]}, rows

    return ForEveryN(domain, each, ((Sig(f**2), "<=", 1),), left, "<=", quarter / gamma), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where="ridge: the second moment of z, the norm of the bonus",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the eigenvalues of Sigma, f the coordinates of phi; every dimension",
        "the ratio tends to 1 with gamma",
    ),
    says=r"\sum_i\frac{\lambda_if_i^2}{(\lambda_i+\gamma)^2}\le\sum_i\frac{f_i^2}{\lambda_i+\gamma}=|\phi|_S^2",
)
def moment_below_norm(factor: Constant = 1) -> Stated:
    """An eigenvalue grows with the ridge."""
    domain, each = Domain("gamma in (0,oo)"), Domain(_COORDINATES)
    (gamma,), (f, lam) = domain, each
    left, right = Sig(lam * f**2 / (lam + gamma) ** 2), Sig(f**2 / (lam + gamma))

    def proof(k: Proof) -> Any:
        rest = k.sign(gamma * f**2 / (lam + gamma) ** 2, ">=")
        row = k.show(lam * f**2 / (lam + gamma) ** 2, "<=", f**2 / (lam + gamma), by=[rest])
        return k.show(left, "<=", right, by=[k.sum_up(row)])

    def sample(rng: random.Random) -> Any:
        return {"gamma": Fraction(1, 1000)}, _spectrum(rng)

    return ForEveryN(domain, each, (), left, "<=", factor * right), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where="ridge: the bonus of a policy",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the eigenvalues of Sigma, d many; the left side is the policy's mean of |phi|_S^2",),
    says=r"\sum_{i\le d}\frac{\lambda_i}{\lambda_i+\gamma}\le d",
)
def effective_dimension(factor: Constant = 1) -> Stated:
    """Each term is at most 1; all tend to 1 with gamma."""
    import sympy

    domain, each = Domain("gamma in (0,oo), d in [1,oo)"), Domain("lam in [0,oo)")
    (gamma, d), (lam,) = domain, each
    left = Sig(lam / (lam + gamma))

    def proof(k: Proof) -> Any:
        row = k.show(lam / (lam + gamma), "<=", 1, by=[k.sign(gamma / (lam + gamma), ">=")])
        return k.show(left, "<=", d, by=[k.sum_up(row), k.hypothesis(0)])

    def sample(rng: random.Random) -> Any:
        count = rng.randint(1, 4)
        return {"gamma": Fraction(1, 1000), "d": Fraction(count)}, [{"lam": Fraction(1)} for _ in range(count)]

    given = ((Sig(sympy.Integer(1)), "==", d),)
    return ForEveryN(domain, each, given, left, "<=", factor * d), chain(proof, sample=sample)


eigenvalue_quarter.false_if("the constant were 1 % smaller", quarter=Fraction(99, 400))
second_moment_of_z.false_if("one eigenvalue counted 1 % less", other=_LESS)
moment_below_quarter.false_if("the constant were 1 % smaller", quarter=Fraction(99, 400))
moment_below_norm.false_if("the norm counted 1 % less", factor=_LESS)
effective_dimension.false_if("d were 1 % smaller", factor=_LESS)
