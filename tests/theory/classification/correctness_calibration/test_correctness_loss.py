"""The correctness loss and its temperature: hand-computed cases, 60 digits, namespaces, bad input."""

import array_api_strict
import mpmath
import numpy as np
import pytest

from theory.classification.correctness_calibration.correctness_loss import confidence, correctness_loss, cross_entropy

NARROW = [1.2, 1.0, -1.0]


def test_reference_values():
    assert float(correctness_loss(NARROW, 1)) == pytest.approx(0.26859330, abs=1e-8)
    assert float(correctness_loss(NARROW, 1, temperature=4)) == pytest.approx(0.15645314, abs=1e-8)
    assert float(confidence(NARROW, temperature=0.95544786)) == pytest.approx(0.52325041, abs=1e-8)
    assert float(correctness_loss([0.0, 0.0], 0)) == 0.25


def test_temperature_broadcasts():
    t = np.array([0.5, 1.0, 4.0])
    many = correctness_loss(np.array([NARROW] * 3), [1, 1, 1], temperature=t)
    assert many.tolist() == [float(correctness_loss(NARROW, 1, temperature=value)) for value in t]
    assert np.all(np.diff(many) < 0)


@pytest.mark.parametrize("scores", [[40.0, 0.0, -1.0], [3.0, 2.5, 2.0], [800.0, 0.0, 0.0], [1e-9, 0.0, -1e-9]])
@pytest.mark.parametrize("label", [0, 1])
def test_to_full_precision(scores, label):
    with mpmath.workdps(400):
        weights = [mpmath.exp(mpmath.mpf(score)) for score in scores]
        loss = (max(weights) / sum(weights) - (label == 0)) ** 2
        entropy = -mpmath.log(weights[label] / sum(weights))
        loss, entropy = float(loss), float(entropy)
    assert float(correctness_loss(scores, label)) == pytest.approx(loss, rel=1e-13, abs=1e-300)
    assert float(cross_entropy(scores, label)) == pytest.approx(entropy, rel=1e-14, abs=1e-300)


def test_strict_namespace_and_dtype():
    scores = array_api_strict.asarray([NARROW, [30.0, 0.0, 0.0]], dtype=array_api_strict.float32)
    labels = array_api_strict.asarray([1, 0])
    for function in (correctness_loss, cross_entropy):
        value = function(scores, labels, temperature=2.0)
        assert value.dtype == array_api_strict.float32
        expected = function([NARROW, [30.0, 0.0, 0.0]], [1, 0], temperature=2.0)
        np.testing.assert_allclose(np.asarray(value), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: confidence(NARROW, temperature=0.0),
        lambda: confidence([1.0]),
        lambda: correctness_loss(NARROW, 3),
        lambda: correctness_loss(NARROW, 1.0),
        lambda: correctness_loss([float("nan"), 0.0], 0),
    ],
)
def test_refuses(call):
    with pytest.raises(ValueError, match=r"must be|need"):
        call()
