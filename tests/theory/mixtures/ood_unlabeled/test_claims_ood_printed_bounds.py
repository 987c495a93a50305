"""The two printed bounds: units, and the lower bound for every estimator."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded
from scipy.stats import norm

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_printed_bounds as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_7():
    assert len(CLAIMS) == 7


def test_sixteen_times_the_unit_quarters_the_printed_term():
    import sympy

    number = sympy.Integer
    inside = module.bracket(number(2), number(200), number(10), number(2010), number(3), 0)
    terms = [module.front_factor(number(unit), number(1)) * inside ** Fraction(1, 4) for unit in (1, 16)]
    assert sympy.simplify(terms[1] / terms[0]) == Fraction(1, 4)
    by_hand = np.exp(-0.25) / np.sqrt(2 * np.sqrt(2 * np.pi)) * (80 * np.sqrt(406 / 2010)) ** 0.25
    assert float(terms[0]) == pytest.approx(by_hand, rel=1e-12)


def test_every_direction_errs_as_the_lemma_of_the_lower_bound_says():
    rng, d, examples = np.random.default_rng(7), 403, 40
    weights = rng.standard_normal((4000, d)) / np.sqrt(examples)
    weights[:, 0] += 1.0  # plug-in weights at separation 1
    cosine = weights[:, 0] / np.linalg.norm(weights, axis=1)
    spread = (1 + examples) / (d - 3)
    assert 0.85 * spread < np.mean(cosine**2) < spread
    assert np.mean(norm.sf(cosine)) > 0.5 - np.sqrt(spread / (2 * np.pi))


@pytest.mark.parametrize("name", ["plain_bound_with_factor_on_both", "robust_bound_with_factor_on_all"])
def test_the_printed_form_is_not_proved_invariant(name):
    statement, method = getattr(module, name).build(scaled=0)
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None


def test_lower_bound_needs_both_premises():
    from theory.engine.words import ForAll

    statement, method = module.no_estimator_meets_the_printed_bound.build()
    for kept in (statement.given[:1], statement.given[1:]):
        weaker = ForAll(statement.domain, statement.lhs, statement.relation, statement.rhs, kept)
        assert method.refute(weaker, Budget()) is not None
