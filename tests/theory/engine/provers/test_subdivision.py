"""Bisection into cells, the tests that close them, and giving up."""

from fractions import Fraction

import pytest
from flint import arb, arb_series, fmpq

from theory.engine.provers import balls
from theory.engine.provers.balls import working
from theory.engine.provers.program import Program
from theory.engine.provers.subdivision import Problem, Zero, describe, horner, is_false, split, subdivide

UNIT = {"low": "0", "high": "1", "low_closed": True, "high_closed": True, "integer": False}
X = [{"name": "x", **UNIT}]
XY = [{"name": "x", **UNIT}, {"name": "y", **UNIT}]


def problem(term, domain, *, strict=False, **options):
    ends = [(Fraction(entry["low"]), Fraction(entry["high"])) for entry in domain]
    return Problem(Program(term, domain), strict, ends, **options)


def run(task, *, cuts=None, cells=1000, precision=64):
    return subdivide(task, cuts=cuts or [()] * len(task.ends), cells=cells, precision=precision)


def test_a_positive_value_closes_the_box_at_once():
    assert run(problem(["+", 1, ["exp", "x"]], X)).tree == "v"


def test_a_monotone_expression_is_read_off_its_low_corner():
    assert run(problem(["+", ["*", "x", ["exp", "y"]], ["*", 3, "y"]], XY)).tree == "m"
    assert run(problem(["+", ["exp", "x"], -1], X)).tree == "m"


def test_the_tree_is_in_preorder_and_covers():
    outcome = run(problem(["+", ["^", ["+", "x", ["/", -1, 3]], 2], ["*", "y", "x"], ["/", 1, 1000]], XY))
    assert outcome.tree
    open_cells = 1
    for symbol in outcome.tree:
        assert open_cells > 0
        open_cells += 1 if symbol.isdigit() else -1
    assert open_cells == 0
    assert len(outcome.tree) == outcome.cells


def test_cuts_make_pieces_in_order():
    task = problem(["+", "x", "y", 1], XY)
    cells = task.pieces([[Fraction(1, 4)], [Fraction(1, 2)]])
    assert [describe(cell, ["x", "y"]) for cell in cells] == [
        "x in [0, 1/4], y in [0, 1/2]",
        "x in [0, 1/4], y in [1/2, 1]",
        "x in [1/4, 1], y in [0, 1/2]",
        "x in [1/4, 1], y in [1/2, 1]",
    ]
    assert run(task, cuts=[[Fraction(1, 4)], [Fraction(1, 2)]]).tree == "vvvv"


def test_halves_share_the_middle():
    low, high = split(((fmpq(1, 2), fmpq(1, 2)), (fmpq(0), fmpq(3))), 0)
    assert describe(low, "xy") == "x in [0, 1/2], y in [-3, 3]"
    assert describe(high, "xy") == "x in [1/2, 1], y in [-3, 3]"


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("at", [0, 1])
def test_a_zero_at_either_end(order, at):
    """x^k (1 + y) at x = 0, or (1-x)^k (1 + y) at x = 1: the sign of the quotient follows side and parity."""
    factor = "x" if at == 0 else ["+", 1, ["*", -1, "x"]]
    term = ["*", ["^", factor, order], ["+", 1, "y"]]
    zero = Zero(0, "x", Fraction(at), order)
    assert run(problem(term, XY, zeros=[zero])).tree == "A"
    negative = run(problem(["*", -1, term], XY, zeros=[zero]), cells=50)
    assert negative.tree == ""


def test_a_strict_relation_needs_the_zero_to_be_excluded():
    zero = Zero(0, "x", Fraction(0), 1)
    assert run(problem(["+", ["exp", "x"], -1], X, strict=True, zeros=[zero]), cells=60).tree == ""
    open_end = [{**X[0], "low_closed": False}]
    assert run(problem(["+", ["exp", "x"], -1], open_end, strict=True, zeros=[zero])).tree == "A"


def test_an_order_that_is_too_low_proves_nothing():
    term = ["+", ["exp", "x"], -1, ["*", -1, "x"]]
    assert run(problem(term, X, zeros=[Zero(0, "x", Fraction(0), 1)]), cells=60).tree == ""
    assert run(problem(term, X, zeros=[Zero(0, "x", Fraction(0), 2)])).tree == "A"


def test_cells_outside_the_conditions_are_discharged():
    given = [(Program(["+", "x", ["/", -1, 2]], X), ">=")]
    outcome = run(problem(["+", "x", ["/", -1, 3]], X, given=given))
    assert "g" in outcome.tree
    assert outcome.counts["g"] >= 1


def test_giving_up_says_why_and_where():
    thin = run(problem(["+", ["^", ["+", "x", ["/", -1, 3]], 2]], X))
    assert "thinner" in thin.failure
    low, high = (thin.worst[0][0] - thin.worst[0][1], thin.worst[0][0] + thin.worst[0][1])
    assert abs(low - fmpq(1, 3)) < fmpq(1, 2**40)
    assert abs(high - fmpq(1, 3)) < fmpq(1, 2**40)
    bent = ["+", "y", ["*", -1, ["exp", "x"]], ["/", 1, 2]]
    spent = run(problem(["+", ["/", 1, 10**6], ["*", bent, bent]], XY), cells=10)
    assert "budget" in spent.failure
    assert spent.cells == 10
    false = run(problem(["+", "x", ["/", -1, 2]], X))
    assert "fails at a point" in false.failure


def test_nan_gives_a_split_and_not_a_proof():
    outcome = run(problem(["+", 10, ["*", "y", ["log", "x"]]], XY), cells=500)
    assert outcome.tree == ""


def test_horner_bounds_the_quotient():
    with working(64, 4):
        head = arb_series([0, 0, 3, -1], 4)
        tail = arb_series([0, 0, 3, arb(-1, 1)], 4)
        value = horner(head, tail, 2, 4, arb(fmpq(1, 2), fmpq(1, 2)))  # 3 + [-2, 0] [0, 1]
    assert value.contains(3)
    assert value.contains(1)
    assert value > fmpq(1, 2)


def test_horner_trusts_no_nan_below_the_order():
    with working(64, 4):
        broken = arb_series([balls.NAN, 0, 3, 1], 4)
        assert horner(broken, broken, 2, 4, arb(1)).is_nan()


@pytest.mark.parametrize(
    ("value", "relation", "expected"),
    [
        (arb(-1), ">=", True), (arb(0), ">=", False), (arb(0), ">", True), (arb(0, 1), ">", False),
        (arb(1), "<=", True), (arb(0), "<", True), (arb(0), "<=", False), (arb(1), "==", True),
        (arb(0), "==", False), (balls.NAN, "==", False), (balls.NAN, ">=", False), (balls.NAN, "<", False),
    ],
)  # fmt: skip
def test_falsehood_is_certain(value, relation, expected):
    assert is_false(value, relation) is expected
