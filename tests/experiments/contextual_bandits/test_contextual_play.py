from dataclasses import dataclass, replace

import numpy as np
import pytest

from experiments.contextual_bandits.descent import descent
from experiments.contextual_bandits.features import linear
from experiments.contextual_bandits.oracles import Oracle, ridge
from experiments.contextual_bandits.play import play
from experiments.contextual_bandits.policies import Policy, fast_cb, lin_ucb, schedule, square_cb, thompson, uniform
from experiments.contextual_bandits.worlds import Rounds, World
from experiments.horizons import Violation
from experiments.streams import Stream
from theory.online.neural_bandits.inverse_gap import fast_cb_bound

WORLD, ORACLE = World("linear", horizon=60), ridge(linear(8))


@dataclass(frozen=True)
class Constant:
    """A world of one's own: constant means, and contexts that may be spoilt."""

    means: tuple
    horizon: int = 30
    dimension: int = 2
    spoil: object = lambda contexts: contexts

    @property
    def actions(self):
        return len(self.means)

    def rounds(self, stream, rows, low, high):
        shape = (high - low, len(rows), self.actions)
        return Rounds(self.spoil(np.zeros((*shape, 2))), np.broadcast_to(self.means, shape))


def blind(value):
    return Oracle("blind", lambda *_: None, lambda _, x: np.full(x.shape[:2], value), lambda *_: None)


@pytest.mark.parametrize("policy", [square_cb(schedule(9.0)), thompson(0.3), lin_ucb(0.5)], ids=lambda p: p.name)
def test_a_replicate_keeps_its_path(policy):
    whole = play(policy, ORACLE, WORLD, replicates=6)
    part = play(policy, ORACLE, WORLD, replicates=range(2, 4))
    assert np.allclose(part.regret, whole.regret[:, 2:4], rtol=0, atol=1e-12)
    assert not np.allclose(whole.regret, play(policy, ORACLE, WORLD, replicates=6, seed=1).regret)


def test_how_rounds_are_cut_changes_nothing(monkeypatch):
    whole = play(thompson(0.3), ORACLE, WORLD, replicates=3)
    monkeypatch.setattr("experiments.contextual_bandits.play._NUMBERS", 300)
    assert np.array_equal(whole.regret, play(thompson(0.3), ORACLE, WORLD, replicates=3).regret)


def test_one_replicate_by_a_loop_of_its_own():
    gamma, found = schedule(9.0, 0.5), play(square_cb(schedule(9.0, 0.5)), ORACLE, WORLD, replicates=1, points=60)
    contexts, means = World("linear", horizon=60).rounds(Stream.named(0, "world"), range(1), 0, 60)
    numbers = np.asarray(Stream.named(0, "choice").uniform(1, 120))[0]
    matrix, moment, regret, conditional = np.eye(8), np.zeros(8), 0.0, 0.0
    for t in range(60):
        x, F = contexts[t, 0], means[t, 0]
        f = [0.5 + row @ np.linalg.solve(matrix + np.outer(row, row), moment) for row in x]
        gap, low, high = np.clip(f, 0, 1) - min(np.clip(f, 0, 1)), 1.0, 5.0
        for _ in range(80):
            lam = (low + high) / 2
            low, high = (lam, high) if np.sum(1 / (lam + gamma(t + 1) * gap)) > 1 else (low, lam)
        p = 1 / (low + gamma(t + 1) * gap)
        a = int(np.sum(np.cumsum(p)[:-1] <= numbers[2 * t] * p.sum()))
        loss = float(numbers[2 * t + 1] < F[a])
        regret, conditional = regret + F[a] - F.min(), conditional + p @ F - F.min()
        matrix, moment = matrix + np.outer(x[a], x[a]), moment + (loss - 0.5) * x[a]
        assert found.regret[t, 0] == pytest.approx(regret, abs=1e-9)
        assert found.conditional[t, 0] == pytest.approx(conditional, abs=1e-9)


@pytest.mark.parametrize("policy", [lin_ucb(0.5), thompson(0.25)], ids=lambda p: p.name)
def test_optimism_and_sampling_by_a_loop_of_their_own(policy):
    found = play(policy, ORACLE, WORLD, replicates=1, seed=3)
    contexts, means = WORLD.rounds(Stream.named(3, "world"), range(1), 0, 60)
    coins = np.asarray(Stream.named(3, "choice").uniform(1, 120))[0, 1::2]
    normals = np.asarray(Stream.named(3, "noise").normal(1, (61, 5)))[0, 1:]
    matrix, moment, regret = np.eye(8), np.zeros(8), 0.0
    for x, F, coin, normal in zip(contexts[:, 0], means[:, 0], coins, normals, strict=True):
        width = np.sqrt([row @ np.linalg.solve(matrix, row) for row in x])
        index = x @ np.linalg.solve(matrix, moment) + (-0.5 if policy.name == "LinUCB" else 0.25 * normal) * width
        a = int(np.argmax(index <= index.min() + 1e-12))
        regret += F[a] - F.min()
        matrix, moment = matrix + np.outer(x[a], x[a]), moment + (float(coin < F[a]) - 0.5) * x[a]
    assert found.regret[-1, 0] == pytest.approx(regret, abs=1e-9)


