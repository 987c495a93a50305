"""The checker's front door: kinds, malformed input, and what it imports."""

import subprocess
import sys

import pytest

from theory.engine.checker import Rejected, check, confirm


@pytest.mark.parametrize("evidence", [None, 3, [], {}, {"kind": 7}, {"kind": "boxes"}, {"kind": "boxes", "data": []}])
@pytest.mark.parametrize("function", [check, confirm])
def test_rejects_what_is_no_evidence(function, evidence):
    with pytest.raises(Rejected):
        function({"kind": "forall"}, evidence)


def test_names_the_kinds_it_knows():
    with pytest.raises(Rejected, match=r"no certificate of kind 'magic'; known: boxes, exponential_cone, linear"):
        check({}, {"kind": "magic", "data": {}})


def test_malformed_data_is_rejected_and_nothing_else_escapes():
    with pytest.raises(Rejected, match=r"malformed|kind"):
        check({"kind": "forall", "domain": 3}, {"kind": "boxes", "data": {}})


def test_a_term_nested_too_deeply_is_rejected():
    term = "x"
    for _ in range(5000):
        term = ["exp", term]
    entry = {"name": "x", "low": "0", "high": "1", "low_closed": True, "high_closed": True, "integer": False}
    statement = {"kind": "forall", "domain": [entry], "lhs": term, "relation": ">=", "rhs": 0, "given": []}
    with pytest.raises(Rejected, match="malformed"):
        confirm(statement, {"kind": "point", "data": {"point": {"x": "1/2"}}})


def test_checking_imports_no_sympy_no_solver_and_no_prover():
    code = (
        "import sys\n"
        "import theory.engine.checker.boxes, theory.engine.checker.roots\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in ('sympy', 'cvxpy', 'scipy', 'numpy')"
        " or name.startswith('theory.engine.provers')]\n"
        "sys.exit(repr(bad) if bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
