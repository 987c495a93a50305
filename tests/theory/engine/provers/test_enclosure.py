"""`boxes` from statement to certificate and back: true claims, false neighbours, holes, and its refusals."""

import pytest
import sympy
from sympy import Rational, exp, log, sqrt

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.functions import EntireQuotient
from theory.engine.provers.enclosure import boxes
from theory.engine.statements.forall import Domain, ForAll

BUDGET = Budget()


def settle(statement, method):
    """Refute, decide and re-check as the engine does."""
    assert method.refute(statement, BUDGET) is None
    certificate = method.decide(statement, BUDGET)
    assert isinstance(certificate, Certificate), certificate
    method.recheck(statement, certificate, BUDGET)
    return certificate


def refuted(statement, method):
    return method.refute(statement, BUDGET) is not None


def two_class(b, tau, n):
    a = 1 / (2 - tau)
    return ((((1 + b) ** a + (1 - b) ** a) / 2) ** (1 / a) - 1) / ((tau - 1) * sympy.Integer(n) ** (tau - 1))


def test_is_a_prover_with_certified_evidence():
    assert isinstance(boxes(), Prover)
    assert boxes().evidence is Evidence.CERTIFIED


@pytest.mark.parametrize("tau", [Rational(21, 20), Rational(3, 2), Rational(39, 20)])
@pytest.mark.parametrize("n", [2, 10])
def test_power_means_above_their_quadratic_on_the_closed_interval(tau, n):
    domain = Domain("b in [0,1]")
    (b,) = domain
    certificate = settle(
        ForAll(domain, two_class(b, tau, n), ">=", b**2 / (2 * sympy.Integer(n) ** (tau - 1))), boxes(b)
    )
    assert certificate.data["zeros"][0]["order"] == 2
    assert len(certificate.data["tree"]) < 30


def test_the_zero_order_follows_the_constant_with_symbolic_tau():
    """Order 4 where the quadratic is sharp, 2 below it; 1 % above it the claim is false."""
    domain = Domain("b in [0,1], t in [0,9/10]")
    b, t = domain
    left = two_class(b, t, 2)
    for factor, order in ((Rational(9, 10), 2), (1, 4)):
        certificate = settle(ForAll(domain, left, ">=", factor * b**2 / (2**t * (2 - t))), boxes(b))
        assert certificate.data["zeros"][0]["order"] == order
    assert refuted(ForAll(domain, left, ">=", Rational(101, 100) * b**2 / (2**t * (2 - t))), boxes(b))


def test_a_zero_of_order_two_in_three_variables():
    """Averaging two square-root posteriors: c = 69/50 holds, c = 3/2 does not."""
    domain = Domain("u in [0,9/10], P in [1/2,9/10], w in [1/10,1/2]")
    u, P, w = domain
    rest = sqrt((1 - P) * w) + sqrt((1 - P) * (1 - w))
    regret = (2 * sqrt(P / 2) + rest) ** 2 - (sqrt(P * (1 + u) / 2) + sqrt(P * (1 - u) / 2) + rest) ** 2
    for c in (1, Rational(69, 50)):
        settle(ForAll(domain, regret, ">=", c * P**2 * u**2 / 2), boxes(zero_at=u))
    assert refuted(ForAll(domain, regret, ">=", Rational(3, 2) * P**2 * u**2 / 2), boxes(zero_at=u))


def test_a_removable_singularity_is_crossed_by_entire_quotients():
    """The two-class transform on tau in [9/10, 11/10], through tau = 1."""
    domain = Domain("b in [0,1/2], t in [9/10,11/10]")
    b, t = domain
    h, up, down = (t - 1) / (2 - t), log(1 + b), log(1 - b)
    first = ((1 + b) * up * EntireQuotient(0, h * up) + (1 - b) * down * EntireQuotient(0, h * down)) / 2
    mean = log(1 + h * first)
    transform = 2 ** (1 - t) * first / EntireQuotient(0, mean) * EntireQuotient(0, (2 - t) * mean)
    certificate = settle(ForAll(domain, transform, ">=", b**2 / 2**t / (2 - t)), boxes(zero_at=b))
    assert certificate.data["zeros"][0]["order"] == 4
    assert len(certificate.data["tree"]) < 200
    assert refuted(ForAll(domain, transform, ">=", Rational(101, 100) * b**2 / 2**t / (2 - t)), boxes(zero_at=b))


@pytest.mark.parametrize(("quartic", "order"), [(0, 4), (Rational(1, 12), 6)])
def test_entropies_on_an_interval_whose_end_is_excluded(quartic, order):
    domain = Domain("x in [0,1)")
    (x,) = domain
    gap = (1 + x) * log(1 + x) / 2 + (1 - x) * log(1 - x) / 2
    certificate = settle(ForAll(domain, gap, ">=", x**2 / 2 + quartic * x**4), boxes(zero_at=x))
    assert certificate.data["zeros"][0]["order"] == order
    assert refuted(ForAll(domain, gap, ">=", x**2 / 2 + x**4 / 11), boxes(zero_at=x))


def test_zeros_at_both_ends_and_inside():
    domain = Domain("x in [0,1], y in [0,1]")
    x, y = domain
    certificate = settle(ForAll(domain, x * (1 - x) * (1 + y), ">=", x * (1 - x) / 2), boxes(zero_at=x))
    assert [zero["at"] for zero in certificate.data["zeros"]] == ["0", "1"]
    domain = Domain("x in [-1,1]")
    (x,) = domain
    certificate = settle(ForAll(domain, exp(x), ">=", 1 + x), boxes(zero_at={x: 0}))
    assert certificate.data["cuts"] == [["0"]]
    assert certificate.data["tree"] == "AA"