def test_regret_is_exact_in_a_world_of_ones_own():
    found = play(uniform(), blind(0.5), Constant((0.2, 0.6)), replicates=50, points=30)
    assert np.allclose(found.conditional[:, 0], 0.2 * found.rounds)
    assert np.allclose(found.best_loss[:, 0], 0.2 * found.rounds)
    assert np.allclose(found.squared_error[:, 0], (0.3**2 + 0.1**2) / 2 * found.rounds)
    assert np.isnan(found.certificate).all()
    assert np.isnan(found.price).all()
    assert np.isinf(found.least_slack).all()
    assert set(np.round(found.regret[0] / 0.4, 9)) == {0.0, 1.0}


def test_certificates_bound_the_conditional_regret_and_fast_cb_solves_for_it():
    world = World("small loss", horizon=300)
    found = play(fast_cb(schedule(50.0)), ridge(linear(8)), world, replicates=4)
    assert (found.certificate >= found.conditional).all()
    assert (found.least_slack >= 0).all()
    loss = found.best_loss + found.conditional
    spread = (found.certificate - 25 / 50.0 * loss) / (49 / 32 * 50.0)
    bound = fast_cb_bound(K=5, best_loss=found.best_loss, discrimination=spread, gamma=50.0)
    assert (sum(bound.terms.values()) >= found.conditional).all()


def test_normals_are_new_in_every_round_and_their_own_stream():
    seen = []

    def act(given, t):
        seen.append((given.noise, given.estimate, given.width))
        return np.full(given.predicted.shape, 1 / 5)

    play(Policy("watching", act, widths=True), ORACLE, WORLD, replicates=3, seed=8)
    normals = np.asarray(Stream.named(8, "noise").normal(3, (61, 5)))[:, 1:].swapaxes(0, 1)
    assert np.array_equal([noise for noise, _, _ in seen], normals)
    assert len(np.unique(normals)) == normals.size
    assert (seen[0][1] == 0.5).all()
    assert np.allclose(seen[0][2], 1.0)


def test_least_slacks_are_the_least_of_all_rounds():
    slacks = {t: 1 + (t - 11) ** 2 / 100 for t in range(1, 61)}
    policy = replace(uniform(), price=lambda p, f, means, t: np.sum(p * means, axis=1) - means.min(axis=1) + slacks[t])
    counting = Oracle(
        "counting", lambda *_: 0, lambda _, x: np.full(x.shape[:2], 0.5), lambda t, *_: t + 1,
        slack=lambda t: np.asarray([slacks[t], 2 * slacks[t]]), price=lambda t: np.full(2, float(t)),
    )  # fmt: skip
    found = play(policy, counting, WORLD, replicates=2)
    assert np.allclose(found.least_slack, 1.0)
    assert np.allclose(found.least_oracle_slack, [1.0, 2.0])
    assert np.array_equal(found.price[:, 0], found.rounds)


@pytest.mark.parametrize(("missing", "caught"), [(1e-12, False), (1e-7, True)])
def test_a_violation_is_more_than_rounding(missing, caught):
    policy = replace(uniform(), price=lambda p, f, means, t: np.sum(p * means, axis=1) - means.min(axis=1) - missing)
    spent = replace(ORACLE, slack=lambda state: np.full(2, -missing))
    for arguments in ((policy, blind(0.5)), (uniform(), spent)):
        if caught:
            with pytest.raises(Violation, match="round 1, row 0"):
                play(*arguments, WORLD, replicates=2)
        else:
            play(*arguments, WORLD, replicates=2)


def test_policies_and_oracles_cannot_write_to_what_regret_is_computed_from():
    def act(seen, t):
        seen.predicted[:] = 0.0
        return np.full(seen.predicted.shape, 1 / 5)

    def predict(state, contexts):
        contexts[:] = 0.0
        return np.full(contexts.shape[:2], 0.5)

    for policy, oracle in ((Policy("writing", act), blind(0.5)), (uniform(), replace(blind(0.5), predict=predict))):
        with pytest.raises(ValueError, match="read-only"):
            play(policy, oracle, WORLD, replicates=2)


def test_one_action_has_no_regret():
    for policy in (square_cb(schedule(3.0)), fast_cb(schedule(9.0)), uniform()):
        found = play(policy, ridge(linear(2)), Constant((0.3,)), replicates=2)
        assert not found.regret.any()


