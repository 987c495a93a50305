from dataclasses import dataclass, replace

import numpy as np
import pytest

from experiments.contextual_bandits.descent import descent
from experiments.contextual_bandits.features import linear
from experiments.contextual_bandits.oracles import Oracle, ridge
from experiments.contextual_bandits.play import play
from experiments.contextual_bandits.policies import Policy, fast_cb, lin_ucb, schedule, square_cb, thompson, uniform
from experiments.contextual_bandits.worlds import Rounds, World
from experiments.mirror_descent.horizons import Violation
from experiments.streams import Stream
from theory.online.neural_bandits.inverse_gap import fast_cb_bound

WORLD, ORACLE = World("linear", horizon=60), ridge(linear(8))


@dataclass(frozen=True)
class Constant:
    """A world of one's own: constant means."""

    means: tuple
    horizon: int = 30
    dimension: int = 2

    @property
    def actions(self):
        return len(self.means)

    def rounds(self, stream, rows, low, high):
        shape = (high - low, len(rows), self.actions)
        return Rounds(np.zeros((*shape, 2)), np.broadcast_to(self.means, shape))


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
    with pytest.raises(ValueError, match="points must be an int"):
        play(uniform(), ORACLE, WORLD, replicates=1, points=1)
    with pytest.raises(ValueError, match=r"needs about \S+ GiB"):
        play(uniform(), ORACLE, WORLD, replicates=10**9)
