"""Results of a sweep in one SQLite file: a row a cell, written in a transaction of its own.

The file is read with the standard library alone (``sqlite3``): numbers are canonical JSON, arrays are ``.npy`` blobs
without pickled objects, so that a store from a stranger runs no code. What was measured (timings) is kept apart from
what was computed, so that results are the same bytes whatever machine, executor or order computed them.

SQLite's write-ahead log keeps committed cells when the process is killed; after a power failure the last few may be
missing, and are computed again. The log needs shared memory: keep stores on a local disk, not on a network one.
"""

from __future__ import annotations

import hashlib
import io
import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from experiments.canonical import decode, encode
from theory.engine.errors import BadInput

__all__ = ["Encoded", "Identity", "Refused", "Store", "StoreWriter", "array_from_bytes", "array_to_bytes", "key_of"]

SCHEMA = 1
APPLICATION = 0x4C505346  # SQLite's application id of these files
BUSY_MILLISECONDS = 30_000
_MAGIC = b"SQLite format 3\x00"
_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE results (position INTEGER PRIMARY KEY, key TEXT UNIQUE, spec TEXT NOT NULL, numbers TEXT NOT NULL)",
    "CREATE TABLE arrays (position INTEGER, name TEXT, npy BLOB NOT NULL, PRIMARY KEY (position, name))",
    "CREATE TABLE timings (position INTEGER PRIMARY KEY, seconds REAL NOT NULL)",
)


class Refused(BadInput):
    """A file that is not the store that was asked for; nothing in it was changed."""


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
    'b37a5f3e3ba03a80'
    """
    return hashlib.sha256(f'{{"code":{encode(code)},"spec":{spec}}}'.encode()).hexdigest()


def array_to_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as the bytes of a ``.npy`` file; raises ValueError if it holds Python objects."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
    return buffer.getvalue()


def array_from_bytes(data: bytes) -> NDArray[Any]:
    """Return the array of :func:`array_to_bytes`.

    Raises
    ------
    ValueError
        If the bytes are no ``.npy`` file, hold Python objects, or are not as many as their header says.
    """
    buffer = io.BytesIO(data)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise ValueError("an array is not of .npy version 1.0")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(buffer)
    if dtype.hasobject:
        raise ValueError("an array holds Python objects, which are not read")
    rest = data[buffer.tell() :]
    if math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError(f"an array of shape {shape} and type {dtype} has {len(rest)} bytes")
    return np.frombuffer(rest, dtype=dtype).reshape(shape, order="F" if fortran else "C").copy()


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
        self._connection = _connect(self.path)
        try:
            if _is_blank(self.path, self._connection):
                raise Refused(f"{self.path} is an empty store: no sweep has begun to write it")
            self.meta = _meta(self.path, self._connection)
        except BaseException:
            self._connection.close()
            raise

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
                cell, results = decode(spec), decode(numbers)
                if any(name not in cell or cell[name] != value for name, value in where.items()):
                    continue
                results |= {name: array_from_bytes(data) for name, data in blobs}
            except (ValueError, TypeError) as error:
                raise Refused(f"{self.path}: row {position} is damaged: {error}") from error
            yield cell, results

    def raw(self) -> Iterator[tuple[int, str, str, str, list[tuple[str, bytes]]]]:
        """Iterate over position, key, specification, numbers and arrays as they are in the file, in grid order."""
        try:
            rows = self._connection.execute("SELECT position, key, spec, numbers FROM results ORDER BY position")
            for row in rows:
                query = "SELECT name, npy FROM arrays WHERE position = ? ORDER BY name"
                yield (*row, self._connection.execute(query, row[:1]).fetchall())
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, error) from error

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
            raise _damaged(self.path, error) from error


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
        _refuse_strangers(path)
        self._lock = _Lock(path)
        try:
            fresh = _create(path, identity)
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

    def close(self) -> None:
        super().close()
        self._lock.release()

    def __contains__(self, key: object) -> bool:
        return bool(self._query("SELECT 1 FROM results WHERE key = ?", (key,)))

    def add(self, cell: Encoded) -> None:
        """Write one cell in one transaction; once this returns, the cell survives the end of the process.

        A cell that is there already is left as it is.
        """
        execute = self._connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            values = (cell.position, cell.key, cell.spec, cell.numbers)
            if execute("INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?)", values).rowcount:
                for name, data in cell.arrays:
                    execute("INSERT INTO arrays VALUES (?, ?, ?)", (cell.position, name, data))
                execute("INSERT INTO timings VALUES (?, ?)", (cell.position, cell.seconds))
            execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                execute("ROLLBACK")
            raise Refused(f"{self.path} cannot be written: {error}; the cells written before are kept") from error

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
            raise _damaged(self.path, fault)


class _Lock:
    """A lock beside the store, held by SQLite for as long as the process lives.

    The store itself stays free for readers. A race between one sweep that ends and two that begin can at worst let
    both run: then each cell is still written once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        try:
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise Refused(f"{path} cannot be written: {error}") from error
        try:
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            if "locked" in str(error):
                told = "is being written by another sweep: wait for it, or give another --store"
                raise Refused(f"{path} {told}") from None
            raise Refused(f"{self._path} cannot be locked: {error}") from error

    def release(self) -> None:
        self._path.unlink(missing_ok=True)
        self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA trusted_schema = OFF")  # views and triggers of a stranger's file call nothing
    except sqlite3.Error as error:
        raise Refused(f"{path} cannot be opened: {error}") from error
    return connection


def _refuse_strangers(path: Path) -> None:
    """Refuse what is no SQLite file at all before anything is made beside it."""
    if not path.parent.is_dir():
        raise Refused(f"the store cannot be made: there is no folder {path.parent}")
    if not path.exists():
        return
    if not path.is_file():
        raise Refused(f"{path} is not a regular file")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) not in (b"", _MAGIC):
            raise Refused(f"{path} is not a store of simulation results: it was left as it is")


def _is_blank(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file is empty, or a database without tables: a store whose making was interrupted."""
    _refuse_strangers(path)
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        return application == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _create(path: Path, identity: Identity) -> bool:
    """Make the tables in one transaction if the file is new; return whether it was."""
    path.touch()
    connection = _connect(path)
    try:
        if not _is_blank(path, connection):
            return False
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            connection.execute(table)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", asdict(identity).items())
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise Refused(f"the store {path} cannot be made: {error}") from error
    finally:
        connection.close()
    return True


def _meta(path: Path, connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return the table meta of a store of this schema, or refuse the file."""
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION:
            raise Refused(f"{path} is a database of something else, not a store of simulation results")
        if schema != SCHEMA:
            age = "newer" if schema > SCHEMA else "unknown"
            raise Refused(
                f"{path} has schema {schema}, of a{'n' if age == 'unknown' else ''} {age} version of lossproof;"
                f" this one reads schema {SCHEMA}: update it"
            )
        return dict(connection.execute("SELECT name, value FROM meta").fetchall())
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: object) -> Refused:
    return Refused(f"{path} is damaged ({error}): move it away and start again, or restore a copy")
