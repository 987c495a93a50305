import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from experiments.gaussian_mixture.errors import bayes_error, rule_error, shifted
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.plug_in import plug_in
from experiments.gaussian_mixture.sampling import draw
from experiments.gaussian_mixture.self_training import _Robust, _shape, fit_robust, robust_self_training, self_training
from experiments.streams import Stream
from theory.mixtures.robust import robust_hinge
from theory.mixtures.self_training import error_at_angle, self_training_path


def sample(s=1.0, d=4, m=5, n=60, R=6):
    pair = GaussianMixture.symmetric_pair(s, d)
    return (*draw(pair, Stream(1), R, m), draw(pair, Stream(2), R, n)[0])


def test_no_round_is_the_plug_in_rule_and_labelled_points_may_join():
    x, y, u = sample()
    assert np.array_equal(self_training(x, y, unlabelled=u, rounds=0).weights, plug_in(x, y).weights)
    both = self_training(x, y, unlabelled=u, with_labelled=True).weights
    expected = (5 * plug_in(x, y).weights + 60 * self_training(x, y, unlabelled=u).weights) / 65
    assert np.allclose(both, expected)
    with pytest.raises(ValueError, match="rounds"):
        self_training(x, y, unlabelled=u, rounds=-1)
    with pytest.raises(ValueError, match="got none"):
        self_training(x, y, unlabelled=None)


@pytest.mark.parametrize("rounds", [1, 3])
def test_rounds_follow_the_population_map_on_many_points(rounds):
    s, angle = 1.2, 0.9
    pair = GaussianMixture.symmetric_pair(s, 2)
    x, y = np.asarray([[[math.cos(angle), math.sin(angle)]]]), np.asarray([[1]])
    n = 400_000
    u = draw(pair, Stream(3), 1, n)[0]
    rule = self_training(x, y, unlabelled=u, rounds=rounds)
    found = math.atan2(rule.weights[0, 1], rule.weights[0, 0])
    expected = float(np.asarray(self_training_path(angle, s, rounds)).ravel()[-1])
    assert abs(found - expected) < 4.5 * math.sqrt((1 + s * s) / n)
    assert float(rule_error(rule, pair)[0]) == pytest.approx(error_at_angle(abs(found), s), rel=1e-9)


def test_rounds_approach_the_bayes_rule_but_a_shift_leaves_a_floor():
    pair = GaussianMixture.symmetric_pair(1.5, 3)
    x, y = draw(pair, Stream(1), 20, 30)
    u = draw(pair, Stream(2), 20, 5000)[0]
    assert np.max(rule_error(self_training(x, y, unlabelled=u, rounds=60), pair)) < bayes_error(1.5) + 0.003
    # From the wrong half-space it approaches the worst rule: the labels' only share is the side.
    assert np.min(rule_error(self_training(x, 1 - y, unlabelled=u, rounds=60), pair)) > 1 - bayes_error(1.5) - 0.003
    away = shifted(pair, [[0.0, -1.5, 0.0], [0.0, 1.5, 0.0]])  # at 45 degrees
    v = draw(away, Stream(2), 20, 5000)[0]
    floor = norm.sf(1.5 / math.sqrt(2))
    found = rule_error(self_training(x, y, unlabelled=v, rounds=60), pair)
    assert np.max(np.abs(found - floor)) < 0.02


def test_the_rounded_objective_stays_near_the_worst_case_hinge():
    x, y, u = sample()
    gamma, weight, ridge = 0.7, 0.5, 0.01
    rule, _ = fit_robust(x, y, unlabelled=u, gamma=gamma, weight=weight, ridge=ridge)
    start = plug_in(x, y).weights
    for r in range(3):
        labelled, doubtful = x[r] * (2 * y[r] - 1)[:, None], u[r] * np.sign(u[r] @ start[r])[:, None]

        def exact(w, labelled=labelled, doubtful=doubtful):
            worst = robust_hinge(doubtful @ w, np.linalg.norm(w), gamma)
            return np.mean(np.maximum(0, 1 - labelled @ w)) + weight * np.mean(worst) + ridge / 2 * w @ w

        options = {"xatol": 1e-9, "fatol": 1e-12, "maxfev": 4000}
        best = min(
            minimize(exact, 1.1 * rule.weights[r] + shift, method="Nelder-Mead", options=options).fun
            for shift in (0, 0.1)
        )
        assert best - 1e-9 <= exact(rule.weights[r]) <= best + 0.02 * math.log(2) * (1 + weight) + 1e-9


