r"""Projected online gradient descent with steps D / (M sqrt t): a bound for every T that is sharper than the usual one.

In units of D M, with ``w_t = sqrt(t)`` and the comparator at the origin, every round but the last is paid by the
potential ``w_t |x_t|^2 / 2``; nothing follows the last round, so that its weight may be that of the round before:

.. math::

    \sum_{t\le T}\langle g_t,x_t-u\rangle\le DM\Bigl(\tfrac{\sqrt{T-1}}2+\tfrac1{2\sqrt{T-1}}
    +\tfrac12\sum_{t<T}t^{-1/2}\Bigr)\le\tfrac32DM\sqrt{T-1}\qquad(T\ge2).

Up to T = 5 it is the worst case itself, at T = 6 no longer.
"""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, point_and_coordinates, reals
from theory.online.worst_case.problem import Problem
from theory.online.worst_case.projected import closed_form, projected_descent, root_weights

PAPER = "zinkevich"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)
_UNITS = "in units of D M, with the comparator at the origin"
_ROUNDED = "roots are rounded down to 14 digits, which moves the supremum by less than 1e-13"


@claim(
    paper=PAPER,
    where="projected online gradient descent, one round",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    assumptions=(
        "the comparator is the origin, in the set: <x - eta g - x', 0 - x'> <= 0 is what makes x' the projection",
    ),
    says=r"\langle x-\eta g-x',x'\rangle\ge0\ \Rightarrow\ "
    r"\langle g,x\rangle\le\frac{\|x\|^2-\|x'\|^2}{2\eta}+\frac\eta2\|g\|^2",
)
def one_projected_round(c: Constant = 1) -> Stated:
    """The difference is the condition and one square, each over its step size."""
    domain, each = Domain("eta in (0,oo)"), Domain(reals("x", "g", "y"))
    (eta,), (x, g, y) = domain, each
    moved = x - eta * g
    given = ((inner(moved - y, y), ">=", 0),)
    left = inner(g, x)

    def bound(c: Constant) -> Any:
        return (norm_sq(x) - norm_sq(y)) / (2 * eta) + c * eta * norm_sq(g) / 2

    def proof(k: Any) -> Any:
        square = k.sign(norm_sq(moved - y) / (2 * eta), ">=")
        return k.show(left, "<=", bound(1), by=[(1 / eta, k.hypothesis(0)), square])

    def sample(rng: random.Random) -> Any:
        """No projection: then both sides agree."""
        point, rows = point_and_coordinates(rng, ("x",), positive=("eta",))
        y = [Fraction(rng.randint(-3, 3)) for _ in rows]
        step = point["eta"]
        return point, [row | {"y": new, "g": (row["x"] - new) / step} for row, new in zip(rows, y, strict=True)]

    return ForEveryN(domain, each, given, left, "<=", bound(c)), chain(proof, sample)


one_projected_round.false_if("the squared gradient counted 1 % less", c=_LESS)


@claim(
    paper=PAPER,
    where="projected online gradient descent, the last round",
    expected="proved",
    strength="lemma",
    form="derived",
    says=r"\langle g,x\rangle\le\frac v2\|x\|^2+\frac1{2v}\|g\|^2\qquad(v>0)",
)
def last_round_with_any_weight(c: Constant = 1) -> Stated:
    """A square: no step follows, so the weight is free."""
    domain, each = Domain("v in (0,oo)"), Domain(reals("x", "g"))
    (v,), (x, g) = domain, each
    left = inner(g, x)

    def proof(k: Any) -> Any:
        bound = v * norm_sq(x) / 2 + norm_sq(g) / (2 * v)
        return k.show(left, "<=", bound, by=[k.sign(norm_sq(v * x - g) / (2 * v), ">=")])

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_coordinates(rng, ("x",), positive=("v",))
        return point, [row | {"g": point["v"] * row["x"]} for row in rows]

    return ForEveryN(domain, each, (), left, "<=", v * norm_sq(x) / 2 + c * norm_sq(g) / (2 * v)), chain(proof, sample)


last_round_with_any_weight.false_if("the squared gradient counted 1 % less", c=_LESS)


