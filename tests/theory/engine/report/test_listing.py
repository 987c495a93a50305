import json

from toy_claims import make

from theory.engine.discovery import Broken, Collection
from theory.engine.report.listing import as_json, as_text, one


def collection(*claims, broken=()):
    return Collection({claim.id: claim for claim in claims}, {claim.id: "toy_claims" for claim in claims}, broken)


def test_the_list_is_aligned_and_reports_what_is_broken():
    text = as_text(collection(make("a"), make("longer", expected="refuted"), broken=(Broken("x", "gone"),)))
    assert text == ("toy.a       certified  Lemma 1\ntoy.longer  refuted    Lemma 1\nBROKEN  x: gone\n2 claims\n")


def test_the_json_list_names_module_and_verdict_on_record():
    (item,) = json.loads(as_json(collection(make("a"))))["claims"]
    assert (item["id"], item["module"], item["expected"]) == ("toy.a", "toy_claims", "certified")


def test_one_claim_in_full():
    claim = make("a", paper="comp_sum", uses=("p.b",), assumptions=("all scores are allowed",), stored=True, limit=5)
    claim.false_if("the bound\x1b were 0", bound=0)
    text = one(claim, "toy_claims")
    for part in (
        "comp_sum.a\n",
        "Anqi Mao, Mehryar Mohri, Yutao Zhong",
        "all scores are allowed",
        "p.b",
        "5 s, certificate kept with the package",
        "must be refuted if the bound? were 0 (bound=0)",
    ):
        assert part in text
    assert "controls: none" in one(make("b"), "toy_claims")
