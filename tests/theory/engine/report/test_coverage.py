from report_documents import ordinary

from theory.engine.papers import papers
from theory.engine.report.coverage import covered, planned, section, topics
from theory.engine.report.html import MEANING, render

ONE = {"key": "toy", "title": "Toys & tricks", "cite": "", "ring": 1}
OTHER = {"key": "later", "title": "Later <work>", "cite": "", "ring": 2}


def test_every_paper_with_a_ring_is_planned_inner_rings_first():
    found = planned()
    assert {paper["key"] for paper in found} == {paper.key for paper in papers().values() if paper.ring}
    assert [paper["ring"] for paper in found] == sorted(paper["ring"] for paper in found)


def test_a_full_run_says_which_papers_have_claims():
    document = ordinary() | {"coverage": [ONE, OTHER]}
    assert covered(document) == (1, 2)
    assert covered(document | {"coverage": [OTHER]}) == (0, 1)  # a paper that is not planned counts for nothing
    text = section(document, tuple(MEANING))
    assert '<a href="#paper-toy">Toys &amp; tricks</a></td><td><span class="badge certified">1 certified' in text
    assert 'Later &lt;work&gt;</td><td><span class="none">no claims yet' in text
    assert "Ring 1, decided first: 1 of 1" in text
    assert "Ring 2, decided next: 0 of 1" in text
    assert "Coverage: 1 of 2 papers" in render(document)


def test_a_run_of_some_claims_says_nothing_about_other_papers():
    document = ordinary() | {"coverage": []}
    assert section(document, tuple(MEANING)) == ""
    assert "coverage" not in render(document).partition("<body>")[2]


def test_the_topic_of_a_paper_is_where_most_of_its_claims_stand():
    modules = ("theory.mixtures.a.x", "experiments.gaussian.y", "theory.mixtures.b.z")
    assert topics([{"paper": "p", "module": module} for module in modules]) == {"p": "mixtures"}
    assert topics([{"paper": "p", "module": "mine.claims"}]) == {"p": "mine"}
