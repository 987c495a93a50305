"""The statement that a root is isolated."""

import pytest
from sympy import Float, Symbol

from theory.engine.statements.forall import Domain
from theory.engine.statements.root import UniqueRoot


def statement(domain="x in [1,2]", enclosure="x in [1.4, 1.5]", equations=None):
    domain = Domain(domain)
    return UniqueRoot(domain, equations or tuple(symbol**2 - 2 for symbol in domain), Domain(enclosure))


def test_data_scope_and_latex():
    root = statement()
    assert root.to_json() == {
        "kind": "unique_root",
        "domain": [{"name": "x", "low": "1", "high": "2", "low_closed": True, "high_closed": True, "integer": False}],
        "equations": [["+", -2, ["^", "x", 2]]],
        "enclosure": [["7/5", "3/2"]],
    }
    assert root.scope() == "x in [1, 2]"
    assert root.latex().startswith(r"\exists!\, x \in [1, 2]:\quad x^{2} - 2 = 0")
    two = statement(domain="x in [1,2], y in [1,2]", enclosure="x in [1.4, 1.5], y in [1.4, 1.5]")
    assert two.latex().startswith(r"\exists!\, (x, y),\; x \in [1, 2],\; y \in [1, 2]:")


def test_the_digest_depends_on_every_part():
    digests = {
        statement().digest(),
        statement(domain="x in [1,3]").digest(),
        statement(enclosure="x in [1.4, 1.6]").digest(),
        statement(equations=(Domain("x in [1,2]").symbols[0] ** 2 - 3,)).digest(),
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"domain": "x in [1,2], y in [0,1]", "equations": (Symbol("x"),)}, "1 equations for 2 variables"),
        ({"enclosure": "y in [1.4, 1.5]"}, "must name the variables"),
        ({"domain": "x in [1,oo)"}, "bounded box of reals"),
        ({"domain": "x integer in [1,2]"}, "bounded box of reals"),
        ({"enclosure": "x in [1.4, 2.5]"}, "lie inside"),
        ({"enclosure": "x in [1.4, 1.4]"}, "have a width"),
        ({"equations": (Symbol("z") - 1,)}, "not among the symbols"),
        ({"equations": (Domain("x in [1,2]").symbols[0] - Float("1.4"),)}, "floats are not exact"),
    ],
)
def test_bad_statements_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        statement(**options)
