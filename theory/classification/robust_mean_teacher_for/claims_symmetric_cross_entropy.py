r"""Symmetric cross-entropy ``-sum q log p - sum p log q``: gradient, stationary points and minimiser, for every n.

q is the teacher's posterior, p = softmax of the student's scores. Class 1 is named, `Sig` sums over the further ones.
Wherever ``log q`` occurs linearly it may be the clipped logarithm that implementations need: the statement about the
minimiser says so by a symbol m of its own.
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

_PAPER, _ONE_PERCENT = "robust_mean_teacher_for", Fraction(101, 100)


# -- gradient -------------------------------------------------------------------------------------------------------


def _teacher_and_scores(rng: random.Random) -> Any:
    first, *rest = simplex(rng, rng.randint(2, 5), zeros=0)
    rows = [{"q": value, "z": Fraction(rng.randint(-8, 8), 4)} for value in rest]
    return {"q1": first, "z1": Fraction(rng.randint(-8, 8), 4)}, rows


@claim(
    paper=_PAPER,
    where="gradient of the symmetric cross-entropy",
    expected="proved",
    strength="identity",
    says=r"\frac{\partial}{\partial z_k}\Bigl(-\sum_jq_j\log p_j-\sum_jp_j\log q_j\Bigr)"
    r"=p_k-q_k-p_k\Bigl(\log q_k-\sum_jp_j\log q_j\Bigr)",
)
def gradient(c: Constant = 1) -> Stated:
    """Derivative of the softmax; the teacher's posterior adds up to one."""
    import sympy

    domain, each = Domain("z1 in (-oo,oo), q1 in (0,1]"), Domain("z in (-oo,oo), q in (0,1]")
    (z1, q1), (z, q) = domain, each
    total = sympy.exp(z1) + Sig(sympy.exp(z))
    spread = (sympy.exp(z1) * sympy.log(q1) + Sig(sympy.exp(z) * sympy.log(q))) / total
    forward = -q1 * z1 - Sig(q * z) + (q1 + Sig(q)) * sympy.log(total)
    p1 = sympy.exp(z1) / total
    slope = (forward - spread).diff(z1)
    formula = p1 - q1 - p1 * (sympy.log(q1) - spread)

    def proof(k: Proof) -> Any:
        return k.show(slope, "==", formula, by=[(p1, k.hypothesis(0))])

    statement = ForEveryN(domain, each, ((q1 + Sig(q), "==", 1),), slope, "==", c * formula)
    return statement, chain(proof, _teacher_and_scores)


gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)


# -- where the student agrees with the teacher ----------------------------------------------------------------------


def _two_class_gradient(p: Any, q: Any) -> Any:
    """Component of class 1 for two classes: ``p - q - p(1-p) log(q/(1-q))``."""
    import sympy

    return p - q - p * (1 - p) * (sympy.log(q) - sympy.log(1 - q))


@claim(
    paper=_PAPER,
    where="agreement of student and teacher",
    form="derived",
    expected="refuted",
    strength="identity",
    assumptions=("tests the common belief that a consistency loss is least where the student agrees with the teacher",),
    says=r"n=2,\ p=q:\quad\nabla_z\mathrm{SCE}=0",
)
def agreement_is_stationary(spread: Constant = 1) -> Stated:
    """Two classes, q = (1 + spread t)/2: true of the uniform teacher only (spread = 0)."""
    domain = Domain("t in (0,1)")
    (t,) = domain
    q = (1 + spread * t) / 2

    def proof(k: Proof) -> Any:
        return k.identity(_two_class_gradient(q, q), 0)

    return ForAll(domain, _two_class_gradient(q, q), "==", 0), chain(proof)


@claim(
    paper=_PAPER,
    where="agreement of student and teacher",
    expected="proved",
    strength="tight",
    corrects="robust_mean_teacher_for.agreement_is_stationary",
    uses=("robust_mean_teacher_for.gradient",),
    assumptions=("the derivative is that of `gradient` at p = q",),
    says=r"p=q,\ q_1=\max_jq_j>q_2:\quad\frac{\partial\mathrm{SCE}}{\partial z_1}"
    r"=-q_1\Bigl(\log q_1-\sum_jq_j\log q_j\Bigr)<0",
)
def agreement_sharpens(side: Constant = 1) -> Stated:
    """As log q_1 exceeds the mean of the log q_j, descent makes the student more confident than its teacher."""
    import sympy

    domain, each = Domain("q1 in (0,1], q2 in (0,1]"), Domain("q in (0,1]")
    (q1, q2), (q,) = domain, each
    log = sympy.log
    mean = q1 * log(q1) + q2 * log(q2) + Sig(q * log(q))
    slope = -q1 * (log(q1) - mean)

    def proof(k: Proof) -> Any:
        total = k.hypothesis(0)
        second = k.logarithm(k.hypothesis(1))
        others = k.sum_up(k.show(q * (log(q1) - log(q)), ">=", 0, by=[(q, k.logarithm(k.hypothesis(2)))]))
        return k.show(-slope, ">", 0, by=[(q1 * q2, second), (q1, others), (-q1 * log(q1), total)])

    def sample(rng: random.Random) -> Any:
        values = sorted(simplex(rng, rng.randint(2, 5), zeros=0), reverse=True)
        return {"q1": values[0], "q2": values[-1]}, [{"q": value} for value in values[1:-1]]

    given = ((q1 + q2 + Sig(q), "==", 1), (q1, ">", q2), (q1, ">=", q))
    return ForEveryN(domain, each, given, side * slope, "<", 0), chain(proof, sample)


