import array_api_compat.numpy as xp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from theory.arrays import quiet
from theory.classification import renyi

divergence = quiet(renyi.coin_divergence)
inverse = quiet(renyi.inverse_coin_divergence)


def plain_divergence(b, excess):
    with mp.workdps(120):
        b, c = mpf(b), mpf(excess)
        if c == 0:
            return ((1 + b) * mp.log(1 + b) + ((1 - b) * mp.log(1 - b) if b < 1 else 0)) / 2
        lower = (1 - b) ** (1 + c) if b < 1 else mpf(0)
        return mp.log(((1 + b) ** (1 + c) + lower) / 2) / c


@pytest.mark.parametrize("excess", [-0.5, -0.1, -1e-6, -1e-15, 0.0, 1e-15, 1e-9, 0.3, 1.0, 2.9, 50.0, 1e6, 1e12])
@pytest.mark.parametrize("b", [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.99, 1 - 1e-9, 1 - 2**-53, 1.0])
def test_divergence_is_accurate(b, excess):
    value = divergence(xp, np.asarray(b), np.asarray(excess))
    assert float(value) == pytest.approx(float(plain_divergence(b, excess)), rel=5e-14, abs=0)


@given(b=st.floats(1e-8, 1 - 1e-8), tau=st.floats(0, 1.999))
def test_inverse_undoes_the_divergence(b, tau):
    excess = np.asarray((tau - 1) / (2 - tau))
    value = divergence(xp, np.asarray(b), excess)
    assert float(inverse(xp, value, excess)) == pytest.approx(b, rel=1e-13)


def test_inverse_at_and_beyond_the_ends():
    values = inverse(xp, np.asarray([0.0, renyi.LOG_2, 5.0]), np.asarray(0.4))
    assert values.tolist() == [0.0, 1.0, 1.0]


def test_entropy_of_the_uniform_posterior_is_log_n_at_every_order():
    p = np.full((4, 1000), 1e-3)
    entropy = quiet(renyi.renyi_entropy)(xp, p, np.asarray([-0.5, 0.0, 1.0, 1e9]))
    np.testing.assert_allclose(entropy, np.log(1000), rtol=1e-14)


def test_entropy_decreases_in_the_order():
    p = np.asarray([0.5, 0.3, 0.2, 0.0])
    entropy = quiet(renyi.renyi_entropy)(xp, np.tile(p, (6, 1)), np.asarray([-0.5, -0.2, 0.0, 0.5, 2.0, 1e12]))
    assert (np.diff(entropy) < 0).all()
    assert entropy[-1] == pytest.approx(np.log(2), rel=1e-11)
