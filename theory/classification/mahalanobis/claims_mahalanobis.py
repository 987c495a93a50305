r"""Gaussian discriminant analysis with a tied covariance: softmax of linear scores; the Mahalanobis confidence score.

Class k has mean m_k, prior pi_k and the common covariance S; the score of x is ``M(x) = max_k -(x-m_k)' S^-1 (x-m_k)``.
In the eigenbasis of S coordinates are independent with variances v, so sums over coordinates speak of every S; not so
of the pre-processing, whose sign is taken in the given coordinates: its claim is for a diagonal S.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "mahalanobis", "as usually quoted"
_POSTERIOR, _SCORE, _INPUT = "posterior of tied GDA", "confidence score", "input pre-processing"
_EIGEN = ("coordinates are those of an eigenbasis of the covariance, variances v",)
_DIAGONAL = "the covariance is diagonal, with variances v: the sign is taken in the given coordinates"
_ONE_PERCENT = Fraction(101, 100)


# -- the posterior --------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_POSTERIOR, form=_FORM, expected="proved", strength="identity", assumptions=_EIGEN,
    says=r"-\tfrac12(x-\mu)^\top\Sigma^{-1}(x-\mu)=\mu^\top\Sigma^{-1}x-\tfrac12\mu^\top\Sigma^{-1}\mu"
    r"-\tfrac12x^\top\Sigma^{-1}x",
)  # fmt: skip
def exponent_is_linear_but_for_a_common_term(c: Constant = 1) -> Stated:
    """Expand the square, in any dimension: what is quadratic in x is the same for every class."""
    domain, each = Domain("T in [1,1]"), Domain("x in (-oo,oo), m in (-oo,oo), v in (0,oo)")
    x, m, v = each
    lhs = -Sig((x - m) ** 2 / v) / 2
    rhs = Sig(m * x / v) - Sig(m**2 / v) / 2 - Sig(x**2 / v) / 2
    return ForEveryN(domain, each, (), lhs, "==", c * rhs), chain(lambda k: k.identity(lhs, rhs), _coordinates)


def _coordinates(rng: random.Random) -> Any:
    rows = []
    for _ in range(rng.randint(1, 4)):
        x, m = (Fraction(rng.randint(-9, 9), 2) for _ in range(2))
        rows.append({"x": x, "m": m, "v": Fraction(rng.randint(1, 9))})
    return {"T": Fraction(1)}, rows


@claim(
    paper=_PAPER, where=_POSTERIOR, form=_FORM, expected="proved", strength="identity",
    assumptions=("f_k = pi_k N(x; mu_k, S) = G exp(s_k), s_k linear in x plus log pi_k, G common",),
    uses=("mahalanobis.exponent_is_linear_but_for_a_common_term",),
    says=r"\frac{f_1}{\sum_kf_k}=\frac{e^{s_1}}{\sum_ke^{s_k}},\quad f_k=G\,e^{s_k}",
)  # fmt: skip
def posterior_is_softmax(c: Constant = 1) -> Stated:
    """The common factor leaves the sum over the classes, however many there are; e stands for exp(s)."""
    domain, each = Domain("G in (0,oo), f1 in (0,oo), e1 in (0,oo)"), Domain("f in (0,oo), e in (0,oo)")
    (G, f1, e1), (f, e) = domain, each
    lhs, rhs = f1 / (f1 + Sig(f)), e1 / (e1 + Sig(e))

    def proof(k: Proof) -> Any:
        rest = k.sum_up(k.hypothesis(1))
        for total in (f1 + Sig(f), e1 + Sig(e)):
            k.sign(total, ">")
        common = (f1 + Sig(f)) * (e1 + Sig(e))
        return k.show(lhs, "==", rhs, by=[(Sig(e) / common, k.hypothesis(0)), (-e1 / common, rest)])

    def sample(rng: random.Random) -> Any:
        G, e1 = Fraction(rng.randint(1, 9), 3), Fraction(rng.randint(1, 9))
        es = [Fraction(rng.randint(1, 9)) for _ in range(rng.randint(1, 4))]
        return {"G": G, "e1": e1, "f1": G * e1}, [{"e": e, "f": G * e} for e in es]

    given = ((f1, "==", G * e1), (f, "==", G * e))
    return ForEveryN(domain, each, given, lhs, "==", c * rhs), chain(proof, sample)


exponent_is_linear_but_for_a_common_term.false_if("it were 1 % larger", c=_ONE_PERCENT)
posterior_is_softmax.false_if("it were 1 % larger", c=_ONE_PERCENT)


# -- what the posterior does not determine --------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_POSTERIOR, expected="proved", strength="identity",
    corrects="mahalanobis.posterior_determines_the_score",
    says=r"\mu\mapsto q\mu,\ \sigma^2\mapsto q\sigma^2:\quad\frac1{1+e^{-2\mu x/\sigma^2}}\ \text{is unchanged}",
)  # fmt: skip
def scaled_classes_have_the_same_posterior(power: Constant = 1) -> Stated:
    """Two classes N(+-mu, s^2) on the line: only mu/s^2 enters the posterior."""
    import sympy

    domain = Domain("x in (-oo,oo), m in (0,oo), v in (0,oo), q in (1,oo)")
    x, m, v, q = domain

    def posterior(mean: sympy.Expr, variance: sympy.Expr) -> sympy.Expr:
        return 1 / (1 + sympy.exp(-2 * mean * x / variance))

    lhs, rhs = posterior(m, v), posterior(q * m, q**power * v)
    return ForAll(domain, lhs, "==", rhs), chain(lambda k: k.identity(lhs, rhs))


@claim(
    paper=_PAPER, where=_POSTERIOR, expected="refuted", strength="identity",
    uses=("mahalanobis.scaled_classes_have_the_same_posterior",),
    assumptions=("models N(+-mu, s^2) and N(+-2mu, 2s^2); for x > 0 the positive class is the nearest in both",),
    says=r"\text{equal posteriors}\ \Rightarrow\ \text{equal scores}:\quad"
    r"\frac{(x-\mu)^2}{\sigma^2}=\frac{(x-2\mu)^2}{2\sigma^2},\quad x>0",
)  # fmt: skip
def posterior_determines_the_score(factor: Constant = 2) -> Stated:
    """A softmax classifier has the posterior of a Gaussian model, of many: their scores rank inputs differently."""
    domain = Domain("x in (0,10], m in [1/10,10], v in [1/10,10]")
    x, m, v = domain
    lhs, rhs = (x - m) ** 2 / v, (x - factor * m) ** 2 / (factor * v)
    return ForAll(domain, lhs, "==", rhs), chain(lambda k: k.identity(lhs, rhs))


scaled_classes_have_the_same_posterior.false_if("the variance were scaled by the square", power=2)
posterior_determines_the_score.true_if("nothing were scaled", factor=1)


# -- invariance -----------------------------------------------------------------------------------------------------


def _quadratic(u: Any, S: Any) -> sympy.Expr:
    """``u' S^-1 u`` for a symmetric 2 x 2 matrix (S11, S12, S22)."""
    return (S[2] * u[0] ** 2 - 2 * S[1] * u[0] * u[1] + S[0] * u[1] ** 2) / (S[0] * S[2] - S[1] ** 2)


