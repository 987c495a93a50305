"""The independent checker of rational certificates, fed true, false, tampered and hostile data."""

import copy
import subprocess
import sys
import time
from fractions import Fraction

import pytest

from theory.engine.checker import Rejected, check, confirm

# minimise max(x, 2 - x) over x >= 0: the minimum is 1, at x = 1, with weights 1/2 and 1/2
LINEAR = {
    "kind": "linear",
    "parts": [
        {
            "left": {
                "sense": "min",
                "programs": [
                    {
                        "scalars": ["x"],
                        "vectors": [],
                        "objective": ["max", "x", ["+", 2, ["*", -1, "x"]]],
                        "constraints": [["x", ">=", 0]],
                    }
                ],
            },
            "relation": "==",
            "right": {"value": "1"},
        }
    ],
}
LINEAR_BOUNDS = {
    "program": 0,
    "point": {"gram": [], "scalars": {"x": "1"}},
    "multipliers": [{"weights": [["1/2", "1/2"]], "constraints": ["0"]}],
}
LINEAR_CERTIFICATE = {"kind": "linear", "data": {"parts": [{"left": LINEAR_BOUNDS, "right": {}}]}}

# maximise <u, v> over |u|^2 <= 1, |v|^2 <= 4: the supremum is 2, at v = 2u, with multipliers 1 and 1/4
U, V = {"u": "1"}, {"v": "1"}
SEMIDEFINITE = {
    "kind": "semidefinite",
    "parts": [
        {
            "left": {
                "sense": "max",
                "programs": [
                    {
                        "scalars": [],
                        "vectors": ["u", "v"],
                        "objective": ["dot", U, V],
                        "constraints": [[["dot", U, U], "<=", 1], [["dot", V, V], "<=", 4]],
                    }
                ],
            },
            "relation": "==",
            "right": {"value": "2"},
        }
    ],
}
SEMIDEFINITE_BOUNDS = {
    "program": 0,
    "point": {"gram": [["1", "2"], ["2", "4"]], "scalars": {}},
    "multipliers": [{"weights": [], "constraints": ["1", "1/4"]}],
}
SEMIDEFINITE_CERTIFICATE = {
    "kind": "semidefinite",
    "data": {"parts": [{"left": SEMIDEFINITE_BOUNDS, "right": {}}]},
}

PAIRS = [(LINEAR, LINEAR_CERTIFICATE), (SEMIDEFINITE, SEMIDEFINITE_CERTIFICATE)]


def changed(data, path, value):
    """Return a deep copy with one entry replaced, or removed where the value is None."""
    result = copy.deepcopy(data)
    place = result
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def stating(statement, relation, value):
    part = statement["parts"][0] | {"relation": relation, "right": {"value": value}}
    return {"kind": statement["kind"], "parts": [part]}


@pytest.mark.parametrize(("statement", "certificate"), PAIRS)
def test_true_certificates_pass(statement, certificate):
    check(statement, certificate)


@pytest.mark.parametrize(("statement", "certificate"), PAIRS)
@pytest.mark.parametrize(("factor", "good"), [("99/100", ">="), ("101/100", "<="), ("1", "<="), ("1", ">=")])
def test_relations_hold_as_far_as_the_bounds_go(statement, certificate, factor, good):
    value = str(Fraction(factor) * Fraction(statement["parts"][0]["right"]["value"]))
    check(stating(statement, good, value), certificate)
    if factor != "1":
        for bad in {"<=", ">=", "=="} - {good}:
            with pytest.raises(Rejected, match="do not show"):
                check(stating(statement, bad, value), certificate)
            witness = {
                "kind": statement["kind"],
                "data": {"part": 0, "left": certificate["data"]["parts"][0]["left"], "right": {}},
            }
            confirm(stating(statement, bad, value), witness)


@pytest.mark.parametrize("relation", ["<", ">"])
def test_strict_relations_fail_at_equality(relation):
    with pytest.raises(Rejected, match="do not show"):
        check(stating(LINEAR, relation, "1"), LINEAR_CERTIFICATE)
    confirm(
        stating(LINEAR, relation, "1"),
        {"kind": "linear", "data": {"part": 0, "left": LINEAR_BOUNDS, "right": {}}},
    )


