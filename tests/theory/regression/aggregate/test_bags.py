"""The limit risk against 40-digit roots, Monte Carlo and closed forms; exact variances; what is refused."""

from __future__ import annotations

import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.regression.bags import asymptotic_risk, bag_level_variance, instance_level_variance, ridge_risk


def by_roots(psi, m, rho, ridge, noise, power):
    """Return s, bias and variance at 40 digits: the cubic's positive root and the derivatives of the fixed point."""
    with mpmath.workdps(40):
        psi, rho, ridge, noise, power = (mpmath.mpf(float(value)) for value in (psi, rho, ridge, noise, power))
        beta = 1 / mpmath.mpf(float(m))
        u, v, rest = [psi, 1], [rho * psi, 1], (1 - beta) * rho  # polynomials in s, leading coefficient first

        def times(a, b):
            out = [mpmath.mpf(0)] * (len(a) + len(b) - 1)
            for i, x in enumerate(a):
                for j, y in enumerate(b):
                    out[i + j] += x * y
            return out

        both = times(u, v)
        cubic = times([ridge, -1], both)
        for share, factor in ((beta, v), (rest, u)):
            for i, x in enumerate(times([share, 0], factor)):
                cubic[i + 1] += x
        while cubic[0] == 0:
            cubic = cubic[1:]
        roots = mpmath.polyroots(cubic, maxsteps=500, extraprec=400)
        (s,) = [root.real for root in roots if abs(root.imag) < 1e-25 and root.real > 0]
        delta = 1 / s**2 - beta * psi / (1 + psi * s) ** 2 - rest * rho * psi / (1 + rho * psi * s) ** 2
        slope = beta * psi / (1 + psi * s) ** 2 + beta**2 * (1 - psi * s) / (1 + psi * s) ** 3
        bias = power * (1 - 2 * beta * s / (1 + psi * s) + slope / delta)
        return float(s), float(bias), float(noise * psi * beta / ((1 + psi * s) ** 2 * delta))


def test_roots_at_forty_digits_give_the_same():
    rng = np.random.default_rng(1)
    for _ in range(60):
        psi, m, rho, ridge = (
            rng.uniform(0.05, 3),
            rng.integers(2, 12),
            10 ** rng.uniform(-3, 3),
            10 ** rng.uniform(-6, 2),
        )
        noise, power = rng.uniform(0.1, 4, 2)
        limit = asymptotic_risk(psi, float(m), rho, ridge, noise, power)
        assert (limit.s, limit.bias, limit.variance) == pytest.approx(
            by_roots(psi, m, rho, ridge, noise, power), rel=1e-11
        )


@pytest.mark.parametrize(("psi", "m", "rho"), [(0.9, 2, 0.7), (0.2, 4, 0.0), (0.4, 3, 5.0), (0.999, 5, 0.01)])
def test_without_ridge_too(psi, m, rho):
    limit = asymptotic_risk(psi, m, rho, 0.0, 1.3, 0.7)
    s, bias, variance = by_roots(psi, m, rho, 0.0, 1.3, 0.7)
    assert limit.s == pytest.approx(s, rel=1e-12)
    assert limit.bias == pytest.approx(bias, rel=1e-11, abs=1e-15)
    assert limit.variance == pytest.approx(variance, rel=1e-11)
    assert not limit.pseudo_inverse


def test_all_of_a_wide_range_satisfies_the_fixed_point():
    rng = np.random.default_rng(2)
    size = 10_000
    psi, m = 10 ** rng.uniform(-8, 8, size), rng.integers(1, 1000, size)
    rho, ridge = 10 ** rng.uniform(-30, 30, size), 10 ** rng.uniform(-30, 30, size)
    limit = asymptotic_risk(psi, m, rho, ridge, 1.0)
    x, beta = psi * limit.s, 1 / m
    left = ridge * x + beta * x / (1 + x) + (1 - beta) * rho * x / (1 + rho * x)
    np.testing.assert_allclose(left, psi, rtol=1e-14, atol=1e-15)
    assert np.all(np.isfinite(limit.risk) & (limit.bias >= 0) & (limit.variance >= 0))


def test_bag_level_special_case():
    psi, m = np.linspace(0.01, 0.19, 40)[:, None], np.arange(1, 6)[None, :]
    limit = asymptotic_risk(psi, m, 0.0, 0.0, 1.7)
    np.testing.assert_allclose(limit.s, 1 / (1 / m - psi), rtol=1e-12)
    np.testing.assert_allclose(limit.variance, 1.7 * psi * m / (1 - psi * m), rtol=1e-12)
    assert np.all(limit.bias == 0)


