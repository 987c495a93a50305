import math

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid

from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.learners import LEARNERS, Learner, chosen
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import (
    Statistics,
    naive_bayes,
    per_class,
    per_class_naive_bayes,
    pooled,
    statistics,
)
from experiments.gaussian_mixture.pca import leading_directions, pca
from experiments.gaussian_mixture.plug_in import nearest_mean, plug_in
from experiments.gaussian_mixture.rules import Rule, as_rule, coin
from experiments.gaussian_mixture.sampling import draw
from experiments.gaussian_mixture.twins import random_rotation, twin_errors
from experiments.streams import Stream

THREE = GaussianMixture([[0.0, 1.0], [2.0, -1.0], [1.0, 3.0]], [[1.0, 0.5], [1.5, 1.0], [0.2, 2.0]], [0.3, 0.5, 0.2])
PAIR = GaussianMixture([[0.0, 1.0, 0.3], [2.0, -1.0, 0.0]], [[1.0, 0.5, 2.0], [1.5, 1.0, 1.0]], [0.4, 0.6])


@pytest.mark.parametrize("mixture", [PAIR, THREE], ids=["two", "three"])
@pytest.mark.parametrize("m", [6, 60])
def test_per_class_naive_bayes_is_that_of_scikit_learn(mixture, m):
    x, y = draw(mixture, Stream(1), 12, m)
    points, _ = draw(mixture, Stream(2), 1, 400)
    rule = per_class_naive_bayes(x, y, classes=mixture.classes)
    predicted, scores = rule.predict(points[0]), rule.scores(points[0])
    for r in range(12):
        theirs = GaussianNB().fit(x[r], y[r])
        assert (
            np.mean(theirs.predict(points[0]) == predicted[r]) > 0.997
        )  # ties of rounding, where a class has one point
        if min(np.bincount(y[r], minlength=mixture.classes)) > 1:
            joint = theirs.predict_joint_log_proba(points[0]).T
            gap = (scores[r] - scores[r][:1]) - (joint - joint[:1])
            assert np.max(np.abs(gap)) < 1e-8 * np.max(np.abs(joint))


def test_pooled_naive_bayes_by_hand():
    x = np.asarray([[[0.0, 0.0], [2.0, 4.0], [5.0, 1.0], [7.0, 1.0], [6.0, 1.0]]])
    y = np.asarray([[0, 0, 1, 1, 1]])
    rule = naive_bayes(x, y, smoothing=0.0)
    variance = np.asarray([(2.0 + 2.0) / 5, 8.0 / 5])
    weights = np.asarray([5.0, -1.0]) / variance
    assert np.allclose(rule.weights[0], weights)
    assert rule.bias[0] == pytest.approx(math.log(1.5) - weights @ [7.0, 3.0] / 2)
    equal = pooled(statistics(x, y), prior=[0.5, 0.5], smoothing=0.0)
    assert equal.bias[0] == pytest.approx(-weights @ [7.0, 3.0] / 2)
    with pytest.raises(ValueError, match="prior"):
        pooled(statistics(x, y), prior=[1.0, 1.0, 1.0])


def test_pooled_rules_of_two_classes_and_of_two_among_three_agree():
    x, y = draw(PAIR, Stream(1), 5, 9)
    two, three = naive_bayes(x, y), naive_bayes(x, y, classes=3)
    points, _ = draw(PAIR, Stream(2), 1, 200)
    assert np.array_equal(two.predict(points[0]), three.predict(points[0]))
    assert np.all(np.isneginf(three.bias[:, 2]))


