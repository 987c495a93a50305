import pytest
from fake_distribution import install

from theory.engine.discovery import Collection, collect
from theory.engine.errors import BadInput
from theory.engine.evidence import Evidence
from theory.engine.verdict import Verdict
from theory.engine.verify import Entry, Report, nearest, select, settle, verify

CLAIMS = """
from toy_claims import *
lemma = make("lemma", paper="p")
theorem = make("theorem", paper="p", uses=("p.lemma",))
corollary = make("corollary", paper="q", method=Compare("proved", uses=("p.theorem",)), expected="certified")
other = make("other", paper="q")
"""


@pytest.fixture
def collection(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, modules={"chain_mod": CLAIMS})
    return collect({"chain": "chain_mod"})


def verdict(claim, evidence, *uses):
    return Verdict(claim, Evidence(evidence), Evidence(evidence), uses=uses)


def settled(*verdicts):
    return settle({item.claim: item for item in verdicts})


def test_select_takes_ids_globs_and_papers_in_the_order_of_the_collection(collection):
    everything = ["toy.holds", "toy.fails", "p.lemma", "p.theorem", "q.corollary", "q.other"]
    assert select(collection, []) == everything
    assert select(collection, ["q", "p.lemma"]) == ["p.lemma", "q.corollary", "q.other"]
    assert select(collection, ["*.th*"]) == ["p.theorem"]


def test_select_takes_packages(collection):
    places = {"p.lemma": "theory.topic.paper.claims", "q.other": "theory.topic.claims"}
    places |= {"p.theorem": "theory.other.topic"}
    modules = {name: places.get(name, "elsewhere") for name in collection.claims}
    placed = Collection(collection.claims, modules)
    assert select(placed, ["topic"]) == ["p.lemma", "q.other"]
    assert select(placed, ["paper"]) == ["p.lemma"]
    assert select(placed, ["theory"]) == ["p.lemma", "p.theorem", "q.other"]
    with pytest.raises(BadInput, match="did you mean topic"):
        select(placed, ["topics"])


def test_select_takes_topics_beside_packages(tmp_path, monkeypatch):
    own = {"topic_mod_a": "a", "topic_mod_b": "b", "topic_mod_c": "c"}
    modules = {name: f"from toy_claims import make\nx = make('{key}', paper='{key}')\n" for name, key in own.items()}
    install(tmp_path, monkeypatch, modules=modules)
    entries = {"mixtures.a": "topic_mod_a", "mixtures.deep.b": "topic_mod_b", "mixtures": "topic_mod_c"}
    collection = collect(entries | {"again.b": "topic_mod_b"})
    assert select(collection, ["mixtures"]) == ["a.a", "b.b"]  # a name without a dot is no topic
    assert select(collection, ["again"]) == ["b.b"]
    assert select(collection.restricted(["b.b", "c.c"]), ["mixtures"]) == ["b.b"]
    with pytest.raises(BadInput, match="called 'deep'"):
        select(collection, ["deep"])
    with pytest.raises(BadInput, match="did you mean mixtures"):
        select(collection, ["mixture"])


@pytest.mark.parametrize(("shares", "kept"), [((4e-4, 6e-4), True), ((4e-4, 7e-4), False), ((), True)])
def test_a_run_that_declares_more_errors_by_chance_than_allowed_is_not_ok(shares, kept, collection):
    claim = collection.claims["toy.holds"]
    entries = tuple(
        Entry(claim, "toy_claims", Verdict("toy.holds", claim.expected, claim.expected, statement_error=share))
        for share in shares
    )
    report = Report(entries, ())
    assert report.error_probability == pytest.approx(sum(shares))
    assert report.within_budget == report.ok == kept


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [("p.lema", "p.lemma"), ("lemma", "p.lemma"), ("corolary", "q.corollary"), ("zzzz", "lossproof list")],
)
def test_an_unknown_pattern_is_refused_with_the_nearest_names(pattern, hint, collection):
    with pytest.raises(BadInput, match=f"no claim, paper, package or topic is called '{pattern}'.*{hint}"):
        select(collection, ["p", pattern])


def test_nearest_names_each_name_once():
    assert nearest("p.lemma", ["p.lemma", "p.lemma"]) == "; did you mean p.lemma?"


def test_what_a_claim_rests_on_is_decided_too(collection):
    report = verify(["q.corollary"], collection=collection, jobs=1)
    assert [(entry.claim.id, entry.selected) for entry in report.entries] == [
        ("p.lemma", False),
        ("p.theorem", False),
        ("q.corollary", True),
    ]
    corollary = report.entries[-1].verdict
    assert corollary.evidence is Evidence.CERTIFIED
    assert corollary.reason == "proved by itself, but rests on p.theorem (certified)"
    assert report.ok


