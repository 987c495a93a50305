r"""From the estimates to regret: bias of the ridge, second moments of costs, and what the bonus pays for.

The covariance is exact, features are of norm at most 1, h <= H layers are left, and Q is linear with weights of norm at
most ``sqrt(d) h``. N(s, a) is ``|phi(s, a)|_S^2``, the bonus ``b(s, a) = beta (N(s, a) + E_{a' ~ pi} N(s, a'))``
with ``beta = b1 + b2``: b1 pays for the bias, b2 for the second moments. The bounds are added up in
`theory.online.adversarial_mdp.regret_bounds`.
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

_WHERE = "regret of linear MDPs"
_LESS = Fraction(99, 100)
_EIGEN = Domain("f in (-oo,oo), t in (-oo,oo), lam in [0,oo), r in (0,oo)")


@claim(
    paper=PAPER,
    where=_WHERE + ": the bias of the estimates",
    expected="proved",
    strength="identity",
    assumptions=(
        "the classes are the eigenvalues of Sigma, r = 1/(lam + gamma); f and t are phi and the weights of Q",
        "the mean of the estimate is phi' S Sigma theta: given what is visited, the mean of L is Q there",
    ),
    says=r"Q-\mathbb E\hat Q=\phi'\theta-\phi'S\Sigma\theta=\gamma\,\phi'S\theta",
)
def ridge_bias(factor: Constant = 1) -> Stated:
    """1 - lam/(lam + gamma) = gamma/(lam + gamma), for each eigenvalue."""
    (gamma,), (f, t, lam, r) = Domain("gamma in (0,oo)"), _EIGEN
    left, right = Sig(f * t) - Sig(f * lam * t * r), gamma * Sig(f * t * r)

    def proof(k: Proof) -> Any:
        inverse = k.hypothesis(0)
        row = k.show(f * t - f * lam * t * r, "==", gamma * f * t * r, by=[(-f * t, inverse)])
        return k.show(left, "==", right, by=[k.sum_up(row)])

    def sample(rng: random.Random) -> Any:
        gamma = Fraction(rng.randint(1, 4))
        rows = [{n: Fraction(rng.randint(1, 4)) for n in ("f", "t", "lam")} for _ in range(rng.randint(1, 3))]
        return {"gamma": gamma}, [row | {"r": 1 / (row["lam"] + gamma)} for row in rows]

    given = ((r * (lam + gamma), "==", 1),)
    statement = ForEveryN(Domain("gamma in (0,oo)"), _EIGEN, given, left, "==", factor * right)
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the bias, paid by the bonus",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the eigenvalues of Sigma, r = 1/(lam + gamma); f is phi",
        "t are the weights of Q or their negatives: both signs of the bias",
    ),
    uses=(f"{PAPER}.ridge_bias",),
    says=r"\gamma\,\phi'S\theta\le b_1|\phi|_S^2+\frac{\gamma d\,h^2}{4b_1},\quad|\theta|^2\le d\,h^2",
)
def bias_below_bonus(quarter: Constant = Fraction(1, 4)) -> Stated:
    """A square in each coordinate, and gamma/(lam + gamma) <= 1."""
    domain = Domain("gamma in (0,oo), b1 in (0,oo), d in [1,oo), h in (0,oo)")
    (gamma, b1, d, h), (f, t, lam, r) = domain, _EIGEN
    left, norm = gamma * Sig(f * t * r), Sig(f**2 * r)
    given = ((Sig(t**2), "<=", d * h**2), (r * (lam + gamma), "==", 1))

    def proof(k: Proof) -> Any:
        square = k.sign(b1 * r * (f - gamma * t / (2 * b1)) ** 2, ">=")
        rest = k.sign(gamma * lam * r * t**2 / (4 * b1), ">=")
        by = [square, rest, (gamma * t**2 / (4 * b1), k.hypothesis(1))]
        row = k.show(gamma * f * t * r, "<=", b1 * f**2 * r + gamma * t**2 / (4 * b1), by=by)
        by = [k.sum_up(row), (gamma / (4 * b1), k.hypothesis(0))]
        return k.show(left, "<=", b1 * norm + gamma * d * h**2 / (4 * b1), by=by)

    def sample(rng: random.Random) -> Any:
        gamma, b1, h = (Fraction(rng.randint(1, 4)) for _ in range(3))
        row = {"t": h, "lam": Fraction(0), "f": gamma * h / (2 * b1), "r": 1 / gamma}
        return {"gamma": gamma, "b1": b1, "d": Fraction(1), "h": h}, [row]

    right = b1 * norm + quarter * gamma * d * h**2 / b1
    return ForEveryN(domain, _EIGEN, given, left, "<=", right), chain(proof, sample=sample)


_STATE = Domain("p in [0,1], y in [0,1], N in [0,oo), v in [0,oo), B in [0,oo)")


@claim(
    paper=PAPER,
    where=_WHERE + ": the mean estimate is not far below 0",
    expected="proved",
    strength="tight",
    assumptions=(
        "the classes are the eigenvalues of Sigma, r = 1/(lam + gamma); f and t are phi and the weights of Q",
        "w = sqrt(d) h; approached as gamma tends to 0",
    ),
    uses=(f"{PAPER}.ridge_bias",),
    says=r"\mathbb E\hat Q=\phi'S\Sigma\theta\ge-w,\quad|\phi|\le1,\ |\theta|\le w",
)
def mean_at_least(factor: Constant = 1) -> Stated:
    """A square in each coordinate, and lam/(lam + gamma) <= 1."""
    domain = Domain("gamma in (0,oo), w in (0,oo)")
    (gamma, w), (f, t, lam, r) = domain, _EIGEN
    mean = Sig(f * lam * t * r)
    given = ((Sig(f**2), "<=", 1), (Sig(t**2), "<=", w**2), (r * (lam + gamma), "==", 1))

    def proof(k: Proof) -> Any:
        unit, small, inverse = (k.hypothesis(i) for i in range(3))
        halves = w * f**2 / 2 + t**2 / (2 * w)
        by = [k.sign(lam * r * w * (f + t / w) ** 2 / 2, ">="), k.sign(gamma * r * halves, ">="), (-halves, inverse)]
        row = k.show(-f * lam * t * r, "<=", halves, by=by)
        return k.show(mean, ">=", -w, by=[k.sum_up(row), (w / 2, unit), (1 / (2 * w), small)])

    def sample(rng: random.Random) -> Any:
        gamma, w = Fraction(1, 1000), Fraction(rng.randint(1, 4))
        return {"gamma": gamma, "w": w}, [{"f": Fraction(1), "t": -w, "lam": Fraction(1), "r": 1 / (1 + gamma)}]

    return ForEveryN(domain, _EIGEN, given, mean, ">=", -factor * w), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": estimate and bonus in a second moment",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the trajectories, finitely many; given the policy, the bonus B is a number",),
    uses=(f"{PAPER}.mean_at_least",),
    says=r"\mathbb E(\hat Q-B)^2\le\mathbb E\hat Q^2+B(B+2w),\quad\mathbb E\hat Q\ge-w,\ B\ge0",
)
def moment_of_cost(factor: Constant = 1) -> Stated:
    """Multiply out: the product of estimate and bonus is hardly negative in the mean, so that no 2 is needed."""
    domain, each = Domain("B in [0,oo), w in [0,oo)"), Domain("q in [0,1], Q in (-oo,oo)")
    (B, w), (q, Q) = domain, each
    given = ((Sig(q), "==", 1), (Sig(q * Q), ">=", -w))
    left, moment = Sig(q * (Q - B) ** 2), Sig(q * Q**2)

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", moment + B * (B + 2 * w), by=[(B**2, k.hypothesis(0)), (2 * B, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        w, B = Fraction(rng.randint(1, 4)), Fraction(rng.randint(1, 4))
        return {"w": w, "B": B}, [{"q": Fraction(1), "Q": -w}]

    return ForEveryN(domain, each, given, left, "<=", moment + factor * B * (B + 2 * w)), chain(proof, sample=sample)


def _state_sample(rng: random.Random, price: Fraction, room: Fraction) -> Any:
    """Return a state where the play and the comparator differ, all moments and the bonus as large as allowed."""
    eta, b1, H = Fraction(rng.randint(1, 4), 4), Fraction(rng.randint(0, 2), 4), Fraction(rng.randint(1, 3))
    N, B = Fraction(rng.randint(1, 3)), room / (price * eta * H) / 2
    rows = [
        {"p": Fraction(1), "y": Fraction(0), "N": N, "v": H**2 * N, "B": B},
        {"p": Fraction(0), "y": Fraction(1), "N": Fraction(0), "v": Fraction(0), "B": B},
    ]
    return {"eta": eta, "b1": b1, "h": H, "H": H, "w": B / 2}, rows


def _paid(price: Fraction, room: Constant, share: Constant) -> Stated:
    """Return that the bonus of a state pays: second moments of costs count ``price eta``."""
    import sympy

    domain = Domain("eta in (0,oo), b1 in [0,oo), h in (0,oo), H in [1,oo), w in [0,oo)")
    (eta, b1, h, H, w), (p, y, N, v, B) = domain, _STATE
    a = sympy.Rational(price)
    given = ((Sig(y), "==", 1), (v, "<=", h**2 * N), (a * eta * H * (B + 2 * w), "<=", room))
    bias = b1 * (Sig(p * N) + Sig(y * N))
    left = bias + a * eta * (Sig(p * v) + Sig(p * B * (B + 2 * w)))

    def paid(part: Any) -> Any:
        return (b1 + part * a * eta * h**2) * (Sig(y * N) + Sig(y) * Sig(p * N)) + Sig(p * B) / H

    def proof(k: Proof) -> Any:
        one, moment, low = (k.hypothesis(i) for i in range(3))
        first = k.sum_up(k.show(p * v, "<=", p * h**2 * N, by=[(p, moment)]))
        row = k.show(p * a * eta * B * (B + 2 * w), "<=", p * B / H, by=[(p * B / H, low)])
        rest = k.sign(a * eta * h**2 * Sig(y * N), ">=")
        by = [(a * eta, first), k.sum_up(row), rest, ((b1 + a * eta * h**2) * Sig(p * N), one)]
        return k.show(left, "<=", paid(1), by=by)

    def sample(rng: random.Random) -> Any:
        return _state_sample(rng, price, Fraction(room))

    return ForEveryN(domain, _STATE, given, left, "<=", paid(share)), chain(proof, sample=sample)


_STATE_SAYS = (
    "the classes are the actions of one state: p is pi, y is pi*, N the squared norm, v the mean squared estimate, "
    "B the dilated bonus"
)
_BIAS_TWICE = "with bias_below_bonus in both distributions, gamma d h^2/(2 b1) is added"
_MEAN = "the mean squared cost is at most v + B (B + 2w) by moment_of_cost, w = sqrt(d) H"


@claim(
    paper=PAPER,
    where=_WHERE + ": the bonus pays, log barrier",
    expected="proved",
    strength="tight",
    assumptions=(
        _STATE_SAYS,
        "v <= h^2 N by moment_below_norm; the price of a round is (eta/4) Var(Qhat - B), at most that of the squares",
        _MEAN,
        _BIAS_TWICE,
    ),
    uses=(f"{PAPER}.bias_below_bonus", f"{PAPER}.moment_of_cost", f"{PAPER}.moment_below_norm"),
    says=r"b_1(\langle\pi,N\rangle+\langle\pi^*,N\rangle)+\tfrac\eta4\bigl(\langle\pi,v\rangle+"
    r"\langle\pi,B(B+2w)\rangle\bigr)"
    r"\le\langle\pi^*,b\rangle+\tfrac1H\langle\pi,B\rangle,\quad\beta=b_1+\tfrac14\eta h^2,"
    r"\ \tfrac14\eta H(B+2w)\le1",
)
def barrier_bonus_pays(room: Constant = 1, share: Constant = 1) -> Stated:
    """Second moments by the rest of beta, the squared bonus by the dilation."""
    return _paid(Fraction(1, 4), room, share)


@claim(
    paper=PAPER,
    where=_WHERE + ": the bonus pays, exponential weights",
    expected="proved",
    strength="tight",
    assumptions=(
        _STATE_SAYS,
        "v <= h^2 N by reduced_second_moment and moment_below_norm",
        "the price of a round is (5/6) eta <pi, (Qhat - B)^2>, by five_sixths and ln x <= x - 1",
        _MEAN,
        _BIAS_TWICE,
    ),
    uses=(
        f"{PAPER}.bias_below_bonus",
        f"{PAPER}.moment_of_cost",
        f"{PAPER}.reduced_second_moment",
        f"{PAPER}.five_sixths",
    ),
    says=r"b_1(\langle\pi,N\rangle+\langle\pi^*,N\rangle)+\tfrac56\eta\bigl(\langle\pi,v\rangle+"
    r"\langle\pi,B(B+2w)\rangle\bigr)"
    r"\le\langle\pi^*,b\rangle+\tfrac1H\langle\pi,B\rangle,\quad\beta=b_1+\tfrac56\eta h^2,"
    r"\ \tfrac56\eta H(B+2w)\le1",
)
def exponential_bonus_pays(room: Constant = 1, share: Constant = 1) -> Stated:
    """As for the log barrier, with 5/6 for 1/4."""
    return _paid(Fraction(5, 6), room, share)


@claim(
    paper=PAPER,
    where=_WHERE + ": the exponential below a parabola",
    expected="proved",
    strength="upper",
    assumptions=("x is eta times a cost",),
    says=r"e^{-x}\le1-x+\tfrac56x^2,\quad x\ge-\tfrac43",
)
def five_sixths(factor: Constant = Fraction(5, 6), least: Constant = Fraction(4, 3)) -> Stated:
    """The parabola that meets the exponential at 4/3."""
    import sympy

    from theory.online.claims_exp2_rounds import parabola

    domain = Domain("u in (-oo,oo)")
    (u,) = domain
    y = sympy.Rational(4, 3)
    price = (sympy.exp(y) - 1 - y) / y**2

    def proof(k: Proof) -> Any:
        above = k.apply(parabola, {"u": u, "y": y}, given=[k.hypothesis(0)])
        rest = k.sign((sympy.Rational(5, 6) - price) * u**2, ">=")
        return k.show(sympy.exp(u), "<=", 1 + u + sympy.Rational(5, 6) * u**2, by=[above, rest])

    statement = ForAll(domain, sympy.exp(u), "<=", 1 + u + factor * u**2, given=((u, "<=", least),))
    return statement, chain_at(proof, {"u": Fraction(4, 3)}, {"u": Fraction(3, 2)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the comparator of the log barrier",
    expected="proved",
    strength="upper",
    assumptions=(
        "the classes are the A actions of a state, s is pi*, Q that of pi*; e = 1/K mixes the comparator with 1/A",
        "weighted with the visits of the mixed policy and summed over layers, H (H+1)/(2K) an episode",
    ),
    says=r"\Bigl\langle(1-e)\pi^*+\frac eA-\pi^*,Q\Bigr\rangle\le e\,h,\quad0\le Q\le h",
)
def mixed_comparator(factor: Constant = 1) -> Stated:
    """No loss to come exceeds h. The mixed policy is what the learner is compared with, so that no bonus enters."""
    import sympy

    domain, each = Domain("A in [1,oo), e in (0,1], h in (0,oo)"), Domain("s in [0,1], Q in [0,oo)")
    (A, e, h), (s, Q) = domain, each
    given = ((Sig(s), "==", 1), (Sig(sympy.Integer(1)), "==", A), (Q, "<=", h))
    left = Sig(((1 - e) * s + e / A - s) * Q)

    def proof(k: Proof) -> Any:
        _, count, most = (k.hypothesis(i) for i in range(3))
        row = k.show(((1 - e) * s + e / A - s) * Q, "<=", e * h / A, by=[(e / A, most), k.sign(e * s * Q, ">=")])
        return k.show(left, "<=", e * h, by=[k.sum_up(row), (-e * h / A, count)])

    def sample(rng: random.Random) -> Any:
        h, A = Fraction(rng.randint(1, 4)), 20
        rows = [{"s": Fraction(0), "Q": h} for _ in range(A - 1)]
        return {"A": Fraction(A), "e": Fraction(1, 2), "h": h}, [{"s": Fraction(1), "Q": Fraction(0)}, *rows]

    return ForEveryN(domain, each, given, left, "<=", factor * e * h), chain(proof, sample=sample)


ridge_bias.false_if("the ridge counted 1 % less", factor=_LESS)
bias_below_bonus.false_if("the constant were 1 % smaller", quarter=Fraction(99, 400))
barrier_bonus_pays.false_if("the bonus had 1 % more room", room=Fraction(101, 100))
barrier_bonus_pays.false_if("beta less b1 were 1 % smaller", share=_LESS)
exponential_bonus_pays.false_if("the bonus had 1 % more room", room=Fraction(101, 100))
exponential_bonus_pays.false_if("beta less b1 were 1 % smaller", share=_LESS)
mean_at_least.false_if("w were 1 % smaller", factor=_LESS)
moment_of_cost.false_if("the bonus counted 1 % less", factor=_LESS)
five_sixths.false_if("it were 0.82", factor=Fraction(82, 100))
five_sixths.false_if("x >= -3/2 sufficed", least=Fraction(3, 2))
mixed_comparator.false_if("it were 6 % smaller", factor=Fraction(94, 100))
