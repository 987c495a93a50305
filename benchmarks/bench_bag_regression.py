"""Regression from bag averages at d = 300 and n = 1200, bags of 3: against a loop through scikit-learn's Ridge.

One thread, for BLAS and for the streams. Both sides have the same draws and bags, in one run, and neither's time counts
the drawing unless the note says so. The loop fits a Ridge for each replicate and setting on rows that minimise the same
objective, which it builds once for all ridges and noises of one rho; a second ratio lets one fit serve all noises, as
targets side by side. Risks of both are compared.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from benchmarks.rows import Row
from experiments.arrays import Backend
from experiments.bag_regression import Design, Setting, simulate
from experiments.bag_regression.designs import Draw

BAG, REPLICATES, RUNS, SEED = 3, 5, 5, 1
RHOS = tuple(k / 8 for k in range(1, 10))
GRIDS = {
    "1 setting": [Setting(BAG, 0.3, 0.1)],
    "6 settings (6 ridges)": [Setting(BAG, 0.3, ridge) for ridge in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)],
    "6 settings (6 ridges, rho 0)": [Setting(BAG, 0.0, ridge) for ridge in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)],
    "27 settings (9 rho, 3 ridges)": [Setting(BAG, rho, ridge) for rho in RHOS for ridge in (0.05, 0.1, 0.2)],
    "180 settings (9 rho, 5 ridges, 4 noises)": [
        Setting(BAG, rho, ridge, noise)
        for rho in RHOS
        for ridge in (0.02, 0.05, 0.1, 0.2, 0.5)
        for noise in (0.25, 1.0, 2.0, 4.0)
    ],
}


class Held(Design):
    """A design whose data are drawn already."""

    def draw(self, seed: int, rows: range, *, backend: Backend | None = None) -> Draw:
        """Return the rows of what was drawn."""
        held = DRAWS[0]
        part = slice(rows.start, rows.stop)
        return Draw(held.features[part], held.coefficients[part], held.noise[part])


DESIGN, HELD = Design(1200, 300), Held(1200, 300)
DRAWS: list[Draw] = []


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and result."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def rows_of(features: Any, rho: float) -> Any:
    """Return rows on which least squares is the objective: scaled means of bags, then what is left within bags."""
    bags = features.reshape(-1, BAG, features.shape[-1])
    means = bags.mean(axis=1)
    within = (bags - means[:, None]).reshape(features.shape)
    return np.concatenate([math.sqrt(BAG) * means, math.sqrt(rho) * within]) if rho else math.sqrt(BAG) * means


def loop(draw: Draw, settings: list[Setting], *, together: bool = False) -> Any:
    """Return the risks (S, R) by scikit-learn; ``together`` fits all noises at once."""
    laws = list(dict.fromkeys(setting.noise_variance for setting in settings))
    found: dict[Setting, list[float]] = {setting: [] for setting in settings}
    for row in range(REPLICATES):
        rows: dict[float, Any] = {}
        fits: dict[tuple[float, ...], Any] = {}
        for setting in settings:
            X = rows.setdefault(setting.rho, None)
            if X is None:
                X = rows[setting.rho] = rows_of(draw.features[row], setting.rho)
            key = (setting.rho, setting.ridge)
            if not together or key not in fits:
                noises = laws if together else [setting.noise_variance]
                targets = np.zeros((len(X), len(noises)))
                for j, noise in enumerate(noises):
                    labels = draw.labels(noise)[row].reshape(-1, BAG)
                    targets[: len(labels), j] = math.sqrt(BAG) * labels.mean(axis=1)
                model = Ridge(alpha=DESIGN.samples * setting.ridge, fit_intercept=False, solver="cholesky")
                fits[key] = model.fit(X, targets).coef_.reshape(len(noises), -1)
            theta = fits[key][laws.index(setting.noise_variance) if together else 0]
            found[setting].append(float(((theta - draw.coefficients[row]) ** 2).sum()))
    return np.asarray([found[setting] for setting in settings])


def rows(*, smoke: bool) -> list[Row]:
    """Return the rows."""
    DESIGN.draw(SEED, range(1))  # compiles
    drawing, draw = timed(lambda: DESIGN.draw(SEED, range(REPLICATES)))
    DRAWS[:] = [draw]
    found = [Row("drawing the data", drawing / REPLICATES, sizes="one replicate")]
    for name, settings in list(GRIDS.items())[: 1 if smoke else None]:
        slow, theirs = timed(lambda settings=settings: loop(draw, settings))
        runs = [timed(lambda s=settings: simulate(HELD, s, replicates=REPLICATES, seed=SEED)) for _ in range(RUNS)]
        fast, ours = float(np.median([seconds for seconds, _ in runs])), runs[0][1].risks
        gap = float(np.max(abs(ours - theirs) / theirs))
        if gap > 1e-8:
            raise AssertionError(f"{name}: risks differ by {gap:.1e} of their size")
        note = f"risks differ by {gap:.0e}; ratio {(slow + drawing) / (fast + drawing):.1f} with drawing"
        sizes = f"{name}; one replicate"
        found.append(Row("bags", fast / REPLICATES, slow / REPLICATES, "loop of Ridge", sizes, note))
        if len({setting.noise_variance for setting in settings}) > 1:
            less, _ = timed(lambda settings=settings: loop(draw, settings, together=True))
            against = "loop of Ridge, one fit for all noises"
            found.append(Row("bags", fast / REPLICATES, less / REPLICATES, against, sizes))
    return found


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    # In a thread of a pool the streams take one core, as they do in every worker.
    with threadpool_limits(1), ThreadPoolExecutor(1) as pool:
        return pool.submit(rows, smoke=smoke).result()