@claim(
    paper=PAPER,
    where="projected online gradient descent, all rounds",
    expected="proved",
    strength="upper",
    form="derived",
    assumptions=(
        _UNITS,
        "rows are the rounds t < T: r_t = <g_t, x_t>, a_t = |x_t|^2, b_t = |x_{t+1}|^2, s_t = |g_t|^2",
        "w_t = 1/eta_t, p_t = w_{t-1} with p_1 = 0, v = w_{T-1}; the sums given telescope: p_t a_t = w_{t-1} b_{t-1}",
        "what is given of r_t and of the last round is proved beside this",
    ),
    says=r"\forall T\ge2,\ 0<w_1\le\dots\le w_{T-1}=v:\quad"
    r"\sum_{t\le T}\langle g_t,x_t\rangle\le\frac v2+\frac1{2v}+\frac12\sum_{t<T}\frac1{w_t}",
)
def rounds_before_a_free_one(c: Constant = 1) -> Stated:
    """Sum the rounds; distances are at most the diameter and weights grow; the last potential pays the last round."""
    domain = Domain("v in (0,oo), e in (-oo,oo), last in [0,1]")
    each = Domain("r in (-oo,oo), w in (0,oo), p in [0,oo), a in [0,1], b in [0,1], s in [0,1]")
    (v, e, last), (r, w, p, a, b, s) = domain, each
    given = (
        (r, "<=", w * (a - b) / 2 + s / (2 * w)),
        (w, ">=", p),
        (Sig(w - p), "==", v),
        (Sig(p * a - w * b), "==", -v * last),
        (e, "<=", v * last / 2 + 1 / (2 * v)),
    )

    def bound(c: Constant) -> Any:
        return v / 2 + 1 / (2 * v) + c * Sig(1 / w) / 2

    def proof(k: Any) -> Any:
        paid, grows, weights, potential, end = (k.hypothesis(i) for i in range(5))
        near = k.show((1 - a) * (w - p), ">=", 0, by=[(1 - a, grows)])
        small = k.sign((1 - s) / (2 * w), ">=")
        half = Fraction(1, 2)
        each_round = k.show(r, "<=", (p * a - w * b) / 2 + (w - p) / 2 + 1 / (2 * w), by=[paid, (half, near), small])
        return k.show(Sig(r) + e, "<=", bound(1), by=[k.sum_up(each_round), (-half, weights), (-half, potential), end])

    def sample(rng: random.Random) -> Any:
        """All distances are the diameter's, all gradients the longest."""
        weights = sorted(Fraction(rng.randint(1, 20), rng.randint(1, 4)) for _ in range(rng.randint(1, 5)))
        one = Fraction(1)
        rows = [
            {"r": 1 / (2 * now), "w": now, "p": before, "a": one, "b": one, "s": one}
            for before, now in zip([Fraction(0), *weights], weights, strict=False)
        ]
        top = weights[-1]
        return {"v": top, "e": top / 2 + 1 / (2 * top), "last": one}, rows

    return ForEveryN(domain, each, given, Sig(r) + e, "<=", bound(c)), chain(proof, sample)


rounds_before_a_free_one.false_if("the rounds before the last counted 1 % less", c=_LESS)


@claim(
    paper=PAPER,
    where="steps D / (M sqrt t), the sum of their inverse roots",
    expected="proved",
    strength="lemma",
    form="as usually quoted",
    says=r"\frac1{\sqrt t}\le2\sqrt t-2\sqrt{t-1}\qquad(t\ge1)",
)
def inverse_root_below_its_increment(c: Constant = 1) -> Stated:
    """The difference is (sqrt t - sqrt(t - 1))^2 / sqrt t."""
    import sympy

    domain = Domain("t in [1,oo)")
    (t,) = domain
    now, before = sympy.sqrt(t), sympy.sqrt(t - 1)

    def proof(k: Any) -> Any:
        return k.show(1 / now, "<=", 2 * now - 2 * before, by=[k.sign((now - before) ** 2 / now, ">=")])

    return ForAll(domain, c / now, "<=", 2 * now - 2 * before), chain(proof)


inverse_root_below_its_increment.false_if("the left side were 1 % larger", c=_MORE)


