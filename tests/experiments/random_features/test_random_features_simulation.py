"""Errors of ridge regression on random features: by hand, against scikit-learn's Ridge, and independent of chunking."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from experiments.random_features import Problem, Setting, simulate
from experiments.streams import Stream
from theory.regression.more_is_better import eigenframework

PROBLEM = Problem.power_law(40, 1.5, 1.5, 0.2)


def drawn(n, k, row, seed=5):
    rows = range(row, row + 1)
    phi = Stream.named(seed, "random_features", "samples").normal(rows, (n, 40))[0]
    weights = Stream.named(seed, "random_features", "weights").normal(rows, (k, 40))[0]
    noise = Stream.named(seed, "random_features", "noise").normal(rows, n)[0]
    lam, v = np.asarray(PROBLEM.eigenvalues), np.asarray(PROBLEM.coefficients)
    return phi, weights * np.sqrt(lam) / math.sqrt(k), phi @ v + math.sqrt(0.2) * noise, v


@pytest.mark.parametrize(("n", "k"), [(12, 20), (20, 12)])
def test_errors_are_those_of_a_fitted_ridge(n, k):
    found = simulate(PROBLEM, [Setting(n, k, 0.05)], replicates=3, seed=5)
    for row in range(3):
        phi, weights, labels, v = drawn(n, k, row)
        features = phi @ weights.T
        fitted = Ridge(alpha=0.05, fit_intercept=False, tol=1e-12).fit(features, labels)
        assert found.train[0, row] == pytest.approx(np.mean((labels - fitted.predict(features)) ** 2))
        assert found.test[0, row] == pytest.approx(np.sum((v - weights.T @ fitted.coef_) ** 2) + 0.2)


def test_without_ridge_the_least_norm_solution_is_meant():
    found = simulate(PROBLEM, [Setting(12, 20, 0.0), Setting(20, 12, 0.0)], replicates=2, seed=5)
    for number, (n, k) in enumerate(((12, 20), (20, 12))):
        phi, weights, labels, v = drawn(n, k, 1)
        solution = np.linalg.pinv(phi @ weights.T) @ labels
        assert found.test[number, 1] == pytest.approx(np.sum((v - weights.T @ solution) ** 2) + 0.2)
    assert np.all(found.train[0] < 1e-20)


def test_infinitely_many_features_are_the_limit():
    near, limit = simulate(PROBLEM, [Setting(10, 100_000, 0.1), Setting(10, None, 0.1)], replicates=2).test
    assert near == pytest.approx(limit, rel=0.05)


def test_a_replicate_depends_on_its_number_alone():
    settings = [Setting(8, 12, 0.1), Setting(15, None, 0.0), Setting(10, 5, 1.0)]
    whole = simulate(PROBLEM, settings, replicates=5, seed=2)
    pieces = simulate(PROBLEM, settings, replicates=5, seed=2, memory=1)
    later = simulate(PROBLEM, settings[:1], replicates=range(3, 5), seed=2)
    assert np.allclose(whole.test, pieces.test, rtol=1e-12)
    assert np.allclose(whole.train, pieces.train, rtol=1e-10, atol=1e-20)
    assert np.allclose(whole.test[0, 3:], later.test[0], rtol=1e-12)
    assert not np.any(np.isclose(whole.test, simulate(PROBLEM, settings, replicates=5, seed=3).test))


def test_other_arrays_give_the_same():
    pytest.importorskip("array_api_strict")
    settings = [Setting(8, 12, 0.1), Setting(12, 8, 0.1), Setting(12, None, 0.1)]
    plain, strict = (simulate(PROBLEM, settings, replicates=2, backend=name) for name in ("numpy", "strict"))
    assert np.allclose(plain.test, strict.test)
    assert np.allclose(plain.train, strict.train)


def test_means_are_near_the_eigenframework():
    problem = Problem.power_law(160, 1.5, 1.5, 0.3)
    settings = [Setting(80, k, 0.1) for k in (40, 80, 160)]
    found = simulate(problem, settings, replicates=60, seed=9)
    for setting, errors in zip(settings, found.test, strict=True):
        said = eigenframework(problem.eigenvalues, problem.coefficients, 80, setting.features, 0.1, 0.3).test_error
        assert abs(errors.mean() - said) < 4 * errors.std(ddof=1) / 60**0.5 + 0.02 * said


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Problem((), ()), "the same length >= 1, got 0, 0"),
        (lambda: Problem((1.0, -1.0), (1.0, 1.0)), "eigenvalues must be positive"),
        (lambda: Problem((1.0,), (math.nan,)), "finite"),
        (lambda: replace(PROBLEM, noise_variance=-1.0), "noise_variance must be a finite number >= 0"),
        (lambda: Setting(0, 3, 0.1), "samples must be"),
        (lambda: Setting(3, 0, 0.1), "features must be"),
        (lambda: Setting(3, 3, math.inf), "ridge must be a finite number >= 0"),
        (lambda: simulate(PROBLEM, [], replicates=2), "at least one Setting"),
        (lambda: simulate(PROBLEM, Setting(3, 3, 0.1), replicates=2), "at least one Setting"),
        (lambda: simulate(PROBLEM, [Setting(3, 3, 0.1)], replicates=0), "replicates must be"),
    ],
)
def test_bad_input_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
