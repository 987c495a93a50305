"""How many observations the plug-in rule needs, by its limit formula."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.dis_vs_gen import claims_dis_vs_gen_samples as module
from theory.engine.claim import Claim

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_5():
    assert len(CLAIMS) == 5


def test_the_formula_is_the_limit_of_the_error():
    from theory.classification.dis_vs_gen.gaussian_errors import linear_rule_error, plug_in_error

    rng, n, m = np.random.default_rng(3), 4000, 2000
    mean = np.full(n, 2 / np.sqrt(n))
    weights = mean + rng.standard_normal((50, n)) / np.sqrt(m)
    errors = linear_rule_error(weights, 0.0, mean, np.ones(n))
    assert abs(np.mean(errors) - plug_in_error(4.0, n, m)) < 1e-3


def test_one_percent_fewer_is_refuted():
    from theory.engine.evidence import Budget

    statement, method = module.order_n_suffices.build(c=Fraction(99, 100))
    assert method.refute(statement, Budget()) is not None
