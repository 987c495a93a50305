import sqlite3
from pathlib import Path

import numpy as np
import pytest

from experiments import store_file, store_lock
from experiments.npy import array_to_bytes
from experiments.store import (
    Encoded,
    Identity,
    NotWritten,
    Refused,
    Store,
    StoreWriter,
    key_of,
)
from experiments.store_lock import Lock, Locked

IDENTITY = Identity("toy", "quick", "c0de")


def encoded(position, *, numbers="{}", arrays=(), spec=None, seconds=0.5):
    spec = f'{{"i":{position}}}' if spec is None else spec
    return Encoded(position, key_of(spec, "c0de"), spec, numbers, arrays, seconds)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.sqlite"


def write(path, *cells, resume=False, identity=IDENTITY):
    with StoreWriter(path, identity, resume=resume) as writer:
        for cell in cells:
            writer.add(cell)


def test_rows_come_in_grid_order_with_numbers_and_arrays(path):
    values = np.arange(6.0).reshape(2, 3)
    write(
        path,
        encoded(2, numbers='{"x":{"$float":"inf"}}'),
        encoded(0, arrays=(("v", array_to_bytes(values)),)),
        encoded(1),
    )
    with Store(path) as store:
        rows = list(store.rows())
        assert [cell["i"] for cell, _ in rows] == [0, 1, 2]
        assert np.array_equal(rows[0][1]["v"], values)
        assert rows[2][1] == {"x": float("inf")}
        assert [cell for cell, _ in store.rows(i=1)] == [{"i": 1}]
        assert list(store.rows(j=1)) == []
        assert len(store) == 3
        assert store.seconds() == 1.5
        assert store.meta["simulator"] == "toy"


def test_the_digest_forgets_order_and_time_but_no_number(tmp_path):
    digests = []
    for index, cells in enumerate(
        [
            (encoded(0), encoded(1)),
            (encoded(1, seconds=9.0), encoded(0)),
            (encoded(0), encoded(1, numbers='{"x":1}')),
            (encoded(0), encoded(1, arrays=(("x", b"1"),))),
            (encoded(0),),
        ]
    ):
        write(tmp_path / f"{index}.sqlite", *cells)
        with Store(tmp_path / f"{index}.sqlite") as store:
            digests.append(store.digest())
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_a_cell_is_written_once(path):
    write(path, encoded(0, numbers='{"x":1}'), encoded(0, numbers='{"x":2}'))
    with StoreWriter(path, IDENTITY, resume=True) as store:
        assert [row for _, row in store.rows()] == [{"x": 1}]
        assert encoded(0).key in store
        assert encoded(1).key not in store


def test_results_are_not_lost_by_forgetting_resume(path):
    write(path, encoded(0))
    with pytest.raises(Refused, match="holds 1 cells already: --resume"):
        write(path, encoded(1))
    write(path, encoded(1), resume=True)
    with Store(path) as store:
        assert len(store) == 2


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        (Identity("other", "quick", "c0de"), "simulator 'toy', not 'other'"),
        (Identity("toy", "paper", "c0de"), "sizes 'quick', not 'paper'"),
        (Identity("toy", "quick", "c0de", "torch"), "backend 'numpy', not 'torch'"),
        (Identity("toy", "quick", "f00d"), r"other code of toy \(version c0de, now f00d\)"),
    ],
)
def test_stores_of_others_are_refused_and_left_alone(path, identity, says):
    write(path, encoded(0))
    before = path.read_bytes()
    with pytest.raises(Refused, match=says):
        write(path, encoded(1), resume=True, identity=identity)
    assert path.read_bytes() == before
    assert sorted(item.name for item in path.parent.iterdir()) == ["a.sqlite"]


@pytest.mark.parametrize("content", [b"hello", b"\x00" * 4096, b"SQLite format 4\x00" + b"x" * 100])
def test_files_of_another_kind_are_left_as_they_are(path, content):
    path.write_bytes(content)
    for opens in (lambda: Store(path), lambda: StoreWriter(path, IDENTITY, resume=True)):
        with pytest.raises(Refused, match="not a store of simulation results"):
            opens()
    assert path.read_bytes() == content
    assert [item.name for item in path.parent.iterdir()] == ["a.sqlite"]


