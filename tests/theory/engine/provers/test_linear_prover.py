"""Linear programs decided by exact points and multipliers."""

import json
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy
from scipy.optimize import linprog

from theory.engine.checker import Rejected, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.provers.linear import linear_program
from theory.engine.statements.linear import LinearMinima, LinearMinimum, LinearProgram

x, y, z = sympy.symbols("x y z", real=True)
BUDGET = Budget()


def outcome(statement):
    """Return "refuted", "certified" or why neither, with every witness and certificate re-checked."""
    method = linear_program()
    witness = method.refute(statement, BUDGET)
    if witness is not None:
        confirm(statement.to_json(), json.loads(json.dumps(witness.to_json())))
        return "refuted"
    result = method.decide(statement, BUDGET)
    if isinstance(result, Undecided):
        return result.reason
    linear_program().recheck(statement, Certificate.from_json(json.loads(json.dumps(result.to_json()))), BUDGET)
    return "certified"


def test_it_is_a_prover():
    assert isinstance(linear_program(), Prover)
    assert linear_program().evidence is Evidence.CERTIFIED


CHEBYSHEV = LinearProgram(sympy.Max(sympy.Abs(x - 1), sympy.Abs(x + y), sympy.Abs(y - sympy.Rational(1, 3))), (x, y))
DIET = LinearProgram(2 * x + 3 * y, (x, y), [(x + y, ">=", 4), (x + 3 * y, ">=", 6), (x, ">=", 0), (y, ">=", 0)])
TIED = LinearProgram(x + y, (x, y), [(x + y, ">=", sympy.Rational(1, 7)), (x - y, "<=", 1), (x - y, ">=", -1)])
EQUALITY = LinearProgram(x - z, (x, y, z), [(x + y + z, "==", 1), (x, ">=", 0), (y, ">=", 0), (z, ">=", 0)])
DEGENERATE = LinearProgram(-x, (x, y), [(x, "<=", 1), (x + y, "<=", 1), (x - y, "<=", 1), (2 * x + y, "<=", 2)])


@pytest.mark.parametrize(
    ("program", "value"),
    [
        (CHEBYSHEV, Fraction(4, 9)),
        (DIET, Fraction(9)),
        (TIED, Fraction(1, 7)),
        (EQUALITY, Fraction(-1)),
        (DEGENERATE, Fraction(-1)),
    ],
    ids=["chebyshev", "diet", "tied", "equality", "degenerate"],
)
def test_minima_are_decided_from_both_sides(program, value):
    tiny = Fraction(1, 10**12)
    for relation, bound, expected in [
        ("==", value, "certified"),
        (">=", value, "certified"),
        ("<=", value, "certified"),
        (">=", value - tiny, "certified"),
        (">", value - tiny, "certified"),
        ("<", value + tiny, "certified"),
        ("==", value + tiny, "refuted"),
        ("==", value - tiny, "refuted"),
        (">=", value + tiny, "refuted"),
        ("<=", value - tiny, "refuted"),
        ("<", value, "refuted"),
        (">", value, "refuted"),
    ]:
        assert outcome(LinearMinimum(program, relation, bound)) == expected, (relation, bound)


def test_two_minima_are_compared_without_naming_their_value():
    assert outcome(LinearMinimum(DIET, "==", DIET)) == "certified"
    assert outcome(LinearMinimum(DIET, ">", TIED)) == "certified"
    assert outcome(LinearMinimum(DIET, "<=", TIED)) == "refuted"
    assert outcome(LinearMinimum([DIET, EQUALITY, TIED], "==", EQUALITY)) == "certified"
    assert outcome(LinearMinimum(9, "==", DIET)) == "certified"


def test_all_comparisons_of_several_must_hold():
    good, bad = LinearMinimum(DIET, "==", 9), LinearMinimum(TIED, "==", 0)
    assert outcome(LinearMinima([good, LinearMinimum(TIED, ">", 0)])) == "certified"
    assert outcome(LinearMinima([good, bad])) == "refuted"
    witness = linear_program().refute(LinearMinima([good, bad]), BUDGET)
    assert witness.data["part"] == 1
    assert witness.summary.startswith("comparison 2 of 2: the left side is at least ")


