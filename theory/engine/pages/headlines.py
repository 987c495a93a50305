"""The heading that a module's docstring gives: its first sentence, or the part before a colon."""

from __future__ import annotations

import inspect

LONGEST = 90  # characters of a heading; beyond that it is cut at a comma


def headline(docstring: str | None, otherwise: str) -> str:
    """Return a heading for what a docstring is about.

    Parameters
    ----------
    docstring
        May be None or empty.
    otherwise
        The heading where it says nothing.

    Examples
    --------
    >>> headline("When a loss is bounded below: what suffices.", "claims_tail")
    'When a loss is bounded below'
    >>> headline("", "claims_tail")
    'claims_tail'
    """
    sentence = first_paragraph(docstring).rstrip(".")
    head, colon, _ = sentence.partition(": ")
    if colon and len(head.split()) > 2:
        sentence = head
    while len(sentence) > LONGEST and ", " in sentence:
        sentence = sentence.rpartition(", ")[0]
    return sentence.replace("`", "") or otherwise


def first_paragraph(docstring: str | None) -> str:
    r"""Return the first paragraph of a docstring in one line.

    >>> first_paragraph("One thing,\nin two lines.\n\nMore.")
    'One thing, in two lines.'
    """
    return " ".join(inspect.cleandoc(docstring or "").split("\n\n")[0].split())


def without_headline(lines: list[str]) -> list[str]:
    """Return a docstring's lines without the first paragraph, if `headline` says all of it.

    >>> without_headline(["All of it.", "", "More."])
    ['More.']
    >>> without_headline(["When it is so: what suffices.", "", "More."])[0]
    'When it is so: what suffices.'
    """
    first = first_paragraph("\n".join(lines))
    if headline(first, "") != first.rstrip(".").replace("`", ""):
        return lines
    end = lines.index("") + 1 if "" in lines else len(lines)
    return lines[end:]
