import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.ldr.conditional_ldr import conditional_minimiser, conditional_risk, wrong_order_cost

posteriors = st.lists(st.integers(1, 50), min_size=2, max_size=6).map(lambda w: np.array(w) / sum(w))


def test_without_margin_the_minimiser_is_the_scaled_logarithm():
    p = np.array([0.5, 0.3, 0.2])
    f = conditional_minimiser(p, lam=2.0)
    assert f == pytest.approx(2 * (np.log(p) - np.log(p).mean()))
    entropy = -(p * np.log(p)).sum()
    assert conditional_risk(f, p, lam=2.0) == pytest.approx(2 * (entropy - np.log(3)))


@settings(max_examples=50)
@given(posteriors, st.floats(0.1, 5), st.floats(0, 5))
def test_stationary_strictly_ranked_and_never_beaten(p, lam, margin):
    f = conditional_minimiser(p, lam=lam, margin=margin)
    z = np.exp(f / lam) / np.exp(f / lam).sum()
    ratio = z * (1 + np.expm1(-margin / lam) * z) / p
    assert ratio == pytest.approx(ratio.mean(), rel=1e-9)
    assert all((f[i] > f[j]) == (p[i] > p[j]) for i in range(len(p)) for j in range(len(p)) if p[i] != p[j])
    least = conditional_risk(f, p, lam=lam, margin=margin)
    rng = np.random.default_rng(1)
    others = f + rng.normal(size=(20, len(p))) * lam * np.logspace(-3, 0.5, 20)[:, None]
    assert (conditional_risk(others, p, lam=lam, margin=margin) >= least - 1e-12 * lam).all()


@settings(max_examples=50)
@given(posteriors, st.floats(0.1, 5), st.floats(0, 5))
def test_a_wrong_order_costs_what_is_claimed(p, lam, margin):
    p = np.sort(p)[::-1]
    f = conditional_minimiser(p, lam=lam, margin=margin)
    tied = f.copy()
    tied[:2] = f[:2].mean()
    regret = conditional_risk(tied, p, lam=lam, margin=margin) - conditional_risk(f, p, lam=lam, margin=margin)
    assert regret >= wrong_order_cost(p[0], p[1], lam=lam) - 1e-12 * lam
    assert wrong_order_cost(p[0], p[1], lam=lam) >= lam * (p[0] - p[1]) ** 2 / (2 * (p[0] + p[1])) * (1 - 1e-12)


def test_the_cost_is_sharp_without_margin_and_accurate_near_a_tie():
    regret = conditional_risk(np.zeros(2), [0.6, 0.4]) - conditional_risk(np.log([0.6, 0.4]), [0.6, 0.4])
    assert regret == pytest.approx(wrong_order_cost(0.6, 0.4))
    assert wrong_order_cost(0.5 + 2**-30, 0.5 - 2**-30) == pytest.approx(2.0**-59, rel=1e-12)
    assert wrong_order_cost(1.0, 0.0) == pytest.approx(np.log(2))


def test_large_margin_and_confident_posterior():
    p = np.array([1 - 1e-9, 1e-9])
    f = conditional_minimiser(p, lam=0.1, margin=5.0)
    assert np.isfinite(f).all()
    assert f[0] > f[1]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("ratio", [1.0, 20.0, 40.0, 100.0, 1000.0, 1e6])
def test_two_classes_by_hand_whatever_the_margin(dtype, ratio):
    """For z the equation z (m - (m-1) z) : (1-z)(1 + (m-1) z) = p : 1-p is quadratic."""
    import mpmath

    larger = dtype(0.6)
    with mpmath.workdps(1000):
        p, small = mpmath.mpf(float(larger)), mpmath.exp(-mpmath.mpf(ratio))
        q = (1 - p) if dtype is np.float64 else mpmath.mpf(float(dtype(0.4)))
        half = p - q * (1 - 2 * small)  # times e^-ratio: the equation of `ldr_references`
        s = 2 * q * small / (half + mpmath.sqrt(half**2 + 4 * small * (1 - small) * (q - p) * q))
        expected = float((mpmath.log(1 - s) - mpmath.log(s)) / 2) * 0.25
    f = conditional_minimiser(np.array([larger, dtype(1) - larger]), lam=0.25, margin=ratio * 0.25)
    assert f.tolist() == pytest.approx([expected, -expected], rel=8 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("margin", [1.0, 5.0, 100.0])
def test_ties_stay_ties_however_flat_the_risk(margin):
    assert conditional_minimiser([0.5, 0.5], lam=0.1, margin=margin) == pytest.approx([0.0, 0.0], abs=1e-15)
    f = conditional_minimiser([0.4, 0.4, 0.2], lam=0.1, margin=margin)
    assert f[0] == pytest.approx(f[1], abs=1e-15)
    assert f[0] > f[2]


def test_float32_is_kept():
    f = conditional_minimiser(np.array([0.7, 0.2, 0.1], dtype=np.float32), margin=1.0)
    assert f.dtype == np.float32
    assert f == pytest.approx(conditional_minimiser([0.7, 0.2, 0.1], margin=1.0), abs=1e-5)


@pytest.mark.parametrize(
    ("posterior", "options", "message"),
    [
        ([0.5, 0.6], {}, "sum to 1"),
        ([1.0, 0.0], {}, "positive in each class"),
        ([0.5, 0.5], {"lam": 0}, r"lam must be in \(0, oo\)"),
        ([0.5, 0.5], {"margin": -1}, "margin must be a finite number >= 0"),
        ([0.5, 0.5], {"margin": 1.0, "lam": 1e-320}, "margin/lam must be finite"),
    ],
)
def test_bad_input_is_named(posterior, options, message):
    with pytest.raises(ValueError, match=message):
        conditional_minimiser(posterior, **options)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"got scores \(3,\), posterior \(2,\)"):
        conditional_risk([1.0, 2.0, 3.0], [0.5, 0.5])
