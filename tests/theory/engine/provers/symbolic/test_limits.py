"""Limits by Taylor coefficients and by squeezing, and what has none."""

import pytest
import sympy
from kernel import box, settle

from theory.engine.functions import EntireQuotient
from theory.engine.provers.symbolic.context import StepFailed
from theory.engine.provers.symbolic.proof import Proof
from theory.engine.statements.limit import LimitOf

DOMAIN, V, A = box("v in (0,1), a in (0,1)")


def start(text="v in (0,1), a in (0,1)"):
    domain, v, *others = box(text)
    return Proof(LimitOf(domain, v * 1, v, "+", 0)), v, *others


def refused(why):
    return pytest.raises(StepFailed, match=why)


@pytest.mark.parametrize(
    ("f", "order", "value"),
    [
        ((1 + V) ** A - 1, 1, A),
        (sympy.exp(V) - 1 - V, 2, sympy.Rational(1, 2)),
        (sympy.log(1 + A * V) - A * V, 2, -(A**2) / 2),
        (sympy.tanh(V) - V, 3, -sympy.Rational(1, 3)),
        (sympy.erf(V) - 2 * V / sympy.sqrt(sympy.pi), 3, -2 / (3 * sympy.sqrt(sympy.pi))),
        (sympy.erfc(A + V) - sympy.erfc(A), 1, -2 * sympy.exp(-(A**2)) / sympy.sqrt(sympy.pi)),
        (EntireQuotient(0, A * V) - 1, 1, A / 2),
        (1 / (1 - V) - 1 - V, 2, 1),
        (V**3, 2, 0),
    ],
)
def test_taylor_coefficients(f, order, value):
    statement = LimitOf(DOMAIN, f / V**order, V, "+", value)
    assert settle(statement, lambda k: k.taylor(f, V, order)) == "proved"
    wrong = LimitOf(DOMAIN, f / V**order, V, "+", value + sympy.Rational(1, 100))
    assert "another limit" in settle(wrong, lambda k: k.taylor(f, V, order))


@pytest.mark.parametrize(
    "f",
    [V ** sympy.Rational(5, 2), sympy.sqrt(V), V**A, sympy.Max(V, 1 - V) - 1, V * sympy.log(V), sympy.Abs(V - A) - A,
     sympy.sqrt(V**2 + V) * V, 1 / V, (V + 1 - 1) ** (A + 1), sympy.Min(V, A)],
)  # fmt: skip
def test_what_is_not_analytic_has_no_taylor_coefficient(f):
    k = Proof(LimitOf(DOMAIN, V * 1, V, "+", 0))
    with pytest.raises(StepFailed):
        k.taylor(f, V, 1)


def test_derivatives_below_the_order_vanish():
    k, v, _ = start()
    with refused("derivative 1 at 0"):
        k.taylor(sympy.exp(v) - 1, v, 2)
    with refused("derivative 0 at 0"):
        k.taylor(1 + v, v, 1)


@pytest.mark.parametrize("order", [0, 13, -1, sympy.Rational(3, 2), sympy.Rational(5, 2)])
def test_orders_are_small_integers(order):
    k, v, _ = start()
    with refused("allowed: the integers 1 to 12"):
        k.taylor(v**3, v, order)


def test_the_variable_begins_at_an_open_zero():
    k, v, a = start("v in (0,1), a in [0,1]")
    with refused("open 0"):
        k.taylor(a**2, a, 1)
    k, v = start("v in (1/2,1)")
    with refused("open 0"):
        k.taylor(v**2, v, 1)


def test_squeezed():
    domain, x, t = box("x in [0,1], t in (0,1)")

    def proof(k):
        f = x / (1 + t)
        above = k.show(x, ">=", f, by=[k.sign(x * t / (1 + t), ">=")])
        below = k.show(f, ">=", x * (1 - t), by=[k.sign(x * t**2 / (1 + t), ">=")])
        return k.squeeze(below, above, t, "+")

    assert settle(LimitOf(domain, x / (1 + t), t, "+", x), proof) == "proved"
    for statement in (
        LimitOf(domain, x / (1 + t), t, "+", 1),
        LimitOf(domain, x / (1 + t), t, "-", x),
        LimitOf(domain, x / (2 + t), t, "+", x),
    ):
        assert settle(statement, proof) != "proved"


def test_bounds_must_meet_and_be_defined_at_the_end():
    k, t, a = start("t in (0,1), a in (0,1)")
    below, above = k.sign(t, ">="), k.show(2, ">=", t)
    with refused("do not meet"):
        k.squeeze(below, above, t, "+")
    with refused("no open end"):
        k.squeeze(below, above, t, "*")
    hole = k.identity(1 / t, 1 / t)
    with refused("not shown to be defined"):
        k.squeeze(hole, hole, t, "+")
    with refused("different expressions"):
        k.squeeze(below, k.show(1, ">=", a), t, "+")


def test_integers_tend_to_no_finite_end():
    domain, n = box("n integer in (0,oo)")
    with pytest.raises(ValueError, match="no finite open end of reals"):
        LimitOf(domain, n, n, "+", 0)
    k, _, n = start("v in (0,1), n integer in (0,9)")
    fact = k.identity(n, n)
    with refused("integers only"):
        k.squeeze(fact, fact, n, "+")


def test_a_limit_is_no_fact_to_combine():
    k, v, _ = start()
    limit = k.taylor(v**2, v, 1)
    with refused("no fact of this proof"):
        k.show(v, ">=", 0, by=[limit])
