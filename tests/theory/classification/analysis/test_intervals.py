"""Extended intervals enclose values and slopes, on points, on cells and on half-lines."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.analysis.intervals import INFINITY, WHOLE, Interval, at, compile_term, enclose
from theory.engine.expression import parse
from theory.engine.terms import from_sympy

FORMULAS = {
    "log(1+exp(-u))": lambda u: math.log1p(math.exp(-u)),
    "u**3 - 2*u": lambda u: u**3 - 2 * u,
    "tanh(u)*atan(u)": lambda u: math.tanh(u) * math.atan(u),
    "cosh(u) + sinh(u/2)": lambda u: math.cosh(u) + math.sinh(u / 2),
    "erf(u) + abs(u-1)": lambda u: math.erf(u) + abs(u - 1),
    "erfc(u) * exp(u)": lambda u: math.erfc(u) * math.exp(u),
    "max(0, 1-u)**2 + min(u, 1, u**2)": lambda u: max(0, 1 - u) ** 2 + min(u, 1, u * u),
    "1/(1+u**2)": lambda u: 1 / (1 + u * u),
    "sqrt(1+u**2)*pi": lambda u: math.sqrt(1 + u * u) * math.pi,
    "2**u": lambda u: 2**u,
    "(2+tanh(u))**u": lambda u: (2 + math.tanh(u)) ** u,
    "exp(-u)/(2+sinh(u)**2)": lambda u: math.exp(-u) / (2 + math.sinh(u) ** 2),
}


def _interval(low, high):
    return Interval(enclose(Fraction(low)).low, enclose(Fraction(high)).high)


@pytest.mark.parametrize("formula", FORMULAS)
@given(low=st.floats(-4, 4), width=st.floats(0, 3), inside=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_encloses_values_and_secants(formula, low, width, inside):
    evaluator, function = compile_term(from_sympy(parse(formula))), FORMULAS[formula]
    x = min(low + inside * width, low + width)
    value, slope = evaluator(_interval(low, low + width))
    noise = 1e-12 * (1 + abs(function(x)))
    assert float(value.low) - noise <= function(x) <= float(value.high) + noise
    if abs(x - low) > 1e-3:  # every secant slope lies among the slopes
        secant = (function(x) - function(low)) / (x - low)
        noise = 1e-11 * (1 + abs(function(x)) + abs(function(low))) / abs(x - low)
        assert float(slope.low) - noise <= secant <= float(slope.high) + noise


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("log(1+exp(-u))", 0, math.log1p(math.exp(-2))),
        ("exp(-u)", 0, math.exp(-2)),
        ("u", 2, math.inf),
        ("tanh(u)", math.tanh(2), 1),
        ("atan(u)", math.atan(2), math.pi / 2),
        ("erf(u)", math.erf(2), 1),
        ("erfc(u)", 0, math.erfc(2)),
        ("1/(1+u)", 0, 1 / 3),
        ("max(0, 1-u)", 0, 0),
        ("max(0, 3-u)", 0, 1),
        ("sqrt(u)", math.sqrt(2), math.inf),
        ("-cosh(u)", -math.inf, -math.cosh(2)),
    ],
)
def test_half_line(formula, low, high):
    value, _ = compile_term(from_sympy(parse(formula)))(Interval(arb(2), INFINITY))
    assert float(value.low) == pytest.approx(low, abs=1e-12)
    assert float(value.high) == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize(
    "formula", ["log(u)", "sqrt(u)", "1/u", "1/(u-1/2)", "u**(-1/3)", "(u-1/2)**(1/2)", "u**u", "tanh(log(u))"]
)
def test_partly_undefined_is_the_whole_line(formula):
    evaluator = compile_term(from_sympy(parse(formula)))
    assert evaluator(_interval(-1, 1))[0] == WHOLE


def test_overflow_loses_the_bound_not_the_truth():
    value, _ = compile_term(from_sympy(parse("exp(exp(exp(u)))")))(_interval(1, 10**6))
    assert value.low <= math.exp(math.exp(math.e))
    assert value.high == INFINITY


def test_exact_at_a_rational_point():
    assert at(compile_term(["^", ["/", 3, 2], 2]), Fraction(0)) == Interval(arb(2.25), arb(2.25))


@pytest.mark.parametrize("term", ["x", ["E", 0, "u"], ["sum", "u"], ["+", "u", "v"]])
def test_foreign_terms_are_refused(term):
    with pytest.raises(ValueError, match=r"the variable is 'u'|no enclosure of"):
        compile_term(term)
