"""Margin losses, their transforms in closed form, and the inverses."""

from __future__ import annotations

import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification import margin
from theory.classification.margin import LOSSES, bound, from_formula, transform

mpmath.mp.dps = 60
BOUNDS = [0.01, 0.3, 0.8, 1.0, 1.9, 2.5, 8.0, 40.0, math.inf]
POINTS = [0.0, 1e-150, 1e-9, 1e-3, 0.05, 0.29, 0.3, 0.5, 0.77, 0.99, 1 - 1e-9, 1 - 1e-12, 1.0]


def _exact_phi(name):
    return {
        "hinge": lambda u: max(mpmath.mpf(0), 1 - u),
        "logistic": lambda u: mpmath.log1p(mpmath.exp(-u)),
        "exponential": lambda u: mpmath.exp(-u),
        "quadratic": lambda u: max(mpmath.mpf(0), 1 - u) ** 2,
        "sigmoid": lambda u: 1 - mpmath.tanh(u),
        "rho-margin": lambda u: min(max(mpmath.mpf(0), 1 - u), mpmath.mpf(1)),
    }[name]


def _minimiser(name, t, b):
    """The best score of the right sign, by hand from the derivative of the risk."""
    t, b = mpmath.mpf(t), (mpmath.inf if math.isinf(b) else mpmath.mpf(b))
    free = {
        "hinge": 1,
        "rho-margin": 1,
        "quadratic": t,
        "sigmoid": 400,  # the risk decreases for ever
        "logistic": 2 * mpmath.atanh(t) if t < 1 else 400,
        "exponential": mpmath.atanh(t) if t < 1 else 400,
    }[name]
    return min(mpmath.mpf(free), b)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("b", BOUNDS)
def test_transform_to_full_precision(name, b):
    phi, loss = _exact_phi(name), LOSSES[name]()
    for t in POINTS:
        u = _minimiser(name, t, b)
        with mpmath.workdps(420):  # 1e-150 squared has to survive a subtraction from one
            weight = (1 + mpmath.mpf(t)) / 2
            wrong = min(phi(mpmath.mpf(0)), weight * phi(-u) + (1 - weight) * phi(u))
            expected = wrong - (weight * phi(u) + (1 - weight) * phi(-u))
        assert transform(t, loss, b) == pytest.approx(float(expected), rel=1e-13, abs=1e-170)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("b", BOUNDS)
def test_closed_form_agrees_with_a_search(name, b):
    loss = LOSSES[name]()
    t = np.linspace(0, 1, 21)
    np.testing.assert_allclose(transform(t, loss, b), transform(t, loss.phi, b), atol=2e-10)


@pytest.mark.parametrize("name", LOSSES)
@settings(deadline=None)
@given(t=st.floats(1e-120, 1.0), b=st.sampled_from(BOUNDS))
def test_bound_inverts_transform(name, t, b):
    loss = LOSSES[name]()
    if name in ("logistic", "exponential") and math.isinf(b) and t > 0.999:
        assert bound(transform(t, loss, b), loss, b) == pytest.approx(t, abs=1e-7)  # infinite slope at 1
    else:
        assert bound(transform(t, loss, b), loss, b) == pytest.approx(t, rel=1e-11)


def test_bound_is_exact_at_all_magnitudes():
    x = np.geomspace(1e-290, math.log(2), 500)
    np.testing.assert_allclose(transform(bound(x, margin.logistic()), margin.logistic()), x, rtol=1e-14)
    assert bound(5.0, margin.logistic()) == 1.0
    assert bound(0.0, margin.logistic()) == 0.0


def test_hand_computed():
    assert transform(0.25, margin.hinge(), 0.5) == 0.125
    assert transform(1.0, margin.logistic()) == pytest.approx(math.log(2))
    assert transform(1.0, margin.logistic(base=2)) == pytest.approx(1.0)
    assert transform(0.6, margin.exponential()) == pytest.approx(0.2)
    assert transform(0.6, margin.quadratic()) == pytest.approx(0.36)
    assert transform(0.5, margin.sigmoid(k=2), 1.0) == pytest.approx(0.5 * math.tanh(2))
    assert transform(0.5, margin.rho_margin(rho=4), 1.0) == 0.125
    assert bound(0.125, margin.rho_margin(rho=4), 1.0) == 0.5
    assert bound(0.02, margin.logistic(base=2)) == pytest.approx(bound(0.02 * math.log(2), margin.logistic()))


