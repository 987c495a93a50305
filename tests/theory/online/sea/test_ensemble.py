"""The online ensemble: tuning and first rounds by hand, its inequalities on hard paths, and what bad input says."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online import sea
from theory.online.sea import bounds
from theory.online.sea.ensemble import (
    EnsembleTuning,
    ensemble_descend,
    ensemble_slack,
    learner_slack,
    onto_ball,
    path_length,
    play_slack,
    tuned_ensemble,
    weights_slack,
)

LOOSE = -1e-9  # rounding only: the sums are of order 1 to 100


def unit_ball(point):
    return onto_ball(point, 1.0)


def clipped(gradient, G):
    norm = np.linalg.norm(gradient, axis=-1, keepdims=True)
    return gradient * np.minimum(1, G / np.maximum(norm, 1e-300))


def slacks(trace, u):
    return [ensemble_slack(trace, u), learner_slack(trace, u), weights_slack(trace), play_slack(trace)]


def test_tuning_by_hand():
    tuning = tuned_ensemble(D=2.0, L=1.0, G=1.0, rounds=100)
    lowest, largest = 2 / math.sqrt(808), 1 / 8
    assert tuning.steps[-1] == largest
    assert tuning.learners == 2  # the best step is never below 0.0704, within sqrt 2 of 1/16
    assert lowest * math.sqrt(2) >= tuning.steps[0]
    assert (tuning.correction, tuning.delta) == (2.0, pytest.approx(32 * math.log(2)))
    assert tuning.rate(np.asarray(3.0)) == pytest.approx(
        math.sqrt(2 * math.log(2)) / (2 * math.sqrt(tuning.delta + 4 + 3))
    )


@given(st.floats(0.1, 10), st.just(0.0) | st.floats(1e-3, 100), st.floats(0.1, 10), st.integers(1, 10**6))
@settings(max_examples=200, deadline=None)
def test_some_step_is_within_sqrt_2_of_the_best_one_or_the_best_one_is_too_large(D, L, G, T):
    tuning = tuned_ensemble(D=D, L=L, G=G, rounds=T)
    steps = np.asarray(tuning.steps)
    assert L == 0 or steps[-1] * 8 * L <= 1 + 1e-12
    for path, variation in ((0, 0), (0, 4 * G**2 * T), (D * (T - 1), 0), (D * (T - 1), 4 * G**2 * T), (D / 3, G**2)):
        best = math.sqrt((D**2 + 2 * D * path) / (2 * (4 * G**2 + variation)))
        if L > 0 and best >= 1 / (8 * L):
            continue
        assert np.abs(np.log2(steps / best)).min() <= 0.5 + 1e-9


def test_first_rounds_by_hand():
    tuning = EnsembleTuning(D=2.0, L=1.0, G=1.0, rounds=2, steps=(0.25, 0.5), correction=2.0, delta=1.0)
    trace = ensemble_descend(lambda t, x: np.ones_like(x), [0.0], tuning, project=unit_ball)
    rate = math.sqrt(2 * math.log(2)) / (2 * math.sqrt(1 + 4 + 1))  # of round 2: |g_1 - M_1|^2 = 1
    assert trace.plays[0, 0] == 0
    assert trace.weights[0].tolist() == [0.5, 0.5]
    assert trace.learners[1, :, 0].tolist() == [-0.5, -1.0]  # centres -1/4 and -1/2, and the guess 1
    losses = np.asarray([-0.5 + 2 * 0.25, -1 + 2 * 1.0])  # linear, and twice the squared move
    share = 1 / (1 + math.exp(-rate * (losses[1] - losses[0])))
    assert trace.weights[1] == pytest.approx([share, 1 - share])
    assert trace.plays[1, 0] == pytest.approx(-0.5 * share - (1 - share))


class Reference:
    """The ensemble on [-1, 1] once more, number by number, and the two sides of its inequalities."""

    def __init__(self, gradients, tuning, u):
        self.gradients, self.tuning, self.u = gradients, tuning, u
        self.N, self.n = len(tuning.steps), math.sqrt(2 * math.log(len(tuning.steps)))
        centers, losses, before = [0.0] * self.N, [0.0] * self.N, [0.0] * self.N
        guess, self.V = 0.0, 0.0
        self.plays, self.bases, self.weights, self.rates, self.surprises, self.losses = [], [], [], [], [], []
        for g in gradients:
            base = [self.clip(w - eta * guess) for w, eta in zip(centers, tuning.steps, strict=True)]
            paid = [tuning.correction * (x - b) ** 2 for x, b in zip(base, before, strict=True)]
            rate = self.n / (tuning.D * math.sqrt(tuning.delta + 4 * tuning.G**2 + self.V))
            raw = [math.exp(-rate * (old + guess * x + c)) for old, x, c in zip(losses, base, paid, strict=True)]
            p = [value / sum(raw) for value in raw]
            self.plays.append(sum(a * x for a, x in zip(p, base, strict=True)))
            self.losses.append([g * x + c for x, c in zip(base, paid, strict=True)])
            losses = [old + new for old, new in zip(losses, self.losses[-1], strict=True)]
            centers = [self.clip(w - eta * g) for w, eta in zip(centers, tuning.steps, strict=True)]
            for record, item in ((self.bases, base), (self.weights, p), (self.rates, rate)):
                record.append(item)
            self.surprises.append((g - guess) ** 2)
            self.V, guess, before = self.V + (g - guess) ** 2, g, base

    @staticmethod
    def clip(x):
        return max(-1.0, min(1.0, x))

    def later(self):
        return range(1, len(self.gradients))

    def distance(self, t):
        return sum(abs(a - b) for a, b in zip(self.weights[t], self.weights[t - 1], strict=True)) ** 2

    def path(self):
        D = self.tuning.D
        return D**2 + 2 * D * sum(abs(self.u[t] - self.u[t - 1]) for t in self.later())

    def ensemble(self):
        tuning, A = self.tuning, self.path()
        C = tuning.D * self.n + 1.5 * math.sqrt(A)
        right = C * math.sqrt(tuning.delta + 4 * tuning.G**2 + self.V) + 4 * tuning.L * A
        right -= tuning.L * sum((self.plays[t] - self.plays[t - 1]) ** 2 for t in self.later())
        return right - sum(g * (x - v) for g, x, v in zip(self.gradients, self.plays, self.u, strict=True))

    def learner(self, i):
        eta = self.tuning.steps[i]
        moves = sum((self.bases[t][i] - self.bases[t - 1][i]) ** 2 for t in self.later())
        regret = sum(g * (x[i] - v) for g, x, v in zip(self.gradients, self.bases, self.u, strict=True))
        return self.path() / (2 * eta) + eta * self.V - moves / (4 * eta) - regret

    def hedge(self, i):
        mean = sum(
            sum(a * b for a, b in zip(*pair, strict=True)) for pair in zip(self.weights, self.losses, strict=True)
        )
        price = sum(rate * a for rate, a in zip(self.rates, self.surprises, strict=True)) * self.tuning.D**2 / 4
        kept = sum(self.distance(t) / (4 * self.rates[t - 1]) for t in self.later())
        return math.log(self.N) / self.rates[-1] + price - kept - (mean - sum(row[i] for row in self.losses))

    def play(self, t):
        moves = sum(p * (x - y) ** 2 for p, x, y in zip(self.weights[t], self.bases[t], self.bases[t - 1], strict=True))
        return 2 * moves + self.tuning.D**2 / 2 * self.distance(t) - (self.plays[t] - self.plays[t - 1]) ** 2


def test_against_a_second_implementation_number_by_number():
    tuning = EnsembleTuning(D=2.0, L=0.5, G=2.0, rounds=7, steps=(0.05, 0.3, 1.5), correction=1.0, delta=0.7)
    gradients, u = [2.0, -1.0, 0.5, 0.5, -2.0, 1.0, 1.5], [0.0, 1.0, 1.0, -1.0, 0.5, 0.5, 0.0]
    reference = Reference(gradients, tuning, u)
    trace = ensemble_descend(lambda t, x: 0 * x + gradients[t - 1], [0.0], tuning, project=unit_ball)
    assert trace.plays[:, 0] == pytest.approx(reference.plays)
    assert trace.weights == pytest.approx(np.asarray(reference.weights))
    assert trace.rates == pytest.approx(reference.rates)
    u = np.asarray(u)[:, None]
    assert ensemble_slack(trace, u) == pytest.approx(reference.ensemble())
    assert learner_slack(trace, u) == pytest.approx([reference.learner(i) for i in range(3)])
    assert weights_slack(trace) == pytest.approx([reference.hedge(i) for i in range(3)])
    assert play_slack(trace) == pytest.approx([reference.play(t) for t in reference.later()])


@pytest.mark.parametrize("kind", ["drift", "signs", "noise", "curved"])
@pytest.mark.parametrize(("L", "G", "rounds"), [(0.0, 1.0, 40), (1.0, 3.0, 1), (1.0, 0.5, 60), (10.0, 3.0, 25)])
def test_every_path_obeys_its_inequalities(kind, L, G, rounds):
    rng = np.random.default_rng([len(kind), rounds])
    runs, d = 6, 2
    targets = unit_ball(rng.normal(size=(rounds, d)))
    signs = rng.choice([-1.0, 1.0], size=(rounds, runs, 1))

    def gradient(t, x):
        seen = {
            "drift": L * (x - targets[t - 1]),
            "signs": signs[t - 1] * G * np.ones(d) / math.sqrt(d) + 0 * x,
            "noise": L * (x - targets[0]) + rng.normal(size=x.shape),
            "curved": -5 * x,  # a concave loss: the pathwise inequalities ask for no convexity
        }[kind]
        return clipped(seen, G)

    tuning = tuned_ensemble(D=2.0, L=L, G=G, rounds=rounds)
    trace = ensemble_descend(gradient, np.zeros((runs, d)), tuning, project=unit_ball)
    against = -trace.gradients / np.maximum(np.linalg.norm(trace.gradients, axis=-1, keepdims=True), 1e-300)
    fixed = unit_ball(-trace.gradients.sum(axis=0)) + 0 * trace.plays
    for u in (against, fixed, unit_ball(rng.normal(size=trace.plays.shape))):
        for slack in slacks(trace, u):
            assert slack.size == 0 or slack.min() >= LOOSE
    assert trace.weights.sum(axis=-1) == pytest.approx(1)


def test_the_inequalities_can_fail_where_a_trace_is_tampered_with():
    tuning = tuned_ensemble(D=2.0, L=1.0, G=3.0, rounds=30)
    trace = ensemble_descend(lambda t, x: x - (-1) ** t, np.zeros(1), tuning, project=unit_ball)
    u = np.zeros((30, 1))
    far = dataclasses.replace(trace, plays=trace.plays + np.asarray((-1.0) ** np.arange(30))[:, None])
    assert play_slack(far).min() < 0
    jumping = dataclasses.replace(trace, weights=np.eye(tuning.learners)[np.arange(30) % 2])
    assert weights_slack(jumping).min() < 0 < weights_slack(trace).min()
    quick = dataclasses.replace(trace, learners=trace.learners + 3 * np.sign(trace.gradients)[:, None, :])
    assert learner_slack(quick, u).min() < 0
    lost = dataclasses.replace(trace, plays=trace.plays + 30 * trace.gradients)
    assert ensemble_slack(lost, u) < 0


def test_the_ensemble_follows_a_comparator_that_a_fixed_one_cannot():
    rounds = 400
    targets = np.where(np.arange(rounds) < rounds // 2, 0.8, -0.8)[:, None]
    tuning = tuned_ensemble(D=2.0, L=1.0, G=2.0, rounds=rounds)
    trace = ensemble_descend(lambda t, x: x - targets[t - 1], [0.0], tuning, project=unit_ball)
    regret = float((0.5 * (trace.plays - targets) ** 2).sum())
    static = float((0.5 * (0 - targets) ** 2).sum())  # the best fixed point in hindsight is 0
    assert float(path_length(targets)) == pytest.approx(1.6)
    bound = sea.dynamic_bound(2, 1, 2, 1.6, tuning.learners, sigma_sq=0, Sigma_sq=1.6**2)
    assert regret < static / 4
    assert regret <= bound < static * 1.5


def test_dynamic_bound_by_hand_and_its_scaling():
    root, n = math.sqrt(3), math.log(4)
    lead = 2 * math.sqrt(2 * n) + 1.5 * root * 2  # D = 2, P = 2: A = 12
    inside = 8 * n * 9 * 4 + 5 * 16 + 4 * 5 + 3 * 6
    by_hand = lead * math.sqrt(inside) + 0.75 * 3 * lead**2 + 4 * 3 * 12
    assert sea.dynamic_bound(2, 3, 4, 2, 4, sigma_sq=5, Sigma_sq=6) == pytest.approx(by_hand)
    b, c = 3.0, 7.0
    scaled = sea.dynamic_bound(
        2 * b, 3 * c / b**2, 4 * c / b, 2 * b, 4, sigma_sq=5 * c**2 / b**2, Sigma_sq=6 * c**2 / b**2
    )
    assert scaled == pytest.approx(c * by_hand)
    assert sea.dynamic_bound(1, 0, 0, [0, 4], 2, sigma_sq=0, Sigma_sq=0).tolist() == [0, 0]
    assert "fixed in advance" in " ".join(
        bounds.dynamic(D=1, L=1, G=1, P=0, learners=2, sigma_sq=0, Sigma_sq=0).assumptions
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"D": 0.0}, "D must be positive"),
        ({"G": math.nan}, "G must be positive"),
        ({"L": -1.0}, "L must be nonnegative"),
        ({"L": math.inf}, "L must be nonnegative"),
        ({"L": 1e300}, "delta must be nonnegative and finite"),
        ({"D": "1"}, "D must be positive and finite, got '1'"),
        ({"D": [1.0, 2.0]}, "D must be positive and finite"),
        ({"G": True}, "G must be positive and finite, got True"),
        ({"D": 1e-300, "G": 1e300}, "the lowest step must be positive and finite, got 0.0"),
        ({"D": 1e300, "G": 1e-300}, "the lowest step must be positive and finite, got inf"),
        ({"G": 1e200}, r"D\^2 \(delta \+ 4 G\^2\) must be positive and finite, got inf"),
        ({"rounds": 10**400}, "rounds must be at most 9007199254740992"),
        ({"rounds": 0}, "rounds must be a whole number >= 1"),
        ({"rounds": 2.0}, "rounds must be a whole number >= 1"),
    ],
)
def test_tuning_says_what_is_wrong(given, said):
    with pytest.raises(ValueError, match=said):
        tuned_ensemble(**{"D": 1.0, "L": 1.0, "G": 1.0, "rounds": 10} | given)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"steps": (0.1,)}, "steps must be those of at least two learners"),
        ({"steps": (0.1, -1.0)}, r"steps\[1\] must be positive"),
        ({"delta": -1.0}, "delta must be nonnegative"),
        ({"correction": math.nan}, "correction must be nonnegative"),
        ({"rounds": 2.5}, "rounds must be a whole number >= 1"),
        ({"D": -1.0}, "D must be positive"),
    ],
)
def test_a_tuning_of_ones_own_says_what_is_wrong(changed, said):
    with pytest.raises(ValueError, match=said):
        dataclasses.replace(tuned_ensemble(D=2.0, L=1.0, G=1.0, rounds=5), **changed)


def test_integers_of_an_array_library_and_fractions_are_numbers():
    tuning = tuned_ensemble(D=Fraction(2), L=np.float32(1), G=1, rounds=np.int64(5))
    assert tuning == tuned_ensemble(D=2.0, L=1.0, G=1.0, rounds=5)
    assert type(tuning.D) is type(tuning.L) is float


def test_single_precision_is_not_mistaken_for_a_gradient_or_a_move_that_is_too_large():
    gradients = np.random.default_rng(0).normal(size=(50, 20, 3)).astype(np.float32)
    gradients /= np.linalg.norm(gradients, axis=-1, keepdims=True)  # of norm 1 + 1e-7 where rounded up
    tuning = tuned_ensemble(D=2.0, L=0.0, G=1.0, rounds=50)
    trace = ensemble_descend(lambda t, x: gradients[t - 1], np.zeros((20, 3), np.float32), tuning, project=unit_ball)
    assert trace.plays.dtype == trace.weights.dtype == np.float32
    u = gradients * (-1.0) ** np.arange(50, dtype=np.float32)[:, None, None]
    u[1::2] = -u[::2]  # moves of the diameter, up to rounding
    assert ensemble_slack(trace, u).min() > 0


def test_the_run_and_its_slacks_use_the_array_standard_only():
    strict = pytest.importorskip("array_api_strict")
    tuning = tuned_ensemble(D=2.0, L=1.0, G=2.0, rounds=6)

    def run(start):
        return ensemble_descend(lambda t, x: x - 0.5 * (-1) ** t, start, tuning, project=unit_ball)

    trace, other = run(np.zeros((2, 3))), run(strict.zeros((2, 3), dtype=strict.float64))
    np.testing.assert_array_equal(np.asarray(other.plays), trace.plays)
    u = np.zeros((6, 2, 3))
    for ours, theirs in zip(slacks(trace, u), slacks(other, strict.asarray(u)), strict=True):
        np.testing.assert_array_equal(np.asarray(theirs), ours)


def test_a_start_outside_the_set_is_refused_as_the_inequalities_fail_for_it():
    tuning = tuned_ensemble(D=2.0, L=0.0, G=1.0, rounds=50)

    def run(start, project):
        return ensemble_descend(lambda t, x: np.ones_like(x), start, tuning, project=project)

    with pytest.raises(ValueError, match="the distance of start from the decision set must be 0, got 999"):
        run([1000.0], unit_ball)
    far = run([1000.0], lambda point: np.clip(point, -1.0, 1000.0))  # a set that is wider than declared
    assert learner_slack(far, np.full(1, -1.0)).min() < 0


def test_runs_and_slacks_say_what_is_wrong():
    tuning = tuned_ensemble(D=2.0, L=1.0, G=1.0, rounds=5)
    with pytest.raises(ValueError, match=r"round 3: the gradient must be finite"):
        ensemble_descend(lambda t, x: x * (math.nan if t == 3 else 0), [0.0], tuning)
    with pytest.raises(ValueError, match=r"round 1: the gradient must be at most 1.0 in norm"):
        ensemble_descend(lambda t, x: x + 2, [0.0], tuning)
    with pytest.raises(ValueError, match=r"round 1: the gradient has shape \(2,\)"):
        ensemble_descend(lambda t, x: np.zeros(2), [0.0], tuning)
    trace = ensemble_descend(lambda t, x: x, [0.5], tuning, project=unit_ball)
    with pytest.raises(ValueError, match="u must broadcast against the plays"):
        ensemble_slack(trace, np.zeros((2, 5, 1)))
    with pytest.raises(ValueError, match="every move of u must be at most D"):
        learner_slack(trace, 3.0 * np.arange(5)[:, None])
    short = ensemble_descend(lambda t, x: x, [0.5], tuned_ensemble(D=2.0, L=1.0, G=1.0, rounds=1), project=unit_ball)
    for slack in (ensemble_slack, learner_slack):
        with pytest.raises(ValueError, match="u must be finite"):
            slack(short, [[math.nan]])
    with pytest.raises(ValueError, match="rounds along its first"):
        path_length([1.0, 2.0])
    with pytest.raises(ValueError, match="learners must be at least 2"):
        sea.dynamic_bound(1, 1, 1, 1, 1, sigma_sq=1, Sigma_sq=1)