def test_a_price_that_is_too_small_is_caught_with_its_round():
    honest = square_cb(schedule(9.0))
    cheap = replace(honest, price=lambda p, f, means, t: honest.price(p, f, means, t) - (0.5 if t == 7 else 0.0))
    with pytest.raises(Violation, match=r"round 7, row \d+: SquareCB violates its inequality by 0\.\d"):
        play(cheap, ORACLE, WORLD, replicates=3)


def test_weights_that_do_not_explore_break_the_price():
    honest = square_cb(schedule(400.0))
    greedy = replace(honest, act=lambda seen, t: np.eye(2)[np.zeros(len(seen.predicted), dtype=int)])
    with pytest.raises(Violation, match="round 1, row 0"):
        play(greedy, blind(0.6), Constant((0.6, 0.0)), replicates=2)


@pytest.mark.parametrize("make", [ridge, descent])
def test_an_oracle_that_forgets_breaks_its_inequality(make):
    honest = make(linear(8))
    name = "loss" if make is ridge else "gained"
    spoiled = replace(
        honest, update=lambda *args: (new := honest.update(*args))._replace(**{name: getattr(new, name) + 9.0})
    )
    with pytest.raises(Violation, match=r"round 1, row 0: .* violates its inequality"):
        play(uniform(), spoiled, WORLD, replicates=3)


@pytest.mark.parametrize(
    ("policy", "oracle", "world", "words"),
    [
        (lin_ucb(1.0), descent(linear(8)), WORLD, "LinUCB needs an oracle with widths"),
        (Policy("odd", lambda seen, t: seen.predicted * 0), ORACLE, WORLD, "round 1: weights of odd must be >= 0"),
        (Policy("odd", lambda seen, t: np.eye(5)[:1] - 0.1), ORACLE, WORLD, "round 1: weights of odd must be finite"),
        (uniform(), blind(np.nan), WORLD, r"round 1: predictions of blind must be finite .* with nan"),
        (uniform(), blind("?"), WORLD, "round 1: predictions of blind must be real numbers"),
        (Policy("odd", lambda seen, t: None), ORACLE, WORLD, "round 1: weights of odd must be real numbers"),
        (Policy("odd", lambda seen, t: np.full((2, 5), 0.2 + 1e-8)), ORACLE, WORLD, r"sum to 1, got 1\.00000005"),
        (Policy("odd", lambda seen, t: np.tile([-0.1, 1.1, 0, 0, 0], (2, 1))), ORACLE, WORLD, r"got -0\.1"),
        (
            replace(uniform(), price=lambda *_: 1.0),
            ORACLE,
            WORLD,
            r"price of uniform must be of shape \(2,\), got \(\)",
        ),
        (
            uniform(),
            replace(ORACLE, slack=lambda _: np.ones((2, 1))),
            WORLD,
            r"slack of ridge, linear must be of shape",
        ),
        (uniform(), replace(ORACLE, price=lambda _: 1.0), WORLD, r"price of ridge, linear must be of shape"),
        (uniform(), blind(0.5), Constant((0.2, 0.5), spoil=lambda x: x + np.nan), "round 1: contexts must be finite"),
        (
            uniform(),
            blind(0.5),
            Constant((0.2, 0.5), spoil=lambda x: x[:, :, 0]),
            "contexts of 1 rounds must be of shape",
        ),
        (
            uniform(),
            blind(0.5),
            Constant((0.2, 0.5), spoil=lambda x: x[..., :1]),
            "contexts of 1 rounds must be of shape",
        ),
        (uniform(), blind(0.5), Constant((0.2, 0.5), dimension=0), "dimension of the world must be an int from 1"),
        (uniform(), blind(0.5), Constant((0.5, 0.5), horizon=0), "horizon must be an int from 1"),
        (uniform(), blind(0.5), Constant((0.5, 1.5)), r"round 1, action 1: mean loss 1\.5 is not in"),
        (uniform(), blind(0.5), Constant((0.5, np.nan)), "round 1, action 1: mean loss"),
    ],
)
def test_wrong_players_and_worlds_are_refused(policy, oracle, world, words):
    with pytest.raises(ValueError, match=words):
        play(policy, oracle, world, replicates=2)


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="replicates must be at least 1"):
        play(uniform(), ORACLE, WORLD, replicates=0)
    for wrong in (True, 2.5, range(-1, 2), range(0, 4, 2), None):
        with pytest.raises(ValueError, match="replicates must be"):
            play(uniform(), ORACLE, WORLD, replicates=wrong)
    with pytest.raises(ValueError, match=r"needs about \S+ GiB"):
        play(uniform(), ORACLE, WORLD, replicates=1000, points=60, memory=2e7)  # results alone: 6 MB
    with pytest.raises(ValueError, match="points must be an int"):
        play(uniform(), ORACLE, WORLD, replicates=1, points=1)
    with pytest.raises(ValueError, match=r"needs about \S+ GiB"):
        play(uniform(), ORACLE, WORLD, replicates=10**9)
