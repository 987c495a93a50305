import os
import subprocess
import sys

import pytest
from fake_distribution import install

from theory.engine.discovery import collect
from theory.engine.evidence import Evidence
from theory.engine.store import Store
from theory.engine.workers import Options, Task, decide_all

ODD = """
import os, threading, time
from toy_claims import *

sleeper = make("sleeper", paper="odd", method=Compare(misbehave=hang), limit=0.5)
gone = make("gone", paper="odd", method=Compare(misbehave=vanish))
full = make("full", paper="odd", method=Compare(misbehave=exhaust))
exits = make("exits", paper="odd", method=Compare(misbehave=leave))
boasts = make("boasts", paper="odd", method=Boast())
chatters = make("chatters", paper="odd", method=Compare(misbehave=lambda *_: print("noise " * 1000)))
numbers = make("numbers", paper="odd", method=Compare(misbehave=lambda call, budget: budget.step(12)))
"""
LATE = """
import os, threading, time
from toy_claims import *

def later(call, budget):
    if call == "decide":
        threading.Timer(0.3, os._exit, (9,)).start()

def slow(call, budget):
    time.sleep(0.08)

bomb = make("a_bomb", paper="late", method=Compare(misbehave=later), limit=90)
claims = [make(f"c{i}", paper="late", method=Compare(misbehave=slow)) for i in range(8)]
"""


def tasks_of(collection):
    return [
        Task(name, collection.modules[name], claim.limit, claim.expected)
        for name, claim in collection.claims.items()
        if not name.startswith("toy.")
    ]


def decide(source, name, tmp_path, monkeypatch, **options):
    install(tmp_path, monkeypatch, modules={name: source})
    tasks = tasks_of(collect({name: name}))
    steps = []
    decided = list(decide_all(tasks, step=lambda claim, step: steps.append((claim, step)), **options))
    assert len(decided) == len(tasks)
    return {item.verdict.claim: item.verdict for item in decided}, steps


def test_misbehaving_claims_are_undecided_and_stop_nothing_else(tmp_path, monkeypatch):
    verdicts, steps = decide(ODD, "odd_mod", tmp_path, monkeypatch, jobs=2)
    assert {name: verdict.evidence.value for name, verdict in verdicts.items()} == {
        "odd.sleeper": "undecided",
        "odd.gone": "undecided",
        "odd.full": "undecided",
        "odd.exits": "undecided",
        "odd.boasts": "undecided",
        "odd.chatters": "certified",
        "odd.numbers": "certified",
    }
    assert verdicts["odd.sleeper"].reason == "time limit of 0.5 s reached"
    assert verdicts["odd.sleeper"].worst == "in step: count sheep"
    assert verdicts["odd.sleeper"].seconds >= 0.5
    assert "exit code 7" in verdicts["odd.gone"].reason
    assert verdicts["odd.gone"].worst == "in step: leave"
    assert verdicts["odd.full"].reason == "MemoryError: no room"
    assert verdicts["odd.exits"].reason == "SystemExit: 3"
    assert "not JSON serializable" in verdicts["odd.boasts"].reason
    assert all(verdict.expected is Evidence.CERTIFIED for verdict in verdicts.values())
    assert ("odd.numbers", "12") in steps


