"""Find claims through entry points (group ``lossproof.claims``), so that the engine imports no topic.

A distribution names one entry point a module::

    [project.entry-points."lossproof.claims"]
    mypaper = "mypackage.claims_mypaper"

A name with a dot puts the module under a topic: ``"mixtures.mypaper"`` is decided by ``lossproof verify mixtures``.

The module's claims are its attributes that are `Claim` objects, and those in its attribute ``claims``, if it
has one: a list, a tuple, or a function that returns them (for families of claims). There is no registry:
every call collects afresh, and what cannot be collected is reported and stops nothing else.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from types import MappingProxyType, ModuleType
from typing import Any

from theory.engine.claim import Claim
from theory.engine.evidence import Evidence

GROUP = "lossproof.claims"
MOST_CLAIMS = 100_000  # a module; an endless generator must not hang the run
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,=+-]{0,199}")  # also a file name, and free of glob characters
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class Broken:
    """An entry point, module or claim that could not be used, and why."""

    entry: str
    reason: str

    def to_json(self) -> dict[str, str]:
        return {"entry": self.entry, "reason": self.reason}


@dataclass(frozen=True)
class Collection:
    """All claims that were found.

    Attributes
    ----------
    claims
        By id; ordered by entry point, then as in the module.
    modules
        Id of a claim -> name of the module it was found in.
    broken
        What could not be used.
    topics
        Name of a module -> topics that it is registered under: an entry point ``mixtures.plug_in`` puts its module
        under the topic ``mixtures``.
    """

    claims: Mapping[str, Claim]
    modules: Mapping[str, str]
    broken: tuple[Broken, ...] = ()
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.claims)

    def __repr__(self) -> str:
        return f"<collection of {len(self)} claim{'s' * (len(self) != 1)}, {len(self.broken)} broken>"

    def restricted(self, names: Iterable[str]) -> Collection:
        """Return the same with some of the claims only, in the order given."""
        kept = list(names)
        claims = MappingProxyType({name: self.claims[name] for name in kept})
        modules = MappingProxyType({name: self.modules[name] for name in kept})
        return Collection(claims, modules, self.broken, self.topics)


def collect(modules: Mapping[str, str] | None = None) -> Collection:
    """Collect the claims of every installed distribution, without deciding or building any.

    Parameters
    ----------
    modules
        Entry name -> module name, in place of the installed entry points.

    Examples
    --------
    >>> found = collect({"nothing": "no_such_module"})
    >>> len(found), found.broken[0].entry
    (0, 'nothing')
    """
    entries, broken = entry_points(GROUP) if modules is None else (dict(modules), [])
    found: dict[str, list[Claim]] = {}
    for entry, module in entries.items():
        claims, faults = claims_of(entry, module)
        found.setdefault(module, claims)
        broken += faults
    owner = {id(claim): module for module, claims in found.items() for claim in claims if claim.__module__ == module}
    by_id: dict[str, Claim] = {}
    where: dict[str, str] = {}
    for module, claims in found.items():
        for claim in claims:
            if owner.setdefault(id(claim), module) != module:
                continue  # imported from another listed module, where it is counted
            if claim.id not in by_id:
                by_id[claim.id], where[claim.id] = claim, module
            elif by_id[claim.id] is not claim:
                broken.append(Broken(module, f"claim id {claim.id} is taken already, by {where[claim.id]}"))
    return Collection(MappingProxyType(by_id), MappingProxyType(where), tuple(broken), _topics(entries))


def _topics(entries: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """Return module -> topics; a topic is the part of an entry point's name before its first dot."""
    topics: dict[str, frozenset[str]] = {}
    for entry, module in entries.items():
        topic, dot, _ = entry.partition(".")
        if dot:
            topics[module] = topics.get(module, frozenset()) | {topic}
    return MappingProxyType(topics)


def entry_points(group: str) -> tuple[dict[str, str], list[Broken]]:
    """Return name -> value of a group's installed entry points, sorted by name, and the unusable ones."""
    entries: dict[str, str] = {}
    broken: list[Broken] = []
    for name, value in sorted(_installed(group, broken)):
        if entries.setdefault(name, value) != value:
            broken.append(Broken(name, f"entry point {name!r} of {group} names both {entries[name]} and {value}"))
    return entries, broken


def _installed(group: str, broken: list[Broken]) -> Iterator[tuple[str, str]]:
    try:
        yield from {(point.name, point.value) for point in metadata.entry_points(group=group)}
        return
    except Exception:  # one unreadable entry_points.txt makes the common call fail: then one distribution at a time
        distributions = list(metadata.distributions())
    for distribution in distributions:
        try:
            points = {(point.name, point.value) for point in distribution.entry_points if point.group == group}
        except Exception as error:
            place = str(getattr(distribution, "_path", distribution))
            broken.append(Broken(place, f"its entry points cannot be read: {_reason(error)}"))
        else:
            yield from points


def claims_of(entry: str, module: str) -> tuple[list[Claim], list[Broken]]:
    """Import one module and return its claims, and what is wrong with it."""
    if not _MODULE.fullmatch(module):
        return [], [Broken(entry, f"{module!r} is not the name of a module")]
    try:
        imported = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # whatever a foreign module does, the other claims go on
        return [], [Broken(entry, f"cannot import {module}: {_reason(error)}")]
    claims: dict[int, Claim] = {}
    broken: list[Broken] = []
    try:
        for candidate in _candidates(imported):
            fault = _fault(candidate)
            if fault:
                broken.append(Broken(entry, f"{module}: {fault}"))
            elif len(claims) >= MOST_CLAIMS:
                raise ValueError(f"more than {MOST_CLAIMS} claims")
            else:
                claims.setdefault(id(candidate), candidate)
    except (Exception, SystemExit) as error:
        broken.append(Broken(entry, f"{module}: {_reason(error)}"))
    if not claims and not broken:
        broken.append(Broken(entry, f"{module} holds no claim"))
    return list(claims.values()), broken


def _candidates(module: ModuleType) -> Iterator[Claim]:
    yield from (value for value in list(vars(module).values()) if isinstance(value, Claim))
    family: Iterable[Claim] | Callable[[], Iterable[Claim]] | None = vars(module).get("claims")
    if family is None or isinstance(family, (Claim, ModuleType)):
        return
    if isinstance(family, Iterator):
        raise ValueError("'claims' is an iterator, spent after one use; give a list, a tuple or a function")
    yield from family() if callable(family) else family


def _fault(candidate: object) -> str:
    if not isinstance(candidate, Claim):
        return f"'claims' holds {candidate!r:.80}, which is not a claim"
    claim: Any = candidate  # its attributes may hold anything
    if not isinstance(claim.id, str) or not _ID.fullmatch(claim.id):
        return f"claim id {claim.id!r:.80} is not of letters, digits and _ . , = + - (at most 200)"
    if not isinstance(claim.expected, Evidence):
        return f"{claim.id}: expected is {claim.expected!r:.80}, which is not an Evidence"
    if not isinstance(claim.limit, (int, float)) or not 0 < claim.limit < math.inf:
        return f"{claim.id}: limit is {claim.limit!r:.80}; a positive number of seconds is needed"
    texts = (
        claim.paper,
        claim.where,
        claim.says,
        claim.strength,
        claim.form,
        claim.corrects,
        *claim.assumptions,
        *claim.uses,
    )
    if not all(isinstance(text, str) for text in texts):
        return f"{claim.id}: paper, where, says, strength, form, corrects, assumptions and uses must be text"
    return ""


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
