"""The table of the poster, and the best of many random directions."""

from __future__ import annotations

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded
from scipy.stats import beta, norm

from theory.engine.claim import Claim
from theory.engine.evidence import Budget
from theory.mixtures.ood_unlabeled import claims_ood_selection as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_8():
    assert len(CLAIMS) == 8


@pytest.mark.parametrize(("dimension", "cosine", "share"), [(4, "4/5", 0.9), (200, "1/5", 0.96), (200, "1/4", 0.98)])
def test_tail_bound_is_just_below_the_beta_law(dimension, cosine, share):
    import sympy

    bound = float(module.cosine_tail_bound(sympy.Rational(cosine), dimension))
    exact = beta.sf(float(sympy.Rational(cosine)) ** 2, 0.5, (dimension - 1) / 2) / 2
    assert share * exact < bound < exact


@pytest.mark.parametrize("dimension", [3, 5, 2, 0, 4.0])
def test_odd_and_small_dimensions_are_refused(dimension):
    import sympy

    with pytest.raises(ValueError, match="even integer of at least 4"):
        module.cosine_tail_bound(sympy.Rational(1, 2), dimension)


def test_best_of_many_by_simulation():
    rng = np.random.default_rng(8)
    first = rng.standard_normal((400, 4000))
    cosine = first / np.sqrt(first**2 + rng.chisquare(199, (400, 4000)))
    accuracy = norm.cdf(cosine.max(axis=1))
    assert abs(np.median(accuracy) - 0.5987) < 2e-3
    assert np.mean(accuracy > 0.598) > 0.45
    assert np.mean(accuracy > 0.59) > 0.85


def test_a_better_cosine_is_not_certified():
    from fractions import Fraction

    statement, method = module._best_exceeds(4000, Fraction(1, 4), Fraction(1, 2))
    assert method.refute(statement, Budget()) is not None


def test_listed_accuracies_beside_the_formula():
    import sympy

    values = [float(module._plug_in_accuracy(sympy.Integer(1), sympy.Rational(200, m))) for m in (10, 20, 40, 10000)]
    assert values == pytest.approx([0.5864, 0.6185, 0.6585, 0.8389], abs=5e-5)
    values = [float(module._pca_accuracy(sympy.Integer(1), sympy.Rational(200, n))) for n in (2000, 4000, 10000)]
    assert values == pytest.approx([0.8171, 0.8292, 0.8365], abs=5e-5)
