"""Cone programs from statement to certificate and back: known optima, false neighbours, and what is out of reach."""

import json
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import E, Rational, exp, log

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.provers.exponential_cone import exponential_cone
from theory.engine.statements.exponential_cone import ConeOptimum, ConeProgram

BUDGET = Budget()
x, y, z, t = sympy.symbols("x y z t")
SMALL = Rational(1, 10**9)
q = sympy.symbols("q1:4")
s = sympy.symbols("s1:4")

# name: program, exact optimum
KNOWN = {
    "exponential": (ConeProgram(z, (x, z), [(x, "==", 1)], [(x, 1, z)]), E),
    "logarithm": (ConeProgram(x, (x, z), [(z, "<=", 7)], [(x, 1, z)], "max"), log(7)),
    "tangent": (ConeProgram(z - 2 * x, (x, z), [], [(x, 1, z)]), 2 - 2 * log(2)),
    "entropy": (
        ConeProgram(sum(s), (*q, *s), [(sum(q), "==", 1)], list(zip(s, q, [1] * 3, strict=True)), "max"),
        log(3),
    ),
    "relative entropy": (ConeProgram(t, (t, x, y), [(x, "==", 1), (y, "==", 3)], [(-t, x, y)]), -log(3)),
    "linear": (ConeProgram(x + 2 * y, (x, y), [(x + y, ">=", 1), (x, ">=", 0), (y, ">=", 0)]), sympy.Integer(1)),
    "affine cone": (ConeProgram(3 * x + 1, (x,), [], [(2 - x, 1, 5)]), 3 * (2 - log(5)) + 1),
    "two cones": (ConeProgram(y + z, (x, y, z), [], [(x, 1, y), (-x, 1, z)]), sympy.Integer(2)),
}


def settle(statement):
    """Refute, decide and re-check, through JSON, as the engine does."""
    method = exponential_cone()
    assert method.refute(statement, BUDGET) is None
    result = method.decide(statement, BUDGET)
    assert isinstance(result, Certificate), result
    method.recheck(statement, Certificate.from_json(json.loads(json.dumps(result.to_json()))), BUDGET)
    return result


def test_is_a_prover_with_certified_evidence():
    assert isinstance(exponential_cone(), Prover)
    assert exponential_cone().evidence is Evidence.CERTIFIED


@pytest.mark.parametrize("name", KNOWN)
def test_known_optima(name):
    program, value = KNOWN[name]
    certificate = settle(ConeOptimum(program, value - SMALL, value + SMALL))
    assert set(certificate.data) == {"point", "multipliers"}
    for shift in (2 * SMALL, -2 * SMALL):
        false = ConeOptimum(program, value + shift - SMALL, value + shift + SMALL)
        assert exponential_cone().refute(false, BUDGET) is not None
        assert isinstance(exponential_cone().decide(false, BUDGET), Undecided)


@pytest.mark.parametrize("name", KNOWN)
def test_one_bound_needs_one_half(name):
    program, value = KNOWN[name]
    halves = {"min": ("multipliers", "point"), "max": ("point", "multipliers")}[program.sense]
    assert set(settle(ConeOptimum(program, value - 1)).data) == {halves[0]}
    assert set(settle(ConeOptimum(program, None, value + 1)).data) == {halves[1]}


def test_twenty_five_digits_of_an_entropy():
    program, value = KNOWN["entropy"]
    tiny = Rational(1, 10**25)
    settle(ConeOptimum(program, value - tiny, value + tiny))
    assert exponential_cone().refute(ConeOptimum(program, value + tiny), BUDGET) is not None


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    d=st.lists(st.fractions(-2, 2, max_denominator=5), min_size=2, max_size=4),
    lam=st.fractions(Fraction(1, 10), 4, max_denominator=10),
)
def test_log_sum_exp_is_the_maximum_over_the_simplex(d, lam):
    weights, entropies = sympy.symbols(f"q1:{len(d) + 1}"), sympy.symbols(f"t1:{len(d) + 1}")
    numbers, scale = (
        [Rational(item.numerator, item.denominator) for item in d],
        Rational(lam.numerator, lam.denominator),
    )
    reward = sum(a * b for a, b in zip(numbers, weights, strict=True)) + scale * sum(entropies)
    cones = [(a, b, 1) for a, b in zip(entropies, weights, strict=True)]
    program = ConeProgram(reward, (*weights, *entropies), [(sum(weights), "==", 1)], cones, "max")
    value = scale * log(sum(exp(item / scale) for item in numbers))
    settle(ConeOptimum(program, value - SMALL, value + SMALL))


