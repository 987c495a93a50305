import array_api_strict
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.collapse.deep_linear.geometry import simplex_etf
from theory.collapse.dual_head.gradients import gradient_conflict, simplex_coefficients


def reference(K, a_s, a_t):
    """Return both coefficients with 60 digits."""
    with mpmath.workdps(60):
        a_s, a_t = mpmath.mpf(a_s), mpmath.mpf(a_t)

        def s(x):
            return 1 / (1 + mpmath.e**-x)

        own, other = mpmath.e**a_s, mpmath.e ** (-a_s / (K - 1))
        p = own / (own + (K - 1) * other)
        return p - 1 - (1 - p) / (K - 1), s(a_s) - s(a_t) - s(-a_s / (K - 1)) + s(-a_t / (K - 1))


@pytest.mark.parametrize("K", [2, 10, 1000])
@pytest.mark.parametrize(("a_s", "a_t"), [(2, 4), (5, 4), (1e-9, 0), (3 + 1e-12, 3), (40, 39.5), (-3, 2), (0.5, 0.5)])
def test_coefficients_agree_with_sixty_digits(K, a_s, a_t):
    found = simplex_coefficients(K, float(a_s), float(a_t))
    first, second = reference(K, float(a_s), float(a_t))
    assert found.cross_entropy == pytest.approx(float(first), rel=2e-14)
    assert found.binary_kl == pytest.approx(float(second), rel=1e-14, abs=0)


@given(st.integers(2, 50), st.floats(-20, 20), st.floats(-20, 20))
def test_conflict_if_and_only_if_the_student_exceeds_the_teacher(K, a_s, a_t):
    found = simplex_coefficients(K, a_s, a_t)
    assert found.cross_entropy < 0
    assert np.sign(found.binary_kl) == np.sign(a_s - a_t)


def numerical_gradient(function, point, step=1e-6):
    found = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        shift = np.zeros_like(point)
        shift[index] = step
        found[index] = (function(point + shift) - function(point - shift)) / (2 * step)
    return found


@pytest.mark.parametrize("dual", [False, True])
def test_cosines_are_those_of_numerical_gradients(dual):
    rng = np.random.default_rng(0)
    H, W, A, teacher = (rng.standard_normal(shape) for shape in ((5, 2), (3, 2), (3, 2), (5, 3)))
    y = np.array([0, 1, 2, 1, 0])

    def hard(H, W):
        Z = H @ W.T
        return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(5), y])

    def soft(H, W):
        s, t = 1 / (1 + np.exp(-H @ W.T)), 1 / (1 + np.exp(-teacher))
        return np.mean(np.sum(t * np.log(t / s) + (1 - t) * np.log((1 - t) / (1 - s)), axis=1))

    def cosine(a, b):
        return np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2))

    second = A if dual else W
    found = gradient_conflict(H, y, W, teacher, A if dual else None)
    first = numerical_gradient(lambda H: hard(H, W), H)
    other = numerical_gradient(lambda H: soft(H, second), H)
    assert found.backbone == pytest.approx(cosine(first, other), abs=1e-7)
    assert found.opposed == np.mean(np.sum(first * other, axis=1) < 0)
    if dual:
        assert found.head is None
    else:
        in_head = [numerical_gradient(lambda W, f=f: f(H, W), W) for f in (hard, soft)]
        assert found.head == pytest.approx(cosine(*in_head), abs=1e-7)


@pytest.mark.parametrize(("a_s", "a_t", "sign"), [(5.0, 4.0, -1), (2.0, 4.0, 1)])
def test_at_collapse_head_and_backbone_agree_with_the_coefficients(a_s, a_t, sign):
    M = simplex_etf(10)
    y = np.tile(np.arange(10), 3)
    teacher = a_t * (M @ M.T)[y]
    found = gradient_conflict(2 * M[y], y, a_s / 2 * M, teacher)
    assert found.head == pytest.approx(sign, abs=1e-12)
    assert found.backbone == pytest.approx(sign, abs=1e-12)
    # A second head that is a multiple of the first moves the conflict into the backbone, by its own scale.
    dual = gradient_conflict(2 * M[y], y, 3 * M, teacher, a_s / 2 * M)
    assert dual.backbone == pytest.approx(sign, abs=1e-12)


def test_arrays_and_zero_gradients():
    M = simplex_etf(3)
    arguments = (M, np.arange(3), 2 * M, M @ M.T)
    strict = gradient_conflict(*map(array_api_strict.asarray, arguments))
    assert strict.head == pytest.approx(gradient_conflict(*arguments).head, rel=1e-13)
    met = gradient_conflict(M, np.arange(3), M, M @ M.T)  # the teacher's logits are met
    assert np.isnan(met.backbone)
    assert met.opposed == 0
    assert simplex_coefficients(np.array([2, 10]), 1.0, [[0.5], [2.0]]).binary_kl.shape == (2, 2)


M3 = simplex_etf(3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((M3, [0, 1, 3], M3, M3 @ M3.T), "labels must be in 0 ... 2"),
        ((M3, [0.0, 1, 2], M3, M3 @ M3.T), "labels must be 3 integers"),
        ((M3, [0, 1, 2], np.eye(3), M3 @ M3.T), "classifier must have the shape"),
        ((M3, [0, 1, 2], M3, M3), "teacher_logits must be"),
        ((M3, [0, 1, 2], M3, M3 @ M3.T, np.eye(3)), "auxiliary head must have"),
        ((M3 * np.nan, [0, 1, 2], M3, M3 @ M3.T), "features must be finite"),
        ((M3[0], [0, 1, 2], M3, M3 @ M3.T), r"array \(examples, dimensions\)"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        gradient_conflict(*arguments)


def test_low_precision_is_computed_in_double():
    rng = np.random.default_rng(0)
    H, W, teacher = (rng.standard_normal(shape).astype(np.float16) for shape in ((9, 4), (3, 4), (9, 3)))
    y = np.arange(9) % 3
    double = gradient_conflict(*(a.astype(float) for a in (H,)), y, W.astype(float), teacher.astype(float))
    assert gradient_conflict(H, y, W, teacher) == double


def test_logits_that_overflow():
    with pytest.raises(ValueError, match="their product overflows"):
        gradient_conflict(1e200 * M3, [0, 1, 2], 1e200 * M3, M3 @ M3.T)


def test_coefficients_out_of_range():
    with pytest.raises(ValueError, match="classes must be"):
        simplex_coefficients(1, 1.0, 1.0)
    with pytest.raises(ValueError, match="student must be finite"):
        simplex_coefficients(3, np.inf, 1.0)
