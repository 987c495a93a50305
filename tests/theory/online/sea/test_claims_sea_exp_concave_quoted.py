import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.online.sea import claims_sea_exp_concave_quoted as module
from theory.online.sea.bounds import exp_concave
from theory.online.sea.run import newton_descend


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("rounds", [8, 100])
def test_the_run_of_the_instance_is_what_the_claims_say(rounds):
    beta = 1 / (8 * rounds)
    trace = newton_descend(lambda t, x: 4 * x, [1.0], rounds, beta=beta, G=4.0, radius=1.0)
    assert trace.plays[:, 0] == pytest.approx([(-1.0) ** t for t in range(rounds)])
    assert (2 * trace.plays**2).sum() == pytest.approx(2 * rounds)
    assert trace.matrices[:, 0, 0] == pytest.approx([1 + 8 * beta * t for t in range(1, rounds + 1)])


def test_once_the_steps_are_short_the_plays_settle():
    trace = newton_descend(lambda t, x: 4 * x, [1.0], 100, beta=1 / 64, G=4.0, radius=1.0)
    assert abs(trace.plays[-1, 0]) < 1e-3


def test_the_bound_with_every_constant_holds_where_the_quoted_one_fails():
    rounds = 4000
    given = {"D": 2, "L": 4, "G": 4, "alpha": 1 / (4 * rounds), "dimension": 1, "sigma_sq": 0, "Sigma_sq": 0}
    beta = 1 / (8 * rounds)
    quoted = 16 / beta * math.log1p(2 * beta) + 16 * 16 * 4 * math.log(513) + 2 * (1 + 8 * beta)
    assert quoted < 2 * rounds <= float(exp_concave(**given))
    with_first_drift = quoted + 16 / beta * (math.log1p(4 * beta) - math.log1p(2 * beta))
    assert quoted + 31 < with_first_drift < quoted + 32
    assert with_first_drift < 2 * rounds
