"""The multi-focal loss: hand-computed cases, 60 digits, namespaces, bad input."""

import math

import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.learning_in_imperfect_environment.multi_focal import multi_focal_loss, posterior_behind


def test_by_hand():
    log3 = math.log(3)  # a sigmoid of 3/4
    loss = multi_focal_loss([log3, log3, -log3], [1, 0, 0], positive_focus=2.0, negative_focus=1.0)
    np.testing.assert_allclose(loss, [math.log(4 / 3) / 16, 0.75 * math.log(4), 0.25 * math.log(4 / 3)], rtol=1e-14)


@pytest.mark.parametrize("score", [-700.0, -40.0, -1.5, 0.0, 1e-9, 2.0, 40.0, 300.0])
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("focus", [0.0, 0.5, 2.0])
def test_to_full_precision(score, label, focus):
    with mpmath.workdps(400):
        right = 1 / (1 + mpmath.exp(-score if label else score))
        expected = float(-((1 - right) ** focus) * mpmath.log(right))
    loss = multi_focal_loss(score, label, positive_focus=focus, negative_focus=focus)
    assert loss == pytest.approx(expected, rel=2e-13, abs=1e-300)


def test_foci_may_differ_from_class_to_class():
    loss = multi_focal_loss(np.zeros((2, 3)), np.array([[1, 1, 0], [0, 0, 1]]), positive_focus=[0.0, 1.0, 2.0])
    np.testing.assert_allclose(loss / math.log(2), [[1, 0.5, 1], [1, 1, 0.25]], rtol=1e-14)


@settings(max_examples=50, deadline=None)
@given(q=st.floats(0.001, 0.999), gamma=st.floats(0, 6))
def test_the_risk_is_stationary_at_the_prediction(q, gamma):
    e, h = mpmath.mpf(posterior_behind(q, gamma=gamma)), mpmath.mpf(10) ** -20
    assert 0 < e <= 1  # rounded: at q = 0.999 and gamma = 5 it is 1 less than half a unit in the last place

    def risk(p):
        return -e * (1 - p) ** gamma * mpmath.log(p) - (1 - e) * p**gamma * mpmath.log(1 - p)

    with mpmath.workdps(60):
        slope = (risk(q + h) - risk(q - h)) / (2 * h)
    assert abs(float(slope)) < 1e-12


def test_the_distortion():
    assert posterior_behind(0.5, gamma=3.0) == 0.5
    assert posterior_behind(0.7, gamma=0.0) == pytest.approx(0.7, rel=1e-15)
    assert posterior_behind(0.7, gamma=2.0) > 0.9  # a focal prediction is less confident than the posterior


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    scores = xp.asarray([-100.0, 0.0, 100.0], dtype=xp.float32)
    loss = multi_focal_loss(scores, xp.asarray([1, 1, 1]), positive_focus=2.0)
    assert loss.dtype == xp.float32
    np.testing.assert_allclose(np.asarray(loss), [100.0, math.log(2) / 4, 0.0], rtol=1e-6, atol=1e-30)
    assert posterior_behind(xp.asarray([0.3], dtype=xp.float32), gamma=1.0).dtype == xp.float32


@pytest.mark.parametrize(
    "call",
    [
        lambda: multi_focal_loss(0.0, 0.5),
        lambda: multi_focal_loss(0.0, 1.0, positive_focus=-1.0),
        lambda: multi_focal_loss(0.0, 1.0, negative_focus=math.inf),
        lambda: posterior_behind(1.0, gamma=1.0),
        lambda: posterior_behind(0.5, gamma=-1.0),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match="must be"):
        call()


@pytest.mark.parametrize("q", [1e-30, 1e-17, 1e-9, 0.3, 1 - 2.0**-40])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 40.0])
def test_the_posterior_behind_to_full_precision(q, gamma):
    with mpmath.workdps(80):
        p = mpmath.mpf(q)
        up, down = ((1 - x) ** gamma / x - gamma * (1 - x) ** (gamma - 1) * mpmath.log(x) for x in (p, 1 - p))
        expected = float(down / (up + down))
    assert posterior_behind(q, gamma=gamma) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_a_huge_focus_leaves_a_number():
    assert [posterior_behind(q, gamma=1e4) for q in (0.4, 0.5, 0.6)] == [0.0, 0.5, 1.0]
