"""What Sphinx needs beside its own: formulas as MathML, links from names, docstrings as we mean them.

Formulas are converted when the pages are built, so that a page loads nothing from elsewhere. Sphinx is imported inside
functions: the engine does without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from theory.engine.pages.claims import label
from theory.engine.pages.docstrings import prepared
from theory.engine.report.mathml import formula

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything; Sphinx calls it because ``conf.py`` names this module."""
    app.add_html_math_renderer("mathml", (visit_inline_formula, None), (visit_displayed_formula, None))
    app.connect("missing-reference", resolve_name)
    app.connect("autodoc-process-docstring", prepare_docstring)
    app.connect("doctree-read", unlink_words)
    app.add_post_transform(nearest_names())
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def visit_inline_formula(writer: Any, node: Element) -> None:
    """Write a formula in a line of text."""
    from docutils.nodes import SkipNode

    writer.body.append(f'<span class="math">{_shown(node)}</span>')
    raise SkipNode


def visit_displayed_formula(writer: Any, node: Element) -> None:
    """Write a formula in a line of its own, which scrolls where it is too wide."""
    from docutils.nodes import SkipNode

    shown = _shown(node).replace('display="inline"', 'display="block"', 1)
    writer.body.append(writer.starttag(node, "div", CLASS="math", tabindex="0") + f"{shown}</div>\n")
    raise SkipNode


def _shown(node: Element) -> str:
    latex = aligned(node.astext())
    shown = formula(latex)
    if shown.startswith("<code"):
        from sphinx.util import logging

        message = "formula cannot be shown, its LaTeX is: %s"
        logging.getLogger(__name__).warning(message, latex, location=node, type="lossproof", subtype="formula")
    return shown


def aligned(latex: str) -> str:
    r"""Return a formula with its lines, if it has several, in an environment that says so.

    >>> aligned("x = y"), aligned(r"x &= y \\ &= z")
    ('x = y', '\\begin{split}x &= y \\\\ &= z\\end{split}')
    """
    latex = latex.strip()
    several = r"\\" in latex and r"\begin{" not in latex
    return rf"\begin{{split}}{latex}\end{{split}}" if several else latex


def resolve_name(app: Sphinx, env: Any, node: Element, text: Element) -> Element | None:
    """Link a name in backticks to the claim that it is the id of, or to the one object whose full name ends so."""
    from sphinx.util.nodes import make_refnode

    if node.get("refdomain") != "py":
        return None
    target, source = node["reftarget"].rstrip("()"), node["refdoc"]
    labels = env.domains["std"].anonlabels
    if label(target).lower() in labels:
        page, place = labels[label(target).lower()]
        return make_refnode(app.builder, source, page, place, text)
    known = {name: (item.docname, item.node_id) for name, item in env.domains["py"].objects.items()}
    found = [place for name, place in known.items() if name.endswith(f".{target}")]
    if len(found) != 1:
        found = [(page, place) for page, place in found if page == source]
    return make_refnode(app.builder, source, *found[0], text) if len(found) == 1 else None


def nearest_names() -> type[Any]:
    """Return the transform that chooses among several objects of a name the one nearest to where it is named.

    Sphinx would warn of the ambiguity and take any: many packages have a class ``Setting`` of their own.
    """
    from sphinx.addnodes import pending_xref
    from sphinx.transforms.post_transforms import SphinxPostTransform

    class NearestNames(SphinxPostTransform):
        default_priority = 5  # before references are resolved

        def run(self, **_: Any) -> None:
            known = {name: item.docname for name, item in self.env.domains["py"].objects.items()}
            for node in self.document.findall(pending_xref):
                if node.get("refdomain") == "py" and node.get("refspecific"):
                    beside = node.get("py:module") or ""
                    found = nearest(node["reftarget"], known, beside=beside, page=self.env.docname)
                    node["reftarget"] = found or node["reftarget"]

    return NearestNames


def nearest(target: str, known: Mapping[str, str], *, beside: str, page: str) -> str:
    """Return the full name that a short one stands for where several end so, "" if that is not clear.

    Parameters
    ----------
    target
        The short name.
    known
        Full name of an object -> the page that documents it.
    beside
        The module in which the name stands; the object that shares most packages with it is nearest.
    page
        The page on which it stands, which decides where packages do not.

    Examples
    --------
    >>> known = {"a.bags.Setting": "bags", "a.trees.Setting": "trees"}
    >>> nearest("Setting", known, beside="a.bags.simulation", page="bags")
    'a.bags.Setting'
    >>> nearest("Setting", known, beside="", page="trees"), nearest("Setting", known, beside="a.x", page="x")
    ('a.trees.Setting', '')
    """
    found = [name for name in known if name.endswith(f".{target}")]
    if len(found) <= 1:
        return ""

    def closeness(name: str) -> tuple[int, bool]:
        pairs = zip(name.split("."), beside.split("."), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)), known[name] == page

    best = max(map(closeness, found))
    first = [name for name in found if closeness(name) == best]
    return first[0] if len(first) == 1 else ""


def unlink_words(app: Sphinx, doctree: Any) -> None:
    """Let the words of a type be words: in "array, shape (d,)" Sphinx would link "shape" to an attribute so called."""
    from sphinx.addnodes import pending_xref, pending_xref_condition

    for node in list(doctree.findall(pending_xref)):
        target, kind = node["reftarget"], (node.get("refdomain"), node.get("reftype"))
        if kind == ("py", "class") and (target.islower() or len(target) == 1):
            ways = [child for child in node.children if isinstance(child, pending_xref_condition)]
            node.replace_self(next((way.children for way in ways if way["condition"] == "*"), node.children))


def prepare_docstring(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Change the lines of a docstring in place, as autodoc wants it."""
    lines[:] = prepared(what, name, obj, lines)
