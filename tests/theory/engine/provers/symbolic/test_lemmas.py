"""Using a claim as a lemma: its ranges and hypotheses are owed, its sums split into named classes and the rest."""

import pytest
import sympy
from kernel import box, lemma, settle

from theory.engine.functions import Sig
from theory.engine.provers.symbolic.context import StepFailed
from theory.engine.provers.symbolic.proof import Proof
from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.forall import ForAll

HALF = sympy.Rational(1, 2)

_, X, Y = box("x in (0,1], y in [0,1)")
MEANS = lemma(
    __name__,
    ForAll(box("x in (0,1], y in [0,1)")[0], (X + Y) ** 2, ">=", 4 * X * Y),
    lambda k: k.show((X + Y) ** 2, ">=", 4 * X * Y, by=[k.sign((X - Y) ** 2, ">=")]),
    "MEANS",
)
STRICT = lemma(
    __name__,
    ForAll(box("x in (0,1], y in [0,1)")[0], X * (1 - Y), ">", 0),
    lambda k: k.sign(X * (1 - Y), ">"),
    "STRICT",
)
POLE = lemma(
    __name__, ForAll(box("x in (0,1], y in [0,1)")[0], 1 / X, ">=", 1), lambda k: k.sign(1 / X - 1, ">="), "POLE"
)

_, C = box("c in [0,1]")
_, P = box("p in [0,1]")
SQUARES = lemma(
    __name__,
    ForEveryN(box("c in [0,1]")[0], box("p in [0,1]")[0], ((Sig(P), "==", C), (C, ">=", P)), Sig(P**2), "<=", C**2),
    lambda k: k.show(
        Sig(P**2), "<=", C**2,
        by=[(C, k.hypothesis(0)), k.sum_up(k.show(C * P, ">=", P**2, by=[(P, k.hypothesis(1))]))],
    ),
    "SQUARES",
)  # fmt: skip
NESTED = lemma(
    __name__,
    ForEveryN(box("c in [0,1]")[0], box("p in [0,1]")[0], (), Sig(P * Sig(C * P)), "==", C * Sig(P) ** 2),
    lambda k: k.identity(Sig(P * Sig(C * P)), C * Sig(P) ** 2),
    "NESTED",
)


def start(text, each=None, given=()):
    domain, *scalars = box(text)
    if each is None:
        conditions = given(*scalars) if callable(given) else given
        return Proof(ForAll(domain, sum(scalars), ">=", -100, tuple(conditions))), *scalars
    per_class, *symbols = box(each)
    conditions = given(*scalars, *symbols) if callable(given) else given
    return Proof(ForEveryN(domain, per_class, tuple(conditions), sum(scalars), ">=", -100)), *scalars, *symbols


def refused(why):
    return pytest.raises(StepFailed, match=why)


@pytest.mark.parametrize("claim", [MEANS, STRICT, POLE, SQUARES, NESTED])
def test_the_lemmas_are_proved(claim):
    statement, method = claim.build()
    assert settle(statement, method.proof) == "proved"


def test_values_lie_in_the_ranges():
    k, x = start("x in [0,1]")
    fact = k.apply(MEANS, {"x": (1 + x) / 2, "y": x / 2})
    assert sympy.expand(fact.rhs - x * (1 + x)) == 0
    assert k.uses == ["demo.MEANS"]
    for values in ({"x": x, "y": x / 2}, {"x": 1 - x, "y": x / 2}, {"x": HALF, "y": x}, {"x": 1 + x, "y": x / 2}):
        with refused("not shown"):
            k.apply(MEANS, values)
    with refused("not shown to be defined"):
        k.apply(MEANS, {"x": HALF, "y": 1 / x})
    with refused("needs values for exactly"):
        k.apply(MEANS, {"x": HALF})


def test_closed_ends_by_continuity():
    k, x = start("x in [0,1]")
    k.apply(MEANS, {"x": x, "y": x}, close=("x", "y"))
    with refused("strict relation"):
        k.apply(STRICT, {"x": x, "y": x / 2}, close=("x",))
    with refused("not shown to be defined on the closure"):
        k.apply(POLE, {"x": x, "y": HALF}, close=("x",))
    with refused("no real scalar z to close"):
        k.apply(MEANS, {"x": x, "y": x / 2}, close=("x", "z"))
    with refused("not shown"):
        k.apply(MEANS, {"x": 2 * x, "y": HALF}, close=("x",))


def test_integers_have_no_closure():
    _, n = box("n integer in (1,oo)")
    many = lemma(__name__, ForAll(box("n integer in (1,oo)")[0], n, ">=", 1), lambda k: k.sign(n - 1, ">="), "MANY")
    k, x, m = start("x in [1,5], m integer in [2,9]")
    assert k.apply(many, {"n": m}).lhs == m
    assert k.apply(many, {"n": m + 1}).lhs == m + 1
    with refused("no real scalar n to close"):
        k.apply(many, {"n": m}, close=("n",))
    with refused("not known to be one"):
        k.apply(many, {"n": x + 1})


def test_a_closure_that_hypotheses_mention_is_not_taken():
    _, x, y = box("x in (0,1], y in [0,1]")
    given = ((y / x, ">=", 1),)
    claim = lemma(__name__, ForAll(box("x in (0,1], y in [0,1]")[0], y, ">=", x, given),
                  lambda k: k.show(y, ">=", x, by=[(x, k.hypothesis(0))]), "RATIO")  # fmt: skip
    k, z = start("z in [0,1]")
    with refused("hypotheses mention"):
        k.apply(claim, {"x": z, "y": z}, close=("x",))
    assert k.apply(claim, {"x": HALF, "y": (1 + z) / 2}).rhs == HALF
    with refused("hypothesis of demo.RATIO not established"):
        k.apply(claim, {"x": HALF, "y": z})


