import itertools
from decimal import Decimal

import array_api_strict
import comp_sum_reference as reference
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification import calibration
from theory.classification.calibration import (
    TAU_STAR,
    TAU_STAR_DIGITS,
    bound,
    growth_constant,
    guaranteed_transform,
    published_bound,
    published_exact_bound,
    published_simplified_transform,
    published_transform,
    transform,
)
from theory.classification.comp_sum import conditional_minimum, conditional_risk

BETAS = [1e-150, 1e-30, 1e-9, 1e-3, 0.1, 0.3, 0.499, 0.5, 0.7, 0.99, 1 - 1e-9, 1 - 1e-12, 1.0]
NEAR_ONE = [1 + sign * gap for gap in (1e-3, 1e-6, 1e-9, 1e-12, 2.0**-52) for sign in (-1, 1)]
NEAR_TWO = [2 - gap for gap in (1e-3, 1e-6, 1e-9, 1e-12)]
ALL = (transform, guaranteed_transform, published_transform, published_simplified_transform)


@pytest.mark.parametrize("tau", [0, 1e-9, 0.3, 0.9, 1, *NEAR_ONE, 1.3, 1.5, 1.6, 1.8, *NEAR_TWO])
def test_two_class_value_and_its_inverse_are_accurate(tau):
    for beta in BETAS:
        value = transform(beta, tau)
        assert value == pytest.approx(float(reference.two_class(beta, tau)), rel=5e-14, abs=0)
        assert bound(value, tau) == pytest.approx(beta, rel=1e-13, abs=0)


@pytest.mark.parametrize("tau", [1.67, 1.8, 1.9, *NEAR_TWO])
def test_exact_value_above_the_threshold_is_accurate(tau):
    for beta in (1e-9, 1e-3, 0.05, 0.1, 0.3, 0.45, 0.6, 0.67, 0.9, 1 - 1e-12, 1.0):
        for n in (3, 6):
            assert transform(beta, tau, n) == pytest.approx(float(reference.exact(beta, tau, n)), rel=1e-13, abs=0)


def test_reference_numbers():
    assert transform(0.5, 1.5, 3) == pytest.approx(0.166925267711095, rel=1e-14)
    assert transform(0.6, 1.6, 5) == pytest.approx(0.250256376787818, rel=1e-14)
    assert transform(0.45, 1.8, 2) == pytest.approx(0.189732231840168, rel=1e-14)
    assert transform(0.45, 1.8, 3) == pytest.approx(0.16534404738532, rel=1e-13)
    assert transform(0.6, 1.7, 3) == pytest.approx(0.256336049536093, rel=1e-14)
    assert transform(0.600134072456699129842458, TAU_STAR, 3) == pytest.approx(0.260754726924437698, rel=1e-14)


def test_threshold_is_rounded_down_from_its_digits():
    exact = Decimal(TAU_STAR_DIGITS)
    assert Decimal(TAU_STAR) <= exact < Decimal(float(np.nextafter(TAU_STAR, 2)))
    beta = 0.600134072456699
    assert transform(beta, TAU_STAR + 1e-6, 3) < transform(beta, TAU_STAR + 1e-6, 2) * (1 - 1e-9)


def test_closed_values_by_hand():
    assert transform(0.8, 0) == pytest.approx(0.4)  # 1 - sqrt(1 - beta^2)
    assert transform(1.0, 1) == pytest.approx(np.log(2))
    assert transform(0.5, 1.5) == pytest.approx(2**0.5 * (1.25**0.5 - 1))  # a = 2
    assert transform(0.0, 1.8, 5) == 0


@pytest.mark.parametrize("n", [2, 3, 4, 10, 1000, 10**6])
def test_order_of_the_four_functions(n):
    beta, tau = np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 4, 81))
    exact, guaranteed = transform(beta, tau, n), guaranteed_transform(beta, tau, n)
    published, simplified = published_transform(beta, tau, n), published_simplified_transform(beta, tau, n)
    slack = 1 + 1e-13
    assert (guaranteed <= exact * slack).all()
    assert (published <= guaranteed * slack).all()
    assert (simplified <= published * slack).all()
    same = (tau <= TAU_STAR) | (tau >= 2) | (n == 2)
    assert (guaranteed == exact)[same].all()
    quadratic = tau * 2.0**-tau * beta**2
    middle = (tau >= 1) & (tau <= 2)
    assert (quadratic <= guaranteed * slack)[middle].all()


