import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from experiments.gaussian_mixture.errors import (
    NotClosed,
    adversarial_error,
    bayes_error,
    linear_rule_error,
    mixture_bayes_error,
    rule_error,
    shifted,
)
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.rules import Rule
from experiments.gaussian_mixture.sampling import draw, estimated_bayes_error, estimated_error
from experiments.streams import Stream


def test_bayes_error_of_the_pair_is_the_tail_at_the_separation():
    assert bayes_error(1.3) == pytest.approx(norm.sf(1.3), rel=1e-14)
    assert np.allclose(bayes_error(np.asarray([0.0, 1.0, 9.0])), norm.sf([0.0, 1.0, 9.0]), rtol=1e-13)
    assert mixture_bayes_error(GaussianMixture.symmetric_pair(1.3, 7)) == pytest.approx(norm.sf(1.3), rel=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_any_prior_and_any_common_covariance_against_quadrature(seed):
    rng = np.random.default_rng(seed)
    half = rng.standard_normal((3, 3))
    sigma, means = half @ half.T + 0.1 * np.eye(3), rng.standard_normal((2, 3))
    p = float(rng.uniform(0.02, 0.98))
    mixture = GaussianMixture(means, sigma, [1 - p, p])
    difference = means[1] - means[0]
    D = math.sqrt(difference @ np.linalg.solve(sigma, difference))
    cut = D / 2 - math.log(p / (1 - p)) / D
    exact = quad(lambda z: min((1 - p) * norm.pdf(z), p * norm.pdf(z - D)), -12, D + 12, points=[cut], epsabs=1e-13)[0]
    assert mixture_bayes_error(mixture) == pytest.approx(exact, rel=1e-8)
    # No linear rule does better, and the Bayes rule does as well.
    w = np.linalg.solve(sigma, difference)
    b = -w @ means.sum(axis=0) / 2 + math.log(p / (1 - p))
    assert float(linear_rule_error(w, np.asarray(b), mixture)) == pytest.approx(exact, rel=1e-8)
    others = linear_rule_error(w + 0.3 * rng.standard_normal((50, 3)), b + 0.3 * rng.standard_normal(50), mixture)
    assert np.all(others >= exact)


def test_classes_on_a_line_with_weights_and_gaps_against_quadrature():
    positions, weights, s = np.asarray([2.0, -1.0, 0.2, 5.0]), np.asarray([0.4, 0.3, 0.05, 0.25]), 0.8
    direction = np.asarray([3.0, 4.0]) / 5
    mixture = GaussianMixture(s * positions[:, None] * direction, np.ones(2), weights, "tied_diag")
    edges = np.linspace(-14, 14, 2_000_001)
    top = np.max([w * norm.pdf(edges - s * c) for c, w in zip(positions, weights, strict=True)], axis=0)
    assert mixture_bayes_error(mixture) == pytest.approx(1 - np.trapezoid(top, edges), abs=1e-9)
    assert mixture_bayes_error(mixture.transformed([[1.0, 2.0], [-3.0, 0.5]])) == pytest.approx(
        mixture_bayes_error(mixture), rel=1e-10
    )


def test_equal_weights_on_a_line_agree_with_the_sum_of_gaps():
    c = np.asarray([-1.0, 1.0, 2.0, 4.0, 8.0])
    n = 6
    variances = np.asarray([float(n)] * 3 + [1.0] * 3)
    mixture = GaussianMixture(c[:, None] * np.ones(n), variances)
    assert mixture_bayes_error(mixture) == pytest.approx(bayes_error(math.sqrt((n + 1) / 2), c), rel=1e-12)
    twice = GaussianMixture([[0.0], [2.0], [2.0]], [1.0])
    assert mixture_bayes_error(twice) == pytest.approx(2 / 3 * (norm.sf(1.0) + 0.5), rel=1e-12)


def test_what_is_not_closed_says_so_and_is_estimated():
    triangle = GaussianMixture([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]], [1.0, 1.0])
    for mixture in (triangle, GaussianMixture([[0.0], [1.0]], [[1.0], [2.0]])):
        with pytest.raises(NotClosed, match="estimated_bayes_error"):
            mixture_bayes_error(mixture)
    with pytest.raises(NotClosed, match="3 classes"):
        linear_rule_error(np.ones(2), np.asarray(0.0), triangle)
    with pytest.raises(NotClosed, match="squares"):
        rule_error(Rule(np.ones((1, 1)), np.zeros(1), np.ones((1, 1))), GaussianMixture([[0.0], [1.0]], [1.0]))
    mean, error = estimated_bayes_error(GaussianMixture([[0.0], [1.0]], [[1.0], [4.0]], [0.3, 0.7]), Stream(5))
    exact = quad(lambda x: min(0.3 * norm.pdf(x), 0.7 * norm.pdf(x, 1, 2)), -20, 20, limit=400)[0]
    assert abs(mean - exact) < 4 * error < 0.01


