"""Unlabelled principal component against labelled mean."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget
from theory.mixtures.ood_unlabeled import claims_ood_pca as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_6():
    assert len(CLAIMS) == 6


@pytest.mark.parametrize("power", [Fraction(1, 2), Fraction(3, 2), 2])
def test_no_power_of_the_labels_above_one_is_needed(power):
    statement, method = module.square_of_labels_is_needed.build(power=power)
    assert method.refute(statement, Budget()) is not None


def test_expressions_are_the_numbers():
    import sympy

    from theory.mixtures import pca
    from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import plug_in_alignment, principal_alignment

    sizes = sympy.Integer(30), sympy.Integer(70), sympy.Rational(6, 5)
    assert pca.pca_alignment(30 / 70, 1.2) == pytest.approx(float(principal_alignment(*sizes)), rel=1e-14)
    assert pca.plug_in_alignment(30 / 70, 1.2) == pytest.approx(float(plug_in_alignment(*sizes)), rel=1e-14)


def test_the_correction_names_what_it_corrects():
    assert module.unlabelled_points_win.corrects == module.square_of_labels_is_needed.id
