"""Risk of regression from bag averages: against rho, against the bag size, under privacy, and where theory is silent.

`data` reads the store of the simulator ``aggregate`` and adds the limits; `draw` draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from theory.regression.bags import asymptotic_risk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
MARKS = ("o", "s", "^", "D", "v")
SIZE = 3  # the bag size of the panel under stress
SHOWN = 3  # of the epsilons, the smallest
NAMES = {"rademacher": "Rademacher", "t": "Student t, 5 degrees"}
_FINE = 80

Curve = dict[str, Any]


def data(store: Store) -> dict[str, Any]:
    """Return what is drawn, for the noise variance 1, and no ridge unless said.

    Parameters
    ----------
    store : Store
        Of the simulator ``aggregate``.

    Returns
    -------
    dict
        ``psi``, ``dimension``; ``rho``: bag size -> curve over rho; ``size``: name of a loss -> curve over bag sizes;
        ``private``: epsilon -> curves over bag sizes of the instance-level loss without ridge and of the bag-level loss
        with the best ridge; ``stress``: law of the data -> curve over rho. A curve has ``x``, ``risk`` (means, over bag
        sizes medians: at the peak the mean is infinite), and, except under stress, ``limit_x`` and ``limit``.

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
    stress = {cell["part"]: _over_rho(cell, found) for cell, found in rows if cell["part"] not in ("rho", "bag size")}
    epsilons = [epsilon for epsilon in sizes[0][0]["epsilons"] if epsilon is not None]
    return {
        "psi": psi,
        "dimension": rows[0][0]["dimension"],
        "rho": {m: _over_rho(cell, found) | _rho_limit(psi, m, cell) for m, (cell, found) in sorted(by_rho.items())},
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
        "stress": ({"Gaussian": _over_rho(*by_rho[SIZE])} | stress) if SIZE in by_rho else stress,
    }


def _bag_size(row: tuple[dict[str, Any], dict[str, Any]]) -> int:
    return int(row[0]["bag_size"])


def _over_rho(cell: dict[str, Any], found: dict[str, Any]) -> Curve:
    where = (slice(None), 0, cell["noises"].index(1.0), 0)
    return {"x": cell["rhos"], "risk": found["risk"][where]}


def _rho_limit(psi: float, m: int, cell: dict[str, Any]) -> Curve:
    fine = np.linspace(min(cell["rhos"]), max(cell["rhos"]), _FINE)
    ridge = cell["ridges"][0]
    return {"limit_x": fine, "limit": np.asarray(asymptotic_risk(psi, m, fine, ridge, 1.0).risk)}


def _over_size(rows: list[Any], psi: float, *, rho: float, ridge: int, epsilon: float | None) -> Curve:
    x, risk, limit = [], [], []
    for cell, found in rows:
        where = (cell["rhos"].index(rho), ridge, 0, cell["epsilons"].index(epsilon))
        x.append(cell["bag_size"])
        risk.append(found["median"][where])
        noise, penalty = float(found["effective_noise"][where]), float(found["ridge"][where])
        limit.append(float(asymptotic_risk(psi, cell["bag_size"], rho, penalty, noise).risk))
    return {"x": x, "risk": np.asarray(risk), "limit_x": x, "limit": np.asarray(limit)}


def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found: marks are simulated, lines are limits."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.4), dpi=140, layout="constrained")
    panels = figure.subplots(2, 2).ravel()
    names = [(f"m = {m}", curve) for m, curve in found["rho"].items()]
    _draw(panels[0], "weight rho of the spread within bags", "no ridge: rho = 0 is bag-level, 1 instance-level", names)
    panels[0].set_yscale("log")
    _draw(panels[1], "bag size m", f"peak at m = 1/psi = {1 / found['psi']:g}", list(found["size"].items()))
    panels[1].set_yscale("log")
    panels[1].set_ylabel("squared error, median")
    _draw_private(panels[2], found["private"])
    _draw(
        panels[3],
        "weight rho of the spread within bags",
        f"other data, m = {SIZE}, no ridge",
        list(found["stress"].items()),
    )
    setting = f"d = {found['dimension']}, d/n = {found['psi']:g}"
    figure.suptitle(f"Regression from bag averages, {setting}; marks simulated, lines limits", fontsize=11)
    return figure


def _draw(axes: Any, label: str, title: str, curves: list[tuple[str, Curve]]) -> None:
    for (name, curve), colour, mark in zip(curves, COLOURS, MARKS, strict=False):
        linked = "limit" not in curve
        axes.plot(
            curve["x"],
            curve["risk"],
            mark,
            ls=":" if linked else "",
            color=colour,
            ms=4.5,
            lw=1,
            label=NAMES.get(name, name),
        )
        if not linked:
            axes.plot(curve["limit_x"], curve["limit"], color=colour, lw=1.3)
    axes.set_xlabel(label)
    axes.set_ylabel("squared error of the coefficients")
    axes.set_title(title, fontsize=9.5)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)


def _draw_private(axes: Any, curves: dict[float, list[Curve]]) -> None:
    for epsilon, colour, mark in zip(sorted(curves)[:SHOWN], COLOURS, MARKS, strict=False):
        for curve, style, fill in zip(curves[epsilon], ("-", "--"), (colour, "white"), strict=True):
            own = f"epsilon = {epsilon:g}" if style == "-" else None
            axes.plot(curve["limit_x"], curve["limit"], style, color=colour, lw=1.3)
            axes.plot(curve["x"], curve["risk"], mark, color=colour, mfc=fill, ms=4.5, label=own)
    axes.plot([], [], "k-", label="instance-level, no ridge")
    axes.plot([], [], "k--", mfc="white", label="bag-level, best ridge")
    axes.set_xlabel("bag size m")
    axes.set_ylabel("squared error, median")
    axes.set_title("private labels: without ridge the best m may exceed 1", fontsize=9.5)
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
