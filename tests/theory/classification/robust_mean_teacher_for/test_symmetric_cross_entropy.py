import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from theory.classification.robust_mean_teacher_for.robust_mean_teacher_for_expressions import symmetric_cross_entropy
from theory.classification.robust_mean_teacher_for.symmetric_cross_entropy import best_student, gradient, loss

SCORES, TEACHER = [1.0, 0.2, -0.5], [0.7, 0.2, 0.1]


def reference(scores, teacher, least=0):
    """The exact loss of the very binary fractions that are given, to 60 digits."""
    q = tuple(Rational(value) / sum(map(Rational, teacher)) for value in teacher)
    return symmetric_cross_entropy(tuple(map(Rational, scores)), q, Rational(least)).evalf(60, maxn=3000)


def test_reference_values():
    assert float(loss(SCORES, TEACHER)) == pytest.approx(1.7771543513, abs=1e-10)
    np.testing.assert_allclose(gradient(SCORES, TEACHER), [-0.45854975, 0.24506245, 0.2134873], atol=1e-8)
    agreement = gradient(np.log(TEACHER), TEACHER)
    np.testing.assert_allclose(agreement, [-0.31160053, 0.16152387, 0.15007665], atol=1e-8)


@pytest.mark.parametrize(
    ("scores", "teacher", "least"),
    [
        (SCORES, TEACHER, 0),
        ([40.0, 0.0, 1.0], [1.0, 0.0, 0.0], 1e-4),
        ([0.0, 700.0], [0.25, 0.75], 0),
        ([0.0, 30.0], [0.5, 0.5], 0.6),
    ],
)
def test_values_and_gradients_are_accurate(scores, teacher, least):
    assert float(loss(scores, teacher, least=least)) == pytest.approx(
        float(reference(scores, teacher, least)), rel=1e-14
    )
    slopes, h = gradient(scores, teacher, least=least), Rational(1, 10**25)
    for i in range(len(scores)):
        ends = [[Rational(z) + sign * h * int(i == j) for j, z in enumerate(scores)] for sign in (1, -1)]
        slope = (reference(ends[0], teacher, least) - reference(ends[1], teacher, least)) / (2 * h)
        assert float(slopes[i]) == pytest.approx(float(slope), rel=1e-11, abs=1e-30)


def test_single_precision_keeps_its_digits():
    scores, teacher = [40.0, 0.0, 1.0], [1.0, 0.0, 0.0]
    single = np.asarray(scores, dtype=np.float32)
    for function in (loss, gradient):
        expected = function(scores, teacher, least=2.0**-10)
        np.testing.assert_allclose(function(single, teacher, least=2.0**-10), expected, rtol=5e-6)


def test_a_hard_teacher_needs_the_clip():
    assert float(loss(SCORES, [1.0, 0.0, 0.0])) == np.inf
    p = np.exp(SCORES) / np.exp(SCORES).sum()
    clip = -np.log(1e-3)
    own = gradient(SCORES, [1.0, 0.0, 0.0], least=1e-3)[0]
    assert float(own) == pytest.approx(-(1 - p[0]) * (1 + clip * p[0]))


@given(weights=st.lists(st.floats(1e-6, 1), min_size=2, max_size=6), least=st.sampled_from([0.0, 1e-3]))
def test_the_best_student_is_stationary_and_sharper(weights, least):
    teacher = np.asarray(weights) / np.sum(weights)
    student = best_student(teacher, least=least)
    assert float(np.sum(student)) == pytest.approx(1)
    assert np.max(np.abs(gradient(np.log(student), teacher, least=least))) <= 1e-12
    ratio = (student / teacher)[np.argsort(teacher)]
    assert (np.diff(ratio) >= -1e-9 * ratio[:-1]).all()


def test_no_random_student_beats_the_best():
    rng = np.random.default_rng(4)
    teacher = np.asarray([0.6, 0.3, 0.1])
    least = float(loss(np.log(best_student(teacher)), teacher))
    assert (loss(rng.normal(size=(500, 3)) * 2, teacher) >= least - 1e-14).all()
    assert least < float(loss(np.log(teacher), teacher))


def test_a_class_of_probability_zero_stays_out():
    student = best_student([0.75, 0.25, 0.0])
    assert student[2] == 0
    np.testing.assert_allclose(student[:2], best_student([0.75, 0.25]), rtol=1e-14)


def test_dtype_and_namespace_are_kept():
    scores = array_api_strict.asarray([SCORES, SCORES], dtype=array_api_strict.float32)
    for value, shape in ((loss(scores, TEACHER), (2,)), (gradient(scores, TEACHER), (2, 3))):
        assert value.dtype == array_api_strict.float32
        assert value.shape == shape
    teacher = array_api_strict.asarray([0.5, 0.25, 0.25], dtype=array_api_strict.float32)
    assert best_student(teacher).dtype == array_api_strict.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: loss(SCORES, [0.7, 0.7, 0.1]), "posteriors must be"),
        (lambda: loss(SCORES, [0.5, 0.5]), "shapes that broadcast"),
        (lambda: loss([1.0, np.inf], [0.5, 0.5]), "scores must be finite"),
        (lambda: loss(SCORES, TEACHER, least=1), "least must lie"),
        (lambda: best_student([0.5, 0.6]), "posteriors must be"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
