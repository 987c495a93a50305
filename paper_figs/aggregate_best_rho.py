"""The best weight rho of the spread within bags, without ridge, against the bag size, and what is left to gain.

Limits are by the calculator, marks simulated at a small size. The upper panels show rho* for several noise variances
and several numbers of features an example, the lower ones its risk over the least risk of all penalties, that of the
bag-level loss with the best ridge. Where the risk still falls as rho grows without end no rho* is shown; rho* is 0
where the least-norm solution of the bag-level loss, which shrinks, is better than every rho.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bag_regression import Design, Setting, simulate
from paper_figs.style import COLOURS, GREY, styled
from theory.regression.bags import best_rho, ridge_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPERS = ("aggregate",)

MARKS = ("o", "s", "^", "D")
NOISES, PSIS = (0.25, 1.0, 4.0), (0.1, 0.25, 0.5, 0.75)
PSI, NOISE = 0.25, 1.0  # of the panels where the other one varies
SIMULATED = (2, 3, 5, 8, 12, 16, 20)  # if they divide n
_FINE = np.arange(2, 21)

Curve = dict[str, Any]


def data(*, dimension: int = 60, replicates: int = 150, seed: int = 1) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    dimension, replicates, seed : int
        Of the simulated marks; n is near d/psi.

    Returns
    -------
    dict
        ``dimension``; ``noise`` and ``psi``: value -> curve with ``x`` (bag sizes), ``rho``, ``attained``, ``excess``
        (risk at rho* over the least risk), ``simulated_x``, ``simulated`` and ``simulated_se`` of the excess.
    """
    return {
        "dimension": dimension,
        "noise": {noise: _curve(PSI, noise, dimension, replicates, seed) for noise in NOISES},
        "psi": {psi: _curve(psi, NOISE, dimension, replicates, seed) for psi in PSIS},
    }


def _curve(psi: float, noise: float, dimension: int, replicates: int, seed: int) -> Curve:
    best = best_rho(psi, _FINE, 0.0, noise)
    samples = round(dimension / psi)
    sizes = np.asarray([m for m in SIMULATED if samples % m == 0])
    rhos = np.asarray(best.rho)[np.searchsorted(_FINE, sizes)]
    settings = [Setting(int(m), float(rho), 0.0, noise) for m, rho in zip(sizes, rhos, strict=True)]
    found = simulate(Design(samples, dimension), settings, replicates=replicates, seed=seed)
    least = ridge_risk(psi, sizes, noise)
    return {
        "x": _FINE,
        "rho": best.rho,
        "attained": best.attained,
        "excess": best.risk / ridge_risk(psi, _FINE, noise),
        "simulated_x": sizes,
        "simulated": found.mean / least,
        "simulated_se": found.standard_error / least,
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: lines are limits, marks simulated with two standard errors."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.2))
    panels = figure.subplots(2, 2, sharex=True)
    names = {
        "noise": (f"signal power 1, d/n = {PSI:g}", "noise variance {:g}"),
        "psi": (f"signal power 1, noise variance {NOISE:g}", "d/n = {:g}"),
    }
    for column, (key, (title, name)) in enumerate(names.items()):
        for (value, curve), colour, mark in zip(found[key].items(), COLOURS, MARKS, strict=False):
            _draw_rho(panels[0, column], curve, colour, mark)
            _draw_excess(panels[1, column], curve, name.format(value), colour, mark)
        panels[0, column].set_title(title)
        panels[0, column].set_yscale("symlog", linthresh=0.05)
        panels[0, column].set_ylim(-0.01)
        panels[0, column].annotate("instance-level", (20, 1.0), ha="right", va="bottom", fontsize=8, color=GREY)
        panels[0, column].annotate("bag-level", (2, 0.004), fontsize=8, color=GREY)
        panels[0, column].set_ylabel("best weight rho*, no ridge (0 to 0.05 linear)")
        panels[1, column].set_ylabel("risk at rho* / least risk of all (rho, ridge)")
        panels[1, column].set_xlabel("bag size m")
        panels[1, column].set_xticks(range(2, 21, 2))
        panels[1, column].legend()
        for axes in panels[:, column]:
            axes.axhline(1.0, color=GREY, lw=1, ls="--")
    figure.suptitle(f"Best interpolation without ridge; lines limits, marks below simulated, d = {found['dimension']}")
    return figure


def _draw_rho(axes: Any, curve: Curve, colour: str, mark: str) -> None:
    """Draw rho* where it is attained, and no line to and from 0: there it jumps."""
    rho = np.asarray(curve["rho"])
    for part, style in ((rho > 0, "-"), (rho == 0, "none")):
        shown = np.where(part & np.asarray(curve["attained"]), rho, np.nan)
        axes.plot(curve["x"], shown, color=colour, ls=style, lw=1.3, marker=mark, ms=3.5)


def _draw_excess(axes: Any, curve: Curve, name: str, colour: str, mark: str) -> None:
    axes.plot(curve["x"], curve["excess"], color=colour, lw=1.3)
    bars = 2 * curve["simulated_se"]
    axes.errorbar(
        curve["simulated_x"], curve["simulated"], bars, fmt=mark, color=colour, ms=4.5, lw=1, capsize=2, label=name
    )