def test_a_database_of_something_else_is_left_as_it_is(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE results (key TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for opens in (lambda: Store(path), lambda: StoreWriter(path, IDENTITY, resume=True)):
        with pytest.raises(Refused, match="database of something else"):
            opens()
    assert path.read_bytes() == before


def set_schema(path, number):
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {number}")
    connection.close()


def test_a_newer_schema_is_refused(path):
    write(path, encoded(0))
    set_schema(path, 2)
    with pytest.raises(Refused, match="schema 2, of a newer version of lossproof; this one reads schema 1: update"):
        Store(path)
    set_schema(path, 0)
    with pytest.raises(Refused, match="schema 0, of an unknown version"):
        StoreWriter(path, IDENTITY, resume=True)


def test_a_damaged_store_is_refused(path):
    write(path, *(encoded(position, numbers=f'{{"x":"{"y" * 500}"}}') for position in range(100)))
    data = bytearray(path.read_bytes())
    data[3 * 4096 : -4096] = b"\xaa" * (len(data) - 4 * 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(Refused, match="is damaged"):
        StoreWriter(path, IDENTITY, resume=True)
    path.write_bytes(bytes(data[:5000]))
    with pytest.raises(Refused, match="is damaged"):
        StoreWriter(path, IDENTITY, resume=True)


@pytest.mark.parametrize(("numbers", "arrays"), [("NaN", ()), ("[1]", ()), ("{}", (("x", b"no array"),))])
def test_a_damaged_row_is_named(path, numbers, arrays):
    write(path, encoded(0), encoded(1, numbers=numbers, arrays=arrays))
    with Store(path) as store, pytest.raises(Refused, match="row 1 is damaged"):
        list(store.rows())


@pytest.mark.parametrize("content", ["nothing", "an empty database"])
def test_a_store_whose_making_was_interrupted_is_made(path, content):
    path.touch()
    if content != "nothing":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        assert path.stat().st_size
    with pytest.raises(Refused, match="empty store"):
        Store(path)
    write(path, encoded(0))
    with Store(path) as store:
        assert len(store) == 1


def test_two_sweeps_cannot_write_one_store_but_anyone_can_read_it(path):
    with StoreWriter(path, IDENTITY) as first:
        first.add(encoded(0))
        with pytest.raises(Refused, match="being written by another sweep"):
            StoreWriter(path, IDENTITY, resume=True)
        with Store(path) as reader:
            assert len(reader) == 1
            first.add(encoded(1))
            assert len(reader) == 2
    write(path, encoded(2), resume=True)
    assert [item.name for item in path.parent.iterdir()] == ["a.sqlite"]


def test_a_cell_is_written_whole_or_not_at_all(path):
    twice = (("v", b"1"), ("v", b"2"))
    with StoreWriter(path, IDENTITY) as store:
        with pytest.raises(NotWritten, match="cannot be written"):
            store.add(encoded(0, arrays=twice))
        assert len(store) == 0
        store.add(encoded(1))
        assert len(store) == 1


def test_missing_places_are_named(tmp_path):
    with pytest.raises(Refused, match="there is no store"):
        Store(tmp_path / "none.sqlite")
    with pytest.raises(Refused, match="there is no folder"):
        StoreWriter(tmp_path / "none" / "a.sqlite", IDENTITY)
    with pytest.raises(Refused, match="not a regular file"):
        StoreWriter(tmp_path, IDENTITY)


def test_strange_file_names(tmp_path):
    path = Path(tmp_path / "a b?mode=ro#%41.sqlite")
    write(path, encoded(0))
    assert path.is_file()
    with Store(path) as store:
        assert len(store) == 1


def test_a_grid_that_moved_loses_no_cell_silently(path):
    write(path, encoded(0))
    moved = encoded(0, spec='{"i":7}')
    with StoreWriter(path, IDENTITY, resume=True) as store:
        with pytest.raises(Refused, match=r'has the cell {"i":0} at position 0, where the grid now has {"i":7}'):
            store.add(moved)
        assert moved.key not in store
        store.add(encoded(1))
        assert len(store) == 2


def test_a_store_has_one_lock_whatever_it_is_called(path, tmp_path):
    with StoreWriter(path, IDENTITY):
        (tmp_path / "other.sqlite").symlink_to(path)
        with pytest.raises(Refused, match="being written by another sweep"):
            StoreWriter(tmp_path / "other.sqlite", IDENTITY, resume=True)
    write(tmp_path / "other.sqlite", encoded(0), resume=True)
    with Store(path) as store:
        assert len(store) == 1


def test_a_lock_that_is_taken_while_its_file_is_removed_is_taken_anew(path, monkeypatch):
    """Who opened the file before the holder removed it would else hold a lock that nobody else sees."""
    first = Lock(path)
    opened = []
    flock = store_lock.fcntl.flock

    def late(handle, how):
        if not opened:
            first.release()  # between opening and locking
        opened.append(handle)
        flock(handle, how)

    monkeypatch.setattr(store_lock.fcntl, "flock", late)
    second = Lock(path)
    assert len(opened) == 2
    monkeypatch.undo()
    with pytest.raises(Locked):
        Lock(path)
    second.release()
    Lock(path).release()


def test_a_store_in_a_folder_that_cannot_be_written_is_read(path, monkeypatch):
    """Root may write everywhere: SQLite is told that it may not."""
    write(path, encoded(0))
    real = store_file.connect

    def denied(where, options="mode=rw"):
        connection = real(where, options)
        return Denied(connection) if options == "mode=rw" else connection

    class Denied:
        def __init__(self, connection):
            self.close = connection.close

        def execute(self, *_):
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = code
            raise error

    monkeypatch.setattr(store_file, "connect", denied)
    for code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY_DIRECTORY):  # noqa: B007 -- Denied raises it
        with Store(path) as store:
            assert len(store) == 1
    code = sqlite3.SQLITE_BUSY
    with pytest.raises(Refused, match="cannot be read now"):
        Store(path)
    code = sqlite3.SQLITE_CANTOPEN
    path.with_name("a.sqlite-wal").write_bytes(b"x")
    with pytest.raises(Refused, match="its last cells are in"):
        Store(path)


def test_rows_compare_fields_as_python_does(path):
    write(path, encoded(0))
    with Store(path) as store:
        assert [cell for cell, _ in store.rows(i=0.0)] == [{"i": 0}]
        with pytest.raises(ValueError, match="truth value"):  # not called a damaged row
            list(store.rows(i=np.arange(2)))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_impossible_names_are_refused(tmp_path, name):
    with pytest.raises(Refused, match="cannot be"):
        StoreWriter(tmp_path / name, IDENTITY)
