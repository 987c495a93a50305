r"""Binary masks of a spectrogram: what cross-entropy learns, and what the ideal binary mask is best at.

A bin holds the energy s of the voice and n of the rest. A binary mask m keeps the bin (error n) or drops it (error s);
the ideal binary mask keeps it where s > n. The signal-to-noise ratio is ``10 log10(sum s / error)``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "singing_voice_separation_using", "as usually quoted"
_LEARNS, _IDEAL = "training with cross-entropy", "ideal binary mask"
_ONE_PERCENT = Fraction(101, 100)


def cross_entropy(target: sympy.Expr, mask: sympy.Expr) -> sympy.Expr:
    """Return ``-target log(mask) - (1-target) log(1-mask)``.

    Examples
    --------
    >>> import sympy
    >>> cross_entropy(sympy.Integer(1), sympy.Rational(1, 2))
    log(2)
    """
    import sympy

    return -target * sympy.log(mask) - (1 - target) * sympy.log(1 - mask)


@claim(
    paper=_PAPER,
    where=_LEARNS,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"-\eta\log q-(1-\eta)\log(1-q)\ge-\eta\log\eta-(1-\eta)\log(1-\eta),\quad0<\eta,q<1,\ \eta=P(m=1\mid x)",
)
def cross_entropy_learns_the_probability(factor: Constant = 1) -> Stated:
    """Gibbs' inequality: tangents of the logarithm at 1; equality at q = eta."""
    import sympy

    domain = Domain("q in (0,1), e in (0,1)")
    q, e = domain

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (0,oo)")
        lines = [k.tangent(sympy.log(v), v, 1, ratio) for ratio in (q / e, (1 - q) / (1 - e))]
        return k.show(cross_entropy(e, q), ">=", cross_entropy(e, e), by=[(e, lines[0]), (1 - e, lines[1])])

    return ForAll(domain, cross_entropy(e, q), ">=", factor * cross_entropy(e, e)), chain(proof)


def _bins(rng: random.Random) -> Any:
    rows = []
    for _ in range(rng.randint(1, 5)):
        e = Fraction(rng.randint(1, 99), 100)
        rows.append({"e": e, "q": e if rng.random() < 0.7 else Fraction(rng.randint(1, 99), 100)})
    return {"t": Fraction(1)}, rows


@claim(
    paper=_PAPER,
    where=_LEARNS,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\sum_b\mathrm{BCE}(\eta_b,q_b)\ge\sum_b\mathrm{BCE}(\eta_b,\eta_b)",
)
def cross_entropy_learns_every_bin(factor: Constant = 1) -> Stated:
    """Bin by bin, for every number of bins."""
    domain, each = Domain("t in [0,1]"), Domain("q in (0,1), e in (0,1)")
    q, e = each
    learnt, least = Sig(cross_entropy(e, q)), Sig(cross_entropy(e, e))

    def proof(k: Proof) -> Any:
        return k.sum_up(k.apply(cross_entropy_learns_the_probability, {"q": q, "e": e}))

    return ForEveryN(domain, each, (), learnt, ">=", factor * least), chain(proof, _bins)


def _spectrogram(rng: random.Random) -> Any:
    rows = []
    for _ in range(rng.randint(1, 5)):
        s, n = Fraction(rng.randint(1, 20)), Fraction(rng.randint(1, 20))
        m = Fraction(s > n) if rng.random() < 0.7 else Fraction(rng.randint(0, 1))
        rows.append({"s": s, "n": n, "m": m})
    return {"t": Fraction(1)}, rows


def _errors(each: Domain) -> tuple[Any, Any, Any, Any]:
    """Return the summed error of a mask, that of the ideal one, and what the ideal one gains in one bin and in all."""
    import sympy

    s, n, m = each
    gain = sympy.Max(0, s - n)
    return Sig(m * n + (1 - m) * s), Sig(s - gain), gain, s - n


@claim(
    paper=_PAPER,
    where=_IDEAL,
    form=_FORM,
    expected="proved",
    strength="tight",
    corrects="singing_voice_separation_using.no_mask_beats_the_ideal_binary_one",
    says=r"\sum_b\bigl(m_bn_b+(1-m_b)s_b\bigr)\ge\sum_b\min(s_b,n_b)",
    assumptions=("min(s, n) is written s - max(0, s - n)",),
)
def ideal_mask_has_the_least_error(factor: Constant = 1) -> Stated:
    """In each bin, for m = 0, 1 and any average of them; for every number of bins."""
    domain, each = Domain("t in [0,1]"), Domain("s in [0,oo), n in [0,oo), m in [0,1]")
    s, n, m = each
    error, least, _, excess = _errors(each)

    def proof(k: Proof) -> Any:
        named, zero, above, _ = k.part(k.fresh("h in [0,oo)"), excess)
        one = k.show(m * n + (1 - m) * s, ">=", s - named.rhs, by=[(1 - m, zero), (m, above), (-1, named)])
        return k.sum_up(one)

    return ForEveryN(domain, each, (), error, ">=", factor * least), chain(proof, _spectrogram)


