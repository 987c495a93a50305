r"""Covariances without a simulator: what half an epoch tells of the covariance, and the bias that is left.

The policy is kept for W episodes. A random half of them gives the weighted covariance, ``hat S = (gamma I + mean of
c phi phi')^{-1}``, the others the estimates. With chance ``1 - delta`` whitened covariances stay within a half (the
matrix Chernoff bound of `theory.online.adversarial_mdp.claims_mdp_concentration`), so that ``hat S <= 2 S``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.claims_mdp_concentration import draws_for_a_half, whitened_parts

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "without a simulator: half an epoch"
_LESS = Fraction(99, 100)


@claim(
    paper=PAPER,
    where=_WHERE + ": one whitened term with its weight",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "the classes are the eigenvalues lam of the weighted Sigma, r = 1/sqrt(lam + gamma); x is any unit vector, "
            "f phi"
        ),
        "the left side is the quadratic form of W^{-1/2} (gamma I + c phi phi') W^{-1/2} at x, c the weight",
    ),
    says=r"\gamma\sum_ix_i^2r_i^2+c\Bigl(\sum_ix_if_ir_i\Bigr)^2\le1+\frac H\gamma,"
    r"\quad|x|=1,\ |\phi|\le1,\ r_i^2\le\tfrac1\gamma,\ c\le H",
)
def weighted_term(factor: Constant = 1) -> Stated:
    """The inner product is at most |phi|_S, by a square; and each eigenvalue of W is at least gamma."""
    domain = Domain("gamma in (0,oo), H in [1,oo), c in [0,oo)")
    each = Domain("x in (-oo,oo), f in (-oo,oo), r in (0,oo)")
    (gamma, H, c), (x, f, r) = domain, each
    given = ((Sig(x**2), "==", 1), (Sig(f**2), "<=", 1), (gamma * r**2, "<=", 1), (c, "<=", H))
    inner = Sig(x * f * r)
    left = gamma * Sig(x**2 * r**2) + c * inner**2

    def proof(k: Proof) -> Any:
        unit, small, weight = (k.hypothesis(i) for i in (0, 1, 3))
        norm, share, part = whitened_parts(k, gamma, x, f, r)
        most = k.show(inner**2, "<=", 1 / gamma, by=[norm, part, (1 / gamma, small)])
        return k.show(left, "<=", 1 + H / gamma, by=[share, unit, (c, most), (1 / gamma, weight)])

    def sample(rng: random.Random) -> Any:
        r, H = Fraction(rng.randint(1, 4), rng.randint(1, 3)), Fraction(rng.randint(1, 4))
        return {"gamma": 1 / r**2, "H": H, "c": H}, [{"x": Fraction(1), "f": Fraction(1), "r": r}]

    statement = ForEveryN(domain, each, given, left, "<=", factor * (1 + H / gamma))
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": how long",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "W/2 episodes, independent given the policy; R = 1 + H/gamma (weighted_term); the left side is the sum of "
            "the two tails of the matrix Chernoff bound, which is quoted: the chance that a whitened eigenvalue leaves "
            "[1/2, 3/2]"
        ),
    ),
    uses=(f"{PAPER}.weighted_term", f"{PAPER}.draws_for_a_half"),
    says=r"d\,e^{-\frac{W\gamma}{2(H+\gamma)}\left(\frac12\ln\frac12+\frac12\right)}"
    r"+d\,e^{-\frac{W\gamma}{2(H+\gamma)}\left(\frac32\ln\frac32-\frac12\right)}\le\delta,"
    r"\quad W\ge\frac{37}2\Bigl(1+\frac H\gamma\Bigr)\ln\frac{2d}\delta",
)
def half_epoch(count: Constant = Fraction(37, 2)) -> Stated:
    """The number of trajectories for the ridge gamma/H, twice."""
    import sympy

    domain = Domain("W in (0,oo), gamma in (0,oo), H in [1,oo), d in [1,oo), delta in (0,1)")
    W, gamma, H, d, delta = domain
    half = sympy.Rational(1, 2)
    low, high = half - half * sympy.log(2), 3 * half * sympy.log(3 * half) - half
    s = W * gamma / (2 * (H + gamma))
    left = d * sympy.exp(-s * low) + d * sympy.exp(-s * high)
    needed = (1 + H / gamma) * sympy.log(2 * d / delta)

    def proof(k: Proof) -> Any:
        enough = k.show(W / 2, ">=", sympy.Rational(37, 4) * needed, by=[(half, k.hypothesis(0))])
        values = {"M": W / 2, "gamma": gamma / H, "d": d, "delta": delta}
        return k.show(left, "<=", delta, by=[k.apply(draws_for_a_half, values, given=[enough])])

    statement = ForAll(domain, left, "<=", delta, given=((W, ">=", count * needed),))
    return statement, chain_at(proof, {"W": 140, "gamma": 1, "H": 1, "d": 1, "delta": Fraction(1, 1000)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the ridge that an epoch allows",
    expected="proved",
    strength="upper",
    assumptions=("L is ln(2d/delta): gamma = 37 H L/W is enough for half_epoch, a ridge of the order 1/W",),
    uses=(f"{PAPER}.half_epoch",),
    says=r"\frac{37}2\Bigl(1+\frac H\gamma\Bigr)L\le W,\quad\gamma=\frac{37HL}W,\ W\ge37L",
)
def epoch_ridge(least: Constant = 37) -> Stated:
    """Half of W for each term."""
    import sympy

    domain = Domain("W in (0,oo), H in [1,oo), L in (0,oo)")
    W, H, L = domain
    gamma = 37 * H * L / W
    left, half = sympy.Rational(37, 2) * (1 + H / gamma) * L, sympy.Rational(1, 2)

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", W, by=[(half, k.hypothesis(0))])

    statement = ForAll(domain, left, "<=", W, given=((W, ">=", least * L),))
    return statement, chain_at(proof, {"W": 36, "H": 1, "L": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": the bias of an estimate, d = 2",
    expected="proved",
    strength="identity",
    assumptions=(
        (
            "Sigma = (s11, s12; s12, s22), hat Sigma = (t11, t12; t12, t22); g = hat S phi, that is phi = (gamma I + "
            "hat Sigma) g; theta are the weights of Q, the estimate's mean given the first half is phi' hat S Sigma "
            "theta"
        ),
        "an accuracy of a half alone leaves a bias of the order of Q: the second term needs sampled_moment",
    ),
    says=r"\phi'\theta-\phi'\hat S\Sigma\theta=\phi'\hat S\bigl(\gamma\theta+(\hat\Sigma-\Sigma)\theta\bigr)",
)
def half_epoch_bias(ridge: Constant = 1) -> Stated:
    """Multiply out."""
    names = "g1 g2 a b s11 s12 s22 t11 t12 t22".split()
    domain = Domain(", ".join(["gamma in (0,oo)", *(f"{n} in (-oo,oo)" for n in names)]))
    gamma, g1, g2, a, b, s11, s12, s22, t11, t12, t22 = domain
    f1, f2 = (gamma + t11) * g1 + t12 * g2, t12 * g1 + (gamma + t22) * g2
    left = f1 * a + f2 * b - g1 * (s11 * a + s12 * b) - g2 * (s12 * a + s22 * b)
    first = ridge * gamma * a + (t11 - s11) * a + (t12 - s12) * b
    second = ridge * gamma * b + (t12 - s12) * a + (t22 - s22) * b
    right = g1 * first + g2 * second
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": the error of the covariance at the weights of Q",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "the classes are the pairs of a layer: w the chance of a pair and its weight c, N is |phi|_S^2, Q is phi' "
            "theta"
        ),
        (
            "E[c N] <= d by effective_dimension; the mean over n independent episodes has n times less: E |(hat Sigma "
            "- Sigma) theta|_S^2 <= H d h^2/n, variances being at most second moments"
        ),
    ),
    uses=(f"{PAPER}.effective_dimension",),
    says=r"\mathbb E\bigl[c^2|\phi|_S^2(\phi'\theta)^2\bigr]\le Hd\,h^2,\quad\mathbb E[c|\phi|_S^2]\le d,\ 0"
    r"\le Q\le h,\ c\le H",
)
def sampled_moment(factor: Constant = 1) -> Stated:
    """c^2 Q^2 <= H h^2 c."""
    domain = Domain("H in [1,oo), h in (0,oo), d in [1,oo)")
    each = Domain("w in [0,1], c in [0,oo), N in [0,oo), Q in [0,oo)")
    (H, h, d), (w, c, N, Q) = domain, each
    given = ((Sig(w * c * N), "<=", d), (Q, "<=", h), (c, "<=", H))
    left = Sig(w * c**2 * N * Q**2)

    def proof(k: Proof) -> Any:
        mass, value, weight = (k.hypothesis(i) for i in range(3))
        by = [(w * c**2 * N * (Q + h), value), (w * c * N * h**2, weight)]
        row = k.show(w * c**2 * N * Q**2, "<=", H * h**2 * w * c * N, by=by)
        return k.show(left, "<=", H * d * h**2, by=[k.sum_up(row), (H * h**2, mass)])

    def sample(rng: random.Random) -> Any:
        H, h, d = (Fraction(rng.randint(1, 4)) for _ in range(3))
        return {"H": H, "h": h, "d": d}, [{"w": 1 / H, "c": H, "N": d, "Q": h}]

    return ForEveryN(domain, each, given, left, "<=", factor * H * d * h**2), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the bias, added up",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "t is gamma^2 |theta|_S^2 <= gamma |theta|^2, v the mean of |(hat Sigma - Sigma) theta|_S^2, n = W/2; L is "
            "ln(2d/delta), at least ln 2"
        ),
        (
            "where whitened eigenvalues stay within a half (half_epoch), hat S <= 2 S, the left side bounds the mean "
            "of |gamma theta + (hat Sigma - Sigma) theta|^2 in hat S: times 1/(4 b1), and with b1 |phi|^2 in hat S, it "
            "bounds the mean bias, of the order of that of the ridge alone"
        ),
    ),
    uses=(f"{PAPER}.half_epoch_bias", f"{PAPER}.sampled_moment", f"{PAPER}.epoch_ridge"),
    says=r"2\cdot2(t+v)\le\tfrac{164}{37}\gamma d\,h^2,\quad t\le\gamma d\,h^2,\ nv"
    r"\le Hd\,h^2,\ n\gamma\ge\tfrac{37}2HL,"
    r"\ L\ge\tfrac12",
)
def bias_added_up(bound: Constant = Fraction(164, 37)) -> Stated:
    """The error of the covariance is at most 4/37 of the ridge's part."""
    import sympy

    domain = Domain("gamma in (0,oo), d in [1,oo), h in (0,oo), H in [1,oo), n in (0,oo), L in (0,oo), "
                    "t in [0,oo), v in [0,oo)")  # fmt: skip
    gamma, d, h, H, n, L, t, v = domain
    size, count = d * h**2, sympy.Rational(37, 2)
    given = ((t, "<=", gamma * size), (n * v, "<=", H * size), (n * gamma, ">=", count * H * L),
             (L, ">=", sympy.Rational(1, 2)))  # fmt: skip

    def proof(k: Proof) -> Any:
        ridge, error, width, log = (k.hypothesis(i) for i in range(4))
        first = k.show(v, "<=", H * size / n, by=[(1 / n, error)])
        second = k.show(H * size / n, "<=", size * gamma / (count * L), by=[(size / (count * L * n), width)])
        third = k.show(size * gamma / (count * L), "<=", 4 * size * gamma / 37, by=[(4 * size * gamma / (37 * L), log)])
        by = [(4, ridge), (4, first), (4, second), (4, third)]
        return k.show(4 * (t + v), "<=", sympy.Rational(164, 37) * gamma * size, by=by)

    statement = ForAll(domain, 4 * (t + v), "<=", bound * gamma * size, given=given)
    hard = {"gamma": 37, "d": 1, "h": 1, "H": 4, "n": 1, "L": Fraction(1, 2), "t": 37, "v": 4}
    return statement, chain_at(proof, hard)


weighted_term.false_if("it were 1 % smaller", factor=_LESS)
half_epoch.false_if("8 were enough instead of 37/2", count=8)
epoch_ridge.false_if("W >= 35 L were enough", least=35)
half_epoch_bias.false_if("the ridge counted 1 % less", ridge=_LESS)
sampled_moment.false_if("it were 1 % smaller", factor=_LESS)
bias_added_up.false_if("the constant were 4", bound=4)
