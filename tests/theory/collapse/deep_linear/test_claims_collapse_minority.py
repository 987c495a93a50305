"""Minority collapse: decided as recorded, and no proof goes through for a false neighbour."""

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.collapse.deep_linear import claims_collapse_minority as module

CLAIMS = claims_of(module)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


SIZES, GROUP = np.array([7, 4, 2, 2, 2]), np.array([2, 3, 4])
LABELS = np.repeat(np.arange(5), SIZES)
N, n = len(LABELS), 2


def objective(W, H, bias, lW, lH):
    Z = W @ H + bias[:, None]
    loss = np.mean(np.log(np.sum(np.exp(Z), axis=0)) - Z[LABELS, np.arange(N)])
    return loss + lW / 2 * np.sum(W**2) + lH / 2 * np.sum(H**2)


def collapsed(W, H, bias):
    W, H, bias, mine = W.copy(), H.copy(), bias.copy(), np.isin(LABELS, GROUP)
    W[GROUP], bias[GROUP] = W[GROUP].mean(axis=0), bias[GROUP].mean()
    H[:, mine] = H[:, mine].mean(axis=1, keepdims=True)
    return W, H, bias


def test_averaging_never_raises_the_objective_up_to_the_threshold():
    """Any point, any other classes, with a bias; what is gained is at least what the statement says."""
    rng, mine = np.random.default_rng(6), np.isin(LABELS, GROUP)
    for _ in range(200):
        lW, rho = rng.uniform(0.01, 1.0), rng.uniform(0.1, 1.0)
        lH = n / (N**2 * lW * rho**2)
        point = rng.normal(size=(5, 4)), rng.normal(size=(4, N)) * rng.uniform(0, 2), rng.normal(size=5)
        mean = collapsed(*point)
        spread = lW / 2 * np.sum((point[0] - mean[0]) ** 2) + lH / 2 * np.sum((point[1] - mean[1])[:, mine] ** 2)
        gain = objective(*point, lW, lH) - objective(*mean, lW, lH)
        assert gain >= (1 - rho) * spread - 1e-12


@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
def test_moving_a_pair_lowers_the_objective_beyond_the_threshold(rho):
    """The move of the statement, from a collapsed point with a free direction, changes the objective as it says."""
    rng = np.random.default_rng(7)
    lW = 0.2
    lH = rho**2 * n / (N**2 * lW)
    W, H, bias = collapsed(rng.normal(size=(5, 6)), rng.normal(size=(6, N)), rng.normal(size=5))
    W[:, 5], H[5] = 0.0, 0.0
    before, x = objective(W, H, bias, lW, lH), np.log(2 - rho)
    s, t = np.sqrt(x * np.sqrt(n * lH / lW)), np.sqrt(x * np.sqrt(lW / (n * lH)))
    logits = W @ H[:, -1] + bias
    S = np.sum(np.exp(logits[:2] - logits[4]))
    W[3, 5], W[4, 5], H[5, LABELS == 3], H[5, LABELS == 4] = s, -s, t, -t
    r = 2 - rho
    change = np.log(S + 3 - 2 + r + 1 / r) - np.log(r) - np.log(S + 3) + rho * np.log(r)
    assert objective(W, H, bias, lW, lH) - before == pytest.approx(2 * n / N * change, rel=1e-6)
    assert change <= -((1 - rho) ** 2) / (2 * r)
