r"""What the squared gap between confidence and correctness is least at, and what its minimiser need not be.

The loss is ``(c - 1[correct])^2`` with c the confidence, the probability given to the predicted class. Over
recalibration maps its expectation is least where c is the frequency of being correct: calibration of the top label. The
other classes do not enter: classwise calibration does not follow.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _FORM = "correctness_calibration", "minimiser of the loss", "as usually quoted"
_VALUES = ("the confidence takes finitely many values; the recalibration map is free at each",)


def _maps(rng: random.Random) -> Any:
    rows = []
    for w in simplex(rng, rng.randint(1, 3), zeros=0):
        r = Fraction(rng.randint(0, 100), 100)
        g = r if rng.random() < 0.5 else Fraction(rng.randint(0, 100), 100)
        rows.append({"w": w, "r": r, "g": g})
    return {"s": Fraction(1, 2)}, rows


@claim(
    paper=_PAPER,
    where=_WHERE,
    form=_FORM,
    expected="proved",
    strength="tight",
    assumptions=_VALUES,
    says=r"\mathbb E(g(c)-\mathbf 1_{\rm correct})^2-\mathbb E(r(c)-\mathbf 1_{\rm correct})^2=\mathbb E(g(c)-r(c))^2,"
    r"\quad r(c)=P(\text{correct}\mid c)",
)
def regret_is_top_label_error(factor: Constant = 1) -> Stated:
    """Expand: the regret of a map g is its squared distance from the frequency of being correct."""
    domain, each = Domain("s in [0,1]"), Domain("w in [0,1], r in [0,1], g in [0,1]")
    w, r, g = each
    loss, least = Sig(w * (r * (1 - g) ** 2 + (1 - r) * g**2)), Sig(w * r * (1 - r))
    error = factor * Sig(w * (g - r) ** 2)
    proof = chain(lambda k: k.identity(loss - least, error), _maps)
    return ForEveryN(domain, each, (), loss - least, "==", error), proof


def _gaps(c: Any, r: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Return the squared top-label gap and the summed squared gaps of three classes.

    c and r are the confidence in the predicted class and its frequency; of what remains the shares a (reported) and b
    (true) belong to the second class.
    """
    second, third = (1 - c) * a - (1 - r) * b, (1 - c) * (1 - a) - (1 - r) * (1 - b)
    return (c - r) ** 2, (c - r) ** 2 + second**2 + third**2


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="refuted",
    strength="upper",
    says=r"\max_kq_k=r_{\hat y}\ \Rightarrow\ \sum_k(q_k-r_k)^2=0\quad(n=3,\ \max_kq_k\ge\tfrac12)",
)
def least_loss_means_classwise_calibration(classes: int = 3) -> Stated:
    """Three classes: the two that are not predicted may be exchanged at no cost; with two classes nothing is free."""
    import sympy

    domain = Domain("c in [1/2,1], a in [0,1], b in [0,1]")
    c, a, b = domain
    if classes == 2:
        a = b = sympy.Integer(1)  # all that remains belongs to the second class
    _, every = _gaps(c, c, a, b)
    return ForAll(domain, every, "<=", 0), chain(lambda k: k.show(every, "<=", 0))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="derived",
    expected="proved",
    strength="upper",
    corrects="correctness_calibration.least_loss_means_classwise_calibration",
    says=r"\sum_k(q_k-r_k)^2\ge\tfrac32\,(\max_kq_k-r_{\hat y})^2\quad(n=3)",
)
def classwise_error_bounds_top_label(factor: Constant = Fraction(3, 2)) -> Stated:
    """The other direction holds: the gaps sum to zero, so that the two others carry at least half of the square.

    That the class is the predicted one is not used: c is any probability.
    """
    domain = Domain("c in [0,1], r in [0,1], a in [0,1], b in [0,1]")
    c, r, a, b = domain
    top, every = _gaps(c, r, a, b)
    difference = (1 - c) * (2 * a - 1) - (1 - r) * (2 * b - 1)  # second gap minus third

    def proof(k: Proof) -> Any:
        return k.show(every, ">=", Fraction(3, 2) * top, by=[(Fraction(1, 2), k.sign(difference**2, ">="))])

    return ForAll(domain, every, ">=", factor * top), chain(proof)


regret_is_top_label_error.false_if("the error counted 1 % more", factor=Fraction(101, 100))
least_loss_means_classwise_calibration.true_if("there were two classes", classes=2)
classwise_error_bounds_top_label.false_if("the constant were 2, that of two classes", factor=2)
