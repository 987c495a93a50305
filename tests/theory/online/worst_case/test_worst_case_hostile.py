"""Hostile certificates and problems are refused; worst functions are run by independent code."""

import copy
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import nnls

from theory.engine.checker import Rejected, check
from theory.engine.statements.gram import expression, vectors
from theory.online.worst_case import gradient_descent, optimised_gradient, projected_descent, proximal_point
from theory.online.worst_case.problem import WorstCaseResult, searched
from theory.online.worst_case.search import shows_bound

METHODS = [
    gradient_descent(3),
    gradient_descent(3, "9/5"),
    optimised_gradient(3),
    proximal_point(3),
    projected_descent(3),
]


def certified(problem):
    result = problem.certify()
    return [(s.to_json(), c.to_json()) for s, c in zip(result.statements, result.certificates, strict=True)]


@pytest.mark.parametrize("problem", METHODS, ids=lambda problem: problem.method)
def test_a_problem_without_a_condition_that_the_proof_uses_is_refused(problem):
    honest = problem.solution
    for name in problem.certify().multipliers:
        fewer = {key: value for key, value in problem.conditions.items() if key != name}
        with pytest.raises(RuntimeError, match="no exact bounds"):
            replace(problem, conditions=fewer, solve=lambda _: honest).certify()


def test_what_proves_another_problem_is_searched_anew():
    """One condition less: other multipliers show the same value, and those of the chain are not taken for a proof."""
    problem = gradient_descent(3)
    found = 0
    for name in problem.solution.multipliers:
        fewer = {key: value for key, value in problem.conditions.items() if key != name}
        try:
            result = replace(problem, conditions=fewer).certify()
        except RuntimeError:
            continue
        found += 1
        assert result.upper == Fraction(1, 14)
        assert name not in result.multipliers
        result.recheck()
    assert 0 < found < len(problem.solution.multipliers)


@pytest.mark.parametrize("problem", METHODS, ids=lambda problem: problem.method)
def test_a_problem_with_a_looser_condition_is_refused(problem):
    for name in problem.certify().multipliers:
        left, relation, right = problem.conditions[name]
        room = expression(Fraction(1, 1000)) * (1 if relation == "<=" else -1)
        looser = dict(problem.conditions) | {name: (left, relation, right + room)}
        with pytest.raises(RuntimeError, match="no exact bounds"):
            replace(problem, conditions=looser).certify()


def changed(data, path, change):
    other = copy.deepcopy(data)
    place = other
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = change(place[path[-1]])
    return other


@pytest.mark.parametrize("problem", [*METHODS, replace(METHODS[0], solve=searched)], ids=lambda p: p.method)
def test_no_changed_number_passes(problem):
    for statement, certificate in certified(problem):
        check(statement, certificate)
        left = ("data", "parts", 0, "left")
        found = certificate["data"]["parts"][0]["left"]
        places = []
        if "multipliers" in found and statement["parts"][0]["relation"] == "==":
            weights = found["multipliers"][0]["constraints"]
            places += [(*left, "multipliers", 0, "constraints", i) for i, value in enumerate(weights) if value != "0"]
        if "point" in found:
            places += [(*left, "point", "gram", 0, 0)]
        for place in places:
            for change in (lambda text: str(Fraction(text) * -1), lambda text: str(Fraction(text) * 2)):
                with pytest.raises(Rejected):
                    check(statement, changed(certificate, place, change))


def test_a_certificate_of_another_method_is_rejected():
    (own,), (other,) = certified(gradient_descent(3)), certified(gradient_descent(3, "11/10"))
    with pytest.raises(Rejected):
        check(own[0], other[1])


def test_rounded_weights_widen_the_bounds():
    result = projected_descent(3, "anytime").certify()
    assert result.problem.rounding == Fraction(2, 10**14)
    assert result.upper == result.problem.solution.upper + result.problem.rounding
    assert result.lower == result.problem.solution.lower - result.problem.rounding
    assert projected_descent(3).certify().problem.rounding == 0


