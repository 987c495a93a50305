"""Claims decided by sampling: verdicts, budget, and that listing them loads nothing."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from decided_claims import claims_of

from experiments.optimal_sampling import claims_optimal_sampling as claims
from experiments.optimal_sampling.samplers import ill_conditioned, least_eigenvalue_reaches
from experiments.streams import Stream
from theory.engine.decide import decide

CLAIMS = claims_of(claims)
GIVEN = {"law": "process", "basis": "legendre", "dimension": 3, "points": 6}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded_with_its_controls(claim):
    verdict = decide(claim)
    assert verdict.as_recorded, verdict.to_json()
    assert verdict.controls


def test_error_shares_stay_within_the_budget():
    assert sum((1 + len(claim.controls)) * claims.SHARE for claim in CLAIMS) <= Fraction(16, 1_000_000)


def test_rows_are_functions_of_their_number_and_the_two_events_fit():
    whole = ill_conditioned(Stream(7), range(40), **GIVEN, delta=0.75)
    assert np.array_equal(whole[2:5], ill_conditioned(Stream(7), range(2, 5), **GIVEN, delta=0.75))
    assert 0 < whole.mean() < 1
    reached = least_eigenvalue_reaches(Stream(7), range(40), **GIVEN, level=0.25)
    assert np.all(whole[reached == 0] == 1)


def test_listing_imports_no_simulation():
    code = (
        "import sys, experiments.optimal_sampling.claims_optimal_sampling;"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'cvxpy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
