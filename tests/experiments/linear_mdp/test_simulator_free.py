import dataclasses
import tracemalloc

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.horizons import Violation
from experiments.linear_mdp.covers import cover
from experiments.linear_mdp.epochs import Epochs, Plan
from experiments.linear_mdp.free_learners import SimulatorFree, scaled_free
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.simulator_free import run_simulator_free
from experiments.linear_mdp.trajectories import walk
from experiments.streams import Stream

LEARNER = SimulatorFree("log barrier", eta=0.3, gamma=1e-3, beta=0.01, width=40, explore=0.2, policies=3, visits=20)
UNIFORM = np.full((4, 3, 4, 3), 1 / 3)


def mdp():
    return LinearMDP.random(3, 4, 3, 3, seed=1)


def losses():
    return Losses.gap(3, 3, gap=0.3)


def begun(learner, *, epochs=10, rows=range(4), changing=None):
    return Epochs(learner, mdp(), changing or losses(), rows, 5, epochs, backend())


def played(run, policy, epoch=0):
    """Return the plan and the trajectories of an epoch."""
    width, length = run.learner.width, mdp().shape[0]
    plan = Plan.drawn(run.learner, length, run._uniforms("plans", epoch * width, (width, 3)))
    points = run._uniforms("walks", epoch * width, (width, length, 2))
    return plan, walk(mdp(), plan.follow(policy, run.cover), points)


def label(chances, point):
    return int((np.cumsum(chances)[:-1] <= point).sum())


