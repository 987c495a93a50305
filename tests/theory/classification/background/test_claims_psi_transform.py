import math

import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.background import claims_psi_transform as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize(
    ("loss", "transform"),
    [
        (lambda u: max(0.0, 1 - u), lambda t: t),
        (lambda u: (1 - u) ** 2, lambda t: t**2),
        (lambda u: max(0.0, 1 - u) ** 2, lambda t: t**2),
        (lambda u: math.exp(-u), lambda t: 1 - math.sqrt(1 - t**2)),
        (lambda u: math.log1p(math.exp(-u)), lambda t: (1 + t) / 2 * math.log1p(t) + (1 - t) / 2 * math.log1p(-t)),
    ],
)
@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
def test_transforms_by_direct_minimisation(loss, transform, t):
    scores = [step / 1000 for step in range(-4000, 4001)]
    risks = {u: (1 + t) / 2 * loss(u) + (1 - t) / 2 * loss(-u) for u in scores}
    wrong = min(risk for u, risk in risks.items() if u <= 0)
    assert wrong - min(risks.values()) == pytest.approx(transform(t), abs=1e-6)
