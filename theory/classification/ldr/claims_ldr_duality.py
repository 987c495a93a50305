r"""The LDR-KL loss is the worst case over label distributions, for every number of classes.

For gaps d_k = f_k - f_y + c_{ky} (0 at the label itself), reference weights u (1/K in the paper) and lam > 0

    max over q of  sum q_k d_k - lam sum q_k log(q_k/u_k)  =  lam log sum u_k e^{d_k/lam},

taken at q = u e^{d/lam} / sum, the softmax of (f + c)/lam for equal weights. "<=" is Gibbs' inequality, the tangent
of the logarithm at 1 summed over the classes. Some class has q_k > 0: it is named. Classes with q_k = 0 add nothing on
the left, and what they add under the logarithm is pooled in ``w >= 0``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "ldr"
_WHERE = "definition of the LDR-KL loss: closed form of the maximum over label distributions"


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="upper",
    says=r"\sum_k q_kd_k-\lambda\sum_k q_k\log\frac{q_k}{u_k}\le\lambda\log\sum_k u_ke^{d_k/\lambda}"
    r"\quad\text{for all }q",
    assumptions=(
        "0 log 0 = 0: w = the sum of u e^(d/lam) over the classes with q = 0",
        "one class with q > 0 is named, its gap lam log b1 any real number",
    ),
)
def worst_case_bound(c: Constant = 1) -> Stated:
    """No label distribution does worse: tangent of log v at v = 1, taken at v = u e^(d/lam)/(q Z)."""
    import sympy

    domain = Domain("lam in (0,oo), w in [0,oo), q1 in (0,1], u1 in (0,1], b1 in (0,oo)")
    each = Domain("q in (0,1], u in (0,1], d in (-oo,oo)")
    (lam, w, q1, u1, b1), (q, u, d) = domain, each
    d1 = lam * sympy.log(b1)
    Z = w + u1 * b1 + Sig(u * sympy.exp(d / lam))
    value = q1 * d1 + Sig(q * d) - lam * (q1 * sympy.log(q1 / u1) + Sig(q * sympy.log(q / u)))

    def proof(k: Proof) -> Any:
        k.sign(Z, ">")
        v = k.fresh("v in (0,oo)")

        def of_class(q: Any, u: Any, d: Any) -> Any:
            share = u * sympy.exp(d / lam) / Z
            line = k.tangent(sympy.log(v), v, 1, share / q)
            own = q * d - lam * q * sympy.log(q / u)
            return k.show(own, "<=", lam * (q * sympy.log(Z) + share - q), by=[(lam * q, line)])

        rest = k.sign(lam * w / Z, ">=")
        by = [of_class(q1, u1, d1), k.sum_up(of_class(q, u, d)), (lam * (1 - sympy.log(Z)), k.hypothesis(0)), rest]
        return k.show(value, "<=", lam * sympy.log(Z), by=by)

    given = ((q1 + Sig(q), "==", 1),)
    return ForEveryN(domain, each, given, c * value, "<=", lam * sympy.log(Z)), chain(proof, _sample)


worst_case_bound.false_if("the gain were 1 % larger", c=Fraction(101, 100))


def _sample(rng: random.Random) -> Any:
    """Label distributions near the worst one, small gaps, a temperature."""
    import math

    lam, n = Fraction(rng.randint(1, 30), 10), rng.randint(1, 5)
    u, d = simplex(rng, n, zeros=0), [Fraction(rng.randint(-30, 30), 10) for _ in range(n)]
    if rng.random() < 0.3:
        q = simplex(rng, n, zeros=0)
    else:
        raw = [Fraction(float(x) * math.exp(y / lam)).limit_denominator(10**7) + Fraction(1, 10**9)
               for x, y in zip(u, d, strict=True)]  # fmt: skip
        q = [x / sum(raw) for x in raw]
    w = Fraction(rng.choice((0, 0, 1)), 10)
    rows = [{"q": a, "u": b, "d": x} for a, b, x in zip(q, u, d, strict=True)]
    gap = Fraction(math.exp(d[0] / lam)).limit_denominator(10**7) + Fraction(1, 10**9)
    return {"lam": lam, "w": w, "q1": q[0], "u1": u[0], "b1": gap}, rows[1:]


def worst_distribution(lam: Any, u0: Any, u: Any, d: Any) -> tuple[Any, Any, Any, Any]:
    """Return Z, q of the label (gap 0), q of another class, and the divergence of q from u."""
    import sympy

    Z = u0 + Sig(u * sympy.exp(d / lam))
    q0, q = u0 / Z, u * sympy.exp(d / lam) / Z
    return Z, q0, q, q0 * sympy.log(q0 / u0) + Sig(q * sympy.log(q / u))


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="identity",
    says=r"q^*_k=\frac{u_ke^{d_k/\lambda}}{\sum_j u_je^{d_j/\lambda}}:\quad \sum_k q^*_kd_k"
    r"-\lambda\sum_k q^*_k\log\frac{q^*_k}{u_k}=\lambda\log\sum_k u_ke^{d_k/\lambda}",
)
def worst_case_attained(c: Constant = 1) -> Stated:
    """The softmax, which is positive and adds up to 1, reaches it: put it in. The label is named; its gap is 0."""
    import sympy

    domain, each = Domain("lam in (0,oo), u0 in (0,1]"), Domain("u in (0,1], d in (-oo,oo)")
    (lam, u0), (u, d) = domain, each
    Z, _, q, divergence = worst_distribution(lam, u0, u, d)

    def proof(k: Proof) -> Any:
        k.sign(Z, ">")
        return k.identity(Sig(q * d) - lam * divergence, lam * sympy.log(Z))

    def sample(rng: random.Random) -> Any:
        lam_value, weights = Fraction(rng.randint(1, 30), 10), simplex(rng, rng.randint(2, 5), zeros=0)
        rows = [{"u": x, "d": Fraction(rng.randint(-30, 30), 10)} for x in weights[1:]]
        return {"lam": lam_value, "u0": weights[0]}, rows

    return (
        ForEveryN(domain, each, (), Sig(q * d) - c * lam * divergence, "==", lam * sympy.log(Z)),
        chain(proof, sample),
    )


worst_case_attained.false_if("the divergence were 1 % dearer", c=Fraction(101, 100))


@claim(
    paper=_PAPER,
    where="lam = 1 and margin 0: cross-entropy",
    form="as usually quoted",
    expected="proved",
    strength="identity",
    says=r"\lambda\log\Bigl(\tfrac1K\sum_k e^{(f_k-f_y)/\lambda}\Bigr)\Big|_{\lambda=1}"
    r"=-\log\frac{e^{f_y}}{\sum_k e^{f_k}}-\log K",
)
def cross_entropy_at_one(lam: Constant = 1) -> Stated:
    """Both sides are log(sum a) - log a_y - log K, with a = e^f: every real score is the logarithm of some a > 0."""
    import sympy

    domain, each = Domain("ay in (0,oo)"), Domain("a in (0,oo)")
    (ay,), (a,) = domain, each
    temperature = sympy.Rational(lam)
    fy, f = sympy.log(ay), sympy.log(a)
    K = 1 + Sig(sympy.Integer(1))
    ldr = temperature * sympy.log((1 + Sig(sympy.exp((f - fy) / temperature))) / K)
    entropy = -sympy.log(sympy.exp(fy) / (sympy.exp(fy) + Sig(sympy.exp(f))))

    def proof(k: Proof) -> Any:
        return k.identity(ldr, entropy - sympy.log(K))

    def sample(rng: random.Random) -> Any:
        rows = [{"a": Fraction(rng.randint(1, 60), 10)} for _ in range(rng.randint(1, 4))]
        return {"ay": Fraction(rng.randint(1, 60), 10)}, rows

    return ForEveryN(domain, each, (), ldr, "==", entropy - sympy.log(K)), chain(proof, sample)


cross_entropy_at_one.false_if("the temperature were 1 % higher", lam=Fraction(101, 100))