def costs_of_an_epoch(run, policy, epoch, row):
    """The epoch of one replicate, episode by episode: what the array operations are held to."""
    learner, process = run.learner, mdp()
    length, width, size = process.shape[0], learner.width, process.shape[3]
    start = epoch * width
    plans = run._uniforms("plans", start, (width, 3))[row]
    walks = run._uniforms("walks", start, (width, length, 2))[row]
    order = np.argsort(run._uniforms("order", start, (width,))[row])
    first = learner.policies * learner.visits + start
    thetas = run.losses.weights(run.rows, range(first, first + width), seed=run.seed)[row]
    squares, seen = np.zeros((length, size, size)), []
    for w in range(width):
        explores = plans[w, 0] < learner.explore
        until, which = int(length * plans[w, 1]), int(learner.policies * plans[w, 2])
        state, path = 0, []
        for h in range(length):
            plays = run.cover[row, which] if explores and h <= until else policy[row]
            action = label(plays[h, state], walks[w, h, 0])
            path.append((state, action))
            if h + 1 < length:
                state = label(process.kernel[h, state, action], walks[w, h, 1])
        weights = [(length if h == until else 0) if explores else 1 for h in range(length)]
        seen.append((path, weights))
        for h, (s, a) in enumerate(path):
            feature = process.features[h, s, a]
            if w < width // 2:
                squares[h] += weights[h] * np.outer(feature, feature) / (width // 2)
    inverses = [np.linalg.inv(squares[h] + learner.gamma * np.eye(size)) for h in range(length)]
    norms = np.array([[[f @ inverses[h] @ f for f in row_] for row_ in process.features[h]] for h in range(length)])
    bonus = learner.beta * (norms + (policy[row] * norms).sum(axis=-1, keepdims=True))
    targets = np.zeros((length, size))
    for w in range(width // 2, width):
        path, weights = seen[w]
        for h, (s, a) in enumerate(path):
            later = [(i, *path[i]) for i in range(h, length)]
            paid = sum(process.features[i, t, b] @ thetas[order[w], i] for i, t, b in later)
            ahead = sum((1 + 1 / length) ** (i - h) * bonus[i, t, b] for i, t, b in later[1:])
            targets[h] += weights[h] * process.features[h, s, a] * (paid - ahead) / (width // 2)
    return np.einsum("hkai,hij,hj->hka", process.features, np.array(inverses), targets) - bonus


def test_an_epoch_is_that_of_the_loop_over_its_episodes():
    run = begun(dataclasses.replace(LEARNER, explore=0.5), changing=Losses.blocks(3, 3, amplitude=0.4, block=7))
    for epoch in range(3):
        policy, before = run._policy(), run.totals.copy()
        run.epoch(epoch)
        for row in range(4):
            expected = costs_of_an_epoch(run, policy, epoch, row)
            np.testing.assert_allclose(run.totals[row] - before[row], expected, atol=1e-9 * np.abs(expected).max())


def policies_of_a_cover(process, points, count):
    """The cover of one replicate, episode by episode."""
    length, states, actions, size = process.shape
    grams, seen = np.array([np.eye(size)] * length), []
    found = [np.full((length, states, actions), 1 / actions)]
    for i in range(count):
        for numbers in np.split(points, count)[i]:
            state = 0
            for h in range(length):
                action = label(found[-1][h, state], numbers[h, 0])
                following = label(process.kernel[h, state, action], numbers[h, 1]) if h + 1 < length else None
                grams[h] += np.outer(*[process.features[h, state, action]] * 2)
                seen.append((h, process.features[h, state, action], following))
                state = following
        policy, value = np.zeros((length, states, actions)), np.zeros(states)
        for h in reversed(range(length)):
            target = sum((f * value[t] for g, f, t in seen if g == h and t is not None), np.zeros(size))
            weights, before = np.linalg.solve(grams[h], target), value.copy()
            for s in range(states):
                gains = [f @ np.linalg.solve(grams[h], f) + f @ weights for f in process.features[h, s]]
                policy[h, s, int(np.argmax(gains))] = 1
                before[s] = min(max(gains), length)
            value = before
        found.append(policy)
    return np.stack(found[:-1]), np.linalg.inv(grams)


def test_the_cover_is_that_of_the_loop_over_its_episodes():
    process = LinearMDP.random(4, 5, 3, 4, seed=8)
    points = np.asarray(Stream(4).uniform(6, (60, 4, 2)))
    policies, inverses = cover(process, points, 6)
    assert len(np.unique(policies.round(9), axis=0)) == 6
    for row in range(6):
        expected, inverse = policies_of_a_cover(process, points[row], 6)
        np.testing.assert_array_equal(policies[row], expected)
        np.testing.assert_allclose(inverses[row], inverse, rtol=1e-9)


def test_the_slack_is_that_of_the_inequality():
    run, policies, costs = begun(LEARNER, epochs=4), [], []
    least = np.full(4, np.inf)
    for epoch in range(4):
        policies.append(run._policy())
        before = run.totals.copy()
        run.epoch(epoch)
        costs.append(run.totals - before)
        means = [(p * c).sum(axis=-1) for p, c in zip(policies, costs, strict=True)]
        variances = [(p * (c - m[..., None]) ** 2).sum(axis=-1) for p, c, m in zip(policies, costs, means, strict=True)]
        paid, spread = sum(means), 0.3 * sum(variances)
        right = [
            sum(c @ y for c in costs) - (np.log(y).sum() + 3 * np.log(3)) / 0.3 + spread / 4
            for y in 0.75 * np.eye(3) + 0.25 / 3
        ]
        slack = (np.min(right, axis=0) - paid) / (1 + abs(paid) + spread + abs(run.totals.min(axis=-1)))
        least = np.minimum(least, slack.min(axis=(1, 2)))
    np.testing.assert_allclose(run.least_slack, least, rtol=1e-9)


def test_estimates_of_a_long_epoch_are_q_less_the_dilated_bonus():
    learner = dataclasses.replace(LEARNER, width=40_000, gamma=1e-6, beta=0.05, explore=0.3)
    run = begun(learner)
    run.epoch(0)
    theta = losses().weights(1, range(1), seed=0)[0, 0]
    plan, visited = played(run, UNIFORM)
    weights, features = plan.weights(3)[:, :20_000], visited.of(mdp().features)[:, :20_000]
    covariance = np.einsum("rwh,rwhi,rwhj->rhij", weights, features, features) / 20_000
    bonus = run._bonus(UNIFORM, np.linalg.inv(covariance + 1e-6 * np.eye(3)))
    for h in (1, 0):
        value = (UNIFORM * bonus)[:, h + 1].sum(axis=-1)
        bonus[:, h] += (1 + 1 / 3) * np.einsum("sat,rt->rsa", mdp().kernel[h], value)
    exact = mdp().q_values(UNIFORM, theta) - bonus
    assert np.abs(run.totals - exact).max() < 0.08 * np.abs(exact).max()
    wrong = mdp().q_values(UNIFORM, theta) + bonus
    assert np.abs(run.totals - wrong).max() > 0.3 * np.abs(exact).max()


@pytest.mark.parametrize("explore", [0.0, 0.9])
def test_exploring_does_not_bias_what_is_learned(explore):
    run = begun(dataclasses.replace(LEARNER, width=40_000, gamma=1e-6, beta=0.0, explore=explore))
    run.epoch(0)
    theta = losses().weights(1, range(1), seed=0)[0, 0]
    exact = mdp().q_values(UNIFORM[0], theta)
    visited = mdp().occupancy(UNIFORM[0]) > 0  # elsewhere features are extrapolated
    assert np.abs(run.totals.mean(axis=0) - exact)[visited].max() < 0.06


def test_the_weighted_covariance_is_that_of_policy_and_cover():
    run = begun(dataclasses.replace(LEARNER, width=40_000, explore=0.6))
    policy = np.random.default_rng(1).dirichlet([0.3] * 3, (4, 3, 4))
    plan, visited = played(run, policy)
    features = visited.of(mdp().features)
    found = np.einsum("rwh,rwhi,rwhj->rhij", plan.weights(3), features, features) / 40_000
    exact = 0.4 * mdp().covariance(policy) + 0.6 * mdp().covariance(run.cover.swapaxes(0, 1)).mean(axis=0)
    assert np.abs(found - exact).max() < 0.01
    assert np.abs(exact - mdp().covariance(policy)).max() > 0.03


def test_losses_that_change_between_the_halves_of_an_epoch_are_learned_as_their_mean():
    learner = dataclasses.replace(LEARNER, width=40_000, gamma=1e-6, beta=0.0)
    changing = Losses.switching(3, 3, gap=0.5, half=60 + 20_000)  # after the cover and the first half
    run = begun(learner, changing=changing)
    run.epoch(0)
    found = run.totals.mean(axis=0)
    thetas = changing.weights(1, range(60, 40_060), seed=0)[0]
    visited = mdp().occupancy(UNIFORM[0]) > 0
    exact, second = (mdp().q_values(UNIFORM[0], part.mean(axis=0)) for part in (thetas, thetas[20_000:]))
    assert np.abs(found - exact)[visited].max() < 0.06
    assert np.abs(found - second)[visited].max() > 0.15


def test_the_accounted_loss_is_the_mean_of_what_is_played():
    learner = dataclasses.replace(LEARNER, width=30_000, explore=0.5)
    run = begun(learner)
    before = run.value.copy()
    _, visited = played(run, UNIFORM)
    theta = losses().weights(1, range(1), seed=0)[0, 0]
    paid = visited.of(mdp().losses(theta)).sum(axis=(1, 2))
    run.epoch(0)
    np.testing.assert_allclose(run.value - before, paid, rtol=0.01)


def test_the_loss_of_the_cover_is_accounted_for():
    run = begun(LEARNER)
    theta = losses().weights(1, range(1), seed=0)[0, 0]
    values = sum(20 * mdp().policy_value(run.cover[:, i], theta) for i in range(3))
    best = 60 * mdp().best_fixed_policy(theta)[1]
    np.testing.assert_allclose(run.regret(), values - best, rtol=1e-12)
    np.testing.assert_allclose(run.cover[:, 0], UNIFORM)


def test_the_cover_visits_what_the_uniform_policy_does_not():
    kernel = np.zeros((3, 3, 4, 3))  # one action of four goes on along a corridor, the others fall off it
    kernel[:, :, 1:, 0] = 1.0
    for state in range(3):
        kernel[:, state, 0, min(state + 1, 2)] = 1.0
    process = LinearMDP.tabular(kernel)
    points = Stream(3).uniform(5, (480, 4, 2))
    policies, _ = cover(process, np.asarray(points), 8)
    reached = process.occupancy(policies)[..., 3, 2].mean(axis=1)
    uniform = process.occupancy(np.full((4, 3, 4), 0.25))[3, 2]
    assert (reached > 4 * uniform).all()
    np.testing.assert_allclose(policies.sum(axis=-1), 1)


def test_regret_grows_slower_in_the_end_than_that_of_the_uniform_policy():
    learner, epochs = scaled_free(4000, (3, 4, 3, 3))
    found = run_simulator_free(learner, mdp(), losses(), epochs=epochs, replicates=40, seed=1)
    middle = epochs // 2
    slope = (found.regret[-1] - found.regret[middle]) / (found.episodes[-1] - found.episodes[middle])
    theta = losses().weights(1, range(1), seed=0)[0, 0]
    uniform = mdp().policy_value(UNIFORM[0], theta) - mdp().best_fixed_policy(theta)[1]
    assert slope.mean() + 5 * slope.std() / 40**0.5 < 0.75 * uniform
    assert (found.least_slack > 0).all()


def test_rows_do_not_depend_on_each_other():
    whole = run_simulator_free(LEARNER, mdp(), losses(), epochs=3, replicates=4, seed=2)
    part = run_simulator_free(LEARNER, mdp(), losses(), epochs=3, replicates=range(1, 3), seed=2)
    np.testing.assert_allclose(whole.regret[:, 1:3], part.regret, atol=1e-10)


def test_as_many_replicates_as_layers_and_states_are_no_other_case():
    process, gap = LinearMDP.random(3, 3, 2, 2, seed=3), Losses.gap(3, 2, gap=0.3)
    whole = run_simulator_free(LEARNER, process, gap, epochs=3, replicates=4, seed=2)
    part = run_simulator_free(LEARNER, process, gap, epochs=3, replicates=3, seed=2)
    np.testing.assert_allclose(whole.regret[:, :3], part.regret, atol=1e-10)


@pytest.mark.parametrize("episodes", [40, 500, 2000, 32_001])
def test_scaled_learners_play_all_episodes_but_fewer_than_the_cover_has_policies(episodes):
    learner, epochs = scaled_free(episodes, (3, 4, 3, 3))
    total = learner.policies * learner.visits + epochs * learner.width
    assert episodes - learner.policies < total <= episodes
    assert abs(learner.width - episodes**0.5) <= 2
    assert learner.gamma * learner.width == 1
    assert learner.policies * learner.visits < 4 * episodes**0.5 + 4


def test_scaled_learners_follow_the_exponents_of_the_lemmas():
    (few, _), (many, _) = (scaled_free(episodes, (3, 4, 3, 3)) for episodes in (10_000, 160_000))
    for name in ("eta", "beta", "explore"):
        assert getattr(few, name) / getattr(many, name) == pytest.approx(2)
    assert many.width / few.width == 4


def test_records_are_so_far():
    found = run_simulator_free(dataclasses.replace(LEARNER, beta=0.3), mdp(), losses(), epochs=20, replicates=3)
    for column in (found.least, found.least_cost):
        assert column.shape == found.regret.shape == (21, 3)
        assert (np.diff(column, axis=0) <= 0).all()
    assert (found.least_cost[-1] < found.least[-1]).all()


def test_unknown_states_get_no_bonus():
    run = begun(dataclasses.replace(LEARNER, known=1e-9))
    inverse = np.broadcast_to(np.eye(3), (4, 3, 3, 3))
    assert (run._bonus(np.full((4, 3, 4, 3), 1 / 3), inverse) == 0).all()
    assert (begun(LEARNER)._bonus(np.full((4, 3, 4, 3), 1 / 3), inverse) > 0).all()


def test_a_violated_inequality_stops_the_run():
    run = begun(LEARNER, rows=range(10, 14))
    run.epoch(0)
    run.paid[2, 1, 3] += 1e9
    with pytest.raises(Violation, match="epoch 1, replicate 12, layer 1, state 3"):
        run.epoch(1)


def test_costs_that_overflow_stop_the_run():
    for name, beta in (("log barrier", 1e308), ("exponential weights", 1e308), ("log barrier", 1e200)):
        learner = dataclasses.replace(LEARNER, learner=name, beta=beta)  # of 1e200 only the squares overflow
        with pytest.raises(OverflowError, match="epoch 0, replicate 0: costs are too large"):
            run_simulator_free(learner, mdp(), losses(), epochs=2, replicates=2)


def test_the_memory_that_is_asked_for_is_enough():
    learner = dataclasses.replace(LEARNER, width=2000)
    tracemalloc.start()
    run_simulator_free(learner, mdp(), losses(), epochs=2, replicates=20)
    _, used = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with pytest.raises(ValueError, match="GiB"):
        run_simulator_free(learner, mdp(), losses(), epochs=2, replicates=20, memory=float(used))


@pytest.mark.parametrize("shape", [(1, 1, 2, 2), (1, 3, 2, 2), (4, 1, 2, 1), (2, 3, 1, 2)])
def test_small_processes_run(shape):
    process = LinearMDP.random(*shape, seed=2)
    learner, epochs = scaled_free(200, shape)
    found = run_simulator_free(
        learner, process, Losses.blocks(shape[0], shape[3], amplitude=0.4, block=9), epochs=epochs, replicates=3
    )
    assert np.isfinite(found.regret).all()
    if shape[2] == 1 or shape[3] == 1:  # nothing to choose
        np.testing.assert_allclose(found.regret, 0, atol=1e-9)


def test_bad_input():
    given = {"eta": 1.0, "gamma": 0.1, "beta": 0.0, "width": 10, "explore": 0.1}
    cases = [
        ({"eta": 0.0}, "eta must be positive"),
        ({"gamma": -1.0}, "gamma must be positive"),
        ({"eta": "large"}, "eta must be a number, got 'large'"),
        ({"explore": True}, "explore must be a number, got True"),
        ({"beta": float("nan")}, "beta must be nonnegative"),
        ({"width": 5}, "width must be even"),
        ({"width": 0}, "width must be an int >= 2"),
        ({"explore": 1.5}, "explore must be a probability"),
        ({"policies": 0}, "policies must be an int >= 1"),
        ({"known": 0.0}, "known must be positive"),
    ]
    for change, message in cases:
        with pytest.raises(ValueError, match=message):
            SimulatorFree("log barrier", **(given | change))
    with pytest.raises(ValueError, match="learner must be one of log barrier, exponential weights"):
        SimulatorFree("uniform", **given)
    follower = Losses.follower(3, 3, amplitude=0.2)
    runs = [
        (lambda: run_simulator_free(LEARNER, mdp(), losses(), epochs=0, replicates=1), "epochs must be an int >= 1"),
        (lambda: run_simulator_free(LEARNER, mdp(), np.zeros((3, 3)), epochs=1, replicates=1), "losses must be Losses"),
        (lambda: run_simulator_free(LEARNER, mdp(), follower, epochs=1, replicates=1), "depend on the learner"),
        (
            lambda: run_simulator_free(LEARNER, mdp(), Losses.gap(2, 3, gap=0.1), epochs=1, replicates=1),
            "the process has",
        ),
        (lambda: run_simulator_free(LEARNER, mdp(), losses(), epochs=1, replicates=10**7), "GiB"),
        (lambda: scaled_free(39, (3, 4, 3, 3)), "episodes must be an int >= 40 without a simulator"),
    ]
    for call, message in runs:
        with pytest.raises(ValueError, match=message):
            call()
