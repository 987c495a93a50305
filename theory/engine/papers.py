"""The papers that claims name (``theory/papers.toml``), as objects and as BibTeX.

``python -m theory.engine.papers references.bib`` writes the bibliography.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from theory.engine.files import replace_file, why_not_writable

_FIELDS: dict[str, type] = {
    "title": str,
    "authors": list,
    "year": int,
    "venue": str,
    "arxiv": str,
    "ring": int,
}
_SPECIAL = str.maketrans({character: "\\" + character for character in "&%$#_"})
_HEAD = "% Generated from theory/papers.toml by: python -m theory.engine.papers references.bib\n"


@dataclass(frozen=True)
class Paper:
    """One paper; a field that is not known for certain is empty, never guessed.

    ``ring`` orders the work: 1 is decided first; 0 marks background.
    """

    key: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    arxiv: str = ""
    ring: int = 0

    def cite(self) -> str:
        """Return the reference as one line of plain text.

        >>> Paper("demo", "A Title", ("Ann Bee", "Cy Dee"), 2020, "JMLR").cite()
        'Ann Bee, Cy Dee: A Title. JMLR, 2020.'
        """
        who = f"{', '.join(self.authors)}: " if self.authors else ""
        place = ", ".join(filter(None, (self.venue, str(self.year or ""), f"arXiv:{self.arxiv}" if self.arxiv else "")))
        return f"{who}{self.title}." + (f" {place}." if place else "")

    def bibtex(self) -> str:
        """Return the BibTeX entry; an article where no venue is known to be a conference's."""
        meeting = any(word in self.venue for word in ("Conference", "Advances", "Symposium", "Proceedings"))
        kind = "inproceedings" if meeting else "article" if self.venue else "misc"
        fields = {
            "author": " and ".join(self.authors),
            "title": "{" + self.title + "}",
            "booktitle" if meeting else "journal": self.venue,
            "year": str(self.year or ""),
            "eprint": self.arxiv,
            "archiveprefix": "arXiv" if self.arxiv else "",
        }
        lines = [f"  {name} = {{{value.translate(_SPECIAL)}}}" for name, value in fields.items() if value]
        return f"@{kind}{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "authors": list(self.authors),
            "year": self.year,
            "venue": self.venue,
            "arxiv": self.arxiv,
            "cite": self.cite(),
        }


@lru_cache(maxsize=1)
def papers() -> Mapping[str, Paper]:
    """Return the papers on file by key, in the order of the file."""
    return parse(resources.files("theory").joinpath("papers.toml").read_text("utf-8"))


def parse(text: str) -> Mapping[str, Paper]:
    """Read the text of a ``papers.toml``.

    Raises
    ------
    ValueError
        If it is not TOML, a field is unknown or of the wrong type, or a title is missing.
    """
    found = {}
    for key, raw in tomllib.loads(text).items():
        if not isinstance(raw, dict) or "title" not in raw:
            raise ValueError(f"paper {key!r} needs a table with a title")
        for name, value in raw.items():
            if not isinstance(value, _FIELDS.get(name, ())):
                allowed = ", ".join(f"{field} ({kind.__name__})" for field, kind in _FIELDS.items())
                raise ValueError(f"paper {key!r}: field {name} = {value!r}; allowed: {allowed}")
        found[key] = Paper(key, **raw | {"authors": tuple(raw.get("authors", ()))})
    return MappingProxyType(found)


def bibliography(items: Iterable[Paper]) -> str:
    """Return a BibTeX file."""
    return "\n".join([_HEAD, *(paper.bibtex() for paper in items)])


def main(arguments: list[str]) -> int:
    """Write the bibliography to the file named, and return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m theory.engine.papers FILE.bib", file=sys.stderr)
        return 2
    fault = why_not_writable(arguments[0])
    if fault:
        print(f"python -m theory.engine.papers: {fault}", file=sys.stderr)
        return 2
    replace_file(arguments[0], bibliography(papers().values()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
