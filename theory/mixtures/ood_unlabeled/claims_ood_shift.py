r"""Errors of linear rules: under a shift of the unlabelled mixture, under a shift of the test points, under attack.

A rule ``sign <theta, x>`` with ``<mu,theta> = c |mu| |theta|`` errs with probability ``Q(s c)``. What unlabelled points
of the mean mu' teach, however many they are, is the direction of mu'; c is then the cosine of the angle between mu and
mu'. An adversary who may move x by a vector of length r takes ``r |theta|`` off every margin.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import density, peak

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FLOOR, _ATTACK = "ood_unlabeled", "unlabelled points of a shifted mixture", "adversarial l2 radius"
_TEST = "test points of a shifted mixture"
_ONE_PERCENT, _HALF = Fraction(101, 100), Fraction(1, 2)


# -- the unlabelled mixture is shifted -------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_FLOOR, expected="proved", strength="lower",
    corrects="ood_unlabeled.shift_is_free",
    uses=("ood_unlabeled.only_fixed_point",),
    says=r"Q(s\cos\omega)\ge Q(s)+s(1-\cos\omega)\,\varphi(s),\quad\omega=\angle(\mu,\mu')<\tfrac\pi2",
)  # fmt: skip
def error_floor(c: Constant = 1) -> Stated:
    """The slope of Q(s c) + s c phi(s) in c is s (phi(s) - phi(s c)), not positive."""
    import sympy

    domain = Domain("s in (0,oo), c in (0,1]")
    s, cosine = domain
    value = -tail(s * cosine) - s * cosine * density(s)

    def proof(k: Proof) -> Any:
        lower = s * density(s * cosine) * (1 - sympy.exp(-(s**2) * (1 - cosine**2) / 2))
        rising = k.show(value.diff(cosine), ">=", 0, by=[k.sign(lower, ">=")])
        return k.grows(rising, value, cosine, end="high")

    return ForAll(domain, tail(s * cosine), ">=", tail(s) + c * (s - s * cosine) * density(s)), chain(proof)


@claim(
    paper=_PAPER, where=_FLOOR + ", read as consistency for every shift", expected="refuted", strength="identity",
    uses=("ood_unlabeled.only_fixed_point",),
    says=r"\text{self-training with}\ n\to\infty\ \text{has the error}\ Q(s),\ \text{whatever the angle of}\ \mu'",
)  # fmt: skip
def shift_is_free(shift: Constant = 1) -> Stated:
    """It has Q(s cos omega), the error of the direction of mu'."""
    import sympy

    domain = Domain("s in [1/10,5], T in [1/10,10]")
    s, T = domain
    limit = tail(s / sympy.sqrt(1 + shift * T**2))
    return ForAll(domain, limit, "==", tail(s)), chain(lambda k: k.identity(limit, tail(s)))


error_floor.false_if("the excess were twice as large", c=2)
shift_is_free.true_if("there were no shift", shift=0)


# -- the test mixture is shifted -------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_TEST, expected="proved", strength="lower",
    assumptions=("both classes are moved by one vector; b is its component along the rule over sigma",),
    says=r"\tfrac12Q(a+b)+\tfrac12Q(a-b)\ge Q(a),\quad a,b\ge0",
)  # fmt: skip
def common_shift_only_harms(c: Constant = 1) -> Stated:
    """The slope in b is (phi(a-b) - phi(a+b))/2 = phi(a-b) (1 - exp(-2ab))/2."""
    import sympy

    domain = Domain("a in [0,oo), b in [0,oo)")
    a, b = domain
    error = (tail(a + b) + tail(a - b)) / 2

    def proof(k: Proof) -> Any:
        rate = k.sign(density(a - b) * (1 - sympy.exp(-2 * a * b)) / 2, ">=")
        return k.grows(k.show(error.diff(b), ">=", 0, by=[rate]), error, b)

    return ForAll(domain, error, ">=", c * tail(a)), chain(proof)


@claim(
    paper=_PAPER, where=_TEST, expected="proved", strength="upper",
    says=r"Q(s\cos t-u)\le Q(s\cos t)+\frac u{\sqrt{2\pi}},\quad u\ge0",
)  # fmt: skip
def shift_costs_at_most_its_size(c: Constant = 1) -> Stated:
    """The slope in u is a normal density: a mean moved by u sigma costs at most u/sqrt(2 pi)."""
    import sympy

    domain = Domain("a in (-oo,oo), u in [0,oo)")
    a, u = domain
    value = u * peak() - tail(a - u)

    def proof(k: Proof) -> Any:
        rest = k.sign(peak() * (1 - sympy.exp(-((a - u) ** 2) / 2)), ">=")
        return k.grows(k.show(value.diff(u), ">=", 0, by=[rest]), value, u)

    return ForAll(domain, tail(a - u), "<=", tail(a) + c * u * peak()), chain(proof)


common_shift_only_harms.false_if("the error were 1 % larger", c=_ONE_PERCENT)
shift_costs_at_most_its_size.false_if("it cost a tenth less", c=Fraction(9, 10))