def test_residuals_show_a_violated_condition():
    problem = gradient_descent(1)
    honest = problem.solution
    far = replace(honest.attained, vectors=dict(honest.attained.vectors) | {"x0": (Fraction(2),)})
    result = WorstCaseResult(replace(problem, solve=lambda _: replace(honest, attained=far)), (), ())
    assert result.residuals["violation"] == 3  # |x0|^2 is 4, not at most 1


def test_negative_multipliers_show_nothing():
    (u,) = vectors("u")
    conditions = {"|u| <= 1": (u @ u, "<=", expression(1))}
    assert shows_bound(u @ u, conditions, {"|u| <= 1": Fraction(1)})
    assert not shows_bound(-2 * (u @ u), conditions, {"|u| <= 1": Fraction(-1)})
    assert not shows_bound(u @ u, conditions, {"|u| <= 1": Fraction(99, 100)})
    assert not shows_bound(u @ u, conditions, {"another": Fraction(1)})


def test_a_larger_start_is_not_a_worst_function():
    problem = gradient_descent(2)
    honest = problem.solution
    far = replace(honest.attained, vectors=dict(honest.attained.vectors) | {"x0": (Fraction(2),)})
    with pytest.raises(RuntimeError, match="no exact bounds"):
        replace(problem, solve=lambda _: replace(honest, attained=far)).certify()


def test_the_worst_game_of_anytime_steps_is_a_run_on_the_hull_of_its_points():
    """Project onto the hull of what was visited, with a solver that knows nothing of normals."""
    result = projected_descent(6, "anytime").certify()
    points, gradients = result.function.arrays()
    hull = np.vstack([points, np.zeros(points.shape[1])])
    assert max(np.linalg.norm(a - b) for a in hull for b in hull) <= 1 + 1e-12
    assert all(np.linalg.norm(g) <= 1 / np.sqrt(t) + 1e-12 for t, g in enumerate(gradients, start=1))
    weight = 1e4
    for here, gradient, after in zip(points, gradients, points[1:], strict=False):
        target = here - gradient
        shares, _ = nnls(np.vstack([hull.T, np.full(len(hull), weight)]), np.append(target, weight))
        np.testing.assert_allclose(shares @ hull / shares.sum(), after, atol=2e-5)
    regret = sum(np.sqrt(t) * g @ x for t, (g, x) in enumerate(zip(gradients, points, strict=True), start=1))
    assert regret == pytest.approx(result.value, abs=1e-8)


def test_the_worst_function_of_the_optimised_method_is_met_by_its_momentum_form():
    steps = 4
    result = optimised_gradient(steps).certify()
    slope = float(result.function.gradients["x0"][0])
    theta = [1.0]
    for k in range(1, steps + 1):
        theta.append((1 + np.sqrt(1 + (8 if k == steps else 4) * theta[-1] ** 2)) / 2)
    x = y = 1.0
    for k in range(steps):
        after = x - np.clip(x, -slope, slope)
        x, y = after + (theta[k] - 1) / theta[k + 1] * (after - y) + theta[k] / theta[k + 1] * (after - x), after
    assert slope * abs(x) - slope**2 / 2 == pytest.approx(result.value, rel=1e-12)


def test_the_worst_function_of_the_proximal_method_is_a_norm():
    result = proximal_point(3, [1, 2, "1/3"]).certify()
    slope, x = 1 / (2 * 10 / 3), 1.0
    for length in (1, 2, 1 / 3):
        x = np.sign(x) * max(0.0, abs(x) - length * slope)
    assert slope * abs(x) == pytest.approx(result.value, rel=1e-12)
    assert float(result.function.points["x3"][0]) == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize("make", [gradient_descent, optimised_gradient, proximal_point, projected_descent])
def test_numbers_of_steps(make):
    for bad in (0, -1, 2.0, float("nan"), "3", None, True):
        with pytest.raises(ValueError, match=r"must be a whole number, at least 1"):
            make(bad)
    with pytest.raises(ValueError, match=r"is 1000000: about 10+ conditions would need .* GiB"):
        make(10**6)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.5, "x", None])
def test_step_sizes_are_exact(bad):
    for make in (gradient_descent, proximal_point):
        with pytest.raises(ValueError, match="step size"):
            make(2, bad)
