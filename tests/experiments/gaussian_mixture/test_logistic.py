import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from experiments.gaussian_mixture.logistic import fit_logistic, logistic
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.sampling import draw
from experiments.streams import Stream

PAIR = GaussianMixture(np.asarray([[-0.4] * 6, [0.4] * 6]), np.ones(6), [0.4, 0.6])
THREE = GaussianMixture(np.eye(3, 6) * 2, np.ones((3, 6)), [0.3, 0.5, 0.2])
FAR = GaussianMixture(np.asarray([[-6.0] * 6, [6.0] * 6]), np.ones(6))


def gradient_norm(x, y, w, b, C):
    """The largest entry of the gradient of the objective, written out anew."""
    signs = 2 * y - 1
    wrong = 1 / (1 + np.exp(signs * (x @ w + b)))
    return max(np.max(np.abs(w / C - (signs * wrong) @ x)), abs(np.sum(signs * wrong)))


@pytest.mark.parametrize("mixture", [PAIR, FAR], ids=["overlapping", "separable"])
@pytest.mark.parametrize(("m", "C"), [(12, 1.0), (200, 1.0), (40, 0.01), (40, 1e4)])
def test_two_classes_agree_with_scikit_learn(mixture, m, C):
    x, y = draw(mixture, Stream(4), 8, m)
    fit = fit_logistic(x, y, C=C)
    assert np.all(fit.converged)
    for r in range(8):
        theirs = LogisticRegression(C=C, tol=1e-12, max_iter=10_000, solver="newton-cholesky").fit(x[r], y[r])
        assert np.max(np.abs(theirs.coef_[0] - fit.rule.weights[r])) < 1e-5 * max(1, np.max(np.abs(theirs.coef_)))
        assert abs(theirs.intercept_[0] - fit.rule.bias[r]) < 1e-5 * max(1, abs(theirs.intercept_[0]))
        assert gradient_norm(x[r], y[r], fit.rule.weights[r], fit.rule.bias[r], C) < 1e-8


@pytest.mark.parametrize(("m", "C"), [(15, 1.0), (200, 1.0), (40, 100.0)])
def test_three_classes_agree_with_scikit_learn(m, C):
    x, y = draw(THREE, Stream(4), 5, m)
    fit = fit_logistic(x, y, classes=3, C=C)
    assert np.all(fit.converged)
    assert np.allclose(fit.rule.bias.sum(axis=1), 0, atol=1e-9)
    for r in range(5):
        assert len(set(y[r])) == 3
        theirs = LogisticRegression(C=C, tol=1e-9, max_iter=10_000, solver="newton-cg").fit(x[r], y[r])
        assert np.max(np.abs(theirs.coef_ - fit.rule.weights[r])) < 1e-5 * max(1, np.max(np.abs(theirs.coef_)))
        assert np.max(np.abs(theirs.intercept_ - theirs.intercept_.mean() - fit.rule.bias[r])) < 1e-4


def test_one_point_of_each_class_by_hand():
    # By symmetry b = 0 and w solves w/C = 4 a sigma(-a w) / 2 for the points -a and a.
    x, y = np.asarray([[[-1.5], [1.5]]]), np.asarray([[0, 1]])
    fit = fit_logistic(x, y, C=2.0)
    w = fit.rule.weights[0, 0]
    assert w / 2 == pytest.approx(2 * 1.5 / (1 + math.exp(1.5 * w)), rel=1e-12)
    assert fit.rule.bias[0] == pytest.approx(0, abs=1e-12)


def test_a_single_class_gives_the_constant_rule():
    x, _ = draw(PAIR, Stream(4), 3, 6)
    y = np.asarray([[0] * 6, [1] * 6, [0, 1] * 3])
    fit = fit_logistic(x, y)
    assert fit.rule.bias[:2].tolist() == [-math.inf, math.inf]
    assert np.all(fit.rule.weights[:2] == 0)
    assert np.all(fit.converged)
    assert np.allclose(fit.rule.weights[2], logistic(x[2:], y[2:]).weights[0])


def test_an_absent_class_leaves_the_regression_of_the_others():
    x, y = draw(THREE, Stream(4), 6, 30)
    y = np.where(y == 1, 2, y)
    fit = fit_logistic(x, y, classes=3)
    assert np.all(np.isneginf(fit.rule.bias[:, 1]))
    assert np.all(fit.converged)
    # Two scores of weights w and -w are penalised |w|^2/C together: a single score 2w by |2w|^2/(4C).
    two = fit_logistic(x, (y == 2).astype(int), C=2.0)
    assert np.allclose(fit.rule.weights[:, 2] - fit.rule.weights[:, 0], two.rule.weights, atol=1e-6)
    assert np.allclose(fit.rule.bias[:, 2] - fit.rule.bias[:, 0], two.rule.bias, atol=1e-6)


def test_results_do_not_depend_on_chunks():
    for mixture in (PAIR, THREE):
        x, y = draw(mixture, Stream(4), 7, 10)
        whole = fit_logistic(x, y, classes=mixture.classes)
        pieces = fit_logistic(x, y, classes=mixture.classes, memory=1)
        assert np.allclose(whole.rule.weights, pieces.rule.weights, rtol=1e-9, atol=1e-12)
        assert np.array_equal(whole.converged, pieces.converged)


