"""Which page holds what, and the text of whole pages, on a small tree of packages."""

import importlib
import sys
import textwrap

import pytest
from toy_claims import make

from theory.engine.conformance.reference import SCORES_LABEL, Reference
from theory.engine.discovery import Broken, Collection
from theory.engine.pages import __main__ as command
from theory.engine.pages.claims import claims_text, tally
from theory.engine.pages.contents import pages
from theory.engine.pages.functions import module_text, public
from theory.engine.pages.site import site
from theory.engine.papers import Paper

TREE = {
    "garden/__init__.py": '"""A topic."""',
    "garden/bees.py": '"""Bees."""\ndef hum(): "Hum."\n',
    "garden/wasps.py": '"""Wasps."""\ndef fly(): "Fly."\n',
    "garden/empty.py": '"""Nothing public."""\n',
    "garden/claims_loose.py": '"""Claims beside packages."""\ndef of_nobody(): "None."\n',
    "garden/trees/__init__.py": (
        '"""All about trees: `claims_leaves`, `claims_bark`, `claims_leaves`; see `garden.bees.hum`."""'
    ),
    "garden/trees/claims_bark.py": '"""Bark, and what it is for: long."""\ndef of_bark(): "None."\n',
    "garden/trees/claims_leaves.py": '"""Leaves."""',
    "garden/trees/growth.py": '"""Growth."""\ndef grow(): "Grow."\n',
    "garden/trees/_hidden.py": '"""Hidden."""\ndef hide(): "Hide."\n',
    "garden/trees/inner/__init__.py": '"""A package below."""\ndef inside(): "Inside."\n',
    "garden/oak/__init__.py": (
        '"""The oak: `garden.bees`, `garden.wasps`, `garden.empty`, `garden.claims_loose`, `garden.pond`,\n'
        '`garden.none`."""'
    ),
    "garden/oak/claims_oak.py": "",
    "garden/oak/growth.py": '"""How oaks grow."""\ndef slow(): "Slow."\n',
    "garden/pond/__init__.py": '"""Only one paper\'s; see `garden.trees` and `math.pi`."""\ndef dive(): "Dive."\n',
    "garden/pond/claims_pond.py": '"""Ponds."""',
    "garden/pond/wrong.py": "1 / 0\n",
}
LEAVES = "garden.trees.claims_leaves"
BARK, OAK, POND = "garden.trees.claims_bark", "garden.oak.claims_oak", "garden.pond.claims_pond"
PAPERS = {
    "fir": Paper("fir", "On the Fir", ("A. Bee",), 2020),
    "unused": Paper("unused", "Unused"),
    "oak": Paper("oak", "On *Oaks*"),
}


@pytest.fixture(autouse=True)
def tree(tmp_path, monkeypatch):
    """Put the packages on the path, and forget them afterwards."""
    for path, text in TREE.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "garden"]:
        del sys.modules[name]


def collection():
    """Two papers in a package that they share, one in a package of its name, one alone in a package."""
    wrong = make("tall", paper="oak", expected="refuted", form="as usually quoted", where="Theorem 2", value=3)
    wrong.true_if("taller", bound=4)
    told = {
        make("bark", paper="fir"): BARK,
        make("leaves", paper="fir", strength="lemma", where="Remark"): LEAVES,
        make("leaves", paper="oak", assumptions=("sun", "rain")): LEAVES,
        wrong: OAK,
        make("less_tall", paper="oak", corrects="oak.tall", expected="proved"): OAK,
        make("in_oaks", paper="fir", expected="proved"): OAK,
        make("frog", paper="newt", expected="refuted", value=3): POND,
    }
    return Collection({item.id: item for item in told}, {item.id: module for item, module in told.items()})


def loss(paper):
    return Reference(paper, "loss", "section 2", "x^2", SCORES_LABEL, lambda s, y: s[y])


def made(*losses):
    return pages(collection(), losses, PAPERS)


