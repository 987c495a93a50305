"""The statement on linear minima: what it accepts, its data, its LaTeX."""

from fractions import Fraction

import pytest
import sympy

from theory.engine.statements.linear import LinearMinima, LinearMinimum, LinearProgram

x, y = sympy.symbols("x y", real=True)


def program(objective=x, constraints=((x, ">=", 1),), variables=(x,)):
    return LinearProgram(objective, variables, constraints)


def test_json_holds_the_problem_exactly():
    statement = LinearMinimum(program(x / 3), ">=", Fraction(1, 3))
    assert statement.to_json() == {
        "kind": "linear",
        "parts": [
            {
                "left": {
                    "sense": "min",
                    "programs": [
                        {
                            "scalars": ["x"],
                            "vectors": [],
                            "objective": ["*", ["/", 1, 3], "x"],
                            "constraints": [["x", ">=", 1]],
                        }
                    ],
                },
                "relation": ">=",
                "right": {"value": "1/3"},
            }
        ],
    }


def test_digest_follows_the_content():
    digests = {
        LinearMinimum(program(), "==", 1).digest(),
        LinearMinimum(program(), ">=", 1).digest(),
        LinearMinimum(program(), "==", 2).digest(),
        LinearMinimum(program(2 * x), "==", 1).digest(),
        LinearMinimum(program(constraints=[(x, ">=", 2)]), "==", 1).digest(),
        LinearMinimum(1, "==", program()).digest(),
    }
    assert len(digests) == 6
    assert LinearMinimum(program(), "==", 1).digest() == LinearMinimum(program(), "==", Fraction(1)).digest()


def test_latex_states_objective_constraints_and_value():
    latex = LinearMinimum(program(sympy.Max(x, 2 - x)), "==", Fraction(9, 5)).latex()
    assert latex == r"\min \left\{ \max\left(x, 2 - x\right) \;:\; x \in \mathbb{R},\; x \ge 1 \right\} = \frac{9}{5}"


def test_long_latex_is_abbreviated_and_says_so():
    assert r"\text{ (5 in all) }" in LinearMinimum([program()] * 5, "==", 1).latex()
    assert (
        r"\text{ (9 in all) }" in LinearMinimum(program(constraints=[(x, ">=", k) for k in range(9)]), "==", 8).latex()
    )


def test_scope_counts_programs_and_constraints():
    assert LinearMinimum([program()] * 2, "==", 1).scope() == "2 programs, all real x under 1 linear constraints"
    several = LinearMinima([LinearMinimum(program(), "==", 1)] * 3)
    assert several.scope() == "3 comparisons: 3 programs, all real x under 1 linear constraints"


@pytest.mark.parametrize(
    ("objective", "constraints", "message"),
    [
        (x * x, (), "no.* linear|not linear|piecewise linear"),
        (x * y, (), "product|not linear"),
        (sympy.Min(x, 0), (), "not convex"),
        (-sympy.Max(x, 0), (), "not concave"),
        (x, [(sympy.Max(x, 0), "<=", 1)], "not linear"),
        (0.5 * x, (), "floats are not exact"),
        (sympy.sqrt(2) * x, (), "linear"),
        (x, [(x, "<", 1)], "allowed: <= >= =="),
        (sympy.Symbol("x"), (), "not among the variables"),
        (sympy.Symbol("z"), (), "not among the variables"),
    ],
)
def test_what_is_not_a_linear_program_is_refused(objective, constraints, message):
    with pytest.raises(ValueError, match=message):
        LinearProgram(objective, (x, y), constraints)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((program(), "=", 1), "allowed: == <= >= < >"),
        ((program(), "==", 0.5), "exact rationals"),
        (([], "==", 1), "non-empty sequence"),
        (([x], "==", 1), "non-empty sequence"),
        ((program(), "==", "1/0"), "exact rationals"),
        ((program(), "==", True), "exact rationals"),
    ],
)
def test_what_is_not_a_comparison_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearMinimum(*arguments)


def test_names_must_be_distinct_and_parts_must_exist():
    with pytest.raises(ValueError, match="distinct names"):
        LinearProgram(x, (x, sympy.Symbol("x")))
    with pytest.raises(ValueError, match="at least one"):
        LinearMinima([])