def test_degenerate_samples_give_the_documented_rules():
    x = np.asarray([[[0.0, 1.0], [2.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [4.0, 0.0]]])
    y = np.asarray([[1, 1], [0, 1], [0, 1]])
    points = np.asarray([[100.0, -100.0], [3.0, 7.0]])
    for learner in (naive_bayes, per_class_naive_bayes, nearest_mean):
        rule = learner(x, y)
        predicted = rule.predict(points)
        assert predicted[0].tolist() == [1, 1]  # the only class there was
        assert np.all(predicted[1] == predicted[1, 0])  # two equal points say nothing
        assert np.all(np.isfinite(rule.weights))
        assert not np.any(np.isnan(rule.bias))
    pair = GaussianMixture([[0.0, 0.0], [1.0, 0.0]], [1.0, 1.0], [0.3, 0.7], "tied_diag")
    assert rule_error(naive_bayes(x, y), pair)[0] == pytest.approx(0.3)
    nearest = naive_bayes(x, y)  # one point a class: the variances are the smoothing alone
    assert -nearest.bias[2] / nearest.weights[2, 0] == pytest.approx(2.0)
    assert nearest.weights[2, 1] == 0


def test_nearest_means_are_those_of_scikit_learn():
    x, y = draw(THREE, Stream(1), 5, 30)
    points, _ = draw(THREE, Stream(2), 1, 300)
    predicted = nearest_mean(x, y, classes=3).predict(points[0])
    for r in range(5):
        assert np.array_equal(NearestCentroid().fit(x[r], y[r]).predict(points[0]), predicted[r])


def test_bad_samples_are_refused():
    with pytest.raises(ValueError, match=r"features \(R, m, d\)"):
        plug_in(np.zeros((2, 3)), np.zeros((2, 3), dtype=int))
    with pytest.raises(ValueError, match="labels must be integers"):
        plug_in(np.zeros((1, 2, 3)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"in 0, \.\.\., 1, got 0 to 3"):
        plug_in(np.zeros((1, 2, 3)), np.asarray([[0, 3]]))
    pooled_only = Statistics(np.ones((1, 2)), np.zeros((1, 2, 3)), np.ones((1, 1, 3)))
    with pytest.raises(ValueError, match="these are pooled"):
        per_class(pooled_only)


@pytest.mark.parametrize("n", [4, 40])
def test_leading_directions_are_those_of_the_singular_value_decomposition(n):
    points = np.random.default_rng(0).standard_normal((6, n, 9))
    found = leading_directions(points)
    _, _, V = np.linalg.svd(points)
    assert np.allclose(np.abs(np.sum(found * V[:, 0, :], axis=-1)), 1.0)
    assert np.allclose(np.sum(found**2, axis=-1), 1.0)


def test_pca_takes_its_sign_from_labels_and_its_threshold_from_the_centre():
    pair = GaussianMixture([[7.0, 0.0], [13.0, 0.0]], [1.0, 1.0], covariance_type="tied_diag")
    x, y = draw(pair, Stream(1), 50, 3)
    u, _ = draw(pair, Stream(2), 50, 400)
    rule = pca(x, y, unlabelled=u, centre=True)
    flipped = pca(x, 1 - y, unlabelled=u, centre=True)
    assert np.array_equal(flipped.weights, -rule.weights)
    assert np.max(rule_error(rule, pair)) < 0.01
    with pytest.raises(ValueError, match="unlabelled points of shape"):
        pca(x, y, unlabelled=u[:10])


def test_the_coin_is_half_wrong_and_does_not_look():
    pair = GaussianMixture.symmetric_pair(3.0, 5)
    x, y = draw(pair, Stream(1), 3000, 2)
    rule = coin(x, y, stream=Stream(9))
    error = rule_error(rule, pair)
    assert abs(error.mean() - 0.5) < 4 * error.std() / math.sqrt(3000)
    assert np.array_equal(coin(0 * x, 1 - y, stream=Stream(9)).weights, rule.weights)
    assert np.array_equal(coin(x[:3], y[:3], stream=Stream(9), replicates=range(5, 8)).weights, rule.weights[5:8])


@pytest.mark.parametrize(
    "name", ["plug_in", "nearest_mean", "logistic", "pca", "self_training", "robust_self_training"]
)
def test_rotations_change_no_error(name):
    pair = GaussianMixture.symmetric_pair(1.0, 5)
    first, second = twin_errors(name, pair, m=8, replicates=30, unlabelled=20, matrix=random_rotation(5))
    assert np.max(np.abs(first - second)) < 1e-7
    assert np.ptp(first) > 0.01


def test_rotations_do_change_naive_bayes():
    first, second = twin_errors(
        "naive_bayes", GaussianMixture.symmetric_pair(1.0, 5), m=8, replicates=30, matrix=random_rotation(5)
    )
    assert np.max(np.abs(first - second)) > 0.01


@pytest.mark.parametrize("name", ["naive_bayes", "plug_in", "nearest_mean", "pca", "self_training"])
def test_rescaling_changes_no_error(name):
    pair = GaussianMixture.symmetric_pair(1.0, 4)
    scale = 1000.0 * np.eye(4)
    first, second = twin_errors(name, pair, m=8, replicates=30, unlabelled=20, matrix=scale)
    assert np.max(np.abs(first - second)) < 1e-9


def test_naive_bayes_has_no_units_and_logistic_regression_has():
    pair = GaussianMixture.symmetric_pair(1.0, 4)
    units = np.diag([1.0, 10.0, 0.1, 3.0])
    unsmoothed = Learner("unsmoothed", lambda features, labels: naive_bayes(features, labels, smoothing=0.0))
    first, second = twin_errors(unsmoothed, pair, m=8, replicates=30, matrix=units)
    assert np.max(np.abs(first - second)) < 1e-9
    first, second = twin_errors("logistic", pair, m=8, replicates=30, matrix=units)
    assert np.max(np.abs(first - second)) > 1e-3


@pytest.mark.parametrize("name", [name for name in LEARNERS if name not in ("coin", "per_class_naive_bayes")])
def test_swapped_labels_change_no_error(name):
    mixture = GaussianMixture.symmetric_pair(1.0, 4)
    if name in ("naive_bayes", "logistic", "nearest_mean"):
        mixture = GaussianMixture([[0.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [2.0, 1.0]], [0.3, 0.7], "diag")
    first, second = twin_errors(name, mixture, m=8, replicates=30, unlabelled=20, order=[1, 0])
    assert np.max(np.abs(first - second)) < 1e-7


def test_rules_check_shapes_and_learners_are_checked():
    with pytest.raises(ValueError, match="a rule needs"):
        Rule(np.zeros(3), np.zeros(()))
    with pytest.raises(ValueError, match="curvature"):
        Rule(np.zeros((1, 3)), np.zeros(1), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="2 classes only"):
        Rule(np.zeros((1, 3, 2)), np.zeros((1, 3))).difference()
    with pytest.raises(ValueError, match="returns a Rule or a pair"):
        as_rule(np.zeros((1, 3)), 1, 3, 2)
    with pytest.raises(ValueError, match="must return 2 rules on 3 features and 2 classes, got 1 on 3 and 2"):
        as_rule((np.zeros((1, 3)), np.zeros(1)), 2, 3, 2)
    with pytest.raises(ValueError, match="one of naive_bayes"):
        chosen("svm")
    with pytest.raises(ValueError, match="different names"):
        chosen(["coin", "coin"])
    with pytest.raises(ValueError, match="different names"):
        chosen([])
    assert [one.name for one in chosen({"mine": plug_in})] == ["mine"]


def test_mistakes_do_not_depend_on_the_memory_given():
    x, y = draw(THREE, Stream(1), 7, 20)
    rule = naive_bayes(x, y, classes=3)
    points, labels = draw(THREE, Stream(2), 1, 100)
    whole = rule.mistakes(points[0], labels[0])
    assert np.array_equal(rule.mistakes(points[0], labels[0], memory=1), whole)
    assert np.array_equal(whole, np.sum(rule.predict(points[0]) != labels[0], axis=-1))


def _spoiled(value):
    x = np.random.default_rng(1).normal(size=(2, 6, 3))
    x[1, 2, 0] = value
    return x


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "coin"])
@pytest.mark.parametrize(
    ("features", "labels"),
    [
        (np.ones((2, 6, 3), dtype=int), np.zeros((2, 6), dtype=int)),
        ([[[1.0]]], [[0]]),
        (np.ones((2, 6, 0)), np.zeros((2, 6), dtype=int)),
        (np.ones((2, 0, 3)), np.zeros((2, 0), dtype=int)),
        (np.ones((2, 6, 3)), np.zeros((2, 6))),
        (np.ones((2, 6, 3)), np.zeros((2, 6), dtype=bool)),
        (np.ones((2, 6, 3)), np.full((2, 6), -1)),
        (_spoiled(math.nan), np.zeros((2, 6), dtype=int)),
        (_spoiled(math.inf), np.zeros((2, 6), dtype=int)),
    ],
    ids=["integers", "lists", "no features", "no points", "floating labels", "bool", "negative", "nan", "inf"],
)
def test_samples_that_are_none_are_refused_with_one_clear_error(name, features, labels):
    fit = LEARNERS[name].fit
    more = {"unlabelled": np.ones((2, 4, 3))} if LEARNERS[name].uses_unlabelled else {}
    with pytest.raises((ValueError, ArithmeticError), match=r"features|labels"):
        fit(features, labels, **more)


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "coin"])
def test_unsigned_labels_and_single_precision_and_no_replicates(name):
    x, y = draw(PAIR, Stream(3), 4, 9)
    fit = LEARNERS[name].fit

    def rule(features, labels):
        return fit(features, labels, **({"unlabelled": features} if LEARNERS[name].uses_unlabelled else {}))

    plain = rule(x, y)
    assert np.array_equal(rule(x, y.astype(np.uint8)).weights, plain.weights)
    single = rule(x.astype(np.float32), y)
    assert single.weights.dtype == np.float32
    assert np.allclose(single.weights, plain.weights, rtol=2e-3, atol=2e-3)
    assert rule(x[:0], y[:0]).replicates == 0


