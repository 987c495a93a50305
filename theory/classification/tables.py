"""Posteriors and scores from CSV and NPY files, with errors that name the file and the line."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.arrays import real_arrays
from theory.classification.arrays import posterior_fault

__all__ = ["Table", "read_posteriors", "read_table"]


@dataclass(frozen=True)
class Table:
    """A matrix of numbers and where its rows stand.

    Attributes
    ----------
    values : array, shape (m, n)
    path : file the numbers come from
    lines : line number of each row in a CSV file, empty for an NPY file
    """

    values: NDArray[np.float64]
    path: Path
    lines: tuple[int, ...] = ()

    def place(self, row: int) -> str:
        """Return where a row stands, for messages: file and line, or file and row."""
        return f"{self.path}, line {self.lines[row]}" if self.lines else f"{self.path}, row {row}"


def read_table(path: str | Path) -> Table:
    r"""Read a matrix from a ``.csv`` file (comma-separated, optional header line) or an ``.npy`` file.

    Parameters
    ----------
    path : file name with the suffix .csv or .npy

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If the file cannot be read, is not rectangular, or holds anything but finite numbers.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scores.csv"
    ...     _ = path.write_text("cat,dog\n1,2\n3,4\n")
    ...     table = read_table(path)
    >>> table.values.tolist(), table.lines
    ([[1.0, 2.0], [3.0, 4.0]], (2, 3))
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".npy": _read_npy}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{path}: the suffix must be .csv or .npy")
    try:
        table = readers[path.suffix.lower()](path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error})") from None
    if table.values.shape[0] < 1 or table.values.shape[1] < 2:
        raise ValueError(f"{path}: at least 1 row and 2 columns are needed, got {table.values.shape}")
    return table


def read_posteriors(path: str | Path) -> Table:
    """Read posteriors: a table whose rows are non-negative and sum to 1 (see :func:`read_table`).

    Raises
    ------
    ValueError
        As :func:`read_table`; for a row off the simplex the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "p.npy"
    ...     np.save(path, [[0.5, 0.5], [0.25, 0.75]])
    ...     read_posteriors(path).values.shape
    (2, 2)
    """
    table = read_table(path)
    xp, (values,), _ = real_arrays(table.values)
    fault = posterior_fault(xp, values)
    if fault is not None:
        row, text = fault
        raise ValueError(f"{table.place(row)}: a posterior must be >= 0 and sum to 1, this one {text}")
    return table


def _read_csv(path: Path) -> Table:
    rows: list[list[float]] = []
    lines: list[int] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                header = not rows and reader.line_num == 1 and not any(_is_number(cell) for cell in cells)
                if header or not any(cell.strip() for cell in cells):
                    continue
                rows.append(_numbers(cells, f"{path}, line {reader.line_num}"))
                lines.append(reader.line_num)
                if len(rows[-1]) != len(rows[0]):
                    message = f"{len(rows[-1])} columns where line {lines[0]} has {len(rows[0])}"
                    raise ValueError(f"{path}, line {reader.line_num}: {message}")
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not a CSV file in UTF-8 ({error})") from None
    if not rows:
        raise ValueError(f"{path}: holds no rows of numbers")
    return Table(np.asarray(rows, dtype=np.float64), path, tuple(lines))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(cells: list[str], place: str) -> list[float]:
    values = []
    for column, cell in enumerate(cells, start=1):
        if not _is_number(cell) or not math.isfinite(float(cell)):
            raise ValueError(f"{place}, column {column}: {cell.strip()[:40]!r} is not a finite number")
        values.append(float(cell))
    return values


def _read_npy(path: Path) -> Table:
    try:
        values: Any = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: not an NPY file of plain numbers ({error})") from None
    if not isinstance(values, np.ndarray) or values.ndim != 2:
        raise ValueError(f"{path}: a matrix is needed, got {getattr(values, 'shape', 'an archive')}")
    if not (np.issubdtype(values.dtype, np.floating) or np.issubdtype(values.dtype, np.integer)):
        raise ValueError(f"{path}: real numbers are needed, got the dtype {values.dtype}")
    table = Table(values.astype(np.float64), path)
    finite = np.isfinite(table.values).all(axis=1)
    if not finite.all():
        raise ValueError(f"{table.place(int(np.argmin(finite)))}: holds a number that is not finite")
    return table
