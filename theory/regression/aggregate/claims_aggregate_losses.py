r"""Instance-level and bag-level losses: what the one adds to the other, for bags of every size.

The classes of a statement are the units of one bag: ``Sig(1)`` is its size m, b the mean of the predictions f, y the
mean of the labels. A loss is the mean over bags of one size, so that what holds for a bag holds for the loss.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _LOSSES = "aggregate", "instance-level and bag-level loss"
_MEANS = ("one bag of m units: y is the mean of its labels, b that of its predictions; losses are means over bags",)
_MORE, _HALF = Fraction(101, 100), Fraction(1, 2)


def _bag(more: str = "") -> tuple[Any, Any, Any]:
    """Return domain, units and hypotheses: m units with mean b."""
    domain, each = Domain("m in [1,oo), y in (-oo,oo), b in (-oo,oo)" + more), Domain("f in (-oo,oo)")
    m, _, mean = tuple(domain)[:3]
    (f,) = each
    return domain, each, ((Sig(1), "==", m), (Sig(f), "==", m * mean))


def _draw(rng: random.Random, **more: Any) -> Any:
    """Draw a bag, and its mean with it."""
    m = rng.randint(1, 5)
    units = [Fraction(rng.randint(-6, 6), 2) for _ in range(m)]
    point = {"m": Fraction(m), "y": Fraction(rng.randint(-4, 4)), "b": sum(units, Fraction(0)) / m}
    return point | more, [{"f": f} for f in units]


@claim(
    paper=_PAPER, where=_LOSSES, expected="proved", strength="identity", form="as usually quoted",
    assumptions=_MEANS,
    says=r"\frac1m\sum_i(y-f_i)^2=(y-b)^2+\frac1m\sum_i(f_i-b)^2,\quad b=\frac1m\sum_if_i",
)  # fmt: skip
def instance_is_bag_plus_regulariser(factor: Constant = 1) -> Stated:
    """Expand; the mixed term is the sum of the deviations, which vanishes."""
    domain, each, given = _bag()
    (m, y, b), (f,) = domain, each
    left, bag, spread = Sig((y - f) ** 2) / m, (y - b) ** 2, Sig((f - b) ** 2) / m

    def proof(k: Proof) -> Any:
        by = [((y**2 - b**2) / m, k.hypothesis(0)), (2 * (b - y) / m, k.hypothesis(1))]
        return k.show(left, "==", bag + spread, by=by)

    return ForEveryN(domain, each, given, left, "==", bag + factor * spread), chain(proof, sample=_draw)


@claim(
    paper=_PAPER, where=_LOSSES + ": interpolation", expected="proved", strength="identity", form="as usually quoted",
    assumptions=_MEANS, uses=("aggregate.instance_is_bag_plus_regulariser",),
    says=r"(1-\rho)(y-b)^2+\frac\rho m\sum_i(y-f_i)^2=(y-b)^2+\frac\rho m\sum_i(f_i-b)^2,\quad\rho\ge0",
)  # fmt: skip
def interpolation_is_a_regulariser(power: Constant = 1) -> Stated:
    """Multiply by rho the last identity; rho above 1 is allowed."""
    domain, each, given = _bag(", rho in [0,oo)")
    (m, y, b, rho), (f,) = domain, each
    bag, spread = (y - b) ** 2, Sig((f - b) ** 2) / m
    left = (1 - rho) * bag + rho * Sig((y - f) ** 2) / m

    def proof(k: Proof) -> Any:
        by = [(rho * (y**2 - b**2) / m, k.hypothesis(0)), (2 * rho * (b - y) / m, k.hypothesis(1))]
        return k.show(left, "==", bag + rho * spread, by=by)

    def sample(rng: random.Random) -> Any:
        return _draw(rng, rho=Fraction(rng.randint(0, 6), 3))

    return ForEveryN(domain, each, given, left, "==", bag + rho**power * spread), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_LOSSES + ": the regulariser by pairs", expected="proved", strength="identity",
    form="as usually quoted",
    says=r"\frac14\sum_{i=1}^4(f_i-b)^2=\frac1{2\cdot4^2}\sum_{i=1}^4\sum_{j=1}^4(f_i-f_j)^2",
)  # fmt: skip
def regulariser_of_four_by_pairs(half: Constant = _HALF) -> Stated:
    """Expand, for a bag of four."""
    domain = Domain(", ".join(f"f{i} in (-oo,oo)" for i in range(1, 5)))
    units = list(domain)
    mean = sum(units) / 4
    left = sum((f - mean) ** 2 for f in units) / 4
    pairs = sum((f - g) ** 2 for f in units for g in units) / 16
    return ForAll(domain, left, "==", half * pairs), chain(lambda k: k.identity(left, pairs / 2))


@claim(
    paper=_PAPER, where=_LOSSES + ": the regulariser by pairs", expected="proved", strength="identity",
    says=r"\sum_j(g-f_j)^2=\sum_j(f_j-b)^2+m(g-b)^2,\quad g\in\mathbb R",
)  # fmt: skip
def pairs_with_one_unit(factor: Constant = 1) -> Stated:
    """Expand; g is any number, in particular the prediction of one of the units."""
    domain, each, given = _bag(", g in (-oo,oo)")
    (m, _, b, g), (f,) = domain, each
    left, spread = Sig((g - f) ** 2), Sig((f - b) ** 2)

    def proof(k: Proof) -> Any:
        return k.show(left, "==", spread + m * (g - b) ** 2,
                      by=[(g**2 - b**2, k.hypothesis(0)), (2 * (b - g), k.hypothesis(1))])  # fmt: skip

    def sample(rng: random.Random) -> Any:
        return _draw(rng, g=Fraction(rng.randint(-4, 4)))

    return ForEveryN(domain, each, given, left, "==", spread + factor * m * (g - b) ** 2), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_LOSSES + ": the regulariser by pairs", expected="proved", strength="identity",
    uses=("aggregate.pairs_with_one_unit",),
    assumptions=("V + m (f_i - b)^2 is the sum of (f_i - f_j)^2 over j (pairs_with_one_unit at g = f_i)",),
    says=r"\sum_i\bigl(V+m(f_i-b)^2\bigr)=2mV,\quad V=\sum_i(f_i-b)^2",
)  # fmt: skip
def pairs_count_the_spread(factor: Constant = 2) -> Stated:
    """The spread V, m times, twice: the regulariser of a bag, V/m, is the double sum over 2 m^2, for every m."""
    domain, each = Domain("m in [1,oo), b in (-oo,oo), V in [0,oo)"), Domain("f in (-oo,oo)")
    (m, b, V), (f,) = domain, each
    given = ((Sig(1), "==", m), (Sig((f - b) ** 2), "==", V))
    left = Sig(V + m * (f - b) ** 2)

    def proof(k: Proof) -> Any:
        return k.show(left, "==", 2 * m * V, by=[(V, k.hypothesis(0)), (m, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        point, units = _draw(rng)
        spread = sum((row["f"] - point["b"]) ** 2 for row in units)
        return {"m": point["m"], "b": point["b"], "V": spread}, units

    return ForEveryN(domain, each, given, left, "==", factor * m * V), chain(proof, sample=sample)


# -- other losses ----------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_LOSSES + ": canonical generalised linear models", expected="proved", strength="identity",
    assumptions=(*_MEANS, "a_i is A(f_i) and a_0 is A(b), for any function A: the loss of a label y is A(f) - y f"),
    says=r"\frac1m\sum_i(a_i-yf_i)-(a_0-yb)=\frac1m\sum_ia_i-a_0:\ \text{no label in it}",
)  # fmt: skip
def canonical_gap_has_no_label(seen: Constant = 0) -> Stated:
    """The labels' terms are y b on both sides."""
    domain = Domain("m in [1,oo), y in (-oo,oo), b in (-oo,oo), a0 in (-oo,oo)")
    each = Domain("f in (-oo,oo), a in (-oo,oo)")
    (m, y, b, a0), (f, a) = domain, each
    left, gap = Sig(a - y * f) / m - (a0 - y * b), Sig(a) / m - a0

    def proof(k: Proof) -> Any:
        return k.show(left, "==", gap, by=[(-y / m, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        point, units = _draw(rng, a0=Fraction(rng.randint(-3, 3)))
        return point, [row | {"a": row["f"] ** 2} for row in units]

    given = ((Sig(f), "==", m * b),)
    return ForEveryN(domain, each, given, left, "==", gap + seen * y), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_LOSSES + ": convex losses", expected="proved", strength="lower", form="as usually quoted",
    assumptions=("l_i is the loss of f_i at the label y, l_0 that of the mean b, t a subgradient at b: l is convex",),
    says=r"l_i\ge l_0+t\,(f_i-b)\ \text{for all}\ i\ \Rightarrow\ \frac1m\sum_il_i\ge l_0",
)  # fmt: skip
def convex_losses_are_at_least_the_bags(factor: Constant = 1) -> Stated:
    """Sum the tangent lines: Jensen."""
    domain = Domain("m in [1,oo), b in (-oo,oo), l0 in (-oo,oo), t in (-oo,oo)")
    each = Domain("f in (-oo,oo), l in (-oo,oo)")
    (m, b, l0, t), (f, loss) = domain, each
    given = ((Sig(1), "==", m), (Sig(f), "==", m * b), (loss, ">=", l0 + t * (f - b)))

    def proof(k: Proof) -> Any:
        total = k.sum_up(k.hypothesis(2))
        by = [(1 / m, total), ((l0 - t * b) / m, k.hypothesis(0)), (t / m, k.hypothesis(1))]
        return k.show(Sig(loss) / m, ">=", l0, by=by)

    def sample(rng: random.Random) -> Any:
        point, units = _draw(rng)
        low, slope = Fraction(rng.randint(1, 4)), Fraction(rng.randint(-2, 2))
        rows = [row | {"l": low + slope * (row["f"] - point["b"])} for row in units]
        return {"m": point["m"], "b": point["b"], "l0": low, "t": slope}, rows

    return ForEveryN(domain, each, given, Sig(loss) / m, ">=", factor * l0), chain(proof, sample=sample)


def _log_loss_gap(y: Any, p: Any, q: Any) -> sympy.Expr:
    """Log-loss of two units with probabilities p and q, mean of both less that of the mean, at the label y."""
    import sympy

    def loss(x: Any) -> sympy.Expr:
        return -y * sympy.log(x) - (1 - y) * sympy.log(1 - x)

    return (loss(p) + loss(q)) / 2 - loss((p + q) / 2)


@claim(
    paper=_PAPER, where=_LOSSES + ": logarithmic loss of a probability", expected="refuted", strength="identity",
    assumptions=("the regulariser read as one without labels, for the logarithmic loss in the probability",),
    says=r"\text{the gap of two units is the same for all mean labels}\ y,z\in[0,1]",
)  # fmt: skip
def log_loss_gap_has_no_label(mirrored: Constant = 0) -> Stated:
    """It has one: in the probability the loss is not canonical. Mirrored predictions, q = 1 - p, hide it."""
    domain = Domain("p in (0,1), q in (0,1), y in [0,1], z in [0,1]")
    p, q, y, z = domain
    other = 1 - p if mirrored else q
    first, second = _log_loss_gap(y, p, other), _log_loss_gap(z, p, other)
    return ForAll(domain, first, "==", second), chain(lambda k: k.identity(first, second))


@claim(
    paper=_PAPER, where=_LOSSES + ": logarithmic loss of a probability", expected="proved", strength="identity",
    corrects="aggregate.log_loss_gap_has_no_label",
    says=r"G(y)-G(z)=(y-z)\Bigl(\log\frac{p+q}{2-p-q}-\frac12\log\frac{pq}{(1-p)(1-q)}\Bigr),"
    r"\quad G\ \text{the gap of two units}",
)  # fmt: skip
def log_loss_gap_by_the_label(half: Constant = _HALF) -> Stated:
    """The gap is linear in the label; its slope is the logit of the mean less the mean of the logits."""
    import sympy

    domain = Domain("p in (0,1), q in (0,1), y in [0,1], z in [0,1]")
    p, q, y, z = domain
    left = _log_loss_gap(y, p, q) - _log_loss_gap(z, p, q)

    def slope(weight: Any) -> sympy.Expr:
        logits = sympy.log(p) - sympy.log(1 - p) + sympy.log(q) - sympy.log(1 - q)
        return sympy.log((p + q) / 2) - sympy.log(1 - (p + q) / 2) - weight * logits

    right = (y - z) * slope(sympy.Rational(1, 2))
    return ForAll(domain, left, "==", (y - z) * slope(half)), chain(lambda k: k.identity(left, right))


instance_is_bag_plus_regulariser.false_if("the regulariser counted 1 % more", factor=_MORE)
interpolation_is_a_regulariser.false_if("rho were squared", power=2)
regulariser_of_four_by_pairs.false_if("every pair counted once in the double sum", half=1)
pairs_with_one_unit.false_if("the distance to the mean counted 1 % more", factor=_MORE)
pairs_count_the_spread.false_if("the spread counted once", factor=1)
canonical_gap_has_no_label.false_if("1 % of the label stayed in the gap", seen=Fraction(1, 100))
convex_losses_are_at_least_the_bags.false_if("the bag's loss were 1 % larger", factor=_MORE)
log_loss_gap_has_no_label.true_if("the second prediction mirrored the first", mirrored=1)
log_loss_gap_by_the_label.false_if("the mean of the logits counted 1 % more", half=_HALF * _MORE)