def test_singular_covariances():
    apart = GaussianMixture([[0.0, 0.0], [0.0, 1.0]], np.diag([1.0, 0.0]), covariance_type="tied")
    along = GaussianMixture([[0.0, 0.0], [2.0, 0.0]], np.diag([1.0, 0.0]), covariance_type="tied")
    assert mixture_bayes_error(apart) == 0.0
    assert mixture_bayes_error(along) == pytest.approx(norm.sf(1.0))
    assert linear_rule_error([[0.0, 1.0], [0.0, -1.0]], [-0.5, 0.5], apart).tolist() == [0.0, 1.0]
    assert mixture_bayes_error(along.transformed([[3.0, 4.0], [-4.0, 3.0]])) == pytest.approx(norm.sf(1.0))
    with pytest.raises(ValueError, match="singular"):
        estimated_bayes_error(along, Stream(1), 10)


@pytest.mark.parametrize("kind", ["tied_diag", "diag", "tied", "full"])
@pytest.mark.parametrize("radius", [0.0, 0.4])
def test_linear_rules_against_fresh_points(kind, radius):
    rng = np.random.default_rng(3)
    shape = {"tied_diag": (3,), "diag": (2, 3), "tied": (3, 3), "full": (2, 3, 3)}[kind]
    root = rng.standard_normal(shape)
    covariances = root**2 if "diag" in kind else root @ np.swapaxes(root, -1, -2)
    mixture = GaussianMixture(rng.standard_normal((2, 3)), covariances, [0.3, 0.7], kind)
    w, b = rng.standard_normal((5, 3)), rng.standard_normal(5)
    m = 40_000
    x, y = draw(mixture, Stream.named(1, kind), 1, m)
    margin = (2 * y[0] - 1) * (w @ x[0].T + b[:, None]) - radius * np.linalg.norm(w, axis=1)[:, None]
    found = np.mean(margin < 0, axis=1)
    exact = adversarial_error(w, b, mixture, radius)
    assert np.all(np.abs(found - exact) < 4.5 * np.sqrt(exact * (1 - exact) / m + 1e-12))
    if not radius:
        mean, error = estimated_error(Rule(w, b), mixture, Stream.named(1, kind), m)
        assert np.all(mean == found)
        assert np.all(error < 0.003)


def test_constant_rules_and_infinite_intercepts():
    mixture = GaussianMixture([[0.0], [1.0]], [1.0], [0.25, 0.75])
    found = linear_rule_error([[0.0]] * 5, [1.0, -1.0, 0.0, math.inf, -math.inf], mixture)
    assert found.tolist() == [0.25, 0.75, 0.75, 0.25, 0.75]  # a score of 0 is class 0
    assert np.isnan(linear_rule_error([[math.nan]], [0.0], mixture)[0])


def test_an_adversary_takes_the_radius_off_the_separation():
    pair = GaussianMixture.symmetric_pair(2.0, 4)
    best = pair.means[1]
    assert float(adversarial_error(best, 0.0, pair, 0.7)) == pytest.approx(norm.sf(1.3), rel=1e-12)
    errors = [float(adversarial_error(best, 0.3, pair, r)) for r in (0.0, 0.1, 0.5, 2.0, 9.0)]
    assert errors == sorted(errors)
    for radius in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="radius"):
            adversarial_error(best, 0.0, pair, radius)


