import json
import lzma

import pytest

from theory.engine.evidence import Certificate
from theory.engine.store import SCHEMA, Store, Unreadable

CERTIFICATE = Certificate("boxes", {"tree": "01a", "precision": 53}, "3 cells", ("demo.lemma",))


def write(store, claim, content):
    store.folder.mkdir(exist_ok=True)
    raw = content if isinstance(content, bytes) else lzma.compress(json.dumps(content).encode())
    store.path(claim).write_bytes(raw)


def document(**changed):
    content = {"schema": SCHEMA, "claim": "demo.a", "digest": "0f", "certificate": CERTIFICATE.to_json()}
    return content | changed


def test_what_was_saved_is_loaded(tmp_path):
    store = Store(tmp_path / "certificates")
    assert store.load("demo.a") is None
    path = store.save("demo.a", "0f", CERTIFICATE)
    assert path.name == "demo.a.json.xz"
    assert store.load("demo.a") == ("0f", CERTIFICATE)
    assert [item.name for item in store.folder.iterdir()] == ["demo.a.json.xz"]


def test_saving_the_same_gives_the_same_bytes(tmp_path):
    store = Store(tmp_path)
    first = store.save("demo.a", "0f", CERTIFICATE).read_bytes()
    again = Certificate("boxes", {"precision": 53, "tree": "01a"}, "3 cells", ("demo.lemma",))
    assert store.save("demo.a", "0f", again).read_bytes() == first


@pytest.mark.parametrize("claim", ["../x", "a/b", "a\\b", ".hidden", "a\0b"])
def test_ids_that_lead_out_of_the_folder_are_refused(claim, tmp_path):
    with pytest.raises(ValueError, match="not fit to name a file"):
        Store(tmp_path).load(claim)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (b"plain text, no archive", "format"),
        (lzma.compress(b"{}")[:-8], "cut short"),
        (lzma.compress(b"{}") + b"tail", "something follows"),
        (lzma.compress(b"[" * 100_000), "recursion"),
        (lzma.compress(b'{"digest": ' + b"9" * 5000 + b"}"), "Exceeds the limit"),
        (lzma.compress(b"\xff\xfe\x00"), "."),
        ([], "not of schema"),
        (document(schema="lossproof.certificate/2"), "not of schema"),
        (document(claim="demo.b"), "another claim"),
        (document(digest=7), "digest or certificate is missing"),
        (document(certificate=None), "digest or certificate is missing"),
        (document(certificate={"kind": "boxes"}), "missing or of the wrong type"),
        (document(certificate=CERTIFICATE.to_json() | {"data": [1]}), "missing or of the wrong type"),
        (document(certificate=CERTIFICATE.to_json() | {"uses": [1]}), "claim ids"),
    ],
)
def test_damaged_files_are_refused(content, reason, tmp_path):
    store = Store(tmp_path)
    write(store, "demo.a", content)
    with pytest.raises(Unreadable, match=f"(?i){reason}"):
        store.load("demo.a")


def test_a_bomb_is_refused_without_unpacking_it_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.engine.store.MOST_BYTES", 10_000)
    store = Store(tmp_path)
    write(store, "demo.a", lzma.compress(b" " * 5_000_000))
    with pytest.raises(Unreadable, match="unpacks to more than 10000 bytes"):
        store.load("demo.a")


def test_a_file_that_asks_for_too_much_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.engine.store._MEMORY", 1 << 20)
    store = Store(tmp_path)
    store.save("demo.a", "0f", CERTIFICATE)
    with pytest.raises(Unreadable, match=r"(?i)memory"):
        store.load("demo.a")


def test_an_oversized_certificate_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.engine.store.MOST_BYTES", 100)
    with pytest.raises(ValueError, match="at most 100 are kept"):
        Store(tmp_path).save("demo.a", "0f", CERTIFICATE)
    assert list(tmp_path.iterdir()) == []


def test_the_store_of_a_module_lies_in_its_top_level_package():
    assert Store.of_module("theory.engine.store").folder.parts[-2:] == ("theory", "certificates")
    assert Store.of_module("json_mod_that_is_not_there") is None
    assert Store.of_module("toy_claims") is None