def test_strictness():
    open_domain, closed = Domain("x in (0,1]"), Domain("x in [0,1]")
    assert settle(
        ForAll(open_domain, log(1 + open_domain.symbols[0]), "<", open_domain.symbols[0]), boxes(*open_domain)
    )
    assert refuted(ForAll(closed, log(1 + closed.symbols[0]), "<", closed.symbols[0]), boxes(*closed))


@pytest.mark.parametrize(
    "make",
    [
        lambda x: 1 / (x - Rational(1, 2)) ** 2,
        lambda x: sqrt(x - Rational(1, 2)),
        lambda x: (x - Rational(1, 2)) / sqrt((x - Rational(1, 2)) ** 2) + 2,
        lambda x: x * log(x) + 1,
        lambda x: 1 - x / sympy.Abs(2 * x - 1) * 0 - 1 / log(x),
    ],
)
def test_holes_are_never_certified(make):
    domain = Domain("x in [0,1]")
    (x,) = domain
    for method in (boxes(), boxes(split={x: [Rational(1, 2)]}), boxes({x: Rational(1, 2)}), boxes(x)):
        result = method.decide(ForAll(domain, make(x), ">=", 0), Budget(cells=300))
        assert isinstance(result, Undecided)


def test_conditions_restrict_the_box():
    domain = Domain("x in [-1,1]")
    (x,) = domain
    statement = ForAll(domain, x, ">=", -Rational(1, 100), given=((x**2 + x, ">=", 0), (x, ">=", -Rational(1, 2))))
    settle(statement, boxes())
    bare = ForAll(domain, x, ">=", -Rational(1, 100))
    assert refuted(bare, boxes())
    with pytest.raises(Rejected):
        boxes().recheck(bare, boxes().decide(statement, BUDGET), BUDGET)


def test_recheck_refuses_a_certificate_of_another_constant():
    domain = Domain("x in [0,1]")
    (x,) = domain
    good = ForAll(domain, exp(x), ">=", 1 + x + x**2 / 2)
    certificate = boxes(x).decide(good, BUDGET)
    for factor in (Rational(101, 100), 2):
        with pytest.raises(Rejected):
            boxes(x).recheck(ForAll(domain, exp(x), ">=", 1 + x + factor * x**2 / 2), certificate, BUDGET)
    with pytest.raises(Rejected):
        boxes(x).recheck(ForAll(domain, exp(x), "<=", 1 + x + x**2 / 2), certificate, BUDGET)


def test_recheck_repeats_the_exact_order_that_the_checker_cannot():
    """Coefficients below 2^-300 pass the checker's numbers; the exact test still sees that they are not 0."""
    domain = Domain("x in [0,1]")
    (x,) = domain
    certificate = boxes(x).decide(ForAll(domain, exp(x), ">=", 1 + x), BUDGET)
    tiny = ForAll(domain, exp(x), ">=", 1 + x + x * Rational(1, 2**400))
    with pytest.raises(Rejected, match="order"):
        boxes(x).recheck(tiny, certificate, BUDGET)


def test_refusals_name_the_reason():
    domain = Domain("x in [0,1]")
    (x,) = domain
    cases = [
        (ForAll(domain, x, "==", x**2), boxes(), "equality"),
        (ForAll(domain, 1 + x, ">=", 0), boxes(x), "no zero of lhs - rhs is seen"),
        (ForAll(domain, sqrt(x), ">=", 0), boxes({x: 0}), "order of the zero was not found"),
        (ForAll(domain, (1 + x) ** 2, ">=", 1 + 2 * x + x**2), boxes(x), "order 12 or more"),
    ]
    for statement, method, reason in cases:
        result = method.decide(statement, BUDGET)
        assert isinstance(result, Undecided)
        assert reason in result.reason


def test_two_zero_faces_that_meet_are_named():
    domain = Domain("x in [0,1], y in [0,1]")
    x, y = domain
    result = boxes((x, y)).decide(ForAll(domain, x * y * (2 - x), ">=", x * y), BUDGET)
    assert "meet there: divide the common factor out" in result.reason


def test_the_budget_and_the_worst_cell():
    domain = Domain("x in [0,1], y in [0,1]")
    x, y = domain
    ridge = ForAll(domain, (y - exp(x) / 3) * (y - exp(x) / 3) + Rational(1, 10**12), ">", 0)
    for method, budget in ((boxes(cells=30), BUDGET), (boxes(), Budget(cells=30))):
        result = method.decide(ridge, budget)
        assert isinstance(result, Undecided)
        assert "the cell budget is spent" in result.reason
        assert "x in [" in result.worst
    hole = boxes().decide(ForAll(domain, (x - Rational(1, 3)) ** 2, ">", 0), BUDGET)
    assert "thinner than" in hole.reason


def test_arguments_are_checked():
    domain = Domain("x in [0,1]")
    (x,) = domain
    y = sympy.Symbol("y")
    for options in ({"cells": 0}, {"precision": 10}, {"split": {x: [0.5]}}, {"zero_at": {x: 0.5}}):
        with pytest.raises(ValueError, match=r"allowed|exact"):
            boxes(**options)
    for method in (boxes(y), boxes(split={y: [0]})):
        with pytest.raises(ValueError, match="not a variable of the statement; there are x"):
            method.decide(ForAll(domain, x, ">=", -1), BUDGET)


def test_certificates_are_small_and_survive_json():
    domain = Domain("b in [0,1], t in [0,9/10]")
    b, t = domain
    statement = ForAll(domain, two_class(b, t, 2), ">=", b**2 / (2**t * (2 - t)) * Rational(9, 10))
    certificate = boxes(b).decide(statement, BUDGET)
    again = Certificate.from_json(certificate.to_json())
    boxes().recheck(statement, again, BUDGET)
    assert certificate.size() < 2000
