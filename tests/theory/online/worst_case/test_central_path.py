"""Bounds along the central path: against closed forms, to the accuracy asked, and refused where there is no inside."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from theory.engine.statements.gram import expression, least, scalars, vectors
from theory.online.worst_case import central_path, gradient_descent, projected_descent, proximal_point, search
from theory.online.worst_case.problem import Problem, searched
from theory.online.worst_case.projected import closed_form, root_weights

ONE = expression(1)


def by_search(problem, accuracy=1e-9):
    return replace(problem, solve=searched, accuracy=accuracy).certify()


@pytest.mark.parametrize(
    ("problem", "value"),
    [
        (gradient_descent(1), Fraction(1, 6)),
        (gradient_descent(3, "9/5"), Fraction(2048, 15625)),
        (gradient_descent(2, smoothness=3, radius="1/2"), Fraction(3, 40)),
        (gradient_descent(5, "17/10"), Fraction(1, 36)),
        (proximal_point(3, [1, 2, "1/3"]), Fraction(3, 40)),
        (projected_descent(4), Fraction(1)),
    ],
)
def test_closed_forms_lie_between_the_bounds(problem, value):
    result = by_search(problem)
    assert result.lower <= value <= result.upper
    assert 0 < result.upper - result.lower < Fraction(1, 10**9)
    assert result.residuals["violation"] == 0
    assert 0 <= result.residuals["complementarity"] <= result.residuals["gap"]
    result.recheck()


@pytest.mark.parametrize("accuracy", [1e-2, 1e-6, 1e-11])
def test_the_gap_is_what_was_asked(accuracy):
    result = by_search(gradient_descent(2), accuracy)
    assert accuracy / 100 < result.upper - result.lower < accuracy
    assert result.lower <= Fraction(1, 10) <= result.upper


@pytest.mark.parametrize("rounds", [1, 2, 3, 4, 5])
def test_anytime_steps_reach_the_closed_form_for_up_to_five_rounds(rounds):
    bound, _ = closed_form(root_weights(rounds), [Fraction(1, t) for t in range(1, rounds + 1)])
    result = projected_descent(rounds, "anytime").certify()
    assert bound - Fraction(1, 10**9) < result.lower < bound + Fraction(1, 10**13)
    assert abs(result.upper - bound) < Fraction(1, 10**9)


@pytest.mark.parametrize(("rounds", "value"), [(6, 2.94501492), (8, 3.48323644749), (10, 3.97370541022)])
def test_anytime_steps_beyond(rounds, value):
    result = projected_descent(rounds, "anytime").certify()
    assert result.value == pytest.approx(value, abs=1e-8)
    assert result.upper - result.lower < Fraction(1, 10**8)
    assert result.residuals["violation"] == 0


def test_inner_products_are_those_of_the_coordinates():
    attained = projected_descent(3, "anytime").solution.attained
    plain = replace(attained, products={})
    names = list(attained.vectors)
    assert all(plain.inner(u, v) == attained.inner(u, v) for u in names for v in names)


def problem(objective, conditions):
    return Problem("a method", "", [], objective, conditions)


def test_an_unbounded_worst_case_is_refused():
    u, v = vectors("u v")
    with pytest.raises(RuntimeError, match="no bounds were found for a method: the worst case must be finite"):
        problem(u @ v, {"|u| <= 1": (u @ u, "<=", ONE)}).certify()


def test_conditions_without_an_inside_are_refused():
    u, v = vectors("u v")
    flat = {"|u| <= 0": (u @ u, "<=", expression(0)), "|v| <= 1": (v @ v, "<=", ONE)}
    with pytest.raises(RuntimeError, match="some vectors must meet all conditions strictly"):
        problem(u @ v + v @ v, flat).certify()


@pytest.mark.parametrize("accuracy", [0, -1, 2, 1e-13, float("nan"), float("inf")])
def test_the_accuracy_has_a_range(accuracy):
    with pytest.raises(ValueError, match="accuracy must lie between 1e-12 and 1"):
        by_search(gradient_descent(1), accuracy)


def test_what_cannot_be_searched_is_named():
    (u,), (t,) = vectors("u"), scalars("t")
    ball = {"|u| <= 1": (u @ u, "<=", ONE)}
    with pytest.raises(ValueError, match="take a scalar t with t <= a"):
        problem(least(u @ u, t), ball).certify()
    with pytest.raises(ValueError, match="conditions are inequalities"):
        problem(u @ u, {"|u| = 1": (u @ u, "==", ONE)}).certify()
    with pytest.raises(ValueError, match="at least one condition"):
        problem(u @ u, {}).certify()


def test_a_long_search_is_refused_with_an_estimate():
    with pytest.raises(ValueError, match=r"2420 conditions on 80 vectors would take about \d+ minutes"):
        projected_descent(40, "anytime").certify()
    assert central_path.seconds(40, 610) < search.PATIENCE < central_path.seconds(80, 2420)


def test_scalars_may_take_the_place_of_a_least_value():
    """The smallest squared gradient of two steps is 1/9 at worst."""
    method = gradient_descent(2)
    (t,) = scalars("t")
    below = {f"t <= |g{k}|^2": (t, "<=", item.gradient @ item.gradient) for k, item in enumerate(method.visited[1:])}
    result = Problem("gradient descent", "", method.visited, t, dict(method.conditions) | below).certify()
    assert result.lower <= Fraction(1, 9) <= result.upper < Fraction(1, 9) + Fraction(1, 10**9)


def test_the_path_needs_a_start_inside():
    program = central_path.Rows(["u"], [], {("u", "u"): Fraction(1)}, [{("u", "u"): Fraction(-1), "": Fraction(1)}])
    assert central_path.follow(program, [0.5], 1e-6) is None  # the slack matrix is negative
    found = central_path.follow(program, [3.0], 1e-6)
    np.testing.assert_allclose([float(found.multipliers[0]), float(found.products["u", "u"])], 1, atol=1e-6)
