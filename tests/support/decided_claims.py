"""What every module of claims is held to: verdicts as recorded, and proofs that do not prove the false neighbours."""

from theory.engine.claim import Claim
from theory.engine.decide import decide
from theory.engine.evidence import Budget, Certificate


def claims_of(module):
    """Return the claims that a module itself defines."""
    found = [item for item in vars(module).values() if isinstance(item, Claim)]
    return [claim for claim in found if claim.__module__ == module.__name__]


def assert_decided_as_recorded(claim):
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

    report = verify([claim.id for claim in claims_of(module)])
    wrong = [entry.verdict.to_json() for entry in report.entries if not entry.verdict.as_recorded]
    assert not wrong
    assert {claim.id for claim in claims_of(module)} <= {entry.verdict.claim for entry in report.entries}
