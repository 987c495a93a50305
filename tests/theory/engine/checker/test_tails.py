"""Unbounded ranges replaced by bounded ones: same signs, same domain, and certificates that carry them."""

from fractions import Fraction

import pytest
import sympy
from flint import arb, fmpq
from sympy import Rational, oo, sqrt

from theory.engine.checker import Rejected, check
from theory.engine.checker.boxes import Inequality
from theory.engine.checker.tails import without_tails
from theory.engine.evidence import Budget, Certificate, Undecided
from theory.engine.provers.enclosure import boxes
from theory.engine.statements.forall import Domain, ForAll

BUDGET = Budget()


def on(text, make, relation="<=", rhs=0):
    domain = Domain(text)
    return ForAll(domain, make(*domain), relation, rhs)


@pytest.mark.parametrize(
    ("text", "inverse"),
    [
        ("x in [2,oo)", lambda v, k: 2 / v**k),
        ("x in [0,oo)", lambda v, k: 1 / v**k - 1),
        ("x in (-3,oo)", lambda v, k: 1 / v**k - 4),
        ("x in (-oo,-1/2]", lambda v, k: Fraction(-1, 2) / v**k),
        ("x in (-oo,5]", lambda v, k: 6 - 1 / v**k),
    ],
)
@pytest.mark.parametrize("power", [1, 2])
def test_the_sign_is_the_same_at_every_point(text, inverse, power):
    statement = on(text, lambda x: (x + 1) / (x**2 + 3) - sympy.exp(-sqrt(x**2 + 1)) * x / 7 - Rational(1, 9)).to_json()
    before, after = Inequality(statement), Inequality(without_tails(statement, {"x": power}))
    for v in (Fraction(1), Fraction(2, 3), Fraction(1, 7), Fraction(1, 50)):
        x = inverse(v, power)
        left = before.at({"x": fmpq(x.numerator, x.denominator)})[before.difference]
        right = after.at({"v_x": fmpq(v.numerator, v.denominator)})[after.difference]
        assert (left > 0 and right > 0) or (left < 0 and right < 0)


def test_the_power_of_v_is_drawn_out():
    statement = on("n in [2,oo)", lambda n: (n + 1) / (n - 1) ** 2).to_json()
    bounded = Inequality(without_tails(statement, {"n": 1}))
    value = bounded.at({"v_n": fmpq(0)})[bounded.difference]
    assert value == arb(fmpq(-1, 2))  # (n+1)/(n-1)^2 = v (1/2 + ...), and the relation is <=


def test_ends_keep_their_brackets():
    for text, closed in (("x in [2,oo)", True), ("x in (2,oo)", False), ("x in (-oo,2)", False)):
        (entry,) = without_tails(on(text, lambda x: x).to_json(), {"x": 1})["domain"]
        assert entry == {
            "name": "v_x", "low": "0", "high": "1", "low_closed": False, "high_closed": closed, "integer": False
        }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("x in [0,1]", {"x": 1}),
        ("x in (-oo,oo)", {"x": 1}),
        ("x in [1,oo)", {"y": 1}),
        ("x in [1,oo), v_x in [0,1]", {"x": 1}),
    ]
    + [("x in [1,oo)", {"x": power}) for power in (0, -1, 13, 1.0, "1", True, None)],
)
def test_bad_tails_are_rejected(text, powers):
    with pytest.raises(Rejected):
        without_tails(on(text, lambda x, *_: x).to_json(), powers)


CLAIMS = {
    "a square root": (
        "n in [2,oo)",
        lambda n: sqrt(n + 1) - sqrt(n),
        "<=",
        lambda n: 1 / (2 * sqrt(n)),
        {"tails": 2, "zero": oo},
    ),
    "a rational function": ("n in [2,oo)", lambda n: (n + 1) / (n - 1) ** 2, ">", lambda n: 1 / n, {"zero": oo}),
    "a limit from below": ("x in (0,oo)", lambda x: x / (1 + x), "<", lambda x: 1, {"zero": oo}),
    "no zero": ("x in (0,oo)", lambda x: x / (1 + x) ** 2, "<=", lambda x: Rational(26, 100), {}),
    "a zero at the finite end": (
        "n integer in [2,oo)",
        lambda n: 1 / n,
        "<=",
        lambda n: Rational(1, 2),
        {"zero": None},
    ),
    "downwards": ("x in (-oo,-1]", lambda x: 1 / x, "<", lambda x: 0, {}),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_without_end(name):
    text, left, relation, right, options = CLAIMS[name]
    domain = Domain(text)
    (x,) = domain
    statement = ForAll(domain, left(x), relation, right(x))
    zero = {} if "zero" not in options else {"zero_at": x if options["zero"] is None else {x: options["zero"]}}
    method = boxes(tails={x: options["tails"]} if "tails" in options else None, **zero)
    assert method.refute(statement, BUDGET) is None
    certificate = method.decide(statement, BUDGET)
    assert isinstance(certificate, Certificate), certificate
    method.recheck(statement, certificate, BUDGET)
    changed = certificate.to_json()
    changed["data"]["tails"] = {}
    with pytest.raises(Rejected):
        check(statement.to_json(), changed)


def test_false_neighbours_without_end():
    domain = Domain("n in [2,oo)")
    (n,) = domain
    statement = ForAll(domain, sqrt(n + 1) - sqrt(n), "<=", Rational(99, 100) / (2 * sqrt(n)))
    assert boxes().refute(statement, BUDGET) is not None
    assert isinstance(boxes({n: oo}, tails={n: 2}).decide(statement, BUDGET), Undecided)


def test_misuse_is_named():
    domain = Domain("n in [2,oo), x in [0,1]")
    n, x = domain
    statement = ForAll(domain, n + x, ">", 1)
    for method, message in (
        (boxes(tails={x: 1}), "x: not unbounded"),
        (boxes({n: 3}), "declared at oo"),
        (boxes({x: oo}), "does not range to infinity"),
        (boxes(split={n: [4]}), "cannot be split"),
    ):
        with pytest.raises(ValueError, match=message):
            method.decide(statement, BUDGET)
    both = Domain("z in (-oo,oo)")
    result = boxes().decide(ForAll(both, both.symbols[0] ** 2, ">=", -1), BUDGET)
    assert "unbounded on one side" in result.reason
