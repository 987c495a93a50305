"""Exponents of the reconstructed rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget
from theory.mixtures.ood_unlabeled import claims_ood_rate as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_7():
    assert len(CLAIMS) == 7


@pytest.mark.parametrize("points", [Fraction(59, 10), 5, 2])
def test_fewer_unlabelled_points_do_not_suffice(points):
    statement, method = module.labelled_complexity.build(points=points)
    assert method.refute(statement, Budget()) is not None


def test_the_rate_has_no_units():
    """Twice the dimension with twice the numbers of points is the same rate."""
    import sympy

    from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import quoted_rate

    d, m, n, k = sympy.symbols("d m n k", positive=True)
    assert sympy.simplify(quoted_rate(k * d, k * m, k * (2 * n + m)) / quoted_rate(d, m, 2 * n + m)) == 1


def test_the_correction_names_what_it_corrects():
    claims = module.rate_without_unlabelled_points_is_weaker, module.rate_without_unlabelled_points_improves
    assert claims[0].corrects == claims[1].id
