"""Verdicts, and whether they are as on record."""

import json

import pytest

from theory.engine.evidence import Certificate, Evidence, Witness
from theory.engine.verdict import ControlResult, Verdict


@pytest.mark.parametrize(
    ("expect_holds", "outcome", "as_expected"),
    [
        (False, "refuted", True), (False, "holds", False), (False, "undecided", False),
        (True, "holds", True), (True, "refuted", False), (True, "undecided", False),
    ],
)  # fmt: skip
def test_undecided_controls_are_never_fine(expect_holds, outcome, as_expected):
    control = ControlResult("x", expect_holds, outcome)
    assert control.as_expected is as_expected
    assert Verdict("a", Evidence.PROVED, Evidence.PROVED, controls=(control,)).as_recorded is as_expected


def test_the_evidence_is_the_one_on_record():
    assert Verdict("a", Evidence.REFUTED, Evidence.REFUTED).as_recorded
    assert not Verdict("a", Evidence.PROVED, Evidence.CERTIFIED).as_recorded  # stronger is different, too
    assert not Verdict("a", Evidence.UNDECIDED, Evidence.PROVED).as_recorded


def test_verdicts_are_plain_data():
    verdict = Verdict(
        "a", Evidence.REFUTED, Evidence.REFUTED, certificate=Certificate("proof", {}), witness=Witness("point", {}),
        uses=("b",), controls=(ControlResult("x", True, "holds"),), seconds=0.123456,
    )  # fmt: skip
    data = json.loads(json.dumps(verdict.to_json()))
    assert (data["seconds"], data["uses"], data["as_recorded"]) == (0.1235, ["b"], True)
    assert data["controls"][0]["as_expected"] is True
    assert data["certificate"]["kind"] == "proof"
    assert Verdict("a", Evidence.PROVED, Evidence.PROVED).to_json()["witness"] is None
