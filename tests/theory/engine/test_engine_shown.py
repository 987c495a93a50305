"""Claims, verdicts and reports show themselves in notebooks."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import toy_claims

from theory.engine.decide import decide
from theory.engine.discovery import Broken, Collection
from theory.engine.evidence import Evidence, Witness
from theory.engine.shown import Html, brief, table, text
from theory.engine.verify import Entry, Report


def toy(**record):
    claim = toy_claims.make("bound_<b>", **record)
    claim.false_if("it were <i>smaller</i>", bound=0)
    return claim


def test_numbers_arrays_and_long_text_are_cut_to_a_line():
    assert text(1e-12 / 3) == "3.33333e-13"
    assert text(Fraction(1, 3)) == "1/3"
    assert text(Fraction(10**30, 3 * 10**29 + 1)) == "about 3.33333, exact"
    assert text(np.full((2, 3), np.nan)) == text(np.empty((2, 3), dtype=object)) == "array (2, 3)"
    assert text(np.asarray(["a", "b"])) == "array (2,)"
    assert text(np.asarray(2.5)) == "2.5"
    assert text(np.asarray([1 + 2j, 3])) == text(np.zeros(2, dtype="complex64")) == "array (2,)"  # not the real parts
    assert text(list(range(9))) == "0; 1; 2; 3; 4; 5; and 3 more"
    assert text({f"k{k}": k for k in range(8)}).endswith("k5: 5; and 2 more")
    assert text(decide) == "decide"
    assert text("a\n b") == "a b"
    assert len(text("x" * 1000)) == 400


def test_in_a_line_with_others_short_values_are_written_as_they_are_and_long_ones_told():
    assert [brief(value) for value in (0.1, "a\n b", None, Fraction(1, 3))] == [
        "0.1",
        r"'a\n b'",
        "None",
        "Fraction(1, 3)",
    ]
    assert brief(np.asarray([0.25, 1.0])) == "array([0.25, 1.  ])"
    assert (brief(np.eye(2)), brief(np.zeros(61)), brief(np.asarray(2.5))) == (
        "<array (2, 2)>",
        "<array (61,)>",
        "array(2.5)",
    )
    assert (brief(10**5000), brief(decide)) == ("<about 1e+5000, exact>", "<decide>")
    assert brief("x" * 58) == repr("x" * 58)
    assert brief("x" * 59) == "<" + "x" * 59 + ">"
    assert brief("x" * 61) == "<" + "x" * 57 + "...>"


def test_arrays_are_not_written_out_to_see_whether_they_are_short():
    class Large:
        shape, dtype = (10**9,), float

        def __repr__(self):
            raise AssertionError

    assert brief(Large()) == "<array (1000000000,)>"


def test_claims_verdicts_reports_and_collections_are_one_line():
    claim = toy()
    verdict = decide(claim)
    assert repr(claim) == f"<claim {claim.id}, on record: {claim.expected.value}>"
    assert repr(verdict) == f"<{claim.id}: {verdict.evidence.value}, as on record>"
    missed = replace(verdict, evidence=Evidence.UNDECIDED, reason="the budget\nis spent")
    assert repr(missed).endswith(f": undecided, NOT as on record: {claim.expected.value}; the budget is spent>")
    assert repr(Report((Entry(claim, "toy", verdict),), ())) == "<report on 1 claim, all as on record>"
    assert repr(Collection({claim.id: claim}, {}, (Broken("a", "b"),))) == "<collection of 1 claim, 1 broken>"


def test_rational_numbers_of_any_size_are_shown():
    assert text(-(10**30)) == f"-1{'0' * 30}"
    assert text(Fraction(10**24, 7)) == "about 1.42857e+23, exact"
    assert text(10**5000) == "about 1e+5000, exact"  # Python writes no more than some thousand digits
    assert text(Fraction(-(10**5000), 3)) == "about -3.33333e+4999, exact"
    assert text(Fraction(2, 3 * 10**400)) == "about 6.66667e-401, exact"  # neither 0 nor beyond floats
    assert text((True, 10**400)) == "yes; about 1e+400, exact"


def test_text_is_escaped_and_html_is_not():
    rows = [("<script>", Html("<math></math>"))]
    assert table(rows, head=("<a>",)) == (
        "<table><tr><th>&lt;a&gt;</th></tr><tr><td>&lt;script&gt;</td><td><math></math></td></tr></table>"
    )


def test_a_claim_shows_statement_source_and_neighbours():
    shown = toy(says=r"x^2\le 2", assumptions=("x is <real>",))._repr_html_()
    assert "<math" in shown
    assert "x is &lt;real&gt;" in shown
    assert "<td>false neighbour</td><td>it were &lt;i&gt;smaller&lt;/i&gt;</td>" in shown
    assert "<b>" not in shown
    assert toy(says="x")._repr_latex_() == r"$\displaystyle x$"


def test_a_verdict_shows_evidence_and_controls_but_no_time():
    verdict = replace(decide(toy()), seconds=1234.5)
    shown = verdict._repr_html_()
    assert "certified</caption>" in shown
    assert "control: it were &lt;i&gt;smaller&lt;/i&gt;</td><td>refuted" in shown
    assert "<td>as on record</td><td>yes</td>" in shown
    assert "1234" not in shown
    wrong = replace(verdict, evidence=Evidence.UNDECIDED, reason="too <hard>", latex="")
    assert "too &lt;hard&gt;" in wrong._repr_html_()
    assert "no, expected: certified" in wrong._repr_html_()
    assert wrong._repr_latex_() is None


def test_a_report_shows_a_row_for_each_claim_and_what_is_broken():
    claim = toy()
    entry = Entry(claim, "demo", decide(claim))
    assert "1 claim, all as on record" in Report((entry,), ())._repr_html_()
    shown = Report((entry, entry), (Broken("other", "cannot <import>"),))._repr_html_()
    assert "2 claims, NOT all as on record" in shown
    assert "cannot &lt;import&gt;" in shown


def test_certificates_and_witnesses_show_their_summaries():
    certificate = decide(toy()).certificate
    assert f"<td>bytes</td><td>{certificate.size()}</td>" in certificate._repr_html_()
    assert "at &lt;x&gt;" in Witness("point", {}, "at <x>")._repr_html_()
    assert "<td>0.001</td>" in Witness("run", {}, "rejected", 1e-3)._repr_html_()
