r"""The reStructuredText that the pages are made of. Text from elsewhere is escaped: no claim can break a page.

>>> print(heading("A *title*", "="))
A \*title\*
===========
<BLANKLINE>
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

_SPAN = re.compile(r"``(?P<code>[^`\s](?:[^`]*[^`\s])?)``|:math:`(?P<math>[^`]+)`|(?::[a-z:]+:)?`(?P<name>[^`]+)`")
_SPECIAL = re.compile(r"[\\*_|`]|:(?=:)")
_NAME = re.compile(r"[A-Za-z_][\w.]*(\(\))?")


def escaped(text: str) -> str:
    r"""Return text that is read as it stands: one line, no markup.

    >>> escaped("2*x_1 is `so`")
    '2\\*x\\_1 is \\`so\\`'
    """
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def code(text: str) -> str:
    """Return text as a literal; a backtick, which no literal can hold, becomes a quotation mark.

    >>> code("x_1")
    '``x_1``'
    """
    return f"``{' '.join(text.replace('`', chr(39)).split())}``"


def inline(text: str) -> str:
    r"""Return a docstring's sentence with its literals, formulas and names kept, and all else escaped.

    >>> print(inline("The limit of ``x*y`` is `claims_tail`, 2*3."))
    The limit of ``x*y`` is `claims_tail`, 2\*3.
    """
    text, parts, end = " ".join(text.split()), [], 0
    for match in _SPAN.finditer(text):
        parts.append(_SPECIAL.sub(r"\\\g<0>", text[end : match.start()]))
        parts.append(f"\\ {_kept(match)}\\ " if _touches(text, match) else _kept(match))
        end = match.end()
    whole = "".join(parts) + _SPECIAL.sub(r"\\\g<0>", text[end:])
    return whole if re.match(r"[A-Za-z]{2}|`", whole) else f"\\ {whole}"  # "1. ..." would begin a list


def _touches(text: str, match: re.Match[str]) -> bool:
    """Whether a span has no space or punctuation about it, without which it is no markup."""
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return not (re.fullmatch(r"[\s(\[]?", before) and re.fullmatch(r"[\s)\].,:;!?]?", after))


def _kept(match: re.Match[str]) -> str:
    if match["code"] is not None:
        return match[0]
    if match["math"] is not None:
        return match[0]
    return f"`{match['name']}`" if _NAME.fullmatch(match["name"]) else code(match["name"])


def heading(title: str, line: str) -> str:
    """Return a heading, underlined with the character ``line``; the title is plain text."""
    text = escaped(title)
    return f"{text}\n{line * len(text)}\n"


def formula(latex: str) -> str:
    """Return a displayed formula."""
    return f".. math::\n\n   {' '.join(latex.split())}\n"


def role(name: str, text: str) -> str:
    """Return a span of a class of its own; `roles` declares them."""
    return f":{name}:`{escaped(text)}`"


def roles(names: Iterable[str]) -> str:
    """Return the declarations of spans of classes named like the roles."""
    return "".join(f".. role:: {name}\n   :class: {name}\n" for name in names)


def bullets(items: Iterable[str]) -> str:
    """Return a list of paragraphs."""
    return "".join(f"* {textwrap.indent(item, '  ').lstrip()}\n" for item in items)


def fields(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a list of names and what they are; pairs without text are left out."""
    return "".join(f":{name}: {textwrap.indent(text, '   ').strip()}\n" for name, text in pairs if text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int], name: str) -> str:
    """Return a table whose cells are blocks of text of any length.

    Parameters
    ----------
    head, rows
        Cells; every row is as long as the head.
    widths
        Relative widths of the columns.
    name
        Class of the table in HTML.
    """
    lines = [
        ".. list-table::",
        f"   :class: {name}",
        "   :header-rows: 1",
        f"   :widths: {' '.join(map(str, widths))}",
        "",
    ]
    for row in (head, *rows):
        for index, cell in enumerate(row):
            mark = "   * - " if index == 0 else "     - "
            lines.append(mark + textwrap.indent(cell.strip(), " " * 7).lstrip())
    return "\n".join(line.rstrip() for line in lines) + "\n"


def folded(summary: str, content: str) -> str:
    """Return content that is hidden until its summary is clicked; the summary is plain ASCII text."""
    return f".. raw:: html\n\n   <details><summary>{summary}</summary>\n\n{content}\n.. raw:: html\n\n   </details>\n"
