"""Hedge with two experts: closed form against brute force and induction, nested bounds, bad input."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online import bounds
from theory.online.hedge import minimax_regret, regret_bound, tuned_eta, weights, worst_case, worst_case_regret


def regret(losses, eta):
    losses = np.asarray(losses, dtype=float)
    before = np.vstack([np.zeros(losses.shape[1]), np.cumsum(losses, axis=0)[:-1]])
    return float(np.sum(weights(before, eta) * losses) - losses.sum(axis=0).min())


@pytest.mark.parametrize(
    ("horizon", "value"), [(10, 1.6367922389364236), (100, 5.550906253316524), (1000, 18.150137747265784)]
)
def test_known_values(horizon, value):
    assert worst_case_regret(horizon, tuned_eta(2, horizon)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("horizon", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("eta", [0.05, 0.8, 3.0, 50.0])
def test_brute_force_over_all_binary_losses(horizon, eta):
    rounds = list(itertools.product((0.0, 1.0), repeat=2))
    largest = max(regret(losses, eta) for losses in itertools.product(rounds, repeat=horizon))
    assert worst_case_regret(horizon, eta) == pytest.approx(largest, rel=1e-12)


@given(st.integers(1, 80), st.floats(-4, 3))
@settings(max_examples=80, deadline=None)
def test_the_losses_attain_the_value_and_the_chain_holds(horizon, power):
    eta = 10.0**power
    found = worst_case(horizon, eta)
    assert 2 * found.turns + found.climb == horizon
    assert regret(found.losses(), eta) == pytest.approx(found.value, rel=1e-10)
    assert float(minimax_regret(horizon)) <= found.value * (1 + 1e-12)
    assert found.value <= regret_bound(2, horizon, eta) * (1 + 1e-12)


def test_fractional_losses_can_be_worse():
    assert regret([[0.3, 0.0], [0.0, 1.0]], 20.0) > worst_case_regret(2, 20.0) + 0.3


@pytest.mark.parametrize("horizon", [1, 2, 7, 10])
def test_minimax_by_induction(horizon):
    values = {gap: Fraction(abs(gap), 2) for gap in range(-horizon, horizon + 1)}  # 1/2 |L1 - L2| at the end
    for left in reversed(range(horizon)):
        values = {gap: (values[gap + 1] + values[gap - 1]) / 2 for gap in range(-left, left + 1)}
    assert minimax_regret(horizon) == values[0]


def test_long_horizons_take_no_memory():
    found = worst_case(10**12, 1e-3)
    assert found.value == pytest.approx(10**12 * 1e-3 / 8 + math.log(2) / 1e-3, rel=1e-4)
    with pytest.raises(ValueError, match="at most 1000000000"):
        worst_case(10**14, 1e-9)


def test_weights_are_stable_and_broadcast():
    assert weights([0.0, 1e6], 1.0).tolist() == [1.0, 0.0]
    assert weights(np.zeros((3, 4)), np.asarray([0.1, 1.0, 9.0])).tolist() == [[0.25] * 4] * 3
    with pytest.raises(ValueError, match="finite"):
        weights([0.0, math.inf], 1.0)


@pytest.mark.parametrize(("horizon", "eta"), [(0, 1.0), (5, 0.0), (5, math.inf), (2.0, 1.0), (True, 1.0), (5, "1")])
def test_bad_input(horizon, eta):
    with pytest.raises(ValueError, match="must be"):
        worst_case_regret(horizon, eta)


def test_the_bound_is_that_of_the_object():
    assert regret_bound(5, 70, 0.3) == float(bounds.hedge(N=5, T=70, eta=0.3))
    assert tuned_eta(5, 70) == pytest.approx(math.sqrt(8 * math.log(5) / 70), rel=1e-15)


def test_numpy_numbers_and_limits():
    assert worst_case_regret(np.int64(10), np.float64(0.5)) == worst_case_regret(10, 0.5)
    with pytest.raises(ValueError, match="horizon must be a whole number from 1 to 9007199254740992"):
        worst_case(10**400, 1.0)
    with pytest.raises(ValueError, match="do not fit in memory"):
        worst_case(10**12, 1e-3).losses()


@pytest.mark.parametrize("eta", [0.01, 0.1, 0.3, 0.7, 1.3, 3.0, 8.0])
def test_no_other_climb_is_better(eta):
    share = [1 / (1 + math.exp(eta * n)) for n in range(62)]
    for horizon in range(1, 61):
        climbs = range(horizon % 2, horizon + 1, 2)
        values = [(horizon - m) // 2 * (share[0] - share[1]) + math.fsum(share[:m]) for m in climbs]
        assert worst_case_regret(horizon, eta) == pytest.approx(max(values), rel=1e-13)
