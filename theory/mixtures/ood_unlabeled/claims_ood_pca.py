r"""Unlabelled principal components against the labelled mean: which direction is nearer to mu, and from which n on.

With d/n -> g the leading eigenvector of n unlabelled points of ``N(+-mu, sigma^2 I)`` has ``cos^2 -> (1 - g/s^4)/
(1 + g/s^2)`` above the threshold s^4 > g and 0 below it; the mean of m labelled ``y_i x_i`` has ``1/(1 + h/s^2)``,
d/m -> h. Both limits are taken from random-matrix theory (the spiked model), not shown here; what is decided is the
comparison of the two formulas, which is exact, and what it says of the quoted threshold n >= m^2/d. The sign of the
eigenvector needs a label, or more.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail as tail
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain
from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import density, plug_in_alignment, principal_alignment

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _LIMIT, _VERSUS = "ood_unlabeled", "principal component of unlabelled points", "unlabelled against labelled"
_FORMULAS = (
    "limits of cos^2 with d/n, d/m fixed: spiked covariance I + s^2 e e' for the eigenvector, N(mu, I/m) for the mean",
)
_ONE_PERCENT = Fraction(101, 100)
_ALL = "d in (0,oo), m in (0,oo), n in (0,oo), s in (0,oo)"


@claim(
    paper=_PAPER, where=_LIMIT, expected="proved", strength="tight", assumptions=_FORMULAS,
    says=r"\frac{1-g/s^4}{1+g/s^2}=\frac{s^4-g}{s^2(s^2+g)}:\ \text{zero exactly at the threshold}\ g=s^4",
)  # fmt: skip
def alignment_vanishes_at_the_threshold(c: Constant = 1) -> Stated:
    """cos^2 = (s^4 - g)/(s^2 (s^2 + g)), of the sign of s^4 - g."""
    domain = Domain("s in (0,oo), g in (0,oo)")
    s, g = domain
    value, form = principal_alignment(g, 1, s), (s**4 - g) / (s**2 * (s**2 + g))
    return ForAll(domain, value, "==", c * form), chain(lambda k: k.identity(value, form))


@claim(
    paper=_PAPER, where=_VERSUS, expected="proved", strength="identity", assumptions=_FORMULAS,
    says=r"\cos^2_{\rm PCA}-\cos^2_{\rm plug\text{-}in}=\frac{d\,\bigl(ns^4-m(s^4+s^2)-d\bigr)}{s^2(ns^2+d)(ms^2+d)}",
)  # fmt: skip
def difference_of_alignments(c: Constant = 1) -> Stated:
    """Rational functions: n > m (1 + 1/s^2) + d/s^4 decides, whatever the sizes."""
    domain = Domain(_ALL)
    d, m, n, s = domain
    lhs = principal_alignment(d, n, s) - plug_in_alignment(d, m, s)
    rhs = d * (n * s**4 - m * (s**4 + s**2) - d) / (s**2 * (n * s**2 + d) * (m * s**2 + d))
    return ForAll(domain, lhs, "==", c * rhs), chain(lambda k: k.identity(lhs, rhs))


@claim(
    paper=_PAPER, where=_VERSUS, expected="proved", strength="tight", assumptions=_FORMULAS,
    corrects="ood_unlabeled.square_of_labels_is_needed",
    says=r"n>m\Bigl(1+\frac1{s^2}\Bigr)+\frac d{s^4}\ \Rightarrow\ \cos^2_{\rm PCA}>\cos^2_{\rm plug\text{-}in}",
)  # fmt: skip
def unlabelled_points_win(c: Constant = 1) -> Stated:
    """The sign of the difference; the threshold s^4 > d/n is then passed."""
    domain = Domain(_ALL)
    d, m, n, s = domain

    def proof(k: Proof) -> Any:
        return _by_difference(k, ">", d, m, n, s, k.hypothesis(0))

    given = ((n, ">", m * (1 + 1 / (c * s) ** 2) + d / (c * s) ** 4),)
    return ForAll(domain, principal_alignment(d, n, s), ">", plug_in_alignment(d, m, s), given), chain(proof)


@claim(
    paper=_PAPER, where=_VERSUS, expected="proved", strength="tight", assumptions=_FORMULAS,
    says=r"n\le m\Bigl(1+\frac1{s^2}\Bigr)+\frac d{s^4}\ \Rightarrow\ \cos^2_{\rm PCA}\le\cos^2_{\rm plug\text{-}in}",
)  # fmt: skip
def labelled_points_win(c: Constant = 1) -> Stated:
    """The sign of the difference: a label is worth more than 1 + 1/s^2 unlabelled points."""
    domain = Domain(_ALL)
    d, m, n, s = domain

    def proof(k: Proof) -> Any:
        return _by_difference(k, ">=", d, m, n, s, k.hypothesis(0))

    given = ((m * (1 + c / s**2) + c * d / s**4, ">=", n),)
    return ForAll(domain, plug_in_alignment(d, m, s), ">=", principal_alignment(d, n, s), given), chain(proof)


def _by_difference(k: Proof, op: str, d: Any, m: Any, n: Any, s: Any, known: Any) -> Any:
    weight = d * s**2 / ((n * s**2 + d) * (m * s**2 + d))
    unlabelled, labelled = principal_alignment(d, n, s), plug_in_alignment(d, m, s)
    sides = (unlabelled, labelled) if op == ">" else (labelled, unlabelled)
    return k.show(sides[0], op, sides[1], by=[(weight, known)])


@claim(
    paper=_PAPER, where=_VERSUS + ", n >= m^2/d read as necessary", expected="refuted", strength="lower",
    assumptions=_FORMULAS,
    says=r"n<\frac{m^2}d\ \Rightarrow\ \cos^2_{\rm PCA}\le\cos^2_{\rm plug\text{-}in}",
)  # fmt: skip
def square_of_labels_is_needed(power: Constant = 1) -> Stated:
    """For d much smaller than m a constant times m unlabelled points suffice; only n <= m never do."""
    domain = Domain("d in [1,1000], m in [1,100000], n in [1,1000000], s in [1/2,5]")
    d, m, n, s = domain

    def proof(k: Proof) -> Any:
        fewer = k.show(m * (1 + 1 / s**2) + d / s**4, ">=", n, by=[k.hypothesis(0), k.sign(m / s**2 + d / s**4, ">")])
        return _by_difference(k, ">=", d, m, n, s, fewer)

    given = ((m * (m / d) ** power, ">", n),)
    return ForAll(domain, plug_in_alignment(d, m, s), ">=", principal_alignment(d, n, s), given), chain(proof)


@claim(
    paper=_PAPER, where=_VERSUS, expected="proved", strength="lower",
    says=r"Q(s\rho')\ge Q(s\rho),\ 0\le\rho'\le\rho\le1:\ \text{the larger cosine has the smaller error}",
)  # fmt: skip
def error_falls_with_the_alignment(c: Constant = 1) -> Stated:
    """For cosines q r <= r: the slope of Q(s r q) in q is -s r phi(s r q)."""
    domain = Domain("s in (0,oo), r in [0,1], q in [0,1]")
    s, r, q = domain
    value = -tail(s * r * q)

    def proof(k: Proof) -> Any:
        rising = k.show(value.diff(q), ">=", 0, by=[k.sign(s * r * density(s * r * q), ">=")])
        return k.grows(rising, value, q, end="high")

    return ForAll(domain, tail(s * r * q), ">=", c * tail(s * r)), chain(proof)


alignment_vanishes_at_the_threshold.false_if("it were 1 % larger", c=_ONE_PERCENT)
difference_of_alignments.false_if("it were 1 % larger", c=_ONE_PERCENT)
unlabelled_points_win.false_if("the separation were half as large", c=2)
labelled_points_win.false_if("a label were worth twice the excess over 1", c=2)
square_of_labels_is_needed.true_if("there were no more unlabelled than labelled points", power=0)
error_falls_with_the_alignment.false_if("the error were 1 % larger", c=_ONE_PERCENT)
