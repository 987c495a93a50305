"""What is done to docstrings before Sphinx reads them: bars are absolute values, and no type speaks for its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from theory.engine.pages.headlines import without_headline

_SPAN_OR_BAR = re.compile(r"``[^`]+``|`[^`]+`|\\.|\|", re.DOTALL)


def prepared(what: str, name: str, value: object, lines: Sequence[str]) -> list[str]:
    """Return the lines of a docstring as Sphinx shall read them.

    Parameters
    ----------
    what
        ``"module"``, ``"function"``, ``"data"``, ... as autodoc says.
    name, value
        The object, and its full name.
    lines
        Its docstring.
    """
    kept = list(lines)
    if what == "data" and _words(kept) == _words((type(value).__doc__ or "").splitlines()):
        return []  # the constant has no docstring: this is the one of dict, tuple, ...
    if what == "module" and name.rpartition(".")[2].startswith("claims_"):
        kept = without_headline(kept)  # its first sentence is the heading above it
    return bars_escaped(kept)


def _words(lines: Sequence[str]) -> list[str]:
    return " ".join(lines).split()


def bars_escaped(lines: Sequence[str]) -> list[str]:
    r"""Return the lines with bars in running text escaped: ``|x|`` is an absolute value and no substitution.

    Literals, examples and the contents of directives stay as they are.

    >>> bars_escaped(["Where |x| <= ``|y|``.", "", ">>> 1 | 2", "3"])
    ['Where \\|x\\| <= ``|y|``.', '', '>>> 1 | 2', '3']
    """
    done: list[str] = []
    beyond = -1  # indentation of the directive or literal block that we are in, -1 outside
    for block in _blocks(lines):
        first = block[0].strip()
        inside = beyond >= 0 and (not first or _indentation(block[0]) > beyond)
        directive = first.startswith(".. ")
        if not inside:
            beyond = _indentation(block[0]) if directive or block[-1].endswith("::") else -1
        done += block if inside or directive or first.startswith(">>>") else _escaped(block)
    return done


def _escaped(block: list[str]) -> list[str]:
    return _SPAN_OR_BAR.sub(lambda found: r"\|" if found[0] == "|" else found[0], "\n".join(block)).split("\n")


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Paragraphs, and each blank line as a block of its own."""
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
            continue
        if block:
            yield block
        yield [line]
        block = []
    if block:
        yield block


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