def test_instance_level_special_case():
    psi, beta = np.linspace(0.01, 0.97, 40)[:, None], 1 / np.arange(1, 9)[None, :]
    limit = asymptotic_risk(psi, 1 / beta, 1.0, 0.0, 1.7, 0.6)
    np.testing.assert_allclose(limit.s, np.broadcast_to(1 / (1 - psi), limit.s.shape), rtol=1e-12)
    kappa = psi / (1 - psi)
    np.testing.assert_allclose(limit.bias, 0.6 * ((1 - beta) ** 2 + beta * (1 - beta) * kappa), rtol=1e-12, atol=1e-30)
    np.testing.assert_allclose(limit.variance, 1.7 * beta * kappa, rtol=1e-12)


def test_few_features_leave_a_shrinkage():
    m, rho, ridge = 4, np.asarray([0.0, 0.3, 2.0]), 0.2
    limit = asymptotic_risk(1e-10, m, rho, ridge, 1.0)
    kept = (1 / m) / (1 / m + rho * (1 - 1 / m) + ridge)
    np.testing.assert_allclose(limit.bias, (1 - kept) ** 2, rtol=1e-8)


def test_rho_plays_no_part_in_bags_of_one():
    rho = np.asarray([0.0, 1e-9, 0.3, 1.0, 7.0, 1e12])
    for psi, ridge in ((0.4, 0.0), (0.4, 0.3), (1.0, 0.0), (2.5, 0.0), (2.5, 1e-3)):
        limit = asymptotic_risk(psi, 1, rho, ridge, 1.2)
        for part in (limit.bias, limit.variance, limit.s, limit.pseudo_inverse):
            assert np.unique(part).size == 1
    assert asymptotic_risk(0.4, 1, 3.0, 0.0, 1.2).risk == pytest.approx(1.2 * 0.4 / 0.6, rel=1e-13)


@pytest.mark.parametrize(
    ("psi", "m", "rho"), [(0.6, 3, 0.0), (2.0, 3, 0.0), (1.5, 2, 0.4), (3.0, 5, 6.0), (1.5, 1, 0.0)]
)
def test_pseudo_inverse_is_the_limit_of_small_ridge(psi, m, rho):
    limit = asymptotic_risk(psi, m, rho, 0.0, 0.8, 1.4)
    assert limit.pseudo_inverse
    assert math.isinf(limit.s)
    gaps = []
    for ridge in (1e-3, 1e-5, 1e-7):
        near = asymptotic_risk(psi, m, rho, ridge, 0.8, 1.4)
        assert not near.pseudo_inverse
        gaps.append(abs(near.bias - limit.bias) + abs(near.variance - limit.variance))
    assert gaps[2] < 1e-5
    assert gaps[2] < gaps[1] < gaps[0]


def test_pseudo_inverse_has_closed_forms():
    limit = asymptotic_risk(2.0, 3, 0.0, 0.0, 1.0)
    assert (limit.bias, limit.variance) == pytest.approx((1 - 1 / 6, 1 / 5), rel=1e-14)
    limit = asymptotic_risk(2.0, 4, [0.1, 1.0, 9.0], 0.0, 1.0)  # rho is of no account once everything is fitted
    np.testing.assert_allclose(limit.bias, 1 - 1 / 8 + (1 / 4) * (3 / 4) / 2, rtol=1e-14)
    np.testing.assert_allclose(limit.variance, 1 / 4, rtol=1e-14)


def test_as_many_features_as_rows_diverge():
    for psi, m, rho in ((1.0, 1, 0.0), (0.5, 2, 0.0), (1 / 3, 3, 0.0), (1 / 49, 49, 0.0), (1.0, 3, 0.4)):
        assert asymptotic_risk(psi, m, rho, 0.0, 1.0).risk == math.inf
    assert asymptotic_risk(1 / 3, 3, 0.0, 0.0, 0.0).risk == 0  # without noise it does not
    small = asymptotic_risk(1.0, 3, 0.5, 1e-300, 1.0)  # ridge s^2 -> beta + (1 - beta)/rho
    assert small.s == pytest.approx(1e150 * math.sqrt(1 / 3 + (2 / 3) / 0.5), rel=1e-12)


