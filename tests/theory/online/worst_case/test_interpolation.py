"""Worst cases of gradient descent, against the known closed forms and against functions."""

from fractions import Fraction

import numpy as np
import pytest

from theory.engine.checker import check
from theory.engine.evidence import Budget
from theory.engine.provers.semidefinite import semidefinite
from theory.engine.statements.epigraph import rows
from theory.engine.statements.gram import basis, least
from theory.engine.statements.semidefinite import WorstCase
from theory.online.worst_case.descent import descent_path
from theory.online.worst_case.interpolation import MINIMISER, convex, convex_set, positive, smooth_convex, within


def problem(steps, step_size=1, smoothness=1):
    visited = descent_path(steps, step_size)
    return visited, [*smooth_convex([MINIMISER, *visited], smoothness).values(), within(1, visited[0])]


@pytest.mark.parametrize(
    ("steps", "step_size"), [(1, 1), (2, 1), (4, 1), (5, 1), (2, Fraction(1, 2)), (1, Fraction(3, 2))]
)
def test_the_worst_case_is_the_larger_of_a_huber_and_a_quadratic_one(steps, step_size):
    visited, conditions = problem(steps, step_size)
    known = max(Fraction(1, 1) / (4 * steps * step_size + 2), (1 - Fraction(step_size)) ** (2 * steps) / 2)
    method, statement = semidefinite(), WorstCase(visited[-1].value, conditions, "==", known)
    assert method.refute(statement, Budget()) is None
    check(statement.to_json(), method.decide(statement, Budget()).to_json())
    for factor in (Fraction(99, 100), Fraction(101, 100)):
        assert method.refute(WorstCase(visited[-1].value, conditions, "==", factor * known), Budget()) is not None


def test_smoothness_scales_the_bound():
    visited, conditions = problem(2, step_size=Fraction(1, 5), smoothness=5)
    statement = WorstCase(visited[-1].value, conditions, "<=", Fraction(5, 10))
    check(statement.to_json(), semidefinite().decide(statement, Budget()).to_json())


def test_the_smallest_gradient_norm():
    visited, conditions = problem(2)
    statement = WorstCase(least(*[item.gradient @ item.gradient for item in visited]), conditions, "==", Fraction(1, 9))
    check(statement.to_json(), semidefinite().decide(statement, Budget()).to_json())


def test_interpolation_conditions_hold_along_a_run_on_a_quadratic():
    rng = np.random.default_rng(3)
    factor = rng.normal(size=(4, 4))
    hessian = factor @ factor.T
    smoothness = Fraction(float(np.linalg.eigvalsh(hessian)[-1])).limit_denominator(100) + Fraction(1, 50)
    visited = descent_path(3, Fraction(1, 3) / smoothness)
    names, point = {}, rng.normal(size=4)
    names["x0"] = point
    for k in range(4):
        names[f"g{k}"], names[f"f{k}"] = hessian @ point, point @ hessian @ point / 2
        point = point - float(Fraction(1, 3) / smoothness) * names[f"g{k}"]
    conditions = smooth_convex([MINIMISER, *visited], smoothness)
    slacks = []
    for form in rows(0, conditions_terms(conditions.values())).inequalities:
        pairs = [
            value * (names[key[0]] @ names[key[1]] if isinstance(key, tuple) else names[key])
            for key, value in as_floats(form)
        ]
        slacks.append(sum(pairs))
    assert len(slacks) == 20
    assert min(slacks) > -1e-9
    assert max(slacks) > 1e-3


def conditions_terms(conditions):
    return [(left.term, relation, right.term) for left, relation, right in conditions]


def as_floats(form):
    return [(key, float(value)) for key, value in form.items()]


def test_points_of_a_run_are_combinations_of_start_and_gradients():
    visited = descent_path(3, Fraction(1, 2))
    assert visited[3].point.coefficients == {"x0": 1, **{f"g{k}": Fraction(-1, 2) for k in range(3)}}
    assert basis(visited[2].value.term) == ([], ["f2"])


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="must be positive"):
        smooth_convex([MINIMISER], 0)
    with pytest.raises(ValueError, match="whole number >= 1"):
        descent_path(0, 1)
    with pytest.raises(ValueError, match="exact"):
        descent_path(1, 0.5)
    with pytest.raises(ValueError, match="must be positive"):
        descent_path(1, Fraction(-1, 2))
    with pytest.raises(ValueError, match="radius must be positive"):
        within(0, descent_path(1, 1)[0])
    with pytest.raises(ValueError, match="diameter"):
        convex_set({}, {}, 0)
    assert positive("1/3", "a number") == Fraction(1, 3)


def test_conditions_are_named_by_their_pair():
    visited = descent_path(1, 1)
    names = list(smooth_convex([MINIMISER, *visited], 1))
    assert names == ["Q(x*, x0)", "Q(x*, x1)", "Q(x0, x*)", "Q(x0, x1)", "Q(x1, x*)", "Q(x1, x0)"]
    assert list(convex(visited)) == ["Q(x0, x1)", "Q(x1, x0)"]
