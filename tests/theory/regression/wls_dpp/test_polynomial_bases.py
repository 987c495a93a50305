"""Orthonormal polynomials and the distribution function of optimal sampling."""

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, hermite_e, legendre

from theory.regression.wls_dpp import polynomial_bases as bases
from theory.regression.wls_dpp.exact_models import FAMILIES, monic, squared_norm

RULES = {
    "legendre": lambda: (lambda x, w: (x, w / 2))(*legendre.leggauss(30)),
    "chebyshev": lambda: (lambda x, w: (x, w / np.pi))(*chebyshev.chebgauss(30)),
    "hermite": lambda: (lambda x, w: (x, w / np.sqrt(2 * np.pi)))(*hermite_e.hermegauss(30)),
}
FINE = legendre.leggauss(300)


@pytest.mark.parametrize("name", bases.NAMES)
def test_the_polynomials_are_orthonormal_and_those_of_the_exact_models(name):
    x, w = RULES[name]()
    values = bases.evaluate(name, 12, x)
    assert np.allclose(values.T @ (w[:, None] * values), np.eye(12), atol=1e-11)
    for j, polynomial in enumerate(monic(name, 6)):
        exact = (
            np.polynomial.polynomial.polyval(0.7, [float(c) for c in polynomial]) / float(squared_norm(name, j)) ** 0.5
        )
        assert bases.evaluate(name, 6, np.asarray(0.7))[j] == pytest.approx(exact, rel=1e-12)
    assert bases.NAMES == FAMILIES


@pytest.mark.parametrize("name", bases.NAMES)
@given(m=st.integers(1, 25), u=st.floats(0.02, 0.98))
def test_the_distribution_function_is_the_integral_of_the_density(name, m, u):
    low, high = bases.angles_end(name, m)
    t = low + u * (high - low)
    nodes, masses = FINE
    inner = low + (t - low) * (nodes + 1) / 2
    integral = (t - low) / 2 * float(masses @ bases.density(name, m, inner))
    assert float(bases.cumulative(name, m, np.asarray(t))) == pytest.approx(integral, abs=1e-12)


@pytest.mark.parametrize("name", bases.NAMES)
def test_the_ends_hold_all_of_the_law(name):
    ends = bases.cumulative(name, 30, np.asarray(bases.angles_end(name, 30)))
    assert ends == pytest.approx([0.0, 1.0], abs=1e-14)


@pytest.mark.parametrize("name", bases.NAMES)
def test_strict_arrays_serve(name):
    t = array_api_strict.asarray([0.5, 1.0])
    assert float(bases.cumulative(name, 4, t)[1]) == pytest.approx(float(bases.cumulative(name, 4, np.asarray(1.0))))


def test_the_distribution_function_is_constant_beyond_the_ends():
    for name in bases.NAMES:
        assert bases.cumulative(name, 4, np.asarray([-1e300, -50.0, 50.0, 1e300])) == pytest.approx([0, 0, 1, 1])


def test_the_largest_hermite_dimension_is_finite_and_more_are_refused():
    ends = bases.angles_end("hermite", bases.MOST_HERMITE)
    t = np.linspace(*ends, 2001)
    with np.errstate(all="raise", under="ignore"):
        assert np.all(np.diff(bases.cumulative("hermite", bases.MOST_HERMITE, t)) >= -1e-14)
        total = np.sum(bases.density("hermite", bases.MOST_HERMITE, t)) * (t[1] - t[0])
    assert total == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(ValueError, match="the dimension m of Hermite polynomials must be at most 200, got 201"):
        bases.evaluate("hermite", 201, np.zeros(1))


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="the basis must be one of legendre, chebyshev, hermite, got 'fourier'"):
        bases.evaluate("fourier", 2, np.zeros(1))
    with pytest.raises(ValueError, match="the dimension m must be a whole number >= 1, got 0"):
        bases.evaluate("legendre", 0, np.zeros(1))
