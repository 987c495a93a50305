import pytest
from decided_claims import assert_method_refuses_false_neighbours, claims_of

from theory.engine.discovery import collect
from theory.engine.verify import verify
from theory.optimisation.saf import claims_saf_geometry as module


def test_decided_as_recorded_with_what_they_rest_on():
    """The Fisher bounds rest on two lemmas that are certified, so that they are certified themselves."""
    report = verify(collection=collect({"optimisation.saf_geometry": module.__name__}))
    assert {entry.verdict.claim for entry in report.entries} == {claim.id for claim in claims_of(module)}
    assert not [entry.verdict.to_json() for entry in report.entries if not entry.verdict.as_recorded]
    assert all(entry.verdict.controls for entry in report.entries)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)
