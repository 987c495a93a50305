r"""Without the best ridge more is not better: the peak at n = k, and double descent at a fixed ridge.

Without ridge gamma is the root of ``z = min(n, k)``, as long as there are more eigenvalues than that.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import HardPoints, chain_at
from theory.engine.words import Domain, ForAll, boxes, chain
from theory.regression.more_is_better.claims_more_is_better_monotone import (
    more_features_lower_the_quotient,
    more_samples_lower_the_quotient,
)
from theory.regression.more_is_better.more_is_better_expressions import Sums, error_of_rests, sums_error

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _PEAK, _FIXED = "more_is_better", "without ridge: the peak at n = k", "at a fixed ridge"
_MORE = Fraction(101, 100)
_EIGENFRAMEWORK = "that E is the test error is the eigenframework, which rests on the universality of random features"
_SUMS = (
    r" z=\sum\frac{\lambda_i}{\lambda_i+\gamma},\ w=\sum\frac{\gamma\lambda_i}{(\lambda_i+\gamma)^2},\ q=z-w,\ "
    r"B=\sum\frac{\gamma^2v_i^2}{(\lambda_i+\gamma)^2},\ C=\sum\frac{\gamma\lambda_iv_i^2}{(\lambda_i+\gamma)^2}"
)


@claim(
    paper=_PAPER, where=_PEAK, expected="proved", strength="lower", assumptions=(_EIGENFRAMEWORK,),
    uses=("more_is_better.modes_split",),
    says=r"z=n<k:\quad\frac{n\bigl((B+\sigma^2)(k-n+w)+Cw\bigr)}{w(k-n)}\ge\frac{k(B+\sigma^2)+nC}{k-n},\quad"
    + _SUMS,
)  # fmt: skip
def error_grows_towards_the_peak_with_samples(factor: Constant = 1) -> Stated:
    """The difference is (B + noise) q/w, for n = q + w; b = k - n. As k falls to n, gamma stays, and B and C."""
    domain = Domain("b in (0,oo), w in (0,oo), q in [0,oo), bias in [0,oo), more in [0,oo), noise in [0,oo)")
    b, w, q, bias, more, noise = domain
    left, right = error_of_rests(0, b, w, q, bias + noise, more), ((bias + noise) * (q + w + b) + more * (q + w)) / b

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.sign((bias + noise) * q / w, ">=")])

    hard = {"b": 1, "w": 1, "q": 0, "bias": 0, "more": 1, "noise": 1}
    return ForAll(domain, left, ">=", factor * right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_PEAK, expected="proved", strength="identity", assumptions=(_EIGENFRAMEWORK,),
    uses=("more_is_better.misses_split",),
    says=r"z=k<n:\quad\frac{n\bigl((B+\sigma^2)w+Cw\bigr)}{(n-k)w}=\frac n{n-k}\Bigl(\sum\frac{\gamma v_i^2}"
    r"{\lambda_i+\gamma}+\sigma^2\Bigr),\quad" + _SUMS + r"=\sum\frac{\gamma v_i^2}{\lambda_i+\gamma}-B",
)  # fmt: skip
def error_above_the_peak(weight: Constant = 1) -> Stated:
    """K - z = 0, and w cancels: least squares on k features, what they miss counting as noise. a = n - k."""
    domain = Domain("a in (0,oo), w in (0,oo), q in [0,oo), bias in [0,oo), more in [0,oo), noise in [0,oo)")
    a, w, q, bias, more, noise = domain
    left, right = error_of_rests(a, 0, w, q, bias + noise, more), (a + w + q) / a * (bias + weight * more + noise)
    hard = {"a": 1, "w": 1, "q": 0, "bias": 0, "more": 1, "noise": 0}
    return ForAll(domain, left, "==", right), chain_at(lambda k: k.identity(left, right), hard)


def _isotropic(modes: Any, power: Any, g: Any) -> Sums:
    """Return the sums for eigenvalues 1, and coefficients of a total power."""
    square = (1 + g) ** 2
    return Sums(modes / (1 + g), modes / square, modes * g / square, power * g**2 / square, power * g / square)


def _cleared(modes: Any, n: Any, k: Any, g: Any) -> Any:
    """Return ``(n - z)(k - z) g`` times ``(1 + g)^2``: a polynomial, which is evaluated without rounding."""
    return (n * (1 + g) - modes) * (k * (1 + g) - modes) * g


def _fixed_gamma(more: str) -> Stated:
    """State that from the witness's numbers of samples and features on more of one help if gamma stays."""
    domain = Domain("h integer in [1,oo), power in [0,oo), noise in [0,oo)")
    h, power, noise = domain
    n, k, g = (Fraction(_WITNESSES[more][name]) for name in ("n", "k", "g"))
    s = _isotropic(_WITNESSES[more]["modes"], power, g)
    lemma = more_samples_lower_the_quotient if more == "samples" else more_features_lower_the_quotient
    many, wide = (n + h, k) if more == "samples" else (n, k + h)
    left, right = sums_error(many, wide, noise, s), sums_error(n, k, noise, s)

    def proof(rules: Proof) -> Any:
        a, b = n - s.z, k - s.z
        below = rules.sign(a * (b + s.w) + s.w * b, ">")
        values = {"a": a, "b": b, "w": s.w, "q": s.q, "top": s.bias + noise, "more": s.more, "h": h}
        return rules.show(left, "<=", right, by=[rules.apply(lemma, values, given=[below])])

    return ForAll(domain, left, "<=", right), chain(proof)