def test_papers_come_in_their_order_then_unknown_ones_then_what_they_share():
    found, _ = made(loss("zebra"), loss("oak"))
    assert [page.path for page in found] == [
        *("papers/fir", "papers/oak", "papers/newt", "papers/zebra", "shared/garden.trees")
    ]
    by_path = {page.path: page for page in found}
    assert by_path["papers/newt"].paper.title == "newt"
    assert [len(page.losses) for page in found] == [0, 1, 0, 1, 0]
    assert by_path["papers/zebra"].claims == {}


def test_a_package_is_its_paper_s_by_name_or_by_being_its_alone_and_else_is_shared():
    packages = {page.path: (page.packages, page.others) for page in made()[0]}
    assert packages == {
        "papers/fir": ((), ("papers/oak", "shared/garden.trees")),
        "papers/oak": (("garden.oak",), ("shared/garden.trees",)),
        "papers/newt": (("garden.pond",), ()),
        "shared/garden.trees": (("garden.trees",), ()),
    }


def test_modules_are_documented_once_shared_packages_first_and_never_those_of_claims():
    assert {page.path: page.modules for page in made()[0]} == {
        "papers/fir": (),
        "papers/oak": ("garden.oak.growth", "garden.wasps"),
        "papers/newt": (),
        "shared/garden.trees": ("garden.bees", "garden.trees.growth"),
    }


def test_a_module_that_fails_is_told_and_the_others_are_documented():
    (fault,) = made()[1]
    assert (fault.entry, fault.reason) == (
        *("garden.pond.wrong", "cannot import garden.pond.wrong: ZeroDivisionError: division by zero"),
    )


def test_claims_stand_in_the_order_in_which_the_package_tells_of_their_modules():
    oak = next(page for page in made()[0] if page.path == "papers/oak")
    assert list(oak.claims) == [LEAVES, OAK]
    alone = Collection(
        {name: item for name, item in collection().claims.items() if item.paper == "fir" and name != "fir.in_oaks"},
        collection().modules,
    )
    (page,) = pages(alone, [], PAPERS)[0]
    assert (page.path, page.packages) == ("papers/fir", ("garden.trees",))
    assert list(page.claims) == [LEAVES, BARK]  # as told, though bark was found first

    assert [item.name for item in oak.claims[OAK]] == ["tall", "less_tall"]


def test_theory_opens_a_page_and_shared_packages_are_sorted():
    where = ("a.first.claims_x", "theory.last.claims_x", "z.shared.claims_x", "b.shared.claims_x")
    told = {make(f"c{place}", paper="fir"): module for place, module in enumerate(where)}
    told |= {make(f"d{place}", paper="oak"): module for place, module in enumerate(where[2:])}
    claims = Collection({item.id: item for item in told}, {item.id: module for item, module in told.items()})
    found, broken = pages(claims, [], PAPERS)
    assert found[0].packages == ("theory.last", "a.first")
    assert found[0].others == ("shared/b.shared", "shared/z.shared")
    assert [page.path for page in found[2:]] == ["shared/b.shared", "shared/z.shared"]
    assert {fault.entry for fault in broken} == {module.rpartition(".")[0] for module in where}


