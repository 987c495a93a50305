"""The independent checker: it re-checks stored certificates and witnesses, and finds nothing.

It reads plain data only (a statement's JSON and a certificate's), shares no code with the provers that search,
and imports neither SymPy nor a solver: only python-flint, ``fractions`` and the standard library. What it cannot
check by itself a certificate lists under ``"assumes"``; that part is as strong as the prover's own re-check, and no
stronger.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Rejected", "check", "confirm"]

_CHECKS = {
    "boxes": ("boxes", "check_boxes"),
    "exponential_cone": ("cones", "check_exponential_cone"),
    "newton": ("roots", "check_newton"),
    "linear": ("rational", "check_linear"),
    "semidefinite": ("rational", "check_semidefinite"),
}
_CONFIRMS = {
    "point": ("boxes", "confirm_point"),
    "exponential_cone": ("cones", "confirm_exponential_cone"),
    "excluded": ("roots", "confirm_excluded"),
    "rows": ("rows", "confirm_rows"),
    "linear": ("rational", "confirm_linear"),
    "semidefinite": ("rational", "confirm_semidefinite"),
}


class Rejected(Exception):
    """A certificate or witness does not show what it was handed in for; the message says why."""


def check(statement: dict[str, Any], certificate: dict[str, Any]) -> None:
    """Check that a certificate shows a statement.

    Parameters
    ----------
    statement
        What the statement's ``to_json()`` returns.
    certificate
        What the certificate's ``to_json()`` returns.

    Raises
    ------
    Rejected
        If it does not, or is malformed in any way.
    """
    _dispatch(_CHECKS, statement, certificate, "certificate")


def confirm(statement: dict[str, Any], witness: dict[str, Any]) -> None:
    """Check that a witness refutes a statement.

    Parameters
    ----------
    statement
        What the statement's ``to_json()`` returns.
    witness
        What the witness's ``to_json()`` returns.

    Raises
    ------
    Rejected
        If it does not, or is malformed in any way.
    """
    _dispatch(_CONFIRMS, statement, witness, "witness")


def _dispatch(table: dict[str, tuple[str, str]], statement: Any, evidence: Any, what: str) -> None:
    kind = evidence.get("kind") if isinstance(evidence, dict) else None
    if not isinstance(kind, str) or kind not in table:
        raise Rejected(f"no {what} of kind {kind!r}; known: {', '.join(sorted(table))}")
    if not isinstance(statement, dict) or not isinstance(evidence.get("data"), dict):
        raise Rejected(f"the statement and the data of a {what} must be JSON objects")
    module, name = table[kind]
    function = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    try:
        function(statement, evidence["data"])
    except Rejected:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ArithmeticError,
        OverflowError,
        RecursionError,
    ) as error:
        raise Rejected(f"malformed {what}: {type(error).__name__}: {error}") from error
