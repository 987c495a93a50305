from fractions import Fraction

import array_api_compat.numpy as xp
import numpy as np
import pytest
from mpmath import mp, mpf

from theory.arrays import quiet
from theory.classification import quotients

POINTS = [
    -1.0,
    -0.7,
    -0.301,
    -0.299,
    -1e-3,
    -1e-9,
    -1e-150,
    0.0,
    1e-300,
    1e-12,
    1e-4,
    0.29,
    0.31,
    0.499,
    0.51,
    3.0,
]
PLAIN = {
    "expm1_quotient": lambda z: mp.expm1(z) / z if z else mpf(1),
    "log1p_quotient": lambda z: mp.log1p(z) / z if z else mpf(1),
    "sinh_quotient": lambda z: mp.sinh(z) / z if z else mpf(1),
    "expm1_minus": lambda z: mp.exp(z) - 1 - z,
    "log1p_minus": lambda z: mp.log(1 + z) - z,
}


@pytest.mark.parametrize("name", sorted(PLAIN))
@pytest.mark.parametrize("z", POINTS)
def test_matches_the_plain_formula(name, z):
    if z == -1.0 and name.startswith("log1p"):
        return
    with mp.workdps(700):
        expected = float(PLAIN[name](mpf(z)))
    value = float(quiet(getattr(quotients, name))(xp, np.asarray(z)))
    assert value == pytest.approx(expected, rel=2e-15, abs=0)


@pytest.mark.parametrize("x", [0.0, 1e-300, 1e-150, 1e-9, 0.1, 5.0, 700.0])
@pytest.mark.parametrize("d", [-1.5, -1.0, -1e-3, -1e-16, 0.0, 1e-16, 1e-9, 0.5, 1.0])
def test_scaled_expm1_matches_the_plain_formula(x, d):
    with mp.workdps(700):
        expected = float(mp.expm1(mpf(x) * mpf(d)) / mpf(d)) if d else x
    value = float(quotients.scaled_expm1(xp, np.asarray(x), np.asarray(d)))
    assert value == pytest.approx(expected, rel=4e-16 * (2 + abs(x * d)), abs=0)


def test_scaled_expm1_at_infinity():
    values = quiet(quotients.scaled_expm1)(xp, np.full(3, np.inf), np.asarray([-0.5, 0.0, 0.5]))
    assert values.tolist() == [2.0, np.inf, np.inf]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_product_minus_one_keeps_the_rounding_error_of_the_product(dtype):
    rng = np.random.default_rng(1)
    x = rng.uniform(1e-6, 1, 200).astype(dtype)
    y = np.round(1 / x).astype(dtype)
    value = quotients.product_minus_one(xp, x, y)
    exact = [float(Fraction(float(a)) * Fraction(float(b)) - 1) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(value, exact, rtol=4 * float(np.finfo(dtype).eps), atol=0)
