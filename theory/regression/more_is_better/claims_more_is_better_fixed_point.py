r"""The fixed point: one gamma for each ridge > 0, where it lies, and the forms of the errors, for every spectrum.

``n = z + delta/kappa`` and ``k = z + k kappa/gamma`` with kappa > 0 say that ``z < n``, ``z < k``,
``kappa = gamma (k - z)/k`` and ``level = delta`` for ``level = (n - z)(k - z) gamma/k``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, LimitOf, Sig, chain
from theory.regression.more_is_better.more_is_better_expressions import error_of_rests, level, sums

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.chain import Sample
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _ERRORS = "more_is_better", "fixed point", "errors at the fixed point"
_CODE = "theory.py, rf_krr_risk_theory"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)
_Z = r"z=\sum\frac{\lambda_i}{\lambda_i+\gamma}"
_LEVEL = r"\delta(\gamma)=(n-z)\frac{k-z}k\gamma,\ " + _Z
_ANSATZ = "the eigenframework itself, which rests on the universality of random features, is taken as given"


def spectrum(rng: random.Random, gamma: Fraction) -> tuple[list[dict[str, Fraction]], Fraction]:
    """Draw up to four eigenvalues l and squared coefficients p; return them and z."""
    rows = [
        {"l": Fraction(rng.randint(1, 40), 10), "p": Fraction(rng.randint(0, 20), 10)} for _ in range(rng.randint(0, 4))
    ]
    return rows, sum((row["l"] / (row["l"] + gamma) for row in rows), Fraction(0))


def _sampler(domain: Domain, each: Domain) -> Any:
    """Return a sampler of spectra, possibly empty, of gamma, and of numbers of samples and features above z."""
    scalars, own = ({item.name for item in box.ranges} for box in (domain, each))

    def draw(rng: random.Random) -> Sample:
        gamma, step = Fraction(rng.randint(1, 30), 10), Fraction(rng.randint(1, 99), 10)
        rows, z = spectrum(rng, gamma)
        n, k = (z + Fraction(rng.randint(1, 90), 10) for _ in range(2))
        point = {"g": gamma, "h": step, "ridge": step, "n": n, "k": k}
        return (
            {name: value for name, value in point.items() if name in scalars},
            [{name: value for name, value in row.items() if name in own} for row in rows],
        )

    return draw


@claim(
    paper=_PAPER, where=_WHERE + ": at most one root", expected="proved", strength="tight", assumptions=(_ANSATZ,),
    says=_LEVEL + r":\quad n>z,\ k>z\ \Rightarrow\ \delta(\gamma')>\delta(\gamma),\quad\gamma'>\gamma>0",
)  # fmt: skip
def level_increases(power: Constant = 0) -> Stated:
    """Z falls term by term, so that each of the three factors rises."""
    domain, each = Domain("g in (0,oo), h in (0,oo), n in (0,oo), k in (0,oo)"), Domain("l in (0,oo)")
    (g, h, n, k), (l,) = domain, each  # noqa: E741
    z, after, f = Sig(l / (l + g)), Sig(l / (l + g + h)), g + h

    def proof(rules: Proof) -> Any:
        less = rules.show(l / (l + g), ">=", l / (l + f), by=[rules.sign(l * h / ((l + g) * (l + f)), ">=")])
        fall = rules.sum_up(less)
        a, b = rules.hypothesis(0), rules.hypothesis(1)
        rules.show(n - z, ">", 0, by=[a])
        rules.show(k - z, ">", 0, by=[b])
        rules.show(k - after, ">", 0, by=[b, fall])
        first = rules.show((n - after) * (k - after), ">=", (n - z) * (k - after), by=[(k - after, fall)])
        second = rules.show((n - z) * (k - after), ">=", (n - z) * (k - z), by=[(n - z, fall)])
        strict = rules.sign((n - z) * (k - z) * h / k, ">")
        return rules.show(level(n, k, f, after), ">", level(n, k, g, z), by=[(f / k, first), (f / k, second), strict])

    left, right = level(n, k, f, after) / f**power, level(n, k, g, z) / g**power
    return ForEveryN(domain, each, ((n, ">", z), (k, ">", z)), left, ">", right), chain(
        proof, sample=_sampler(domain, each)
    )


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies", expected="proved", strength="upper", assumptions=(_ANSATZ,),
    says=_LEVEL + r":\quad n\ge z,\ k\ge z\ \text{at}\ \gamma=\frac\delta n\ \Rightarrow\ "
    r"\delta\Bigl(\frac\delta n\Bigr)\le\delta",
)  # fmt: skip
def level_at_the_low_end(factor: Constant = 1) -> Stated:
    """Both n - z over n and k - z over k are at most 1."""
    domain, each = Domain("n in (0,oo), k in (0,oo), ridge in (0,oo)"), Domain("l in (0,oo)")
    (n, k, ridge), (l,) = domain, each  # noqa: E741

    def root(scale: Any) -> tuple[Any, Any]:
        return scale * ridge / n, Sig(l / (l + scale * ridge / n))

    g, z = root(1)

    def proof(rules: Proof) -> Any:
        several = rules.show(k - z, ">=", 0, by=[rules.hypothesis(1)])
        learned = rules.sign(z, ">=")
        return rules.show(level(n, k, g, z), "<=", ridge, by=[(z * ridge / (n * k), several), (ridge / k, learned)])

    point, value = root(factor)
    statement = ForEveryN(domain, each, ((n, ">=", value), (k, ">=", value)), level(n, k, point, value), "<=", ridge)
    return statement, chain(proof, sample=_sampler(domain, each))


@claim(
    paper=_PAPER, where=_WHERE + ": where it lies", expected="proved", strength="lower", assumptions=(_ANSATZ,),
    says=_LEVEL + r":\quad\delta(\bar\gamma)\ge\delta,\quad\bar\gamma=\frac{\delta+T}n+\frac Tk,\ T=\sum\lambda_i",
)  # fmt: skip
def level_at_the_high_end(factor: Constant = 1) -> Stated:
    """Z is at most T/gamma; then (n gamma - T)(1 - T/(k gamma)) is delta and a square."""
    domain, each = Domain("n in (0,oo), k in (0,oo), ridge in (0,oo)"), Domain("l in (0,oo)")
    (n, k, ridge), (l,) = domain, each  # noqa: E741
    trace = Sig(l)

    def root(scale: Any) -> tuple[Any, Any]:
        g = scale * ((ridge + trace) / n + trace / k)
        return g, Sig(l / (l + g))

    g, z = root(1)

    def proof(rules: Proof) -> Any:
        below = rules.sum_up(rules.show(l / g, ">=", l / (l + g), by=[rules.sign(l**2 / (g * (l + g)), ">=")]))
        bound = rules.show(trace / g, ">=", z, by=[below])
        rules.show(n - trace / g, ">=", 0, by=[rules.sign((ridge + n * trace / k) / g, ">=")])
        wide = rules.show(k - trace / g, ">=", 0, by=[rules.sign(k * (ridge + trace) / (n * g), ">=")])
        rules.show(k - z, ">=", 0, by=[bound, wide])
        first = rules.show((n - z) * (k - z), ">=", (n - trace / g) * (k - z), by=[(k - z, bound)])
        second = rules.show((n - trace / g) * (k - z), ">=", (n - trace / g) * (k - trace / g),
                            by=[(n - trace / g, bound)])  # fmt: skip
        product = rules.show((n - trace / g) * (k - trace / g) * g / k, ">=", ridge,
                             by=[rules.sign(trace**2 / (k * g), ">=")])  # fmt: skip
        return rules.show(level(n, k, g, z), ">=", ridge, by=[(g / k, first), (g / k, second), product])

    point, value = root(factor)
    return ForEveryN(domain, each, (), level(n, k, point, value), ">=", ridge), chain(
        proof, sample=_sampler(domain, each)
    )


# -- errors ----------------------------------------------------------------------------------------------------------

_BOX = "l in (0,oo), p in [0,oo)"


@claim(
    paper=_PAPER, where=_ERRORS + ": the sums", expected="proved", strength="identity",
    says=r"\sum\frac{\lambda_i}{\lambda_i+\gamma}=\sum\frac{\lambda_i^2}{(\lambda_i+\gamma)^2}"
    r"+\sum\frac{\gamma\lambda_i}{(\lambda_i+\gamma)^2}",
)  # fmt: skip
def modes_split(weight: Constant = 1) -> Stated:
    """Z = q + w, term by term."""
    domain, each = Domain("g in (0,oo)"), Domain("l in (0,oo)")
    (g,), (l,) = domain, each  # noqa: E741
    s = sums(l, 0, g)

    def proof(rules: Proof) -> Any:
        same = rules.identity(l / (l + g), l**2 / (l + g) ** 2 + l * g / (l + g) ** 2)
        return rules.show(s.z, "==", s.q + s.w, by=[rules.sum_up(same)])

    return ForEveryN(domain, each, (), s.z, "==", s.q + weight * s.w), chain(proof, sample=_sampler(domain, each))


@claim(
    paper=_PAPER, where=_ERRORS + ": the sums", expected="proved", strength="identity",
    says=r"\sum\frac{\gamma v_i^2}{\lambda_i+\gamma}=\sum\frac{\gamma^2v_i^2}{(\lambda_i+\gamma)^2}"
    r"+\sum\frac{\gamma\lambda_iv_i^2}{(\lambda_i+\gamma)^2}",
)  # fmt: skip
def misses_split(weight: Constant = 1) -> Stated:
    """What is missed is B + C, term by term."""
    domain, each = Domain("g in (0,oo)"), Domain(_BOX)
    (g,), (l, p) = domain, each  # noqa: E741
    s, left = sums(l, p, g), Sig(p * g / (l + g))

    def proof(rules: Proof) -> Any:
        same = rules.identity(p * g / (l + g), p * g**2 / (l + g) ** 2 + p * l * g / (l + g) ** 2)
        return rules.show(left, "==", s.bias + s.more, by=[rules.sum_up(same)])

    return ForEveryN(domain, each, (), left, "==", s.bias + weight * s.more), chain(
        proof, sample=_sampler(domain, each)
    )


_RESTS = "a in (0,oo), b in (0,oo), w in [0,oo), q in [0,oo), g in (0,oo), bias in [0,oo), more in [0,oo)"


@claim(
    paper=_PAPER, where=_CODE, expected="proved", strength="identity", form="as in the published code",
    uses=("more_is_better.modes_split", "more_is_better.misses_split"),
    assumptions=(
        _ANSATZ, "the sum over i is drawn apart: the first terms add up to B + C, sum l v^2/(l + gamma)^2 is C/gamma",
    ),
    says=r"\frac{B+C-\frac{\kappa k}{k-q}\frac C\gamma+\sigma^2}{1-\frac{q(k-2z)+z^2}{n(k-q)}}"
    r"=\frac{n\bigl((B+\sigma^2)(b+w)+Cw\bigr)}{a(b+w)+wb},\quad\kappa=\gamma\frac{k-z}k,\ "
    r"n=a+z,\ k=b+z,\ z=q+w",
)  # fmt: skip
def published_error_without_subtraction(weight: Constant = 1) -> Stated:
    """One fraction: k - q is b + w, and n (k - q) - q (k - 2 z) - z^2 is a (b + w) + w b."""
    domain = Domain(_RESTS + ", noise in [0,oo)")
    a, b, w, q, g, bias, more, noise = domain
    z, n, k = q + w, a + q + w, b + q + w
    right = error_of_rests(a, b, w, q, bias + noise, more)

    def quoted(share: Any) -> Any:
        kappa = g * b / k
        top = bias + more - share * kappa * k / (k - q) * more / g + noise
        return top / (1 - (q * (k - 2 * z) + z**2) / (n * (k - q)))

    def proof(rules: Proof) -> Any:
        rules.show(1 - (q * (k - 2 * z) + z**2) / (n * (k - q)), ">", 0,
                   by=[rules.sign((a * (b + w) + w * b) / (n * (b + w)), ">")])  # fmt: skip
        return rules.identity(quoted(1), right)

    hard = {"a": 1, "b": 1, "w": 1, "q": 1, "g": 1, "bias": 0, "more": 1, "noise": 0}
    return ForAll(domain, quoted(weight), "==", right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_ERRORS, expected="proved", strength="identity", form="as usually quoted",
    assumptions=(_ANSATZ, "the published code has the left side for infinitely many features only"),
    says=r"\Bigl(\frac\delta{n\kappa}\Bigr)^2=\Bigl(1-\frac zn\Bigr)^2,\quad n=z+\frac\delta\kappa",
)  # fmt: skip
def training_error_by_the_modes(factor: Constant = 1) -> Stated:
    """The share of the test error that is seen in training; 1 - z/n is the share of samples not used up."""
    domain = Domain("z in [0,oo), ridge in (0,oo), kappa in (0,oo)")
    z, ridge, kappa = domain
    n = z + ridge / kappa
    left, right = (ridge / (n * kappa)) ** 2, (1 - z / n) ** 2
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_ERRORS + ": derivatives", expected="proved", strength="identity",
    says=r"\frac{d}{d\gamma}\frac\lambda{\lambda+\gamma}=-\frac1\gamma\,\frac{\gamma\lambda}{(\lambda+\gamma)^2}",
)  # fmt: skip
def slope_of_a_mode(factor: Constant = 1) -> Stated:
    """Summed over the spectrum: dz/dgamma = -w/gamma."""
    domain = Domain("l in (0,oo), g in (0,oo)")
    l, g = domain  # noqa: E741
    left, right = (l / (l + g)).diff(g), -l / (l + g) ** 2
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER, where=_ERRORS + ": derivatives", expected="proved", strength="identity",
    uses=("more_is_better.slope_of_a_mode",),
    assumptions=("dz/dgamma = -w/gamma is put into the derivatives of kappa and delta by gamma",),
    says=r"n\frac{d\kappa/d\gamma}{d\delta/d\gamma}=\frac{n(b+w)}{a(b+w)+wb},\quad\kappa=\gamma\frac{k-z}k,\ "
    r"\delta=(n-z)\kappa,\ \frac{dz}{d\gamma}=-\frac w\gamma,\ a=n-z,\ b=k-z",
)  # fmt: skip
def noise_factor_is_a_slope(factor: Constant = 1) -> Stated:
    """What multiplies the noise is n dkappa/ddelta, by the chain rule along gamma."""
    domain = Domain("a in (0,oo), b in (0,oo), w in (0,oo), z in (0,oo), g in (0,oo)")
    a, b, w, z, g = domain
    n, k = a + z, b + z
    slope = (b + w) / k
    ridge = w / g * (g * b / k) + a * slope
    left, right = n * slope / ridge, n * (b + w) / (a * (b + w) + w * b)
    return ForAll(domain, left, "==", factor * right), chain(lambda rules: rules.identity(left, right))


# -- the kernel limit ------------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where="infinitely many features", expected="proved", strength="asymptotic",
    assumptions=(_ANSATZ, "gamma is kept, and with it z, q, w, B and C: the ridge follows"),
    says=r"\frac{n\bigl((B+\sigma^2)(b+w)+Cw\bigr)}{a(b+w)+wb}\to\frac{n(B+\sigma^2)}{n-q},\quad "
    r"b=\frac{b_1}t,\ t\to0,\ n=a+w+q",
)  # fmt: skip
def kernel_limit(share: Constant = 1) -> Stated:
    """With b = b1/t the error is a continuous function of t at 0: kernel ridge regression."""
    domain = Domain("t in (0,1], first in (0,oo), a in (0,oo), w in [0,oo), q in [0,oo), top in [0,oo), more in [0,oo)")
    t, first, a, w, q, top, more = domain
    left = error_of_rests(a, first / t, w, q, top, more)
    even = (a + w + q) * (top * (first + w * t) + more * w * t) / (a * (first + w * t) + w * first)

    def proof(rules: Proof) -> Any:
        same = rules.identity(left, even)
        return rules.squeeze(same, same, t, "+")

    return LimitOf(domain, left, t, "+", (a + w + q) * top / (a + w + (1 - share) * q)), chain(proof)


level_increases.false_if("it were divided by gamma squared", power=2)
level_at_the_low_end.false_if("the end were 1 % larger", factor=_MORE)
level_at_the_high_end.false_if("the end were 1 % smaller", factor=_LESS)
modes_split.false_if("w counted 1 % more", weight=_MORE)
misses_split.false_if("C counted 1 % more", weight=_MORE)
published_error_without_subtraction.false_if("kappa were 1 % larger", weight=_MORE)
training_error_by_the_modes.false_if("it were 1 % larger", factor=_MORE)
slope_of_a_mode.false_if("it were 1 % steeper", factor=_MORE)
noise_factor_is_a_slope.false_if("it were 1 % larger", factor=_MORE)
kernel_limit.false_if("q counted 1 % less", share=_LESS)
