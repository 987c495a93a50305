"""The identity of dilated bonuses in exact arithmetic on grids of processes, and the arrays against it."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest

from experiments.linear_mdp.mdp import LinearMDP
from theory.online.adversarial_mdp.dilated_bonus import backward, dilated_bonus, dilation, regret_terms

HALF = Fraction(1, 2)


def mean(weights, values):
    return sum(w * v for w, v in zip(weights, values, strict=True))


def table(cost, plays, moves, factor):
    """Return cost + factor E[next], by recursion from the last layer; nested lists of exact numbers."""
    found = [cost[-1]]
    for h in range(len(cost) - 2, -1, -1):
        value = [mean(p, row) for p, row in zip(plays[h + 1], found[0], strict=True)]
        found.insert(0, [[x + factor * mean(moves[h][s][a], value) for a, x in enumerate(row)]
                         for s, row in enumerate(cost[h])])  # fmt: skip
    return found


def sides(loss, bonus, plays, stars, moves, factor):
    """Return V^pi - V^pi* and the right side of the identity, for bonuses dilated by any factor."""
    H = len(loss)
    Q, B = table(loss, plays, moves, 1), table(bonus, plays, moves, factor)
    left = mean(plays[0][0], Q[0][0]) - mean(stars[0][0], table(loss, stars, moves, 1)[0][0])
    here, X = [Fraction(1)] + [Fraction(0)] * (len(loss[0]) - 1), Fraction(0)
    for h in range(H):
        for s, chance in enumerate(here):
            gaps = [q - b for q, b in zip(Q[h][s], B[h][s], strict=True)]
            term = mean(plays[h][s], gaps) - mean(stars[h][s], gaps)
            X += chance * (term - mean(stars[h][s], bonus[h][s]) - mean(plays[h][s], B[h][s]) / H)
        if h + 1 < H:
            here = [sum(here[s] * stars[h][s][a] * moves[h][s][a][t] for s in range(len(here)) for a in range(2))
                    for t in range(len(here))]  # fmt: skip
    return left, X + (1 + Fraction(1, H)) * mean(plays[0][0], B[0][0])


def test_every_process_of_a_grid_with_two_layers():
    loss, bonus = [[[0, 3], [1, 2]], [[4, 1], [0, 5]]], [[[1, 2], [0, 1]], [[3, 1], [2, 7]]]
    count = 0
    grid, ends = (Fraction(0), HALF, Fraction(1)), (Fraction(0), Fraction(1, 3))
    for x0, u0, x1, u1, x2, u2, p0, p1 in itertools.product(*[grid] * 6, ends, ends):
        plays = [[(x0, 1 - x0), (HALF, HALF)], [(x1, 1 - x1), (x2, 1 - x2)]]
        stars = [[(u0, 1 - u0), (HALF, HALF)], [(u1, 1 - u1), (u2, 1 - u2)]]
        moves = [[[(p0, 1 - p0), (p1, 1 - p1)]] * 2]
        left, right = sides(loss, bonus, plays, stars, moves, 1 + HALF)
        assert left == right
        count += 1
    assert count == 3**6 * 4


@pytest.mark.parametrize("H", [1, 2, 3, 5])
def test_random_processes_are_exact_and_need_the_dilation(H):
    rng = random.Random(H)

    def pair():
        chance = Fraction(rng.randint(0, 6), 6)
        return chance, 1 - chance

    def costs():
        return [[[Fraction(rng.randint(0, 9)) for _ in range(2)] for _ in range(2)] for _ in range(H)]

    broken = 0
    for _ in range(40):
        plays, stars = ([[pair() for _ in range(2)] for _ in range(H)] for _ in range(2))
        moves = [[[pair() for _ in range(2)] for _ in range(2)] for _ in range(H - 1)]
        loss, bonus = costs(), costs()
        left, right = sides(loss, bonus, plays, stars, moves, 1 + Fraction(1, H))
        assert left == right
        left, right = sides(loss, bonus, plays, stars, moves, 1)
        broken += left != right
    assert (broken > 30) == (H > 1)


def random_case(seed, H=4, S=3, A=2, d=3):
    rng = np.random.default_rng(seed)
    mdp = LinearMDP.random(H, S, A, d, seed=seed)
    plays, stars = rng.dirichlet(np.ones(A), (2, H, S))
    return mdp, plays, stars, rng.random((H, d)), rng.exponential(1.0, (H, S, A))


@pytest.mark.parametrize("seed", range(8))
def test_arrays_add_up_to_the_regret_of_a_linear_process(seed):
    mdp, plays, stars, theta, bonus = random_case(seed)
    X, rest = regret_terms(mdp.losses(theta), bonus, plays, stars, mdp.kernel)
    regret = mdp.policy_value(plays, theta) - mdp.policy_value(stars, theta)
    assert float(X + rest) == pytest.approx(regret, abs=1e-12)
    np.testing.assert_allclose(backward(mdp.losses(theta), plays, mdp.kernel), mdp.q_values(plays, theta), rtol=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_the_dilation_costs_at_most_its_factor(seed):
    mdp, plays, _, _, bonus = random_case(seed)
    value = (plays * backward(bonus, plays, mdp.kernel))[0, 0].sum()
    dilated = (1 + 1 / 4) * (plays * dilated_bonus(bonus, plays, mdp.kernel))[0, 0].sum()
    assert value < dilated <= dilation(4) * value
    last = np.zeros_like(bonus)
    last[-1] = 1.0  # all of the bonus comes last: the factor is attained
    attained = (1 + 1 / 4) * (plays * dilated_bonus(last, plays, mdp.kernel))[0, 0].sum()
    assert attained == pytest.approx(dilation(4))


def test_leading_axes_broadcast_and_other_libraries_serve():
    mdp, plays, stars, theta, bonus = random_case(3)
    loss = mdp.losses(theta)
    many = np.stack([plays, stars])
    X, rest = regret_terms(loss, bonus, many, stars, mdp.kernel)
    one = regret_terms(loss, bonus, plays, stars, mdp.kernel)
    assert X.shape == rest.shape == (2,)
    assert (X[0], rest[0]) == pytest.approx([float(v) for v in one])
    assert X[1] + rest[1] == pytest.approx(0.0, abs=1e-12)
    strict = [array_api_strict.asarray(v) for v in (loss, bonus, plays, stars, np.array(mdp.kernel))]
    assert [float(v) for v in regret_terms(*strict)] == pytest.approx([float(v) for v in one])


def test_bad_input():
    mdp, plays, _, _, bonus = random_case(0)
    with pytest.raises(ValueError, match="kernel must end in"):
        backward(bonus, plays, mdp.kernel[:-1])
    with pytest.raises(ValueError, match="must end in"):
        backward(bonus[0], plays, mdp.kernel)
    with pytest.raises(ValueError, match="cost must be finite"):
        backward(bonus * np.nan, plays, mdp.kernel)
    with pytest.raises(ValueError, match="H must be at least 1"):
        dilation(0.5)
    with pytest.raises(ValueError, match="sums of policy must be 1"):
        backward(bonus, 2 * plays, mdp.kernel)
    with pytest.raises(ValueError, match="kernel must be nonnegative"):
        backward(bonus, plays, -mdp.kernel)
    with pytest.raises(ValueError, match="comparator must end in"):
        regret_terms(bonus, bonus, plays, plays[0], mdp.kernel)
    with pytest.raises(ValueError, match="sums of comparator must be 1"):
        regret_terms(bonus, bonus, plays, 0.5 * plays, mdp.kernel)


def test_one_layer_needs_no_moves_and_single_precision_serves():
    mdp, plays, stars, theta, bonus = random_case(1, H=1)
    X, rest = regret_terms(mdp.losses(theta), bonus, plays, stars, mdp.kernel)
    assert float(X + rest) == pytest.approx(mdp.policy_value(plays, theta) - mdp.policy_value(stars, theta))
    mdp, plays, stars, theta, bonus = random_case(1)
    arrays = [np.asarray(v, dtype=np.float32) for v in (mdp.losses(theta), bonus, plays, stars, mdp.kernel)]
    X, rest = regret_terms(*arrays)
    assert X.dtype == np.float32
    assert float(X + rest) == pytest.approx(mdp.policy_value(plays, theta) - mdp.policy_value(stars, theta), abs=1e-5)
