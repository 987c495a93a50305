"""The report as plain data (schema ``lossproof.report/1``, see ``report.schema.json`` beside this module)."""

from __future__ import annotations

import json
import platform
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata, resources
from typing import Any

from theory.engine.claim import Claim
from theory.engine.papers import papers
from theory.engine.report.coverage import planned
from theory.engine.verify import ERROR_BUDGET, Entry, Report

SCHEMA = "lossproof.report/1"
_NAMED = ("cvxpy", "numpy", "python-flint", "scipy", "sympy")


def document(report: Report) -> dict[str, Any]:
    """Return a report as JSON-serialisable data; the other renderers start from it.

    Examples
    --------
    >>> document(Report((), ()))["summary"]["claims"]
    0
    """
    claims = [_entry(entry) for entry in report.entries]
    used = {entry.claim.paper for entry in report.entries}
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": software(),
        "selection": list(report.selection),
        "seconds": round(report.seconds, 3),
        "ok": report.ok,
        "error_probability": report.error_probability,
        "error_budget": ERROR_BUDGET,
        "within_budget": report.within_budget,
        "summary": summary(claims, len(report.broken)),
        "papers": [paper.to_json() for key, paper in papers().items() if key in used],
        "coverage": [] if report.selection else planned(),
        "claims": claims,
        "broken": [item.to_json() for item in report.broken],
    }


def describe(claim: Claim) -> dict[str, Any]:
    """Return what is on record about a claim, without building its statement."""
    return {
        "id": claim.id,
        "paper": claim.paper,
        "where": claim.where,
        "says": claim.says,
        "strength": claim.strength,
        "form": claim.form,
        "corrects": claim.corrects,
        "assumptions": list(claim.assumptions),
        "expected": claim.expected.value,
        "about": " ".join((claim.build.__doc__ or "").split()),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return describe(entry.claim) | {
        "module": entry.module,
        "selected": entry.selected,
        "note": entry.note,
        "certificate_bytes": 0 if entry.verdict.certificate is None else entry.verdict.certificate.size(),
        "verdict": entry.verdict.to_json(),
    }


def summary(claims: list[dict[str, Any]], broken: int) -> dict[str, Any]:
    """Count what the entries of a document say."""
    controls = [control for item in claims for control in item["verdict"]["controls"]]
    return {
        "claims": len(claims),
        "as_recorded": sum(item["verdict"]["as_recorded"] for item in claims),
        "evidence": dict(Counter(item["verdict"]["evidence"] for item in claims)),
        "controls": len(controls),
        "controls_as_expected": sum(control["as_expected"] for control in controls),
        "broken": broken,
    }


@lru_cache(maxsize=1)
def software() -> dict[str, str]:
    """Return the versions of what decided: lossproof, Python, and the packages that provers lean on."""
    return {"lossproof": version("lossproof"), "python": platform.python_version()} | {
        name: version(name) for name in _NAMED
    }


def version(distribution: str) -> str:
    """Return the version of an installed distribution, "" if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath("report.schema.json").read_text("utf-8"))
    return loaded


def render(content: dict[str, Any]) -> str:
    """Return a document as canonical JSON text: keys sorted, one fact a line, ASCII."""
    return json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n"
