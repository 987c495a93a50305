"""Deciding by a written proof: the refuter beside it, and the match of its end with the statement."""

from fractions import Fraction

import pytest
import sympy
from kernel import box, lemma, settle

from theory.engine.claim import claim
from theory.engine.decide import decide
from theory.engine.evidence import Budget, Evidence
from theory.engine.functions import Sig
from theory.engine.provers.symbolic.chain import chain
from theory.engine.provers.symbolic.context import Limit
from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.forall import ForAll
from theory.engine.statements.limit import LimitOf

HALF = sympy.Rational(1, 2)


@pytest.mark.parametrize(
    ("relation", "shown", "accepted"),
    [
        (">=", ">", True), (">=", ">=", True), (">=", "==", False), (">", ">", True), (">", ">=", False),
        ("==", ">=", False), ("<=", ">=", False), ("<", ">", False),
    ],
)  # fmt: skip
def test_the_end_of_a_proof_is_the_statement(relation, shown, accepted):
    domain, x = box("x in (0,1]")

    def proof(k):
        if shown == "==":
            return k.identity(x - x, 0)
        return k.sign(x, shown)

    assert (settle(ForAll(domain, x, relation, 0), proof) == "proved") == accepted


def test_relations_turned_round_match():
    domain, x = box("x in (0,1]")
    assert settle(ForAll(domain, 0, "<", x), lambda k: k.sign(x, ">")) == "proved"
    assert settle(ForAll(domain, 0, "<=", x), lambda k: k.sign(x, ">")) == "proved"


def test_a_statement_must_be_defined_on_its_whole_domain():
    domain, x = box("x in [0,1]")
    half, y = box("x in (0,1]")
    for variables, z in ((domain, x), (half, y)):
        shown = settle(ForAll(variables, z / (z + z**2), "<=", 1), lambda k, z=z: k.sign(1 - 1 / (1 + z), ">="))
        assert shown == "proved" if variables is half else "not shown to be defined" in shown


def test_nothing_ends_inside_a_case():
    domain, x = box("x in [0,1]")

    def proof(k):
        k.open_case(x, ">=", 1)
        return k.show(x, ">=", 1, by=[k.sign(x - 1, ">=")])

    assert "holds in a case only" in settle(ForAll(domain, x, ">=", 1), proof)

    def left(k):
        k.open_case(x, ">=", 1)
        return k.close_case(k.show(x, ">=", 1, by=[k.sign(x - 1, ">=")]))

    assert "holds in a case only" in settle(ForAll(domain, x, ">=", 1), left)


def test_a_limit_is_no_inequality_nor_the_reverse():
    domain, t = box("t in (0,1)")
    assert "is a limit" in settle(ForAll(domain, t, ">=", 0), lambda k: k.taylor(t**2, t, 1))
    assert "not the limit" in settle(LimitOf(domain, t, t, "+", 0), lambda k: k.sign(t, ">="))


def rows_of(values):
    return [{"p": value} for value in values]


def simplex_sample(rng):
    weights = [rng.randint(1, 9) for _ in range(rng.randint(1, 4))]
    return {"c": Fraction(rng.randint(0, 4), 4)}, rows_of([Fraction(w, sum(weights)) for w in weights])


def squares(bound):
    domain, _ = box("c in [0,1]")
    each, p = box("p in [0,1]")
    return ForEveryN(domain, each, ((Sig(p), "==", 1),), Sig(p**2), "<=", bound)


def test_rows_refute_what_is_false_and_only_that():
    method = chain(lambda k: None, simplex_sample)
    assert method.refute(squares(1), Budget()) is None
    witness = method.refute(squares(Fraction(99, 100)), Budget())
    assert witness.kind == "rows"
    assert sum(Fraction(row["p"]) ** 2 for row in witness.data["rows"]) > Fraction(99, 100)
    # c occurs nowhere, and is not named
    assert witness.summary == (
        "with sums over 1 class (p = 1) the left side is 1 and the right side 0.99, claimed is left <= right"
    )


def test_a_witness_of_rows_names_the_scalars_that_occur():
    domain, c, _ = box("c in [0,1], d in [0,1]")
    each, p = box("p in [0,1]")
    statement = ForEveryN(domain, each, ((Sig(p), "==", 1),), Sig(c * p), "<=", c / 3)
    halves = chain(lambda k: None, lambda rng: ({"c": HALF, "d": HALF}, rows_of([HALF, HALF])))
    assert halves.refute(statement, Budget()).summary == (
        "at c = 1/2 with sums over 2 classes (p = 1/2, 2 times) the left side is 1/2 and the right side 1/6, "
        "claimed is left <= right"
    )


