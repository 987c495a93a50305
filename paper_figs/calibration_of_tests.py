"""How often the sequential tests err, and what they see, against what they declare.

`data` runs each test on many synthetic runs: at the edge of the null hypothesis, under laws chosen to be hard (coins
near 0 and 1, skewed and discrete laws, unequal variances, curves that correlate across sizes), and off it. The
textbook regression interval is run on the same batches as a control, and fails. `draw` draws what it found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments import power, rates
from experiments.sequential import mean_test, median_test
from experiments.streams import Stream
from paper_figs.style import BLACK, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Row = dict[str, Any]
NOMINAL = 0.01
BATCHES = 16
SIZES = (10, 20, 40, 80, 160)
_SEED = 0

MEANS: dict[str, tuple[Callable[[Floats], Floats], float]] = {  # law as a function of a uniform number, and its mean
    "coin 1/2": (lambda u: np.where(u < 0.5, 1.0, 0.0), 0.5),
    "coin 1/200": (lambda u: np.where(u < 0.005, 1.0, 0.0), 0.005),
    "coin 199/200": (lambda u: np.where(u < 0.995, 1.0, 0.0), 0.995),
    "uniform": (lambda u: u, 0.5),
    "skewed, u^10": (lambda u: u**10, 1 / 11),
    "1/10, rarely 1": (lambda u: np.where(u < 0.01, 1.0, 0.1), 0.109),
}


def data(*, runs: int = 2000, observations: int = 1000) -> dict[str, list[Row]]:
    """Return false alarms and power of every test.

    Parameters
    ----------
    runs
        Synthetic runs a row.
    observations
        In each run of a test of means; batches of slopes are fewer by their nature.

    Returns
    -------
    dict
        ``"alarms"``: rows with test, law, nominal, wrong (number of runs) and runs. ``"power"``: rows with test, law,
        planned (a power) and measured. ``"stopping"``: rows with law, gap, planned and measured (mean observations).
    """
    alarms = [*_mean_alarms(runs, observations), *_median_alarms(runs), *_slope_alarms(runs)]
    return {"alarms": alarms, "power": list(_slope_power(runs)), "stopping": list(_stopping(runs))}


def _mean_alarms(runs: int, observations: int) -> Iterator[Row]:
    """At a mean that equals the bound each verdict is wrong in the limit from one side."""
    for name, (law, mean) in MEANS.items():
        x = law(Stream.named(_SEED, "mean", name).uniform(runs, observations))
        test = mean_test(upper=mean, error=NOMINAL, runs=(runs,)).update(x)
        yield from _both("betting, mean", name, test.decision, runs)
    wide = mean_test(0.4, 0.6, error=NOMINAL, runs=(runs,))
    coin = Stream.named(_SEED, "within").uniform(runs, observations) < 0.6
    yield from _both("betting, within a margin", "coin 3/5", wide.update(coin * 1.0).decision, runs)


def _median_alarms(runs: int) -> Iterator[Row]:
    for name, slopes, median in _slopes_of_known_median(runs):
        sequential = median_test(upper=median, error=NOMINAL, runs=(runs,)).update(slopes)
        yield from _both("betting, median", name, sequential.decision, runs)
        fixed = rates.sign_test(slopes, None, median, error=NOMINAL)
        yield from _both("sign test", name, fixed.decision, runs)


def _slopes_of_known_median(runs: int) -> Iterator[tuple[str, Floats, float]]:
    skewed = Stream.named(_SEED, "median", "exponential").exponential(runs, 4 * BATCHES)
    yield "exponential", skewed, math.log(2.0)
    heavy = np.tan(math.pi * (Stream.named(_SEED, "median", "cauchy").uniform(runs, 4 * BATCHES) - 0.5))
    yield "Cauchy", heavy, 0.0
    steps = Stream.named(_SEED, "median", "steps").integers(5, runs, 4 * BATCHES) * 1.0
    yield "five equal steps", steps, 2.0


def _slope_alarms(runs: int) -> Iterator[Row]:
    for name, means, slope in _curves(runs):
        slopes = rates.batch_slopes(means, SIZES)
        yield from _both("batch-t", name, rates.batch_t(slopes, None, slope, error=NOMINAL).decision, runs)
        looks = np.zeros(runs, dtype=np.int64)
        for look, batches in enumerate((BATCHES // 4, BATCHES // 2, BATCHES), 1):
            found = rates.batch_t(slopes[:, :batches], None, slope, error=NOMINAL / 2**look)
            looks = np.where(looks == 0, found.decision, looks)
        yield from _both("batch-t, three looks", name, looks, runs)
        low, high = rates.ols_interval(means.mean(axis=1), SIZES, error=NOMINAL).interval
        wrong = int(((slope < low) | (slope > high)).sum())
        yield {"test": "regression (control)", "law": name, "nominal": NOMINAL, "wrong": wrong, "runs": runs}


def _curves(runs: int, batches: int = BATCHES) -> Iterator[tuple[str, Floats, float]]:
    """Yield batch means of learning curves ``1 / size``, shape (runs, batches, sizes), and the mean slope of batches.

    A mean of r exponential variables, or gamma variables of shape k, is a gamma variable over r k: its expected
    logarithm is known, and with it the slope of batches, Jensen's bias included.
    """
    from scipy import special

    sizes = np.asarray(SIZES, dtype=np.float64)
    shape = (batches, len(SIZES))
    weights = rates.slope_weights(SIZES)

    def gamma(name: str, shapes: Floats) -> tuple[Floats, float]:
        draws = Stream.named(_SEED, "curves", name, batches).gamma(shapes, runs, shape)
        bias = float(weights @ (special.digamma(shapes) - np.log(shapes)))
        return draws / shapes / sizes, -1.0 + bias

    yield "equal variances", *gamma("equal", np.full(len(SIZES), 25.0))
    yield "unequal variances", *gamma("unequal", np.asarray([400.0, 100.0, 25.0, 6.0, 2.0]))
    yield "few skewed replicates", *gamma("skewed", np.full(len(SIZES), 2.0))
    steps = Stream.named(_SEED, "curves", "walk", batches).normal(runs, shape)
    yield "correlated curves", np.exp(0.2 * np.cumsum(steps, axis=-1)) / sizes, -1.0


def _both(test: str, law: str, decision: NDArray[np.int64], runs: int) -> Iterator[Row]:
    for verdict, word in ((1, "supported"), (-1, "refuted")):
        wrong = int((decision == verdict).sum())
        yield {"test": test, "law": f"{law}, {word}", "nominal": NOMINAL, "wrong": wrong, "runs": runs}


def _slope_power(runs: int) -> Iterator[Row]:
    """Power of the tests of slopes against what was computed before sampling."""
    for effect in (0.5, 0.75, 1.0, 1.5):
        slopes = Stream.named(_SEED, "power", str(effect)).normal(runs, BATCHES) - effect
        planned = power.batch_t_power(BATCHES, effect, error=NOMINAL)
        found = rates.batch_t(slopes, None, 0.0, error=NOMINAL)
        yield _powered("batch-t", f"effect {effect}", planned, found.decision)
        below = 0.5 * math.erfc(-effect / math.sqrt(2.0))
        planned = power.sign_test_power(BATCHES, below, error=NOMINAL)
        found = rates.sign_test(slopes, None, 0.0, error=NOMINAL)
        yield _powered("sign test", f"effect {effect}", planned, found.decision)


def _powered(test: str, law: str, planned: float, decision: NDArray[np.int64]) -> Row:
    return {"test": test, "law": law, "planned": planned, "measured": float((decision == 1).mean())}


def _stopping(runs: int) -> Iterator[Row]:
    """Mean number of observations to a verdict against the plan, which is for the worst law of a mean: the coin."""
    for gap in (0.05, 0.1, 0.2):
        planned = power.betting_size(0.5 - gap, 0.5, error=NOMINAL)
        uniform = Stream.named(_SEED, "stopping", str(gap)).uniform(runs, 4 * planned)
        laws = {"coin": (uniform < 0.5 - gap) * 1.0, "uniform": uniform * (1.0 - 2.0 * gap)}
        for name, x in laws.items():
            test = mean_test(upper=0.5, error=NOMINAL, runs=(runs,)).update(x)
            supported = float((test.decision == 1).mean())
            row = {"law": name, "gap": gap, "planned": planned, "measured": float(test.n.mean())}
            yield row | {"supported": supported, "cap": 4 * planned}


@styled
def draw(found: dict[str, list[Row]]) -> Figure:
    """Return the figure: false alarms beside power and stopping times."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 10))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    _draw_alarms(figure.add_subplot(grid[:, 0]), found["alarms"])
    _draw_power(figure.add_subplot(grid[0, 1]), found["power"])
    _draw_stopping(figure.add_subplot(grid[1, 1]), found["stopping"])
    return figure