@claim(
    paper=_PAPER,
    where=_IDEAL,
    form=_FORM,
    expected="proved",
    strength="tight",
    says=r"\mathrm{SNR}(m)\le\mathrm{SNR}(m^{\rm ideal})",
    assumptions=("some voice is there, and the ideal mask is not free of error; in units of ten decadic logarithms",),
)
def ideal_mask_has_the_largest_ratio(factor: Constant = 1) -> Stated:
    """The logarithm of the least error."""
    import sympy

    domain, each = Domain("t in [0,1]"), Domain("s in [0,oo), n in [0,oo), m in [0,1]")
    (t,), (s, n, m) = domain, each
    error, least, _, _ = _errors(each)

    def proof(k: Proof) -> Any:
        below = k.apply(ideal_mask_has_the_least_error, {"t": t}, rest={"s": s, "n": n, "m": m})
        k.show(error, ">", 0, by=[below, k.hypothesis(0)])
        return k.show(
            sympy.log(Sig(s)) - sympy.log(error), "<=", sympy.log(Sig(s)) - sympy.log(least), by=[k.logarithm(below)]
        )

    given = ((least, ">", 0), (Sig(s), ">", 0))
    left, right = (sympy.log(Sig(s)) - sympy.log(total) for total in (factor * error, least))
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, _spectrogram)


@claim(
    paper=_PAPER,
    where=_IDEAL,
    expected="refuted",
    strength="lower",
    says=r"(v-m(v+u))^2\ge\min(v^2,u^2),\quad0\le m\le1",
)
def no_mask_beats_the_ideal_binary_one(masks: str = "[0,1]") -> Stated:
    """False for soft masks: m = v/(v+u) leaves no error of amplitudes v and u in phase; true for m = 0."""
    import sympy

    domain = Domain(f"v in [0,1], u in [0,1], m in {masks}")
    v, u, m = domain
    error = (v - m * (v + u)) ** 2
    gain = sympy.Max(0, v**2 - u**2)

    def proof(k: Proof) -> Any:
        named, zero, _, _ = k.part(k.fresh("h in [0,oo)"), v**2 - u**2)
        dropped = k.sign(m, "==")
        return k.show(error, ">=", v**2 - gain, by=[zero, (-1, named), ((m * (v + u) - 2 * v) * (v + u), dropped)])

    return ForAll(domain, error, ">=", v**2 - gain), chain(proof)


@claim(
    paper=_PAPER,
    where=_LEARNS,
    expected="refuted",
    strength="upper",
    says=r"\eta=P(m=1)\ge\tfrac12\ \Rightarrow\ (1-\eta)f\le\eta g\quad(f,g\text{: by how much rest, voice lead})",
)
def thresholding_minimises_the_expected_error(same: bool = False) -> Stated:
    """Keeping costs f where the rest is louder, by f; dropping costs g where the voice is: the amounts count too."""
    domain = Domain("e in [1/2,1], g in [0,10]") if same else Domain("e in [1/2,1], g in [0,10], f in [0,10]")
    e, g = tuple(domain)[:2]
    f = tuple(domain)[-1]  # the same symbol as g where there is no third

    def proof(k: Proof) -> Any:
        return k.show((1 - e) * f, "<=", e * g, by=[k.sign((2 * e - 1) * g, ">=")])

    return ForAll(domain, (1 - e) * f, "<=", e * g), chain(proof)


@claim(
    paper=_PAPER,
    where=_LEARNS,
    expected="proved",
    strength="upper",
    corrects="singing_voice_separation_using.thresholding_minimises_the_expected_error",
    says=r"\eta\ge\tfrac12,\ f\le g\ \Rightarrow\ (1-\eta)f\le\eta g",
)
def thresholding_is_right_where_voice_leads_by_more(lowest: Constant = Fraction(1, 2)) -> Stated:
    """Both factors on the right are the larger ones; g = f + d."""
    domain = Domain(f"e in [{lowest},1], f in [0,oo), d in [0,oo)")
    e, f, d = domain

    def proof(k: Proof) -> Any:
        signs = [k.sign(product, ">=") for product in ((2 * e - 1) * f, e * d)]
        return k.show((1 - e) * f, "<=", e * (f + d), by=signs)

    return ForAll(domain, (1 - e) * f, "<=", e * (f + d)), chain(proof)


cross_entropy_learns_the_probability.false_if("the least loss were 1 % larger", factor=_ONE_PERCENT)
cross_entropy_learns_every_bin.false_if("the least loss were 1 % larger", factor=_ONE_PERCENT)
ideal_mask_has_the_least_error.false_if("the least error were 1 % larger", factor=_ONE_PERCENT)
ideal_mask_has_the_largest_ratio.false_if("errors counted 1 % less", factor=Fraction(99, 100))
no_mask_beats_the_ideal_binary_one.true_if("the mask dropped the bin", masks="[0,0]")
thresholding_is_right_where_voice_leads_by_more.false_if("the probability could be 2/5", lowest=Fraction(2, 5))
thresholding_minimises_the_expected_error.true_if("voice and rest were ahead by the same amount", same=True)
