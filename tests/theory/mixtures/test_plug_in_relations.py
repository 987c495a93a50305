"""Enclosures of the plug-in error, the relations decided by them, and hostile certificates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Undecided
from theory.mixtures import plug_in_enclosure, plug_in_relations
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
    assert witness.summary == (
        "relation 2 of 2: the left side is about 0.0772140 and the right side about 0.0720551, "
        "claimed is left < right; e0, the error at d = 50, m = 200, s^2 = 9/4, is about 0.0772140; "
        "e1, the error at d = 50, m = 400, s^2 = 9/4, is about 0.0720551"
    )
    alone = PlugInRelations(_SETTINGS, ((_MANY, ">", 1),))
    assert method.refute(alone, Budget()).summary == (
        "the left side is about 0.0720551 and the right side 1, claimed is left > right; "
        "e1, the error at d = 50, m = 400, s^2 = 9/4, is about 0.0720551"
    )
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
        {"bits": 128, "errors": ["[0.5 +/- 0.5]", "[0.5 +/- 0.5]"]},
        {"bits": 128, "errors": [0.0772139887, 0.0720551049]},
        {"bits": 128, "errors": [None, None]},
        {"bits": 128, "errors": "0.0772"},
        {"bits": 2, "errors": []},
        {"bits": "128", "errors": []},
        {"bits": [128], "errors": []},
        {"errors": []},
        {},
    ],
)
def test_tampered_certificates_are_rejected(data):
    statement = PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    with pytest.raises(Rejected):
        enclosures().recheck(statement, Certificate("plug_in", data), Budget())


def test_a_changed_digit_is_seen():
    statement = PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    certificate = enclosures().decide(statement, Budget())
    first, second = certificate.data["errors"]
    digits = range(4, first.index(" ") - 1)  # after "[0.0"; the last one is blurred by the radius
    assert len(digits) > 30
    for i in digits:
        changed = first[:i] + str((int(first[i]) + 1) % 10) + first[i + 1 :]
        tampered = replace(certificate, data={**certificate.data, "errors": [changed, second]})
        with pytest.raises(Rejected, match="contour integral"):
            enclosures().recheck(statement, tampered, Budget())


def test_a_certificate_serves_its_own_statement_only():
    """Another relation that is false, other settings, the settings in another order: all rejected."""
    statement = PlugInRelations(_SETTINGS, ((_FEW, ">", _MANY),))
    certificate = enclosures().decide(statement, Budget())
    enclosures().recheck(statement, certificate, Budget())
    with pytest.raises(Rejected, match="relation 1"):
        enclosures().recheck(PlugInRelations(_SETTINGS, ((_FEW, "<=", _MANY),)), certificate, Budget())
    with pytest.raises(Rejected, match="relation 1"):
        enclosures().recheck(PlugInRelations(_SETTINGS, ((_FEW, ">", Fraction(8, 100)),)), certificate, Budget())
    for settings in (
        _SETTINGS[::-1],
        _SETTINGS[:1],
        sizes((50, 200, 4), (50, 400, 4)),
        sizes((49, 200, 2), (50, 400, 2)),
    ):
        other = PlugInRelations(settings, ((error_symbols(settings)[0], ">", 0),))
        with pytest.raises(Rejected, match="contour integral"):
            enclosures().recheck(other, certificate, Budget())


def test_kept_enclosures_decide_what_needs_all_their_digits():
    """Equality within 1e-30, which 25 digits would not show."""
    settings = sizes((2, 9, 1), (2, Fraction(1, 9), 9))
    here, there = error_symbols(settings)
    close = ((here - there, "<", Fraction(1, 10**30)), (there - here, "<", Fraction(1, 10**30)))
    statement = PlugInRelations(settings, close)
    certificate = enclosures().decide(statement, Budget())
    enclosures().recheck(statement, certificate, Budget())
    shorter = [text[:24] + "]" for text in certificate.data["errors"]]
    with pytest.raises(Rejected):
        enclosures().recheck(statement, replace(certificate, data={**certificate.data, "errors": shorter}), Budget())


def test_a_stored_certificate_is_replayed_and_a_tampered_one_leaves_the_claim_undecided():
    from theory.engine.decide import decide
    from theory.engine.evidence import Evidence
    from theory.mixtures.claims_plug_in_sizes import reference_value

    verdict, digest = decide(reference_value), reference_value.statement().digest()
    again = decide(reference_value, kept={digest: verdict.certificate})
    assert again.from_store
    assert again.as_recorded
    tampered = replace(verdict.certificate, data={**verdict.certificate.data, "errors": ["[0.0772 +/- 0.0001]"]})
    broken = decide(reference_value, kept={digest: tampered})
    assert broken.evidence is Evidence.UNDECIDED
    assert "certificate rejected" in broken.reason


@pytest.mark.parametrize(("op", "rhs", "holds"), [(">=", 0, True), (">", 0, True), ("<", 0, False), ("<=", 0, False)])
def test_all_four_relations_are_decided(op, rhs, holds):
    method, statement = enclosures(), PlugInRelations(_SETTINGS, ((_FEW - _MANY, op, rhs),))
    assert (method.refute(statement, Budget()) is None) == holds
    assert isinstance(method.decide(statement, Budget()), Certificate) == holds


def test_equality_is_never_claimed_nor_refuted():
    """The difference of a number and itself in balls: neither sign is seen, at any precision."""
    settings = sizes((3, 5, 1), (3, 5, 1))
    here, there = error_symbols(settings)
    for op in (">", "<", ">=", "<="):
        statement = PlugInRelations(settings, ((here, op, there),))
        assert enclosures().refute(statement, Budget()) is None
        assert isinstance(enclosures().decide(statement, Budget()), Undecided)


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
    with pytest.raises(ValueError, match="not among the errors"):
        PlugInRelations(_SETTINGS, ((_FEW, ">", sympy.Symbol("x")),))
    with pytest.raises(ValueError, match="allowed"):
        PlugInRelations(_SETTINGS, ((_FEW, "==", _MANY),))
    with pytest.raises(ValueError, match="at least one"):
        PlugInRelations(_SETTINGS, ())
    with pytest.raises(ValueError, match="positive"):
        series_enclosure(2, Fraction(0), Fraction(1), 64)


def test_the_remainder_bounds_all_later_majorants():
    from flint import arb

    for d, half in ((2, "0.5"), (5, "3"), (40, "20")):
        for k in range(41, 60, 2):
            terms = [
                arb(plug_in_enclosure._multiplicity(d, j)).sqrt() * plug_in_enclosure._bound(d, j, arb(half))
                for j in range(k, k + 200, 2)
            ]
            assert sum(terms, arb(0)) <= plug_in_enclosure._remainder(d, k, arb(half)) * (1 + arb("1e-12"))


def test_a_failure_counts_only_if_both_formulas_see_it(monkeypatch):
    false = PlugInRelations(_SETTINGS, ((_FEW, "<", _MANY),))
    assert enclosures().refute(false, Budget()) is not None
    other_way = plug_in_relations._contour
    monkeypatch.setattr(plug_in_relations, "_contour", lambda json, bits: other_way(json, bits)[::-1])
    assert enclosures().refute(false, Budget()) is None
