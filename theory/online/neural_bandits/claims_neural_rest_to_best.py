r"""Inverse-gap weighting without a normaliser: lam = K, and the best prediction gets what is left; then the reduction.

Its price is below ``2 (K-1)/gamma``, and 1 % less is refuted; ``2 K/gamma``, the usual form, is that rounded
up. The compared action has the prediction ``f_1``, the best prediction is ``best``; the further actions are unnamed.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.neural_bandits.claims_neural_inverse_gap import exploration_price, set_worst_truth

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "neural_bandits"
_REST = "inverse-gap weights with lam = K, the rest to the best prediction"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_WEIGHTS = r"p_i=\frac1{K+\gamma(f_i-f_b)}\ (i\ne b),\ p_b=1-\sum_{i\ne b}p_i:\quad "
_ASSUMED = (
    "p_b is positive: the other weights are at most 1/K each",
    "b has the best prediction; its true mean and that of the compared action are any numbers",
)


def _setting() -> tuple[Any, ...]:
    """Return domain, ranges per further action, and the conditions, the compared action not being the best one."""
    import sympy

    domain = Domain(
        "gamma in (0,oo), K in [2,oo), best in (-oo,oo), F_b in (-oo,oo), p_b in (0,1), "
        "p_1 in (0,1), f_1 in (-oo,oo), F_1 in (-oo,oo)"
    )
    each = Domain("p in (0,1), f in (-oo,oo), F in (-oo,oo)")
    (gamma, K, best, _, p_b, p_1, f_1, _), (p, f, _) = domain, each
    given = (
        (p_b + p_1 + Sig(p), "==", 1),
        (p * (K + gamma * (f - best)), "==", 1),
        (p_1 * (K + gamma * (f_1 - best)), "==", 1),
        (2 + Sig(sympy.Integer(1)), "==", K),
    )
    return domain, each, given


def _price(domain: Any, each: Any) -> Any:
    (gamma, _, best, F_b, p_b, p_1, f_1, F_1), (p, f, F) = domain, each
    regret = p_b * (F_b - F_1) + Sig(p * (F - F_1))
    return regret - gamma / 4 * (p_b * (best - F_b) ** 2 + p_1 * (f_1 - F_1) ** 2 + Sig(p * (f - F) ** 2))


def _drawn(rng: random.Random) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Draw gaps, often very large ones, and the true means that are worst for the second action."""
    count, gamma, best = rng.randint(2, 6), Fraction(rng.randint(1, 9), 2), Fraction(rng.randint(-3, 3))
    far = Fraction(rng.choice((1, 10, 10**6)))
    gaps = [far * rng.randint(1, 5) for _ in range(count - 1)]
    rows = [{"p": 1 / (count + gamma * gap), "f": best + gap} for gap in gaps]
    set_worst_truth(rows, gamma)
    point = {"gamma": gamma, "K": Fraction(count), "best": best, "F_b": best + 2 / gamma}
    point["p_b"] = 1 - sum((row["p"] for row in rows), Fraction(0))
    return point | {f"{name}_1": value for name, value in rows[0].items()}, rows[1:]


def _values(domain: Any) -> dict[str, Any]:
    return {item.name: symbol for item, symbol in zip(domain.ranges, domain.symbols, strict=True)}


