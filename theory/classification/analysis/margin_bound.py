"""From a surrogate regret to a zero-one regret, for an analyzed margin loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from theory.classification.analysis.answers import TransformPoint
from theory.classification.analysis.closed_forms import Named
from theory.classification.analysis.intervals import at, compile_term, enclose
from theory.classification.margin_search import lower_hull
from theory.engine.terms import Term


@dataclass(frozen=True)
class MarginBound:
    """The bound of a calibrated margin loss; three ways, the strongest that applies.

    * a named loss: the closed form (``proved``);
    * a convex loss: for every score v > 0, T(t) >= phi(0) - E(v) - t O(v), with E and O the even and odd parts of phi,
      so that zero-one regret <= (regret - phi(0) + E(v)) / -O(v); the best of many v, in interval arithmetic
      (``certified``);
    * a loss that does not increase: the hull of the certified lower bounds on the grid (``certified``).
    """

    term: Term
    score_bound: Fraction | None
    named: Named | None
    convex: bool
    non_increasing: bool
    grid: tuple[TransformPoint, ...]

    @property
    def evidence(self) -> str:
        """The evidence word of `__call__`."""
        if self.named is not None:
            return "proved"
        return "certified" if self.convex or self.non_increasing else "estimated"

    def __call__(self, regret: float) -> float:
        """Return the largest zero-one regret, at most 1, that a surrogate regret >= 0 allows.

        Raises
        ------
        ValueError
            If the regret is negative or NaN.
        """
        if not regret >= 0:
            raise ValueError(f"regret must be at least 0, got {regret!r}")
        limit = math.inf if self.score_bound is None else float(self.score_bound)
        if self.named is not None:
            return float(self.named.bound(float(regret), limit))
        if self.convex:
            return min(1.0, self._tangents(regret))
        return self._hull(regret)

    @cached_property
    def _lines(self) -> list[tuple[arb, arb]]:
        """Pairs (fall, rise) of -2 O(v), from below, and 2 (E(v) - phi(0)), from above, for many scores v."""
        scores = [Fraction(float(v)) for v in np.geomspace(1e-4, 50.0, 160)]
        if self.score_bound is not None:
            scores = [v for v in scores if v < self.score_bound] + [self.score_bound]
        phi = compile_term(self.term)
        start, found = at(phi, Fraction(0)), []
        for v in scores:
            right, wrong = at(phi, v), at(phi, -v)
            fall, rise = wrong.low - right.high, wrong.high + right.high - 2 * start.low
            if fall > 0 and rise.is_finite():
                found.append((fall, rise))
        return found

    def _tangents(self, regret: float) -> float:
        if regret == 0:
            return 0.0  # T(t) > 0 for every t > 0
        doubled, best = 2 * enclose(Fraction(regret)).high, math.inf
        for fall, rise in self._lines:
            best = min(best, math.nextafter(float(((doubled + rise) / fall).upper()), math.inf))
        return max(best, 0.0)

    def _hull(self, regret: float) -> float:
        """Invert the hull of the lower bounds: between grid points T is at least its last certified value."""
        t, low = [0.0, float(self.grid[0].t)], [0.0, 0.0]
        for here, after in zip(self.grid, [*self.grid[1:], None], strict=True):
            t.append(float(here.t) if after is None else float(after.t))
            low.append(here.low)
        corners = lower_hull(np.array(t), np.array(low))
        heights = np.array(low)[corners]
        rising = np.concatenate([[True], np.diff(heights) > 0])
        return float(np.interp(regret, heights[rising], np.array(t)[corners][rising], right=1.0))

    def to_json(self) -> dict[str, Any]:
        return {"evidence": self.evidence}
