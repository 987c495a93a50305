import pytest

from theory.engine.report.errata import errata


def claims(*rows):
    return [{"id": name, "expected": expected, "corrects": corrects} for name, expected, corrects in rows]


def test_a_refuted_claim_is_an_erratum_even_without_a_correction():
    (only,) = errata(claims(("a", "refuted", ""), ("b", "proved", "")))
    assert (only.item["id"], only.fails, only.corrections, only.finding) == ("a", True, (), "fails")


def test_refuted_claims_come_before_loose_ones_and_keep_all_corrections():
    found = errata(
        claims(("loose", "proved", ""), ("c", "proved", "loose"), ("d", "proved", "loose"), ("bad", "refuted", ""))
    )
    assert [(e.item["id"], e.corrections) for e in found] == [("bad", ()), ("loose", ("c", "d"))]
    assert found[1].finding == "holds, not the best possible"


def test_a_correction_of_an_unknown_claim_adds_nothing():
    assert errata(claims(("a", "proved", "elsewhere.b"))) == []


def test_what_others_state_comes_before_natural_readings():
    rows = claims(("reading", "refuted", ""), ("loose", "proved", ""))
    rows += claims(("c", "proved", "loose"), ("quoted", "refuted", ""))
    forms = {"reading": "derived", "loose": "as in the published code", "quoted": "as usually quoted"}
    found = errata([item | {"form": forms.get(item["id"], "derived")} for item in rows])
    assert [(e.item["id"], e.quoted) for e in found] == [("quoted", True), ("loose", True), ("reading", False)]


@pytest.mark.parametrize(("verdict", "word"), [("certified", "holds"), ("supported", "supported")])
def test_only_what_is_proved_or_certified_is_said_to_hold(verdict, word):
    (found,) = errata(claims(("loose", verdict, ""), ("sharp", "proved", "loose")))
    assert found.finding == f"{word}, not the best possible"