@claim(
    paper=_PAPER,
    where=_REST,
    expected="proved",
    strength="tight",
    corrects=f"{_PAPER}.usual_price",
    uses=(f"{_PAPER}.exploration_price",),
    assumptions=_ASSUMED,
    says=_WEIGHTS + r"\textstyle\sum_ip_i(F_i-F_a)-\frac\gamma4\sum_ip_i(f_i-F_i)^2"
    r"\le\frac{2(K-1)}\gamma-\frac{K(1-p_b)}\gamma,\quad a\ne b",
)
def rest_price_against_another(c: Constant = 1) -> Stated:
    """The price of any weights, with p_i gap_i = (1 - K p_i)/gamma for all actions but the best."""
    domain, each, given = _setting()
    (gamma, K, best, F_b, p_b, p_1, f_1, F_1), (p, f, F) = domain, each

    def proof(k: Proof) -> Any:
        whole, each_one, own, count = (k.hypothesis(i) for i in range(4))
        general = k.apply(
            exploration_price, {"gamma": gamma, "p_1": p_1, "f_1": f_1, "F_1": F_1}, given=[whole],
            named=[{"p": p_b, "f": best, "F": F_b}], rest={"p": p, "f": f, "F": F},
        )  # fmt: skip
        at_own = k.show(f_1, "==", best + (1 / p_1 - K) / gamma, by=[(1 / (gamma * p_1), own)])
        squares = [
            k.sign(gamma / 4 * p_1 * (F_1 - f_1 + 2 * (1 - p_1) / (gamma * p_1)) ** 2, ">="),
            k.sign(gamma / 4 * p_b * (F_b - best - 2 / gamma) ** 2, ">="),
            k.sign(gamma / 4 * Sig(p * (F - f - 2 / gamma) ** 2), ">="),
        ]
        by = [(-1, general), (-1 / gamma, k.sum_up(each_one)), (-1 / gamma, count), (-best + K / gamma, whole)]
        right = (2 * (K - 1) - K * (1 - p_b)) / gamma
        return k.show(_price(domain, each), "<=", right, by=[*by, *squares, (1 - p_1, at_own)])

    right = (c * 2 * (K - 1) - K * (1 - p_b)) / gamma
    statement = ForEveryN(domain, each, given, _price(domain, each), "<=", right)
    return statement, chain(proof, _drawn)


@claim(
    paper=_PAPER,
    where=_REST,
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=_ASSUMED,
    says=_WEIGHTS + r"\textstyle\sum_ip_i(F_i-F_a)\le\frac{2K}\gamma+\frac\gamma4\sum_ip_i(f_i-F_i)^2,\quad a\ne b",
)
def usual_price(shrink: Constant = 1, less: Constant = 0) -> Stated:
    """Round 2 (K-1) up. It is not the best constant: K-1 in place of K holds too."""
    domain, each, given = _setting()
    (gamma, K, *_), (p, f, F) = domain, each

    def proof(k: Proof) -> Any:
        exact = k.apply(
            rest_price_against_another, _values(domain), given=[k.hypothesis(i) for i in range(4)],
            rest={"p": p, "f": f, "F": F},
        )  # fmt: skip
        return k.show(_price(domain, each), "<=", 2 * K / gamma, by=[exact])

    statement = ForEveryN(domain, each, given, _price(domain, each), "<=", shrink * (2 * K - less) / gamma)
    return statement, chain(proof, _drawn)


