import math

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, Ridge

from experiments.bag_regression import Bags, Setting, bagged_regression
from experiments.bag_regression.designs import unit_laplace
from experiments.bag_regression.tables import released_averages
from experiments.streams import Stream


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


def bag_rows(X, y, m):
    starts = range(0, len(y), m)
    return np.asarray([X[i : i + m].mean(0) for i in starts]), np.asarray([y[i : i + m].mean() for i in starts])


def test_bags_of_one_are_ridge(diabetes):
    X, y = diabetes
    for intercept in (True, False):
        expected = Ridge(alpha=len(y) * 1e-3, fit_intercept=intercept).fit(X, y)
        for rho in (0.0, 1.0):
            fit = bagged_regression(X, y, 1, rho, 1e-3, intercept=intercept)
            assert np.allclose(fit.coefficients, expected.coef_, rtol=1e-9)
            assert np.allclose(fit.predict(X), expected.predict(X), rtol=1e-9)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("m", [2, 5, 17])
def test_both_ends_are_ridge_on_bags_and_on_members(diabetes, m, intercept):
    X, y = diabetes
    weights = [len(y[i : i + m]) for i in range(0, len(y), m)]
    model = Ridge(alpha=len(y) * 1e-3, fit_intercept=intercept)
    bag, means = bag_rows(X, y, m)
    fit = bagged_regression(X, y, m, 0.0, 1e-3, intercept=intercept)
    assert np.allclose(fit.averages, means)
    assert np.allclose(fit.predict(X), model.fit(bag, means, sample_weight=weights).predict(X), rtol=1e-8)
    fit = bagged_regression(X, y, m, 1.0, 1e-3, intercept=intercept)
    assert np.allclose(fit.predict(X), model.fit(X, np.repeat(means, weights)).predict(X), rtol=1e-8)
    assert fit.instance_loss == pytest.approx(fit.bag_loss + fit.within, rel=1e-12)


def test_no_other_rule_has_a_lower_objective(diabetes):
    X, y = diabetes
    X, y = X[:103], y[:103]
    rho, ridge, m = 0.3, 1e-2, 4

    def objective(theta, constant):
        bag, means = bag_rows(X, y, m)
        sizes = np.asarray([4] * 25 + [3])
        f = X @ theta + constant
        within = (f - np.repeat(bag @ theta + constant, sizes)) ** 2
        return (sizes @ (means - bag @ theta - constant) ** 2 + rho * within.sum()) / 103 + ridge * theta @ theta

    fit = bagged_regression(X, y, m, rho, ridge)
    best = objective(fit.coefficients, fit.intercept)
    assert best == pytest.approx(fit.bag_loss + rho * fit.within + ridge * fit.coefficients @ fit.coefficients)
    moves = Stream(1).normal(200, 11) * [*[5.0] * 10, 1.0]
    assert all(objective(fit.coefficients + move[:10], fit.intercept + move[10]) > best for move in moves)


def test_what_is_left_over_is_a_smaller_bag_or_dropped(diabetes):
    X, y = diabetes
    assert len(y) == 442
    kept = bagged_regression(X, y, 5, 0.1, 1e-3)
    dropped = bagged_regression(X, y, 5, 0.1, 1e-3, remainder="drop")
    assert (kept.sizes[-1], len(kept.sizes), len(dropped.sizes)) == (2, 89, 88)
    assert np.allclose(dropped.coefficients, bagged_regression(X[:440], y[:440], 5, 0.1, 1e-3).coefficients)
    assert not np.allclose(kept.coefficients, dropped.coefficients)


def test_without_ridge_singular_tables_give_the_limit_and_say_so(diabetes):
    X, y = diabetes
    fit = bagged_regression(X, y, 60)
    assert fit.singular
    bag, means = bag_rows(X, y, 60)
    weights = np.sqrt(fit.sizes)
    level, centre = y.mean(), X.mean(axis=0)
    expected = np.linalg.pinv(weights[:, None] * (bag - centre)) @ (weights * (means - level))
    assert np.allclose(fit.coefficients, expected, rtol=1e-7)
    assert fit.bag_loss < 1e-16 * y.var()
    twice = bagged_regression(np.hstack([X, X]), y, 2)
    assert twice.singular
    assert np.allclose(twice.coefficients[:10], twice.coefficients[10:])
    once = bagged_regression(X, y, 2)
    assert not once.singular
    assert np.allclose(once.predict(X), twice.predict(np.hstack([X, X])), rtol=1e-6)


def test_averages_lose_little_where_there_are_many_rows(diabetes):
    X, y = diabetes
    full = LinearRegression().fit(X, y).score(X, y)
    fit = bagged_regression(X, y, 4, 0.0, 2e-4, shuffle=True)
    score = 1 - ((y - fit.predict(X)) ** 2).mean() / y.var()
    assert full - 0.15 < score < full
    assert sorted(fit.order.tolist()) == list(range(442))
    assert np.allclose(fit.averages[0], y[fit.order[:4]].mean())