def test_the_page_of_a_paper_in_full():
    texts, _ = site(collection(), [], PAPERS)
    expected = r"""
        On \*Oaks\*
        ===========


        :evidence-proved:`1 proved` :evidence-certified:`1 certified` :evidence-refuted:`1 refuted`

        Decided by ``lossproof verify oak``.

        The definitions and functions that these claims use: :doc:`/shared/garden.trees`.

        .. automodule:: garden.oak

        Errata
        ------

        .. list-table::
           :class: claims
           :header-rows: 1
           :widths: 66 34

           * - As stated
             - Finding
           * - :ref:`tall <claim-oak.tall>`

               .. math::

                  v \le b


               Theorem 2 (as usually quoted)
             - :evidence-refuted:`fails`

               :part:`Corrected by` :ref:`less_tall <claim-oak.less_tall>`

        Claims
        ------
        """
    page = texts["papers/oak"]
    assert textwrap.dedent(expected).strip() == page[page.index("On ") : page.index("\nLeaves\n~~~~~~\n")].strip()
    assert page.startswith(".. role:: evidence-proved\n   :class: evidence-proved\n")
    assert ".. role:: part\n" in page
    assert "Natural readings" not in page
    assert "\nFunctions\n---------\n" in page
    assert "\ngrowth\n~~~~~~\n\n.. automodule:: garden.oak.growth\n\n.. autofunction:: garden.oak.growth.slow\n" in page
    assert "\nclaims\\_oak\n~~~~~~~~~~~\n" in page  # without a docstring
    assert "\ngarden.wasps\n~~~~~~~~~~~~\n" in page  # beside the package: named in full
    assert "\nLosses\n" not in page


def test_the_claims_of_a_module_are_told_with_lemmas_folded():
    texts, _ = site(collection(), [], PAPERS)
    oak, fir = texts["papers/oak"], texts["papers/fir"]
    expected = r"""
        * - .. _claim-oak.leaves:

            ``leaves``

            .. math::

               v \le b

            :part:`Scope` the number 1

            :part:`Assumed` sun; rain
          - :evidence-certified:`certified`

            Lemma 1

            derived; 0 controls
        """
    assert textwrap.indent(textwrap.dedent(expected).strip(), "   ") + "\n" in oak
    assert ":part:`Corrects` :ref:`tall <claim-oak.tall>`" in oak
    assert "as usually quoted; 1 control\n" in oak
    folded = fir.index("<details><summary>Lemmas (1)</summary>")
    assert fir.index(".. _claim-fir.bark:") < folded < fir.index(".. _claim-fir.leaves:") < fir.index("</details>")
    assert "A. Bee: On the Fir. 2020." in fir
    assert ":part:`Assumed`" not in fir
    assert "Bark, and what it is for\n~~~~" in fir


def test_a_docstring_is_registered_where_it_is_shown_first():
    texts, _ = site(collection(), [], PAPERS)
    assert f".. automodule:: {LEAVES}\n\n" in texts["papers/fir"]
    assert f".. automodule:: {LEAVES}\n   :no-index:\n" in texts["papers/oak"]


def test_shared_packages_and_natural_readings_have_their_pages_and_sections():
    texts, _ = site(collection(), [loss("zebra")], PAPERS)
    shared = texts["shared/garden.trees"]
    assert "All about trees\n===============\n\nShared by several papers: ``garden.trees``.\n" in shared
    assert "Natural readings that fail, or can be sharpened\n-----" in texts["papers/newt"]
    assert "\nErrata\n" not in texts["papers/newt"]
    assert "verify" not in texts["papers/zebra"]
    assert "\nClaims\n" not in texts["papers/zebra"]
    assert "Losses\n------\n\nWhat an implementation can be held against:\n" in texts["papers/zebra"]


def test_the_list_of_pages_in_full():
    text = site(collection(), [loss("zebra")], PAPERS)[0]["papers"]
    expected = """
        Papers
        ======

        One page a paper: what it claims, what was decided and how strongly, and what can be computed.

        .. list-table::
           :class: papers
           :header-rows: 1
           :widths: 65 35

           * - Paper
             - Claims on record
           * - :doc:`papers/fir`
             - :evidence-proved:`1 proved` :evidence-certified:`2 certified`
           * - :doc:`papers/oak`
             - :evidence-proved:`1 proved` :evidence-certified:`1 certified` :evidence-refuted:`1 refuted`
           * - :doc:`papers/newt`
             - :evidence-refuted:`1 refuted`
           * - :doc:`papers/zebra`
             - losses only

        .. toctree::
           :hidden:
           :caption: Papers

           papers/fir
           papers/oak
           papers/newt
           papers/zebra

        .. toctree::
           :hidden:
           :caption: Shared by several papers

           shared/garden.trees
        """
    assert text[text.index("Papers\n======") :].strip() == textwrap.dedent(expected).strip()


