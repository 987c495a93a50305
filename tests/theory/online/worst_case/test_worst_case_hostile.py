"""Hostile certificates and problems are refused; worst functions are run by independent code."""

import copy
import operator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import nnls

from theory.engine.checker import Rejected, check
from theory.engine.statements.gram import expression, scalars, vectors
from theory.online.worst_case import (
    MINIMISER,
    START,
    Problem,
    Visited,
    WorstCaseResult,
    convex,
    gradient_descent,
    optimised_gradient,
    projected_descent,
    proximal_point,
    smooth_convex,
    within,
)
from theory.online.worst_case.problem import searched
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


def forged(result, problem=None, **solution):
    """Return the result with a solution that was not checked, or with that of another problem."""
    told = replace(result.problem.solution, **solution)
    return replace(result, problem=replace(problem or result.problem, solve=lambda _: told))


@pytest.mark.parametrize("relation", ["<=", "=="])
def test_residuals_show_a_violated_condition(relation):
    """A certificate forged with its worst function: the checker refuses it, and the residuals show it."""
    problem = gradient_descent(1)
    (left, _, right), honest = problem.conditions[START], problem.solution
    sign = 1 if relation == "<=" else -1  # of a multiplier as the checker counts it
    told = replace(honest, multipliers=dict(honest.multipliers) | {START: sign * honest.multipliers[START]})
    conditions = dict(problem.conditions) | {START: (left, relation, right)}
    result = replace(problem, conditions=conditions, solve=lambda _: told).certify()
    assert result.residuals == {"gap": 0, "violation": 0, "complementarity": 0}
    place = result.statements[0].vectors.index("x0")
    (certificate,) = copy.deepcopy(result.certificates)
    gram = certificate.data["parts"][0]["left"]["point"]["gram"]
    for i in range(len(gram)):
        for cell in ((i, place), (place, i)):
            gram[cell[0]][cell[1]] = str(2 * Fraction(gram[cell[0]][cell[1]]))
    far = replace(honest.attained, vectors=dict(honest.attained.vectors) | {"x0": (Fraction(2),)})
    fake = replace(forged(result, attained=far), certificates=(certificate,))
    assert fake.residuals["violation"] == 3  # |x0|^2 is 4, not at most 1
    with pytest.raises(Rejected, match="is violated"):
        fake.recheck()


def test_what_a_result_says_is_what_was_checked():
    result = gradient_descent(2).certify()
    told = forged(result, upper=Fraction(0), lower=Fraction(0), multipliers={"ghost": Fraction(5)})
    told.recheck()
    assert (told.lower, told.upper, told.multipliers) == (result.lower, result.upper, result.multipliers)
    empty = replace(result, statements=(), certificates=())
    for look in (
        lambda told: told.upper,
        lambda told: told.lower,
        lambda told: told.multipliers,
        WorstCaseResult.recheck,
    ):
        with pytest.raises(ValueError, match="nothing shows"):
            look(empty)


@pytest.mark.parametrize("problem", METHODS, ids=lambda problem: problem.method)
def test_a_worst_function_that_was_not_checked_is_refused(problem):
    result = problem.certify()
    honest = problem.solution.attained
    for name, coordinates in honest.vectors.items():
        far = replace(honest, vectors=dict(honest.vectors) | {name: (coordinates[0] + 1, *coordinates[1:])})
        for look in (lambda told: told.function, lambda told: told.residuals, WorstCaseResult.recheck):
            with pytest.raises(ValueError, match="have not the inner products that were checked"):
                look(forged(result, attained=far))
    told = forged(result, attained=replace(honest, scalars={name: value + 1 for name, value in honest.scalars.items()}))
    assert told.function.values == result.function.values
    assert told.residuals == result.residuals
    for products in (False, True):
        known = result.attained.products if products else {}
        far = replace(honest, squares=(honest.squares[0] * 2, *honest.squares[1:]), products=known)
        with pytest.raises(ValueError, match="have not the inner products"):
            forged(result, attained=far).recheck()


