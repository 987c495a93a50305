"""Worst cases decided by exact multipliers and Gram matrices."""

import json
import re
import subprocess
import sys
from fractions import Fraction as F  # noqa: N817

import pytest

from theory.engine.checker import Rejected, check, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.provers.semidefinite import _Program, semidefinite
from theory.engine.statements.gram import least, scalars, vectors
from theory.engine.statements.semidefinite import WorstCase

u, v, w = vectors("u v w")
f, h = scalars("f h")
BUDGET = Budget()


def outcome(statement):
    """Return "refuted", "certified" or why neither, with every witness and certificate re-checked."""
    method = semidefinite()
    witness = method.refute(statement, BUDGET)
    if witness is not None:
        confirm(statement.to_json(), json.loads(json.dumps(witness.to_json())))
        return "refuted"
    result = method.decide(statement, BUDGET)
    if isinstance(result, Undecided):
        return f"{result.reason}; {result.worst}"
    method.recheck(statement, Certificate.from_json(json.loads(json.dumps(result.to_json()))), BUDGET)
    return "certified"


def cauchy(relation, value):
    return WorstCase(u @ v, [(u @ u, "<=", 1), (v @ v, "<=", 4)], relation, value)


def test_it_is_a_prover():
    assert isinstance(semidefinite(), Prover)
    assert semidefinite().evidence is Evidence.CERTIFIED


@pytest.mark.parametrize(
    ("relation", "value", "expected"),
    [
        ("<=", 2, "certified"),
        ("==", 2, "certified"),
        (">=", 2, "certified"),
        ("<=", 3, "certified"),
        (">=", 1, "certified"),
        ("<=", F(199, 100), "refuted"),
        ("==", F(199, 100), "refuted"),
        ("==", F(201, 100), "refuted"),
        (">=", F(201, 100), "refuted"),
    ],
)
def test_the_inequality_of_cauchy_and_schwarz(relation, value, expected):
    assert outcome(cauchy(relation, value)) == expected


def test_what_is_claimed_next_to_the_optimum_is_told_from_it():
    near = F(14142135623730951, 10**16)
    told = outcome(WorstCase(u @ v, [(u @ u, "<=", 2), (v @ v, "<=", 1)], "==", near))
    found = re.search(r"optimum is (about 1\.4142\d+), claimed is equal to (about 1\.4142\d+)$", told)
    assert found[1] != found[2]
    assert re.fullmatch(
        r"the solver's optimum is about (2\.0000|1\.9999)\d+, claimed is at most 5", _Program(cauchy("<=", 5)).hint()
    )


def test_equalities_scalars_and_three_vectors():
    # |u| = |v| = |w| = 1 and <u, v> = 7/25: <u + v, w> is at most |u + v| = sqrt(2 + 14/25) = 8/5
    conditions = [
        (u @ u, "==", 1),
        (v @ v, "==", 1),
        (u @ v, "==", F(7, 25)),
        (w @ w, "<=", 1),
        (f, "<=", 1),
        (f, "==", h),
    ]
    assert outcome(WorstCase((u + v) @ w + h, conditions, "==", F(8, 5) + 1)) == "certified"
    assert outcome(WorstCase((u + v) @ w + h, conditions, ">=", F(8, 5) + F(101, 100))) == "refuted"


def test_the_least_of_several_is_a_concave_objective():
    conditions = [(u @ u + 2 * (v @ v), "<=", 1)]
    assert outcome(WorstCase(least(u @ u, v @ v), conditions, "==", F(1, 3))) == "certified"
    assert outcome(WorstCase(least(u @ u, v @ v), conditions, "<=", F(33, 100))) == "refuted"


def test_an_irrational_supremum_is_bounded_but_not_attained():
    problem = [(u @ u, "<=", 1), (v @ v, "<=", 2)]
    assert outcome(WorstCase(u @ v, problem, "<=", F(1415, 1000))) == "certified"
    assert outcome(WorstCase(u @ v, problem, ">=", F(1414, 1000))) == "certified"
    assert outcome(WorstCase(u @ v, problem, "<=", F(1414, 1000))) == "refuted"


def test_an_unbounded_problem_is_refuted_or_named():
    assert outcome(WorstCase(u @ v, [(u @ u, "<=", 1)], "<=", 100)) == "refuted"
    empty = WorstCase(u @ u, [(u @ u, "<=", -1)], ">=", 0)
    assert outcome(empty) != "certified"


def test_tampering_with_a_found_certificate_is_rejected():
    statement = cauchy("==", 2)
    certificate = semidefinite().decide(statement, BUDGET).to_json()
    check(statement.to_json(), certificate)
    for other in (
        cauchy("==", F(2000001, 1000000)),
        cauchy("<=", F(1999999, 1000000)),
        WorstCase(u @ v, [(u @ u, "<=", 1)], "<=", 2),
    ):
        with pytest.raises(Rejected):
            check(other.to_json(), certificate)
    left = certificate["data"]["parts"][0]["left"]
    for index in range(2):
        for change in ("-1", "2", "1/1000000000000"):
            spoilt = json.loads(json.dumps(certificate))
            numbers = spoilt["data"]["parts"][0]["left"]["multipliers"][0]["constraints"]
            numbers[index] = str(F(left["multipliers"][0]["constraints"][index]) + F(change))
            with pytest.raises(Rejected):
                check(statement.to_json(), spoilt)


def test_rechecking_imports_no_solver():
    certificate = semidefinite().decide(cauchy("==", 2), BUDGET)
    code = f"""
import json, sys
from theory.engine.evidence import Budget, Certificate
from theory.engine.provers.semidefinite import semidefinite
from theory.engine.statements.gram import vectors
from theory.engine.statements.semidefinite import WorstCase
u, v = vectors("u v")
statement = WorstCase(u @ v, [(u @ u, "<=", 1), (v @ v, "<=", 4)], "==", 2)
certificate = Certificate.from_json(json.loads({json.dumps(json.dumps(certificate.to_json()))}))
semidefinite().recheck(statement, certificate, Budget())
assert not {{"cvxpy", "clarabel", "scs", "scipy", "sympy"}} & set(sys.modules), "a solver was imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