def test_without_shared_packages_nothing_is_said_of_them():
    alone = make("alone", paper="fir")
    text = site(Collection({alone.id: alone}, {alone.id: POND}), [], PAPERS)[0]["papers"]
    assert "Shared" not in text


def test_public_names_stand_in_the_order_of_the_source_constants_first(tmp_path):
    source = '''
        """Many things."""
        from math import tau
        from theory.engine.conformance.reference import SCORES_LABEL, Reference
        __all__ = ["later", "Sooner", "SMALL", "LARGE", "LOSS", "math_function", "nothing"]
        class Sooner:
            pass
        def later():
            pass
        SMALL, LARGE, nothing = 58 * "s", 59 * "l", None
        from textwrap import dedent as math_function
        LOSS = Reference("p", "loss", "s", "x", SCORES_LABEL, lambda s, y: s[y])
        '''
    (tmp_path / "garden" / "many.py").write_text(textwrap.dedent(source), "utf-8")
    module = importlib.import_module("garden.many")
    assert public(module) == ["SMALL", "LARGE", "Sooner", "later"]
    text = module_text(module, title="many_things", line="~")
    assert text.startswith("many\\_things\n~~~~~~~~~~~~\n\n.. automodule:: garden.many\n")
    assert ".. autodata:: garden.many.SMALL\n\n" in text
    assert ".. autodata:: garden.many.LARGE\n   :no-value:\n" in text
    assert ".. autoclass:: garden.many.Sooner\n   :members:\n" in text


def test_a_claim_is_told_by_its_idea_and_one_that_cannot_be_built_by_why():
    item, lost = make("idea", paper="fir"), make("lost", paper="fir", corrects="gone.claim")
    item.build.__doc__ = "It is at most |b|.\n\nNot shown.\n\nNor this."
    lost.build = lambda: {}[1]
    text = claims_text([item, lost], {item.id, lost.id})
    assert "\n       It is at most \\|b\\|.\n\n       :part:`Scope` the number 1\n" in text
    assert "Not shown" not in text
    assert ":part:`Scope` the statement cannot be built: KeyError: 1\n" in text
    assert ":part:`Corrects` ``gone.claim``\n" in text
    assert claims_text([make("small", strength="lemma")], ()).startswith(".. raw:: html\n")


def test_verdicts_are_counted_from_strong_to_weak():
    items = [make("a", expected=kind) for kind in ("refuted", "proved", "proved", "supported")]
    assert tally(items) == (
        ":evidence-proved:`2 proved` :evidence-supported:`1 supported` :evidence-refuted:`1 refuted`"
    )
    assert tally([]) == ""


def test_the_command_writes_what_it_can_and_names_what_it_cannot(tmp_path, monkeypatch, capsys):
    entries = {"lossproof.claims": {"bad": "no_such_module"}}
    monkeypatch.setattr(command, "own", lambda group: (entries.get(group, {}), []))
    assert command.main([str(tmp_path / "out")]) == 1
    assert [path.name for path in (tmp_path / "out").rglob("*.rst")] == ["papers.rst"]
    assert capsys.readouterr().err.startswith("bad: cannot import no_such_module")
    entries.clear()
    assert command.main([str(tmp_path / "out")]) == 0
    assert command.main([]) == 2


def test_only_what_comes_with_lossproof_has_pages(monkeypatch):
    fault = Broken("x", "y")
    found = {"a": "theory.a", "b": "experiments.b:B", "c": "theory_of_others.c", "d": "mine.d"}
    monkeypatch.setattr(command.discovery, "entry_points", lambda group: (found, [fault]))
    assert command.own("any") == ({"a": "theory.a", "b": "experiments.b:B"}, [fault])
