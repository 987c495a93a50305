"""What pages there are, and what stands on which: a page a paper, and one for each package that papers share.

A package belongs to a paper if it bears the paper's key or holds no other paper's claims. A module of functions is
documented once: on the page of its package, or, if that has no page, on the first that names it in full in its
docstring (packages that are shared come first).
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from theory.engine.claim import Claim
from theory.engine.conformance.reference import Reference
from theory.engine.discovery import Broken, Collection
from theory.engine.pages.functions import public
from theory.engine.papers import Paper

_DOTTED = re.compile(r"`~?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)")


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    paper
        None on the page of a shared package.
    packages
        Those whose docstrings open the page; none where the paper's claims stand in packages of others.
    claims
        Name of a module -> the paper's claims in it.
    losses
        What implementations can be held against.
    modules
        Names of the modules whose functions are documented here.
    others
        Paths of other pages, of packages that hold some of the paper's claims.
    """

    paper: Paper | None
    packages: tuple[str, ...]
    claims: Mapping[str, tuple[Claim, ...]]
    losses: tuple[Reference, ...] = ()
    modules: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Name of the page's file below the folder of all pages, without suffix."""
        return f"papers/{self.paper.key}" if self.paper else f"shared/{self.packages[0]}"


def pages(
    collection: Collection, losses: Iterable[Reference], papers: Mapping[str, Paper]
) -> tuple[list[Page], list[Broken]]:
    """Return the pages, papers in the order of ``papers`` and then shared packages, and the modules that fail.

    Parameters
    ----------
    collection
        The claims, as `theory.engine.discovery.collect` finds them.
    losses
        References, of papers with claims or without.
    papers
        The papers on file; one that is not there is shown by its key.
    """
    of_paper: dict[str, list[Reference]] = {}
    for item in losses:
        of_paper.setdefault(item.paper, []).append(item)
    named = {claim.paper for claim in collection.claims.values()} | set(of_paper)
    keys = [key for key in papers if key in named] + sorted(named - set(papers))
    owners = _owners(collection)
    of_papers = [
        _paper_page(papers.get(key, Paper(key, key)), collection, owners, of_paper.get(key, ())) for key in keys
    ]
    shared = sorted(package for package, owner in owners.items() if not owner)
    return _with_modules(of_papers, [Page(None, (package,), {}) for package in shared])


def _owners(collection: Collection) -> dict[str, str]:
    """Package -> key of the paper that it belongs to, or ""."""
    keys: dict[str, set[str]] = {}
    for name, claim in collection.claims.items():
        keys.setdefault(collection.modules[name].rpartition(".")[0], set()).add(claim.paper)
    owners = {}
    for package, found in keys.items():
        last = package.rpartition(".")[2]
        owners[package] = last if last in found else next(iter(found)) if len(found) == 1 else ""
    return owners


def _paper_page(paper: Paper, collection: Collection, owners: Mapping[str, str], losses: Sequence[Reference]) -> Page:
    claims: dict[str, tuple[Claim, ...]] = {}
    for name, claim in collection.claims.items():
        if claim.paper == paper.key:
            module = collection.modules[name]
            claims[module] = (*claims.get(module, ()), claim)
    packages = sorted({module.rpartition(".")[0] for module in claims}, key=_mathematics_first)
    own = tuple(item for item in packages if owners[item] == paper.key)
    others = (f"papers/{owners[item]}" if owners[item] else f"shared/{item}" for item in packages if item not in own)
    return Page(paper, own, claims, tuple(losses), others=tuple(others))


def _mathematics_first(package: str) -> tuple[bool, str]:
    """Order packages so that the page opens with the theory and experiments follow."""
    return not package.startswith(f"{__name__.partition('.')[0]}."), package


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _with_modules(of_papers: Sequence[Page], of_packages: Sequence[Page]) -> tuple[list[Page], list[Broken]]:
    broken: list[Broken] = []
    homes: dict[str, str] = {}  # module -> path of the page
    named: list[tuple[str, str]] = []
    for page in (*of_packages, *of_papers):
        for package in filter(None, [_imported(name, broken) for name in page.packages]):
            homes |= dict.fromkeys(_inside(package), page.path)
            named += [(module, page.path) for module in _named(package)]
    for module, path in named:
        homes.setdefault(module, path)
    shown: dict[str, list[str]] = {}
    for module, path in homes.items():
        imported = _imported(module, broken)
        if imported is not None and public(imported):
            shown.setdefault(path, []).append(module)
    complete = [
        replace(page, modules=tuple(sorted(shown.get(page.path, ()))), claims=_as_told(page))
        for page in (*of_papers, *of_packages)
    ]
    return complete, broken


def _as_told(page: Page) -> dict[str, tuple[Claim, ...]]:
    """The modules of claims in the order in which the package's docstring names them, the others after them."""
    opening = " ".join(sys.modules[name].__doc__ or "" for name in page.packages if name in sys.modules)
    words = re.findall(r"\w+", opening)
    place = {word: index for index, word in reversed(list(enumerate(words)))}
    return dict(sorted(page.claims.items(), key=lambda item: place.get(_last(item[0]), len(words))))


def _imported(name: str, broken: list[Broken]) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except Exception as error:  # whatever a module does, the other pages are written
        broken.append(Broken(name, f"cannot import {name}: {type(error).__name__}: {error}"))
        return None


def _inside(package: ModuleType) -> Iterator[str]:
    """Names of the modules of a package that hold no claims."""
    for found in pkgutil.iter_modules(getattr(package, "__path__", ())):
        if not found.ispkg and not found.name.startswith(("_", "claims_")):
            yield f"{package.__name__}.{found.name}"


def _named(package: ModuleType) -> Iterator[str]:
    """Names of the modules beside a package that its docstring names in full."""
    topic = package.__name__.rpartition(".")[0]
    for name in _DOTTED.findall(package.__doc__ or ""):
        for end in (name, name.rpartition(".")[0]):
            if topic and end.startswith(f"{topic}.") and _is_plain_module(end):
                yield end
                break


def _is_plain_module(name: str) -> bool:
    if _last(name).startswith("claims_"):
        return False
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, AttributeError, ValueError):
        return False
    return spec is not None and spec.submodule_search_locations is None
