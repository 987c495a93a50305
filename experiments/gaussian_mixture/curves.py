"""Learning curves as an object: errors of learners at sample sizes, replicate by replicate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.engine.shown import table

__all__ = ["LearningCurves"]


@dataclass(frozen=True, eq=False, repr=False)
class LearningCurves:
    """Errors of learners.

    Attributes
    ----------
    learners : tuple of str, length L
    sizes : tuple of int, length S
        Labelled points.
    errors : array, shape (L, S, R)
        Error of each learner, size and replicate.
    exact : array of bool, shape (L,)
        True where errors are exact for the rule learned; else they are frequencies on ``test_size`` points, the same
        for all rules.
    bayes : float or None
        The Bayes error, where closed and without an adversary.
    test_size : int
    """

    learners: tuple[str, ...]
    sizes: tuple[int, ...]
    errors: NDArray[np.float64]
    exact: NDArray[np.bool_]
    bayes: float | None
    test_size: int

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean errors over replicates, shape (L, S)."""
        return np.asarray(self.errors.mean(axis=-1))

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """Standard errors of the means, shape (L, S): over replicates, and of the common test points where used.

        The latter is at most that of one frequency, which is what is added. NaN for a single replicate.
        """
        replicates = self.errors.shape[-1]
        if replicates < 2:
            return np.full(self.errors.shape[:2], math.nan)
        squared = self.errors.var(axis=-1, ddof=1) / replicates
        test = self.mean * (1 - self.mean) / max(self.test_size, 1)
        return np.asarray(np.sqrt(squared + np.where(self.exact[:, None], 0.0, test)))

    @property
    def excess(self) -> NDArray[np.float64]:
        """Mean errors less the Bayes error, shape (L, S).

        Raises
        ------
        ValueError
            If the Bayes error has no closed form.
        """
        if self.bayes is None:
            raise ValueError("the Bayes error of this mixture has no closed form here: there is no exact excess")
        return self.mean - self.bayes

    def rows(self) -> list[dict[str, Any]]:
        """Return one dictionary for each learner and size."""
        mean, error = self.mean, self.standard_error
        return [
            {
                "learner": learner,
                "m": size,
                "error": float(mean[i, j]),
                "standard_error": float(error[i, j]),
                "exact": bool(self.exact[i]),
            }
            for i, learner in enumerate(self.learners)
            for j, size in enumerate(self.sizes)
        ]

    def _cells(self) -> list[list[str]]:
        mean, error = self.mean, self.standard_error
        body = [
            [learner, *(f"{mean[i, j]:.5f} ({error[i, j]:.1e})" for j in range(len(self.sizes)))]
            for i, learner in enumerate(self.learners)
        ]
        return [["learner", *(f"m = {size}" for size in self.sizes)], *body]

    def _caption(self) -> str:
        bayes = "unknown" if self.bayes is None else f"{self.bayes:.5f}"
        return f"mean error (standard error) over {self.errors.shape[-1]} replicates; Bayes error {bayes}"

    def table(self) -> str:
        """Return the curves as text, one line a learner."""
        cells = self._cells()
        widths = [max(len(row[j]) for row in cells) for j in range(len(cells[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        return "\n".join([*lines, self._caption()])

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        head, *body = self._cells()
        return table(body, caption=self._caption(), head=head)
