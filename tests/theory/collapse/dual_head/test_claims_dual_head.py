"""Dual-head distillation: decided as recorded, no proof for a false neighbour; the model against real gradients."""

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.collapse.dual_head import claims_dual_head as module
from theory.collapse.dual_head.dual_head_expressions import binary_coefficient, cross_entropy_coefficient

CLAIMS = claims_of(module)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize(
    ("student", "pull", "push"),
    [(2.0, -0.548612126874456, -0.15520619864121787), (5.0, -0.03735934712277264, 0.037399376452606825)],
)
def test_gradients_in_head_and_backbone_are_the_coefficients_times_one_vector(student, pull, push):
    """Logits, losses and gradients written out for ten classes; nothing of the module is used but the coefficients."""
    K, teacher = 10, 4.0
    simplex = (np.eye(K) - 1 / K) * np.sqrt(K / (K - 1))  # rows of norm 1
    W = H = simplex * np.sqrt(student)

    def logits(own):
        return own * (np.eye(K) * K - 1) / (K - 1)

    np.testing.assert_allclose(W @ H.T, logits(student), atol=1e-12)
    p = np.exp(logits(student)) / np.sum(np.exp(logits(student)), axis=0)
    soft = p - np.eye(K)
    binary = 1 / (1 + np.exp(-logits(student))) - 1 / (1 + np.exp(-logits(teacher)))
    expected = (
        float(cross_entropy_coefficient(p[0, 0], K)),
        float(binary_coefficient(student, teacher, -student / (K - 1), -teacher / (K - 1))),
    )
    np.testing.assert_allclose(expected, (pull, push), rtol=1e-12)
    stated = module._pull(K, student, -student / (K - 1))[0], module._product(K, student, teacher)
    np.testing.assert_allclose([float(item) for item in stated], (pull, pull * push), rtol=1e-12)
    for gradient, coefficient in zip((soft, binary), expected, strict=True):
        np.testing.assert_allclose(gradient @ H, coefficient * H, atol=1e-12)  # K times the gradient in the head
        np.testing.assert_allclose(W.T @ gradient, coefficient * W.T, atol=1e-12)  # that in the features
