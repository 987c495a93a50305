"""Statements on finite worlds: a predicate holds for every item of an enumerated domain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from theory.engine.statements.base import Statement
from theory.engine.statements.fingerprint import fingerprint
from theory.engine.statements.tex import SIGNS

_MATHS = re.compile(rf"( (?:{'|'.join(SIGNS)}) |[\^_]\w+|[{{}}$&#_%^~\\])")
_ALONE = {"^": r"\wedge ", "~": r"\sim ", "\\": r"\setminus "}


@dataclass(frozen=True, eq=False)
class Finite(Statement):
    r"""``predicate(x)`` for every ``x`` that ``domain()`` enumerates.

    Parameters
    ----------
    domain
        A function without arguments that returns the items, always in the same order. Items are exact values:
        int, Fraction, str, bool and tuples of them.
    size
        How many items there are; an enumeration of another length is an error, so that the scope cannot
        shrink unseen.
    predicate
        Takes an item and returns a bool (nothing else is taken for one), by exact arithmetic.
    over
        The domain in plain words, such as ``"m = 1, ..., 9"``.
    says
        The statement in LaTeX; what the functions compute cannot be read off them.

    Raises
    ------
    ValueError
        If the size is not positive, a text is empty, or a function cannot be identified by its source.

    Examples
    --------
    >>> def squares():
    ...     return range(10)
    >>> def is_sum_of_odds(m):
    ...     return m * m == sum(range(1, 2 * m, 2))
    >>> import inspect
    >>> from unittest import mock
    >>> with mock.patch.object(inspect, "getsource", return_value="def f(): pass"):  # a doctest has no file
    ...     statement = Finite(squares, 10, is_sum_of_odds, over="m < 10", says=r"m^2 = \sum_j (2j-1)")
    >>> statement.scope()
    '10 items: m < 10'
    """

    domain: Callable[[], Iterable[Any]]
    size: int
    predicate: Callable[[Any], bool]
    over: str
    says: str

    kind: ClassVar[str] = "finite"

    def __post_init__(self) -> None:
        if isinstance(self.size, bool) or not isinstance(self.size, int) or self.size < 1:
            raise ValueError(f"size is {self.size!r}; a statement on nothing is empty: at least 1 item is needed")
        if not self.over.strip() or not self.says.strip():
            raise ValueError("both the domain (over=) and the statement (says=) must be described")
        marks = {"domain": fingerprint(self.domain), "predicate": fingerprint(self.predicate)}
        object.__setattr__(
            self,
            "_json",
            {"kind": self.kind, "over": self.over, "says": self.says, "size": self.size} | marks,
        )

    def items(self) -> Iterator[Any]:
        """Enumerate the domain.

        Raises
        ------
        ValueError
            If it has fewer or more items than ``size``.
        """
        count = 0
        for item in self.domain():
            if count == self.size:
                raise ValueError(f"the domain holds more than the {self.size} items declared")
            count += 1
            yield item
        if count < self.size:
            raise ValueError(f"the domain holds {count} items, declared are {self.size}")

    def holds_at(self, item: Any) -> bool:
        """Return the predicate's answer.

        Raises
        ------
        ValueError
            If it is not a bool.
        """
        answer = self.predicate(item)
        if type(answer) is not bool:
            raise ValueError(
                f"the predicate answers {answer!r} ({type(answer).__name__}) at {item!r}; a bool is needed"
            )
        return answer

    def to_json(self) -> dict[str, Any]:
        return dict(self._json)  # type: ignore[attr-defined]  # set in __post_init__: sources are read once

    def latex(self) -> str:
        return rf"\text{{for all }} {_text(self.over)}:\quad {self.says}"

    def scope(self) -> str:
        return f"{self.size} items: {self.over}"


def _text(words: str) -> str:
    """Return plain words in LaTeX; orders, powers, indices and braces are no letters of a text."""
    parts = []
    for piece in filter(None, _MATHS.split(words)):
        if not _MATHS.fullmatch(piece):
            parts.append(rf"\text{{{piece}}}")
        elif piece[0] in "^_" and len(piece) > 1:
            parts.append(f"{piece[0]}{{{piece[1:]}}}")
        else:
            parts.append(SIGNS.get(piece.strip()) or _ALONE.get(piece) or f"\\{piece}")
    return "".join(parts)
