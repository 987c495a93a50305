"""The learners of the comparison by name: what each makes of a sample, and the exact errors of its rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from experiments.arrays import Array, Backend, backend_of, namespace
from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.ood_unlabeled.rss import rss
from experiments.gaussian_mixture.ood_unlabeled.selection import best_cosine, rss_selected
from experiments.gaussian_mixture.ood_unlabeled.worlds import Sample, World
from experiments.gaussian_mixture.pca import pca
from experiments.gaussian_mixture.plug_in import plug_in
from experiments.gaussian_mixture.rules import Rule
from experiments.gaussian_mixture.self_training import self_training
from experiments.streams import Stream
from theory.classification.gaussian_tail import normal_tail
from theory.shown import Shown

__all__ = ["BEST_OF_COINS", "LABELLED_ONLY", "LEARNERS", "Outcome", "Task", "best_of_coins", "outcome"]

ROUNDS = 10  # of self-training where it is iterated


@dataclass(frozen=True)
class Task:
    """What learners may be told beside their sample.

    Parameters
    ----------
    world : World
        Only the selected ones ask it for true errors.
    seed : int
        Of their own streams.
    candidates : int
        Of the selected ones, and of the coins.
    """

    world: World
    seed: int
    candidates: int = 1

    def error(self, rule: Rule) -> Array:
        """Return the exact errors of rules, shape (R,)."""
        return rule_error(rule, self.world.mixture)


@dataclass(frozen=True, eq=False)
class Outcome(Shown):
    """Exact errors of learned rules and their squared cosines with the mean, each of shape (R,)."""

    errors: Array
    alignments: Array


def _plug_in(sample: Sample, _: Task) -> Rule:
    return plug_in(sample.features, sample.labels)


def _pca(sample: Sample, _: Task) -> Rule:
    return pca(sample.features, sample.labels, unlabelled=sample.unlabelled)


def _self_training_once(sample: Sample, _: Task) -> Rule:
    return self_training(sample.features, sample.labels, unlabelled=sample.unlabelled)


def _self_training(sample: Sample, _: Task) -> Rule:
    return self_training(sample.features, sample.labels, unlabelled=sample.unlabelled, rounds=ROUNDS)


def _rss(sample: Sample, _: Task) -> Rule:
    return rss(sample.features, sample.labels, unlabelled=sample.unlabelled)


def _selected(sample: Sample, task: Task) -> Rule:
    return rss_selected(
        sample.features,
        sample.labels,
        unlabelled=sample.unlabelled,
        stream=Stream.named(task.seed, "candidates"),
        replicates=sample.rows,
        candidates=task.candidates,
        error=task.error,
    )


def _erm_selected(sample: Sample, task: Task) -> Rule:
    return _selected(Sample(sample.rows, sample.features, sample.labels, None), task)


def _coin(sample: Sample, task: Task) -> Rule:
    stream = Stream.named(task.seed, "coin")
    weights = stream.normal(sample.rows, task.world.dimension, backend=backend_of(sample.features))
    return Rule(weights, 0.0 * weights[:, 0])


LEARNERS: dict[str, Callable[[Sample, Task], Rule]] = {
    "plug_in": _plug_in,
    "pca": _pca,
    "self_training_once": _self_training_once,
    "self_training": _self_training,
    "rss": _rss,
    "rss_selected": _selected,
    "erm_selected": _erm_selected,
    "coin": _coin,
}
"""The selected ones are told their true errors; the coin looks at nothing."""

BEST_OF_COINS = "best_of_coins"
LABELLED_ONLY = ("plug_in", "erm_selected", "coin", BEST_OF_COINS)


def outcome(name: str, sample: Sample, task: Task) -> Outcome:
    """Train a learner of :data:`LEARNERS` on each replicate of a sample.

    Raises
    ------
    ValueError
        If the learner is unknown, or needs unlabelled points and there are none.

    Examples
    --------
    >>> world = World(3, 1.0)
    >>> found = outcome("plug_in", world.sample(1, range(2), 50), Task(world, 1))
    >>> found.errors.shape, bool(found.errors.max() < 0.25)
    ((2,), True)
    """
    if name not in LEARNERS:
        raise ValueError(f"a learner is one of {', '.join(LEARNERS)}, got {name!r}")
    if name not in LABELLED_ONLY and sample.unlabelled is None:
        raise ValueError(f"learner {name!r} needs unlabelled points, got n = 0")
    rule = LEARNERS[name](sample, task)
    xp = namespace(rule.weights)
    squared = xp.sum(rule.weights * rule.weights, axis=-1)
    along = rule.weights[:, 0] * rule.weights[:, 0]  # the mean lies along the first axis
    return Outcome(task.error(rule), along / xp.where(squared > 0, squared, xp.ones_like(squared)))


def best_of_coins(task: Task, rows: range, *, backend: Backend | None = None) -> Outcome:
    """Select the best of ``task.candidates`` random directions by their true errors: no data at all.

    Examples
    --------
    >>> found = best_of_coins(Task(World(200, 1.0), 1, 4000), range(2))
    >>> bool(found.errors.max() < 0.42)
    True
    """
    stream = Stream.named(task.seed, BEST_OF_COINS)
    cosine = best_cosine(stream, rows, task.world.dimension, task.candidates, backend=backend)
    return Outcome(normal_tail(task.world.separation * cosine), cosine * cosine)
