import pytest

from theory.engine.files import replace_file, why_not_writable


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "f"
    replace_file(path, "one")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("theory.engine.files.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        replace_file(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_why_not_writable(tmp_path):
    assert why_not_writable(tmp_path / "new") == ""
    assert "is a folder" in why_not_writable(tmp_path)
    assert "no folder" in why_not_writable(tmp_path / "a" / "b")
    assert "not a regular file" in why_not_writable("/dev/null")
