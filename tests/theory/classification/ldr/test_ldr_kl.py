import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification.ldr.ldr_kl import (
    label_divergence,
    ldr_kl,
    ldr_kl_gradient,
    temperature_update,
    worst_case_objective,
    worst_case_weights,
)

SCORES = np.array([1.5, -0.25, 0.75, -2.0])
scores = st.lists(st.floats(-5, 5), min_size=2, max_size=6).map(np.array)
temperatures = st.floats(0.01, 100)


def exact(f, label, lam, margin):
    """Loss and divergence to 60 digits."""
    with mpmath.workdps(60):
        gaps = [mpmath.mpf(0) if k == label else mpmath.mpf(float(x)) - float(f[label]) + float(margin)
                for k, x in enumerate(f)]  # fmt: skip
        raised = [mpmath.exp(gap / mpmath.mpf(float(lam))) for gap in gaps]
        total = mpmath.fsum(raised)
        weights = [value / total for value in raised]
        divergence = mpmath.fsum(q * mpmath.log(len(f) * q) for q in weights if q > mpmath.mpf("1e-300"))
        return float(lam * mpmath.log(total / len(f))), float(divergence)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("lam", [1e-3, 0.1, 1.0, 30.0, 1e4, 1e8])
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_against_sixty_digits(dtype, lam, margin):
    f, lam = SCORES.astype(dtype), dtype(lam)
    loss, divergence = exact(f, 1, lam, margin)
    got = ldr_kl(f, 1, lam=lam, margin=margin), label_divergence(f, 1, lam=lam, margin=margin)
    assert all(value.dtype == dtype for value in got)
    assert got[0] == pytest.approx(loss, rel=0, abs=20 * float(np.finfo(dtype).eps))
    assert got[1] == pytest.approx(divergence, rel=100 * float(np.finfo(dtype).eps))


def test_by_hand():
    two = np.array([np.log(3.0), 0.0])
    assert ldr_kl(two, 0) == pytest.approx(np.log((1 + 1 / 3) / 2))
    assert ldr_kl(two, 1) == pytest.approx(np.log(2.0))
    assert worst_case_weights(two, 1).tolist() == pytest.approx([0.75, 0.25])
    assert ldr_kl_gradient(two, 1).tolist() == pytest.approx([0.75, -0.75])


def test_limits_are_maximum_and_mean():
    gaps = SCORES - SCORES[1] + 0.5 * (np.arange(4) != 1)
    assert ldr_kl(SCORES, 1, lam=0, margin=0.5) == gaps.max()
    assert ldr_kl(SCORES, 1, lam=np.inf, margin=0.5) == pytest.approx(gaps.mean())
    assert worst_case_weights(SCORES, 1, lam=0).tolist() == [1, 0, 0, 0]
    assert worst_case_weights(SCORES, 1, lam=np.inf).tolist() == [0.25] * 4
    assert label_divergence(SCORES, 1, lam=0) == pytest.approx(np.log(4))
    assert label_divergence(SCORES, 1, lam=np.inf) == 0


def test_symmetric_at_infinite_temperature_only():
    def total(lam):
        return sum(float(ldr_kl(SCORES, y, lam=lam, margin=0.5)) for y in range(4))

    assert total(np.inf) == pytest.approx(0.5 * 3)
    assert abs(total(5.0) - 1.5) > 1e-2


@given(scores, temperatures, st.floats(0, 3), st.randoms(use_true_random=False))
def test_duality(f, lam, margin, random):
    loss = ldr_kl(f, 0, lam=lam, margin=margin)
    best = worst_case_weights(f, 0, lam=lam, margin=margin)
    assert worst_case_objective(best, f, 0, lam=lam, margin=margin) == pytest.approx(
        loss, rel=1e-9, abs=1e-9 * (1 + lam)
    )
    other = np.array([random.random() for _ in f]) + 1e-9
    value = worst_case_objective(other / other.sum(), f, 0, lam=lam, margin=margin)
    assert value <= loss + 1e-9 * (1 + lam)


