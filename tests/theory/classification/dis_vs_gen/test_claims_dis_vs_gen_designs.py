"""The simulated Gaussian classes: one statistic, exact Bayes errors, the published table."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.dis_vs_gen import claims_dis_vs_gen_designs as module
from theory.classification.dis_vs_gen.published import PUBLISHED
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_12():
    assert len(CLAIMS) == 12


def test_every_published_entry_is_called_wrong_or_right_once():
    assert sorted([*module._WRONG, *module._RIGHT]) == sorted(PUBLISHED)
    assert (len(module._WRONG), len(module._RIGHT)) == (10, 23)


def test_each_entry_called_wrong_is_wrong_by_itself():
    for entry in module._WRONG:
        exact = Decimal(str(module.bayes_error_of_design(*entry).evalf(30)))
        assert abs(exact - Decimal(PUBLISHED[entry])) > Decimal("0.000005"), entry


def test_the_expression_is_the_number():
    from theory.classification.dis_vs_gen import gaussian_errors as numbers

    for classes, n in module._TWO | module._MORE:
        value = float(module.bayes_error_of_design(classes, n).evalf(30))
        separation = numbers.simulated_separation(n)
        positions = list(map(float, numbers.simulated_positions(classes)))
        assert numbers.bayes_error(positions, separation) == pytest.approx(value, rel=1e-14)


def test_the_separation_is_that_of_the_covariance():
    from theory.classification.dis_vs_gen.gaussian_errors import simulated_separation

    for n in (2, 4, 10, 40):
        covariance = np.diag([n] * (n // 2) + [1] * (n - n // 2)).astype(float)
        ones = np.ones(n)
        assert simulated_separation(n) ** 2 == pytest.approx(ones @ np.linalg.solve(covariance, ones))


def test_a_last_digit_changed_is_refuted():
    from theory.engine.evidence import Budget

    statement, method = module._table_claim({**module._TWO, (2, 4): "0.05692316"}, 1)
    assert method.refute(statement, Budget()) is not None


def test_the_hard_covariance_of_the_generator_is_indefinite():
    n = 10
    a = 2 * np.random.RandomState(0).rand(n, n) - 1
    gram = a.T @ a
    covariance = gram - np.diag(np.diag(gram)) + np.diag([n] * (n // 2) + [1] * (n - n // 2))
    assert np.linalg.eigvalsh(covariance)[0] < -2
