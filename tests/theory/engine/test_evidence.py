"""Strength of evidence, certificates, witnesses, budgets."""

import itertools

import pytest
from toy_claims import Compare

from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Witness, error_probability

HELD = (Evidence.PROVED, Evidence.CERTIFIED, Evidence.ARGUED, Evidence.SUPPORTED)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(Evidence, Evidence)))
def test_what_rests_on_weaker_evidence_is_no_stronger(one, other):
    weakest = Evidence.weakest(one, other)
    assert weakest is Evidence.weakest(other, one)
    if one.holds and other.holds:
        assert weakest is HELD[max(HELD.index(one), HELD.index(other))]
    else:
        assert weakest is Evidence.UNDECIDED


def test_only_what_is_held_true_holds():
    assert {kind for kind in Evidence if kind.holds} == set(HELD)


def test_certificates_survive_storage():
    certificate = Certificate("boxes", {"tree": "0aa"}, "1 cell", ("toy.a",))
    assert Certificate.from_json(certificate.to_json()) == certificate
    assert Certificate.from_json({"kind": "boxes", "data": {}}) == Certificate("boxes", {})
    assert certificate.size() == len('{"tree":"0aa"}')


def test_witnesses_are_plain_data():
    assert Witness("point", {"x": "1/2"}, "at x").to_json() == {
        "kind": "point",
        "data": {"x": "1/2"},
        "summary": "at x",
        "error_probability": 0.0,
    }


def test_only_a_method_that_declares_an_error_probability_has_one():
    class Exact:
        evidence = Evidence.PROVED

    class Sampling(Exact):
        error_probability = 2e-5

    class Confused(Exact):
        error_probability = 2.0

    class Silent:
        evidence = Evidence.SUPPORTED

    assert error_probability(Exact()) == 0.0
    assert error_probability(Sampling()) == 2e-5
    with pytest.raises(ValueError, match="declares the error probability"):
        error_probability(Confused())
    with pytest.raises(ValueError, match="declares its error probability, this one none"):
        error_probability(Silent())


def test_budgets_and_provers():
    assert Budget() == Budget(step=print)  # who listens is no part of what may be spent
    Budget().step("begin")
    assert isinstance(Compare(), Prover)
    assert not isinstance(object(), Prover)
