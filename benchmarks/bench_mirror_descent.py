"""EXP3 on 10 Bernoulli arms, 10^5 rounds, 200 replicates, against a textbook Python loop.

The loop is run for fewer rounds of one replicate, best of three, and its time scaled to all: the line says so. It reads
the same random numbers, already drawn, as the compiled code, which makes its own: its path is compared.
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
    full, usual = loop * HORIZON * REPLICATES, choice * HORIZON * REPLICATES
    scaled = f"scaled from {LOOP_ROUNDS} rounds of one replicate"
    lines = [
        f"textbook loop with Generator.choice {usual:.0f} s, {scaled} ({choice * 1e6:.1f} us each)",
        f"textbook loop that searches the cumulative weights {full:.0f} s, {scaled} ({loop * 1e6:.1f} us each)",
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
