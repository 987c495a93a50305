r"""Gradients of the AnyLoss losses for every batch size, the dead range, and the least value of the F1 loss.

The derivative is taken in the probability p of one example with label y. The other examples of the batch enter by
sums that do not move: TP, FP counted over them, and their numbers of positives and negatives. That is why a statement
about one example and a few scalars is one about batches of every size. ``A = 1/(1 + exp(-L (p - 1/2)))``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "anyloss", "gradients of the metric losses", "derived"
_ONE_PERCENT = Fraction(101, 100)


@dataclass(frozen=True)
class _Batch:
    """One example (y, p) and what the rest of the batch adds: soft TP t and FP f, positives u, negatives v."""

    domain: Domain

    def __getattr__(self, name: str) -> Any:
        for symbol in self.domain.symbols:
            if str(symbol) == name:
                return symbol
        raise AttributeError(name)

    @cached_property
    def share(self) -> Any:
        import sympy

        return 1 / (1 + sympy.exp(-self.L * (self.p - Fraction(1, 2))))

    @property
    def slope(self) -> Any:
        return self.L * self.share * (1 - self.share)

    @property
    def tp(self) -> Any:
        return self.t + self.y * self.share

    @property
    def fp(self) -> Any:
        return self.f + (1 - self.y) * self.share

    @property
    def positives(self) -> Any:
        return self.u + self.y

    @property
    def negatives(self) -> Any:
        return self.v + 1 - self.y

    @property
    def tn(self) -> Any:
        return self.negatives - self.fp


_RANGES = "L in (0,oo), p in [0,1], y in [0,1], t in [0,oo), f in [0,oo)"


def _gradient(
    loss: Callable[[_Batch], Any],
    gradient: Callable[[_Batch], Any],
    c: Constant,
    rest: str,
    given: Callable[[_Batch], tuple[Any, ...]] = lambda at: (),
    above_share: Callable[[_Batch], tuple[Any, ...]] = lambda at: (),
) -> Stated:
    """The derivative of ``loss`` in p is c times ``gradient``; ``above_share`` are denominators that exceed A > 0."""
    at = _Batch(Domain(f"{_RANGES}, {rest}"))
    slope, formula = loss(at).diff(at.p), gradient(at)

    def proof(k: Proof) -> Any:
        for index in range(len(given(at))):
            k.hypothesis(index)
        share = k.sign(at.share, ">")
        for denominator in above_share(at):
            k.show(denominator, ">", 0, by=[share])
        return k.identity(slope, formula)

    return ForAll(at.domain, slope, "==", c * formula, given(at)), chain(proof)


_OPEN = "u in [0,oo), v in [0,oo)"


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\frac{dA}{dp}=L\,A(1-A)",
)
def amplifier_slope(c: Constant = 1) -> Stated:
    """The derivative of the logistic function."""
    return _gradient(lambda at: at.share, lambda at: at.slope, c, _OPEN)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\ell=1-\frac{\mathrm{TP}+\mathrm{TN}}N:\quad\frac{\partial\ell}{\partial p_i}"
    r"=-\frac{2y_i-1}N\,LA_i(1-A_i)",
)
def accuracy_gradient(c: Constant = 1) -> Stated:
    """The soft counts are linear in A."""

    def size(at: _Batch) -> Any:
        return at.u + at.v + 1

    return _gradient(
        lambda at: 1 - (at.tp + at.tn) / size(at), lambda at: -(2 * at.y - 1) / size(at) * at.slope, c, _OPEN
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\ell=1-\frac{2\mathrm{TP}}{2\mathrm{TP}+\mathrm{FN}+\mathrm{FP}}:\quad\frac{\partial\ell}{\partial p_i}"
    r"=-2\,\frac{(S+P)y_i-\mathrm{TP}}{(S+P)^2}\,LA_i(1-A_i),\quad S=\textstyle\sum A,\ P=\sum y",
)
def f1_gradient(c: Constant = 1) -> Stated:
    """As 2 TP + FN + FP = S + P."""

    def both(at: _Batch) -> Any:
        return at.tp + at.fp + at.positives

    def counted(at: _Batch) -> Any:
        return 2 * at.tp + (at.positives - at.tp) + at.fp

    def gradient(at: _Batch) -> Any:
        return -2 * (both(at) * at.y - at.tp) / both(at) ** 2 * at.slope

    return _gradient(
        lambda at: 1 - 2 * at.tp / counted(at), gradient, c, _OPEN, above_share=lambda at: (counted(at), both(at))
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\ell=1-F_\beta:\quad\frac{\partial\ell}{\partial p_i}"
    r"=-(1+\beta^2)\,\frac{(S+\beta^2P)y_i-\mathrm{TP}}{(S+\beta^2P)^2}\,LA_i(1-A_i)",
)
def f_beta_gradient(c: Constant = 1) -> Stated:
    """As (1 + beta^2) TP + beta^2 FN + FP = S + beta^2 P."""

    def hits(at: _Batch) -> Any:
        return (1 + at.b**2) * at.tp

    def counted(at: _Batch) -> Any:
        return hits(at) + at.b**2 * (at.positives - at.tp) + at.fp

    def weighted(at: _Batch) -> Any:
        return at.tp + at.fp + at.b**2 * at.positives

    def gradient(at: _Batch) -> Any:
        return -(1 + at.b**2) * (weighted(at) * at.y - at.tp) / weighted(at) ** 2 * at.slope

    return _gradient(
        lambda at: 1 - hits(at) / counted(at), gradient, c, f"{_OPEN}, b in (0,oo)",
        above_share=lambda at: (counted(at), weighted(at)),
    )  # fmt: skip


# -- rates: both classes must occur, among the other examples or by the example itself ------------------------------


def _both_classes(at: _Batch) -> tuple[Any, ...]:
    return (at.positives, ">", 0), (at.negatives, ">", 0)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\ell=1-\tfrac12\Bigl(\frac{\mathrm{TP}}P+\frac{\mathrm{TN}}{N-P}\Bigr):\quad"
    r"\frac{\partial\ell}{\partial p_i}=-\tfrac12\Bigl(\frac{y_i}P-\frac{1-y_i}{N-P}\Bigr)LA_i(1-A_i)",
)
def balanced_accuracy_gradient(c: Constant = 1) -> Stated:
    """Numbers of positives and negatives do not move."""

    def gradient(at: _Batch) -> Any:
        return -(at.y / at.positives - (1 - at.y) / at.negatives) / 2 * at.slope

    return _gradient(
        lambda at: 1 - (at.tp / at.positives + at.tn / at.negatives) / 2, gradient, c, _OPEN, _both_classes
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="identity",
    says=r"\ell=1-G,\ G=\sqrt{\frac{\mathrm{TP}}P\cdot\frac{\mathrm{TN}}{N-P}}:\quad\frac{\partial\ell}{\partial p_i}"
    r"=-\frac G2\Bigl(\frac{y_i}{\mathrm{TP}}-\frac{1-y_i}{\mathrm{TN}}\Bigr)LA_i(1-A_i)",
)
def geometric_mean_gradient(c: Constant = 1) -> Stated:
    """The derivative of a square root; soft TP and TN are positive as A lies strictly between 0 and 1."""

    def mean(at: _Batch) -> Any:
        return (at.tp / at.positives * at.tn / at.negatives) ** Fraction(1, 2)

    def gradient(at: _Batch) -> Any:
        return -mean(at) / 2 * (at.y / at.tp - (1 - at.y) / at.tn) * at.slope

    def given(at: _Batch) -> tuple[Any, ...]:
        return (*_both_classes(at), (at.tp, ">", 0), (at.tn, ">", 0))

    return _gradient(lambda at: 1 - mean(at), gradient, c, _OPEN, given)


amplifier_slope.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
accuracy_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
f1_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
f_beta_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
balanced_accuracy_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
geometric_mean_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)


# -- what the gradients do ------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where="vanishing gradients",
    expected="proved",
    strength="upper",
    says=r"A(1-A)\le e^{-L|p-1/2|}",
)
def gradient_fades(c: Constant = 1) -> Stated:
    """A(1-A) is 1/((1 + e^x)(1 + e^-x)) with x = L s, s the distance of p from 1/2; and (1 + e^-x)^2 >= 1."""
    import sympy

    domain = Domain("L in (0,oo), s in [0,1/2]")
    L, s = domain
    product = 1 / ((1 + sympy.exp(L * s)) * (1 + sympy.exp(-L * s)))

    def proof(k: Proof) -> Any:
        decay = sympy.exp(-L * s)
        rest = k.sign(decay * (2 * decay + decay**2) / (1 + decay) ** 2, ">=")
        return k.show(product, "<=", decay, by=[rest])

    return ForAll(domain, c * product, "<=", sympy.exp(-L * s)), chain(proof)


gradient_fades.false_if("A(1 - A) were 1 % larger: the bound is attained in the limit", c=_ONE_PERCENT)


@claim(
    paper=_PAPER,
    where="least value of the F1 loss",
    expected="proved",
    strength="tight",
    assumptions=("A increases in p, so that it lies between its values 1 - sigma at p = 0 and sigma at p = 1",),
    says=r"1-\frac{2\mathrm{TP}}{S+P}\ge1-\frac{2\sigma P}{\sigma P+P+(1-\sigma)(N-P)},\quad\sigma=\frac1{1+e^{-L/2}}",
)
def f1_least_loss(c: Constant = 1) -> Stated:
    """A <= sigma for positives, A >= 1 - sigma for negatives: not even perfect predictions reach 0.

    Rows are examples: weight y for the positives, 1 - y for the negatives; a is the amplified probability, between
    1 - sigma and sigma. Equality at p = y.
    """
    domain, each = Domain("sigma in (1/2,1)"), Domain("y in [0,1], a in [0,1]")
    (sigma,), (y, a) = domain, each
    tp, total, positives, negatives = Sig(y * a), Sig(a), Sig(y), Sig(1 - y)
    best = sigma * positives + positives + (1 - sigma) * negatives
    score, most = 2 * tp / (total + positives), 2 * sigma * positives / best

    def proof(k: Proof) -> Any:
        capped = k.sum_up(k.show(sigma * y, ">=", y * a, by=[(y, k.hypothesis(0))]))
        raised = k.sum_up(k.show((1 - y) * a, ">=", (1 - sigma) * (1 - y), by=[(1 - y, k.hypothesis(1))]))
        k.hypothesis(2)
        scale = 2 / (best * (total + positives))
        return k.show(most, ">=", score, by=[
            (scale * sigma * positives, raised), (scale * ((1 - sigma) * negatives + positives), capped)
        ])  # fmt: skip

    def sample(rng: random.Random) -> Any:
        high = Fraction(rng.randint(6, 19), 20)
        labels = [Fraction(1), *(Fraction(rng.randint(0, 1)) for _ in range(rng.randint(0, 5)))]
        rows = [{"y": label, "a": high if label else 1 - high} for label in labels]
        return {"sigma": high}, rows

    given = ((sigma, ">=", a), (a, ">=", 1 - sigma), (positives, ">", 0))
    return ForEveryN(domain, each, given, 1 - score, ">=", 1 - c * most), chain(proof, sample)


f1_least_loss.false_if("the best F1 score were 1 % smaller", c=Fraction(99, 100))
