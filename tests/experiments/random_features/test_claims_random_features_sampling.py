"""The sampled claim: verdict and control as recorded, the error budget, and a sampler that does what it says."""

import subprocess
import sys

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, claims_of

from experiments.random_features import claims_random_features_sampling as module
from experiments.random_features.samplers import near_prediction
from experiments.random_features.simulation import Problem, Setting, simulate
from experiments.streams import Stream
from theory.regression.more_is_better import eigenframework

CLAIMS = claims_of(module)
GIVEN = {"modes": 60, "alpha": 1.5, "beta": 1.5, "noise": 0.3, "samples": 30, "features": 15, "ridge": 0.1}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_the_error_shares_stay_in_the_budget():
    assert sum(claim.build()[1].share * (1 + len(claim.controls)) for claim in CLAIMS) <= 1.6e-5


@pytest.mark.parametrize(("limit", "features"), [("random features", 15.0), ("kernel", np.inf)])
def test_a_draw_is_near_if_both_errors_are(limit, features):
    problem = Problem.power_law(60, 1.5, 1.5, 0.3)
    said = eigenframework(problem.eigenvalues, problem.coefficients, 30, features, 0.1, 0.3)
    found = simulate(problem, [Setting(30, 15, 0.1)], replicates=40, seed=7)
    test, train = (np.abs(a[0] / b - 1) for a, b in ((found.test, said.test_error), (found.train, said.train_error)))
    near = near_prediction(Stream(7), range(40), margin=0.3, limit=limit, **GIVEN)
    assert near.tolist() == ((test <= 0.3) & (train <= 0.3)).tolist()
    assert limit == "kernel" or 0 < near.mean() < 1


def test_an_unknown_prediction_is_refused():
    with pytest.raises(ValueError, match="limit must be one of random features, kernel, got 'other'"):
        near_prediction(Stream(7), range(2), margin=0.3, limit="other", **GIVEN)


def test_listing_imports_no_simulation():
    code = (
        "import sys, experiments.random_features.claims_random_features_sampling;"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'cvxpy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
