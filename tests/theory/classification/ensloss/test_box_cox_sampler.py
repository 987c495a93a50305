import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.ensloss.box_cox_sampler import (
    PUBLISHED_SHIFT,
    inverse_box_cox,
    loss_derivatives,
    normal_draws,
    tail_factor,
)


def reference(z, lam):
    with mpmath.workdps(60):
        z, lam = mpmath.mpf(float(z)), mpmath.mpf(float(lam))
        base = 1 + lam * z
        if lam == 0:
            return mpmath.exp(z)
        if base <= 0:
            return mpmath.mpf(0) if lam > 0 else mpmath.inf
        return base ** (1 / lam)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("lam", [0.0, 1e-30, -1e-12, 1e-7, -1e-3, 0.25, -0.5, 0.999, 1.0, -1.0])
def test_inverse_box_cox_to_sixty_digits(dtype, lam):
    z = np.array([-4.0, -1.0, -0.999, -1e-5, 0.0, 1e-20, 0.3, 1.0, 2.5, 6.0], dtype=dtype)
    lam = dtype(lam)
    found = inverse_box_cox(z, np.full_like(z, lam))
    assert found.dtype == dtype
    for value, draw in zip(found, z, strict=True):
        expected = reference(draw, lam)
        # the product lam z is rounded once; where 1 + lam z nearly cancels that is amplified by 1/(1 + lam z)
        loss = 1 + 1 / abs(1 + float(lam) * float(draw)) if 1 + float(lam) * float(draw) else 1.0
        tolerance = 8 * float(np.finfo(dtype).eps) * (1 + abs(float(draw))) * loss
        assert float(value) == pytest.approx(float(expected), rel=tolerance, abs=0.0)


def test_hand_computed_values_and_the_edges():
    assert inverse_box_cox(2.0, 0.5) == pytest.approx(4.0)  # (1 + 1)^2
    assert inverse_box_cox(1.0, -0.5) == pytest.approx(4.0)  # (1/2)^-2
    assert inverse_box_cox(-1.0, 1.0) == 0.0
    assert inverse_box_cox(-7.0, 1.0) == 0.0
    assert inverse_box_cox(1.0, -1.0) == math.inf
    assert inverse_box_cox(9.0, -1.0) == math.inf


def test_published_steps_by_hand():
    margins = np.array([0.0, 4.0, -2.0, 0.5])
    draws = np.array([-0.5, -3.0, 2.0, 0.0])  # lam = 1: x = 0.5, 0, 3, 1; -x clipped and sorted: -1, -1, -0.5, 0
    found = loss_derivatives(margins, draws, lam=1.0)
    np.testing.assert_allclose(found, np.array([-1.0, 0.0, -1.0, -0.5]) - PUBLISHED_SHIFT, rtol=0, atol=1e-15)
    steep = loss_derivatives(margins, -draws, lam=-1.0, clip=math.inf)
    assert steep[2] == -math.inf  # a draw 3 with lam = -1 gives infinity; the published clip makes it -1
    assert loss_derivatives(margins, -draws, lam=-1.0)[2] == -1 - PUBLISHED_SHIFT


def test_a_zero_derivative_is_drawn_without_the_shift():
    assert loss_derivatives([0.0], [-1.5], lam=1.0, shift=0.0)[0] == 0
    assert loss_derivatives([0.0], [-1.5], lam=1.0)[0] == -PUBLISHED_SHIFT


def test_integrable_tail_and_no_tail():
    margins, draws = np.array([4.0]), np.array([5.0])
    assert loss_derivatives(margins, draws, tail="integrable", exponent=1.5)[0] == -0.125
    assert loss_derivatives(margins, draws, tail="none")[0] == -1.0
    assert tail_factor(np.array([1.0, 2.0, -5.0])).tolist() == [1.0, 0.5, 1.0]


finite = st.floats(-50, 50, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(
    batch=st.lists(st.tuples(finite, st.floats(-6, 6)), min_size=1, max_size=12),
    lam=st.floats(-1, 1),
    tail=st.sampled_from(["published", "integrable", "none"]),
)
def test_derivatives_are_sorted_along_the_margins_and_not_positive(batch, lam, tail):
    margins, draws = map(np.array, zip(*batch, strict=True))
    g = loss_derivatives(margins, draws, lam=lam, tail=tail)
    along = g[np.argsort(margins, kind="stable")]
    distinct = np.diff(np.sort(margins)) > 0
    assert (np.diff(along)[distinct] >= -1e-15).all()
    shift = PUBLISHED_SHIFT if tail == "published" else 0
    assert (g <= -shift).all()
    assert (g >= -1 - shift).all()


def test_batches_generators_uniform_draws_and_dtypes():
    rng = np.random.default_rng(3)
    margins = rng.normal(size=(5, 7))
    one = loss_derivatives(margins, np.random.default_rng(1), lam=0.3)
    draws = np.random.default_rng(1).standard_normal((5, 7))
    np.testing.assert_array_equal(one, loss_derivatives(margins, draws, lam=0.3))
    np.testing.assert_array_equal(one[2], loss_derivatives(margins[2], draws[2], lam=0.3))
    uniforms = rng.random(1000)
    assert abs(normal_draws(uniforms).std() - 1) < 0.1
    assert normal_draws([0.975])[0] == pytest.approx(1.959964, abs=1e-6)
    low = loss_derivatives(margins.astype(np.float32), draws.astype(np.float32), lam=0.3)
    assert low.dtype == np.float32
    np.testing.assert_allclose(low, one, rtol=1e-5)
    strict = loss_derivatives(array_api_strict.asarray(margins), array_api_strict.asarray(draws), lam=0.3)
    np.testing.assert_array_equal(np.asarray(strict), one)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inverse_box_cox(math.nan, 1.0), "z must be finite"),
        (lambda: inverse_box_cox(1e200, 1e200), "lam \\* z must be finite"),
        (lambda: tail_factor(1.0, tail="1/z"), "allowed: published"),
        (lambda: tail_factor(1.0, tail="integrable", exponent=1.0), "above 1"),
        (lambda: loss_derivatives([1.0, 2.0], [1.0]), "one shape"),
        (lambda: loss_derivatives(1.0, 1.0), "batch axis"),
        (lambda: loss_derivatives([math.inf], [1.0]), "margins must be finite"),
        (lambda: loss_derivatives([1.0], [1.0], clip=0.0), "clip is 0.0"),
        (lambda: loss_derivatives([1.0], [1.0], shift=-1.0), "shift is -1.0"),
        (lambda: normal_draws([0.0]), "inside"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_generator_keeps_the_dtype_of_the_margins():
    margins = np.array([0.5, 2.0, -1.0], dtype=np.float32)
    drawn = loss_derivatives(margins, np.random.default_rng(3), lam=0.5)
    assert drawn.dtype == np.float32
    wide = loss_derivatives(margins.astype(np.float64), np.random.default_rng(3), lam=0.5)
    np.testing.assert_allclose(drawn, wide, rtol=1e-5)


def test_a_tail_factor_of_nan_is_refused():
    with pytest.raises(ValueError, match=r"margins must be numbers \(not NaN\), got nan"):
        tail_factor([1.0, float("nan")])
