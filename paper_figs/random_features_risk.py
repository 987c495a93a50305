"""More is better with the best ridge, double descent at a small one, and how closely the best ridge fits.

`data` reads the store of the simulator ``random_features`` and adds the eigenframework between its cells; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.random_features.simulation import Problem
from paper_figs.style import BLACK, BLUE, VERMILION, styled
from theory.regression.more_is_better import best_ridge, eigenframework, fitting_ratio, noise_threshold, relative_noise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "random_features"
COLOURS = (VERMILION, BLUE)  # the small ridge, the best; or the two laws
MARKS = ("s", "o")
_FINE, _MAP = 61, 15

Curve = dict[str, Any]
Cell = dict[str, Any]
Row = tuple[Cell, dict[str, Any]]


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``random_features``.

    Returns
    -------
    dict
        ``held``, the number of samples or features that is held; ``small``, the ridge; ``samples`` and ``features``:
        the two curves (small ridge, best) of test errors; ``kernel``: what is predicted for infinitely many features;
        ``ratio``: law (alpha, beta) -> curve of training error over test error against the relative noise; ``map``:
        numbers of samples and features, and the predicted test error at the best ridge. A curve has ``x``, ``found``,
        ``se`` (not ``ratio``), ``line_x`` and ``line``.

    Raises
    ------
    ValueError
        If a part of the grid is missing.
    """
    rows: list[Row] = [(dict(cell), dict(results)) for cell, results in store.rows()]
    parts = {name: [row for row in rows if row[0]["part"] == name] for name in ("samples", "features", "noise")}
    if not all(parts.values()):
        missing = ", ".join(name for name, several in parts.items() if not several)
        raise ValueError(f"the store must have all parts of the simulator random_features; missing: {missing}")
    first = parts["samples"][0][0]
    finite = [row for row in parts["features"] if row[0]["features"] is not None]
    return {
        "held": first["features"],
        "small": first["ridges"][0],
        "samples": [_errors(parts["samples"], "samples", place) for place in (0, 1)],
        "features": [_errors(finite, "features", place) for place in (0, 1)],
        "kernel": [float(results["test_limit"][place, 0]) for cell, results in parts["features"]
                   if cell["features"] is None for place in (0, 1)],
        "ratio": {(cell["alpha"], cell["beta"]): _ratio(cell, results) for cell, results in parts["noise"]},
        "map": _map(first),
    }  # fmt: skip


def _problem(cell: Cell, noise: float) -> Problem:
    return Problem.power_law(cell["modes"], cell["alpha"], cell["beta"], noise)


def _errors(rows: list[Row], name: str, place: int) -> Curve:
    """Return the test errors against the number of samples or features, at one of the two ridges."""
    rows = sorted(rows, key=lambda row: int(row[0][name]))
    cell = rows[0][0]
    problem = _problem(cell, cell["noises"][0])
    x = np.asarray([row[0][name] for row in rows], dtype=np.float64)
    fine = np.geomspace(x[0], x[-1], _FINE)
    numbers = {"samples": cell["samples"], "features": cell["features"], name: fine}
    spectrum = problem.eigenvalues, problem.coefficients, numbers["samples"], numbers["features"]
    if place == 0:
        line = eigenframework(*spectrum, cell["ridges"][0], problem.noise_variance)
    else:
        line = best_ridge(*spectrum, problem.noise_variance)
    found, se = (np.asarray([row[1][key][place, 0] for row in rows]) for key in ("test", "test_se"))
    return {"x": x, "found": found, "se": se, "line_x": fine, "line": line.test_error}


def _ratio(cell: Cell, results: dict[str, Any]) -> Curve:
    """Return training error over test error, predicted for the numbers of the cell and for infinitely many samples."""
    law = cell["alpha"], cell["beta"]
    noises = np.asarray(cell["noises"])
    unit = 1 / relative_noise(*law, cell["samples"], 1.0)
    problem = _problem(cell, 0.0)
    fine = np.linspace(0.0, noises[-1] / unit, _FINE)
    line = best_ridge(problem.eigenvalues, problem.coefficients, cell["samples"], np.inf, fine * unit)
    return {
        "x": noises / unit,
        "found": results["train"][0] / results["test"][0],
        "line_x": fine,
        "line": line.train_error / line.test_error,
        "limit": fitting_ratio(*law, fine),
        "threshold": noise_threshold(*law),
    }