@pytest.mark.parametrize(("statement", "certificate"), PAIRS)
def test_a_true_statement_is_not_refuted(statement, certificate):
    witness = {
        "kind": statement["kind"],
        "data": {"part": 0, "left": certificate["data"]["parts"][0]["left"], "right": {}},
    }
    with pytest.raises(Rejected, match="do not refute"):
        confirm(statement, witness)


LEFT = ("data", "parts", 0, "left")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*LEFT, "point", "scalars", "x"), "3"),  # feasible, but not optimal
        ((*LEFT, "point", "scalars", "x"), "-1"),  # infeasible
        ((*LEFT, "point", "scalars"), {}),
        ((*LEFT, "point", "scalars"), {"x": "1", "y": "0"}),
        ((*LEFT, "point", "gram"), [["1"]]),
        ((*LEFT, "point"), None),
        ((*LEFT, "program"), 1),
        ((*LEFT, "program"), -1),
        ((*LEFT, "program"), True),
        ((*LEFT, "multipliers"), None),
        ((*LEFT, "multipliers"), []),
        ((*LEFT, "multipliers", 0, "weights"), [["1/2", "1/3"]]),
        ((*LEFT, "multipliers", 0, "weights"), [["3/2", "-1/2"]]),
        ((*LEFT, "multipliers", 0, "weights"), [["1"]]),
        ((*LEFT, "multipliers", 0, "weights"), []),
        ((*LEFT, "multipliers", 0, "weights"), [["1/2", "1/2"]] * 2),
        ((*LEFT, "multipliers", 0, "weights"), [["1/4", "3/4"]]),  # leaves x in the bound
        ((*LEFT, "multipliers", 0, "constraints"), ["-1"]),
        ((*LEFT, "multipliers", 0, "constraints"), []),
        ((*LEFT, "multipliers", 0, "constraints"), ["0", "0"]),
        (("data", "parts"), []),
        (("data", "parts"), {}),
        (("data",), []),
        (("kind",), "semidefinite"),
        (("kind",), "no such"),
    ],
)
def test_tampered_linear_certificates_are_rejected(path, value):
    with pytest.raises(Rejected):
        check(LINEAR, changed(LINEAR_CERTIFICATE, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*LEFT, "point", "gram"), [["1", "2"], ["2", "3"]]),  # not PSD
        ((*LEFT, "point", "gram"), [["1", "2"], ["1", "4"]]),  # not symmetric
        ((*LEFT, "point", "gram"), [["1", "2"]]),
        ((*LEFT, "point", "gram"), [["1", "2"], ["2"]]),
        ((*LEFT, "point", "gram"), [["4", "4"], ["4", "4"]]),  # infeasible
        ((*LEFT, "point", "gram", 1, 1), "3999999999999999999999999999999/1000000000000000000000000000000"),
        ((*LEFT, "point", "scalars"), {"u": "1"}),
        ((*LEFT, "point"), None),
        ((*LEFT, "multipliers", 0, "constraints"), ["1", "1/5"]),  # slack not PSD
        ((*LEFT, "multipliers", 0, "constraints"), ["1", "-1/4"]),
        ((*LEFT, "multipliers", 0, "constraints"), ["1/2", "1/2"]),  # slack PSD, but the bound is 5/2
        (
            (*LEFT, "multipliers", 0, "constraints", 0),
            "999999999999999999999999999999/1000000000000000000000000000000",
        ),
        ((*LEFT, "multipliers"), None),
        (("data", "parts", 0, "left"), None),
    ],
)
def test_tampered_semidefinite_certificates_are_rejected(path, value):
    with pytest.raises(Rejected):
        check(SEMIDEFINITE, changed(SEMIDEFINITE_CERTIFICATE, path, value))


def test_a_slack_that_is_negative_by_1e_30_is_not_positive_semidefinite():
    tiny = changed(
        SEMIDEFINITE_CERTIFICATE,
        (*LEFT, "multipliers", 0, "constraints"),
        ["1", f"{10**30 - 1}/{4 * 10**30}"],
    )
    with pytest.raises(Rejected, match="slack matrix is not positive semidefinite"):
        check(stating(SEMIDEFINITE, "<=", "3"), tiny)


HOSTILE = [
    "1/0",
    "0/0",
    "1e9999999",
    "1" * 1_000_000,
    "nan",
    "inf",
    "0.5",
    " 1",
    "1_0",
    "\u0661",
    "",
    "1/-2",
    "--1",
    1,
    0.5,
    None,
    ["1"],
    {},
    True,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text)[:12] for text in HOSTILE])
