r"""Weights relative to the best prediction (FastCB), for every number of actions, with smaller constants than usual.

Predictions are x, true means y, the best prediction is m. Three inequalities about each action, summed with the
weights, give the lemma; they are proved in `theory.online.neural_bandits.claims_neural_discrimination`.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Claim, Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.neural_bandits.claims_neural_discrimination import (
    comparator_below_the_best,
    discrimination,
    prediction_above_truth,
    truth_above_prediction,
)

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "neural_bandits"
_WHERE = "weights relative to the best prediction"
_LESS = Fraction(99, 100)
_WEIGHTS = r"p_i=\frac m{Km+\gamma(x_i-m)}\ (i\ne b),\ p_b=1-\sum_{i\ne b}p_i,\ \gamma\ge2K:\quad "
_ASSUMED = (
    "b has the best prediction m > 0; the further true means are at least 0",
    "p_b is positive: the other weights are at most 1/K each",
)
DISCRIMINATION = Fraction(49, 32)  # 1/4 + 1 + 9/32: what the three inequalities about one action cost, as K >= 2


_BEST = "gamma in (0,oo), K in [2,oo), m in (0,oo), p_b in (0,1), y_b in [0,oo)"
_ANOTHER = _BEST + ", p_1 in (0,1), x_1 in (0,oo), y_1 in [0,oo)"
_EACH = "p in (0,1), x in (0,oo), y in [0,oo)"


def _named(domain: Any, *, another: bool) -> list[tuple[Any, Any, Any]]:
    """Return weight, prediction and true mean of the named actions; the last of them is compared with."""
    names = {item.name: symbol for item, symbol in zip(domain.ranges, domain.symbols, strict=True)}
    best = (names["p_b"], names["m"], names["y_b"])
    return [best, (names["p_1"], names["x_1"], names["y_1"])] if another else [best]


def _weights(domain: Any, each: Any, *, another: bool) -> tuple[Any, ...]:
    """Return the conditions that p are the weights, the best action being named and perhaps another one."""
    import sympy

    (gamma, K, m, *_), (p, x, *_) = domain, each
    named = _named(domain, another=another)
    conditions: tuple[Any, ...] = (
        (sum(q for q, _, _ in named) + Sig(p), "==", 1),
        (p * (K * m + gamma * (x - m)), "==", m),
        (x, ">=", m),
        (gamma, ">=", 2 * K),
        (len(named) + Sig(sympy.Integer(1)), "==", K),
    )
    for q, u, _ in named[1:]:
        conditions += ((q * (K * m + gamma * (u - m)), "==", m), (u, ">=", m))
    return conditions


def _drawn(another: bool, *, parts: bool = False) -> Any:
    """Return a sampler of weights and true means; with ``parts`` the discriminations have names of their own."""

    def sample(rng: random.Random) -> Any:
        count, m = rng.randint(2, 5), Fraction(rng.randint(1, 4), 4)
        gamma = Fraction(rng.choice((2, 3, 50, 10**4)) * count)
        rows = [{"x": m * (1 + Fraction(rng.choice((0, 1, 4000)), 4))} for _ in range(count - 1)]
        wrong = rng.choice(((4,), (4,), (0, 3, 4, 5)))  # which part of each prediction is true, in quarters
        for row in rows:
            row["p"] = m / (count * m + gamma * (row["x"] - m))
            row["y"] = row["x"] * Fraction(rng.choice(wrong), 4)
        left = 1 - sum((row["p"] for row in rows), Fraction(0))
        best = {"p": left, "x": m, "y": m * Fraction(rng.choice(wrong), 4)}
        if another and rng.random() < Fraction(1, 2):
            rows[-1]["y"] = Fraction(0)  # the compared action, taken to be bad, is the one without loss
        for row in (best, *rows) if parts else ():
            row["d"] = discrimination(row["x"], row["y"])
        del best["x"]
        point = {"gamma": gamma, "K": Fraction(count), "m": m}
        point |= {f"{name}_b": value for name, value in best.items()}
        point |= {f"{name}_1": value for name, value in rows.pop().items()} if another else {}
        return point, rows

    return sample


def _parts(domain: Any, each: Any, *, another: bool) -> tuple[Any, tuple[Any, ...], Any]:
    """Return named actions with their discriminations, what is known of each action, and of the comparator."""
    (gamma, K, m, *_), (_, x, y, d) = domain, each
    arms = _named(domain, another=another)
    named = [(*arm, e) for arm, e in zip(arms, domain.symbols[-len(arms) :], strict=True)]
    known: list[Any] = []
    for u, v, e in [(x, y, d), *[(u, v, e) for _, u, v, e in named]]:
        known += [(v - u, "<=", K / gamma * v + gamma / (2 * K) * e), (u, "<=", 2 * v + Fraction(9, 8) * e)]
    q, _, v, e = named[-1]
    return named, tuple(known), (m - v, "<=", K / gamma * m + gamma * q * e)


def _in_parts(c: Constant, spread: Constant, *, another: bool) -> Stated:
    """Return the lemma from the three inequalities of every action, with symbols for the discriminations."""
    domain = Domain((_ANOTHER + ", d_b in [0,oo), d_1 in [0,oo)") if another else (_BEST + ", d_b in [0,oo)"))
    each = Domain(_EACH + ", d in [0,oo)")
    (gamma, K, m, *_), (p, x, y, d) = domain, each
    named, known, compared = _parts(domain, each, another=another)
    mean = sum(q * v for q, _, v, _ in named) + Sig(p * y)
    paid = sum(q * e for q, _, _, e in named) + Sig(p * d)
    weights = _weights(domain, each, another=another)

    def right(c: Any, spread: Any) -> Any:
        return c * 5 * K / gamma * mean + spread * gamma * paid

    def proof(k: Proof) -> Any:
        first = len(weights)
        whole, weight, gap, wide, count, *own = (k.hypothesis(i) for i in range(first))
        facts = [k.hypothesis(first + i) for i in range(len(known) + 1)]

        def over_actions(number: int) -> list[Any]:
            """Weigh an inequality of every action by the action's probability."""
            mine = facts[number]
            summed = k.sum_up(k.show(p * mine.lhs, ">=", p * mine.rhs, by=[(p, mine)]))
            return [summed, *[(arm[0], facts[2 + 2 * i + number]) for i, arm in enumerate(named)]]

        predicted = sum(q * u for q, u, _, _ in named) + Sig(p * x)
        above = k.show(mean - predicted, "<=", K / gamma * mean + gamma / (2 * K) * paid, by=over_actions(0))
        bound = 2 * mean + Fraction(9, 8) * paid
        known_sum = k.show(predicted, "<=", bound, by=over_actions(1))
        farther = [k.sum_up(k.show(p * x, ">=", p * m, by=[(p, gap)])), (m, whole)]
        farther += [(named[1][0], own[1])] if another else []
        least = k.show(m, "<=", bound, by=[known_sum, *farther])
        taken = k.sum_up(k.show(p * (x - m), "==", m * (1 - K * p) / gamma, by=[(1 / gamma, weight)]))
        by = [(-1, taken), (-m / gamma, count), (-m, whole)] + ([(-1 / gamma, own[0])] if another else [])
        idle = k.sign(K * m / gamma * (Sig(p) + sum(q for q, *_ in named[1:])), ">=")
        moved = k.show(predicted - m, "<=", (K - 1) * m / gamma, by=[*by, idle])
        q, _, v, e = named[-1]
        fallen = k.show(m - v, "<=", K / gamma * m + gamma * paid, by=[facts[-1], k.sign(gamma * (paid - q * e), ">=")])
        spent, four = k.sign(paid, ">="), k.show(gamma, ">=", 4, by=[wide])
        square = k.show(gamma**2, ">=", 8 * K, by=[(gamma, wide), (2 * K, four)])
        rest = [
            (gamma * (K - 2) / (4 * K), spent), (Fraction(9, 32) * paid / gamma, square), k.sign(bound / gamma, ">="),
        ]  # fmt: skip
        by = [above, moved, fallen, ((2 * K - 1) / gamma, least), *rest]
        return k.show(mean - v, "<=", right(1, DISCRIMINATION), by=by)

    statement = ForEveryN(domain, each, (*weights, *known, compared), mean - named[-1][2], "<=", right(c, spread))
    return statement, chain(proof, _drawn(another, parts=True))


