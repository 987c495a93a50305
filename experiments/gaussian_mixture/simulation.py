"""Learning curves: learners on samples of several sizes, many replicates at once, test errors exact where closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, backend_of, namespace, to_numpy
from experiments.arrays import backend as backend_named
from experiments.gaussian_mixture.curves import LearningCurves
from experiments.gaussian_mixture.errors import NotClosed, mixture_bayes_error, rule_error
from experiments.gaussian_mixture.learners import Learner, chosen
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.rules import Rule
from experiments.gaussian_mixture.sampling import draw
from experiments.streams import Stream
from theory.arguments import whole

__all__ = ["simulate"]

MEMORY = 1 << 25
"""Bytes of one copy of the data that are held at a time."""


def simulate(
    mixture: GaussianMixture,
    learners: Any,
    sample_sizes: Sequence[int],
    *,
    replicates: int,
    seed: int = 0,
    unlabelled: int = 0,
    unlabelled_mixture: GaussianMixture | None = None,
    test_mixture: GaussianMixture | None = None,
    radius: float = 0.0,
    nested: bool = True,
    without_data: bool = False,
    test_size: int = 20_000,
    backend: Backend | str | None = None,
    memory: int = MEMORY,
) -> LearningCurves:
    """Return the errors of learners at sample sizes.

    A replicate's numbers depend on the seed and its own index alone: not on the number of replicates, the other
    learners, ``memory``, or, nested, the other sizes.

    Parameters
    ----------
    mixture : GaussianMixture
        Of the labelled points.
    learners : str, callable, Learner, a sequence of these, or a mapping from names to these
        See :mod:`experiments.gaussian_mixture.learners`.
    sample_sizes : sequence of int
        Numbers m >= 1 of labelled points.
    replicates : int
        R >= 1.
    seed : int
    unlabelled : int
        Number n of unlabelled points, the same for all learners and sizes.
    unlabelled_mixture, test_mixture : GaussianMixture, optional
        Where unlabelled and test points come from, if not from ``mixture``: out of domain.
    radius : float
        Of the l2 adversary at test time.
    nested : bool
        Smaller samples are the beginnings of larger ones (common random numbers); else sizes are independent.
    without_data : bool
        Learners that can draw their sufficient statistics of the exact law do so.
    test_size : int
        Number of test points where the error is not closed; common to all rules.
    backend : Backend or str, optional
        NumPy unless given.
    memory : int
        Bytes of data held at a time.

    Raises
    ------
    NotClosed
        If there is an adversary and the error of a rule against it is not closed.
    ValueError
        If an argument is outside what is allowed, or a learner returns what is no rule.

    Examples
    --------
    >>> curves = simulate(GaussianMixture.symmetric_pair(1.0, 5), ["plug_in", "coin"], [5, 50], replicates=200)
    >>> curves.errors.shape, bool(curves.mean[0, 1] < curves.mean[0, 0] < curves.mean[1, 0])
    ((2, 2, 200), True)
    """
    if not isinstance(mixture, GaussianMixture):
        raise ValueError(f"mixture must be a GaussianMixture, got {type(mixture).__name__}")
    sizes = _sizes(sample_sizes)
    wanted = (("replicates", replicates, 1), ("unlabelled", unlabelled, 0), ("test_size", test_size, 1))
    replicates, unlabelled, test_size = (whole(name, value, least) for name, value, least in wanted)
    several = chosen(learners)
    target = mixture if test_mixture is None else test_mixture
    source = mixture if unlabelled_mixture is None else unlabelled_mixture
    for name, other in (("unlabelled_mixture", source), ("test_mixture", target)):
        if (other.dimension, other.classes) != (mixture.dimension, mixture.classes):
            raise ValueError(f"{name} must have {mixture.classes} classes in {mixture.dimension} dimensions")
    if unlabelled == 0 and any(learner.uses_unlabelled for learner in several):
        raise ValueError("learners that use unlabelled points need unlabelled >= 1")
    home = backend_named(backend or "numpy") if backend is None or isinstance(backend, str) else backend
    plan = _Plan(mixture, source, unlabelled, sizes, seed, nested, without_data, home)
    judge = _Judge(target, radius, Stream.named(seed, "gaussian_mixture", "test"), test_size)
    rows = mixture.classes if all(plan.draws(learner) for learner in several) else max(sizes) + unlabelled
    step = max(1, memory // (8 * mixture.dimension * rows))
    blocks = [range(start, min(start + step, replicates)) for start in range(0, replicates, step)]
    errors = np.concatenate([_errors(plan, several, judge, block) for block in blocks], axis=-1)
    exact = np.asarray([learner.name not in judge.tested for learner in several])
    bayes = _bayes(target) if radius == 0 else None
    return LearningCurves(tuple(learner.name for learner in several), sizes, errors, exact, bayes, test_size)


def _sizes(given: Sequence[int]) -> tuple[int, ...]:
    sizes = tuple(given) if np.iterable(given) else ()
    if not sizes:
        raise ValueError(f"sample_sizes must be a sequence of whole numbers >= 1, got {given!r}")
    return tuple(whole("sample_sizes", m, 1) for m in sizes)


def _bayes(mixture: GaussianMixture) -> float | None:
    try:
        return mixture_bayes_error(mixture)
    except NotClosed:
        return None


@dataclass(frozen=True)
class _Plan:
    """What is drawn for a block of replicates."""

    mixture: GaussianMixture
    source: GaussianMixture
    unlabelled: int
    sizes: tuple[int, ...]
    seed: int
    nested: bool
    without_data: bool
    home: Backend

    def stream(self, *names: Any) -> Stream:
        return Stream.named(self.seed, "gaussian_mixture", *names)

    def samples(self, rows: range) -> Any:
        """Yield the labelled points of each size."""
        if self.nested:
            features, labels = draw(self.mixture, self.stream("train"), rows, max(self.sizes), backend=self.home)
            yield from ((features[:, :m, :], labels[:, :m]) for m in self.sizes)
        else:
            for m in self.sizes:
                yield draw(self.mixture, self.stream("train", m), rows, m, backend=self.home)

    def pool(self, rows: range) -> Array | None:
        """Return the unlabelled points."""
        if not self.unlabelled:
            return None
        return draw(self.source, self.stream("unlabelled"), rows, self.unlabelled, backend=self.home)[0]

    def draws(self, learner: Learner) -> bool:
        """Return whether a learner works without data."""
        return self.without_data and learner.sample is not None

    def sampled(self, learner: Learner, rows: range, m: int) -> Rule:
        """Return rules drawn without data."""
        assert learner.sample is not None  # noqa: S101 (the caller asked draws() first)
        names = ("statistics",) if self.nested else ("statistics", m)
        return learner.sample(self.mixture, self.stream(*names), rows, m, backend=self.home)

    def fitted(self, learner: Learner, rows: range, data: tuple[Array, Array], pool: Array | None) -> Rule:
        """Return rules learned from data."""
        return learner.rules(
            *data,
            classes=self.mixture.classes,
            stream=self.stream("learner", learner.name, int(data[1].shape[1])),
            unlabelled=pool,
            replicates=rows,
        )


class _Judge:
    """Errors of rules: exact where closed, else on test points that are drawn once."""

    def __init__(self, target: GaussianMixture, radius: float, stream: Stream, size: int) -> None:
        self.target, self.radius, self.stream, self.size = target, radius, stream, size
        self.tested: set[str] = set()
        self._points: tuple[Array, Array] | None = None

    def errors(self, name: str, rule: Rule) -> NDArray[np.float64]:
        """Return the errors (R,) of the rules that a learner gave."""
        if not _numbers(rule):
            raise ValueError(f"the learner {name} gave rules with weights that are not numbers")
        try:
            found = to_numpy(rule_error(rule, self.target, radius=self.radius))
        except NotClosed:
            if self.radius:
                raise
            self.tested.add(name)
            if self._points is None:
                points, labels = draw(self.target, self.stream, 1, self.size, backend=backend_of(rule.weights))
                self._points = points[0, ...], labels[0, ...]
            found = to_numpy(rule.mistakes(*self._points)) / self.size
        return np.asarray(found, dtype=np.float64)


def _numbers(rule: Rule) -> bool:
    """Return whether weights and curvatures are finite and no bias is NaN: a NaN score would pass for class 0."""
    xp = namespace(rule.weights)
    parts = (rule.weights,) if rule.curvature is None else (rule.weights, rule.curvature)
    return all(bool(xp.all(xp.isfinite(part))) for part in parts) and not bool(xp.any(xp.isnan(rule.bias)))


def _errors(plan: _Plan, learners: list[Learner], judge: _Judge, rows: range) -> NDArray[np.float64]:
    """Return the errors (L, S, R) of a block of replicates."""
    found = np.empty((len(learners), len(plan.sizes), len(rows)))
    fitted = [i for i, learner in enumerate(learners) if not plan.draws(learner)]
    for i, learner in enumerate(learners):
        if i not in fitted:
            for j, m in enumerate(plan.sizes):
                found[i, j] = judge.errors(learner.name, plan.sampled(learner, rows, m))
    if not fitted:
        return found
    pool = plan.pool(rows) if any(learners[i].uses_unlabelled for i in fitted) else None
    for j, data in enumerate(plan.samples(rows)):
        for i in fitted:
            found[i, j] = judge.errors(learners[i].name, plan.fitted(learners[i], rows, data, pool))
    return found