def test_exact_value_decreases_in_the_number_of_classes():
    beta, tau = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 4, 41))
    values = [transform(beta, tau, n) for n in (2, 3, 4, 7, 50, 10**6)]
    assert all((after <= before * (1 + 1e-13)).all() for before, after in itertools.pairwise(values))


def test_quadratic_growth_near_zero_is_the_same_for_all_n():
    for tau in (0, 0.5, 1, 1.5, 1.7):
        for n in (2, 3, 1000):
            assert transform(1e-6, tau, n) / 1e-12 == pytest.approx(growth_constant(tau), rel=1e-9)
    assert growth_constant(1.8) == pytest.approx(1.43587, rel=1e-5)
    assert growth_constant(2 - 1 / np.log(2)) == pytest.approx(np.e * np.log(2) / 4, rel=1e-14)  # the least of all tau


@given(beta=st.just(0.0) | st.floats(1e-150, 1), tau=st.floats(0, 5), n=st.integers(2, 10**6))
def test_bound_undoes_at_most_the_guaranteed_transform(beta, tau, n):
    # The bound inverts the convex hull, which lies below the transform.
    assert bound(guaranteed_transform(beta, tau, n), tau, n) >= beta * (1 - 1e-12)


@given(beta=st.floats(1e-9, 1), tau=st.floats(0, 1.999), n=st.integers(2, 1000))
def test_bound_inverts_the_guaranteed_transform_below_two(beta, tau, n):
    assert bound(guaranteed_transform(beta, tau, n), tau, n) == pytest.approx(beta, rel=1e-11)


@given(beta=st.floats(1e-9, 1), tau=st.floats(0, 5), n=st.integers(2, 1000))
def test_published_bounds_invert_the_published_functions(beta, tau, n):
    assert published_exact_bound(published_transform(beta, tau, n), tau, n) == pytest.approx(beta, rel=1e-11)
    assert published_bound(published_simplified_transform(beta, tau, n), tau, n) == pytest.approx(beta, rel=1e-12)


@pytest.mark.parametrize("tau", [0, 1, 1.5, 1.9, 2, 2.5])
@pytest.mark.parametrize("n", [2, 3, 100])
def test_bound_is_monotone_and_below_the_published_one(tau, n):
    t = np.concatenate([[0.0], np.geomspace(1e-12, 10, 400), [np.inf]])
    beta = bound(t, tau, n)
    assert beta[0] == 0
    assert beta[-1] == 1
    assert (np.diff(beta) >= 0).all()
    assert (beta <= np.minimum(published_bound(t, tau, n), 1) * (1 + 1e-12)).all()
    assert (beta <= published_exact_bound(t, tau, n) * (1 + 1e-12)).all()


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_no_random_prediction_beats_the_exact_transform(n):
    rng = np.random.default_rng(7)
    for tau in (0, 0.5, 1, 1.5, 1.7, 1.8, 1.95, 2, 2.4, 3.5):
        p = rng.dirichlet(np.full(n, 0.7), 6000)
        softmax = rng.dirichlet(np.full(n, 0.7), 6000)
        close = p ** (1 / max(2 - tau, 0.1)) + 1e-9
        softmax[::2] = (close / close.sum(axis=1, keepdims=True))[::2]
        softmax[::2, 0] = softmax[::2].max(axis=1) * (1 + 1e-9)  # best scores but for a tied, wrong class
        predicted = np.argmax(softmax, axis=1)
        beta = p.max(axis=1) - p[np.arange(6000), predicted]
        regret = conditional_risk(p, np.log(softmax), tau) - conditional_minimum(p, tau)
        assert (regret >= transform(beta, tau, n) - 1e-12).all()


def regret_of(p, pooled, tau):
    """Regret of the scores that are best for the pooled posterior."""
    with np.errstate(divide="ignore"):
        scores = np.log(pooled) / (2 - tau)
    return float(conditional_risk(p, scores, tau) - conditional_minimum(p, tau))