@pytest.mark.parametrize("name", ["pca", "self_training", "robust_self_training"])
@pytest.mark.parametrize("n", [2, 5])
def test_unlabelled_points_that_are_not_finite_are_refused(name, n):
    x, y = draw(PAIR, Stream(3), 4, 9)
    points = np.ones((4, n, 3))
    points[0, 0, 0] = math.nan
    with pytest.raises((ValueError, ArithmeticError), match="finite"):
        LEARNERS[name].fit(x, y, unlabelled=points)


def test_unlabelled_points_are_an_array():
    x, y = draw(PAIR, Stream(3), 4, 9)
    with pytest.raises(ValueError, match="are needed, got list"):
        pca(x, y, unlabelled=[[[1.0]]])


def test_labels_outside_the_classes_are_not_passed_over():
    rule = Rule(np.asarray([[1.0, 0.0]]), np.asarray([0.0]))
    with pytest.raises(ValueError, match=r"labels must be in 0, \.\.\., 1"):
        rule.mistakes(np.zeros((3, 2)), np.asarray([0, 1, 2]))
    assert rule.rows(0, 0).mistakes(np.zeros((3, 2)), np.asarray([0, 1, 1])).shape == (0,)


def test_a_prior_that_leaves_no_class_is_refused():
    kept = statistics(np.asarray([[[0.0], [1.0]]]), np.asarray([[0, 0]]))
    with pytest.raises(ValueError, match="positive for some class"):
        pooled(kept, prior=[0.0, 1.0])


def test_rules_are_arrays():
    with pytest.raises(ValueError, match="weights and bias as arrays, got list and list"):
        as_rule(([[1.0]], [0.0]), 1, 1, 2)
