r"""Dynamic regret of the online ensemble: the closing step with constants, and its rate.

With ``A = D^2 + 2 D P``, P the length of the comparator's path, N the number of learners and ``C = sqrt(2 ln N) D +
(3/2) sqrt A``, the claims on rounds add up to

``sum <g_t, x_t - u_t> <= C sqrt(delta + 4 G^2 + V) + 4 L A - L sum_{t>=2} |x_t - x_{t-1}|^2``

for ``lambda = 2 L``, largest step at most ``1/(8 L)``, ``delta = 8 ln(N) L^2 D^2`` and the rates of `rate_of_weights`.
In expectation ``V <= G^2 + 3 L^2 S + 4 sigma^2 + 3 Sigma^2``. Symbols: n is the root of 2 ln N, a that of A, r of S, v
of sigma^2_{1:T}, w of Sigma^2_{2:T}.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll
from theory.online.sea.claims_omd_rounds import adaptive_step_price

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "dynamic regret of the online ensemble"
_LESS = Fraction(99, 100)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the rate of the weights, price of a round",
    expected="proved",
    strength="lemma",
    assumptions=(
        "eps = n/(D sqrt(delta + 4 G^2 + V)), n the root of 2 ln N, V the sum of a = |g - M|^2 before the round",
        "the guessed losses miss by <g - M, x_i> for learner i: by r <= D sqrt(a), up to one number for all learners",
        "delta = 0, that of linear losses, is the limit",
    ),
    says=r"\tfrac\varepsilon4D^2a\le\tfrac n2D\bigl(\sqrt{\delta+V+a}-\sqrt{\delta+V}\bigr),"
    r"\quad0\le a\le4G^2",
)
def rate_of_weights(c: Constant = Fraction(1, 2)) -> Stated:
    """A multiple of `adaptive_step_price`."""
    import sympy

    domain = Domain("n in (0,oo), D in (0,oo), delta in (0,oo), G in [0,oo), V in [0,oo), a in [0,oo)")
    n, D, delta, G, V, a = domain
    eps = n / (D * sympy.sqrt(delta + 4 * G**2 + V))
    left = eps / 4 * D**2 * a

    def right(c: Any) -> Any:
        return c * n * D * (sympy.sqrt(delta + V + a) - sympy.sqrt(delta + V))

    def proof(k: Proof) -> Any:
        values = {"D": D, "delta": delta, "G": G, "V": V, "a": a}
        paid = k.apply(adaptive_step_price, values, given=[k.hypothesis(0)])
        return k.show(left, "<=", right(Fraction(1, 2)), by=[(n / 4, paid)])

    hard = {"n": 1, "D": 1, "delta": 10**6, "G": 1, "V": 0, "a": 4}
    return ForAll(domain, left, "<=", right(c), given=((a, "<=", 4 * G**2),)), chain_at(proof, hard)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the rate of the weights, the sum",
    expected="proved",
    strength="upper",
    assumptions=("ln N/eps_T and the prices of all rounds add up; V_T is V_{T-1} + a",),
    says=r"\tfrac n2D\sqrt{\delta+4G^2+V_{T-1}}+\tfrac n2D\bigl(\sqrt{\delta+V_T}-\sqrt\delta\bigr)"
    r"\le n\,D\sqrt{\delta+4G^2+V_T}",
)
def rate_of_weights_sum(c: Constant = 1) -> Stated:
    """Both roots are at most the last one."""
    import sympy

    domain = Domain("n in (0,oo), D in (0,oo), delta in [0,oo), G in [0,oo), V in [0,oo), a in (0,oo)")
    n, D, delta, G, V, a = domain
    first, second = sympy.sqrt(delta + 4 * G**2 + V), sympy.sqrt(delta + V + a)
    left = n * D / 2 * (first + second - sympy.sqrt(delta))
    last = delta + 4 * G**2 + V + a

    def proof(k: Proof) -> Any:
        half = Fraction(1, 2)
        one, two = (k.power(k.show(last, ">=", x**2), half) for x in (first, second))
        start = k.sign(n * D / 2 * sympy.sqrt(delta), ">=")
        return k.show(left, "<=", n * D * sympy.sqrt(last), by=[(n * D / 2, one), (n * D / 2, two), start])

    hard = {"n": 1, "D": 1, "delta": 0, "G": 0, "V": 10**4, "a": 1}
    return ForAll(domain, left, "<=", c * n * D * sympy.sqrt(last)), chain_at(proof, hard)


@claim(
    paper=_PAPER,
    where=_WHERE + ": what is kept of the moves",
    expected="proved",
    strength="lemma",
    assumptions=(
        (
            "m is the weighted sum of the learners' squared moves, b the squared distance of the weights, s the "
            "squared move of the play; lambda = 2 L, and 1/(4 eps) >= D sqrt(delta)/(4 n) with delta = 4 n^2 L^2 D^2"
        ),
    ),
    says=r"s\le2m+\tfrac{D^2}2b,\ \delta=4n^2L^2D^2\implies2Lm+\frac{D\sqrt\delta}{4n}\,b\ge L\,s",
)
def moves_that_are_kept(four: Constant = 4) -> Stated:
    """With this delta both terms are L times those of the play's move."""
    import sympy

    domain = Domain("L in (0,oo), D in (0,oo), n in (0,oo), m in [0,oo), b in [0,oo), s in [0,oo)")
    L, D, n, m, b, s = domain
    given = ((s, "<=", 2 * m + D**2 / 2 * b),)
    root = sympy.sqrt(four) * n * L * D
    left = 2 * L * m + D * root / (4 * n) * b

    def proof(k: Proof) -> Any:
        return k.show(2 * L * m + D * (2 * n * L * D) / (4 * n) * b, ">=", L * s, by=[(L, k.hypothesis(0))])

    hard = {"L": 1, "D": 1, "n": 1, "m": 0, "b": 2, "s": 1}
    return ForAll(domain, left, ">=", L * s, given=given), chain_at(proof, hard)


