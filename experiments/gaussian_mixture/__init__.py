"""Gaussian mixtures: exact errors, estimators for thousands of samples at once, and learning curves.

Names are loaded when they are first used, so that ``import experiments.gaussian_mixture`` costs nothing.

Examples
--------
>>> from experiments.gaussian_mixture import bayes_error
>>> round(bayes_error(1.0), 8)
0.15865525
"""

from __future__ import annotations

from theory.lazy import lazily

_HOMES = {
    ".errors": (
        "NotClosed", "adversarial_error", "bayes_error", "linear_rule_error", "mixture_bayes_error", "shifted",
    ),
    ".mixture": ("GaussianMixture", "NotPositive"),
    ".rules": ("Rule",),
    ".sampling": ("draw",),
    ".simulation": ("simulate",),
    "theory.mixtures.plug_in": ("plug_in_error",),
}  # fmt: skip

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
