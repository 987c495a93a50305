"""Expressions as plain data and back."""

import json
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.functions import EntireQuotient, Sig
from theory.engine.terms import from_sympy, names, number, to_sympy

SYMBOLS = {name: sympy.Symbol(name, positive=True) for name in "xyz"}
LEAVES = st.one_of(
    st.sampled_from(sorted(SYMBOLS.values(), key=str)),
    st.fractions(-3, 3, max_denominator=4).map(lambda q: sympy.Rational(q.numerator, q.denominator)),
    st.just(sympy.pi),
)
UNARY = (sympy.exp, sympy.tanh, sympy.sinh, sympy.cosh, sympy.atan, sympy.erf, sympy.erfc, sympy.Abs, Sig)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([sympy.Add, sympy.Mul]), inner, inner).map(lambda t: t[0](t[1], t[2])),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda t: t[0](t[1])),
        st.tuples(inner, st.sampled_from([2, -1, sympy.Rational(1, 2)])).map(lambda t: (sympy.Abs(t[0]) + 1) ** t[1]),
        inner.map(lambda e: sympy.log(1 + e**2)),
        inner.map(lambda e: EntireQuotient(2, e)),
        st.tuples(inner, inner).map(lambda t: SYMBOLS["x"] ** t[0] + SYMBOLS["y"] * t[1]),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_terms_are_json_and_come_back(expression):
    term = from_sympy(expression)
    assert json.loads(json.dumps(term)) == term
    back = to_sympy(term, SYMBOLS.__getitem__)
    assert from_sympy(back) == term
    assert back == expression or sympy.expand(back - expression) == 0
    assert names(term) == {str(symbol) for symbol in expression.free_symbols}


@pytest.mark.parametrize(
    ("expression", "term"),
    [
        (sympy.Rational(-6, 4), ["/", -3, 2]),
        (sympy.E, ["exp", 1]),
        (sympy.Max(SYMBOLS["x"], 2, SYMBOLS["y"]), ["max", 2, "x", "y"]),
        (sympy.Min(SYMBOLS["y"], SYMBOLS["x"]), ["min", "x", "y"]),
        (EntireQuotient(1, SYMBOLS["x"]), ["E", 1, "x"]),
        (Sig(SYMBOLS["x"]), ["sum", "x"]),
        (1 / SYMBOLS["x"], ["^", "x", -1]),
    ],
)
def test_terms_by_hand(expression, term):
    assert from_sympy(expression) == term


@pytest.mark.parametrize(
    "expression",
    [
        "0.5",
        "tan(x)",
        "floor(x)",
        "I",
        "oo",
        "zoo",
        "nan",
        "gamma(x)",
        "factorial(x)",
        "Piecewise((1, x > 2), (x, True))",
    ],
)
def test_what_no_checker_could_evaluate_is_refused(expression):
    with pytest.raises(ValueError, match="no checker evaluates"):
        from_sympy(sympy.sympify(expression, SYMBOLS) * SYMBOLS["y"] if expression != "nan" else sympy.nan)


@pytest.mark.parametrize("term", [["eval", "x"], ["lambda", 1], [], ["/", 1], 0.5, None, {"term": 1}, ["E", -1, "x"]])
def test_what_is_no_term_is_refused(term):
    with pytest.raises((ValueError, TypeError, IndexError, KeyError)):
        to_sympy(term, SYMBOLS.__getitem__)


def test_unknown_names_are_the_callers_to_refuse():
    with pytest.raises(KeyError):
        to_sympy(["+", "x", "w"], SYMBOLS.__getitem__)


def test_numbers():
    assert [number(Fraction(value)) for value in ("3", "-1/2")] == [3, ["/", -1, 2]]
