"""Convex programs in rows: hand-computed cases, and agreement with direct evaluation."""

from fractions import Fraction as F  # noqa: N817

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.statements.epigraph import combine, exact, has_unknowns, rows


def test_nested_maxima_are_numbered_in_the_order_of_a_walk():
    program = rows(["max", 0, ["+", ["max", "x", "y"], 1]], [])
    assert program.maxima == [[2, 3], [0, 1]]
    assert program.cost == {0: F(1)}
    assert program.inequalities[3] == {0: F(1), 1: F(-1), "": F(-1)}


def test_a_concave_objective_is_maximised():
    program = rows(["min", "x", ["*", -1, "x"]], [("x", "<=", 3)], sense="max")
    assert program.cost == {0: F(-1)}
    assert program.inequalities == [{0: F(-1), "x": F(1)}, {0: F(-1), "x": F(-1)}, {"x": F(-1), "": F(3)}]


def test_equalities_and_inequalities_are_kept_apart_in_order():
    program = rows("x", [("x", "==", 1), ("x", ">=", 0), ("x", "<=", ["/", 5, 2])])
    assert program.places == [("equality", 0), ("inequality", 0), ("inequality", 1)]
    assert program.equalities == [{"x": F(-1), "": F(1)}] or program.equalities == [{"x": F(1), "": F(-1)}]
    assert program.inequalities == [{"x": F(1)}, {"x": F(-1), "": F(5, 2)}]


def test_inner_products_expand_to_sorted_pairs():
    program = rows(["dot", {"v": "1", "u": "-2"}, {"u": "1/2", "v": "1"}], [])
    assert program.cost == {("u", "v"): F(1, 2) - 2, ("v", "v"): F(1), ("u", "u"): F(-1)}


def test_dual_data_share_a_maximum_among_its_arguments():
    program = rows(["*", 3, ["max", "x", "y"]], [("x", "==", 1), ("y", ">=", 0)])
    assert program.dual_json([F(1), F(2), F(5), F(-1)]) == {
        "weights": [["1/3", "2/3"]],
        "constraints": ["-1", "5"],
    }
    assert program.dual_json([F(0)] * 4)["weights"] == [["1", "0"]]


@pytest.mark.parametrize(
    "objective",
    [
        ["min", "x", 0],
        ["*", -1, ["abs", "x"]],
        ["*", "x", "x"],
        ["exp", "x"],
        ["^", "x", 2],
        ["*", -2, ["max", "x", "y"]],
    ],
)
def test_what_is_not_convex_piecewise_linear_is_refused(objective):
    with pytest.raises(ValueError, match="linear"):
        rows(objective, [])


def test_a_zero_factor_does_not_hide_a_maximum():
    with pytest.raises(ValueError, match="linear"):
        rows(["*", 0, ["max", "x", "y"]], [])


@pytest.mark.parametrize("value", [0.1, float("nan"), "a", "1/0", None, True])
def test_only_exact_numbers_count(value):
    with pytest.raises(ValueError, match="exact rationals"):
        exact(value, "it")


def _terms():
    leaves = st.one_of(
        st.integers(-3, 3), st.sampled_from(["x", "y"]), st.builds(lambda p: ["/", p, 7], st.integers(-5, 5))
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: ["+", a, b], inner, inner),
            st.builds(lambda a, b: ["max", a, b], inner, inner),
            st.builds(lambda k, a: ["*", k, ["+", "x", a]], st.integers(1, 4), inner),
            st.builds(lambda name, k: ["abs", ["+", name, k]], st.sampled_from(["x", "y"]), st.integers(-3, 3)),
        ),
        max_leaves=8,
    )


def _value(term, point):
    if isinstance(term, int):
        return F(term)
    if isinstance(term, str):
        return point[term]
    if term[0] == "/":
        return F(term[1], term[2])
    values = [_value(part, point) for part in term[1:]]
    return {"+": sum, "max": max, "abs": lambda v: abs(v[0]), "*": lambda v: v[0] * v[1]}[term[0]](values)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_terms(), st.fractions(-5, 5, max_denominator=9), st.fractions(-5, 5, max_denominator=9))
def test_least_values_of_the_new_unknowns_give_back_the_term(term, x, y):
    program, point = rows(term, []), {"x": x, "y": y, "": F(1)}
    for unknown in reversed(range(len(program.maxima))):  # inner maxima come later in the walk
        arguments = [program.inequalities[row] for row in program.maxima[unknown]]
        point[unknown] = max(
            -sum(value * point[key] for key, value in form.items() if key != unknown) for form in arguments
        )
    assert sum((value * point[key] for key, value in program.cost.items()), F(0)) == _value(term, {"x": x, "y": y})


def test_small_helpers():
    assert combine([]) == {}
    assert has_unknowns(["dot", {"x": "1"}, {"x": "1"}])
    assert not has_unknowns(["/", 1, 2])