@claim(
    paper=_PAPER,
    where=_REST,
    expected="proved",
    strength="upper",
    uses=(f"{_PAPER}.exploration_price",),
    says=_WEIGHTS + r"\textstyle\sum_ip_i(F_i-F_b)\le\frac{K-1}\gamma+\frac\gamma4\sum_ip_i(f_i-F_i)^2",
)
def rest_price_against_the_best(c: Constant = 1) -> Stated:
    """The price exceeds (K-1)/gamma by -(1 - p_b)(K - 1/p_b)/gamma, and p_b >= 1/K as the others are at most 1/K."""
    import sympy

    domain = Domain("gamma in (0,oo), K in [2,oo), best in (-oo,oo), F_b in (-oo,oo), p_b in (0,1)")
    each = Domain("p in (0,1), f in (-oo,oo), F in (-oo,oo)")
    (gamma, K, best, F_b, p_b), (p, f, F) = domain, each
    given = (
        (p_b + Sig(p), "==", 1),
        (p * (K + gamma * (f - best)), "==", 1),
        (1 + Sig(sympy.Integer(1)), "==", K),
        (f, ">=", best),
    )
    left = Sig(p * (F - F_b)) - gamma / 4 * (p_b * (best - F_b) ** 2 + Sig(p * (f - F) ** 2))

    def proof(k: Proof) -> Any:
        whole, each_one, count, gap = (k.hypothesis(i) for i in range(4))
        small = k.sum_up(k.show(1 / K, ">=", p, by=[(-1 / K, each_one), (gamma * p / K, gap)]))
        floor = k.show(p_b, ">=", 1 / K, by=[whole, small, (-1 / K, count)])
        general = k.apply(
            exploration_price, {"gamma": gamma, "p_1": p_b, "f_1": best, "F_1": F_b}, given=[whole],
            rest={"p": p, "f": f, "F": F},
        )  # fmt: skip
        squares = [
            k.sign(gamma / 4 * p_b * (F_b - best + 2 * (1 - p_b) / (gamma * p_b)) ** 2, ">="),
            k.sign(gamma / 4 * Sig(p * (F - f - 2 / gamma) ** 2), ">="),
        ]
        by = [(-1, general), (-1 / gamma, k.sum_up(each_one)), (-1 / gamma, count), (-best + K / gamma, whole)]
        return k.show(left, "<=", (K - 1) / gamma, by=[*by, *squares, ((1 - p_b) * K / (gamma * p_b), floor)])

    def sample(rng: random.Random) -> Any:
        count, gamma, best = rng.randint(2, 5), Fraction(rng.randint(1, 9), 2), Fraction(rng.randint(-3, 3))
        gaps = [Fraction(rng.randint(0, 2) ** 9, 100) for _ in range(count - 1)]
        rows = [{"p": 1 / (count + gamma * gap), "f": best + gap, "F": best + gap + 2 / gamma} for gap in gaps]
        p_b = 1 - sum((row["p"] for row in rows), Fraction(0))
        point = {"gamma": gamma, "K": Fraction(count), "best": best, "F_b": best - 2 * (1 - p_b) / (gamma * p_b)}
        return point | {"p_b": p_b}, rows

    return ForEveryN(domain, each, given, left, "<=", c * (K - 1) / gamma), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="reduction to regression, summed over rounds",
    expected="proved",
    strength="upper",
    uses=(f"{_PAPER}.price_at_most",),
    assumptions=(
        "the unnamed classes are the rounds: r is the expected regret of a round, s its expected squared error",
        "T counts them; regret is against the best action of every context",
    ),
    says=r"\textstyle r_t\le\frac{K-1}\gamma+\frac\gamma4s_t\ \forall t,\ \sum_ts_t\le S,\ "
    r"\gamma=2\sqrt{(K-1)T/S}:\quad\sum_tr_t\le\sqrt{(K-1)\,T\,S}",
)
def regret_with_tuned_exploration(c: Constant = 1, step: Constant = 2) -> Stated:
    """Sum the bound of a round; at this gamma both terms are half the root. ``q**2 = (K-1) T S`` names the root."""
    import sympy

    domain, each = Domain("K in (1,oo), T in (0,oo), S in (0,oo), q in (0,oo)"), Domain("r in (-oo,oo), s in [0,oo)")
    (K, T, S, q), (r, s) = domain, each

    def given(step: Any) -> tuple[Any, ...]:
        gamma = step * q / S
        return (
            (r, "<=", (K - 1) / gamma + gamma / 4 * s),
            (Sig(s), "<=", S),
            (Sig(sympy.Integer(1)), "==", T),
            (q**2, "==", (K - 1) * T * S),
        )

    def proof(k: Proof) -> Any:
        each_round, error, count, square = (k.hypothesis(i) for i in range(4))
        gamma = 2 * q / S
        by = [k.sum_up(each_round), (gamma / 4, error), (-(K - 1) / gamma, count), (1 / (2 * q), square)]
        return k.show(Sig(r), "<=", q, by=by)

    def sample(rng: random.Random) -> Any:
        rounds, root = rng.choice((1, 4)), Fraction(rng.randint(1, 5), 2)
        error, actions = Fraction(rounds) * Fraction(rng.randint(1, 3)) ** 2, Fraction(2) + (root * 2) ** 2 - 1
        q = 2 * root * rounds * Fraction(1) * _root(error / rounds)
        gamma = Fraction(step) * q / error
        s = error / rounds
        rows = [{"s": s, "r": (actions - 1) / gamma + gamma / 4 * s} for _ in range(rounds)]
        return {"K": actions, "T": Fraction(rounds), "S": error, "q": q}, rows

    return ForEveryN(domain, each, given(step), Sig(r), "<=", c * q), chain(proof, sample)


