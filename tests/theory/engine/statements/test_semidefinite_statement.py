"""The statement on worst cases: what it accepts and what it says of itself."""

from fractions import Fraction

import pytest

from theory.engine.statements.gram import largest, least, scalars, vectors
from theory.engine.statements.semidefinite import WorstCase

u, v = vectors("u v")
(f,) = scalars("f")


def test_data_scope_and_latex_are_read_off():
    statement = WorstCase(u @ v + f, [(u @ u, "<=", 1), (f, "==", 0)], "<=", Fraction(1, 2))
    (part,) = statement.to_json()["parts"]
    (program,) = part["left"]["programs"]
    assert (program["vectors"], program["scalars"], part["right"]) == (["u", "v"], ["f"], {"value": "1/2"})
    assert statement.scope() == "all vectors u, v in all dimensions and scalars f under 2 constraints"
    assert statement.latex() == (
        r"\sup \left\{ \langle u, v \rangle + f \;:\; \lVert u \rVert^2 \le 1,\; f = 0 \right\}"
        r" \le \tfrac{1}{2}"
    )


def test_many_constraints_are_abbreviated():
    assert "(9 constraints in all)" in WorstCase(u @ u, [(u @ u, "<=", k) for k in range(9)], "<=", 1).latex()


def test_digest_follows_the_content():
    one = WorstCase(u @ v, [(u @ u, "<=", 1)], "<=", 2)
    others = [
        WorstCase(u @ v, [(u @ u, "<=", 1)], "==", 2),
        WorstCase(u @ v, [(u @ u, "<=", 1)], "<=", 3),
        WorstCase(u @ v, [(v @ v, "<=", 1)], "<=", 2),
    ]
    assert len({one.digest(), *[other.digest() for other in others]}) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((u @ v, [], "<", 1), "allowed: <= == >="),
        ((u @ v, [], "<=", 0.5), "exact"),
        ((u @ v, [(u @ u, "<", 1)], "<=", 1), "allowed: <= >= =="),
        ((largest(f, u @ u), [], "<=", 1), "not concave"),
        ((u @ u, [(least(f, 1), ">=", 0)], "<=", 1), "not linear"),
        ((f, [(f, "<=", 1)], "<=", 1), "at least one vector"),
        ((scalars("u")[0] + u @ u, [], "<=", 1), "vectors and scalars at once"),
    ],
)
def test_what_is_not_a_worst_case_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        WorstCase(*arguments)
