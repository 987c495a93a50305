r"""Inverse-gap weighting is an exact equaliser: its price of exploration is (K-1)/gamma for every prediction and truth.

The compared action is named: it has prediction ``f_1``, true mean ``F_1`` and weight ``p_1``; the others are the
unnamed classes, with ``f, F, p``. Truths are any real numbers. For any weights the regret less ``gamma/4`` times the
expected squared error is a constant less a sum of squares; inverse-gap weights make the constant the same for all.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "neural_bandits"
_NORMALISED = "inverse-gap weights, normalised"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_WEIGHTS = r"p_i=\frac1{\lambda+\gamma(f_i-\min f)},\ \textstyle\sum_ip_i=1"


def _setting() -> tuple[Any, Any]:
    domain = Domain("gamma in (0,oo), p_1 in (0,1), f_1 in (-oo,oo), F_1 in (-oo,oo)")
    return domain, Domain("p in (0,1), f in (-oo,oo), F in (-oo,oo)")


def _price(gamma: Any, named: Any, each: Any, loss: Any = Fraction(1, 4)) -> Any:
    """Return regret against the named action less ``loss gamma`` times the expected squared error."""
    (p_1, f_1, F_1), (p, f, F) = named, each
    return Sig(p * (F - F_1)) - loss * gamma * (p_1 * (f_1 - F_1) ** 2 + Sig(p * (f - F) ** 2))


def _squares(gamma: Any, named: Any, each: Any) -> Any:
    """Return what the price falls short of its maximum."""
    (p_1, f_1, F_1), (p, f, F) = named, each
    own = p_1 * (F_1 - f_1 + 2 * (1 - p_1) / (gamma * p_1)) ** 2
    return gamma / 4 * (own + Sig(p * (F - f - 2 / gamma) ** 2))


def set_worst_truth(rows: list[dict[str, Fraction]], gamma: Fraction) -> None:
    """Set the true means F at which the price against the first action is largest."""
    for row in rows:
        row["F"] = row["f"] + 2 / gamma
    first = rows[0]
    first["F"] = first["f"] - 2 * (1 - first["p"]) / (gamma * first["p"])


def _drawn(rng: random.Random, *, worst: bool) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Draw weights first and predictions from them: ``f = (1/p - lam)/gamma + best``."""
    parts = [rng.randint(1, 6) for _ in range(rng.randint(2, 5))]
    gamma, lam, best = Fraction(rng.randint(1, 9), 2), Fraction(1), Fraction(rng.randint(-3, 3))
    weights = [Fraction(part, sum(parts)) for part in parts]
    lam = min(1 / p for p in weights)
    rows = [{"p": p, "f": best + (1 / p - lam) / gamma, "F": Fraction(rng.randint(-4, 4), 2)} for p in weights]
    if worst:
        set_worst_truth(rows, gamma)
    point = {"gamma": gamma, "lam": lam, "best": best, "K": Fraction(len(rows))}
    return point | {f"{name}_1": value for name, value in rows[0].items()}, rows[1:]


def _sample(*names: str) -> Any:
    def sample(rng: random.Random) -> Any:
        point, rows = _drawn(rng, worst=rng.random() < 0.5)
        return {name: point[name] for name in ("gamma", "p_1", "f_1", "F_1", *names)}, rows

    return sample


