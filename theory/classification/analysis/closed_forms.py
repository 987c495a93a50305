"""Closed forms of the transforms of c*base(k u) + d for the named margin losses, as text and as numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from theory.classification import margin

_BASES = {
    "logistic": margin.logistic,
    "exponential": margin.exponential,
    "quadratic": margin.quadratic,
    "square": margin.quadratic,  # (1-u)^2 and max(0,1-u)^2 differ only beyond u = 1, where no minimum lies
    "sigmoid": margin.sigmoid,
    "hinge": margin.hinge,
    "rho-margin": margin.rho_margin,
}
_FREE = {
    "logistic": "((1+t)*log(1+t) + (1-t)*log(1-t))/2",
    "exponential": "1 - sqrt(1-t**2)",
    "quadratic": "t**2",
    "square": "t**2",
    "sigmoid": "t",
    "hinge": "t",
    "rho-margin": "t",
}
_BOUNDED = {
    "logistic": "{free} where t <= tanh(b/2), else b*t/2 - log(cosh(b/2))",
    "exponential": "{free} where t <= tanh(b), else 1 - cosh(b) + t*sinh(b)",
    "quadratic": "{free} where t <= b, else 2*b*t - b**2",
    "square": "{free} where t <= b, else 2*b*t - b**2",
    "sigmoid": "t*tanh(b)",
    "hinge": "t*min(b, 1)",
    "rho-margin": "t*min(b, 1)",
}


@dataclass(frozen=True)
class Named:
    """The loss ``factor*base(scale*u) + shift`` of a named base of unit margin.

    ``factor`` and ``scale`` are doubles for the numbers; ``factor_text`` and ``scale_text`` are exact.
    """

    name: str
    factor: float
    scale: float
    factor_text: str
    scale_text: str

    def transform(self, t: Any, score_bound: float) -> Any:
        """Return T(t): the factor times the base's transform with the score bound scaled."""
        return self.factor * margin.transform(t, _BASES[self.name](), self.scale * score_bound)

    def bound(self, regret: Any, score_bound: float) -> Any:
        """Return the zero-one regret that a surrogate regret allows."""
        return margin.bound(regret / self.factor, _BASES[self.name](), self.scale * score_bound)

    def text(self, score_bound: float) -> str:
        """Return the closed form in t, with b for the scaled score bound."""
        body = _FREE[self.name] if math.isinf(score_bound) else _BOUNDED[self.name].format(free=_FREE[self.name])
        if math.isinf(score_bound):
            return body if self.factor_text == "1" else f"({self.factor_text})*({body})"
        scaled = f"{score_bound:g}" if self.scale_text == "1" else f"({self.scale_text})*{score_bound:g}"
        where = f", b = {scaled}"
        return (body if self.factor_text == "1" else f"({self.factor_text})*[{body}]") + where

    def description(self) -> str:
        """Return how the loss arises from its base."""
        plain = self.factor_text == "1" and self.scale_text == "1"
        return f"the {self.name} loss" + ("" if plain else f" times {self.factor_text} at scale {self.scale_text}")
