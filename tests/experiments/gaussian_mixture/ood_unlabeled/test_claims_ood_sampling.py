import subprocess
import sys

import pytest
from decided_claims import assert_decided_as_recorded, claims_of
from threadpoolctl import threadpool_limits

from experiments.gaussian_mixture.ood_unlabeled import claims_ood_sampling as claims
from theory.engine.evidence import Budget, Certificate

CLAIMS = claims_of(claims)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded_with_its_controls(claim):
    with threadpool_limits(1):
        assert_decided_as_recorded(claim)


def test_error_shares_stay_within_the_budget():
    spent = sum((1 + len(claim.controls)) * claims.SHARE for claim in CLAIMS)
    assert spent <= 4e-4


def test_no_claim_is_listed_twice():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


def test_supported_claims_are_not_supported_by_a_tampered_record():
    from theory.engine.checker import Rejected

    statement, method = claims.best_of_500_coins.build()
    certificate = method.decide(statement, Budget())
    assert isinstance(certificate, Certificate)
    method.recheck(statement, certificate, Budget())
    for key, value in (("estimate", 0.59), ("n", certificate.data["n"] + 1), ("seed", "0x0000000000000001")):
        forged = Certificate(certificate.kind, certificate.data | {key: value}, certificate.summary)
        with pytest.raises(Rejected):
            method.recheck(statement, forged, Budget())


def test_twins_are_sampled_from_seeds_of_their_own():
    twins = [claim for claim in CLAIMS if claim.name.startswith("simulated_error_is_exact")]
    assert len({claim.statement().seed() for claim in twins}) == len(twins) == 5


def test_listing_imports_no_simulation():
    code = (
        "import sys, experiments.gaussian_mixture.ood_unlabeled.claims_ood_sampling;"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'cvxpy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
