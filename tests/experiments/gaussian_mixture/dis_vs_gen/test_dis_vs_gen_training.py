"""Learning with every class present: laws, exactness of the reduced fit, independence of chunking, other backends."""

from collections import Counter
from math import comb

import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.gaussian_mixture.dis_vs_gen import training
from experiments.gaussian_mixture.dis_vs_gen.designs import design
from experiments.gaussian_mixture.dis_vs_gen.training import (
    errors,
    frequencies_of_error,
    labels_of_all_classes,
    learn,
    logistic_in_span,
    sampled_points,
)
from experiments.gaussian_mixture.errors import mixture_bayes_error
from experiments.gaussian_mixture.logistic import fit_logistic
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import naive_bayes
from experiments.gaussian_mixture.rules import Rule
from experiments.streams import Stream

STREAM = Stream(5)


def found(regime, n, learner, m, replicates=range(300), classes=2, **more):
    return errors(design(regime, n, classes), learner, m, stream=STREAM, replicates=replicates, **more)


@pytest.mark.parametrize("classes", [2, 3])
def test_labels_have_the_law_given_that_all_classes_are_there(classes):
    labels = labels_of_all_classes(classes, 4, stream=STREAM, replicates=range(20_000))
    seen = Counter(map(tuple, labels.tolist()))
    surjections = sum((-1) ** k * comb(classes, k) * (classes - k) ** 4 for k in range(classes))
    assert len(seen) == surjections
    expected = 20_000 / surjections
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < surjections + 6 * surjections**0.5


def test_counts_of_two_classes_have_the_same_law_as_labels():
    counts = training._pair_counts(STREAM, range(40_000), 5, backend("numpy"))
    assert counts.sum(axis=1).tolist() == [5.0] * 40_000
    shares = np.bincount(counts[:, 1].astype(int), minlength=6) / 40_000
    exact = np.asarray([0, 5, 10, 10, 5, 0]) / 30
    assert np.abs(shares - exact).max() < 5 * np.sqrt(1 / 3 * 2 / 3 / 40_000)


def test_the_largest_and_smallest_uniforms_give_a_point_to_each_class():
    class Ends(Stream):
        def uniform(self, *arguments, **named):
            return np.asarray([2.0**-53, 1 - 2.0**-53])

    for m in (2, 3, 60, 2000):
        counts = training._pair_counts(Ends(1), range(2), m, backend("numpy"))
        assert counts.min() >= 1, m
        assert counts.max() <= m - 1, m


@pytest.mark.parametrize("m", [4, 12])
@pytest.mark.parametrize("classes", [2, 3])
def test_drawn_statistics_have_the_law_of_those_of_points(classes, m):
    mixture = design("growing", 10, classes)
    if classes == 2:
        drawn = found("growing", 10, "naive_bayes", m, range(4000))
    else:
        drawn = found("growing", 10, "naive_bayes", m, range(2000), classes)
    rows = range(len(drawn))
    features, labels = sampled_points(mixture, m, stream=Stream(6), replicates=rows)
    rule = naive_bayes(features, labels, classes=classes)
    fitted = (
        training.rule_error(rule, mixture)
        if classes == 2
        else frequencies_of_error(rule, mixture, stream=Stream(7), replicates=rows)
    )
    spread = np.hypot(drawn.std(), fitted.std()) / np.sqrt(len(drawn))
    assert abs(drawn.mean() - fitted.mean()) < 4 * spread


@pytest.mark.parametrize("classes", [2, 3])
def test_the_fit_in_the_span_is_the_whole_fit(classes):
    features, labels = sampled_points(design("growing", 20, classes), 9, stream=STREAM, replicates=range(6))
    reduced = logistic_in_span(features, labels, classes=classes)
    whole = fit_logistic(features, labels, classes=classes).rule
    assert np.allclose(reduced.weights, whole.weights, atol=1e-7)
    assert np.allclose(reduced.bias, whole.bias, atol=1e-7)