def _draw_alarms(axes: Any, rows: list[Row]) -> None:
    tests = list(dict.fromkeys(row["test"] for row in rows))
    for place, row in enumerate(rows):
        control = "control" in row["test"]
        rate = max(row["wrong"], 0.5) / row["runs"]
        spread = 2.0 * math.sqrt(rate * (1.0 - rate) / row["runs"])
        colour = BLACK if control else f"C{tests.index(row['test'])}"
        axes.errorbar(
            rate,
            place,
            xerr=[[min(spread, 0.9 * rate)], [spread]],
            fmt="x" if control else "o",
            color=colour,
            ms=4,
            lw=1,
        )
    axes.axvline(rows[0]["nominal"], color=BLACK, lw=1, ls="--")
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{row['test']}: {row['law']}" for row in rows], fontsize=7)
    axes.invert_yaxis()
    share = f"wrong verdicts, share of {rows[0]['runs']} runs (bars: 2 s.e.; 0 drawn at 1/2 run)"
    axes.set_xlabel(share, fontsize=9)
    axes.set_title("Wrong verdicts at the edge of the claim\n(dashed: declared; for batch-t and regression nominal)")


def _draw_power(axes: Any, rows: list[Row]) -> None:
    for test, mark in (("batch-t", "o"), ("sign test", "s")):
        own = [row for row in rows if row["test"] == test]
        axes.plot([row["planned"] for row in own], [row["measured"] for row in own], mark, label=test)
    axes.plot([0, 1], [0, 1], color=BLACK, lw=1, ls="--")
    axes.set_xlabel("power computed before sampling")
    axes.set_ylabel("share of runs supported")
    axes.set_title(f"Slopes, {BATCHES} batches")
    axes.legend()


def _draw_stopping(axes: Any, rows: list[Row]) -> None:
    for law, mark in (("coin", "o"), ("uniform", "s")):
        own = [row for row in rows if row["law"] == law]
        axes.plot([row["planned"] for row in own], [row["measured"] for row in own], mark + "-", label=law)
    ends = [min(row["planned"] for row in rows), max(row["planned"] for row in rows)]
    axes.plot(ends, ends, color=BLACK, lw=1, ls="--", label="plan")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("observations planned (coin, the worst law)")
    axes.set_ylabel("mean observations to the verdict")
    axes.set_title("Means, by betting")
    axes.legend()
    axes.grid(alpha=0.3, which="both")