_SAYS = r"\textstyle\sum_ip_i(y_i-y_%s)\le\frac{5K}\gamma\sum_ip_iy_i+%s\gamma\sum_ip_i\frac{(x_i-y_i)^2}{x_i+y_i}"


@claim(
    paper=_PAPER,
    where=_WHERE + ", sum over actions",
    expected="proved",
    strength="lemma",
    says=r"\text{the three inequalities for every action imply }" + _SAYS % ("a", r"\tfrac{49}{32}"),
)
def in_parts_against_another(c: Constant = 1, spread: Constant = DISCRIMINATION) -> Stated:
    """The truth exceeds the predictions by little, these the best one, and that the comparator, each at its price."""
    return _in_parts(c, spread, another=True)


@claim(
    paper=_PAPER,
    where=_WHERE + ", sum over actions",
    expected="proved",
    strength="lemma",
    says=r"\text{the three inequalities for every action imply }" + _SAYS % ("b", r"\tfrac{49}{32}"),
)
def in_parts_against_the_best(c: Constant = 1, spread: Constant = DISCRIMINATION) -> Stated:
    """As against another action."""
    return _in_parts(c, spread, another=False)


def _stated(c: Any, spread: Any, *, another: bool) -> tuple[Any, ...]:
    """Return domain, ranges per action, conditions and both sides of the lemma itself."""
    domain, each = Domain(_ANOTHER if another else _BEST), Domain(_EACH)
    (gamma, K, *_), (p, x, y) = domain, each
    named = _named(domain, another=another)
    mean = sum(q * v for q, _, v in named) + Sig(p * y)
    paid = sum(q * discrimination(u, v) for q, u, v in named) + Sig(p * discrimination(x, y))
    right = c * 5 * K / gamma * mean + spread * gamma * paid
    return domain, each, _weights(domain, each, another=another), mean - named[-1][2], right