@pytest.mark.parametrize("m", [9, 40])
def test_the_fit_in_the_span_is_a_stationary_point_of_the_whole_objective(m):
    features, labels = sampled_points(design("growing", 20), m, stream=STREAM, replicates=range(4))
    rule = logistic_in_span(features, labels)
    scores = np.einsum("rmn,rn->rm", features, rule.weights) + rule.bias[:, None]
    missed = labels - 1 / (1 + np.exp(-scores))  # minus the derivatives of the losses by the scores
    assert np.abs(missed.sum(axis=1)).max() < 1e-7  # the intercept is not penalised
    assert np.allclose(rule.weights, np.einsum("rm,rmn->rn", missed, features), atol=1e-6)  # the weights are, C = 1


@pytest.mark.parametrize("m", [3, 40])
def test_fits_that_do_not_converge_are_no_rules(m):
    features, labels = sampled_points(design("growing", 20), m, stream=STREAM, replicates=range(4))
    features[1, 0, 0] = np.nan
    with pytest.raises(ArithmeticError, match="did not converge"):
        logistic_in_span(features, labels)


def test_errors_that_are_no_probabilities_are_refused(monkeypatch):
    monkeypatch.setattr(training, "rule_error", lambda rule, mixture: rule.bias * np.nan)
    with pytest.raises(ArithmeticError, match="no probability"):
        found("fixed", 4, "naive_bayes", 4, range(2))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("learner", ["naive_bayes", "logistic", "coin"])
def test_streams_of_one_seed_and_two_numbers_have_no_numbers_in_common(learner, classes):
    mixture = design("growing", 8, classes)
    one, two = (errors(mixture, learner, 12, stream=Stream(5, k), replicates=range(30)) for k in (0, 1))
    assert np.abs(one - two).min() > 0 if classes == 2 else np.mean(one == two) < 0.5
    first, second = (training._beside(Stream(5, k), "test").bits(3, 9) for k in (0, 1))
    assert not np.any(first == second)


def test_labels_are_drawn_again_from_a_stream_of_their_own():
    one, two = (labels_of_all_classes(3, 3, stream=Stream(5, k), replicates=range(400)) for k in (0, 1))
    assert 0.1 < np.mean(np.all(one == two, axis=1)) < 0.25  # of six permutations one


def test_test_points_have_a_stream_of_their_own(monkeypatch):
    seen = []

    def spy(rule, mixture, *, stream, replicates):
        seen.append(stream)
        return rule.bias[:, 0] * 0.0

    monkeypatch.setattr(training, "frequencies_of_error", spy)
    found("growing", 8, "logistic", 12, range(2), 3)
    assert seen == [training._beside(STREAM, "test")]
    assert STREAM not in seen


def test_no_replicates_give_no_errors():
    assert found("fixed", 4, "naive_bayes", 4, range(0)).shape == (0,)


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_frequencies_of_error_agree_with_test_points_of_three_classes(covariance):
    mixture = design("growing", 6, 3)
    if covariance == "full":
        root = np.random.default_rng(1).normal(size=(6, 6))
        mixture = GaussianMixture(mixture.means, root @ root.T + np.eye(6), covariance_type="tied")
    features, labels = sampled_points(mixture, 12, stream=STREAM, replicates=range(4))
    rule = naive_bayes(features, labels, classes=3)
    tested = frequencies_of_error(rule, mixture, stream=STREAM, replicates=range(4), points=20_000)
    points, truth = sampled_points(mixture, 60_000, stream=Stream(8), replicates=range(1))
    chosen = np.argmax(points @ rule.weights.transpose(0, 2, 1) + rule.bias[:, None, :], axis=-1)
    assert np.abs((chosen != truth).mean(axis=1) - tested).max() < 5 * np.sqrt(2 * 0.25 / 60_000)
    assert tested.max() > 0.01


