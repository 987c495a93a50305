import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.online import sea
from theory.online.sea import claims_ensemble_bound as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("point", [(2, 3, 4, 1, 5, 6), (1, 0, 1, 0, 0, 2), (3, 1, 0, 10, 1, 0)])
def test_the_bound_of_the_theorem_is_the_one_in_numbers(point):
    D, L, G, P, v, w = point
    learners = 9
    values = {"D": D, "L": L, "G": G, "P": P, "n": math.sqrt(2 * math.log(learners)), "v": v, "w": w, "r": 1.0}
    statement = module.dynamic_theorem.statement()
    right = statement.rhs.subs({symbol: values[symbol.name] for symbol in statement.domain.symbols})
    assert float(right) == pytest.approx(sea.dynamic_bound(D, L, G, P, learners, sigma_sq=v**2, Sigma_sq=w**2))
