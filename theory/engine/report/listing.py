"""Claims as text before they are decided: the list, and one claim in full."""

from __future__ import annotations

import json
from typing import Any

from theory.engine.claim import Claim
from theory.engine.discovery import Collection
from theory.engine.papers import papers
from theory.engine.report.json_report import describe, version
from theory.engine.report.table import broken_lines, clean


def as_text(collection: Collection) -> str:
    """Return one line a claim: id, verdict on record, place in the paper."""
    width = max(map(len, collection.claims), default=0)
    lines = [
        f"{name:<{width}}  {claim.expected.value:<9}  {clean(claim.where)}" for name, claim in collection.claims.items()
    ]
    broken = broken_lines({"broken": [item.to_json() for item in collection.broken]})
    return "".join(f"{line}\n" for line in [*lines, *broken, f"{len(lines)} claims"])


def as_json(collection: Collection) -> str:
    """Return what is on record about every claim, as canonical JSON."""
    content = {
        "schema": "lossproof.list/1",
        "claims": [describe(claim) | {"module": collection.modules[name]} for name, claim in collection.claims.items()],
        "broken": [item.to_json() for item in collection.broken],
    }
    return json.dumps(content, sort_keys=True, indent=1) + "\n"


def one(claim: Claim, module: str) -> str:
    """Build a claim's statement and return all about it: scope, source, controls, how to cite it."""
    statement = _statement(claim)
    fields = {
        "says": claim.says,
        "statement": statement["latex"],
        "scope": statement["scope"],
        "assumptions": "; ".join(claim.assumptions),
        "source": f"{claim.where} ({claim.form})",
        "paper": papers()[claim.paper].cite() if claim.paper in papers() else claim.paper,
        "on record": f"{claim.expected.value} ({claim.strength})",
        "corrects": claim.corrects,
        "rests on": ", ".join(claim.uses),
        "time limit": f"{claim.limit:g} s" + (", certificate kept with the package" if claim.stored else ""),
        "defined in": module,
        "cite as": f"lossproof {version('lossproof')}, claim {claim.id}",
    }
    lines = [claim.id, *([clean(claim.build.__doc__.partition("\n")[0])] if claim.build.__doc__ else []), ""]
    lines += [f"{name + ':':<13}{clean(value)}" for name, value in fields.items() if value]
    lines += ["", "controls:" if claim.controls else "controls: none"]
    for control in claim.controls:
        changed = ", ".join(f"{name}={value}" for name, value in control.arguments.items())
        wanted = "must hold" if control.expect_holds else "must be refuted"
        lines.append(f"  {wanted} if {clean(control.says)} ({clean(changed)})")
    return "\n".join(lines) + "\n"


def _statement(claim: Claim) -> dict[str, Any]:
    try:
        statement = claim.statement()
        return {"latex": statement.latex(), "scope": statement.scope()}
    except Exception as error:  # a claim of anyone's: show the rest of it
        return {"latex": f"cannot be built: {type(error).__name__}: {error}", "scope": ""}
