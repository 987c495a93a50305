"""Stored proofs: what replays, and what a tampered record cannot do."""

import copy
import json
import sys
import types

import pytest
import sympy
from kernel import box, lemma

from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate
from theory.engine.functions import Sig
from theory.engine.provers.symbolic.chain import chain
from theory.engine.provers.symbolic.proof import Proof, replay
from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.forall import ForAll

DOMAIN, X, Y = box("x in [1,2], y in [1,2]")
STATEMENT = ForAll(DOMAIN, (X + Y) ** 2, ">=", 4 * X * Y)


def proof(k):
    square = k.sign((X - Y) ** 2, ">=")
    return k.show((X + Y) ** 2, ">=", 4 * X * Y, by=[(1, square)])


METHOD = chain(proof)
GOOD = METHOD.decide(STATEMENT, Budget())
SIGN = {"rule": "sign", "arguments": [{"term": "x"}, ">="], "options": {}, "gives": [["x", ">=", 0]]}
BASE = lemma(__name__, STATEMENT, proof, "BASE")


def tampered(change):
    data = copy.deepcopy(GOOD.data)
    change(data)
    return Certificate("proof", data)


def test_a_proof_is_plain_data_that_replays():
    data = json.loads(json.dumps(GOOD.data))
    METHOD.recheck(STATEMENT, Certificate("proof", data), Budget())
    replayed = replay(STATEMENT, data)
    assert (replayed.result.number, replayed.uses) == (1, frozenset())


def test_steps_are_announced_and_named_when_they_fail():
    seen = []
    k = Proof(STATEMENT, seen.append)
    k.sign(X, ">")
    with pytest.raises(ValueError, match=r"step 1 \(sign\): not shown"):
        k.sign(X - Y, ">=")
    assert seen == ["step 0: sign", "step 1: sign"]
    with pytest.raises(AttributeError, match="no rule 'trust'"):
        k.trust(X, ">=", 9)


def test_all_kinds_of_arguments_survive_storage():
    domain, t = box("t in [0,1]")
    each, p = box("p in [0,1]")
    statement = ForEveryN(domain, each, ((Sig(p), "==", 1),), Sig(p * t), "==", t)

    def scaled(k):
        k.fresh("v in [0,oo)")
        m = k.fresh("m in [0,oo)")
        k.part(m, p - t)
        k.open_case(t, ">=", sympy.Rational(1, 2))
        k.close_case(k.sign(t, ">="))
        k.apply(BASE, {"x": 1 + t, "y": 2 - t}, given=[], close=(), named=(), rest=None)
        return k.show(Sig(p * t), "==", t, by=[(t, k.hypothesis(0))])

    method = chain(scaled)
    certificate = method.decide(statement, Budget())
    assert certificate.uses == ("demo.BASE",)
    method.recheck(statement, Certificate.from_json(json.loads(json.dumps(certificate.to_json()))), Budget())


def insert(step):
    return lambda data: data["steps"].insert(0, step)


def deep():
    term = 1
    for _ in range(4000):
        term = ["exp", term]
    return term


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.clear(),
        lambda data: data.update(steps=[1]),
        lambda data: data.update(steps=7),
        lambda data: data["steps"].pop(0),
        lambda data: data["steps"].reverse(),
        lambda data: data.update(result=-1),
        lambda data: data.update(result=2),
        lambda data: data.update(result="0"),
        lambda data: data["steps"][1]["options"].update(by=[{"fact": 1}]),
        lambda data: data["steps"][1]["options"].update(by=[{"fact": -1}]),
        lambda data: data["steps"][1]["options"].update(by=[{"fact": True}]),
        lambda data: data["steps"][1]["options"].update(by=[[{"term": -1}, {"fact": 0}]]),
        lambda data: data["steps"][1]["options"].update(context=None),
        lambda data: data["steps"][1].update(gives=[]),
        lambda data: data["steps"][1].update(gives=[[["^", ["+", "x", "y"], 2], ">", ["*", 4, "x", "y"]]]),
        lambda data: data["steps"][0].update(arguments=[{"term": ["*", -1, ["^", ["+", "x", "y"], 2]]}, ">="]),
        insert(SIGN | {"rule": "trust"}),
        insert(SIGN | {"rule": ["sign"]}),
        insert(SIGN | {"arguments": [{"term": "z"}, ">="]}),
        insert(SIGN | {"arguments": ["x", ">="]}),
        insert(SIGN | {"arguments": [{"term": ["/", 1, 0]}, ">="]}),
        insert(SIGN | {"arguments": [{"term": ["^", 0, -1]}, ">="]}),
        insert(SIGN | {"arguments": [{"term": ["log", -1]}, ">="]}),
        insert(SIGN | {"arguments": [{"term": ["eval", "x"]}, ">="]}),
        insert(SIGN | {"arguments": [{"term": 0.5}, ">="]}),
        insert(SIGN | {"arguments": [{"term": deep()}, ">="]}),
        insert(SIGN | {"arguments": [{"term": "x"}, "!="]}),
        insert({"rule": "fresh", "text": ["v"]}),
        insert({"rule": "fresh", "text": "x in [0,1]"}),
        insert({"rule": "fresh", "text": "n integer in [0,1]"}),
        insert({"rule": "open_case", "arguments": [{"term": "x"}, ">", {"term": 1}], "options": {},
                "gives": [["x", ">", 1]]}),
    ],
)  # fmt: skip
def test_tampered_records_are_rejected(change):
    with pytest.raises(Rejected):
        METHOD.recheck(STATEMENT, tampered(change), Budget())