# -- attack ----------------------------------------------------------------------------------------------------------


def _vectors(rng: random.Random) -> Any:
    """A direction w of length W and an attack e of length r at most, nearly opposite to it."""
    rows = [{"w": Fraction(3), "x": Fraction(rng.randint(-9, 9)), "e": Fraction(-3 * 99, 500)},
            {"w": Fraction(4), "x": Fraction(rng.randint(-9, 9)), "e": Fraction(-4 * 99, 500)}]  # fmt: skip
    return {"r": Fraction(1), "W": Fraction(5)}, rows


@claim(
    paper=_PAPER, where=_ATTACK, expected="proved", strength="lower",
    says=r"\sum_i\delta_i^2\le r^2\ \Rightarrow\ \langle\theta,x+\delta\rangle\ge\langle\theta,x\rangle-r|\theta|",
)  # fmt: skip
def attack_on_the_margin(c: Constant = 1) -> Stated:
    """Cauchy-Schwarz, coordinate by coordinate: (r w + W e)^2 >= 0, W = |theta|; in any dimension."""
    domain, each = Domain("r in (0,oo), W in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo), e in (-oo,oo)")
    (r, W), (w, x, e) = domain, each

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.sign((r * w + W * e) ** 2 / (2 * r * W), ">="))
        by = [square, (r / (2 * W), k.hypothesis(0)), (W / (2 * r), k.hypothesis(1))]
        return k.show(Sig(w * (x + e)), ">=", Sig(w * x) - r * W, by=by)

    given = ((W**2, "==", Sig(w**2)), (r**2, ">=", Sig(e**2)))
    return ForEveryN(domain, each, given, Sig(w * (x + e)), ">=", Sig(w * x) - c * r * W), chain(proof, _vectors)


@claim(
    paper=_PAPER, where=_ATTACK, expected="proved", strength="identity",
    says=r"\delta=-\frac{r\theta}{|\theta|}:\quad|\delta|=r,\quad"
    r"\langle\theta,x+\delta\rangle=\langle\theta,x\rangle-r|\theta|",
)  # fmt: skip
def attack_is_attained(c: Constant = 1) -> Stated:
    """Two identities in one: the square of the margin's miss plus that of the length's is zero."""
    domain, each = Domain("r in (0,oo), W in (0,oo)"), Domain("w in (-oo,oo), x in (-oo,oo)")
    (r, W), (w, x) = domain, each
    moved = -r * w / W

    def misses(scale: Constant) -> Any:
        return (Sig(w * (x + moved)) - (Sig(w * x) - scale * r * W)) ** 2 + (Sig(moved**2) - r**2) ** 2

    def proof(k: Proof) -> Any:
        margin = k.show(Sig(w * (x + moved)) - Sig(w * x) + r * W, "==", 0, by=[(r / W, k.hypothesis(0))])
        length = k.show(Sig(moved**2) - r**2, "==", 0, by=[(-(r**2) / W**2, k.hypothesis(0))])
        return k.show(misses(1), "==", 0, by=[(margin.lhs, margin), (length.lhs, length)])

    def sample(rng: random.Random) -> Any:
        point, rows = _vectors(rng)
        return point, [{name: row[name] for name in ("w", "x")} for row in rows]

    given = ((W**2, "==", Sig(w**2)),)
    return ForEveryN(domain, each, given, misses(c), "==", 0), chain(proof, sample)


@claim(
    paper=_PAPER, where=_ATTACK, expected="proved", strength="lower",
    uses=("ood_unlabeled.attack_on_the_margin", "ood_unlabeled.attack_is_attained"),
    assumptions=("r is the radius over sigma; margins are normal, so that the attacked rule errs with Q(s c - r)",),
    says=r"Q\Bigl(\frac{\langle\mu,\theta\rangle}{\sigma|\theta|}-r\Bigr)=Q(sc-r)\ge Q(s-r),\quad c\in[-1,1]",
)  # fmt: skip
def mean_is_the_best_attacked_rule(c: Constant = 1) -> Stated:
    """The error falls in c: the direction of the mean is the best at every radius, r = 0 included."""
    domain = Domain("s in [0,oo), r in [0,oo), k in [-1,1]")
    s, r, cosine = domain
    value = -tail(s * cosine - r)

    def proof(k: Proof) -> Any:
        rising = k.show(value.diff(cosine), ">=", 0, by=[k.sign(s * density(s * cosine - r), ">=")])
        return k.grows(rising, value, cosine, end="high")

    return ForAll(domain, tail(s * cosine - r), ">=", c * tail(s - r)), chain(proof)


attack_on_the_margin.false_if("the attack took a tenth less off", c=Fraction(9, 10))
attack_is_attained.false_if("it took off 1 % more", c=_ONE_PERCENT)
mean_is_the_best_attacked_rule.false_if("the error were 1 % larger", c=_ONE_PERCENT)
