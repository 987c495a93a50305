"""Bounds between expected regrets, from those at each point."""

import random

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.cross_entropy import claims_n_free_distribution as module
from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.engine.statements.classes import ForEveryN

CLAIMS = [item for item in vars(module).values() if isinstance(item, Claim) and item.__module__ == module.__name__]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)
    assert claim.expected == "proved"


def test_there_are_six():
    assert len(CLAIMS) == 6


def test_each_names_the_bound_at_a_point():
    for claim in CLAIMS:
        assert bool(claim.uses) == (claim.strength != "lemma")


@pytest.mark.parametrize(
    "claim",
    [module.expected_regret_n_free, module.expected_regret_two_class, module.expected_regret_absolute_error],
)
def test_hypothesis_at_each_point_is_needed(claim):
    statement, method = claim.build()
    weaker = ForEveryN(
        statement.domain,
        statement.each,
        statement.given[:1],
        statement.lhs,
        statement.relation,
        statement.rhs,
    )
    assert isinstance(method.decide(weaker, Budget()), Undecided)
    assert method.refute(weaker, Budget()) is None  # its sampler still draws what the full hypothesis allows


def test_absolute_error_bound_solves_the_quadratic():
    """The bound is the root of D^2 = R (1 + D), and is below the square-root bound for regrets up to 1/2."""
    R = np.linspace(0.001, 0.5, 50)
    D = (R + np.sqrt(R**2 + 4 * R)) / 2
    np.testing.assert_allclose(np.square(D), R * (1 + D))
    np.testing.assert_array_less(D, np.sqrt(2 * R) + 1e-12)


@pytest.mark.parametrize("tau", [1.1, 1.5, 1.9])
def test_square_root_bound_on_random_distributions(tau):
    """Posteriors and predictions at random points, computed directly for up to six classes."""
    rng = np.random.default_rng(int(10 * tau))
    a, q = 1 / (2 - tau), tau - 1
    for _ in range(200):
        n, points = rng.integers(2, 7), rng.integers(1, 5)
        p, S = rng.dirichlet(np.full(n, 0.5), points), rng.dirichlet(np.full(n, 0.5), points)
        w = rng.dirichlet(np.ones(points))
        d = p.max(axis=1) - p[np.arange(points), S.argmax(axis=1)]
        s = ((p**a).sum(axis=1) ** (1 / a) - (p * S**q).sum(axis=1)) / q
        assert w @ d <= np.sqrt(2**tau / tau * (w @ s)) + 1e-12


def test_samples_meet_the_hypothesis():
    sample = module._sampler(lambda d, tau: d * d, (11, 19))
    rng = random.Random(3)
    for _ in range(50):
        _, rows = sample(rng)
        assert sum(row["w"] for row in rows) == 1
        assert all(row["s"] >= row["d"] ** 2 for row in rows)
