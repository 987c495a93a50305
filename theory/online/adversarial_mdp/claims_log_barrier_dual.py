r"""The one-dimensional dual of the log barrier's stability, and a multiplier that always serves: lambda = Var/4.

For ``v = c - <x, c>``, any lambda with positive ``1 + x (v + lambda)`` certifies
``sup_y <x - y, c> - D(y, x) <= lambda - sum ln(1 + x (v + lambda))``. With ``U`` and ``W`` the sums of the
positive and negative parts of ``x (v + lambda)``, ``U - W = lambda`` and, by Jensen, ``4 U W <= S = Var(c)``; so
``(1 + U)(1 - W) >= 1`` as soon as ``lambda >= S/4``, and the sum of logarithms is at least
``ln (1 + U)(1 - W) >= 0``. No coordinate is named, no maximiser is needed, and losses are bounded nowhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER, logarithm_below_tangent

if TYPE_CHECKING:
    import random

    from theory.engine.claim import Stated

_EACH = Domain("x in (0,1), y in (0,1), c in (-oo,oo)")


@claim(
    paper=PAPER,
    where="log barrier, dual",
    says=r"\langle x-y,c\rangle-D_\Psi(y,x)\le\lambda-\sum_i\ln\bigl(1+x_i(v_i+\lambda)\bigr)"
    r"\quad(v=c-\langle x,c\rangle)",
    expected="proved",
    strength="upper",
    assumptions=("losses are centred, sum x v = 0: neither side changes",),
)
def dual_bounds_stability(c: int | Fraction = 1) -> Stated:
    """For each coordinate z - 1 >= ln z at z = (y/x)(1 + x (v + lambda)); summed up, lambda is the multiplier."""
    import sympy

    from theory.online.adversarial_mdp.symbolic import divergence

    domain, each = Domain("lam in (-oo,oo)"), Domain("x in (0,1), y in (0,1), v in (-oo,oo)")
    (lam,), (x, y, v) = domain, each
    inside = 1 + x * (v + lam)
    given = ((Sig(x), "==", 1), (Sig(y), "==", 1), (Sig(x * v), "==", 0), (inside, ">", 0))
    gain = Sig((x - y) * v) - Sig(divergence(y, x))

    def proof(k: Any) -> Any:
        _, one, centred, _ = (k.hypothesis(i) for i in range(4))
        tangent = k.sum_up(k.apply(logarithm_below_tangent, {"z": y / x * inside}))
        return k.show(gain, "<=", lam - Sig(sympy.log(inside)), by=[tangent, (-lam, one), (-1, centred)])

    statement = ForEveryN(domain, each, given, gain, "<=", c * lam - Sig(sympy.log(inside)))
    return statement, chain(proof, sample=_optimal_sample)


dual_bounds_stability.false_if("the multiplier counted 1 % less", c=Fraction(99, 100))


@claim(
    paper=PAPER,
    where="log barrier, a simple dual choice",
    says=r"\lambda\ge\tfrac14\operatorname{Var}_x(c),\;\lambda>0:\quad\sum_i\ln\bigl(1+x_i(v_i+\lambda)\bigr)\ge0"
    r"\;\text{(all arguments positive)}",
    expected="proved",
    strength="tight",
    assumptions=("losses are centred, sum x v = 0: neither side changes",),
)
def quarter_variance_is_dual_feasible(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """Jensen for |v + lambda| gives 4 U W <= S; concave logarithms are joined to ln (1 + U)(1 - W) >= 0."""
    import sympy

    domain, each = Domain("lam in (0,oo)"), Domain("x in (0,1), v in (-oo,oo)")
    (lam,), (x, v) = domain, each
    spread, u = Sig(x * v**2), x * (v + lam)
    given = ((Sig(x), "==", 1), (Sig(x * v), "==", 0), (lam, ">=", kappa * spread))

    def proof(k: Any) -> Any:
        one, centred, enough = (k.hypothesis(i) for i in range(3))
        m = k.fresh("m in [0,oo)")
        _, _, above, apart = k.part(m, u)
        up, down = Sig(m), Sig(m - u)
        balance = k.show(up - down, "==", lam, by=[(lam, one), centred])
        k.show(up, ">", 0, by=[balance, k.sum_up(above), k.sign(lam, ">")])
        product = _jensen(k, m, one, centred, apart, balance)
        joined = k.show((1 + up) * (1 - down), ">=", 1, by=[(Fraction(1, 4), product), balance, enough])
        return _logarithms(k, m, u, up, joined, apart)

    return ForEveryN(domain, each, given, Sig(sympy.log(1 + u)), ">=", 0), chain(proof, sample=_feasible_sample)


quarter_variance_is_dual_feasible.false_if("a factor 1 % smaller were enough", kappa=Fraction(99, 400))


def _gain(eta: Any, x: Any, y: Any, c: Any) -> tuple[Any, Any, Any]:
    """Return ``<x - y, c> - D(y, x)/eta``, the mean and the variance of c under x."""
    from theory.online.adversarial_mdp.symbolic import divergence

    mean = Sig(x * c)
    return Sig((x - y) * c) - Sig(divergence(y, x)) / eta, mean, Sig(x * c**2) - mean**2


@claim(
    paper=PAPER,
    where="log barrier, arbitrarily negative losses",
    says=r"\langle x-y,c\rangle-\tfrac1\eta D_\Psi(y,x)\le\frac\eta4\operatorname{Var}_x(c)+\frac\epsilon\eta"
    r"\quad(\epsilon>0)",
    expected="proved",
    strength="lemma",
)
def stability_up_to_epsilon(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """Put lambda = eta^2 Var/4 + epsilon into the dual; 1 + x (v + lambda) is a square plus positive terms."""
    domain = Domain("eta in (0,oo), eps in (0,oo)")
    (eta, eps), (x, y, c) = domain, _EACH
    gain, mean, variance = _gain(eta, x, y, c)

    def proof(k: Any) -> Any:
        one, also = k.hypothesis(0), k.hypothesis(1)
        v = eta * (c - mean)
        spread = Sig(x * v**2)
        lam = spread / 4 + eps
        centred = k.show(Sig(x * v), "==", 0, by=[(-eta * mean, one)])
        square, term = k.sign((1 + x * v / 2) ** 2, ">="), k.member(x * v**2)
        positive = k.show(1 + x * (v + lam), ">", 0, by=[square, (x / 4, term), k.sign(x * eps, ">")])
        certified = k.apply(
            dual_bounds_stability, {"lam": lam}, given=[one, also, centred, positive], rest={"x": x, "y": y, "v": v}
        )
        enough = k.show(lam, ">=", spread / 4)
        feasible = k.apply(
            quarter_variance_is_dual_feasible, {"lam": lam}, given=[one, centred, enough], rest={"x": x, "v": v}
        )
        by = [(1 / eta, certified), (1 / eta, feasible), (-eta * mean**2 / 4 - mean, one), (mean, also)]
        return k.show(gain, "<=", eta * variance / 4 + eps / eta, by=by)

    bound = kappa * eta * variance + eps / eta
    statement = ForEveryN(domain, _EACH, ((Sig(x), "==", 1), (Sig(y), "==", 1)), gain, "<=", bound)
    return statement, chain(proof, sample=_stability_sample)


stability_up_to_epsilon.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


@claim(
    paper=PAPER,
    where="log barrier, arbitrarily negative losses",
    says=r"\sup_y\{\langle x-y,c\rangle-\tfrac1\eta D_\Psi(y,x)\}"
    r"\le\frac{\eta}{4}\operatorname{Var}_{i\sim x}(c_i)",
    expected="proved",
    strength="tight",
    corrects=f"{PAPER}.stability_constant_one",
    assumptions=("x and y lie in the open simplex; for y on its boundary the divergence is infinite",),
)
def stability_quarter_variance(kappa: int | Fraction = Fraction(1, 4)) -> Stated:
    """Let epsilon tend to 0."""
    domain = Domain("eta in (0,oo)")
    (eta,), (x, y, c) = domain, _EACH
    gain, _, variance = _gain(eta, x, y, c)

    def proof(k: Any) -> Any:
        given = [k.hypothesis(0), k.hypothesis(1)]
        values = {"eta": eta, "eps": 0}
        return k.apply(stability_up_to_epsilon, values, given=given, close=("eps",), rest={"x": x, "y": y, "c": c})

    def sample(rng: random.Random) -> Any:
        point, rows = _stability_sample(rng)
        return {"eta": point["eta"]}, rows

    given = ((Sig(x), "==", 1), (Sig(y), "==", 1))
    return ForEveryN(domain, _EACH, given, gain, "<=", kappa * eta * variance), chain(proof, sample=sample)


stability_quarter_variance.false_if("the constant were 1 % smaller", kappa=Fraction(99, 400))


def _jensen(k: Any, m: Any, one: Any, centred: Any, apart: Any, balance: Any) -> Any:
    """Show ``4 U W <= S``: the sum of ``x (|v + lambda| - T)^2`` is nonnegative for T = U + W."""
    (lam, x, v) = (k.context.symbol(name) for name in ("lam", "x", "v"))
    u, spread = x * (v + lam), Sig(x * v**2)
    up, down = Sig(m), Sig(m - u)
    both = up + down
    square = k.sign(x * ((2 * m - u) / x - both) ** 2, ">=")
    short = k.show(x * (v + lam) ** 2 - 2 * (2 * m - u) * both + x * both**2, ">=", 0, by=[square, (-4 / x, apart)])
    by = [k.sum_up(short), (-(lam**2) - both**2, one), (-2 * lam, centred), (up - down + lam, balance)]
    return k.show(4 * up * down, "<=", spread, by=by)


def _logarithms(k: Any, m: Any, u: Any, up: Any, joined: Any, apart: Any) -> Any:
    """Sum ``ln(1 + u) = ln(1 + m) + ln(1 - n)``, each above a chord of the logarithm; n is the negative part."""
    import sympy

    n, down = m - u, Sig(m - u)
    w = k.fresh("w in (0,oo)")
    k.show(1 - down, ">", 0, by=[(1 / (1 + up), joined), k.sign(1 / (1 + up), ">")])
    largest_gain, largest_loss = k.member(m), k.member(n)
    k.show(1 - m / up, ">=", 0, by=[(1 / up, largest_gain)])
    k.show(1 - n, ">", 0, by=[k.sign(1 - down, ">"), largest_loss])
    weight = n * (1 + up) / up
    k.show(1 - weight, ">=", 0, by=[((1 + up) / up, largest_loss), (1 / up, joined)])
    k.show(m / up * (1 + up) + 1 - m / up, ">", 0, by=[k.sign(1 + m, ">")])
    k.show(weight / (1 + up) + 1 - weight, ">", 0, by=[k.sign(1 - n, ">")])
    gains = k.sum_up(k.chord(sympy.log(w), w, 1 + up, 1, m / up))
    losses = k.sum_up(k.chord(sympy.log(w), w, 1 / (1 + up), 1, weight))
    factors = k.show(1 + u, "==", (1 + m) * (1 - n), by=[apart])
    k.show(1 + u, ">", 0, by=[k.sign((1 + m) * (1 - n), ">"), factors])
    whole = k.sum_up(k.either(apart, m, m, u, sympy.log(1 + u) - sympy.log(1 + m) - sympy.log(1 - n)))
    surplus = k.show(1 - down * (1 + up) / up, ">=", 0, by=[(1 / up, joined)])
    k.sign(sympy.log(1 + up), ">=")
    return k.show(Sig(sympy.log(1 + u)), ">=", 0, by=[whole, gains, losses, (sympy.log(1 + up), surplus)])


def _centred(rng: random.Random) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Return x, y and centred losses; half of the time y is x swapped and the losses make it optimal."""
    from theory.online.adversarial_mdp.symbolic import drawn_pair

    x, y = drawn_pair(rng)
    c = [1 / b - 1 / a for a, b in zip(x, y, strict=True)]
    mean = sum(a * b for a, b in zip(x, c, strict=True))
    return x, y, [value - mean for value in c]


