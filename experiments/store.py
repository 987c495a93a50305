"""Results of a sweep in one SQLite file: a row a cell, written in a transaction of its own.

The file is read with the standard library alone (``sqlite3``): numbers are canonical JSON, arrays are ``.npy`` blobs
without pickled objects, so that a store from a stranger runs no code. What was measured (timings) is kept apart from
what was computed, so that results are the same bytes whatever machine, executor or order computed them.

SQLite's write-ahead log keeps committed cells when the process is killed; after a power failure the last few may be
missing, and are computed again. The log needs shared memory: keep stores on a local disk, not on a network one.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from experiments.canonical import decode, encode
from experiments.npy import array_from_bytes
from experiments.store_file import (
    Refused,
    connect,
    create,
    damaged,
    fault,
    is_blank,
    open_to_read,
    read_meta,
    refuse_strangers,
)
from experiments.store_lock import Lock, Locked

__all__ = ["LARGEST", "Encoded", "Identity", "NotWritten", "Refused", "Store", "StoreWriter", "key_of"]

LARGEST = 900_000_000  # bytes of a text or an array; SQLite's limit is a little above


class NotWritten(RuntimeError):
    """A cell could not be written, because the disk is full, say; those that were written before are kept."""


@dataclass(frozen=True)
class Identity:
    """Whose results a store holds: results of another simulator, code, size or backend are never mixed in."""

    simulator: str
    sizes: str
    code: str
    backend: str = "numpy"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The results of one cell, ready to be written."""

    position: int
    key: str
    spec: str
    numbers: str
    arrays: tuple[tuple[str, bytes], ...]
    seconds: float


def key_of(spec: str, code: str) -> str:
    """Return the key of a cell: SHA-256 of its canonical specification and the code version.

    >>> key_of('{"d":2}', "v1")[:16]
    '5b6570e10b5f8c31'
    """
    return hashlib.sha256(f'{{"code":{encode(code)},"spec":{spec}}}'.encode()).hexdigest()