def test_shapes_are_checked():
    pair = GaussianMixture.symmetric_pair(2.0, 4)
    with pytest.raises(ValueError, match=r"weights \(\.\.\., 4\)"):
        linear_rule_error(np.ones(3), np.asarray(0.0), pair)
    with pytest.raises(ValueError, match="weights"):
        linear_rule_error(np.ones((2, 4)), np.zeros(3), pair)


def test_shifts_leave_the_bayes_error_of_a_common_shift():
    pair = GaussianMixture.symmetric_pair(1.0, 2)
    assert mixture_bayes_error(shifted(pair, [3.0, -2.0])) == pytest.approx(mixture_bayes_error(pair), rel=1e-13)
    moved = shifted(pair, [[0.0, 0.0], [1.0, 0.0]])
    assert mixture_bayes_error(moved) == pytest.approx(norm.sf(1.5), rel=1e-13)
    with pytest.raises(ValueError, match="shift must have shape"):
        shifted(pair, [1.0])


def test_integer_rules_are_not_rounded_mixtures():
    pair = GaussianMixture([[-0.25, -0.25], [0.25, 0.25]], np.full(2, 0.49), covariance_type="tied_diag")
    wanted = norm.sf(0.5 / (0.7 * math.sqrt(2)))
    for weights, bias in (([[1, 1]], [0]), (np.asarray([[1, 1]]), np.asarray([0])), (np.ones((1, 2)), [0])):
        assert linear_rule_error(weights, bias, pair)[0] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-160, 1e-5, 1e100, 1e160, 1e300])
@pytest.mark.parametrize("radius", [0.0, 0.3])
def test_a_rule_has_no_unit(scale, radius):
    pair = GaussianMixture([[-0.25, 0.5], [0.25, 0.0]], [[1.0, 0.3], [0.3, 0.5]], covariance_type="tied")
    plain = adversarial_error([[1.0, -0.4]], [0.1], pair, radius)
    scaled = adversarial_error(scale * np.asarray([[1.0, -0.4]]), np.asarray([scale * 0.1]), pair, radius)
    assert scaled[0] == pytest.approx(float(plain[0]), rel=1e-12)


def test_an_adversary_beyond_the_margin_is_a_lower_tail():
    pair = GaussianMixture.symmetric_pair(1.0, 2)
    assert float(adversarial_error([1.0, 0.0], 0.0, pair, 3.0)) == pytest.approx(norm.cdf(2.0), rel=1e-14)
    assert float(adversarial_error([1.0, 0.0], 0.0, pair, 39.0)) == pytest.approx(1.0, rel=1e-14)


def test_graded_covariances_are_whitened_to_the_last_scale():
    means = [[0.0, 0.0], [0.0, 1e-9]]
    full = GaussianMixture(means, np.diag([1.0, 1e-16]), covariance_type="tied")
    diagonal = GaussianMixture(means, [1.0, 1e-16], covariance_type="tied_diag")
    assert mixture_bayes_error(full) == pytest.approx(mixture_bayes_error(diagonal), rel=1e-12)
    assert mixture_bayes_error(full) == pytest.approx(norm.sf(0.05), rel=1e-12)
    best = linear_rule_error([[0.0, 1.0]], [-0.5e-9], full)[0]
    assert best == pytest.approx(mixture_bayes_error(full), rel=1e-12)


def test_a_far_class_does_not_widen_the_line():
    near = GaussianMixture([[0.0, 0.0], [1e7, 0.0], [0.0, 0.01]], [1.0, 1.0])
    with pytest.raises(NotClosed, match="not on a line"):
        mixture_bayes_error(near)
    on_it = GaussianMixture([[0.0, 0.0], [3e7, 4e7], [0.006, 0.008]], [1.0, 1.0])
    assert mixture_bayes_error(on_it) == pytest.approx(2 / 3 * norm.sf(0.005), rel=1e-7)


@pytest.mark.parametrize(
    ("weights", "bias"), [("ab", 0.0), ([[1.0, "x"]], [0.0]), (np.asarray([1j, 0]), 0.0), ([1.0, 0.0], "x")]
)
def test_rules_that_are_no_numbers_are_refused(weights, bias):
    with pytest.raises(ValueError, match="must be real numbers"):
        linear_rule_error(weights, bias, GaussianMixture.symmetric_pair(1.0, 2))
