r"""More is better: at the same gamma the test error increases neither with the samples nor with the features.

gamma, and not the ridge, is what is kept: of ``n = z + delta/kappa``, ``k = z + k kappa/gamma`` every gamma > 0 with
``z < n`` and ``z < k`` is the solution for one ridge > 0, ``delta = (n - z)(k - z) gamma/k``, every ridge > 0 has one
such gamma, and more samples or features leave all of them within reach. So the infimum of the test error over ridges
> 0 increases in neither; at a fixed ridge the error may. Ridge 0 is a limit and changes no infimum: it is gamma with
``z = min(n, k)``, or gamma to 0 where there are no more eigenvalues than that; the error may be infinite there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.regression.more_is_better.claims_more_is_better_fixed_point import modes_split, spectrum
from theory.regression.more_is_better.more_is_better_expressions import error_of_rests, level, sums, sums_error

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.chain import Sample
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "more_is_better", "more is better"
_MORE = Fraction(101, 100)
_RESTS = "a in [0,oo), b in [0,oo), w in [0,oo), q in [0,oo), top in [0,oo), more in [0,oo), h in [0,oo)"
_E = (
    r"E(n,k,\gamma)=\frac{n\bigl((B+\sigma^2)(b+w)+Cw\bigr)}{a(b+w)+wb},\ a=n-z,\ b=k-z,\ "
    r"z=\sum\frac{\lambda_i}{\lambda_i+\gamma},\ w=\sum\frac{\gamma\lambda_i}{(\lambda_i+\gamma)^2},\ "
    r"B=\sum\frac{\gamma^2v_i^2}{(\lambda_i+\gamma)^2},\ C=\sum\frac{\gamma\lambda_iv_i^2}{(\lambda_i+\gamma)^2}"
)
_EACH = "l in (0,oo), p in [0,oo)"


@claim(
    paper=_PAPER, where=_WHERE + ": in the rests", expected="proved", strength="lemma",
    says=r"\frac{(a+h+w+q)(N(b+w)+Cw)}{(a+h)(b+w)+wb}\le\frac{(a+w+q)(N(b+w)+Cw)}{a(b+w)+wb},\quad h\ge0",
)  # fmt: skip
def more_samples_lower_the_quotient(weight: Constant = 1) -> Stated:
    """The difference is h (q (b + w) + w^2) times the numerator over both denominators."""
    domain = Domain(_RESTS)
    a, b, w, q, top, more, h = domain
    below = a * (b + w) + w * b

    def proof(k: Proof) -> Any:
        fact = k.hypothesis(0)
        after = k.show(below + h * (b + w), ">", 0, by=[fact])
        k.show((a + h) * (b + w) + w * b, ">", 0, by=[after])
        numerator = top * (b + w) + more * w
        gain = k.sign(numerator * h * (q * (b + w) + w**2) / (below * (below + h * (b + w))), ">=")
        return k.show(error_of_rests(a + h, *rest), "<=", error_of_rests(a, *rest), by=[gain])

    rest = (b, w, q, top, more)
    right = error_of_rests(a, *rest)
    left = error_of_rests(a + h, b, w, q + (weight - 1) * h, top, more)
    hard = {"a": 1, "b": 1, "w": 0, "q": 0, "top": 1, "more": 0, "h": 1}
    return ForAll(domain, left, "<=", right, ((below, ">", 0),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": in the rests", expected="proved", strength="lemma",
    says=r"\frac{(a+w+q)(N(b+h+w)+Cw)}{a(b+h+w)+w(b+h)}\le\frac{(a+w+q)(N(b+w)+Cw)}{a(b+w)+wb},\quad h\ge0",
)  # fmt: skip
def more_features_lower_the_quotient(weight: Constant = 1) -> Stated:
    """The difference is h (N w^2 + C w (a + w)) times n over both denominators."""
    domain = Domain(_RESTS)
    a, b, w, q, top, more, h = domain
    below = a * (b + w) + w * b
    right, left = error_of_rests(a, b, w, q, top, more), error_of_rests(a, b + h, w, q, weight * top, more)

    def proof(k: Proof) -> Any:
        fact = k.hypothesis(0)
        after = k.show(below + h * (a + w), ">", 0, by=[fact])
        k.show(a * (b + h + w) + w * (b + h), ">", 0, by=[after])
        lost = top * w**2 + more * w * (a + w)
        gain = k.sign((a + w + q) * h * lost / (below * (below + h * (a + w))), ">=")
        return k.show(error_of_rests(a, b + h, w, q, top, more), "<=", right, by=[gain])

    hard = {"a": 1, "b": 1, "w": 0, "q": 1, "top": 1, "more": 0, "h": 1}
    return ForAll(domain, left, "<=", right, ((below, ">", 0),)), chain_at(proof, hard)


def _strict(missed: Constant, learned: Constant) -> Domain:
    """Return the domain, with N and w above 0 where it is said."""
    w, top = "w in (0,oo)" if learned else "w in [0,oo)", "top in (0,oo)" if missed else "top in [0,oo)"
    return Domain(f"a in [0,oo), b in [0,oo), {w}, q in [0,oo), {top}, more in [0,oo), h in (0,oo)")


_EQUAL = (
    {"a": 2, "b": 2, "w": 1, "q": 1, "top": 0, "more": 0, "h": 1},
    {"a": 2, "b": 2, "w": 0, "q": 0, "top": 1, "more": 0, "h": 2},  # powers of 2, whose quotients are exact
)


def _rows(rng: random.Random) -> Sample:
    """Draw a spectrum, gamma, and numbers of samples and features that leave gamma within reach."""
    gamma = Fraction(rng.randint(1, 30), 10)
    rows, z = spectrum(rng, gamma)
    point = {"g": gamma, "noise": Fraction(rng.randint(0, 20), 10)}
    point |= {"n": z + Fraction(rng.randint(1, 30), 10), "k": z + Fraction(rng.randint(1, 30), 10)}
    return point | {name: Fraction(rng.choice((0, rng.randint(1, 300))), 10) for name in ("h", "j")}, rows


@claim(
    paper=_PAPER, where=_WHERE + ": in the rests", expected="proved", strength="tight",
    says=r"\frac{(a+h+w+q)(N(b+w)+Cw)}{(a+h)(b+w)+wb}<\frac{(a+w+q)(N(b+w)+Cw)}{a(b+w)+wb},\quad h,w,N>0",
)  # fmt: skip
def more_samples_strictly_lower_the_quotient(missed: Constant = 1, learned: Constant = 1) -> Stated:
    """The difference is positive as soon as something is missed (N) and something may be learned (w)."""
    domain = _strict(missed, learned)
    a, b, w, q, top, more, h = domain
    below, rest = a * (b + w) + w * b, (b, w, q, top, more)

    def proof(k: Proof) -> Any:
        after = k.show(below + h * (b + w), ">", 0, by=[k.hypothesis(0)])
        k.show((a + h) * (b + w) + w * b, ">", 0, by=[after])
        gain = (top * (b + w) + more * w) * h * (q * (b + w) + w**2) / (below * (below + h * (b + w)))
        return k.show(error_of_rests(a + h, *rest), "<", error_of_rests(a, *rest), by=[k.sign(gain, ">")])

    left, right = error_of_rests(a + h, *rest), error_of_rests(a, *rest)
    return ForAll(domain, left, "<", right, ((below, ">", 0),)), chain_at(proof, *_EQUAL)


@claim(
    paper=_PAPER, where=_WHERE + ": in the rests", expected="proved", strength="tight",
    says=r"\frac{(a+w+q)(N(b+h+w)+Cw)}{a(b+h+w)+w(b+h)}<\frac{(a+w+q)(N(b+w)+Cw)}{a(b+w)+wb},\quad h,w,N>0",
)  # fmt: skip
def more_features_strictly_lower_the_quotient(missed: Constant = 1, learned: Constant = 1) -> Stated:
    """The difference is positive as soon as something is missed (N) and something may be learned (w)."""
    domain = _strict(missed, learned)
    a, b, w, q, top, more, h = domain
    below, rest = a * (b + w) + w * b, (w, q, top, more)

    def proof(k: Proof) -> Any:
        after = k.show(below + h * (a + w), ">", 0, by=[k.hypothesis(0)])
        k.show(a * (b + h + w) + w * (b + h), ">", 0, by=[after])
        gain = (a + w + q) * h * (top * w**2 + more * w * (a + w)) / (below * (below + h * (a + w)))
        return k.show(error_of_rests(a, b + h, *rest), "<", error_of_rests(a, b, *rest), by=[k.sign(gain, ">")])

    left, right = error_of_rests(a, b + h, *rest), error_of_rests(a, b, *rest)
    return ForAll(domain, left, "<", right, ((below, ">", 0),)), chain_at(proof, *_EQUAL)


_POINT = "g in (0,oo), n in (0,oo), k in (0,oo), noise in [0,oo), h in [0,oo), j in [0,oo)"


@claim(
    paper=_PAPER, where=_WHERE + ": at the same gamma", expected="proved", strength="upper", form="derived",
    uses=(
        "more_is_better.the_ridge_stays_in_reach", "more_is_better.level_increases",
        "more_is_better.level_at_the_high_end",
    ),
    says=_E + r":\quad n\ge z,\ k\ge z,\ a(b+w)+wb>0\ \Rightarrow\ E(n+h,k+j,\gamma)\le E(n,k,\gamma),\quad h,j\ge0",
    assumptions=(
        "that E is the test error is the eigenframework, which rests on the universality of random features",
        "spectra are finite",
        "as the ridge runs through (0, oo), gamma runs once through z < n, z < k: at least once by continuity, argued",
        "so the infimum over ridges > 0 is that over these gammas, and more of either keeps them",
        "ridge 0 is the limit of small ridges, also where that is gamma to 0 or a = b = 0; it changes no infimum",
    ),
)  # fmt: skip
def more_is_better_at_the_same_gamma(factor: Constant = 1) -> Stated:
    """Samples first, then features."""
    domain, each = Domain(_POINT), Domain(_EACH)
    (g, n, k, noise, h, j), (l, p) = domain, each  # noqa: E741
    s = sums(l, p, g)
    right = sums_error(n, k, noise, s)

    def proof(rules: Proof) -> Any:
        a, b, top = n - s.z, k - s.z, s.bias + noise
        enough, several, finite = (rules.hypothesis(i) for i in range(3))
        rules.show(a, ">=", 0, by=[enough])
        rest = rules.show(a + h, ">=", 0, by=[enough, rules.sign(h, ">=")])
        rules.show(b, ">=", 0, by=[several])
        wide = rules.show(b + s.w, ">=", 0, by=[several, rules.sign(s.w, ">=")])
        split = rules.apply(modes_split, {"g": g}, rest={"l": l})
        below = rules.show(a * (b + s.w) + s.w * b, ">", 0, by=[finite])
        after = rules.show((a + h) * (b + s.w) + s.w * b, ">", 0, by=[below, (h, wide)])
        deep = rules.show(a + h + s.w, ">=", 0, by=[rest, rules.sign(s.w, ">=")])
        rules.show((a + h) * (b + j + s.w) + s.w * (b + j), ">", 0, by=[after, (j, deep)])
        values = {"b": b, "w": s.w, "q": s.q, "top": top, "more": s.more}
        first = rules.apply(more_samples_lower_the_quotient, values | {"a": a, "h": h}, given=[below])
        second = rules.apply(more_features_lower_the_quotient, values | {"a": a + h, "h": j})
        left = sums_error(n + h, k + j, noise, s)
        return rules.show(left, "<=", right, by=[first, second, (right / n - left / (n + h), split)])

    given = (
        (n, ">=", s.z),
        (k, ">=", s.z),
        ((n - s.z) * (k - s.z + s.w) + s.w * (k - s.z), ">", 0),
    )
    statement = ForEveryN(domain, each, given, factor * sums_error(n + h, k + j, noise, s), "<=", right)
    return statement, chain(proof, sample=_rows)


@claim(
    paper=_PAPER, where=_WHERE + ": at the same gamma", expected="proved", strength="lower", form="derived",
    says=r"n\ge z,\ k\ge z\ \Rightarrow\ \delta(n+h,k+j)\ge\delta(n,k),\quad\delta(n,k)=(n-z)\frac{k-z}k\gamma"
    r",\ z=\sum\frac{\lambda_i}{\lambda_i+\gamma},\ h,j\ge0",
)  # fmt: skip
def the_ridge_stays_in_reach(factor: Constant = 1) -> Stated:
    """N - z and 1 - z/k increase: with more of either the same gamma needs a ridge that is not negative."""
    domain, each = Domain(_POINT), Domain("l in (0,oo)")
    (g, n, k, _, h, j), (l,) = domain, each  # noqa: E741
    z = Sig(l / (l + g))

    def proof(rules: Proof) -> Any:
        enough, several = rules.hypothesis(0), rules.hypothesis(1)
        wide = rules.show(k + j - z, ">=", 0, by=[several, rules.sign(j, ">=")])
        by = [(g * h / (k + j), wide), (g * z * j / (k * (k + j)), enough)]
        return rules.show(level(n + h, k + j, g, z), ">=", level(n, k, g, z), by=by)

    return ForEveryN(domain, each, ((n, ">=", z), (k, ">=", z)), level(n + h, k + j, g, z), ">=",
                     factor * level(n, k, g, z)), chain(proof, sample=_rows)  # fmt: skip


more_samples_lower_the_quotient.false_if("the numerator counted 1 % more new samples", weight=_MORE)
more_features_lower_the_quotient.false_if("the noise grew by 1 %", weight=_MORE)
more_is_better_at_the_same_gamma.false_if("the left side were 1 % larger", factor=_MORE)
the_ridge_stays_in_reach.false_if("the old ridge were 1 % larger", factor=_MORE)
more_samples_strictly_lower_the_quotient.false_if("N might be 0", missed=0)
more_samples_strictly_lower_the_quotient.false_if("w might be 0", learned=0)
more_features_strictly_lower_the_quotient.false_if("N might be 0", missed=0)
more_features_strictly_lower_the_quotient.false_if("w might be 0", learned=0)
