"""The exact plug-in error against closed forms, 40-digit series, sampling and its own limits."""

from __future__ import annotations

import math

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
        ((0, 1, 1.0), "d must be whole, >= 1, got 0.0"),
        ((1.5, 1, 1.0), "d must be whole"),
        ((2, 0, 1.0), "m must be positive"),
        ((2, np.inf, 1.0), "m must be positive and finite"),
        ((2, 1, -1.0), "separation must be"),
        ((2, 1, np.nan), "separation must be"),
    ],
)
def test_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        plug_in_error(*arguments)