@claim(
    paper=_PAPER, where=_SCORE, form=_FORM, expected="proved", strength="identity",
    assumptions=("two features; the mean is mapped with the inputs, so that a shift drops out of u = x - mu",),
    says=r"(Au)^\top(A\Sigma A^\top)^{-1}(Au)=u^\top\Sigma^{-1}u,\quad\det A\ne0",
)  # fmt: skip
def score_is_affine_invariant(c: Constant = 1, covariance: Constant = 1) -> Stated:
    """Both are rational functions; the determinant of A S A' is det(A)^2 det(S). Any invertible A, any S.

    Without ``covariance`` S is the identity on both sides: the Euclidean distance.
    """
    domain = Domain("u in (-oo,oo), w in (-oo,oo), a in (-oo,oo), b in (-oo,oo), p in (-oo,oo), q in (-oo,oo), "
                    "S11 in (0,oo), S12 in (-oo,oo), S22 in (0,oo)")  # fmt: skip
    u, w, a, b, p, q, S11, S12, S22 = domain
    S = (S11, S12, S22)
    mapped = (a * u + b * w, p * u + q * w)
    T = (
        a**2 * S11 + 2 * a * b * S12 + b**2 * S22,
        a * p * S11 + (a * q + b * p) * S12 + b * q * S22,
        p**2 * S11 + 2 * p * q * S12 + q**2 * S22,
    )
    determinant, area = S11 * S22 - S12**2, a * q - b * p

    def proof(k: Proof) -> Any:
        k.show(determinant, ">", 0, by=[k.hypothesis(0)])
        k.show(T[0] * T[2] - T[1] ** 2, ">", 0, by=[k.sign(area**2 * determinant, ">")])
        return k.identity(_quadratic(mapped, T), _quadratic((u, w), S))

    given = ((S11 * S22 - S12**2, ">", 0), (area**2, ">", 0))
    before, after = (S, T) if covariance else ((1, 0, 1), (1, 0, 1))
    return ForAll(domain, _quadratic(mapped, after), "==", c * _quadratic((u, w), before), given), chain(proof)


