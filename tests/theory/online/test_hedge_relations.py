"""Relations between minimax, worst case and bound of Hedge, decided in balls; hostile certificates."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Undecided
from theory.online import hedge_relations
from theory.online.hedge import worst_case_regret
from theory.online.hedge_relations import HedgeRelations, enclosures, regret_symbols

_MINIMAX, _WORST, _BOUND = regret_symbols()


def chain(horizon=10, scale=8, low=_MINIMAX):
    return HedgeRelations(horizon, Fraction(scale), ((low, "<", _WORST), (_WORST, "<", _BOUND)))


@pytest.mark.parametrize(("horizon", "scale"), [(1, 8), (2, 1), (7, 100), (31, Fraction(1, 50)), (120, 8)])
def test_both_inductions_enclose_the_closed_form(horizon, scale):
    json = chain(horizon, scale).to_json()
    backward, forward = (f(json, 128) for f in (hedge_relations._backward, hedge_relations._forward))
    assert backward.overlaps(forward)
    assert backward.rel_accuracy_bits() > 100
    eta = float(hedge_relations._step(json))
    assert worst_case_regret(horizon, eta) == pytest.approx(float(backward), rel=1e-12)


def test_decided_and_rechecked():
    certificate = enclosures().decide(chain(), Budget())
    assert isinstance(certificate, Certificate)
    enclosures().recheck(chain(), certificate, Budget())
    assert enclosures().refute(chain(), Budget()) is None


def test_a_false_relation_is_refuted_and_not_decided():
    false = chain(low=sympy.Rational(17, 10))
    assert isinstance(enclosures().decide(false, Budget()), Undecided)
    witness = enclosures().refute(false, Budget())
    assert witness.data["relation"] == 0
    assert witness.summary == (
        "relation 1 of 2: the left side is 17/10 and the right side about 1.63679, claimed is left < right; "
        "worst, the largest regret of Hedge, is about 1.63679"
    )


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"worst": 1.63},
        {"worst": "[1.7 +/- 1e-9]"},
        {"worst": "[nan +/- inf]"},
        {"worst": "x"},
        {"worst": "[1 +/- 5]"},
    ],
)
def test_tampered_certificates_are_rejected(data):
    with pytest.raises(Rejected):
        enclosures().recheck(chain(), Certificate("hedge", data, ""), Budget())


def test_a_certificate_of_another_statement_is_rejected():
    certificate = enclosures().decide(chain(), Budget())
    with pytest.raises(Rejected):
        enclosures().recheck(chain(horizon=11), certificate, Budget())
    with pytest.raises(Rejected):
        enclosures().recheck(chain(low=sympy.Rational(17, 10)), certificate, Budget())


@pytest.mark.parametrize(
    ("horizon", "scale", "relations"),
    [
        (0, Fraction(8), ((_MINIMAX, "<", _WORST),)),
        (10**6, Fraction(8), ((_MINIMAX, "<", _WORST),)),
        (10, 8.0, ((_MINIMAX, "<", _WORST),)),
        (10, Fraction(8), ()),
        (10, Fraction(8), ((_MINIMAX, "!=", _WORST),)),
        (10, Fraction(8), ((sympy.Float(1.5), "<", _WORST),)),
        (10, Fraction(8), ((sympy.Symbol("worst"), "<", _WORST),)),
    ],
)
def test_bad_statements(horizon, scale, relations):
    with pytest.raises(ValueError, match=r"must be|needed|allowed|exact|among"):
        HedgeRelations(horizon, scale, relations)


def test_the_statement_shows_itself():
    assert chain().scope() == "two experts, T = 10, eta = sqrt(8 ln 2/T), all losses in {0, 1}"
    assert r"\mathcal R^\star_T <" in chain().latex()
