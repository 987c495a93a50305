"""Points by inversion: the law is the one whose distribution function is inverted."""

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.optimal_sampling.points import measure_points, optimal_points
from theory.regression.wls_dpp.polynomial_bases import NAMES, cumulative


def coordinate(name, x):
    return x if name == "hermite" else np.arccos(np.clip(-x, -1, 1))


@pytest.mark.parametrize("name", NAMES)
@given(m=st.integers(1, 40), u=st.floats(1e-6, 1 - 1e-6))
def test_the_distribution_function_takes_points_back(name, m, u):
    x = optimal_points(name, m, np.asarray([u]))
    assert cumulative(name, m, coordinate(name, x))[0] == pytest.approx(u, abs=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_extreme_uniforms_give_points_of_the_support_in_order(name):
    u = np.asarray([2.0**-53, 0.25, 0.5, 0.75, 1 - 2.0**-53])
    x = optimal_points(name, 6, u)
    assert np.all(np.isfinite(x))
    assert np.all(np.diff(x) > 0)
    assert x[1:4] == pytest.approx(-x[3:0:-1], abs=1e-12)
    assert x[0] == pytest.approx(-x[4], rel=0.01)  # the last uniforms below 1 lie apart
    if name != "hermite":
        assert np.max(np.abs(x)) <= 1


@pytest.mark.parametrize("name", ["legendre", "hermite"])  # next to -1 the arcsine law is coarser than 1e-14
@pytest.mark.parametrize("m", [1, 3, 200])
def test_uniforms_of_every_size_are_inverted_to_rounding(name, m):
    """In the first cell the law of Legendre polynomials is a square, on which Newton from a chord would not end."""
    u = np.concatenate([10.0 ** np.linspace(-14, -1, 200), 1 - 10.0 ** np.linspace(-14, -1, 200)])
    found = cumulative(name, m, coordinate(name, optimal_points(name, m, u)))
    assert np.max(np.abs(found - u)) <= 2e-14


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(bad):
    for points in (lambda u: optimal_points("legendre", 3, u), lambda u: measure_points("chebyshev", u)):
        with pytest.raises(ValueError, match=r"uniform numbers must be in \[0, 1\]"):
            points(np.asarray([0.5, bad]))


def test_points_of_the_measures_have_their_quantiles():
    u = np.asarray([[0.5, 0.75]])
    assert measure_points("legendre", u) == pytest.approx(np.asarray([[0.0, 0.5]]))
    assert measure_points("chebyshev", u) == pytest.approx(np.asarray([[0.0, 0.5**0.5]]), abs=1e-15)
    assert measure_points("hermite", u) == pytest.approx(np.asarray([[0.0, 0.6744897501960817]]), abs=1e-13)


def test_strict_arrays_come_out_where_they_went_in():
    u = np.linspace(0.01, 0.99, 7)
    there = optimal_points("chebyshev", 5, array_api_strict.asarray(u))
    assert np.array_equal(np.asarray(there), optimal_points("chebyshev", 5, u))
