r"""Distributionally robust terms for a quadratic cost: the two suprema, and their dual for an empirical sample.

Cost of moving a point is the squared distance, its price gamma > 0 (the cost of the authors' poster is the distance
itself, see `theory.mixtures.ood_unlabeled.claims_ood_printed`). With ``z = y <theta, x>`` the terms are

    hinge     sup_u  max(0, 1 - y <theta, u>) - gamma |u - x|^2  =  max(0, 1 - z + |theta|^2/(4 gamma))
    zero-one  sup_u  1[y <theta, u> <= 0] - gamma |u - x|^2      =  1 if z <= 0, else max(0, 1 - gamma z^2/|theta|^2)

in every dimension; y is absorbed in w = y theta. The outer ``max(0, .)`` of the first is right for every argument: the
supremum of the larger of two functions is the larger of their suprema, and that of ``0 - gamma |u - x|^2`` is 0. For
atoms of mass p the worst expectation over plans of cost at most epsilon is ``inf_gamma gamma epsilon + sum p v_gamma``:
at most that for every gamma, and equal to it under the complementarity that a best gamma brings.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _HINGE, _FLIP = "ood_unlabeled", "robust hinge loss", "robust zero-one loss"
_DUAL = "Kantorovich dual for an empirical sample"
_ONE_PERCENT = Fraction(101, 100)


def _points(rng: random.Random, *, price: Fraction, names: str = "wxu") -> list[dict[str, Fraction]]:
    """A direction, a point, and the best place to move it to."""
    rows = []
    for _ in range(rng.randint(1, 3)):
        w, x = Fraction(rng.randint(1, 6), 2), Fraction(rng.randint(-4, 1), 4)
        rows.append({"w": w, "x": x, "u": x - w / (2 * price)})
    return [{name: row[name] for name in names} for row in rows]


# -- hinge -----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_HINGE, expected="proved", strength="upper",
    says=r"\max(0,1-\langle w,u\rangle)-\gamma|u-x|^2\le\max\Bigl(0,1-\langle w,x\rangle+\frac{|w|^2}{4\gamma}\Bigr)",
)  # fmt: skip
def robust_hinge_at_most(c: Constant = 1) -> Stated:
    """The square gamma |u - x + w/(2 gamma)|^2; the other branch of the loss costs nothing and gives nothing."""
    import sympy

    domain, each = Domain("g in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo), u in (-oo,oo)")
    (g,), (w, x, u) = domain, each
    inside, price = 1 - Sig(w * x) + Sig(w**2) / (4 * g), g * Sig((u - x) ** 2)
    lhs = sympy.Max(0, 1 - Sig(w * u)) - price

    def proof(k: Proof) -> Any:
        bound, _, above, _ = k.part(k.fresh("B in [0,oo)"), inside)
        loss, _, _, _ = k.part(k.fresh("h in [0,oo)"), 1 - Sig(w * u))
        square = k.sum_up(k.sign(g * (u - x + w / (2 * g)) ** 2, ">="))
        k.show(bound.lhs + price, ">=", 1 - Sig(w * u), by=[above, square])
        moved = k.at_most(loss, bound.lhs + price)
        return k.show(lhs, "<=", bound.rhs, by=[moved, (-1, bound), loss])

    def sample(rng: random.Random) -> Any:
        price = Fraction(rng.randint(1, 8), 4)
        return {"g": price}, _points(rng, price=price)

    rhs = sympy.Max(0, 1 - Sig(w * x) + Sig(w**2) / (4 * c * g))
    return ForEveryN(domain, each, (), lhs, "<=", rhs), chain(proof, sample)


@claim(
    paper=_PAPER, where=_HINGE, expected="proved", strength="tight",
    says=r"u=x-\frac w{2\gamma}:\ \max(0,1-\langle w,u\rangle)-\gamma|u-x|^2\ge1-\langle w,x\rangle"
    r"+\frac{|w|^2}{4\gamma};\quad u=x:\ \max(0,1-\langle w,x\rangle)\ge0",
)  # fmt: skip
def robust_hinge_attained(c: Constant = 1) -> Stated:
    """The loss is at least its rising branch; with u = x for the rest both bounds of the supremum meet."""
    import sympy

    domain, each = Domain("g in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo)")
    (g,), (w, x) = domain, each
    moved = x - w / (2 * g)
    lhs = sympy.Max(0, 1 - Sig(w * moved)) - g * Sig((moved - x) ** 2)

    def proof(k: Proof) -> Any:
        loss, _, above, _ = k.part(k.fresh("h in [0,oo)"), 1 - Sig(w * moved))
        return k.show(lhs, ">=", 1 - Sig(w * x) + Sig(w**2) / (4 * g), by=[above, (-1, loss)])

    def sample(rng: random.Random) -> Any:
        price = Fraction(rng.randint(1, 8), 4)
        return {"g": price}, _points(rng, price=price, names="wx")

    return ForEveryN(domain, each, (), lhs, ">=", 1 - Sig(w * x) + c * Sig(w**2) / (4 * g)), chain(proof, sample)


robust_hinge_at_most.false_if("the gain were 1 % smaller", c=_ONE_PERCENT)
robust_hinge_attained.false_if("the gain were 1 % larger", c=_ONE_PERCENT)


# -- zero-one loss ---------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_FLIP, expected="proved", strength="upper",
    assumptions=("W = |w| > 0; z_+ = max(0, z) is the margin of a point that is right, 0 of one that is wrong",),
    says=r"\langle w,u\rangle\le0\ \Rightarrow\ |u-x|^2\ge\frac{z_+^2}{|w|^2},\quad z=\langle w,x\rangle:\ "
    r"\text{so the term is at most}\ \max\Bigl(0,1-\frac{\gamma z_+^2}{|w|^2}\Bigr)",
)  # fmt: skip
def flipping_costs(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz: the sum of (W^2 (x - u) - z_+ w)^2 is not negative."""
    import sympy

    domain, each = Domain("W in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo), u in (-oo,oo)")
    (W,), (w, x, u) = domain, each
    distance = W**2 * Sig((u - x) ** 2)

    def proof(k: Proof) -> Any:
        margin, _, _, slack = k.part(k.fresh("z in [0,oo)"), Sig(w * x))
        z = margin.lhs
        square = k.sum_up(k.sign((W**2 * (x - u) - z * w) ** 2 / W**2, ">="))
        by = [square, (2 * z, k.hypothesis(1)), (-2, slack), (z**2 / W**2, k.hypothesis(0))]
        bound = k.show(distance, ">=", z**2, by=by)
        return k.show(distance, ">=", sympy.Max(0, Sig(w * x)) ** 2, by=[bound, k.power(margin, 2)])

    def sample(rng: random.Random) -> Any:
        size = Fraction(rng.randint(1, 9), 3)  # the nearest wrong point of one on the right side, W = 5
        across = ((Fraction(3), Fraction(4)), (Fraction(4), Fraction(-3)))
        return {"W": Fraction(5)}, [{"w": w, "x": w * size + t, "u": t} for w, t in across]

    given = ((W**2, "==", Sig(w**2)), (0, ">=", Sig(w * u)))
    return ForEveryN(domain, each, given, distance, ">=", c * sympy.Max(0, Sig(w * x)) ** 2), chain(proof, sample)


