import numpy as np
import pytest

from theory.classification.tables import read_posteriors, read_table


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_with_header_and_blank_lines(tmp_path):
    table = read_table(write(tmp_path, "s.csv", "\ufeffcat,dog\n1,2e1\n\n-3, 4\n"))
    assert table.values.tolist() == [[1.0, 20.0], [-3.0, 4.0]]
    assert table.lines == (2, 4)


def test_npy_of_any_real_dtype(tmp_path):
    for dtype in (np.float32, np.int64, np.float64):
        np.save(tmp_path / "s.npy", np.asarray([[1, 2], [3, 4]], dtype=dtype))
        assert read_table(tmp_path / "s.npy").values.tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n3,x\n", r"line 2, column 2: 'x' is not a finite number"),
        ("1,2\n3,nan\n", r"line 2, column 2: 'nan' is not a finite number"),
        ("1,2\n3\n", r"line 2: 1 columns where line 1 has 2"),
        ("a,b\nc,d\n", r"line 2, column 1: 'c' is not"),
        ("a,b\n", "holds no rows of numbers"),
        ("", "holds no rows of numbers"),
        ("1\n2\n", "at least 1 row and 2 columns"),
        ('1,"2\n', "not a CSV file"),
    ],
)
def test_bad_csv_names_file_and_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"bad\.csv.*{message}"):
        read_table(write(tmp_path, "bad.csv", text))


def test_a_row_off_the_simplex_names_file_and_line(tmp_path):
    path = write(tmp_path, "p.csv", "cat,dog\n0.5,0.5\n\n0.5,0.6\n")
    with pytest.raises(ValueError, match=r"p\.csv, line 4: .*sums to 1\.1"):
        read_posteriors(path)
    np.save(tmp_path / "p.npy", [[1.0, 0.0], [1.5, -0.5]])
    with pytest.raises(ValueError, match=r"p\.npy, row 1: .*holds -0\.5"):
        read_posteriors(tmp_path / "p.npy")


def test_pickles_are_never_loaded(tmp_path):
    np.save(tmp_path / "evil.npy", np.asarray([[print, 1]], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"evil\.npy: not an NPY file of plain numbers"):
        read_table(tmp_path / "evil.npy")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00garbage", b"\x00" * 100, b"not numpy at all"])
def test_broken_npy(tmp_path, content):
    (tmp_path / "broken.npy").write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.npy: not an NPY file"):
        read_table(tmp_path / "broken.npy")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(3), "a matrix is needed"),
        (np.zeros((2, 2, 2)), "a matrix is needed"),
        (np.zeros((2, 2), dtype=complex), "real numbers"),
        (np.asarray([["a", "b"]]), "real numbers"),
        (np.zeros((0, 2)), "at least 1 row"),
        (np.asarray([[0.0, 1.0], [np.nan, 1.0]]), "row 1: holds a number that is not finite"),
    ],
)
def test_npy_of_the_wrong_kind(tmp_path, values, message):
    np.save(tmp_path / "wrong.npy", values)
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path / "wrong.npy")


def test_unreadable_paths(tmp_path):
    with pytest.raises(ValueError, match=r"none\.csv: cannot be read"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"none\.npy: cannot be read"):
        read_table(tmp_path / "none.npy")
    with pytest.raises(ValueError, match=r"must be \.csv or \.npy"):
        read_table(tmp_path / "data.txt")
    (tmp_path / "latin.csv").write_bytes(b"\xff\xfe1,2\n")
    with pytest.raises(ValueError, match=r"latin\.csv: not a CSV file in UTF-8"):
        read_table(tmp_path / "latin.csv")