def test_a_hypothesis_must_be_defined_where_it_is_owed():
    _, x = box("x in [0,1]")
    logarithmic = lemma(__name__, ForAll(box("x in [0,1]")[0], x, ">=", 0, ((x * sympy.log(x), "<=", 5),)),
                        lambda k: k.sign(x, ">="), "LOGARITHMIC")  # fmt: skip
    k, y = start("y in [0,1]")
    with refused("not shown to be defined"):
        k.apply(logarithmic, {"x": y})


def test_sums_split_into_named_classes_and_the_rest():
    k, c, a, p = start("c in [0,1], a in [0,1]", "p in [0,1]",
                       lambda c, a, p: [(a + Sig(p), "==", c), (c, ">=", p), (c, ">=", a)])  # fmt: skip
    given = [k.hypothesis(index) for index in range(3)]
    fact = k.apply(SQUARES, {"c": c}, given=given, named=[{"p": a}], rest={"p": p})
    assert fact.rhs == a**2 + Sig(p**2)
    with refused("hypothesis of demo.SQUARES not established"):
        k.apply(SQUARES, {"c": c}, given=given, rest={"p": p})
    with refused("hypothesis of demo.SQUARES not established"):  # p -> 2p under sum p = c
        k.apply(SQUARES, {"c": c}, given=given, named=[{"p": a}], rest={"p": p**2})
    with refused("per-class values needed for exactly"):
        k.apply(SQUARES, {"c": c}, given=given, named=[{}], rest={"p": p})


def test_hypotheses_are_owed_by_every_class():
    k, c, a, p = start("c in [0,1], a in [0,1]", "p in [0,1]", lambda c, a, p: [(a + Sig(p), "==", c), (c, ">=", p)])
    given = [k.hypothesis(0), k.hypothesis(1)]
    with refused("hypothesis of demo.SQUARES not established: -a . c >= 0"):
        k.apply(SQUARES, {"c": c}, given=given, named=[{"p": a}], rest={"p": p})


def test_classes_are_not_captured():
    k, c, p = start("c in [0,1]", "p in [0,1]", lambda c, p: [(Sig(p), "==", c), (c, ">=", p)])
    given = [k.hypothesis(0), k.hypothesis(1)]
    with refused("may not depend on a class"):
        k.apply(SQUARES, {"c": p}, given=given, rest={"p": p})
    with refused("may not depend on an unnamed one"):
        k.apply(SQUARES, {"c": c}, given=given, named=[{"p": p}], rest={"p": p})
    k, x = start("x in [0,1]")
    with refused("no per-class symbols"):
        k.apply(MEANS, {"x": HALF, "y": HALF}, rest={"p": x})


def test_sums_inside_sums_are_split_too():
    """With one class of value y, and no other, Sig(p Sig(c p)) is c y^2; an inner Sig(c y) would count the others."""
    k, y, p = start("y in [0,1]", "p in [0,1]")
    assert k.apply(NESTED, {"c": HALF}, named=[{"p": y}]).lhs == y**2 / 2
    fact = k.apply(NESTED, {"c": HALF}, named=[{"p": y}], rest={"p": p})
    total = y / 2 + Sig(p / 2)
    assert fact.lhs == y * total + Sig(p * total)


def test_where_there_is_no_class_a_lemma_says_nothing():
    _, u, v = box("u in [0,1], v in [1/2,1]")
    above = lemma(__name__, ForAll(box("u in [0,1], v in [1/2,1]")[0], u, ">=", HALF, ((u, ">=", v),)),
                  lambda k: k.show(u, ">=", HALF, by=[k.hypothesis(0)]), "ABOVE")  # fmt: skip
    domain, x = box("x in [0,1]")
    per_class, p = box("p in [1/2,1]")
    statement = ForEveryN(domain, per_class, ((x, ">=", p),), x, ">=", HALF)
    reason = settle(statement, lambda k: k.apply(above, {"u": x, "v": p}, given=[k.hypothesis(0)]))
    assert "says nothing without a class" in reason


def test_a_condition_on_no_class_is_not_met_by_one():
    _, u = box("u in [-1,1]")
    domain = box("u in [-1,1]")[0]
    positive = lemma(__name__, ForAll(domain, u, ">=", HALF, ((2 * u - 1, ">=", 0),)),
                     lambda k: k.show(u, ">=", HALF, by=[(HALF, k.hypothesis(0))]), "POSITIVE")  # fmt: skip
    k, x, _ = start("x in [-1,1]", "p in [0,1]", lambda x, p: [(2 * x + p, ">=", 1 + p)])
    with refused("hypothesis of demo.POSITIVE not established"):
        k.apply(positive, {"u": x}, given=[k.hypothesis(0)])


def test_only_inequalities_serve_as_lemmas():
    from theory.engine.statements.limit import LimitOf

    domain, t = box("t in (0,1)")
    limit = lemma(__name__, LimitOf(domain, t, t, "+", 0), lambda k: k.taylor(t**2, t, 1), "LIMIT")
    k, _ = start("x in [0,1]")
    with refused("states no inequality"):
        k.apply(limit, {"t": HALF})
