"""Estimates of Q over every visit of random processes: unbiased, their least values, their second moments."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest

from experiments.linear_mdp.mdp import LinearMDP
from theory.online.adversarial_mdp.estimators import (
    least_plain,
    least_reduced,
    plain,
    reduced,
    resampling_draws,
    resampling_eigenvalue,
    sample_draws,
)


def layer(seed, gamma, d=3):
    """Return features, chances of a visit and z for every pair of pairs of one layer."""
    rng = np.random.default_rng(seed)
    mdp = LinearMDP.random(2, 4, 3, d, seed=seed)
    policy = rng.dirichlet(np.full(3, 0.3), (2, 4))
    chances = (mdp.occupancy(policy)[1][:, None] * policy[1]).reshape(-1)
    phi = mdp.features[1].reshape(-1, d)
    S = np.linalg.inv(gamma * np.eye(d) + mdp.covariance(policy)[1])
    return phi, chances, phi @ S @ phi.T, np.einsum("ai,ij,aj->a", phi, S, phi)


@pytest.mark.parametrize("gamma", [0.5, 0.01, 1e-4])
@pytest.mark.parametrize("seed", range(4))
def test_moments_and_least_values_in_a_random_process(seed, gamma):
    rng, h = np.random.default_rng(seed + 100), 3.0
    _, chances, z, norm = layer(seed, gamma)
    loss = h * rng.random(len(chances))  # of what is visited; 0 and h are in the next test
    mean = np.minimum(z, 0) @ chances
    found, simple = reduced(z, loss, h, mean[:, None]), plain(z, loss)
    np.testing.assert_allclose(found @ chances, simple @ chances, atol=1e-9)
    assert (found >= h * mean[:, None] - 1e-9).all()
    assert (h * mean >= least_reduced(h, gamma)).all()
    assert (simple >= least_plain(h, gamma)).all()
    assert (found**2 @ chances <= h**2 * (z**2 @ chances) * (1 + 1e-12)).all()
    assert (z**2 @ chances <= norm * (1 + 1e-12)).all()
    assert norm.max() <= 1 / gamma
    assert chances @ norm <= 3


@pytest.mark.parametrize("gamma", [1e-2, 1e-4, 1e-6])
def test_aligned_features(gamma):
    h, phi = 3.0, np.asarray([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    chances = np.asarray([1 - gamma, gamma / 2, gamma / 2])
    S = np.linalg.inv(gamma * np.eye(2) + phi.T @ (chances[:, None] * phi))
    z = phi @ S @ phi.T
    mean = np.minimum(z, 0) @ chances
    worst = [
        min(plain(z, loss).min() for loss in (0.0, h)),
        min(reduced(z, loss, h, mean[:, None]).min() for loss in (0.0, h)),
    ]
    assert worst == pytest.approx([-h / (2 * gamma), -h / 4])


def test_the_least_reduced_value_is_attained():
    gamma = 0.04
    z = -np.sqrt(gamma) / (2 * gamma)
    assert reduced(float(z), 3.0, 3.0, float(z)) == pytest.approx(least_reduced(3.0, gamma))


@pytest.mark.parametrize("gamma", [0.05, 0.3])
def test_resampling_is_a_geometric_series_with_the_bias_that_is_claimed(gamma):
    values = np.linspace(0, 1, 11)
    for terms in (1, 2, 7, 40):
        series = sum(0.5 * (1 - 0.5 * (values + gamma)) ** n for n in range(terms))
        np.testing.assert_allclose(resampling_eigenvalue(values, gamma, terms), series, rtol=1e-12)
    draws = resampling_draws(gamma, 0.01)
    assert (1 / (values + gamma) - resampling_eigenvalue(values, gamma, draws) <= 0.01).all()
    assert 1 / gamma - resampling_eigenvalue(0.0, gamma, draws // 2) > 0.01


def test_resampled_matrices_are_unbiased_over_every_sequence():
    rng, gamma = np.random.default_rng(5), 0.2
    phi, chances = rng.dirichlet(np.ones(2), 3), np.asarray([0.5, 0.3, 0.2])
    factors = [np.eye(2) - 0.5 * (gamma * np.eye(2) + np.outer(f, f)) for f in phi]
    found = np.zeros((2, 2))
    for i in range(3):
        for j in range(3):
            found += chances[i] * chances[j] * 0.5 * (np.eye(2) + factors[i] + factors[i] @ factors[j])
    values, vectors = np.linalg.eigh((chances[:, None] * phi).T @ phi)
    expected = vectors @ np.diag(resampling_eigenvalue(values, gamma, 3)) @ vectors.T
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_sampled_covariances_stay_within_a_half():
    rng, gamma, d = np.random.default_rng(2), 0.05, 3
    phi, chances = rng.dirichlet(np.full(d, 0.2), 8), rng.dirichlet(np.ones(8))
    exact = gamma * np.eye(d) + (chances[:, None] * phi).T @ phi
    M, outside = sample_draws(d, gamma, 0.05), 0
    assert pytest.approx(9.25 * 21 * np.log(120), abs=1) == M
    for _ in range(200):
        weights = rng.multinomial(M, chances) / M
        found = np.linalg.eigvals(np.linalg.solve(exact, gamma * np.eye(d) + (weights[:, None] * phi).T @ phi)).real
        outside += found.min() < 0.5 or found.max() > 1.5
    assert outside <= 10


def test_other_libraries_serve():
    z = array_api_strict.asarray([-2.0, 1.0])
    found = reduced(z, 1.0, 2.0, -0.5)
    assert [float(v) for v in found] == [1.0, 0.0]
    assert float(least_reduced(array_api_strict.asarray(1.0), 0.25)) == -1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reduced(1.0, 4.0, 3.0, 0.0), "loss must be from 0 to h"),
        (lambda: reduced(1.0, -0.5, 3.0, 0.0), "loss must be from 0 to h"),
        (lambda: reduced(np.nan, 1.0, 3.0, 0.0), "z must be finite"),
        (lambda: plain(np.inf, 1.0), "z must be finite"),
        (lambda: plain(1.0, -1.0), "loss must be nonnegative"),
        (lambda: sample_draws(2, "x", 0.1), "gamma must be positive"),
        (lambda: resampling_draws(0.1, None), "bias must be positive"),
        (lambda: reduced(1.0, 1.0, 3.0, 0.5), "mean_negative must be at most 0"),
        (lambda: reduced(1.0, 1.0, 0.0, 0.0), "h must be positive"),
        (lambda: least_reduced(1.0, 0.0), "gamma must be positive"),
        (lambda: resampling_eigenvalue(2.0, 0.1, 3), "eigenvalue must be from 0 to 1"),
        (lambda: resampling_eigenvalue(1.0, 2.0, 3), "gamma must be at most"),
        (lambda: resampling_eigenvalue(1.0, 0.1, 0), "terms must be a whole number"),
        (lambda: resampling_draws(0.0, 0.1), "gamma must be positive"),
        (lambda: resampling_draws(2.0, 0.1), "gamma must be at most"),
        (lambda: resampling_draws(0.5, 0.1, rate=1.01), "gamma must be at most"),
        (lambda: sample_draws(0, 0.1, 0.1), "d must be a whole number"),
        (lambda: sample_draws(2, 0.1, 1.0), "failure must be below 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
