import json

import pytest

from theory.engine.conformance.findings import AGREES, DIFFERS, LIMITED, SKIPPED, Conformance, Finding


def made(*outcomes, **options):
    findings = [Finding(name, outcome, "detail") for name, outcome in outcomes]
    return Conformance("mine", "demo.loss", {"library": "numpy"}, findings, **options)


@pytest.mark.parametrize(
    ("outcomes", "wanted", "status"),
    [
        ([("value", AGREES), ("float16", LIMITED), ("minimum", SKIPPED)], "conforms", 0),
        ([("value", AGREES), ("gradient", DIFFERS)], "differs", 1),
        ([("library", SKIPPED)], "skipped", 3),
        ([], "skipped", 3),
        ([("gradient", AGREES)], "skipped", 3),  # without a value compared nothing has passed
    ],
)
def test_the_outcome_and_the_exit_status(outcomes, wanted, status):
    found = made(*outcomes)
    assert found.outcome == wanted
    assert found.exit_status == status


def test_claims_are_shown_to_those_who_conform_only():
    claims = [(f"demo.claim_{k}", "proved") for k in range(12)]
    right = made(("value", AGREES), inherited=claims).text()
    assert "demo.claim_0" in right
    assert "and 4 more" in right
    assert "demo.claim" not in made(("value", DIFFERS), inherited=claims).text()


def test_the_diagnosis_is_shown():
    assert "the numbers match: half the loss" in made(("value", DIFFERS), diagnosis=["half the loss"]).text()


def test_json_and_html_hold_it_all():
    found = made(("value", AGREES), ("<b>", LIMITED), inherited=[("demo.claim", "proved")])
    data = json.loads(json.dumps(found.to_json()))
    assert data["outcome"] == "conforms"
    assert data["claims"] == [{"id": "demo.claim", "on_record": "proved"}]
    assert "&lt;b&gt;" in found._repr_html_()
