import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from theory.classification.anyloss import anyloss_expressions as exact
from theory.classification.anyloss.soft_confusion import (
    METRICS,
    amplified,
    amplified_slope,
    gradient,
    loss,
    soft_counts,
)

P = [0.9, 0.3, 0.6, 0.45, 0.02]
Y = [1, 0, 0, 1, 0]
EXPRESSIONS = {
    "accuracy": exact.accuracy,
    "f_beta": exact.f_beta,
    "balanced_accuracy": exact.balanced_accuracy,
    "geometric_mean": exact.geometric_mean,
}


def reference(p, y, amplification, metric):
    """The exact loss of the very binary fractions that are given, to 60 digits."""
    value = EXPRESSIONS[metric](tuple(map(Rational, p)), y, amplification)
    return value.evalf(60, maxn=2000)


def test_counts_by_hand():
    counts = soft_counts([0.5, 0.5, 0.5], [1, 1, 0], 20)
    assert [float(entry) for entry in counts] == [1.0, 1.0, 0.5, 0.5]


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=6), amplification=st.floats(0.1, 500))
def test_counts_add_up_and_stay_near_the_hard_ones(p, amplification):
    y = [index % 2 for index in range(len(p))]
    counts = soft_counts(p, y, amplification)
    assert float(sum(counts)) == pytest.approx(len(p), rel=1e-14)
    room = sum(1 / (1 + np.exp(amplification * abs(q - 0.5))) for q in p)
    hard = sum(label * (q >= 0.5) for q, label in zip(p, y, strict=True))
    assert abs(float(counts.tp) - hard) <= room * (1 + 1e-12) + 1e-15


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("amplification", [0.01, 10, 200, 600])
def test_losses_are_accurate_even_where_they_nearly_vanish(metric, amplification):
    for p, y in ((P, Y), ([1.0, 0.0, 1.0], [1, 0, 1])):
        expected = reference(p, y, amplification, metric)
        assert float(loss(p, y, amplification, metric=metric)) == pytest.approx(float(expected), rel=1e-13, abs=0)


@pytest.mark.parametrize("metric", METRICS)
def test_gradients_are_derivatives(metric):
    h = Rational(1, 10**25)
    for i in range(len(P)):
        ends = [[Rational(q) + sign * h * int(i == j) for j, q in enumerate(P)] for sign in (1, -1)]
        slope = (reference(ends[0], Y, 12, metric) - reference(ends[1], Y, 12, metric)) / (2 * h)
        assert float(gradient(P, Y, 12, metric=metric)[i]) == pytest.approx(float(slope), rel=1e-12)


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_f_beta_gradient_in_beta(beta):
    h = 1e-6
    for i in range(len(P)):
        moved = [[q + sign * h * int(i == j) for j, q in enumerate(P)] for sign in (1, -1)]
        ends = [float(loss(q, Y, 12, beta=beta)) for q in moved]
        assert float(gradient(P, Y, 12, beta=beta)[i]) == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-7)


def test_slope_survives_where_naive_single_precision_is_dead():
    p = np.asarray([1.0], dtype=np.float32)
    share = amplified(p, 73)
    assert float((73 * share * (1 - share))[0]) == 0.0
    assert float(amplified_slope(p, 73)[0]) == pytest.approx(73 * np.exp(-36.5), rel=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("metric", METRICS)
def test_dtype_and_namespace_are_kept(dtype, metric):
    kind = getattr(array_api_strict, dtype)
    p = array_api_strict.asarray([P, P[::-1]], dtype=kind)
    for value, shape in ((loss(p, Y, 10, metric=metric), (2,)), (gradient(p, Y, 10, metric=metric), (2, 5))):
        assert value.dtype == kind
        assert value.shape == shape


def test_a_batch_without_positives_costs_all_of_f1():
    assert float(loss([0.0, 0.0], [0, 0], 5000.0)) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: loss([1.5], [1], 10), "p must be a probability"),
        (lambda: loss([float("nan")], [1], 10), "p must be a probability"),
        (lambda: loss([0.5], [2], 10), "labels must be 0 or 1"),
        (lambda: loss([0.5], [1], 0), "amplification must be positive"),
        (lambda: loss([0.5, 0.5], [1, 0, 1], 10), "shapes that broadcast"),
        (lambda: loss([], [], 10), "at least 1 example"),
        (lambda: loss([0.5], [1], 10, metric="auc"), "allowed: accuracy, f_beta"),
        (lambda: loss([0.5], [1], 10, beta=0), "beta must be positive"),
        (lambda: loss([0.5], [1], 10, metric="balanced_accuracy"), "number of negative examples"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_batch_of_vanishing_positives_has_a_flat_loss():
    assert loss([0.0, 0.0], [0, 0], 5000) == 1
    assert gradient([0.0, 0.0], [0, 0], 5000).tolist() == [0.0, 0.0]


def test_an_infinite_beta_is_refused():
    with pytest.raises(ValueError, match="beta must be positive and finite, got inf"):
        loss([0.5, 0.1], [1, 0], 10, beta=np.inf)
