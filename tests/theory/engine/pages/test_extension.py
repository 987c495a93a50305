"""Sphinx with the extension: a small site built for real, formulas, links and docstrings looked at."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from theory.engine.claim import claim
from theory.engine.discovery import Collection
from theory.engine.pages.extension import nearest
from theory.engine.pages.site import site
from theory.engine.words import Domain, ForAll, boxes

pytest.importorskip("sphinx")

ROOT = Path(__file__).parents[4]
CONFIGURATION = """
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "theory.engine.pages.extension"]
default_role = "py:obj"
html_math_renderer = "mathml"
html_theme = "basic"
python_use_unqualified_type_names = True
"""
INDEX = r"""
Start
=====

See `demo_shapes.area`, `area`, `area()`, `demo.square_above_tangent`, `nothing_known` and :ref:`area`.

.. math::

   x &= y \\
     &= z

.. math:: \frac{1}{2

.. toctree::

   papers
   forms

.. automodule:: demo_shapes
   :members:

.. automodule:: demo_knots
   :members:
"""
OTHER = "Forms\n=====\n\nSee `area`.\n\n.. automodule:: demo_forms\n   :members:\n"
FORMS = (
    '"""Forms."""\nclass Square:\n    """Another."""\ndef area(of):\n    """Another."""\nclass Knot:\n    """Tied."""\n'
)
KNOTS = '"""Knots."""\nclass Knot:\n    """Loose."""\n'
MODULE = '''
"""Shapes, of size |x|."""

__all__ = ["SIZES", "A", "Circle", "Square", "area"]

SIZES = {"small": 1}


class A:
    """A letter."""


class Square:
    """A square."""

    @property
    def shape(self):
        """Four corners."""


class Circle:
    """A circle."""

    @property
    def shape(self):
        """No corner."""


def area(x, of=None, by=None, tied=None):
    """Return |x| times ``|x|``.

    Parameters
    ----------
    x
        Any number, |x| < 1.
    of : Square, shape (4,), optional
        What it is the area of.
    by : A
        Nothing but a letter.
    tied : Knot
        There are two.
    """
    return x * x
'''


@claim(paper="demo", where="Lemma *1*", says=r"x^2 \ge c\,(2x-1)", expected="certified", assumptions=("|x| `> y_",))
def square_above_tangent(c=1):
    """The square lies above its *tangent, by |x-1|_."""
    domain = Domain("x in [2,3]")
    (x,) = domain
    return ForAll(domain, x**2, ">", c * (2 * x - 1)), boxes()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the site; return its pages by name, and Sphinx's warnings."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    (source / "conf.py").write_text(CONFIGURATION, "utf-8")
    (source / "index.rst").write_text(INDEX, "utf-8")
    (source / "forms.rst").write_text(OTHER, "utf-8")
    (source / "demo_shapes.py").write_text(MODULE, "utf-8")
    (source / "demo_forms.py").write_text(FORMS, "utf-8")
    (source / "demo_knots.py").write_text(KNOTS, "utf-8")
    collection = Collection({square_above_tangent.id: square_above_tangent}, {square_above_tangent.id: "theory.engine"})
    for path, text in site(collection, [], {})[0].items():
        (source / f"{path}.rst").parent.mkdir(exist_ok=True)
        (source / f"{path}.rst").write_text(text, "utf-8")
    # a process of its own: Sphinx changes docutils for good
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(source), str(ROOT)])}
    said = out / "warnings.txt"
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-w", str(said), str(source), str(out)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    pages = {str(path.relative_to(out)): path.read_text("utf-8") for path in out.rglob("*.html")}
    return pages, said.read_text("utf-8")


def test_the_only_warnings_are_about_what_cannot_be_shown_or_is_nowhere(built):
    formula, label = sorted(line for line in built[1].splitlines() if line.strip())
    assert r"formula cannot be shown, its LaTeX is: \frac{1}{2" in formula
    assert "undefined label: 'area'" in label  # a name is no label


def test_formulas_are_mathml_and_a_broken_one_its_source(built):
    (block,) = re.findall('<div ([^>]*)>[^<]*<math [^>]*display="block"', built[0]["index.html"])
    assert 'class="math' in block
    assert 'tabindex="0"' in block  # it scrolls where it is too wide, also by keys
    assert '<code class="tex">\\frac{1}{2</code>' in built[0]["index.html"]
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in built[0]["papers/demo.html"]


def test_no_page_loads_a_script_or_style_from_elsewhere(built):
    for page in built[0].values():
        assert 'src="http' not in page
        assert 'rel="stylesheet" type="text/css" href="http' not in page


def test_names_lead_to_what_they_name(built):
    page = built[0]["index.html"]
    assert 'href="#demo_shapes.area" title="demo_shapes.area"><code' in page
    assert page.count('href="#demo_shapes.area"><code') == 3  # area, area(), and the contents of the page
    assert 'href="#demo_forms.area"><code' in built[0]["forms.html"]
    assert 'href="papers/demo.html#claim-demo-square-above-tangent"' in page
    assert "nothing_known</span></code>" in page


def test_words_of_a_type_are_no_links_and_classes_are(built):
    page = built[0]["index.html"]
    said = page[page.index("What it is the area of") - 400 : page.index("What it is the area of")]
    assert 'href="#demo_shapes.Square"' in said  # and not that of forms
    assert 'shape"' not in said
    assert 'href="#demo_knots.Knot"' in page.partition("There are two")[0][-200:]  # that of this page
    assert 'href="#demo_shapes.A"' not in page.partition("Nothing but a letter")[0][-200:]


def test_hostile_text_of_a_claim_is_shown_as_it_stands(built):
    page = built[0]["papers/demo.html"]
    for text in ("Lemma *1*", "|x| `&gt; y_", "above its *tangent, by |x-1|_."):
        assert text in page


def test_bars_are_shown_and_a_dict_has_no_docstring_of_its_own(built):
    page = built[0]["index.html"]
    assert "Shapes, of size |x|." in page
    assert "Any number, |x| &lt; 1." in page
    assert textwrap.shorten(dict.__doc__, 20, placeholder="") not in page


@pytest.mark.parametrize(
    ("beside", "page", "found"),
    [
        ("a.bags.simulation", "elsewhere", "a.bags.Setting"),  # in the same package
        ("a.trees", "elsewhere", "a.trees.Setting"),
        ("a.plants", "bags", "a.bags.Setting"),  # packages do not decide, the page does
        ("", "trees", "a.trees.Setting"),
        ("a.plants", "elsewhere", ""),  # nothing decides
    ],
)
def test_of_several_objects_of_a_name_the_nearest_is_meant(beside, page, found):
    known = {"a.bags.Setting": "bags", "a.trees.Setting": "trees", "a.bags.Resetting": "bags"}
    assert nearest("Setting", known, beside=beside, page=page) == found
    assert nearest("Resetting", known, beside=beside, page=page) == ""  # one alone is found by Sphinx itself
