"""Every claim about the plug-in rule is decided as recorded, and so are its controls."""

from __future__ import annotations

import pytest

from theory.engine.claim import Claim
from theory.engine.decide import decide
from theory.mixtures import claims_plug_in_limit, claims_plug_in_samples, claims_plug_in_sizes

_CLAIMS = {
    item.id: item
    for module in (claims_plug_in_limit, claims_plug_in_samples, claims_plug_in_sizes)
    for item in vars(module).values()
    if isinstance(item, Claim)
}


@pytest.mark.parametrize("name", sorted(_CLAIMS))
def test_claim_is_decided_as_recorded(name):
    verdict = decide(_CLAIMS[name])
    assert verdict.as_recorded, (verdict.evidence, verdict.reason, verdict.controls)
    assert verdict.controls


def test_lemmas_and_corrections_point_to_claims_that_exist():
    assert len(_CLAIMS) == 18
    assert all(item.corrects in _CLAIMS for item in _CLAIMS.values() if item.corrects)
