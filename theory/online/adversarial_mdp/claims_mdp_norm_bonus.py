r"""A bonus that saves a layer: the norm itself for the bias of the ridge, the squared norm for second moments.

``b(s, a) = g (M(s, a) + E_{a' ~ pi} M(s, a')) + c (N(s, a) + E_{a' ~ pi} N(s, a'))`` with ``M = |phi|_S``, ``N = M^2``,
``g = sqrt(gamma) w``, ``w = sqrt(d) H`` and ``c = a eta H^2`` (a = 1/4 for the log barrier, 5/6 for reduced exponential
weights). The part of M is at most w per term whatever the ridge, and costs ``sqrt(gamma) d H^2`` an episode where the
squared norm alone costs the bias ``d H^5 eta``. Tuned, the order of the regret is ``sqrt(d H^5 K)``. Learners in
`experiments.linear_mdp` have the squared norm alone.
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

_WHERE = "regret of linear MDPs, a bonus of the norm"
_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ": it pays for the bias",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the eigenvalues of Sigma, r = 1/(lam + gamma); f is phi, t are the weights of Q, |t| <= w",
        "both sides are squares: the bias is at most sqrt(gamma) w |phi|_S in size",
    ),
    uses=(f"{PAPER}.ridge_bias",),
    says=r"(\gamma\,\phi'S\theta)^2\le\gamma\,w^2|\phi|_S^2,\quad|\theta|\le w",
)
def bias_below_norm(factor: Constant = 1) -> Stated:
    """Cauchy-Schwarz by a sum of squares; and gamma/(lam + gamma) <= 1."""
    domain, each = Domain("gamma in (0,oo), w in (0,oo)"), Domain("f in (-oo,oo), t in (-oo,oo), r in (0,oo)")
    (gamma, w), (f, t, r) = domain, each
    inner, norm = Sig(f * t * r), Sig(f**2 * r)
    given = ((Sig(t**2), "<=", w**2), (gamma * r, "<=", 1))

    def proof(k: Proof) -> Any:
        small, ridge = k.hypothesis(0), k.hypothesis(1)
        square = k.sum_up(k.sign(r * (f * w**2 - gamma * inner * t) ** 2, ">="))
        weights = k.sum_up(k.show(gamma * r * t**2, "<=", t**2, by=[(t**2, ridge)]))
        at_most = k.show(gamma * Sig(r * t**2), "<=", w**2, by=[weights, small])
        by = [(gamma / w**2, square), (gamma**2 * inner**2 / w**2, at_most)]
        return k.show(gamma**2 * inner**2, "<=", gamma * w**2 * norm, by=by)

    def sample(rng: random.Random) -> Any:
        gamma, w = (Fraction(rng.randint(1, 4)) for _ in range(2))
        return {"gamma": gamma, "w": w}, [{"f": Fraction(1), "t": w, "r": 1 / gamma}]

    statement = ForEveryN(domain, each, given, gamma**2 * inner**2, "<=", factor * gamma * w**2 * norm)
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its mean",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the pairs of a layer, q their probabilities; M is |phi|_S, r = sqrt(d)",),
    uses=(f"{PAPER}.effective_dimension",),
    says=r"\mathbb E|\phi|_S\le\sqrt d,\quad\mathbb E|\phi|_S^2\le d",
)
def mean_norm(factor: Constant = 1) -> Stated:
    """M <= M^2/(2 sqrt d) + sqrt(d)/2."""
    domain, each = Domain("r in [1,oo)"), Domain("q in [0,1], M in [0,oo)")
    (r,), (q, M) = domain, each
    given = ((Sig(q), "==", 1), (Sig(q * M**2), "<=", r**2))

    def proof(k: Proof) -> Any:
        one, moment = k.hypothesis(0), k.hypothesis(1)
        row = k.show(q * M, "<=", q * (M**2 / (2 * r) + r / 2), by=[k.sign(q * (M - r) ** 2 / (2 * r), ">=")])
        return k.show(Sig(q * M), "<=", r, by=[k.sum_up(row), (1 / (2 * r), moment), (r / 2, one)])

    def sample(rng: random.Random) -> Any:
        r = Fraction(rng.randint(1, 4))
        return {"r": r}, [{"q": Fraction(1), "M": r}]

    return ForEveryN(domain, each, given, Sig(q * M), "<=", factor * r), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the largest bonus",
    expected="proved",
    strength="tight",
    assumptions=(
        "s is sqrt(gamma), M at most 1/s by norm_below_ridge; the largest dilated bonus is (D-1) H times the left side",
    ),
    uses=(f"{PAPER}.norm_below_ridge",),
    says=r"2\sqrt\gamma\,w\,M+2cM^2\le2w+\frac{2c}\gamma,\quad\sqrt\gamma M\le1",
)
def norm_bonus_in_size(factor: Constant = 1) -> Stated:
    """The part that pays for the bias does not grow as the ridge falls."""
    domain = Domain("s in (0,oo), M in [0,oo), w in [0,oo), c in [0,oo)")
    s, M, w, c = domain

    def proof(k: Proof) -> Any:
        ridge = k.hypothesis(0)
        k.show(1 / s - M, ">=", 0, by=[(1 / s, ridge)])
        square = k.show(M**2, "<=", 1 / s**2, by=[(M / s, ridge), (1 / s**2, ridge)])
        return k.show(2 * s * w * M + 2 * c * M**2, "<=", 2 * w + 2 * c / s**2, by=[(2 * w, ridge), (2 * c, square)])

    right = factor * (2 * w + 2 * c / s**2)
    statement = ForAll(domain, 2 * s * w * M + 2 * c * M**2, "<=", right, given=((s * M, "<=", 1),))
    return statement, chain_at(proof, {"s": 1, "M": 1, "w": 1, "c": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": tuned, one layer is saved",
    expected="proved",
    strength="upper",
    assumptions=(
        "n = d K and gamma = 4 (e-1) a^2 eta^2 H^4",
        "half of the room a eta H (B + 2w) <= 1 is left for w, which takes at most 2 e a eta sqrt(d) H^3",
        "so K must be at least of the order H^3 P; eta times a reduced cost is then at least -4/3",
        "the value of the bonus is 2 c d H + 2 sqrt(gamma) d H^2, by effective_dimension and mean_norm",
        "that these terms (and H (H+1)/2 for the log barrier) bound the regret is the sum over layers and episodes",
    ),
    uses=(f"{PAPER}.bias_below_norm", f"{PAPER}.mean_norm", f"{PAPER}.norm_bonus_in_size"),
    says=r"\frac{HP}\eta+\bigl(1+\tfrac1H\bigr)^H\bigl(2a\eta nH^3+2\sqrt\gamma\,nH^2\bigr)"
    r"\le2\sqrt{2e\bigl(1+2\sqrt{e-1}\bigr)a\,nH^5P},\quad"
    r"\eta=\sqrt{\frac P{2e(1+2\sqrt{e-1})\,a\,nH^3}}",
)
def norm_bonus_tuned(factor: Constant = 1) -> Stated:
    """(1 + 1/H)^H <= e and H^3 <= H^4."""
    import sympy

    from theory.online.adversarial_mdp.claims_mdp_dilated_bonus import dilation_below_e

    domain = Domain("H in [1,oo), n in [1,oo), P in (0,oo), a in (0,1]")
    H, n, P, a = domain
    C = 2 * sympy.E * (1 + 2 * sympy.sqrt(sympy.E - 1)) * a
    eta = sympy.sqrt(P / (C * n * H**3))
    value = 2 * a * eta * n * H**3 + 2 * (2 * sympy.sqrt(sympy.E - 1) * a * eta * H**2) * n * H**2
    left = H * P / eta + (1 + 1 / H) ** H * value
    right = 2 * sympy.sqrt(C * n * H**5 * P)

    def proof(k: Proof) -> Any:
        below = k.apply(dilation_below_e, {"H": H})
        wide = k.sign(2 * sympy.E * a * eta * n * H**3 * (H - 1), ">=")
        return k.show(left, "<=", right, by=[(value, below), wide])

    return ForAll(domain, left, "<=", factor * right), chain_at(proof, {"H": 1, "n": 1, "P": 1, "a": 1})


bias_below_norm.false_if("the norm counted 1 % less", factor=_LESS)
mean_norm.false_if("it were 1 % smaller", factor=_LESS)
norm_bonus_in_size.false_if("the bound were 1 % smaller", factor=_LESS)
norm_bonus_tuned.false_if("it were 14 % smaller", factor=Fraction(86, 100))