@pytest.mark.parametrize(("statement", "certificate"), PAIRS, ids=["linear", "semidefinite"])
def test_what_is_not_a_rational_text_is_rejected_at_once(statement, certificate, text):
    start = time.perf_counter()
    hostile = copy.deepcopy(certificate)
    hostile["data"]["parts"][0]["left"]["multipliers"][0]["constraints"][0] = text
    with pytest.raises(Rejected):
        check(statement, hostile)
    assert time.perf_counter() - start < 5  # of a hang, not of speed


def test_a_certificate_of_another_problem_is_rejected():
    other = changed(LINEAR, ("parts", 0, "left", "programs", 0, "objective"), ["max", "x", ["+", 3, ["*", -1, "x"]]])
    with pytest.raises(Rejected):
        check(other, LINEAR_CERTIFICATE)
    with pytest.raises(Rejected):
        check(SEMIDEFINITE, LINEAR_CERTIFICATE)
    with pytest.raises(Rejected):
        check(LINEAR, SEMIDEFINITE_CERTIFICATE)


@pytest.mark.parametrize(
    "objective",
    [
        ["min", "x", 0],
        ["*", -1, ["max", "x", 0]],
        ["*", "x", "x"],
        ["exp", "x"],
        "y",
        ["abs", ["max", "x", 0]],
        ["*", 0, ["max", "x", 0]],
    ],
)
def test_a_statement_that_is_not_convex_is_never_shown(objective):
    statement = changed(LINEAR, ("parts", 0, "left", "programs", 0, "objective"), objective)
    for weights in ([], [["1", "0"]], [["1/2", "1/2"], ["1", "0"], ["1", "0"]]):
        with pytest.raises(Rejected):
            check(statement, changed(LINEAR_CERTIFICATE, (*LEFT, "multipliers", 0, "weights"), weights))


@pytest.mark.parametrize("part", [1, -1, None, "0", True])
def test_a_witness_names_an_existing_comparison(part):
    data = {"part": part, "left": LINEAR_BOUNDS, "right": {}}
    with pytest.raises(Rejected):
        confirm(stating(LINEAR, "==", "2"), {"kind": "linear", "data": data})


def test_existence_is_part_of_a_linear_statement():
    only_multipliers = changed(LINEAR_CERTIFICATE, (*LEFT, "point"), None)
    with pytest.raises(Rejected, match="missing"):
        check(stating(LINEAR, ">=", "1"), only_multipliers)


def test_programs_of_one_side_are_bounded_all():
    program = LINEAR["parts"][0]["left"]["programs"][0]
    two = {"sense": "min", "programs": [program, program | {"objective": "x"}]}
    statement = {"kind": "linear", "parts": [{"left": two, "relation": "==", "right": {"value": "0"}}]}
    bounds = {
        "program": 1,
        "point": {"gram": [], "scalars": {"x": "0"}},
        "multipliers": [*LINEAR_BOUNDS["multipliers"], {"weights": [], "constraints": ["1"]}],
    }
    certificate = {"kind": "linear", "data": {"parts": [{"left": bounds, "right": {}}]}}
    check(statement, certificate)
    with pytest.raises(Rejected, match="every program"):
        check(statement, changed(certificate, (*LEFT, "multipliers"), bounds["multipliers"][:1]))


def test_equality_constraints_take_multipliers_of_either_sign():
    program = {"scalars": ["x"], "vectors": [], "objective": ["*", -1, "x"], "constraints": [["x", "==", 3]]}
    statement = {
        "kind": "linear",
        "parts": [{"left": {"sense": "min", "programs": [program]}, "relation": "==", "right": {"value": "-3"}}],
    }
    left = {
        "program": 0,
        "point": {"gram": [], "scalars": {"x": "3"}},
        "multipliers": [{"weights": [], "constraints": ["-1"]}],
    }
    check(statement, {"kind": "linear", "data": {"parts": [{"left": left, "right": {}}]}})


def test_the_checker_imports_neither_sympy_nor_a_solver():
    code = (
        "import sys, theory.engine.checker.rational\n"
        "bad = {'sympy', 'cvxpy', 'scipy', 'clarabel', 'numpy'} & set(sys.modules)\n"
        "own = [m for m in sys.modules if m.startswith('theory.')]\n"
        "other = [m for m in own if not m.startswith('theory.engine.checker')]\n"
        "assert not bad and set(other) <= {'theory.engine'}, (bad, other)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
