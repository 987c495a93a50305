import mpmath
import numpy as np
import pytest

from theory.elementary import logistic, softmax, softplus

POINTS = np.asarray([-700.0, -40.0, -1.0, -1e-12, 0.0, 1e-300, 0.3, 5.0, 36.0, 700.0])


@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (softplus, lambda u: mpmath.log1p(mpmath.exp(u))),
        (logistic, lambda u: 1 / (1 + mpmath.exp(-u))),
    ],
)
def test_against_sixty_digits(function, exact):
    with mpmath.workdps(60):
        wanted = [float(exact(mpmath.mpf(u))) for u in POINTS]
    np.testing.assert_allclose(function(np, POINTS), wanted, rtol=4e-16)


def test_infinite_scores_and_none():
    ends = np.asarray([-np.inf, np.inf, np.nan])
    assert softplus(np, ends).tolist()[:2] == [0.0, np.inf]
    assert logistic(np, ends).tolist()[:2] == [0.0, 1.0]
    assert np.isnan(softplus(np, ends)[2])
    assert np.isnan(logistic(np, ends)[2])


def test_the_dtype_is_kept():
    u = np.asarray([-1.0, 2.0], dtype=np.float32)
    assert {function(np, u).dtype for function in (softplus, logistic, softmax)} == {np.dtype(np.float32)}


def test_softmax_neither_overflows_nor_depends_on_the_other_rows():
    rows = np.asarray([[800.0, 800.0 + np.log(3)], [-900.0, -900.0]])
    np.testing.assert_allclose(softmax(np, rows), [[0.25, 0.75], [0.5, 0.5]], rtol=1e-13)
