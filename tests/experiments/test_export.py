import csv
import json
import math

import numpy as np
import pytest
from toy_simulator import SIMULATOR

from experiments import export
from experiments.export import columns, write_csv, write_parquet
from experiments.npy import array_to_bytes
from experiments.store import Encoded, Identity, Store, StoreWriter, key_of
from experiments.sweep import run_sweep
from theory.engine.errors import BadInput


@pytest.fixture
def store(tmp_path):
    run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor="serial")
    with Store(tmp_path / "a.sqlite") as made:
        yield made


@pytest.fixture
def odd(tmp_path):
    """A store whose columns have mixed types, huge integers, and texts that a table might trip over."""
    numbers = [
        '{"big":9007199254740993,"huge":1e300,"mixed":1,"text":"a,\\"b\\"\\n","wide":9007199254740993}',
        '{"big":1,"huge":123456789012345678901234567890,"mixed":0.5,"text":"\\ud800","wide":0.5}',
        '{"mixed":null,"text":null}',
    ]
    arrays = [np.arange(2), np.arange(3), np.zeros((1, 2))]
    with StoreWriter(tmp_path / "odd.sqlite", Identity("odd", "quick", "c")) as writer:
        for index in (2, 0, 1):
            blobs = (("same", array_to_bytes(np.full(index, index / 2))), ("shape", array_to_bytes(arrays[index])))
            spec = f'{{"i":{index},"list":[{index}]}}'
            writer.add(Encoded(index, key_of(spec, "c"), spec, numbers[index], blobs, 0.0))
    with Store(tmp_path / "odd.sqlite") as made:
        yield made


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_columns_are_the_cell_then_the_results(store):
    assert columns(store) == ["index", "pause", "seed", "draws", "even", "half", "label", "mean", "nan"]


def test_csv_holds_every_number_exactly(store, tmp_path):
    write_csv(store, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert len(rows) == 12
    for row, (cell, results) in zip(rows, store.rows(), strict=True):
        assert int(row["index"]) == cell["index"]
        assert float(row["mean"]) == results["mean"]
        assert row["even"] == ("true" if results["even"] else "false")
        assert row["label"] == results["label"]
    assert json.loads(rows[3]["draws"]) == [*next(store.rows(index=3))[1]["draws"]]
    assert (rows[3]["nan"], rows[6]["nan"], rows[4]["nan"], rows[4]["draws"]) == ("nan", "-inf", "", "")


def test_odd_values_in_csv(odd, tmp_path):
    write_csv(odd, tmp_path / "a.csv")
    rows = read(tmp_path / "a.csv")
    assert [row["i"] for row in rows] == ["0", "1", "2"]
    assert rows[0]["text"] == 'a,"b"\n'
    assert rows[1]["text"] == "\\ud800"
    assert rows[1]["huge"] == "123456789012345678901234567890"
    assert rows[2]["shape"] == "[[0.0,0.0]]"
    assert rows[2]["mixed"] == rows[2]["big"] == ""


def test_parquet_holds_every_number_exactly(store, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(store, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert table.column_names == columns(store)
    types = {field.name: str(field.type) for field in table.schema}
    assert types["index"] == "int64"
    assert types["half"] == types["nan"] == "double"
    assert types["even"] == "bool"
    assert types["draws"].startswith("list<")
    for row, (cell, results) in zip(table.to_pylist(), store.rows(), strict=True):
        assert row["index"] == cell["index"]
        assert row["mean"] == results["mean"]
        assert row["draws"] == (list(results["draws"]) if "draws" in results else None)
    assert math.isnan(table["nan"][3].as_py())


def test_odd_values_in_parquet(odd, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_parquet(odd, tmp_path / "a.parquet")
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert [row["mixed"] for row in rows] == [1.0, 0.5, None]
    assert [row["big"] for row in rows] == [9007199254740993, 1, None]
    assert [row["wide"] for row in rows] == ["9007199254740993", "0.5", None]
    assert rows[1]["huge"] == "123456789012345678901234567890"
    assert [row["same"] for row in rows] == [[], [0.5], [1.0, 1.0]]
    assert rows[2]["shape"] == "[[0.0,0.0]]"
    assert rows[1]["list"] == "[1]"


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_equal_results_are_equal_bytes_in_groups_of_any_size(store, tmp_path, monkeypatch, write):
    if write is write_parquet:
        pytest.importorskip("pyarrow")
    run_sweep(SIMULATOR, "quick", tmp_path / "b.sqlite", executor="threads:3")
    write(store, tmp_path / "a.out")
    with Store(tmp_path / "b.sqlite") as other:
        write(other, tmp_path / "b.out")
    assert (tmp_path / "a.out").read_bytes() == (tmp_path / "b.out").read_bytes()
    if write is write_parquet:
        from pyarrow import parquet

        monkeypatch.setattr(export, "_ROWS", 5)
        write(store, tmp_path / "c.out")
        small = parquet.read_table(tmp_path / "c.out")
        assert parquet.ParquetFile(tmp_path / "c.out").num_row_groups == 3
        assert small.drop(["nan"]).equals(parquet.read_table(tmp_path / "a.out").drop(["nan"]))


def test_an_empty_store_is_a_table_without_rows(tmp_path):
    pytest.importorskip("pyarrow")
    with StoreWriter(tmp_path / "a.sqlite", Identity("a", "quick", "c")) as store:
        write_csv(store, tmp_path / "a.csv")
        write_parquet(store, tmp_path / "a.parquet")
    assert (tmp_path / "a.csv").read_text().strip() == ""


def test_what_cannot_be_written_is_named_and_leaves_nothing(store, tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        write_csv(store, tmp_path / "none" / "a.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        write_csv(store, tmp_path / "folder")
    assert not list(tmp_path.glob(".*.part"))


def test_a_missing_pyarrow_is_named(store, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(BadInput, match="pyarrow, which is not installed"):
        write_parquet(store, tmp_path / "a.parquet")
