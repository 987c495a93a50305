"""The three families of mixtures: their parameters by hand, their Bayes errors and limits."""

import math

import numpy as np
import pytest

from experiments.gaussian_mixture.dis_vs_gen.designs import design, limit_error
from experiments.gaussian_mixture.dis_vs_gen.training import errors
from experiments.gaussian_mixture.errors import linear_rule_error, mixture_bayes_error
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.streams import Stream
from theory.classification.dis_vs_gen.gaussian_errors import bayes_error, simulated_positions, simulated_separation
from theory.classification.gaussian_tail import normal_tail


@pytest.mark.parametrize(("classes", "n"), [(2, 2), (2, 40), (3, 100), (5, 40), (7, 40)])
def test_the_published_design_has_the_exact_bayes_error_of_its_line(classes, n):
    expected = bayes_error(simulated_positions(classes), simulated_separation(n))
    assert mixture_bayes_error(design("growing", n, classes)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [4, 40, 800])
@pytest.mark.parametrize("regime", ["fixed", "correlated"])
def test_the_bayes_error_stays_at_q2(regime, n):
    assert mixture_bayes_error(design(regime, n)) == pytest.approx(float(normal_tail(2.0)), rel=1e-9)


def test_the_correlated_design_by_hand():
    mixture = design("correlated", 4)
    assert mixture.means.tolist() == [[-1.6, 0, 0, 0], [1.6, 0, 0, 0]]
    expected = [[1.0, 0.6, 0, 0], [0.6, 1.0, 0, 0], [0, 0, 4.0, 0], [0, 0, 0, 4.0]]
    assert np.allclose(mixture.covariance(0), expected)


@pytest.mark.parametrize("n", [4, 40, 400])
def test_naive_bayes_tends_to_q_of_eight_fifths_where_features_are_correlated(n):
    mixture = design("correlated", n)
    assert limit_error("naive_bayes", mixture) == pytest.approx(float(normal_tail(1.6)), rel=1e-9)
    assert limit_error("logistic", mixture) == pytest.approx(float(normal_tail(2.0)), rel=1e-9)
    best = np.linalg.solve(mixture.covariance(0), mixture.means[1])
    assert float(linear_rule_error(best, np.asarray(0.0), mixture)) == pytest.approx(float(normal_tail(2.0)), rel=1e-9)


def test_both_learners_have_one_limit_where_features_are_independent():
    for regime in ("growing", "fixed"):
        mixture = design(regime, 20, 3)
        assert limit_error("naive_bayes", mixture) == limit_error("logistic", mixture) == mixture_bayes_error(mixture)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shrinking", 4), "regime must be one of growing, fixed, correlated, got 'shrinking'"),
        (("growing", 5), "n must be a positive multiple of 2"),
        (("growing", True), "n must be a positive multiple of 2"),
        (("correlated", 6), "n must be a positive multiple of 4"),
        (("correlated", 8, 3), "the correlated regime has 2 classes, got 3"),
        (("fixed", 0), "n must be a positive multiple of 2"),
        (("fixed", 4, 1), "classes must be a whole number >= 2"),
    ],
)
def test_bad_designs_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        design(*arguments)


def test_limits_of_other_mixtures_are_refused():
    root = np.asarray([[1.0, 0.5], [0.5, 1.0]])
    for learner in ("naive_bayes", "logistic"):
        with pytest.raises(ValueError, match="a common covariance and equal weights"):
            limit_error(learner, GaussianMixture([[0.0], [1.0]], [1.0], weights=[0.25, 0.75]))
        with pytest.raises(ValueError, match="a common covariance and equal weights"):
            limit_error(learner, GaussianMixture([[0.0, 0.0], [1.0, 0.0]], np.stack([root, 2 * root])))
    with pytest.raises(ValueError, match="for 2 classes, got 3"):
        limit_error("naive_bayes", GaussianMixture([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]], root))


def test_the_limits_of_the_correlated_design_by_many_points():
    mixture = design("correlated", 8)
    for learner in ("naive_bayes", "logistic"):
        found = errors(mixture, learner, 40_000, stream=Stream(2), replicates=range(2))
        assert np.abs(found - limit_error(learner, mixture)).max() < 1e-3


def test_limits_of_other_learners_are_refused():
    with pytest.raises(ValueError, match="learner must be naive_bayes or logistic, got 'coin'"):
        limit_error("coin", design("fixed", 4))
    assert math.isfinite(limit_error("logistic", design("fixed", 4)))