def test_the_report_is_in_the_order_of_the_collection_whatever_the_workers_do(collection):
    orders = {tuple(entry.claim.id for entry in verify(collection=collection, jobs=jobs).entries) for jobs in (1, 2, 3)}
    assert orders == {tuple(collection.claims)}


def test_progress_is_told_of_steps_and_verdicts(collection):
    told = []
    verify(["p"], collection=collection, jobs=1, progress=told.append)
    ends = [item for item in told if item.verdict is not None]
    assert [item.done for item in ends] == [1, 2]
    assert {item.total for item in told} == {2}
    assert "search for a certificate" in {item.step for item in told}


def test_no_worker_is_bad_input(collection):
    with pytest.raises(BadInput, match="jobs is 0"):
        verify(collection=collection, jobs=0)


def test_a_broken_module_makes_the_report_not_ok():
    report = verify(collection=collect({"a": "no_such_module", "b": "toy_claims"}), jobs=1)
    assert [entry.verdict.as_recorded for entry in report.entries] == [True, True]
    assert not report.ok


def test_strength_goes_down_the_chain_of_uses():
    result = settled(
        verdict("c", "proved", "b"),
        verdict("b", "certified", "a"),
        verdict("a", "supported"),
        verdict("d", "proved"),
    )
    assert [result[name].evidence.value for name in "abcd"] == [
        "supported",
        "supported",
        "supported",
        "proved",
    ]
    assert list(result) == ["c", "b", "a", "d"]


def test_a_strong_premise_leaves_a_weaker_verdict_alone():
    weak = verdict("b", "argued", "a")
    assert settled(verdict("a", "proved"), weak)["b"] is weak


@pytest.mark.parametrize("premise", ["refuted", "undecided"])
def test_a_premise_that_does_not_hold_leaves_nothing_decided(premise):
    result = settled(verdict("a", premise), verdict("b", "proved", "a"))["b"]
    assert result.evidence is Evidence.UNDECIDED
    assert result.reason == f"proved by itself, but rests on a ({premise})"


@pytest.mark.parametrize(
    ("premise", "expected"),
    [("proved", "refuted"), ("certified", "refuted"), ("argued", "undecided"), ("supported", "undecided")],
)
def test_a_refutation_needs_exact_premises(premise, expected):
    assert settled(verdict("a", premise), verdict("b", "refuted", "a"))["b"].evidence.value == expected


def test_a_missing_premise_leaves_a_claim_undecided():
    result = settled(verdict("b", "proved", "nobody.knows"))["b"]
    assert result.evidence is Evidence.UNDECIDED
    assert "nobody.knows, which no installed package claims" in result.reason


def test_cycles_are_undecided_and_named_and_what_rests_on_them_too():
    result = settled(
        verdict("a", "proved", "b"),
        verdict("b", "proved", "c"),
        verdict("c", "proved", "a"),
        verdict("self", "proved", "self"),
        verdict("above", "proved", "a"),
        verdict("top", "certified", "above"),
        verdict("free", "proved"),
    )
    assert result["a"].reason == "rests on itself: a -> b -> c -> a"
    assert result["self"].reason == "rests on itself: self -> self"
    assert result["above"].reason == "proved by itself, but rests on a (undecided)"
    assert result["top"].evidence is Evidence.UNDECIDED
    assert result["free"].evidence is Evidence.PROVED


def test_a_long_chain_is_no_trouble():
    count = 5000
    chain = [verdict(f"c{i}", "proved", f"c{i + 1}") for i in range(count)] + [verdict(f"c{count}", "argued")]
    assert {item.evidence for item in settled(*chain).values()} == {Evidence.ARGUED}


def test_cyclic_claims_are_decided_and_reported(tmp_path, monkeypatch):
    source = """
from toy_claims import make
a = make("a", paper="z", uses=("z.b",))
b = make("b", paper="z", uses=("z.a",))
"""
    install(tmp_path, monkeypatch, modules={"cyc_mod": source})
    report = verify(["z.a"], collection=collect({"cyc": "cyc_mod"}), jobs=1)
    assert [entry.verdict.reason for entry in report.entries] == [
        "rests on itself: z.a -> z.b -> z.a",
        "rests on itself: z.b -> z.a -> z.b",
    ]
    assert not report.ok