def test_convex_shortcut_is_wrong_for_the_rho_margin():
    phi = margin.rho_margin().phi
    t, v = 0.0, np.linspace(0, 5, 501)
    shortcut = phi(0.0) - np.min((1 + t) / 2 * phi(v) + (1 - t) / 2 * phi(-v))
    assert shortcut == 0.5
    assert transform(0.0, margin.rho_margin()) == 0.0


@pytest.mark.parametrize("name", LOSSES)
def test_derivative_matches_differences_and_formula_matches_phi(name):
    loss = LOSSES[name]()
    u = np.array([-3.3, -0.71, 0.4, 0.93, 1.7, 5.0])
    h = 1e-6
    np.testing.assert_allclose(loss.derivative(u), (loss(u + h) - loss(u - h)) / (2 * h), atol=1e-8)
    np.testing.assert_allclose(from_formula(loss.formula)(u), loss(u), rtol=1e-12, atol=1e-14)


def test_extreme_margins_stay_finite():
    u = np.array([-1e4, -800.0, 800.0, 1e4])
    assert np.all(margin.logistic()(u) == np.array([1e4, 800.0, 0.0, 0.0]))
    assert margin.sigmoid()(20.0) == pytest.approx(2 * math.exp(-40), rel=1e-12)
    assert np.all(np.isfinite(margin.sigmoid().derivative(u)))


@pytest.mark.parametrize("name", LOSSES)
def test_strict_namespace_and_dtype(name):
    loss = LOSSES[name]()
    t = array_api_strict.asarray([[0.0, 0.25], [0.5, 1.0]], dtype=array_api_strict.float32)
    b = array_api_strict.asarray([0.5, math.inf], dtype=array_api_strict.float32)
    for function in (transform, bound):
        result = function(t, loss, b)
        assert result.dtype == array_api_strict.float32
        assert result.shape == (2, 2)
    expected = transform(np.array([[0.0, 0.25], [0.5, 1.0]]), loss, np.array([0.5, math.inf]))
    np.testing.assert_allclose(np.asarray(transform(t, loss, b)), expected, rtol=2e-6)
    assert loss(t).dtype == array_api_strict.float32
    assert loss.derivative(t).dtype == array_api_strict.float32


@pytest.mark.parametrize("name", LOSSES)
@settings(deadline=None)
@given(t=st.floats(0, 1), s=st.floats(0, 1), b=st.sampled_from(BOUNDS))
def test_transform_is_convex_and_nondecreasing_and_grows_with_the_score_bound(name, t, s, b):
    loss = LOSSES[name]()
    low, high = sorted((t, s))
    ends = transform(low, loss, b), transform(high, loss, b)
    assert ends[0] <= ends[1] + 1e-15
    assert transform((low + high) / 2, loss, b) <= (ends[0] + ends[1]) / 2 + 1e-15
    assert ends[0] <= transform(low, loss) + 1e-15


def test_numeric_bound_uses_the_convex_hull():
    def dented(u):  # a non-convex loss whose transform is not convex
        return np.minimum(np.maximum(0, 1 - u), 1.5)

    t = np.linspace(0, 1, 11)
    assert np.all(bound(transform(t, dented), dented) >= t - 1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: transform(1.5, margin.hinge()), "t must be in"),
        (lambda: transform(math.nan, margin.hinge()), "t must be in"),
        (lambda: transform(0.5, margin.hinge(), 0.0), "score_bound must be above 0"),
        (lambda: transform(0.5, margin.hinge(), math.nan), "score_bound must be above 0"),
        (lambda: bound(-0.1, margin.hinge()), "regret must be at least 0"),
        (lambda: transform(2.0, np.exp), "t must be in"),
        (lambda: transform(0.5, np.exp, -1), "score_bound must be above 0"),
        (lambda: bound(-1.0, lambda u: np.exp(-u)), "regret must be at least 0"),
        (lambda: margin.logistic(base=10), "base is 10"),
        (lambda: margin.sigmoid(k=0), "k is 0"),
        (lambda: margin.rho_margin(rho=math.inf), "rho is inf"),
        (lambda: from_formula("a*u"), "name 'a'"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
