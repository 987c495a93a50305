"""Deciding one claim and its controls, in this process."""

import pytest
from toy_claims import AtMost, Compare, make

from theory.engine.claim import claim
from theory.engine.decide import decide
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness


def broken(on):
    def misbehave(call, budget):
        if call == on:
            raise RuntimeError(f"no {call}")

    return Compare(misbehave=misbehave)


class Silent(Compare):
    """Give up."""

    def decide(self, statement, budget):
        return Undecided("too hard", "the cell [0, 1]")


def test_a_claim_that_holds():
    made = make("true", method=Compare("proved", uses=("toy.base",)))
    made.false_if("the bound were 0", bound=0)
    verdict = decide(made)
    assert (verdict.evidence, verdict.uses, verdict.scope) == (Evidence.PROVED, ("toy.base",), "the number 1")
    assert verdict.controls[0].outcome == "refuted"
    assert not verdict.as_recorded  # certified is on record
    assert decide(make("certified")).as_recorded


def test_a_claim_that_fails():
    made = make("false", value=3, expected="refuted")
    made.true_if("the bound were 5", bound=5)
    made.true_if("the bound were 2.5", bound=2.5)
    verdict = decide(made)
    assert (verdict.evidence, verdict.witness.data) == (Evidence.REFUTED, {"by": 1})
    assert [control.outcome for control in verdict.controls] == ["holds", "refuted"]
    assert not verdict.as_recorded


def test_a_control_that_is_left_standing_fails_the_claim():
    made = make("lax")
    made.false_if("the bound were 3", bound=3)
    verdict = decide(made)
    assert verdict.controls[0].outcome == "undecided"
    assert verdict.evidence is Evidence.CERTIFIED
    assert not verdict.as_recorded


@pytest.mark.parametrize("call", ["refute", "decide"])
def test_exceptions_leave_a_claim_undecided_with_the_reason(call):
    made = make("broken", method=broken(call))
    made.false_if("the bound were 0", bound=0)
    verdict = decide(made)
    assert (verdict.evidence, verdict.reason) == (Evidence.UNDECIDED, f"RuntimeError: no {call}")


def test_a_statement_that_cannot_be_built_is_undecided():
    @claim(paper="toy", where="w", says="x", expected="proved")
    def impossible(value=1):
        raise ValueError("no such statement")

    impossible.false_if("the value were 2", value=2)
    verdict = decide(impossible)
    assert (verdict.reason, verdict.scope) == ("ValueError: no such statement", "")
    assert verdict.controls[0].outcome == "undecided"


def test_a_method_that_gives_up_says_why():
    verdict = decide(make("hard", method=Silent()))
    assert (verdict.evidence, verdict.reason, verdict.worst) == (Evidence.UNDECIDED, "too hard", "the cell [0, 1]")


def test_a_kept_certificate_is_checked_not_believed():
    made = make("kept")
    digest = AtMost(1, 2).digest()
    good = decide(made, kept={digest: Certificate("slack", {"slack": 1}, "kept")})
    assert (good.evidence, good.from_store, good.summary) == (Evidence.CERTIFIED, True, "kept")
    wrong = decide(made, kept={digest: Certificate("slack", {"slack": 2})})
    assert (wrong.evidence, wrong.reason) == (Evidence.UNDECIDED, "certificate rejected: the slack is wrong")
    assert wrong.from_store
    other = decide(made, kept={"0f": Certificate("slack", {"slack": 2})})
    assert (other.evidence, other.from_store) == (Evidence.CERTIFIED, False)


def test_steps_are_announced():
    seen = []
    made = make("announced")
    made.false_if("the bound were 0", bound=0)
    decide(made, budget=Budget(step=seen.append))
    assert seen[0] == "build the statement"
    assert seen[-2:] == ["check the certificate", "control: the bound were 0"]


def test_errors_by_chance_are_summed_over_the_statement_and_its_controls():
    class Sampled(Compare):
        error_probability = 1e-5

    sampled = make("sampled", method=Sampled("supported"), expected="supported")
    sampled.false_if("the bound were 0", bound=0)
    sampled.false_if("the bound were -1", bound=-1)
    verdict = decide(sampled)
    assert verdict.as_recorded
    assert verdict.error_probability == pytest.approx(3e-5)
    assert [control["error_probability"] for control in verdict.to_json()["controls"]] == [1e-5, 1e-5]
    assert decide(make("exact")).error_probability == 0.0


def test_a_method_whose_error_probability_is_none_decides_nothing():
    class Broken(Compare):
        error_probability = -1.0

    verdict = decide(make("broken", method=Broken()))
    assert (verdict.evidence, "error probability -1.0" in verdict.reason) == (Evidence.UNDECIDED, True)


@pytest.mark.parametrize("chance", [2e-5, -1.0, float("nan")])
def test_a_rejection_errs_no_more_often_than_its_method_declares(chance):
    class Rejecting(Compare):
        error_probability = 1e-5

        def refute(self, statement, budget):
            return Witness("sampling", {}, "rejected", chance)

    made = make("rejecting", method=Rejecting("supported"), expected="refuted")
    made.false_if("the bound were 0", bound=0)
    verdict = decide(made)
    assert (verdict.evidence, "the method declares 1e-05" in verdict.reason) == (Evidence.UNDECIDED, True)
    assert verdict.controls[0].outcome == "undecided"
