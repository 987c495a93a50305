"""Gaussian mixtures: exact errors, estimators for thousands of samples at once, and learning curves.

Names are loaded when they are first used, so that ``import experiments.gaussian_mixture`` costs nothing.

Examples
--------
>>> from experiments.gaussian_mixture import bayes_error
>>> round(bayes_error(1.0), 8)
0.15865525
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "GaussianMixture": "experiments.gaussian_mixture.mixture",
    "NotClosed": "experiments.gaussian_mixture.errors",
    "NotPositive": "experiments.gaussian_mixture.mixture",
    "Rule": "experiments.gaussian_mixture.rules",
    "adversarial_error": "experiments.gaussian_mixture.errors",
    "bayes_error": "experiments.gaussian_mixture.errors",
    "draw": "experiments.gaussian_mixture.sampling",
    "linear_rule_error": "experiments.gaussian_mixture.errors",
    "mixture_bayes_error": "experiments.gaussian_mixture.errors",
    "plug_in_error": "theory.mixtures.plug_in",
    "shifted": "experiments.gaussian_mixture.errors",
    "simulate": "experiments.gaussian_mixture.simulation",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 (the table is the list)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
