import json
import subprocess
import sys

import pytest
from fake_distribution import install

from theory.engine.discovery import collect, entry_points


def found(modules, tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, modules=modules)
    return collect({name: name for name in modules})


def test_entry_points_of_an_installed_distribution_are_found(tmp_path, monkeypatch):
    source = "from toy_claims import make\nx = make('x', paper='p')\n"
    install(tmp_path, monkeypatch, modules={"dist_mod_a": source}, entries={"mine": "dist_mod_a"})
    assert entry_points("lossproof.claims")[0]["mine"] == "dist_mod_a"
    collection = collect()
    assert collection.modules["p.x"] == "dist_mod_a"
    assert not [fault for fault in collection.broken if fault.entry == "mine"]


def test_attributes_and_families_are_collected_in_the_order_of_the_module(tmp_path, monkeypatch):
    source = """
from toy_claims import make
second = make("second", paper="o")
first = make("first", paper="o")
alias = first
def claims():
    return [make(f"c{i}", paper="o") for i in range(3)] + [first]
"""
    collection = found({"order_mod": source}, tmp_path, monkeypatch)
    assert list(collection.claims) == ["o.second", "o.first", "o.c0", "o.c1", "o.c2"]
    assert not collection.broken


def test_a_claim_imported_by_another_module_is_counted_where_it_is_defined(tmp_path, monkeypatch):
    native = """
from theory.engine.claim import claim
@claim(paper="n", where="", says="", expected="proved")
def x(c=1): ...
"""
    modules = {"a_importer": "from b_native import x\n", "b_native": native}
    collection = found(modules, tmp_path, monkeypatch)
    assert dict(collection.modules) == {"n.x": "b_native"}
    assert not collection.broken


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_thing", "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("def f(:", "SyntaxError"),
        ("x = 1", "holds no claim"),
        ("claims = [1]", "not a claim"),
        ("claims = 7", "TypeError"),
        ("claims = iter([])", "is an iterator"),
        ("def claims(): raise RuntimeError('half')", "RuntimeError: half"),
        ("from toy_claims import make\nx = make('x', paper='../../etc')", "claim id '../../etc.x'"),
        ("from toy_claims import make\nx = make('x', limit=float('nan'))", "positive number of seconds"),
        ("from toy_claims import make\nx = make('x', limit='1')", "positive number of seconds"),
        ("from toy_claims import make\nx = make('x'); x.expected = 'proved'", "not an Evidence"),
        ("from toy_claims import make\nx = make('x', uses=(1,))", "must be text"),
    ],
)
def test_what_cannot_be_used_is_reported_and_stops_nothing_else(source, reason, tmp_path, monkeypatch):
    good = "from toy_claims import make\ny = make('y', paper='good')\n"
    collection = found({"bad_mod": source, "good_mod": good}, tmp_path, monkeypatch)
    assert list(collection.claims) == ["good.y"]
    assert [fault.entry for fault in collection.broken] == ["bad_mod"]
    assert reason in collection.broken[0].reason


def test_claims_before_a_failure_in_the_family_are_kept(tmp_path, monkeypatch):
    source = """
from toy_claims import make
a = make("a", paper="k")
def claims():
    yield make("b", paper="k")
    raise RuntimeError("no more")
"""
    collection = found({"half_mod": source}, tmp_path, monkeypatch)
    assert list(collection.claims) == ["k.a", "k.b"]
    assert "no more" in collection.broken[0].reason


def test_an_endless_family_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.engine.discovery.MOST_CLAIMS", 5)
    source = """
import itertools
from toy_claims import make
def claims():
    return (make(f"c{i}", paper="e") for i in itertools.count())
"""
    collection = found({"endless_mod": source}, tmp_path, monkeypatch)
    assert len(collection) == 5
    assert "more than 5 claims" in collection.broken[0].reason


def test_an_id_taken_twice_is_reported_and_the_first_stays(tmp_path, monkeypatch):
    source = "from toy_claims import make\nx = make('x', paper='d')\n"
    collection = found({"dup_one": source, "dup_two": source}, tmp_path, monkeypatch)
    assert collection.modules["d.x"] == "dup_one"
    assert "taken already, by dup_one" in collection.broken[0].reason


def test_a_value_that_is_no_module_name_is_reported():
    collection = collect({"a": "mod:attribute", "b": "", "c": "../x"})
    assert [fault.entry for fault in collection.broken] == ["a", "b", "c"]


def test_an_unreadable_entry_points_file_hides_no_other_distribution(tmp_path, monkeypatch):
    good, bad = tmp_path / "good-dist", tmp_path / "bad-dist"
    good.mkdir()
    bad.mkdir()
    install(good, monkeypatch, modules={}, entries={"fine": "fine_mod"})
    install(bad, monkeypatch, modules={}, text="[lossproof.claims]\nno equals sign\n")
    entries, broken = entry_points("lossproof.claims")
    assert entries["fine"] == "fine_mod"
    assert [fault for fault in broken if "bad_dist" in fault.entry]


def test_ten_thousand_claims_are_collected_without_sympy(tmp_path):
    (tmp_path / "many_mod.py").write_text(
        "from toy_claims import make\ndef claims():\n    return [make(f'c{i}') for i in range(10_000)]\n",
        "utf-8",
    )
    program = f"""
import json, sys
sys.path[:0] = {[str(tmp_path), *sys.path]!r}
from theory.engine.discovery import collect
count = len(collect({{"many": "many_mod"}}))
heavy = [name for name in ("sympy", "flint", "numpy", "scipy", "cvxpy", "matplotlib") if name in sys.modules]
print(json.dumps([count, heavy]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [10_000, []]


def test_collecting_twice_gives_the_same(tmp_path, monkeypatch):
    source = "from toy_claims import make\ndef claims():\n    return [make('x', paper='t')]\n"
    once = found({"twice_mod": source}, tmp_path, monkeypatch)
    assert list(once.claims) == list(collect({"twice_mod": "twice_mod"}).claims)
