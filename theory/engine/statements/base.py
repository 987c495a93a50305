"""What every kind of statement answers: its data, its LaTeX, its scope."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar


class Statement(ABC):
    """A claim's content as an object. Subclasses are immutable."""

    kind: ClassVar[str]

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the statement as plain data: all that a checker needs to know, including ``{"kind": self.kind}``."""

    @abstractmethod
    def latex(self) -> str:
        """Return the statement's own LaTeX (without dollar signs), quantifiers included."""

    @abstractmethod
    def scope(self) -> str:
        """Return in one line of plain text for which values the statement is made, hypotheses included."""

    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON: certificates are kept under it."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
