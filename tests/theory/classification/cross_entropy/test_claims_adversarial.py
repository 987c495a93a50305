from fractions import Fraction

import numpy as np
import pytest
import sympy
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.cross_entropy import claims_adversarial as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def ramp(u, rho):
    return min(max(0.0, 1 - u / rho), 1.0)


@pytest.mark.parametrize(("u", "value"), [(-3, 1), (0, 1), (Fraction(1, 2), Fraction(3, 4)), (2, 0), (5, 0)])
def test_margin_loss(u, value):
    assert module.margin_loss(sympy.sympify(u), sympy.Integer(2)) == sympy.sympify(value)


def test_conditional_bound_holds_for_random_scores():
    """A ball of two points, log(1 + u) of margins with rho = 1; the best risk is that of the order by probability."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        n = int(rng.integers(2, 5))
        p = np.sort(rng.dirichlet(np.ones(n)))[::-1]
        scores = rng.normal(size=(2, n)) * rng.choice([0.3, 3.0])
        losses = [
            max(np.log1p(sum(ramp(h[y] - h[z], 1.0) for z in range(n) if z != y)) for h in scores) for y in range(n)
        ]
        best = sum(p[rank] * np.log1p(rank) for rank in range(n))
        top = {int(h.argmax()) for h in scores}
        regret = p[0] - p[top.pop()] if len(top) == 1 else p[0]
        assert p @ losses - best >= np.log(2) * regret - 1e-12
