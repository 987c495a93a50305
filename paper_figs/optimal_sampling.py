"""Weighted least squares by the law of its points: distance of G to I, failures, n = m, and the error.

`data` reads the store of the simulator ``optimal_sampling`` and adds the bounds; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.optimal_sampling.optimal_sampling_simulator import DELTA, ETA, QUANTILES
from paper_figs.style import BLACK, BLUE, GREEN, GREY, VERMILION, styled
from theory.regression.wls_dpp.christoffel import failure_bound, sample_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

NAMES = {
    "measure": "independent, of the measure",
    "christoffel": "independent, density k/m",
    "volume": "volume-rescaled",
    "process": "determinantal, repeated",
}
SIMULATOR = "optimal_sampling"
COLOURS = {"measure": BLACK, "christoffel": BLUE, "volume": GREEN, "process": VERMILION}
MARKS = {"measure": "v", "christoffel": "o", "volume": "^", "process": "s"}
FUNCTION = "runge"
_LOW, _MEDIAN, _HIGH = 0, QUANTILES.index(0.5), len(QUANTILES) - 1


def data(store: Store, basis: str = "legendre") -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    store : Store
        Of the simulator ``optimal_sampling``.
    basis : str
        Whose cells are drawn.

    Returns
    -------
    dict
        ``basis``, ``dimension``; ``enough``, the sample number at eta = 1/10 and delta = 1/2; ``points``: method ->
        ``n``, ``distance`` (quantiles), ``failures``, ``excess`` (median of the squared error over that of the best
        approximation, less 1); ``square``: method -> ``m``, ``least`` (quantiles); ``bound_n`` and ``bound``, the
        Chernoff bound.

    Raises
    ------
    ValueError
        If a part of the grid is missing.
    """
    rows = [(dict(cell), dict(results)) for cell, results in store.rows() if cell["basis"] == basis]
    parts = {cell["part"] for cell, _ in rows}
    if not {"points", "square"} <= parts:
        given = ", ".join(sorted(parts)) or "none"
        raise ValueError(
            f"the store must have the parts points and square of the simulator optimal_sampling for the basis "
            f"{basis}, got {given}"
        )
    m = next(cell["dimension"] for cell, _ in rows if cell["part"] == "points")
    bound_n = np.arange(m, max(cell["points"] for cell, _ in rows) + 1)
    return {
        "basis": basis,
        "dimension": m,
        "enough": sample_number(m, ETA, DELTA),
        "points": {method: _over_points(chosen) for method, chosen in _by_method(rows, "points")},
        "square": {method: _over_dimensions(chosen) for method, chosen in _by_method(rows, "square")},
        "bound_n": bound_n,
        "bound": np.minimum(1.0, [failure_bound(m, int(n), DELTA) for n in bound_n]),
    }


def _by_method(rows: list[Any], part: str) -> list[tuple[str, list[Any]]]:
    """Return the rows of a part by method, in the order of n, then of m."""
    own = sorted((row for row in rows if row[0]["part"] == part), key=_size)
    found = [(method, [row for row in own if row[0]["method"] == method]) for method in NAMES]
    return [(method, chosen) for method, chosen in found if chosen]


def _size(row: tuple[dict[str, Any], dict[str, Any]]) -> int:
    return int(row[0]["points"])


def _over_points(rows: list[Any]) -> dict[str, Any]:
    return {
        "n": np.asarray([cell["points"] for cell, _ in rows]),
        "distance": np.asarray([found["distance"] for _, found in rows]),
        "failures": np.asarray([found["failures"] for _, found in rows]),
        "excess": np.asarray([found["ratio"][cell["functions"].index(FUNCTION), _MEDIAN] - 1 for cell, found in rows]),
    }


def _over_dimensions(rows: list[Any]) -> dict[str, Any]:
    return {
        "m": np.asarray([cell["dimension"] for cell, _ in rows]),
        "least": np.asarray([found["least"] for _, found in rows]),
    }


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.4))
    panels = figure.subplots(2, 2).ravel()
    _draw_distance(panels[0], found)
    _draw_failures(panels[1], found)
    _draw_square(panels[2], found)
    _draw_excess(panels[3], found)
    for axes in panels:
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=8)
    title = f"Weighted least squares, {found['basis'].capitalize()} polynomials, m = {found['dimension']}"
    figure.suptitle(title, fontsize=11)
    return figure


def _curve(axes: Any, method: str, x: Any, y: Any, *, named: bool = True) -> None:
    label = NAMES[method] if named else None
    axes.plot(x, y, color=COLOURS[method], marker=MARKS[method], ms=4.5, lw=1.3, label=label)


def _over_n(axes: Any, title: str, label: str) -> None:
    axes.set_xscale("log")
    axes.set_xlabel("number n of points")
    axes.set_ylabel(label)
    axes.set_title(title, fontsize=9.5)


def _draw_distance(axes: Any, found: dict[str, Any]) -> None:
    for method, curve in found["points"].items():
        _curve(axes, method, curve["n"], curve["distance"][:, _MEDIAN])
    axes.axhline(DELTA, color=GREY, ls="--", lw=1)
    axes.text(found["bound_n"][0], DELTA * 1.05, "1/2", color=GREY, fontsize=8)
    axes.set_yscale("log")
    _over_n(axes, "distance of the Gram matrix to I, median", "|G - I|")


def _draw_failures(axes: Any, found: dict[str, Any]) -> None:
    for method, curve in found["points"].items():
        _curve(axes, method, curve["n"], curve["failures"], named=False)
    axes.plot(found["bound_n"], found["bound"], "--", color=COLOURS["christoffel"], lw=1.3, label="Chernoff bound, k/m")
    axes.axvline(found["enough"], color=GREY, ls=":", lw=1)
    axes.text(found["enough"] * 0.97, 0.5, f"n = {found['enough']}", color=GREY, fontsize=8, rotation=90, ha="right")
    _over_n(axes, f"failures; the bound is {ETA:g} at the dotted line", "share of |G - I| > 1/2")


def _draw_square(axes: Any, found: dict[str, Any]) -> None:
    for method, curve in found["square"].items():
        _curve(axes, method, curve["m"], curve["least"][:, _MEDIAN], named=False)
        for end in (_LOW, _HIGH):
            axes.plot(curve["m"], curve["least"][:, end], ":", color=COLOURS[method], lw=1)
    axes.set_yscale("log")
    axes.set_ylim(1e-9, 2)
    axes.set_xlabel("dimension m = number of points n")
    axes.set_ylabel("least eigenvalue of G")
    axes.set_title("n = m: median; dotted 5 % and 95 %", fontsize=9.5)


def _draw_excess(axes: Any, found: dict[str, Any]) -> None:
    for method, curve in found["points"].items():
        _curve(axes, method, curve["n"], curve["excess"])
    ends = found["bound_n"][[0, -1]]
    axes.plot(ends, found["dimension"] / ends, "--", color=GREY, lw=1, label="m/n")
    axes.set_yscale("log")
    axes.set_ylim(1e-3, 1e3)
    _over_n(axes, "error for $1/(1+25x^2)$, over the best one, median", "squared error / best - 1")