@claim(
    paper=_PAPER,
    where="any weights, any true means",
    expected="proved",
    strength="identity",
    says=r"\textstyle\sum_ip_i(F_i-F_a)-\frac\gamma4\sum_ip_i(f_i-F_i)^2=\sum_ip_if_i-f_a+\frac{1-p_a}{\gamma p_a}"
    r"-\frac\gamma4\Bigl[p_a\bigl(F_a-f_a+\tfrac{2(1-p_a)}{\gamma p_a}\bigr)^2"
    r"+\sum_{i\ne a}p_i\bigl(F_i-f_i-\tfrac2\gamma\bigr)^2\Bigr]",
)
def exploration_price(c: Constant = 1) -> Stated:
    """Complete the squares in the true means; so the supremum over them is the first three terms, and is attained."""
    domain, each = _setting()
    (gamma, *named), rows = domain, each
    (p_1, f_1, _), (p, f, _) = named, rows

    def right(c: Any) -> Any:
        top = p_1 * f_1 + Sig(p * f) - f_1 + c * (1 - p_1) / (gamma * p_1)
        return top - _squares(gamma, named, rows)

    def proof(k: Proof) -> Any:
        whole = k.hypothesis(0)
        _, _, F_1 = named
        return k.show(_price(gamma, named, rows), "==", right(1), by=[(1 / gamma - F_1, whole)])

    statement = ForEveryN(domain, each, ((p_1 + Sig(p), "==", 1),), _price(gamma, named, rows), "==", right(c))
    return statement, chain(proof, _sample())


def _normalised() -> tuple[Any, ...]:
    """Return domain, per-action ranges and the conditions that the weights are normalised inverse-gap weights."""
    domain = Domain(
        "gamma in (0,oo), p_1 in (0,1), f_1 in (-oo,oo), F_1 in (-oo,oo), lam in (0,oo), best in (-oo,oo), K in [1,oo)"
    )
    _, each = _setting()
    (gamma, p_1, f_1, _, lam, best, K), (p, f, _) = domain, each
    import sympy

    given = (
        (p_1 + Sig(p), "==", 1),
        (p * (lam + gamma * (f - best)), "==", 1),
        (p_1 * (lam + gamma * (f_1 - best)), "==", 1),
        (1 + Sig(sympy.Integer(1)), "==", K),
    )
    return domain, each, given


@claim(
    paper=_PAPER,
    where=_NORMALISED,
    expected="proved",
    strength="identity",
    uses=(f"{_PAPER}.exploration_price",),
    says=_WEIGHTS + r":\quad\textstyle\sum_ip_i(F_i-F_a)-\frac\gamma4\sum_ip_i(f_i-F_i)^2=\frac{K-1}\gamma"
    r"-\frac\gamma4\Bigl[p_a\bigl(F_a-f_a+\tfrac{2(1-p_a)}{\gamma p_a}\bigr)^2"
    r"+\sum_{i\ne a}p_i\bigl(F_i-f_i-\tfrac2\gamma\bigr)^2\Bigr]",
)
def price_identity(c: Constant = 1) -> Stated:
    """Sum 1 = p (lam + gamma gap) over the actions; the same relation at a cancels everything that depends on f."""
    domain, each, given = _normalised()
    (gamma, p_1, f_1, F_1, lam, best, K), rows = domain, each
    named = (p_1, f_1, F_1)

    def proof(k: Proof) -> Any:
        whole, each_one, own, count = (k.hypothesis(i) for i in range(4))
        values = dict(zip(("gamma", "p_1", "f_1", "F_1"), (gamma, *named), strict=True))
        general = k.apply(exploration_price, values, given=[whole], rest=dict(zip(("p", "f", "F"), rows, strict=True)))
        at_own = k.show(f_1, "==", best + (1 / p_1 - lam) / gamma, by=[(1 / (gamma * p_1), own)])
        by = [general, (1 / gamma, k.sum_up(each_one)), (1 / gamma, count), (best - lam / gamma, whole)]
        return k.show(
            _price(gamma, named, rows), "==", (K - 1) / gamma - _squares(gamma, named, rows),
            by=[*by, (p_1 - 1, at_own)],
        )  # fmt: skip

    right = (K - 1) / gamma * c - _squares(gamma, named, rows)
    statement = ForEveryN(domain, each, given, _price(gamma, named, rows), "==", right)
    return statement, chain(proof, _sample("lam", "best", "K"))


