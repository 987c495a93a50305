"""Tables of numbers with named columns: from a CSV or NPZ file, or of those that scikit-learn ships."""

from __future__ import annotations

import csv
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from theory.engine.errors import BadInput
from theory.shown import Shown

__all__ = ["BUNDLED", "Table", "bundled", "open_table", "read_table"]

BUNDLED = {"diabetes": "target", "wine": "alcohol"}
"""Tables for regression that scikit-learn ships, and the column that is learned unless one is named."""
_CALIFORNIA = (
    "scikit-learn does not ship California housing but downloads it; once you have it, write it with"
    " fetch_california_housing(as_frame=True).frame.to_csv(FILE, index=False) and give that FILE"
)
_MARK = "sklearn:"
_OTHERS = {";": "semicolons", "\t": "tabulators", "|": "bars"}  # that divide columns elsewhere


@dataclass(frozen=True)
class Table(Shown):
    """Numbers in named columns.

    Attributes
    ----------
    source : str
        Where they are from, for messages.
    columns : tuple of str
    values : array, shape (n, number of columns)
    target : str
        The column that is learned unless another is named.
    """

    source: str
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    target: str

    def split(self, target: str | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return features (n, d) and target (n,).

        Raises
        ------
        BadInput
            If there is no such column, no other one, or a constant one.
        """
        target = self.target if target is None else target
        if target not in self.columns:
            there = ", ".join(self.columns[:20]) + (", ..." if len(self.columns) > 20 else "")
            raise BadInput(f"{self.source} has no column {target!r:.60}; it has {there}")
        if len(self.columns) < 2:
            raise BadInput(f"{self.source} has the one column {target!r:.60}: at least one more is needed as a feature")
        constant = np.flatnonzero((self.values == self.values[0]).all(axis=0))
        if len(constant):
            name = self.columns[constant[0]]
            why = "there is nothing to learn" if name == target else "it says nothing; leave it out"
            raise BadInput(f"{self.source}, column {name!r:.60} is constant: {why}")
        at = self.columns.index(target)
        return np.delete(self.values, at, axis=1), self.values[:, at]


def open_table(given: str) -> Table:
    """Return the table ``sklearn:NAME`` that scikit-learn ships, or that of a file.

    Raises
    ------
    BadInput
        If it cannot be used.
    """
    return bundled(given.removeprefix(_MARK)) if given.startswith(_MARK) else read_table(given)


def bundled(name: str) -> Table:
    """Return a table that scikit-learn ships: no download.

    ``diabetes`` (442 rows, 10 features, progression of the disease) or ``wine`` (178 rows; alcohol by 12 other
    measurements).

    Raises
    ------
    BadInput
        If it is none of them, or scikit-learn is missing.

    Examples
    --------
    >>> table = bundled("diabetes")
    >>> table.columns[:4], table.target, table.values.shape
    (('age', 'sex', 'bmi', 'bp'), 'target', (442, 11))
    """
    if name not in BUNDLED:
        hint = f" {_CALIFORNIA}" if name.lower().startswith("california") else ""
        raise BadInput(f"no table {_MARK}{name[:60]}; allowed: {', '.join(_MARK + known for known in BUNDLED)}.{hint}")
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise BadInput(f"{_MARK}{name} needs scikit-learn, which is not installed: pip install scikit-learn") from None
    found = datasets.load_diabetes(scaled=False) if name == "diabetes" else datasets.load_wine()
    columns, values = tuple(map(str, found.feature_names)), np.asarray(found.data, dtype=np.float64)
    if name == "diabetes":
        columns, values = (*columns, "target"), np.column_stack([values, found.target])
    return Table(_MARK + name, columns, values, BUNDLED[name])


def read_table(path: str | Path) -> Table:
    r"""Read a CSV file with a header (the target is its last column), or an NPZ file with the arrays X and y.

    Raises
    ------
    BadInput
        If the file cannot be read, or anything in it is not a finite number: the message names line and column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "houses.csv"
    ...     _ = path.write_text("MedInc,HouseAge,MedHouseVal\n8.3252,41,4.526\n8.3014,21,3.585\n")
    ...     table = read_table(path)
    >>> table.columns, table.target, table.values.shape
    (('MedInc', 'HouseAge', 'MedHouseVal'), 'MedHouseVal', (2, 3))
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".npz": _read_npz}
    if path.suffix.lower() not in readers:
        raise BadInput(
            f"{path}: the suffix must be .csv or .npz, or give {' or '.join(_MARK + name for name in BUNDLED)}"
        )
    try:
        return readers[path.suffix.lower()](path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror or error})") from None


def _read_csv(path: Path) -> Table:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            columns = _header(path, next(reader, []))
            rows = [_numbers(path, reader.line_num, columns, cells) for cells in reader if cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a CSV file in UTF-8 ({error})") from None
    if not rows:
        raise BadInput(f"{path}: holds no rows beside the header")
    return Table(str(path), columns, np.asarray(rows, dtype=np.float64), columns[-1])


def _header(path: Path, cells: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in cells)
    if not columns:
        raise BadInput(f"{path}: is empty; a header with the names of columns is needed")
    if all(_number(name) is not None for name in columns):
        raise BadInput(f"{path}: the first line holds numbers; a header with the names of columns is needed")
    if len(columns) == 1 and (other := next((mark for mark in _OTHERS if mark in columns[0]), "")):
        raise BadInput(f"{path}: columns must be divided by commas, the header has {_OTHERS[other]}")
    for place, name in enumerate(columns, start=1):
        if not name.isprintable():
            raise BadInput(f"{path}: the name of column {place} has characters that cannot be printed: {name!r:.60}")
        if not name:
            raise BadInput(f"{path}: column {place} has no name; if it is an index, write the file without it")
        if columns.index(name) < place - 1:
            raise BadInput(f"{path}: two columns have the name {name!r:.60}")
    return columns


def _numbers(path: Path, line: int, columns: tuple[str, ...], cells: list[str]) -> list[float]:
    if len(cells) != len(columns):
        raise BadInput(f"{path}, line {line}: {len(cells)} columns where the header has {len(columns)}")
    values = []
    for name, cell in zip(columns, cells, strict=True):
        value = _number(cell)
        if value is None or not math.isfinite(value):
            what = f"{cell.strip()[:40]!r} is not a finite number" if cell.strip() else "is empty"
            raise BadInput(f"{path}, line {line}, column {name!r:.60}: {what}")
        values.append(value)
    return values


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _read_npz(path: Path) -> Table:
    try:
        # Opened here: NumPy leaves a file open that is no archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("X", "y") if name in file}
    except (ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput(f"{path}: not an NPZ file of plain numbers ({error})") from None
    if len(arrays) < 2:
        raise BadInput(
            f"{path}: must hold the arrays X (rows, features) and y (rows,), has {', '.join(arrays) or 'neither'}"
        )
    X, y = arrays["X"], arrays["y"]
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise BadInput(f"{path}: {name} must be made of real numbers, has the dtype {array.dtype}")
    if X.ndim != 2 or not X.size or y.shape != X.shape[:1]:
        raise BadInput(f"{path}: X must have the shape (n, d) and y (n,), both not empty, got {X.shape} and {y.shape}")
    with np.errstate(over="ignore"):  # what overflows is refused
        values = np.column_stack([X, y]).astype(np.float64)
    columns = (*(f"X[{j}]" for j in range(X.shape[1])), "y")
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise BadInput(f"{path}, row {row}, column {columns[column]}: {values[row, column]} is not a finite number")
    return Table(str(path), columns, values, "y")
