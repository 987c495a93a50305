import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of
from scipy.integrate import quad

from theory.classification.ensloss import claims_ensloss_tail as module
from theory.classification.ensloss.derivative_tail import tail


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_average_of_power_tails_is_the_stated_one():
    for z in (2.0, 5.0, 1e6):
        integral = quad(lambda p, z=z: z**-p, 1, 2, epsrel=1e-12)[0]
        assert integral == pytest.approx((1 / z - 1 / z**2) / np.log(z), rel=1e-10)


@pytest.mark.parametrize(
    ("formula", "bounded"),
    [("-1/(z*log(z))", False), ("-1/(z*log(z)**2)", True), ("-z**-1.01", True)],
)
def test_the_classifier_agrees_with_the_claims(formula, bounded):
    found = tail(formula)
    assert found.vanishes is True
    assert found.bounded_below is bounded