def test_privacy_clips_and_adds_noise_of_the_declared_scale(diabetes):
    X, y = diabetes
    clip = (50.0, 250.0)
    clean = bagged_regression(X, y, 4, clip=clip)
    assert np.allclose(clean.averages, bag_rows(X, np.clip(y, *clip), 4)[1])
    several = [bagged_regression(X, y, 4, epsilon=0.5, clip=clip, seed=seed) for seed in range(30)]
    assert several[0].noise_scale[0] == 200 / (4 * 0.5)
    assert several[0].noise_scale[-1] == 200 / (2 * 0.5)
    standard = np.asarray([(fit.averages - clean.averages) / fit.noise_scale for fit in several])
    assert abs(standard.mean()) < 4 * math.sqrt(2 / standard.size)
    assert (standard**2).mean() == pytest.approx(2, abs=4 * math.sqrt(20 / standard.size))
    again = bagged_regression(X, y, 4, epsilon=0.5, clip=clip, seed=3)
    assert np.array_equal(again.averages, several[3].averages)


def test_releases_of_several_rows_have_independent_noise(diabetes):
    y, bags, setting = diabetes[1], Bags(442, 4), Setting(4, epsilon=0.5, clip=(50.0, 250.0))
    clean = released_averages(y, bags, Setting(4, clip=(50.0, 250.0)), 3)
    noise = np.asarray([released_averages(y, bags, setting, 3, row) - clean for row in range(40)])
    scaled = noise * bags.sizes * 0.5 / 200  # the last bag has two labels, and twice the noise
    assert np.allclose(scaled, unit_laplace(3, range(40), 111))
    assert np.array_equal(released_averages(y, bags, setting, 3), bagged_regression(
        diabetes[0], y, 4, epsilon=0.5, clip=(50.0, 250.0), seed=3
    ).averages)  # fmt: skip
    assert abs((scaled[1:] * scaled[:-1]).mean()) < 4 * 2 / math.sqrt(39 * 111)
    assert (scaled**2).mean() == pytest.approx(2, abs=4 * math.sqrt(20 / scaled.size))


def test_within_part_keeps_its_digits_far_from_the_origin():
    """Contrasts are taken of centred features: an offset of 1e6 costs no more digits than it has to."""
    X = Stream(3).normal(1, (40, 3))[0]
    y = X @ [1.0, -2.0, 0.5] + 1
    near, far = bagged_regression(X, y, 4, 0.2), bagged_regression(X + 1e6, y, 4, 0.2)
    assert np.allclose(far.coefficients, near.coefficients, rtol=1e-7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": np.ones(5)}, r"X must have the shape \(n, d\)"),
        ({"X": np.ones((4, 2))}, r"X must have the shape \(n, d\) and y \(n,\)"),
        ({"X": np.ones((5, 0))}, "both not empty"),
        ({"y": [1.0, 2.0, math.nan, 1.0, 1.0]}, r"y must be finite, got np.float64\(nan\) at \[2\]"),
        ({"y": list("abcde")}, "made of real numbers"),
        ({"y": list("12345")}, "y must be made of real numbers: got text, such as '1'"),
        ({"X": [[1.0, "2.5"]] * 5}, "X must be made of real numbers: got text, such as '"),
        ({"X": np.asarray([[1.0, b"2.5"]] * 5, dtype=object)}, "got text, such as b'2.5'"),
        ({"X": np.full((5, 2), "2020-01-01", dtype="datetime64[D]")}, "got the dtype datetime64"),
        ({"X": [[1.0, 2.0]] * 4 + [[1.0]]}, "X must be made of real numbers"),
        ({"X": np.full((5, 2), 1j)}, "made of real numbers: got complex ones"),
        ({"X": np.arange(10.0).reshape(5, 2) * 1e200}, "normal equations overflow"),
        ({"epsilon": 1e-300, "clip": (0.0, 1.0)}, "the noise overflows"),
        ({"bag_size": 6}, "at most the number of samples, 5, got 6"),
        ({"bag_size": 0}, "the bag size must be"),
        ({"rho": -1.0}, "rho must be"),
        ({"ridge": -1.0}, "ridge must be"),
        ({"epsilon": 0.0, "clip": (0.0, 1.0)}, "epsilon must be"),
        ({"epsilon": 1.0}, "labels must be clipped"),
        ({"remainder": "pad"}, "remainder must be"),
    ],
)
def test_bad_input_is_refused(changes, message):
    given = {"X": np.ones((5, 2)), "y": np.ones(5), "bag_size": 2} | changes
    with pytest.raises(ValueError, match=message):
        bagged_regression(**given)
