"""Claims on learning without a simulator: decided as recorded, and no proof goes through for a false neighbour."""

import importlib
from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of
from scipy.optimize import linprog

from experiments.linear_mdp.mdp import LinearMDP
from theory.online.adversarial_mdp.claims_mdp_free_bonus import dilated_sum
from theory.online.adversarial_mdp.claims_mdp_free_exploring import exploring_layer
from theory.online.adversarial_mdp.small_process import SmallProcess

NAMES = ("exploring", "bonus", "half", "epochs")
CLAIMS = [
    claim
    for name in NAMES
    for claim in claims_of(importlib.import_module(f"theory.online.adversarial_mdp.claims_mdp_free_{name}"))
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


def filled(*policies):
    rng = np.random.default_rng(5)
    names = SmallProcess.chances(3, *policies)
    return {name: float(value) for name, value in zip(names, rng.random(len(names)), strict=True)}


def as_arrays(chances, name):
    kernel, policy = np.zeros((2, 2, 2, 2)), np.full((3, 2, 2), 0.5)
    kernel[0, 1] = 0.5
    for h in range(3):
        for s in range(1 + (h > 0)):
            chance = chances[f"{name}{h}{s}"]
            policy[h, s] = chance, 1 - chance
            for a in range(2):
                if h < 2:
                    kernel[h, s, a] = chances[f"P{h}{s}{a}"], 1 - chances[f"P{h}{s}{a}"]
    return LinearMDP.tabular(kernel), policy


def test_a_small_process_has_the_values_and_visits_of_the_arrays():
    chances = filled("p")
    process, (mdp, policy) = SmallProcess(3, chances), as_arrays(chances, "p")
    costs = np.random.default_rng(6).random((3, 2, 2))
    pi = process.plays("p", "p", "p")
    values = process.values(pi, lambda h, s, a: costs[h, s, a])
    exact = mdp.q_values(policy, costs.reshape(3, 4))
    for (h, s, a), value in values.items():
        assert value == pytest.approx(exact[h, s, a], abs=1e-12)
    for layer in range(3):
        for (s, a), chance in process.visits(pi, layer).items():
            assert chance == pytest.approx(mdp.occupancy(policy)[layer, s] * policy[layer, s, a], abs=1e-12)
    total = process.mean(pi, lambda path: sum(costs[h, s, a] for h, (s, a) in enumerate(path)))
    assert total == pytest.approx(mdp.policy_value(policy, costs.reshape(3, 4)), abs=1e-12)


def test_the_sum_over_trajectories_is_the_estimate_of_an_episode_that_explores():
    """The statement's left side, by drawing: weights, switch of policies and losses as an episode has them."""
    rng = np.random.default_rng(7)
    chances = filled("p", "u")
    statement, _ = exploring_layer.build()
    delta = 0.4
    values = chances | {"delta": delta} | {f"l{h}{s}{a}": rng.random() for h in (1, 2) for s in (0, 1) for a in (0, 1)}
    values |= {f"g{s}{a}": rng.random() for s in (0, 1) for a in (0, 1)}
    count = 200_000
    explores, until = rng.random(count) < delta, rng.integers(0, 3, count)
    states, found = np.zeros(count, dtype=int), np.zeros(count)
    for h in range(3):
        covered = explores & (h <= until)
        tables = {name: np.array([values.get(f"{name}{h}{s}", 0.0) for s in (0, 1)]) for name in "pu"}
        chance = np.where(covered, tables["u"][states], tables["p"][states])
        actions = (rng.random(count) >= chance).astype(int)
        if h:
            loss = np.array([[values[f"l{h}{s}{a}"] for a in (0, 1)] for s in (0, 1)])[states, actions]
            if h == 1:
                g = np.array([[values[f"g{s}{a}"] for a in (0, 1)] for s in (0, 1)])[states, actions]
            found += loss
        if h < 2:
            move = np.array([[values.get(f"P{h}{s}{a}", 0.0) for a in (0, 1)] for s in (0, 1)])[states, actions]
            states = (rng.random(count) >= move).astype(int)
    drawn = np.where(explores, 3.0 * (until == 1), 1.0) * g * found
    exact = float(statement.lhs.subs({symbol: values[symbol.name] for symbol in statement.domain}))
    assert abs(drawn.mean() - exact) < 5 * drawn.std() / count**0.5


def test_hand_computed_bonus_ahead():
    """One action always, bonuses 1: what is ahead of the first layer is 4/3 + 16/9."""
    statement, _ = dilated_sum.build()
    values = dict.fromkeys(SmallProcess.chances(3, "p"), 1) | {"g0": 1, "g1": 5}
    values |= {f"b{h}{s}{a}": 1 for h in (1, 2) for s in (0, 1) for a in (0, 1)}
    point = {symbol: values[symbol.name] for symbol in statement.domain}
    assert statement.lhs.subs(point) == statement.rhs.subs(point) == Fraction(4, 3) + Fraction(16, 9)


PAID = {
    "by the bonus": [([-1, 1, 0, 0, 0], 0)],  # eta <= beta
    "by averages": [([-1, 1, -1, 0, 0], 0), ([-1, 0, 0, 0, -1], -1)],  # eta <= W beta, and eta K
}


@pytest.mark.parametrize("paid", PAID)
def test_the_best_exponent_is_that_of_the_linear_program_with_all_terms_and_conditions(paid):
    """Columns a, b, c, g, m: exponents of 1/eta, 1/beta, W, 1/delta, and of the bound."""
    rows = [
        ([1, 0, 1, 0, -1], 0),  # W/eta
        ([0, 1, -1, 0, -1], -1),  # gamma K/beta
        ([0, -1, 0, 0, -1], -1),  # beta K
        ([0, 0, 0, -1, -1], -1),  # delta K
        ([0, -1, -1, 2, -1], -1),  # gamma beta K/delta^2
        *PAID[paid],
        ([-1, -1, 0, 1, 0], 0),  # eta beta <= delta
        ([-1, -1, -1, 2, 0], 0),  # eta beta <= W delta^2
    ]
    matrix, limits = (list(column) for column in zip(*rows, strict=True))
    bounds = [(0, None), (0, None), (0, 1), (0, None), (None, None)]
    found = linprog([0, 0, 0, 0, 1], A_ub=matrix, b_ub=limits, bounds=bounds)
    assert found.fun == pytest.approx(0.75, abs=1e-9)
    attained = np.array([0.25, 0.25, 0.5, 0.25, 0.75])
    assert (np.array(matrix) @ attained <= np.array(limits) + 1e-12).all()