class Store:
    """A store opened to be read, also while a sweep writes it.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    Refused
        If there is no such file, or it is no store that this version can read.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "demo.sqlite"
    >>> with StoreWriter(path, Identity("demo", "quick", "v1")) as writer:
    ...     writer.add(Encoded(0, key_of('{"d":2}', "v1"), '{"d":2}', '{"error":0.25}', (), 0.1))
    >>> with Store(path) as store:
    ...     list(store.rows())
    [({'d': 2}, {'error': 0.25})]
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise Refused(f"there is no store {self.path}")
        self._connection = self._open()
        try:
            if is_blank(self.path, self._connection):
                raise Refused(f"{self.path} is an empty store: no sweep has begun to write it")
            self.meta = read_meta(self.path, self._connection)
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> sqlite3.Connection:
        refuse_strangers(self.path)
        return open_to_read(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        return int(self._query("SELECT count(*) FROM results")[0][0])

    def rows(self, **where: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Iterate over (cell, results) in the order of the grid; memory does not grow with the store.

        Parameters
        ----------
        where
            Field of the cell = value it must have.

        Raises
        ------
        Refused
            If a row is damaged.
        """
        for position, _, spec, numbers, blobs in self.raw():
            try:
                cell = decode(spec)
                results = decode(numbers) | {name: array_from_bytes(data) for name, data in blobs}
                fields = cell.keys()
            except (ValueError, TypeError, AttributeError) as error:
                raise Refused(f"{self.path}: row {position} is damaged: {error}") from error
            if all(name in fields and cell[name] == value for name, value in where.items()):
                yield cell, results

    def raw(self) -> Iterator[tuple[int, str, str, str, list[tuple[str, bytes]]]]:
        """Iterate over position, key, specification, numbers and arrays as they are in the file, in grid order."""
        try:
            rows = self._connection.execute("SELECT position, key, spec, numbers FROM results ORDER BY position")
            for row in rows:
                query = "SELECT name, npy FROM arrays WHERE position = ? ORDER BY name"
                yield (*row, self._connection.execute(query, row[:1]).fetchall())
        except sqlite3.DatabaseError as error:
            raise fault(self.path, error) from error

    def seconds(self) -> float:
        """Return the processor time that all cells together took, in seconds, as measured."""
        return float(self._query("SELECT coalesce(sum(seconds), 0) FROM timings")[0][0])

    def digest(self) -> str:
        """Return the SHA-256 of all results in grid order: equal for equal results, however they came about."""
        digest = hashlib.sha256()
        for row in self.raw():
            for part in (str(row[0]), *row[1:4]):
                digest.update(f"{len(part)} {part}\n".encode())
            for name, data in row[4]:
                digest.update(f"{len(name)} {name} {len(data)}\n".encode() + data)
        return digest.hexdigest()

    def _query(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise fault(self.path, error) from error


class StoreWriter(Store):
    """A store opened to be written by one sweep: made if there is none, locked against other sweeps.

    Parameters
    ----------
    path
        The file; its folder must exist.
    identity
        Whose results are written; those in the file must be the same.
    resume
        Whether results that are there already are kept and added to; without it they are a reason to refuse.

    Raises
    ------
    Refused
        If the file is something else, is damaged, holds results of others, or is being written by another sweep.
    """

    def __init__(self, path: str | Path, identity: Identity, *, resume: bool = False) -> None:
        path = Path(path)
        refuse_strangers(path)
        try:
            self._lock = Lock(path)
        except Locked:
            told = "is being written by another sweep: wait for it, or give another --store"
            raise Refused(f"{path} {told}") from None
        except (OSError, ValueError) as error:  # ValueError: no system has such a name
            raise Refused(f"{path} cannot be written: {error}") from error
        try:
            fresh = create(path, asdict(identity))
            super().__init__(path)
        except BaseException:
            self._lock.release()
            raise
        try:
            if not fresh:
                self._check(identity, resume)
            self._connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            self.close()
            raise

    def _open(self) -> sqlite3.Connection:
        return connect(self.path)

    def close(self) -> None:
        super().close()
        self._lock.release()

    def __contains__(self, key: object) -> bool:
        return bool(self._query("SELECT 1 FROM results WHERE key = ?", (key,)))

    def add(self, cell: Encoded) -> None:
        """Write one cell in one transaction; once this returns, the cell survives the end of the process.

        A cell that is there already is left as it is.

        Raises
        ------
        NotWritten
            If the file cannot be written.
        Refused
            If another cell has this position: the grid is not the one that the store was begun with.
        """
        try:
            self._transact(lambda: self._insert(cell))
        except sqlite3.Error as error:
            there = self._query("SELECT spec FROM results WHERE position = ?", (cell.position,))
            if isinstance(error, sqlite3.IntegrityError) and there:
                raise Refused(
                    f"{self.path} has the cell {there[0][0]:.200} at position {cell.position}, where the grid now has"
                    f" {cell.spec:.200}: the cells of a size must be the same in the same order at every call; give"
                    " another --store"
                ) from None
            raise NotWritten(f"{self.path} cannot be written: {error}") from error

    def _transact(self, write: Callable[[], None]) -> None:
        execute = self._connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            write()
            execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                execute("ROLLBACK")
            raise

    def _insert(self, cell: Encoded) -> None:
        execute = self._connection.execute
        values = (cell.position, cell.key, cell.spec, cell.numbers)
        if execute("INSERT INTO results VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING", values).rowcount < 1:
            return
        for name, data in cell.arrays:
            execute("INSERT INTO arrays VALUES (?, ?, ?)", (cell.position, name, data))
        execute("INSERT INTO timings VALUES (?, ?)", (cell.position, cell.seconds))

    def _check(self, identity: Identity, resume: bool) -> None:
        wanted = asdict(identity)
        for name in ("simulator", "sizes", "backend"):
            found = self.meta.get(name)
            if found != wanted[name]:
                told = f"{name} {found!r:.80}, not {wanted[name]!r:.80}"
                raise Refused(f"{self.path} holds results of {told}: give another --store")
        if (found := self.meta.get("code")) != identity.code:
            raise Refused(
                f"{self.path} was written by other code of {identity.simulator} (version {str(found)[:12]}, now"
                f" {identity.code[:12]}): give another --store, or move the old one away"
            )
        if not resume and len(self):
            raise Refused(
                f"{self.path} holds {len(self)} cells already: --resume computes those that are missing;"
                " for a fresh start give another --store, or move the old one away"
            )
        if (fault := self._query("PRAGMA quick_check(1)")[0][0]) != "ok":
            raise damaged(self.path, fault)
