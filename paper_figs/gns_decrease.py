"""Newton's method regularised by the gradient's norm: f - f* by iteration, with both tests of acceptance and H = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paper_figs.frames import one_panel_each, stored_rows
from paper_figs.style import BLACK, BLUE, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.store import Store

SIMULATOR = "gns"
TITLES = {
    "logistic": "logistic regression, Hessian",
    "log-sum-exp": "log-sum-exp, weighted Gauss-Newton",
    "chebyshev": "Chebyshev polynomials, Gauss-Newton",
    "rosenbrock": "Rosenbrock, Gauss-Newton",
}
COLOURS = {True: BLUE, False: VERMILION}
STYLES = {"1/8": "-", "1/2": "--"}
FLOOR = 1e-14


def data(store: Store) -> dict[str, Any]:
    """Return the curves with the smallest power p.

    Parameters
    ----------
    store : Store
        Of the simulator ``gns``.

    Returns
    -------
    dict
        ``curves``: (problem, whether H is used, test) -> results.

    Raises
    ------
    ValueError
        If the store is empty.
    """
    rows = stored_rows(store, "gns")
    least = min(cell["p"] for cell, _ in rows)
    return {"curves": {(c["problem"], c["curvature"], c["test"]): found for c, found in rows if c["p"] == least}}


@styled
def draw(found: dict[str, Any]) -> Figure:
    """Draw what `data` found; the titles count gradients up to a gradient norm of 1e-8."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(8.4, 6.6))
    problems = [name for name in TITLES if any(name == own for own, _, _ in found["curves"])]
    panels = figure.subplots(2, 2, squeeze=False).ravel()
    one_panel_each(panels, problems, lambda axes, name: _draw_problem(axes, name, found["curves"]))
    handles = [
        Line2D([], [], color=COLOURS[True], label="with H"),
        Line2D([], [], color=COLOURS[False], label="H = 0 (gradient descent)"),
        Line2D([], [], color=BLACK, ls=STYLES["1/8"], label="test 1/8 (published)"),
        Line2D([], [], color=BLACK, ls=STYLES["1/2"], label="test 1/2 (proved for convex f only)"),
    ]
    figure.legend(handles=handles, loc="outside lower center", fontsize=8.5, ncols=4)
    return figure


def _draw_problem(axes: Any, name: str, curves: dict[Any, Any]) -> None:
    for (own, curvature, test), curve in sorted(curves.items(), reverse=True):
        if own == name:
            shown = [max(float(gap), FLOOR) for gap in curve["gap"]]
            steps = range(1, len(shown) + 1)
            axes.plot(steps, shown, color=COLOURS[curvature], ls=STYLES[test], lw=1.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("iteration k + 1")
    axes.set_ylabel("f(x_k) - f*")
    axes.set_title(f"{TITLES[name]}\n{_counted(name, curves)}", fontsize=9)


def _counted(name: str, curves: dict[Any, Any]) -> str:
    """Say how many gradients the runs with H took to a gradient norm of 1e-8."""
    parts = []
    for test in STYLES:
        curve = curves.get((name, True, test))
        if curve is not None:
            gradients = int(curve["evaluations"][-1])
            parts.append(f"{gradients}{'' if curve['converged'] else ' and more'} ({test})")
    return f"gradients with H: {', '.join(parts)}"
