"""The exact plug-in error against closed forms, 40-digit series, sampling and its own limits."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
from scipy.special import ndtr

from theory.classification.gaussian_tail import normal_tail
from theory.mixtures.plug_in import (
    WORST_EXCESS,
    plug_in_error,
    plug_in_excess_expansion,
    plug_in_limit,
    worst_separation,
)


def by_angle(d, m, s):
    """Return E Q(s cos angle) over the weights, by Gauss-Legendre quadrature; for d < 5 the kink at 0 costs digits."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    along, across = np.sqrt(m) * s + 12 * nodes[:, None], 7 * (1 + nodes[None, :])
    normal = np.exp(-((12 * nodes) ** 2) / 2) / math.sqrt(2 * math.pi) * 12 * weights
    log_chi = (d - 2) * np.log(across) - across**2 / 2 - (d - 3) / 2 * math.log(2) - math.lgamma((d - 1) / 2)
    values = ndtr(-s * along / np.hypot(along, across)) * np.exp(log_chi) * 7 * weights[None, :]
    return float(normal @ values.sum(axis=1))


def test_one_dimension_has_a_closed_form_far_into_the_tail():
    rng = np.random.default_rng(1)
    m, s = 10 ** rng.uniform(-2, 8, 1000), rng.uniform(0, 25, 1000)
    weights, point = ndtr(-s * np.sqrt(m)), ndtr(-s)
    closed = weights * ndtr(s) + point * ndtr(s * np.sqrt(m))
    np.testing.assert_allclose(plug_in_error(1, m, s), closed, rtol=1e-12)


@pytest.mark.parametrize(("d", "m", "s"), [(5, 8, 1.5), (8, 3, 1.0), (30, 20, 2.0)])
def test_average_over_the_angle_gives_the_same(d, m, s):
    assert plug_in_error(d, m, s) == pytest.approx(by_angle(d, m, s), rel=1e-10)


@pytest.mark.parametrize(
    ("d", "m", "s", "expected"),
    [  # the Funk-Hecke series at 40 digits
        (3, 0.25, 2.0, 0.22660081718406846),
        (50, 200, 1.5, 0.0772139887118932432),
        (50, 3, 5.0, 8.54579338820371609e-5),
        (20, 1, 8.0, 1.47435326745420823e-10),
        (10_000, 5000, 2.0, 0.05123633072566444),
        (5, 1e6, 7.0, 1.2798151538097866e-12),
    ],
)
def test_values(d, m, s, expected):
    assert plug_in_error(d, m, s) == pytest.approx(expected, rel=1e-13)


def test_weights_and_point_may_change_places():
    rng = np.random.default_rng(2)
    d, m, s = rng.integers(1, 400, 300), 10 ** rng.uniform(0, 3, 300), rng.uniform(0, 6, 300)
    np.testing.assert_allclose(plug_in_error(d, 1 / m, s * np.sqrt(m)), plug_in_error(d, m, s), rtol=1e-12)


def test_sampling_agrees():
    rng, d, m, s = np.random.default_rng(3), 7, 4, 1.2
    mean = np.zeros(d)
    mean[0] = s
    weights = mean + rng.standard_normal((40_000, d)) / np.sqrt(m)
    errors = ndtr(-weights @ mean / np.linalg.norm(weights, axis=1))
    assert abs(errors.mean() - plug_in_error(d, m, s)) < 4 * errors.std() / 200


def test_error_falls_with_labels_and_rises_with_dimension():
    d, m = np.arange(1, 40)[:, None], np.arange(1, 40)[None, :]
    error = plug_in_error(d, m, 1.3)
    assert error.shape == (39, 39)
    assert np.all(np.diff(error, axis=0) > 0)
    assert np.all(np.diff(error, axis=1) < 0)
    assert np.all(error > plug_in_limit((d - 1) / m, 1.3) - 1e-15)


def test_limit_and_first_order_are_approached():
    gaps = [abs(plug_in_error(d, 2 * d, 1.5) - plug_in_limit(0.5, 1.5)) for d in (10, 100, 1000)]
    assert gaps[0] > 8 * gaps[1] > 64 * gaps[2]
    excess = plug_in_error(30, 3e6, 1.5) - normal_tail(1.5)
    assert excess == pytest.approx(plug_in_excess_expansion(30, 3e6, 1.5), rel=1e-4)


