"""Cone programs as statements: their data, their LaTeX, and what is refused."""

import json
from fractions import Fraction

import pytest
import sympy

from theory.engine.statements.exponential_cone import ConeOptimum, ConeProgram

x, y, z = sympy.symbols("x y z")


def growth(**changes):
    given = {"objective": 2 * z + 1, "variables": (x, z), "constraints": [(x, ">=", z - 1)], "cones": [(x, 1, z)]}
    return ConeProgram(**given | changes)


def test_data_by_hand():
    program = growth(constraints=[(x, "<=", 2 * z), (x + z, "==", sympy.Rational(1, 3))], sense="max")
    assert ConeOptimum(program, None, sympy.log(2)).to_json() == {
        "kind": "exponential_cone",
        "program": {
            "sense": "max",
            "unknowns": ["x", "z"],
            "objective": {"": "1", "z": "2"},
            "constraints": [[">=", {"x": "-1", "z": "2"}], ["==", {"": "-1/3", "x": "1", "z": "1"}]],
            "cones": [[{"x": "1"}, {"": "1"}, {"z": "1"}]],
        },
        "low": None,
        "high": ["log", 2],
    }


def test_data_survive_json_and_name_the_statement():
    first, second = (ConeOptimum(growth(), low, 9) for low in (1, 2))
    assert json.loads(json.dumps(first.to_json())) == first.to_json()
    assert first.digest() != second.digest()


def test_latex_and_scope():
    statement = ConeOptimum(growth(), 0, sympy.log(9))
    over = r"x \ge z - 1,\; \left(x, 1, z\right) \in K_{\exp}"
    assert statement.latex() == rf"0 \le \min \left\{{ 2 z + 1 \;:\; {over} \right\}} \le \log{{\left(9 \right)}}"
    assert statement.scope() == "all real x, z under 1 linear constraint and 1 exponential cone"
    many = growth(constraints=[(x, ">=", -k) for k in range(9)])
    assert r"\text{ (9 in all) }" in ConeOptimum(many, 0).latex()
    assert ConeOptimum(many, 0).latex().endswith(r"\right\}")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sense": "least"}, "allowed: 'min' or 'max'"),
        ({"variables": (x, x, z)}, "distinct names"),
        ({"variables": ()}, "distinct names, given: none"),
        ({"objective": y}, "not among the variables"),
        ({"objective": sympy.Symbol("x", real=True)}, "same name is not enough"),
        ({"objective": x * z}, "not linear"),
        ({"objective": sympy.Max(x, z)}, "not affine"),
        ({"objective": sympy.log(2) * x}, "'log'"),
        ({"objective": 0.5 * x}, "floats are not exact"),
        ({"constraints": [(x, "<", z)]}, "allowed: <= >= =="),
        ({"cones": [(x, z)]}, "three expressions"),
        ({"cones": [(x, z, sympy.exp(x))]}, "'exp'"),
    ],
)
def test_what_is_no_cone_program_is_refused(changes, why):
    with pytest.raises(ValueError, match=why):
        growth(**changes)


@pytest.mark.parametrize("bounds", [(None, None), (x, 1), (0, 1.5), (sympy.oo, None), (None, sympy.I)])
def test_bounds_are_exact_constants(bounds):
    with pytest.raises(ValueError, match=r"a bound|exact real constants"):
        ConeOptimum(growth(), *bounds)


def test_bounds_may_be_fractions():
    assert ConeOptimum(growth(), Fraction(1, 3)).to_json()["low"] == ["/", 1, 3]
