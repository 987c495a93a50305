"""The parser reads what is listed, exactly, and answers everything else with one clear message."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.errors import BadInput
from theory.engine.expression import DEFAULT, parse

U = sympy.Symbol("u", real=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", sympy.Rational(1, 10)),
        ("1e-3 * u", U / 1000),
        ("-u**2", -(U**2)),
        ("2**-1", sympy.Rational(1, 2)),
        ("  u\t- .5 ", U - sympy.Rational(1, 2)),
        ("log(1+exp(-u))", sympy.log(1 + sympy.exp(-U))),
        ("log1p(u) + expm1(u)", sympy.log(1 + U) + sympy.exp(U) - 1),
        ("log2(u)", sympy.log(U) / sympy.log(2)),
        ("softplus(-u)", sympy.log(1 + sympy.exp(-U))),
        ("sigmoid(u)", 1 / (1 + sympy.exp(-U))),
        ("max(1, 2, 3)", sympy.Integer(3)),
        ("e**u + pi", sympy.exp(U) + sympy.pi),
    ],
)
def test_reads_exactly(text, expected):
    assert parse(text) == expected


def test_extremes_keep_their_meaning():
    assert parse("relu(1-u)").subs(U, sympy.Rational(1, 3)) == sympy.Rational(2, 3)
    assert parse("min(u, max(0, abs(u-2)), 5)").subs(U, 7) == 5
    assert parse("abs(abs(u)-2)").subs(U, -1) == 1


def test_variables_are_the_callers():
    a, b = sympy.symbols("a b", real=True)
    assert parse("a*b", ("a", "b")) == a * b
    with pytest.raises(BadInput, match="name 'u'"):
        parse("u", ("a",))
    for bad in ("log", "pi", "1x", "\u1d64"):
        with pytest.raises(BadInput, match="variable is called"):
            parse("1", (bad,))


def test_functions_are_the_callers():
    only_log = {"log": DEFAULT["log"]}
    assert parse("log(u)", functions=only_log) == sympy.log(U)
    with pytest.raises(BadInput, match="call of 'exp'"):
        parse("exp(u)", functions=only_log)


HOSTILE = {
    "u.__class__": "attribute access at column 1",
    "exp(u).real": "attribute access",
    "(u)(u)": "a call",
    "eval(u)": "call of 'eval'",
    "lambda: u": "character ':'",
    "u < 1": "character '<'",
    "[u]": r"character '\['",
    "u if u else u": "if/else",
    "u and u": "and/or",
    "u, u": "a comma",
    "max(*u)": "max with 1 arguments",
    "max(u, *u)": "unpacking",
    "log()": "log with 0 arguments",
    "log(u, 2)": "log with 2 arguments",
    "max(u,u,u,u,u,u,u,u,u)": "9 arguments",
    "x + 1": "name 'x' at column 1",
    "u + nan": "name 'nan' at column 5",
    "True": "'True'",
    "1j": "'1j'",
    "0x10": "'0x10'",
    "1_000": "'1_000'",
    "u // 2": "floordiv",
    "not u": "'not'",
    "u ^ 2": r"written \*\*",
    "u\x00": r"character '\\x00' at column 2",
    "\uff11+u": r"character '\\uff11' at column 1",  # a full-width digit one
    "u\n": "character",
    "": "empty",
    "  ": "empty",
    "u +": "cannot read",
    "(u": "cannot read",
    "1if u": "cannot read",
    "9**9**9**9": "exponent above 1000 at column 4",
    "u**1001": "exponent above",
    "(u**1000)**1000": "exponent above",
    "10**400": "more than 1000 bits",
    "1e999": "more than 1000 bits",
    "(2**900)*(2**900)": "1e300|bits",
    "exp(10**9*log(2))": "1e300",
    "exp(2000*u*log(2))": "a logarithm times a number above 1000",
    "abs(exp(exp(exp(100))))": "1e300",
    "exp(-1000)": "below 1e-300",
    "1/erfc(30)": "below 1e-300",
    "log(-1)": "not a real number",
    "sqrt(-2)": "not a real number",
    "log(0)": "not a real number",
    "(-2)**(1/2)": "base is not positive",
    "0**u": "base is not positive",
    "1/0": "division by zero",
    "1/(u-u)": "division by zero",
    "(" * 10000: "10000 characters",
    "(" * 1900: "1900 nested brackets",
    "(" * 51 + "u" + ")" * 51: "51 nested brackets",
    "-" * 1900 + "u": "more than 50 nested operations",
    "u" + "**u" * 600: "more than 50 nested|nested too deeply",
    "max(" + ",".join(["u*" * 40 + "u"] * 8) + ")": "more than 500 parts",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_named(text):
    with pytest.raises(BadInput, match=HOSTILE[text]):
        parse(text)


def test_no_text_is_named():
    with pytest.raises(BadInput, match="text, not int"):
        parse(7)


def _formulas():
    leaves = st.one_of(st.just("u"), st.integers(0, 99).map(str), st.decimals(0, 9, places=3).map(str), st.just("pi"))

    def extend(inner):
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: "({} {} {})".format(*parts)),
            st.tuples(inner, st.integers(0, 4)).map(lambda parts: "({}**{})".format(*parts)),
            inner.map(lambda part: f"(-{part})"),
            st.tuples(st.sampled_from(["tanh", "atan", "abs", "relu", "erf", "erfc"]), inner).map(
                lambda parts: "{}({})".format(*parts)
            ),
            st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(lambda parts: "{}({}, {})".format(*parts)),
        )

    return st.recursive(leaves, extend, max_leaves=10).filter(lambda text: len(text) < 500)


NAMES = {
    "tanh": math.tanh,
    "atan": math.atan,
    "abs": abs,
    "relu": lambda x: max(0.0, x),
    "erf": math.erf,
    "erfc": math.erfc,
    "max": max,
    "min": min,
    "pi": math.pi,
    "u": 0.375,
}


@given(_formulas())
@settings(max_examples=120, deadline=None)
def test_means_what_python_means(text):
    try:
        expression = parse(text)
    except BadInput as error:
        message = str(error)
    else:
        message = ""
    if message:
        known = ("1e300", "1e-300", "bits", "base is not positive")  # the last one: 0**0
        assert any(word in message for word in known)
        return
    expected = eval(text, {"__builtins__": {}}, NAMES)  # the text is this test's own
    value = float(expression.subs(U, sympy.Rational(3, 8)).evalf(30))
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-6 * max(1.0, abs(expected)))


@given(_formulas())
@settings(max_examples=60, deadline=None)
def test_round_trip_through_sympy_text(text):
    try:
        expression = parse(text)
    except BadInput:
        return
    printed = str(expression).replace("Abs", "abs").replace("Max", "max").replace("Min", "min")
    again = parse(printed)
    difference = (expression - again).subs(U, sympy.Rational(7, 11)).evalf(30)
    assert abs(difference) <= 1e-20 * max(1, abs(expression.subs(U, sympy.Rational(7, 11)).evalf(30)))


@given(st.text(alphabet="u0123456789.+-*/(),eE logexpsqrtmaxabij_ \t", max_size=60) | st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_an_expression_or_bad_input(text):
    try:
        result = parse(text)
    except BadInput:
        return
    assert isinstance(result, sympy.Expr)
    assert result.free_symbols <= {U}


@given(
    st.lists(
        st.sampled_from(
            [
                "u",
                "9",
                "**",
                "*",
                "+",
                "-",
                "/",
                "(",
                ")",
                "exp(",
                "log(",
                "sqrt(",
                "max(",
                "abs(",
                ",",
                "1",
                "0",
            ]
        ),
        max_size=14,
    )
)
@settings(max_examples=400, deadline=None)
def test_token_soup_gives_an_expression_or_bad_input(tokens):
    try:
        result = parse(" ".join(tokens) + ")" * sum("(" in token for token in tokens))
    except BadInput:
        return
    assert isinstance(result, sympy.Expr)
