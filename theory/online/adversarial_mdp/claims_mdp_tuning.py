r"""Regret of linear MDPs at tuned parameters: the leading terms, and the exponents of K that the conditions allow."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.claims_mdp_dilated_bonus import dilation_below_e

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "regret of linear MDPs"
_LESS = Fraction(99, 100)


def _says_leading(price: str, ridge: str, u: str, v: str) -> str:
    """Return the sum of the terms at the tuned step."""
    return (
        r"\frac{HP}\eta+\sum_{h\le H}\frac{\gamma nh^2}{2b_1}+2DnH\beta=2(u+v)H^2\sqrt{nP},\quad"
        r"\eta=\frac{\sqrt{P/n}}{H(u+v)},\ \beta=b_1\Bigl(1+\frac vu\Bigr)=" + price + r"\eta H^2"
        r"\Bigl(1+\frac uv\Bigr),\ \gamma=" + ridge + r"(D-1)\eta H^2\beta,"
        r"\ u^2=" + u + r"(D-1)(H+1)(2H+1),\ v^2=" + v
    )


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


def _room(price: Fraction, limit: Fraction, factor: Constant) -> Stated:
    """Return that the bonus leaves room for the mean estimate: ``price eta H (B + 2 sqrt(d) H) <= 1``."""
    import sympy

    domain = Domain("eta in (0,oo), H in [1,oo), B in [0,oo), r in [1,oo)")
    eta, H, B, r = domain
    a, most, tenth = (sympy.Rational(v) for v in (price, limit, Fraction(1, 10)))
    given = ((eta * H * B, "<=", most), (eta * r * H**2, "<=", tenth))
    left = a * eta * H * (B + 2 * r * H)

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", 1, by=[(a, k.hypothesis(0)), (2 * a, k.hypothesis(1))])

    hard = {"eta": Fraction(1, 10), "H": 1, "B": 10 * limit, "r": 1}
    return ForAll(domain, left, "<=", factor * sympy.Integer(1), given=given), chain_at(proof, hard)


_ROOM = "r = sqrt(d); B is the largest dilated bonus, 2 ((1 + 1/H)^H - 1) H beta/gamma by largest_bonus_step"


@claim(
    paper=PAPER,
    where=_WHERE + ": room for the bonus, log barrier",
    expected="proved",
    strength="tight",
    assumptions=(_ROOM,),
    uses=(f"{PAPER}.largest_bonus_step",),
    says=r"\tfrac14\eta H(B+2\sqrt dH)\le1,\quad\eta HB\le\tfrac{19}5,\ \eta\sqrt dH^2\le\tfrac1{10}",
)
def barrier_room(factor: Constant = 1) -> Stated:
    """Add the two conditions: 19/20 + 1/20."""
    return _room(Fraction(1, 4), Fraction(19, 5), factor)


@claim(
    paper=PAPER,
    where=_WHERE + ": room for the bonus, magnitude-reduced exponential weights",
    expected="proved",
    strength="tight",
    assumptions=(_ROOM,),
    uses=(f"{PAPER}.largest_bonus_step",),
    says=r"\tfrac56\eta H(B+2\sqrt dH)\le1,\quad\eta HB\le1,\ \eta\sqrt dH^2\le\tfrac1{10}",
)
def reduced_room(factor: Constant = 1) -> Stated:
    """Add the two conditions: 5/6 + 1/6."""
    return _room(Fraction(5, 6), Fraction(1), factor)


@claim(
    paper=PAPER,
    where=_WHERE + ": magnitude-reduced costs are never too negative",
    expected="proved",
    strength="tight",
    assumptions=(
        "root is sqrt(gamma), so that gamma >= 9/4 eta^2 H^2; B is the largest dilated bonus",
        "by reduction_at_least the left side is at least -eta times any cost",
    ),
    uses=(f"{PAPER}.reduction_at_least",),
    says=r"\frac{\eta H}{2\sqrt\gamma}+\eta B\le\frac43,\quad\sqrt\gamma\ge\tfrac32\eta H,\ \eta HB\le1",
)
def reduced_costs(limit: Constant = Fraction(4, 3)) -> Stated:
    """At H = 1 they are 1/3 and 1."""
    import sympy

    domain = Domain("eta in (0,oo), root in (0,oo), H in [1,oo), B in [0,oo)")
    eta, root, H, B = domain
    half, third = sympy.Rational(3, 2), sympy.Rational(1, 3)
    given = ((root, ">=", half * eta * H), (eta * H * B, "<=", 1))
    left = eta * H / (2 * root) + eta * B

    def proof(k: Proof) -> Any:
        first = k.show(eta * H / (2 * root), "<=", third, by=[(third / root, k.hypothesis(0))])
        rest = k.show(1 / H, "<=", 1, by=[k.sign((H - 1) / H, ">=")])
        return k.show(left, "<=", 4 * third, by=[first, (1 / H, k.hypothesis(1)), rest])

    statement = ForAll(domain, left, "<=", limit, given=given)
    return statement, chain_at(proof, {"eta": 1, "root": Fraction(3, 2), "H": 1, "B": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": the tuned ridge is large enough for reduced estimates",
    expected="proved",
    strength="upper",
    assumptions=(
        "u and v are those of reduced_tuned; D = (1 + 1/H)^H, at least 2 by Bernoulli's inequality",
        "the left side is gamma/(eta H)^2 for the ridge of reduced_tuned; 9/4 is what reduced_costs asks for",
    ),
    says=r"\tfrac53(D-1)\Bigl(1+\frac uv\Bigr)H^2\ge\tfrac94,\quad "
    r"u^2=\tfrac16(D-1)(H+1)(2H+1),\ v^2=\tfrac{5D}3,\ D\ge2",
)
def reduced_ridge(least: Constant = Fraction(9, 4)) -> Stated:
    """First, u is at least v/2."""
    import sympy

    domain = Domain("H in [1,oo), D in [2,oo), u in (0,oo), v in (0,oo)")
    H, D, u, v = domain
    given = ((6 * u**2, "==", (D - 1) * (H + 1) * (2 * H + 1)), (3 * v**2, "==", 5 * D))
    left = sympy.Rational(5, 3) * (D - 1) * (1 + u / v) * H**2

    def proof(k: Proof) -> Any:
        layers, spent = k.hypothesis(0), k.hypothesis(1)
        rest = [k.sign((D - 1) * (H - 1) * (2 * H + 5) / 6, ">="), k.sign((D - 2) / 2, ">="), k.sign(D / 12, ">=")]
        sixth, twelfth = sympy.Rational(1, 6), sympy.Rational(1, 12)
        square = k.show(u**2, ">=", v**2 / 4, by=[*rest, (sixth, layers), (-twelfth, spent)])
        half = k.show(u, ">=", v / 2, by=[(1 / (u + v / 2), square)])
        ratio = k.show(1 + u / v, ">=", sympy.Rational(3, 2), by=[(1 / v, half)])
        wide = k.sign((H - 1) * (H + 1) * (D - 1), ">=")
        by = [(sympy.Rational(5, 3) * (D - 1) * H**2, ratio), (sympy.Rational(5, 2), wide),
              (sympy.Rational(5, 2), k.sign(D - 2, ">="))]  # fmt: skip
        return k.show(left, ">=", sympy.Rational(9, 4), by=by)

    hard = {"D": Fraction(12, 5), "v": 2, "H": Fraction(2069, 1931), "u": Fraction(2380, 1931)}
    return ForAll(domain, left, ">=", least, given=given), chain_at(proof, hard)


def _leading(price: Fraction, limit: Fraction, factor: Constant, hard: dict[str, Any]) -> Stated:
    """Return that the terms of the bound add up to ``2 (u + v) sqrt(d H^4 K P)`` at the tuned step."""
    import sympy

    domain = Domain("H in [1,oo), n in [1,oo), P in (0,oo), D in (1,oo), u in (0,oo), v in (0,oo)")
    H, n, P, D, u, v = domain
    a, most = (sympy.Rational(value) for value in (price, limit))
    eta = sympy.sqrt(P / n) / (H * (u + v))
    b1, beta = a * eta * H**2 * u / v, a * eta * H**2 * (u + v) / v
    gamma = 2 * (D - 1) * eta * H**2 * beta / most
    squares = H * (H + 1) * (2 * H + 1) / 6
    left = H * P / eta + gamma * n * squares / (2 * b1) + 2 * D * n * H * beta
    right = 2 * (u + v) * H**2 * sympy.sqrt(n * P)
    given = ((6 * most * u**2, "==", (D - 1) * (H + 1) * (2 * H + 1)), (v**2, "==", 2 * D * a))

    def proof(k: Proof) -> Any:
        layers, spent = k.hypothesis(0), k.hypothesis(1)
        slope = n * eta * H**3 * (u + v)
        by = [(-slope / (6 * most * u), layers), (-slope / v, spent)]
        return k.show(left, "==", right, by=by)

    return ForAll(domain, left, "==", factor * right, given=given), chain_at(proof, {"n": 1, "P": 1, **hard})


_LEADING = (
    "n = d K; x = u/v splits the factor of the bonus, b1 = x a eta H^2 for the bias and a eta H^2 for second moments, "
    "which lower layers do not use up; the squares up to H add up to H (H+1) (2H+1)/6; that these terms bound the "
    "regret (for the log barrier with H (H+1)/2) is the sum over layers and episodes"
)


@claim(
    paper=PAPER,
    where=_WHERE + ": tuned terms, log barrier",
    expected="proved",
    strength="identity",
    assumptions=(_LEADING, "a = 1/4, D = (1 + 1/H)^H, P = (A - 1) log K - log(A - (A-1)/K)"),
    uses=(f"{PAPER}.barrier_bonus_pays", f"{PAPER}.barrier_room", f"{PAPER}.mixed_comparator"),
    says=_says_leading(r"\tfrac14", r"\tfrac{10}{19}", r"\tfrac5{114}", r"\tfrac D2"),
)
def barrier_tuned(factor: Constant = 1) -> Stated:
    """Put in the step."""
    hard = {"D": 2, "v": 1, "H": Fraction(11, 8), "u": Fraction(5, 8)}
    return _leading(Fraction(1, 4), Fraction(19, 5), factor, hard)


@claim(
    paper=PAPER,
    where=_WHERE + ": tuned terms, magnitude-reduced exponential weights",
    expected="proved",
    strength="identity",
    assumptions=(_LEADING, "a = 5/6, D = (1 + 1/H)^H, P = log A"),
    uses=(
        f"{PAPER}.exponential_bonus_pays",
        f"{PAPER}.reduced_room",
        f"{PAPER}.reduced_costs",
        f"{PAPER}.reduced_ridge",
    ),
    says=_says_leading(r"\tfrac56", "2", r"\tfrac16", r"\tfrac{5D}3"),
)
def reduced_tuned(factor: Constant = 1) -> Stated:
    """Put in the step."""
    hard = {"D": Fraction(12, 5), "v": 2, "H": Fraction(367, 113), "u": Fraction(308, 113)}
    return _leading(Fraction(5, 6), Fraction(1), factor, hard)


@claim(
    paper=PAPER,
    where=_WHERE + ": no other split of the bonus is better",
    expected="proved",
    strength="tight",
    assumptions=("(1 + x) (u^2/x + v^2) is what bias and bonus cost, in the notation of barrier_tuned",),
    says=r"(1+x)\Bigl(\frac{u^2}x+v^2\Bigr)\ge(u+v)^2",
)
def best_split(factor: Constant = 1) -> Stated:
    """The difference is (u - x v)^2/x."""
    domain = Domain("x in (0,oo), u in (0,oo), v in (0,oo)")
    x, u, v = domain
    left, right = (1 + x) * (u**2 / x + v**2), (u + v) ** 2

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.sign((u - x * v) ** 2 / x, ">=")])

    return ForAll(domain, left, ">=", factor * right), chain_at(proof, {"x": 1, "u": 1, "v": 1})


@claim(
    paper=PAPER,
    where=_WHERE + ": tuned terms, for all numbers of layers",
    expected="proved",
    strength="upper",
    assumptions=("times the inverse limit of eta H B the left side is u^2 of barrier_tuned and reduced_tuned",),
    says=r"\frac{(D-1)(H+1)(2H+1)}6\le(e-1)H^2,\quad D=\bigl(1+\tfrac1H\bigr)^H",
)
def leading_for_all_layers(factor: Constant = 1) -> Stated:
    """(1 + 1/H)^H <= e, and the squares up to H add up to at most H^3."""
    import sympy

    domain = Domain("H in [1,oo)")
    (H,) = domain
    sizes = (H + 1) * (2 * H + 1) / 6
    left, right = ((1 + 1 / H) ** H - 1) * sizes, (sympy.E - 1) * H**2

    def proof(k: Proof) -> Any:
        below = k.apply(dilation_below_e, {"H": H})
        squares = k.sign((sympy.E - 1) * (4 * H + 1) * (H - 1) / 6, ">=")
        return k.show(left, "<=", right, by=[(sizes, below), squares])

    return ForAll(domain, left, "<=", factor * right), chain_at(proof, {"H": 1})


def _exponents(power: Constant, least: Fraction, hard: dict[str, Any]) -> Stated:
    """Return that the largest exponent of K is at least ``least`` if ``gamma >= eta^power``."""
    domain = Domain("a in [0,oo), b in (-oo,oo), c in [0,oo), m in (-oo,oo)")
    a, b, c, m = domain
    given = ((c, "<=", power * a), (m, ">=", a), (m, ">=", 1 - c + b), (m, ">=", 1 - b))

    def proof(k: Proof) -> Any:
        ridge, penalty, bias, bonus = (k.hypothesis(i) for i in range(4))
        weight = least / 2
        by = [(weight, ridge), (weight * power, penalty), (weight, bias), (weight, bonus)]
        return k.show(m, ">=", least, by=by)

    return ForAll(domain, m, ">=", least, given=given), chain_at(proof, hard)


_RATES = (
    "eta = K^-a, gamma = K^-c, b1 = K^-b; terms of the bound in K: 1/eta, gamma K/b1 (bias), b1 K (its bonus); "
    "K^m bounds each"
)


@claim(
    paper=PAPER,
    where=_WHERE + ": exponential weights with plain estimates",
    expected="proved",
    strength="tight",
    assumptions=(
        _RATES,
        "eta H/gamma <= 1 for every K means c <= a; equality at a = c = 2/3, b = 1/3: what this analysis can give",
    ),
    says=r"m\ge\max(a,\,1-c+b,\,1-b),\ c\le a\implies m\ge\tfrac23",
)
def plain_rate(power: Constant = 1) -> Stated:
    """Add up the four conditions."""
    hard = {"a": Fraction(66, 100), "b": Fraction(35, 100), "c": Fraction(69, 100), "m": Fraction(66, 100)}
    return _exponents(power, Fraction(2, 3), hard)


@claim(
    paper=PAPER,
    where=_WHERE + ": exponential weights with magnitude-reduced estimates",
    expected="proved",
    strength="tight",
    assumptions=(
        _RATES,
        "eta H/sqrt(gamma) <= 2 for every K means c <= 2 a; equality at a = b = 1/2, c = 1",
    ),
    says=r"m\ge\max(a,\,1-c+b,\,1-b),\ c\le2a\implies m\ge\tfrac12",
)
def reduced_rate(power: Constant = 2) -> Stated:
    """Add up the four conditions."""
    hard = {"a": Fraction(99, 200), "b": Fraction(1009, 2000), "c": Fraction(1013, 1000), "m": Fraction(499, 1000)}
    return _exponents(power, Fraction(1, 2), hard)


largest_bonus_step.false_if("the bound were 1 % smaller", factor=_LESS)
barrier_room.false_if("the room were 1 % smaller", factor=_LESS)
reduced_room.false_if("the room were 1 % smaller", factor=_LESS)
reduced_costs.false_if("4/3 were 1 % smaller", limit=Fraction(132, 100))
reduced_ridge.false_if("it were 4.4", least=Fraction(22, 5))
barrier_tuned.false_if("the sum were 1 % larger", factor=Fraction(101, 100))
reduced_tuned.false_if("the sum were 1 % larger", factor=Fraction(101, 100))
best_split.false_if("it were 1 % larger", factor=Fraction(101, 100))
leading_for_all_layers.false_if("it were 43 % smaller", factor=Fraction(57, 100))
plain_rate.false_if("gamma were a little smaller, as eta^1.05", power=Fraction(21, 20))
reduced_rate.false_if("gamma were a little smaller, as eta^2.1", power=Fraction(21, 10))
