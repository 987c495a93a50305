"""The SQLite file of a store: how it is made, opened, and told from files of another kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from theory.engine.errors import BadInput

__all__ = [
    "SCHEMA",
    "Refused",
    "connect",
    "create",
    "damaged",
    "fault",
    "is_blank",
    "open_to_read",
    "read_meta",
    "refuse_strangers",
]

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


def connect(path: Path, options: str = "mode=rw") -> sqlite3.Connection:
    """Open a file that is there; what others may do in it calls nothing."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{options}", uri=True, isolation_level=None)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA trusted_schema = OFF")  # views and triggers of a stranger's file call nothing
    except sqlite3.Error as error:
        raise Refused(f"{path} cannot be opened: {error}") from error
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a store also where nothing can be written: then it is read as it lies, and must be at rest."""
    connection = connect(path)
    try:
        connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise fault(path, error) from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise fault(path, error) from error
    else:
        return connection
    log = path.resolve().with_name(path.resolve().name + "-wal")
    if log.exists() and log.stat().st_size:
        raise Refused(f"{path} cannot be read here: its last cells are in {log}; copy both to a folder one can write")
    return connect(path, "mode=ro&immutable=1")


def refuse_strangers(path: Path) -> None:
    """Refuse what is no SQLite file at all before anything is made beside it."""
    try:
        if not path.parent.is_dir():
            raise Refused(f"the store cannot be made: there is no folder {path.parent}")
        if not path.exists():
            return
        if not path.is_file():
            raise Refused(f"{path} is not a regular file")
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) not in (b"", _MAGIC):
                raise Refused(f"{path} is not a store of simulation results: it was left as it is")
    except OSError as error:
        raise Refused(f"{path} cannot be opened: {error}") from error


def is_blank(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether the file is empty, or a database without tables: a store whose making was interrupted."""
    refuse_strangers(path)
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        return application == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise fault(path, error) from error


def create(path: Path, meta: Mapping[str, str]) -> bool:
    """Make the tables in one transaction if the file is new; return whether it was."""
    try:
        path.touch()
    except OSError as error:
        raise Refused(f"the store {path} cannot be made: {error}") from error
    connection = connect(path)
    try:
        if not is_blank(path, connection):
            return False
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            connection.execute(table)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise Refused(f"the store {path} cannot be made: {error}") from error
    finally:
        connection.close()
    return True


def read_meta(path: Path, connection: sqlite3.Connection) -> Mapping[str, str]:
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
        raise fault(path, error) from error


def fault(path: Path, error: sqlite3.Error) -> Refused:
    """Return what is wrong with a file: a disk or a lock may be, and then it is not the file."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL):
        return Refused(f"{path} cannot be read now: {error}")
    return damaged(path, error)


def damaged(path: Path, error: object) -> Refused:
    """Return the refusal of a file that is no longer what SQLite wrote."""
    return Refused(f"{path} is damaged ({error}): move it away and start again, or restore a copy")
