import math

import numpy as np
import pytest

from theory.classification import margin
from theory.classification.margin_calibration import calibration_function, pointwise_calibration, psi_transform

LOSSES = [make() for make in margin.LOSSES.values()]


def brute_force(eps, eta, loss, bound):
    """The definition: least excess risk among the scores on a grid with zero-one excess at least eps."""
    half = np.linspace(0, bound, 12001)  # holds 1 and the bound; 0 exactly, which is a wrong sign
    u = np.concatenate([-half[:0:-1], half])
    risk = eta * loss(u) + (1 - eta) * loss(-u)
    excess = np.where(u * (2 * eta - 1) > 0, 0.0, abs(2 * eta - 1))
    allowed = risk[excess >= eps]
    return allowed.min() - risk.min() if len(allowed) else math.inf


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
@pytest.mark.parametrize("bound", [0.5, 3.0])
@pytest.mark.parametrize("eta", [0.0, 0.2, 0.5, 0.85, 1.0])
def test_pointwise_is_its_definition(loss, bound, eta):
    for eps in (0.1, 0.3, 0.7, 0.9):
        expected = brute_force(eps, eta, loss, bound)
        assert pointwise_calibration(eps, eta, loss, bound) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_uniform_is_the_infimum_over_posteriors_and_the_transform(loss):
    eta = np.linspace(0, 1, 2001)
    for eps in (0.1, 0.5, 0.9):
        pointwise = pointwise_calibration(eps, eta, loss, 2.0)
        assert calibration_function(eps, loss, 2.0) == pytest.approx(pointwise.min(), abs=2e-3)
        assert calibration_function(eps, loss) == margin.transform(eps, loss)


def test_every_score_has_excess_at_least_zero():
    assert pointwise_calibration(0.0, 0.9, margin.hinge()) == 0
    assert calibration_function(0.0, lambda u: np.exp(-u)) == 0


def test_losses_without_closed_form_agree_with_those_that_have_one():
    eps = np.array([[0.0, 0.1], [0.5, 0.93]])
    for known, formula in ((margin.exponential(), "exp(-u)"), (margin.hinge(), "max(0, 1-u)")):
        loss = margin.from_formula(formula)
        expected = margin.transform(eps, known)
        np.testing.assert_allclose(calibration_function(eps, loss), expected, atol=1e-6)
        np.testing.assert_allclose(psi_transform(eps, loss), expected, atol=1e-6)
        np.testing.assert_allclose(pointwise_calibration(eps, (1 + eps) / 2, loss), expected, atol=1e-6)


def test_the_hull_lies_below_a_transform_that_is_not_convex():
    """A ramp with a step: its transform rises fast and then slowly, the hull is the chord."""

    def loss(u):
        return np.clip(1 - u, 0, 1) + 3.0 * (u < -2) - 0.5 * (u > 4)

    t = np.linspace(0, 1, 41)
    psi, heights = psi_transform(t, loss, 3.0), margin.transform(t, loss, 3.0)
    assert np.all(psi <= heights + 1e-12)
    assert np.all(np.diff(psi, 2) >= -1e-9)


def test_a_loss_that_is_not_calibrated_has_calibration_zero():
    assert calibration_function(0.5, np.zeros_like) == 0


def test_dtype_is_kept():
    value = pointwise_calibration(np.float32(0.25) * np.ones(3, np.float32), np.float32(0.9), margin.logistic())
    assert value.dtype == np.float32


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan])
def test_values_outside_are_refused(bad):
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        pointwise_calibration(bad, 0.5, margin.hinge())
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        pointwise_calibration(0.5, bad, margin.hinge())
    for loss in (margin.hinge(), lambda u: np.exp(-u)):
        with pytest.raises(ValueError, match=r"in \[0, 1\]"):
            calibration_function(bad, loss)
        with pytest.raises(ValueError, match=r"in \[0, 1\]"):
            psi_transform(bad, loss)


def test_a_level_of_the_margin_itself_is_reached_in_spite_of_rounding():
    for eta in np.linspace(0.5, 1.0, 101):
        assert np.isfinite(pointwise_calibration(round(2 * eta - 1, 12), float(eta), margin.hinge()))
    assert pointwise_calibration(0.4001, 0.7, margin.hinge()) == np.inf


def test_one_score_bound_for_losses_without_closed_form():
    with pytest.raises(ValueError, match="and one number, got"):
        margin.transform(0.5, lambda u: np.exp(-u), np.array([1.0, 2.0]))
