from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_method_refuses_false_neighbours, assert_settled_as_recorded, claims_of

from theory.classification.cross_entropy import claims_threshold_unpooled as module
from theory.engine.evidence import Budget, Undecided
from theory.engine.provers.symbolic.chain import chain
from theory.engine.statements.forall import Domain, ForAll


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def test_settled_as_recorded():
    assert_settled_as_recorded(module)


def _k(u, a):
    return (1 + u) ** (1 / a) - 1


def _excess(s, a):
    return ((1 + s) ** a + (1 - s) ** a) / 2 - 1


def test_the_inequality_holds_at_random_points():
    rng = np.random.default_rng(3)
    y, s, a = rng.uniform(0, 1, 4000), rng.uniform(0.02, 1, 4000), rng.uniform(2, 3, 4000)
    gap = y ** (1 - 1 / a) * _k(y * _excess(s, a), a) - _k(_excess(y * s, a), a)
    assert gap.min() > -1e-15


def test_formulas_by_hand():
    assert module.excess(Fraction(1, 2), 2) == Fraction(1, 4)
    assert module.gain(7, 3) == 1
    left, relation, right = module.room(Fraction(1), 2, Fraction(67, 100))
    assert (left, relation) == (Fraction(1, 4), ">=")
    assert float(right) == pytest.approx(0.67 * (1 - 2**-0.5))


@pytest.mark.parametrize("name", ["unpooled_middle", "steep_scaling"])
def test_the_proof_does_not_reach_beyond_its_range(name):
    """The same proof over a up to 7/2, where its lemmas are not known, must fail."""
    statement, method = getattr(module, name).build()
    text = "y in (0,1], s in [0,1], a in [2,7/2]"
    domain = Domain(text)
    swap = dict(zip(statement.domain.symbols, domain.symbols, strict=True))
    wider = ForAll(domain, statement.lhs.xreplace(swap), statement.relation, statement.rhs.xreplace(swap))
    assert isinstance(chain(method.proof).decide(wider, Budget()), Undecided)
