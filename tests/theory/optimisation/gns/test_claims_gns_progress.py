import itertools

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of
from scipy.integrate import quad

from theory.optimisation.gns import claims_gns_progress as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def convex_family(s, e):
    """The gradient of the family of half_is_best; its second derivative is 1, then 1 - s/e, then 0."""
    inside = np.clip(s, 0, e)
    return -2 + np.minimum(s, 0) + inside - inside**2 / (2 * e)


def other_family(s, e):
    """The gradient of the family of eighth_is_best, constant outside [0, 1]."""
    start, end = -1 + e / 2, -3 * e / 2
    s = np.clip(s, 0, 1)
    last = end + (-2 - end) * (s - 1 + e) / e
    return np.where(s <= e, -1 + s**2 / (2 * e), np.where(s <= 1 - e, start + s - e, last))


@pytest.mark.parametrize("e", [0.01, 0.1, 0.4])
@pytest.mark.parametrize(
    ("claim", "family", "curvature"),
    [(module.half_is_best, convex_family, 1), (module.eighth_is_best, other_family, 0)],
)
def test_the_ratio_is_that_of_the_family(claim, family, curvature, e):
    statement = claim.statement()
    (own,) = statement.domain
    knots = [0, e, 1 - e, 1]
    decrease = -sum(
        quad(lambda s: float(family(np.array(s), e)), a, b)[0]
        for a, b in itertools.pairwise(knots if e < 0.5 else [0, 1])
    )
    new = float(family(np.array(1.0), e))
    assert float(statement.expression.subs(own, e)) == pytest.approx(decrease / new**2, rel=1e-9)
    s = np.linspace(-3, 4, 7001)
    start = float(family(np.array(0.0), e))
    assert start == -1 - curvature  # so that h = 1 is the step with lam = 1
    assert np.all(np.abs(family(s, e) - start - curvature * s) <= np.abs(s) + 1e-12)
    if curvature:
        assert np.all(np.diff(family(s, e)) >= 0)