@pytest.mark.parametrize("options", [{"loss": "hinge", "gamma": 0.7}, {"loss": "logistic", "radius": 0.4}])
def test_the_minimum_is_that_of_the_objective_written_out(options):
    x, y, u = sample()
    rule, converged = fit_robust(x, y, unlabelled=u, weight=0.5, ridge=0.01, **options)
    assert np.all(converged)
    start = plug_in(x, y).weights
    for r in range(3):
        signed, doubtful = x[r] * (2 * y[r] - 1)[:, None], u[r] * np.sign(u[r] @ start[r])[:, None]

        def objective(w, signed=signed, doubtful=doubtful):
            if options["loss"] == "hinge":
                t, cost = 0.02, w @ w / (4 * options["gamma"])
                values = [t * np.mean(np.logaddexp(0, (1 - a @ w + c) / t)) for a, c in ((signed, 0), (doubtful, cost))]
            else:
                cost = options["radius"] * np.linalg.norm(w)
                values = [np.mean(np.logaddexp(0, -a @ w + c)) for a, c in ((signed, 0), (doubtful, cost))]
            return values[0] + 0.5 * values[1] + 0.005 * w @ w

        best = minimize(
            objective,
            rule.weights[r] + 0.05,
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxfev": 4000},
        )
        assert objective(rule.weights[r]) <= best.fun + 1e-9


def test_no_price_of_moving_means_no_trust_in_unlabelled_points():
    # A small gamma makes |theta| dear: the direction shrinks. A large one is plain hinge training.
    x, y, u = sample()
    norms = [
        np.linalg.norm(robust_self_training(x, y, unlabelled=u, gamma=g).weights, axis=1) for g in (0.01, 1.0, 100.0)
    ]
    assert np.all(norms[0] < norms[1])
    assert np.all(norms[1] < norms[2])
    radii = [
        np.linalg.norm(robust_self_training(x, y, unlabelled=u, loss="logistic", radius=g).weights, axis=1)
        for g in (0.0, 0.5, 5.0)
    ]
    assert np.all(radii[0] > radii[1])
    assert np.all(radii[1] > radii[2])


@pytest.mark.parametrize(
    "options",
    [{"loss": "square"}, {"gamma": 0.0}, {"loss": "logistic", "radius": -1.0}, {"weight": -1.0}, {"rounds": 0}],
)
def test_bad_options_are_refused(options):
    x, y, u = sample()
    with pytest.raises(ValueError, match="needed, got"):
        fit_robust(x, y, unlabelled=u, **options)


@pytest.mark.parametrize("arguments", [("hinge", 0.7, 0.5), ("logistic", 1.0, 0.4)])
def test_derivatives_are_those_of_the_value(arguments):
    x, y, u = sample()
    signed = x * (2 * y - 1)[..., None]
    problem = _Robust(signed, u, _shape(*arguments), weight=0.5, ridge=0.01)
    points = np.random.default_rng(0).standard_normal((6, 4))
    gradient, hessian = problem.derivatives(points)
    for j, step in enumerate(1e-6 * np.eye(4)):
        slope = (problem.value(points + step) - problem.value(points - step)) / 2e-6
        bend = (problem.derivatives(points + step)[0] - problem.derivatives(points - step)[0]) / 2e-6
        assert np.max(np.abs(slope - gradient[:, j])) < 1e-7
        assert np.max(np.abs(bend - hessian[..., j])) < 1e-5


@pytest.mark.parametrize("train", [self_training, robust_self_training])
def test_a_number_of_rounds_is_a_whole_number(train):
    features, labels = draw(GaussianMixture.symmetric_pair(1.0, 2), Stream(1), 1, 4)
    with pytest.raises(ValueError, match="rounds must be a whole number >= 0, got -1"):
        train(features, labels, unlabelled=features, rounds=-1)
