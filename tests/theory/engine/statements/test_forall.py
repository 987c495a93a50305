"""Boxes, and relations on them."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from theory.engine.functions import Sig
from theory.engine.statements.forall import Domain, ForAll, Range


def test_domains_are_read():
    domain = Domain("beta in [0,1], tau in (-1/2, oo), n integer in [2, 9)")
    assert domain["tau"] == Range("tau", Fraction(-1, 2), None, False, False)
    assert domain["n"].integer
    assert str(domain) == "beta in [0, 1], tau in (-1/2, oo), n integer in [2, 9)"
    assert [str(symbol) for symbol in domain] == ["beta", "tau", "n"]
    with pytest.raises(KeyError, match="no variable 'x' here"):
        domain["x"]


@given(st.fractions(), st.fractions(), st.booleans(), st.booleans())
def test_ranges_survive_printing_and_reading(one, two, low_closed, high_closed):
    low, high = sorted((one, two))
    if low == high:
        low_closed = high_closed = True
    item = Range("x", low, high, low_closed, high_closed)
    assert Domain(str(item)).ranges == (item,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one variable"),
        ("x", "cannot read the domain"),
        ("x in [0;1]", "cannot read"),
        ("x in [0,1], x in [0,1]", "occurs twice"),
        ("x in [1,0]", "is empty"),
        ("x in [1,1)", "is empty"),
        ("x in [0,oo]", "cannot be closed"),
        ("x in [-oo,0]", "cannot be closed"),
        ("x in [0,1.x]", "neither an exact rational"),
        ("x in [0,1/0]", "neither an exact rational"),
        ("1x in [0,1]", "cannot read"),
        ("__import__('os') in [0,1]", "cannot read"),
    ],
)
def test_what_is_no_domain(text, why):
    with pytest.raises(ValueError, match=why):
        Domain(text)


@pytest.mark.parametrize(
    ("text", "assumption", "expected"),
    [
        ("(0,1]", "positive", True),
        ("[0,1]", "positive", None),
        ("[0,1]", "nonnegative", True),
        ("[1/9,1]", "positive", True),
        ("[-1,0)", "negative", True),
        ("[-1,0]", "nonpositive", True),
        ("[-1,1]", "nonnegative", None),
        ("[-1,1]", "real", True),
    ],
)
def test_assumptions_follow_from_the_range_and_nothing_else(text, assumption, expected):
    (x,) = Domain(f"x in {text}")
    assert getattr(x, f"is_{assumption}") is expected
    assert x.is_integer is None


def test_statements_describe_themselves():
    domain = Domain("x in [0,1], n integer in [2,oo)")
    x, n = domain
    statement = ForAll(domain, x**n, "<=", x, ((x, ">", 0),))
    assert statement.scope() == "all x in [0, 1], n integer in [2, oo), x > 0"
    assert statement.latex() == (
        r"\forall\, x \in [0, 1],\; n \in [2, \infty) \cap \mathbb{Z},\; x > 0:\quad x^{n} \le x"
    )
    assert statement.to_json()["rhs"] == "x"
    assert statement.digest() == ForAll(domain, x**n, "<=", x, ((x, ">", 0),)).digest()
    assert statement.digest() != ForAll(domain, x**n, "<", x, ((x, ">", 0),)).digest()


def test_a_range_is_an_interval_or_an_equation():
    lam, noise, k = Domain("lam in (-oo,-1/2), noise in [-3/2,-3/2], k integer in (0,9]").ranges
    assert lam.latex() == r"\lambda \in (-\infty, -\frac{1}{2})"
    assert noise.latex() == r"\mathrm{noise} = -\frac{3}{2}"
    assert k.latex() == r"k \in (0, 9] \cap \mathbb{Z}"


@pytest.mark.parametrize(
    ("lhs", "relation", "why"),
    [
        (lambda x: x, "=>", "relation is '=>'"),
        (lambda x: sympy.Symbol("x"), ">=", "the same name is not enough"),
        (lambda x: sympy.Symbol("y"), ">=", "not among the symbols"),
        (lambda x: 0.5 * x, ">=", "floats are not exact"),
        (Sig, ">=", "needs a statement about classes"),
        (lambda x: "x", ">=", "x"),
    ],
)
def test_bad_statements(lhs, relation, why):
    domain = Domain("x in [0,1]")
    (x,) = domain
    for arguments in ((lhs(x), relation, 0), (x, ">=", 0, ((lhs(x), relation, 0),))):
        with pytest.raises(ValueError, match=why):
            ForAll(domain, *arguments)
