"""The data of a figure as one long table: quantity, index, value.

What ``data`` returns is a tree of dictionaries, sequences, arrays, dataclasses and plain values. Every plain value is a
row: ``quantity`` is the path of names that leads to it, joined by "/", ``index`` its place in the sequences and arrays
on the way, joined by ",". Equal data give equal text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

__all__ = ["long_rows", "long_table"]

Row = tuple[str, str, str]


def long_rows(found: Any) -> Iterator[Row]:
    """Return the rows of a tree.

    Raises
    ------
    TypeError
        If it holds something else.

    Examples
    --------
    >>> list(long_rows({"risk": {(2, "bag"): np.asarray([0.5, 0.25])}, "psi": 0.25}))
    [('risk/2 bag', '0', '0.5'), ('risk/2 bag', '1', '0.25'), ('psi', '', '0.25')]
    """
    return _walk(found, (), ())


def _walk(found: Any, path: tuple[str, ...], index: tuple[int, ...]) -> Iterator[Row]:
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield from _walk(value, (*path, _name(key)), index)
    elif is_dataclass(found) and not isinstance(found, type):
        for field in fields(found):
            yield from _walk(getattr(found, field.name), (*path, field.name), index)
    elif isinstance(found, np.ndarray):
        for place in np.ndindex(found.shape):
            yield from _walk(found[place], path, (*index, *place))
    elif isinstance(found, list | tuple):
        for k, value in enumerate(found):
            yield from _walk(value, path, (*index, k))
    else:
        yield "/".join(path), ",".join(map(str, index)), _text(found)


def _name(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer | str):
        return str(value)
    if isinstance(value, float | np.floating):
        return repr(float(value))
    raise TypeError(f"data of figures are numbers, text, None, sequences and dictionaries of them, got {value!r:.80}")


def long_table(found: Any) -> str:
    """Return the table as CSV, with a line of names, and lines that end in LF.

    Examples
    --------
    >>> print(long_table([1.5, None]), end="")
    quantity,index,value
    ,0,1.5
    ,1,
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("quantity", "index", "value"))
    writer.writerows(long_rows(found))
    return text.getvalue()