score_is_affine_invariant.false_if("it were 1 % larger", c=_ONE_PERCENT)
score_is_affine_invariant.false_if("the covariance were left out: the Euclidean distance", covariance=0)


# -- pre-processing x + eps sign(grad M) ----------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_INPUT, expected="proved", strength="identity",
    assumptions=(_DIAGONAL, "u = |x - mu| per coordinate, none zero: sign(grad M) points towards the mean"),
    says=r"\sum_i\frac{(u_i-\varepsilon)^2}{v_i}-\sum_i\frac{u_i^2}{v_i}"
    r"=\varepsilon\Bigl(\varepsilon\sum_i\frac1{v_i}-2\sum_i\frac{u_i}{v_i}\Bigr)",
)  # fmt: skip
def change_of_the_score(c: Constant = 1) -> Stated:
    """Minus the change of the nearest class's term: it rises exactly as long as the bracket is negative."""
    domain, each = Domain("eps in (0,oo)"), Domain("u in (0,oo), v in (0,oo)")
    (eps,), (u, v) = domain, each
    change, value = Sig((u - eps) ** 2 / v) - Sig(u**2 / v), eps * (eps * Sig(1 / v) - 2 * Sig(u / v))

    def sample(rng: random.Random) -> Any:
        rows = [{"u": Fraction(rng.randint(1, 9)), "v": Fraction(rng.randint(1, 5))} for _ in range(rng.randint(1, 3))]
        return {"eps": Fraction(rng.randint(1, 30), 10)}, rows

    return ForEveryN(domain, each, (), change, "==", c * value), chain(lambda k: k.identity(change, value), sample)


@claim(
    paper=_PAPER, where=_INPUT, expected="proved", strength="lower",
    corrects="mahalanobis.preprocessing_always_raises_the_score",
    assumptions=(_DIAGONAL, "u = |x - mu| per coordinate, none zero: sign(grad M) points towards the mean"),
    uses=("mahalanobis.change_of_the_score",),
    says=r"\varepsilon\sum_i\frac1{v_i}\le2\sum_i\frac{u_i}{v_i}\ \Rightarrow\ "
    r"\sum_i\frac{(u_i-\varepsilon)^2}{v_i}\le\sum_i\frac{u_i^2}{v_i}",
)  # fmt: skip
def small_step_raises_the_score(c: Constant = 1) -> Stated:
    """The term of the nearest class rises, so the largest term does; in any dimension."""
    domain, each = Domain("eps in (0,oo)"), Domain("u in (0,oo), v in (0,oo)")
    (eps,), (u, v) = domain, each
    before, after = Sig(u**2 / v), Sig((u - eps) ** 2 / v)

    def proof(k: Proof) -> Any:
        return k.show(after, "<=", before, by=[(eps, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows = [{"u": Fraction(rng.randint(1, 9)), "v": Fraction(rng.randint(1, 5))} for _ in range(rng.randint(1, 3))]
        weight = sum((1 / row["v"] for row in rows), Fraction(0))
        pull = 2 * sum((row["u"] / row["v"] for row in rows), Fraction(0)) + Fraction(1, 10)
        return {"eps": pull / weight * Fraction(rng.randint(5, 11), 10)}, rows

    given = ((2 * c * Sig(u / v), ">=", eps * Sig(1 / v)),)
    return ForEveryN(domain, each, given, after, "<=", before), chain(proof, sample)


@claim(
    paper=_PAPER, where=_INPUT + ", read for every eps", expected="refuted", strength="lower",
    says=r"M(x+\varepsilon\,\mathrm{sign}\,\nabla M(x))\ge M(x)\quad\text{for every}\ \varepsilon>0",
)  # fmt: skip
def preprocessing_always_raises_the_score(cap: Constant = 0) -> Stated:
    """A step longer than twice the distance overshoots; one coordinate, distance u, variance v."""
    domain = Domain("u in (0,10], v in [1/10,10], f in (0,1]")
    u, v, f = domain
    step = 2 * u * f if cap else f
    lhs, rhs = (u - step) ** 2 / v, u**2 / v

    def proof(k: Proof) -> Any:
        return k.show(lhs, "<=", rhs, by=[k.sign(4 * u**2 * f * (1 - f) / v, ">=")])

    return ForAll(domain, lhs, "<=", rhs), chain(proof)


change_of_the_score.false_if("it were 1 % larger", c=_ONE_PERCENT)
small_step_raises_the_score.false_if("the step might be twice as long", c=2)
preprocessing_always_raises_the_score.true_if("the step were at most twice the distance", cap=1)
