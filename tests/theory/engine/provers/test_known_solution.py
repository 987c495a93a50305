"""A known solution decides a worst case without a solver, is checked as any other, and cannot make a false one pass."""

from fractions import Fraction

import pytest

from theory.engine.checker import check, confirm
from theory.engine.evidence import Budget, Undecided
from theory.engine.provers.conic import Region, search
from theory.engine.provers.semidefinite import KnownSolution, semidefinite
from theory.engine.statements.gram import largest, least, vectors
from theory.engine.statements.semidefinite import WorstCase

BUDGET = Budget()
PRODUCTS = {("u", "u"): Fraction(1), ("u", "v"): Fraction(2), ("v", "u"): Fraction(2), ("v", "v"): Fraction(4)}
KNOWN = KnownSolution([Fraction(1), Fraction(1, 4)], PRODUCTS, {})


def cauchy(relation, value):
    u, v = vectors("u v")
    return WorstCase(u @ v, [(u @ u, "<=", 1), (v @ v, "<=", 4)], relation, value)


@pytest.fixture
def no_solver(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("the solver was called")

    monkeypatch.setattr("theory.engine.provers.semidefinite.search", fail)


@pytest.mark.usefixtures("no_solver")
@pytest.mark.parametrize(("relation", "value"), [("==", 2), ("<=", 2), ("<=", 3), (">=", 2), (">=", 1)])
def test_it_decides_what_it_shows(relation, value):
    method, statement = semidefinite(KNOWN), cauchy(relation, value)
    assert method.refute(statement, BUDGET) is None
    check(statement.to_json(), method.decide(statement, BUDGET).to_json())


@pytest.mark.usefixtures("no_solver")
@pytest.mark.parametrize(
    ("relation", "value", "says"),
    [
        ("==", 1, "a known Gram matrix shows the worst case to be at least 2, claimed is equal to 1"),
        ("==", 3, "known multipliers show the worst case to be at most 2, claimed is equal to 3"),
        (
            "<=",
            Fraction(199, 100),
            "a known Gram matrix shows the worst case to be at least 2, claimed is at most 1.99",
        ),
        (">=", 3, "known multipliers show the worst case to be at most 2, claimed is at least 3"),
    ],
)
def test_it_refutes_what_it_contradicts_and_says_by_how_much(relation, value, says):
    statement = cauchy(relation, value)
    witness = semidefinite(KNOWN).refute(statement, BUDGET)
    confirm(statement.to_json(), witness.to_json())
    assert witness.summary == says


@pytest.mark.usefixtures("no_solver")
def test_what_a_known_point_attains_may_be_a_minimum():
    u, v = vectors("u v")
    objective = least(u @ u + 3, v @ v - 4 - largest(-(u @ u), -3))
    statement = WorstCase(objective, [(u @ u, "<=", 1), (v @ v, "<=", 4)], "<=", 0)
    witness = semidefinite(KnownSolution([], PRODUCTS, {})).refute(statement, BUDGET)
    confirm(statement.to_json(), witness.to_json())
    assert witness.summary == "a known Gram matrix shows the worst case to be at least 1, claimed is at most 0"


@pytest.mark.usefixtures("no_solver")
def test_known_multipliers_belong_to_constraints_in_their_order():
    u, v = vectors("u v")
    statement = WorstCase(u @ v, [(u @ u, "==", 2), (v @ v, "<=", 4)], ">=", 7)
    witness = semidefinite(KnownSolution([Fraction(-1), Fraction(1, 4)], PRODUCTS, {})).refute(statement, BUDGET)
    confirm(statement.to_json(), witness.to_json())
    assert witness.summary == "known multipliers show the worst case to be at most 3, claimed is at least 7"


@pytest.mark.parametrize(
    "wrong",
    [
        KnownSolution([Fraction(-1), Fraction(1, 4)], PRODUCTS, {}),
        KnownSolution([Fraction(1)], PRODUCTS, {}),
        KnownSolution([Fraction(1, 2), Fraction(1, 8)], PRODUCTS | {("u", "u"): Fraction(9)}, {}),
    ],
)
def test_a_wrong_solution_shows_nothing_and_the_search_goes_on(wrong):
    assert semidefinite(wrong).known_certificate(cauchy("<=", 2)) is None
    assert semidefinite(wrong).refute(cauchy("<=", 2), BUDGET) is None
    result = semidefinite(wrong).decide(cauchy("==", 2), BUDGET)
    assert not isinstance(result, Undecided)
    check(cauchy("==", 2).to_json(), result.to_json())


def test_a_solution_that_names_other_vectors_is_refused():
    with pytest.raises(ValueError, match="does not say what v are"):
        semidefinite(KnownSolution([], {("u", "u"): Fraction(1)}, {})).decide(cauchy(">=", 2), BUDGET)


def test_the_accuracy_of_a_search_can_be_asked_for():
    region = Region(["x"], [], [{"x": Fraction(3), "": Fraction(-1)}], [])
    assert search(region, {"x": Fraction(1)}, accuracy=1e-12)[1] == pytest.approx(1 / 3, abs=1e-10)