def test_a_result_is_about_its_problem():
    result = gradient_descent(2).certify()
    for other in (
        gradient_descent(2, "11/10"),
        replace(result.problem, objective=2 * result.problem.objective),
        replace(
            result.problem, conditions=dict(result.problem.conditions) | {"more": result.problem.conditions[START]}
        ),
    ):
        with pytest.raises(Rejected, match="not about the problem"):
            forged(result, other).recheck()
    given = result.problem.conditions | {}
    problem = replace(result.problem, conditions=given)
    found = problem.certify()
    given.clear()
    found.recheck()
    problem.conditions.popitem()
    with pytest.raises(Rejected, match="not about the problem"):
        found.recheck()


def test_no_condition_is_lost_unseen():
    """Two functions, or two points of the same name: the supremum over fewer conditions is no worst case."""
    (x, g, h), (f, k) = vectors("x g h"), scalars("f k")
    one, two = Visited("x", x, g, f), Visited("x", x, h, k)
    for conditions in (lambda: smooth_convex([one, two], 1), lambda: convex([one, two])):
        with pytest.raises(ValueError, match="names of their own, several are called 'x'"):
            conditions()
    first, second = smooth_convex([MINIMISER, one], 1), convex([MINIMISER, two])
    for join in (operator.or_, operator.ior, lambda a, b: dict(a) | b, lambda a, b: a | dict(b)):
        with pytest.raises(ValueError, match=r"both have 'Q\(x\*, x\)'"):
            join(first, second)
    assert list(first) == ["Q(x*, x)", "Q(x, x*)"]
    assert len(first | convex([MINIMISER, two._replace(name="y")]) | {START: within(1, one)}) == 5
    with pytest.raises(ValueError, match="several are called 'x'"):
        Problem("m", "", [one, two], f, first)


BALL = {"|u| <= 1": (vectors("u")[0] @ vectors("u")[0], "<=", 1)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounding": Fraction(-1)}, "must not be negative, given: -1"),
        ({"rounding": 1e-9}, "the rounding is 1e-09; allowed are exact rationals"),
        ({"rounding": float("nan")}, "the rounding is nan; allowed are exact rationals"),
        ({"objective": 1.5}, "a constant in an expression is 1.5; allowed are exact rationals"),
        ({"objective": vectors("u")[0]}, "the objective: a vector has no order"),
        ({"objective": None}, "allowed are exact rationals"),
        ({"conditions": list(BALL.values())}, "conditions are a dict by name, given: a list"),
        ({"conditions": {"ball": (vectors("u")[0], "<=", 1)}}, "ball: a vector has no order"),
        ({"conditions": {"ball": (*BALL["|u| <= 1"][:2], 1.0)}}, "allowed are exact rationals"),
        ({"conditions": {"ball": BALL["|u| <= 1"][0]}}, "ball: a condition is .left side, relation, right side."),
        ({"conditions": {"ball": (BALL["|u| <= 1"][0], "<", 1)}}, "'<'; allowed: <= >= =="),
        ({"accuracy": "high"}, "the accuracy must lie between 1e-12 and 1, given: 'high'"),
        ({"accuracy": None}, "the accuracy must lie between"),
    ],
)
def test_problems_that_are_none(change, message):
    (u,) = vectors("u")
    plain = {"method": "m", "unit": "", "visited": [], "objective": u @ u, "conditions": BALL}
    assert Problem(**plain).certify().upper >= 1  # a number stands for a constant expression
    with pytest.raises(ValueError, match=message):
        Problem(**(plain | change)).certify()


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
        with pytest.raises(ValueError, match=r"must be a whole number >= 1"):
            make(bad)
    with pytest.raises(ValueError, match=r"is 1000000: about 10+ conditions would need .* GiB"):
        make(10**6)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.5, "x", None])
def test_step_sizes_are_exact(bad):
    for make in (gradient_descent, proximal_point):
        with pytest.raises(ValueError, match="step size"):
            make(2, bad)
