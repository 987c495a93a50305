"""Comp-sum losses: exact against published H-consistency bounds, for several tau and numbers of classes.

Above: the bound on the zero-one regret for a surrogate regret, exact for all scores and as published, simplified.
Below: how many times too large the published bounds, simplified and not, are. Up to tau* = 1.66 the exact bound is the
same for all numbers of classes: thinner lines lie on thicker ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLACK, COLOURS, styled
from theory.classification.calibration import bound, published_bound, published_exact_bound

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("comp_sum",)

TAUS, CLASSES = (1.0, 1.3, 1.6, 2.0), (2, 10, 100, 1000)


def data(points: int = 121) -> dict[str, Any]:
    """Return the bounds.

    Parameters
    ----------
    points : int
        Surrogate regrets between 1e-4 and 1.

    Returns
    -------
    dict
        ``regret``, shape (points,); for each tau the arrays ``exact`` and ``published``, both cut at 1, and
        ``simplified``, which is not, of shape (number of ``classes``, points).
    """
    regret, classes = np.geomspace(1e-4, 1, points), np.asarray(CLASSES)[:, None]
    found: dict[str, Any] = {"regret": regret, "classes": list(CLASSES), "tau": {}}
    for tau in TAUS:
        found["tau"][tau] = {
            "exact": bound(regret, tau, n=classes),
            "published": published_exact_bound(regret, tau, n=classes),
            "simplified": published_bound(regret, tau, n=classes),
        }
    return found


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.1 * len(found["tau"]), 4.8))
    panels = figure.subplots(2, len(found["tau"]), sharex=True, sharey="row")
    x = found["regret"]
    for column, (tau, bounds) in enumerate(found["tau"].items()):
        above, below = panels[:, column]
        for k, n in enumerate(found["classes"]):
            colour = COLOURS[k]
            above.plot(x, bounds["exact"][k], color=colour, lw=4.2 - k, label=f"n = {n}, exact")
            above.plot(x, np.minimum(bounds["simplified"][k], 1), color=colour, ls=":", lw=1.2)
            below.plot(x, bounds["published"][k] / bounds["exact"][k], color=colour, ls="--", lw=1.2)
            below.plot(x, np.minimum(bounds["simplified"][k], 1) / bounds["exact"][k], color=colour, ls=":", lw=1.2)
        above.plot([], [], color=BLACK, ls=":", lw=1.2, label="published, simplified")
        below.plot([], [], color=BLACK, ls="--", lw=1.2, label="published")
        above.set(xscale="log", yscale="log", title=f"tau = {tau:g}")
        below.set(xscale="log", yscale="log", xlabel="surrogate regret + gap")
    panels[0, 0].set_ylabel("zero-one regret + gap")
    panels[1, 0].set_ylabel("published (cut at 1) / exact")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    more, names = panels[1, 0].get_legend_handles_labels()
    figure.legend(handles + more, labels + names, loc="outside lower center", ncols=3)
    figure.suptitle("H-consistency bounds of comp-sum losses, all scores")
    return figure
