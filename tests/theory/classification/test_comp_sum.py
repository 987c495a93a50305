import array_api_strict
import comp_sum_reference as reference
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification import comp_sum
from theory.classification.comp_sum import (
    conditional_minimum,
    conditional_risk,
    deterministic_gap_bound,
    loss,
    phi,
)

TAUS = [0, 0.5, 1 - 1e-9, 1, 1 + 2.0**-52, 1.5, 2 - 1e-12, 2, 3]


def test_family_members_by_hand():
    assert phi(3.0, 0) == 3.0
    assert phi(3.0, 0.5) == pytest.approx(2.0)
    assert phi(np.e - 1, 1) == pytest.approx(1.0)
    assert phi(3.0, 2) == pytest.approx(0.75)
    assert phi(float("inf"), 1.5) == 2.0
    assert phi(float("inf"), 1) == float("inf")


@given(u=st.floats(0, 1e6), tau=st.floats(0, 4))
def test_phi_is_between_its_tangent_and_the_mean_absolute_error(u, tau):
    value = phi(u, tau)
    assert value <= u * (1 + 1e-12)
    assert phi(u, tau + 0.5) <= value * (1 + 1e-12)


@pytest.mark.parametrize("tau", TAUS)
def test_loss_is_accurate_for_confident_and_wrong_scores(tau):
    rows = [[0.0, 0.0], [40.0, 0.0], [0.0, 40.0], [3.0, 2.9, -1.0], [-700.0, 0.0, 1.0], [0.1, -30.0, -31.0]]
    for scores in rows:
        expected = float(reference.loss(scores, 0, tau))
        assert float(loss(scores, 0, tau)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_loss_does_not_change_with_a_common_shift():
    scores = np.asarray([[1.0, 2.0, 0.5], [800.0, 801.0, 799.5]])
    values = loss(scores, [0, 0], [[0.0], [1.0], [2.5]])
    np.testing.assert_allclose(values[:, 0], loss([1.0, 2.0, 0.5], 0, [0.0, 1.0, 2.5]), rtol=1e-14)
    np.testing.assert_allclose(loss([0.0, 1.0, -0.5], 0, 1.3), loss([800.0, 801.0, 799.5], 0, 1.3), rtol=1e-14)


def test_loss_overflows_to_infinity_only_where_it_must():
    assert float(loss([-1000.0, 0.0], 0, 0)) == np.inf
    assert float(loss([-1000.0, 0.0], 0, 1)) == 1000.0
    assert float(loss([-np.inf, 0.0], 0, 1.5)) == 2.0


@pytest.mark.parametrize("tau", TAUS)
def test_conditional_risk_averages_the_loss(tau):
    rng = np.random.default_rng(3)
    p, scores = rng.dirichlet(np.ones(4), 5), rng.normal(size=(5, 4))
    losses = np.stack([loss(scores, np.full(5, label), tau) for label in range(4)], axis=1)
    np.testing.assert_allclose(conditional_risk(p, scores, tau), (p * losses).sum(axis=1), rtol=1e-14)


def test_a_class_that_never_occurs_costs_nothing():
    assert float(conditional_risk([0.5, 0.5, 0.0], [0.0, 0.0, -np.inf], 0)) == 1.0


@pytest.mark.parametrize("tau", TAUS)
def test_conditional_minimum_is_accurate(tau):
    eps = 1e-12
    rows = [
        [0.5, 0.3, 0.2],
        [1 - eps, eps / 2, eps / 2],
        [1 - 1e-150, 1e-150, 0.0],
        [1 / 3] * 3,
        [0.9, 0.1, 0.0],
    ]
    for p in rows:
        rest = [float(value) for value in p[1:]]
        scale = 1 if p[0] < 1 else None
        expected = reference.conditional_minimum(p, tau) if scale else least_near_certainty(rest, tau)
        assert float(conditional_minimum(p, tau)) == pytest.approx(float(expected), rel=1e-12, abs=0)


def least_near_certainty(rest, tau):
    from mpmath import mp, mpf

    with mp.workdps(700):
        p = [mpf(1), *(mpf(value) for value in rest if value)]
        p = [value / sum(p) for value in p]
        tau = mpf(tau)
        if tau >= 2:
            return (1 - max(p)) / (tau - 1)
        if tau == 1:
            return -sum(value * mp.log(value) for value in p)
        return (sum(value ** (1 / (2 - tau)) for value in p) ** (2 - tau) - 1) / (1 - tau)


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1 + 1e-9, 1.5, 2 - 1e-9, 2, 3])
def test_conditional_minimum_with_a_million_classes(tau):
    n = 10**6
    uniform = float(conditional_minimum(np.full(n, 1 / n), tau))
    expected = float(n - 1 if tau == 0 else np.log(n) if tau == 1 else np.expm1((1 - tau) * np.log(n)) / (1 - tau))
    if tau > 2:
        expected = (1 - 1 / n) / (tau - 1)
    assert uniform == pytest.approx(expected, rel=1e-12)
    scores = np.zeros(n)
    assert float(loss(scores, 5, tau)) == pytest.approx(
        n - 1 if tau == 0 else np.log(n) if tau == 1 else np.expm1((1 - tau) * np.log(n)) / (1 - tau),
        rel=1e-12,
    )


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.5, 1.9, 2, 3])
def test_no_scores_beat_the_minimum_and_the_best_ones_attain_it(tau):
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(5), 200)
    least = conditional_minimum(p, tau)
    assert (conditional_risk(p, 3 * rng.normal(size=(200, 5)), tau) >= least * (1 - 1e-13)).all()
    best = np.log(p) / (2 - tau) if tau < 2 else np.where(p == p.max(axis=1, keepdims=True), 0, -np.inf)
    np.testing.assert_allclose(conditional_risk(p, best, tau), least, rtol=1e-12)


