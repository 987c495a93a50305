r"""The Mann-Whitney loss bounds the area over the ROC curve in bits, not in nats.

A row is a pair (v, d): d is the score of a positive less that of a negative, v in [0, 1] with ``v d <= 0`` is what the
pair adds to the number of wrongly ordered pairs: 0 where d > 0, at most 1 elsewhere. Ties may count in full, by half
or not at all. `Sig` sums over any number of pairs.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "mw_auc", "Mann-Whitney loss as a bound of 1 - AUC"
_ONE_PERCENT = Fraction(101, 100)


def _softplus(u: Any) -> Any:
    import sympy

    return sympy.log(1 + sympy.exp(u))


def _at_least_log_two(k: Proof, d: Any, v: Any, order: Any) -> Any:
    """Show ``softplus(-d) >= v log 2`` where ``order`` says v d <= 0: softplus lies above its tangent log 2 - d/2."""
    import sympy

    root = sympy.exp(-d / 2)
    line = k.logarithm(k.show(1 + sympy.exp(-d), ">=", 2 * root, by=[k.sign((1 - root) ** 2, ">=")]))
    positive = k.sign(_softplus(-d), ">")
    return k.show(_softplus(-d), ">=", v * sympy.log(2), by=[(v, line), (1 - v, positive), (Fraction(1, 2), order)])


def _pairs(rng: random.Random) -> Any:
    """Draw pairs of which none is a tie, or all are: whether ties count is then seen in the witness."""
    differences = [Fraction(rng.choice((-3, -1, 1, 4)), rng.choice((1, 10))) for _ in range(rng.randint(1, 5))]
    if rng.random() < 0.3:
        differences = [Fraction(-1, 10)] * 3
    elif rng.random() < 0.2:
        differences = [Fraction(0)] * 3
    return {"one": Fraction(1)}, [{"v": Fraction(d <= 0), "d": d} for d in differences]


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"\mathbb 1[d\le0]\le\log_2(1+e^{-d})",
)
def pair_bound(c: Constant = 1) -> Stated:
    """As 1 + exp(-d) >= 2 exp(-d/2). Equality at d = 0."""
    import sympy

    domain = Domain("v in [0,1], d in (-oo,oo)")
    v, d = domain
    given = ((v * d, "<=", 0),)
    bound = _softplus(-d) / sympy.log(2)

    def proof(k: Proof) -> Any:
        return k.show(v, "<=", bound, by=[(1 / sympy.log(2), _at_least_log_two(k, d, v, k.hypothesis(0)))])

    return ForAll(domain, c * v, "<=", bound, given), chain(proof)


pair_bound.false_if("the bound were 1 % smaller", c=_ONE_PERCENT)


def _area(bits: Constant, c: Constant) -> Stated:
    """``c AoC <= MW`` times the number of pairs; ``bits`` = 1 for the logarithm to base 2, 0 for nats."""
    import sympy

    domain, each = Domain("one in [1,1]"), Domain("v in [0,1], d in (-oo,oo)")
    v, d = each
    unit = sympy.log(2) if bits else sympy.Integer(1)
    loss = Sig(_softplus(-d)) / unit

    def proof(k: Proof) -> Any:
        total = k.sum_up(_at_least_log_two(k, d, v, k.hypothesis(0)))
        return k.show(Sig(v), "<=", loss, by=[(1 / unit, total)])

    return ForEveryN(domain, each, ((v * d, "<=", 0),), c * Sig(v), "<=", loss), chain(proof, _pairs)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="refuted",
    strength="upper",
    assumptions=("the loss is the mean of softplus(-(s+ - s-)) over the pairs, with the natural logarithm",),
    says=r"1-\mathrm{AUC}\le\frac1{|\mathcal P|}\sum_{\mathcal P}\log\bigl(1+e^{-(s^+-s^-)}\bigr)",
)
def area_bound_in_nats(bits: Constant = 0) -> Stated:
    """All differences -1/10: every pair is wrong, and the loss is 0.744."""
    return _area(bits, 1)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    corrects="mw_auc.area_bound_in_nats",
    says=r"1-\mathrm{AUC}\le\frac1{|\mathcal P|\log2}\sum_{\mathcal P}\log\bigl(1+e^{-(s^+-s^-)}\bigr)",
)
def area_bound_in_bits(c: Constant = 1) -> Stated:
    """The bound of a pair, summed over any number of pairs. Equality where all scores are equal and ties count."""
    return _area(1, c)


area_bound_in_nats.true_if("the logarithm is taken to base 2", bits=1)
area_bound_in_bits.false_if("the bound were 1 % smaller", c=_ONE_PERCENT)


# -- where nats suffice ---------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"d\le-\log(e-1)=-0.5413\ldots:\quad\log(1+e^{-d})\ge1",
)
def nats_suffice_beyond(c: Constant = 1) -> Stated:
    """With d = -log(e-1) - w, w >= 0, the argument of the logarithm is 1 + (e-1) e^w >= e. Equality at w = 0."""
    import sympy

    domain = Domain("w in [0,oo)")
    (w,) = domain
    inner = 1 + (sympy.E - 1) * sympy.exp(w)

    def proof(k: Proof) -> Any:
        more = k.show(inner, ">=", sympy.E, by=[(sympy.E - 1, k.sign(sympy.exp(w) - 1, ">="))])
        return k.logarithm(more)

    return ForAll(domain, sympy.log(inner), ">=", c), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    says=r"-\log(e-1)<d\le0:\quad\log(1+e^{-d})<1",
)
def nats_fail_before(c: Constant = 1) -> Stated:
    """Every tie or wrong order nearer to 0 than that costs less than 1: d = -log(e-1) + w."""
    import sympy

    domain = Domain("w in (0,oo)")
    (w,) = domain
    inner = 1 + (sympy.E - 1) * sympy.exp(-w)

    def proof(k: Proof) -> Any:
        less = k.show(sympy.E, ">", inner, by=[(sympy.E - 1, k.sign(1 - sympy.exp(-w), ">"))])
        return k.logarithm(less)

    return ForAll(domain, sympy.log(inner), "<", c), chain(proof)


nats_suffice_beyond.false_if("such a pair cost 1 % more", c=_ONE_PERCENT)
nats_fail_before.false_if("such a pair cost at most 0.99", c=Fraction(99, 100))