_REGRET = (
    (
        "each mean loss is convex and L-smooth, gradients of the drawn losses are at most G, the decision set is "
        "convex with diameter at most D, the comparators lie in it and are fixed in advance; the surrogate is linear: "
        "E <g_t, x_t - u_t> is at least the expected regret of round t"
    ),
    (
        "the learner knows D, L, G and T: rates and correction hold the first three, the grid all of them; N >= 2 is "
        "the number of steps on it; P, sigma^2 and Sigma^2 need not be known"
    ),
    (
        "the root is concave: E sqrt <= sqrt E; sums over rounds are telescoped; for every path some step of the grid "
        "is within sqrt 2 of the best one, or the best one is above 1/(8 L)"
    ),
    (
        "decided is the closing inequality; that its left side bounds the expected dynamic regret is composed in words "
        "from the claims used"
    ),
)
_USES = (
    "sea.optimistic_hedge_round", "sea.dynamic_round_with_moves", "sea.play_moves", "sea.nearest_step",
    "sea.largest_step", "sea.rate_of_weights", "sea.rate_of_weights_sum", "sea.moves_that_are_kept",
    "sea.gradient_difference_in_expectation", "sea.rounds_telescope",
)  # fmt: skip
_SYMBOLS = "D in (0,oo), L in [0,oo), G in [0,oo), P in [0,oo), n in (0,oo), v in [0,oo), w in [0,oo)"


def _lead(D: Any, P: Any, n: Any, *, steps: Any = Fraction(3, 2)) -> tuple[Any, Any]:
    """Return A and C."""
    import sympy

    path = D**2 + 2 * D * P
    return path, n * D + steps * sympy.sqrt(path)


def _variation(D: Any, L: Any, G: Any, n: Any, v: Any, w: Any) -> Any:
    return 4 * n**2 * L**2 * D**2 + 5 * G**2 + 4 * v**2 + 3 * w**2


@claim(
    paper=_PAPER,
    where=_WHERE + ", every constant",
    expected="proved",
    strength="upper",
    assumptions=_REGRET,
    uses=_USES,
    says=r"C\sqrt{B+3L^2S}+4LA-LS\le C\sqrt B+\tfrac34LC^2+4LA,"
    r"\quad B=8\ln N\,L^2D^2+5G^2+4\sigma^2_{1:T}+3\Sigma^2_{2:T},\ A=D^2+2DP,"
    r"\ C=D\sqrt{2\ln N}+\tfrac32\sqrt A",
)
def dynamic_theorem(moves: Constant = Fraction(3, 4)) -> Stated:
    """The root is subadditive, and sqrt 3 C L r - L r^2 is at most 3 L C^2/4."""
    import sympy

    domain = Domain(_SYMBOLS + ", r in [0,oo)")
    D, L, G, P, n, v, w, r = domain
    A, C = _lead(D, P, n)
    B = _variation(D, L, G, n, v, w)
    left = C * sympy.sqrt(B + 3 * L**2 * r**2) + 4 * L * A - L * r**2

    def right(moves: Any) -> Any:
        return C * sympy.sqrt(B) + moves * L * C**2 + 4 * L * A

    def proof(k: Proof) -> Any:
        root = sympy.sqrt(3) * L * r
        square = k.show((sympy.sqrt(B) + root) ** 2, ">=", B + root**2, by=[k.sign(2 * sympy.sqrt(B) * root, ">=")])
        split = k.power(square, Fraction(1, 2))
        peak = k.sign(L * (r - sympy.sqrt(3) / 2 * C) ** 2, ">=")
        return k.show(left, "<=", right(Fraction(3, 4)), by=[(C, split), peak])

    hard = {"D": 1, "L": 10**4, "G": 0, "P": 0, "n": Fraction(1, 10**4), "v": 0, "w": 0, "r": Fraction(13, 10)}
    return ForAll(domain, left, "<=", right(moves)), chain_at(proof, hard)


