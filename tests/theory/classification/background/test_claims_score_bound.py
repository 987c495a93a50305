import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification import margin
from theory.classification.background import claims_score_bound as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("make", margin.LOSSES.values(), ids=list(margin.LOSSES))
@pytest.mark.parametrize("bound", [0.3, 0.8, 2.5])
def test_the_risk_of_the_best_score_gives_the_transform(make, bound):
    """Beyond the threshold T is the best wrong-sign risk less the risk of the score B (1 for B >= 1 and the hinge)."""
    loss = make()
    t = 0.999
    best = min(bound, 1.0) if loss.name in ("hinge", "quadratic") or "rho" in loss.name else bound
    wrong = -min(bound, 1.0) if "rho" in loss.name else 0.0

    def risk(u):
        return (1 + t) / 2 * loss(u) + (1 - t) / 2 * loss(-u)

    assert margin.transform(t, loss, bound) == pytest.approx(risk(wrong) - risk(best), abs=2e-5)