def _optimal_sample(rng: random.Random) -> Any:
    """Draw x, y, v and the multiplier lambda at which y is optimal: the dual's value is then the stability."""
    x, y, v = _centred(rng)
    lam = 1 / y[0] - 1 / x[0] - v[0]
    return {"lam": lam}, [dict(zip("xyv", row, strict=True)) for row in zip(x, y, v, strict=True)]


def _feasible_sample(rng: random.Random) -> Any:
    """Draw x, v and a lambda a little below or above a quarter of the variance."""
    x, _, v = _centred(rng)
    spread = sum(a * b**2 for a, b in zip(x, v, strict=True))
    lam = spread * rng.choice((Fraction(99, 400), Fraction(1, 4), Fraction(1, 2), Fraction(2))) or Fraction(1)
    return {"lam": lam}, [dict(zip("xv", row, strict=True)) for row in zip(x, v, strict=True)]


def _stability_sample(rng: random.Random) -> Any:
    """Draw eta, a tiny epsilon, x, y and losses; half of the time y is x swapped and the losses make it optimal."""
    x, y, v = _centred(rng)
    eta = Fraction(rng.randint(1, 8), 4)
    rows = [{"x": a, "y": b, "c": value / eta} for a, b, value in zip(x, y, v, strict=True)]
    return {"eta": eta, "eps": Fraction(1, 10**6)}, rows
