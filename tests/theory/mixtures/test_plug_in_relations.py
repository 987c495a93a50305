"""Enclosures of the plug-in error, the relations decided by them, and hostile certificates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Undecided
from theory.mixtures.plug_in import plug_in_error
from theory.mixtures.plug_in_enclosure import contour_enclosure, series_enclosure
from theory.mixtures.plug_in_relations import PlugInRelations, Setting, enclosures, error_symbols, sizes

_SETTINGS = sizes((50, 200, Fraction(9, 4)), (50, 400, Fraction(9, 4)))
_FEW, _MANY = error_symbols(_SETTINGS)


@pytest.mark.parametrize(
    ("d", "m", "square"),
    [(1, 1, 1), (2, 1, 9), (3, 5, 4), (50, 3, 25), (800, 800, 4), (20, 1, 64), (2, 10**6, Fraction(1, 10**4))],
)
def test_two_formulas_enclose_the_same_number(d, m, square):
    series = series_enclosure(d, Fraction(m), Fraction(square), 192)
    contour = contour_enclosure(d, Fraction(m), Fraction(square), 192)
    assert series.overlaps(contour)
    assert series.rel_accuracy_bits() > 80
    assert contour.rel_accuracy_bits() > 80
    assert plug_in_error(d, m, float(square) ** 0.5) == pytest.approx(float(series), rel=1e-12)


def test_a_low_precision_widens_and_stays_right():
    fine = series_enclosure(200, Fraction(50), Fraction(4), 300)
    for bits in (30, 40, 60, 90):
        assert series_enclosure(200, Fraction(50), Fraction(4), bits).overlaps(fine)
        assert contour_enclosure(200, Fraction(50), Fraction(4), bits).overlaps(fine)


def test_true_relations_are_certified_and_false_ones_refuted():
    method, true = enclosures(), PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    assert method.refute(true, Budget()) is None
    certificate = method.decide(true, Budget())
    assert isinstance(certificate, Certificate)
    method.recheck(true, certificate, Budget())
    false = PlugInRelations(_SETTINGS, ((_FEW, ">", 0), (_FEW, "<", _MANY)))
    witness = method.refute(false, Budget())
    assert witness is not None
    assert witness.data["relation"] == 1
    assert isinstance(method.decide(false, Budget()), Undecided)
    with pytest.raises(Rejected, match="relation 2"):
        method.recheck(false, certificate, Budget())


@pytest.mark.parametrize(
    "data",
    [
        {"bits": 128, "errors": ["[0.0772 +/- 0.0001]"]},
        {"bits": 128, "errors": ["[0.0672 +/- 0.0001]", "[0.0721 +/- 0.0001]"]},
        {"bits": 128, "errors": ["[0.0772 +/- 0.0001]", "nan"]},
        {"bits": 128, "errors": ["[0.0772 +/- 0.0001]", "x"]},
        {"bits": 2, "errors": []},
        {"errors": []},
        {},
    ],
)
def test_tampered_certificates_are_rejected(data):
    statement = PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    with pytest.raises(Rejected):
        enclosures().recheck(statement, Certificate("plug_in", data), Budget())


def test_a_certificate_of_another_kind_is_rejected():
    statement = PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    certificate = enclosures().decide(statement, Budget())
    with pytest.raises(Rejected, match="kind"):
        enclosures().recheck(statement, replace(certificate, kind="boxes"), Budget())


def test_digest_tells_statements_apart_and_scope_names_the_sizes():
    one, two = (PlugInRelations(_SETTINGS, ((_FEW, op, _MANY),)) for op in (">", ">="))
    other = PlugInRelations(sizes((50, 200, 4), (50, 400, 4)), ((_FEW, ">", _MANY),))
    assert len({one.digest(), two.digest(), other.digest()}) == 3
    assert "d = 50, m = 400, s^2 = 9/4" in one.scope()
    assert one.latex() == "E_{50,200}(s^2=9/4) > E_{50,400}(s^2=9/4)"


def test_what_is_not_exact_or_foreign_is_refused():
    with pytest.raises(ValueError, match="int or Fraction"):
        sizes((2, 0.5, 1))
    with pytest.raises(ValueError, match="d must be"):
        Setting(0, Fraction(1), Fraction(1))
    with pytest.raises(ValueError, match="floats"):
        PlugInRelations(_SETTINGS, ((_FEW, ">", sympy.Float(0.5)),))
    with pytest.raises(ValueError, match="not the errors"):
        PlugInRelations(_SETTINGS, ((_FEW, ">", sympy.Symbol("x")),))
    with pytest.raises(ValueError, match="allowed"):
        PlugInRelations(_SETTINGS, ((_FEW, "==", _MANY),))
    with pytest.raises(ValueError, match="at least one"):
        PlugInRelations(_SETTINGS, ())
    with pytest.raises(ValueError, match="positive"):
        series_enclosure(2, Fraction(0), Fraction(1), 64)
