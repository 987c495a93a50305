"""The Bayes errors of the simulated classes as they stand in the published code."""

from __future__ import annotations

__all__ = ["DECIMALS", "PUBLISHED"]

DECIMALS = 5
"""Of the numbers in the table; its zeros are read at as many."""
PUBLISHED: dict[tuple[int, int], str] = {
    (2, 2): ".06655",
    (2, 4): ".02924",
    (2, 10): ".00483",
    (2, 20): ".00037",
    **{(2, n): "0" for n in (40, 100, 200, 400, 1000)},
    **{(classes, n): "0" for classes in (3, 5, 7) for n in (40, 100, 200, 400, 1000, 2000, 4000, 10000)},
}
"""(Number of classes, number of features) -> the number as printed there."""
