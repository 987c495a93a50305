"""The pages of all papers, from what is on record; `make docs` builds them with every warning an error."""

import re

import pytest

from theory.engine.claim import claim
from theory.engine.conformance.references import references
from theory.engine.discovery import Collection, collect
from theory.engine.pages import __main__ as command
from theory.engine.pages.site import site
from theory.engine.papers import papers
from theory.engine.words import Domain, ForAll, boxes

COLLECTION, LOSSES = collect(), references()[0]
TEXTS, BROKEN = site(COLLECTION, LOSSES.values(), papers())


def test_everything_can_be_imported():
    assert BROKEN == []


def test_every_paper_with_claims_or_losses_has_a_page_and_is_listed():
    keys = {item.paper for item in (*COLLECTION.claims.values(), *LOSSES.values())}
    assert {f"papers/{key}" for key in keys} <= set(TEXTS)
    for key in keys:
        assert f":doc:`papers/{key}`" in TEXTS["papers"]


def test_every_claim_stands_on_the_page_of_its_paper_once():
    for name, item in COLLECTION.claims.items():
        assert TEXTS[f"papers/{item.paper}"].count(f".. _claim-{name}:\n") == 1
    assert sum(text.count(".. _claim-") for text in TEXTS.values()) == len(COLLECTION.claims)


def test_every_loss_stands_on_the_page_of_its_paper_with_its_slips():
    for name, loss in LOSSES.items():
        page = TEXTS[f"papers/{loss.paper}"]
        assert f"lossproof conform MODULE:FUNCTION --to {name}\n" in page
    cross_entropy = TEXTS["papers/comp_sum"]
    assert "softmax twice: probabilities were given where scores are expected" in cross_entropy


def test_what_is_quoted_and_fails_stands_apart_from_natural_readings():
    page = TEXTS["papers/ensloss"]
    errata, readings = (
        page.index("Errata\n------"),
        page.index("Natural readings that fail, or can be sharpened\n-----"),
    )
    assert errata < page.index("claim-ensloss.published_tail_is_bounded_below>") < readings
    assert readings < page.index("claim-ensloss.root_hinge_is_convex>") < page.index("Claims\n------")
    assert "root_hinge_is_convex" not in page[errata:readings]


def test_links_lead_to_claims_that_exist():
    targets = {target for text in TEXTS.values() for target in re.findall(r"<claim-([^>]+)>", text)}
    assert targets <= set(COLLECTION.claims)
    assert targets


def test_a_page_opens_with_the_theory():
    page = TEXTS["papers/ood_unlabeled"]
    tops = ("theory.mixtures", "experiments.gaussian_mixture")
    first, then = (f".. automodule:: {top}.ood_unlabeled\n" for top in tops)
    assert 0 <= page.index(first) < page.index(then)


def test_public_functions_are_documented_where_they_belong():
    assert ".. autofunction:: theory.classification.ldr.ldr_kl.ldr_kl\n" in TEXTS["papers/ldr"]
    assert ".. autofunction:: theory.classification.calibration.transform\n" in TEXTS["papers/comp_sum"]
    assert "claims_ldr_duality.worst_case_bound" not in TEXTS["papers/ldr"]
    directives = [line for text in TEXTS.values() for line in text.splitlines() if line.startswith(".. autofunction::")]
    assert len(directives) == len(set(directives))


def test_no_two_sections_of_a_page_bear_the_same_name():
    """Two packages of a paper may each have a module of one name: both are then named in full."""
    for path, text in TEXTS.items():
        titles = re.findall(r"^(.+)\n~{3,}$", text.partition("\nFunctions\n-")[2], re.MULTILINE)
        assert len(titles) == len(set(titles)), path
    assert "\nldr\\_kl\n~~~" in TEXTS["papers/ldr"]


HOSTILE = "`x`_ |y| *z* **w** :math:`\\alpha` <script> ::\n\n.. raw:: html"


def test_hostile_text_stays_text():
    @claim(paper="hostile", where=HOSTILE, says=r"x \ge 0", expected="certified", assumptions=(HOSTILE,))
    def broken():
        """Nothing."""
        domain = Domain("x in [0,1]")
        (x,) = domain
        return ForAll(domain, x, ">=", 0), boxes()

    broken.build.__doc__ = HOSTILE
    collection = Collection({broken.id: broken}, {broken.id: "theory.engine.claim"})
    texts, _ = site(collection, [], {})
    page = texts["papers/hostile"]
    assert "\n.. raw:: html" not in page
    assert r"\|y\| \*z\*" in page


def test_the_command_writes_the_pages(tmp_path):
    assert command.main([str(tmp_path)]) == 0
    written = {str(path.relative_to(tmp_path).with_suffix("")) for path in tmp_path.rglob("*.rst")}
    assert written == set(TEXTS)
    assert (tmp_path / "papers" / "ldr.rst").read_text("utf-8") == TEXTS["papers/ldr"]
    assert command.main([]) == 2


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_docutils_reads_every_page(path):
    """As far as it can without Sphinx: no directive or role of docutils itself is malformed."""
    core = pytest.importorskip("docutils.core")
    text = re.sub(r"(?m)^\.\. (auto\w+|toctree|code-block)::.*\n((   .*)?\n)*", "", TEXTS[path])
    text = re.sub(r":(doc|ref|py:obj):`", ":literal:`", text)
    settings = {"report_level": 2, "halt_level": 5, "warning_stream": False, "raw_enabled": True}
    document = core.publish_doctree(text, settings_overrides=settings)
    assert [node.astext() for node in document.findall() if node.tagname == "system_message"] == []
