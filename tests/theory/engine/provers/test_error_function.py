"""The error functions and the Gaussian tail through the box prover: series at zero, the far tail, false neighbours."""

import pytest
import sympy
from flint import arb, fmpq
from sympy import Rational, erf, erfc, exp, pi, sqrt

from theory.engine import terms
from theory.engine.checker.terms import Tape
from theory.engine.evidence import Budget, Certificate
from theory.engine.provers.balls import working
from theory.engine.provers.enclosure import boxes
from theory.engine.provers.program import Program
from theory.engine.statements.forall import Domain, ForAll

BUDGET = Budget()
ENTRY = {"name": "x", "low": "-10", "high": "30", "low_closed": True, "high_closed": True, "integer": False}


def settle(statement, method):
    assert method.refute(statement, BUDGET) is None
    certificate = method.decide(statement, BUDGET)
    assert isinstance(certificate, Certificate), certificate
    method.recheck(statement, certificate, BUDGET)
    return certificate


@pytest.mark.parametrize(("function", "order"), [(erf, 3), (lambda x: 1 - erfc(x), 3)])
def test_below_the_tangent_at_zero(function, order):
    domain = Domain("x in [0,3]")
    (x,) = domain
    certificate = settle(ForAll(domain, function(x), "<=", 2 * x / sqrt(pi)), boxes(x))
    assert certificate.data["zeros"][0]["order"] == order
    for factor in (Rational(99, 100), Rational(999, 1000)):
        false = ForAll(domain, function(x), "<=", factor * 2 * x / sqrt(pi))
        assert boxes(x).refute(false, BUDGET) is not None
        assert not isinstance(boxes(x, cells=500).decide(false, BUDGET), Certificate)


def mills(x):
    """Return the Gaussian tail and density over x."""
    return erfc(x / sqrt(2)) / 2, exp(-(x**2) / 2) / sqrt(2 * pi) / x


def test_mills_bounds_and_their_false_neighbours():
    domain = Domain("x in [1,8]")
    (x,) = domain
    tail, above = mills(x)
    settle(ForAll(domain, tail, "<=", above), boxes())
    settle(ForAll(domain, tail, ">=", above * (1 - 1 / x**2)), boxes())
    for statement in (
        ForAll(domain, tail, "<=", above * (1 - 1 / (2 * x**2))),
        ForAll(domain, tail, ">=", above * (1 - Rational(9, 10) / x**2)),
    ):
        assert boxes().refute(statement, BUDGET) is not None


def test_the_far_tail_is_decided_where_one_minus_erf_has_no_digit_left():
    domain = Domain("x in [19,20]")
    (x,) = domain
    tail, above = mills(x)
    settle(ForAll(domain, tail, "<=", above), boxes(precision=64))


@pytest.mark.parametrize("point", ["-9", "-1/1000000", "0", "1/3", "2", "27"])
@pytest.mark.parametrize("function", [erf, erfc])
def test_both_evaluators_agree_with_sixty_digits(function, point):
    import mpmath

    x = sympy.Symbol("x", real=True)
    term = terms.from_sympy(function(x))
    tape = Tape({"x": ENTRY})
    top, at = tape.add(term), fmpq(*map(int, point.split("/")))
    with working(240), mpmath.workdps(70):
        exact = arb(mpmath.nstr(getattr(mpmath, function.__name__)(mpmath.mpf(int(at.p)) / int(at.q)), 66))
    with working(220):
        found = [
            Program(term, [ENTRY]).value([arb(at)]),
            tape.values({"x": arb(at)}, {"x": (at, at)})[top],
        ]
        assert all(abs(value - exact) <= abs(exact) * arb("1e-60") for value in found)


def test_wide_balls_are_enclosed_by_their_ends():
    x = sympy.Symbol("x", real=True)
    with working(64):
        image = Program(terms.from_sympy(erfc(x)), [ENTRY]).value([arb(fmpq(7, 2), fmpq(3, 2))])
        assert image.lower() > -fmpq(1, 10**9)
        assert image.upper() < arb(2).erfc() * 1.001