@claim(
    paper=_PAPER, where=_FLIP, expected="proved", strength="tight",
    assumptions=("W = |w| > 0, z = <w,x>; points on the boundary count as errors",),
    says=r"u=x-\frac{zw}{|w|^2}:\quad\langle w,u\rangle=0,\quad|u-x|^2=\frac{z^2}{|w|^2}",
)  # fmt: skip
def flipping_is_attained(c: Constant = 1) -> Stated:
    """Two identities in one: the square of the margin plus that of the distance's miss is zero."""
    domain, each = Domain("W in (0,oo), z in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo)")
    (W, z), (w, x) = domain, each
    moved = x - z * w / W**2

    def misses(scale: Constant) -> Any:
        return Sig(w * moved) ** 2 + (Sig((moved - x) ** 2) - scale * z**2 / W**2) ** 2

    def proof(k: Proof) -> Any:
        margin = k.show(Sig(w * moved), "==", 0, by=[(-1, k.hypothesis(1)), (z / W**2, k.hypothesis(0))])
        away = k.show(Sig((moved - x) ** 2) - z**2 / W**2, "==", 0, by=[(-(z**2) / W**4, k.hypothesis(0))])
        return k.show(misses(1), "==", 0, by=[(margin.lhs, margin), (away.lhs, away)])

    def sample(rng: random.Random) -> Any:
        size = Fraction(rng.randint(1, 9), 3)
        return {"W": Fraction(5), "z": 25 * size}, [{"w": w, "x": w * size} for w in (Fraction(3), Fraction(4))]

    given = ((W**2, "==", Sig(w**2)), (z, "==", Sig(w * x)))
    return ForEveryN(domain, each, given, misses(c), "==", 0), chain(proof, sample)


