import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from experiments.store import (
    Encoded,
    Identity,
    Refused,
    Store,
    StoreWriter,
    array_from_bytes,
    array_to_bytes,
    key_of,
)

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


@given(
    hnp.arrays(
        hnp.boolean_dtypes() | hnp.floating_dtypes() | hnp.integer_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
def test_arrays_return_bit_by_bit(array):
    back = array_from_bytes(array_to_bytes(array))
    assert (back.shape, back.dtype) == (array.shape, array.dtype)
    assert back.tobytes() == array.tobytes()


def test_transposed_arrays_are_the_same_bytes_as_copies():
    array = np.arange(6).reshape(2, 3).T
    assert array_to_bytes(array) == array_to_bytes(array.copy())


def test_objects_are_neither_written_nor_read():
    with pytest.raises(ValueError, match="Object arrays"):
        array_to_bytes(np.array([object()]))
    header = b"\x93NUMPY\x01\x00" + (70).to_bytes(2, "little")
    text = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    with pytest.raises(ValueError, match="Python objects"):
        array_from_bytes(header + text.ljust(69) + b"\n" + b"cos\nsystem\n")


@pytest.mark.parametrize("cut", [0, 5, 20, -1])
def test_arrays_that_were_cut_or_swollen_are_refused(cut):
    data = array_to_bytes(np.arange(4.0))
    for wrong in (data[:cut], data + b"x"):
        with pytest.raises(ValueError):  # noqa: PT011 -- NumPy has messages of its own
            array_from_bytes(wrong)


def test_a_header_that_promises_too_much_allocates_nothing():
    data = array_to_bytes(np.zeros(3)).replace(b"(3,)", b"(3" + b"0" * 15 + b",)", 1).replace(b" " * 15, b"", 1)
    with pytest.raises(ValueError, match="bytes"):
        array_from_bytes(data)


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
        with pytest.raises(Refused, match="cannot be written"):
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
