"""The loss of the poster and its robust form."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded
from scipy.stats import norm

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_printed as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_9():
    assert len(CLAIMS) == 9


def test_only_what_the_poster_asserts_is_called_printed():
    """The loss, the robust loss and the bounds are printed; what is claimed of them is not, but for one summary."""
    from theory.mixtures.ood_unlabeled import claims_ood_printed_bounds, claims_ood_printed_corollaries

    modules = (module, claims_ood_printed_bounds, claims_ood_printed_corollaries)
    claims = {item.id: item for home in modules for item in vars(home).values() if isinstance(item, Claim)}
    printed = [claim.name for claim in claims.values() if claim.form != "derived"]
    assert printed == ["labels_of_order_d_over_epsilon_suffice"]
    assert claims["ood_unlabeled.labels_of_order_d_over_epsilon_suffice"].form == "as printed"


def test_risk_of_the_printed_loss_by_simulation():
    rng, mean, sigma = np.random.default_rng(5), np.array([0.6, 0.8, 0.0]), 0.8
    labels = rng.choice([-1.0, 1.0], 200_000)
    features = labels[:, None] * mean + sigma * rng.standard_normal((200_000, 3))
    risk = np.mean(labels * (features @ mean) >= 0)
    assert abs(risk - norm.cdf(1 / sigma)) < 4e-3
    assert risk > norm.sf(1 / sigma) + 0.5


def test_ramp_is_the_supremum_over_moves():
    rng = np.random.default_rng(6)
    for _ in range(50):
        theta, x, gamma = rng.standard_normal(3), rng.standard_normal(3), rng.uniform(0, 2)
        length, margin = np.linalg.norm(theta), theta @ x
        ramp = min(1.0, max(0.0, 1 - gamma * margin / length))
        moves = np.concatenate([rng.standard_normal((2000, 3)), np.zeros((1, 3))])
        nearest = -(1 + 1e-12) * margin / length**2 * theta  # just over the boundary
        places = x + np.concatenate([moves, nearest[None]])
        values = (places @ theta <= 0) - gamma * np.linalg.norm(places - x, axis=1)
        assert values.max() == pytest.approx(ramp, abs=1e-9)
        price = gamma * length  # the ramp in <theta, x> is the robust loss at this price
        assert min(1.0, max(0.0, 1 - gamma * margin)) == pytest.approx(min(1.0, max(0.0, 1 - price * margin / length)))


def test_ramp_is_written_with_maxima():
    import sympy

    v = sympy.Symbol("v")
    for value in (-2, 0, Fraction(1, 3), 1, 5):
        assert module.ramp(v).subs(v, sympy.Rational(value)) == min(1, max(0, 1 - sympy.Rational(value)))


@pytest.mark.parametrize("name", ["robust_loss_at_most", "robust_loss_attained", "pseudo_label_is_the_best_label"])
def test_a_steeper_or_nearer_one_is_not_proved(name):
    statement, method = getattr(module, name).build(c=Fraction(102, 100))
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None
