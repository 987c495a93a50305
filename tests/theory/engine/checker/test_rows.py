"""Witnesses against statements about every number of classes: only what certainly fails is confirmed."""

from fractions import Fraction

import pytest
import sympy
from flint import arb, ctx
from kernel import box

from theory.engine import terms
from theory.engine.checker import Rejected, confirm
from theory.engine.checker.rows import value
from theory.engine.functions import EntireQuotient, Sig
from theory.engine.statements.classes import ForEveryN

DOMAIN, C, N = box("c in [0,1], n integer in [1,9]")
EACH, P = box("p in [0,1]")


SQUARES, GIVEN = Sig(P**2), ((Sig(P), "==", 1), (C, ">=", P))


def statement(lhs=SQUARES, relation="<=", rhs=C, given=GIVEN):
    return ForEveryN(DOMAIN, EACH, given, lhs, relation, rhs).to_json()


def witness(c="1/2", n="1", rows=("1/2", "1/2"), **further):
    return {"kind": "rows", "data": {"point": {"c": c, "n": n}, "rows": [{"p": p} for p in rows], **further}}


def test_a_false_statement_is_refuted():
    confirm(statement(rhs=C - sympy.Rational(1, 100)), witness())
    confirm(statement(relation="<"), witness())  # equality breaks a strict relation
    confirm(statement(lhs=Sig(P**sympy.pi), relation="==", rhs=sympy.Integer(0)), witness())
    confirm(statement(lhs=Sig(1), relation=">=", rhs=sympy.Integer(1), given=()), witness(rows=()))  # no class at all


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "not definitely false"),
        ({"c": "1/3"}, "hypothesis"),  # c >= p for each class
        ({"rows": ("1/2", "1/3")}, "hypothesis"),
        ({"rows": ("3/2", "-1/2")}, "outside its range"),
        ({"n": "3/2"}, "outside its range"),
        ({"n": "0"}, "outside its range"),
        ({"c": "nan"}, "malformed"),
        ({"c": "1/0"}, "malformed"),
        ({"c": None}, "malformed"),
        ({"c": "inf"}, "malformed"),
        ({"precision": 10}, "allowed: 200 rows, 53 to 4000 bits"),
        ({"precision": 10**6}, "allowed"),
        ({"rows": ("0",) * 201}, "allowed"),
    ],
)
def test_what_is_no_witness(changes, why):
    with pytest.raises(Rejected, match=why):
        confirm(statement(), witness(**changes))


@pytest.mark.parametrize("data", [{}, {"point": {"c": "1/2"}, "rows": []}, {"point": {}, "rows": [{}]}, {"point": 1}])
def test_values_are_given_for_exactly_the_variables(data):
    with pytest.raises(Rejected):
        confirm(statement(), {"kind": "rows", "data": data})
    with pytest.raises(Rejected, match="variables"):
        confirm(statement(), {"kind": "rows", "data": {"point": {"c": "1", "n": "1"}, "rows": [{"q": "1"}]}})


@pytest.mark.parametrize(
    "lhs",
    [Sig(sympy.log(P)), Sig(1 / P), Sig(P ** (C - 1)), Sig(P ** (-C)), Sig(sympy.sqrt(P - 1)), Sig(P**C), sympy.log(C)],
)
def test_where_a_side_is_undefined_nothing_is_refuted(lhs):
    """At p = 0, or c = 0, these have no real value: 0^0 is none either."""
    with pytest.raises(Rejected):
        confirm(statement(lhs=lhs, relation=">=", rhs=sympy.Integer(100), given=()), witness(c="0", rows=("0",)))


def test_an_undefined_hypothesis_does_not_hold():
    given = ((Sig(sympy.log(P)), "<=", 0),)
    with pytest.raises(Rejected, match="hypothesis"):
        confirm(statement(given=given, rhs=-1 + 0 * C), witness(rows=("0",)))


def test_equality_is_exact_and_inequality_of_balls_needs_room():
    root = Sig(sympy.sqrt(P))
    with pytest.raises(Rejected):  # sqrt(2) squared is 2, as balls cannot tell
        confirm(
            statement(lhs=root**2, relation="<", rhs=sympy.Integer(2), given=((P, ">", 0),)), witness(rows=("1/2",) * 2)
        )
    with pytest.raises(Rejected, match="hypothesis"):
        confirm(statement(given=((root**2, "==", 2),), rhs=0 * C - 1), witness(rows=("1/2",) * 2))


def test_the_precision_is_put_back():
    before = ctx.prec
    ctx.prec = 99
    try:
        with pytest.raises(Rejected):
            confirm(statement(), witness())
        assert ctx.prec == 99
    finally:
        ctx.prec = before


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (C**3 / 2 - sympy.Abs(C - 1), Fraction(-7, 16)),
        (sympy.Max(C, 1 - C, sympy.Rational(2, 3)) - sympy.Min(C, 0), Fraction(2, 3)),
        (Sig(C * P) + Sig(1), Fraction(5, 2)),
        (Sig(P * Sig(P)), Fraction(1)),
        (C**-2, Fraction(4)),
    ],
)
def test_values(expression, expected):
    rows = [{"p": Fraction(1, 3)}, {"p": Fraction(2, 3)}]
    found = value(terms.from_sympy(expression), {"c": Fraction(1, 2)}, rows)
    assert found == expected or bool(abs(arb(float(expected)) - found) < 1e-12)


@pytest.mark.parametrize(
    "expression",
    [sympy.exp(C), sympy.tanh(C), sympy.sinh(C), sympy.cosh(C), sympy.atan(C), sympy.erf(C), sympy.erfc(C),
     sympy.pi * C, EntireQuotient(2, C), sympy.Max(sympy.exp(C), C), C ** sympy.Rational(100, 3), (C + 1) ** 70],
)  # fmt: skip
def test_functions_agree_with_sixty_digits(expression):
    from mpmath import mp

    with mp.workdps(60):
        found = value(terms.from_sympy(expression), {"c": Fraction(1, 2)}, [])
        exact = expression.subs(C, sympy.Rational(1, 2)).evalf(30)
        ball = found if isinstance(found, arb) else arb(float(found))
        assert bool(abs(ball - arb(str(exact))) < arb(str(exact)) * arb("1e-12"))


def test_unknown_heads_are_refused():
    with pytest.raises(Rejected, match="cannot evaluate 'eval'"):
        value(["eval", "c"], {"c": Fraction(1)}, [])
