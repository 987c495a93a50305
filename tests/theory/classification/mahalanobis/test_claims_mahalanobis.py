"""Tied Gaussians: posterior, invariance of the score, and the step of the pre-processing."""

from __future__ import annotations

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.mahalanobis import claims_mahalanobis as module
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_8():
    assert len(CLAIMS) == 8


def test_the_witnesses_have_equal_posteriors_and_unlike_scores():
    from theory.classification.mahalanobis.gaussian_discriminant import TiedGaussians, gda_posterior, mahalanobis_score

    x, half = np.linspace(-3, 3, 7)[:, None], np.asarray([0.5, 0.5])
    one = TiedGaussians(np.asarray([[-1.0], [1.0]]), np.asarray([[1.0]]), half)
    two = TiedGaussians(np.asarray([[-2.0], [2.0]]), np.asarray([[2.0]]), half)
    np.testing.assert_allclose(gda_posterior(x, one), gda_posterior(x, two), rtol=1e-13)
    assert mahalanobis_score(x, one)[4] > mahalanobis_score(x, one)[6]  # x = 1 against x = 3
    assert mahalanobis_score(x, two)[4] == pytest.approx(mahalanobis_score(x, two)[6])


def test_the_quadratic_form_is_that_of_the_inverse():
    covariance = np.asarray([[2.0, 0.5], [0.5, 1.0]])
    u = np.asarray([0.3, -1.2])
    value = module._quadratic(tuple(u), (2.0, 0.5, 1.0))
    assert value == pytest.approx(u @ np.linalg.solve(covariance, u))
