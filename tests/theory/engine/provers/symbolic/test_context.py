"""Contexts: symbols, cases, facts, and what may be read off them."""

from fractions import Fraction

import pytest
import sympy
from kernel import context

from theory.engine.functions import Sig
from theory.engine.provers.symbolic.context import Context, Fact, StepFailed, exact
from theory.engine.provers.symbolic.signs import NONNEGATIVE, Interval
from theory.engine.statements.forall import Domain


def test_a_name_is_a_scalar_or_per_class_not_both():
    with pytest.raises(ValueError, match="both a scalar and a per-class symbol"):
        Context(Domain("p in [0,1]"), Domain("p in [0,1]"))


def test_fresh_symbols_have_new_names():
    k, _ = context("x in [0,1]")
    v = k.declare("v in [0,oo)")
    assert k.fresh_range(v) == NONNEGATIVE
    assert k.symbol("v") == v
    for taken in ("v in [0,1]", "x in [0,1]"):
        with pytest.raises(StepFailed, match="is taken"):
            k.declare(taken)


@pytest.mark.parametrize("text", ["n integer in [0,oo)", "a in [0,1], b in [0,1]", ["v in [0,1]"], 3])
def test_only_one_real_symbol_is_declared_at_a_time(text):
    k, _ = context("x in [0,1]")
    with pytest.raises(StepFailed, match=r"real symbol|declared by words"):
        k.declare(text)


def test_a_symbol_of_equal_name_and_other_assumptions_is_foreign():
    k, _ = context("x in [0,1]")
    with pytest.raises(StepFailed, match="no symbol of the context"):
        k.add(sympy.Symbol("x", positive=True), ">=", 0)
    with pytest.raises(StepFailed, match="not shown to be defined"):
        k.require_defined(sympy.Symbol("x"))


def test_no_fact_is_about_a_symbol_that_stands_for_nothing_yet():
    k, x = context("x in [0,1]")
    v = k.declare("v in [0,oo)")
    with pytest.raises(StepFailed, match="no symbol of the context"):
        k.add(v + x, ">=", 0)


def test_relations_are_turned_round():
    k, x = context("x in [0,1]")
    fact = k.add(x, "<", 1)
    assert (fact.lhs, fact.op, fact.rhs) == (1, ">", x)
    assert str(fact) == "[0] 1 > x"
    with pytest.raises(StepFailed, match="relation is '!='"):
        k.add(x, "!=", 1)


def test_facts_of_another_proof_are_refused():
    (k, x), (other, _) = context("x in [0,1]"), context("x in [0,1]")
    mine = k.add(x, ">=", 0)
    assert k.usable(mine) is mine
    for stranger in (other.add(x, ">=", 0), Fact(x, ">=", exact(1), 0, ()), "0", None):
        with pytest.raises(StepFailed, match="no fact of this proof"):
            k.usable(stranger)


def test_facts_and_symbols_end_with_their_case():
    k, x = context("x in [0,1]")
    v = k.declare("v in [0,oo)")
    k.enter(x, ">=", Fraction(1, 2))
    k.bind(v, Interval(Fraction(1), None, False))
    fact = k.add(v + x, ">", 1)
    assert k.signs().enclose(x - Fraction(1, 2)).nonnegative
    k.require(v - 1, ">=")
    k.leave()
    with pytest.raises(StepFailed, match="a case that is closed"):
        k.usable(fact)
    assert not k.signs().enclose(x - Fraction(1, 2)).nonnegative
    with pytest.raises(StepFailed, match="no symbol 'v'"):
        k.symbol("v")
    with pytest.raises(StepFailed, match="no symbol of the context"):
        k.add(v, ">=", 1)
    with pytest.raises(StepFailed, match="is taken"):
        k.declare("v in [0,oo)")


def test_what_is_concluded_from_a_class_is_about_a_class():
    k, x, p = context("x in [0,1]", "p in [1/2,1]", lambda x, p: [(x, ">=", p)])
    (least,) = k.hypotheses
    assert least.loose
    with pytest.raises(StepFailed, match="says nothing without a class"):
        k.add(x, ">=", Fraction(1, 2), least)
    with pytest.raises(StepFailed, match="says nothing without a class"):
        k.add(x, ">=", Fraction(1, 2), p)
    assert k.add(x + p, ">=", Fraction(1, 2) + p, least).loose
    with pytest.raises(StepFailed, match="not shown"):
        k.require(x - Fraction(1, 2), ">=")
    k.require(x + p - p, ">=")
    assert not k.add(Sig(x), ">=", Sig(p)).loose


def test_facts_about_a_moved_symbol_are_left_out():
    k, x = context("x in [0,1]")
    k.add(2 * x - 1, ">=", 0)
    assert k.signs().enclose(2 * x - 1).nonnegative
    assert not k.signs({x: NONNEGATIVE}).enclose(2 * x - 1).nonnegative


def test_only_free_real_variables_may_be_moved():
    k, x, y, n, p = context(
        "x in [0,1], y in [0,1], n integer in [1,oo)", "p in [0,1]", lambda x, y, n, p: [(Sig(p * y), "==", 1)]
    )
    m = k.declare("m in [0,oo)")
    k.require_free(x)
    for bound, why in ((y, "bound by the assumption"), (n, "integers only"), (p, "not a scalar"), (m, "not a scalar")):
        with pytest.raises(StepFailed, match=why):
            k.require_free(bound)
    k.bind(m, NONNEGATIVE)
    k.add(m, ">=", x)
    with pytest.raises(StepFailed, match="introduced by the proof"):
        k.require_free(m)
    with pytest.raises(StepFailed, match="bound by the assumption"):
        k.require_free(x)


@pytest.mark.parametrize("value", ["1 + 1", "__import__('os')", None, [1], {"x": 1}, sympy.true, sympy.Symbol("x") > 0])
def test_words_are_never_read_as_formulas(value):
    with pytest.raises(StepFailed, match="is no expression"):
        exact(value)


def test_numbers_are_expressions():
    assert exact(Fraction(1, 3)) == sympy.Rational(1, 3)
    assert exact(2) == sympy.Integer(2)


def test_relations_are_required_by_name():
    k, x = context("x in [0,1]")
    k.require(x, ">=")
    k.require(x - x, "==")
    for op in ("<=", "<", "!=", None):
        with pytest.raises(StepFailed, match="relation is"):
            k.require(x, op)
    with pytest.raises(StepFailed, match="not shown: x > 0"):
        k.require(x, ">")


def test_the_zero_test_says_what_it_cannot_read():
    k, x = context("x in (0,1)")
    with pytest.raises(StepFailed, match="no normal form"):
        k.is_zero(sympy.tan(x))
    assert k.simplified((x**2 + x) / x) == x + 1
    with pytest.raises(StepFailed, match="demo: not shown to be an identity"):
        k.require_zero(x, "demo")
