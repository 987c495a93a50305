"""A store as one table, in CSV or Parquet: a row a cell in grid order, the fields of the cell before the results.

Equal results give equal files, byte for byte (Parquet: with the same version of pyarrow). Memory does not grow with
the store: it is read twice, first for the names and types of the columns. Files are written whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from experiments.store import Store
from theory.engine.errors import BadInput

__all__ = ["columns", "write_csv", "write_parquet"]

_ROWS = 8192  # of a row group of Parquet
_EXACT = 2**53  # integers up to here are exact floats
_LONGEST = 2**63


def columns(store: Store) -> list[str]:
    """Return the names of the columns: the fields of the cells, sorted, then the results, sorted."""
    fields: set[str] = set()
    results: set[str] = set()
    for cell, found in store.rows():
        fields.update(cell)
        results.update(found)
    return sorted(fields) + sorted(results - fields)


def write_csv(store: Store, path: str | Path) -> None:
    """Write a store as CSV: UTF-8, lines end in LF, floats as their shortest exact decimal form.

    None and what a cell lacks are empty; booleans ``true`` and ``false``; arrays, lists and dictionaries JSON (with
    NaN and Infinity as Python writes them).

    Raises
    ------
    BadInput
        If the file cannot be written.
    """
    names = columns(store)
    with _replacing(path) as file, io.TextIOWrapper(file, "utf-8", newline="", errors="backslashreplace") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        for cell, results in store.rows():
            row = cell | results
            writer.writerow([_csv_text(row.get(name)) for name in names])
        text.flush()


def _csv_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    return "" if value is None else _json_text(value)


def _json_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def write_parquet(store: Store, path: str | Path) -> None:
    """Write a store as Parquet, with columns of the narrowest type that holds all values exactly.

    Columns of arrays of one type and dimension are (nested) lists; lists, dictionaries, and columns whose values have
    no common type are JSON texts.

    Raises
    ------
    BadInput
        If pyarrow is missing, or the file cannot be written.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise BadInput("Parquet needs the package pyarrow, which is not installed; CSV needs nothing") from None
    kinds = _kinds(store)
    schema = pa.schema([(name, kind.arrow(pa)) for name, kind in kinds.items()])
    rows = (cell | results for cell, results in store.rows())
    with _replacing(path) as file, parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(rows, _ROWS)):
            data = [
                pa.array([kind.value(row.get(name)) for row in group], type=schema.field(name).type)
                for name, kind in kinds.items()
            ]
            writer.write_table(pa.table(data, schema=schema))


@dataclass(frozen=True)
class _Kind:
    """The type of a column: a name, and for arrays the type of the elements and the number of dimensions."""

    name: str
    dimensions: int = 0

    def arrow(self, pyarrow: Any) -> Any:
        if self.name == "json":
            return pyarrow.string()
        kind = {"null": pyarrow.null(), "bool": pyarrow.bool_(), "str": pyarrow.string()}.get(self.name)
        if kind is None:
            kind = pyarrow.from_numpy_dtype(np.dtype(self.name))
        for _ in range(self.dimensions):
            kind = pyarrow.list_(kind)
        return kind

    def value(self, value: Any) -> Any:
        if value is None:
            return None
        if self.name == "json" and not isinstance(value, str):
            value = _json_text(value)
        if isinstance(value, str):
            return value.encode("utf-8", "backslashreplace").decode()
        return value.tolist() if isinstance(value, np.ndarray) else float(value) if self.name == "float64" else value


def _kinds(store: Store) -> dict[str, _Kind]:
    fields: dict[str, _Kind] = {}
    results: dict[str, _Kind] = {}
    wide: set[str] = set()  # columns with integers that are not exact as floats
    for cell, found in store.rows():
        for kinds, row in ((fields, cell), (results, found)):
            for name, value in row.items():
                kinds[name] = _common(kinds.get(name, _Kind("null")), _kind(value))
                if type(value) is int and abs(value) > _EXACT:
                    wide.add(name)
    kinds = dict(sorted(fields.items())) | dict(sorted(results.items()))
    return {name: _Kind("json") if kind == _Kind("float64") and name in wide else kind for name, kind in kinds.items()}


def _kind(value: Any) -> _Kind:
    if isinstance(value, np.ndarray):
        plain = value.dtype.kind in "biuf" and value.dtype.itemsize <= 8
        return _Kind(value.dtype.newbyteorder("=").name, value.ndim) if plain else _Kind("json")
    if isinstance(value, int) and not isinstance(value, bool):
        return _Kind("int64" if -_LONGEST <= value < _LONGEST else "json")
    return _Kind({bool: "bool", float: "float64", str: "str", type(None): "null"}.get(type(value), "json"))


def _common(one: _Kind, other: _Kind) -> _Kind:
    if one == other or other == _Kind("null"):
        return one
    if one == _Kind("null"):
        return other
    return _Kind("float64") if {one, other} == {_Kind("int64"), _Kind("float64")} else _Kind("json")


@contextmanager
def _replacing(path: str | Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` that takes its place when all is written."""
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(0o644)  # temporary files are private
        temporary.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
