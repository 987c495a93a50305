r"""Invariance of the Z-loss to shift and scale, and the values that it takes, for every number of classes.

The Z-score is written out in the scores: with M the sum, Q the sum of squares and D the number of classes,

    z_c = (o_c - M/D) / sqrt(Q/D - (M/D)^2),    L = log(1 + exp(a (b - z_c)))/a.

The target's class is named, the others are summed over; Sig(1) counts them. Scores that are all equal have no Z-score
and are excluded by the hypothesis that the variance is positive.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.z_loss.z_loss_statements import mean, point_and_rows, softplus_loss, variance, z_score
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _QUOTED = "z_loss", "as usually quoted"
_INVARIANCE = "shift and scale invariance"
_VALUES = "range of the Z-scores and of the loss"
_ONE_PERCENT = Fraction(101, 100)


def _moved_deviation(k: Proof, alpha: Any, moved: tuple[Any, Any], oc: Any, o: Any) -> Any:
    """Show that the standard deviation of the moved scores is alpha times the old one, as a fact about inverses."""
    import sympy

    scaled = k.show(variance((moved[0],), moved[1]), "==", alpha**2 * variance((oc,), o))
    k.show(scaled.lhs, ">", 0, by=[scaled, (alpha**2, k.hypothesis(0))])
    return k.power(scaled, sympy.Rational(-1, 2))


def _map_claim(sign: Any, outcome: Any) -> Stated:
    """State ``z_c(sign alpha o + beta) == outcome * z_c(o)``."""
    domain, each = Domain("oc in (-oo,oo), alpha in (0,oo), beta in (-oo,oo)"), Domain("o in (-oo,oo)")
    (oc, alpha, beta), (o,) = domain, each
    moved = (sign * alpha * oc + beta, sign * alpha * o + beta)
    left, right = z_score(moved[0], moved[:1], moved[1]), outcome * z_score(oc, (oc,), o)

    def proof(k: Proof) -> Any:
        inverse = _moved_deviation(k, alpha, moved, oc, o)
        return k.show(left, "==", right, by=[(sign * alpha * (oc - mean((oc,), o)), inverse)])

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("oc", "beta"), positive=("alpha",))

    given = ((variance((oc,), o), ">", 0),)
    return ForEveryN(domain, each, given, left, "==", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_INVARIANCE,
    form=_QUOTED,
    expected="proved",
    strength="identity",
    says=r"z_c(\alpha o+\beta)=z_c(o),\quad\alpha>0",
)
def z_score_invariant(sign: Constant = 1) -> Stated:
    """The variance is multiplied by alpha^2, the distance from the mean by alpha."""
    return _map_claim(sign, 1)


@claim(
    paper=_PAPER,
    where=_INVARIANCE,
    expected="proved",
    strength="identity",
    says=r"z_c(-\alpha o+\beta)=-z_c(o),\quad\alpha>0",
)
def z_score_reversed(outcome: Constant = -1) -> Stated:
    """A negative factor turns the Z-scores round: the loss is not invariant to it."""
    return _map_claim(-1, outcome)


@claim(
    paper=_PAPER,
    where=_INVARIANCE,
    form=_QUOTED,
    expected="proved",
    strength="identity",
    says=r"L(\alpha o+\beta)=L(o),\quad\alpha>0,\ a>0",
)
def z_loss_invariant(sign: Constant = 1) -> Stated:
    """The loss is a function of the Z-score."""
    domain = Domain("oc in (-oo,oo), alpha in (0,oo), beta in (-oo,oo), a in (0,oo), b in (-oo,oo)")
    each = Domain("o in (-oo,oo)")
    (oc, alpha, beta, a, b), (o,) = domain, each
    moved = (sign * alpha * oc + beta, sign * alpha * o + beta)
    left, right = z_score(moved[0], moved[:1], moved[1]), z_score(oc, (oc,), o)

    def proof(k: Proof) -> Any:
        inverse = _moved_deviation(k, alpha, moved, oc, o)
        same = k.show(left, "==", right, by=[(alpha * (oc - mean((oc,), o)), inverse)])
        raised = k.exponential(k.show(a * (b - left), "==", a * (b - right), by=[(-a, same)]))
        inside = k.logarithm(k.show(1 + raised.lhs, "==", 1 + raised.rhs, by=[raised]))
        return k.show(inside.lhs / a, "==", inside.rhs / a, by=[(1 / a, inside)])

    def sample(rng: random.Random) -> Any:
        return point_and_rows(rng, ("oc", "beta", "b"), positive=("alpha", "a"))

    given = ((variance((oc,), o), ">", 0),)
    losses = (softplus_loss(left, a, b), softplus_loss(right, a, b))
    return ForEveryN(domain, each, given, losses[0], "==", losses[1]), chain(proof, sample)


z_score_invariant.false_if("alpha could be negative", sign=-1)
z_score_reversed.false_if("a negative factor changed nothing", outcome=1)
z_loss_invariant.false_if("alpha could be negative", sign=-1)


# -- values ---------------------------------------------------------------------------------------------------------


def _two_classes_or_more() -> tuple[Any, ...]:
    """Return domain, per-class domain, their symbols and the hypotheses."""
    domain, each = Domain("oc in (-oo,oo)"), Domain("o in (-oo,oo)")
    (oc,), (o,) = domain, each
    return domain, each, oc, o, ((variance((oc,), o), ">", 0), (Sig(1), ">=", 1))


def _one_target(rng: random.Random) -> Any:
    point, rows = point_and_rows(rng, ("oc",))
    if rng.random() < 0.5:  # where the bound is attained
        rows = [{"o": rows[0]["o"]} for _ in rows]
    return point, rows


@claim(
    paper=_PAPER,
    where=_VALUES,
    expected="proved",
    strength="identity",
    says=r"D-1-z_c^2=\frac{D-1}{D}\sum_{k\ne c}\Bigl(\frac{o_k-\bar o_{-c}}{\sigma}\Bigr)^2,"
    r"\quad\bar o_{-c}=\text{mean of the other scores}",
)
def distance_from_the_largest_z_score(c: Constant = 1) -> Stated:
    """The total variance is that within the other classes plus that between them and the target."""
    domain, each, oc, o, given = _two_classes_or_more()
    others = Sig(1)
    left = others - z_score(oc, (oc,), o) ** 2
    right = others / (1 + others) * (Sig(o**2) - Sig(o) ** 2 / others) / variance((oc,), o)

    def proof(k: Proof) -> Any:
        k.show(others, ">", 0, by=[k.hypothesis(1)])
        return k.show(left, "==", right)

    return ForEveryN(domain, each, given, left, "==", c * right), chain(proof, _one_target)


@claim(
    paper=_PAPER,
    where=_VALUES,
    expected="proved",
    strength="tight",
    says=r"z_c^2\le D-1,\quad D\ge2",
)
def z_score_bounded(c: Constant = 1) -> Stated:
    """The variance of the other scores is not negative."""
    domain, each, oc, o, given = _two_classes_or_more()
    others = Sig(1)

    def proof(k: Proof) -> Any:
        k.show(others, ">", 0, by=[k.hypothesis(1)])
        square = k.sum_up(k.sign((o - Sig(o) / others) ** 2, ">="))
        spread = k.show(Sig(o**2) - Sig(o) ** 2 / others, ">=", 0, by=[square])
        scale = others / (1 + others) / variance((oc,), o)
        return k.show(others, ">=", z_score(oc, (oc,), o) ** 2, by=[(scale, spread)])

    return ForEveryN(domain, each, given, c * others, ">=", z_score(oc, (oc,), o) ** 2), chain(proof, _one_target)


@claim(
    paper=_PAPER,
    where=_VALUES,
    expected="proved",
    strength="tight",
    says=r"o=\gamma e_c:\quad z_c=\sqrt{D-1},\quad\gamma>0,\ D\ge2",
)
def z_score_bound_attained(c: Constant = 1) -> Stated:
    """The other scores are all equal (to 0)."""
    import sympy

    domain = Domain("D integer in [2,oo), gamma in (0,oo)")
    D, gamma = domain
    spread = gamma**2 / D - (gamma / D) ** 2
    left = (gamma - gamma / D) / sympy.sqrt(spread)

    def proof(k: Proof) -> Any:
        k.show(spread, ">", 0, by=[k.sign(gamma**2 * (D - 1) / D**2, ">")])
        return k.show(left, "==", sympy.sqrt(D - 1))

    return ForAll(domain, left, "==", c * sympy.sqrt(D - 1)), chain(proof)


def _extreme(side: Any, c: Any) -> Stated:
    """State that the loss is at least (side 1) or at most (side -1) its value at ``z_c = side sqrt(D - 1)``."""
    import sympy

    domain, each = Domain("oc in (-oo,oo), a in (0,oo), b in (-oo,oo)"), Domain("o in (-oo,oo)")
    (oc, a, b), (o,) = domain, each
    others, z = Sig(1), z_score(oc, (oc,), o)
    root = sympy.sqrt(others)

    def proof(k: Proof) -> Any:
        k.show(others, ">", 0, by=[k.hypothesis(1)])
        values = {"oc": oc}
        bound = k.apply(z_score_bounded, values, given=[k.hypothesis(0), k.hypothesis(1)], rest={"o": o})
        square, half = k.sign((root - side * z) ** 2, ">="), 1 / (2 * root)
        most = k.show(root, ">=", side * z, by=[(half, bound), (half, square)])
        ends = (a * (b - z), a * (b - side * root)) if side == 1 else (a * (b - side * root), a * (b - z))
        raised = k.exponential(k.show(ends[0], ">=", ends[1], by=[(a, most)]))
        inside = k.logarithm(k.show(1 + raised.lhs, ">=", 1 + raised.rhs, by=[raised]))
        return k.show(inside.lhs / a, ">=", inside.rhs / a, by=[(1 / a, inside)])

    def sample(rng: random.Random) -> Any:
        point, rows = _one_target(rng)
        return point | {"a": Fraction(rng.randint(1, 3)), "b": Fraction(rng.randint(-1, 2))}, rows

    given = ((variance((oc,), o), ">", 0), (others, ">=", 1))
    sides = (softplus_loss(z, a, b), c * softplus_loss(side * root, a, b))
    return ForEveryN(domain, each, given, sides[0], ">=" if side == 1 else "<=", sides[1]), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_VALUES,
    expected="proved",
    strength="tight",
    says=r"L\ge\tfrac1a\log\bigl(1+e^{a(b-\sqrt{D-1})}\bigr),\quad a>0,\ D\ge2",
)
def z_loss_infimum(c: Constant = 1) -> Stated:
    """The loss decreases in z_c, which is at most sqrt(D - 1): it never reaches 0."""
    return _extreme(1, c)


@claim(
    paper=_PAPER,
    where=_VALUES,
    expected="proved",
    strength="tight",
    says=r"L\le\tfrac1a\log\bigl(1+e^{a(b+\sqrt{D-1})}\bigr),\quad a>0,\ D\ge2",
)
def z_loss_supremum(c: Constant = 1) -> Stated:
    """The loss decreases in z_c, which is at least -sqrt(D - 1): it is bounded."""
    return _extreme(-1, c)


distance_from_the_largest_z_score.false_if("the distance were 1 % larger", c=_ONE_PERCENT)
z_score_bounded.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
z_score_bound_attained.false_if("the value were 1 % larger", c=_ONE_PERCENT)
z_loss_infimum.false_if("the bound were 1 % larger", c=_ONE_PERCENT)
z_loss_supremum.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