@claim(
    paper=PAPER,
    where="projected online gradient descent, step sizes D / (M sqrt t), every T >= 2",
    expected="proved",
    strength="upper",
    form="derived",
    assumptions=(
        "rows are t = 2, ..., T-1: i_t = 1/sqrt(t), s_t = sqrt(t), p_t = sqrt(t-1), v = sqrt(T-1)",
        "what is given of i_t is proved beside this, the sum given telescopes",
    ),
    says=r"\forall T\ge2:\quad\tfrac{\sqrt{T-1}}2+\tfrac1{2\sqrt{T-1}}+\tfrac12\sum_{t<T}t^{-1/2}\le\tfrac32\sqrt{T-1}",
)
def usual_constant_one_round_earlier(c: Constant = Fraction(3, 2)) -> Stated:
    """Sum the increments of the root; what is left over is (1/v - 1)/2 <= 0."""
    domain, each = Domain("v in [1,oo)"), Domain("i in (0,oo), s in (0,oo), p in (0,oo)")
    (v,), (i, s, p) = domain, each
    given = ((i, "<=", 2 * s - 2 * p), (Sig(s - p), "==", v - 1))
    left = v / 2 + 1 / (2 * v) + (1 + Sig(i)) / 2

    def proof(k: Any) -> Any:
        half = Fraction(1, 2)
        rest = k.sign((v - 1) / (2 * v), ">=")
        by = [(half, k.sum_up(k.hypothesis(0))), (-1, k.hypothesis(1)), rest]
        return k.show(left, "<=", Fraction(3, 2) * v, by=by)

    def sample(rng: random.Random) -> Any:
        return {"v": Fraction(1)}, []  # two rounds

    return ForEveryN(domain, each, given, left, "<=", c * v), chain(proof, sample)


usual_constant_one_round_earlier.false_if("the constant were 1 % smaller", c=Fraction(3, 2) * _LESS)


@cache
def _anytime(rounds: int) -> Problem:
    return projected_descent(rounds, "anytime")


def _stated(rounds: int, relation: str, value: Fraction) -> Stated:
    problem = _anytime(rounds)
    return problem.statement(relation, value), problem.prover()


@claim(
    paper=PAPER,
    where="projected online gradient descent, step sizes D / (M sqrt t), T = 8: from above",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle\le3.48323645\,DM\quad(T=8)",
    expected="certified",
    strength="tight",
    form="derived",
    assumptions=(_UNITS, _ROUNDED, "the bound in closed form is 3.5209 D M, the usual one 4.2427 D M"),
)
def eight_rounds_cost_at_most(value: Constant = Fraction("3.48323645")) -> Stated:
    """Multipliers from the central path."""
    return _stated(8, "<=", Fraction(value))


eight_rounds_cost_at_most.false_if("it were 1e-8 less", value=Fraction("3.48323644"))


@claim(
    paper=PAPER,
    where="projected online gradient descent, step sizes D / (M sqrt t), T = 8: from below",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle\ge3.48323644\,DM\quad(T=8)",
    expected="certified",
    strength="tight",
    form="derived",
    assumptions=(_UNITS, _ROUNDED),
)
def eight_rounds_cost_at_least(value: Constant = Fraction("3.48323644")) -> Stated:
    """A game from the central path: points of a set of diameter 1 with gradients and normals, in exact numbers."""
    return _stated(8, ">=", Fraction(value))


eight_rounds_cost_at_least.false_if("it were 1e-8 more", value=Fraction("3.48323645"))


@claim(
    paper=PAPER,
    where="projected online gradient descent, step sizes D / (M sqrt t), T = 6: the closed form as the worst case",
    says=r"\sup\sum_{t\le T}\langle g_t,x_t-u\rangle\ge DM\Bigl(\tfrac{\sqrt{T-1}}2+\tfrac1{2\sqrt{T-1}}"
    r"+\tfrac12\sum_{t<T}t^{-1/2}\Bigr)\quad(T=6)",
    expected="refuted",
    strength="tight",
    form="derived",
    assumptions=(_UNITS, _ROUNDED, "up to T = 5 the two agree to 1e-9"),
)
def closed_form_is_attained(rounds: int = 6, less: Constant = 0) -> Stated:
    """The worst case is 0.0125 D M smaller: it pays to look at two rounds at once."""
    bound, _ = closed_form(root_weights(rounds), [Fraction(1, t) for t in range(1, rounds + 1)])
    return _stated(rounds, ">=", bound - Fraction(less))


closed_form_is_attained.true_if("there were five rounds, up to 1e-9", rounds=5, less=Fraction(1, 10**9))