flipping_costs.false_if("it cost 1 % more", c=_ONE_PERCENT)
flipping_is_attained.false_if("it took 1 % more", c=_ONE_PERCENT)


# -- duality ---------------------------------------------------------------------------------------------------------


def _plan(rng: random.Random, *, moved: Fraction = Fraction(1)) -> Any:
    """Atoms of a plan that meets complementarity: price g, each atom's loss L at cost D, v = q (L - g D) >= 0."""
    price, rows, spent = Fraction(rng.randint(1, 6), 2), [], Fraction(0)
    for _ in range(rng.randint(1, 4)):
        p, D = Fraction(rng.randint(1, 5), 20), Fraction(rng.randint(1, 9), 3)
        L = price * D + Fraction(rng.randint(0, 3))
        rows.append({"p": p, "q": moved, "D": D, "l": L, "v": moved * (L - price * D)})
        spent += p * moved * D
    return {"g": price, "e": spent}, rows


@claim(
    paper=_PAPER, where=_DUAL, expected="proved", strength="upper",
    uses=("ood_unlabeled.robust_hinge_at_most", "ood_unlabeled.flipping_costs"),
    assumptions=("a plan moves the mass p to a place of loss l at the cost D; an atom may be split, its parts listed",),
    says=r"l_i-\gamma D_i\le v_i,\ \sum_ip_iD_i\le\varepsilon\ \Rightarrow\ "
    r"\sum_ip_il_i\le\gamma\varepsilon+\sum_ip_iv_i\quad\text{for every}\ \gamma\ge0",
)  # fmt: skip
def weak_duality(c: Constant = 1) -> Stated:
    """Weigh l <= v + gamma D by the masses and sum up."""
    domain = Domain("g in [0,oo), e in [0,oo)")
    each = Domain("p in [0,1], D in [0,oo), l in (-oo,oo), v in (-oo,oo)")
    (g, e), (p, D, l_, v) = domain, each

    def proof(k: Proof) -> Any:
        total = k.sum_up(k.show(p * v, ">=", p * l_ - p * g * D, by=[(p, k.hypothesis(0))]))
        return k.show(Sig(p * l_), "<=", g * e + Sig(p * v), by=[total, (g, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        point, rows = _plan(rng)
        return point, [{name: row[name] for name in ("p", "D", "l", "v")} for row in rows]

    given = ((v, ">=", l_ - g * D), (e, ">=", Sig(p * D)))
    return ForEveryN(domain, each, given, c * Sig(p * l_), "<=", g * e + Sig(p * v)), chain(proof, sample)


@claim(
    paper=_PAPER, where=_DUAL, expected="proved", strength="tight",
    uses=("ood_unlabeled.robust_hinge_attained", "ood_unlabeled.flipping_is_attained", "ood_unlabeled.weak_duality"),
    assumptions=(
        "the share q of the mass p is moved to a place of loss l at the cost D, best at the price gamma",
        "the rest stays, losses are >= 0: the worst expectation is at least the left side; it is at most the right one",
        "for the hinge D = |theta|^2/(4 gamma^2), so that gamma = (sum p q)^(1/2) |theta|/(2 epsilon^(1/2))",
        "q is 1 where v > 0, 0 where l < gamma D, and between them at a boundary atom",
    ),
    says=r"q_i(l_i-\gamma D_i)=v_i,\ \sum_ip_iq_iD_i=\varepsilon\ \Rightarrow\ "
    r"\sum_ip_iq_il_i=\gamma\varepsilon+\sum_ip_iv_i",
)  # fmt: skip
def dual_is_attained(c: Constant = 1) -> Stated:
    """Weigh the complementarity by the masses and sum up; the budget is spent."""
    domain = Domain("g in [0,oo), e in [0,oo)")
    each = Domain("p in [0,1], q in [0,1], D in [0,oo), l in (-oo,oo), v in [0,oo)")
    (g, e), (p, q, D, l_, v) = domain, each

    def proof(k: Proof) -> Any:
        total = k.sum_up(k.show(p * v, "==", p * q * (l_ - g * D), by=[(-p, k.hypothesis(0))]))
        return k.show(Sig(p * q * l_), "==", g * e + Sig(p * v), by=[(-1, total), (g, k.hypothesis(1))])

    given = ((q * (l_ - g * D), "==", v), (Sig(p * q * D), "==", e))

    def sample(rng: random.Random) -> Any:
        return _plan(rng, moved=Fraction(rng.randint(1, 4), 4))

    return ForEveryN(domain, each, given, c * Sig(p * q * l_), "==", g * e + Sig(p * v)), chain(proof, sample)


@claim(
    paper=_PAPER, where=_DUAL, expected="proved", strength="tight",
    says=r"\gamma\varepsilon+\frac{q|\theta|^2}{4\gamma}\ge|\theta|\sqrt{q\varepsilon},\quad"
    r"\text{equal at}\ \gamma=\frac{|\theta|}2\sqrt{\frac q\varepsilon}:\ q=1\text{ adds the norm as a penalty}",
)  # fmt: skip
def price_of_the_moved_mass(c: Constant = 1) -> Stated:
    """A square: sqrt(gamma e) - sqrt(q) |theta|/(2 sqrt(gamma))."""
    import sympy

    domain = Domain("g in (0,oo), e in [0,oo), q in [0,1], W in [0,oo)")
    g, e, q, W = domain
    lhs, rhs = g * e + q * W**2 / (4 * g), W * sympy.sqrt(q) * sympy.sqrt(e)

    def proof(k: Proof) -> Any:
        square = k.sign((sympy.sqrt(g) * sympy.sqrt(e) - sympy.sqrt(q) * W / (2 * sympy.sqrt(g))) ** 2, ">=")
        return k.show(lhs, ">=", rhs, by=[square])

    return ForAll(domain, lhs, ">=", c * rhs), chain(proof)


@claim(
    paper=_PAPER, where=_DUAL, expected="proved", strength="identity",
    says=r"\gamma=\frac{|\theta|}2\sqrt{\frac q\varepsilon}:\ \gamma\varepsilon+\frac{q|\theta|^2}{4\gamma}"
    r"=|\theta|\sqrt{q\varepsilon}",
)  # fmt: skip
def best_price(c: Constant = 1) -> Stated:
    """Substitute."""
    import sympy

    domain = Domain("e in (0,oo), q in (0,1], W in (0,oo)")
    e, q, W = domain
    g = W * sympy.sqrt(q) / (2 * sympy.sqrt(e))
    lhs, rhs = g * e + q * W**2 / (4 * g), W * sympy.sqrt(q) * sympy.sqrt(e)
    return ForAll(domain, lhs, "==", c * rhs), chain(lambda k: k.identity(lhs, rhs))


weak_duality.false_if("the expectation were 1 % larger", c=_ONE_PERCENT)
dual_is_attained.false_if("the expectation were 1 % larger", c=_ONE_PERCENT)
price_of_the_moved_mass.false_if("it were 1 % more", c=_ONE_PERCENT)
best_price.false_if("it were 1 % more", c=_ONE_PERCENT)
