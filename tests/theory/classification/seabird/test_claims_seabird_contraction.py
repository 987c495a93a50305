"""Contraction and noise per contraction of the dice gradient."""

from __future__ import annotations

import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.seabird import claims_seabird_contraction as module
from theory.engine.claim import Claim
from theory.engine.decide import decide

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]
JOINED = module.dice_noise_per_pull_above_square  # proved by itself, from a lemma that is certified


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim is not JOINED], ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_7():
    assert len(CLAIMS) == 7


def test_what_rests_on_boxes_is_certified_only():
    from theory.engine.verify import settle

    lemmas = (module.dice_noise_per_pull_short, module.dice_noise_per_pull_long, module.dice_contraction)
    claims = (*lemmas, JOINED)
    decided = {claim.id: decide(claim) for claim in claims}
    assert [control.as_expected for control in decided[JOINED.id].controls] == [True]
    settled = settle(decided)
    assert settled[JOINED.id].evidence is JOINED.expected


def test_it_does_not_settle_without_its_lemmas():
    from theory.engine.evidence import Evidence
    from theory.engine.verify import settle

    assert settle({JOINED.id: decide(JOINED)})[JOINED.id].evidence is Evidence.UNDECIDED