def test_exact_values_are_attained():
    x, b = 0.510394873155, 0.45  # three classes pooled at 1/3
    third = np.full(3, 1 / 3)
    assert regret_of([x, x - b, 1 - 2 * x + b], third, 1.8) == pytest.approx(transform(b, 1.8, 3), rel=1e-10)
    assert regret_of([0.6, 0.0, 0.4], third, 1.7) == pytest.approx(transform(0.6, 1.7, 3), rel=1e-10)
    edge = 0.67  # nothing pools but the first two
    half = [edge / 2, edge / 2, 1 - edge]
    assert regret_of([edge, 0.0, 1 - edge], half, 1.8) == pytest.approx(transform(edge, 1.8, 3), rel=1e-10)
    assert transform(edge, 1.8, 3) < 0.993 * transform(edge, 1.8, 2)
    for tau in (0, 0.7, 1, 1.6):
        assert regret_of([0.7, 0.3], [0.5, 0.5], tau) == pytest.approx(transform(0.4, tau, 9), rel=1e-12)


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("xp", [np, array_api_strict])
def test_dtype_and_namespace_are_kept(function, xp):
    beta = xp.asarray([[0.1, 0.45, 0.6]], dtype=xp.float32)
    tau = xp.asarray([[0.0], [1.0], [1.8], [2.0], [3.0]], dtype=xp.float32)
    value = function(beta, tau, 4)
    assert isinstance(value, type(beta))
    assert value.dtype == xp.float32
    double = function(np.asarray([[0.1, 0.45, 0.6]]), np.asarray([[0.0], [1.0], [1.8], [2.0], [3.0]]), 4)
    np.testing.assert_allclose(np.asarray(value, dtype=float), double, rtol=2e-5)


@pytest.mark.parametrize("function", [bound, published_bound, published_exact_bound])
def test_bounds_run_on_the_standard_alone(function):
    t = array_api_strict.asarray([0.0, 1e-3, 0.2])
    tau = array_api_strict.asarray([[0.5], [1.8], [2.0], [3.0]])
    value = function(t, tau, 5)
    assert isinstance(value, type(t))
    np.testing.assert_array_equal(np.asarray(value), function(np.asarray(t), np.asarray(tau), 5))


def test_scalars_and_arrays_agree():
    beta, tau, n = np.meshgrid([0.2, 0.5], [0.5, 1.8, 2.5], [2, 3], indexing="ij")
    batch = transform(beta, tau, n)
    assert batch.shape == (2, 3, 2)
    for index in np.ndindex(batch.shape):
        single = transform(float(beta[index]), float(tau[index]), int(n[index]))
        assert type(single) is float
        assert single == batch[index]


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-0.1, 1, 2), r"beta must be in \[0, 1\], got -0.1"),
        ((1.1, 1, 2), r"beta must be in \[0, 1\], got 1.1"),
        (([0.1, float("nan")], 1, 2), r"beta must be in \[0, 1\], got nan"),
        ((0.5, -1, 2), "tau must be a finite number >= 0, got -1.0"),
        ((0.5, float("nan"), 2), "tau must be a finite number >= 0, got nan"),
        ((0.5, float("inf"), 2), "tau must be a finite number >= 0, got inf"),
        ((0.5, 1, 1), "n must be a whole number >= 2, got 1.0"),
        ((0.5, 1, 2.5), "n must be a whole number >= 2, got 2.5"),
        (("a", 1, 2), "a real number"),
    ],
)
def test_bad_input_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize("function", [bound, published_bound, published_exact_bound])
@pytest.mark.parametrize("t", [-1e-9, float("nan")])
def test_negative_regret_is_refused(function, t):
    with pytest.raises(ValueError, match="the surrogate regret t must be >= 0"):
        function(t, 1)


@pytest.mark.parametrize("tau", [-0.1, 2, 3, float("nan")])
def test_growth_constant_ends_at_two(tau):
    with pytest.raises(ValueError, match=r"tau must be in \[0, 2\)"):
        growth_constant(tau)


def test_every_public_name_is_documented_with_an_example():
    for name in calibration.__all__:
        if callable(getattr(calibration, name)):
            assert ">>>" in getattr(calibration, name).__doc__
