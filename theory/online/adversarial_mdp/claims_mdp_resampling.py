r"""Geometric resampling: ``c sum_{n <= N} prod_{j <= n} (I - c (gamma I + phi_j phi_j'))`` by independent draws.

In the mean it is a geometric series of ``lam = lambda + gamma``, for each eigenvalue lambda of the covariance.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "geometric resampling"
_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ": its sum, one term more",
    expected="proved",
    strength="identity",
    assumptions=(
        "x = 1 - c lam, so that lam = (1 - x)/c; with N = 0, where both sides are c, this is a proof for every N",
    ),
    says=r"c\sum_{n\le N}x^n=\frac{1-x^{N+1}}\lambda\implies "
    r"c\sum_{n\le N+1}x^n=\frac{1-x^{N+2}}\lambda,\quad x=1-c\lambda",
)
def resampling_sum_step(factor: Constant = 1) -> Stated:
    """Add c x^(N + 1)."""
    domain = Domain("c in (0,oo), x in (0,1), N integer in [0,oo)")
    c, x, N = domain
    lam = (1 - x) / c
    left, right = (1 - x ** (N + 1)) / lam + factor * c * x ** (N + 1), (1 - x ** (N + 2)) / lam

    def proof(k: Proof) -> Any:
        return k.identity((1 - x ** (N + 1)) / lam + c * x ** (N + 1), right)

    return ForAll(domain, left, "==", right), chain(proof)


@claim(
    paper=PAPER,
    where=_WHERE + ": its mean",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "two dimensions, features (a, b) with probability q, else (f, g), two independent draws, N = 2: the left "
            "side is the mean of u'(I + F_1 + F_1 F_2) v over the four pairs, on the right F is its mean"
        ),
        "u and v are any vectors, so that this is an identity of matrices; more draws and features alike",
    ),
    says=r"\mathbb E\bigl[I+F_1+F_1F_2\bigr]=I+\bar F+\bar F^2,\quad F_j=I-c(\gamma I+\phi_j\phi_j'),"
    r"\ \bar F=I-c(\gamma I+\Sigma)",
)
def resampling_mean(dependence: Constant = 0) -> Stated:
    """Multiply out. Dependence is the chance that the second draw is the first."""
    names = "q in [0,1], c in (0,1], gamma in (0,1], "
    domain = Domain(names + ", ".join(f"{name} in (-oo,oo)" for name in ("a", "b", "f", "g", "u1", "u2", "v1", "v2")))
    q, c, gamma, a, b, f, g, u1, u2, v1, v2 = domain

    def factor(r: Any, s: Any, t: Any) -> tuple[Any, ...]:
        return 1 - c * (gamma + r), -c * s, -c * s, 1 - c * (gamma + t)

    def product(one: Any, two: Any) -> tuple[Any, ...]:
        (e, h, i, j), (p, r, s, t) = one, two
        return e * p + h * s, e * r + h * t, i * p + j * s, i * r + j * t

    def form(m: Any) -> Any:
        return u1 * (m[0] * v1 + m[1] * v2) + u2 * (m[2] * v1 + m[3] * v2)

    factors, chances = (factor(a**2, a * b, b**2), factor(f**2, f * g, g**2)), (q, 1 - q)
    mean = tuple(q * one + (1 - q) * two for one, two in zip(*factors, strict=True))
    pairs = sum(
        chances[i]
        * ((1 - dependence) * chances[j] + (dependence if i == j else 0))
        * form(product(factors[i], factors[j]))
        for i in range(2)
        for j in range(2)
    )
    first = form((1, 0, 0, 1)) + form(mean)
    left, right = first + pairs, first + form(product(mean, mean))
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": its bias, as usually quoted",
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=("an eigenvalue lam of Sigma, at most 1; the left side is the bias in it", "equality at lam = 0"),
    says=r"\frac{(1-c(\lambda+\gamma))^{N+1}}{\lambda+\gamma}\le\frac{(1-c\gamma)^{N+1}}\gamma,"
    r"\quad c\,(1+\gamma)\le1",
)
def resampling_bias(factor: Constant = 1) -> Stated:
    """The base is at most 1 - c gamma, the denominator at least gamma."""
    domain = Domain("c in (0,1), gamma in (0,oo), lam in [0,1], N integer in [0,oo)")
    c, gamma, lam, N = domain
    x, y = 1 - c * (lam + gamma), 1 - c * gamma
    left, right = x ** (N + 1) / (lam + gamma), y ** (N + 1) / gamma

    def proof(k: Proof) -> Any:
        k.show(x, ">=", 0, by=[k.hypothesis(0), (c, k.sign(1 - lam, ">="))])
        order = k.show(y, ">=", x, by=[k.sign(c * lam, ">=")])
        k.show(y, ">=", 0, by=[order, k.sign(x, ">=")])
        higher = k.power(order, N + 1)
        rest = k.sign(lam * y ** (N + 1) / (gamma * (lam + gamma)), ">=")
        return k.show(left, "<=", right, by=[(1 / (lam + gamma), higher), rest])

    statement = ForAll(domain, left, "<=", factor * right, given=((c * (1 + gamma), "<=", 1),))
    return statement, chain_at(proof, {"c": Fraction(1, 2), "gamma": Fraction(1, 2), "lam": 0, "N": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": the condition on its rate",
    expected="proved",
    strength="tight",
    assumptions=("an eigenvalue lam of Sigma, at most 1; resampling_bias then holds in absolute value",),
    says=r"\bigl(1-c(\lambda+\gamma)\bigr)^2\le(1-c\gamma)^2,\quad c\,(1+2\gamma)\le2",
)
def resampling_rate(limit: Constant = 2) -> Stated:
    """The difference is c lam (2 - c (lam + 2 gamma)): twice the usual rate is allowed, nearly; equality at lam = 1."""
    domain = Domain("c in (0,oo), gamma in (0,oo), lam in [0,1]")
    c, gamma, lam = domain

    def proof(k: Proof) -> Any:
        enough = k.show(2 - c * (lam + 2 * gamma), ">=", 0, by=[k.hypothesis(0), (c, k.sign(1 - lam, ">="))])
        return k.show((1 - c * (lam + gamma)) ** 2, "<=", (1 - c * gamma) ** 2, by=[(c * lam, enough)])

    given = ((c * (1 + 2 * gamma), "<=", limit),)
    statement = ForAll(domain, (1 - c * (lam + gamma)) ** 2, "<=", (1 - c * gamma) ** 2, given=given)
    return statement, chain_at(proof, {"c": Fraction(201, 200), "gamma": Fraction(1, 2), "lam": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": any rate",
    expected="refuted",
    strength="upper",
    assumptions=(
        "an eigenvalue lam of Sigma, at most 1, and N = 1",
        "control: c (1 + 2 gamma) <= 2, with it it is true",
    ),
    says=r"\frac{(1-c(\lambda+\gamma))^2}{\lambda+\gamma}\le\frac{(1-c\gamma)^2}\gamma,\quad0<c\,(1+2\gamma)\le3",
)
def resampling_any_rate(limit: Constant = 3) -> Stated:
    """Powers grow where c lam exceeds 2."""
    domain = Domain("c in (0,oo), gamma in (0,oo), lam in [0,1]")
    c, gamma, lam = domain
    left, right = (1 - c * (lam + gamma)) ** 2 / (lam + gamma), (1 - c * gamma) ** 2 / gamma

    def proof(k: Proof) -> Any:
        square = k.apply(resampling_rate, {"c": c, "gamma": gamma, "lam": lam}, given=[k.hypothesis(0)])
        rest = k.sign(lam * (1 - c * gamma) ** 2 / (gamma * (lam + gamma)), ">=")
        return k.show(left, "<=", right, by=[(1 / (lam + gamma), square), rest])

    statement = ForAll(domain, left, "<=", right, given=((c * (1 + 2 * gamma), "<=", limit),))
    return statement, chain_at(
        proof, {"c": 1, "gamma": 1, "lam": 1}, {"c": Fraction(3, 2), "gamma": Fraction(1, 2), "lam": 1}
    )


@claim(
    paper=PAPER,
    where=_WHERE + ": how many terms",
    expected="proved",
    strength="upper",
    assumptions=("t = c gamma, n = N + 1 factors; the left side is the bias bound of resampling_bias",),
    says=r"\frac{(1-c\gamma)^n}\gamma\le\varepsilon,\quad n\ge\frac1{c\gamma}\ln\frac1{\gamma\varepsilon}",
)
def resampling_terms(share: Constant = 1) -> Stated:
    """1 - c gamma <= exp(-c gamma)."""
    import sympy

    domain = Domain("t in (0,1), gamma in (0,oo), eps in (0,oo), n in (0,oo)")
    t, gamma, eps, n = domain
    rate = -sympy.log(gamma * eps) / t

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, 1 - t)
        small = k.show(n * sympy.log(1 - t), "<=", sympy.log(gamma * eps), by=[(n, line), (t, k.hypothesis(0))])
        power = k.exponential(small)
        return k.show((1 - t) ** n / gamma, "<=", eps, by=[(1 / gamma, power)])

    statement = ForAll(domain, (1 - t) ** n / gamma, "<=", eps, given=((n, ">=", share * rate),))
    return statement, chain_at(
        proof, {"t": Fraction(1, 1000), "gamma": 1, "eps": Fraction(1, 10), "n": Fraction(228, 100) * 1000}
    )


resampling_sum_step.false_if("the new term counted 1 % less", factor=_LESS)
resampling_mean.false_if("one second draw in a hundred were the first", dependence=Fraction(1, 100))
resampling_bias.false_if("the bound were 1 % smaller", factor=_LESS)
resampling_rate.false_if("c (1 + 2 gamma) were up to 2.01", limit=Fraction(201, 100))
resampling_any_rate.true_if("c (1 + 2 gamma) <= 2", limit=2)
resampling_terms.false_if("1 % fewer factors sufficed", share=_LESS)
