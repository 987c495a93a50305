import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.online.adversarial_mdp import claims_log_barrier_decreasing as module
from theory.online.mirror_descent import log_barrier_leader


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def bound_less_regret(steps, losses, u):
    """Run the leader with the given steps; return bound less regret against u."""
    d, total, regret, spread = losses.shape[1], np.zeros(losses.shape[1]), 0.0, 0.0
    for eta, loss in zip(steps, losses, strict=True):
        play = np.asarray(log_barrier_leader(total, eta))
        regret += float((play - u) @ loss)
        spread += eta * float(play @ loss**2 - (play @ loss) ** 2)
        total = total + loss
    return (-np.log(u).sum() - d * np.log(d)) / steps[-1] + spread / 4 - regret


@pytest.mark.parametrize("seed", range(12))
def test_every_run_with_steps_that_do_not_increase_obeys_the_bound(seed):
    rng = np.random.default_rng(seed)
    losses = rng.standard_cauchy((60, 4)) if seed % 2 else -rng.exponential(9.0, (60, 4))
    steps = np.sort(rng.exponential(1.0, 60))[::-1] + 1e-3
    u = np.full(4, 0.01)
    u[np.argmin(losses.sum(axis=0))] = 0.97
    assert bound_less_regret(steps, losses, u) >= -1e-9 * np.abs(losses).sum()


def test_a_step_that_doubles_breaks_the_bound():
    losses, u = np.asarray([[1.0, -1.0], [0.0, 0.0]]), np.asarray([0.25, 0.75])
    assert bound_less_regret(np.asarray([1.0, 2.0]), losses, u) == pytest.approx(np.log(4 / 3) / 2 + 1 / 4 - 1 / 2)
    assert bound_less_regret(np.asarray([1.0, 2.0]), losses, u) < -0.1
    assert bound_less_regret(np.asarray([1.0, 1.0]), losses, u) > 0
