"""Fit, posterior and Mahalanobis score of tied Gaussians against direct formulas."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from theory.classification.mahalanobis import gaussian_discriminant as module


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 3, 300)
    return rng.standard_normal((300, 4)) @ rng.standard_normal((4, 4)) + 2.0 * labels[:, None], labels


def test_posterior_is_that_of_bayes_rule(data):
    x, y = data
    model = module.fit(x, y, classes=3)
    densities = np.stack([stats.multivariate_normal(m, model.covariance).pdf(x) for m in model.means], -1)
    joint = densities * model.priors
    np.testing.assert_allclose(module.gda_posterior(x, model), joint / joint.sum(-1, keepdims=True), rtol=1e-9)


def test_posterior_is_that_of_scikit_learn(data):
    x, y = data
    reference = LinearDiscriminantAnalysis(solver="lsqr").fit(x, y)
    np.testing.assert_allclose(
        module.gda_posterior(x, module.fit(x, y, classes=3)), reference.predict_proba(x), atol=1e-9
    )


def test_score_is_affine_invariant_and_at_most_zero(data):
    x, y = data
    rng = np.random.default_rng(3)
    a, shift = rng.standard_normal((4, 4)), rng.standard_normal(4)
    before = module.mahalanobis_score(x, module.fit(x, y, classes=3))
    after = module.mahalanobis_score(x @ a.T + shift, module.fit(x @ a.T + shift, y, classes=3))
    np.testing.assert_allclose(after, before, rtol=1e-8)
    assert np.all(before <= 0)


def test_score_of_its_own_class_is_chi_square(data):
    x, y = data
    model = module.fit(x, y, classes=3)
    rng = np.random.default_rng(7)
    drawn = rng.multivariate_normal(model.means[1], model.covariance, 4000)
    single = module.TiedGaussians(model.means[1:2], model.covariance, np.ones(1))
    assert stats.kstest(-module.mahalanobis_score(drawn, single), stats.chi2(4).cdf).pvalue > 1e-3


def test_a_short_step_raises_and_a_long_step_lowers_the_score(data):
    x, y = data
    model = module.fit(x, y, classes=3)
    before = module.mahalanobis_score(x, model)
    assert np.mean(module.mahalanobis_score(module.preprocessed(x, model, step=1e-4), model) > before) > 0.99
    assert np.all(module.mahalanobis_score(module.preprocessed(x, model, step=1e4), model) < before)


def test_the_step_has_the_sign_of_the_gradient(data):
    x, y = data
    model = module.fit(x, y, classes=3)
    for row in x[:5]:
        moved = module.preprocessed(row, model, step=1.0) - row
        for i, direction in enumerate(np.eye(4) * 1e-6):
            slope = module.mahalanobis_score(row + direction, model) - module.mahalanobis_score(row - direction, model)
            assert np.sign(slope) == moved[i]


def test_far_inputs_do_not_overflow():
    model = module.TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[1e-6]]), np.asarray([0.5, 0.5]))
    np.testing.assert_array_equal(module.gda_posterior([[1e8], [-1e8]], model), [[0, 1], [1, 0]])


def test_float32_and_the_strict_namespace(data):
    x, y = data
    exact = module.gda_posterior(x, module.fit(x, y, classes=3))
    single = x.astype(np.float32)
    low = module.gda_posterior(single, module.fit(single, y, classes=3))
    assert low.dtype == np.float32
    np.testing.assert_allclose(low, exact, atol=2e-4)
    strict = array_api_strict.asarray(x)
    model = module.fit(strict, array_api_strict.asarray(y), classes=3)
    np.testing.assert_allclose(np.asarray(module.gda_posterior(strict, model)), exact, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.fit([1.0, 2.0], [0, 1], classes=2), r"shape \(m, d\)"),
        (lambda: module.fit([[1.0], [2.0]], [0, 0], classes=2), "examples of each class"),
        (lambda: module.fit([[1.0], [2.0]], [0, 1], classes=1), "classes must be a whole number >= 2"),
        (lambda: module.fit([[1.0], [2.0]], [0, 1], classes=2, ridge=-1.0), "ridge"),
        (lambda: module.fit([[1.0], [2.0]], [0, 5], classes=2), "labels"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_shapes_that_do_not_fit():
    model = module.TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[1.0]]), np.asarray([0.5, 0.5]))
    with pytest.raises(ValueError, match="are needed, got"):
        module.gda_posterior([1.0, 2.0], model)


def test_bad_covariances_and_steps_are_named():
    half, means = np.asarray([0.5, 0.5]), np.asarray([[0.0, 0.0], [1.0, 1.0]])
    for covariance, why in (
        ([[1.0, 2.0], [2.0, 1.0]], "the covariance must be positive definite; `fit` can add a ridge"),
        ([[1.0, 0.5], [0.0, 1.0]], "its transpose must be zero"),
    ):
        with pytest.raises(ValueError, match=why):
            module.mahalanobis_score([0.0, 0.0], module.TiedGaussians(means, np.asarray(covariance), half))
    for step in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="step must be >= 0"):
            module.preprocessed([0.0, 0.0], module.TiedGaussians(means, np.eye(2), half), step=step)
    with pytest.raises(ValueError, match="classes must be a whole number"):
        module.fit(np.zeros((4, 2)), np.asarray([0, 0, 1, 1]), classes=2.5)
