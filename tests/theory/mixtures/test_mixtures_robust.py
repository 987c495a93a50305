"""Robust terms against a search over places, worst cases against the dual, a linear program and each other."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize_scalar

from theory.mixtures import robust as module

MARGINS = st.lists(st.floats(-3.0, 5.0), min_size=1, max_size=7)
NORMS, BUDGETS = st.floats(0.05, 4.0), st.floats(0.001, 9.0)


@pytest.mark.parametrize("gamma", [0.1, 0.7, 5.0])
@pytest.mark.parametrize("margin", [-1.0, 0.4, 1.3, 4.0])
def test_terms_are_suprema_over_places(margin, gamma):
    """Moving along theta is enough: a step t changes the margin by t |theta|."""
    norm, t = 1.6, np.linspace(-12.0, 4.0, 400_001)
    hinge = np.max(np.maximum(0, 1 - margin - t * norm) - gamma * t**2)
    flips = np.max(np.where(margin + t * norm <= 1e-12, 1.0, 0.0) - gamma * t**2)
    assert module.robust_hinge(margin, norm, gamma) == pytest.approx(hinge, abs=1e-6)
    assert module.robust_zero_one(margin, norm, gamma) == pytest.approx(flips, abs=1e-3)


@given(margins=MARGINS, norm=NORMS, budget=BUDGETS)
def test_worst_hinge_is_the_least_dual_value(margins, norm, budget):
    def dual(logarithm):
        gamma = math.exp(logarithm)
        return gamma * budget + float(np.mean(module.robust_hinge(np.asarray(margins), norm, gamma)))

    worst = module.worst_case_hinge(margins, norm, budget)
    grid = [dual(v) for v in np.linspace(-12, 12, 97)]
    start = -12 + 0.25 * int(np.argmin(grid))
    least = minimize_scalar(dual, bounds=(start - 0.25, start + 0.25), method="bounded", options={"xatol": 1e-10}).fun
    assert worst.value <= min(*grid, least) * (1 + 1e-12)
    assert dual(math.log(worst.price)) == pytest.approx(worst.value, rel=1e-9)


@given(margins=MARGINS, norm=NORMS, budget=BUDGETS)
def test_worst_zero_one_is_the_linear_program_and_its_dual(margins, norm, budget):
    cost = np.maximum(0, margins) ** 2 / norm**2
    m = len(margins)
    primal = linprog(-np.ones(m) / m, A_ub=[cost / m], b_ub=[budget], bounds=[(0, 1)] * m)
    worst = module.worst_case_zero_one(margins, norm, budget)
    assert worst.value == pytest.approx(-primal.fun, abs=1e-7)
    dual = worst.price * budget + float(np.mean(module.robust_zero_one(np.asarray(margins), norm, worst.price)))
    assert dual == pytest.approx(worst.value, rel=1e-9, abs=1e-12)


def test_hand_computed_worst_cases():
    # all margins below 1: the budget adds the norm times its root
    value, price, share = module.worst_case_hinge([0.0, 0.5, -1.0], 2.0, 0.25)
    assert (value, share) == (pytest.approx(7 / 6 + 1.0), 1.0)
    assert price == pytest.approx(2.0)
    # one point far on the right side: half of the mass is moved, 1/4 q + sqrt(q/4) at q = 1/2
    part = module.worst_case_hinge([0.75, 100.0], 1.0, 0.25)
    assert part.share == 0.5
    assert part.value == pytest.approx(0.125 + math.sqrt(0.125))
    # a single point beyond the margin is moved in part: h = -2, q = reach^2/(4 h^2)
    alone = module.worst_case_hinge([3.0], 1.0, 1.0)
    assert alone.share == pytest.approx(1 / 16)
    assert alone.value == pytest.approx(1 / 8)


def test_without_budget_nothing_moves():
    margins = np.asarray([-1.0, 0.5, 2.0])
    hinge = module.worst_case_hinge(margins, 1.0, 0.0)
    assert hinge.value == pytest.approx(np.mean(np.maximum(0, 1 - margins)))
    assert hinge.price == math.inf
    assert module.worst_case_zero_one(margins, 1.0, 0.0).value == pytest.approx(1 / 3)
    assert module.worst_case_hinge(margins, 0.0, 4.0).value == pytest.approx(hinge.value)


def test_a_sample_without_loss_moves_nothing():
    assert module.worst_case_hinge([3.0, 4.0], 0.0, 4.0) == (0.0, 0.0, 0.0)
    assert module.worst_case_hinge([3.0, 4.0], 1.0, 0.0) == (0.0, math.inf, 0.0)


def test_a_large_budget_errs_everywhere():
    worst = module.worst_case_zero_one([1.0, 2.0], 1.0, 100.0)
    assert worst == (1.0, 0.0, 1.0)


@given(margins=MARGINS, norm=NORMS, budget=BUDGETS, scale=st.floats(0.1, 10.0))
def test_worst_zero_one_has_no_scale_and_no_order(margins, norm, budget, scale):
    worst = module.worst_case_zero_one(margins, norm, budget).value
    again = module.worst_case_zero_one([scale * z for z in reversed(margins)], scale * norm, budget).value
    assert again == pytest.approx(worst, rel=1e-9)


def test_batches_are_the_samples_one_by_one():
    rng = np.random.default_rng(5)
    margins, norms, budgets = rng.normal(1, 2, (4, 3, 6)), rng.uniform(0.1, 2, (3,)), rng.uniform(0, 2, (4, 1))
    for worst_case in (module.worst_case_hinge, module.worst_case_zero_one):
        batch = worst_case(margins, norms, budgets)
        assert batch.value.shape == (4, 3)
        for i in range(4):
            for j in range(3):
                one = worst_case(margins[i, j], norms[j], budgets[i, 0])
                assert batch.value[i, j] == pytest.approx(float(one.value), rel=1e-14)
                assert batch.price[i, j] == pytest.approx(float(one.price), rel=1e-12)


def test_margins_of_very_different_size_lose_nothing():
    """Small terms survive beside huge ones, and distances that overflow are never afforded."""
    worst = module.worst_case_zero_one([1e200, 1.0, 1e200], 1e-200, 1.0)
    assert worst == (0.0, 0.0, 0.0)
    assert module.worst_case_zero_one([0.5, 1e200, 1e180], 1.0, 0.25 / 3) == pytest.approx((1 / 3, 0.0, 1 / 3))
    hinge = module.worst_case_hinge([0.0, 1e20], 1.0, 0.25)
    assert hinge.value == pytest.approx(0.5 + 0.5 * math.sqrt(0.5))


def test_strict_namespace_and_single_precision():
    margins = array_api_strict.asarray([[0.5, 2.0], [-1.0, 1.0]])
    for worst_case in (module.worst_case_hinge, module.worst_case_zero_one):
        assert worst_case(margins, 1.0, 0.5).value.dtype == array_api_strict.float64
        assert worst_case(np.asarray([0.5, 2.0], dtype=np.float32), 1.0, 0.5).value.dtype == np.float32
    assert module.robust_hinge(margins, 1.0, 0.5).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.robust_hinge(1.0, -1.0, 1.0), "norm must be >= 0"),
        (lambda: module.robust_hinge(1.0, 1.0, -1.0), "gamma must be >= 0"),
        (lambda: module.robust_hinge(math.nan, 1.0, 1.0), "margin must be finite"),
        (lambda: module.robust_zero_one(1.0, 0.0, 1.0), "norm must be > 0"),
        (lambda: module.worst_case_hinge(1.0, 1.0, 1.0), "last axis of at least one point"),
        (lambda: module.worst_case_hinge(np.zeros((2, 0)), 1.0, 1.0), "last axis of at least one point"),
        (lambda: module.worst_case_hinge([1.0], 1.0, -1.0), "budget must be >= 0"),
        (lambda: module.worst_case_zero_one([1.0], 0.0, 1.0), "norm must be > 0"),
        (lambda: module.worst_case_zero_one([math.inf], 1.0, 1.0), "margins must be finite"),
        (lambda: module.worst_case_hinge(np.zeros((2, 3)), np.ones(4), 1.0), "shapes that broadcast"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