@pytest.mark.parametrize(
    ("relation", "value", "says"),
    [
        (">=", 10, "the left side is at most 9 and the right side at least 10, claimed is left >= right"),
        ("<", 9, "the left side is at least 9 and the right side at most 9, claimed is left < right"),
        (
            "==",
            9 - Fraction(1, 10**13),
            "the left side is at least 9 and the right side at most about 8.999999999999900, claimed is left == right",
        ),
    ],
)
def test_a_witness_says_what_both_sides_are(relation, value, says):
    assert linear_program().refute(LinearMinimum(DIET, relation, value), BUDGET).summary == says


def test_constant_objectives_and_nested_maxima():
    assert outcome(LinearMinimum(LinearProgram(sympy.Integer(2), (x,)), "==", 2)) == "certified"
    # at y = -x the value is max(x, 1 - 2 x) + x, least at x = 1/3
    nested = sympy.Max(x, 1 + 2 * sympy.Max(-x, y, evaluate=False), evaluate=False) + sympy.Abs(y)
    assert outcome(LinearMinimum(LinearProgram(nested, (x, y)), "==", Fraction(2, 3))) == "certified"
    assert outcome(LinearMinimum(LinearProgram(nested, (x, y)), "==", Fraction(66, 100))) == "refuted"


def test_empty_polyhedra_and_bottomless_objectives_are_named():
    empty = LinearProgram(x, (x,), [(x, ">=", 1), (x, "<=", 0)])
    assert "no point meets the constraints" in outcome(LinearMinimum(empty, ">=", -5))
    bottomless = LinearProgram(x + y, (x, y), [(x, "<=", 1)])
    assert outcome(LinearMinimum(bottomless, ">=", -1000)) == "refuted"
    assert outcome(LinearMinimum(bottomless, "==", 0)) == "refuted"
    assert outcome(LinearMinimum([DIET, bottomless], ">=", -7)) == "refuted"
    assert "unbounded below" in outcome(LinearMinimum(bottomless, "<=", 0))


def test_random_programs_agree_with_the_solver():
    rng = np.random.default_rng(20)
    variables = sympy.symbols("v1:5", real=True)
    for _ in range(15):
        table, right, cost = rng.integers(-4, 5, (5, 4)), rng.integers(1, 9, 5), rng.integers(-3, 4, 4)
        solved = linprog(cost, A_ub=table, b_ub=right, bounds=(-3, 3))
        conditions = [
            (sum(int(a) * v for a, v in zip(row, variables, strict=True)), "<=", int(b))
            for row, b in zip(table, right, strict=True)
        ]
        conditions += [(v, ">=", -3) for v in variables] + [(v, "<=", 3) for v in variables]
        program = LinearProgram(sum(int(c) * v for c, v in zip(cost, variables, strict=True)), variables, conditions)
        value = Fraction(solved.fun).limit_denominator(10**6)
        assert outcome(LinearMinimum(program, "==", value)) == "certified"
        assert outcome(LinearMinimum(program, "==", value + Fraction(1, 10**9))) == "refuted"


def test_a_certificate_belongs_to_its_statement():
    method = linear_program()
    certificate = method.decide(LinearMinimum(DIET, "==", 9), BUDGET)
    for other in (
        LinearMinimum(DIET, "==", 8),
        LinearMinimum(TIED, "==", Fraction(1, 7)),
        LinearMinimum([DIET, TIED], "==", 9),
    ):
        with pytest.raises(Rejected):
            method.recheck(other, certificate, BUDGET)


def test_rechecking_calls_no_solver():
    code = """
import sys
from fractions import Fraction
import sympy
from theory.engine.evidence import Budget, Certificate
from theory.engine.provers.linear import linear_program
from theory.engine.statements.linear import LinearMinimum, LinearProgram
x = sympy.Symbol("x")
left = {"program": 0, "point": {"gram": [], "scalars": {"x": "2/3"}},
        "multipliers": [{"weights": [["1/3", "2/3"]], "constraints": []}]}
statement = LinearMinimum(LinearProgram(sympy.Max(1 - x / 2, x), (x,)), "==", Fraction(2, 3))
weights = [["2/3", "1/3"], ["1/3", "2/3"]]
from theory.engine.checker import Rejected
passed = 0
for order in weights:
    left["multipliers"][0]["weights"] = [order]
    try:
        certificate = Certificate("linear", {"parts": [{"left": left, "right": {}}]})
        linear_program().recheck(statement, certificate, Budget())
        passed += 1
    except Rejected:
        pass
assert passed == 1
assert not {"scipy.optimize", "cvxpy", "clarabel", "highspy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