def test_the_peak_of_the_bag_level_loss_is_where_bags_are_as_many_as_features():
    psi = np.linspace(0.05, 1, 96)
    risk = asymptotic_risk(psi, 4, 0.0, 1e-6, 1.0).risk
    assert psi[risk.argmax()] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("n", "m", "rho", "ridge"),
    [
        (240, 2, 0.0, 0.0),
        (240, 2, 0.5, 0.0),
        (240, 3, 1.7, 0.1),
        (240, 4, 0.0, 0.2),
        (240, 3, 1.0, 0.0),
        (240, 8, 0.0, 0.0),  # 30 bags: least norm
        (240, 6, 0.4, 0.03),
        (40, 2, 0.6, 0.0),  # fewer examples than features: least norm
        (40, 4, 0.6, 0.5),
    ],
)
def test_sampling_agrees(n, m, rho, ridge):
    """Bags of drawn examples, not Z1 and Z2; margin: four standard errors, and 4/d of the value for finite size."""
    d, replicates = 60, 100
    rng = np.random.default_rng([n, m])
    theta0 = np.zeros((d, 1))
    theta0[0] = 1.1
    features = rng.standard_normal((replicates, n, d))
    labels = features @ theta0 + 0.9 * rng.standard_normal((replicates, n, 1))
    means = features.reshape(replicates, n // m, m, d).mean(axis=2)
    answers = labels.reshape(replicates, n // m, m, 1).mean(axis=2)
    bags, all_of_them = (rows.swapaxes(1, 2) @ rows for rows in (means, features))
    gram = (m * bags + rho * (all_of_them - m * bags)) / n + ridge * np.eye(d)
    right = means.swapaxes(1, 2) @ answers * (m / n)
    singular = ridge == 0 and (n if rho else n // m) < d
    theta = np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ right if singular else np.linalg.solve(gram, right)
    errors = np.sum((theta - theta0) ** 2, axis=(1, 2))
    risk = asymptotic_risk(d / n, m, rho, ridge, 0.81, 1.21).risk
    assert abs(errors.mean() - risk) < 4 * errors.std() / math.sqrt(replicates) + 4 / d * risk


def test_exact_variances_against_sampling():
    n, d, m, rng = 60, 8, 3, np.random.default_rng(4)
    bag, instance = [], []
    for _ in range(4000):
        features = rng.standard_normal((n, d))
        means = features.reshape(n // m, m, d).mean(axis=1)
        bag.append(np.trace(np.linalg.inv(means.T @ means)) / m)
        inverse = np.linalg.inv(features.T @ features)
        instance.append(np.trace(inverse @ (m * means.T @ means) @ inverse))
    for draws, exact in ((bag, bag_level_variance(n, d, m, 1.0)), (instance, instance_level_variance(n, d, m, 1.0))):
        assert abs(np.mean(draws) - exact) < 4 * np.std(draws) / math.sqrt(4000)
    assert bag_level_variance(n, d, m, 1.0) == 8 / 11
    assert instance_level_variance(n, d, m, 1.0) == pytest.approx(8 / 51 / 3)


def test_exact_variances_tend_to_the_limit():
    for d_of_n, m, rho, exact in (
        (0.2, 2, 0.0, bag_level_variance),
        (0.8, 4, 0.0, bag_level_variance),
        (0.2, 4, 1.0, instance_level_variance),
        (1.6, 4, 1.0, instance_level_variance),
    ):
        limit = asymptotic_risk(d_of_n, m, rho, 0.0, 1.5).variance
        assert exact(400_000, round(400_000 * d_of_n), m, 1.5) == pytest.approx(limit, rel=2e-5)


def test_exact_variances_without_a_mean_are_infinite():
    assert [bag_level_variance(20, d, 2, 1.0) for d in (8, 9, 10, 11, 12)] == [8, math.inf, math.inf, math.inf, 10]
    assert instance_level_variance(10, 9, 2, 0.0) == 0


@given(
    st.floats(0.01, 5), st.integers(1, 20), st.floats(0, 10), st.floats(1e-6, 10), st.floats(0, 10), st.floats(0.01, 10)
)
def test_no_penalties_beat_the_best_ridge(psi, m, rho, ridge, noise, power):
    risk = asymptotic_risk(psi, m, rho, ridge, noise, power).risk
    assert ridge_risk(psi, m, noise, power) <= risk * (1 + 1e-9) + 1e-12


@given(st.floats(0.01, 5), st.floats(1, 20), st.floats(0.01, 10), st.floats(0.01, 10))
def test_ridge_risk_solves_its_equation_and_is_that_of_the_bag_level_loss(psi, m, noise, power):
    risk = ridge_risk(psi, m, noise, power)
    assert 1 / risk == pytest.approx(1 / power + 1 / (psi * m * (noise + risk)), rel=1e-12)
    assert asymptotic_risk(psi, m, 0.0, psi * noise / power, noise, power).risk == pytest.approx(risk, rel=1e-11)


def test_ridge_risk_without_noise_is_what_is_not_seen():
    assert ridge_risk(0.5, 4, 0.0) == pytest.approx(0.5)
    assert ridge_risk(0.2, 4, 0.0) == 0
    assert ridge_risk(0.2, 4, 1.0, 0.0) == 0


def test_parts_scale_with_noise_and_signal():
    one = asymptotic_risk(0.7, 3, 0.4, 0.1, 1.0, 1.0)
    other = asymptotic_risk(0.7, 3, 0.4, 0.1, 2.5, 0.3)
    assert (other.bias, other.variance) == pytest.approx((0.3 * one.bias, 2.5 * one.variance), rel=1e-14)
    assert asymptotic_risk(0.7, 3, 0.4, 0.1, 0.0, 0.0).risk == 0


def test_numbers_in_numbers_out_and_arrays_keep_their_kind():
    limit = asymptotic_risk(0.5, 3, 0.4, 0.1, 1)
    assert {type(value) for value in (limit.bias, limit.variance, limit.risk, limit.s)} == {float}
    assert limit.pseudo_inverse is False
    psi = array_api_strict.asarray([[0.5], [2.0]])
    strict = asymptotic_risk(psi, array_api_strict.asarray([1, 3, 5]), 0.4, 0.0, 1)
    assert strict.risk.shape == (2, 3)
    assert float(strict.risk[0, 1]) == asymptotic_risk(0.5, 3, 0.4, 0.0, 1).risk
    single = asymptotic_risk(np.float32([0.5, 2.0]), 3, 0.4, 0.0, 1)
    assert single.risk.dtype == np.float32
    np.testing.assert_allclose(single.risk, asymptotic_risk([0.5, 2.0], 3, 0.4, 0.0, 1).risk, rtol=1e-5)
    assert float(ridge_risk(psi, 2, 1.0)[0, 0]) == ridge_risk(0.5, 2, 1.0)
    assert asymptotic_risk([], 2, 0.0, 0.0, 1.0).risk.shape == (0,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"psi": 0.0}, "psi must be a positive number, got 0.0"),
        ({"psi": math.inf}, "psi must be a positive number, got inf"),
        ({"bag_size": 0.5}, "bag_size must be a finite number >= 1, got 0.5"),
        ({"rho": -0.1}, "rho must be a finite number >= 0, got -0.1"),
        ({"ridge": [0.0, -1.0]}, "ridge must be a finite number >= 0, got -1.0"),
        ({"noise_variance": math.nan}, "noise_variance must be a finite number >= 0, got nan"),
        ({"signal_power": -1}, "signal_power must be a finite number >= 0, got -1.0"),
        ({"psi": "a"}, "a real number or an array of real numbers is needed, got 'a'"),
        ({"psi": [1.0, 2.0], "rho": [1.0, 2.0, 3.0]}, "shapes that broadcast are needed"),
    ],
)
def test_bad_input_of_the_limit(changed, message):
    given = {"psi": 0.5, "bag_size": 2, "rho": 0.3, "ridge": 0.1, "noise_variance": 1.0} | changed
    with pytest.raises(ValueError, match=message):
        asymptotic_risk(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((10, 2, 3, 1.0), "bag_size must divide the number of examples, got 3 and 10"),
        ((10, 2, 2.0, 1.0), "bag_size must be a whole number >= 1, got 2.0"),
        ((10, 0, 2, 1.0), "features must be a whole number >= 1, got 0"),
        ((True, 1, 1, 1.0), "examples must be a whole number >= 1, got True"),
        ((10, 2, 2, -1.0), "noise_variance must be a finite number >= 0, got -1.0"),
    ],
)
@pytest.mark.parametrize("function", [bag_level_variance, instance_level_variance])
def test_bad_input_of_exact_variances(function, given, message):
    with pytest.raises(ValueError, match=message):
        function(*given)
