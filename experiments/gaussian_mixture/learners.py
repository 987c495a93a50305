"""The learners by name, and how a learner of one's own joins them.

A learner is a function ``fit(features (R, m, d), labels (R, m), ...)`` that returns a Rule or a pair of arrays (weights
(R, d), bias (R,)): class 1 where ``<w, x> + b > 0``. Of the keywords ``unlabelled`` (points (R, n, d)), ``classes``,
``stream`` (its own) and ``replicates`` (the rows of the stream that belong to this batch, a range) it is passed those
that it names.

Examples
--------
A learner of one's own, which shrinks the small entries of the mean of ``y x`` to 0, against the plug-in rule:

>>> import numpy as np
>>> from experiments.gaussian_mixture import GaussianMixture, simulate
>>> def thresholded(features, labels):
...     mean = np.mean((2 * labels - 1)[..., None] * features, axis=1)
...     small = np.abs(mean) < np.sqrt(2 * np.log(mean.shape[1]) / features.shape[1])
...     return np.where(small, 0.0, mean), np.zeros(len(mean))
>>> pair = GaussianMixture.symmetric_pair(1.0, 50)
>>> simulate(pair, ["plug_in", thresholded], [10, 40, 160], replicates=200)
learner      m = 10             m = 40             m = 160
plug_in      0.35083 (3.3e-03)  0.25262 (1.6e-03)  0.19022 (4.9e-04)
thresholded  0.31544 (1.2e-02)  0.16366 (8.8e-04)  0.16010 (2.3e-04)
mean error (standard error) over 200 replicates; Bayes error 0.15866
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.arrays import Array
from experiments.gaussian_mixture.logistic import logistic
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import naive_bayes, per_class, per_class_naive_bayes, pooled
from experiments.gaussian_mixture.pca import pca
from experiments.gaussian_mixture.plug_in import nearest_mean, plug_in
from experiments.gaussian_mixture.rules import Rule, as_rule, coin
from experiments.gaussian_mixture.sampling import naive_bayes_statistics, plug_in_directions
from experiments.gaussian_mixture.self_training import robust_self_training, self_training
from experiments.streams import Stream

__all__ = ["LEARNERS", "Learner", "chosen"]

Fit = Callable[..., Any]


@dataclass(frozen=True)
class Learner:
    """A learner with its name.

    Parameters
    ----------
    name : str
    fit : callable
        ``fit(features, labels, ...)``, batched.
    sample : callable, optional
        ``sample(mixture, stream, replicates, m, backend=...)``: draws rules of the law that ``fit`` gives on m points,
        without the points.
    """

    name: str
    fit: Fit
    sample: Callable[..., Rule] | None = None

    @property
    def uses_unlabelled(self) -> bool:
        """True if it wants unlabelled points."""
        return "unlabelled" in inspect.signature(self.fit).parameters

    def rules(
        self,
        features: Array,
        labels: Array,
        *,
        classes: int,
        stream: Stream,
        unlabelled: Array | None = None,
        replicates: range | None = None,
    ) -> Rule:
        """Return the checked rules of a batch of samples."""
        offered = {"unlabelled": unlabelled, "classes": classes, "stream": stream, "replicates": replicates}
        named = inspect.signature(self.fit).parameters
        found = self.fit(features, labels, **{key: value for key, value in offered.items() if key in named})
        return as_rule(found, int(features.shape[0]), int(features.shape[2]), classes)


def _sampled_pooled(mixture: GaussianMixture, stream: Stream, replicates: Any, m: int, *, backend: Any = None) -> Rule:
    return pooled(naive_bayes_statistics(mixture, stream, replicates, m, pooled=True, backend=backend))


def _sampled_per_class(
    mixture: GaussianMixture, stream: Stream, replicates: Any, m: int, *, backend: Any = None
) -> Rule:
    return per_class(naive_bayes_statistics(mixture, stream, replicates, m, backend=backend))


LEARNERS: Mapping[str, Learner] = {
    learner.name: learner
    for learner in (
        Learner("naive_bayes", naive_bayes, _sampled_pooled),
        Learner("per_class_naive_bayes", per_class_naive_bayes, _sampled_per_class),
        Learner("plug_in", plug_in, plug_in_directions),
        Learner("nearest_mean", nearest_mean),
        Learner("logistic", logistic),
        Learner("pca", pca),
        Learner("self_training", self_training),
        Learner("robust_self_training", robust_self_training),
        Learner("coin", coin),
    )
}
"""The learners of this package; ``coin`` does not look at the data and is the control of every other one."""


def chosen(learners: str | Learner | Fit | Sequence[Any] | Mapping[str, Fit]) -> list[Learner]:
    """Return learners given by name, as functions, as Learners, or as a mapping from new names to any of these.

    Raises
    ------
    ValueError
        If a name is unknown, or two learners share one.

    Examples
    --------
    >>> [learner.name for learner in chosen(["coin", lambda features, labels: None])]
    ['coin', '<lambda>']
    """
    if isinstance(learners, Mapping):
        found = [replace(_one(learner), name=str(name)) for name, learner in learners.items()]
    else:
        several = learners if isinstance(learners, Sequence) and not isinstance(learners, str) else [learners]
        found = [_one(learner) for learner in several]
    names = [learner.name for learner in found]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"learners with different names are needed, got {names}")
    return found


def _one(learner: Any) -> Learner:
    if isinstance(learner, Learner):
        return learner
    if isinstance(learner, str) and learner in LEARNERS:
        return LEARNERS[learner]
    if not callable(learner):
        raise ValueError(f"a learner is a function or one of {', '.join(LEARNERS)}, got {learner!r}")
    return Learner(getattr(learner, "__name__", type(learner).__name__), learner)
