import subprocess
import sys

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, claims_of

from experiments.mirror_descent import claims_mirror_descent_sampling as claims
from experiments.mirror_descent.samplers import arms_of, regret_curve, regret_over_bound
from experiments.streams import Stream
from theory.engine.evidence import Budget, Certificate

CLAIMS = claims_of(claims)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded_with_its_controls(claim):
    assert_decided_as_recorded(claim)


def test_error_shares_stay_within_the_budget():
    assert sum((1 + len(claim.controls)) * claims.SHARE for claim in CLAIMS) <= 1.2e-4


def test_a_tampered_record_is_rejected():
    from theory.engine.checker import Rejected

    statement, method = claims.regret_is_below_the_bound.build()
    certificate = method.decide(statement, Budget())
    assert isinstance(certificate, Certificate)
    method.recheck(statement, certificate, Budget())
    forged = Certificate(certificate.kind, certificate.data | {"estimate": 0.5}, certificate.summary)
    with pytest.raises(Rejected):
        method.recheck(statement, forged, Budget())


def test_rows_are_functions_of_their_number_and_regret_is_in_its_unit():
    given = {"world": "switching", "arms": 3, "horizon": 200, "gap": 0.5, "step": 1.0}
    whole = regret_over_bound(Stream(7), range(6), **given)
    assert np.array_equal(whole[2:5], regret_over_bound(Stream(7), range(2, 5), **given))
    curve = regret_curve(Stream(7), range(40), world="fixed gap", arms=4, gap=0.2, step=0.0, sizes=(100, 400))
    assert curve[:, 1].mean() == pytest.approx(0.75, rel=0.05)  # the uniform policy misses the best arm 3 times in 4
    assert curve[:, 0].mean() == pytest.approx(0.75 / 4, rel=0.1)
    assert not np.array_equal(curve[:, 0] > 0.1875, curve[:, 1] > 0.75)
    with pytest.raises(ValueError, match="world must be one of"):
        arms_of("calm", 2, 10, 0.1)


def test_declared_ranges_hold_every_regret():
    """The largest and the smallest pseudo-regret that any plays have, over the bound."""
    for claim in CLAIMS:
        sampler = claim.statement().sampler
        given = {key: value if isinstance(value, str) else float(value) for key, value in sampler.parameters.items()}
        if "horizon" in given:
            count, horizon = int(given["arms"]), int(given["horizon"])
            arms = arms_of(given["world"], count, horizon, given["gap"])
            phases = [arms.table[0]] * horizon if len(arms.table) == 1 else np.repeat(arms.table, horizon // 2, axis=0)
            best, unit = np.sum(phases, axis=0).min(), (2 * horizon * count * np.log(count)) ** 0.5
            assert float(sampler.low) <= (np.min(phases, axis=1).sum() - best) / unit
            assert (np.max(phases, axis=1).sum() - best) / unit <= float(sampler.high)


def test_listing_imports_no_simulation():
    code = (
        "import sys, experiments.mirror_descent.claims_mirror_descent_sampling;"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'cvxpy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
