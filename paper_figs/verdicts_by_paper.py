"""Verdicts on record, by paper: how many claims of each are proved, certified, supported, argued and refuted.

A verdict on record is what the claim says that it is decided to be; `lossproof verify` fails where it decides
otherwise. "Refuted" are statements in the form given, beside which a corrected one stands where there is one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from paper_figs.style import BLUE, GREY, ORANGE, SKY, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VERDICTS = {"proved": BLUE, "certified": SKY, "supported": ORANGE, "argued": GREY, "refuted": VERMILION}


def data() -> dict[str, Any]:
    """Return paper -> verdict -> number of claims, papers with most claims first.

    Raises
    ------
    ValueError
        If no claim is installed.
    """
    from theory.engine.discovery import collect

    counts: dict[str, Counter[str]] = {}
    for claim in collect().claims.values():
        counts.setdefault(claim.paper, Counter())[claim.expected.value] += 1
    if not counts:
        raise ValueError("there must be installed claims, got none")
    order = sorted(counts, key=lambda paper: (-counts[paper].total(), paper))
    return {paper: {verdict: counts[paper][verdict] for verdict in VERDICTS} for paper in order}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.3 + 0.17 * len(found)))
    axes = figure.subplots()
    left = [0] * len(found)
    rows = range(len(found))
    for verdict, colour in VERDICTS.items():
        width = [counts[verdict] for counts in found.values()]
        if any(width):
            axes.barh(rows, width, left=left, color=colour, label=f"{verdict} ({sum(width)})")
        left = [a + b for a, b in zip(left, width, strict=True)]
    axes.set_yticks(rows, list(found), fontsize=7)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlabel("claims")
    axes.grid(axis="y", alpha=0)
    axes.set_title(f"{sum(left)} claims of {len(found)} papers: verdicts on record")
    axes.legend(loc="lower right")
    return figure