def test_redundant_equalities_do_no_harm():
    program = ConeProgram(z, (x, z), [(x, "==", 1), (2 * x, "==", 2)], [(x, 1, z)])
    settle(ConeOptimum(program, E - SMALL, E + SMALL))


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (ConeProgram(z, (x, z), [(x, "==", 1), (x, "==", 2)], [(x, 1, z)]), "contradict each other"),
        (ConeProgram(z, (x, z), [(x, ">=", 1), (x, "<=", 0)], [(x, 1, z)]), "no point strictly inside"),
        (ConeProgram(z, (x, z), [(x, ">=", 0), (x, "<=", 0)], [(x, 1, z)]), "no point strictly inside"),
        (ConeProgram(x, (x, y, z), [], [(x, 1, z)]), "line"),
        (ConeProgram(z, (x, z), [], [(x, 1, z)]), "no centre"),  # the infimum 0 is not attained
    ],
)
def test_what_is_out_of_reach_is_undecided_and_says_why(program, why):
    statement = ConeOptimum(program, 0, 1)
    result = exponential_cone().decide(statement, BUDGET)
    assert isinstance(result, Undecided)
    assert why in result.reason


def test_an_objective_without_a_minimum_is_refuted_by_a_point():
    statement = ConeOptimum(ConeProgram(x, (x, z), [(z, "==", 1)], [(x, 1, z)]), -1000)
    assert exponential_cone().refute(statement, BUDGET) is not None


def test_no_room_between_the_bounds_is_undecided():
    program, value = KNOWN["exponential"]
    result = exponential_cone().decide(ConeOptimum(program, value, value), BUDGET)
    assert isinstance(result, Undecided)
    assert "optimum 2.718281828" in result.reason


def test_a_certificate_of_a_neighbour_is_rejected():
    program, value = KNOWN["entropy"]
    certificate = settle(ConeOptimum(program, value - SMALL, value + SMALL))
    with pytest.raises(Rejected):
        exponential_cone().recheck(ConeOptimum(program, value - SMALL, value - SMALL / 2), certificate, BUDGET)


def test_equalities_that_leave_one_point():
    program = ConeProgram(x + z, (x, z), [(x, "==", 1), (z, "==", 3), (z, ">=", x)], [(x, 1, z)])
    settle(ConeOptimum(program, 4, 4))
    settle(ConeOptimum(ConeProgram(z, (x, z), [(x, "==", 0), (z, "==", 1)], [(x, 1, z)]), 1, 1))  # on the boundary
    assert exponential_cone().refute(ConeOptimum(program, 5, 6), BUDGET) is not None
    outside = ConeProgram(x + z, (x, z), [(x, "==", 1), (z, "==", 2)], [(x, 1, z)])  # exp(1) > 2: nothing is feasible
    assert exponential_cone().refute(ConeOptimum(outside, None, 3), BUDGET) is None
    assert isinstance(exponential_cone().decide(ConeOptimum(outside, None, 3), BUDGET), Undecided)


def test_a_refutation_names_what_is_found_and_then_what_is_claimed():
    program = ConeProgram(x + z, (x, z), [(x, "==", 1), (z, "==", 3)], [(x, 1, z)])
    told = [exponential_cone().refute(ConeOptimum(program, *ends), BUDGET).summary for ends in ((5, None), (None, 3))]
    assert told == [
        "the optimum is at most 4, claimed is at least 5",
        "the optimum is at least 4, claimed is at most 3",
    ]
    close = exponential_cone().refute(ConeOptimum(program, 4 + Fraction(1, 10**15), None), BUDGET)
    assert close.summary == "the optimum is at most 4, claimed is at least about 4.000000000000001"
    close = exponential_cone().refute(ConeOptimum(program, None, 4 - Fraction(1, 10**15)), BUDGET)
    assert close.summary == "the optimum is at least 4, claimed is at most about 3.999999999999999"


def test_numbers_beyond_the_floats_are_printed():
    program = ConeProgram(x, (x,), [(x, ">=", 1)])
    witness = exponential_cone().refute(ConeOptimum(program, 10**400, None), BUDGET)
    assert witness is not None
    assert "e+400" in witness.summary
    result = exponential_cone().decide(ConeOptimum(ConeProgram(x, (x,), [(x, ">=", exp(0) * 10**400)]), 0), BUDGET)
    assert isinstance(result, Undecided)
