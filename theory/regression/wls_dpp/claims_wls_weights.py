r"""Weights, Christoffel functions and the law of optimal sampling.

The unnamed classes of a statement for every finite measure are its points, of mass mu, or the coordinates of the space.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain, every
from theory.regression.wls_dpp.exact_models import FAMILIES, integral, monic, product, squared_norm

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _OPTIMAL, _CHRISTOFFEL = "wls_dpp", "optimal sampling", "Christoffel function"
_LEGENDRE = (
    "P solves Legendre's equation of degree j, D is its derivative; the second one is eliminated by the equation"
)
_MORE = Fraction(101, 100)
_MOST = 6


@claim(
    paper=_PAPER, where=_OPTIMAL, expected="certified", strength="identity", form="as usually quoted",
    assumptions=(
        ("Legendre, Chebyshev and Hermite polynomials of degree below m, m = 2, ..., 6; integrals are exact, with the "
        "moments of the measure"),
        ("the weights m/k_m cancel the density k_m/m before anything is integrated: what is decided is that the "
        "polynomials of the recurrence are orthonormal"),
    ),
    says=r"\operatorname{E}G=I,\quad G=\frac1n\sum_i\frac m{k_m(x_i)}\varphi(x_i)\varphi(x_i)^\top,"
    r"\ x_i\sim\frac{k_m}m\mu,\ 2\le m\le6",
)  # fmt: skip
def mean_gram_is_the_identity(weighted: bool = True) -> Stated:
    """Integrate the products of the polynomials, exactly; without weights times k_m/m."""

    def items() -> list[tuple[str, int, int, int]]:
        sizes = range(2, _MOST + 1)
        return [(family, m, i, j) for family in FAMILIES for m in sizes for i in range(m) for j in range(i + 1)]

    def holds(item: tuple[str, int, int, int]) -> bool:
        family, m, i, j = item
        basis = monic(family, m)
        entry = integral(family, product(basis[i], basis[j]))
        if not weighted:
            squares = [(product(p, p), squared_norm(family, degree)) for degree, p in enumerate(basis)]
            pair = product(basis[i], basis[j])
            entry = sum((integral(family, product(pair, p)) / h for p, h in squares), Fraction(0)) / m
        return entry == (squared_norm(family, i) if i == j else 0)

    over = "Legendre, Chebyshev and Hermite polynomials, m = 2, ..., 6, entries 0 <= j <= i < m"
    says = rf"(\operatorname{{E}}G)_{{ij}}=\delta_{{ij}},\ \text{{{'with' if weighted else 'without'} weights}}"
    return every(items, holds, over=over, says=says)


@claim(
    paper=_PAPER, where=_OPTIMAL, expected="proved", strength="identity", form="as usually quoted",
    assumptions=("one point; the classes are the coordinates, phi the value of an orthonormal basis function there",),
    says=r"\frac1n\cdot\frac m{k_m}\sum_{j=1}^m\varphi_j^2=\frac mn,\quad k_m=\sum_j\varphi_j^2",
)  # fmt: skip
def every_term_has_the_same_norm(power: int = 1) -> Stated:
    """What the Chernoff bound rests on: a term w phi phi'/n of G has the norm w |phi|^2/n."""
    domain, each = Domain("n in [1,oo), m in [1,oo), k in (0,oo)"), Domain("f in (-oo,oo)")
    (n, m, total), (f,) = domain, each

    def proof(k: Proof) -> Any:
        return k.show(m / total * Sig(f**2) / n, "==", m / n, by=[(m / total / n, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows = [Fraction(rng.randint(1, 4)) for _ in range(rng.randint(1, 4))]
        squares = sum((value**2 for value in rows), Fraction(0))
        return {"n": Fraction(rng.randint(1, 9)), "m": Fraction(len(rows)), "k": squares}, [{"f": v} for v in rows]

    left = (m / total) ** power * Sig(f**2) / n
    return ForEveryN(domain, each, ((Sig(f**2), "==", total),), left, "==", m / n), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_OPTIMAL, expected="proved", strength="tight", form="as usually quoted",
    assumptions=("a measure on finitely many points of masses mu; rho is a density, k the Christoffel function",),
    says=r"k\le L\rho\ \text{everywhere}\ \Rightarrow\ L\ge m,"
    r"\quad\operatorname{E}_\mu\rho=1,\ \operatorname{E}_\mu k=m",
)  # fmt: skip
def no_density_has_a_smaller_bound(factor: Constant = 1) -> Stated:
    """The norm of a term of G is k/(n rho): its largest value is at least its mean, and k/m makes it m/n everywhere."""
    domain, each = Domain("m in [1,oo), L in [0,oo)"), Domain("mu in [0,oo), k in [0,oo), r in [0,oo)")
    (m, bound), (mu, k_m, r) = domain, each
    given = ((Sig(mu * r), "==", 1), (Sig(mu * k_m), "==", m), (k_m, "<=", bound * r))

    def proof(k: Proof) -> Any:
        total = k.sum_up(k.show(mu * k_m, "<=", mu * bound * r, by=[(mu, k.hypothesis(2))]))
        return k.show(bound, ">=", m, by=[total, (-bound, k.hypothesis(0)), (1, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        count, m = rng.randint(1, 3), Fraction(rng.randint(1, 3))
        slack = Fraction(rng.randint(0, 2), 4)
        rows = [{"mu": Fraction(1, count), "k": m, "r": Fraction(1)} for _ in range(count)]
        return {"m": m, "L": m + slack}, rows

    return ForEveryN(domain, each, given, bound, ">=", factor * m), chain(proof, sample=sample)


# -- Legendre and Chebyshev polynomials ------------------------------------------------------------------------------


def _at_one(family: str, m: int) -> Fraction:
    """Return the Christoffel function at 1."""
    return sum((sum(p) ** 2 / squared_norm(family, j) for j, p in enumerate(monic(family, m))), Fraction(0))


@claim(
    paper=_PAPER, where=_CHRISTOFFEL + " of polynomials", expected="certified", strength="identity",
    form="as usually quoted", assumptions=("orthonormal polynomials of degree below m, m = 1, ..., 12",),
    says=r"k_m(1)=m^2\ \text{(Legendre)},\qquad k_m(1)=2m-1\ \text{(Chebyshev)},\qquad1\le m\le12",
)  # fmt: skip
def christoffel_function_at_the_end(power: int = 2, less: int = 1) -> Stated:
    """Evaluate the polynomials at 1, exactly. With uniform points m^2 takes the place of m in the sample number."""
    from theory.engine.provers.exhaustive import enumeration
    from theory.engine.statements.finite import Finite

    def holds(m: int) -> bool:
        return _at_one("legendre", m) == m**power and _at_one("chebyshev", m) == 2 * m - less

    says = rf"k_m(1)=m^{power}\ \text{{(Legendre)}},\ k_m(1)=2m-{less}\ \text{{(Chebyshev)}}"
    return Finite(lambda: range(1, 13), 12, holds, over="m = 1, ..., 12", says=says), enumeration()


@claim(
    paper=_PAPER, where=_CHRISTOFFEL + " of Legendre polynomials", expected="proved", strength="lower",
    assumptions=(
        _LEGENDRE,
        "so that P^2 is at most its value 1 at x = 1, where both are equal; negative x by symmetry",
    ),
    says=r"\frac{d}{dx}\Bigl(P_j^2+\frac{(1-x^2)P_j'^2}{j(j+1)}\Bigr)\ge0,\quad x\in[0,1]",
)  # fmt: skip
def legendre_envelope_grows(factor: Constant = 2) -> Stated:
    """By (1 - x^2) P'' = 2 x P' - j (j+1) P it is 2 x P'^2/(j (j+1)): why k_m has its largest value at the ends."""
    domain = Domain("x in [0,1], j in [1,oo), P in (-oo,oo), D in (-oo,oo)")
    x, j, value, slope = domain
    level = j * (j + 1)

    def derivative(times: Constant) -> Any:
        return 2 * value * slope + (-2 * x * slope**2 + times * slope * (2 * x * slope - level * value)) / level

    def proof(k: Proof) -> Any:
        same = k.identity(derivative(2), 2 * x * slope**2 / level)
        return k.show(derivative(2), ">=", 0, by=[same])

    return ForAll(domain, derivative(factor), ">=", 0), chain(proof)


@claim(
    paper=_PAPER, where=_CHRISTOFFEL + " of Legendre polynomials", expected="proved", strength="tight",
    form="as usually quoted", uses=("wls_dpp.legendre_envelope_grows",),
    assumptions=("one point of [-1, 1]; the classes are degrees j < m, c = 2 j + 1 of sum m^2, and |P_j| <= 1 there",),
    says=r"k_m(x)=\sum_{j<m}(2j+1)P_j(x)^2\le m^2,\quad x\in[-1,1]",
)  # fmt: skip
def legendre_christoffel_function_is_at_most_m_squared(factor: Constant = 1) -> Stated:
    """Term by term; equality at the ends: a bound on k_m alone gives uniform points m^2 log m, not m log m."""
    domain, each = Domain("m in [1,oo)"), Domain("c in [0,oo), P in [-1,1]")
    (m,), (c, value) = domain, each

    def proof(k: Proof) -> Any:
        square = k.show(1, ">=", value**2, by=[k.sign((1 - value) * (1 + value), ">=")])
        total = k.sum_up(k.show(c, ">=", c * value**2, by=[(c, square)]))
        return k.show(Sig(c * value**2), "<=", m**2, by=[total, (1, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        m = rng.randint(1, 4)
        return {"m": Fraction(m)}, [{"c": Fraction(2 * j + 1), "P": Fraction(rng.choice((-1, 1)))} for j in range(m)]

    left = Sig(c * value**2)
    return ForEveryN(domain, each, ((Sig(c), "==", m**2),), left, "<=", factor * m**2), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_OPTIMAL + ": distribution function, Legendre", expected="proved", strength="identity",
    assumptions=(
        ("P is P_j, D its derivative, j >= 1; P_{j-1} = x P + (1 - x^2) D/j and its derivative x D - j P are the usual "
        "relations of Legendre polynomials"),
    ),
    says=r"\frac d{dx}\Bigl(x(P_j^2+P_{j-1}^2)-2P_jP_{j-1}\Bigr)=(2j+1)P_j^2-(2j-1)P_{j-1}^2",
)  # fmt: skip
def legendre_law_in_closed_form(factor: Constant = 2) -> Stated:
    """Differences of the densities of P_j and P_{j-1}: the distribution function of k_m/m is a sum of these."""
    domain = Domain("x in [-1,1], j in [1,oo), P in (-oo,oo), D in (-oo,oo)")
    x, j, p, slope = domain
    q, below = x * p + (1 - x**2) * slope / j, x * slope - j * p
    left = p**2 + q**2 + 2 * x * (p * slope + q * below) - 2 * (slope * q + p * below)
    right = (2 * j + 1) * p**2 - (2 * j - 1) * q**2
    claimed = (factor * j + 1) * p**2 - (2 * j - 1) * q**2
    return ForAll(domain, left, "==", claimed), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_OPTIMAL + ": distribution function, Hermite", expected="proved", strength="identity",
    assumptions=("h, g are h_j, h_{j-1}; h' = sqrt(j) g and (g phi)' = -sqrt(j) h phi, phi the density",),
    says=r"\frac d{dx}(h_jh_{j-1}\phi)=\sqrt j\,(h_{j-1}^2-h_j^2)\,\phi",
)  # fmt: skip
def hermite_law_in_closed_form(factor: Constant = 1) -> Stated:
    """The product rule, with both derivatives put in; phi > 0 stands for the value of the normal density."""
    import sympy

    domain = Domain("j in [1,oo), h in (-oo,oo), g in (-oo,oo), phi in (0,oo)")
    j, h, g, phi = domain
    left = sympy.sqrt(j) * g * g * phi + h * (-sympy.sqrt(j) * h * phi)
    right = sympy.sqrt(j) * (g**2 - h**2) * phi
    claimed = sympy.sqrt(j) * (factor * g**2 - h**2) * phi
    return ForAll(domain, left, "==", claimed), chain(lambda k: k.identity(left, right))


mean_gram_is_the_identity.false_if("points had the density k_m/m and no weights", weighted=False)
every_term_has_the_same_norm.false_if("there were no weights", power=0)
no_density_has_a_smaller_bound.false_if("it were 1 % more than m", factor=_MORE)
christoffel_function_at_the_end.false_if("it were m for Legendre polynomials", power=1)
christoffel_function_at_the_end.false_if("it were 2 m for Chebyshev polynomials", less=0)
legendre_envelope_grows.false_if("the derivative of the second part counted 1 % less", factor=2 - Fraction(1, 50))
legendre_christoffel_function_is_at_most_m_squared.false_if("it were 1 % smaller", factor=Fraction(99, 100))
legendre_law_in_closed_form.false_if("the coefficient were 1 % larger", factor=2 * _MORE)
hermite_law_in_closed_form.false_if("one square counted 1 % more", factor=_MORE)
