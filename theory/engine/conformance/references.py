"""Find references through entry points (group ``lossproof.losses``), and the one that a user names."""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Mapping
from typing import Any

from theory.engine.conformance.reference import Reference
from theory.engine.discovery import Broken, Collection, collect, entry_points
from theory.engine.errors import BadInput

GROUP = "lossproof.losses"


def references(modules: Mapping[str, str] | None = None) -> tuple[dict[str, Reference], list[Broken]]:
    """Return the references of every installed distribution by id, and what could not be used.

    Parameters
    ----------
    modules
        Entry name -> module name, in place of the installed entry points.
    """
    entries, broken = entry_points(GROUP) if modules is None else (dict(modules), [])
    found: dict[str, Reference] = {}
    for entry, module in entries.items():
        try:
            values = list(vars(importlib.import_module(module)).values())
        except (Exception, SystemExit) as error:  # whatever a foreign module does, the others go on
            broken.append(Broken(entry, f"cannot import {module}: {type(error).__name__}: {error}"))
            continue
        for value in values:
            if isinstance(value, Reference) and found.setdefault(value.id, value) is not value:
                broken.append(Broken(entry, f"loss id {value.id} is taken already"))
    return found, broken


def resolve(name: str | Any, known: Mapping[str, Reference]) -> Reference:
    """Return the reference that an id, a claim (or its id) or a paper key means.

    Raises
    ------
    BadInput
        If it is unknown, or a claim about no loss, or means several losses.
    """
    text = name if isinstance(name, str) else str(getattr(name, "id", name))
    if text in known:
        return known[text]
    about = [item for item in known.values() if any(fnmatch.fnmatchcase(text, pattern) for pattern in item.claims)]
    of_paper = [item for item in known.values() if item.paper == text]
    claims = {} if of_paper else collect().claims
    found = of_paper or (about if text in claims else [])
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"{text!r} is about several losses: name one of {', '.join(item.id for item in found)}")
    if text in claims:
        raise BadInput(
            f"{text!r} is about no loss that an implementation can be held against; those are: {', '.join(known)}"
        )
    from theory.engine.verify import nearest

    hint = nearest(text, [*known, *claims]).replace("lossproof list", "lossproof conform --list")
    raise BadInput(f"no loss or claim is called {text!r}{hint}")


def inherited(reference: Reference, collection: Collection) -> list[tuple[str, str]]:
    """Return id and verdict on record of the claims about a loss."""
    return [
        (name, claim.expected.value)
        for name, claim in collection.claims.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in reference.claims) and claim.strength != "lemma"
    ]