@claim(
    paper=_PAPER,
    where=_NORMALISED,
    expected="proved",
    strength="tight",
    says=_WEIGHTS + r":\quad\forall F\in\mathbb R^K,\ \forall a:\ \textstyle\sum_ip_i(F_i-F_a)"
    r"\le\frac{K-1}\gamma+\frac\gamma4\sum_ip_i(f_i-F_i)^2",
)
def price_at_most(c: Constant = 1, loss: Constant = Fraction(1, 4)) -> Stated:
    """Drop the squares of the identity."""
    domain, each, given = _normalised()
    (gamma, p_1, f_1, F_1, _, _, K), rows = domain, each
    named = (p_1, f_1, F_1)

    def proof(k: Proof) -> Any:
        values = dict(zip(("gamma", "p_1", "f_1", "F_1", "lam", "best", "K"), domain, strict=True))
        exact = k.apply(
            price_identity, values, given=[k.hypothesis(i) for i in range(4)],
            rest=dict(zip(("p", "f", "F"), rows, strict=True)),
        )  # fmt: skip
        squares = k.sign(_squares(gamma, named, rows), ">=")
        return k.show(_price(gamma, named, rows), "<=", (K - 1) / gamma, by=[(-1, exact), squares])

    statement = ForEveryN(domain, each, given, _price(gamma, named, rows, loss), "<=", c * (K - 1) / gamma)
    return statement, chain(proof, _sample("lam", "best", "K"))


@claim(
    paper=_PAPER,
    where=_NORMALISED + ", the worst truth",
    expected="proved",
    strength="tight",
    says=_WEIGHTS + r",\ F_i=f_i+\tfrac2\gamma\ (i\ne a),\ F_a=f_a-\tfrac{2(1-p_a)}{\gamma p_a}:\quad "
    r"\textstyle\sum_ip_i(F_i-F_a)=\frac{K-1}\gamma+\frac\gamma4\sum_ip_i(f_i-F_i)^2",
)
def price_attained(c: Constant = 1) -> Stated:
    """Put the truth that makes the squares vanish into the identity."""
    domain, each, given = _normalised()
    (gamma, p_1, f_1, F_1, _, _, K), (p, f, F) = domain, each
    worst = ((F, "==", f + 2 / gamma), (F_1, "==", f_1 - 2 * (1 - p_1) / (gamma * p_1)))

    def proof(k: Proof) -> Any:
        values = dict(zip(("gamma", "p_1", "f_1", "F_1", "lam", "best", "K"), domain, strict=True))
        exact = k.apply(
            price_identity, values, given=[k.hypothesis(i) for i in range(4)], rest={"p": p, "f": f, "F": F}
        )
        others, own = k.hypothesis(4), k.hypothesis(5)
        error, own_error = F - f - 2 / gamma, F_1 - f_1 + 2 * (1 - p_1) / (gamma * p_1)
        gone = k.sum_up(k.show(p * error**2, "==", 0, by=[(p * error, others)]))
        also = k.show(p_1 * own_error**2, "==", 0, by=[(p_1 * own_error, own)])
        return k.show(
            _price(gamma, (p_1, f_1, F_1), (p, f, F)), "==", (K - 1) / gamma,
            by=[exact, (-gamma / 4, gone), (-gamma / 4, also)],
        )  # fmt: skip

    def sample(rng: random.Random) -> Any:
        point, rows = _drawn(rng, worst=True)
        return point, rows

    left = _price(gamma, (p_1, f_1, F_1), (p, f, F))
    return ForEveryN(domain, each, (*given, *worst), left, "==", c * (K - 1) / gamma), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_NORMALISED + ", the worst truth",
    expected="proved",
    strength="lemma",
    says=r"p_i=\frac1{\lambda+\gamma(f_i-\min f)},\ i\in\{a,b\}:\quad "
    r"f_a-\frac{2(1-p_a)}{\gamma p_a}\le f_b+\frac2\gamma",
)
def worst_truth_has_that_best_action(c: Constant = 2) -> Stated:
    """f_a - f_b = (1/p_a - 1/p_b)/gamma, and 1/p_a is at most twice itself: the compared action is a best one."""
    domain = Domain("gamma in (0,oo), p in (0,1), q in (0,1), lam in (0,oo)")
    gamma, p, q, lam = domain
    f_a, f_b = (1 / p - lam) / gamma, (1 / q - lam) / gamma

    def proof(k: Proof) -> Any:
        rest = k.sign((1 / p + 1 / q) / gamma, ">=")
        return k.show(f_a - 2 * (1 - p) / (gamma * p), "<=", f_b + 2 / gamma, by=[rest])

    left = f_a - c * (1 - p) / (gamma * p)
    return ForAll(domain, left, "<=", f_b + c / gamma), chain(proof)


