import sys

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from experiments.bag_regression.table_files import bundled, open_table, read_table
from theory.engine.errors import BadInput

CALIFORNIA = "MedInc,HouseAge,AveRooms,AveBedrms,Population,AveOccup,Latitude,Longitude,MedHouseVal\n"


def test_the_layout_of_california_housing_is_read(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text(CALIFORNIA + "8.3252,41.0,6.98,1.02,322.0,2.55,37.88,-122.23,4.526\n\n1e0,2,3,4,5,6,7,8,9\n")
    table = open_table(str(path))
    X, y = table.split()
    assert X.shape == (2, 8)
    assert y.tolist() == [4.526, 9.0]
    X, y = table.split("Latitude")
    assert y.tolist() == [37.88, 7.0]
    assert X[:, -1].tolist() == [4.526, 9.0]


def test_a_mark_of_byte_order_quotes_and_blanks_are_no_part_of_names_and_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('\ufeff"a", b\r\n"1",  2.5 \r\n3,4\r\n', encoding="utf-8")
    table = read_table(path)
    assert table.columns == ("a", "b")
    assert table.values.tolist() == [[1.0, 2.5], [3.0, 4.0]]


def test_npz_files_hold_X_and_y(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.arange(6).reshape(3, 2), y=[1.5, 2.0, 0.0])
    table = read_table(tmp_path / "a.npz")
    X, y = table.split()
    assert (table.columns, X.tolist(), y.tolist()) == (("X[0]", "X[1]", "y"), [[0, 1], [2, 3], [4, 5]], [1.5, 2, 0])


def test_bundled_tables_are_those_of_scikit_learn():
    X, y = bundled("diabetes").split()
    given = load_diabetes(scaled=False)
    assert np.array_equal(X, given.data)
    assert np.array_equal(y, given.target)
    X, y = open_table("sklearn:wine").split()
    wine = load_wine()
    assert wine.feature_names[0] == "alcohol"
    assert np.array_equal(np.column_stack([y, X]), wine.data)


def test_scikit_learn_may_be_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(BadInput, match="pip install scikit-learn"):
        bundled("diabetes")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a header"),
        ("a,b\n", "no rows beside the header"),
        ("1,2\n3,4\n", "the first line holds numbers"),
        (",a,b\n0,1,2\n", "column 1 has no name; if it is an index"),
        ("a;b\n0;1\n", "divided by commas, the header has semicolons"),
        ("a\tb\n0\t1\n", "divided by commas, the header has tabulators"),
        ("\x1b[31ma,b\n0,1\n", "the name of column 1 has characters that cannot be printed"),
        ("a,b,a\n0,1,2\n", "two columns have the name 'a'"),
        ("a,b\n1,2\n3\n", "line 3: 1 columns where the header has 2"),
        ("a,b\n1,2\n3,x\n", "line 3, column 'b': 'x' is not a finite number"),
        ("a,b\n1,\n", "line 2, column 'b': is empty"),
        ("a,b\n1,nan\n", "line 2, column 'b': 'nan' is not a finite number"),
        ("a,b\n1,1e999\n", "'1e999' is not a finite number"),
        ("a,b\n1,1_000\n", "'1_000' is not a finite number"),
        ('a,b\n"1,2\n3,4\n', "not a CSV file in UTF-8 .unexpected end of data"),
        ("a,b\n1,'\udcff'\n", "not a CSV file in UTF-8"),
    ],
)
def test_files_that_are_no_tables_of_numbers_are_refused_with_the_place(tmp_path, text, message):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match=message):
        read_table(path)


def test_npz_files_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    for arrays, message in (
        ({"X": np.ones((2, 2))}, "must hold the arrays X .* and y .*, has X"),
        ({"X": np.ones((2, 2)), "y": np.ones(3)}, r"got \(2, 2\) and \(3,\)"),
        ({"X": np.asarray([["1"]]), "y": np.ones(1)}, "X must be made of real numbers"),
        ({"X": np.asarray([[None]]), "y": np.ones(1)}, "not an NPZ file of plain numbers"),
        ({"X": np.asarray([[0.0, np.nan]]), "y": np.ones(1)}, r"row 0, column X\[1\]: nan is not"),
        ({"X": np.full((1, 1), np.longdouble("1e4000")), "y": np.ones(1)}, r"row 0, column X\[0\]: inf is not"),
    ):
        np.savez(path, **arrays)
        with pytest.raises(BadInput, match=message):
            read_table(path)
    path.write_bytes(b"nothing")
    with pytest.raises(BadInput, match="not an NPZ file"):
        read_table(path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("none.csv", "none.csv: cannot be read"),
        ("table.xlsx", "suffix must be .csv or .npz, or give sklearn:diabetes"),
        ("sklearn:iris", "no table sklearn:iris; allowed: sklearn:diabetes, sklearn:wine"),
        ("sklearn:california_housing", "does not ship California housing"),
    ],
)
def test_what_is_not_there_is_said(given, message):
    with pytest.raises(BadInput, match=message):
        open_table(given)


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("a,b\n1,2\n2,3\n", "c", "no column 'c'; it has a, b"),
        ("a\n1\n2\n", None, "one column 'a': at least one more"),
        ("a,b\n1,2\n1,3\n", None, "column 'a' is constant: it says nothing; leave it out"),
        ("a,b\n1,2\n2,2\n", None, "column 'b' is constant: there is nothing to learn"),
    ],
)
def test_targets_that_cannot_be_learned_are_refused(tmp_path, text, target, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(BadInput, match=message):
        read_table(tmp_path / "a.csv").split(target)