def _lemma(k: Proof, lemma: Claim, *, another: bool) -> Any:
    """Prove the three inequalities for every action, then apply their sum."""
    domain, each, weights, *_ = _stated(1, 1, another=another)
    (gamma, K, m, *_), (p, x, y) = domain, each
    given = [k.hypothesis(i) for i in range(len(weights))]
    named = _named(domain, another=another)
    for u, v in [(x, y), *[(u, v) for _, u, v in named]]:
        given.append(k.apply(truth_above_prediction, {"e": K / gamma, "x": u, "y": v}))
        given.append(k.apply(prediction_above_truth, {"x": u, "y": v}))
    q, u, v = named[-1]
    own = given[5:7]
    if not another:
        whole, weight, gap, _, count = given[:5]
        small = k.show(1 / K, ">=", p, by=[(-1 / (K * m), weight), (gamma * p / (K * m), gap)])
        floor = k.show(q, ">=", 1 / K, by=[whole, k.sum_up(small), (-1 / K, count)])
        own = [k.show(q * K * m, ">=", m, by=[(K * m, floor)])]
    given.append(
        k.apply(comparator_below_the_best, {"gamma": gamma, "K": K, "m": m, "x": u, "y": v, "q": q}, given=own)
    )
    values = {item.name: symbol for item, symbol in zip(domain.ranges, domain.symbols, strict=True)}
    values |= {name: discrimination(u, v) for name, (_, u, v) in zip(("d_b", "d_1"), named, strict=False)}
    return k.apply(lemma, values, given=given, rest={"p": p, "x": x, "y": y, "d": discrimination(x, y)})


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    corrects=f"{_PAPER}.usual_fast_cb_lemma",
    assumptions=_ASSUMED,
    says=_WEIGHTS + _SAYS % ("a", r"\tfrac{49}{32}") + r",\quad a\ne b",
)
def fast_cb_against_another(c: Constant = 1, spread: Constant = DISCRIMINATION) -> Stated:
    """Three inequalities for every action, summed with the weights."""
    domain, each, given, left, right = _stated(c, spread, another=True)
    statement = ForEveryN(domain, each, given, left, "<=", right)
    return statement, chain(lambda k: _lemma(k, in_parts_against_another, another=True), _drawn(True))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    assumptions=_ASSUMED,
    says=_WEIGHTS + _SAYS % ("b", r"\tfrac{49}{32}"),
)
def fast_cb_against_the_best(c: Constant = 1, spread: Constant = DISCRIMINATION) -> Stated:
    """As against another action; the best prediction keeps weight 1/K at least."""
    domain, each, given, left, right = _stated(c, spread, another=False)
    statement = ForEveryN(domain, each, given, left, "<=", right)
    return statement, chain(lambda k: _lemma(k, in_parts_against_the_best, another=False), _drawn(False))


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=_ASSUMED,
    says=_WEIGHTS + _SAYS % ("a", "7") + r",\quad a\ne b",
)
def usual_fast_cb_lemma(c: Constant = 1, spread: Constant = 7) -> Stated:
    """From the smaller constant; the true means need not lie in (0, 1]."""
    domain, each, given, left, right = _stated(c, spread, another=True)

    def proof(k: Proof) -> Any:
        values = {item.name: symbol for item, symbol in zip(domain.ranges, domain.symbols, strict=True)}
        facts, rest = [k.hypothesis(i) for i in range(len(given))], dict(zip(("p", "x", "y"), each, strict=True))
        sharp = k.apply(fast_cb_against_another, values, given=facts, rest=rest)
        return k.show(left, "<=", _stated(1, 7, another=True)[-1], by=[sharp])

    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, _drawn(True))