def test_one_step_is_one():
    domain, x = box("x in [0,1]")
    assert chain(lambda k: k.sign(x, ">=")).decide(ForAll(domain, x, ">=", 0), Budget()).summary == "1 step, replayed"


def test_a_sampler_is_needed_and_must_meet_the_hypotheses():
    with pytest.raises(ValueError, match="needs a sampler"):
        chain(lambda k: None).refute(squares(1), Budget())
    with pytest.raises(ValueError, match="met the hypotheses"):
        chain(lambda k: None, lambda rng: ({"c": Fraction(0)}, rows_of([HALF]))).refute(squares(1), Budget())


def test_boxes_are_refuted_by_points():
    domain, x = box("x in [0,1]")
    assert chain(lambda k: None).refute(ForAll(domain, x, ">=", HALF), Budget()).kind == "point"
    assert chain(lambda k: None).refute(ForAll(domain, x, ">=", 0), Budget()) is None


def test_another_limit_refutes():
    domain, t = box("t in (0,1)")
    f = sympy.exp(t) - 1
    method = chain(lambda k: k.taylor(f, t, 1))
    assert method.refute(LimitOf(domain, f / t, t, "+", 1), Budget()) is None
    witness = method.refute(LimitOf(domain, f / t, t, "+", 2), Budget())
    assert (witness.kind, witness.summary) == ("limit", "the limit is 1, not 2")


def test_another_limit_is_told_by_numbers_too():
    domain, t, x = box("t in (0,1), x in [1,1]")
    method = chain(lambda k: k.taylor(sympy.exp(t * sympy.exp(x)) - 1, t, 1))
    claimed = LimitOf(domain, (sympy.exp(t * sympy.exp(x)) - 1) / t, t, "+", 2 * x)
    assert method.refute(claimed, Budget()).summary == (
        "the limit is exp(x), not 2*x; at x = 1 it is about 2.71828, claimed is 2"
    )
    long = LimitOf(domain, claimed.expression, t, "+", sum(x**k for k in range(1, 40)))
    told = "the limit is another one; at x = 1 it is about 2.71828, claimed is 39"
    assert method.refute(long, Budget()).summary == told


def test_only_a_replayed_limit_of_the_same_thing_refutes():
    domain, t, s = box("t in (0,1), s in (0,1)")
    true = LimitOf(domain, t + s, t, "+", s)

    def forged(k):
        k.context.facts.append(Limit(t + s, t, sympy.Integer(0), "+", s + 1, len(k.context.facts), ()))
        return k.context.facts[-1]

    assert chain(forged).refute(true, Budget()) is None
    assert chain(lambda k: k.taylor(s * (t + s), s, 1)).refute(true, Budget()) is None  # in s, not in t
    assert chain(lambda k: k.taylor(t**2, t, 1)).refute(true, Budget()) is None  # of t, not of t + s
    assert chain(lambda k: k.sign(t, ">=")).refute(true, Budget()) is None


def test_a_refutation_says_what_it_rests_on():
    domain, t = box("t in (0,1)")
    bound = lemma(__name__, ForAll(domain, 2 + t, ">=", 2), lambda k: k.show(2 + t, ">=", 2), "BOUND")

    @claim(paper="demo", where="w", says="x", expected="refuted")
    def wrong(value=3):
        def proof(k):
            return k.squeeze(k.apply(bound, {"t": t}), k.show(2 + t, ">=", 2 + t), t, "+")

        return LimitOf(domain, 2 + t, t, "+", value), chain(proof)

    verdict = decide(wrong)
    assert verdict.evidence is Evidence.REFUTED
    assert verdict.uses == ("demo.BOUND",)


def test_a_failing_proof_refutes_nothing():
    domain, x = box("x in [0,1]")
    result = chain(lambda k: k.sign(x - 1, ">=")).decide(ForAll(domain, x, ">=", 0), Budget())
    assert result.reason.startswith("the proof fails: step 0 (sign)")


def test_verdicts_repeat():
    method = chain(lambda k: None, simplex_sample)
    first, second = (method.refute(squares(HALF), Budget()) for _ in range(2))
    assert first == second


def test_floats_do_not_enter():
    domain, x = box("x in [0,1]")
    assert "not shown to be defined" in settle(ForAll(domain, x, ">=", 0), lambda k: k.show(x, ">=", 0.0))
