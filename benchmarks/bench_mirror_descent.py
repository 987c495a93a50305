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


def run() -> list[str]:
    """Return the lines to print."""
    eta = tuned_eta(ARMS.count, HORIZON)
    loop = seconds(lambda: textbook(ARMS, LOOP_ROUNDS, eta, 0, 0)) / LOOP_ROUNDS
    choice = seconds(lambda: textbook_choice(ARMS, LOOP_ROUNDS, eta)) / LOOP_ROUNDS
    library = seconds(lambda: library_loop(ARMS, LOOP_ROUNDS)) / LOOP_ROUNDS
    full, usual = loop * HORIZON * REPLICATES, choice * HORIZON * REPLICATES
    scaled = f"scaled from {LOOP_ROUNDS} rounds of one replicate"
    lines = [
        f"textbook loop with Generator.choice {usual:.0f} s, {scaled} ({choice * 1e6:.1f} us each)",
        f"textbook loop that searches the cumulative weights {full:.0f} s, {scaled} ({loop * 1e6:.1f} us each)",
        f"choice and getReward of a class as libraries have it, written anew: {library * 1e6:.1f} us a round",
    ]

    def ours(horizon: int, replicates: int, engine: str) -> float:
        return seconds(
            lambda: run_exp3(ARMS, horizon=horizon, replicates=replicates, eta=eta, points=2, engine=engine), 2
        )

    array = ours(ARRAY_ROUNDS, REPLICATES, "array") * HORIZON / ARRAY_ROUNDS
    lines.append(f"array operations {array:.1f} s, scaled from {ARRAY_ROUNDS} rounds: {full / array:.0f} times")
    if importlib.util.find_spec("numba") is None:
        return lines
    whole = ours(HORIZON, REPLICATES, "numba")
    lines.append(
        f"Numba {whole:.2f} s, all of it, inequality checked in every round: "
        f"{usual / whole:.0f} and {full / whole:.0f} times"
    )
    each = whole / (HORIZON * REPLICATES)
    lines.append(f"{each * 1e9:.1f} ns a round of one replicate: the object takes {library / each:.0f} times as long")
    fewer = ours(HORIZON // 4, REPLICATES, "numba"), ours(HORIZON, REPLICATES // 4, "numba")
    lines.append(
        f"a quarter of the rounds {fewer[0] / whole:.2f}, of the replicates {fewer[1] / whole:.2f} of its time"
    )
    loss, _ = textbook(ARMS, LOOP_ROUNDS, eta, 0, 0)
    found = run_exp3(ARMS, horizon=LOOP_ROUNDS, replicates=1, eta=eta, points=2)
    best = min((np.asarray(Stream(0).uniform(1, (LOOP_ROUNDS, 2)))[0, :, 1, None] < ARMS.means[0]).sum(axis=0))
    same = math.isclose(loss - best, found.realised[-1, 0])
    lines.append(f"the loop and Numba end one replicate with {'the same' if same else 'ANOTHER'} regret")
    return lines
