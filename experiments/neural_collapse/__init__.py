"""Neural collapse simulated: models on free features, and a small network on real digits.

`Energy` is the value and gradient, by hand, of many unconstrained-feature models at once: any depth, class sizes and
decays, squared loss or cross-entropy, with or without a bias. `flow.flow` follows gradient flow, `minimise` is L-BFGS
batched over rows, `best_of_starts` the lowest minimum of many random starts: the closed forms of `theory.collapse` are
held against it. Names are loaded when they are first used.

The simulators are ``neural_collapse`` and ``neural_collapse_digits``, for the paper with the key
``deep_linear_collapse``, and ``dual_head``, for ``dual_head_kd``.

Examples
--------
>>> from experiments.neural_collapse import Architecture, Setting, best_of_starts
>>> setting = Setting(sizes=(4, 2, 1), weight_decays=(0.01, 0.01), feature_decay=0.01)
>>> (best,) = best_of_starts(Architecture(classes=3, depth=2, width=3), [setting], starts=16, seed=1)
>>> from theory.collapse.deep_linear.minimum import global_minimum
>>> abs(best.value - global_minimum((4, 2, 1), 2, 0.01, 0.01).objective) < 1e-12
True
"""

from __future__ import annotations

from theory.lazy import lazily

_HOMES = {
    ".energy": ("Architecture", "Energy", "Setting"),
    ".lbfgs": ("minimise",),
    ".starts": ("best_of_starts", "random_starts"),
}

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
