"""EXP3 on 10 Bernoulli arms, 10^5 rounds, 200 replicates, against Python loops.

The loops are run for fewer rounds of one replicate, best of three, and their time scaled to all: the lines say so. The
loop that searches cumulative weights reads the same random numbers, already drawn, as the compiled code, which makes
its own: its path is compared. Libraries of policies keep an object with the methods choice and getReward, one replicate
at a time; theirs is written here anew from the formula that they document, and is none of their code.
"""

from __future__ import annotations

import importlib.util
import math
import time

import numpy as np

from benchmarks.rows import Row
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import tuned_eta
from experiments.mirror_descent.exp3 import run_exp3
from experiments.streams import Stream

HORIZON, REPLICATES, ARMS = 100_000, 200, Arms.gap(10, 0.1)
LOOP_ROUNDS, ARRAY_ROUNDS = 4000, 2000


def textbook(arms: Arms, rounds: int, eta: float, replicate: int, seed: int) -> tuple[float, list[int]]:
    """Return the loss and the arms of one replicate, by the loop of the textbooks; constant means."""
    numbers = np.asarray(Stream(seed).uniform(range(replicate, replicate + 1), (rounds, 2)))[0]
    means, estimates = arms.means[0], np.zeros(arms.count)
    loss, played = 0.0, []
    for t in range(rounds):
        weights = np.exp(-eta * (estimates - estimates.min()))
        probabilities = weights / weights.sum()
        arm = int(np.searchsorted(np.cumsum(probabilities), numbers[t, 0], side="right"))
        seen = float(numbers[t, 1] < means[arm])
        estimates[arm] += seen / probabilities[arm]
        loss += seen
        played.append(arm)
    return loss, played


def textbook_choice(arms: Arms, rounds: int, eta: float) -> float:
    """Return the loss of one replicate, by the loop that draws with ``Generator.choice``, as most texts write it."""
    rng, estimates, loss = np.random.default_rng(0), np.zeros(arms.count), 0.0
    for _ in range(rounds):
        weights = np.exp(-eta * (estimates - estimates.min()))
        probabilities = weights / weights.sum()
        arm = rng.choice(arms.count, p=probabilities)
        seen = float(rng.random() < arms.means[0][arm])
        estimates[arm] += seen / probabilities[arm]
        loss += seen
    return loss


class Player:
    """EXP3 with gains as an object of two methods, the way libraries of bandit policies call theirs.

    From Auer et al. (2002): arms are drawn from ``(1 - gamma) w/|w| + gamma/K``, and the arm that gained x has its w
    multiplied by ``exp(gamma x/(K p))``.
    """

    def __init__(self, arms: int, gamma: float = 0.01) -> None:
        self.gamma, self.law = gamma, np.full(arms, 1 / arms)
        self.w, self.random = np.ones(arms), np.random.default_rng(0)

    def choice(self) -> int:
        """Draw an arm."""
        self.law = (1 - self.gamma) * self.w / self.w.sum() + self.gamma / self.w.size
        return int(self.random.choice(self.w.size, p=self.law))

    def getReward(self, arm: int, gain: float) -> None:
        """Learn what the arm gained, in [0, 1]."""
        self.w[arm] *= math.exp(self.gamma * gain / (self.w.size * self.law[arm]))
        self.w /= self.w.max()


def library_loop(arms: Arms, rounds: int) -> float:
    """Return the gain of one replicate, an object's methods being called in every round; constant means."""
    player, coins = Player(arms.count), np.random.default_rng(1).random(rounds)
    total = 0.0
    for coin in coins:
        arm = player.choice()
        gain = float(coin >= arms.means[0, arm])
        player.getReward(arm, gain)
        total += gain
    return total


def seconds(run: object, repeats: int = 3) -> float:
    """Return the least time of some runs, after one that is not timed."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        run()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times[1:])


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows; all times are of a round of one replicate."""
    horizon, replicates, looped = (500, 4, 100) if smoke else (HORIZON, REPLICATES, LOOP_ROUNDS)
    eta = tuned_eta(ARMS.count, horizon)
    loops = {
        "textbook loop with Generator.choice": seconds(lambda: textbook_choice(ARMS, looped, eta)) / looped,
        "textbook loop that searches the cumulative weights": seconds(lambda: textbook(ARMS, looped, eta, 0, 0))
        / looped,
        "choice and getReward of a class as libraries have it, written anew": (
            seconds(lambda: library_loop(ARMS, looped)) / looped
        ),
    }
    whole = f"{horizon} rounds, {replicates} replicates; a round of one"

    def ours(rounds: int, copies: int, engine: str) -> float:
        return seconds(lambda: run_exp3(ARMS, horizon=rounds, replicates=copies, eta=eta, points=2, engine=engine), 2)

    rounds = min(ARRAY_ROUNDS, horizon)
    taken = ours(rounds, replicates, "array") / (rounds * replicates)
    sizes = f"{rounds} rounds, {replicates} replicates; a round of one"
    searched = "textbook loop that searches the cumulative weights"
    rows = [Row("EXP3, array operations", taken, loops[searched], searched, sizes)]
    if importlib.util.find_spec("numba") is None:
        return rows
    full = ours(horizon, replicates, "numba")
    loss, _ = textbook(ARMS, looped, eta, 0, 0)
    found = run_exp3(ARMS, horizon=looped, replicates=1, eta=eta, points=2)
    best = min((np.asarray(Stream(0).uniform(1, (looped, 2)))[0, :, 1, None] < ARMS.means[0]).sum(axis=0))
    if not math.isclose(loss - best, found.realised[-1, 0]):
        raise AssertionError("the loop and Numba end one replicate with different regret")
    note = f"inequality checked in every round; loop from {looped} rounds of one replicate"
    for name, loop in loops.items():
        same = "; both end one replicate with the same regret" if name == searched else ""
        rows.append(Row("EXP3, Numba", full / (horizon * replicates), loop, name, whole, note + same))
    for part, (fewer, copies) in {
        "a quarter of the rounds": (horizon // 4, replicates),
        "a quarter of the replicates": (horizon, replicates // 4),
    }.items():
        note = "how the time grows: all of it is four times the work"
        taken = ours(fewer, copies, "numba")
        rows.append(Row(f"EXP3, Numba, {part}", taken, full, "all of it", "in all", note, yardstick=True))
    return rows
