r"""The trajectory penalty in the new scores: convex, zero at shifts alone, its Fisher term with a remainder.

Exponentials of scores over tau are the variables, as in `claims_saf_trajectory`; in the last two claims ``d`` is the
step of the scores over tau less its mean under the old probabilities q, so that KL(q || p) = ln sum q e^d.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "saf"
_FISHER = "d=\\tfrac{u-\\langle q,u\\rangle}\\tau,\\ |d|\\le\\rho\\le1:\\quad"
_STEP = (
    "q are the old probabilities, d the centred steps of the scores over tau; V is the sum of q d^2, the Fisher term"
)


@claim(
    paper=_PAPER,
    where="convexity of the trajectory penalty",
    expected="proved",
    strength="upper",
    assumptions=(
        "a, c are roots of the exponentials of the scores over tau at two points, so that a c belongs to the middle",
        "the penalty is this normaliser less a linear function of the scores, and a constant",
        "it is continuous, so that convexity in the middle is convexity",
    ),
    says=r"\ln\textstyle\sum e^{(z+z')/(2\tau)}\le\tfrac12\ln\sum e^{z/\tau}+\tfrac12\ln\sum e^{z'/\tau}",
)
def convex_in_the_scores(c: Constant = 0) -> Stated:
    """Cauchy-Schwarz: the square of r a - t c, with r^2, t^2 the other sums, summed over the classes."""
    import sympy

    domain, each = Domain("r in (0,oo), t in (0,oo)"), Domain("a in (0,oo), c in (0,oo)")
    (r, t), (a, c_), log = domain, each, sympy.log
    given = ((Sig(a**2), "==", t**2), (Sig(c_**2), "==", r**2), (Sig(a * c_), ">", 0))
    right = log(t) + log(r)

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((r * a - t * c_) ** 2), ">=")
        by = [(1 / (2 * r * t), square), (-r / (2 * t), k.hypothesis(0)), (-t / (2 * r), k.hypothesis(1))]
        bound = k.show(Sig(a * c_), "<=", r * t, by=by)
        return k.show(log(Sig(a * c_)), "<=", right, by=[k.logarithm(bound)])

    def sample(rng: random.Random) -> Any:
        scale = Fraction(rng.randint(1, 3))
        rows = [{"a": Fraction(3), "c": 3 * scale}, {"a": Fraction(4), "c": 4 * scale}]
        if rng.random() < 0.5:
            rows[0]["c"], rows[1]["c"] = rows[1]["c"], rows[0]["c"]
        return {"t": Fraction(5), "r": 5 * scale}, rows

    return ForEveryN(domain, each, given, log(Sig(a * c_)), "<=", right - c), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="zero of the trajectory penalty",
    expected="proved",
    strength="lower",
    assumptions=(
        "s, m are the roots of the old and the new probabilities, all of them positive; Q = 1",
        "so the penalty is 0 for equal probabilities only: then all differences of scores are the same",
    ),
    says=r"\mathrm{KL}(q\,\|\,p)\ \ge\ \textstyle\sum(\sqrt q-\sqrt p)^2",
)
def zero_at_equal_probabilities_alone(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1 for the roots, ln(m/s) <= m/s - 1, twice in the mean over q.

    No larger constant holds: near q = (1, 0) and p = (1 - t, t), t small, both sides are t to first order.
    """
    import sympy

    domain, each = Domain("Q in (0,oo)"), Domain("s in (0,oo), m in (0,oo)")
    (Q,), (s, m), log = domain, each, sympy.log
    given = ((Sig(s**2), "==", Q), (Sig(m**2), "==", Q))
    left, right = 2 * Sig(s**2 * (log(s) - log(m))), Sig((s - m) ** 2)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        one = k.show(s**2 * (log(s) - log(m)), ">=", s**2 - s * m, by=[(s**2, k.tangent(log(v), v, 1, m / s))])
        return k.show(left, ">=", right, by=[(2, k.sum_up(one)), (1, k.hypothesis(0)), (-1, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        rows = [{"s": Fraction(3, 5), "m": Fraction(4, 5)}, {"s": Fraction(4, 5), "m": Fraction(3, 5)}]
        if rng.random() < 0.5:  # one class is rare and becomes less so: here the constant is attained in the limit
            n, N = rng.randint(20, 30), 10**4
            rows = [{"s": Fraction(2 * N, N**2 + 1), "m": Fraction(2 * n, n**2 + 1)}]
            rows += [{"s": Fraction(N**2 - 1, N**2 + 1), "m": Fraction(n**2 - 1, n**2 + 1)}]
        return {"Q": Fraction(1)}, rows

    return ForEveryN(domain, each, given, left, ">=", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="small steps, the exponential from above",
    expected="certified",
    strength="lemma",
    says=r"e^d\le1+d+\tfrac{d^2}2+\tfrac{d^3}6+\tfrac{d^4}{16}\quad(-1\le d\le1)",
)
def exponential_from_above(c: Constant = 1) -> Stated:
    """A zero of order four at d = 0, where 1/16 exceeds 1/24."""
    import sympy

    domain = Domain("d in [-1,1]")
    (d,) = domain
    right = 1 + d + d**2 / 2 + d**3 / 6 + c * d**4 / 16
    return ForAll(domain, sympy.exp(d), "<=", right), boxes(zero_at={d: 0}, split={d: (0,)})


@claim(
    paper=_PAPER,
    where="small steps, the exponential from below",
    expected="certified",
    strength="lemma",
    says=r"e^d\ge1+d+\tfrac{d^2}2+\tfrac{d^3}6\quad(-1\le d\le1)",
)
def exponential_from_below(c: Constant = 1) -> Stated:
    """A zero of order four at d = 0."""
    import sympy

    domain = Domain("d in [-1,1]")
    (d,) = domain
    right = 1 + d + d**2 / 2 + c * d**3 / 6
    return ForAll(domain, sympy.exp(d), ">=", right), boxes(zero_at={d: 0}, split={d: (0,)})


def _steps() -> tuple[Any, ...]:
    """Return the setting of the Fisher claims: probabilities, centred steps at most rho, and V."""
    domain, each = Domain("rho in (0,1], V in [0,oo)"), Domain("q in [0,1], d in [-1,1]")
    (rho, V), (q, d) = domain, each
    given = (
        (Sig(q), "==", 1), (Sig(q * d), "==", 0), (Sig(q * d**2), "==", V), (d, "<=", rho), (d, ">=", -rho),
    )  # fmt: skip
    return domain, each, given, rho, V, q, d


def _sample(rng: random.Random) -> Any:
    size = Fraction(1, 1000) if rng.random() < 0.5 else Fraction(1)
    rows = [{"q": Fraction(1, 2), "d": size}, {"q": Fraction(1, 2), "d": -size}]
    if rng.random() < 0.5:
        rows = [{"q": Fraction(1, 3), "d": size}, {"q": Fraction(2, 3), "d": -size / 2}]
    return {"rho": size, "V": sum((row["q"] * row["d"] ** 2 for row in rows), Fraction(0))}, rows


def _powers(k: Proof, rho: Any, d: Any) -> tuple[Any, Any, Any]:
    """Show d^2 <= rho, d^3 <= rho d^2 and d^3 >= -rho d^2."""
    above, below = k.show(rho - d, ">=", 0, by=[k.hypothesis(3)]), k.show(rho + d, ">=", 0, by=[k.hypothesis(4)])
    both = k.show(d**2, "<=", rho**2, by=[(rho + d, above)])
    short = k.show(d**2, "<=", rho, by=[both, k.sign(rho * (1 - rho), ">=")])
    return (
        short,
        k.show(d**3, "<=", rho * d**2, by=[(d**2, above)]),
        k.show(d**3, ">=", -rho * d**2, by=[(d**2, below)]),
    )


@claim(
    paper=_PAPER,
    where="small steps, the Fisher term from above",
    expected="certified",
    strength="upper",
    uses=(f"{_PAPER}.exponential_from_above",),
    assumptions=(_STEP,),
    says=_FISHER + r"\mathrm{KL}(q\,\|\,p)\le\bigl(1+\tfrac\rho2\bigr)\tfrac12\textstyle\sum q\,d^2",
)
def fisher_from_above(c: Constant = 1) -> Stated:
    """The logarithm is below its tangent; each exponential by four powers, and d^3/6 + d^4/16 <= rho d^2/4."""
    import sympy

    domain, each, given, rho, V, q, d = _steps()
    total = Sig(q * sympy.exp(d))

    def proof(k: Proof) -> Any:
        short, cube, _ = _powers(k, rho, d)
        power = k.apply(exponential_from_above, {"d": d})
        right = q * (1 + d + d**2 / 2 + rho * d**2 / 4)
        rest = k.sign(q * rho * d**2, ">=")
        by = [(q, power), (q / 6, cube), (q * d**2 / 16, short), (sympy.Rational(1, 48), rest)]
        summed = k.sum_up(k.show(q * sympy.exp(d), "<=", right, by=by))
        by = [summed, (-1, k.hypothesis(0)), (-1, k.hypothesis(1)), (-(1 + rho / 2) / 2, k.hypothesis(2))]
        bound = k.show(total, "<=", 1 + (1 + rho / 2) * V / 2, by=by)
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, total)
        return k.show(sympy.log(total), "<=", (1 + rho / 2) * V / 2, by=[line, bound])

    given = (*given, (total, ">", 0))
    return ForEveryN(domain, each, given, sympy.log(total), "<=", (c + rho / 2) * V / 2), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="small steps, the Fisher term from below",
    expected="certified",
    strength="lower",
    uses=(f"{_PAPER}.exponential_from_below",),
    assumptions=(_STEP,),
    says=_FISHER
    + r"\mathrm{KL}(q\,\|\,p)\ge\frac{y}{1+y},\quad y=\bigl(1-\tfrac\rho3\bigr)\tfrac12\textstyle\sum q\,d^2",
)
def fisher_from_below(c: Constant = 1) -> Stated:
    """The logarithm ln t >= 1 - 1/t increases with t, and t = sum q e^d is at least 1 + y by three powers of d."""
    import sympy

    domain, each, given, rho, V, q, d = _steps()
    total, y = Sig(q * sympy.exp(d)), (1 - rho / 3) * V / 2

    def proof(k: Proof) -> Any:
        _, _, cube = _powers(k, rho, d)
        power = k.apply(exponential_from_below, {"d": d})
        least = q * (1 + d + d**2 / 2 - rho * d**2 / 6)
        summed = k.sum_up(k.show(q * sympy.exp(d), ">=", least, by=[(q, power), (q / 6, cube)]))
        by = [summed, k.hypothesis(0), k.hypothesis(1), ((1 - rho / 3) / 2, k.hypothesis(2))]
        bound = k.show(total, ">=", 1 + y, by=by)
        k.sign((1 - rho / 3) * V / 2, ">=")
        v = k.fresh("v in (0,oo)")
        logs = k.logarithm(bound)
        small = k.tangent(sympy.log(v), v, 1, 1 / (1 + y))
        return k.show(sympy.log(total), ">=", y / (1 + y), by=[logs, small])

    given = (*given, (total, ">", 0))
    larger = (c - rho / 3) * V / 2
    return ForEveryN(domain, each, given, sympy.log(total), ">=", larger / (1 + larger)), chain(proof, _sample)


convex_in_the_scores.false_if("the normaliser were a hundredth smaller", c=Fraction(1, 100))
zero_at_equal_probabilities_alone.false_if("1 % more were sure", c=Fraction(101, 100))
exponential_from_above.false_if("the last term were 18 % smaller", c=Fraction(82, 100))
exponential_from_below.false_if("the third power counted 1 % more", c=Fraction(101, 100))
fisher_from_above.false_if("the Fisher term counted 1 % less", c=Fraction(99, 100))
fisher_from_below.false_if("the Fisher term counted 1 % more", c=Fraction(101, 100))
