"""The refuter: false neighbours of tight claims are caught, true claims are left standing."""

import pytest
import sympy
from flint import fmpq
from sympy import Rational, cosh, exp, log, sqrt

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget
from theory.engine.provers.enclosure import boxes
from theory.engine.provers.points import _FAR_SIZES, _Axis
from theory.engine.statements.forall import Domain, ForAll


def refute(text, make, *, given=None):
    domain = Domain(text)
    lhs, relation, rhs = make(*domain)
    statement = ForAll(domain, lhs, relation, rhs, given=given(*domain) if given else ())
    return boxes().refute(statement, Budget())


def power_mean(b, tau):
    a = 1 / (2 - tau)
    return ((((1 + b) ** a + (1 - b) ** a) / 2) ** (2 - tau) - 1) / (tau - 1)


FALSE = {
    "a constant 1 % too large at a zero": (
        "x in [0,1/10]",
        lambda x: (cosh(x), ">=", 1 + Rational(101, 100) * x**2 / 2),
    ),
    "a constant 0.1 % too large at a zero": (
        "b in [0,1], t in [11/10,3/2]",
        lambda b, t: (power_mean(b, t), ">=", Rational(1001, 1000) * b**2 / (2 * (2 - t))),
    ),
    "an interior minimum 0.1 % too high": (
        "x in [0,10], y in [0,10], z in [0,10]",
        lambda x, y, z: (
            (x - Rational(37, 11)) ** 2 + (y - Rational(51, 13)) ** 2 + (z - Rational(77, 10)) ** 2 + 1,
            ">=",
            Rational(1001, 1000),
        ),
    ),
    "a curved valley": (
        "x in [0,10], y in [0,10]",
        lambda x, y: (100 * (y - x**2) ** 2 + (1 - x) ** 2 + 1, ">=", Rational(101, 100)),
    ),
    "equality at a closed end": ("x in [0,1)", lambda x: (log(1 + x), "<", x)),
    "equality at an inner rational point": ("x in [0,1]", lambda x: ((2 * x - 1) ** 2, ">", 0)),
    "one integer": ("n integer in [2,oo)", lambda n: ((n - 5) ** 2, ">", 0)),
    "large integers": ("n integer in [2,oo)", lambda n: (n**2, "<=", 10**9)),
    "far out": ("x in (0,oo)", lambda x: (x, "<=", 10**8)),
    "a thin layer at an open end": ("x in (0,1]", lambda x: (x * log(x), ">=", -sqrt(x) / 2)),
    "an equation": ("x in [0,1]", lambda x: (exp(x), "==", 1 + x + x**2 / 2)),
    "near a hole": ("x in [0,1]", lambda x: (1 / (x - Rational(1, 2)), ">=", -5)),
}
TRUE = {
    "tight at a zero": ("b in [0,1]", lambda b: (power_mean(b, Rational(3, 2)), ">=", b**2 - b**4 / 4)),
    "an equation": ("x in [0,1]", lambda x: ((1 + x) ** 3, "==", 1 + 3 * x + 3 * x**2 + x**3)),
    "an open end": ("x in (0,1]", lambda x: (log(1 + x), "<", x)),
    "integers only": ("n integer in [1,9]", lambda n: ((2 * n - 9) ** 2, ">=", 1)),
    "undefined on half of the box": ("x in [-1,1]", lambda x: (log(x), "<=", x - 1)),
    "tangent inside": ("x in [0,1]", lambda x: (exp(x - Rational(1, 3)), ">=", x + Rational(2, 3))),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refuted(name):
    witness = refute(*FALSE[name])
    assert witness is not None
    assert "claimed is left " in witness.summary
    assert all("." not in value for value in witness.data["point"].values())


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_are_left_standing(name):
    assert refute(*TRUE[name]) is None


def test_integer_variables_take_integers():
    witness = refute("n integer in (3/2,100), x in [0,1]", lambda n, x: (n * x, "<", 150))
    assert witness is None
    witness = refute("n integer in (3/2,100), x in [0,1]", lambda n, x: (n * x, "<", 50))
    assert int(witness.data["point"]["n"]) in range(51, 100)


def test_conditions_are_met_by_the_witness():
    def make(x, y):
        return x + y, "<=", 1

    witness = refute("x in [0,1], y in [0,1]", make, given=lambda x, y: ((x, ">", 2 * y), (y, ">=", Rational(1, 3))))
    x, y = (sympy.Rational(witness.data["point"][name]) for name in "xy")
    assert x + y > 1
    assert x > 2 * y
    assert y >= Rational(1, 3)
    assert refute("x in [0,1], y in [0,1]", make, given=lambda x, y: ((x, ">", 2 * y), (3 * y, "<", 1 - x))) is None


def test_what_the_checker_does_not_confirm_is_no_witness(monkeypatch):
    def confirm(*_):
        raise Rejected("not confirmed")

    monkeypatch.setattr("theory.engine.checker.confirm", confirm)
    assert refute("x in [0,1]", lambda x: (x, ">=", 1)) is None


def test_the_search_is_deterministic():
    summaries = {refute(*FALSE["a curved valley"]).summary for _ in range(3)}
    assert len(summaries) == 1


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("x in (-oo,oo)", lambda x: (x + 1, "==", x + Rational(1, 2))),
        ("x in (0,4), y in (0,4)", lambda x, y: (exp(x), ">", y)),
        ("z in [1,oo)", lambda z: (-log(z), ">=", -20)),
        ("z in (-oo,1)", lambda z: (z, ">=", -(10**9))),
        ("n integer in [2,oo)", lambda n: (n, "<=", 10**9)),
        ("n integer in (0,400), x in (0,1)", lambda n, x: (n * x, "<=", 50)),
        ("a in (0,oo), b in (0,oo), c in (0,oo)", lambda a, b, c: (a**2 + b**2, ">=", a * c)),
    ],
)
def test_plain_numbers_are_preferred(text, make):
    values = [sympy.Rational(value) for value in refute(text, make).data["point"].values()]
    digits = [str(number).strip("-0") for value in values for number in (value.p, value.q)]
    assert all(len(number) <= 2 for number in digits), values


def test_plain_numbers_of_ordinary_size_come_first():
    witness = refute(", ".join(f"{name} in (0,oo)" for name in "abcdef"), lambda *symbols: (sum(symbols), "<=", 0))
    assert all(Rational(1, 10) <= sympy.Rational(value) <= 10 for value in witness.data["point"].values())


def test_plain_numbers_lie_in_the_range_and_hold_large_ones_of_an_open_range():
    for text in (
        "x in (3,5)",
        "n integer in (3,500)",
        "x in (1,oo)",
        "x in (-oo,-7]",
        "x in (200,oo)",
        "x in (-oo,oo)",
    ):
        (entry,) = Domain(text).to_json()
        plain = _Axis(entry).plain(_FAR_SIZES)
        assert plain
        low, high = (entry[end] for end in ("low", "high"))
        assert all(low is None or value > fmpq(low) for value in plain)
        assert all(high is None or value <= fmpq(high) for value in plain)
        assert not entry["integer"] or all(value.q == 1 for value in plain)
        if low is None or high is None:
            assert fmpq(10) ** 10 in [abs(value) for value in plain]


def test_the_summary_shows_both_sides_to_six_digits():
    witness = refute("x in [1,1], y in [2,2]", lambda x, _: (exp(x) / 3, ">=", Rational(3, 2)))
    assert (
        witness.summary == "at x = 1 the left side is about 0.906094 and the right side 3/2, claimed is left >= right"
    )
    assert witness.data == {"point": {"x": "1", "y": "2"}}