def test_too_few_steps_are_reported():
    x, y = draw(PAIR, Stream(4), 7, 50)
    assert not np.any(fit_logistic(x, y, limit=1).converged)


def test_large_separable_data_do_not_overflow():
    x, y = np.asarray([[[-1e6], [1e6]]]), np.asarray([[0, 1]])
    fit = fit_logistic(x, y, C=1e6)
    assert np.isfinite(fit.rule.weights[0, 0])
    assert fit.rule.weights[0, 0] > 0


@pytest.mark.parametrize("C", [0.0, -1.0, math.inf, math.nan])
def test_the_penalty_must_be_there(C):
    with pytest.raises(ValueError, match="C must be positive and finite"):
        fit_logistic(np.zeros((1, 2, 1)), np.asarray([[0, 1]]), C=C)


@pytest.mark.parametrize("classes", [2, 3])
def test_single_precision_converges_as_far_as_it_goes(classes):
    mixture = PAIR if classes == 2 else THREE
    x, y = draw(mixture, Stream(4), 6, 40)
    single, double = (fit_logistic(data, y, classes=classes) for data in (x.astype(np.float32), x))
    assert single.rule.weights.dtype == np.float32
    assert np.all(single.converged)
    assert np.max(np.abs(single.rule.weights - double.rule.weights)) < 1e-3


def objective_slope(x, y, w, b, C):
    """The gradient, each entry in units of the largest feature of its column."""
    wrong = 1 / (1 + np.exp((2 * y - 1) * (x @ w + b)))
    slope = w / C - ((2 * y - 1) * wrong) @ x
    return np.max(np.abs(np.append(slope, np.sum((2 * y - 1) * wrong)) / np.append(np.max(np.abs(x), axis=0), 1.0)))


@pytest.mark.parametrize("scales", [(1.0, 1e6), (1e-6, 1e6), (1e8, 1e8), (1e9, 1.0)])
@pytest.mark.parametrize("C", [1.0, 1e6])
def test_converged_means_converged_whatever_the_units(scales, C):
    x, y = draw(PAIR, Stream(6), 6, 30)
    x = x[..., :2] * np.asarray(scales)
    fit = fit_logistic(x, y, C=C)
    assert np.all(fit.converged)
    for r in range(6):
        assert objective_slope(x[r], y[r], fit.rule.weights[r], fit.rule.bias[r], C) < 1e-7


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("offset", [1e3, 1e6])
def test_shifted_features_and_constant_ones_change_the_intercept_alone(classes, offset):
    x, y = draw(PAIR if classes == 2 else THREE, Stream(6), 5, 25)
    plain = fit_logistic(x, y, classes=classes)
    moved = fit_logistic(np.concatenate([x + offset, np.full((5, 25, 1), offset)], axis=-1), y, classes=classes)
    assert np.all(moved.converged)
    assert np.allclose(moved.rule.weights[..., :-1], plain.rule.weights, atol=1e-7)
    assert np.max(np.abs(moved.rule.weights[..., -1])) < 1e-7
    shift = offset * plain.rule.weights.sum(axis=-1)
    assert np.allclose(moved.rule.bias, plain.rule.bias - shift, rtol=1e-7, atol=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_unsigned_labels_and_collinear_features(classes):
    x, y = draw(PAIR if classes == 2 else THREE, Stream(6), 5, 25)
    plain = fit_logistic(x, y, classes=classes)
    assert np.array_equal(fit_logistic(x, y.astype(np.uint8), classes=classes).rule.weights, plain.rule.weights)
    twice = fit_logistic(np.concatenate([x, x], axis=-1) / math.sqrt(2), y, classes=classes)
    assert np.all(twice.converged)
    assert np.allclose(twice.rule.weights[..., :6] + twice.rule.weights[..., 6:], math.sqrt(2) * plain.rule.weights)


def test_what_does_not_converge_is_said():
    x, y = draw(PAIR, Stream(6), 3, 10)
    x[1, 2, 0] = math.nan
    assert fit_logistic(x, y).converged.tolist() == [True, False, True]
    with pytest.raises(ArithmeticError, match="1 of 3 fits did not converge"):
        logistic(x, y)


def test_memory_counts_the_hessians(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "experiments.gaussian_mixture.logistic.in_chunks",
        lambda part, replicates, each, memory: seen.append(each) or part(0, replicates),
    )
    fit_logistic(np.zeros((1, 2, 50)), np.zeros((1, 2), dtype=int))
    fit_logistic(np.zeros((1, 2, 50)), np.zeros((1, 2), dtype=int), classes=4)
    assert seen[0] >= 2 * 8 * 51**2
    assert seen[1] >= 2 * 8 * (4 * 51) ** 2


def test_nearly_collinear_features_with_hardly_a_penalty():
    x, y = draw(PAIR, Stream(6), 4, 60)
    near = np.concatenate([x[..., :1], x[..., :1] + 1e-5 * x[..., 1:2]], axis=-1)
    apart = np.concatenate([x[..., :1], x[..., 1:2]], axis=-1)
    fit, free = fit_logistic(near, y, C=1e13), fit_logistic(apart, y, C=1e13)
    assert np.all(fit.converged)
    weights = np.stack([fit.rule.weights.sum(axis=-1), 1e-5 * fit.rule.weights[:, 1]], axis=-1)
    assert np.allclose(weights, free.rule.weights, atol=1e-3)