def test_the_listener_hears_of_a_silent_claim(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.engine.workers.HEARTBEAT_SECONDS", 0.1)
    source = "from toy_claims import *\nx = make('x', paper='still', method=Compare(misbehave=hang), limit=0.6)\n"
    _, steps = decide(source, "still_mod", tmp_path, monkeypatch, jobs=1)
    assert steps.count(("still.x", "count sheep")) >= 3


def test_a_claim_that_ends_its_worker_later_does_not_take_the_others_along(tmp_path, monkeypatch):
    verdicts, _ = decide(LATE, "late_mod", tmp_path, monkeypatch, jobs=1)
    assert verdicts["late.a_bomb"].evidence is Evidence.CERTIFIED
    undecided = [verdict for verdict in verdicts.values() if verdict.evidence is Evidence.UNDECIDED]
    assert len(undecided) <= 1  # the one in whose time the process ended, named with its exit code
    assert all("exit code 9" in verdict.reason for verdict in undecided)


def test_ten_thousand_small_claims_are_all_decided(tmp_path, monkeypatch):
    source = """
from toy_claims import make
def claims():
    return [make(f"c{i}", paper="many") for i in range(10_000)]
"""
    install(tmp_path, monkeypatch, modules={"many_mod": source}, entries={"many": "many_mod"})
    collection = collect({"many": "many_mod"})
    decided = [item.verdict for item in decide_all(tasks_of(collection), jobs=2)]
    assert {verdict.claim for verdict in decided} == set(collection.claims)
    assert len(decided) == 10_000
    assert all(verdict.as_recorded for verdict in decided)


def test_a_claim_that_a_new_process_does_not_find_is_undecided():
    (item,) = decide_all([Task("toy.nowhere", "toy_claims", 5.0, Evidence.PROVED)])
    assert "has no claim toy.nowhere" in item.verdict.reason


def test_no_tasks_no_workers():
    assert list(decide_all([])) == []


def test_less_than_one_worker_is_refused():
    with pytest.raises(ValueError, match="jobs is 0"):
        list(decide_all([], jobs=0))


def test_a_kept_certificate_is_used_refound_and_rewritten(tmp_path, monkeypatch):
    source = "from toy_claims import *\nx = make('x', paper='kept', stored=True)\n"
    modules = {"kept_pkg.__init__": "", "kept_pkg.mod": source}
    install(tmp_path, monkeypatch, modules=modules)
    task = Task("kept.x", "kept_pkg.mod", 30.0, Evidence.CERTIFIED)

    def run(**options):
        (item,) = decide_all([task], options=Options(**options))
        return item

    assert not run().verdict.from_store
    assert "kept in kept.x.json.xz" in run(keep=True).note
    assert run().verdict.from_store
    assert not run(rederive=True).verdict.from_store

    store = Store(tmp_path / "kept_pkg" / "certificates")
    _, certificate = store.load("kept.x")
    store.save("kept.x", "0" * 64, certificate)
    stale = run()
    assert stale.verdict.evidence is Evidence.CERTIFIED
    assert not stale.verdict.from_store
    assert stale.note == "certificate on file is for another statement"

    store.path("kept.x").write_bytes(b"not lzma")
    assert "cannot be used" in run().note
    run(keep=True)
    assert run().verdict.from_store


def test_a_tampered_certificate_leaves_the_claim_undecided(tmp_path, monkeypatch):
    source = "from toy_claims import *\nx = make('x', paper='tampered', stored=True)\n"
    install(tmp_path, monkeypatch, modules={"tampered_pkg.__init__": "", "tampered_pkg.mod": source})
    task = Task("tampered.x", "tampered_pkg.mod", 30.0, Evidence.CERTIFIED)
    list(decide_all([task], options=Options(keep=True)))
    store = Store(tmp_path / "tampered_pkg" / "certificates")
    digest, certificate = store.load("tampered.x")
    certificate.data["slack"] += 1
    store.save("tampered.x", digest, certificate)
    (item,) = decide_all([task])
    assert item.verdict.evidence is Evidence.UNDECIDED
    assert "the slack is wrong" in item.verdict.reason


def test_a_certificate_that_cannot_be_kept_changes_no_verdict(tmp_path, monkeypatch):
    source = "from toy_claims import *\nx = make('x', paper='unkept', stored=True)\n"
    install(tmp_path, monkeypatch, modules={"unkept_pkg.__init__": "", "unkept_pkg.mod": source})
    (tmp_path / "unkept_pkg" / "certificates").write_text("a file, not a folder")
    task = Task("unkept.x", "unkept_pkg.mod", 30.0, Evidence.CERTIFIED)
    (item,) = decide_all([task], options=Options(keep=True))
    assert item.verdict.as_recorded
    assert "could not be kept" in item.note


def test_a_module_outside_a_package_keeps_no_certificate(tmp_path, monkeypatch):
    source = "from toy_claims import *\nx = make('x', paper='alone', stored=True)\n"
    install(tmp_path, monkeypatch, modules={"alone_mod": source})
    (item,) = decide_all([Task("alone.x", "alone_mod", 30.0, Evidence.CERTIFIED)], options=Options(keep=True))
    assert item.verdict.evidence is Evidence.CERTIFIED
    assert "not in a package" in item.note


def test_a_script_needs_no_guard_and_may_come_from_standard_input(tmp_path):
    program = """
from theory.engine.discovery import collect
from theory.engine.verify import verify
print(verify(collection=collect({"toys": "toy_claims"}), jobs=1).ok)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    (tmp_path / "script.py").write_text(program, "utf-8")
    for command, text in ((["-"], program), ([str(tmp_path / "script.py")], "")):
        done = subprocess.run(
            [sys.executable, *command],
            input=text,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert (done.stdout, done.stderr) == ("True\n", "")
