r"""Gradient-normalised smoothness: the progress of one regularised Newton step, with its best constants.

The step is ``h = -(H + lam)^{-1} g`` with ``lam = |g|/gamma``, the new gradient is n. All norms are Euclidean, in the
coordinates of the metric; a vector is a per-class symbol, the classes being the coordinates, and ``q = H h``. Only the
residual at this one step is assumed small, ``|n - g - q| <= lam |h|``; H need not be the Hessian.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "gns"
_WHERE = "progress of a step"
_ONE_PERCENT = Fraction(101, 100)
_STEP = r"h=-(H+\lambda)^{-1}g,\ \lambda=\|g\|/\gamma,\ \|n-g-Hh\|\le\lambda\|h\|:\quad "


def _step() -> tuple[Any, Any]:
    domain = Domain("lam in (0,oo), decrease in (-oo,oo)")
    return domain, Domain("g in (-oo,oo), n in (-oo,oo), h in (-oo,oo), q in (-oo,oo)")


def _given(domain: Any, each: Any) -> tuple[Any, ...]:
    (lam, _), (g, n, h, q) = domain, each
    return (g, "==", -q - lam * h), (Sig((n - g - q) ** 2), "<=", lam**2 * Sig(h**2))


def _residual(k: Proof, domain: Any, each: Any) -> Any:
    """Return the residual with g eliminated: ``|n + lam h| <= lam |h|``."""
    (lam, _), (g, n, h, q) = domain, each
    step, small = k.hypothesis(0), k.hypothesis(1)
    error = n - g - q
    same = k.show(error**2, "==", (n + lam * h) ** 2, by=[(-(error + n + lam * h), step)])
    return k.show(lam**2 * Sig(h**2), ">=", Sig((n + lam * h) ** 2), by=[small, k.sum_up(same)])


def _vectors(rng: random.Random) -> Any:
    """Draw a step whose residual is of the largest size, often with new gradient along the step."""
    lam = Fraction(rng.randint(1, 4), 2)
    rows = [{"h": Fraction(rng.randint(-3, 3)), "q": Fraction(0)} for _ in range(rng.randint(1, 3))]
    curved, turn = rng.choice((0, 1)), rng.choice((-2, -1, 0))
    for row in rows:
        row["q"] = curved * row["h"] * Fraction(rng.randint(0, 2))
        row["g"], row["n"] = -row["q"] - lam * row["h"], turn * lam * row["h"]
    return {"lam": lam}, rows


@claim(
    paper=_PAPER,
    where=_WHERE + ", convex functions",
    expected="proved",
    strength="tight",
    corrects=f"{_PAPER}.progress",
    assumptions=("f is convex and differentiable; decrease is f(x) - f(x + h), at least -<n, h> by convexity",),
    says=_STEP + r"f(x)-f(x+h)\ge\frac{\gamma\|n\|^2}{2\|g\|}",
)
def convex_progress(kappa: Constant = Fraction(1, 2)) -> Stated:
    """Square the residual: -<n, h> is at least |n|^2/(2 lam)."""
    domain, each = _step()
    (lam, decrease), (_, n, h, _) = domain, each
    given = (*_given(domain, each), (decrease, ">=", -Sig(n * h)))

    def proof(k: Proof) -> Any:
        small = _residual(k, domain, each)
        return k.show(decrease, ">=", Sig(n**2) / (2 * lam), by=[k.hypothesis(2), (1 / (2 * lam), small)])

    def sample(rng: random.Random) -> Any:
        point, rows = _vectors(rng)
        decrease = -sum((row["n"] * row["h"] for row in rows), Fraction(0))
        return point | {"decrease": decrease}, rows

    return ForEveryN(domain, each, given, decrease, ">=", kappa * Sig(n**2) / lam), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    form="as usually quoted",
    assumptions=(
        "decrease is f(x) - f(x + h); H is positive semidefinite, that is <q, h> >= 0",
        "the residual is as small all along the step: so decrease >= (lam |h|^2 + <q, h>)/2, by model_decrease",
    ),
    uses=(f"{_PAPER}.model_decrease",),
    says=_STEP + r"f(x)-f(x+h)\ge\frac{\gamma\|n\|^2}{8\|g\|}",
)
def progress(kappa: Constant = Fraction(1, 8)) -> Stated:
    """The residual gives |n| <= 2 lam |h|, by |n|^2 <= 2 |n + lam h|^2 + 2 lam^2 |h|^2."""
    domain, each = _step()
    (lam, decrease), (_, n, h, q) = domain, each
    left = decrease
    given = (
        *_given(domain, each), (decrease, ">=", (lam * Sig(h**2) + Sig(q * h)) / 2), (Sig(q * h), ">=", 0),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        small = _residual(k, domain, each)
        square = k.sign(Sig((n + 2 * lam * h) ** 2), ">=")
        by = [k.hypothesis(2), (Fraction(1, 2), k.hypothesis(3)), (1 / (4 * lam), small), (1 / (8 * lam), square)]
        return k.show(decrease, ">=", Sig(n**2) / (8 * lam), by=by)

    def sample(rng: random.Random) -> Any:
        point, rows = _vectors(rng)
        decrease = sum(((point["lam"] * row["h"] + row["q"]) * row["h"] / 2 for row in rows), Fraction(0))
        return point | {"decrease": decrease}, rows

    return ForEveryN(domain, each, given, left, ">=", kappa * Sig(n**2) / lam), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="decrease from the residual along the step",
    expected="proved",
    strength="lemma",
    says=r"g=-Hh-\lambda h:\quad-\langle g,h\rangle-\tfrac12\langle Hh,h\rangle-\tfrac12\lambda\|h\|^2"
    r"=\tfrac12\lambda\|h\|^2+\tfrac12\langle Hh,h\rangle",
)
def model_decrease(c: Constant = 1) -> Stated:
    """Put in g. The left side bounds f(x) - f(x + h): the residual t lam |h| at t h integrates to lam |h|^2/2."""
    domain, each = Domain("lam in (0,oo)"), Domain("g in (-oo,oo), h in (-oo,oo), q in (-oo,oo)")
    (lam,), (g, h, q) = domain, each
    left = -Sig(g * h) - Sig(q * h) / 2 - lam * Sig(h**2) / 2
    right = lam * Sig(h**2) / 2 + Sig(q * h) / 2

    def proof(k: Proof) -> Any:
        step = k.hypothesis(0)
        along = k.sum_up(k.show(g * h, "==", (-q - lam * h) * h, by=[(h, step)]))
        return k.show(left, "==", right, by=[(-1, along)])

    def sample(rng: random.Random) -> Any:
        point, rows = _vectors(rng)
        return point, [{name: row[name] for name in "ghq"} for row in rows]

    return ForEveryN(domain, each, ((g, "==", -q - lam * h),), left, "==", c * right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where=_WHERE + ", convex functions, inexact Hessian",
    expected="proved",
    strength="identity",
    says=r"f(x)=-ax,\ H=\lambda,\ h=\tfrac a{2\lambda}:\quad f(0)-f(h)=\frac{f'(h)^2}{2\lambda}",
)
def half_attained_by_a_linear_function(kappa: Constant = Fraction(1, 2)) -> Stated:
    """The residual is |Hh| = lam |h|, as large as allowed."""
    domain = Domain("a in (0,oo), lam in (0,oo)")
    a, lam = domain
    left = a * a / (2 * lam)
    return ForAll(domain, left, "==", kappa * a**2 / lam), chain(lambda k: k.identity(left, a**2 / (2 * lam)))


@claim(
    paper=_PAPER,
    where=_WHERE + ", convex functions, exact Hessian",
    expected="proved",
    strength="tight",
    assumptions=(
        "one dimension, lam = H = h = 1, f'(0) = -2: f'' is 1 for s <= 0, 1 - s/e up to e, then 0",
        "the residual condition holds along the whole line by residual_of_the_convex_family",
    ),
    uses=(f"{_PAPER}.residual_of_the_convex_family",),
    says=r"\lim_{e\to0}\frac{f(0)-f(1)}{f'(1)^2}=\frac12",
)
def half_is_best(value: Constant = Fraction(1, 2)) -> Stated:
    """The gradient is -2 + s - s^2/(2e) up to e and then constant; integrate."""
    domain = Domain("e in (0,1)")
    (e,) = domain
    ratio = (2 - e / 2 + e**2 / 6) / (2 - e / 2) ** 2

    def proof(k: Proof) -> Any:
        same = k.identity(ratio, ratio)
        return k.squeeze(same, same, e, "+")

    return LimitOf(domain, ratio, e, "+", value), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ", convex functions, exact Hessian",
    expected="proved",
    strength="lemma",
    says=r"0<s\le e:\ \tfrac{s^2}{2e}\le\tfrac s2;\qquad\text{beyond }e\text{ the residual is }s-\tfrac e2\le s",
)
def residual_of_the_convex_family(c: Constant = 1) -> Stated:
    """With s = t e, t in (0, 1]: the residual of the gradient against -2 + s is t^2 e/2; it is zero for s <= 0."""
    domain = Domain("e in (0,1), t in (0,1]")
    e, t = domain
    return ForAll(domain, t**2 * e / 2, "<=", c * t * e / 2), chain(
        lambda k: k.show(t**2 * e / 2, "<=", t * e / 2, by=[k.sign(t * e * (1 - t) / 2, ">=")])
    )


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "one dimension, H = 0, lam = h = 1: f' is -1 + s^2/(2e) up to e, -1 + s - e/2 up to 1 - e, and then falls "
            "linearly to -2 at 1; its distance from -1 is at most s throughout"
        ),
    ),
    uses=(f"{_PAPER}.residual_of_the_other_family",),
    says=r"\lim_{e\to0}\frac{f(0)-f(1)}{f'(1)^2}=\frac18",
)
def eighth_is_best(value: Constant = Fraction(1, 8)) -> Stated:
    """Integrate the three pieces: 1/2 + 3e/2 - 5e^2/12, over 4."""
    domain = Domain("e in (0,1/2)")
    (e,) = domain
    first, last = -e + e**2 / 6, e * (-3 * e / 2 - 2) / 2
    middle = (1 - 2 * e) * (-1 - e / 2) + ((1 - e) ** 2 - e**2) / 2
    ratio = -(first + middle + last) / 4

    def proof(k: Proof) -> Any:
        same = k.identity(ratio, ratio)
        return k.squeeze(same, same, e, "+")

    return LimitOf(domain, ratio, e, "+", value), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    assumptions=(
        "the last piece of the family of eighth_is_best, s = 1 - e u",
        "on the pieces before it the residual is s^2/(2e) <= s/2 up to e, then s - e/2",
    ),
    says=r"0<e<\tfrac12,\ 0\le u\le1:\ \bigl((2-\tfrac{3e}2)u-1\bigr)^2\le(1-eu)^2",
)
def residual_of_the_other_family(c: Constant = 2) -> Stated:
    """The difference of the squares is a product of two nonnegative numbers."""
    domain = Domain("e in (0,1/2), u in [0,1]")
    e, u = domain
    product = (2 - 5 * e / 2) * u * (2 * (1 - u) + e * u / 2)

    def proof(k: Proof) -> Any:
        by = [k.sign(product, ">=")]
        return k.show(((2 - 3 * e / 2) * u - 1) ** 2, "<=", (1 - e * u) ** 2, by=by)

    return ForAll(domain, ((c - 3 * e / 2) * u - 1) ** 2, "<=", (1 - e * u) ** 2), chain(proof)


convex_progress.false_if("1/2 were 1 % larger", kappa=Fraction(101, 200))
progress.false_if("1/8 were 1 % larger", kappa=Fraction(101, 800))
model_decrease.false_if("it were 1 % more", c=_ONE_PERCENT)
half_attained_by_a_linear_function.false_if("1/2 were 1 % larger", kappa=Fraction(101, 200))
half_is_best.false_if("the limit were 1 % larger", value=Fraction(101, 200))
residual_of_the_convex_family.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
residual_of_the_other_family.false_if("f' fell to -2 from higher up", c=Fraction(21, 10))
eighth_is_best.false_if("the limit were 1 % larger", value=Fraction(101, 800))