@given(scores, st.floats(0.1, 10), st.floats(0, 3))
def test_gradient_and_slope_are_derivatives(f, lam, margin):
    h = 1e-5
    for k in range(len(f)):
        step = h * (np.arange(len(f)) == k)
        numeric = (ldr_kl(f + step, 0, lam=lam, margin=margin) - ldr_kl(f - step, 0, lam=lam, margin=margin)) / (2 * h)
        assert ldr_kl_gradient(f, 0, lam=lam, margin=margin)[k] == pytest.approx(numeric, abs=1e-6)
    slope = (ldr_kl(f, 0, lam=lam + h, margin=margin) - ldr_kl(f, 0, lam=lam - h, margin=margin)) / (2 * h)
    assert -label_divergence(f, 0, lam=lam, margin=margin) == pytest.approx(slope, abs=1e-4)


@given(scores, st.floats(0.01, 10), st.floats(1, 20), st.floats(0, 3))
def test_update_stays_in_range(f, lam0, alpha, margin):
    new = temperature_update(f, 0, lam0, lam0=lam0, alpha=alpha, margin=margin)
    assert lam0 * (1 - 1 / alpha) - 1e-12 <= new <= lam0 + 1e-12


def test_update_stands_still_where_the_objective_is_stationary():
    lam, options = 2.0, {"lam0": 2.0, "alpha": 3.0, "margin": 1.0}
    for _ in range(200):
        lam = float(temperature_update(SCORES, 1, lam, **options))

    def objective(value):
        return ldr_kl(SCORES, 1, lam=value, margin=1.0) - 3.0 * np.log(4) / 4.0 * (value - 2.0) ** 2

    assert (objective(lam + 1e-5) - objective(lam - 1e-5)) / 2e-5 == pytest.approx(0, abs=1e-8)
    bare = lam - float(temperature_update(SCORES, 1, lam, lam0=2.0, alpha=3.0))
    assert abs(bare) > 1e-3  # the divergence of the scores without margin is another one


def test_broadcasting_batches_and_namespaces():
    batch = np.stack([SCORES, -SCORES])
    got = ldr_kl(batch, [1, 2], lam=np.array([[0.5], [2.0]]), margin=0.5)
    assert got.shape == (2, 2)
    assert got[1, 0] == pytest.approx(ldr_kl(SCORES, 1, lam=2.0, margin=0.5))
    strict = ldr_kl(array_api_strict.asarray(batch), array_api_strict.asarray([1, 2]), lam=0.5)
    assert type(strict) is type(array_api_strict.asarray(1.0))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1.0, np.nan], 0), {}, "scores must be finite, got nan"),
        (([1.0, 2.0], 2), {}, "labels must be integers in 0, ..., 1"),
        (([1.0, 2.0], 0.5), {}, "labels must be integers"),
        (([1.0], 0), {}, "last axis of at least 2 classes"),
        (([1.7e308, -1.7e308], 1), {}, "differences of scores must be finite in this dtype"),
        (([1.0, 2.0], 0), {"lam": -1}, r"lam must be in \[0, oo\], got -1"),
        (([1.0, 2.0], 0), {"margin": -1}, "margin must be a finite number >= 0"),
        (([1.0, 2.0], 0), {"margin": np.inf}, "margin must be a finite number >= 0"),
    ],
)
def test_bad_input_is_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        ldr_kl(*arguments, **options)


def test_weights_of_another_number_of_classes_are_named():
    with pytest.raises(ValueError, match=r"got weights \(2,\), scores \(3,\)"):
        worst_case_objective([0.5, 0.5], [1.0, 2.0, 3.0], 0)


def test_no_rows_give_no_losses():
    assert ldr_kl(np.zeros((0, 3)), np.zeros(0, dtype=int)).shape == (0,)


def test_bad_update_is_named():
    with pytest.raises(ValueError, match="alpha must be a finite number >= 1"):
        temperature_update(SCORES, 0, 1.0, alpha=0.5)
    with pytest.raises(ValueError, match="lam0 must be a finite number > 0"):
        temperature_update(SCORES, 0, 1.0, lam0=0)