def test_a_proof_of_something_else_is_rejected():
    for other in (
        ForAll(DOMAIN, (X + Y) ** 2, ">", 4 * X * Y),
        ForAll(DOMAIN, (X + Y) ** 2, ">=", 4 * X * Y + sympy.Rational(1, 10**9)),
        ForAll(DOMAIN, (X + Y) ** 2, "<=", 4 * X * Y),
        ForAll(DOMAIN, (X + Y) ** 2, "==", 4 * X * Y),
        ForAll(box("x in [1,2], z in [1,2]")[0], X, ">=", 1),
    ):
        with pytest.raises(Rejected):
            METHOD.recheck(other, GOOD, Budget())
    with pytest.raises(Rejected, match="a proof is needed"):
        METHOD.recheck(STATEMENT, Certificate("boxes", GOOD.data), Budget())


def test_words_in_a_record_are_not_run(tmp_path):
    """A coefficient given as a word was once read as a formula, that is, evaluated as Python."""
    file = tmp_path / "ran"
    word = f"open({str(file)!r}, 'w')"
    for change in (
        lambda data: data["steps"][1]["options"].update(by=[[word, {"fact": 0}]]),
        insert({"rule": "power", "arguments": [{"fact": 0}, word], "options": {}, "gives": []}),
        insert({"rule": "apply", "arguments": [{"claim": [__name__, "BASE"]}, {"values": {"x": word, "y": word}}],
                "options": {}, "gives": []}),
    ):  # fmt: skip
        with pytest.raises(Rejected):
            METHOD.recheck(STATEMENT, tampered(change), Budget())
    assert not file.exists()


@pytest.mark.parametrize(
    "named", [["antigravity", "x"], ["os", "system"], [__name__, "proof"], [__name__, "absent"], []]
)
def test_a_record_does_not_decide_what_is_imported(named):
    step = {"rule": "apply", "arguments": [{"claim": named}, {"values": {}}], "options": {}, "gives": []}
    with pytest.raises(Rejected):
        METHOD.recheck(STATEMENT, tampered(insert(step)), Budget())
    assert "antigravity" not in sys.modules


def test_a_claim_that_a_proof_applies_is_named_by_its_certificate():
    """What a claim rests on weakens its verdict: a record that hides it is rejected."""
    method = chain(lambda k: k.apply(BASE, {"x": X, "y": Y}))
    certificate = method.decide(STATEMENT, Budget())
    method.recheck(STATEMENT, certificate, Budget())
    with pytest.raises(Rejected, match=r"applies demo\.BASE, which the certificate does not name"):
        method.recheck(STATEMENT, Certificate("proof", certificate.data), Budget())


def test_facts_made_by_hand_do_not_replay():
    def forged(k):
        return k.context.add((X + Y) ** 2, ">=", 100)

    method, statement = chain(forged), ForAll(DOMAIN, (X + Y) ** 2, ">=", 100)
    with pytest.raises(Rejected):
        method.recheck(statement, method.decide(statement, Budget()), Budget())


def test_a_claim_is_looked_up_in_its_module():
    module = types.ModuleType("claims_that_moved")
    sys.modules["claims_that_moved"] = module
    try:
        here = lemma("claims_that_moved", STATEMENT, proof, "THERE")
        method = chain(lambda k: k.apply(here, {"x": X, "y": Y}))
        certificate = method.decide(STATEMENT, Budget())
        method.recheck(STATEMENT, certificate, Budget())
        del module.THERE
        with pytest.raises(Rejected, match="is no claim"):
            method.recheck(STATEMENT, certificate, Budget())
    finally:
        del sys.modules["claims_that_moved"]
