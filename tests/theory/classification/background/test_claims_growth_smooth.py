import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.background import claims_growth_smooth as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("t", [0.001, 0.02, 0.07])
def test_bracket_holds_a_loss_without_third_derivative(t):
    """Phi(u) = -u + u^2 (1 + |u|^(1/2))/2 near 0: relative error |u|^(1/2), at most eps up to u_0 = eps^2."""
    eps = 0.75
    u0 = eps**2
    assert 2 * t / (1 - eps) <= u0
    u = np.linspace(0, u0, 200001)
    saving = np.max(t * u - u**2 * (1 + u**0.5) / 2)
    assert t**2 / (2 * (1 + eps)) <= saving <= t**2 / (2 * (1 - eps))
