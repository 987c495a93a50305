"""The corollaries of the printed bound, and the plug-in rule beside them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded
from scipy.stats import norm

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_printed_corollaries as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_13():
    assert len(CLAIMS) == 13


def test_what_is_refuted_is_corrected():
    refuted = {claim.id for claim in CLAIMS if claim.expected.value == "refuted"}
    assert refuted == {claim.corrects for claim in CLAIMS if claim.corrects}


def _bound(d, eps, log):
    m, n = d / eps, d / eps**6
    first = (4 * d / m * np.sqrt((2 * d + 2 * log) / (2 * n + m))) ** 0.25
    return first, np.sqrt(2 * log / m)


def test_orders_of_the_two_terms_by_hand():
    for eps in (1e-2, 1e-4):
        first, second = _bound(1.0, eps, 1.0)
        assert first < 2 * eps
        assert second == pytest.approx(np.sqrt(2 * eps))  # not of the order eps
        first, second = _bound(2.0 / eps, eps, 1.0)
        assert first < 24**0.125 * eps
        assert second == pytest.approx(eps)


def test_plug_in_excess_by_hand():
    import sympy

    value = float(module.plug_in_excess(sympy.Rational(1), sympy.Rational(1, 10)))
    assert value == pytest.approx(norm.sf(1 / np.sqrt(1.1)) - norm.sf(1.0), rel=1e-12)
    assert value < 0.1 / (2 * np.sqrt(2 * np.pi))


@pytest.mark.parametrize("name", ["sixth_power_is_needed", "labels_suffice_in_high_dimension"])
def test_a_false_neighbour_is_not_proved(name):
    wrong = {"sixth_power_is_needed": Fraction(101, 100), "labels_suffice_in_high_dimension": Fraction(1, 2)}[name]
    statement, method = getattr(module, name).build(c=wrong)
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None
