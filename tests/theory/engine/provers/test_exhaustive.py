"""Decisions by enumeration."""

import pytest

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.provers.exhaustive import enumeration
from theory.engine.statements.finite import Finite


def numbers(count, bound):
    def domain():
        return range(count)

    def below(item):
        return item < bound

    return Finite(domain, count, below, over=f"x < {count}", says=f"x < {bound}")


def test_it_is_a_prover():
    assert isinstance(enumeration(), Prover)
    assert enumeration().evidence is Evidence.CERTIFIED


def test_a_true_statement_is_certified_and_rechecked():
    statement, method = numbers(20, 20), enumeration()
    assert method.refute(statement, Budget()) is None
    certificate = method.decide(statement, Budget())
    assert certificate.data["count"] == 20
    method.recheck(statement, Certificate.from_json(certificate.to_json()), Budget())


def test_the_first_counterexample_is_the_witness():
    witness = enumeration().refute(numbers(20, 7), Budget())
    assert witness.data == {"position": 7, "item": "7"}
    assert witness.summary == "at 7, item 8 of 20 (x < 20), the statement is false"


def test_a_counterexample_out_of_the_refuters_reach_leaves_it_undecided():
    method, statement = enumeration(), numbers(20, 7)
    assert method.refute(statement, Budget(seconds=-1)) is None
    assert method.decide(statement, Budget()) == Undecided("a counterexample lies beyond the refuter's reach", "7")


def test_certificates_of_other_domains_and_tampered_ones_are_rejected():
    method = enumeration()
    certificate = method.decide(numbers(20, 20), Budget())
    for other in (numbers(19, 20), numbers(20, 7)):
        with pytest.raises(Rejected):
            method.recheck(other, certificate, Budget())
    for data in ({}, {"count": 20, "sha256": "0" * 64}, {"count": 21, "sha256": certificate.data["sha256"]}):
        with pytest.raises(Rejected, match="another domain"):
            method.recheck(numbers(20, 20), Certificate("finite", data), Budget())
    with pytest.raises(Rejected, match="kind"):
        method.recheck(numbers(20, 20), Certificate("linear", certificate.data), Budget())
