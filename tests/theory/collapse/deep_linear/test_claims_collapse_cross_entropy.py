"""Cross-entropy with one layer: decided as recorded, and no proof goes through for a false neighbour."""

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.collapse.deep_linear import claims_collapse_cross_entropy as module

CLAIMS = claims_of(module)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_random_points_lie_above_the_bound_which_the_simplex_attains():
    """Objectives written out for random factors of any width: the glue between the statements."""
    rng = np.random.default_rng(5)

    def objective(W, H, labels, lW, lH):
        Z = W @ H
        loss = np.mean(np.log(np.sum(np.exp(Z), axis=0)) - Z[labels, np.arange(len(labels))])
        return loss + lW / 2 * np.sum(W**2) + lH / 2 * np.sum(H**2)

    for _ in range(50):
        K, n, width = rng.integers(2, 5), rng.integers(1, 4), rng.integers(1, 6)
        lW, lH = rng.uniform(0.01, 0.3, 2)
        labels, r = np.repeat(np.arange(K), n), np.sqrt(n * lW * lH)
        a = np.log(1 / r - (K - 1)) if K * r < 1 else 0.0
        least = np.log1p((K - 1) * np.exp(-a)) + (K - 1) * r * a
        W, H = rng.normal(size=(K, width)), rng.normal(size=(width, K * n))
        assert objective(W, H, labels, lW, lH) >= least
        simplex = np.eye(K) - 1 / K
        best_W, best_H = np.sqrt(a) * (n * lH / lW) ** 0.25 * simplex, np.sqrt(a) * (lW / (n * lH)) ** 0.25 * simplex
        assert objective(best_W, best_H[:, labels], labels, lW, lH) == pytest.approx(least, rel=1e-12)
