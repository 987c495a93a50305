"""Points named by the author: the checker confirms them, and other methods go on where none serves."""

from fractions import Fraction

from theory.engine.evidence import Budget, Certificate, Evidence
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll


def _statement(factor):
    domain = Domain("x in (0,oo), y in (0,oo)")
    x, y = domain
    return ForAll(domain, x**2 + y**2, ">=", factor * x * y), lambda k: k.sign((x - y) ** 2, ">=")


def test_a_point_refutes_only_what_fails_there():
    true, proof = _statement(2)
    false, _ = _statement(Fraction(2001, 1000))
    method = chain_at(proof, {"x": 1, "y": 1})
    assert method.refute(true, Budget()) is None
    witness = method.refute(false, Budget())
    assert witness.data == {"point": {"x": "1", "y": "1"}}
    assert witness.summary == ("at x = 1, y = 1 the left side is 2 and the right side 2.001, claimed is left >= right")


def test_points_that_do_not_serve_are_passed_over():
    false, proof = _statement(3)
    for point in ({"x": 1, "y": 100}, {"x": -1, "y": 1}, {"x": 1}, {"z": 1}):
        witness = chain_at(proof, point).refute(false, Budget())
        assert witness is not None
        assert witness.data["point"] != {name: str(value) for name, value in point.items()}


def test_decisions_are_those_of_the_proof():
    domain = Domain("x in (0,oo)")
    (x,) = domain
    statement = ForAll(domain, x**2 + 1, ">=", 2 * x)
    method = chain_at(lambda k: k.show(x**2 + 1, ">=", 2 * x, by=[k.sign((x - 1) ** 2, ">=")]), {"x": 1})
    found = method.decide(statement, Budget())
    assert isinstance(found, Certificate)
    assert method.evidence is Evidence.PROVED
    method.recheck(statement, found, Budget())