agreement_is_stationary.true_if("the teacher is uniform", spread=0)
agreement_sharpens.false_if("descent made the student less confident", side=-1)


@claim(
    paper=_PAPER,
    where="least value over all students",
    expected="proved",
    strength="tight",
    says=r"-\sum q_j\log p_j-\sum p_jm_j\ge-\sum q_j\log r_j-\sum r_jm_j,\quad "
    r"r_j=\frac{q_j}{\lambda-m_j},\ \textstyle\sum r_j=1",
)
def least_value(c: Constant = 1) -> Stated:
    """The tangents of -log at r: the loss is convex in p, and lambda is the multiplier of sum p = 1.

    m_j stands for log q_j or for what a clipped logarithm makes of it. The condition on r is written
    ``r (lambda - m) = q``. As r_j/q_j = 1/(lambda - m_j) grows with q_j, the best student is sharper than its teacher.
    Such a lambda exists: ``sum q/(lambda - m)`` falls from infinity to 0 on lambda > max m.
    """
    import sympy

    domain, each = Domain("lam in (-oo,oo)"), Domain("q in (0,1], p in (0,1], r in (0,1], m in (-oo,0]")
    (lam,), (q, p, r, m) = domain, each

    def loss(student: Any) -> Any:
        return Sig(-q * sympy.log(student)) - Sig(student * m)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, r, p)
        slopes = ((p - r) / r, k.hypothesis(2))
        one = k.show(-q * sympy.log(p) - p * m, ">=", -q * sympy.log(r) - r * m - lam * (p - r), by=[(q, line), slopes])
        return k.show(loss(p), ">=", loss(r), by=[k.sum_up(one), (-lam, k.hypothesis(0)), (lam, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        n = rng.randint(2, 4)
        q_values, r_values = simplex(rng, n, zeros=0), simplex(rng, n, zeros=0)
        lam_value = min(q_ / r_ for q_, r_ in zip(q_values, r_values, strict=True))
        p_values = r_values if rng.random() < 0.5 else simplex(rng, n, zeros=0)
        triples = zip(q_values, p_values, r_values, strict=True)
        return {"lam": lam_value}, [{"q": a, "p": b, "r": s, "m": lam_value - a / s} for a, b, s in triples]

    given = ((Sig(p), "==", 1), (Sig(r), "==", 1), (r * (lam - m), "==", q))
    return ForEveryN(domain, each, given, loss(p), ">=", c * loss(r)), chain(proof, sample)


least_value.false_if("the least value were 1 % larger", c=_ONE_PERCENT)


# -- a hard teacher and the clipped logarithm -----------------------------------------------------------------------


@claim(
    paper=_PAPER,
    where="one-hot teacher, log 0 replaced by -a",
    expected="proved",
    strength="identity",
    says=r"q=e_y:\quad\frac{\partial}{\partial z_y}\bigl(-\log p_y+a(1-p_y)\bigr)=-(1-p_y)(1+a\,p_y)",
)
def clipped_gradient(c: Constant = 1) -> Stated:
    """The reverse part is a times the mean absolute error; unclipped (a = oo) the loss is infinite."""
    import sympy

    domain, each = Domain("z1 in (-oo,oo), a in [0,oo)"), Domain("z in (-oo,oo)")
    (z1, a), (z,) = domain, each
    total = sympy.exp(z1) + Sig(sympy.exp(z))
    p1 = sympy.exp(z1) / total
    slope, formula = (sympy.log(total) - z1 + a * (1 - p1)).diff(z1), -(1 - p1) * (1 + a * p1)

    def sample(rng: random.Random) -> Any:
        rows = [{"z": Fraction(rng.randint(-8, 8), 4)} for _ in range(rng.randint(1, 4))]
        return {"z1": Fraction(rng.randint(-8, 8), 4), "a": Fraction(rng.randint(0, 10))}, rows

    statement = ForEveryN(domain, each, (), slope, "==", c * formula)
    return statement, chain(lambda k: k.identity(slope, formula), sample)


clipped_gradient.false_if("the gradient were 1 % larger", c=_ONE_PERCENT)
