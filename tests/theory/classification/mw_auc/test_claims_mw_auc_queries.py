import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.mw_auc import claims_mw_auc_queries as module
from theory.classification.mw_auc.mann_whitney import area_over_curve


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("queries", [1, 2, 5])
def test_shifted_queries_rank_perfectly_and_pool_badly(queries):
    positives, negatives = module.shifted_queries(queries, gap=3)
    assert all(p - n == 3 for p, n in zip(positives, negatives, strict=True))
    assert area_over_curve(positives, negatives) == pytest.approx(1 / 2 - 1 / (2 * queries))
