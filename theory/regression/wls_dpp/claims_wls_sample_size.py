r"""How many points suffice: the exponents of the matrix Chernoff bound, and what follows from it.

The bound itself, :math:`P(\lambda_{max}(G)>1+\delta)\le m\,e^{-c_\delta n/m}` and
:math:`P(\lambda_{min}(G)<1-\delta)\le m\,e^{-c'_\delta n/m}` for independent terms of norm m/n and E G = I, is
quoted and no claim here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, chain, every

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE, _EXPONENT = "wls_dpp", "number of points", "exponents of the Chernoff bound"
_CHERNOFF = "the matrix Chernoff bound for independent terms of norm K/n and mean sum I is quoted, not decided"
_BOTH = r"c_\delta=(1+\delta)\log(1+\delta)-\delta"
_LOWER = r"c'_\delta=(1-\delta)\log(1-\delta)+\delta"
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)


def _exponent(delta: Any) -> sympy.Expr:
    """Return c_delta; at -delta it is c'_delta."""
    import sympy

    return (1 + delta) * sympy.log(1 + delta) - delta


def _by_two_derivatives(domain: Domain, f: Any, second: Any, left: Any, relation: str, right: Any) -> Stated:
    """State ``left relation right`` and show f >= 0: f and f' vanish at 0, and f'' is ``second``, which is >= 0."""
    (d,) = domain

    def proof(k: Proof) -> Any:
        curvature = k.show(f.diff(d, 2), ">=", 0, by=[k.identity(f.diff(d, 2), second), k.sign(second, ">=")])
        slope = k.grows(curvature, f.diff(d), d)
        rising = k.show(f.diff(d), ">=", 0, by=[slope])
        return k.grows(rising, f, d)

    return ForAll(domain, left, relation, right), chain(proof)


@claim(
    paper=_PAPER, where=_EXPONENT, expected="proved", strength="lower",
    says=rf"{_BOTH}\ge\frac{{\delta^2}}{{2(1+\delta/3)}},\quad\delta\ge0",
)  # fmt: skip
def exponent_is_at_least_bernsteins(third: Constant = Fraction(1, 3)) -> Stated:
    """Bennett's exponent is at least Bernstein's: the second derivatives differ by (9 d^2 + d^3)/((1+d)(3+d)^3)."""
    domain = Domain("delta in [0,oo)")
    (d,) = domain
    f = _exponent(d) - 3 * d**2 / (2 * (3 + d))
    second = (9 * d**2 + d**3) / ((1 + d) * (3 + d) ** 3)
    return _by_two_derivatives(domain, f, second, _exponent(d), ">=", d**2 / (2 * (1 + third * d)))


@claim(
    paper=_PAPER, where=_EXPONENT, expected="proved", strength="upper",
    says=rf"{_BOTH}\le\frac{{\delta^2}}2,\quad\delta\ge0",
)  # fmt: skip
def exponent_is_at_most_half_the_square(factor: Constant = 1) -> Stated:
    """So no fewer than 2 m log(2 m/eta)/delta^2 points are got out of this bound."""
    domain = Domain("delta in [0,oo)")
    (d,) = domain
    return _by_two_derivatives(domain, d**2 / 2 - _exponent(d), d / (1 + d), _exponent(d), "<=", factor * d**2 / 2)


@claim(
    paper=_PAPER, where=_EXPONENT, expected="proved", strength="lower",
    says=rf"{_LOWER}\ge\frac{{\delta^2}}2,\quad0\le\delta<1",
)  # fmt: skip
def lower_exponent_is_at_least_half_the_square(factor: Constant = 1) -> Stated:
    """Its second derivative is 1/(1 - delta) >= 1."""
    domain = Domain("delta in [0,1)")
    (d,) = domain
    f = _exponent(-d) - d**2 / 2
    return _by_two_derivatives(domain, f, d / (1 - d), _exponent(-d), ">=", factor * d**2 / 2)


@claim(
    paper=_PAPER, where=_EXPONENT, expected="proved", strength="lower",
    uses=("wls_dpp.exponent_is_at_most_half_the_square", "wls_dpp.lower_exponent_is_at_least_half_the_square"),
    says=rf"{_LOWER}\ge c_\delta,\quad {_BOTH},\quad0\le\delta<1",
)  # fmt: skip
def lower_tail_has_the_larger_exponent(factor: Constant = 1) -> Stated:
    """The bound on the least eigenvalue alone, all that the error needs, is the smaller one. The second derivatives."""
    domain = Domain("delta in [0,1)")
    (d,) = domain
    f, second = _exponent(-d) - _exponent(d), 2 * d / ((1 - d) * (1 + d))
    return _by_two_derivatives(domain, f, second, _exponent(-d), ">=", factor * _exponent(d))


@claim(
    paper=_PAPER, where=_EXPONENT, expected="proved", strength="lower",
    says=r"c_{\delta+h}\ge c_\delta,\quad\delta,h\ge0",
)  # fmt: skip
def exponent_grows(factor: Constant = 1) -> Stated:
    """Its derivative is log(1 + delta) >= 0: fewer points suffice for a weaker demand."""
    import sympy

    domain = Domain("delta in [0,oo), h in [0,oo)")
    d, h = domain

    def proof(k: Proof) -> Any:
        slope = sympy.log(1 + d + h)
        larger = k.logarithm(k.show(1 + d + h, ">=", 1, by=[k.sign(d + h, ">=")]))
        f = _exponent(d + h)
        rising = k.show(f.diff(h), ">=", 0, by=[k.identity(f.diff(h), slope), larger])
        return k.grows(rising, f, h)

    return ForAll(domain, _exponent(d + h), ">=", factor * _exponent(d)), chain(proof)