def test_gap_bound_is_the_difference_of_two_losses():
    for tau in (0, 0.5, 1, 1.5, 2, 3):
        least = 4 * np.exp(-2 * 1.5)
        expected = phi(0.9, tau) - phi(least, tau)
        assert deterministic_gap_bound(0.9, tau, 5, 1.5) == pytest.approx(expected, rel=1e-13)
    assert deterministic_gap_bound(0.3, 1, 4, float("inf")) == pytest.approx(np.log(1.3))


def test_gap_bound_does_not_cancel_and_decreases_in_tau():
    least = float(3 * np.exp(-2.0))
    risk = least * (1 + 2.0**-40)
    expected = (risk - least) * (1 + least) ** -1.0
    assert deterministic_gap_bound(risk, 1, 4, 1.0) == pytest.approx(expected, rel=1e-11)
    values = deterministic_gap_bound(2.0, np.linspace(0, 4, 50), 4, 1.0)
    assert (np.diff(values) < 0).all()
    assert deterministic_gap_bound(least, 1, 4, 1.0) == 0


def test_gap_bound_refuses_a_risk_that_cannot_be():
    with pytest.raises(ValueError, match=r"best_sum_exponential_risk must be at least"):
        deterministic_gap_bound(0.01, 1, 4, 1.0)
    with pytest.raises(ValueError, match=r"score_bound must be >= 0, got -1\.0"):
        deterministic_gap_bound(1.0, 1, 4, -1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: phi(-1, 1), "u must be >= 0, got -1.0"),
        (lambda: phi(1, -1), "tau must be"),
        (lambda: loss([0.0, float("nan")], 0, 1), "scores must be finite"),
        (lambda: loss([0.0, float("inf")], 0, 1), "scores must be finite"),
        (lambda: loss([-np.inf, -np.inf], 0, 1), "scores must be finite"),
        (lambda: loss(0.0, 0, 1), "last axis of at least 2 classes"),
        (lambda: loss([[0.0, 1.0]] * 3, [0, 1, 2], 1), r"labels must be integers in 0, ..., 1, got 2.0"),
        (lambda: loss([[0.0, 1.0]] * 3, [0, 1], 1), "labels of shape"),
        (lambda: loss([[0.0, 1.0]] * 3, [0, 1, 1], [1.0, 2.0]), r"got .*tau \(2,\)"),
        (lambda: conditional_risk([0.5, 0.6], [0.0, 0.0], 1), "sum to 1"),
        (lambda: conditional_risk([0.5, 0.5], [0.0, 0.0, 0.0], 1), r"got p \(2,\), scores \(3,\)"),
        (lambda: conditional_minimum([0.5, 0.6], 1), "sum to 1"),
        (lambda: conditional_minimum([[0.5, 0.5]] * 3, [1.0, 2.0]), r"got .*tau \(2,\)"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_runs_on_the_standard_alone_and_keeps_the_dtype():
    strict = array_api_strict
    scores = strict.asarray([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]], dtype=strict.float32)
    p = strict.asarray([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], dtype=strict.float32)
    labels = strict.asarray([2, 0])
    for tau in (0, 1, 1.5, 2, 3):
        for value in (
            loss(scores, labels, tau),
            conditional_risk(p, scores, tau),
            conditional_minimum(p, tau),
        ):
            assert value.dtype == strict.float32
            assert value.shape == (2,)
    assert phi(strict.asarray([1.0]), 2).dtype == strict.float64


def test_calibration_can_be_reached_from_here():
    assert comp_sum.transform(0.6, 0) == pytest.approx(0.2)
    assert set(comp_sum.__all__) <= set(dir(comp_sum))
