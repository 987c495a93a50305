"""The bias loss: hand-computed cases, 60 digits near a weight of zero, namespaces, bad input."""

import math

import array_api_strict
import mpmath
import numpy as np
import pytest

from theory.classification.bias_loss_for_mobile.bias_loss import bias_loss, bias_weight, weight_threshold


def test_by_hand():
    assert bias_weight(math.log(2), alpha=1.0, beta=0.5) == pytest.approx(1.5, rel=1e-15)
    assert weight_threshold(alpha=2.0, beta=math.e) == pytest.approx(0.5)
    loss = bias_loss([[0.0, 0.0], [0.0, math.log(3)]], [0, 1], [0.0, 1.0], alpha=1.0, beta=0.5)
    np.testing.assert_allclose(loss, [0.5 * math.log(2), (math.e - 0.5) * math.log(4 / 3)], rtol=1e-14)


def test_the_sign_flips_at_the_threshold():
    edge = weight_threshold(alpha=0.5, beta=2.0)
    assert bias_weight(edge * 0.99, alpha=0.5, beta=2.0) < 0 < bias_weight(edge * 1.01, alpha=0.5, beta=2.0)
    wrong, right = (bias_loss([score, 0.0], 0, 0.0, alpha=0.5, beta=2.0) for score in (-5.0, 5.0))
    assert wrong < right  # below the threshold the wrong prediction has the smaller loss


@pytest.mark.parametrize("v", [0.0, 1e-14, 1e-8, 0.3, 5.0])
def test_weight_to_full_precision(v):
    with mpmath.workdps(60):
        expected = float(mpmath.exp(mpmath.mpf("0.25") * mpmath.mpf(v)) - 1)
    assert bias_weight(v, alpha=0.25, beta=1.0) == pytest.approx(expected, rel=1e-15, abs=0)


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    scores = xp.asarray([[100.0, 0.0], [0.0, 100.0]], dtype=xp.float32)
    variance = xp.asarray([0.5, 0.5], dtype=xp.float32)
    loss = bias_loss(scores, xp.asarray([0, 0]), variance)
    assert loss.dtype == xp.float32
    np.testing.assert_allclose(np.asarray(loss), [0.0, 100 * (math.exp(0.15) - 0.3)], rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize(
    "call",
    [
        lambda: bias_weight(-1.0),
        lambda: bias_weight(1.0, alpha=0.0),
        lambda: bias_weight(1.0, beta=-0.5),
        lambda: weight_threshold(alpha=math.inf, beta=1.0),
        lambda: bias_loss([0.0], 0, 0.0),
        lambda: bias_loss([0.0, 1.0], 2, 0.0),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()


def test_weight_and_loss_over_the_whole_range():
    assert bias_weight(100.0, alpha=1.0, beta=1e-300) == pytest.approx(math.exp(100), rel=1e-14)
    single = bias_weight(np.array(60, dtype=np.float32), alpha=1.0, beta=1e-20)
    assert float(single) == pytest.approx(math.exp(60), rel=1e-5)
    assert float(bias_loss([0.0, -50.0], 0, 0.0, alpha=1.0, beta=0.5)) == pytest.approx(math.exp(-50) / 2, rel=1e-14)
