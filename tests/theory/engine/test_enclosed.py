import pytest
import sympy
from flint import arb

from theory.engine.enclosed import (
    checked_relations,
    fails,
    gaps,
    gaps_again,
    holds,
    relations_json,
    relations_latex,
    unseen,
)

A, B = sympy.symbols("a b", positive=True)
RELATIONS = ((2 * A, "<=", B), (A, ">", sympy.sqrt(B)), (B, "<", sympy.Integer(3)))


def test_an_exact_tie_meets_weak_relations_only():
    assert [holds(arb(0), op) for op in (">=", "<=", ">", "<")] == [True, True, False, False]
    assert [fails(arb(0), op) for op in (">=", "<=", ">", "<")] == [False, False, True, True]


@pytest.mark.parametrize(("sign", "op"), [(1, ">="), (1, ">"), (-1, "<="), (-1, "<")])
def test_what_is_not_certain_neither_holds_nor_fails(sign, op):
    assert holds(arb(sign, "0.5"), op)
    assert fails(arb(-sign, "0.5"), op)
    assert not holds(arb(sign, 2), op)
    assert not fails(arb(-sign, 2), op)


def test_two_evaluators_give_the_same_differences():
    values = {"a": arb(1.5), "b": arb(2.25)}
    data = relations_json(RELATIONS)
    found = gaps(data, values, 128, high=5)
    assert [float(gap.mid()) for gap in found] == [0.75, 0.0, -0.75]
    assert all(gap.overlaps(again) for gap, again in zip(found, gaps_again(data, values, 128, high=5), strict=True))
    assert unseen(data, found) == ("relation 1 (<=) is not seen to hold", found[0].str(10))
    assert unseen(data[2:], found[2:]) is None


def test_relations_show_themselves():
    assert relations_latex(RELATIONS, {A: "x", B: "y"}) == r"2 x \le y,\quad x > \sqrt{y},\quad y < 3"


@pytest.mark.parametrize(
    ("relation", "message"),
    [
        ((A, "==", B), "relation is '=='; allowed: >= > <= <"),
        ((A, "<", 0.5), "floats are not exact: 0.5"),
        ((A, "<", sympy.Symbol("b", positive=True) + sympy.Symbol("c")), r"\['c'\] are not among a and b"),
    ],
)
def test_what_is_not_exact_or_foreign_is_refused(relation, message):
    with pytest.raises(ValueError, match=message):
        checked_relations([relation], (A, B), "a and b")
