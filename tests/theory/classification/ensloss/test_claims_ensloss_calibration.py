import copy
from dataclasses import replace

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.ensloss import claims_ensloss_calibration as module
from theory.classification.ensloss.derivative_loss import PiecewiseLinear, psi_transform
from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Undecided


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_a_kink_hides_posteriors_and_a_smooth_loss_does_not():
    kink = PiecewiseLinear([0.0, 0.0, 1.0], [-3.0, -1.0, -1.0], right="zero")  # a = 3, b = 1: blind up to t = 1/2
    assert psi_transform([0.25, 0.5], kink).tolist() == [0.0, 0.0]
    assert psi_transform(0.51, kink) > 0
    smooth = PiecewiseLinear([-0.1, 0.1, 1.0], [-3.0, -1.0, -1.0], right="zero")
    assert psi_transform(0.01, smooth) > 0


def test_a_proof_that_drops_a_hypothesis_fails():
    statement, method = module.wrong_sign_costs_at_least.build()
    without = replace(statement, given=())
    assert isinstance(method.decide(without, Budget()), Undecided)
    statement, method = module.average_is_bounded_below.build()
    assert isinstance(method.decide(replace(statement, given=statement.given[:1]), Budget()), Undecided)


def test_a_tampered_certificate_is_rejected():
    statement, method = module.right_sign_step_saves.build()
    certificate = method.decide(statement, Budget())
    data = copy.deepcopy(certificate.data)
    data["steps"][-1]["gives"][0][1] = ">"
    with pytest.raises(Rejected):
        method.recheck(statement, replace(certificate, data=data), Budget())
