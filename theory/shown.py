"""A mixin for results: Python shows a line, and Jupyter a table, of the fields of the dataclass.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Optimum(Shown):
...     bag_size: int
...     risk: float
>>> Optimum(5, 0.25)
Optimum(bag_size=5, risk=0.25)
>>> Optimum(5, 0.25)._repr_html_()
'<table><caption>Optimum</caption><tr><td>bag size</td><td>5</td></tr><tr><td>risk</td><td>0.25</td></tr></table>'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from theory.engine.shown import brief, table

__all__ = ["Shown"]

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


class Shown:
    """Show a result in one line, and as a table in Jupyter: its public fields, or what ``_shown_rows`` gives.

    In the line arrays and whatever else is long stand with what they are. A class may have a ``__repr__`` of its own.
    """

    __slots__ = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.__repr__ = cls.__repr__  # type: ignore[method-assign]  # the class's own now: dataclass puts no other there

    def __repr__(self) -> str:
        named = [field.name for field in fields(self) if field.repr and not field.name.startswith("_")]  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({', '.join(f'{name}={brief(getattr(self, name))}' for name in named)})"

    def _repr_html_(self) -> str:
        return table(self._shown_rows(), caption=self._shown_title())

    def _shown_title(self) -> str:
        """Return the caption: the name of the class in words."""
        return " ".join(_WORDS.findall(type(self).__name__)).capitalize()

    def _shown_rows(self) -> Iterable[tuple[str, Any]]:
        """Return names and values, in the order of the fields."""
        return [
            (field.name.replace("_", " "), getattr(self, field.name))
            for field in fields(self)  # type: ignore[arg-type]
            if not field.name.startswith("_")
        ]
