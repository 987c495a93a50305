"""The Bayes errors in the published code of the simulation against the exact ones, with the wrong entries named.

A published number is read at its printed digits: it is right if the exact value rounds to it. The zeros are read at
five decimals, like the other numbers of the table.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from paper_figs.style import VERMILION, styled
from theory.classification.dis_vs_gen.gaussian_errors import bayes_error, simulated_positions, simulated_separation
from theory.classification.dis_vs_gen.published import DECIMALS, PUBLISHED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("dis_vs_gen",)


def data(published: Mapping[tuple[int, int], str] = PUBLISHED) -> list[dict[str, Any]]:
    """Return one row for each entry: classes, n, published, exact, rounded and right.

    Parameters
    ----------
    published : mapping
        (Number of classes, number of features) -> the number as printed.

    Examples
    --------
    >>> [(row["classes"], row["n"]) for row in data() if not row["right"]][:5]
    [(2, 2), (2, 4), (2, 10), (2, 20), (3, 40)]
    """
    return [_row(classes, n, text) for (classes, n), text in published.items()]


def _row(classes: int, n: int, text: str) -> dict[str, Any]:
    exact = float(bayes_error(simulated_positions(classes), simulated_separation(n)))
    right = abs(Decimal(text) - Decimal(exact)) <= Decimal(5).scaleb(-DECIMALS - 1)
    rounded = f"{exact:.{DECIMALS}f}".lstrip("0")
    return {"classes": classes, "n": n, "published": text, "exact": exact, "rounded": rounded, "right": right}


@styled
def draw(rows: list[dict[str, Any]]) -> Figure:
    """Return the table as a figure, wrong entries bold and shaded."""
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    classes = list(dict.fromkeys(row["classes"] for row in rows))
    features = sorted({row["n"] for row in rows})
    cells = {(row["classes"], row["n"]): row for row in rows}
    figure = Figure(figsize=(12, 0.3 * len(features) + 0.8))
    axes = figure.subplots()
    axes.axis("off")
    text = [[_text(cells.get((K, n))) for K in classes] for n in features]
    table = axes.table(
        cellText=text,
        rowLabels=[f"n = {n}" for n in features],
        colLabels=[f"K = {K}: published / exact" for K in classes],
        cellLoc="center",
        bbox=Bbox.from_bounds(0.08, 0.0, 0.92, 1.0),
    )
    for i, n in enumerate(features):
        for j, K in enumerate(classes):
            row = cells.get((K, n))
            if row is not None and not row["right"]:
                table[i + 1, j].set_facecolor((VERMILION, 0.3))
                table[i + 1, j].set_text_props(fontweight="bold")
    wrong = sum(not row["right"] for row in rows)
    axes.set_title(f"Published Bayes errors at {DECIMALS} decimals: {wrong} of {len(rows)} are wrong (bold, shaded)")
    return figure


def _text(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    exact = row["exact"]
    short = f"{exact:.5f}".lstrip("0") if exact >= 1e-4 else f"{exact:.1e}" if exact > 0 else "< 1e-300"
    return f"{row['published']} / {short}" if math.isfinite(exact) else row["published"]
