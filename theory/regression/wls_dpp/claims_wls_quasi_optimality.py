r"""From a well-conditioned Gram matrix to the error: the constants of weighted least squares, with the 1/(1 - delta).

Pu is the best approximation of u, e = u - Pu with :math:`|e|^2=E`; the estimate is :math:`\hat u=Pu+a` with a in the
space, so that :math:`|u-\hat u|^2=E+|a|^2`. On the event S the least eigenvalue of G is at least 1 - delta. The unnamed
classes of a statement are points of the sample, coordinates, or outcomes of the sampling.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _SAMPLE, _MEAN = "wls_dpp", "error on a sample", "mean error"
_NORMAL = (
    "the classes are sample points of weights w (divided by n); a is the estimate less the best approximation there, "
    "e the residual of the best approximation; the hypothesis is the normal equations, tested with a itself"
)
_STABLE = "A = |a|^2 in the norm of the measure: the least eigenvalue of G is at least 1 - delta"
_OUTCOMES = (
    "the classes are outcomes of the sampling, finitely many, of probabilities p; s is 1 on S and 0 elsewhere, "
    "P > 0 is the probability of S"
)
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)


def _points(more: str = "") -> tuple[Domain, Domain]:
    domain = Domain("delta in [0,1), A in [0,oo), E in [0,oo)" + more)
    return domain, Domain("w in [0,oo), a in (-oo,oo), e in (-oo,oo)")


def _sample_of_points(rng: random.Random, **more: Fraction) -> Any:
    """Draw a one-dimensional space of constants: a is the weighted mean of e, and A is at its largest."""
    rows = [{"w": Fraction(rng.randint(1, 4), 4), "e": Fraction(rng.randint(-3, 3))} for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.4:
        rows = [row | {"e": rows[0]["e"]} for row in rows]
    total = sum(row["w"] for row in rows)
    a = sum((row["w"] * row["e"] for row in rows), Fraction(0)) / total
    delta = Fraction(rng.randint(0, 3), 4)
    point = {"delta": delta, "A": total * a * a / (1 - delta), "E": Fraction(rng.randint(0, 2))}
    return point | more, [row | {"a": a} for row in rows]


@claim(
    paper=_PAPER, where=_SAMPLE, expected="proved", strength="identity",
    assumptions=(_NORMAL,),
    says=r"\sum_iw_i(e-ca)(x_i)^2=\sum_iw_i(e-a)(x_i)^2+(1-c)^2\sum_iw_ia(x_i)^2,\quad c\in\mathbb R",
)  # fmt: skip
def projection_on_the_sample(factor: Constant = 1) -> Stated:
    """Pythagoras on the sample; at c = 0, the projection a of e is no larger than e."""
    domain, each = Domain("c in (-oo,oo)"), _points()[1]
    (c,), (w, a, e) = domain, each
    left, rest = Sig(w * (e - c * a) ** 2), Sig(w * (e - a) ** 2)

    def proof(k: Proof) -> Any:
        return k.show(left, "==", rest + (1 - c) ** 2 * Sig(w * a**2), by=[(2 * (1 - c), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        return {"c": Fraction(rng.randint(-2, 2))}, _sample_of_points(rng)[1]

    right = rest + factor * (1 - c) ** 2 * Sig(w * a**2)
    return ForEveryN(domain, each, ((Sig(w * a * (e - a)), "==", 0),), left, "==", right), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_SAMPLE, expected="proved", strength="upper", form="as usually quoted",
    assumptions=(_NORMAL, _STABLE),
    uses=("wls_dpp.projection_on_the_sample",),
    says=r"(1-\delta)|a|^2\le\sum_iw_ia(x_i)^2\ \Rightarrow\ |u-\hat u|^2=E+|a|^2\le E+\frac1{1-\delta}"
    r"\sum_iw_ie(x_i)^2",
)  # fmt: skip
def error_on_a_stable_sample(power: int = 1, factor: Constant = 1) -> Stated:
    """Divide by 1 - delta."""
    domain, each = _points()
    (delta, size, best), (w, a, e) = domain, each
    given = ((Sig(w * a * (e - a)), "==", 0), ((1 - delta) * size, "<=", Sig(w * a**2)))
    right = Sig(w * e**2)

    def proof(k: Proof) -> Any:
        rest = k.sum_up(k.show(w * (e - a) ** 2, ">=", 0))
        small = k.show((1 - delta) * size, "<=", right, by=[rest, (2, k.hypothesis(0)), k.hypothesis(1)])
        return k.show(best + size, "<=", best + right / (1 - delta), by=[(1 / (1 - delta), small)])

    bound = best + factor * right / (1 - delta) ** power
    return ForEveryN(domain, each, given, best + size, "<=", bound), chain(proof, sample=_sample_of_points)


@claim(
    paper=_PAPER, where=_SAMPLE, expected="proved", strength="upper",
    assumptions=(
        _NORMAL, _STABLE, ("the constants lie in the space, so that the weights add to at most 1 + delta: |G - I| <= "
        "delta; B bounds |e| everywhere, E <= B^2"),
    ),
    uses=("wls_dpp.error_on_a_stable_sample",),
    says=r"|e|\le B\ \Rightarrow\ |u-\hat u|^2\le\frac2{1-\delta}B^2",
)  # fmt: skip
def error_in_terms_of_the_largest_residual(two: Constant = 2) -> Stated:
    """E + (1 + delta) B^2/(1 - delta), without a mean: it holds for every u at once, on the same event."""
    domain, each = _points(", B in [0,oo)")
    (delta, size, best, bound), (w, a, e) = domain, each
    given = (
        (Sig(w * a * (e - a)), "==", 0), ((1 - delta) * size, "<=", Sig(w * a**2)),
        (Sig(w), "<=", 1 + delta), (best, "<=", bound**2), (e**2, "<=", bound**2),
    )  # fmt: skip

    def proof(k: Proof) -> Any:
        rest = k.sum_up(k.show(w * (e - a) ** 2, ">=", 0))
        each_one = k.sum_up(k.show(w * e**2, "<=", w * bound**2, by=[(w, k.hypothesis(4))]))
        by = [rest, (2, k.hypothesis(0)), k.hypothesis(1), each_one, (bound**2, k.hypothesis(2))]
        small = k.show((1 - delta) * size, "<=", (1 + delta) * bound**2, by=by)
        by = [(1 / (1 - delta), small), k.hypothesis(3)]
        return k.show(best + size, "<=", 2 * bound**2 / (1 - delta), by=by)

    def sample(rng: random.Random) -> Any:
        delta, height = Fraction(rng.randint(0, 3), 4), Fraction(rng.randint(1, 3))
        rows = [{"w": (1 + delta) / 2, "a": height, "e": height} for _ in range(2)]
        point = {"delta": delta, "A": (1 + delta) * height**2 / (1 - delta), "E": height**2, "B": height}
        return point, rows

    right = two * bound**2 / (1 - delta)
    return ForEveryN(domain, each, given, best + size, "<=", right), chain(proof, sample=sample)


@claim(
    paper=_PAPER, where=_SAMPLE, expected="proved", strength="upper",
    assumptions=(
        ("the classes are coordinates; G a = b, b the sample mean of w e phi; the hypothesis is that the least "
        "eigenvalue of G is at least 1 - delta, tested with a"),
    ),
    says=r"a^\top b=a^\top Ga\ge(1-\delta)|a|^2\ \Rightarrow\ (1-\delta)^2|a|^2\le|b|^2",
)  # fmt: skip
def inverse_gram_matrix_on_a_vector(power: int = 2, factor: Constant = 1) -> Stated:
    """The square of b - (1 - delta) a is not negative."""
    domain, each = Domain("delta in [0,1)"), Domain("a in (-oo,oo), b in (-oo,oo)")
    (delta,), (a, b) = domain, each
    given = ((Sig(a * b), ">=", (1 - delta) * Sig(a**2)),)

    def proof(k: Proof) -> Any:
        square = k.sum_up(k.show((b - (1 - delta) * a) ** 2, ">=", 0))
        by = [square, (2 * (1 - delta), k.hypothesis(0))]
        return k.show((1 - delta) ** 2 * Sig(a**2), "<=", Sig(b**2), by=by)

    def sample(rng: random.Random) -> Any:
        delta = Fraction(rng.randint(0, 3), 4)
        rows = [Fraction(rng.randint(-3, 3)) for _ in range(rng.randint(1, 3))]
        return {"delta": delta}, [{"a": value, "b": (1 - delta) * value} for value in rows]

    statement = ForEveryN(domain, each, given, factor * (1 - delta) ** power * Sig(a**2), "<=", Sig(b**2))
    return statement, chain(proof, sample=sample)


# -- means -----------------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_MEAN, expected="proved", strength="identity",
    assumptions=(
        "a measure on finitely many points of masses mu; one point of the density k/m, weight w = m/k",
        "b is the mean of n such terms w e phi; they are independent and of mean 0, so that E |b|^2 is 1/n of this",
    ),
    says=r"\operatorname{E}\,w^2e^2|\varphi|^2=m\,|e|^2,\quad|\varphi|^2=k",
)  # fmt: skip
def one_point_of_noise(power: int = 2) -> Stated:
    """The density and one weight cancel, and w k is m."""
    domain, each = Domain("m in [1,oo)"), Domain("mu in [0,oo), k in (0,oo), e in (-oo,oo)")
    (m,), (mu, k_m, e) = domain, each

    def left(exponent: int) -> Any:
        return Sig(mu * k_m / m * (m / k_m) ** exponent * e**2 * k_m)

    def sample(rng: random.Random) -> Any:
        rows = [{name: Fraction(rng.randint(1, 4)) for name in ("mu", "k", "e")} for _ in range(rng.randint(1, 3))]
        return {"m": Fraction(rng.randint(1, 3))}, rows

    right = m * Sig(mu * e**2)
    return ForEveryN(domain, each, (), left(power), "==", right), chain(
        lambda k: k.identity(left(2), right), sample=sample
    )


def _mean_bound(domain: Domain, rate: Any, wrong: Any, sample: Any) -> Stated:
    """State E[(E + A); S] / P <= (1 + rate/P) E, where A <= N rate on S and N has the mean E."""
    each = Domain("p in [0,oo), s in [0,1], N in [0,oo), A in [0,oo)")
    best, event = tuple(domain)[:2]
    p, s, noise, size = each
    given = ((Sig(p * s), "==", event), (Sig(p * noise), "==", best), (s * size, "<=", s * noise * rate))
    left = Sig(p * s * (best + size)) / event

    def proof(k: Proof) -> Any:
        on = k.show(p * s * size, "<=", p * s * noise * rate, by=[(p, k.hypothesis(2))])
        off = k.show(p * s * noise * rate, "<=", p * noise * rate, by=[k.sign(p * noise * rate * (1 - s), ">=")])
        total = k.sum_up(k.show(p * s * size, "<=", p * noise * rate, by=[on, off]))
        by = [(1 / event, total), (-best / event, k.hypothesis(0)), (-rate / event, k.hypothesis(1))]
        return k.show(left, "<=", (1 + rate / event) * best, by=by)

    statement = ForEveryN(domain, each, given, left, "<=", (1 + wrong / event) * best)
    return statement, chain(proof, sample=sample)


def _outcomes(rng: random.Random, rate: Fraction) -> tuple[dict[str, Fraction], list[dict[str, Fraction]]]:
    """Draw two outcomes, one in S with the largest error that is allowed, one outside or in it."""
    inside, stable = Fraction(rng.randint(1, 3), 4), Fraction(rng.randint(0, 1))
    rows = [
        {"p": inside, "s": Fraction(1), "N": Fraction(rng.randint(1, 3))},
        {"p": 1 - inside, "s": stable, "N": Fraction(0)},
    ]
    rows = [row | {"A": row["N"] * rate} for row in rows]
    event = sum((row["p"] * row["s"] for row in rows), Fraction(0))
    return {"E": sum((row["p"] * row["N"] for row in rows), Fraction(0)), "P": event}, rows


@claim(
    paper=_PAPER, where=_MEAN, expected="proved", strength="upper", form="as usually quoted",
    assumptions=(
        _OUTCOMES + "; N is the weighted sum of e^2 over the sample, of mean E as each point has the density k_m/m: "
        "independent points, the determinantal process, repetitions of it; on S the error |a|^2 is at most N/(1-delta)",
    ),
    uses=("wls_dpp.error_on_a_stable_sample",),
    says=r"\operatorname{E}\bigl[|u-\hat u|^2\,\big|\,S\bigr]\le\Bigl(1+\frac1{(1-\delta)P(S)}\Bigr)|u-Pu|^2",
)  # fmt: skip
def mean_error_given_stability(factor: Constant = 1) -> Stated:
    """What N has on S is at most what it has in all."""
    domain = Domain("E in [0,oo), P in (0,1], delta in [0,1)")
    delta = tuple(domain)[2]

    def sample(rng: random.Random) -> Any:
        delta = Fraction(rng.randint(0, 3), 4)
        point, rows = _outcomes(rng, 1 / (1 - delta))
        return point | {"delta": delta}, rows

    return _mean_bound(domain, 1 / (1 - delta), factor / (1 - delta), sample)


@claim(
    paper=_PAPER, where=_MEAN, expected="proved", strength="upper",
    assumptions=(
        _OUTCOMES + "; N is n/m times |b|^2, of mean E for n independent points (one_point_of_noise); on S |a|^2 is at "
        "most |b|^2/(1-delta)^2",
    ),
    uses=("wls_dpp.inverse_gram_matrix_on_a_vector", "wls_dpp.one_point_of_noise"),
    says=r"\operatorname{E}\bigl[|u-\hat u|^2\,\big|\,S\bigr]\le"
    r"\Bigl(1+\frac mn\cdot\frac1{(1-\delta)^2P(S)}\Bigr)|u-Pu|^2",
)  # fmt: skip
def mean_error_falls_to_the_best(power: int = 2, factor: Constant = 1) -> Stated:
    """With independent points the excess falls like m/n: quasi-optimality with a constant that tends to 1."""
    domain = Domain("E in [0,oo), P in (0,1], delta in [0,1), m in [1,oo), n in [1,oo)")
    delta, m, n = tuple(domain)[2:]

    def sample(rng: random.Random) -> Any:
        delta, m, n = Fraction(rng.randint(0, 3), 4), Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 5))
        point, rows = _outcomes(rng, m / n / (1 - delta) ** 2)
        return point | {"delta": delta, "m": m, "n": n}, rows

    return _mean_bound(domain, m / n / (1 - delta) ** 2, factor * m / n / (1 - delta) ** power, sample)


projection_on_the_sample.false_if("the last sum counted 1 % more", factor=_MORE)
error_on_a_stable_sample.false_if("the sum were not divided by 1 - delta", power=0)
error_on_a_stable_sample.false_if("the sum counted 1 % less", factor=_LESS)
error_in_terms_of_the_largest_residual.false_if("the constant were 1 % smaller", two=2 * _LESS)
inverse_gram_matrix_on_a_vector.false_if("the factor were 1 - delta, not its square", power=1)
inverse_gram_matrix_on_a_vector.false_if("the left side counted 1 % more", factor=_MORE)
one_point_of_noise.false_if("the weight came in once", power=1)
mean_error_given_stability.false_if("the excess were 1 % smaller", factor=_LESS)
mean_error_falls_to_the_best.false_if("the factor were 1/(1 - delta), not its square", power=1)
mean_error_falls_to_the_best.false_if("the excess were 1 % smaller", factor=_LESS)
