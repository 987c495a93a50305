from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, claims_of

from experiments.linear_mdp import claims_mdp_sampling as claims
from experiments.linear_mdp.samplers import regret_curve
from experiments.streams import Stream

CLAIMS = claims_of(claims)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded_with_its_controls(claim):
    pytest.importorskip("numba")  # arrays would take minutes
    assert_decided_as_recorded(claim)


def test_error_shares_stay_within_the_budget():
    assert sum((1 + len(claim.controls)) * claims.SHARE for claim in CLAIMS) <= Fraction(9, 100_000)


def test_rows_are_functions_of_their_number():
    given = {"learner": "magnitude-reduced", "kind": "gap", "process": 2, "sizes": (30, 60)}
    whole = regret_curve(Stream(7), range(5), **given)
    np.testing.assert_allclose(whole[2:4], regret_curve(Stream(7), range(2, 4), **given), atol=1e-13)
    assert not np.allclose(whole, regret_curve(Stream(8), range(5), **given))


def test_unit_and_range():
    curve = regret_curve(Stream(1), range(20), learner="uniform", kind="gap", process=2, sizes=(500, 1000))
    assert (np.abs(curve) < 1).all()
    assert curve[:, 1].mean() == pytest.approx(2 * curve[:, 0].mean(), rel=0.1)
