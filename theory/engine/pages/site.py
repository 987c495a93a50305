"""The pages as text by path: of papers, of shared packages, and the list of them all."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from theory.engine.claim import Claim
from theory.engine.conformance.reference import Reference
from theory.engine.discovery import Broken, Collection
from theory.engine.pages.claims import EVIDENCE_ROLES, claims_text, errata_text, tally
from theory.engine.pages.contents import Page, pages
from theory.engine.pages.functions import module_text
from theory.engine.pages.headlines import headline
from theory.engine.pages.losses import losses_text
from theory.engine.pages.markup import code, escaped, heading, roles, table
from theory.engine.papers import Paper
from theory.engine.report.errata import Erratum, errata
from theory.engine.report.json_report import describe

LIST = "papers"  # path of the list of papers


def site(
    collection: Collection, losses: Iterable[Reference], papers: Mapping[str, Paper]
) -> tuple[dict[str, str], list[Broken]]:
    """Return path -> reStructuredText of every page, and what could not be imported.

    Parameters
    ----------
    collection, losses, papers
        As for `theory.engine.pages.contents.pages`.
    """
    found, broken = pages(collection, losses, papers)
    corrected = errata([describe(claim) for claim in collection.claims.values()])
    seen: set[str] = set()
    texts = {page.path: _page(page, corrected, collection.claims.keys(), seen) for page in found}
    return texts | {LIST: _list(found)}, broken


def _page(page: Page, corrected: Sequence[Erratum], known: AbstractSet[str], seen: set[str]) -> str:
    opening = [_declared(), _opening(page), *(_prose(package, seen) for package in page.packages)]
    wrong = [item for item in corrected if page.paper and item.item["paper"] == page.paper.key]
    quoted, readings = [item for item in wrong if item.quoted], [item for item in wrong if not item.quoted]
    sections = [
        heading("Errata", "-") + "\n" + errata_text(quoted, known) if quoted else "",
        heading("Natural readings that fail, or can be sharpened", "-") + "\n" + errata_text(readings, known)
        if readings
        else "",
        heading("Claims", "-") + "\n" + _claims(page, known, seen) if page.claims else "",
        heading("Losses", "-") + "\n" + losses_text(page.losses) if page.losses else "",
        heading("Functions", "-") + "\n" + _functions(page) if page.modules else "",
    ]
    return "\n".join(part for part in [*opening, *sections] if part)


def _declared() -> str:
    return roles((*EVIDENCE_ROLES, "part"))


def _opening(page: Page) -> str:
    if page.paper is None:
        package = page.packages[0]
        title = headline(importlib.import_module(package).__doc__, package)
        return heading(title, "=") + f"\nShared by several papers: {code(package)}.\n"
    cited, claims = page.paper.cite(), _all_claims(page)
    others = ", ".join(f":doc:`/{path}`" for path in page.others)
    lines = [
        heading(page.paper.title, "="),
        escaped(cited) if cited != f"{page.paper.title}." else "",
        tally(claims),
        f"Decided by {code(f'lossproof verify {page.paper.key}')}." if claims else "",
        f"The definitions and functions that these claims use: {others}." if others else "",
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def _all_claims(page: Page) -> list[Claim]:
    return [claim for claims in page.claims.values() for claim in claims]


def _prose(module: str, seen: set[str]) -> str:
    """The docstring of a module; the module is registered, for links to it, where it is shown first."""
    first = module not in seen
    seen.add(module)
    return f".. automodule:: {module}\n" + ("" if first else "   :no-index:\n")


def _claims(page: Page, known: AbstractSet[str], seen: set[str]) -> str:
    parts = []
    for module, claims in page.claims.items():
        title = headline(importlib.import_module(module).__doc__, module.rpartition(".")[2])
        parts += [heading(title, "~"), _prose(module, seen), claims_text(claims, known)]
    return "\n".join(parts)


def _functions(page: Page) -> str:
    short = Counter(name.rpartition(".")[2] for name in page.modules)

    def title(name: str) -> str:
        package, _, last = name.rpartition(".")
        return last if package in page.packages and short[last] == 1 else name

    return "\n".join(module_text(importlib.import_module(name), title=title(name), line="~") for name in page.modules)


def _list(found: Sequence[Page]) -> str:
    of_papers = [page for page in found if page.paper]
    rows = [[f":doc:`{page.path}`", tally(_all_claims(page)) or "losses only"] for page in of_papers]
    shared = [page.path for page in found if not page.paper]
    return "\n".join(
        [
            _declared(),
            heading("Papers", "="),
            "One page a paper: what it claims, what was decided and how strongly, and what can be computed.\n",
            table(["Paper", "Claims on record"], rows, widths=(65, 35), name="papers"),
            _tree("Papers", [page.path for page in of_papers]),
            _tree("Shared by several papers", shared) if shared else "",
        ]
    )


def _tree(caption: str, paths: Iterable[str]) -> str:
    return f".. toctree::\n   :hidden:\n   :caption: {caption}\n\n" + "".join(f"   {path}\n" for path in paths)