def _root(square: Fraction) -> Fraction:
    """Return the root of 1, 4 or 9."""
    return {Fraction(n * n): Fraction(n) for n in (1, 2, 3)}[square]


@claim(
    paper=_PAPER,
    where="reduction to regression, the best gamma",
    expected="proved",
    strength="tight",
    says=r"\frac A\gamma+\frac{\gamma S}4\ge\sqrt{AS}\quad\text{for every }\gamma",
)
def no_better_exploration(c: Constant = 1) -> Stated:
    """A square: 2 sqrt(A/S) is the best gamma. Roots a of A and s of S are the variables."""
    domain = Domain("gamma in (0,oo), a in (0,oo), s in (0,oo)")
    gamma, a, s = domain

    def proof(k: Proof) -> Any:
        square = k.sign((2 * a - gamma * s) ** 2 / (4 * gamma), ">=")
        return k.show(a**2 / gamma + gamma * s**2 / 4, ">=", a * s, by=[square])

    return ForAll(domain, a**2 / gamma + gamma * s**2 / 4, ">=", c * a * s), chain(proof)


@claim(
    paper=_PAPER,
    where="squared error of the predictions from the regression regret",
    expected="proved",
    strength="identity",
    assumptions=("the classes are the outcomes of one round, w their probabilities given the past",),
    says=r"\mathbb E\,y=F:\quad\mathbb E\bigl[(f-y)^2-(F-y)^2\bigr]=(f-F)^2",
)
def regression_regret_is_squared_error(c: Constant = 1) -> Stated:
    """Expand: y enters linearly. It needs realisability, that F is in the class the regression competes with."""
    domain, each = Domain("f in (-oo,oo), F in (-oo,oo)"), Domain("w in [0,1], y in (-oo,oo)")
    (f, F), (w, y) = domain, each
    given, left = ((Sig(w), "==", 1), (Sig(w * y), "==", F)), Sig(w * ((f - y) ** 2 - (F - y) ** 2))

    def proof(k: Proof) -> Any:
        by = [(f**2 - F**2, k.hypothesis(0)), (2 * (F - f), k.hypothesis(1))]
        return k.show(left, "==", (f - F) ** 2, by=by)

    def sample(rng: random.Random) -> Any:
        weight = Fraction(rng.randint(1, 9), 10)
        rows = [{"w": w, "y": Fraction(rng.randint(0, 6), 3)} for w in (weight, 1 - weight)]
        return {"f": Fraction(rng.randint(-3, 3)), "F": sum(row["w"] * row["y"] for row in rows)}, rows

    return ForEveryN(domain, each, given, left, "==", c * (f - F) ** 2), chain(proof, sample)


rest_price_against_another.false_if("2 (K-1) were 1 % smaller", c=_LESS)
usual_price.false_if("2 (K-1) were 1 % smaller", less=2, shrink=_LESS)
rest_price_against_the_best.false_if("the price were 1 % smaller", c=_LESS)
regret_with_tuned_exploration.false_if("the bound were 1 % smaller", c=_LESS)
regret_with_tuned_exploration.false_if("gamma were half as large", step=1)
no_better_exploration.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
regression_regret_is_squared_error.false_if("it were 1 % more", c=_ONE_PERCENT)
