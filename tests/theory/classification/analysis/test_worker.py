"""Symbolic answers, asked in this process."""

from __future__ import annotations

import json

import pytest
import sympy

from theory.classification.analysis.local import Unclear, at_zero, sign
from theory.classification.analysis.worker import U, answer
from theory.engine.expression import parse
from theory.engine.terms import from_sympy


def _ask(task, formula, **arguments):
    return answer(json.dumps({"task": task, "term": from_sympy(parse(formula)), "arguments": arguments}))


@pytest.mark.parametrize(
    ("formula", "name", "factor", "scale"),
    [
        ("log(1+exp(-u))", "logistic", "1", "1"),
        ("softplus(-2*u)*3 + 1", "logistic", "3", "2"),
        ("log2(1+exp(-u))", "logistic", "1/log(2)", "1"),
        ("5*exp(-u/3) - 2", "exponential", "5", "1/3"),
        ("3*max(0, 1-u)**2", "quadratic", "3", "1"),
        ("(1-u)**2", "square", "1", "1"),
        ("1-tanh(2*u)", "sigmoid", "1", "2"),
        ("sigmoid(-u)", "sigmoid", "1/2", "1/2"),
    ],
)
def test_named_losses_are_recognised_up_to_scale(formula, name, factor, scale):
    found = _ask("scaled", formula)
    assert (found["name"], found["factor"]["text"], found["scale"]["text"]) == (name, factor, scale)


@pytest.mark.parametrize(
    "formula", ["exp(-u) + u**4", "log(1+exp(-u)) + u**5", "exp(u)", "1+tanh(u)", "atan(-u)", "exp(-u)+exp(-2*u)"]
)
def test_others_are_not_recognised(formula):
    assert _ask("scaled", formula)["name"] is None


@pytest.mark.parametrize(
    ("formula", "exponent", "constant"),
    [
        ("log(1+exp(-u))", "2", "1/2"),
        ("max(0,1-u)**2", "2", "1"),
        ("exp(-u)+exp(-2*u)", "2", "9/10"),
        ("u**4-u", "4/3", "3*2**(1/3)/8"),
        ("max(exp(-u)-1, -u)", "2", "1/2"),
    ],
)
def test_growth_of_smooth_convex_losses(formula, exponent, constant):
    found = _ask("local", formula)
    assert (found["exponent"], found["constant"]["text"]) == (exponent, constant)


def test_growth_is_left_out_where_no_even_derivative_tells():
    assert "exponent" not in _ask("local", "max(0, 1-u)")
    assert "exponent" not in _ask("local", "exp(u)")


def test_one_sided_slopes():
    found = _ask("local", "max(0, -2*u) + min(u, 3*u)")
    assert (found["left"]["text"], found["right"]["text"], found["signs"], found["smooth"]) == (
        "1",
        "1",
        [1, 1, 0],
        True,
    )
    found = _ask("local", "max(0, 1-u, 1-2*u)")
    assert (found["left"]["text"], found["right"]["text"], found["signs"]) == ("-2", "-1", [-1, -1, 1])


@pytest.mark.parametrize("formula", ["sqrt(abs(u))", "abs(u)**(3/2)", "max(u, u + exp(-1) - 1/e)"])
def test_what_is_not_clear_is_said_so(formula):
    assert "unclear" in _ask("local", formula) or formula.startswith("max")


def test_second_derivative():
    assert _ask("second_derivative", "sqrt(1+u**2)-u")["nonnegative"]
    assert not _ask("second_derivative", "1-tanh(u)")["nonnegative"]
    assert "kinks" in _ask("second_derivative", "abs(u)")["unclear"]


def test_symmetry():
    assert _ask("symmetric", "1-tanh(u)") == {"constant": True, "even": False}
    assert _ask("symmetric", "1/(1+u**2)") == {"constant": False, "even": True}
    assert _ask("symmetric", "exp(-u)") == {"constant": False, "even": False}


def test_stationary_points():
    found = _ask("stationary", "u**4-u")
    assert found["transform"]["text"] == "3*2**(1/3)*t**(4/3)/8"
    t = sympy.Symbol("t", positive=True)
    logistic = sympy.sympify(_ask("stationary", "log(1+exp(-u))")["transform"]["text"], locals={"t": t})
    assert float(logistic.subs(t, 0.5)) == pytest.approx(0.13081203594113698)
    assert "kink" in _ask("stationary", "max(0,-u)")["unclear"]


def test_fall():
    assert _ask("fall", "1-tanh(u)", score_bound=None)["text"] == "1"
    assert _ask("fall", "1-tanh(u)", score_bound="1/2")["text"] == "tanh(1/2)"
    assert _ask("fall", "-u", score_bound=None) == {"infinite": True}


@pytest.mark.parametrize(
    ("formula", "tau", "factor"),
    [("log(1+u)", "1", "1"), ("3*u + 1", "0", "3"), ("1-1/(1+u)", "2", "1"), ("2*(sqrt(1+u)-1)", "1/2", "1"),
     ("(1-(1+u)**(-0.5))", "3/2", "1/2")],
)  # fmt: skip
def test_comp_sum_family(formula, tau, factor):
    found = _ask("comp_sum_family", formula)
    assert (found["tau"]["text"], found["factor"]["text"]) == (tau, factor)


@pytest.mark.parametrize("formula", ["atan(u)", "u/(2+u)", "u**2", "-u", "sqrt(u)", "u + log(1+u)"])
def test_outside_the_family(formula):
    found = _ask("comp_sum_family", formula)
    assert found["name"] is None
    assert found["value_sign"] == 0


def test_tidy_keeps_the_function():
    for formula in ("u/(2+u)", "exp(-u)/(2+exp(-u))", "log(1+exp(-u))", "u**2+2*u+1"):
        expression = parse(formula)
        tidy = sympy.sympify(_ask("tidy", formula)["text"], locals={"u": U})
        assert sympy.simplify(tidy - expression) == 0
    assert _ask("tidy", "u/(2+u)")["text"].count("u") == 1


def test_signs_of_constants_are_exact():
    assert sign(sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(5 + 2 * sympy.sqrt(6))) == 0
    assert sign(sympy.exp(sympy.pi * sympy.sqrt(163)) - 262537412640768744) == -1
    with pytest.raises(Unclear):
        sign(U)
    with pytest.raises(Unclear):
        sign(sympy.zoo)


def test_a_jump_of_the_branch_is_found():
    assert at_zero(parse("max(u, -u**3)"), U)["signs"] == [0, 1, 1]


def test_errors_of_sympy_become_answers():
    assert "unclear" in answer(json.dumps({"task": "local", "term": ["log", "u"]}))
    assert "unclear" in answer(json.dumps({"task": "no such task", "term": "u"}))
