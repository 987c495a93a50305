"""Reports of the very sources are read; older ones, and ones with a wrong verdict, are not taken for granted."""

import json
from datetime import UTC, datetime

import decided_claims
import pytest
from decided_claims import assert_decided_as_recorded, newest_source, records

from theory.regression.aggregate.claims_aggregate_optimum import ridge_falls_in_the_root as claim


def written(path, when, *, as_recorded=True, from_store=False):
    verdict = {"as_recorded": as_recorded, "controls": [{"as_expected": True}], "from_store": from_store}
    entry = {"id": claim.id, "verdict": verdict}
    created = datetime.fromtimestamp(when, UTC).isoformat()
    path.write_text(json.dumps({"created": created, "seconds": 1.0, "claims": [entry]}))
    return str(path)


def test_a_report_older_than_a_source_is_not_used(tmp_path):
    assert records(written(tmp_path / "old.json", newest_source())) == {}
    assert set(records(written(tmp_path / "new.json", newest_source() + 2))) == {claim.id}
    assert records("") == {}


def test_a_kept_certificate_is_found_again(tmp_path):
    assert records(written(tmp_path / "kept.json", newest_source() + 2, from_store=True)) == {}


def test_a_claim_that_the_report_has_otherwise_than_on_record_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSPROOF_REPORT", written(tmp_path / "right.json", newest_source() + 2))
    monkeypatch.setattr(decided_claims, "decide", None)  # not called
    assert_decided_as_recorded(claim)
    monkeypatch.setenv("LOSSPROOF_REPORT", written(tmp_path / "wrong.json", newest_source() + 2, as_recorded=False))
    with pytest.raises(AssertionError):
        assert_decided_as_recorded(claim)
