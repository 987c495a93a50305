r"""How many labels the exact plug-in rule needs: of the order of d at a fixed Bayes error, one if s^2 grows like d/2.

Classes N(+-mu, I) in d features, s = |mu|; the rule is naive Bayes with known variances, sign(w.x), w the mean of
y x over m points. These are the exact errors; `dis_vs_gen.order_n_is_needed` speaks of the limit formula.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain
from theory.mixtures.claims_plug_in_sizes import bayes
from theory.mixtures.plug_in_relations import PlugInRelations, enclosures, error_symbols, sizes

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "dis_vs_gen", "sample complexity of naive Bayes"
_DIMENSIONS = (50, 100, 200, 400, 800)
_EXCESS = Fraction(1, 100)
_LOGS = (391, 460, 529, 599, 668)  # the integer part of 100 log d


@claim(
    paper=_PAPER, where=_WHERE + ", fixed Bayes error Q(2)", expected="certified", strength="tight",
    corrects="dis_vs_gen.hundred_logarithms_suffice",
    says=r"s=2,\ d\in\{50,100,200,400,800\}:\ m=1.38\,d\ \text{is too few and}\ m=1.4\,d\ "
    r"\text{enough for an excess of}\ .01",
)  # fmt: skip
def labels_grow_like_the_dimension(few: Constant = Fraction(138, 100), enough: Constant = Fraction(14, 10)) -> Stated:
    """With the Bayes error held at Q(2) the number of labels for one per cent of excess is 1.38 d to 1.4 d."""
    settings = sizes(*[(d, factor * d, 4) for d in _DIMENSIONS for factor in (Fraction(few), Fraction(enough))])
    symbols, goal = error_symbols(settings), bayes(Fraction(4)) + _EXCESS
    relations: list[tuple[Any, str, Any]] = []
    for short, long in zip(symbols[::2], symbols[1::2], strict=True):
        relations += [(short, ">", goal), (long, "<", goal)]
    return PlugInRelations(settings, tuple(relations)), enclosures()


labels_grow_like_the_dimension.false_if("1.4 d were too few", few=Fraction(14, 10), enough=Fraction(15, 10))
labels_grow_like_the_dimension.false_if("1.38 d were enough", few=1, enough=Fraction(138, 100))


@claim(
    paper=_PAPER, where=_WHERE + ", read for a fixed Bayes error", expected="refuted",
    strength="rate",
    says=r"m=\lfloor100\log d\rfloor\ \text{labels reach}\ Q(2)+.01\ \text{at}\ s=2,\ d\in\{50,100,200,400,800\}",
)  # fmt: skip
def hundred_logarithms_suffice(growing: Constant = 0) -> Stated:
    """They do at d = 50 to 200 and fall short of 1.38 d at d = 800; with s^2 = d/2 they are more than enough."""
    squares = [Fraction(d, 2) if growing else Fraction(4) for d in _DIMENSIONS]
    settings = sizes(*zip(_DIMENSIONS, _LOGS, squares, strict=True))
    relations = [
        (symbol, "<=", bayes(item.square) + _EXCESS)
        for symbol, item in zip(error_symbols(settings), settings, strict=True)
    ]
    return PlugInRelations(settings, tuple(relations)), enclosures()


hundred_logarithms_suffice.true_if("the squared separation were d/2", growing=1)


@claim(
    paper=_PAPER, where=_WHERE + ", separation growing with the dimension", expected="certified", strength="figure",
    says=r"s^2=\tfrac d2,\ m=1,\ d\in\{50,100,200,400,800\}:\ E\le e^{-d/16}/9",
)  # fmt: skip
def one_label_suffices_at_these_sizes(part: Constant = Fraction(1, 9), m: Constant = 1) -> Stated:
    """One labelled point is enough when the classes move apart: its error is far below any fixed excess."""
    import sympy

    settings = sizes(*[(d, m, Fraction(d, 2)) for d in _DIMENSIONS])
    relations = [
        (symbol, "<=", part * sympy.exp(-sympy.Rational(item.d, 16)))
        for symbol, item in zip(error_symbols(settings), settings, strict=True)
    ]
    return PlugInRelations(settings, tuple(relations)), enclosures()


one_label_suffices_at_these_sizes.false_if("a tenth of that", part=Fraction(1, 90))
one_label_suffices_at_these_sizes.false_if("a quarter of a label were enough", m=Fraction(1, 4))


@claim(
    paper=_PAPER, where=_WHERE + ", separation growing with the dimension", expected="proved", strength="upper",
    assumptions=(
        "Chernoff: P(W.X < 0) <= E exp(-t W.X) = (1 - t^2)^(-d/2) exp((A t^2/2 - B t)/(1 - t^2)) for 0 < t < 1",
        "A = (m + 1) s^2, B = sqrt(m) s^2",
        "decided: Chernoff's bound at t = 1/(3 sqrt(m)); that it bounds the error E is that assumption",
    ),
    says=r"s^2\ge\tfrac d2,\ d,m\ge1,\ t=\tfrac1{3\sqrt m}\ \Rightarrow\ "
    r"(1-t^2)^{-d/2}\exp\frac{At^2/2-Bt}{1-t^2}\le e^{-d/16}",
)  # fmt: skip
def one_label_suffices(rate: Constant = Fraction(1, 16)) -> Stated:
    """Chernoff's bound at t = 1/(3 sqrt(m)): its exponent is at most -s^2/4 for m >= 1, and log(9/8) <= 1/8."""
    import sympy

    domain = Domain("d in [1,oo), f in [0,oo), n in [0,oo)")
    d, f, n = domain
    square, m = d / 2 + f, 1 + n
    left = (8 + 9 * n) / (9 * m)  # 1 - t^2
    tilt = square * ((m + 1) / (18 * m) - sympy.Rational(1, 3)) / left
    exponent = -d * sympy.log(left) / 2 + tilt

    def proof(k: Proof) -> Any:
        y = k.fresh("y in (0,oo)")
        small = k.tangent(sympy.log(y), y, 1, Fraction(9, 8))
        wide = k.show(1 / left, "<=", Fraction(9, 8), by=[k.sign(9 * n / (8 * (9 * n + 8)), ">=")])
        spread = k.logarithm(wide)
        tilted = k.show(tilt, "<=", -square / 4, by=[k.sign(square * n / (4 * (9 * n + 8)), ">=")])
        by = [(d / 2, spread), tilted, (d / 2, small), (Fraction(1, 4), k.sign(f, ">="))]
        return k.exponential(k.show(exponent, "<=", -d / 16, by=by))

    return ForAll(domain, sympy.exp(exponent), "<=", sympy.exp(-rate * d)), chain(proof)


one_label_suffices.false_if("the rate were 1/15", rate=Fraction(1, 15))
