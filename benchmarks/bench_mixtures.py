"""Learning curves on a Gaussian pair in 20 dimensions, 1000 replicates x 7 sample sizes: against loops of scikit-learn.

One thread, for BLAS and for the streams. Of the loops a share of the replicates is run and the time is scaled to 1000:
the note says so. Like with like: GaussianNB has variances of each class, whose rules are curved and tested on points,
by us too; pooled variances give a linear rule, whose error is exact, and is set beside the same loop because learning
curves are what both are for; the short runs are medians of five. Logistic regression is fitted to the same data with
the same penalty, and the coefficients are compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from threadpoolctl import threadpool_limits

from benchmarks.rows import Row
from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.logistic import fit_logistic
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import naive_bayes, per_class_naive_bayes
from experiments.gaussian_mixture.rules import Rule
from experiments.gaussian_mixture.sampling import draw
from experiments.gaussian_mixture.simulation import simulate
from experiments.streams import Stream

SIZES = (10, 20, 40, 80, 160, 320, 640)
REPLICATES, SHARE, BLOCK, TEST = 1000, 20, 100, 20_000
MIXTURE = GaussianMixture([[-0.25] * 20, [0.25] * 20], np.ones(20))
C = 1.0


class Size(NamedTuple):
    """How many replicates there are, how many the loops run, and how many are fitted at once."""

    replicates: int
    share: int
    block: int


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and result."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def scikit_learn(make: Callable[[], Any], size: Size, *, test: bool) -> tuple[float, list[list[Any]], Any]:
    """Return seconds, scaled to all replicates, the models, and mean errors by size: the loop everybody writes."""
    features, labels = draw(MIXTURE, Stream.named(1, "bench"), size.share, max(SIZES))
    points, truth = (array[0] for array in draw(MIXTURE, Stream.named(1, "bench test"), 1, TEST))

    def loop() -> tuple[list[list[Any]], Any]:
        models: list[list[Any]] = []
        errors = np.zeros((len(SIZES), size.share))
        for j, m in enumerate(SIZES):
            models.append([make().fit(features[r, :m], labels[r, :m]) for r in range(size.share)])
            if test:
                errors[j] = [1 - model.score(points, truth) for model in models[-1]]
        return models, errors.mean(axis=-1)

    seconds, (models, errors) = timed(loop)
    return seconds * size.replicates / size.share, models, errors


def batched(learner: Callable[..., Rule], size: Size, *, test: bool) -> tuple[float, float]:
    """Return seconds of fits and errors of all replicates, in blocks, without drawing; and the last mean error."""
    points, truth = (array[0] for array in draw(MIXTURE, Stream.named(1, "bench test"), 1, TEST))
    seconds, errors = 0.0, []
    for start in range(0, size.replicates, size.block):
        features, labels = draw(MIXTURE, Stream.named(1, "bench"), range(start, start + size.block), max(SIZES))
        for m in SIZES:

            def work(x: Any = features[:, :m], y: Any = labels[:, :m]) -> Any:
                rule = learner(x, y)
                return rule.mistakes(points, truth) / TEST if test else rule_error(rule, MIXTURE)

            took, error = timed(work)
            seconds += took
        errors.append(float(error.mean()))
    return seconds, float(np.mean(errors))


def naive_bayes_rows(size: Size) -> list[Row]:
    """Compare naive Bayes; no side's time counts drawing the data, but drawing the statistics is counted."""
    slow, _, theirs = scikit_learn(GaussianNB, size, test=True)
    against, sizes = f"GaussianNB fit and score on {TEST:,} points", f"{size.replicates} x {len(SIZES)} fits"
    scaled = f"; theirs {theirs[-1]:.4f}, scaled from {size.share} replicates"
    found = []
    for learner, test, text in (
        (per_class_naive_bayes, True, f"variances of each class, from data, the same {TEST:,} test points"),
        (naive_bayes, False, "pooled variances, from data, exact error"),
    ):
        fast, error = batched(learner, size, test=test)
        found.append((text, fast, error, "" if test else "; ours scores no points"))
    for name, text in (
        ("per_class_naive_bayes", f"variances of each class, statistics drawn, {TEST:,} test points"),
        ("naive_bayes", "pooled variances, statistics drawn, exact error"),
    ):
        options: dict[str, Any] = {"without_data": True, "test_size": TEST}
        simulate(MIXTURE, name, SIZES, replicates=2, **options)  # compiles
        runs = [timed(partial(simulate, MIXTURE, name, SIZES, replicates=size.replicates, **options)) for _ in range(5)]
        seconds = float(np.median([seconds for seconds, _ in runs]))
        found.append((text, seconds, runs[0][1].mean[0, -1], "; ours fits no data"))
    error_at = f"mean error at m = {SIZES[-1]}"
    return [
        Row(
            f"naive Bayes, {text}",
            fast,
            slow,
            against,
            sizes,
            f"{error_at} {error:.4f}{scaled}{less}",
            scaled=True,
            yardstick=bool(less),
        )
        for text, fast, error, less in found
    ]


def logistic_row(size: Size) -> Row:
    """Compare logistic regression on the same data; neither side's time counts drawing them."""
    slow, models, _ = scikit_learn(lambda: LogisticRegression(C=C), size, test=False)
    features, labels = draw(MIXTURE, Stream.named(1, "bench"), size.replicates, max(SIZES))
    fit_logistic(features[:2, :10], labels[:2, :10], C=C)
    fast, fits = timed(lambda: [fit_logistic(features[:, :m], labels[:, :m], C=C) for m in SIZES])
    gap = max(
        float(np.max(np.abs(model.coef_[0] - fit.rule.weights[r])))
        for fit, row in zip(fits, models, strict=True)
        for r, model in enumerate(row)
        if len(model.classes_) == 2
    )
    failed = sum(int(np.sum(~fit.converged)) for fit in fits)
    note = (
        f"{failed} not converged; coefficients differ by {gap:.0e} (their default tolerance);"
        f" theirs scaled from {size.share} replicates"
    )
    sizes = f"{size.replicates} x {len(SIZES)} fits"
    against = f"LogisticRegression(C={C:g})"
    return Row("logistic regression, batched Newton", fast, slow, against, sizes, note, scaled=True)


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    size = Size(4, 2, 2) if smoke else Size(REPLICATES, SHARE, BLOCK)
    # In a thread of a pool the streams take one core, as they do in every worker.
    with threadpool_limits(1), ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: [*naive_bayes_rows(size), logistic_row(size)]).result()
