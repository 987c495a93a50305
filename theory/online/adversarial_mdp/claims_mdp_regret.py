r"""From the estimates to regret: bias of the ridge, what the bonus pays for, and the conditions on step and ridge.

The covariance is exact, features are of norm at most 1, h <= H layers are left, and Q is linear with weights of norm at
most ``sqrt(d) h``. N(s, a) is ``|phi(s, a)|_S^2``, the bonus ``b(s, a) = beta (N(s, a) + E_{a' ~ pi} N(s, a'))``
with ``beta = b1 + b2``: b1 pays for the bias, b2 for the second moments. The bounds are added up in
`theory.online.adversarial_mdp.regret_bounds`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.claims_mdp_dilated_bonus import dilation_below_e
from theory.online.hard_points import chain_at

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


def _state_sample(rng: random.Random, limit: Fraction) -> Any:
    """Return a state where the play and the comparator differ, all moments as large as allowed, eta H B = limit."""
    eta, b1, H = Fraction(rng.randint(1, 4), 4), Fraction(rng.randint(0, 2), 4), Fraction(rng.randint(1, 3))
    N, B = Fraction(rng.randint(1, 3)), limit / (eta * H)
    rows = [
        {"p": Fraction(1), "y": Fraction(0), "N": N, "v": H**2 * N, "B": B},
        {"p": Fraction(0), "y": Fraction(1), "N": Fraction(0), "v": Fraction(0), "B": B},
    ]
    return {"eta": eta, "b1": b1, "h": H, "H": H}, rows


def _paid(second: Any, limit: Fraction, room: Constant, share: Constant) -> Stated:
    """Return that the bonus of a state pays: second moments count ``second eta``, eta H B is at most ``limit``."""
    domain = Domain("eta in (0,oo), b1 in [0,oo), h in (0,oo), H in [1,oo)")
    (eta, b1, h, H), (p, y, N, v, B) = domain, _STATE
    given = ((Sig(y), "==", 1), (v, "<=", h**2 * N), (eta * H * B, "<=", room * limit))
    beta = b1 + share * second * eta * h**2
    bias = b1 * (Sig(p * N) + Sig(y * N))
    paid = beta * (Sig(y * N) + Sig(y) * Sig(p * N)) + Sig(p * B) / H
    left = bias + second * eta * (Sig(p * v) + Sig(p * B**2))

    def proof(k: Proof) -> Any:
        one, moment, low = (k.hypothesis(i) for i in range(3))
        first = k.sum_up(k.show(p * v, "<=", p * h**2 * N, by=[(p, moment)]))
        row = k.show(p * second * eta * B**2, "<=", p * B / H, by=[(p * B * second / H, low)])
        rest = k.sign(second * eta * h**2 * Sig(y * N), ">=")
        exact_bonus = (b1 + second * eta * h**2) * (Sig(y * N) + Sig(y) * Sig(p * N)) + Sig(p * B) / H
        by = [(second * eta, first), k.sum_up(row), rest, ((b1 + second * eta * h**2) * Sig(p * N), one)]
        return k.show(left, "<=", exact_bonus, by=by)

    def sample(rng: random.Random) -> Any:
        return _state_sample(rng, limit * Fraction(room))

    return ForEveryN(domain, _STATE, given, left, "<=", paid), chain(proof, sample=sample)


_STATE_SAYS = (
    "the classes are the actions of one state: p is pi, y is pi*, N the squared norm, v the mean squared estimate, "
    "B the dilated bonus"
)


@claim(
    paper=PAPER,
    where=_WHERE + ": the bonus pays, log barrier",
    expected="proved",
    strength="tight",
    assumptions=(
        _STATE_SAYS,
        "v <= h^2 N by moment_below_norm; the price of a round is (eta/4) Var(Qhat - B), split by split_moments",
        "with bias_below_bonus in both distributions, gamma d h^2/(2 b1) is added",
    ),
    uses=(f"{PAPER}.bias_below_bonus", f"{PAPER}.split_moments", f"{PAPER}.moment_below_norm"),
    says=r"b_1(\langle\pi,N\rangle+\langle\pi^*,N\rangle)+\tfrac\eta2\bigl(\langle\pi,v\rangle+\langle\pi,B^2\rangle\bigr)"
    r"\le\langle\pi^*,b\rangle+\tfrac1H\langle\pi,B\rangle,\quad\beta=b_1+\tfrac12\eta h^2,\ \eta HB\le2",
)
def barrier_bonus_pays(room: Constant = 1, share: Constant = 1) -> Stated:
    """Second moments by b2, the squared bonus by the dilation."""
    import sympy

    return _paid(sympy.Rational(1, 2), Fraction(2), room, share)


@claim(
    paper=PAPER,
    where=_WHERE + ": the bonus pays, exponential weights",
    expected="proved",
    strength="tight",
    assumptions=(
        _STATE_SAYS,
        "v <= h^2 N by reduced_second_moment and moment_below_norm; the price of a round is eta <pi, (Qhat - B)^2>",
        "with bias_below_bonus in both distributions, gamma d h^2/(2 b1) is added",
    ),
    uses=(f"{PAPER}.bias_below_bonus", f"{PAPER}.split_moments", f"{PAPER}.reduced_second_moment"),
    says=r"b_1(\langle\pi,N\rangle+\langle\pi^*,N\rangle)+2\eta\bigl(\langle\pi,v\rangle+\langle\pi,B^2\rangle\bigr)"
    r"\le\langle\pi^*,b\rangle+\tfrac1H\langle\pi,B\rangle,\quad\beta=b_1+2\eta h^2,\ \eta HB\le\tfrac12",
)
def exponential_bonus_pays(room: Constant = 1, share: Constant = 1) -> Stated:
    """As for the log barrier, with four times the second moments."""
    import sympy

    return _paid(sympy.Integer(2), Fraction(1, 2), room, share)


@claim(
    paper=PAPER,
    where=_WHERE + ": estimate and bonus in a second moment",
    expected="proved",
    strength="tight",
    assumptions=("the classes are the actions, p is pi; a variance is at most a second moment",),
    says=r"\langle\pi,(\hat Q-B)^2\rangle\le2\langle\pi,\hat Q^2\rangle+2\langle\pi,B^2\rangle",
)
def split_moments(factor: Constant = 2) -> Stated:
    """(Q + B)^2 >= 0."""
    domain, each = Domain("eta in (0,oo)"), Domain("p in [0,1], Q in (-oo,oo), B in [0,oo)")
    p, Q, B = each

    def proof(k: Proof) -> Any:
        row = k.show(p * (Q - B) ** 2, "<=", 2 * p * Q**2 + 2 * p * B**2, by=[k.sign(p * (Q + B) ** 2, ">=")])
        return k.show(Sig(p * (Q - B) ** 2), "<=", 2 * (Sig(p * Q**2) + Sig(p * B**2)), by=[k.sum_up(row)])

    def sample(rng: random.Random) -> Any:
        B = Fraction(rng.randint(1, 4))
        return {"eta": Fraction(1)}, [{"p": Fraction(1), "Q": -B, "B": B}]

    statement = ForEveryN(domain, each, (), Sig(p * (Q - B) ** 2), "<=", factor * (Sig(p * Q**2) + Sig(p * B**2)))
    return statement, chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": the largest bonus, one layer more",
    expected="proved",
    strength="tight",
    assumptions=(
        "b <= c in every layer; w is the mean of B over the next state and action, m layers are left there; e = 1/H",
        "c = 2 beta/gamma by norm_below_ridge; H layers give H ((1 + 1/H)^H - 1) c",
    ),
    uses=(f"{PAPER}.norm_below_ridge",),
    says=r"w\le c\,\frac{(1+e)^m-1}e\implies b+(1+e)w\le c\,\frac{(1+e)^{m+1}-1}e,\quad e=\tfrac1H,\ b\le c",
)
def largest_bonus_step(factor: Constant = 1) -> Stated:
    """A geometric sum."""
    domain = Domain("e in (0,1], m integer in [0,oo), c in (0,oo), b in [0,oo), w in [0,oo)")
    e, m, c, b, w = domain
    given = ((b, "<=", c), (w, "<=", c * ((1 + e) ** m - 1) / e))

    def proof(k: Proof) -> Any:
        by = [k.hypothesis(0), (1 + e, k.hypothesis(1))]
        return k.show(b + (1 + e) * w, "<=", c * ((1 + e) ** (m + 1) - 1) / e, by=by)

    statement = ForAll(domain, b + (1 + e) * w, "<=", factor * c * ((1 + e) ** (m + 1) - 1) / e, given=given)
    return statement, chain_at(proof, {"e": 1, "m": 1, "c": 1, "b": 1, "w": Fraction(999, 1000)})


def _condition(beta: Any, least: Any, limit: Any, hard: dict[str, Any]) -> Stated:
    """Return that eta H times the largest bonus is at most ``limit`` if gamma >= least (e - 1) eta^2 H^4."""
    import sympy

    domain = Domain("eta in (0,oo), gamma in (0,oo), H in [1,oo)")
    eta, gamma, H = domain
    beta, least = sympy.Integer(beta), sympy.Integer(least)
    size = (1 + 1 / H) ** H - 1
    left = eta * H * (H * size) * (2 * beta * eta * H**2 / gamma)
    top = least * (sympy.E - 1) * eta**2 * H**4

    def proof(k: Proof) -> Any:
        below = k.apply(dilation_below_e, {"H": H})
        coefficient = 2 * beta * eta**2 * H**4 / gamma
        ridge = k.hypothesis(0)
        return k.show(left, "<=", 2 * beta / least, by=[(coefficient, below), (2 * beta / (least * gamma), ridge)])

    statement = ForAll(domain, left, "<=", limit, given=((gamma, ">=", top),))
    return statement, chain_at(proof, hard)


@claim(
    paper=PAPER,
    where=_WHERE + ": the ridge, log barrier",
    expected="proved",
    strength="upper",
    assumptions=("beta = eta H^2; the left side is eta H times the largest dilated bonus, by largest_bonus_step",),
    uses=(f"{PAPER}.largest_bonus_step",),
    says=r"\eta H\cdot H\Bigl[\bigl(1+\tfrac1H\bigr)^H-1\Bigr]\frac{2\eta H^2}\gamma\le2,"
    r"\quad\gamma\ge(e-1)\eta^2H^4",
)
def barrier_ridge(limit: Constant = 2) -> Stated:
    """The dilation is at most e."""
    return _condition(1, 1, limit, {"eta": Fraction(1, 100), "gamma": 171828183, "H": 1000})


@claim(
    paper=PAPER,
    where=_WHERE + ": the ridge, magnitude-reduced exponential weights",
    expected="proved",
    strength="upper",
    assumptions=("beta = 4 eta H^2; the left side is eta H times the largest dilated bonus, by largest_bonus_step",),
    uses=(f"{PAPER}.largest_bonus_step",),
    says=r"\eta H\cdot H\Bigl[\bigl(1+\tfrac1H\bigr)^H-1\Bigr]\frac{8\eta H^2}\gamma\le\tfrac12,"
    r"\quad\gamma\ge16(e-1)\eta^2H^4",
)
def reduced_ridge(limit: Constant = Fraction(1, 2)) -> Stated:
    """The dilation is at most e."""
    return _condition(4, 16, limit, {"eta": Fraction(1, 100), "gamma": 2749250926, "H": 1000})


@claim(
    paper=PAPER,
    where=_WHERE + ": magnitude-reduced costs are never too negative",
    expected="proved",
    strength="upper",
    assumptions=(
        "B is the largest dilated bonus; by reduction_at_least the left side is at least -eta times any cost",
        "that gamma is large enough for the bonus, reduced_ridge, is more than is needed here",
    ),
    uses=(f"{PAPER}.reduction_at_least", f"{PAPER}.reduced_ridge"),
    says=r"\frac{\eta H}{2\sqrt\gamma}+\eta B\le\frac58,\quad\gamma\ge16\,\eta^2H^4,\ \eta HB\le\tfrac12",
)
def reduced_costs(limit: Constant = Fraction(5, 8)) -> Stated:
    """At H = 1 they are 1/8 and 1/2."""
    import sympy

    domain = Domain("eta in (0,oo), root in (0,oo), H in [1,oo), B in [0,oo)")
    eta, root, H, B = domain
    given = ((root, ">=", 4 * eta * H**2), (eta * H * B, "<=", sympy.Rational(1, 2)))
    left = eta * H / (2 * root) + eta * B

    def proof(k: Proof) -> Any:
        first = k.show(eta * H / (2 * root), "<=", 1 / (8 * H), by=[(1 / (8 * H * root), k.hypothesis(0))])
        rest = k.show(
            sympy.Rational(5, 8) / H, "<=", sympy.Rational(5, 8), by=[(sympy.Rational(5, 8), k.sign((H - 1) / H, ">="))]
        )
        return k.show(left, "<=", sympy.Rational(5, 8), by=[first, (1 / H, k.hypothesis(1)), rest])

    statement = ForAll(domain, left, "<=", limit, given=given)
    return statement, chain_at(proof, {"eta": 1, "root": 4, "H": 1, "B": Fraction(1, 2)})


@claim(
    paper=PAPER,
    where=_WHERE + ": the bias in size",
    expected="proved",
    strength="upper",
    assumptions=(
        "s is |phi|_S^2, at most 1/gamma by norm_below_ridge; the left side is the bound of bias_below_bonus",
    ),
    uses=(f"{PAPER}.bias_below_bonus", f"{PAPER}.norm_below_ridge"),
    says=r"b_1|\phi|_S^2+\frac{\gamma d\,h^2}{4b_1}\le\sqrt d\,h,\quad b_1=\tfrac12\gamma\sqrt d\,h",
)
def bias_in_size(factor: Constant = 1) -> Stated:
    """Both terms are at most a half of it; r = sqrt(d)."""
    domain = Domain("gamma in (0,oo), r in [1,oo), h in (0,oo), s in [0,oo)")
    gamma, r, h, s = domain
    b1 = gamma * r * h / 2
    left = b1 * s + gamma * r**2 * h**2 / (4 * b1)

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", r * h, by=[(r * h / 2, k.hypothesis(0))])

    statement = ForAll(domain, left, "<=", factor * r * h, given=((gamma * s, "<=", 1),))
    return statement, chain_at(proof, {"gamma": 1, "r": 1, "h": 1, "s": 1})


ridge_bias.false_if("the ridge counted 1 % less", factor=_LESS)
bias_below_bonus.false_if("the constant were 1 % smaller", quarter=Fraction(99, 400))
barrier_bonus_pays.false_if("eta H B were up to 2.02", room=Fraction(101, 100))
barrier_bonus_pays.false_if("b2 were 1 % smaller", share=_LESS)
exponential_bonus_pays.false_if("eta H B were up to 0.505", room=Fraction(101, 100))
exponential_bonus_pays.false_if("b2 were 1 % smaller", share=_LESS)
split_moments.false_if("2 were 1 % smaller", factor=Fraction(198, 100))
largest_bonus_step.false_if("the bound were 1 % smaller", factor=_LESS)
barrier_ridge.false_if("eta H B were at most 1.98", limit=Fraction(198, 100))
reduced_ridge.false_if("eta H B were at most 0.495", limit=Fraction(99, 200))
reduced_costs.false_if("5/8 were 1 % smaller", limit=Fraction(99 * 5, 800))
bias_in_size.false_if("it were 1 % smaller", factor=_LESS)
