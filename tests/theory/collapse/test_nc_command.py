import argparse
import json
import zipfile

import numpy as np
import pytest

from theory.collapse.deep_linear.geometry import simplex_etf
from theory.collapse.metrics import nc_metrics
from theory.collapse.nc_command import register
from theory.engine.errors import BadInput


def command(*arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["nc", *map(str, arguments)])
    return parsed.run(parsed)


@pytest.fixture
def saved(tmp_path):
    labels = np.repeat(np.arange(4), [40, 40, 9, 1])
    means = 3 * simplex_etf(4, 5)
    features = means[labels] + 0.1 * np.random.default_rng(0).standard_normal((90, 5))
    path = tmp_path / "features.npz"
    np.savez(path, features=features, labels=labels, classifier=means)
    return path, features, labels, means


def test_prints_metrics_and_predictions(saved, capsys):
    path, *arrays = saved
    assert command(path) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert lines[0] == "90 examples in 5 dimensions, 4 classes of 1 to 40"
    assert "classes with one example, which have no variability: 3" in printed
    (nc1,) = (line.split()[-1] for line in lines if line.startswith("NC1"))
    assert float(nc1) == pytest.approx(nc_metrics(*arrays).nc1, rel=1e-3)
    assert len({len(line) for line in lines[-5:]}) == 1  # the table of classes is aligned
    assert [line.split()[0] for line in lines[-4:]] == ["0", "1", "2", "3"]


def test_json_holds_what_is_printed(saved, tmp_path, capsys):
    path, *arrays = saved
    assert (
        command(path, "--depth", 2, "--weight-decay", 0.01, "--feature-decay", 0.01, "--json", tmp_path / "o.json") == 0
    )
    assert "depth 2, weight decay 0.01, feature decay 0.01" in capsys.readouterr().out
    report = json.loads((tmp_path / "o.json").read_text())
    assert report["metrics"]["nc1"] == nc_metrics(*arrays).nc1
    assert report["class_means"]["predicted_norms"][3] == 0  # this class has collapsed
    assert report["class_means"]["predicted_angles"] == [90, 90, 90, None]
    assert report["classifier"]["norms"] == pytest.approx([1, 1, 1, 1])


def test_decays_are_those_that_are_given(saved, capsys):
    assert command(saved[0], "--weight-decay", 0.02, "--feature-decay", 0.01) == 0
    assert "weight decay 0.02, feature decay 0.01" in capsys.readouterr().out


def test_without_a_classifier_and_with_coinciding_means(tmp_path, capsys):
    np.savez(tmp_path / "f.npz", features=np.array([[1.0], [3], [1], [3]]), labels=[0, 0, 1, 1])
    assert command(tmp_path / "f.npz") == 0
    printed = capsys.readouterr().out
    assert "NC3" not in printed
    assert "class means span 0 of 1 directions" in printed
    assert "inf" in printed


def test_many_classes_are_cut(tmp_path, capsys):
    np.savez(tmp_path / "f.npz", features=np.eye(60), labels=np.arange(60))
    assert command(tmp_path / "f.npz") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "... and 20 more (--json has them)"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b""), "not an .npz file"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "not an .npz file"),
        (lambda path: np.savez(path, labels=[0, 1]), "holds labels; it needs features and labels"),
        (np.savez, "holds nothing; it needs"),
        (
            lambda path: np.savez(path, features=np.array([{}, 1], dtype=object), labels=[0, 1]),
            "Object arrays cannot be",
        ),
        (lambda path: np.savez(path, features=np.eye(2), labels=[0, 2]), "none of class 1|2 examples for 3 classes"),
        (lambda path: np.savez(path, features=np.eye(2), labels=[0.0, 1.0]), "labels must be integers"),
        (lambda path: np.savez(path, features=np.eye(2) + np.nan, labels=[0, 1]), "must be finite"),
        (lambda path: np.savez(path, features=np.array([["a"], ["b"]]), labels=[0, 1]), "real numbers are needed"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, capsys, make, message):
    path = tmp_path / "f.npz"
    make(path)
    with pytest.raises(BadInput, match=message) as caught:
        command(path)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""


def test_a_damaged_file(saved, tmp_path):
    path, *_ = saved
    data = bytearray(path.read_bytes())
    data[200:220] = b"\0" * 20
    path.write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read"):
        command(path)


def test_the_features_are_not_overwritten(saved, tmp_path):
    path, *_ = saved
    before = path.read_bytes()
    (tmp_path / "link").symlink_to(tmp_path)
    for same in (path, tmp_path / "link" / path.name):
        with pytest.raises(BadInput, match="would be overwritten"):
            command(path, "--json", same)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (",
        b"{'descr': 5, 'fortran_order': False, 'shape': (2,), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
        b"",
    ],
)
def test_headers_that_are_made_up(tmp_path, header):
    with zipfile.ZipFile(tmp_path / "f.npz", "w") as archive:
        archive.writestr("features.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        archive.writestr("labels.npy", b"")
    with pytest.raises(BadInput, match="cannot be read"):
        command(tmp_path / "f.npz")


def test_damaged_compression(tmp_path):
    with zipfile.ZipFile(tmp_path / "f.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("features.npy", b"1" * 2000)
        archive.writestr("labels.npy", b"")
    data = bytearray((tmp_path / "f.npz").read_bytes())
    data[52:60] = b"\xff" * 8
    (tmp_path / "f.npz").write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read"):
        command(tmp_path / "f.npz")


def test_arguments_that_do_not_fit(saved, tmp_path):
    path, *_ = saved
    for arguments, message in (
        (("--weight-decay", 0.1), "go together"),
        (("--depth", 0), "depth must be"),
        (("--cutoff", 2), "cutoff must be"),
        (("--weight-decay", 0, "--feature-decay", 1), "--weight-decay is 0.0; allowed: finite numbers > 0"),
        (("--weight-decay", 1, "--feature-decay", "nan"), "--feature-decay is nan; allowed"),
        (("--weight-decay", "inf", "--feature-decay", 1), "--weight-decay is inf; allowed"),
        (("--feature-decay", 0.1), "go together"),
        (("--json", tmp_path / "no" / "o.json"), "o.json: there is no folder"),
    ):
        with pytest.raises(BadInput, match=message):
            command(path, *arguments)
