import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of
from scipy.optimize import minimize

from theory.classification.z_loss import claims_z_loss_ranking as module
from theory.classification.z_loss.z_loss_values import z_loss, z_loss_gradient, z_scores


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("seed", range(6))
def test_minimisers_found_by_descent_rank_strictly(seed):
    """The hypotheses of the claim hold where a minimiser is found, and so does its conclusion."""
    rng = np.random.Generator(np.random.Philox(seed))
    p = np.sort(rng.dirichlet(np.ones(4)))[::-1]

    def risk(o):
        return float(sum(x * z_loss(o, k, a=2.0, b=1.0) for k, x in enumerate(p)))

    def slope(o):
        return sum(x * z_loss_gradient(o, k, a=2.0, b=1.0) for k, x in enumerate(p))

    starts = [p - p.mean(), *rng.normal(size=(6, 4))]
    best = min((minimize(risk, start, jac=slope, options={"gtol": 1e-10}) for start in starts), key=lambda end: end.fun)
    assert np.all(np.diff(z_scores(best.x)) < 0)
    assert np.max(np.abs(slope(best.x))) < 1e-6
