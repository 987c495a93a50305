r"""Exact expected errors of the plug-in rule at named sizes: values, rates at a fixed and at the worst separation.

Classes N(+-mu, sigma^2 I_d) of equal weight, separation s = |mu|/sigma, m labelled points. The errors are those of the
exact law, for these d, m and s and no others; what holds for all of them is in `claims_plug_in_exact`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.symbolic import normal_tail
from theory.engine.claim import Constant, Stated, claim
from theory.mixtures.plug_in_relations import PlugInRelations, enclosures, error_symbols, sizes

if TYPE_CHECKING:
    import sympy

_PAPER, _WHERE = "ood_unlabeled", "supervised baseline: plug-in rule on m labels"
_SQUARES = (Fraction(1), Fraction(9, 4), Fraction(4))
_DIMENSIONS = (10, 50, 200)
_WORST = Fraction(618, 1000)  # close to 1/golden: the worst s^2 in units of d/m


def bayes(square: Fraction) -> sympy.Expr:
    """Return the Bayes error Q(s) from s^2."""
    import sympy

    return normal_tail(sympy.sqrt(square))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="identity",
    says=r"d=1:\ E=Q(\sqrt m\,s)+Q(s)-2Q(\sqrt m\,s)Q(s)\ \text{to within}\ 10^{-30}",
)  # fmt: skip
def one_dimension(factor: Constant = 2) -> Stated:
    """In one dimension the rule errs when exactly one of two independent normal numbers has the wrong sign."""
    settings = sizes((1, 1, 1), (1, 9, 1), (1, 25, Fraction(1, 4)))
    relations: list[tuple[Any, str, Any]] = []
    for symbol, item in zip(error_symbols(settings), settings, strict=True):
        weights, point = bayes(item.m * item.square), bayes(item.square)
        closed = weights + point - factor * weights * point
        relations += [
            (symbol, "<", closed + Fraction(1, 10**30)),
            (symbol, ">", closed - Fraction(1, 10**30)),
        ]
    return PlugInRelations(settings, tuple(relations)), enclosures()


one_dimension.false_if("the product counted 1 % more", factor=Fraction(202, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="figure",
    says=r"d=50,\ m=200,\ s=\tfrac32:\ |E-.077213988711893243|\le5\cdot10^{-19}",
)  # fmt: skip
def reference_value(value: Constant = Fraction(77213988711893243, 10**18)) -> Stated:
    """A value to compare implementations with."""
    settings = sizes((50, 200, Fraction(9, 4)))
    (error,) = error_symbols(settings)
    half = Fraction(1, 2 * 10**18)
    return PlugInRelations(settings, ((error, ">=", value - half), (error, "<=", value + half))), enclosures()


reference_value.false_if("the last digit were another", value=Fraction(77213988711893244, 10**18))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="identity",
    says=r"E_{d,m}(s^2)=E_{d,1/m}(m s^2)\ \text{to within}\ 10^{-30}",
)  # fmt: skip
def weights_and_point_change_places(power: Constant = 1) -> Stated:
    """The inner product of weights and point is symmetric, so that their non-centralities may be exchanged."""
    rows: list[tuple[int, Fraction, Fraction]] = []
    for d, m, square in ((2, 9, Fraction(1)), (50, 200, Fraction(9, 4)), (200, 16, Fraction(4))):
        rows += [(d, Fraction(m), square), (d, Fraction(1, m), Fraction(m) ** int(power) * square)]
    settings = sizes(*rows)
    symbols = error_symbols(settings)
    relations: list[tuple[Any, str, Any]] = []
    for here, there in zip(symbols[::2], symbols[1::2], strict=True):
        relations += [(here - there, "<", Fraction(1, 10**30)), (there - here, "<", Fraction(1, 10**30))]
    return PlugInRelations(settings, tuple(relations)), enclosures()


weights_and_point_change_places.false_if("the separation stayed", power=0)


def _slopes(rows: list[tuple[int, int, Fraction, Fraction]], low: Constant, high: Constant) -> Stated:
    """State that from m to 4 m log(excess) falls by a slope between low and high, at s^2 before and after."""
    import sympy

    settings = sizes(*[row for d, m, before, after in rows for row in ((d, m, before), (d, 4 * m, after))])
    symbols = error_symbols(settings)
    excess = [symbol - bayes(item.square) for symbol, item in zip(symbols, settings, strict=True)]
    relations: list[tuple[Any, str, Any]] = []
    for few, many in zip(excess[::2], excess[1::2], strict=True):
        slope = (sympy.log(many) - sympy.log(few)) / sympy.log(4)
        relations += [(slope, ">=", low), (slope, "<=", high)]
    return PlugInRelations(settings, tuple(relations)), enclosures()


def _fixed(times: int) -> list[tuple[int, int, Fraction, Fraction]]:
    return [(d, times * d, square, square) for square in _SQUARES for d in _DIMENSIONS]


def _worst(times: int) -> list[tuple[int, int, Fraction, Fraction]]:
    return [(d, times * d, _WORST / times, _WORST / (4 * times)) for d in _DIMENSIONS]


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="rate",
    corrects="ood_unlabeled.excess_falls_like_the_root",
    says=r"s\in\{1,\tfrac32,2\},\ d\in\{10,50,200\}:\ \bigl|\log_4\tfrac{\mathrm{excess}(256d)}{\mathrm{excess}(64d)}"
    r"+1\bigr|\le\tfrac1{200}",
)  # fmt: skip
def excess_falls_like_one_over_m(centre: Constant = -1, width: Constant = Fraction(1, 200)) -> Stated:
    """At a fixed separation the excess over the Bayes error falls like d/m, not like its square root."""
    return _slopes(_fixed(64), centre - width, centre + width)


excess_falls_like_one_over_m.false_if("the slope were -3/4", centre=Fraction(-3, 4))
excess_falls_like_one_over_m.false_if("it were -1 within .003 at these sizes", width=Fraction(3, 1000))


@claim(
    paper=_PAPER, where=_WHERE + ", sample complexity d/eps^2", form="as usually quoted", expected="refuted",
    strength="rate", says=r"\mathrm{excess}\asymp\sqrt{d/m}\ \text{at a fixed separation}",
    assumptions=("a rate is read off the log-log slope between m = 64 d and 256 d, -1/2 within 1/50",),
)  # fmt: skip
def excess_falls_like_the_root(worst: Constant = 0) -> Stated:
    """The square root is an upper bound over all separations, reached where s^2 falls like d/m."""
    rows = _worst(64) if worst else _fixed(64)
    return _slopes(rows, Fraction(-52, 100), Fraction(-48, 100))


excess_falls_like_the_root.true_if("s^2 were .618 d/m, close to the worst", worst=1)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="rate",
    says=r"s^2=.618\,d/m,\ d\in\{10,50,200\}:\ \bigl|\log_4\tfrac{\mathrm{excess}(256d)}{\mathrm{excess}(64d)}"
    r"+\tfrac12\bigr|\le\tfrac1{500}",
)  # fmt: skip
def worst_case_falls_like_the_root(centre: Constant = Fraction(-1, 2), width: Constant = Fraction(1, 500)) -> Stated:
    """Along the worst separations the excess falls like the square root of d/m."""
    return _slopes(_worst(64), centre - width, centre + width)


worst_case_falls_like_the_root.false_if("the slope were -.51", centre=Fraction(-51, 100))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="figure",
    says=r"s^2=.618\,d/m,\ m=1024\,d,\ d\in\{50,200,800\}:\ .1196\le\sqrt{m/d}\;\mathrm{excess}\le.1198",
)  # fmt: skip
def worst_case_constant(low: Constant = Fraction(1196, 10_000), high: Constant = Fraction(1198, 10_000)) -> Stated:
    """The exact excess at finite sizes is close to the .11979 of the limit formula."""
    import sympy

    settings = sizes(*[(d, 1024 * d, _WORST / 1024) for d in (50, 200, 800)])
    relations: list[tuple[Any, str, Any]] = []
    for symbol, item in zip(error_symbols(settings), settings, strict=True):
        scaled = (symbol - bayes(item.square)) * sympy.Integer(32)
        relations += [(scaled, ">=", low), (scaled, "<=", high)]
    return PlugInRelations(settings, tuple(relations)), enclosures()


worst_case_constant.false_if("the constant were .12", low=Fraction(1199, 10_000), high=Fraction(1201, 10_000))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="asymptotic",
    says=r"s\in\{1,\tfrac32,2\},\ d\in\{10,50,200\},\ m=64d:\ \Bigl|\mathrm{excess}\Big/\frac{\varphi(s)(d-1)}{2sm}"
    r"-1\Bigr|\le\tfrac1{100}",
)  # fmt: skip
def first_order_of_the_excess(dropped: Constant = 1, width: Constant = Fraction(1, 100)) -> Stated:
    """The d - 1 directions across the mean tilt the rule by an angle of variance 1/(m s^2) each."""
    import sympy

    settings = sizes(*[(d, 64 * d, square) for square in _SQUARES for d in _DIMENSIONS])
    relations: list[tuple[Any, str, Any]] = []
    for symbol, item in zip(error_symbols(settings), settings, strict=True):
        square = item.square
        density = sympy.exp(-square / 2) / sympy.sqrt(2 * sympy.pi)
        first = density * (item.d - dropped) / (2 * sympy.sqrt(square) * item.m)
        ratio = (symbol - bayes(item.square)) / first
        relations += [(ratio, ">=", 1 - width), (ratio, "<=", 1 + width)]
    return PlugInRelations(settings, tuple(relations)), enclosures()


first_order_of_the_excess.false_if("all d directions counted", dropped=0)
first_order_of_the_excess.false_if("it were exact within .5 % at these sizes", width=Fraction(1, 200))


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="figure",
    says=r"E_{d,4m}<E_{d,m},\quad E_{2d,m}>E_{d,m},\quad E_{d,m}>Q\bigl(s/\sqrt{1+(d-1)/(m s^2)}\bigr)\ "
    r"\text{at these sizes}",
)  # fmt: skip
def more_labels_and_fewer_dimensions_help(sign: Constant = 1) -> Stated:
    """The error falls with m, rises with d, and lies above the limit formula at d - 1."""
    import sympy

    rows = [(d, m, square) for square in _SQUARES for d in (2, 10, 50) for m in (1, 16, 256)]
    settings = sizes(
        *[row for d, m, square in rows for row in ((d, m, square), (d, 4 * m, square), (2 * d, m, square))]
    )
    symbols, relations = error_symbols(settings), []
    for i, (d, m, square) in enumerate(rows):
        here, labels, dimensions = symbols[3 * i : 3 * i + 3]
        reached = square / sympy.sqrt(square + sympy.Rational(d - 1, m))
        below = sympy.erfc(reached / sympy.sqrt(2)) / 2
        relations += [((here - labels) * sign, ">", 0), (dimensions, ">", here), (here, ">", below)]
    return PlugInRelations(settings, tuple(relations)), enclosures()


more_labels_and_fewer_dimensions_help.false_if("more labels did harm", sign=-1)