def _map(cell: Cell) -> dict[str, Any]:
    problem = _problem(cell, cell["noises"][0])
    several = np.geomspace(cell["features"] / 10, cell["features"] * 10, _MAP)
    found = best_ridge(problem.eigenvalues, problem.coefficients, several, several[:, None], problem.noise_variance)
    return {"numbers": several, "test": found.test_error}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: marks are simulated, lines the eigenframework."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.4), dpi=140, layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    held, names = found["held"], (f"ridge {found['small']:g}", "best ridge")
    for axes, part, other in ((panels[0], "samples", "features"), (panels[1], "features", "samples")):
        for curve, name, colour, mark in zip(found[part], names, COLOURS, MARKS, strict=True):
            _line(axes, curve, name, colour, mark)
        axes.axvline(held, color="0.6", lw=0.8, ls=":")
        axes.set(xscale="log", yscale="log", xlabel=f"number of {part}", ylabel="test error")
        _plain_ticks(axes)
        axes.set_title(f"{held} {other}: the peak is where both are equal", fontsize=9.5)
    for value, colour in zip(found["kernel"], COLOURS, strict=True):
        panels[1].axhline(value, color=colour, lw=1, ls="--")
    panels[1].plot([], [], "--", color=BLACK, lw=1, label="infinitely many")
    _draw_ratio(panels[2], found["ratio"])
    for axes in panels[:3]:
        axes.legend(fontsize=7.5, loc=(0.27, 0.3) if axes is panels[2] else "upper right")
    _draw_map(figure, panels[3], found["map"])
    figure.suptitle(
        "Ridge regression on random features; marks simulated, with 2 s.e., lines the eigenframework", fontsize=11
    )
    return figure


def _plain_ticks(axes: Any) -> None:
    """Write 50, 100, 200 and 0.5, 1, 2 on logarithmic axes."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FormatStrFormatter("%g"))
        axis.set_minor_locator(NullLocator())


def _line(axes: Any, curve: Curve, name: str, colour: str, mark: str) -> None:
    axes.plot(curve["line_x"], curve["line"], color=colour, lw=1.3)
    axes.errorbar(curve["x"], curve["found"], 2 * curve["se"], fmt=mark, color=colour, ms=4.5, lw=1, label=name)


def _draw_ratio(axes: Any, ratios: dict[Any, Curve]) -> None:
    for (law, curve), colour, mark in zip(ratios.items(), COLOURS, MARKS, strict=False):
        axes.plot(curve["line_x"], curve["line"], color=colour, lw=1.3)
        axes.plot(curve["line_x"], curve["limit"], "--", color=colour, lw=1)
        axes.plot(
            curve["x"], curve["found"], mark, color=colour, ms=4.5, label=f"alpha = {law[0]:g}, beta = {law[1]:g}"
        )
        if curve["threshold"] > 0:
            axes.axvline(curve["threshold"], color=colour, lw=0.8, ls=":")
    axes.plot([], [], color=BLACK, ls="--", lw=1, label="infinitely many samples and modes")
    axes.plot([], [], color=BLACK, ls=":", lw=0.8, label="up to here interpolation is best")
    axes.set(xlabel="noise variance over the bias of interpolation", ylabel="training error over test error")
    axes.set_title("how closely the best ridge fits, kernel limit", fontsize=9.5)


def _draw_map(figure: Figure, axes: Any, found: dict[str, Any]) -> None:
    numbers = found["numbers"]
    shown = axes.contourf(numbers, numbers, found["test"], levels=12, cmap="cividis")
    axes.contour(numbers, numbers, found["test"], levels=12, colors="white", linewidths=0.4)
    axes.set(xscale="log", yscale="log", xlabel="number of samples", ylabel="number of features")
    axes.set_title("predicted test error at the best ridge", fontsize=9.5)
    figure.colorbar(shown, ax=axes, label="test error")
