"""The Poincare ball: reference values, identities, 60 digits, namespaces, bad input."""

import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.hypoc.poincare import (
    distance,
    exponential_map,
    largest_distance,
    logarithmic_map,
    moebius_sum,
)

POINT = st.lists(st.floats(-0.56, 0.56), min_size=3, max_size=3).map(np.array)


def test_reference_values():
    assert float(distance([0.3, -0.2], [-0.1, 0.4])) == pytest.approx(1.540340615818, abs=1e-12)
    np.testing.assert_allclose(exponential_map([0.5, 0.5]), [0.43052859, 0.43052859], atol=1e-8)


@settings(max_examples=50, deadline=None)
@given(x=POINT, y=POINT, z=POINT, c=st.floats(0.1, 1.0))
def test_metric_and_isometry(x, y, z, c):
    there = distance(x, y, curvature=c)
    assert there == distance(y, x, curvature=c)
    assert distance(x, z, curvature=c) <= there + distance(y, z, curvature=c) + 1e-12
    moved = moebius_sum(-z, x, curvature=c), moebius_sum(-z, y, curvature=c)
    assert distance(*moved, curvature=c) == pytest.approx(there, rel=1e-9, abs=1e-12)
    norm = math.sqrt(c) * float(np.linalg.norm(moebius_sum(-x, y, curvature=c)))
    assert 2 / math.sqrt(c) * math.atanh(norm) == pytest.approx(there, rel=1e-9, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(v=POINT, c=st.floats(0.1, 4.0))
def test_maps_invert_and_double_the_length(v, c):
    image = exponential_map(v, curvature=c)
    np.testing.assert_allclose(logarithmic_map(image, curvature=c), v, rtol=1e-12, atol=1e-14)
    assert distance(image, np.zeros(3), curvature=c) == pytest.approx(2 * math.hypot(*v), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("gap", [1e-300, 1e-12, 1e-6, 0.1])
def test_near_points_to_full_precision(gap):
    with mpmath.workdps(700):
        x, y = mpmath.mpf(0), mpmath.mpf(gap)
        expected = float(mpmath.acosh(1 + 2 * (x - y) ** 2 / ((1 - x**2) * (1 - y**2))))
    assert float(distance([0.0], [gap])) == pytest.approx(expected, rel=1e-15, abs=0)


def test_the_edge_of_the_floats():
    assert float(distance([0.0], [1 - 2.0**-53])) == pytest.approx(largest_distance(53), rel=1e-15)
    edge = np.asarray([1 - 2.0**-24], dtype=np.float32)
    assert float(distance(np.zeros(1, dtype=np.float32), edge)) == pytest.approx(largest_distance(24), rel=1e-6)


def test_maps_at_the_centre():
    assert exponential_map([0.0, 0.0]).tolist() == logarithmic_map([0.0, 0.0]).tolist() == [0.0, 0.0]


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    x = xp.asarray([[0.1, 0.2], [0.0, 0.0]], dtype=xp.float32)
    y = xp.asarray([0.3, -0.4], dtype=xp.float32)
    assert distance(x, y).dtype == xp.float32
    assert distance(x, y).shape == (2,)
    for function in (exponential_map, logarithmic_map):
        assert function(x, curvature=0.5).dtype == xp.float32
    assert moebius_sum(x, y).shape == (2, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: distance([1.0, 0.0], [0.0, 0.0]),
        lambda: distance([0.0, 0.0], [0.6, 0.0], curvature=4.0),
        lambda: distance([0.0], [0.5], curvature=0.0),
        lambda: distance(0.1, 0.2),
        lambda: distance([0.1, 0.2], [0.1, 0.2, 0.3]),
        lambda: logarithmic_map([0.8, 0.8]),
        lambda: exponential_map([0.8, 0.8], curvature=-1.0),
        lambda: largest_distance(0),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"must be|need|allowed"):
        call()


def test_lengths_whose_square_leaves_the_range():
    assert float(distance(np.array([1e-30, 0], dtype=np.float32), [0.0, 0.0])) == pytest.approx(2e-30, rel=1e-6)
    assert exponential_map([0.0, 1e200]).tolist() == [0.0, 1.0]
    assert logarithmic_map([1e-200, 0.0]).tolist() == [1e-200, 0.0]


@pytest.mark.parametrize("call", [lambda: exponential_map([math.inf, 0.0]), lambda: distance([], [])])
def test_refuses_infinite_vectors_and_no_coordinates(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()
