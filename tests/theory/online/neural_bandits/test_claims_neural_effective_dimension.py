"""Effective dimension of orthogonal contexts: the claims, and the numbers they speak of."""

import math

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.online.neural_bandits import claims_neural_effective_dimension as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def effective_dimension(kernel, rounds, actions, lam):
    sign, logdet = np.linalg.slogdet(np.eye(len(kernel)) + kernel / lam)
    assert sign == 1
    return logdet / math.log(1 + rounds * actions / lam)


def test_a_thousand_rounds_of_four_actions():
    d = 4000 * math.log(2) / math.log(4001)
    assert d == pytest.approx(334.27641307760524, rel=1e-12)
    assert d * math.sqrt(1000) / 1000 == pytest.approx(10.5707, rel=1e-4)


@pytest.mark.parametrize(("rounds", "actions", "c", "lam"), [(5, 4, 1.0, 1.0), (30, 3, 1.0, 1.0), (7, 2, 4.0, 0.5)])
def test_orthogonal_contexts_of_one_length(rounds, actions, c, lam):
    assert math.sqrt(actions * lam) * math.log(1 + c / lam) >= 1
    basis = np.linalg.qr(np.random.default_rng(rounds).normal(size=(rounds * actions,) * 2))[0] * math.sqrt(c)
    d = effective_dimension(basis @ basis.T, rounds, actions, lam)
    assert d == pytest.approx(rounds * actions * math.log(1 + c / lam) / math.log(1 + rounds * actions / lam))
    assert d * math.sqrt(rounds) >= rounds
