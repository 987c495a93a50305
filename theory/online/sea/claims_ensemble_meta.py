r"""Optimistic Hedge over base learners, one round: its regret, less the squared distance that the weights move.

Weights follow the losses L of the past and the guess m of the round: ``p`` is proportional to ``exp(-eps (L + m))``, so
that ``L + m = psi - (ln p + ln N)/eps`` for a number psi, the potential. Rates do not increase. The potential of the
next round, at the weights q, exceeds psi by the regret of the round up to a divergence, which Pinsker's inequality
turns into the squared distance of q and p. No quantity between the rounds is needed, so that the rates may change.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "online ensemble, the weights of the base learners"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_OUTCOME = "p in (0,1), q in (0,1), up in [0,1], down in [0,1]"
_PARTS = "up and down are the positive and the negative part of p - q: |p - q| is their sum"


def _log(x: Any) -> Any:
    import sympy

    return sympy.log(x)


def _divergence(p: Any, q: Any) -> Any:
    """Return the divergence KL(q || p)."""
    return Sig(q * (_log(q) - _log(p)))


def _distributions(each: Domain) -> tuple[Any, ...]:
    """Return the conditions on two distributions and the parts of their difference."""
    p, q, up, down, *_ = each
    return (Sig(p), "==", 1), (Sig(q), "==", 1), (p - q, "==", up - down), (up * down, "==", 0)


def _rows(rng: random.Random) -> list[dict[str, Fraction]]:
    """Draw two distributions over two to four outcomes; in half of the cases two that are close."""
    count = rng.randint(2, 4)
    first = [Fraction(rng.randint(1, 5)) for _ in range(count)]
    second = [Fraction(rng.randint(1, 5)) for _ in range(count)]
    if rng.random() < 0.5:
        first = [Fraction(100)] * count
        second = [100 + Fraction((-1) ** i) for i in range(count - count % 2)] + [Fraction(100)] * (count % 2)
    p, q = ([x / sum(values) for x in values] for values in (first, second))
    parts = [(max(a - b, Fraction(0)), max(b - a, Fraction(0))) for a, b in zip(p, q, strict=True)]
    return [{"p": a, "q": b, "up": u, "down": d} for a, b, (u, d) in zip(p, q, parts, strict=True)]


def _two_distributions(rng: random.Random) -> Any:
    rows = _rows(rng)
    return {"N": Fraction(len(rows))}, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ": Pinsker's inequality",
    expected="proved",
    strength="lemma",
    says=r"\log\frac mp\ge\frac{(m-p)(5m+p)}{2m(m+2p)},\quad m=(1-u)p+uq,\ 0\le u\le1",
)
def log_above_rational(c: Constant = 5) -> Stated:
    """The difference is 0 at u = 0 and has the derivative ``(q - p)^4 u^3/(m (m + 2p))^2``."""
    import sympy

    domain = Domain("p in (0,oo), q in (0,oo), u in [0,1]")
    p, q, u = domain
    m = (1 - u) * p + u * q

    def rational(c: Any) -> Any:
        return Fraction(1, 2) * (m - p) * (c * m + (6 - c) * p) / (m * (m + 2 * p))

    def proof(k: Proof) -> Any:
        f = sympy.log(m) - sympy.log(p) - rational(5)
        parts = k.sign(((1 - u) * p**2 + u * q**2) / (p + q), ">=")
        k.show(m, ">", 0, by=[parts, k.sign(p * q / (p + q), ">")])
        growing = k.show(f.diff(u), ">=", 0, by=[k.sign((q - p) ** 4 * u**3 / (m * (m + 2 * p)) ** 2, ">=")])
        return k.show(sympy.log(m) - sympy.log(p), ">=", rational(5), by=[k.grows(growing, f, u)])

    return ForAll(domain, sympy.log(m) - sympy.log(p), ">=", rational(c)), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": Pinsker's inequality",
    expected="proved",
    strength="lower",
    assumptions=("p and q are distributions over N outcomes, positive each", _PARTS),
    says=r"\textstyle\sum_iq_i\log\frac{q_i}{p_i}\ge\frac12\Bigl(\sum_i|p_i-q_i|\Bigr)^2",
)
def pinsker_for_distributions(c: Constant = Fraction(1, 2)) -> Stated:
    """A rational lower bound of each outcome's part, then Cauchy-Schwarz with the weights q + 2p, as a square."""
    domain, each = Domain("N in [2,oo)"), Domain(_OUTCOME)
    p, q, up, down = each
    given = _distributions(each)
    left, distance = _divergence(p, q), Sig(up + down)

    def proof(k: Proof) -> Any:
        one, other, apart, disjoint = (k.hypothesis(i) for i in range(4))
        line = k.apply(log_above_rational, {"p": p, "q": q, "u": 1})
        s = distance / 3
        square = k.sign((up + down - s * (q + 2 * p)) ** 2 / (q + 2 * p), ">=")
        size = k.show((q - p) ** 2, "==", (up + down) ** 2, by=[(p - q + up - down, apart), (-4, disjoint)])
        flat = 2 * s * (up + down) - s**2 * (q + 2 * p)
        weighed = k.show((q - p) ** 2 / (q + 2 * p), ">=", flat, by=[square, (1 / (q + 2 * p), size)])
        half = Fraction(3, 2)
        outcome = k.show(q * (_log(q) - _log(p)), ">=", q - p + half * flat, by=[(q, line), (half, weighed)])
        by = [k.sum_up(outcome), (1 - half * s**2, other), (-1 - 3 * s**2, one)]
        return k.show(left, ">=", distance**2 / 2, by=by)

    return ForEveryN(domain, each, given, left, ">=", c * distance**2), chain(proof, _two_distributions)