@claim(
    paper=_PAPER,
    where=_WHERE + ", summed over rounds",
    expected="proved",
    strength="upper",
    uses=(f"{_PAPER}.fast_cb_against_another", f"{_PAPER}.fast_cb_against_the_best"),
    assumptions=(
        (
            "the unnamed classes are the rounds: l is the expected loss of the best action, r the expected regret, s "
            "the expected discrimination; the loss suffered is l + r"
        ),
    ),
    says=r"\textstyle r_t\le\frac{5K}\gamma(l_t+r_t)+\frac{49}{32}\gamma s_t,\ \gamma\ge10K:\quad "
    r"\sum_tr_t\le\frac{10K}\gamma\sum_tl_t+\frac{49}{16}\gamma\sum_ts_t",
)
def small_loss_regret(c: Constant = 1) -> Stated:
    """Solve for the regret: its own factor is at most 1/2, so the rest doubles at most."""
    domain, each = Domain("gamma in (0,oo), K in (0,oo)"), Domain("r in (-oo,oo), l in [0,oo), s in [0,oo)")
    (gamma, K), (r, best, s) = domain, each
    given = (
        (r, "<=", 5 * K / gamma * (best + r) + DISCRIMINATION * gamma * s), (gamma, ">=", 10 * K),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        each_round, wide = k.hypothesis(0), k.hypothesis(1)
        room = k.show(gamma - 5 * K, ">", 0, by=[wide, k.sign(5 * K, ">")])
        solved = 5 * K * best / gamma + DISCRIMINATION * gamma * s
        spent = k.sign(solved, ">=")
        k.show(gamma - 10 * K, ">=", 0, by=[wide])
        by = [(gamma / room.lhs, each_round), ((gamma - 10 * K) / room.lhs, spent)]
        alone = k.show(r, "<=", 2 * solved, by=by)
        return k.show(
            Sig(r), "<=", 10 * K / gamma * Sig(best) + 2 * DISCRIMINATION * gamma * Sig(s), by=[k.sum_up(alone)]
        )

    def sample(rng: random.Random) -> Any:
        count, least, spread = (Fraction(rng.randint(1, 5)) for _ in range(3))
        gamma = 10 * count
        row = {"l": least, "s": spread, "r": least + 2 * DISCRIMINATION * gamma * spread}
        return {"gamma": gamma, "K": count}, [row]

    right = c * (10 * K / gamma * Sig(best) + 2 * DISCRIMINATION * gamma * Sig(s))
    return ForEveryN(domain, each, given, Sig(r), "<=", right), chain(proof, sample)


in_parts_against_another.false_if("5 were 1/2", c=Fraction(1, 10))
in_parts_against_the_best.false_if("5 were 3/4", c=Fraction(3, 20))
fast_cb_against_another.false_if("5 were 1/2", c=Fraction(1, 10))
in_parts_against_another.false_if("49/32 were 99/100", spread=_LESS)
fast_cb_against_another.false_if("49/32 were 99/100", spread=_LESS)
fast_cb_against_the_best.false_if("5 were 3/4", c=Fraction(3, 20))
usual_fast_cb_lemma.false_if("5 were 1/2", c=Fraction(1, 10))
usual_fast_cb_lemma.false_if("7 were 99/100", spread=_LESS)
small_loss_regret.false_if("the bound were 1 % smaller", c=_LESS)
