"""The exact expressions agree with the numeric functions and with minima that are searched for; claims are whole."""

import importlib

import numpy as np
import pytest
import sympy
from decided_claims import claims_of
from scipy.optimize import minimize_scalar

from theory.collapse.deep_linear import collapse_expressions as exact
from theory.collapse.deep_linear import minimum, scalar
from theory.engine.report.mathml import formula

MODULES = ("geometry", "scalar", "slope", "squared", "one_layer", "thresholds")
DEPTHS = ("3/2", "2", "3", "7")


@pytest.fixture(scope="module")
def claims():
    names = [f"theory.collapse.deep_linear.claims_collapse_{name}" for name in MODULES]
    return [claim for name in names for claim in claims_of(importlib.import_module(name))]


@pytest.mark.parametrize("depth", DEPTHS)
def test_thresholds_agree_with_the_numeric_ones(depth):
    M = sympy.Rational(depth)
    assert scalar.threshold(float(M)) == pytest.approx(float(exact.threshold(M)), rel=1e-14)
    assert scalar.local_minimum_limit(float(M)) == pytest.approx(float(exact.last_decay(M)), rel=1e-14)


def test_window_of_two_layers_by_hand():
    assert exact.threshold(2) == sympy.Rational(1, 2)
    assert exact.last_decay(2) == 3 * sympy.sqrt(3) / 8
    assert exact.descent(1 / sympy.sqrt(3), 2) == exact.last_decay(2)


def test_integers_give_exact_values():
    assert exact.scalar_objective(2, 3, 3) == sympy.Rational(55, 9)
    assert exact.descent(1, 2) == sympy.Rational(1, 2)
    assert exact.class_weight(4, 8, 2, 3, 2) == 16 * sympy.sqrt(3)
    assert exact.jump(4) == sympy.root(3, 4)
    one = (exact.threshold(1), exact.jump(1), exact.flattest(1), exact.last_decay(1))
    assert one == (1, 0, 0, 1)


@pytest.mark.parametrize("depth", [0, -1, 0.5, float("nan"), float("inf"), sympy.Rational(99, 100)])
def test_depth_below_one_is_refused(depth):
    for call in (exact.threshold, exact.jump, exact.flattest, exact.last_decay, lambda M: exact.descent(1, M)):
        with pytest.raises(ValueError, match=r"depth is .*finite numbers >= 1"):
            call(depth)


@pytest.mark.parametrize("depth", DEPTHS)
def test_slope_is_steepest_where_it_is_said(depth):
    M = sympy.Rational(depth)
    found = minimize_scalar(lambda x: -float(exact.descent(x, float(M))), bounds=(0, 3), options={"xatol": 1e-10})
    assert found.x ** float(M) == pytest.approx(float(exact.flattest(M)), rel=1e-4)
    assert -found.fun == pytest.approx(float(exact.last_decay(M)), rel=1e-12)


@pytest.mark.parametrize(("depth", "share"), [(d, s) for d in DEPTHS for s in (0.3, 0.9, 0.999)])
def test_minimum_on_a_grid_is_at_the_largest_root(depth, share):
    M = float(sympy.Rational(depth))
    b = share * scalar.threshold(M)
    grid = np.linspace(0, 4 / b, 40_001)
    values = 1 / (1 + grid**M) + b * grid
    best = grid[np.argmin(values)]
    x, value = scalar.scalar_minimizer(b, M)
    assert best**M > M - 1 - 0.05  # past the jump
    assert value <= values.min() + 1e-12
    assert float(exact.descent(x, M)) == pytest.approx(b, rel=1e-9)


def test_weight_of_a_class_in_a_random_network():
    rng = np.random.default_rng(3)
    n, N, decay, *layers = 5.0, 12.0, 0.02, 0.03, 0.01, 0.05
    b = float(exact.class_weight(n, N, decay, np.prod(layers), 3))
    for _ in range(20):
        values = rng.lognormal(size=3)  # one singular value of each layer
        s = np.prod(values)
        share = n / (2 * N * (1 + s**2 / (N * decay))) + np.dot(layers, values**2) / 2
        x = (s**2 / (N * decay)) ** (1 / 3)
        assert share >= n / (2 * N) * (1 / (1 + x**3) + b * x) - 1e-12


def test_every_claim_can_be_shown_and_rests_on_claims_that_exist(claims):
    ids = [claim.id for claim in claims]
    assert len(ids) == len(set(ids)) > 40
    assert not [claim.id for claim in claims if formula(claim.says).startswith("<code")]
    assert not [(claim.id, used) for claim in claims for used in claim.uses if used not in ids]
    assert all(claim.expected.value != "refuted" or claim.controls[0].expect_holds for claim in claims)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_size_at_which_a_class_is_lost_has_the_threshold_as_its_weight(depth):
    total, layers, decay = 60.0, [0.02] * depth, 0.05
    size = minimum.minority_size(total, depth, layers, decay)
    weight = float(exact.class_weight(size, total, decay, np.prod(layers), depth))
    assert weight == pytest.approx(1.0 if depth == 1 else float(exact.threshold(depth)), rel=1e-13)


@pytest.mark.parametrize("depth", [2, 3])
def test_objective_of_equal_classes_with_a_bias(depth):
    classes, size, layers, decay = 4, 5, [1e-3] * depth, 2e-3
    found = minimum.global_minimum([size] * classes, depth, layers, decay, bias=True)
    weight = float(exact.class_weight(size, classes * size, decay, np.prod(layers), depth))
    _, value = scalar.scalar_minimizer(weight, depth)
    assert value < 1
    assert found.objective == pytest.approx((classes - 1) / (2 * classes) * value, rel=1e-12)
