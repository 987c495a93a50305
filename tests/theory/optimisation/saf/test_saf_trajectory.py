import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.optimisation.saf.trajectory import fisher_enclosure, fisher_term, gradient, penalty, softmax

scores = st.lists(st.floats(-5, 5), min_size=4, max_size=4).map(np.array)
temperatures = st.sampled_from([0.5, 1.0, 3.0])


def divergence(old, new, tau):
    q, p = softmax(old, tau), softmax(new, tau)
    return float(np.sum(q * (np.log(q) - np.log(p))))


@given(scores, scores, temperatures)
def test_value_is_the_divergence(old, new, tau):
    assert penalty(old, new, tau=tau) == pytest.approx(divergence(old, new, tau), rel=1e-9, abs=1e-12)
    assert penalty(old, new, tau=tau) >= -1e-15


@given(scores, scores, temperatures, st.integers(0, 3))
def test_gradient_is_that_of_the_value(old, new, tau, number):
    unit = 1e-5 * np.eye(4)[number]
    slope = (penalty(old, new + unit, tau=tau) - penalty(old, new - unit, tau=tau)) / 2e-5
    assert slope == pytest.approx(gradient(old, new, tau=tau)[number], abs=1e-7)


@given(scores, scores, scores, temperatures)
def test_convex_in_the_new_scores(old, new, other, tau):
    middle = penalty(old, (new + other) / 2, tau=tau)
    assert middle <= (penalty(old, new, tau=tau) + penalty(old, other, tau=tau)) / 2 + 1e-12


@given(scores, st.floats(-5, 5), temperatures)
def test_shifts_cost_nothing_and_other_moves_something(old, shift, tau):
    assert abs(penalty(old, old + shift, tau=tau)) < 1e-14
    moved = old + np.array([0.5, 0.0, 0.0, 0.0])
    roots = np.sqrt(softmax(old, tau)) - np.sqrt(softmax(moved, tau))
    assert penalty(old, moved, tau=tau) >= np.sum(roots**2) * (1 - 1e-9) > 0


@settings(max_examples=200)
@given(scores, scores, temperatures, st.floats(1e-6, 1.0))
def test_the_fisher_term_encloses(old, step, tau, size):
    step = step - np.sum(softmax(old, tau) * step)
    step *= size * tau * (1 - 1e-9) / max(float(np.max(np.abs(step))), 1e-3)
    low, high = fisher_enclosure(old, old + step, tau=tau)
    value = penalty(old, old + step, tau=tau)
    assert low * (1 - 1e-7) - 1e-25 <= value <= high * (1 + 1e-7) + 1e-25
    term = fisher_term(old, step, tau=tau)
    q = softmax(old, tau)
    assert term == pytest.approx(step @ (np.diag(q) - np.outer(q, q)) @ step / (2 * tau**2), rel=1e-6, abs=1e-20)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="tau must be positive"):
        penalty(np.zeros(2), np.zeros(2), tau=0.0)
    with pytest.raises(ValueError, match="must be at most tau"):
        fisher_enclosure(np.zeros(2), np.array([3.0, 0.0]), tau=1.0)


@pytest.mark.parametrize("tail", [-40.0, -300.0])
@pytest.mark.parametrize("move", [1e-4, 9.9e-4, 1.01e-3, 0.5, 2.0, 20.0])
def test_small_values_keep_their_digits(tail, move):
    """A class of probability e^tail moves: the penalty is far below the rounding of its terms."""
    import mpmath

    old, new = np.array([0.0, tail]), np.array([0.0, tail + move])
    with mpmath.workdps(300):
        z, u = mpmath.exp(tail), mpmath.mpf(tail + move) - mpmath.mpf(tail)
        q = z / (1 + z)
        exact = mpmath.log(1 - q + q * mpmath.exp(u)) - q * u
    assert penalty(old, new, tau=1.0) == pytest.approx(float(exact), rel=1e-11, abs=0)


@pytest.mark.parametrize("wrong", [[0.0, 1.0], np.array([0.0, np.nan]), np.array([]), np.array(1.0)])
def test_scores_that_are_no_arrays_of_numbers_are_refused(wrong):
    for call in (penalty, gradient, fisher_enclosure):
        with pytest.raises(ValueError, match="scores must be an array"):
            call(np.zeros(np.shape(wrong)), wrong, tau=1.0)
        with pytest.raises(ValueError, match="scores must be an array"):
            call(wrong, np.zeros(2), tau=1.0)


def test_scores_of_other_classes_are_refused():
    with pytest.raises(ValueError, match="same classes"):
        penalty(np.zeros(3), np.zeros(2), tau=1.0)


def test_scores_far_apart_do_not_overflow():
    assert penalty(np.array([0.0, 0.0]), np.array([2000.0, 0.0]), tau=1.0) == pytest.approx(1000 - np.log(2))