_MOVING = (
    "p and q are the weights of this and of the next round, psi and psi' the potentials, eps >= eps' the rates",
    (
        "L + m = psi - (log p + log N)/eps defines the weights of a round with losses L before it and guesses m; that "
        "of the next round is L + l + n = psi' - (log q + log N)/eps', so that l - m + n is the difference"
    ),
    _PARTS,
)


def _difference(N: Any, eps: Any, after: Any, psi: Any, then: Any, p: Any, q: Any) -> Any:
    """Return l - m + n, of which the weights of two consecutive rounds leave nothing open."""
    return then - (_log(q) + _log(N)) / after - psi + (_log(p) + _log(N)) / eps


_NUMBERS = "N in [2,oo), eps in (0,oo), after in (0,oo), psi in (-oo,oo), then in (-oo,oo)"


def _count(each: Domain, N: Any) -> tuple[Any, ...]:
    import sympy

    return (*_distributions(each), (Sig(sympy.Integer(1)), "==", N))


@claim(
    paper=_PAPER,
    where=_WHERE + ", one round: the potential",
    expected="proved",
    strength="lemma",
    assumptions=_MOVING,
    says=r"\langle q,l-m+n\rangle+\tfrac1\varepsilon\mathrm{KL}(q\,\|\,p)\le\psi'-\psi,"
    r"\quad\varepsilon\ge\varepsilon'",
)
def potential_grows(c: Constant = 1) -> Stated:
    """Weigh the difference with q: what the smaller rate adds is a divergence from the uniform weights."""
    domain, each = Domain(_NUMBERS), Domain(_OUTCOME)
    (N, eps, after, psi, then), (p, q, *_) = domain, each
    left = Sig(q * _difference(N, eps, after, psi, then, p, q))

    def proof(k: Proof) -> Any:
        other, count, slower = (k.hypothesis(i) for i in (1, 4, 5))
        v = k.fresh("v in (0,oo)")
        line = k.tangent(_log(v), v, 1, 1 / (N * q))
        uniform = k.show(q * (_log(q) + _log(N)), ">=", q - 1 / N, by=[(q, line)])
        slack = k.show((eps - after) / (eps * after), ">=", 0, by=[(1 / (eps * after), slower)])
        total = k.show(Sig(q * (_log(q) + _log(N))), ">=", 0, by=[k.sum_up(uniform), other, (-1 / N, count)])
        by = [(slack.lhs, total), (psi - then, other)]
        return k.show(left + _divergence(p, q) / eps, "<=", then - psi, by=by)

    given = (*_count(each, N), (eps, ">=", after))
    statement = ForEveryN(domain, each, given, left + c * _divergence(p, q) / eps, "<=", then - psi)
    return statement, chain(proof, _two_rounds)


