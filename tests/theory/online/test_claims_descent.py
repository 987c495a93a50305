"""The claim on gradient descent comes out as recorded, and its certificate resists tampering."""

import copy
from fractions import Fraction

import pytest

from theory.engine.checker import Rejected, check
from theory.engine.decide import decide
from theory.online.claims_descent import gradient_descent_worst_case


@pytest.fixture(scope="module")
def verdict():
    return decide(gradient_descent_worst_case)


def test_it_is_decided_as_recorded(verdict):
    assert verdict.as_recorded, verdict.to_json()
    assert [control.outcome for control in verdict.controls] == ["refuted", "refuted"]
    assert verdict.certificate.size() < 2000


@pytest.mark.parametrize("factor", [Fraction(14, 15), Fraction(14, 13)])
def test_the_certificate_does_not_show_another_bound(verdict, factor):
    statement, _ = gradient_descent_worst_case.build(factor=factor)
    with pytest.raises(Rejected):
        check(statement.to_json(), verdict.certificate.to_json())


def test_every_multiplier_counts(verdict):
    statement = gradient_descent_worst_case.statement().to_json()
    multipliers = verdict.certificate.data["parts"][0]["left"]["multipliers"][0]["constraints"]
    for index in range(len(multipliers)):
        spoilt = copy.deepcopy(verdict.certificate.to_json())
        numbers = spoilt["data"]["parts"][0]["left"]["multipliers"][0]["constraints"]
        numbers[index] = str(Fraction(numbers[index]) + Fraction(1, 10**30))
        with pytest.raises(Rejected):
            check(statement, spoilt)