@pytest.mark.parametrize("learner", ["naive_bayes", "logistic", "coin"])
@pytest.mark.parametrize("classes", [2, 3])
def test_numbers_do_not_depend_on_other_replicates(learner, classes, monkeypatch):
    whole = found("growing", 8, learner, 12, range(9), classes)
    monkeypatch.setattr(training, "MEMORY", 1)
    assert np.array_equal(found("growing", 8, learner, 12, range(4, 9), classes), whole[4:])


@pytest.mark.parametrize("learner", ["naive_bayes", "logistic", "coin"])
def test_other_backends_learn_the_same(learner):
    pytest.importorskip("array_api_strict")
    for regime, classes in (("growing", 2), ("growing", 3), ("correlated", 2)):
        here = found(regime, 8, learner, 12, range(5), classes)
        there = found(regime, 8, learner, 12, range(5), classes, backend=backend("strict:device1"))
        assert np.allclose(here, there, atol=1e-9)


def test_frequencies_of_error_agree_with_exact_errors_of_two_classes():
    mixture = design("correlated", 8)
    rule = learn(mixture, "naive_bayes", 20, stream=STREAM, replicates=range(3))
    scores = Rule(np.stack([-rule.weights, rule.weights], axis=1) / 2, np.stack([-rule.bias, rule.bias], axis=1) / 2)
    exact = to_numpy(training.rule_error(rule, mixture))
    tested = frequencies_of_error(scores, mixture, stream=STREAM, replicates=range(3), points=40_000)
    assert np.abs(tested - exact).max() < 5 * np.sqrt(0.25 / 40_000)


def test_errors_are_at_least_bayes_and_decrease():
    for regime in ("growing", "fixed", "correlated"):
        bayes = mixture_bayes_error(design(regime, 20))
        for learner in ("naive_bayes", "logistic"):
            few, many = (found(regime, 20, learner, m, range(40)) for m in (8, 300))
            assert min(few.min(), many.min()) >= bayes - 1e-12
            assert many.mean() < few.mean() < 0.5
    assert abs(found("fixed", 20, "coin", 8, range(2000)).mean() - 0.5) < 0.03


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="learner must be one of naive_bayes, logistic, coin, got 'tree'"):
        found("fixed", 4, "tree", 4)
    with pytest.raises(ValueError, match="m must be a whole number of at least 3, one a class, got 2"):
        found("fixed", 4, "naive_bayes", 2, classes=3)
    uneven = GaussianMixture([[0.0], [1.0]], [1.0], weights=[0.25, 0.75])
    with pytest.raises(ValueError, match="a common covariance and equal weights"):
        errors(uneven, "logistic", 4, stream=STREAM, replicates=range(2))
    with pytest.raises(ValueError, match="a common covariance and equal weights"):
        sampled_points(uneven, 4, stream=STREAM, replicates=range(2))
    pair, three = design("fixed", 4), design("fixed", 4, 3)
    rule = learn(pair, "naive_bayes", 5, stream=STREAM, replicates=range(2))
    with pytest.raises(ValueError, match="linear scores of shape"):
        frequencies_of_error(rule, pair, stream=STREAM, replicates=range(2))
    scores = learn(three, "naive_bayes", 5, stream=STREAM, replicates=range(2))
    with pytest.raises(ValueError, match="points must be a whole number >= 1, got 0"):
        frequencies_of_error(scores, three, stream=STREAM, replicates=range(2), points=0)
    with pytest.raises(ValueError, match=r"features \(R, m, d\) and labels"):
        logistic_in_span(np.zeros((2, 3)), np.zeros(2, dtype=int))
    with pytest.raises(ValueError, match="replicates must be a range of rows, got 3"):
        found("fixed", 4, "naive_bayes", 4, 3)
    with pytest.raises(ValueError, match="at least the number of classes, 3, got 2"):
        labels_of_all_classes(3, 2, stream=STREAM, replicates=range(2))
