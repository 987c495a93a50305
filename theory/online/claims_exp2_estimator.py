r"""EXP2's estimate of linear losses: its mean, its second moment, its size, and what exploration by a design does.

The losses of a round are ``<a, theta>`` on a finite set of actions; action a is played with probability p_a, its loss l
is seen, and ``<b, P^-1 a> l`` estimates the loss of every action b, where ``P = sum p a a'``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain
from theory.online.vectors import inner, norm_sq, reals

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "bubeck_exp2"
_QUOTED = "as usually quoted"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)
_AXES = range(3)
_MOST = "the actions lie in R^3 or, with coordinates that are 0, in fewer dimensions; for more the same is argued"


def _tested(second: Any, factor: Constant, extra: tuple[str, ...]) -> Stated:
    """Return ``sum p <a, v> <a, u> = <b, u>`` given ``P v = b``, row by row; ``second`` takes u from the symbols."""
    b, v = ([f"{letter}{i}" for i in _AXES] for letter in "bv")
    domain, each = Domain(reals(*b, *v, *extra)), Domain("p in [0,1], " + reals(*(f"x{i}" for i in _AXES)))
    (p, *action), symbols = each, dict(zip((item.name for item in domain.ranges), domain, strict=True))
    estimate = sum(action[i] * symbols[v[i]] for i in _AXES)
    given = [(Sig(p * action[i] * estimate), "==", symbols[b[i]]) for i in _AXES]
    u = second(symbols)
    total = Sig(p * estimate * sum(action[i] * u[i] for i in _AXES))
    true = sum(symbols[b[i]] * u[i] for i in _AXES)

    def proof(k: Proof) -> Any:
        return k.show(total, "==", true, by=[(u[i], k.hypothesis(i)) for i in _AXES])

    def sample(rng: random.Random) -> Any:
        point = {name: Fraction(rng.randint(1, 4)) for name in (*v, *extra)}
        rows = [{f"x{i}": Fraction(int(i == axis)) for i in _AXES} | {"p": Fraction(1, 5)} for axis in _AXES]
        rows.append({f"x{i}": Fraction(rng.randint(-2, 2)) for i in _AXES} | {"p": Fraction(1, 5)})
        for i in _AXES:
            terms = (row["p"] * row[f"x{i}"] * sum(row[f"x{j}"] * point[v[j]] for j in _AXES) for row in rows)
            point[b[i]] = sum(terms, start=Fraction(0))
        return point, rows

    return ForEveryN(domain, each, tuple(given), total, "==", factor * true), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="the estimate has the right mean",
    expected="proved",
    strength="identity",
    form=_QUOTED,
    assumptions=(_MOST, "v = P^-1 b, or any other solution of P v = b: <a, v> is b' P^-1 a"),
    says=r"Pv=b\implies\sum_ap_a\,\langle a,v\rangle\,\langle a,\theta\rangle=\langle b,\theta\rangle,"
    r"\quad P=\sum_ap_a\,aa^\top",
)
def unbiased(factor: Constant = 1) -> Stated:
    """The rows of P v = b, weighted by theta; for any number of actions and every b, in the set or not."""
    theta = tuple(f"t{i}" for i in _AXES)
    return _tested(lambda symbols: [symbols[name] for name in theta], factor, theta)


@claim(
    paper=_PAPER,
    where="second moment of the estimate after the action b",
    expected="proved",
    strength="identity",
    form=_QUOTED,
    assumptions=(_MOST, "v = P^-1 b: the right side is the leverage of b under P"),
    says=r"Pv=b\implies\sum_ap_a\,\langle a,v\rangle^2=\langle b,v\rangle,\quad P=\sum_ap_a\,aa^\top",
)
def second_moment_is_leverage(factor: Constant = 1) -> Stated:
    """The rows of P v = b, weighted by v."""
    return _tested(lambda symbols: [symbols[f"v{i}"] for i in _AXES], factor, ())


@claim(
    paper=_PAPER,
    where="second moment of the estimate, weighted by q",
    expected="proved",
    strength="upper",
    form=_QUOTED,
    assumptions=(
        ("r = E lhat^2 of each action; sum p r = sum p l^2 s with the leverages s under P, by "
        "second_moment_is_leverage in up to 3 dimensions; leverages average to d: kiefer_wolfowitz.mean_leverage_plane "
        "and mean_leverage_space for d = 2 and 3, argued beyond"),
    ),
    uses=(
        f"{_PAPER}.second_moment_is_leverage",
        "kiefer_wolfowitz.mean_leverage_plane", "kiefer_wolfowitz.mean_leverage_space",
    ),
    says=r"p_a=(1-\gamma)q_a+\gamma\mu_a\ (0\le\gamma\le1),\ \sum_ap_ar_a=\sum_ap_a\ell_a^2s_a,\ \sum_ap_as_a=d,\ "
    r"|\ell|\le1\implies"
    r"(1-\gamma)\sum_aq_ar_a\le d",
)  # fmt: skip
def second_moment(factor: Constant = 1) -> Stated:
    """(1 - gamma) q <= p, and squared losses are at most 1."""
    domain = Domain("gamma in [0,1], d in (0,oo)")
    each = Domain("q in [0,1], mu in [0,1], l in [-1,1], s in [0,oo), r in [0,oo)")
    (gamma, d), (q, mu, loss, s, r) = domain, each
    p = (1 - gamma) * q + gamma * mu
    given = ((Sig(p * r), "==", Sig(p * loss**2 * s)), (Sig(p * s), "==", d))

    def proof(k: Proof) -> Any:
        moment, trace = k.hypothesis(0), k.hypothesis(1)
        k.show(p, ">=", 0)
        size = k.sum_up(k.sign(p * s * (1 - loss) * (1 + loss), ">="))
        mixed = k.sum_up(k.sign(gamma * mu * r, ">="))
        return k.show((1 - gamma) * Sig(q * r), "<=", d, by=[mixed, (-1, moment), size, (-1, trace)])

    def sample(rng: random.Random) -> Any:
        parts = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
        level = Fraction(rng.randint(1, 5))
        rows = [{"q": Fraction(part, sum(parts)), "mu": Fraction(0), "l": Fraction(1)} for part in parts]
        return {"gamma": Fraction(0), "d": level}, [row | {"s": level, "r": level} for row in rows]

    statement = ForEveryN(domain, each, given, (1 - gamma) * Sig(q * r), "<=", factor * d)
    return statement, chain(proof, sample)


_COORDINATES = (
    "the classes are the coordinates in which M, the matrix of the design, is the identity: |a|^2 is the leverage of a",
)
_MIXED = (
    "v = P^-1 a, so that <a, v> is the leverage under P; v'Pv = <a, v> is at least gamma |v|^2 because P - gamma M is "
    "positive semidefinite"
)


@claim(
    paper=_PAPER,
    where="leverage under the mixture, every dimension",
    expected="proved",
    strength="tight",
    form=_QUOTED,
    assumptions=(*_COORDINATES, _MIXED),
    says=r"\langle a,v\rangle\ge\gamma\|v\|^2\implies"
    r"\gamma\langle a,v\rangle\le\|a\|^2",
)
def leverage_under_mixture(factor: Constant = 1) -> Stated:
    """The square of a - gamma v."""
    domain, each = Domain("gamma in (0,1]"), Domain(reals("a", "v"))
    (gamma,), (a, v) = domain, each

    def proof(k: Proof) -> Any:
        square = k.sign(Sig((a - gamma * v) ** 2), ">=")
        return k.show(gamma * inner(a, v), "<=", norm_sq(a), by=[square, (gamma, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        gamma = Fraction(rng.randint(1, 4), 4)
        rows = [{"a": Fraction(rng.randint(1, 5))} for _ in range(rng.randint(1, 3))]
        return {"gamma": gamma}, [row | {"v": row["a"] / gamma} for row in rows]

    given = ((inner(a, v), ">=", gamma * norm_sq(v)),)
    return ForEveryN(domain, each, given, factor * gamma * inner(a, v), "<=", norm_sq(a)), chain(proof, sample)


def _bounded(side: int, factor: Constant) -> Stated:
    """Return ``side gamma <b, P^-1 a> <= g`` for leverages of at most g: polarise, then one vector at a time."""
    domain, each = Domain("gamma in (0,1], g in (0,oo)"), Domain(reals("a", "v", "b", "w"))
    (gamma, g), (a, v, b, w) = domain, each
    given = (
        (inner(a, v), ">=", gamma * norm_sq(v)),
        (inner(b, w), ">=", gamma * norm_sq(w)),
        (inner(a - side * b, v - side * w), ">=", gamma * norm_sq(v - side * w)),
        (inner(a, w), "==", inner(b, v)),
        (norm_sq(a), "<=", g),
        (norm_sq(b), "<=", g),
    )

    def proof(k: Proof) -> Any:
        first, second, both, symmetric, small, little = (k.hypothesis(i) for i in range(6))
        one = k.sign(Sig((a - gamma * v) ** 2), ">=")
        other = k.sign(Sig((b - gamma * w) ** 2), ">=")
        rest = k.sign(gamma * norm_sq(v - side * w), ">=")
        half = gamma / 2
        by = [(half, both), (half, rest), (Fraction(1, 2), one), (half, first), (Fraction(1, 2), other), (half, second)]
        by += [(Fraction(1, 2), small), (Fraction(1, 2), little), (-side * half, symmetric)]
        return k.show(side * gamma * inner(b, v), "<=", g, by=by)

    def sample(rng: random.Random) -> Any:
        gamma = Fraction(rng.randint(1, 4), 4)
        rows = [{"a": Fraction(rng.randint(1, 5))} for _ in range(rng.randint(1, 3))]
        rows = [row | {"b": side * row["a"], "v": row["a"] / gamma, "w": side * row["a"] / gamma} for row in rows]
        return {"gamma": gamma, "g": sum(row["a"] ** 2 for row in rows)}, rows

    statement = ForEveryN(domain, each, given, factor * side * gamma * inner(b, v), "<=", g)
    return statement, chain(proof, sample)


_BOTH = (
    *_COORDINATES, _MIXED + "; so for w = P^-1 b, and for the difference of the two; <a, w> = <b, v> as P is symmetric",
)  # fmt: skip


def _if_small(sign: str) -> str:
    """Return the conditions on the vectors, of whose pairs one is added or subtracted."""
    return (
        r"\langle z,y\rangle\ge\gamma\|y\|^2\text{ for }(z,y)=(a,v),(b,w),(a" + sign + "b,v" + sign + r"w),\ "
        r"\langle a,w\rangle=\langle b,v\rangle,\ \|a\|^2,\|b\|^2\le g\implies"
    )


@claim(
    paper=_PAPER,
    where="size of the estimate, every dimension: from above",
    expected="proved",
    strength="tight",
    form=_QUOTED,
    assumptions=(
        *_BOTH,
        ("the estimate of the loss of b is <b, v> times the loss seen, at most 1 in size; with g = d, eta d <= gamma "
         "it is, times eta, at most 1 in size"),
    ),
    says=_if_small("-") + r"\gamma\langle b,v\rangle\le g",
)  # fmt: skip
def estimate_from_above(factor: Constant = 1) -> Stated:
    """Twice the mixed term is at most the sum of the two leverages under P."""
    return _bounded(1, factor)


@claim(
    paper=_PAPER,
    where="size of the estimate, every dimension: from below",
    expected="proved",
    strength="tight",
    form=_QUOTED,
    assumptions=(_BOTH[0], _BOTH[1].replace("difference", "sum")),
    says=_if_small("+") + r"-\gamma\langle b,v\rangle\le g",
)
def estimate_from_below(factor: Constant = 1) -> Stated:
    """The same for -b."""
    return _bounded(-1, factor)


unbiased.false_if("it were 1 % more", factor=_MORE)
second_moment_is_leverage.false_if("it were 1 % more", factor=_MORE)
second_moment.false_if("the bound were 1 % smaller", factor=_LESS)
leverage_under_mixture.false_if("it were 1 % more", factor=_MORE)
estimate_from_above.false_if("it were 1 % more", factor=_MORE)
estimate_from_below.false_if("it were 1 % more", factor=_MORE)