@claim(
    paper=_PAPER, where=_WHERE, expected="proved", strength="upper", form="as usually quoted",
    assumptions=(
        _CHERNOFF + "; K is the supremum of w k_m: m with optimal sampling, m^2 for Legendre polynomials with uniform "
        "points and no weights",
    ),
    uses=("wls_dpp.every_term_has_the_same_norm", "wls_dpp.legendre_christoffel_function_is_at_most_m_squared"),
    says=r"n\ge\frac Kc\log\frac{2m}\eta\ \Rightarrow\ 2m\,e^{-cn/K}\le\eta",
)  # fmt: skip
def points_that_suffice(factor: Constant = 2) -> Stated:
    """Take exponentials. Written with n = K log(2 m/eta)/c + t, t >= 0."""
    import sympy

    domain = Domain("m in [1,oo), K in [1,oo), t in [0,oo), c in (0,oo), eta in (0,1)")
    m, bound, more, c, eta = domain
    n = bound * sympy.log(2 * m / eta) / c + more

    def proof(k: Proof) -> Any:
        exponent = k.show(sympy.log(2 * m / eta), "<=", c * n / bound)
        grown = k.show(2 * m / eta, "<=", sympy.exp(c * n / bound), by=[k.exponential(exponent)])
        small = sympy.exp(-c * n / bound)
        return k.show(2 * m * small, "<=", eta, by=[(eta * small, grown)])

    return ForAll(domain, factor * m * sympy.exp(-c * n / bound), "<=", eta), chain(proof)


TABLE = (
    (5, Fraction(1, 10)), (10, Fraction(1, 10)), (20, Fraction(1, 10)), (50, Fraction(1, 10)), (100, Fraction(1, 10)),
    (5, Fraction(1, 100)), (10, Fraction(1, 100)), (20, Fraction(1, 100)), (50, Fraction(1, 100)),
    (100, Fraction(1, 100)),
)  # fmt: skip
BOTH = (213, 490, 1108, 3193, 7026, 320, 703, 1534, 4257, 9154)
LOWER = (128, 301, 691, 2026, 4503, 203, 451, 991, 2776, 6004)
_HALF = Fraction(1, 2)


def _entries() -> list[tuple[int, Fraction, int, int]]:
    return [(*row, both, lower) for row, both, lower in zip(TABLE, BOTH, LOWER, strict=True)]


def _least(m: int, eta: Fraction, n: int, delta: Fraction, factor: int) -> bool:
    """Whether n is the least number with ``factor m exp(-n c/m) <= eta``: by ball arithmetic, false if it is unsure."""
    from flint import arb, fmpq

    d, target = arb(fmpq(delta.numerator, delta.denominator)), arb(fmpq(eta.numerator, eta.denominator))
    c = (1 + d) * (1 + d).log() - d

    def bound(count: int) -> arb:
        return factor * m * (-count * c / m).exp()

    return bool(bound(n) <= target) and bool(bound(n - 1) > target)


@claim(
    paper=_PAPER, where=_WHERE, expected="certified", strength="identity",
    assumptions=(
        ("least n at delta = 1/2 for which the bounds 2 m exp(-c n/m) and m exp(-c' n/m) are at most eta; ball "
        "arithmetic, each comparison decided"),
    ),
    says=r"m=5,10,20,50,100:\quad n=213,490,1108,3193,7026\ (\eta=0.1),\ 320,703,1534,4257,9154\ (\eta=0.01);"
    r"\quad\lambda_{min}\ \text{alone}:\ 128,301,691,2026,4503,\ 203,451,991,2776,6004",
)  # fmt: skip
def table_of_sample_numbers(delta: Fraction = _HALF) -> Stated:
    """Each n passes and n - 1 does not."""

    def holds(entry: tuple[int, Fraction, int, int]) -> bool:
        m, eta, both, lower = entry
        return _least(m, eta, both, delta, 2) and _least(m, eta, lower, -delta, 1)

    over = "m = 5, 10, 20, 50, 100 with eta = 1/10 and 1/100, and the numbers claimed"
    says = rf"n\ \text{{is the least with bound}}\le\eta\ \text{{at}}\ \delta={delta}"
    return every(_entries, holds, over=over, says=says, size=len(TABLE))


exponent_is_at_least_bernsteins.false_if("the third were 1 % smaller", third=Fraction(1, 3) * _LESS)
exponent_is_at_most_half_the_square.false_if("it were 1 % smaller", factor=_LESS)
lower_exponent_is_at_least_half_the_square.false_if("it were 1 % larger", factor=_MORE)
lower_tail_has_the_larger_exponent.false_if("it were 1 % larger", factor=_MORE)
exponent_grows.false_if("the smaller exponent counted 1 % more", factor=_MORE)
points_that_suffice.false_if("the bound counted 1 % more", factor=2 * _MORE)
table_of_sample_numbers.false_if("delta were 1 % smaller", delta=_HALF * _LESS)
