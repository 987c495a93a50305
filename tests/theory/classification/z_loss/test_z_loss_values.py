import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.z_loss.z_loss_values import z_loss, z_loss_gradient, z_scores

RNG = np.random.Generator(np.random.Philox(20260101))

CASES = {  # scores and target; each is read exactly
    "plain": ([0.0, 1.0, 5.0], 2),
    "mean far from zero": ([1e8 + 1.0, 1e8 + 2.5, 1e8 - 3.0, 1e8], 1),
    "target far above": ([1e9, 0.5, -0.25, 0.125], 0),
    "target far below": ([-1e9, 0.5, -0.25, 0.125], 0),
    "another far above": ([1e9, 0.5, -0.25, 0.125], 2),
    "others equal": ([3.0, 3.0, 7.5, 3.0, 3.0], 2),
    "nearly equal": ([1.0, 1.0 + 2**-40, 1.0 - 2**-41], 1),
    "two classes": ([0.3, -1.7], 1),
    "tiny": ([1e-300, -3e-300, 2e-300], 0),
    "huge": ([1e300, -3e300, 2e300], 2),
    "many": (RNG.normal(size=200).tolist(), 17),
}


def reference(scores, label, a, b):
    """Return loss and gradient to 60 digits and more, from the definition."""
    with mpmath.workdps(700):  # scores of 1e-300 and 1e300 leave 60 digits of their squares
        o = [mpmath.mpf(x) for x in scores]
        D, a, b = len(o), mpmath.mpf(a), mpmath.mpf(b)
        mean = sum(o) / D
        deviation = mpmath.sqrt(sum((x - mean) ** 2 for x in o) / D)
        z = [(x - mean) / deviation for x in o]
        raised = mpmath.exp(a * (b - z[label]))
        p = raised / (1 + raised)
        gradient = [-p * ((k == label) - mpmath.mpf(1) / D - z[label] * z[k] / D) / deviation for k in range(D)]
        return mpmath.log(1 + raised) / a, gradient


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize(("a", "b"), [(1.0, 0.0), (0.1, 10.0), (50.0, -2.0)])
def test_against_60_digits(case, a, b):
    scores, label = case
    value, gradient = reference(scores, label, a, b)
    assert float(z_loss(scores, label, a=a, b=b)) == pytest.approx(float(value), rel=2e-13)
    found = z_loss_gradient(scores, label, a=a, b=b)
    largest = max(abs(x) for x in gradient)
    if len(scores) == 2:
        assert found.tolist() == [0, 0]
        return
    for ours, exact in zip(found.tolist(), gradient, strict=True):
        if label == 0 and abs(scores[0]) == 1e9 and exact:  # where the plain formula loses all digits
            assert ours == pytest.approx(float(exact), rel=1e-6)
        assert abs(ours - float(exact)) <= 2e-12 * float(largest)


def test_the_plain_formula_would_lose_the_gradient_of_a_leading_target():
    scores, label = CASES["target far above"]
    o = np.asarray(scores)
    z, deviation, D = z_scores(o), o.std(), o.size
    plain = -((np.arange(D) == label) - 1 / D - z[label] * z / D) / deviation / (1 + np.exp(z[label]))
    exact = [float(x) for x in reference(scores, label, 1, 0)[1]]
    assert abs(plain[label] / exact[label] - 1) > 1
    assert z_loss_gradient(scores, label)[label] == pytest.approx(exact[label], rel=1e-6)


