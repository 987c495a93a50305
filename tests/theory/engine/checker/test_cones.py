"""Certificates of cone programs: what shows the bounds passes, whatever is tampered with is rejected."""

import copy
import random
import subprocess
import sys

import pytest
from flint import fmpq

from theory.engine.checker import Rejected, check, confirm
from theory.engine.checker.cones import _in_cone, _in_dual_cone, _Program

# minimise z where x = 1 and (x, 1, z) is in the cone: e, from 2.718 by the multipliers of a tangent to 2.719 by a point
STATEMENT = {
    "kind": "exponential_cone",
    "program": {
        "sense": "min",
        "unknowns": ["x", "z"],
        "objective": {"z": "1"},
        "constraints": [["==", {"x": "1", "": "-1"}], [">=", {"z": "1"}]],
        "cones": [[{"x": "1"}, {"": "1"}, {"z": "1"}]],
    },
    "low": ["+", ["exp", 1], ["/", -1, 1000]],
    "high": ["+", ["exp", 1], ["/", 1, 1000]],
}
POINT = {"x": "1", "z": "2719/1000"}
# exp(x) >= e + e (x - 1) with 2718/1000 for e: (u, v, w) = (-2718/1000, v, 1) with v <= 2718/1000 (1 - log 2.718) ~ 0
MULTIPLIERS = {"constraints": ["2718/1000", "0"], "cones": [["-2718/1000", "1/10000", "1"]]}
DATA = {"point": POINT, "multipliers": MULTIPLIERS}


def evidence(data):
    return {"kind": "exponential_cone", "data": data}


def changed(raw, path, value):
    result = copy.deepcopy(raw)
    item = result
    for key in path[:-1]:
        item = item[key]
    item[path[-1]] = value
    return result


def test_the_certificate_by_hand_passes():
    check(STATEMENT, evidence(DATA))
    check(STATEMENT | {"low": None}, evidence({"point": POINT}))
    check(STATEMENT | {"high": None}, evidence({"multipliers": MULTIPLIERS}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("point", "z"), "2718/1000"),  # below e
        (("point", "z"), "2720/1000"),  # above the bound
        (("point", "z"), "-1"),
        (("point", "x"), "2"),  # off the equality
        (("point",), {"x": "1"}),
        (("point",), {"x": "1", "z": "2719/1000", "w": "0"}),
        (("multipliers", "constraints"), ["2718/1000", "-1"]),  # an inequality needs a multiplier >= 0
        (("multipliers", "constraints"), ["2718/1000", "1/1000000"]),  # leaves z in the bound
        (("multipliers", "constraints"), ["2718/1000"]),
        (("multipliers", "constraints"), ["2719/1000", "0"]),
        (("multipliers", "cones", 0), ["-2718/1000", "-1/1000", "1"]),  # outside the dual cone
        (("multipliers", "cones", 0), ["-2718/1000", "1", "1"]),  # inside, but weak
        (("multipliers", "cones", 0), ["2718/1000", "1/10000", "1"]),
        (("multipliers", "cones", 0), ["-2718/1000", "1/10000"]),
        (("multipliers", "cones"), []),
    ],
)
def test_tampered_data_are_rejected(path, value):
    with pytest.raises(Rejected):
        check(STATEMENT, evidence(changed(DATA, path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("program", "sense"), "max"),
        (("program", "sense"), "any"),
        (("program", "objective"), {"z": "11/10"}),
        (("program", "objective"), {"w": "1"}),
        (("program", "constraints", 0, 1), {"x": "1", "": "-1001/1000"}),
        (("program", "constraints", 0, 0), "<="),
        (("program", "cones", 0, 1), {"": "2"}),
        (("program", "cones", 0), [{"x": "1"}, {"": "1"}]),
        (("program", "cones"), []),
        (("low",), ["+", ["exp", 1], ["/", -1, 10000]]),
        (("high",), ["exp", 1]),
        (("low",), "y"),
        (("high",), ["log", -1]),
        (("high",), ["+", "x", 1]),
        (("kind",), "linear"),
    ],
)
def test_a_certificate_of_another_problem_is_rejected(path, value):
    with pytest.raises(Rejected):
        check(changed(STATEMENT, path, value), evidence(DATA))


@pytest.mark.parametrize("missing", ["point", "multipliers"])
def test_both_bounds_need_their_data(missing):
    with pytest.raises(Rejected, match="only unbounded"):
        check(STATEMENT, evidence({key: value for key, value in DATA.items() if key != missing}))


def test_a_statement_without_bounds_shows_nothing():
    with pytest.raises(Rejected, match="no bound"):
        check(STATEMENT | {"low": None, "high": None}, evidence(DATA))


def test_a_bound_that_is_met_exactly_counts():
    program = {"sense": "max", "unknowns": ["x"], "objective": {"x": "1"}, "constraints": [], "cones": []}
    program["constraints"] = [[">=", {"x": "-1", "": "1/3"}]]
    statement = {"kind": "exponential_cone", "program": program, "low": ["/", 1, 3], "high": ["/", 1, 3]}
    data = {"point": {"x": "1/3"}, "multipliers": {"constraints": ["1"], "cones": []}}
    check(statement, evidence(data))
    with pytest.raises(Rejected):
        check(statement | {"high": ["/", 33, 100]}, evidence(data))
    confirm(statement | {"high": ["/", 33, 100]}, evidence({"point": {"x": "1/3"}}))
    confirm(statement | {"low": ["/", 34, 100], "high": None}, evidence({"multipliers": data["multipliers"]}))


