import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from theory.classification.pma.pma_expressions import probability_margin as expression
from theory.classification.pma.probability_margin import (
    logit_margin,
    probability_margin,
    probability_margin_gradient,
)

SCORES = st.lists(st.floats(-30, 30), min_size=2, max_size=6)


def reference(scores, label):
    """The exact margin of the very binary fractions that are given, to 60 digits."""
    return expression(tuple(map(Rational, scores)), label).evalf(60, maxn=2000)


def test_reference_values():
    scores = [1.0, 0.2, -0.5]
    assert float(probability_margin(scores, 0)) == pytest.approx(0.3292582927, abs=1e-10)
    expected = [0.40105118, -0.35712338, -0.0439278]
    np.testing.assert_allclose(probability_margin_gradient(scores, 0), expected, atol=1e-8)


@given(scores=SCORES)
def test_signs_agree_and_the_gradient_adds_up_to_zero(scores):
    margin, logit = float(probability_margin(scores, 0)), float(logit_margin(scores, 0))
    assert np.sign(margin) == np.sign(logit)
    assert abs(margin) <= np.tanh(abs(logit) / 2) * (1 + 1e-12)
    gradient = probability_margin_gradient(scores, 0)
    assert abs(float(np.sum(gradient))) <= 1e-15 * len(scores) + 1e-14 * float(np.max(np.abs(gradient)))


@pytest.mark.parametrize("scores", [[1.0, 1.0 + 1e-12, -3.0], [50.0, 0.0, 1.0], [0.0, 0.5, 0.4, -2.0], [-30.0, 3.0]])
@pytest.mark.parametrize("label", [0, 1])
def test_values_and_gradients_are_accurate(scores, label):
    value = float(probability_margin(scores, label))
    assert value == pytest.approx(float(reference(scores, label)), rel=1e-13, abs=0)
    gradient, h = probability_margin_gradient(scores, label), Rational(1, 10**25)
    for i in range(len(scores)):
        ends = [[Rational(z) + sign * h * int(i == j) for j, z in enumerate(scores)] for sign in (1, -1)]
        slope = (reference(ends[0], label) - reference(ends[1], label)) / (2 * h)
        assert float(gradient[i]) == pytest.approx(float(slope), rel=1e-12, abs=0)


@pytest.mark.parametrize("scores", [[0.5, 0.5009765625, -3.0], [50.0, 0.0, 1.0], [-30.0, 3.0, 0.0]])
def test_single_precision_keeps_its_digits(scores):
    single = np.asarray(scores, dtype=np.float32)
    for function in (probability_margin, probability_margin_gradient):
        np.testing.assert_allclose(function(single, 0), function(scores, 0), rtol=2e-6)


def test_the_gradient_vanishes_to_first_order():
    for gap in (10.0, 20.0, 35.0):
        scores = [gap, 0.0, -1.0]
        miss = (np.exp(-gap) + np.exp(-gap - 1)) / (1 + np.exp(-gap) + np.exp(-gap - 1))
        own = float(probability_margin_gradient(scores, 0)[0])
        assert miss * (1 - miss) <= own <= 2 * miss * (1 - miss) * (1 + 1e-12)


def test_classes_of_probability_zero():
    assert float(probability_margin([0.0, -np.inf], 0)) == 1.0
    assert float(probability_margin([0.0, -np.inf], 1)) == -1.0
    assert probability_margin_gradient([0.0, -np.inf, 0.0], 1).tolist() == [-0.25, 0.0, 0.25]


def test_dtype_and_namespace_are_kept():
    scores = array_api_strict.asarray([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]], dtype=array_api_strict.float32)
    labels = array_api_strict.asarray([0, 2])
    for function, shape in ((logit_margin, (2,)), (probability_margin, (2,)), (probability_margin_gradient, (2, 3))):
        value = function(scores, labels)
        assert value.dtype == array_api_strict.float32
        assert value.shape == shape


@pytest.mark.parametrize(
    ("scores", "label", "message"),
    [([1.0], 0, "at least 2 classes"), ([1.0, np.nan], 0, "scores must be finite"), ([1.0, 0.0], 2, "integers in 0")],
)
def test_bad_input_is_refused(scores, label, message):
    with pytest.raises(ValueError, match=message):
        probability_margin(scores, label)