def _two_rounds(rng: random.Random) -> Any:
    """Draw two distributions and rates; in half of the cases equal ones, where nothing is lost."""
    rows = _rows(rng)
    eps = Fraction(rng.randint(1, 6), 2)
    after = eps * rng.choice((Fraction(1), Fraction(1, 2)))
    numbers = {"psi": Fraction(rng.randint(-2, 2)), "then": Fraction(rng.randint(-2, 2))}
    return {"N": Fraction(len(rows)), "eps": eps, "after": after} | numbers, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ", one round",
    expected="proved",
    strength="upper",
    assumptions=(
        *_MOVING,
        "d = l - m lies in an interval of length r",
        (
            "summed over rounds (argued), with no guess in the first and after the last round: sum <p_t, l_t> - "
            "l_{t,i} <= ln N/eps_T + sum eps_t r_t^2/4 - sum |p_{t+1} - p_t|_1^2/(4 eps_t), as psi is 0 at first and "
            "at most the sum of l_{t,i} plus ln N/eps_T at last"
        ),
    ),
    says=r"\langle p,l-m\rangle+\langle q,n\rangle\le\psi'-\psi+\tfrac\varepsilon4r^2"
    r"-\tfrac1{4\varepsilon}\|p-q\|_1^2",
)
def optimistic_hedge_round(price: Constant = Fraction(1, 4), kept: Constant = Fraction(1, 4)) -> Stated:
    """Half of Pinsker's square pays for ``<p - q, d>``, which is at most r/2 times the distance; half is kept."""
    domain = Domain(_NUMBERS + ", c in (-oo,oo), r in [0,oo)")
    each = Domain(_OUTCOME + ", d in (-oo,oo)")
    (N, eps, after, psi, then, c, r), (p, q, up, down, d) = domain, each
    distance = Sig(up + down)
    left = Sig((p - q) * d) + Sig(q * _difference(N, eps, after, psi, then, p, q))

    def right(price: Any, kept: Any) -> Any:
        return then - psi + price * eps * r**2 - kept * distance**2 / eps

    def proof(k: Proof) -> Any:
        one, other, apart, disjoint, count, slower, above, below = (k.hypothesis(i) for i in range(8))
        given, rest = [one, other, apart, disjoint], {"p": p, "q": q, "up": up, "down": down}
        near = k.apply(pinsker_for_distributions, {"N": N}, given=given, rest=rest)
        values = {"N": N, "eps": eps, "after": after, "psi": psi, "then": then}
        grown = k.apply(potential_grows, values, given=[*given, count, slower], rest=rest)
        gap = k.show((p - q) * (d - c), "<=", (up + down) * r / 2, by=[(c - d, apart), (up, above), (down, below)])
        summed = k.sum_up(gap)
        moved = k.show(Sig((p - q) * d), "<=", distance * r / 2, by=[summed, (c, one), (-c, other)])
        square = k.sign((eps * r - distance) ** 2 / (4 * eps), ">=")
        quarter = Fraction(1, 4)
        return k.show(left, "<=", right(quarter, quarter), by=[moved, grown, (1 / eps, near), square])

    def sample(rng: random.Random) -> Any:
        point, rows = _two_rounds(rng)
        far = sum(row["up"] + row["down"] for row in rows)
        point |= {"c": Fraction(rng.randint(-1, 1)), "r": far / point["eps"]}
        for row in rows:
            row["d"] = point["c"] + point["r"] / 2 * (1 if row["p"] > row["q"] else -1)
        return point, rows

    given = (*_count(each, N), (eps, ">=", after), (d - c, "<=", r / 2), (c - d, "<=", r / 2))
    return ForEveryN(domain, each, given, left, "<=", right(price, kept)), chain(proof, sample)


log_above_rational.false_if("5 were 5.05", c=Fraction(505, 100))
pinsker_for_distributions.false_if("the constant were 1 % larger", c=Fraction(505, 1000))
potential_grows.false_if("the divergence counted 1 % more", c=_ONE_PERCENT)
optimistic_hedge_round.false_if("the price were 1 % smaller", price=Fraction(99, 400))
optimistic_hedge_round.false_if("1 % more of the moves were kept", kept=Fraction(101, 400))