def test_worst_case_of_the_limit_is_the_constant():
    ratio, s = 1e-6, np.linspace(1e-5, 1e-2, 4001)
    excess = (plug_in_limit(ratio, s) - normal_tail(s)) / 1e-3
    assert excess.max() <= WORST_EXCESS
    assert excess.max() == pytest.approx(WORST_EXCESS, rel=1e-5)
    assert s[excess.argmax()] == pytest.approx(worst_separation(ratio), rel=0.02)


def test_no_separation_is_a_coin():
    np.testing.assert_allclose(plug_in_error([1, 2, 10_000], 3, 0.0), 0.5, rtol=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1, 1.0), r"d must be a whole number, 1 to 2\^53, got 0.0"),
        ((1.5, 1, 1.0), "d must be a whole number"),
        ((1e300, 1, 1.0), "d must be a whole number, 1 to"),
        ((2, 0, 1.0), "m must be in"),
        ((2, np.inf, 1.0), r"m must be in \[1e-30, 1e30\], got inf"),
        ((2, 1e300, 1.0), r"m must be in \[1e-30, 1e30\], got 1e\+300"),
        ((2, 1, 1e200), r"separation must be in \[0, 1e30\]"),
        ((2, 1, [0.5, np.nan]), "separation must be in .* got nan"),
        ((2, 1, None), "real number"),
        (("2", 1, 1.0), "real number"),
        ((True, 1, 1.0), "real number"),
        ((10**400, 1, 1.0), "real number"),
        (([1, 2, 3], [1, 2], 1.0), r"shapes that broadcast are needed, got d \(3,\), m \(2,\)"),
        ((2, 1, -1.0), "separation must be"),
        ((2, 1, np.nan), "separation must be"),
    ],
)
def test_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        plug_in_error(*arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plug_in_limit(-1.0, 1.0), "ratio must be >= 0, got -1.0"),
        (lambda: plug_in_limit(1.0, np.inf), "separation must be a finite number >= 0, got inf"),
        (lambda: plug_in_limit(1.0, np.nan), "separation must be"),
        (lambda: plug_in_limit([1.0, 2.0], [1.0, 2.0, 3.0]), "shapes that broadcast"),
        (lambda: plug_in_excess_expansion(0.5, 1, 1.0), "d must be a finite number >= 1"),
        (lambda: plug_in_excess_expansion(2, 0, 1.0), "m must be positive"),
        (lambda: plug_in_excess_expansion(2, 1, 0.0), "separation must be positive"),
        (lambda: worst_separation(-1.0), "ratio must be >= 0"),
        (lambda: worst_separation(None), "real number"),
    ],
)
def test_arguments_of_the_formulas_are_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_numbers_give_floats_and_arrays_arrays():
    for call in (plug_in_error, plug_in_excess_expansion):
        assert type(call(3, 5, 1.0)) is float
        assert call([3, 4], 5, 1.0).shape == (2,)
        assert call([], 5, 1.0).shape == (0,)
        assert call(np.int64(3), np.asarray([[5], [6]]), 1.0).shape == (2, 1)
    assert type(plug_in_limit(0.5, 1.0)) is float
    assert type(worst_separation(0.5)) is float
    assert plug_in_limit(np.asarray([0.5], dtype=np.float32), 1.0).dtype == np.float32
    assert plug_in_limit(np.inf, 1.0) == 0.5


def test_other_namespaces_are_served_by_the_formulas():
    ratio = array_api_strict.asarray([0.0, 0.5])
    assert plug_in_limit(ratio, 1.0).dtype == array_api_strict.float64
    assert worst_separation(ratio).shape == (2,)
    assert plug_in_excess_expansion(ratio + 2, 5, 1.0).shape == (2,)


def test_corners_of_the_range_are_finite_and_between_the_bounds():
    corners = np.asarray([1e-30, 1e-8, 1.0, 1e8, 1e30])
    d, m, s = np.meshgrid([1.0, 2.0, 1e8, 2.0**53], corners, [0.0, 1e-30, 1e-3, 1.0, 30.0, 1e8, 1e30], indexing="ij")
    error = plug_in_error(d, m, s)
    assert np.all((error >= 0) & (error <= 0.5 * (1 + 1e-14)))
    least = np.maximum(normal_tail(s), normal_tail(np.sqrt(m) * s))
    assert np.all(error >= least * (1 - 1e-12))
    assert np.all(error[..., 0] == pytest.approx(0.5, rel=1e-13))


def test_it_raises_no_warning_where_numpy_is_strict():
    with np.errstate(all="raise"):
        assert plug_in_error(2, 1, 39.5) >= 0
        assert plug_in_limit(0.0, 0.0) == 0.5
        assert plug_in_excess_expansion(2, 1, 1e200) == 0.0
