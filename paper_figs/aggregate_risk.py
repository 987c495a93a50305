"""Risk of regression from bag averages: against rho, against the bag size, under privacy, and where theory is silent.

`data` reads the store of the simulator ``aggregate`` and adds the limits; `draw` draws. Limits are of rho > 0, with a
bar for that of rho = 0, which is another where there are fewer bags than features and no ridge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paper_figs.style import BLACK, BLUE, GREEN, PURPLE, VERMILION, styled
from theory.regression.bags import asymptotic_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "aggregate"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, BLACK)
MARKS = ("o", "s", "^", "D", "v")
SIZE = 3  # the bag size of the panel under stress
SHOWN = 3  # of the epsilons, the smallest
NAMES = {"rademacher": "Rademacher", "t": "Student t, 5 degrees"}
_FINE, _NEAR = 80, 1e-3  # rhos of a line, the first one over the last

Curve = dict[str, Any]


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn, for the noise variance 1 unless said.

    Parameters
    ----------
    store : Store
        Of the simulator ``aggregate``.

    Returns
    -------
    dict
        ``psi``, ``dimension``; ``rho``: noise variance -> (bag size, name of the ridge) -> curve over rho; ``size``:
        name of a loss -> curve over bag sizes; ``private``: epsilon -> curves over bag sizes of the instance-level loss
        without ridge and of the bag-level loss with the best ridge; ``stress``: law of the data -> curve over rho,
        without ridge. A curve has ``x`` and ``risk``; over rho these are means, with ``risk_se``, and over bag sizes
        medians: at the peak the mean is infinite. Except under stress it has ``limit_x`` and ``limit`` and, over rho,
        ``limit_at_zero``.

    Raises
    ------
    ValueError
        If a part of the grid is missing.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows()]
    parts = {cell["part"] for cell, _ in rows}
    if not {"rho", "bag size"} <= parts:
        given = ", ".join(sorted(parts)) or "none"
        raise ValueError(f"the store must have the parts rho and bag size of the simulator aggregate, got {given}")
    by_rho = {cell["bag_size"]: (cell, found) for cell, found in rows if cell["part"] == "rho"}
    sizes = sorted(((cell, found) for cell, found in rows if cell["part"] == "bag size"), key=_bag_size)
    psi = rows[0][0]["dimension"] / rows[0][0]["samples"]
    stress = {
        cell["part"]: _over_rho(cell, found, 0, 1.0) for cell, found in rows if cell["part"] not in ("rho", "bag size")
    }
    epsilons = [epsilon for epsilon in sizes[0][0]["epsilons"] if epsilon is not None]
    return {
        "psi": psi,
        "dimension": rows[0][0]["dimension"],
        "rho": {noise: _with_ridges(by_rho, psi, noise) for noise in next(iter(by_rho.values()))[0]["noises"]},
        "size": {
            "bag-level, no ridge": _over_size(sizes, psi, rho=0.0, ridge=0, epsilon=None),
            "instance-level, no ridge": _over_size(sizes, psi, rho=1.0, ridge=0, epsilon=None),
            "bag-level, best ridge": _over_size(sizes, psi, rho=0.0, ridge=-1, epsilon=None),
        },
        "private": {
            epsilon: [
                _over_size(sizes, psi, rho=rho, ridge=ridge, epsilon=epsilon) for rho, ridge in ((1.0, 0), (0.0, -1))
            ]
            for epsilon in epsilons
        },
        "stress": ({"Gaussian": _over_rho(*by_rho[SIZE], 0, 1.0)} | stress) if SIZE in by_rho else stress,
    }


def _bag_size(row: tuple[dict[str, Any], dict[str, Any]]) -> int:
    return int(row[0]["bag_size"])


def _with_ridges(by_rho: dict[int, Any], psi: float, noise: float) -> dict[tuple[int, str], Curve]:
    """Return the curves without ridge, and with the ridge that is best for rho = 0, the last one."""
    found = {}
    for m, (cell, results) in sorted(by_rho.items()):
        for name, ridge in (("no ridge", 0), ("ridge", -1)):
            penalty = float(results["ridge"][0, ridge, cell["noises"].index(noise), 0])
            found[m, name] = _over_rho(cell, results, ridge, noise) | _rho_limit(psi, m, cell["rhos"], penalty, noise)
    return found


def _over_rho(cell: dict[str, Any], found: dict[str, Any], ridge: int, noise: float) -> Curve:
    where = (slice(None), ridge, cell["noises"].index(noise), 0)
    return {"x": cell["rhos"], "risk": found["risk"][where], "risk_se": found["risk_se"][where]}


def _rho_limit(psi: float, m: int, rhos: list[float], ridge: float, noise: float) -> Curve:
    fine = max(rhos) * np.geomspace(_NEAR, 1, _FINE)
    at_zero, *limit = np.asarray(asymptotic_risk(psi, m, np.asarray([0.0, *fine]), ridge, noise).risk)
    return {"limit_x": fine, "limit": np.asarray(limit), "limit_at_zero": float(at_zero)}


def _over_size(rows: list[Any], psi: float, *, rho: float, ridge: int, epsilon: float | None) -> Curve:
    x, risk, limit = [], [], []
    for cell, found in rows:
        where = (cell["rhos"].index(rho), ridge, 0, cell["epsilons"].index(epsilon))
        x.append(cell["bag_size"])
        risk.append(found["median"][where])
        noise, penalty = float(found["effective_noise"][where]), float(found["ridge"][where])
        limit.append(float(asymptotic_risk(psi, cell["bag_size"], rho, penalty, noise).risk))
    return {"x": x, "risk": np.asarray(risk), "limit_x": x, "limit": np.asarray(limit)}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: marks are simulated, with two standard errors, lines are limits."""
    from matplotlib.figure import Figure

    noises = sorted(found["rho"])
    columns = 2 if len(noises) == 1 else 3
    rows = -(-(len(noises) + 3) // columns)
    figure = Figure(figsize=(4.4 * columns, 3.7 * rows))
    panels = figure.subplots(rows, columns).ravel()
    for axes, noise in zip(panels, noises, strict=False):
        _draw_rho(axes, noise, found["rho"][noise], legend=noise == noises[-1])
    size, private, stress, *unused = panels[len(noises) :]
    _draw_sizes(size, found["size"], found["psi"])
    _draw_private(private, found["private"])
    _draw_stress(stress, found["stress"])
    for axes in unused:
        axes.set_axis_off()
    setting = f"d = {found['dimension']}, d/n = {found['psi']:g}"
    figure.suptitle(f"Regression from bag averages, {setting}; marks simulated, lines limits")
    return figure


def _draw_rho(axes: Any, noise: float, curves: dict[tuple[int, str], Curve], *, legend: bool) -> None:
    """Draw the curves of a noise variance; where it is largest there is room for the legend of all."""
    sizes = list(dict.fromkeys(m for m, _ in curves))
    for m, colour, mark in zip(sizes, COLOURS, MARKS, strict=False):
        for ridge, style, fill in (("no ridge", "-", colour), ("ridge", "--", "white")):
            curve = curves[m, ridge]
            axes.plot(curve["limit_x"], curve["limit"], style, color=colour, lw=1.2)
            axes.plot([0], [curve["limit_at_zero"]], "_", color=colour, ms=11)
            _mark(axes, curve, mark, colour, fill, f"m = {m}" if ridge == "no ridge" else None)
    axes.plot([], [], color=BLACK, ls="-", label="no ridge")
    axes.plot([], [], color=BLACK, ls="--", label="ridge d/n sigma^2, best for rho = 0")
    _finish(axes, "weight rho of the spread within bags", "squared error of the coefficients", legend=legend)
    axes.set_title(f"noise variance {noise:g}: rho = 0 bag-level, 1 instance-level")
    _log_scale(axes)


def _mark(axes: Any, curve: Curve, mark: str, colour: str, fill: str, name: str | None) -> None:
    bars = 2 * curve["risk_se"]
    axes.errorbar(curve["x"], curve["risk"], bars, fmt=mark, color=colour, mfc=fill, ms=4.5, lw=1, label=name)


def _draw_sizes(axes: Any, curves: dict[str, Curve], psi: float) -> None:
    for (name, curve), colour, mark in zip(curves.items(), COLOURS, MARKS, strict=False):
        axes.plot(curve["x"], curve["risk"], mark, color=colour, ms=4.5, label=name)
        axes.plot(curve["limit_x"], curve["limit"], color=colour, lw=1.2)
    _finish(axes, "bag size m", "squared error, median")
    axes.set_title(f"peak at m = n/d = {1 / psi:g}")
    _log_scale(axes)


def _draw_private(axes: Any, curves: dict[float, list[Curve]]) -> None:
    for epsilon, colour, mark in zip(sorted(curves)[:SHOWN], COLOURS, MARKS, strict=False):
        for curve, style, fill in zip(curves[epsilon], ("-", "--"), (colour, "white"), strict=True):
            own = f"epsilon = {epsilon:g}" if style == "-" else None
            axes.plot(curve["limit_x"], curve["limit"], style, color=colour, lw=1.2)
            axes.plot(curve["x"], curve["risk"], mark, color=colour, mfc=fill, ms=4.5, label=own)
    axes.plot([], [], color=BLACK, ls="-", label="instance-level, no ridge")
    axes.plot([], [], color=BLACK, ls="--", label="bag-level, best ridge")
    _finish(axes, "bag size m", "squared error, median")
    axes.set_title("private labels: without ridge the best m may exceed 1")
    _log_scale(axes)


def _draw_stress(axes: Any, curves: dict[str, Curve]) -> None:
    for (name, curve), colour, mark in zip(curves.items(), COLOURS, MARKS, strict=False):
        axes.plot(curve["x"], curve["risk"], ":", color=colour, lw=1)
        _mark(axes, curve, mark, colour, colour, NAMES.get(name, name))
    _finish(axes, "weight rho of the spread within bags", "squared error of the coefficients")
    axes.set_title(f"other data, m = {SIZE}, no ridge (simulated only)")
    _log_scale(axes)


def _finish(axes: Any, x: str, y: str, *, legend: bool = True) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if legend:
        axes.legend()


def _log_scale(axes: Any) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
