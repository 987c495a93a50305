"""The smallest pieces of the HTML report: text, badges of verdicts, links to claims, heads of tables."""

from __future__ import annotations

import re
from collections.abc import Container

from theory.engine.report.mathml import escape

LONGEST = 2000  # characters of a witness or a reason that are shown; the JSON report has them whole


def text(value: object) -> str:
    """Return a value as text that can stand in HTML."""
    return escape(str(value))


def shortened(value: str) -> str:
    """Return a text, or its beginning and how long it is."""
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST]} ... ({len(value)} characters; the JSON report has them all)"


def anchor(claim: str) -> str:
    """Return the fragment that a claim is linked by.

    >>> anchor("comp_sum.minimum")
    'claim-comp_sum.minimum'
    """
    return fragment("claim", claim)


def fragment(kind: str, name: str) -> str:
    """Return the fragment of a thing of some kind, from letters, digits and ``_ . -``.

    >>> fragment("paper", "more is better")
    'paper-more-is-better'
    """
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_.-]", "-", name)


def prose(docstring: str) -> str:
    """Return words of a docstring as HTML: what stands between backticks is code.

    >>> prose("``a < b`` and `c`")
    '<code>a &lt; b</code> and <code>c</code>'
    """
    return re.sub(r"(``?)([^`]+)\1", r"<code>\2</code>", text(docstring))


def link(claim: str, known: Container[str] | None = None) -> str:
    """Return a link to a claim; only its id if it is not among the known ones, which are those of the page."""
    if known is not None and claim not in known:
        return f"<code>{text(claim)}</code>"
    return f'<a href="#{anchor(claim)}"><code>{text(claim)}</code></a>'


def badge(kind: str, label: str = "") -> str:
    """Return the badge of a verdict, with its name or another label."""
    return f'<span class="badge {text(kind)}">{text(label or kind)}</span>'


def heads(*names: str) -> str:
    """Return the cells of a table's head."""
    return "".join(f'<th scope="col">{name}</th>' for name in names)
