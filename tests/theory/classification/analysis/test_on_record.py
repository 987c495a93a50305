from fractions import Fraction

import pytest

from theory.classification import calibration
from theory.classification.analysis import on_record
from theory.classification.analysis.comp_sum_analysis import analyze_comp_sum
from theory.classification.cross_entropy.claims_threshold import TAU_LOW
from theory.engine.claim import Claim
from theory.engine.discovery import collect
from theory.engine.evidence import Evidence

TAUS = (0.0, 0.5, 1.0, 1.3, 1.5, 1.6, 1.66, 1.7, 1.9, 2.0, 3.0)


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("n", [2, 3, 6, 10])
def test_every_cited_claim_is_one_that_verify_decides(tau, n):
    decided = collect().claims
    for answer in analyze_comp_sum(tau, n).answers:
        for name in answer.claims:
            assert name in decided
        if answer.claims:
            expected = Evidence.weakest(*[decided[name].expected for name in answer.claims])
            assert answer.evidence == expected.value


@pytest.mark.parametrize(
    ("tau", "n", "word"),
    [
        (1.3, 10, "proved"),
        (1.6, 10, "certified"),
        (1.7, 2, "proved"),
        (1.7, 10, "estimated"),
        (2.0, 5, "certified"),
        (2.0, 50, "argued"),
        (3.0, 4, "argued"),
    ],
)
def test_the_word_for_the_exact_transform(tau, n, word):
    assert analyze_comp_sum(tau, n)["transform"].evidence == word


def test_what_no_claim_decides_is_argued():
    assert on_record.evidence(()) == "argued"
    assert on_record.exact(2.5, 4) == ()


def test_the_threshold_in_doubles_lies_within_the_theorem():
    assert Fraction(calibration.TAU_STAR) <= TAU_LOW


def test_all_functions_return_claims():
    for tau in TAUS:
        for found in (on_record.exact(tau, 4), on_record.positive(tau), on_record.guaranteed(tau, 4)):
            assert all(isinstance(claim, Claim) for claim in found)