@pytest.mark.parametrize("case", ["plain", "mean far from zero", "target far above", "many"])
def test_single_precision_keeps_its_digits_and_its_dtype(case):
    scores, label = CASES[case]
    single = np.asarray(scores, dtype=np.float32)
    value, gradient = reference(single.tolist(), label, 0.5, 2.0) if np.ptp(single) else (None, None)
    if value is None:
        with pytest.raises(ValueError, match="not all equal"):
            z_loss(single, label)
        return
    found, slope = z_loss(single, label, a=0.5, b=2.0), z_loss_gradient(single, label, a=0.5, b=2.0)
    assert found.dtype == slope.dtype == np.float32
    assert float(found) == pytest.approx(float(value), rel=1e-5)
    assert np.max(np.abs(slope - [float(x) for x in gradient])) <= 1e-5 * float(max(abs(x) for x in gradient))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=3, max_size=8).filter(lambda row: len(set(row)) > 1),
    st.floats(0.01, 100),
    st.integers(-1000, 1000),
)
def test_invariance_orthogonality_and_range(row, alpha, beta):
    o = np.asarray(row, dtype=float)
    r = np.sqrt(o.size - 1)
    for label in range(o.size):
        loss, gradient = z_loss(o, label, a=0.7, b=1.0), z_loss_gradient(o, label, a=0.7, b=1.0)
        assert loss == pytest.approx(z_loss(alpha * o + beta, label, a=0.7, b=1.0), rel=1e-9)
        assert abs(gradient.sum()) <= 1e-14
        assert abs(gradient @ o) <= 1e-12
        low, high = (np.logaddexp(0, 0.7 * (1.0 + sign * r)) / 0.7 for sign in (-1, 1))
        assert low * (1 - 1e-12) <= loss <= high * (1 + 1e-12)
    assert np.max(np.abs(z_scores(o))) <= r * (1 + 1e-12)


def test_a_negative_factor_changes_the_loss():
    assert z_loss([0.0, 1.0, 5.0], 2) < z_loss([0.0, -1.0, -5.0], 2)


def test_gradient_is_the_derivative():
    o, label, step = RNG.normal(size=6), 3, 1e-6
    differences = [
        (z_loss(o + step * e, label, a=2.0, b=0.5) - z_loss(o - step * e, label, a=2.0, b=0.5)) / (2 * step)
        for e in np.eye(6)
    ]
    assert z_loss_gradient(o, label, a=2.0, b=0.5) == pytest.approx(differences, abs=1e-8)


def test_broadcasts_over_rows_and_parameters():
    o = RNG.normal(size=(4, 1, 5))
    a = np.asarray([0.5, 1.0, 2.0])
    scores, labels = np.broadcast_to(o, (4, 3, 5)), np.full((4, 3), 2)
    table, slopes = z_loss(scores, labels, a=a, b=1), z_loss_gradient(scores, labels, a=a, b=1)
    assert table.shape == (4, 3)
    assert slopes.shape == (4, 3, 5)
    assert table[2, 1] == z_loss(o[2, 0], 2, a=1.0, b=1)
    assert slopes[3, 2] == pytest.approx(z_loss_gradient(o[3, 0], 2, a=2.0, b=1), rel=1e-14)


def test_strict_array_api():
    o = array_api_strict.asarray([[0.0, 1.0, 5.0], [2.0, 1.0, 0.0]], dtype=array_api_strict.float32)
    for function in (z_loss, z_loss_gradient):
        found = function(o, array_api_strict.asarray([2, 0]))
        assert found.dtype == array_api_strict.float32
    assert z_scores(o).shape == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 1.0, 1.0], 0), "not all equal"),
        (([0.1] * 7, 3), "not all equal"),
        (([1.0, float("nan")], 0), "got nan"),
        (([1.0, -float("inf")], 0), "scores must be finite"),
        (([1.0], 0), "at least 2 classes"),
        (([1.0, 2.0], 2), "labels must be integers in 0, ..., 1"),
        (([1.0, 2.0], 0.5), "labels must be integers"),
        (([1.5e308, -1.5e308], 0), "the range of the scores must be finite"),
    ],
)
def test_bad_input(arguments, message):
    for function in (z_loss, z_loss_gradient):
        with pytest.raises(ValueError, match=message):
            function(*arguments)


@pytest.mark.parametrize(
    ("a", "b", "message"), [(0, 0, "a must be"), (-1, 0, "a must be"), (1, float("nan"), "b must be")]
)
def test_bad_parameters(a, b, message):
    with pytest.raises(ValueError, match=message):
        z_loss([1.0, 2.0], 0, a=a, b=b)
