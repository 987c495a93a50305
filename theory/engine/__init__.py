"""What a claim is, how it is decided and how it is reported; the engine knows no topic.

Nothing here imports SymPy, python-flint or a solver until a claim is decided, so that listing claims stays cheap:
names below are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Claim": "theory.engine.claim",
    "Evidence": "theory.engine.evidence",
    "Verdict": "theory.engine.verdict",
    "Domain": "theory.engine.statements.forall",
    "ForAll": "theory.engine.statements.forall",
    "Reference": "theory.engine.conformance.reference",
    "conform": "theory.engine.conformance.conform",
}

__all__ = ["Claim", "Domain", "Evidence", "ForAll", "Reference", "Verdict", "conform"]


def __getattr__(name: str) -> Any:  # not by theory.lazy: the checker must load no other module than its own and this
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
