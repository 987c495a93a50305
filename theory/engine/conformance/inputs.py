"""What losses take: their arguments, and batches of exact numbers for them.

>>> scores, labels = Input("scores", "real", differentiated=True), Input("labels", "sign")
>>> batch = Batch({"scores": [1, -2], "labels": [1, 1]}, (scores, labels), classes=2)
>>> batch.size, batch.floats("scores").tolist()
(2, [1.0, -2.0])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Batch", "Input"]

KINDS = ("real", "probability", "simplex", "ball", "label", "sign", "bit")


@dataclass(frozen=True)
class Input:
    """One argument of a loss, as it comes in a batch.

    Attributes
    ----------
    name
        What it is called: ``"scores"``, ``"labels"``, ``"targets"``, ...
    kind
        ``"real"``, ``"probability"`` (in (0, 1)), ``"simplex"`` (a row of probabilities), ``"ball"`` (a row of
        coordinates of a point of the open unit ball), ``"label"`` (a class 0, ..., n-1), ``"sign"`` (-1 or 1) or
        ``"bit"`` (0 or 1).
    per_class
        Whether an example has a row of n of them, rather than one.
    differentiated
        Whether the gradient with respect to it is compared.
    """

    name: str
    kind: str
    per_class: bool = False
    differentiated: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"input {self.name!r} is of kind {self.kind!r}; allowed: {', '.join(KINDS)}")
        if self.differentiated and self.discrete:
            raise ValueError(f"input {self.name!r} is of kind {self.kind!r}, which has no gradient")

    @property
    def discrete(self) -> bool:
        """Whether it takes finitely many values."""
        return self.kind in ("label", "sign", "bit")


@dataclass(frozen=True)
class Batch:
    """Exact inputs of a batch: name -> a list with an item (or a row of items) an example."""

    columns: Mapping[str, list[Any]]
    inputs: tuple[Input, ...]
    classes: int

    @property
    def size(self) -> int:
        """Number of examples; of the longest input where they differ."""
        return max(len(column) for column in self.columns.values())

    def replaced(self, **columns: list[Any]) -> Batch:
        """Return a batch with other columns in place of some."""
        return Batch({**self.columns, **columns}, self.inputs, self.classes)

    def floats(self, name: str) -> Any:
        """Return a column as float64, exact but for numbers that float64 cannot hold."""
        import numpy as np  # claims and references are listed without it

        column = self.columns[name]
        return np.array([[float(x) for x in row] if isinstance(row, tuple) else float(row) for row in column])