def _fixed_ridge(more: str) -> Stated:
    """State that with more samples, or features, and the same ridge the error is no larger, for eigenvalues 1."""
    whole = ", ".join(f"{name} integer in [1,oo)" for name in ("modes", "n", "k", "h"))
    domain = Domain(whole + ", power in [0,oo), noise in [0,oo), g in (0,oo), f in (0,oo)")
    modes, n, k, h, power, noise, g, f = domain
    before, after = _isotropic(modes, power, g), _isotropic(modes, power, f)
    many, wide = (n + h, k) if more == "samples" else (n, k + h)
    given = (
        (n, ">", before.z), (k, ">", before.z), (many, ">", after.z), (wide, ">", after.z),
        (_cleared(modes, many, wide, f) * k * (1 + g) ** 2, "==", _cleared(modes, n, k, g) * wide * (1 + f) ** 2),
    )  # fmt: skip
    statement = ForAll(domain, sums_error(many, wide, noise, after), "<=", sums_error(n, k, noise, before), given)
    return statement, HardPoints(boxes(), (_WITNESSES[more],))


# at the same ridge, with noise and power 1: (2 - 3/2)(4 - 3/2) 9/4 = (4 - 5/2)(4 - 5/2) 5/4 for 15 modes, and
# (6 - 20/7)(3 - 20/7) 6/3 = (6 - 30/7)(5 - 30/7) (11/3)/5 for 20
_WITNESSES: dict[str, dict[str, Any]] = {
    "samples": {"modes": 15, "n": 2, "k": 4, "h": 2, "g": 9, "f": 5, "power": 1, "noise": 1},
    "features": {"modes": 20, "n": 6, "k": 3, "h": 2, "g": 6, "f": Fraction(11, 3), "power": 1, "noise": 1},
}
_SAME = (
    r"\delta=(n-z)\tfrac{k-z}k\gamma=(n'-z')\tfrac{k'-z'}{k'}\gamma'\ \Rightarrow\ E(n',k',\gamma')\le E(n,k,\gamma)"
)
_ISOTROPIC = (_EIGENFRAMEWORK, "eigenvalues equal to 1, as many as one likes; all numbers are whole")


@claim(
    paper=_PAPER, where=_FIXED, expected="refuted", strength="upper", assumptions=_ISOTROPIC,
    says=_SAME + r",\quad n'\ge n,\ k'=k",
)  # fmt: skip
def more_samples_help_at_a_fixed_ridge(follows: Constant = 0) -> Stated:
    """Two samples may be better than four for four features; it holds if the ridge follows gamma."""
    return _fixed_gamma("samples") if follows else _fixed_ridge("samples")


@claim(
    paper=_PAPER, where=_FIXED, expected="refuted", strength="upper", assumptions=_ISOTROPIC,
    says=_SAME + r",\quad n'=n,\ k'\ge k",
)  # fmt: skip
def more_features_help_at_a_fixed_ridge(follows: Constant = 0) -> Stated:
    """Three features may be better than five for six samples; it holds if the ridge follows gamma."""
    return _fixed_gamma("features") if follows else _fixed_ridge("features")


error_grows_towards_the_peak_with_samples.false_if("the bound were 1 % larger", factor=_MORE)
error_above_the_peak.false_if("C counted 1 % more", weight=_MORE)
more_samples_help_at_a_fixed_ridge.true_if("the ridge followed: gamma stayed, from the same numbers on", follows=1)
more_features_help_at_a_fixed_ridge.true_if("the ridge followed: gamma stayed, from the same numbers on", follows=1)
