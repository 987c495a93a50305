"""Comp-sum losses: growth constants of the calibration function near 0, exact and published, against tau.

The transform is constant * beta^2 near 0 for tau < 2, whatever the number of classes, and linear from 2 on. The
published simplified constants are those of n = 2, 10 and 100 classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLACK, COLOURS, GREY, styled
from theory.classification.calibration import growth_constant, published_simplified_transform, transform

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("comp_sum",)

CLASSES = (2, 10, 100)
SMALL = 1e-3


def data(points: int = 191) -> dict[str, Any]:
    """Return the constants.

    Returns
    -------
    dict
        ``tau``, ``exact``: 1/(2^tau (2 - tau)); ``published``: n -> constant of beta^2; ``at`` : tau values at which
        the transform of ten classes over beta^2 was computed at beta = 1e-3, ``measured``.
    """
    tau = np.linspace(0, 1.9, points)
    at = np.linspace(0.1, 1.6, 7)
    return {
        "tau": tau,
        "exact": growth_constant(tau),
        "published": {n: np.asarray(published_simplified_transform(1.0, tau, n=n)) for n in CLASSES},
        "at": at,
        "measured": np.asarray(transform(SMALL, at, n=10)) / SMALL**2,
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.6))
    axes = figure.subplots()
    axes.plot(found["tau"], found["exact"], color=BLACK, label="exact, every n: 1/(2^tau (2 - tau))")
    axes.plot(
        found["at"],
        found["measured"],
        "o",
        color=BLACK,
        ms=4,
        mfc="white",
        label="T(beta)/beta^2, beta = 0.001, n = 10",
    )
    for colour, (n, constants) in zip(COLOURS, found["published"].items(), strict=False):
        axes.plot(found["tau"], constants, "--", color=colour, label=f"published, simplified, n = {n}")
    axes.axvline(1, color=GREY, lw=0.8)
    axes.annotate("logistic", (1, 3.2e-3), xytext=(3, 0), textcoords="offset points", fontsize=8, color=GREY)
    axes.set(xlabel="tau", ylabel="growth constant", yscale="log", ylim=(2e-3, 4))
    axes.set_title("Growth of the calibration function of comp-sum losses near 0")
    axes.legend()
    return figure
