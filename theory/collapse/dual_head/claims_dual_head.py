r"""Two losses on one head: when their gradients oppose each other, in the head and in the backbone.

z = W h are the student's logits, K classes. The losses are cross-entropy and the sum over the classes of the binary
divergences KL(sig(z^t) || sig(z)) from a teacher's sigmoids. Under neural collapse the own logits are a_s and a_t, the
others b_s and b_t (centred: b = -a/(K - 1)), rows and class means both add up to zero. Then both gradients are scalars
times one vector: h_k for the row of class k, averaged over the classes, and w_y for the feature of a sample of class
y. The scalars are the same in both places, so that a conflict in the head is one in the backbone.

Left out is the divergence between the softmaxes of teacher and student, with which cross-entropy is often joined: it
adds w (p_s - p_t) K/(K - 1) to the coefficient, w its weight, which then is positive where p_s > (1 + w p_t)/(1 + w).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.dual_head.dual_head_expressions import binary_coefficient, cross_entropy_coefficient, sigmoid
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import HardPoints, chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    import random

    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "dual_head_kd"
_LOGITS, _SCALARS = "gradients at the logits", "gradients under neural collapse"
_HEAD, _BACKBONE = _SCALARS + ", in the head", _SCALARS + ", in the backbone"
_MORE = Fraction(101, 100)
_COEFFICIENTS = "c is p - 1 - (1 - p)/(K - 1) for cross-entropy, beta belongs to the divergences"
_BETA = r"\beta=\sigma(a_s)-\sigma(a_t)-\sigma(b_s)+\sigma(b_t)"
_CENTRED = r"b=-\frac a{K-1}"
_SCALES = "K in [2,oo), s in (-oo,oo), t in (-oo,oo)"


@claim(
    paper=_PAPER, where=_LOGITS, expected="proved", strength="identity", form="as usually quoted",
    says=r"\frac{d}{dz_k}\Bigl(\log\bigl(e^{z_k}+S\bigr)-yz_k\Bigr)=p_k-y,\quad p_k=\frac{e^{z_k}}{e^{z_k}+S}",
    assumptions=("S is the sum over the other classes, y is 1 for the own class and 0 else",),
)  # fmt: skip
def cross_entropy_gradient(factor: Constant = 1) -> Stated:
    """Differentiate."""
    import sympy

    domain = Domain("z in (-oo,oo), S in (0,oo), y in [0,1]")
    z, S, y = domain
    left = (sympy.log(sympy.exp(z) + S) - y * z).diff(z)
    share = sympy.exp(z) / (sympy.exp(z) + S)
    return ForAll(domain, left, "==", share - factor * y), chain(lambda k: k.identity(left, share - y))


@claim(
    paper=_PAPER, where=_LOGITS, expected="proved", strength="identity", form="as usually quoted",
    says=r"\frac d{ds}\Bigl(q\log\frac q{\sigma(s)}+(1-q)\log\frac{1-q}{1-\sigma(s)}\Bigr)=\sigma(s)-q",
    assumptions=("q is the teacher's sigmoid",),
)  # fmt: skip
def binary_divergence_gradient(factor: Constant = 1) -> Stated:
    """Differentiate."""
    import sympy

    domain = Domain("s in (-oo,oo), q in (0,1)")
    s, q = domain
    on, off = sigmoid(s), 1 / (1 + sympy.exp(s))
    loss = q * (sympy.log(q) - sympy.log(on)) + (1 - q) * (sympy.log(1 - q) - sympy.log(off))
    left = loss.diff(s)
    return ForAll(domain, left, "==", on - factor * q), chain(lambda k: k.identity(left, on - q))


@claim(
    paper=_PAPER, where=_SCALARS, expected="proved", strength="identity",
    says=r"\sum_kv_k=0\ \Rightarrow\ uv_y+r\sum_{k\ne y}v_k=(u-r)v_y",
    assumptions=(
        "applied to each coordinate; u and r are the derivatives of a loss in the own and in any other logit",
        ("head: v_k is the mean of class k, and the left K times the gradient in row y of the mean loss; backbone: v_k "
        "is row k, and the left the gradient in a feature of class y: the same u - r"),
    ),
)  # fmt: skip
def one_scalar_is_left(factor: Constant = 1) -> Stated:
    """The others add up to minus the own vector."""
    domain, each = Domain("own in (-oo,oo), u in (-oo,oo), r in (-oo,oo)"), Domain("v in (-oo,oo)")
    (own, u, r), (v,) = domain, each

    def proof(k: Proof) -> Any:
        return k.show(u * own + r * Sig(v), "==", (u - r) * own, by=[(r, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        values = [Fraction(rng.randint(-9, 9), 3) for _ in range(rng.randint(1, 4))]
        point = {"own": -sum(values), "u": Fraction(rng.randint(-9, 9)), "r": Fraction(rng.randint(-9, 9))}
        return point, [{"v": value} for value in values]

    statement = ForEveryN(domain, each, ((own + Sig(v), "==", 0),), u * own + r * Sig(v), "==", (u - factor * r) * own)
    return statement, chain(proof, sample)


@claim(
    paper=_PAPER, where=_SCALARS, expected="proved", strength="identity", uses=(f"{_PAPER}.one_scalar_is_left",),
    says=r"p-1-\frac{1-p}{K-1}=-\frac K{K-1}(1-p)",
    assumptions=("p - 1 and (1 - p)/(K - 1) are the derivatives in the own and in the other logits",),
)  # fmt: skip
def cross_entropy_always_pulls(factor: Constant = 1) -> Stated:
    """Collect: it is negative for every p < 1."""
    domain = Domain("K in [2,oo), p in (0,1)")
    K, p = domain
    left, right = cross_entropy_coefficient(p, K), -K / (K - 1) * (1 - p)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


def _between(k: Proof, upper: Any, lower: Any, fact: Any) -> Any:
    """Show that the sigmoid is larger where its argument is, ``fact`` saying that upper > lower."""
    import sympy

    drop = k.exponential(k.show(-lower, ">", -upper, by=[fact]))
    x, y = sympy.exp(-upper), sympy.exp(-lower)
    weight = 1 / ((1 + x) * (1 + y))
    return k.show(sigmoid(upper), ">", sigmoid(lower), by=[(weight, drop)])


def _pushes(k: Proof, large: Any, small: Any, fact: Any, classes: Any) -> list[Any]:
    """Show that the own sigmoid rises and the others fall as the scale goes from small to large."""
    off = k.show(-small / (classes - 1), ">", -large / (classes - 1), by=[(1 / (classes - 1), fact)])
    return [_between(k, large, small, fact), _between(k, -small / (classes - 1), -large / (classes - 1), off)]


@claim(
    paper=_PAPER, where=_SCALARS, expected="proved", strength="tight", uses=(f"{_PAPER}.one_scalar_is_left",),
    says=r"a_s>a_t\ \Rightarrow\ \beta>0,\quad" + " " + _BETA + r",\ " + _CENTRED,
)  # fmt: skip
def divergences_push_a_larger_student(rest: Constant = 0) -> Stated:
    """The sigmoid increases: the own one is above the teacher's, the others below."""
    domain = Domain(_SCALES)
    K, s, t = domain
    left = binary_coefficient(s, t, -s / (K - 1), -t / (K - 1))

    def proof(k: Proof) -> Any:
        return k.show(left, ">", 0, by=_pushes(k, s, t, k.hypothesis(0), K))

    hard = {"K": 10, "s": Fraction(4001, 1000), "t": 4}
    return ForAll(domain, left, ">", rest, ((s, ">", t),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_SCALARS, expected="proved", strength="tight", uses=(f"{_PAPER}.one_scalar_is_left",),
    says=r"a_s<a_t\ \Rightarrow\ \beta<0,\quad" + " " + _BETA + r",\ " + _CENTRED,
)  # fmt: skip
def divergences_pull_a_smaller_student(rest: Constant = 0) -> Stated:
    """The same with student and teacher exchanged."""
    domain = Domain(_SCALES)
    K, s, t = domain
    left = binary_coefficient(s, t, -s / (K - 1), -t / (K - 1))

    def proof(k: Proof) -> Any:
        return k.show(left, "<", 0, by=_pushes(k, t, s, k.hypothesis(0), K))

    hard = {"K": 10, "s": Fraction(3999, 1000), "t": 4}
    return ForAll(domain, left, "<", -rest, ((s, "<", t),)), chain_at(proof, hard)


def _pull(K: Any, own: Any, other: Any) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the coefficient of cross-entropy at the student's logits, and minus it as a quotient of positive terms."""
    import sympy

    odds = sympy.exp(other - own)
    return cross_entropy_coefficient(1 / (1 + (K - 1) * odds), K), K * odds / (1 + (K - 1) * odds)


def _product(K: Any, s: Any, t: Any) -> sympy.Expr:
    """Return the product of the two coefficients: the inner product of the gradients over the squared norm."""
    return _pull(K, s, -s / (K - 1))[0] * binary_coefficient(s, t, -s / (K - 1), -t / (K - 1))


_INNER = (
    (
        "the two gradients are c and beta times one vector, whose squared norm divides the inner product: the row's is "
        "the class mean (head), the feature's the row (backbone)"
    ),
    _COEFFICIENTS,
)
_SAYS_PRODUCT = r"\Bigl(p-1-\frac{1-p}{K-1}\Bigr)\beta"
_P = r"p=\frac1{1+(K-1)e^{b_s-a_s}}"
_WHAT = r",\quad " + _BETA + r",\ " + _P + r",\ " + _CENTRED


def _agrees(below: Constant, above: Constant) -> Stated:
    """State that the two gradients agree, or do not oppose each other, where the scales are as told."""
    domain = Domain("K in [2,oo), s in (0,oo), t in (0,oo)")
    K, s, t = domain
    left, (pull, quotient) = _product(K, s, t), _pull(K, s, -s / (K - 1))
    relation = "<" if above else ">=" if not below else ">"

    def proof(k: Proof) -> Any:
        k.show(-pull, ">", 0, by=[k.sign(quotient, ">")])
        large, small = (s, t) if above else (t, s)
        by = [(-pull, fact) for fact in _pushes(k, large, small, k.hypothesis(0), K)]
        return k.show(left, relation, 0, by=by)

    given = ((s, ">", t),) if above else ((s, "<", t),) if below else ()
    hard = {"K": 10, "s": 5 if not above else 2, "t": 4}
    return ForAll(domain, left, relation, 0, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_BACKBONE, expected="refuted", strength="lower", form="as usually quoted",
    uses=(f"{_PAPER}.one_scalar_is_left",),
    says=_SAYS_PRODUCT + r"\ge0" + _WHAT + r",\ a_s,a_t>0",
    assumptions=(*_INNER, ("read as a consequence of neural collapse alone: the two losses do not oppose each other in "
                 "the backbone, whatever the scale of the logits")),
)  # fmt: skip
def backbone_has_no_conflict(below: Constant = 0) -> Stated:
    """It has one, where the student's scale exceeds the teacher's: the scalars are those of the head."""
    return _agrees(below, 0)


@claim(
    paper=_PAPER, where=_BACKBONE, expected="proved", strength="tight", corrects=f"{_PAPER}.backbone_has_no_conflict",
    uses=tuple(f"{_PAPER}.{name}" for name in ("one_scalar_is_left", "cross_entropy_always_pulls")),
    says=r"a_s<a_t\ \Rightarrow\ " + _SAYS_PRODUCT + r">0" + _WHAT, assumptions=_INNER,
)  # fmt: skip
def no_conflict_below_the_teacher(below: Constant = 1) -> Stated:
    """Both coefficients are negative: the missing condition. It holds in the head as well."""
    return _agrees(below, 0)


@claim(
    paper=_PAPER, where=_HEAD + " and in the backbone", expected="proved", strength="tight",
    corrects=f"{_PAPER}.head_always_has_a_conflict",
    uses=tuple(f"{_PAPER}.{name}" for name in ("one_scalar_is_left", "cross_entropy_always_pulls")),
    says=r"a_s>a_t\ \Rightarrow\ " + _SAYS_PRODUCT + r"<0" + _WHAT, assumptions=_INNER,
)  # fmt: skip
def conflict_above_the_teacher(swapped: Constant = 0) -> Stated:
    """One is negative, the other positive: with no_conflict_below_the_teacher, a conflict iff a_s > a_t."""
    if swapped:
        return _head(1)
    return _agrees(0, 1)


def _head(swapped: Constant) -> Stated:
    """State a conflict for all scales; or, swapped, for students below the teacher."""
    domain = Domain("K in [2,oo), s in (0,oo), t in (0,oo)")
    K, s, t = domain
    given = ((s, "<", t),) if swapped else ()
    return ForAll(domain, _product(K, s, t), "<", 0, given), HardPoints(boxes(), ({"K": 10, "s": 2, "t": 4},))


@claim(
    paper=_PAPER, where=_HEAD + ", read as at every scale", expected="refuted", strength="upper", form="derived",
    uses=(f"{_PAPER}.one_scalar_is_left",), says=_SAYS_PRODUCT + r"<0" + _WHAT + r",\ a_s,a_t>0",
    assumptions=(*_INNER, ("read as a consequence of neural collapse alone: the two losses always oppose each other in "
                 "the head")),
)  # fmt: skip
def head_always_has_a_conflict(above: Constant = 0) -> Stated:
    """It has none as long as the student's scale is below the teacher's."""
    return _agrees(0, 1) if above else _head(0)


@claim(
    paper=_PAPER, where=_SCALARS + ": any two values of the logits", expected="proved", strength="tight",
    uses=tuple(f"{_PAPER}.{name}" for name in ("one_scalar_is_left", "cross_entropy_always_pulls")),
    says=r"\sigma(a_s)-\sigma(b_s)>\sigma(a_t)-\sigma(b_t)\ \Rightarrow\ " + _SAYS_PRODUCT + r"<0,\quad "
    + _BETA + r",\ " + _P,
    assumptions=(*_INNER, "a_s, b_s, a_t, b_t are any numbers: nothing is centred"),
)  # fmt: skip
def gaps_of_the_sigmoids_decide(weight: Constant = 1) -> Stated:
    """The hypothesis says beta > 0, and the other coefficient is negative. Exchanged, the same with > 0."""
    domain = Domain("K in [2,oo), s in (-oo,oo), u in (-oo,oo), t in (-oo,oo), v in (-oo,oo)")
    K, s, u, t, v = domain  # own and other logit, of the student (s, u) and of the teacher (t, v)
    pull, quotient = _pull(K, s, u)
    left = pull * binary_coefficient(s, t, u, v)

    def proof(k: Proof) -> Any:
        k.show(-pull, ">", 0, by=[k.sign(quotient, ">")])
        return k.show(left, "<", 0, by=[(-pull, k.hypothesis(0))])

    given = ((sigmoid(s) - sigmoid(u), ">", weight * (sigmoid(t) - sigmoid(v))),)
    hard = {"K": 10, "s": 4, "u": 0, "t": Fraction(4001, 1000), "v": 0}
    return ForAll(domain, left, "<", 0, given), chain_at(proof, hard)


# -- in numbers ------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_SCALARS + ", in numbers", expected="certified", strength="figure",
    assumptions=("K = 10, the teacher's own logit 4, cross-entropy and divergences weighted alike",),
    says=r"\frac{K(1-p)}{K-1}<\beta,\quad K=10,\ a_t=4,\ a_s\in[5,12],\ "
    r"p=\frac1{1+9e^{-10a_s/9}},\ " + _BETA + r",\ " + _CENTRED,
)  # fmt: skip
def divergences_outweigh_cross_entropy(start: Constant = 5) -> Stated:
    """So from 5 on the sum of both gradients lowers the student's scale; at 5 it is -0.03736 + 0.03740."""
    import sympy

    domain = Domain(f"s in [{start},12]")
    (s,) = domain
    p = 1 / (1 + 9 * sympy.exp(-10 * s / 9))
    beta = binary_coefficient(s, 4, -s / 9, -sympy.Rational(4, 9))
    return ForAll(domain, sympy.Rational(10, 9) * (1 - p), "<", beta), HardPoints(boxes(), ({"s": start},))


cross_entropy_gradient.false_if("the label counted 1 % more", factor=_MORE)
binary_divergence_gradient.false_if("the teacher's sigmoid counted 1 % more", factor=_MORE)
one_scalar_is_left.false_if("the others counted 1 % more", factor=_MORE)
cross_entropy_always_pulls.false_if("it were 1 % larger", factor=_MORE)
divergences_push_a_larger_student.false_if("it were above 1/1000", rest=Fraction(1, 1000))
divergences_pull_a_smaller_student.false_if("it were below -1/1000", rest=Fraction(1, 1000))
backbone_has_no_conflict.true_if("the student's scale were below the teacher's", below=1)
no_conflict_below_the_teacher.false_if("the condition were dropped", below=0)
conflict_above_the_teacher.false_if("the student's scale were below the teacher's", swapped=1)
head_always_has_a_conflict.true_if("the student's scale were above the teacher's", above=1)
gaps_of_the_sigmoids_decide.false_if("99 % of the gap were enough", weight=Fraction(99, 100))
divergences_outweigh_cross_entropy.false_if("it began at 49/10", start=Fraction(49, 10))
