import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.ensloss import claims_ensloss_log_hinge as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("eta", [0.5, 0.6, 0.9, 0.99])
def test_least_risk_by_direct_minimisation(eta):
    score = np.linspace(-3, 150, 1_530_001)
    loss = {
        sign: np.where(sign * score <= 1, 1 - sign * score, -np.log(np.maximum(sign * score, 1))) for sign in (1, -1)
    }
    risk = eta * loss[1] + (1 - eta) * loss[-1]
    odds = eta / (1 - eta)
    assert risk.min() == pytest.approx(1 - eta * np.log(odds), abs=1e-7)
    assert risk[score <= 0].min() == pytest.approx(1)
    if eta > 0.5:
        assert score[risk.argmin()] == pytest.approx(odds, abs=0.01)


def test_expression_is_the_loss_of_the_paper():
    z = sympy.Rational(7, 2)
    assert module.log_hinge(z) == -sympy.log(z)
    assert module.log_hinge(-z) == 1 + z
