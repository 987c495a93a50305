from html.parser import HTMLParser

import pytest
from report_documents import EVERY, differing, hostile, ordinary, sampled

from theory.engine.report.elements import anchor
from theory.engine.report.html import render

VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """Collect tags, ids, links and scripts, and check that elements nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.targets, self.attributes, self.open, self.scripts = [], [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.targets.append(found["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)


@pytest.mark.parametrize("make", EVERY)
def test_the_page_nests_has_one_script_and_asks_nothing_of_the_network(make):
    text = render(make())
    page = Page(text)
    assert page.tags.count("script") == 1
    assert "link" not in page.tags
    assert "img" not in page.tags
    assert not [name for name, _ in page.attributes if name == "src" or name.startswith("on")]
    assert all(target.startswith("#") for target in page.targets)
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert len(page.ids) == len(set(page.ids))


def test_links_lead_to_claims_of_the_page():
    page = Page(render(ordinary()))
    assert {target[1:] for target in page.targets} <= set(page.ids)
    assert anchor("toy.printed") in page.ids


def test_the_errata_table_names_the_counterexample_and_the_correction():
    text = render(ordinary())
    table = text[text.index('id="errata"') : text.index("</table>")]
    assert "3 &gt; 2" in table
    assert "as usually quoted" in table
    assert f'href="#{anchor("toy.corrected")}"' in table
    assert 'id="errata"' not in render(differing())


def test_what_differs_is_said_first():
    text = render(differing())
    problems = text[: text.index('role="search"')]
    for part in (
        "Not all as on record",
        "time limit of 5 s reached in step: count sheep",
        "one were enough",
        "ImportError",
    ):
        assert part in problems
    assert 'class="problems"' not in render(ordinary())
    assert 'class="state bad"' in text
    assert 'class="state good"' in render(ordinary())


def test_hostile_text_is_escaped_and_can_be_written():
    text = render(hostile())
    text.encode("utf-8")
    assert "<script>alert" not in text
    assert "<b>" not in text
    assert "\0" not in text
    assert Page(text).scripts == Page(render(ordinary())).scripts


def test_every_kind_of_verdict_is_explained():
    text = render(ordinary())
    for kind in ("proved", "certified", "argued", "supported", "refuted", "undecided"):
        assert f'class="badge {kind}"' in text


def test_a_rejection_by_sampling_is_not_called_a_counterexample():
    text = render(sampled())
    rejected = text[text.index('id="claim-toy.rejected"') :]
    rejected = rejected[: rejected.index("</details>")]
    assert "rejected by a sequential test at error 2e-05; not a counterexample" in rejected
    assert "<dt>Rejection</dt>" in rejected
    assert "<dt>Counterexample</dt>" not in rejected
    assert "probability at most 2e-05, controls included" in rejected
    assert "rejected by sampling" in text[text.index('id="errata"') :]
    assert "<dt>Counterexample</dt>" in render(ordinary())


def test_an_exceeded_error_budget_is_a_problem():
    assert "Not as on record" not in render(sampled())
    assert "WHICH IT EXCEEDS" in render(sampled(4e-4)).partition('class="problems"')[2]


def test_an_erratum_that_this_run_did_not_find_is_not_said_to_fail():
    content = ordinary()
    content["claims"][0]["verdict"] |= {"evidence": "undecided", "as_recorded": False, "summary": "", "witness": None}
    text = render(content)
    table = text[text.index('id="errata"') : text.index("</table>")]
    assert '<span class="badge undecided">undecided</span> in this run; on record: fails<' in table


def test_a_report_of_some_claims_says_so_and_links_to_no_others():
    content = ordinary() | {"selection": ["toy.corrected", "<b>"]}
    content["claims"] = content["claims"][1:]
    text = render(content)
    assert "Only <code>toy.corrected</code> <code>&lt;b&gt;</code> was asked for" in text
    assert "<dt>Corrects</dt><dd><code>toy.printed</code></dd>" in text
    page = Page(text)
    assert {target[1:] for target in page.targets} <= set(page.ids)
    assert "was asked for" not in render(ordinary())


def test_backticks_of_docstrings_are_code():
    content = ordinary()
    content["claims"][0]["about"] = "The bound ``x < y``, see `other`."
    assert "The bound <code>x &lt; y</code>, see <code>other</code>." in render(content)


def test_theorems_come_first_and_lemmas_last():
    content = ordinary()
    second = content["claims"][1]
    content["claims"] = [
        second | {"id": f"toy.{name}", "where": where, "strength": strength, "corrects": ""}
        for name, where, strength in (
            ("aside", "Lemma 1", "lemma"),
            ("remark", "Remark", "tight"),
            ("law", "Theorem 2", "tight"),
        )
    ]
    text = render(content)
    places = [
        text.index(part)
        for part in ('id="claim-toy.law"', 'id="claim-toy.remark"', "<h3>Lemmas", 'id="claim-toy.aside"')
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("kept", "told"), [(True, "kept with the package, checked again"), (False, "found in this run")]
)
def test_a_certificate_says_where_it_is_from(kept, told):
    content = ordinary()
    content["claims"][1]["verdict"]["from_store"] = kept
    assert f"<dt>Certificate</dt><dd>slack, {content['claims'][1]['certificate_bytes']} bytes, {told}</dd>" in render(
        content
    )