def _rate(c: Any, n: Any) -> tuple[Any, Any]:
    """Return the factors of L A and of the roots, for steps that cost c."""
    lead = n + c
    return 2 * n * lead + Fraction(3, 4) * lead**2 + 4, lead


@claim(
    paper=_PAPER,
    where=_WHERE + ", rate with its units",
    expected="proved",
    strength="upper",
    corrects="sea.dynamic_rate_as_listed",
    assumptions=(*_REGRET, "n is the root of 2 ln N, and N is of order log T: for the quoted O it counts as constant"),
    says=r"C\sqrt B+\tfrac34LC^2+4LA\le c_1LA+c_2\sqrt A\bigl(\sqrt5G+2\sqrt{\sigma^2_{1:T}}"
    r"+\sqrt{3\Sigma^2_{2:T}}\bigr),\ A=D^2+2DP,\ c_2=n+\tfrac32,\ c_1=2nc_2+\tfrac34c_2^2+4",
)
def dynamic_rate(noise: Constant = 2, steps: Constant = Fraction(3, 2)) -> Stated:
    """D is at most the root of A, and the root of B is subadditive."""
    import sympy

    domain = Domain(_SYMBOLS)
    D, L, G, P, n, v, w = domain
    A, C = _lead(D, P, n)
    B, a = _variation(D, L, G, n, v, w), sympy.sqrt(A)
    left = C * sympy.sqrt(B) + Fraction(3, 4) * L * C**2 + 4 * L * A

    def parts(noise: Any) -> Any:
        return sympy.sqrt(5) * G + noise * v + sympy.sqrt(3) * w

    def right(noise: Any, steps: Any) -> Any:
        smooth, lead = _rate(steps, n)
        return smooth * L * A + lead * a * parts(noise)

    def proof(k: Proof) -> Any:
        half = Fraction(3, 2)
        path = k.power(k.show(A, ">=", D**2), Fraction(1, 2))
        total = 2 * n * L * D + parts(2)
        square = k.show(total**2, ">=", B, by=[k.sign(sympy.expand(total**2 - B), ">=")])
        split = k.power(square, Fraction(1, 2))
        _, lead = _rate(half, n)
        most = k.show(lead * a, ">=", C, by=[(n, path)])
        twice = k.show(lead**2 * A, ">=", C**2, by=[(lead * a + C, most)])
        first = k.show(
            left,
            "<=",
            C * total + Fraction(3, 4) * L * lead**2 * A + 4 * L * A,
            by=[(C, split), (Fraction(3, 4) * L, twice)],
        )
        second = k.show(C * total, "<=", lead * a * total, by=[(total, most)])
        third = k.show(
            lead * a * total, "<=", 2 * n * lead * L * A + lead * a * parts(2), by=[(2 * n * lead * L * a, path)]
        )
        return k.show(left, "<=", right(2, half), by=[first, second, third])

    hard = {"D": 1, "L": 0, "G": 0, "P": 0, "n": 1, "v": 1, "w": 0}
    return ForAll(domain, left, "<=", right(noise, steps)), chain_at(proof, hard)


dynamic_theorem.false_if("the gain from moves were 1 % smaller", moves=Fraction(297, 400))
dynamic_rate.false_if("the noise counted 1 % less", noise=Fraction(198, 100))
dynamic_rate.false_if("the steps cost 1 % less", steps=Fraction(297, 200))
rate_of_weights.false_if("the constant were 1 % smaller", c=Fraction(99, 200))
rate_of_weights_sum.false_if("the constant were 1 % smaller", c=_LESS)
moves_that_are_kept.false_if("delta were 1 % smaller", four=Fraction(396, 100))
