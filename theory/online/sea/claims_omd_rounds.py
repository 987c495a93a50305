r"""Pathwise regret of optimistic gradient descent, round by round: potentials whose sums telescope.

Round t plays ``x`` from the centre w with the guess M, sees g and moves the centre to ``y``; ``p`` is the play of the
round before. Each statement says that the regret of the round plus a potential after it is at most the potential before
it plus a price. Conditions are the optimality of x against y, and of y against u and against x, which is all that a
projection on a convex set gives. No probability enters: these hold on every path.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "pathwise regret of optimistic gradient descent, one round"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_VECTORS = ("u", "w", "p", "x", "y", "g", "M")
_OPTIMAL = "u, x, y lie in the convex decision set; the conditions on inner products are first-order optimality"


def _optimality(each: Domain, eta: Any) -> tuple[Any, ...]:
    u, w, _, x, y, g, M = each
    played, moved = M + (x - w) / eta, g + (y - w) / eta
    return ((inner(played, y - x), ">=", 0), (inner(moved, u - y), ">=", 0), (inner(moved, x - y), ">=", 0))


def _path(rng: random.Random, point: dict[str, Fraction], rows: list[dict[str, Fraction]], eta: Fraction) -> Any:
    """Complete a round: in half of the cases on the cube [-1, 1]^d, else without constraint and with no slack."""
    clipped = rng.random() < 0.5
    for row in rows:
        if clipped:
            row |= {name: max(min(row[name], Fraction(1)), Fraction(-1)) for name in ("u", "w", "p")}
        row |= {"x": row["w"] - eta * row["M"], "y": row["w"] - eta * row["g"]}
        if clipped:
            row |= {name: max(min(row[name], Fraction(1)), Fraction(-1)) for name in ("x", "y")}
        else:
            row |= {"p": 2 * row["w"] - row["x"]}
    return point, rows


def stable(k: Proof, d: Any, e: Any, eta: Any) -> tuple[Any, Any]:
    """Return ``<d, e> >= |e|^2/eta`` and ``eta |d|^2 >= <d, e>`` for d = g - M and e = x - y, from optimality."""
    close = k.show(inner(d, e), ">=", norm_sq(e) / eta, by=[k.hypothesis(0), k.hypothesis(2)])
    square = k.sign(eta * Sig((d - e / eta) ** 2), ">=")
    return close, k.show(eta * norm_sq(d), ">=", inner(d, e), by=[square, close])


@claim(
    paper=_PAPER,
    where=_WHERE + ": stability",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    assumptions=(_OPTIMAL,),
    says=r"\langle g-M,x-y\rangle\le\eta\|g-M\|^2",
)
def optimistic_stability(c: Constant = 1) -> Stated:
    """Add the two optimality conditions, then complete the square: no root is taken."""
    domain, each = Domain("eta in (0,oo)"), Domain(reals(*_VECTORS))
    (eta,), (_, _, _, x, y, g, M) = domain, each

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, _VECTORS, positive=("eta",))
        return _path(rng, point, rows, point["eta"])

    statement = ForEveryN(domain, each, _optimality(each, eta), inner(g - M, x - y), "<=", c * eta * norm_sq(g - M))
    return statement, chain(lambda k: stable(k, g - M, x - y, eta)[1], sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", steps that do not increase",
    expected="proved",
    strength="upper",
    assumptions=(
        _OPTIMAL,
        "summed over rounds the potentials telescope to D^2/(2 eta_T) at most; in the first round p = w",
    ),
    says=r"\langle g,x-u\rangle+\frac{\|y-u\|^2-D^2}{2\eta_+}+\frac{\|y-x\|^2}{2\eta}\le\frac{\|w-u\|^2-D^2}{2\eta}"
    r"+\frac{\|w-p\|^2}{2\eta_-}+\eta\|g-M\|^2-\frac{\|x-p\|^2}{4\eta_-},\quad\eta_-\ge\eta\ge\eta_+",
)
def decreasing_steps_round(price: Constant = 1, kept: Constant = Fraction(1, 4)) -> Stated:
    """Optimality, stability, D against |y - u|, and the parallelogram of p, w and x."""
    domain = Domain("D in (0,oo), before in (0,oo), eta in (0,oo), after in (0,oo)")
    each = Domain(reals(*_VECTORS))
    (D, before, eta, after), (u, w, p, x, y, g, M) = domain, each
    given = (
        *_optimality(each, eta), (norm_sq(y - u), "<=", D**2), (before, ">=", eta), (eta, ">=", after),
    )  # fmt: skip

    def sides(price: Any, kept: Any) -> tuple[Any, Any]:
        left = inner(g, x - u) + (norm_sq(y - u) - D**2) / (2 * after) + norm_sq(y - x) / (2 * eta)
        right = (norm_sq(w - u) - D**2) / (2 * eta) + norm_sq(w - p) / (2 * before)
        return left, right + price * eta * norm_sq(g - M) - kept * norm_sq(x - p) / before

    def proof(k: Proof) -> Any:
        _, steady = stable(k, g - M, x - y, eta)
        gained = k.sign((before - eta) / (2 * before * eta) * Sig((x - w) ** 2), ">=")
        square = k.sign(Sig((x - 2 * w + p) ** 2) / (4 * before), ">=")
        facts = [k.hypothesis(0), k.hypothesis(1), steady, ((eta - after) / (2 * eta * after), k.hypothesis(3))]
        left, right = sides(1, Fraction(1, 4))
        return k.show(left, "<=", right, by=[*facts, gained, square])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, _VECTORS, positive=("before", "eta", "after"))
        steps = sorted((point["before"], point["eta"], point["after"]))
        if rng.random() < 0.5:
            steps = [steps[1]] * 3
        point |= {"after": steps[0], "eta": steps[1], "before": steps[2]}
        _path(rng, point, rows, point["eta"])
        return point | {"D": sum(abs(row["y"] - row["u"]) for row in rows) + Fraction(1, 2)}, rows

    left, right = sides(price, kept)
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, sample)


def _tight_strong_round(rng: random.Random, point: dict[str, Fraction], rows: list[dict[str, Fraction]]) -> Any:
    """No guess, no constraint, u opposite to the next centre: every square of the proof is 0."""
    eta = 2 / (point["lam"] * point["t"])
    for row in rows:
        row |= {"M": Fraction(0), "x": row["w"], "p": row["w"], "y": row["w"] - eta * row["g"]}
        row |= {"u": 2 * row["x"] - row["y"]}
    return point, rows


def _late_strong_round(rng: random.Random, point: dict[str, Fraction], rows: list[dict[str, Fraction]]) -> Any:
    """A late round after a move from p over w to x: all that is lost is |x - w|^2, against t moves."""
    point["t"] = Fraction(1000)
    eta = 2 / (point["lam"] * point["t"])
    for row in rows:
        row |= {"x": row["w"] - eta * row["M"], "y": row["w"] - eta * row["g"]}
        row |= {"p": 2 * row["w"] - row["x"], "u": 2 * row["x"] - row["y"]}
    return point, rows


@claim(
    paper=_PAPER,
    where=_WHERE + r", strongly convex, step 2/(lambda t)",
    expected="proved",
    strength="upper",
    assumptions=(_OPTIMAL, "summed over rounds the potentials telescope to lambda D^2/4 at most; t is the round"),
    says=r"\langle g,x-u\rangle-\tfrac\lambda2\|x-u\|^2+\tfrac{\lambda(t+1)}4\|y-u\|^2+\tfrac{\lambda t}4\|y-x\|^2"
    r"\le\tfrac{\lambda t}4\|w-u\|^2+\tfrac{\lambda(t-1)}4\|w-p\|^2+\tfrac2{\lambda t}\bigl(1+\tfrac1t\bigr)\|g-M\|^2"
    r"-\tfrac{\lambda(t-1)}8\|x-p\|^2",
)
def strongly_convex_round(price: Constant = 1, kept: Constant = Fraction(1, 8)) -> Stated:
    """``|y-u|^2 <= 2|x-u|^2 + 2|x-y|^2`` uses up the strong convexity exactly; |x-y| <= eta |g-M| pays for the rest."""
    domain, each = Domain("lam in (0,oo), t in [1,oo)"), Domain(reals(*_VECTORS))
    (lam, t), (u, w, p, x, y, g, M) = domain, each
    eta = 2 / (lam * t)

    def sides(price: Any, kept: Any) -> tuple[Any, Any]:
        left = inner(g, x - u) - lam / 2 * norm_sq(x - u) + lam * (t + 1) / 4 * norm_sq(y - u)
        right = lam * t / 4 * norm_sq(w - u) + lam * (t - 1) / 4 * norm_sq(w - p)
        right += price * eta * (1 + 1 / t) * norm_sq(g - M)
        return left + lam * t / 4 * norm_sq(y - x), right - kept * lam * (t - 1) * norm_sq(x - p)

    def proof(k: Proof) -> Any:
        d, e = g - M, x - y
        close, steady = stable(k, d, e, eta)
        opposite = k.sign(lam / 4 * Sig((2 * x - u - y) ** 2), ">=")
        moved = k.sign(lam / 2 * eta**2 * Sig((d - e / eta) ** 2), ">=")
        middle = k.sign(lam * (t - 1) / 8 * Sig((x - 2 * w + p) ** 2), ">=")
        rest = k.sign(lam / 4 * Sig((x - w) ** 2), ">=")
        facts = [k.hypothesis(0), k.hypothesis(1), steady, (lam * eta, close), opposite, moved, middle, rest]
        left, right = sides(1, Fraction(1, 8))
        return k.show(left, "<=", right, by=facts)

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, _VECTORS, positive=("lam",))
        point["t"] = Fraction(rng.randint(1, 6))
        kind = rng.randrange(4)
        if kind < 2:
            return (_tight_strong_round, _late_strong_round)[kind](rng, point, rows)
        return _path(rng, point, rows, 2 / (point["lam"] * point["t"]))

    left, right = sides(price, kept)
    return ForEveryN(domain, each, _optimality(each, eta), left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + r", strongly convex, step kappa/(lambda t): why kappa = 2",
    expected="proved",
    strength="tight",
    says=r"\tfrac\lambda{2\kappa}\|u-y\|^2\le\tfrac\lambda2\|u-x\|^2+\tfrac\lambda\kappa\|x-y\|^2\quad(\kappa=2)",
)
def strong_convexity_pays_for_moving_centre(kappa: Constant = 2) -> Stated:
    """With kappa = 2 the difference is a square; for every smaller kappa some u, x, y break it."""
    domain, each = Domain("lam in (0,oo)"), Domain(reals("u", "x", "y"))
    (lam,), (u, x, y) = domain, each

    def sides(kappa: Any) -> tuple[Any, Any]:
        kappa = Fraction(kappa)
        return lam / (2 * kappa) * norm_sq(u - y), lam / 2 * norm_sq(u - x) + lam / kappa * norm_sq(x - y)

    def proof(k: Proof) -> Any:
        left, right = sides(2)
        return k.show(left, "<=", right, by=[k.sign(lam / 4 * Sig((2 * x - u - y) ** 2), ">=")])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("u", "x", "y"), positive=("lam",))
        if rng.random() < 0.5:
            for row in rows:
                row["y"] = 2 * row["x"] - row["u"]
        return point, rows

    left, right = sides(kappa)
    return ForEveryN(domain, each, (), left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="pathwise regret, adaptive step: one round",
    expected="proved",
    strength="lemma",
    assumptions=("a = |g - M|^2 <= 4 G^2 because both gradients are bounded by G (the first guess is 0)",),
    says=r"\frac{D\,a}{\sqrt{\delta+4G^2+V}}\le2D\bigl(\sqrt{\delta+V+a}-\sqrt{\delta+V}\bigr),\quad0\le a\le4G^2",
)
def adaptive_step_price(c: Constant = 2, ahead: Constant = 4) -> Stated:
    """Concavity of the root: the increment is at least a/(2 sqrt(delta + V + a)), and a <= 4 G^2."""
    import sympy

    domain = Domain("D in (0,oo), delta in (0,oo), G in [0,oo), V in [0,oo), a in [0,oo)")
    D, delta, G, V, a = domain

    def sides(c: Any, ahead: Any) -> tuple[Any, Any]:
        paid = D * a / sympy.sqrt(delta + ahead * G**2 + V)
        return paid, c * D * (sympy.sqrt(delta + V + a) - sympy.sqrt(delta + V))

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.sqrt(v), v, delta + V + a, delta + V)
        order = k.show(delta + 4 * G**2 + V, ">=", delta + V + a, by=[k.hypothesis(0)])
        smaller = k.power(order, Fraction(-1, 2))
        left, right = sides(2, 4)
        return k.show(left, "<=", right, by=[(2 * D, line), (D * a, smaller)])

    left, right = sides(c, ahead)
    return ForAll(domain, left, "<=", right, given=((a, "<=", 4 * G**2),)), chain(proof)


def _adaptive_sum(c: Constant, kept: Constant) -> tuple[Any, ...]:
    """Return domain, both sides and the proof; ``kept`` times D sqrt(delta) is subtracted on the right."""
    import sympy

    domain = Domain("D in (0,oo), delta in (0,oo), G in [0,oo), V in [0,oo), a in [0,oo)")
    D, delta, G, V, a = domain
    last = sympy.sqrt(delta + 4 * G**2 + V + a)
    left = D / 2 * sympy.sqrt(delta + 4 * G**2 + V) + 2 * D * (sympy.sqrt(delta + V + a) - sympy.sqrt(delta))
    right = c * D * last - kept * D * sympy.sqrt(delta)

    def proof(k: Proof) -> Any:
        first = k.power(k.show(delta + 4 * G**2 + V + a, ">=", delta + 4 * G**2 + V), Fraction(1, 2))
        second = k.power(k.show(delta + 4 * G**2 + V + a, ">=", delta + V + a), Fraction(1, 2))
        return k.show(left, "<=", right, by=[(D / 2, first), (2 * D, second)])

    return domain, left, right, proof


_SUMS = ("V_{T-1} and V_T are the sums of |g - M|^2 up to the rounds T - 1 and T; D^2/(2 eta_T) and the prices add up",)


@claim(
    paper=_PAPER,
    where="pathwise regret, adaptive step: the sum",
    expected="proved",
    strength="upper",
    assumptions=_SUMS,
    says=r"\tfrac D2\sqrt{\delta+4G^2+V_{T-1}}+2D\bigl(\sqrt{\delta+V_T}-\sqrt\delta\bigr)"
    r"\le\tfrac52D\sqrt{\delta+4G^2+V_T}",
)
def adaptive_step_sum(c: Constant = Fraction(5, 2)) -> Stated:
    """D^2/(2 eta_T) and the telescoped prices, both at most multiples of the last root."""
    domain, left, right, _ = _adaptive_sum(c, 0)
    *_, proof = _adaptive_sum(Fraction(5, 2), 0)
    return ForAll(domain, left, "<=", right), chain(proof)


@claim(
    paper=_PAPER,
    where="pathwise regret, adaptive step: the sum, with what telescoping starts from",
    expected="proved",
    strength="upper",
    corrects="sea.adaptive_step_sum",
    assumptions=_SUMS,
    says=r"\tfrac D2\sqrt{\delta+4G^2+V_{T-1}}+2D\bigl(\sqrt{\delta+V_T}-\sqrt\delta\bigr)"
    r"\le\tfrac52D\sqrt{\delta+4G^2+V_T}-2D\sqrt\delta",
)
def adaptive_step_sum_sharper(c: Constant = Fraction(5, 2), kept: Constant = 2) -> Stated:
    """The prices telescope from sqrt(delta), which need not be given away."""
    domain, left, right, _ = _adaptive_sum(c, kept)
    *_, proof = _adaptive_sum(Fraction(5, 2), 2)
    return ForAll(domain, left, "<=", right), chain(proof)


@claim(
    paper=_PAPER,
    where="pathwise regret: from rounds to the sum",
    expected="proved",
    strength="lemma",
    assumptions=(
        "the potential after a round is the one before the next: the sums of the two differ by the first and the last",
    ),
    says=r"r_t+\Phi_{t+1}\le\Phi_t+c_t-n_t\ \forall t\implies\sum_tr_t\le\Phi_1-\Phi_{T+1}+\sum_tc_t-\sum_tn_t",
)
def rounds_telescope(c: Constant = 1) -> Stated:
    """Add up the rounds, of any number."""
    domain, each = Domain(reals("first", "last")), Domain(reals("r", "before", "after", "cost", "gain"))
    (first, last), (r, before, after, cost, gain) = domain, each
    given = ((r + after, "<=", before + cost - gain), (Sig(before) - Sig(after), "==", first - last))

    def proof(k: Proof) -> Any:
        total = k.sum_up(k.hypothesis(0))
        return k.show(Sig(r), "<=", first - last + Sig(cost) - Sig(gain), by=[total, (-1, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        _, rows = point_and_coordinates(rng, ("before", "cost", "gain"))
        potential = [row["before"] for row in rows] + [Fraction(rng.randint(-3, 3))]
        for row, now, then in zip(rows, potential, potential[1:], strict=False):
            row |= {"before": now, "after": then, "r": now + row["cost"] - row["gain"] - then}
        return {"first": potential[0], "last": potential[-1]}, rows

    return ForEveryN(domain, each, given, Sig(r), "<=", first - last + c * Sig(cost) - Sig(gain)), chain(proof, sample)


optimistic_stability.false_if("the constant were 1 % smaller", c=_LESS)
decreasing_steps_round.false_if("the price were 1 % smaller", price=_LESS)
decreasing_steps_round.false_if("1 % more of the moves were kept", kept=Fraction(101, 400))
strongly_convex_round.false_if("the price were 1 % smaller", price=_LESS)
strongly_convex_round.false_if("1 % more of the moves were kept", kept=Fraction(101, 800))
strong_convexity_pays_for_moving_centre.false_if("the step were 1/(lambda t)", kappa=1)
strong_convexity_pays_for_moving_centre.false_if("the step were 1 % shorter", kappa=Fraction(198, 100))
adaptive_step_price.false_if("the constant were 1 % smaller", c=Fraction(198, 100))
adaptive_step_price.false_if("the step lacked the term 4 G^2", ahead=0)
adaptive_step_sum.false_if("the constant were 1 % smaller", c=Fraction(99, 40))
adaptive_step_sum_sharper.false_if("the constant were 1 % smaller", c=Fraction(99, 40))
adaptive_step_sum_sharper.false_if("1 % more were subtracted", kept=Fraction(202, 100))
rounds_telescope.false_if("the costs counted 1 % less", c=_LESS)
