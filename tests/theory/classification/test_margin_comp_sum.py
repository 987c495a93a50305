import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.classification.comp_sum import loss, phi
from theory.classification.margin_comp_sum import (
    adversarial_rho_margin_loss,
    rho_margin,
    rho_margin_constant,
    rho_margin_loss,
    smooth_adversarial_loss,
    smoothness_constant,
)


def test_ramp_by_hand():
    assert rho_margin(0.25, 0.5) == 0.5
    assert rho_margin(-3.0, 0.5) == 1.0
    assert rho_margin(0.5, 0.5) == 0.0


@given(u=st.floats(-50, 50), rho=st.floats(0.01, 10))
def test_ramp_lies_between_zero_one_and_exponential(u, rho):
    value = rho_margin(u, rho)
    assert (u <= 0) <= value <= 1
    assert value <= np.exp(min(-u / rho, 0.0)) * (1 + 1e-12)


def test_rho_margin_loss_by_hand():
    # margins 1 and 2 at rho = 2: ramps 1/2 and 0
    scores = [2.0, 1.0, 0.0]
    assert float(rho_margin_loss(scores, 0, 0, 2)) == pytest.approx(0.5)
    assert float(rho_margin_loss(scores, 0, 1, 2)) == pytest.approx(np.log(1.5))
    assert float(rho_margin_loss(scores, 2, 2, 2)) == pytest.approx(2 / 3)  # both ramps 1: Phi_2(2)


def test_rho_margin_loss_on_a_grid_of_tau_and_rho():
    scores = np.asarray([[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]])
    values = rho_margin_loss(scores, [0, 1], [[0.0], [1.5]], [[2.0], [0.25]])
    assert values.shape == (2, 2)
    assert values[1, 0] == 0


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.5, 2, 3])
def test_zero_one_error_times_the_constant_is_below_the_loss(tau):
    rng = np.random.default_rng(11)
    scores, labels = rng.normal(size=(500, 4)), rng.integers(0, 4, 500)
    wrong = np.argmax(scores, axis=1) != labels
    assert (rho_margin_constant(tau) * wrong <= rho_margin_loss(scores, labels, tau, 0.7) + 1e-15).all()


def test_rho_margin_constant_is_phi_at_one():
    assert rho_margin_constant(1) == pytest.approx(np.log(2), rel=1e-15)
    for tau in (0, 0.3, 1 + 1e-12, 2, 5):
        assert rho_margin_constant(tau) == pytest.approx(phi(1.0, tau), rel=1e-15)


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.5, 2, 3])
@pytest.mark.parametrize("rho", [0.1, 1.0, 4.0])
def test_smooth_loss_lies_above_the_adversarial_one(tau, rho):
    rng = np.random.default_rng(13)
    scores = rng.normal(size=(300, 5))
    perturbed = scores[:, None, :] + 0.5 * rng.normal(size=(300, 6, 5))
    perturbed[:, 0] = scores
    labels = rng.integers(0, 5, 300)
    hard = adversarial_rho_margin_loss(perturbed, labels, tau, rho)
    smooth = smooth_adversarial_loss(scores, perturbed, labels, tau, rho)
    assert (hard <= smooth * (1 + 1e-13)).all()


def test_a_smaller_weight_fails_at_tau_zero():
    # Both margins fall from .01 to 0: the loss rises by almost sqrt(2) times the norm of the shift.
    scores, perturbed = [0.01, 0.0, 0.0], [[0.0, 0.0, 0.0]]
    hard = float(adversarial_rho_margin_loss(perturbed, 0, 0, 1.0))
    assert hard == pytest.approx(2.0)
    assert float(smooth_adversarial_loss(scores, perturbed, 0, 0, 1.0)) >= hard
    assert float(smooth_adversarial_loss(scores, perturbed, 0, 0, 1.0, nu=0.98 * smoothness_constant(3, 1.0))) < hard


def test_smooth_loss_without_perturbation_is_the_scaled_comp_sum_loss():
    scores = np.asarray([[300.0, -4.0, 1.0], [-900.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    for tau in (1, 1.5, 2):
        value = smooth_adversarial_loss(scores, scores[:, None, :], [0, 0, 1], tau, 2.0)
        np.testing.assert_allclose(value, loss(scores / 2, [0, 0, 1], tau), rtol=1e-13)


def test_adversarial_loss_is_the_largest_of_the_batch():
    batch = np.asarray([[2.0, 0.0], [1.0, 0.0], [1.5, 0.0]])
    each = rho_margin_loss(batch, [0, 0, 0], 1, 2)
    assert float(adversarial_rho_margin_loss(batch, 0, 1, 2)) == each.max()


def test_runs_on_the_standard_alone():
    scores = array_api_strict.asarray([[0.0, 1.0], [2.0, 0.0]], dtype=array_api_strict.float32)
    batch = array_api_strict.stack([scores, scores + 1], axis=1)
    labels = array_api_strict.asarray([0, 1])
    assert rho_margin_loss(scores, labels, 1, 2).dtype == array_api_strict.float32
    assert smooth_adversarial_loss(scores, batch, labels, 1, 2).shape == (2,)
    assert adversarial_rho_margin_loss(batch, labels, 1, 2).shape == (2,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rho_margin(float("nan"), 1), "u must be a number, got nan"),
        (lambda: rho_margin(1, 0), "rho must be a finite number > 0, got 0.0"),
        (lambda: rho_margin_loss([0.0, -np.inf], 0, 1, 1), "scores of a margin loss must be finite"),
        (lambda: rho_margin_loss([0.0, 1.0], 2, 1, 1), "labels must be integers"),
        (lambda: rho_margin_loss([0.0, 1.0], 0, -1, 1), "tau must be"),
        (lambda: adversarial_rho_margin_loss([0.0, 1.0], 0, 1, 1), "shape"),
        (
            lambda: smooth_adversarial_loss([0.0, 1.0], [[0.0, 1.0, 2.0]], 0, 1, 1),
            "3 classes, the clean ones of 2",
        ),
        (lambda: smooth_adversarial_loss([0.0, 1.0], [[0.0, np.inf]], 0, 1, 1), "scores"),
        (lambda: smooth_adversarial_loss([0.0, 1.0], [[0.0, 1.0]], 0, 1, 1, nu=-1), "nu must be >= 0"),
        (lambda: smoothness_constant(1, 1), "n must be"),
        (lambda: rho_margin_constant(-1), "tau must be"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