def _normaliser(point: Any) -> tuple[Any, Any, Any]:
    """Return the ranges of the gaps, times gamma, and the sum of the weights, the best action named."""
    domain, each = Domain("K in [1,oo)"), Domain("g in [0,oo)")
    (K,), (g,) = domain, each
    lam = K if point is None else point
    return domain, each, 1 / lam + Sig(1 / (lam + g))


def _gaps_sample(rng: random.Random) -> Any:
    rows = [{"g": Fraction(rng.choice((0, 1, 9, 1000)))} for _ in range(rng.randint(0, 5))]
    return {"K": Fraction(len(rows) + 1)}, rows


@claim(
    paper=_PAPER,
    where=_NORMALISED,
    expected="proved",
    strength="lemma",
    says=r"\textstyle\sum_i\frac1{1+\gamma(f_i-\min f)}\ge1",
)
def normaliser_at_least_one(lam: Constant = 1) -> Stated:
    """The best action alone has weight 1: the sum falls in lam, so its root is at least 1."""
    import sympy

    (domain, each, total), count = _normaliser(sympy.Rational(lam)), Sig(sympy.Integer(1))

    def proof(k: Proof) -> Any:
        _, _, exact = _normaliser(sympy.Integer(1))
        (g,) = each
        return k.show(exact, ">=", 1, by=[k.sign(Sig(1 / (1 + g)), ">=")])

    (K,) = domain
    return ForEveryN(domain, each, ((1 + count, "==", K),), total, ">=", 1), chain(proof, _gaps_sample)


@claim(
    paper=_PAPER,
    where=_NORMALISED,
    expected="proved",
    strength="lemma",
    says=r"\textstyle\sum_i\frac1{K+\gamma(f_i-\min f)}\le1",
)
def normaliser_at_most_the_number(c: Constant = 1) -> Stated:
    """Each weight is at most 1/K: the root is at most K, so that lam exists between 1 and K."""
    import sympy

    domain, each, _ = _normaliser(None)
    (K,), (g,), count = domain, each, Sig(sympy.Integer(1))

    def proof(k: Proof) -> Any:
        every = k.sum_up(k.show(1 / (K + g), "<=", 1 / K, by=[k.sign(g / (K * (K + g)), ">=")]))
        return k.show(1 / K + Sig(1 / (K + g)), "<=", 1, by=[every, (-1 / K, k.hypothesis(0))])

    total = 1 / (c * K) + Sig(1 / (c * K + g))
    return ForEveryN(domain, each, ((1 + count, "==", K),), total, "<=", 1), chain(proof, _gaps_sample)


exploration_price.false_if("the last of the three terms counted 1 % more", c=_ONE_PERCENT)
price_identity.false_if("the price were 1 % larger", c=_ONE_PERCENT)
price_at_most.false_if("the price were 1 % smaller", c=_LESS)
price_at_most.false_if("the squared error counted 1 % less", loss=Fraction(99, 400))
price_attained.false_if("the price were 1 % larger", c=_ONE_PERCENT)
worst_truth_has_that_best_action.false_if("the truth moved by 99/200 as much; half is enough", c=_LESS)
normaliser_at_least_one.false_if("lam were 1 % larger", lam=_ONE_PERCENT)
normaliser_at_most_the_number.false_if("lam = K were 1 % smaller", c=_LESS)