def test_witnesses_must_go_beyond_a_bound():
    with pytest.raises(Rejected, match="beyond a bound"):
        confirm(STATEMENT, evidence(DATA))
    confirm(STATEMENT | {"low": ["/", 28, 10]}, evidence({"point": POINT}))
    confirm(STATEMENT | {"high": ["/", 27, 10]}, evidence({"multipliers": MULTIPLIERS}))
    with pytest.raises(Rejected):  # a point says nothing against an upper bound of a minimum
        confirm(STATEMENT | {"high": ["/", 27, 10]}, evidence({"point": POINT}))
    with pytest.raises(Rejected):  # nor multipliers against a lower one
        confirm(STATEMENT | {"low": ["/", 28, 10]}, evidence({"multipliers": MULTIPLIERS}))


@pytest.mark.parametrize(
    ("triple", "inside"),
    [
        ((0, 1, 1), True),
        ((0, 2, 1), False),
        ((1, 1, "2719/1000"), True),
        ((1, 1, "2718/1000"), False),
        ((-1, 0, 0), True),
        ((0, 0, 0), True),
        ((1, 0, 5), False),
        ((-1, 0, -1), False),
        ((-1, -1, 1), False),
        ((-5, 1, 0), False),
        ((-1000, 1, "1/1000000000000"), True),
    ],
)
def test_membership_by_hand(triple, inside):
    assert _in_cone(*[_exact(value) for value in triple]) is inside


def test_the_two_cones_are_dual():
    """Inner products of members are not negative, and what is just outside one cone is cut off by the other."""
    tilts = [fmpq(k, 7) for k in range(-20, 21)]
    # (log s, 1, s) is on the cone's boundary, (-s, s (log s - 1), 1) on that of the dual cone; s is moved a little
    points = [(t, fmpq(1), _exponential(t) * fmpq(1001, 1000)) for t in tilts]
    duals = [(-_exponential(t), _exponential(t) * (t - 1) + fmpq(1, 100) * _exponential(t), fmpq(1)) for t in tilts]
    assert all(_in_cone(*point) for point in points)
    assert all(_in_dual_cone(*dual) for dual in duals)
    assert all(sum(a * b for a, b in zip(p, d, strict=True)) >= 0 for p in points for d in duals)
    for s, (u, v, w) in zip(tilts, duals, strict=True):
        outside = (u, v + u / 50, w)
        assert not _in_dual_cone(*outside)
        point = (s, fmpq(1), _exponential(s) * fmpq(1001, 1000))
        assert sum(a * b for a, b in zip(point, outside, strict=True)) < 0


def _exponential(t):
    """Return exp t, rounded to a rational."""
    from flint import arb

    return arb(t).exp().mid().fmpq()


def _exact(value):
    return fmpq(*map(int, value.split("/"))) if isinstance(value, str) else fmpq(value)


def test_checking_imports_no_solver_and_no_prover():
    code = (
        "import sys\n"
        "import theory.engine.checker.cones\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in ('sympy', 'cvxpy', 'scipy', 'numpy', 'clarabel')"
        " or name.startswith('theory.engine.provers')]\n"
        "sys.exit(repr(bad) if bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "end",
    [
        ["log", -1],
        ["^", ["log", -1], 0],
        ["^", ["^", 0, -1], 0],
        ["max", ["log", -1], 5],
        ["min", 5, ["log", -1]],
        ["*", 0, ["log", 0]],
        ["exp", ["log", 0]],
        ["/", 1, 0],
        ["^", -1, ["/", 1, 2]],
        ["exp", ["exp", ["exp", 100]]],
    ],
)
def test_an_end_that_is_no_number_or_cannot_be_held_bounds_nothing(end):
    """The optimum is 0, shown exactly."""
    program = {"sense": "min", "unknowns": ["x"], "objective": {"x": "1"}, "constraints": [["==", {"x": "1"}]]}
    statement = {"kind": "exponential_cone", "program": program | {"cones": []}, "low": None, "high": None}
    data = {"point": {"x": "0"}, "multipliers": {"constraints": ["1"], "cones": []}}
    for judge in (check, confirm):
        for side in ("low", "high"):
            with pytest.raises(Rejected):
                judge(statement | {side: end}, evidence(data))


def test_no_mutated_certificate_shows_a_bound_beyond_the_optimum():
    """Each number is moved at random, hard by the optimum e: whatever is accepted is true of e."""
    rng, program, accepted = random.Random(7), _Program(STATEMENT), 0
    e = _exponential(fmpq(1))
    for _ in range(2000):
        z, m, v = (e + fmpq(rng.randint(-9, 9), 10 ** rng.randint(3, 12)) for _ in range(3))
        u = -m if rng.random() < 0.9 else -z
        tilted = {"constraints": [str(m), "0"], "cones": [[str(u), str((v - e) * rng.choice((1, 10))), "1"]]}
        for data in ({"point": {"x": "1", "z": str(z)}}, {"multipliers": tilted}):
            try:
                low, high = program.known(data)
            except Rejected:
                continue
            accepted += 1
            assert low is None or low <= e + fmpq(1, 10**14)
            assert high is None or high >= e - fmpq(1, 10**14)
    assert accepted > 500
