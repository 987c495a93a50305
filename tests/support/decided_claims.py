"""What every module of claims is held to: verdicts as recorded, and proofs that do not prove the false neighbours.

Where LOSSPROOF_REPORT names a JSON report that `lossproof verify` has just written of these very sources, its verdicts
are read and not found a second time: continuous integration verifies before it tests. A report older than any source
is not used, nor is a verdict that rests on a kept certificate: that one can be checked says nothing of who finds it.
"""

import functools
import json
import os
from datetime import datetime
from pathlib import Path

from theory.engine.claim import Claim
from theory.engine.decide import decide
from theory.engine.evidence import Budget, Certificate


def claims_of(module):
    """Return the claims that a module itself defines."""
    found = [item for item in vars(module).values() if isinstance(item, Claim)]
    return [claim for claim in found if claim.__module__ == module.__name__]


def newest_source():
    """Return when a source of claims or of their tests was last changed, in seconds since 1970."""
    root = Path(__file__).parents[2]
    tops = [root / top for top in ("theory", "experiments", "tests")]
    return max(path.stat().st_mtime for top in tops for path in top.rglob("*.py"))


def records(name):
    """Return the claims of a report by their id; none if it is not named, or older than the sources."""
    if not name:
        return {}
    report = json.loads(Path(name).read_text("utf-8"))
    if datetime.fromisoformat(report["created"]).timestamp() - report["seconds"] < newest_source():
        return {}
    verdicts = {entry["id"]: entry["verdict"] for entry in report["claims"]}
    return {name: verdict for name, verdict in verdicts.items() if not verdict["from_store"]}


_records = functools.cache(records)


def assert_decided_as_recorded(claim):
    record = _records(os.environ.get("LOSSPROOF_REPORT", "")).get(claim.id)
    if record is not None:
        assert record["as_recorded"], record
        assert record["controls"], f"{claim.id} has no control"
        assert all(control["as_expected"] for control in record["controls"]), record["controls"]
        return
    verdict = decide(claim)
    assert verdict.as_recorded, verdict.to_json()
    assert verdict.controls, f"{claim.id} has no control"


def assert_method_refuses_false_neighbours(claim):
    for control in claim.controls:
        if not control.expect_holds:
            statement, method = claim.build(**control.arguments)
            outcome = method.decide(statement, Budget())
            assert not isinstance(outcome, Certificate), f"{claim.id} is proved although {control.says}"


def assert_settled_as_recorded(module):
    """Decide a module's claims together with all that they rest on: verdicts are weakened before they are compared."""
    from theory.engine.verify import verify

    if all(claim.id in _records(os.environ.get("LOSSPROOF_REPORT", "")) for claim in claims_of(module)):
        for claim in claims_of(module):
            assert_decided_as_recorded(claim)
        return
    report = verify([claim.id for claim in claims_of(module)])
    wrong = [entry.verdict.to_json() for entry in report.entries if not entry.verdict.as_recorded]
    assert not wrong
    assert {claim.id for claim in claims_of(module)} <= {entry.verdict.claim for entry in report.entries}
